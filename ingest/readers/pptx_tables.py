"""A table of a slide -> rows of cells, merged cells as spans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.readers.assembly import MAX_CELLS, Part, TablePart, starts_to_grid
from ingest.readers.pptx_text import A, frame_to_parts, is_bold, paragraph_to_text
from ingest.tables.headers import grid_to_header_rows
from ingest.tables.weight import Weight, weights_to_header_rows
from kb.model import Box, Cell, Table

TRUE = ("1", "true")


def element_to_table(element: Any, page: int, box: Box) -> Iterator[Part]:
    """The table of an ``a:tbl``; one row or one column is a box around words, and is given as paragraphs."""
    rows: list[list[Cell]] = []
    weights: list[list[Weight]] = []
    left = MAX_CELLS
    for number, row in enumerate(element.findall(f"{A}tr")):
        rows.append([])
        weights.append([])
        for column, place in enumerate(row.findall(f"{A}tc")[:left]):
            if place.get("hMerge") in TRUE or place.get("vMerge") in TRUE:
                continue
            text, marks = paragraph_to_text(place)
            spans = _span(place, "rowSpan"), _span(place, "gridSpan")
            rows[-1].append(Cell(number, column, text, "value", *spans, page=page, marks=marks))
            if text:
                weights[-1].append(Weight(column, spans[1], is_bold(place)))
        left -= len(rows[-1])
    grid, n_columns = starts_to_grid(rows)
    if len(grid) < 2 or n_columns < 2:
        yield from _paragraphs(element, page, box)
        return
    properties = element.find(f"{A}tblPr")
    if properties is not None and properties.get("firstRow") in TRUE:
        header_rows: int | None = first_row_to_header_rows(grid, n_columns)
    else:
        header_rows = weights_to_header_rows(weights, n_columns)
    yield TablePart(grid, n_columns, header_rows, page, box)


def first_row_to_header_rows(rows: list[list[Cell]], n_columns: int) -> int:
    """How many rows the header has where the first is marked as one: that one, and what its spans head."""
    spanning = [cell for cell in rows[0] if 1 < cell.colspan < n_columns or cell.rowspan > 1]
    if not spanning:
        return 1
    cells = tuple(cell for row in rows for cell in row)
    guessed = grid_to_header_rows(Table("", 0, len(rows), n_columns, cells).grid())
    return max(guessed, *(cell.rowspan for cell in rows[0]), 1)


def _span(place: Any, name: str) -> int:
    value = place.get(name, "1")
    return max(1, int(value)) if value.isdigit() else 1


def _paragraphs(element: Any, page: int, box: Box) -> Iterator[Part]:
    for frame in element.iter(f"{A}txBody"):
        for part in frame_to_parts(frame, ()):
            part.page, part.box = page, box
            yield part
