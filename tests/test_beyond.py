"""Questions with a bound ("less than £600,000"), for what letters mean, whose money it is, and plans and outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kb.answering import answer
from kb.answering.bounds import question_to_bound, says_none_beyond
from kb.answering.question import text_to_question
from kb.store import KnowledgeBase


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


@pytest.mark.parametrize(
    ("asked", "number", "sign", "inclusive"),
    [
        ("Which pay less than £600,000?", "600000", -1, False),
        ("Which save at least 7%?", "7", 1, True),
        ("Which cost over £1.5m?", "1500000", 1, False),
    ],
)
def test_a_bound_is_read(asked: str, number: str, sign: int, inclusive: bool) -> None:
    bound = question_to_bound(asked)
    assert bound is not None
    assert (bound.value.number, bound.sign, bound.inclusive) == (Decimal(number), sign, inclusive)


@pytest.mark.parametrize(
    "asked", ["What was saved over 3 years?", "What was spent under 2012/13 plans?", "Which are above the target?"]
)
def test_a_time_is_no_bound(asked: str) -> None:
    assert question_to_bound(asked) is None


@pytest.mark.parametrize(
    ("asked", "text", "none"),
    [
        ("Which forces save more than 30%?", "Derbyshire saves 1%, the others more than 7%.", True),
        ("Which forces save more than 30%?", "Kent saves 31%.", False),
        ("Which forces save more than 30%?", "Kent saves £31m.", True),
        ("Why do forces save more than 30%?", "Because they must.", False),
        ("Which forces save most?", "Kent does.", False),
        ("What share live in towns of fewer than 10,000 people?", "About 40% do.", False),
    ],
)
def test_prose_without_a_figure_beyond_the_bound_is_no_answer(asked: str, text: str, none: bool) -> None:
    assert says_none_beyond(text_to_question(asked), text) is none


@pytest.mark.parametrize(
    ("asked", "values"),
    [
        ("Which forces pay less than £600,000 for forensics?", ("NORTHANTS", "LINCS")),
        ("Who pays more than £2m for EMSOU SOC?", ("NOTTS", "LEICS", "DERBYS")),
        ("Which forces bid more than £1 million for body worn video?", ("Nottinghamshire",)),
        (
            "Which units cost Nottinghamshire more than £1m?",
            ("EMSOU SOC", "EMSOU FORENSICS", "EMSOU - Officers in Kind"),
        ),
        ("Which years had a target saving of more than £600,000?", ("2015/16", "2016/17")),
    ],
)
def test_what_is_beyond_a_bound_is_listed(kb: KnowledgeBase, asked: str, values: tuple[str, ...]) -> None:
    said = answer(kb, asked)
    assert said.status == "answered"
    assert said.values == values
    assert len(said.citations) == len(values)


def test_the_total_is_compared_where_no_force_is_named(kb: KnowledgeBase) -> None:
    said = answer(kb, "Which units cost more than £2m in 2016/17?")
    assert "EMSOU SOC, TOTAL: £9,568,875" in said.answer
    assert "EMSOU TSU" in said.values and "EMSOU MC" not in said.values
    assert not any(value.upper().startswith("TOTAL") for value in said.values)


def test_lists_of_one_kind_are_searched_together(kb: KnowledgeBase) -> None:
    said = answer(kb, "Which bids were for more than £1m?")
    assert {citation.table.table_id for citation in said.citations if citation.table} == {"t1", "t2"}
    assert len(said.citations) == 13
    assert "(New bids to the 2014/15 Fund): £6,000,000" in said.answer


@pytest.mark.parametrize(
    "asked",
    [
        "How many bids were above £1m?",  # in two lists
        "How many forces pay less than £600,000?",  # for what?
        "Which collaborations saved more than 99%?",
    ],
)
def test_what_cannot_be_told_for_sure_is_not_found(kb: KnowledgeBase, asked: str) -> None:
    assert answer(kb, asked).status == "not_found"


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ("How much does Northamptonshire pay for learning and development?", "£405,313"),
        ("How much do Notts contribute to occupational health?", "£474,721"),
    ],
)
def test_a_short_label_is_known_by_its_words(kb: KnowledgeBase, asked: str, value: str) -> None:
    assert answer(kb, asked).values == (value,)


def test_what_letters_mean_is_said_in_words_or_not_at_all(kb: KnowledgeBase) -> None:
    assert "Learning and Development (EMCHRS L&D)" in answer(kb, "What does L&D stand for?").answer
    assert answer(kb, "What does EMSOU stand for?").answer.startswith("East Midlands Special Operations Unit (EMSOU)")
    assert "Her Majesty’s Inspectorate of Constabulary (HMIC)" in answer(kb, "What does HMIC stand for?").answer
    assert answer(kb, "What does GAIN stand for?").answer.startswith("GAIN stands for")
    assert answer(kb, "What does OHU stand for?").status == "not_found"
    assert answer(kb, "What does EM-LS stand for?").status == "not_found"


def test_the_budget_of_a_programme_is_not_its_teams(kb: KnowledgeBase) -> None:
    assert answer(kb, "What was the budget of the regional programme team in 2012/13?").status == "not_found"
    assert "£1.193m" in answer(kb, "What was the budget of the regional programme team in 2010/11?").answer
    assert "£42m" in answer(kb, "What was the budget of the programme in 2012/13?").answer


@pytest.mark.parametrize(
    ("asked", "row", "figures"),
    [
        ("What has this saved us, against what target?", "TOTAL SAVINGS", ("£2,400,000", "£2,659,646")),
        ("what have the collaborations saved, and against what target", "TOTAL SAVINGS", ("£2,400,000", "£2,659,646")),
        ("What was saved in 2015/16 compared with the target?", "2015/16", ("£1,000,000", "£1,601,489")),
    ],
)
def test_what_came_about_is_said_beside_what_was_planned(
    kb: KnowledgeBase, asked: str, row: str, figures: tuple[str, ...]
) -> None:
    said = answer(kb, asked)
    assert said.status == "answered"
    assert {citation.table.row for citation in said.citations if citation.table} == {row}
    assert said.values == figures


def test_one_of_two_figures_asked_for_side_by_side_is_no_answer(kb: KnowledgeBase) -> None:
    assert answer(kb, "What does legal services cost against its budget?").status == "not_found"


def test_all_units_of_one_name_are_added_up_for_one_force(kb: KnowledgeBase) -> None:
    said = answer(kb, "How much does Lincolnshire contribute to all EMSOU units together?")
    assert said.values == ("£3,133,270",)
    assert said.computation is not None and len(said.computation.inputs) == 5
