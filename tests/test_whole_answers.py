"""An answer gives all that is asked for: both of two figures, every row that is meant, both documents compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kb.answering import answer, answer_to_draft
from kb.answering.bounds import places_beyond, question_to_bound
from kb.answering.draft import Draft, DraftSentence, Quote
from kb.answering.patterns import INTENTS
from kb.answering.picked_rows import Place
from kb.answering.question import text_to_kinds, text_to_question
from kb.answering.table_answers import TableAnswer
from kb.answering.table_evidence import is_part, names_another, other_measure, run_operation
from kb.answering.table_view import TableView, table_to_view
from kb.model import Cell, Chunk, Table, TablePlace
from kb.retrieval.evidence import Query
from kb.retrieval.lexicon import chunks_to_lexicon
from kb.store import KnowledgeBase


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


def make_view(rows: Sequence[Sequence[str]]) -> TableView:
    cells = tuple(
        Cell(r, c, text, "header" if r == 0 else "label" if c == 0 else "value")
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    table = Table("t1", 0, len(rows), len(rows[0]), cells, row_pages=(1,) * len(rows))
    return table_to_view("d", "", table)


def ask(view: TableView, asked: str) -> Query:
    rows = [Chunk(str(n), "d", "row", "; ".join(texts), "") for n, texts in enumerate(view.table.grid())]
    return Query(text_to_question(asked), chunks_to_lexicon(rows))


def computed(view: TableView, asked: str) -> TableAnswer | None:
    query = ask(view, asked)
    return run_operation(view, query.question, query.matcher)


YEARS = make_view(
    [
        ["Item", "2012/13 £", "2013/14 £", "2014/15 £"],
        ["Stables", "4,000", "2,500", "1,500"],
        ["Kennels", "900", "1,100", "1,300"],
        ["Armoury", "700", "650", "600"],
    ]
)
GOALS = make_view(
    [["Year", "Target saving £", "Achieved £"], ["2014/15", "5,000", "7,300"], ["2015/16", "9,000", "3,200"]]
)
SHARES = make_view(
    [
        ["Unit", "Derbyshire £", "Kent £", "Essex £", "Total £"],
        ["Stables", "400", "300", "300", "1,000"],
        ["Kennels", "100", "600", "300", "1,000"],
        ["Total cash", "500", "900", "600", "2,000"],
    ]
)


@pytest.mark.parametrize(
    ("view", "asked", "operation", "value"),
    [
        (YEARS, "What do the stables and the kennels cost together in 2012/13?", "sum", "£4,900"),
        (YEARS, "What did the stables cost over the first two years?", "sum", "£6,500"),
        (YEARS, "What did the kennels cost over the last two of the three years?", "sum", "£2,400"),
        (YEARS, "What is the difference between the highest and the lowest cost in 2013/14?", "difference", "£1,850"),
        (GOALS, "How far did they miss the 2015/16 saving target by?", "difference", "£5,800"),
        (SHARES, "What slice of all the cash came from Kent?", "share", "45.0%"),
    ],
)
def test_what_is_asked_in_other_words_is_computed(view: TableView, asked: str, operation: str, value: str) -> None:
    found = computed(view, asked)
    assert found is not None
    assert (found.operation, found.value) == (operation, value)


@pytest.mark.parametrize("asked", ["What is working together about?", "Which units work together with Kent?"])
def test_working_together_is_no_sum(asked: str) -> None:
    assert "sum" in INTENTS
    assert "sum" not in text_to_kinds(asked)[0]


def cell_draft(row: str, column: str, index: int = 1) -> Draft:
    quote = Quote("d", "4,000", 1, None, table=TablePlace("t1", row, column, "£4,000", index))
    return Draft((DraftSentence(f"{row}, {column}: £4,000.", (quote,)),), 0.9, form="table")


@pytest.mark.parametrize(
    ("asked", "row", "part"),
    [
        ("How much are the two bids of Kent worth together?", "Kent", True),
        ("How much are the two bids of Kent worth together?", "Total", False),
        ("How much is the bid of Kent worth?", "Kent", False),
        ("How much do the stables cost over the first two years?", "Total", True),
        ("How much does working together cost Kent?", "Kent", False),
    ],
)
def test_one_figure_of_several_that_are_asked_for_is_no_answer(asked: str, row: str, part: bool) -> None:
    assert is_part(cell_draft(row, "Cost"), ask(YEARS, asked)) is part


def test_a_cell_of_one_row_is_no_answer_where_another_is_named_too() -> None:
    stables = YEARS.rows[0]
    assert names_another(YEARS, stables, ask(YEARS, "What did the stables and the kennels cost in 2012/13?"))
    assert not names_another(YEARS, stables, ask(YEARS, "What did the stables cost in 2012/13?"))
    assert not names_another(YEARS, stables, ask(YEARS, "What did the stables cost in 2012/13 and in 2013/14?"))


@pytest.mark.parametrize(
    ("asked", "column", "other"),
    [
        ("What was the budget of the stables?", "Funding received", True),
        ("What was the budget of the stables?", "Cost", False),
        ("What was the budget of the stables?", "2012/13", False),
        ("What did the stables save?", "Annual savings", False),
    ],
)
def test_another_kind_of_money_than_asked_for_is_no_answer(asked: str, column: str, other: bool) -> None:
    assert other_measure(f"Stables, {column}: £5", asked) is other


def beyond_bound(view: TableView, query: Query) -> list[Place]:
    bound = question_to_bound(query.question.text)
    assert bound is not None
    return places_beyond(view, bound, query.question, query.matcher)


def test_a_sum_of_money_bounds_the_column_of_money() -> None:
    view = make_view(
        [["Force", "Horses kept for patrols", "Cost £000"], ["Kent", "30", "900"], ["Essex", "20", "1,410"]]
    )
    query = ask(view, "Which forces spend more than £1,000,000 on horses kept for patrols?")
    beyond = beyond_bound(view, query)
    assert [(place.row.label, place.column.index) for place in beyond] == [("Essex", 2)]


@pytest.mark.parametrize(
    ("asked", "cells"),
    [
        ("Which forces pay less than £400 for the kennels?", [("Kennels", "Kent"), ("Kennels", "Sussex")]),
        ("How many forces pay more than £1,000 in total?", [("Total", "Essex")]),
        ("Which units cost Essex more than £500?", [("Stables", "Essex")]),
        ("Which forces pay less than £400?", []),  # for what?
        ("Which forces pay less than £9 for the stables?", []),
    ],
)
def test_a_bound_picks_forces_out_of_a_row_where_these_head_the_columns(
    asked: str, cells: list[tuple[str, str]]
) -> None:
    view = make_view(
        [
            ["Unit", "Kent £", "Essex £", "Sussex £"],
            ["Stables", "500", "900", "100"],
            ["Kennels", "300", "410", "200"],
            ["Total", "800", "1,310", "300"],
        ]
    )
    query = ask(view, asked)
    beyond = beyond_bound(view, query)
    assert [(place.row.label, place.column.heading.split()[0]) for place in beyond] == cells


@pytest.mark.parametrize(
    ("asked", "wants"),
    [
        ("What are the main sources of the savings?", set()),
        ("What are the costs of the stables?", {"money"}),
        ("What were the reasons for the high costs?", set()),
    ],
)
def test_a_list_of_things_needs_no_figure(asked: str, wants: set[str]) -> None:
    assert text_to_question(asked).wants == wants


def test_all_rows_that_hold_the_words_are_listed(kb: KnowledgeBase) -> None:
    found = answer(kb, "Which forces put in a new bid about mental health?")
    assert found.status == "answered"
    assert {"Norfolk", "Nottinghamshire"} <= set(found.values)
    assert all(label in found.answer for label in found.values)


def test_all_rows_beyond_a_figure_are_listed(kb: KnowledgeBase) -> None:
    draft = answer_to_draft(kb, "Which units save more than £1,000,000 a year against baseline?")[2]
    assert draft is not None
    assert set(draft.values) == {
        "MAJOR CRIME COMMAND",
        "SERIOUS & ORGANISED CRIME",
        "REGIONAL FORENSICS",
        "LEGAL SERVICES",
    }


def test_a_list_is_said_whole_however_it_is_asked_for(kb: KnowledgeBase) -> None:
    found = answer(kb, "What components should a regional organised crime unit have?")
    assert all(words in found.answer for words in ("asset recovery", "witness protection", "prison intelligence"))
    assert "written for collabkb" not in found.answer


def test_a_reason_is_answered_by_words_not_by_a_figure_of_the_same_row(kb: KnowledgeBase) -> None:
    found = answer(kb, "Why are the savings of the Technical Support Unit cashable?")
    assert "staff numbers are lower" in found.answer
    assert "216,612" not in found.answer


def test_when_and_how_much_are_both_answered(kb: KnowledgeBase) -> None:
    found = answer(kb, "When did the government give money for mobile data devices, and how much?")
    assert "May 2008" in found.answer
    assert "£8.3 million" in found.answer


def test_a_document_compared_is_found_by_the_initials_that_it_uses(kb: KnowledgeBase) -> None:
    found = answer(
        kb, "Compare what the 2013 review and the 2017 presentation say the technical support unit saves in per cent."
    )
    assert ("8.91%" in found.answer) == ("5%" in found.answer)
    assert "0.5%" not in found.answer
