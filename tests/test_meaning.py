"""What the cells of a table mean: header rows, roles, units, spans, split and carried labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ingest.tables.figures import is_number, is_period, numeric_columns
from ingest.tables.headers import grid_to_header_rows
from ingest.tables.labels import choose_label
from ingest.tables.meaning import with_meaning
from kb.model import Cell, Table
from kb.tables import place_to_unit, table_to_groups
from kb.units import counts_things, heading_without_unit, text_to_unit, words_to_unit
from tests.made import grid_table


def make_table(rows: Sequence[Sequence[str]], caption: str | None = None, **fields: object) -> Table:
    return grid_table(rows, caption=caption, **fields)


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
        ["label", "value", "value"],
        ["label", "value", "blank"],
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


def test_a_form_has_no_heading_row() -> None:
    form = [
        ["Paper marked", "D"],
        ["Report of", "The Chief Constable"],
        ["Date", "23 September 2014"],
        ["Subject", "How five forces in the region work together"],
    ]
    assert grid_to_header_rows(form) == 0
    assert grid_to_header_rows([["For information", ""], *form]) == 1, "a title over a form"
    assert with_meaning(make_table(form)).grid_cells()[0][0].role == "label"  # type: ignore[union-attr]


def test_entries_of_several_kinds_stand_under_no_heading() -> None:
    assert (
        grid_to_header_rows([["Grade", "B"], ["Agreed", "May 2013"], ["Cost", "£500"], ["Use", "Many words here"]]) == 0
    )


@pytest.mark.parametrize(
    ("rows", "header_rows"),
    [
        ([["Costs of dogs", ""], ["Unit", "Cost"], ["Dogs", "16"], ["Cats", "4"]], 2),
        ([["Unit", "Kent", "Essex"], ["", "£m", "£m"], ["Dogs", "16", "3"], ["Cats", "4", "2"]], 2),
        ([["Unit", "Kent", "Essex"], ["1", "2", "3"], ["Dogs", "16", "30"], ["Cats", "4", "20"]], 2),
        ([["", "2013", "2014"], ["Dogs", "16", "3"], ["Cats", "4", "2"]], 1),
        ([["Unit", "Kent", "Essex"], ["Dogs", "n/a", "-"], ["Cats", "4", "2"]], 1),
        ([["Unit", "Kent", "Essex"], ["North", "", ""], ["Dogs", "16", "3"], ["South", "", ""], ["Cats", "4", "2"]], 1),
        ([["Table 1: Projects", ""], ["Dogs", "Cats and other animals"], ["Cows", "Hens"]], 1),
        ([["2009", "16"], ["2010", "17"], ["2011", "18"]], 0),
    ],
)
def test_titles_units_numbers_and_groups_at_the_top(rows: list[list[str]], header_rows: int) -> None:
    assert grid_to_header_rows(rows) == header_rows


def test_type_says_the_header_but_not_over_a_total_or_a_group() -> None:
    total = [["Unit", "Cost"], ["Total", "20"], ["Dogs", "16"], ["Cats", "4"]]
    assert with_meaning(make_table(total), known_header_rows=2).header_rows == 1
    group = [["Source", "What", "Where"], ["Moving:", "", ""], ["Cars", "Fumes of all kinds", "Roads"]]
    assert with_meaning(make_table(group), known_header_rows=2).header_rows == 1
    stub = [["", "2013", "2014"], ["Country", "", ""], ["Wales", "4", "5"], ["France", "6", "7"]]
    assert with_meaning(make_table(stub), known_header_rows=2).header_rows == 2


def test_group_rows_name_the_rows_below_them_and_no_cell_moves() -> None:
    rows = [
        ["Unit", "Officers", "Staff"],
        ["Northamptonshire", "", ""],
        ["Major Crime", "157", "70"],
        ["Forensics", "3", "61"],
        ["Leicestershire", "", ""],
        ["Major Crime", "211", "135"],
    ]
    table = with_meaning(make_table(rows))
    assert table_to_groups(table) == (
        None,
        None,
        "Northamptonshire",
        "Northamptonshire",
        None,
        "Leicestershire",
    )
    assert table.grid() == rows
    assert [row[0].role for row in table.grid_cells() if row[0]][1:3] == ["header", "label"]


def test_a_line_over_the_whole_width_names_a_group() -> None:
    rows = [["Unit", "Place"], ["2009", "2009"], ["Dogs", "Kent"], ["2010 to 2012", "2010 to 2012"], ["Cats", "Essex"]]
    table = with_meaning(make_table(rows, spans={(1, 0): (1, 2), (3, 0): (1, 2)}), known_header_rows=1)
    assert table_to_groups(table) == (None, None, "2009", None, "2010 to 2012")


def test_an_item_without_figures_is_no_group_where_others_have_gaps_too() -> None:
    rows = [
        ["Area", "2008", "2009"],
        ["Radios", "0.5", ""],
        ["Cars", "", "8.3"],
        ["Dogs", "", ""],
        ["EMSOU", "2.3", "4.3"],
    ]
    assert set(table_to_groups(with_meaning(make_table(rows)))) == {None}


def test_a_second_column_labels_rows_where_the_first_does_not_tell_them_apart() -> None:
    rows = [["Force", "Kind", "Posts"], ["Kent", "Officers", "5"], ["Kent", "Staff", "6"], ["Essex", "Officers", "7"]]
    table = with_meaning(make_table(rows))
    assert {cell.column for cell in table.cells if cell.role == "label"} == {0, 1}
    counted = [["No.", "Unit", "Posts"], ["1", "Dogs", "5"], ["2", "Cats", "6"], ["3", "Cows", "7"]]
    table = with_meaning(make_table(counted))
    assert {cell.column for cell in table.cells if cell.role == "label"} == {0, 1}


def test_footnote_marks_are_parted_from_words_and_kept() -> None:
    rows = [["Unit*", "Cost (1)"], ["Dogs**", "(1)"], ["Cats", "16"], ["Cows†", "5*"], ["Grade A*", "4"]]
    notes = ("* Those of Kent.", "** In part.", "(1) Without cars.")
    table = with_meaning(make_table(rows, notes=notes))
    assert table.grid() == [["Unit", "Cost"], ["Dogs", "(1)"], ["Cats", "16"], ["Cows", "5"], ["Grade A", "4"]]
    marks = {(cell.row, cell.column): cell.marks for cell in table.cells if cell.marks}
    assert marks == {(0, 0): ("*",), (0, 1): ("(1)",), (1, 0): ("**",), (3, 0): ("†",), (3, 1): ("*",), (4, 0): ("*",)}


def test_signs_without_a_note_are_part_of_the_words() -> None:
    rows = [["Unit", "Grade"], ["Dogs", "A*"], ["Cats (2)", "5*"], ["km²", "(3)"]]
    assert with_meaning(make_table(rows)).grid() == rows


def test_a_clean_cell_keeps_its_place_in_the_text() -> None:
    text = "Unit\tCost\nDogs*\t16\nCats\t4\n"
    table = make_table([["Unit", "Cost"], ["Dogs*", "16"], ["Cats", "4"]], notes=("* Police dogs.",))
    cells = [replace(c, source=(text.index(c.text), text.index(c.text) + len(c.text))) for c in table.cells]
    for cell in with_meaning(replace(table, cells=tuple(cells)), text).cells:
        assert cell.source and text[cell.source[0] : cell.source[1]] == cell.text


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("All figures are in £000s.", "£000"),
        ("(£ million)", "£m"),
        ("Table 3: Savings by force, £m", "£m"),
        ("Costs are shown in thousands of pounds", "£000"),
        ("Numbers are full-time equivalents", "FTE"),
        ("£2m was saved in 2014", None),
        ("The forces paid £5,000 each in that year", None),
        ("Costs rounded to the nearest £1,000", None),
    ],
)
def test_units_that_captions_sentences_and_notes_give_to_all_figures(words: str, unit: str | None) -> None:
    assert words_to_unit(words) == unit
    rows = [["Unit", "Kent"], ["Dogs", "16"], ["Cats", "4"]]
    assert with_meaning(make_table(rows, notes=(words,))).unit == unit


def test_the_unit_of_a_place() -> None:
    assert place_to_unit("%", "Share %", "Dogs", "£m") == "%"
    assert place_to_unit(None, "2014", "Dogs", "£m") == "£m"
    assert place_to_unit(None, "2014", "as % of the total", "£m") == "%"
    assert place_to_unit(None, "Officers", "Dogs", "£m") is None, "officers are no money"
    assert counts_things("Number of staff") and not counts_things("Staff costs")


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Grant (£m)", "Grant"),
        ("LEICS 23.0% £", "LEICS 23.0%"),
        ("Savings as a % of budget", "Savings as a % of budget"),
    ],
)
def test_headings_without_their_unit(heading: str, words: str) -> None:
    assert heading_without_unit(heading) == words


def test_a_blank_lead_cell_of_its_own_is_blank_where_labels_span_their_rows() -> None:
    rows = [
        ["Force", "Bid", "Cost"],
        ["Kent", "Dogs", "16"],
        ["", "Cats", "4"],
        ["", "Joint", "9"],
        ["Essex", "Cows", "7"],
    ]
    table = with_meaning(make_table(rows, spans={(1, 0): (2, 1)}))
    assert [row[0] for row in table.grid()] == ["Force", "Kent", "Kent", "", "Essex"]
    assert not [cell for cell in table.cells if cell.carried or cell.doubtful]


def test_confidence_falls_with_each_sign_and_says_why() -> None:
    good = with_meaning(make_table([["Unit", "Kent", "Essex"], ["Dogs", "16", "3"], ["Cats", "4", "2"]]))
    assert (good.confidence, good.doubts) == (1.0, ())
    bare = with_meaning(make_table([["Dogs", "16", "3"], ["Cats", "4", "2"], ["Cows", "5", "6"]]))
    assert bare.doubts == ("No heading was found over the columns of figures",)
    double = with_meaning(make_table([["Unit", "Kent", ""], ["Dogs", "16 3", "4"], ["Cats", "4", "2"]]))
    assert double.doubts == (
        "Column 3 of figures without a heading",
        "Cells that hold more than one figure: 16 3",
    )
    assert 0 < double.confidence < bare.confidence < 1
    spaced = with_meaning(make_table([["Unit", "Kent"], ["Dogs", "16 300"], ["Cats", "4 200"]]))
    assert spaced.doubts == ()


def test_what_the_reader_doubted_stays_and_counts() -> None:
    rows = [["Unit", "Kent"], ["Dogs", "16"], ["Cats", "4"]]
    table = with_meaning(make_table(rows, doubts=("Read from a picture",)))
    assert table.doubts == ("Read from a picture",)
    assert table.confidence == 0.9


def test_columns_that_mix_figures_and_words_and_labels_in_doubt_are_said() -> None:
    rows = [["Unit", "Cost"], ["Dogs", "16"], ["Cats", "not known yet"], ["Cows", "as for dogs"], ["Hens", "7"]]
    assert with_meaning(make_table(rows)).doubts == ("Figures and words are mixed in column 'Cost'",)
    bids = [["Force", "Project", "Cost"], ["Kent", "Dogs", "16"], ["", "Cats", "4"], ["Essex", "Cows", "7"]]
    assert with_meaning(make_table(bids)).doubts == (
        "Nothing says whether the label of row 2 is the one above or the one below",
    )


def test_a_blank_cell_that_spans_rows_takes_its_label_once() -> None:
    rows = (("Kent", "Fleet system", "40,700"), ("", "Body cameras", "362,800"), ("", "Drug tests", "73,500"))
    cells = [Cell(0, column, text) for column, text in enumerate(("Lead force", "Bid", "Value"))]
    cells += [Cell(row, column, text) for row, own in enumerate(rows, start=1) for column, text in enumerate(own)]
    cells = [replace(c, rowspan=2) if (c.row, c.column) == (2, 0) else c for c in cells if (c.row, c.column) != (3, 0)]
    table = with_meaning(Table("t0", 0, 4, 3, tuple(cells)))
    places = [(row, cell.column) for cell in table.cells for row in range(cell.row, cell.row + cell.rowspan)]
    assert len(places) == len(set(places))
    assert [row[0] for row in table.grid()] == ["Lead force", "Kent", "Kent", "Kent"]
