"""One of several rows of the same name would look like the only one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.answering import answer
from kb.store import KnowledgeBase


@pytest.mark.parametrize(
    ("question", "held", "left_out"),
    [
        (  # the date is the label of all three, so it tells nothing
            "Going by the timeline in the HMIC review, which three collaborations all went live in April 2012?",
            ("Forensic Services", "Learning & Development", "Occupational Health"),
            ("April 2012 [1]", "Vetting"),
        ),
        (
            "What were Hampshire's new successful bids for 2014/15?",
            ("£746,480", "£657,800", "£73,500", "£362,800"),
            ("£914,678",),
        ),
        (
            "What did North Yorkshire get new funding for in 2014/15?",
            ("£39,200", "£115,562", "£200,000"),
            ("South Yorkshire",),
        ),
        (  # a group's rows, where nothing is said of one of them
            "Business support table of the 2009-2012 plan: what was put forward for 2009?",
            ("Recruitment", "Handling of misconduct matters", "Vetting of staff"),
            ("Horizon Scanning",),
        ),
    ],
)
def test_all_rows_that_the_question_does_not_tell_apart(
    question: str, held: tuple[str, ...], left_out: tuple[str, ...], corpus_home: Path
) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        found = answer(kb, question)
    assert found.status == "answered"
    assert [part for part in held if part not in found.answer] == []
    assert [part for part in left_out if part in found.answer] == []
    assert len(found.citations) >= 2 and all(citation.table for citation in found.citations)


def test_a_row_that_the_question_picks_out_stands_alone(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        found = answer(kb, "What was Hampshire's bid for body worn video worth?")
    assert "£362,800" in found.answer
    assert "£746,480" not in found.answer


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("Put the two Thames Valley bids of the two Innovation Fund tables together for me.", "£914,678."),
        ("How many collaborations are shown under Creedon's portfolio in all? Please count them up.", "4 rows match"),
    ],
)
def test_a_part_is_not_said_for_the_whole(question: str, wrong: str, corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        found = answer(kb, question)
    assert wrong not in found.answer


def test_what_was_actually_saved_is_not_the_target(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        found = answer(kb, "How much did the region's collaborations actually save in 2014/15?")
    assert "£731,515" in found.answer


def test_every_row_that_is_counted_is_named(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        found = answer(kb, "Which forces had new bids for body worn video in 2014/15? Count them.")
    assert found.answer.startswith("8 rows match")
    assert "more" not in found.answer and "Nottinghamshire" in found.answer
