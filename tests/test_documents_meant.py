"""Which document a question is about: by the names of files, by names of things, by years, or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from kb.answering import understand
from kb.retrieval import retrieve
from kb.retrieval.documents import UNDECIDED, documents_meant, joined_words, source_to_words
from kb.store import KnowledgeBase

SPENDING = "Vehicles cost £2.4 million in the year. Buildings cost £1.1 million. Staff numbers fell to 310."
FILES = {
    "NORTHGATE_2018_10K.txt": f"Annual return\n\n{SPENDING}\n\nThe return was signed by the treasurer.",
    "NORTHGATE_2019_10K.txt": f"Annual return\n\n{SPENDING.replace('310', '295')}\n\nThe treasurer signed it.",
    "HARBOURSIDE_2018_10K.txt": f"Annual return\n\n{SPENDING.replace('310', '512')}\n\nIt was signed in May.",
    "minutes.txt": "Minutes\n\nKelmere repaid its loan. Kelmere asked for more time. Vehicles were not discussed.",
}


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("files")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    with KnowledgeBase.open(tmp_path_factory.mktemp("meant") / "kb", create=True) as opened:
        ingest([folder], opened, None)
        yield opened


def meant(kb: KnowledgeBase, question: str) -> dict[str, float]:
    """Source to how surely it is meant."""
    query = understand(kb, question, ())
    sources = {info.id: info.source for info in kb.documents()}
    found = documents_meant(query.question, kb.documents(), query.lexicon)
    return {sources[document]: sure for document, sure in found.items()}


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("How many staff did Northgate have in 2019?", "NORTHGATE_2019_10K.txt"),
        ("How many staff did northgate have in 2018?", "NORTHGATE_2018_10K.txt"),
        ("How many staff were there at Harbour Side?", "HARBOURSIDE_2018_10K.txt"),
        ("What did Kelmere pay back?", "minutes.txt"),
    ],
)
def test_the_document_that_a_name_belongs_to_is_meant(kb: KnowledgeBase, question: str, source: str) -> None:
    found = meant(kb, question)
    assert max(found, key=lambda name: found[name]) == source
    assert sorted(found.values())[-1] > sorted(found.values())[-2]
    assert retrieve(kb, question)[0].source == source


def test_nothing_is_meant_where_nothing_tells(kb: KnowledgeBase) -> None:
    assert set(meant(kb, "how much were the vehicles?").values()) == {UNDECIDED}


def test_a_document_that_is_mentioned_is_meant_and_no_other(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as corpus:
        found = meant(corpus, "What does the 2013 HMIC review say about savings?")
    assert found["hmic-review-2013.pdf"] == 1.0
    assert sum(found.values()) == 1.0


def test_names_of_files_are_taken_apart_and_put_together() -> None:
    assert source_to_words("Annual_Report-2018 (final).v2.pdf") == "Annual Report 2018 final v2"
    assert {"harbourside", "sidefor"} <= joined_words("Harbour Side for ever")
    assert joined_words("One") == frozenset()
