"""Tables in PDFs: rules to cells, spans, continuation over pages, captions and notes, figures without rules."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.layout.parts import Edge
from ingest.readers.pdf import read_pdf
from ingest.tables.grid import edges_to_grids, sides_to_spans
from kb.model import Document, Table

DATA = Path(__file__).parent / "data" / "pdf"
CORPUS = Path(__file__).resolve().parents[1] / "corpus"


@cache
def read(path: Path) -> Document:
    return read_pdf(path, path.read_bytes())


def only_table(name: str) -> Table:
    (table,) = read(DATA / f"{name}.pdf").tables
    return table


def table_on(document: Document, page: int, number: int = 0) -> Table:
    return [table for table in document.tables if table.page == page][number]


def money(text: str) -> int:
    return int(text.replace("£", "").replace(",", "") or "0")


def test_header_cells_that_span() -> None:
    table = only_table("header-with-spanning-cells")
    spans = {cell.text: (cell.row, cell.column, cell.rowspan, cell.colspan) for cell in table.cells}
    assert spans["Force"] == (0, 0, 2, 1)
    assert spans["Posts kept"] == (0, 1, 1, 2)
    assert table.header_rows == 2
    assert table.headers() == ["Force", "Posts kept Officers", "Posts kept Staff", "Approximate cost £ 000"]
    assert table.grid()[2:] == [
        ["Eastshire", "16", "0", "870"],
        ["Westshire", "20", "1", "1,120"],
        ["", "", "", "1,990"],
    ]


def test_caption_lead_in_and_notes() -> None:
    table = only_table("header-with-spanning-cells")
    assert table.caption == "Figure 8: Posts kept by each force"
    assert table.lead_in == "The posts were counted in March."
    assert table.notes == ("Note: Costs are rounded to the nearest ten.",)


def test_lead_cell_goes_on_over_the_page_end() -> None:
    table = only_table("lead-cell-over-page")
    assert [row[0] for row in table.grid()] == ["Lead force", "Eastshire", *["Westshire"] * 4, "Southshire"]
    assert [row[2] for row in table.grid()[1:]] == [
        "£32,400",
        "£150,000",
        "£6,570,000",
        "£12,000",
        "£91,400",
        "£216,000",
    ]
    assert table.row_pages[0] == 1
    assert table.row_pages[-1] == 2
    assert list(table.row_pages) == sorted(page or 0 for page in table.row_pages)
    assert table.section == ("Bids",)
    assert table.notes == ("* Values are those of the bid.",)
    document = read(DATA / "lead-cell-over-page.pdf")
    assert document.text.count("Lead force") == 1


def test_words_of_a_table_are_in_no_block_and_one_row_is_one_line() -> None:
    document = read(DATA / "header-with-spanning-cells.pdf")
    assert not any("Eastshire" in block.text for block in document.blocks)
    span = document.tables[0].row_spans[2]
    assert span is not None
    assert document.text[slice(*span)] == "Eastshire\t16\t0\t870"


def test_figures_in_columns_without_rules() -> None:
    document = read(DATA / "borderless-forecast.pdf")
    (table,) = document.tables
    assert table.grid() == [
        ["£ m", "08/09", "09/10", "Total"],
        ["Base gap", "7.4", "8.1", "15.5"],
        ["Use of reserves", "(5.2)", "(5.0)", "(10.2)"],
        ["Residual gap", "2.2", "3.1", "5.3"],
    ]
    assert table.lead_in == "The forecast looks three years ahead."
    assert document.blocks[-1].text.startswith("In 2010 the gap closes")


def test_table_open_at_its_sides() -> None:
    assert only_table("full-rule-open-sides").grid()[1:] == [
        ["2014/15", "500,000", "731,515"],
        ["2015/16", "1,000,000", "1,601,489"],
    ]


def test_boxes_banners_and_charts_are_no_tables() -> None:
    document = read(DATA / "boxes-are-not-tables.pdf")
    assert not document.tables
    text = [block.text for block in document.blocks]
    assert "Collaboration Bulletin" in text
    assert "Drafting note. These words stand in a box that is drawn around one paragraph." in text


def test_force_contributions_add_up() -> None:
    """Every row of the contributions is the sum of its forces, and every column the sum of its units."""
    table = table_on(read(CORPUS / "panel-presentation-2017.pdf"), 13)
    rows = {row[0]: [money(cell) for cell in row[1:]] for row in table.grid()[table.header_rows :]}
    assert rows["EMSOU FORENSICS"][0] == 1_087_357
    for *forces, total in rows.values():
        assert abs(sum(forces) - total) <= 2
    units = [name for name in rows if name not in {"Total Cash Contributions", "TOTAL COST OF COLLABORATION"}]
    cash = [sum(rows[name][column] for name in units if "Kind" not in name) for column in range(6)]
    assert all(abs(a - b) <= 3 for a, b in zip(cash, rows["Total Cash Contributions"], strict=True))


def test_savings_tables_add_up() -> None:
    document = read(CORPUS / "panel-presentation-2017.pdf")
    for page, column in ((14, 1), (14, 2), (15, 2)):
        table = table_on(document, page)
        values = [money(row[column]) for row in table.grid()[table.header_rows :]]
        assert sum(values[:-1]) == values[-1]


def test_bid_tables_are_whole() -> None:
    document = read(CORPUS / "panel-report-2014.pdf")
    first, second = [table for table in document.tables if table.n_columns == 4]
    assert (first.n_rows, set(first.row_pages)) == (31, {5, 6, 7})
    assert (second.n_rows, set(second.row_pages)) == (56, {8, 9, 10, 11, 12})
    for table in (first, second):
        assert table.header_rows == 1
        assert all(row[2] and row[3].startswith("£") for row in table.grid()[1:])
    assert [r for table in (first, second) for r, row in enumerate(table.grid()) if not row[0]] == [15], "a joint bid"
    bids = {(row[0], row[2][:15]): row[3] for row in second.grid()[1:]}
    assert bids["Nottinghamshire", "Body Worn Video"] == "£1,684,240"
    assert bids["Dyfed Powys", "Agencies exchan"] == "£95,500"
    assert len([row for row in second.grid() if row[0] == "Hampshire"]) == 4


def test_glossary_is_one_table_over_its_pages() -> None:
    table = table_on(read(CORPUS / "hmic-review-2013.pdf"), 3)
    assert set(table.row_pages) == {3, 4, 5, 6}
    assert sum(row[0] == "Term" for row in table.grid()) == 1
    assert table.grid()[-1][0] == "yield"


def test_tables_of_two_captions_on_one_page_stay_apart() -> None:
    document = read(CORPUS / "plan-2009-2012.pdf")
    captions = [table.caption for table in document.tables if table.caption]
    assert [caption.split(":")[0].strip() for caption in captions] == [
        "Table 1", "Table 1a", "Table 2", "Table 2a", "Table 3", "Table 3a",
    ]  # fmt: skip


def grid_edges(n_rows: int, n_columns: int, missing: set[int]) -> tuple[list[Edge], list[Edge]]:
    """The rules of a grid of 40 by 20 points a cell, without some of the inner ones, counted in order."""
    across, down, count = [], [], 0
    for row in range(n_rows + 1):
        for column in range(n_columns):
            inner = 0 < row < n_rows
            if not (inner and count in missing):
                across.append(Edge(row * 20.0, column * 40.0, (column + 1) * 40.0))
            count += inner
    for column in range(n_columns + 1):
        for row in range(n_rows):
            inner = 0 < column < n_columns
            if not (inner and count in missing):
                down.append(Edge(column * 40.0, row * 20.0, (row + 1) * 20.0))
            count += inner
    return across, down


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.sets(st.integers(0, 60)))
def test_cells_cover_every_place_once_whatever_rules_are_missing(rows: int, columns: int, missing: set[int]) -> None:
    across, down = grid_edges(rows, columns, missing)
    xs, ys = [40.0 * i for i in range(columns + 1)], [20.0 * i for i in range(rows + 1)]
    spans = sides_to_spans(xs, ys, across, down)
    places = [(r, c) for row, column, h, w in spans for r in range(row, row + h) for c in range(column, column + w)]
    assert sorted(places) == [(r, c) for r in range(rows) for c in range(columns)]


def test_double_rules_and_small_gaps_are_one_grid() -> None:
    across = [Edge(y + d, x, x + 39.0) for y in (0.0, 20.0, 40.0) for d in (0.0, 1.5) for x in (0.0, 40.0)]
    down = [Edge(x, 0.0, 40.0) for x in (0.0, 40.0, 80.0)]
    (grid,) = edges_to_grids(across, down)
    assert grid.spans == ((0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1))
