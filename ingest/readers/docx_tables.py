"""A Word table -> rows of cells, merged cells as spans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ingest.tables.weight import Weight, weights_to_header_rows
from kb.model import Cell, Table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass
class WordTable:
    """Rows of cells; a merged cell is in its first row only. ``header_rows`` is None where Word does not say."""

    rows: list[list[Cell]]
    n_columns: int
    header_rows: int | None


def element_to_table(element: Any, to_text: Callable[[Any], str], is_bold: Callable[[Any], bool]) -> WordTable:
    """The cells of a ``w:tbl`` element; ``to_text`` gives the words of a cell, ``is_bold`` their weight."""
    rows: list[list[Cell]] = []
    weights: list[list[Weight]] = []
    merged: dict[int, tuple[int, int]] = {}
    header_rows, in_header = 0, True
    for number, row in enumerate(element.findall(f"{W}tr")):
        column = _number(row.find(f"{W}trPr/{W}gridBefore"), 0)
        in_header = in_header and row.find(f"{W}trPr/{W}tblHeader") is not None
        header_rows += in_header
        rows.append([])
        weights.append([])
        for place in _row_to_cells(row):
            colspan = max(1, _number(place.find(f"{W}tcPr/{W}gridSpan"), 1))
            merge = place.find(f"{W}tcPr/{W}vMerge")
            if merge is not None and merge.get(f"{W}val", "continue") != "restart" and column in merged:
                _extend(rows, merged[column])
            else:
                merged.pop(column, None)
                if merge is not None:
                    merged[column] = (number, len(rows[-1]))
                rows[-1].append(Cell(number, column, to_text(place), colspan=colspan))
                if rows[-1][-1].text:
                    weights[-1].append(Weight(column, colspan, is_bold(place)))
            column += colspan
    n_columns = max((cell.column + cell.colspan for cells in rows for cell in cells), default=0)
    return WordTable(rows, n_columns, header_rows or weights_to_header_rows(weights, n_columns))


def _extend(rows: list[list[Cell]], place: tuple[int, int]) -> None:
    row, index = place
    cell = rows[row][index]
    rows[row][index] = replace(cell, rowspan=cell.rowspan + 1)


def _row_to_cells(row: Any) -> list[Any]:
    """The cells of a row, those in content controls too."""
    cells: list[Any] = []
    for child in row:
        if child.tag == f"{W}tc":
            cells.append(child)
        elif child.tag == f"{W}sdt":
            cells.extend(child.findall(f"{W}sdtContent/{W}tc"))
    return cells


def _number(element: Any, default: int) -> int:
    value = element.get(f"{W}val", "") if element is not None else ""
    return int(value) if value.isdigit() else default


def word_to_table(word: WordTable, table_id: str, order: int, section: tuple[str, ...]) -> Table:
    """The table, its cells still to be written."""
    return Table(
        id=table_id,
        order=order,
        n_rows=len(word.rows),
        n_columns=word.n_columns,
        cells=(),
        row_pages=(None,) * len(word.rows),
        section=section,
    )
