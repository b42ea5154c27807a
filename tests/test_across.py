"""Several documents side by side: named ones, ones of different years, and the same measure in each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.answering import answer
from kb.answering.across import CLAUSES, date_to_words
from kb.store import KnowledgeBase


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


def test_each_named_document_says_its_own_newest_first(kb: KnowledgeBase) -> None:
    question = "What percentage saving for forensics does HMIC give in 2013, and what does the 2017 presentation show?"
    found = answer(kb, question)
    newest, older = found.answer.index("35.53%"), found.answer.index("25%")
    assert newest < older
    assert [citation.source for citation in found.citations] == ["panel-presentation-2017.pdf", "hmic-review-2013.pdf"]
    assert "(24 April 2017)" in found.answer
    assert "(November 2013)" in found.answer


def test_the_same_measure_in_two_documents_is_given_side_by_side(kb: KnowledgeBase) -> None:
    found = answer(kb, "What percentage is saved in occupational health?")
    assert found.values == ("32.62%", "26%")
    assert len({citation.document_id for citation in found.citations}) == 2


def test_each_half_is_asked_of_its_own_document(kb: KnowledgeBase) -> None:
    found = answer(
        kb,
        "Who oversees the collaborations according to the 2009 plan, and who oversees them in the 2017 presentation?",
    )
    assert "Collaboration Board" in found.answer and "East Midlands PCC Board" in found.answer
    assert {citation.source for citation in found.citations} == {"plan-2009-2012.pdf", "panel-presentation-2017.pdf"}


def test_a_document_that_is_silent_leaves_the_question_unanswered(kb: KnowledgeBase) -> None:
    found = answer(
        kb, "What did the 2009 plan say about police horses, and what does the 2017 presentation say of them?"
    )
    assert found.status == "not_found"


def test_a_year_chooses_one_of_them(kb: KnowledgeBase) -> None:
    found = answer(kb, "What percentage is saved in occupational health, according to the 2017 presentation?")
    assert found.values == ("32.62%",)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What did the plan say, and what does the review say?", 2),
        ("How do savings in the review compare with those in the slides?", 2),
        ("What did Derbyshire and Leicestershire pay?", 1),
        ("Savings and costs of legal services", 1),
    ],
)
def test_a_question_is_parted_where_each_part_asks(question: str, parts: int) -> None:
    assert len(CLAUSES.split(question)) == parts


def test_dates_are_said_as_people_write_them() -> None:
    assert date_to_words("2017-04-24") == "24 April 2017"
    assert date_to_words(None) is None
