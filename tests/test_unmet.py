"""What a question says beside its subject is not passed over: "without", "not", which document, which of many rows, and
what was asked before. Each was answered wrongly to somebody who tried the program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kb.answering import answer
from kb.answering.question import in_frame, may_stand_alone
from kb.model import Answer, Turn
from kb.store import KnowledgeBase


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


def talk(kb: KnowledgeBase, questions: Sequence[str]) -> Answer:
    """The answer to the last question of a conversation."""
    history: list[Turn] = []
    for asked in questions:
        said = answer(kb, asked, history)
        history.append(Turn(asked, said.answer))
    return said


@pytest.mark.parametrize(
    "asked",
    [
        "total cost of collaboration for notts without officers in kind",  # the printed total has them in
        "which force does not pay for L&D",  # the list of those that do
        "which forces are NOT in procurement",
        "what did the 2017 presentation say about redundancies",  # another document does
        "how many bids did nottinghamshire lead",  # in two lists of bids
        "body worn video how much did we get from home office in 2014/15",  # nine bids are for that
    ],
)
def test_what_a_question_rules_out_is_not_answered(kb: KnowledgeBase, asked: str) -> None:
    assert answer(kb, asked).status == "not_found"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("What is the total cost of collaboration for Nottinghamshire?", "£8,469,539"),
        ("How many of the new 2014/15 bids are led by West Yorkshire?", "4 – counted"),
        ("Which areas did the five forces consider for collaboration but not progress?", "Force Intelligence Bureau"),
        ("How much did Nottinghamshire bid for body worn video?", "£1,684,240"),
    ],
)
def test_what_a_question_says_is_answered(kb: KnowledgeBase, asked: str, said: str) -> None:
    assert said in answer(kb, asked).answer


def test_a_date_is_not_taken_from_the_headings_of_sums(kb: KnowledgeBase) -> None:
    for asked in ("When were legal services set up?", "When were legal services set up"):
        assert "£" not in answer(kb, asked).answer


def test_savings_that_may_be_planned_or_come_about_are_both_said(kb: KnowledgeBase) -> None:
    assert answer(kb, "What did the 2016/17 savings come to?").values == ("£900,000", "£326,642")


def test_a_year_that_was_answered_is_meant_by_what_follows(kb: KnowledgeBase) -> None:
    asked = (
        "did the savings target get met in 2016/17",
        "which year missed its savings target",
        "how much short was it",
    )
    assert "£573,358" in talk(kb, asked).answer


def test_a_whole_question_is_not_answered_with_the_topic_before(kb: KnowledgeBase) -> None:
    before = "how much in total did notts get from the innovation fund new bids"
    assert talk(kb, (before, "whats the cheapest force to collaborate with")).status == "not_found"
    assert may_stand_alone("whats the cheapest force to collaborate with", [Turn(before)])
    assert not may_stand_alone("Who takes the other half?", [Turn(before)])


def test_a_named_thing_takes_the_frame_of_the_question_before(kb: KnowledgeBase) -> None:
    asked = ["what does northants pay for legal services 16/17", "and learning and development?"]
    assert talk(kb, asked).values == ("£405,313",)
    assert in_frame("and how?", [Turn(asked[0])]) is None
    assert in_frame("and learning and development?", []) is None


def test_nothing_is_added_up_of_what_was_not_found(kb: KnowledgeBase) -> None:
    asked = ["what does northants pay for legal services 16/17", "and in 2015/16?", "so how much is that altogether?"]
    assert talk(kb, asked).status == "not_found"
