"""What the cells of a table mean: header rows, roles, units, spans, split and carried labels."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.tables.meaning import (
    choose_label,
    grid_to_header_rows,
    is_number,
    is_period,
    numeric_columns,
    text_to_unit,
    with_meaning,
)
from kb.model import Cell, Table


def make_table(rows: Sequence[Sequence[str]], caption: str | None = None) -> Table:
    cells = tuple(Cell(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row))
    return Table("t", 0, len(rows), len(rows[0]), cells, caption=caption, row_pages=(1,) * len(rows))


@pytest.mark.parametrize(
    "text", ["16", "1,087,357", "£12", "(14.5)", "27.6%", "-3", "–3", "£1.2m", "12 million", "1,155*", "3 %"]
)
def test_figures(text: str) -> None:
    assert is_number(text)
    assert not is_period(text)


@pytest.mark.parametrize("text", ["2014/15", "2014-15", "14/15", "2013", "2009–2012", "FY 2014", "Q3", "Year 2"])
def test_periods_are_no_figures(text: str) -> None:
    assert is_period(text)
    assert not is_number(text)


@pytest.mark.parametrize("text", ["", "n/a", "12 officers", "-", "SEPT 2010", "about 3"])
def test_words_are_neither(text: str) -> None:
    assert not is_number(text)
    assert not is_period(text)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Cost (£000)", "£000"),
        ("Cost £ 000′s", "£000"),
        ("Cost £k", "£000"),
        ("Grant (£m)", "£m"),
        ("£ millions", "£m"),
        ("LEICS 23.0% £", "£"),
        ("Share (%)", "%"),
        ("Share, per cent", "%"),
        ("Cost in pounds", "£"),
        ("Officers", None),
    ],
)
def test_units_of_headings(text: str, unit: str | None) -> None:
    assert text_to_unit(text) == unit


def test_header_rows() -> None:
    assert grid_to_header_rows([["Unit", "Cost"], ["Dogs", "16"], ["Cats", "4"]]) == 1
    assert grid_to_header_rows([["Unit", "Costs", ""], ["", "Kent", "Essex"], ["Dogs", "16", "3"]]) == 2
    assert grid_to_header_rows([["Dogs", "16"], ["Cats", "4"]]) == 0
    assert grid_to_header_rows([["Unit", "2014/15"], ["Dogs", "16"], ["Cats", "4"]]) == 1
    assert (
        grid_to_header_rows([["Term", "Meaning"], ["Dog", "An animal that barks"], ["Cat", "One that does not"]]) == 1
    )
    assert grid_to_header_rows([["only"]]) == 0
    assert grid_to_header_rows([]) == 0


def test_numeric_columns_allow_placeholders_but_not_only_them() -> None:
    assert numeric_columns([["a", "16", "-", "2014/15"], ["b", "n/a", "-", "2015/16"]]) == {1}


def test_roles_and_unit() -> None:
    table = with_meaning(make_table([["Unit", "Set up", "Cost £"], ["Dogs", "2014/15", "16"], ["Cats", "2013", ""]]))
    assert table.header_rows == 1
    assert [[cell.role for cell in row if cell] for row in table.grid_cells()] == [
        ["header", "header", "header"],
        ["label", "label", "value"],
        ["label", "label", "blank"],
    ]
    assert table.unit == "£"


def test_a_unit_of_the_caption_counts_where_headings_name_none() -> None:
    rows = [["Unit", "Kent"], ["Dogs", "16"], ["Cats", "4"]]
    assert with_meaning(make_table(rows, "Costs (£000)")).unit == "£000"
    assert with_meaning(make_table(rows, "Shares in %")).unit is None
    assert with_meaning(make_table(rows)).unit is None


def test_columns_of_different_units_give_the_table_none() -> None:
    assert with_meaning(make_table([["Unit", "Cost £", "Share %"], ["Dogs", "16", "80%"]])).unit is None


def test_known_header_rows_win() -> None:
    rows = [["Unit", "Cost"], ["Dogs", "16"], ["Cats", "4"]]
    assert with_meaning(make_table(rows), known_header_rows=2).header_rows == 2


def test_a_heading_over_named_columns_spans_them() -> None:
    table = with_meaning(make_table([["Unit", "Costs", ""], ["", "Kent", "Essex"], ["Dogs", "16", "3"]]))
    assert table.headers() == ["Unit", "Costs Kent", "Costs Essex"]
    spans = {cell.text: (cell.rowspan, cell.colspan) for cell in table.cells if cell.row == 0}
    assert spans["Costs"] == (1, 2)
    assert spans["Unit"] == (2, 1)


def test_a_label_split_over_two_rows_is_joined() -> None:
    table = make_table([["Unit", "Cost"], ["Dogs (police", "16"], ["and army)", "4"], ["Cats", "7"]])
    joined = with_meaning(table)
    assert [row[0] for row in joined.grid()] == ["Unit", "Dogs (police and army)", "Dogs (police and army)", "Cats"]
    assert [row[1] for row in joined.grid()] == ["Cost", "16", "4", "7"]


def test_labels_carry_down_over_blank_cells() -> None:
    rows = [
        ["Force", "Project", "Cost"],
        ["Kent", "Dogs", "16"],
        ["", "Cats", "4"],
        ["Essex", "Cows", "7"],
        ["", "Essex hens", "2"],
        ["", "Goats", "3"],
    ]
    table = with_meaning(make_table(rows))
    assert [row[0] for row in table.grid()] == ["Force", "Kent", "Kent", "Essex", "Essex", "Essex"]
    lead = [row[0] for row in table.grid_cells()]
    assert [bool(cell and cell.carried) for cell in lead] == [False, False, True, False, True, True]
    assert [bool(cell and cell.doubtful) for cell in lead] == [False, False, True, False, False, False]


def test_figures_never_move() -> None:
    rows = [["Force", "Project", "Cost"], ["Kent", "Dogs", "16"], ["", "Cats", "4"], ["Essex", "Cows", "7"]]
    assert [row[1:] for row in with_meaning(make_table(rows)).grid()] == [row[1:] for row in rows]


def test_a_row_of_figures_alone_gets_no_label() -> None:
    rows = [["Force", "Dogs", "Cats"], ["Kent", "1", "2"], ["Essex", "3", "4"], ["", "4", "6"]]
    assert with_meaning(make_table(rows)).grid()[3][0] == ""


@pytest.mark.parametrize(
    ("words", "label", "doubtful"),
    [
        ("Radios for Dorset", "Dorset", False),
        ("Radios for Norfolk", "Norfolk", False),
        ("Radios", "Dorset", True),
        ("Norfolk and Dorset", "Dorset", True),
    ],
)
def test_which_label_a_row_belongs_to(words: str, label: str, doubtful: bool) -> None:
    assert choose_label(words, "Dorset", "Norfolk") == (label, doubtful)


def test_without_a_label_below_there_is_no_doubt() -> None:
    assert choose_label("Radios", "Dorset", "") == ("Dorset", False)
    assert choose_label("Radios", "", "Norfolk") == ("Norfolk", True)
