"""Prose that answers: reasons before conclusions, no labels with what the question gave, numbers that count things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.answering import answer, understand
from kb.answering.decision import missing_kinds
from kb.store import KnowledgeBase


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


def test_a_reason_stands_before_what_only_follows_from_it(kb: KnowledgeBase) -> None:
    found = answer(kb, "Why is the full cost of a murder investigation not known to the head of major crime?")
    reason, conclusion = found.answer.index("overtime"), found.answer.index("therefore")
    assert reason < conclusion


def test_a_label_with_what_the_question_says_itself_is_no_answer(kb: KnowledgeBase) -> None:
    asked = "Under what agenda item did the Audit and Scrutiny Panel take the update in September 2014?"
    assert "Agenda Item: 7" in answer(kb, asked).answer
    asked = "Who wrote the report for the Audit & Scrutiny Panel of September 2014?"
    assert "Report to" not in answer(kb, asked).answer


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Theme 3, on posts of officers that become posts of staff.", False),
        ("Phase 2 and Figure 8 are about dogs of 2014/15.", False),
        ("In Theme 3 some 40 posts became posts of staff.", True),
    ],
)
def test_the_number_of_a_theme_counts_nothing(text: str, counts: bool, kb: KnowledgeBase) -> None:
    query = understand(kb, "How many officer posts were turned into staff posts?", ())
    assert ("number" not in missing_kinds(query, text)) == counts


def test_as_many_bids_are_added_up_as_the_question_says(kb: KnowledgeBase) -> None:
    found = answer(kb, "What are Greater Manchester Police's three new bids for 2014/15 worth in total?")
    assert found.values == ("£386,016",)
    assert found.computation is not None and len(found.computation.inputs) == 3
