"""Several figures of one row, asked for together, are said together, each under its own heading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from kb.answering import answer
from kb.embedding import Embedder
from kb.store import KnowledgeBase

DOCUMENT = """# Shared dog section: people and money, report of May 2016

## People

| Unit | Police officers | Police staff | Total |
| --- | --- | --- | --- |
| Search dogs | 24 | 3 | 27 |
| Kennels | 2 | 11 | 13 |
| Grooming | - | 4 | 4 |
| All units | 26 | 18 | 44 |

## Savings

| Function | Budget £ | Saving £ | Saving as % of budget |
| --- | --- | --- | --- |
| Vehicle hire | 90,000 | 18,000 | 20% |
| Veterinary care | 60,000 | 3,000 | 5% |
"""


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("dogs")
    (folder / "dogs-2016.md").write_text(DOCUMENT, encoding="utf-8")
    with KnowledgeBase.open(folder / "kb", create=True) as base:
        assert ingest([folder], base, embedder).added
        yield base


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("For the kennels, give me police officers and police staff separately.", ("2", "11")),
        ("How many people are in search dogs in total, and how many of them are police officers?", ("24", "27")),
        ("What is the saving on veterinary care, in pounds and as a percentage of budget?", ("£3,000", "5%")),
    ],
)
def test_the_figures_asked_for_together(question: str, values: tuple[str, ...], kb: KnowledgeBase) -> None:
    found = answer(kb, question)
    assert found.status == "answered"
    assert found.values == values
    assert len({citation.table.column for citation in found.citations if citation.table}) == len(values)
    assert found.check is not None and found.check.passed


def test_one_figure_is_one_figure(kb: KnowledgeBase) -> None:
    assert answer(kb, "How many police officers are there in the kennels?").values == ("2",)


def test_a_dash_is_said_as_it_is_printed(kb: KnowledgeBase) -> None:
    found = answer(kb, "How many police officers and how many police staff are there in grooming?")
    assert found.status == "answered" and found.values == ("4",)
    assert "Police officers - (a dash, no figure); Police staff 4" in found.answer
    assert {citation.table.value for citation in found.citations if citation.table} == {"-", "4"}
    assert found.check is not None and found.check.passed


def test_a_row_that_has_not_what_is_asked_is_no_answer(kb: KnowledgeBase) -> None:
    found = answer(kb, "How many vacancies have the kennels, and how many retirements are expected there?")
    assert found.status == "not_found"


def test_officers_and_staff_of_a_shipped_document(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as shipped:
        found = answer(
            shipped, "Police officers and police staff separately, please, for fraud and financial investigation."
        )
    assert found.status == "answered"
    assert {citation.table.column for citation in found.citations if citation.table} >= {
        "Police Officers",
        "Police Staff",
    }
