"""One knowledge base in one folder: what is committed stays, what is removed is gone, what is broken says so."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from kb.errors import KnowledgeBaseError, NotFound
from kb.model import Block, Box, Cell, Chunk, Document, Page, Piece, Span, Table
from kb.store import Filters, KnowledgeBase

MODEL = "a-model"
KINDS = ("passage", "sentence", "table", "row")
ROOT = Path(__file__).resolve().parents[1]


def make_document(name: str, lines: list[str], **fields: object) -> tuple[Document, list[Chunk]]:
    text = "\n".join(lines)
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)])
    blocks = tuple(
        Block(
            f"b{n}", n, "item", line, (Piece(0, len(line), int(start), 1, Box(1.5, 2, 3, 4)),), ("1. Costs",), 2, "1.1"
        )
        for n, (line, start) in enumerate(zip(lines, starts, strict=False))
    )
    cells = (
        Cell(0, 0, "Force", "header", box=Box(0, 0, 1, 1), source=(0, 2)),
        Cell(1, 0, "x", carried=True, doubtful=True),
    )
    table = Table(
        "t1", 99, 2, 1, cells, 1, (1, None), ((0, 3), None), "Cap", "Lead", "£", ("n",), ("S",), Box(1, 2, 3, 4), ("d",)
    )
    defaults: dict[str, object] = {"date": "2014-09-23", "kind": "plan", "forces": ("Derbyshire", "Lincolnshire")}
    document = Document(
        name,
        f"{name}.txt",
        text,
        f"Title of {name}",
        "text",
        (Page(1, 10, 20, "iv"),),
        blocks,
        (table,),
        **(defaults | fields),
    )  # type: ignore[arg-type]
    kinds = ("sentence", "passage", "row")
    chunks = [
        Chunk(
            f"{name}:s{n}",
            name,
            kinds[n % 3],
            line,
            f"1. Costs: {line}",
            1,
            ("1. Costs",),
            (Span(f"b{n}", 0, len(line)),),
        )
        for n, line in enumerate(lines)
    ]
    return document, chunks


def make_vectors(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def put(
    kb: KnowledgeBase, name: str, lines: list[str], seed: int = 0, **fields: object
) -> tuple[list[Chunk], np.ndarray]:
    document, chunks = make_document(name, lines, **fields)
    vectors = make_vectors(len(chunks), seed)
    kb.commit(document, chunks, vectors, MODEL, None)
    return chunks, vectors


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "kb"


@pytest.fixture
def kb(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home, create=True)


def test_what_goes_in_comes_out_equal(kb: KnowledgeBase, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "Plan.TXT"
    file.write_bytes(b"bytes")
    document, chunks = make_document(
        "d1", ["Forensics cost £10.", "Vans cost £20."], issuer="A board", date_text="2014"
    )
    vectors = make_vectors(2, 1)
    kb.commit(document, chunks, vectors, MODEL, file)
    kb.close()
    with KnowledgeBase.open(home) as again:
        assert again.document("d1") == document
        assert again.document("d1") is again.document("d1")
        assert again.chunks_of("d1") == chunks
        assert again.chunks_of("d1", ["passage"]) == chunks[1:]
        assert list(again.chunks(["d1:s1", "none", "d1:s0"]).values()) == chunks[::-1]
        assert np.array_equal(again.vectors(["d1:s1"])["d1:s1"], vectors[1])
        assert again.embedding_model() == MODEL
        kept = again.file("d1")
        assert kept is not None and kept.name == "d1.txt" and kept.read_bytes() == b"bytes"
        assert again.counts() == {
            "documents": 1, "pages": 1, "blocks": 2, "tables": 1, "cells": 2, "chunks": 2, "vectors": 2,
        }  # fmt: skip
        assert again.check() == []
        info = again.documents()[0]
        assert (info.id, info.issuer, info.forces, info.pages, info.tables, info.chunks) == (
            "d1", "A board", ("Derbyshire", "Lincolnshire"), 1, 1, 2,
        )  # fmt: skip


def test_a_second_commit_of_the_same_document_changes_nothing(kb: KnowledgeBase) -> None:
    put(kb, "d1", ["One."])
    before = (kb.counts(), kb.documents(), kb.fingerprint())
    put(kb, "d1", ["One."], seed=9)
    assert (kb.counts(), kb.documents(), kb.fingerprint()) == before


def test_documents_come_newest_first_and_undated_last(kb: KnowledgeBase) -> None:
    for name, date in (("a", None), ("b", "2010-01-01"), ("d", "2017-04-24"), ("c", "2017-04-24")):
        put(kb, name, ["Text."], date=date)
    assert [info.id for info in kb.documents()] == ["c", "d", "b", "a"]


def test_the_fingerprint_is_of_the_documents_whatever_their_order(tmp_path: Path) -> None:
    prints = []
    for names in ("ab", "ba", "a"):
        with KnowledgeBase.open(tmp_path / names, create=True) as kb:
            for name in names:
                put(kb, name, ["Text."])
            prints.append(kb.fingerprint())
    assert prints[0] == prints[1] != prints[2]


def test_full_text_finds_any_term_stemmed_and_without_accents(kb: KnowledgeBase) -> None:
    put(
        kb,
        "d1",
        ["The café paid Nottinghamshire.", "Forces collaborate on vans.", "Collaborations of forces, collaborating."],
    )
    assert {chunk_id for chunk_id, _ in kb.search_text(["cafe"], KINDS, 9)} == {"d1:s0"}
    found = kb.search_text(["collaboration", "forces"], KINDS, 9)
    assert [chunk_id for chunk_id, _ in found] == ["d1:s2", "d1:s1"] and found[0][1] > found[1][1]
    assert kb.search_text(["costs"], KINDS, 2) == kb.search_text(["cost"], KINDS, 9)[:2], (
        "the section title is searched"
    )
    assert kb.search_text(["forces"], ["sentence"], 9) == []
    assert kb.search_text(["collaborate on"], KINDS, 9) == kb.search_text(["collaborate on"], KINDS, 9) != []


@pytest.mark.parametrize(
    "term", ['"', "AND", "NOT x", "a*b", "(", "kind:row", "^a", "-", "NEAR(a b)", "\0", "", "“”", "';--"]
)
def test_no_term_is_an_operator(kb: KnowledgeBase, term: str) -> None:
    put(kb, "d1", ["Forces pay."])
    assert kb.search_text([term], KINDS, 5) == []
    assert [chunk_id for chunk_id, _ in kb.search_text([term, "pay"], KINDS, 5)] == ["d1:s0"]


def test_vector_search_is_exact_and_ties_go_by_id(kb: KnowledgeBase) -> None:
    chunks, vectors = put(kb, "d1", [f"Line {n}." for n in range(900)], seed=3)
    _, others = put(kb, "d2", ["Twin b.", "x", "y", "Twin a."], seed=3)
    for noise, near in zip(make_vectors(5, 4), vectors[::180], strict=True):
        query = (near + noise) / np.linalg.norm(near + noise)
        similarity = np.concatenate([vectors, others]) @ query
        names = [chunk.id for chunk in chunks] + [f"d2:s{n}" for n in range(4)]
        best = sorted(zip(names, similarity.tolist(), strict=True), key=lambda pair: (-round(pair[1], 6), pair[0]))
        found = kb.search_vectors(query, KINDS, 10)
        assert [name for name, _ in found] == [name for name, _ in best[:10]]
        assert found[0][1] == pytest.approx(best[0][1], abs=1e-6)
        rows = [name for name, _ in best if name in {chunk.id for chunk in chunks if chunk.kind == "row"}]
        assert [name for name, _ in kb.search_vectors(query, ["row"], 10, Filters(documents=("d1",)))] == rows[:10]
    assert [name for name, _ in kb.search_vectors(vectors[0], ["sentence"], 2)] == ["d1:s0", "d2:s0"]


FILTERS = [
    (Filters(), {"a", "b", "c"}),
    (Filters(documents=("a", "c.txt")), {"a", "c"}),
    (Filters(kinds=("review",)), {"b"}),
    (Filters(years=(2009, 2017)), {"a", "c"}),
    (Filters(forces=("kent", "Essex")), {"b", "c"}),
    (Filters(years=(2017,), forces=("Kent",)), {"c"}),
    (Filters(years=(1999,)), set()),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_filters_hold_in_both_indexes(kb: KnowledgeBase, filters: Filters, expected: set[str]) -> None:
    put(kb, "a", ["Vans."], 1, date="2009-01-01", forces=("Dorset",))
    put(kb, "b", ["Vans."], 2, date="2013-11-01", kind="review", forces=("Kent", "Dorset"))
    put(kb, "c", ["Vans."], 3, date="2017-04-24", forces=("Essex", "Kent"))
    by_words = kb.search_text(["vans"], KINDS, 9, filters)
    by_vector = kb.search_vectors(make_vectors(1, 5)[0], KINDS, 9, filters)
    assert {name.split(":")[0] for name, _ in by_words} == expected
    assert {name.split(":")[0] for name, _ in by_vector} == expected


def test_without_a_model_full_text_still_works(kb: KnowledgeBase) -> None:
    document, chunks = make_document("d1", ["Vans."])
    kb.commit(document, chunks, None, None, None)
    assert kb.search_text(["vans"], KINDS, 5)
    assert kb.search_vectors(make_vectors(1, 0)[0], KINDS, 5) == []
    assert kb.embedding_model() is None and kb.check() == []
    assert not (kb.home / "chroma").exists()


def test_vectors_of_another_model_are_refused_and_nothing_changes(kb: KnowledgeBase, tmp_path: Path) -> None:
    put(kb, "d1", ["Vans."])
    document, chunks = make_document("d2", ["Cars."])
    file = tmp_path / "d2.txt"
    file.write_text("Cars.")
    with pytest.raises(KnowledgeBaseError, match="KB_EMBEDDING_MODEL"):
        kb.commit(document, chunks, make_vectors(1, 1), "another", file)
    assert [info.id for info in kb.documents()] == ["d1"] and kb.file("d2") is None and kb.check() == []


def bytes_of(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


def test_what_is_removed_is_in_no_file(kb: KnowledgeBase, home: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Zanzibar quuxville")
    put(kb, "keep", [f"Vans cost £{n}." for n in range(40)])
    document, chunks = make_document("gone", ["Zanzibar is quuxville.", *(f"Zanzibar {n}" for n in range(300))])
    kb.commit(document, chunks, make_vectors(len(chunks), 2), MODEL, secret)
    for word in (b"Zanzibar", b"zanzibar", b"uuxvil", b"gone:s"):
        assert word in bytes_of(home), "the test must be able to fail"
    kb.remove("gone")
    for word in (b"Zanzibar", b"anzibar", b"uuxvil"):
        assert word not in bytes_of(home)
    assert kb.search_text(["zanzibar"], KINDS, 5) == []
    assert all(name.startswith("keep") for name, _ in kb.search_vectors(make_vectors(1, 2)[0], KINDS, 400))
    assert kb.check() == [] and len(kb.search_text(["vans"], KINDS, 99)) == 40
    with pytest.raises(NotFound):
        kb.document("gone")
    with pytest.raises(NotFound):
        kb.remove("gone")


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
def test_the_vector_index_is_made_again_from_the_database(kb: KnowledgeBase, home: Path, damage: object) -> None:
    _, vectors = put(kb, "d1", [f"Line {n}." for n in range(50)], seed=1)
    before = kb.search_vectors(vectors[7], KINDS, 5)
    kb.close()
    damage(home)  # type: ignore[operator]
    with KnowledgeBase.open(home) as again:
        assert again.search_vectors(vectors[7], KINDS, 5) == before
        assert again.check() == []
        assert len(list((home / "chroma").iterdir())) == 1


def test_another_embedding_model_embeds_everything_again(kb: KnowledgeBase, embedder: object) -> None:
    put(kb, "d1", ["Forensics cost a lot.", "The weather was fine."])
    kb.embed_missing(embedder)  # type: ignore[arg-type]
    assert kb.embedding_model() == embedder.name  # type: ignore[attr-defined]
    query = embedder.encode(["What do forensic services cost?"])[0]  # type: ignore[attr-defined]
    found = kb.search_vectors(query, KINDS, 2)
    assert [name for name, _ in found] == ["d1:s0", "d1:s1"] and found[0][1] > 0.5
    assert kb.check() == []


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
        connection.execute(
            "INSERT INTO full_text(full_text, rowid, embed_text, kind) "
            "VALUES('delete', 1, '1. Costs: One.', 'sentence')"
        )
        connection.execute("DELETE FROM documents WHERE id = 'd1'")
    connection.close()
    with KnowledgeBase.open(home) as again:
        assert [name for name, _ in again.search_vectors(make_vectors(1, 1)[0], KINDS, 5)] == ["d2:s0"]
        assert again._index.ids() == {"d2:s0"} and again.check() == []


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
from test_store import put
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
from test_store import put
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
