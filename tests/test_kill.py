"""kill -9 at any moment of an ingestion: what was committed answers, and the next run ends as if nothing had been."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb.store import KnowledgeBase

ROOT = Path(__file__).resolve().parents[1]
KILLS = 10
SEED = 20140923
# Libraries are imported and the model's files read once; each ingestion then is a fork, so that ten cost seconds.
PARENT = """
import os, sys, time
import chromadb, torch
from pathlib import Path
from ingest.pipeline import ingest
from ingest.readers import text
from kb.embedding import Embedder
from kb.store import KnowledgeBase

torch.set_num_threads(1)
embedder = Embedder()
embedder.load()
documents = Path(sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        with KnowledgeBase.open(Path(line.strip()), create=True) as kb:
            report = ingest([documents], kb, embedder)
        os._exit(len(report.refused) + bool(report.no_vectors))
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


class Parent:
    """A process with everything loaded that forks one ingestion at a time."""

    def __init__(self, documents: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(documents)],
            cwd=ROOT,
            env={**os.environ, "TOKENIZERS_PARALLELISM": "false"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.said() == "ready"

    def said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ingest(self, home: Path, kill_after: float | None = None) -> tuple[int, float]:
        """Ingest into ``home``, to the end or killed after so many seconds: exit status, seconds that it took."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{home}\n")
        self.process.stdin.flush()
        child, start = int(self.said()), time.perf_counter()
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return int(self.said()), time.perf_counter() - start


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in range(6):
        table = "\n".join(f"Force {row}\t£{row * 11 + name}\t{row}%" for row in range(1, 8))
        prose = "\n\n".join(
            f"Paragraph {n} of paper {name} says that force {n % 5} paid £{n * 7 + name}m. It was year {2000 + n}."
            for n in range(25)
        )
        (folder / f"paper-{name}.md").write_text(f"# Paper {name}\n\n{prose}\n\nForce\tCost\tShare\n{table}\n", "utf-8")
    return folder


def whole(home: Path) -> dict[str, Any]:
    """All that a knowledge base holds: SQLite's rows but for times and counters, Chroma's by id, the files."""
    content: dict[str, Any] = {}
    with KnowledgeBase.open(home) as kb:
        assert kb.check() == []
        collection = kb._index._open_current()
        held = collection.get(include=["embeddings", "metadatas"])
        order = np.argsort(held["ids"])
        content["chroma ids"] = [held["ids"][place] for place in order]
        content["chroma vectors"] = np.asarray(held["embeddings"], dtype=np.float32)[order].tobytes()
        content["chroma metadata"] = [held["metadatas"][place] for place in order]
    with sqlite3.connect(home / "kb.sqlite3") as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in (name for name in names if not name.startswith(("full_text", "sqlite_"))):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            kept = ", ".join(f'"{column}"' for column in columns if column not in ("ingested_at", "number"))
            where = "WHERE name NOT IN ('vector_index', 'vectors_version')" if name == "meta" else ""
            content[name] = sorted(connection.execute(f"SELECT {kept} FROM {name} {where}").fetchall(), key=repr)
        content["full text"] = connection.execute(
            "SELECT id FROM full_text JOIN chunks ON number = full_text.rowid WHERE full_text MATCH 'paid' ORDER BY id"
        ).fetchall()
    connection.close()
    content["files"] = {path.name: path.read_bytes() for path in (home / "files").iterdir()}
    return content


def test_ten_kills_leave_the_same_knowledge_base_as_none(documents: Path, tmp_path: Path) -> None:
    parent = Parent(documents)
    chance = random.Random(SEED)
    homes = [tmp_path / "killed-0"]
    try:
        status, seconds = parent.ingest(tmp_path / "calm")
        assert status == 0
        kills = 0
        while kills < KILLS:
            status, _ = parent.ingest(homes[-1], kill_after=chance.uniform(0.02, 0.7) * seconds)
            # Looking mends, so that every other kill is left to the next ingestion.
            if kills % 2 and (homes[-1] / "kb.sqlite3").is_file():
                answers_from_what_was_committed(homes[-1])
            if status == signal.SIGKILL:
                kills += 1
            else:
                # It came through before its kill: what is left of the ten falls on a new one.
                assert status == 0 and len(homes) < KILLS
                homes.append(tmp_path / f"killed-{len(homes)}")
        for home in homes:
            assert parent.ingest(home)[0] == 0
    finally:
        parent.process.kill()
        parent.process.wait()
    calm = whole(tmp_path / "calm")
    for survived in map(whole, homes):
        assert calm.keys() == survived.keys()
        for name in calm:
            assert calm[name] == survived[name], name


def answers_from_what_was_committed(home: Path) -> None:
    """Without mending first: every document that is in is in whole, and its words and vectors are found."""
    from kb.errors import KnowledgeBaseError

    try:
        kb = KnowledgeBase.open(home)
    except KnowledgeBaseError as error:
        assert "is not a knowledge base" in str(error), "killed before there was anything"
        return
    with kb:
        for info in kb.documents():
            chunks = kb.chunks_of(info.id)
            vectors = kb.vectors(chunk.id for chunk in chunks)
            assert len(vectors) == len(chunks) == info.chunks > 25
            assert kb.document(info.id).title.startswith("Paper")
            first = next(chunk for chunk in chunks if chunk.kind == "row")
            best, similarity = kb.search_vectors(vectors[first.id], ["row"], 1)[0]
            assert similarity > 0.999 and kb.chunks([best])[best].embed_text == first.embed_text
            assert kb.search_text(["paragraph"], ["sentence"], 1)
