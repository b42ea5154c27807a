"""A Word table -> rows of cells, merged cells as spans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ingest.readers.assembly import MAX_CELLS, TablePart, starts_to_grid
from ingest.readers.docx_styles import Styles
from ingest.readers.docx_text import W
from ingest.tables.weight import Weight, weights_to_header_rows
from kb.model import Cell

# What only wraps other elements: content controls, custom XML, and rows or cells that were inserted.
WRAPPERS = {f"{W}sdt": f"{W}sdtContent", f"{W}customXml": None, f"{W}ins": None, f"{W}moveTo": None}


def element_to_table(element: Any, to_text: Callable[[Any], tuple[str, tuple[str, ...]]], styles: Styles) -> TablePart:
    """The cells of a ``w:tbl``; ``to_text`` gives the words of a cell and the marks at them."""
    rows: list[list[Cell]] = []
    weights: list[list[Weight]] = []
    merged: dict[int, tuple[int, int]] = {}
    header_rows, in_header, left = 0, True, MAX_CELLS
    styled = styles.has_bold_first_row(element)
    for number, row in enumerate(table_rows(element)):
        column = _number(row.find(f"{W}trPr/{W}gridBefore"), 0)
        in_header = in_header and row.find(f"{W}trPr/{W}tblHeader") is not None
        header_rows += in_header
        rows.append([])
        weights.append([])
        for place in row_cells(row)[:left]:
            colspan = max(1, _number(place.find(f"{W}tcPr/{W}gridSpan"), 1))
            if _merge(place, "hMerge") == "continue" and rows[-1]:
                rows[-1][-1] = replace(rows[-1][-1], colspan=rows[-1][-1].colspan + colspan)
            elif _merge(place, "vMerge") == "continue" and column in merged:
                _extend(rows, merged[column])
            else:
                merged.pop(column, None)
                if _merge(place, "vMerge") is not None:
                    merged[column] = (number, len(rows[-1]))
                text, marks = to_text(place)
                rows[-1].append(Cell(number, column, text, colspan=colspan, marks=marks))
                if text:
                    weights[-1].append(Weight(column, colspan, (styled and number == 0) or styles.is_bold(place)))
            column += colspan
        left -= len(rows[-1])
    grid, n_columns = starts_to_grid(rows)
    widest = max((cell.column + cell.colspan for cells in rows for cell in cells), default=0)
    return TablePart(grid, n_columns, header_rows or weights_to_header_rows(weights, widest))


def table_rows(table: Any) -> Iterator[Any]:
    """The rows of a table, those in content controls too, without those that were deleted."""
    for row in inner(table, f"{W}tr"):
        if row.find(f"{W}trPr/{W}del") is None:
            yield row


def row_cells(row: Any) -> list[Any]:
    """The cells of a row, those in content controls too."""
    return list(inner(row, f"{W}tc"))


def inner(element: Any, tag: str) -> Iterator[Any]:
    """The elements of a name right below another, or below what only wraps them."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in WRAPPERS:
            content = WRAPPERS[child.tag]
            for wrapped in [child] if content is None else child.findall(content):
                yield from inner(wrapped, tag)


def _merge(place: Any, name: str) -> str | None:
    """``restart``, ``continue``, or None where a cell is not merged that way."""
    found = place.find(f"{W}tcPr/{W}{name}")
    return str(found.get(f"{W}val", "continue")) if found is not None else None


def _extend(rows: list[list[Cell]], place: tuple[int, int]) -> None:
    row, index = place
    cell = rows[row][index]
    rows[row][index] = replace(cell, rowspan=cell.rowspan + 1)


def _number(element: Any, default: int) -> int:
    value = element.get(f"{W}val", "") if element is not None else ""
    return int(value) if value.isdigit() else default
