"""Borderless tables: consecutive lines whose figures stand in the same columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.layout.lines import line_to_segments
from ingest.layout.parts import Entry, Line, RawCell, RawTable, Word, boxes_to_box, words_to_box
from kb.model import Box

# Cells of a row are parted by more than this many times the type size.
COLUMN_GAP = 0.9
LEAST_ROWS = 3
LEAST_COLUMNS = 3
# Right edges of figures in one column lie this close together, in points.
ALIGNED = 6.0
MAX_HEADER_LINES = 3
FIGURE = re.compile(
    r"^[(\[\-–−+£€$]*\d[\d,]*(?:\.\d+)?\s*(?:%|m|k|bn)?[)\]]?\*{0,2}$|^(?:-|–|—|n/?a|nil|x{2,4})$", re.IGNORECASE
)


@dataclass
class Row:
    """A line as cells."""

    line: Line
    segments: list[list[Word]]

    @property
    def figures(self) -> list[list[Word]]:
        return [segment for segment in self.segments if FIGURE.match(_text(segment))]


def _text(segment: list[Word]) -> str:
    return " ".join(word.text for word in segment if not word.mark)


def entries_with_aligned_tables(entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a page with the lines of every borderless table of figures made into a table."""
    result: list[Entry] = []
    index = 0
    while index < len(entries):
        rows = rows_from(entries, index)
        table = rows_to_table(rows) if len(rows) >= LEAST_ROWS else None
        if table is None:
            result.append(entries[index])
            index += 1
            continue
        header = header_rows(result, table)
        if header:
            del result[-len(header) :]
            table = rows_to_table([*header, *rows]) or table
        result.append(table)
        index += len(rows)
    return result


def rows_from(entries: Sequence[Entry], index: int) -> list[Row]:
    """Consecutive lines from ``index`` on that have a label and at least two figures."""
    rows: list[Row] = []
    while index < len(entries):
        entry = entries[index]
        if not isinstance(entry, Line):
            break
        row = Row(entry, line_to_segments(entry, COLUMN_GAP))
        if len(row.segments) < LEAST_COLUMNS or len(row.figures) < LEAST_COLUMNS - 1:
            break
        if 2 * len(row.figures) < len(row.segments):
            break
        if rows and entry.box.top - rows[-1].line.box.bottom > 2.5 * entry.size:
            break
        rows.append(row)
        index += 1
    return rows


def rows_to_columns(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """The columns as (left, right): cells that lie above each other are one column."""
    spans = sorted((segment[0].x0, segment[-1].x1) for row in rows for segment in row.segments)
    columns: list[list[float]] = []
    for left, right in spans:
        if columns and left < columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], right)
        else:
            columns.append([left, right])
    return [(left, right) for left, right in columns]


def rows_to_table(rows: Sequence[Row]) -> RawTable | None:
    """The table of the rows, or None where their cells do not stand in common columns."""
    columns = rows_to_columns(rows)
    if len(columns) < LEAST_COLUMNS or not _share_columns(rows, columns):
        return None
    borders = [columns[0][0]]
    borders += [round((a[1] + b[0]) / 2, 2) for a, b in pairwise(columns)]
    borders.append(columns[-1][1])
    page = rows[0].line.page
    cells = [cell for number, row in enumerate(rows) for cell in _row_to_cells(row, number, columns, borders)]
    box = boxes_to_box(row.line.box for row in rows)
    return RawTable(page, box, borders, cells, [page] * len(rows), ruled=False)


def _share_columns(rows: Sequence[Row], columns: Sequence[tuple[float, float]]) -> bool:
    """At least three rows fill most columns, no two cells of a row the same one, and figures line up at right."""
    full = 0
    for row in rows:
        places = [_column_of(segment, columns) for segment in row.segments]
        if len(set(places)) != len(places):
            return False
        full += len(places) >= LEAST_COLUMNS
    if full < LEAST_ROWS:
        return False
    for column in range(len(columns)):
        ends = [s[-1].x1 for row in rows for s in row.figures if _column_of(s, columns) == column]
        starts = [s[0].x0 for row in rows for s in row.figures if _column_of(s, columns) == column]
        middles = [(a + b) / 2 for a, b in zip(starts, ends, strict=True)]
        if len(ends) > 1 and min(_spread(ends), _spread(starts), _spread(middles)) > ALIGNED:
            return False
    return True


def _spread(values: list[float]) -> float:
    return max(values) - min(values)


def _column_of(segment: list[Word], columns: Sequence[tuple[float, float]]) -> int:
    middle = (segment[0].x0 + segment[-1].x1) / 2
    return min(range(len(columns)), key=lambda i: max(columns[i][0] - middle, middle - columns[i][1], 0.0))


def _row_to_cells(
    row: Row, number: int, columns: Sequence[tuple[float, float]], borders: Sequence[float]
) -> list[RawCell]:
    by_column = {_column_of(segment, columns): segment for segment in row.segments}
    cells = []
    for column in range(len(columns)):
        segment = by_column.get(column, [])
        box = (
            words_to_box(segment)
            if segment
            else Box(borders[column], row.line.box.top, borders[column + 1], row.line.box.bottom)
        )
        lines = [Line(segment, row.line.page)] if segment else []
        cells.append(RawCell(number, column, 1, 1, box, row.line.page, lines))
    return cells


def header_rows(before: Sequence[Entry], table: RawTable) -> list[Row]:
    """The lines directly above that name columns: every part of them stands over one column of the table."""
    rows: list[Row] = []
    bottom = table.box.top
    columns = list(pairwise(table.columns))
    for entry in reversed(before[-MAX_HEADER_LINES:]):
        if not isinstance(entry, Line) or bottom - entry.box.bottom > 1.5 * entry.size:
            break
        row = Row(entry, line_to_segments(entry, COLUMN_GAP))
        places = [_column_of(segment, columns) for segment in row.segments]
        if len(row.segments) < 2 or len(set(places)) != len(places):
            break
        rows.insert(0, row)
        bottom = entry.box.top
    return rows
