"""A table as accessible HTML, with the cited cell, its row heading and its column headings marked."""

from __future__ import annotations

from html import escape

from kb.model import Cell, Table


def table_to_html(table: Table, row: int | None = None, column: int | None = None) -> str:
    """The table with caption, headings and notes; ``row`` and ``column`` are 0-based and count header rows."""
    drawn = _cells_to_draw(table)
    head = "".join(_row_to_html(table, index, drawn, row, column) for index in range(table.header_rows))
    body = "".join(_row_to_html(table, index, drawn, row, column) for index in range(table.header_rows, table.n_rows))
    unit = f'<p class="table-unit">Figures in {escape(table.unit)}</p>' if table.unit else ""
    return (
        f'{unit}<div class="proof-table" tabindex="0" role="region" aria-label="Table"><table>'
        f"<caption>{escape(_caption(table))}</caption>"
        + (f"<thead>{head}</thead>" if head else "")
        + f"<tbody>{body}</tbody></table></div>{_notes_to_html(table)}"
    )


def _caption(table: Table) -> str:
    if table.caption:
        return table.caption
    if table.section:
        return table.section[-1]
    return f"Table on page {table.page}" if table.page is not None else "Table"


def _notes_to_html(table: Table) -> str:
    notes = "".join(f"<li>{escape(note)}</li>" for note in table.notes)
    doubts = "".join(f"<li>{escape(doubt)}</li>" for doubt in table.doubts)
    return (f'<ul class="table-notes">{notes}</ul>' if notes else "") + (
        f'<div class="table-doubts"><p>Compare this table with the page image:</p><ul>{doubts}</ul></div>'
        if doubts
        else ""
    )


def _cells_to_draw(table: Table) -> dict[tuple[int, int], Cell | None]:
    """What begins at each place: a cell, None for an empty place, nothing where a cell spans over it."""
    drawn: dict[tuple[int, int], Cell | None] = {}
    for row, places in enumerate(table.grid_cells()):
        for column, cell in enumerate(places):
            if cell is None or (cell.row, cell.column) == (row, column):
                drawn[row, column] = cell
    return drawn


def _row_to_html(
    table: Table, index: int, drawn: dict[tuple[int, int], Cell | None], row: int | None, column: int | None
) -> str:
    cells = "".join(
        _cell_to_html(table, drawn[index, place], index, place, row, column)
        for place in range(table.n_columns)
        if (index, place) in drawn
    )
    cited = ' class="row-cited"' if index == row and index >= table.header_rows else ""
    return f"<tr{cited}>{cells}</tr>"


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
    if place == 0:
        marks.append("first")
    if cell.carried:
        marks.append("carried")
    if _is_figure(cell.text):
        marks.append("figure")
    spans = (f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else "") + (
        f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    )
    classes = f' class="{" ".join(marks)}"' if marks else ""
    text = escape(cell.text).replace("\n", "<br>")
    if "cell-cited" in marks:
        text = f"<mark>{text}</mark>"
    if not heading:
        return f"<td{spans}{classes}>{text}</td>"
    scope = ("colgroup" if cell.colspan > 1 else "col") if in_head else ("rowgroup" if cell.rowspan > 1 else "row")
    return f'<th scope="{scope}"{spans}{classes}>{text}</th>'


def _is_figure(text: str) -> bool:
    """Whether a cell is set to the right: figures, with or without sign and unit."""
    bare = text.strip().strip("()£%-−+m ").replace(",", "").replace(".", "")
    return bare.isdigit()
