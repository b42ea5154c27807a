"""Questions executed on small tables made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kb.answering.question import Question, text_to_question
from kb.answering.table_answers import TableAnswer, look_up
from kb.answering.table_evidence import run_operation
from kb.answering.table_view import TableView, named_rows, table_to_view
from kb.model import Cell, Chunk, Table
from kb.retrieval.lexicon import chunks_to_lexicon
from kb.retrieval.words import Matcher


def make_table(rows: Sequence[Sequence[str]], unit: str | None = None, caption: str | None = None) -> Table:
    cells = tuple(
        Cell(r, c, text, "header" if r == 0 else "label" if c == 0 else "value")
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    return Table("t1", 0, len(rows), len(rows[0]), cells, unit=unit, caption=caption, row_pages=(1,) * len(rows))


def ask(table: Table, asked: str) -> tuple[TableView, Question, Matcher]:
    rows = [Chunk(str(n), "d", "row", "; ".join(texts), "") for n, texts in enumerate(table.grid())]
    return table_to_view("d", "", table), text_to_question(asked), Matcher(chunks_to_lexicon(rows), {})


def looked_up(table: Table, asked: str) -> TableAnswer:
    view, question, matcher = ask(table, asked)
    row = named_rows(view, question.focus, matcher)[0]
    found = look_up(view, row, question, matcher)
    assert found is not None
    return found


def computed(table: Table, asked: str) -> TableAnswer | None:
    return run_operation(*ask(table, asked))


def places(found: TableAnswer) -> list[tuple[str, str]]:
    return [(place.row.label, place.column.heading) for place in found.places]


FORCES = make_table(
    [
        ["Unit", "Derbyshire", "Leicestershire", "Kent", "Total"],
        ["Armoury", "£1,200", "£900", "£300", "£2,400"],
        ["Kennels", "£800", "£700", "£500", "£2,000"],
        ["Stables", "£400", "£650", "£150", "£1,200"],
        ["Total", "£2,400", "£2,250", "£950", "£5,600"],
    ]
)
SAVINGS = make_table(
    [
        ["Unit", "Annual saving £", "Saving against baseline"],
        ["Armoury", "10,500", "12%"],
        ["Kennels", "9,000", "31%"],
        ["Stables", "22,250", "45.5%"],
        ["Garage", "1,000", "30%"],
    ]
)


@pytest.mark.parametrize(
    ("asked", "value", "place"),
    [
        ("What does Leicestershire pay for the kennels?", "£700", ("Kennels", "Leicestershire")),
        ("What does Leics pay for the kennels?", "£700", ("Kennels", "Leicestershire")),
        ("What do the kennels cost?", "£2,000", ("Kennels", "Total")),
    ],
)
def test_a_cell_is_looked_up_by_force_and_as_total_without_one(asked: str, value: str, place: tuple[str, str]) -> None:
    found = looked_up(FORCES, asked)
    assert found.value == value
    assert places(found) == [place]
    assert found.operation is None


@pytest.mark.parametrize(
    ("asked", "operation", "value"),
    [
        ("How much more does Derbyshire than Kent pay for the armoury?", "difference", "£900"),
        ("How much less does Kent than Derbyshire pay for the armoury?", "difference", "£900"),
        ("What is the difference between the armoury and the stables for Kent?", "difference", "£150"),
        ("What do Derbyshire and Kent pay for the kennels in total?", "sum", "£1,300"),
        ("What do the armoury and the stables cost altogether?", "sum", "£3,600"),
        ("What do the armoury and the stables cost Kent altogether?", "sum", "£450"),
        ("What share of the kennels does Kent pay?", "share", "25.0%"),
        ("What do the forces pay on average for the kennels?", "average", "£667"),
        ("Which unit costs Leicestershire the most?", "max", "£900"),
        ("Which unit costs Leicestershire the least?", "min", "£650"),
        ("Which force pays the most for the stables?", "max", "£650"),
        ("Which force pays the least for the stables?", "min", "£150"),
        ("Which force pays the most?", "max", "£2,400"),
    ],
)
def test_operations_over_forces(asked: str, operation: str, value: str) -> None:
    found = computed(FORCES, asked)
    assert found is not None
    assert (found.operation, found.value) == (operation, value)


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        ("Which unit costs Leicestershire the most?", "Armoury"),
        ("Which unit costs Leicestershire the least?", "Stables"),
        ("Which force pays the most for the stables?", "Leicestershire"),
        ("Which force pays the least for the stables?", "Kent"),
    ],
)
def test_an_extreme_says_which(asked: str, label: str) -> None:
    found = computed(FORCES, asked)
    assert found is not None
    assert found.label == label


def test_the_answer_of_an_extreme_stands_first_among_its_cells() -> None:
    found = computed(SAVINGS, "Which unit has the largest annual saving?")
    assert found is not None
    assert places(found)[0] == ("Stables", "Annual saving £")
    assert len(found.places) == 4


@pytest.mark.parametrize(
    ("asked", "count", "labels"),
    [
        ("How many units saved more than 30% against the baseline?", "2", {"Kennels", "Stables"}),
        ("How many units saved less than 31% against the baseline?", "2", {"Armoury", "Garage"}),
        ("How many units have an annual saving of over £9,000?", "2", {"Armoury", "Stables"}),
    ],
)
def test_rows_beyond_a_figure_are_counted(asked: str, count: str, labels: set[str]) -> None:
    found = computed(SAVINGS, asked)
    assert found is not None
    assert (found.operation, found.value) == ("count", count)
    assert {label for label, _ in places(found)} == labels


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("How many units saved at least 30% against the baseline?", "3"),
        ("How many units saved at most 30% against the baseline?", "2"),
    ],
)
def test_at_least_and_at_most_take_the_figure_itself_in(asked: str, count: str) -> None:
    found = computed(SAVINGS, asked)
    assert found is not None
    assert found.value == count


def test_rows_that_hold_a_word_are_counted() -> None:
    table = make_table(
        [
            ["Bid", "Theme", "Value £"],
            ["Radios", "Mobile", "100"],
            ["Phones", "Mobile", "200"],
            ["Vans", "Transport", "400"],
        ]
    )
    found = computed(table, "How many mobile bids were there?")
    assert found is not None
    assert (found.operation, found.value) == ("count", "2")


def test_totals_are_never_added_to_their_parts() -> None:
    for asked in (
        "What do the armoury, the kennels and the stables cost Kent in total?",
        "What do Derbyshire, Leicestershire and Kent pay for the kennels altogether?",
        "What is the average cost of a unit to Kent?",
    ):
        found = computed(FORCES, asked)
        assert found is not None
        assert found.operation is not None
        assert all(not place.row.total and not place.column.total for place in found.places), asked
        assert len(found.places) == 3


def test_the_tables_own_total_is_looked_up_not_computed() -> None:
    found = computed(FORCES, "What do the units cost in total?")
    assert found is not None
    assert (found.operation, found.value) == (None, "£5,600")


def test_figures_of_different_units_are_not_computed() -> None:
    found = computed(
        SAVINGS, "What is the difference between the annual saving and the saving against baseline of the kennels?"
    )
    assert found is None


@pytest.mark.parametrize(
    ("heading", "unit", "cell", "value"),
    [
        ("Cost (£000)", None, "1,410", "£1,410,000"),
        ("Cost £'000s", None, "480", "£480,000"),
        ("Cost (£m)", None, "8.1", "£8.1 million"),
        ("Cost", "£m", "11.25", "£11.25 million"),
        ("Cost", "£000", "12", "£12,000"),
        ("Cost (£m)", None, "126,777,533", "£126,777,533"),
        ("Cost (£m)", None, "(14.5)", "(£14.5 million)"),
        ("Cost (%)", None, "12.5", "12.5%"),
    ],
)
def test_units_of_headings_and_tables(heading: str, unit: str | None, cell: str, value: str) -> None:
    table = make_table([["Site", heading], ["Ashford", cell], ["Belton", "1"]], unit)
    assert looked_up(table, "What of Ashford?").value == value


def test_sums_keep_the_printed_scale() -> None:
    table = make_table([["Site", "Cost (£m)"], ["Ashford", "8.1"], ["Belton", "2.1"], ["Corby", "5.0"]])
    found = computed(table, "What do Ashford and Belton cost altogether?")
    assert found is not None
    assert found.value == "£10.2 million"


def test_an_unlabelled_row_that_adds_up_is_a_total() -> None:
    table = make_table([["Site", "Cost £"], ["Ashford", "10"], ["Belton", "20"], ["", "30"]])
    view = table_to_view("d", "", table)
    assert [row.label for row in view.rows if row.total] == ["Total"]
    assert [row.label for row in view.body()] == ["Ashford", "Belton"]


def test_words_that_name_no_row_get_no_answer() -> None:
    view, question, matcher = ask(FORCES, "What do submarines cost?")
    assert named_rows(view, question.focus, matcher) == []
    assert run_operation(view, question, matcher) is None
