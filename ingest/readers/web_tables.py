"""A table of a web page -> rows of cells by the rules of the HTML standard; tables that only lay out the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ingest.readers.assembly import MAX_CELLS, TablePart, fold, starts_to_grid
from ingest.readers.web_dom import is_hidden
from ingest.readers.web_inline import to_cell
from ingest.readers.web_notes import Notes
from ingest.tables.weight import Weight, weights_to_header_rows
from kb.model import Cell

MAX_COLSPAN = 1_000
# Words in a cell of a table without any sign of data, from which it holds a part of the page.
LAYOUT_WORDS = 150
PAGE_PARTS = "h1, h2, h3, h4, h5, h6, article, section, nav, form, fieldset"
MAX_NESTED = 2_000

Row = tuple[Any, list[Any]]


def is_layout(table: Any) -> bool:
    """Whether a table only puts parts of the page beside each other."""
    if (table.attributes.get("role") or "") in ("presentation", "none"):
        return True
    rows = [cells for _, cells in group_rows(table)]
    if len(rows) < 2 or max(len(cells) for cells in rows) < 2:
        return True
    if own(table, ("thead", "caption")) or any(cell.tag == "th" for cells in rows for cell in cells):
        return False
    if any(len(group_rows(inner)) > 1 for inner in table.css("table")[:MAX_NESTED] if inner.mem_id != table.mem_id):
        return True
    if table.css_first(PAGE_PARTS) is not None:
        return True
    return any(len(cell.text().split()) > LAYOUT_WORDS for cells in rows for cell in cells)


def own(table: Any, tags: tuple[str, ...]) -> list[Any]:
    """The children of a table with these names."""
    return [child for child in children(table) if child.tag in tags and not is_hidden(child)]


def children(node: Any) -> Iterator[Any]:
    """The elements right below another."""
    child = node.child
    while child is not None:
        if child.is_element_node:
            yield child
        child = child.next


def group_rows(table: Any) -> list[Row]:
    """The rows in the order in which they are shown, each with its row group and its cells."""
    groups = [child for child in children(table) if child.tag in ("thead", "tbody", "tfoot") and not is_hidden(child)]
    groups.sort(key=lambda group: {"thead": 0, "tfoot": 2}.get(group.tag, 1))
    rows: list[Row] = []
    for group in [table, *groups]:
        for row in children(group):
            if row.tag == "tr" and not is_hidden(row):
                rows.append((group, [c for c in children(row) if c.tag in ("td", "th") and not is_hidden(c)]))
    return rows


def element_to_table(table: Any, notes: Notes) -> tuple[TablePart, list[Any]]:
    """The cells of a table, and the footnotes that they refer to."""
    rows = group_rows(table)
    grid: list[list[Cell]] = []
    weights: list[list[Weight]] = []
    referred: list[Any] = []
    for number, places in enumerate(place_cells(rows)):
        grid.append([])
        weights.append([])
        for element, cell in places:
            text, marks, found = to_cell(element, notes)
            referred += found
            grid[number].append(replace(cell, text=text, marks=marks))
            if text:
                weights[number].append(Weight(cell.column, cell.colspan, is_bold(element, text)))
    kept, n_columns = starts_to_grid(grid)
    header_rows = rows_to_header_rows([row for row in rows if row[1]][: len(kept)])
    return TablePart(
        kept, n_columns, weights_to_header_rows(weights, n_columns) if header_rows is None else header_rows
    ), referred


def place_cells(rows: list[Row]) -> Iterator[list[tuple[Any, Cell]]]:
    """The cells of each row with the places that they cover; no cell reaches out of its row group."""
    covered: dict[int, int] = {}
    left = MAX_CELLS
    ends = group_ends(rows)
    for number, (_, elements) in enumerate(rows):
        if number and ends[number] != ends[number - 1]:
            covered.clear()
        placed: list[tuple[Any, Cell]] = []
        column = 0
        for element in elements[:left]:
            while covered.get(column, -1) >= number:
                column += 1
            colspan = min(span(element, "colspan") or 1, MAX_COLSPAN)
            colspan = next((n for n in range(1, colspan) if covered.get(column + n, -1) >= number), colspan)
            last = ends[number]
            rowspan = min(span(element, "rowspan") or last - number + 1, last - number + 1)
            if rowspan > 1:
                covered.update(dict.fromkeys(range(column, column + colspan), number + rowspan - 1))
            placed.append((element, Cell(number, column, "", rowspan=rowspan, colspan=colspan)))
            column += colspan
        left -= len(placed)
        yield placed


def group_ends(rows: list[Row]) -> list[int]:
    """For each row the last row of its group."""
    ends = list(range(len(rows)))
    for number in range(len(rows) - 2, -1, -1):
        if rows[number][0].mem_id == rows[number + 1][0].mem_id:
            ends[number] = ends[number + 1]
    return ends


def span(element: Any, name: str) -> int:
    """How many rows or columns a cell claims; 0 means all that are left, and what is no number is 1."""
    value = (element.attributes.get(name) or "1").strip()
    return int(value[:9]) if value.isascii() and value.isdigit() else 1


def rows_to_header_rows(rows: list[Row]) -> int | None:
    """How many rows the markup calls headings: those in ``thead``, else those of ``th`` alone; None where none says."""
    head = len([group for group, _ in rows if group.tag == "thead"])
    if 0 < head < len(rows):
        return head
    kinds = [[cell_kind(cell) for cell in cells if cell.tag == "th" or cell.text().strip()] for _, cells in rows]
    count = next((i for i, kind in enumerate(kinds) if not kind or set(kind) != {"column"}), len(kinds))
    if count == len(kinds) or not any(kind for kind in kinds):
        return None
    if count:
        return count
    return 0 if all(kind[:1] == ["row"] or kind[:1] == ["column"] for kind in kinds if kind) else None


def cell_kind(cell: Any) -> str:
    """``column`` or ``row`` for what a heading cell heads (as far as it says), ``data`` for the others."""
    if cell.tag != "th":
        return "data"
    return "row" if (cell.attributes.get("scope") or "").lower() in ("row", "rowgroup") else "column"


def is_bold(cell: Any, text: str) -> bool:
    """Whether all words of a cell are set in bold, or it is a heading cell."""
    if cell.tag == "th":
        return True
    strong = cell.css_first("b, strong")
    return strong is not None and fold(strong.text()) == text
