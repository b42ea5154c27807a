"""Total rows: found by their labels and by adding up; what does not add up is kept, marked and said."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from ingest.tables.meaning import with_meaning
from kb.model import Table
from tests.made import grid_table


def read(rows: Sequence[Sequence[str]], caption: str | None = None, notes: tuple[str, ...] = ()) -> Table:
    return with_meaning(grid_table(rows, caption=caption, notes=notes))


def doubtful(table: Table) -> list[tuple[int, int]]:
    return [(cell.row, cell.column) for cell in table.cells if cell.doubtful]


def test_a_total_that_adds_up_is_no_matter_for_doubt() -> None:
    table = read(
        [["Unit", "Officers", "Staff"], ["Dogs", "157", "70"], ["Cats", "211", "135"], ["Total", "368", "205"]]
    )
    assert table.total_rows == (3,)
    assert table.doubts == ()
    assert table.confidence == 1.0


def test_a_total_that_does_not_add_up_is_said_marked_and_left_as_printed() -> None:
    rows = [["Unit", "Officers", "Staff"], ["Dogs", "157", "91"], ["Cats", "211", "136"], ["Total", "368", "226"]]
    table = read(rows)
    assert table.total_rows == (3,)
    assert table.doubts == ("The total of column 'Staff' says 226; its rows add up to 227",)
    assert doubtful(table) == [(3, 2)]
    assert table.grid() == rows
    assert table.confidence < 1.0


def test_a_count_is_not_rounded_but_money_is() -> None:
    counts = [["Unit", "Posts"], ["Dogs", "11"], ["Cats", "12"], ["Cows", "13"], ["Total", "37"]]
    assert read(counts).doubts == ("The total of column 'Posts' says 37; its rows add up to 36",)
    assert read(counts, caption="Costs (£m)").doubts == ("The total of column 'Posts' says 37; its rows add up to 36",)
    money = [["Unit", "Cost £m"], ["Dogs", "1.1"], ["Cats", "1.2"], ["Cows", "1.3"], ["Total", "3.7"]]
    assert read(money).doubts == ()
    further = [*money[:-1], ["Total", "3.9"]]
    assert read(further).doubts == ("The total of column 'Cost £m' says 3.9; its rows add up to 3.6",)


def test_a_note_on_rounding_allows_it() -> None:
    counts = [["Unit", "Posts"], ["Dogs", "11"], ["Cats", "12"], ["Cows", "13"], ["Total", "37"]]
    assert read(counts, notes=("Note: figures are rounded.",)).doubts == ()


def test_subtotals_and_what_stands_between_them_make_the_grand_total() -> None:
    rows = [
        ["Item", "Notts", "Leics"],
        ["Unit A", "100", "50"],
        ["Unit B", "30", "20"],
        ["Total cash contributions", "130", "70"],
        ["Officers in kind", "40", "10"],
        ["TOTAL COST", "170", "80"],
    ]
    table = read(rows)
    assert table.total_rows == (3, 5)
    assert table.doubts == ()


def test_each_group_has_its_total_and_all_groups_another() -> None:
    rows = [
        ["Unit", "Officers", "Staff"],
        ["Kent", "", ""],
        ["Dogs", "5", "6"],
        ["Cats", "7", "8"],
        ["Total", "12", "14"],
        ["Essex", "", ""],
        ["Dogs", "1", "2"],
        ["Cats", "3", "4"],
        ["Total", "4", "6"],
        ["Grand total", "16", "20"],
    ]
    table = read(rows)
    assert table.total_rows == (4, 8, 9)
    assert table.doubts == ()
    wrong = read([*rows[:-1], ["Grand total", "16", "21"]])
    assert wrong.doubts == ("'Grand total' of column 'Staff' says 21; its rows add up to 20",)


def test_figures_below_zero_and_rows_to_take_away() -> None:
    budget = [
        ["£m", "08/09", "09/10"],
        ["Gap", "7.4", "8.1"],
        ["Reserves", "(5.2)", "(5.0)"],
        ["Balance", "2.2", "3.1"],
    ]
    assert read(budget).total_rows == (3,)
    income = [
        ["£", "2013", "2014"],
        ["Gross cost", "900", "800"],
        ["Less: income", "300", "150"],
        ["Net", "600", "650"],
    ]
    table = read(income)
    assert table.total_rows == (3,)
    assert table.doubts == ()


def test_shares_and_averages_are_not_added() -> None:
    rows = [
        ["Force", "Staff", "Share %", "Average cost"],
        ["Kent", "10", "40%", "55"],
        ["Essex", "15", "60%", "65"],
        ["Total", "25", "90%", "61"],
    ]
    table = read(rows)
    assert table.total_rows == (3,)
    assert table.doubts == ()


def test_a_last_row_without_a_label_that_adds_up_is_a_total() -> None:
    rows = [["Force", "Posts", "Cost"], ["Kent", "16", "870"], ["Essex", "26", "1,410"], ["", "", "2,280"]]
    assert read(rows).total_rows == (3,)
    assert read([*rows[:-1], ["", "", "2,290"]]).total_rows == ()


def test_words_that_say_something_else_need_more_than_one_chance() -> None:
    region = [["Force", "2013", "2014"], ["Kent", "16", "87"], ["Essex", "26", "14"], ["Dorset", "3", "5"]]
    assert read([*region, ["South of England", "45", "106"]]).total_rows == (4,)
    assert read([*region, ["Wales", "45", "107"]]).total_rows == ()


def test_a_total_of_something_else_is_no_mismatch() -> None:
    rows = [["Unit", "Officers", "Staff"], ["Dogs", "157", "70"], ["Cats", "211", "135"]]
    table = read([*rows, ["Total", "368", "205"], ["East Midlands total (FTE)", "8,409", "4,331"]])
    assert table.total_rows == (3,)
    assert table.doubts == ()


def test_unknown_figures_are_not_added_and_dashes_are_nothing() -> None:
    table = read(
        [["Area", "2013", "2014"], ["Dogs", "n/a", "-"], ["Cats", "4", "7"], ["Cows", "2", "1"], ["Total", "9", "8"]]
    )
    assert table.total_rows == (4,)
    assert table.doubts == ()
    placeholders = read([["Area", "2013"], ["Dogs", "4"], ["Cats", "3"], ["TOTAL", "n/a"]])
    assert placeholders.total_rows == (3,)
    assert placeholders.doubts == ()


def test_a_total_at_the_top_adds_up_the_rows_below() -> None:
    table = read([["Force", "Posts", "Cost"], ["Total", "42", "228"], ["Kent", "16", "87"], ["Essex", "26", "141"]])
    assert table.total_rows == (1,)
    assert table.doubts == ()


def test_a_total_column_is_checked_row_by_row() -> None:
    rows = [
        ["Unit", "Officers", "Staff", "Total"],
        ["Dogs", "157", "70", "227"],
        ["Cats", "211", "135", "346"],
        ["Cows", "30", "31", "62"],
        ["Hens", "5", "6", "11"],
    ]
    table = read(rows)
    assert table.doubts == ("The total of row 'Cows' says 62; its columns add up to 61",)
    assert doubtful(table) == [(3, 3)]


@pytest.mark.parametrize("total", ["226", "2,300"])
def test_what_is_wrong_by_much_is_said_where_other_columns_add_up(total: str) -> None:
    rows = [["Unit", "Officers", "Staff"], ["Dogs", "157", "91"], ["Cats", "211", "136"], ["Total", "368", total]]
    assert read(rows).doubts == (f"The total of column 'Staff' says {total}; its rows add up to 227",)


def test_a_long_table_whose_totals_are_of_something_else_takes_time_by_its_length() -> None:
    def seconds(n_rows: int) -> float:
        labels = [("Men", "Women", "Total")[row % 3] for row in range(n_rows)]
        rows = [["Sex", "2010"], *([label, str(row * 37 % 991)] for row, label in enumerate(labels, start=10))]
        table = grid_table(rows)
        start = time.process_time()
        with_meaning(table)
        return time.process_time() - start

    seconds(600)
    assert seconds(4800) < 16 * max(seconds(1200), 0.1)


def test_the_grand_total_of_a_long_table_is_held_against_all_its_rows() -> None:
    rows = [["Item", "Posts"], *([f"Unit {row}", "2"] for row in range(1000)), ["Total", "3,001"]]
    assert read(rows).doubts == ("The total of column 'Posts' says 3,001; its rows add up to 2,000",)
