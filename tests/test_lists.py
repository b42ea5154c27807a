"""Lists are said whole: below a lesser heading, behind a sentence that leads to them, the one whose title is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.answering import answer
from kb.store import KnowledgeBase


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("What are the main projects of the Regional IS-PMO?", ["Body worn video", "Agile working", "Holmes 2"]),
        ("What benefits of collaboration does the 2017 presentation give?", ["Less bureaucracy", "Resilience"]),
        (
            "Where does cash saved by combining functions of forces in a regional unit come from, according to HMIC?",
            ["fewer posts", "economies of scale", "overtime", "procurement"],
        ),
        (
            "Which areas for collaboration were considered but not progressed?",
            ["Dedicated Source Unit", "Anti Corruption Unit"],
        ),
    ],
)
def test_the_list_that_is_asked_for_is_said_whole(kb: KnowledgeBase, question: str, held: list[str]) -> None:
    found = answer(kb, question)
    assert found.status == "answered"
    assert [words for words in held if words not in found.answer] == []
    assert sum(line.startswith("- ") for line in found.answer.splitlines()) >= len(held)


def test_all_rows_of_one_label_are_said_where_several_have_it(kb: KnowledgeBase) -> None:
    found = answer(kb, "Which new bids to the 2014/15 fund does the Metropolitan Police Service lead?")
    rows = [line for line in found.answer.splitlines() if line.startswith("- Metropolitan Police Service")]
    assert len(rows) == 4
    assert any("Mental Health" in row for row in rows)


def test_a_sentence_that_lists_things_itself_is_not_put_aside_for_a_list(kb: KnowledgeBase) -> None:
    found = answer(kb, "What are the national threats in the Strategic Policing Requirement?")
    assert "terrorism and organised crime, serious public disorder, civil emergencies" in found.answer
