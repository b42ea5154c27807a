"""What a person corrects or removes: it counts everywhere at once, it can be undone, and it outlives a new reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import RunKb
from made import KINDS, MODEL, make_document, make_vectors, put

from kb.errors import BadCorrection, NotFound
from kb.store import Filters, KnowledgeBase

LINES = ["Forensics cost £10.", "Vans cost £20.", "Zebras cost nothing."]


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(tmp_path / "kb", create=True) as kb:
        yield kb


def found(kb: KnowledgeBase, *terms: str, **filters: Any) -> list[str]:
    """The documents of the chunks that have these words."""
    hits = kb.search_text(terms, KINDS, 20, Filters(**filters))
    return sorted({chunk.document_id for chunk in kb.chunks([i for i, _ in hits]).values()})


def test_a_correction_counts_in_lists_filters_and_the_document(kb: KnowledgeBase) -> None:
    put(kb, "d1", LINES)
    before = kb.info("d1")
    undo = kb.correct("d1", title="The  right title", date="2016-03", kind="review", public=False)
    info = kb.info("d1")
    assert (info.title, info.date, info.date_text, info.kind, info.marking) == (
        "The right title", "2016-03-01", "March 2016", "review", "not public",
    )  # fmt: skip
    assert info.as_read == {
        "title": before.title, "date": before.date, "date_text": before.date_text, "kind": "plan", "marking": "public",
    }  # fmt: skip
    assert kb.document("d1").title == "The right title"
    assert found(kb, "forensics", kinds=("review",), years=(2016,)) == ["d1"]
    assert found(kb, "forensics", years=(2014,)) == found(kb, "forensics", kinds=("plan",)) == []
    kb.correct("d1", **asdict(undo))
    assert kb.info("d1") == before


def test_the_corrected_title_is_searched_and_the_old_one_is_not(kb: KnowledgeBase) -> None:
    document, chunks = make_document("d1", LINES)
    chunks = [replace(chunk, embed_text=f"{document.title}: {chunk.text}") for chunk in chunks]
    kb.commit(document, chunks, None, None, None)
    undo = kb.correct("d1", title="Aardvarks")
    assert kb.search_text(["aardvarks"], ["passage"], 5) and not kb.search_text(["title"], ["passage"], 5)
    assert kb.check() == []
    kb.correct("d1", **asdict(undo))
    assert kb.search_text(["title"], ["passage"], 5) and not kb.search_text(["aardvarks"], ["passage"], 5)
    assert kb.check() == []


def test_a_correction_outlives_a_new_reading_and_can_still_be_taken_back(kb: KnowledgeBase) -> None:
    put(kb, "d1", LINES)
    kb.correct("d1", title="Right", date="2016")
    newly_read, chunks = make_document("d1", LINES, date="2015-01-01", date_text="2015", kind="review")
    kb.commit(newly_read, chunks, make_vectors(3, 1), MODEL, None, replace=True)
    info = kb.info("d1")
    assert (info.title, info.date_text, info.kind) == ("Right", "2016", "review")
    assert info.as_read["date"] == "2015-01-01"
    kb.correct("d1", title=newly_read.title, date="2015")
    assert kb.info("d1").as_read == {} and kb.document("d1") == newly_read


def test_a_file_that_comes_to_say_the_same_needs_no_correction(kb: KnowledgeBase) -> None:
    put(kb, "d1", LINES)
    kb.correct("d1", kind="review")
    document, chunks = make_document("d1", LINES, kind="review")
    kb.commit(document, chunks, None, None, None, replace=True)
    assert kb.info("d1").as_read == {} and kb.info("d1").kind == "review"


@pytest.mark.parametrize("said", ["Autumn 2014", "23rd September 2014", None])
def test_undoing_a_date_gives_back_how_the_file_says_it(kb: KnowledgeBase, said: str | None) -> None:
    put(kb, "d1", LINES, date_text=said)
    before = kb.info("d1")
    undo = kb.correct("d1", date="")
    assert (kb.info("d1").date, kb.info("d1").date_text) == (None, None)
    kb.correct("d1", **asdict(undo))
    assert kb.info("d1") == before


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": "  "}, "Type a title"),
        ({"title": "x" * 301}, "Type a title"),
        ({"date": "2017-02-30"}, "is not a date"),
        ({"date": "yesterday"}, "is not a date"),
        ({"date": "0017"}, "cannot be right"),
        ({"kind": "novel"}, "Choose one of: plan, review"),
    ],
)
def test_what_cannot_be_right_is_refused_and_changes_nothing(
    kb: KnowledgeBase, wrong: dict[str, Any], words: str
) -> None:
    put(kb, "d1", LINES)
    before = kb.info("d1")
    with pytest.raises(BadCorrection, match=words):
        kb.correct("d1", **wrong)
    assert kb.info("d1") == before


@pytest.mark.parametrize("act", ["correct", "discard", "restore", "remove", "info"])
def test_what_is_not_there_cannot_be_changed(kb: KnowledgeBase, act: str) -> None:
    with pytest.raises(NotFound, match="no document 'none'"):
        getattr(kb, act)("none")


def shown(kb: KnowledgeBase) -> dict[str, Any]:
    """All that the knowledge base shows of itself."""
    ids = ("d1", "d2")
    return {
        "documents": kb.documents(),
        "has": [kb.has(i) for i in ids],
        "files": [kb.file(i) for i in ids],
        "chunks": list(kb.chunks(f"{i}:s0" for i in ids)),
        "chunks_of": [len(kb.chunks_of(i)) for i in ids],
        "vectors": list(kb.vectors(f"{i}:s0" for i in ids)),
        "counts": kb.counts(),
        "fingerprint": kb.fingerprint(),
        "text": kb.search_text(["cost"], KINDS, 20),
        "near": [i for i, _ in kb.search_vectors(make_vectors(1, 4)[0], KINDS, 20)],
        "check": kb.check(),
    }


def test_a_discarded_document_is_nowhere_and_comes_back_as_it_was(kb: KnowledgeBase) -> None:
    put(kb, "d1", LINES)
    alone = shown(kb)
    put(kb, "d2", ["Zebras cost much.", "They cost more each year."], seed=3)
    both = shown(kb)
    kb.discard("d2")
    assert shown(kb) == alone
    with pytest.raises(NotFound):
        kb.document("d2")
    assert [info.id for info in kb.discarded()] == ["d2"] and kb.discarded()[0].removed_at
    kb.restore("d2")
    assert shown(kb) == both and kb.discarded() == []


def test_ingesting_a_discarded_document_brings_it_back(kb: KnowledgeBase) -> None:
    put(kb, "d1", LINES)
    kb.discard("d1")
    put(kb, "d1", LINES)
    assert kb.has("d1") and kb.discarded() == []


@pytest.mark.parametrize(
    "purge",
    [lambda kb: kb.purge_discarded(datetime.now(UTC) + timedelta(seconds=2)), lambda kb: kb.remove("d1")],
    ids=["when the time is up", "at once"],
)
def test_what_is_purged_is_gone_from_the_disk(
    kb: KnowledgeBase, tmp_path: Path, purge: Callable[[KnowledgeBase], object]
) -> None:
    file = tmp_path / "d1.txt"
    file.write_text("Quagga", "utf-8")
    document, chunks = make_document("d1", ["The quagga is extinct."])
    kb.commit(document, chunks, make_vectors(1, 1), MODEL, file)
    kb.correct("d1", title="Hippopotamus")
    kb.discard("d1")
    assert kb.purge_discarded() == []
    purge(kb)
    assert kb.discarded() == [] and kb.check() == []
    held = b"".join(path.read_bytes() for path in kb.home.rglob("*") if path.is_file()).lower()
    assert b"quagga" not in held and b"hippopotamus" not in held


def test_the_command_line_corrects_lists_and_brings_back(run_kb: RunKb, tmp_path: Path, kb_home: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Costs\n\nVans cost £20 in May 2014.\n", "utf-8")
    with KnowledgeBase.open(kb_home, create=True) as kb:
        from ingest.pipeline import ingest

        ingest([path], kb, None)
        document = kb.documents()[0].id
    assert run_kb("correct", "a.md", "--title", "Vans", "--date", "2015-05", "--not-public").code == 0
    listed = run_kb("documents")
    assert "Vans" in listed.out and "May 2015" in listed.out and "title corrected; the file says: Costs" in listed.out
    assert run_kb("documents", "--json").json[0]["as_read"]["title"] == "Costs"
    wrong = run_kb("correct", "a.md", "--kind", "novel")
    assert wrong.code == 1 and "Choose one of: plan" in wrong.err
    assert run_kb("correct", "a.md").code == 2
    with KnowledgeBase.open(kb_home) as kb:
        kb.discard(document)
    assert f"kb restore {document}" in run_kb("documents").out
    assert run_kb("restore", document).code == 0 and "Vans" in run_kb("documents").out
    assert run_kb("restore", document).code == 1
