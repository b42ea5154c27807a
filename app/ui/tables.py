"""A table as accessible HTML, with the cited cell, its row heading and its column headings marked."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from kb.model import Cell, Table

# A sheet may have many thousand rows; a browser shows those around the cited one.
MOST_ROWS = 400


def table_to_html(table: Table, row: int | None = None, column: int | None = None) -> str:
    """The table with caption, headings and notes; ``row`` and ``column`` are 0-based and count header rows."""
    shown = _rows_to_show(table, row)
    drawn = _cells_to_draw(table, shown.start)
    head = "".join(_row_to_html(table, index, drawn, row, column) for index in range(table.header_rows))
    body = "".join(_row_to_html(table, index, drawn, row, column) for index in shown)
    unit = f'<p class="table-unit">Figures in {escape(table.unit)}</p>' if table.unit else ""
    if len(shown) < table.n_rows - table.header_rows:
        first, last = shown.start - table.header_rows + 1, shown.stop - table.header_rows
        unit += f'<p class="table-unit">Rows {first:,} to {last:,} of {table.n_rows - table.header_rows:,}</p>'
    return (
        f'{unit}<div class="proof-table" tabindex="0" role="region" aria-label="Table"><table>'
        f"<caption>{escape(caption_of(table))}</caption>"
        + (f"<thead>{head}</thead>" if head else "")
        + f"<tbody>{body}</tbody></table></div>{_notes_to_html(table)}"
    )


def _rows_to_show(table: Table, row: int | None) -> range:
    """The rows below the headings, or those around ``row`` where there are too many."""
    first = table.header_rows
    if row is not None and table.n_rows - first > MOST_ROWS:
        first = min(max(row - MOST_ROWS // 2, first), table.n_rows - MOST_ROWS)
    return range(first, min(first + MOST_ROWS, table.n_rows))


def caption_of(table: Table) -> str:
    """What a table is called: by its caption, else by its section, else by its page."""
    if table.caption:
        return table.caption
    if table.section:
        return table.section[-1]
    return f"Table on page {table.page}" if table.page is not None else "Table"


def _notes_to_html(table: Table) -> str:
    notes = "".join(f"<li>{escape(note)}</li>" for note in table.notes)
    doubts = "".join(f"<li>{escape(doubt)}</li>" for doubt in table.doubts)
    sure = f" It was read with a confidence of {table.confidence:.0%}." if table.confidence < 1 else ""
    return (f'<ul class="table-notes">{notes}</ul>' if notes else "") + (
        f'<div class="table-doubts"><p>Compare this table with the document itself.{sure}</p><ul>{doubts}</ul></div>'
        if doubts
        else ""
    )


def _cells_to_draw(table: Table, first: int) -> dict[tuple[int, int], Cell | None]:
    """What begins at each place: a cell, None for an empty place, nothing where a cell spans over it.

    A cell that spans into row ``first``, with which the shown rows begin, begins there.
    """
    drawn: dict[tuple[int, int], Cell | None] = {}
    for row, places in enumerate(table.grid_cells()):
        for column, cell in enumerate(places):
            if cell is None or (cell.row, cell.column) == (row, column):
                drawn[row, column] = cell
            elif row == first > cell.row >= table.header_rows and cell.column == column:
                drawn[row, column] = replace(cell, row=row, rowspan=cell.row + cell.rowspan - row)
    return drawn


def _row_to_html(
    table: Table, index: int, drawn: dict[tuple[int, int], Cell | None], row: int | None, column: int | None
) -> str:
    cells = "".join(
        _cell_to_html(table, drawn[index, place], index, place, row, column)
        for place in range(table.n_columns)
        if (index, place) in drawn
    )
    names = ["row-cited"] if index == row and index >= table.header_rows else []
    names += ["row-total"] if index in table.total_rows else []
    classes = f' class="{" ".join(names)}"' if names else ""
    return f"<tr{classes}>{cells}</tr>"


def _cell_to_html(table: Table, cell: Cell | None, index: int, place: int, row: int | None, column: int | None) -> str:
    if cell is None:
        return "<td></td>"
    in_head = index < table.header_rows
    heading = in_head or cell.role in ("header", "label")
    in_row = row is not None and index <= row < index + cell.rowspan
    in_column = column is not None and place <= column < place + cell.colspan
    marks = []
    if in_row and in_column:
        marks.append("cell-cited")
    elif (in_head and in_column) or (heading and not in_head and in_row):
        marks.append("heading-cited")
    marks += _cell_classes(cell, place)
    spans = (f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else "") + (
        f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    )
    classes = f' class="{" ".join(marks)}"' if marks else ""
    text = _words_to_html(cell, cited=in_row and (in_column or (column is None and not in_head)))
    if not heading:
        return f"<td{spans}{classes}>{text}</td>"
    return f'<th scope="{_scope(cell, in_head)}"{spans}{classes}>{text}</th>'


def _cell_classes(cell: Cell, place: int) -> list[str]:
    shown = {
        "first": place == 0,
        "carried": cell.carried,
        "doubtful": cell.doubtful,
        "figure": _is_figure(cell.text),
    }
    return [name for name, holds in shown.items() if holds]


def _scope(cell: Cell, in_head: bool) -> str:
    """What a heading cell heads; one in the body that is no label names the group of the rows below it."""
    if in_head:
        return "colgroup" if cell.colspan > 1 else "col"
    return "rowgroup" if cell.rowspan > 1 or cell.role == "header" else "row"


def _words_to_html(cell: Cell, cited: bool) -> str:
    """A cell's words with its footnote marks raised, and a question mark where it is doubtful."""
    text = escape(cell.text).replace("\n", "<br>")
    text = f"<mark>{text}</mark>" if cited else text
    text += "".join(f"<sup>{escape(mark)}</sup>" for mark in cell.marks)
    return f'{text} <span class="doubt" role="img" aria-label="doubtful">?</span>' if cell.doubtful else text


def _is_figure(text: str) -> bool:
    """Whether a cell is set to the right: figures, with or without sign and unit."""
    bare = text.strip().strip("()£%-−+m ").replace(",", "").replace(".", "")
    return bare.isdigit()
