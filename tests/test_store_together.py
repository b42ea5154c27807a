"""Threads and processes that use one knowledge base at the same time."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from made import KINDS, ROOT, make_vectors, put

from kb.store import KnowledgeBase


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "kb"


@pytest.fixture
def kb(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home, create=True)


def test_many_threads_read_while_one_writes(kb: KnowledgeBase) -> None:
    _, vectors = put(kb, "d0", [f"Vans {n}." for n in range(30)])
    failures: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                assert kb.search_vectors(vectors[3], KINDS, 3)[0][0] == "d0:s3"
                assert kb.search_text(["vans"], KINDS, 3)
                kb.document("d0")
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    for n in range(1, 6):
        put(kb, f"d{n}", ["Cars.", "Bikes."], seed=n + 50)
    kb.remove("d2")
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == [] and kb.check() == []


WRITER = """
import sys
sys.path.insert(0, {root!r}); sys.path.insert(0, {tests!r})
from pathlib import Path
from made import put
from kb.store import KnowledgeBase
with KnowledgeBase.open(Path({home!r}), create=True) as kb:
    for n in range(6):
        put(kb, f"{{sys.argv[1]}}{{n}}", ["Vans.", "Cars."], seed=n)
        put(kb, f"both{{n}}", ["Bikes."], seed=n)
"""


def test_two_processes_write_at_once_and_a_third_sees_it_all(kb: KnowledgeBase, home: Path) -> None:
    put(kb, "first", ["Vans."], 99)
    query = make_vectors(1, 99)[0]
    assert len(kb.search_vectors(query, KINDS, 99)) == 1
    script = WRITER.format(root=str(ROOT), tests=str(ROOT / "tests"), home=str(home))
    writers = [subprocess.Popen([sys.executable, "-c", script, name]) for name in "ab"]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    assert len(kb.search_vectors(query, KINDS, 99)) == kb.counts()["vectors"] == 31
    assert kb.check() == []
