"""A knowledge base after kills, damage, full disks: it mends what it can and says what to do about the rest."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from made import KINDS, ROOT, make_vectors, put

from kb.errors import KnowledgeBaseError
from kb.store import KnowledgeBase


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "kb"


@pytest.fixture
def kb(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home, create=True)


def test_work_that_a_killed_process_left_is_done_at_the_next_search(kb: KnowledgeBase, home: Path) -> None:
    _, vectors = put(kb, "d1", ["One.", "Two."], seed=1)
    index = kb._index
    index.remove("d1")
    kb.close()
    with sqlite3.connect(home / "kb.sqlite3") as connection:
        connection.execute("UPDATE documents SET indexed = 0")
    connection.close()
    with KnowledgeBase.open(home) as again:
        assert again.search_vectors(vectors[1], KINDS, 1)[0][0] == "d1:s1"
        assert again.check() == []


def test_vectors_that_a_killed_removal_left_are_taken_out(kb: KnowledgeBase, home: Path) -> None:
    put(kb, "d1", ["One."], 1)
    put(kb, "d2", ["Two."], 2)
    kb.close()
    with sqlite3.connect(home / "kb.sqlite3") as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        for index in ("full_text", "full_text_public"):
            connection.execute(
                f"INSERT INTO {index}({index}, rowid, embed_text, kind) "
                "VALUES('delete', 1, '1. Costs: One.', 'sentence')"
            )
        connection.execute("DELETE FROM documents WHERE id = 'd1'")
    connection.close()
    with KnowledgeBase.open(home) as again:
        assert [name for name, _ in again.search_vectors(make_vectors(1, 1)[0], KINDS, 5)] == ["d2:s0"]
        assert again._index.ids() == {"d2:s0"} and again.check() == []


def damage_nothing_left(home: Path) -> None:
    shutil.rmtree(home / "chroma")


def damage_garbage(home: Path) -> None:
    for path in (home / "chroma").rglob("*"):
        if path.is_file():
            path.write_bytes(b"garbage" * 100)


def damage_emptied(home: Path) -> None:
    for path in (home / "chroma").rglob("*.sqlite3"):
        path.unlink()


def damage_graph(home: Path) -> None:
    for path in (home / "chroma").rglob("*.bin"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("damage", [damage_nothing_left, damage_garbage, damage_emptied, damage_graph])
def test_the_vector_index_is_made_again_from_the_database(
    kb: KnowledgeBase, home: Path, damage: Callable[[Path], None]
) -> None:
    _, vectors = put(kb, "d1", [f"Line {n}." for n in range(50)], seed=1)
    before = kb.search_vectors(vectors[7], KINDS, 5)
    kb.close()
    damage(home)
    with KnowledgeBase.open(home) as again:
        assert again.search_vectors(vectors[7], KINDS, 5) == before
        assert again.check() == []
        assert len(list((home / "chroma").iterdir())) == 1


def test_a_missing_knowledge_base_says_how_to_make_one(home: Path) -> None:
    with pytest.raises(KnowledgeBaseError, match="kb ingest"):
        KnowledgeBase.open(home)
    assert not home.exists()


@pytest.mark.parametrize("create", [True, False])
def test_a_file_that_is_no_database_is_named_and_left_alone(home: Path, create: bool) -> None:
    home.mkdir()
    (home / "kb.sqlite3").write_bytes(b"not a database at all " * 100)
    with pytest.raises(KnowledgeBaseError, match=r"damaged.*ingest the documents again"):
        KnowledgeBase.open(home, create=create)
    assert (home / "kb.sqlite3").read_bytes().startswith(b"not a database")


def test_a_damaged_page_is_found_by_the_check(kb: KnowledgeBase, home: Path) -> None:
    put(kb, "d1", [f"Vans cost £{n}." for n in range(400)])
    kb.close()
    path = home / "kb.sqlite3"
    data = bytearray(path.read_bytes())
    data[8192:40960] = b"\xff" * (40960 - 8192)
    path.write_bytes(data)
    try:
        with KnowledgeBase.open(home) as again:
            assert any("damaged" in problem for problem in again.check())
    except KnowledgeBaseError as error:
        assert "damaged" in str(error)


def test_a_newer_format_says_so(kb: KnowledgeBase, home: Path) -> None:
    kb.close()
    with sqlite3.connect(home / "kb.sqlite3") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'schema_version'")
    connection.close()
    with pytest.raises(KnowledgeBaseError, match="format 99"):
        KnowledgeBase.open(home)


def test_a_full_disk_loses_nothing(kb: KnowledgeBase) -> None:
    put(kb, "d1", ["Vans."])
    pages = kb._database.engine.connect().exec_driver_sql("PRAGMA page_count").scalar_one()
    from sqlalchemy import event

    event.listen(
        kb._database.engine, "begin", lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    )
    with pytest.raises(KnowledgeBaseError, match=r"no room left.*still there"):
        put(kb, "d2", [f"Cars {n}." for n in range(2000)])
    assert [info.id for info in kb.documents()] == ["d1"] and kb.search_text(["vans"], KINDS, 1)


FULL_DISK = """
import resource, signal, sys
sys.path.insert(0, {root!r}); sys.path.insert(0, {tests!r})
from pathlib import Path
from made import put
from kb.errors import KnowledgeBaseError
from kb.store import KnowledgeBase
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with KnowledgeBase.open(Path({home!r})) as kb:
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
    try:
        put(kb, "d2", ["Cars " * 50] * 3000, seed=5)
    except KnowledgeBaseError as error:
        sys.exit(str(error))
"""


@pytest.mark.parametrize("limit", [300_000, 5_000_000])
def test_a_disk_that_fills_up_while_writing_is_mended_later(kb: KnowledgeBase, home: Path, limit: int) -> None:
    put(kb, "d1", ["Vans."], 1)
    kb.close()
    script = FULL_DISK.format(root=str(ROOT), tests=str(ROOT / "tests"), home=str(home), limit=limit)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "again" in done.stderr and "Traceback" not in done.stderr
    with KnowledgeBase.open(home) as again:
        assert again.search_text(["vans"], KINDS, 1)
        assert again.search_vectors(make_vectors(1, 1)[0], KINDS, 1)[0][0] == "d1:s0"
        assert again.check() == []


def test_a_folder_that_cannot_be_written_says_so() -> None:
    # Not even root may make folders here.
    with pytest.raises(KnowledgeBaseError, match="cannot be"):
        KnowledgeBase.open(Path("/sys/kb"), create=True)


def test_a_home_that_is_a_file_says_so(home: Path) -> None:
    home.write_text("a file")
    with pytest.raises(KnowledgeBaseError):
        KnowledgeBase.open(home, create=True)
    with pytest.raises(KnowledgeBaseError):
        KnowledgeBase.open(home)
