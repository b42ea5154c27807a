"""Tables that meet a page end: repeated and changed headers, cut cells, and a table that only looks like the rest."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ingest.readers.pdf import read_pdf
from kb.model import Table

PDF = Path(__file__).parent / "data" / "pdf" / "tables-over-page-ends.pdf"


@cache
def tables() -> tuple[Table, ...]:
    return read_pdf(PDF, PDF.read_bytes()).tables


def on_page(page: int) -> Table:
    return next(table for table in tables() if table.page == page)


def test_every_table_is_one() -> None:
    assert [table.page for table in tables()] == [1, 4, 6, 8, 10, 11]


def test_header_of_two_rows_is_dropped_on_each_page() -> None:
    table = on_page(1)
    assert [row[0] for row in table.grid()] == ["Force", "Force"] + [f"Force {i}" for i in range(1, 21)]
    assert table.row_pages == (1,) * 8 + (2,) * 10 + (3,) * 4


def test_header_that_says_it_is_continued_is_dropped() -> None:
    table = on_page(4)
    assert [row[0] for row in table.grid()] == ["Item"] + [f"Item {i}" for i in range(1, 9)]
    assert table.row_pages == (4,) * 5 + (5,) * 4


def test_table_under_a_caption_that_says_it_is_continued_goes_on() -> None:
    table = on_page(6)
    assert table.caption == "Table 2: Stock"
    assert [row[0] for row in table.grid()] == ["Item"] + [f"Item {i}" for i in range(1, 9)]


def test_cell_that_goes_on_after_a_full_stop_is_one() -> None:
    table = on_page(8)
    assert [row[0] for row in table.grid()] == ["Risk", "Money", "Staff", "Systems", "Cars"]
    assert "lead force in good time. Those that have stood open" in table.grid()[2][1]
    assert table.row_pages == (8, 8, 8, 9, 9)


def test_other_headings_begin_another_table() -> None:
    assert on_page(10).grid()[0] == ["Item", "2013", "2014"]
    assert on_page(11).grid()[0] == ["Force", "Officers", "Staff"]
