"""Questions to begin with and better questions: made by rule from a library, and answered by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from kb.answering import answer
from kb.embedding import Embedder
from kb.examples import (
    example_questions,
    find_examples,
    heading_to_words,
    label_to_words,
    library_to_examples,
    says,
)
from kb.model import Answer
from kb.store import KnowledgeBase
from kb.suggestions import suggest_questions

SPENDING = """Council spending

Service,Spending in 2015/16 (£),Spending in 2016/17 (£),Staff
Libraries,120000,95000,31
Parks and gardens,80000,82500,12
Street lighting,45000,47250,4
Total,245000,224750,47
"""


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as kb:
        yield kb


def test_every_example_is_answered_as_its_place_says(kb: KnowledgeBase) -> None:
    assert example_questions(kb, 4) is None
    asked: list[int] = []
    questions = find_examples(kb, 4, lambda: asked.append(1))
    assert len(questions) == 4 == len(set(questions)) and len(asked) >= 4
    known = {example.question: example for example in library_to_examples(kb)}
    assert len({known[question].form for question in questions}) >= 3
    for question in questions:
        assert says(answer(kb, question), known[question].expected), question
    assert example_questions(kb, 4) == questions
    public = kb.seen_by(cleared=False)
    assert example_questions(public, 4) is None


def test_any_library_has_its_own_examples(tmp_path: Path, kb_home: Path, embedder: Embedder) -> None:
    (tmp_path / "spending.csv").write_text(SPENDING, "utf-8")
    with KnowledgeBase.open(kb_home, create=True) as kb:
        assert ingest([tmp_path / "spending.csv"], kb, embedder).added
        questions = find_examples(kb, 3)
        assert questions and all("forensics" not in question.lower() for question in questions)
        assert any("libraries" in question.lower() or "spending" in question.lower() for question in questions)


def test_words_that_a_question_can_use() -> None:
    known = frozenset({"EMSOU"})
    assert heading_to_words("TOTAL ANNUAL SAVINGS (£m)", known) == "total annual savings"
    assert heading_to_words("Increased saving (£’m)", known) == "increased saving"
    assert heading_to_words("Approximate Cost £′s", known) == "approximate cost"
    assert heading_to_words("Bid value in 2014/15", known) == "bid value in 2014/15"
    assert heading_to_words("NOTTS 27.6% £", known) == "" == heading_to_words("Total £", known)
    assert label_to_words("EMSOU FORENSICS", known) == "EMSOU Forensics"
    assert label_to_words("2015/16", known) == "2015/16"
    assert label_to_words("Total cost", known) == "" == label_to_words("12 officers", known)


def test_a_figure_is_said_in_any_form() -> None:
    assert says(Answer("q", "answered", "£1.5 million", values=("£1.5 million",)), "£1,500,000")
    assert not says(Answer("q", "answered", "£1.6 million", values=("£1.6 million",)), "£1,500,000")


def test_better_questions_are_near_and_answered(kb: KnowledgeBase) -> None:
    asked = answer(kb, "What was the target saving in 2031/32?")
    assert asked.status == "not_found"
    better = suggest_questions(kb, asked)
    assert better and any("target saving" in question for question in better)
    assert all(answer(kb, question).status == "answered" for question in better)
    nowhere = answer(kb, "What is the salary of the Mayor of Paris?")
    assert suggest_questions(kb, nowhere) == ()
