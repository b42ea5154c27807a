"""A table as it was read, each cell tied to its box on the page image and coloured by what it was taken for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from app.ui.tables import caption_of
from kb.model import Box, Cell, Page, Table
from kb.pages import row_to_page

# What a cell was taken for, in words for the legend; the classes in documents.css draw each in its own way.
KINDS = {
    "header": "column heading",
    "label": "row label",
    "value": "value",
    "blank": "blank",
    "carried": "filled from the cell above",
    "doubtful": "doubtful",
}
MOST_ROWS = 300
FIGURE = re.compile(r"[-−–+(]?[£$€]?[\d,. ]*\d[%mkM)]*")


@dataclass(frozen=True)
class Boxed:
    """A cell's place on a page image in percent of its width and height, tied by ``key`` to the cell as read."""

    key: str
    kind: str
    column: str
    left: float
    top: float
    width: float
    height: float


def cell_to_kind(cell: Cell) -> str:
    """A doubt or a carried label says more than a cell's role."""
    if cell.doubtful:
        return "doubtful"
    if cell.carried:
        return "carried"
    return "blank" if not cell.text and cell.role != "header" else cell.role


def cell_to_key(table: Table, cell: Cell) -> str:
    return f"{table.id}:{cell.row}:{cell.column}"


def table_to_boxes(table: Table, page: Page) -> Iterator[Boxed]:
    """The boxes of the table's cells that stand on a page; those that a reader gave none have none."""
    if not page.width or not page.height:
        return
    for cell in table.cells:
        where = cell.page if cell.page is not None else row_to_page(table, cell.row)
        if cell.box is not None and where == page.number:
            left, top, width, height = box_to_percent(cell.box, page)
            key, column = cell_to_key(table, cell), f"{table.id}:{cell.column}"
            yield Boxed(key, cell_to_kind(cell), column, left, top, width, height)


def box_to_percent(box: Box, page: Page) -> tuple[float, float, float, float]:
    """Left, top, width and height in percent of the page."""
    return (
        100 * box.x0 / page.width,
        100 * box.top / page.height,
        100 * (box.x1 - box.x0) / page.width,
        100 * (box.bottom - box.top) / page.height,
    )


def boxes_to_html(boxes: Iterator[Boxed]) -> str:
    """Frames to be laid over the page image; the table beside it says the same in words."""
    return "".join(
        f'<span class="cell-box is-{box.kind}" data-cell="{escape(box.key)}" data-column="{escape(box.column)}" '
        f'style="left:{box.left:.2f}%;top:{box.top:.2f}%;width:{box.width:.2f}%;height:{box.height:.2f}%"></span>'
        for box in boxes
    )


def read_table_to_html(table: Table, page: int | None) -> str:
    """The heading rows and the rows on a page (None: all), with what is doubtful about the table said first."""
    rows = [
        row for row in range(table.n_rows) if row < table.header_rows or page is None or row_to_page(table, row) == page
    ]
    cut = len(rows) - MOST_ROWS
    grid = "".join(row_to_html(table, row, set(rows)) for row in rows[:MOST_ROWS])
    more = f'<p class="hint">{cut:,} more rows are not shown.</p>' if cut > 0 else ""
    notes = "".join(f"<li>{escape(note)}</li>" for note in table.notes)
    unit = f" · figures in {escape(table.unit)}" if table.unit else ""
    return (
        f'<section class="read-table" data-table="{escape(table.id)}">{doubts_to_html(table)}'
        f'<div class="scroll" tabindex="0" role="region" aria-label="Table as read: {escape(caption_of(table))}" '
        f'data-cells><table><caption>{escape(caption_of(table))}<span class="hint">'
        f"{table.n_rows - table.header_rows} rows, {table.n_columns} columns{unit}{rows_to_words(table, page)}</span>"
        f"</caption><tbody>{grid}</tbody></table></div>{more}"
        + (f'<ul class="table-notes">{notes}</ul>' if notes else "")
        + "</section>"
    )


def rows_to_words(table: Table, page: int | None) -> str:
    """Which other pages a table goes on to, as its rows on one page are shown."""
    others = sorted({where for where in table.row_pages if where is not None and where != page})
    return f" · also on page {', '.join(map(str, others))}" if page is not None and others else ""


def doubts_to_html(table: Table) -> str:
    """Why the table should be held against the page, and how sure the reading was."""
    if not table.doubts:
        return ""
    doubts = "".join(f"<li>{escape(doubt)}</li>" for doubt in table.doubts)
    return f'<div class="read-doubts"><p>Check this table ({table.confidence:.0%} sure)</p><ul>{doubts}</ul></div>'


def row_to_html(table: Table, row: int, shown: set[int]) -> str:
    """One row; a cell that spans begins in the first of its rows that is shown."""
    cells = ""
    for column, cell in enumerate(table.grid_cells()[row]):
        if cell is None:
            cells += '<td class="is-empty"></td>'
            continue
        first = min(r for r in range(cell.row, cell.row + cell.rowspan) if r in shown)
        if (row, column) != (first, cell.column):
            continue
        height = sum(r in shown for r in range(cell.row, cell.row + cell.rowspan))
        cells += cell_to_html(table, cell, height)
    classes = ' class="is-total"' if row in table.total_rows else ""
    return f"<tr{classes}>{cells}</tr>"


def cell_to_html(table: Table, cell: Cell, height: int) -> str:
    kind = cell_to_kind(cell)
    spans = (f' rowspan="{height}"' if height > 1 else "") + (f' colspan="{cell.colspan}"' if cell.colspan > 1 else "")
    tag = "th" if cell.role in ("header", "label") else "td"
    scope = f' scope="{"col" if cell.role == "header" else "row"}"' if tag == "th" else ""
    marks = "".join(f"<sup>{escape(mark)}</sup>" for mark in cell.marks)
    doubt = ' <span class="doubt" role="img" aria-label="doubtful">?</span>' if cell.doubtful else ""
    carried = '<span class="unseen"> (filled from the cell above)</span>' if cell.carried else ""
    figure = " figure" if FIGURE.fullmatch(cell.text.strip()) else ""
    text = escape(cell.text).replace("\n", "<br>")
    return (
        f'<{tag}{scope}{spans} class="is-{kind}{figure}" data-cell="{escape(cell_to_key(table, cell))}" '
        f'data-column="{escape(table.id)}:{cell.column}">{text}{marks}{carried}{doubt}</{tag}>'
    )


def legend_to_html() -> str:
    """What each way of drawing a cell means."""
    items = "".join(f'<li><span class="swatch is-{kind}"></span>{words}</li>' for kind, words in KINDS.items())
    return f'<ul class="legend" aria-label="What a cell was taken for">{items}</ul>'
