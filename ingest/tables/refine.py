"""Ruled tables in which not every row, column or heading has its rule: the words say where the missing ones are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.layout.lines import words_to_lines
from ingest.layout.parts import Edge, Line, RawCell, RawTable
from ingest.tables.aligned import NUMBERING, lines_to_tables, run_to_table
from ingest.tables.columns import Columns, Place, inner_to_columns, rows_to_columns
from ingest.tables.runs import Run, head_lines, wide_rules
from ingest.tables.segments import COLUMN_GAP, line_to_row, segment_to_text, words_to_segments
from ingest.tables.spaced import BodyLine, goes_on_in_column, lines_to_threshold
from ingest.tables.wrapped import body_to_groups
from kb.model import Box

# White this many times the type size, right across a row, parts rows of words.
WHITE = 0.55


def refined(table: RawTable, rules: Sequence[Edge]) -> RawTable:
    """The table with its missing rules: as the words alone show it where the rules miss columns, else with the rows
    that stand in one band, and the headings that stand in one cell, parted."""
    if misses_columns(table):
        read = read_without_rules(table, rules)
        if read is not None:
            return read
    return split_headings(split_bands(table))


def misses_columns(table: RawTable) -> bool:
    """Whether in several rows a cell holds more than one figure, each apart from the next."""
    crowded = [
        line
        for cell in table.cells
        for line in cell.lines
        if (row := line_to_row(line)) is not None and len(row.figures) > 1 and 2 * len(row.figures) >= len(row.segments)
    ]
    lines = sum(len(cell.lines) for cell in table.cells if cell.column)
    if len(crowded) > 2 and 5 * len(crowded) > lines:
        return True
    return any(
        has_inner_columns(
            [line for cell in table.cells if (cell.column, cell.colspan) == (column, 1) for line in cell.lines]
        )
        for column in range(table.n_columns)
    )


def has_inner_columns(lines: Sequence[Line]) -> bool:
    """Whether white runs down through most lines of a column: it is several columns, and no list with its numbers."""
    rows = [row for line in lines if (row := line_to_row(line)) is not None]
    several = [row for row in rows if len(row.segments) > 1]
    if len(several) < 3 or 2 * len(several) < len(rows) or rows_to_columns(several) is None:
        return False
    return 2 * sum(is_list_mark(segment_to_text(row.segments[0])) for row in several) < len(several)


def is_list_mark(text: str) -> bool:
    return bool(NUMBERING.match(text)) or not any(character.isalnum() for character in text)


def read_without_rules(table: RawTable, rules: Sequence[Edge]) -> RawTable | None:
    """The table as its words stand; None where that leaves words over or finds no table."""
    words = [word for cell in table.cells for line in cell.lines for word in line.words]
    lines = words_to_lines(words, table.page)
    found = lines_to_tables(lines, rules)
    if len(found) != 1 or found[0].n_columns <= table.n_columns:
        whole = lines_to_whole_table(lines, rules)
        found = [whole] if whole is not None else []
    if not found or found[0].n_columns <= table.n_columns:
        return None
    used = sum(len(line.words) for cell in found[0].cells for line in cell.lines)
    if used < 0.95 * len(words):
        return None
    return replace(found[0], box=table.box, ruled=True)


def lines_to_whole_table(lines: Sequence[Line], rules: Sequence[Edge]) -> RawTable | None:
    """All lines as one table; None where they have no common columns."""
    rows = [row for row in map(line_to_row, lines) if row is not None]
    if len(rows) < 3:
        return None
    return run_to_table(Run(rows, head_lines(rows, wide_rules(rules, rows)), True), rules)


def split_bands(table: RawTable) -> RawTable:
    """The table with every band of several rows parted."""
    parts: list[list[list[BodyLine]]] = [band_to_groups(table, row) for row in range(table.n_rows)]
    if all(len(groups) < 2 for groups in parts):
        return table
    begins = [0]
    for groups in parts:
        begins.append(begins[-1] + max(1, len(groups)))
    cells: list[RawCell] = []
    for cell in table.cells:
        last = cell.row + cell.rowspan
        if cell.rowspan > 1 or len(parts[cell.row]) < 2:
            cells.append(replace(cell, row=begins[cell.row], rowspan=begins[last] - begins[cell.row]))
        else:
            cells += cell_to_rows(cell, parts[cell.row], begins[cell.row])
    pages = [page for page, groups in zip(table.row_pages, parts, strict=True) for _ in range(max(1, len(groups)))]
    return replace(table, cells=cells, row_pages=pages)


def band_to_groups(table: RawTable, row: int) -> list[list[BodyLine]]:
    """The rows that stand in one band; empty where it is one row."""
    cells = [cell for cell in table.cells if cell.row == row and cell.rowspan == 1]
    if sum(len(cell.lines) > 1 for cell in cells) < 2:
        return []
    lines = cells_to_lines(cells, table)
    counts = [sum(column in line.figures for line in lines) for column in range(1, table.n_columns)]
    if sum(count > 1 for count in counts) >= max(1, (len(cells) - 1) // 2):
        groups = body_to_groups(lines, table_to_columns(table), [])
    elif (within := lines_to_threshold(lines, [])) is not None:
        groups = lines_to_close_groups(lines, within)
        return groups if len(groups) > 1 and all(any(line.label for line in group) for group in groups) else []
    else:
        groups = lines_to_white_groups(lines)
    return groups if len(groups) > 1 and 2 * sum(bool(g[0].label) for g in groups) >= len(groups) else []


def cells_to_lines(cells: Sequence[RawCell], table: RawTable) -> list[BodyLine]:
    """The lines of a band right across its cells."""
    home = {id(word): cell for cell in cells for line in cell.lines for word in line.words}
    words = [word for cell in cells for line in cell.lines for word in line.words]
    lines = []
    for line in words_to_lines(words, table.page):
        places: dict[int, Place] = {}
        for word in line.words:
            cell = home.get(id(word))
            if cell is not None:
                first, last, own = places.get(cell.column, (cell.column, cell.column + cell.colspan - 1, []))
                places[cell.column] = first, last, [*own, word]
        row = line_to_row(line)
        if row is not None and places:
            lines.append(BodyLine(row, [places[column] for column in sorted(places)]))
    return lines


def table_to_columns(table: RawTable) -> Columns:
    return inner_to_columns([(a + 1.0, b - 1.0) for a, b in pairwise(table.columns)])


def lines_to_close_groups(lines: Sequence[BodyLine], within: float) -> list[list[BodyLine]]:
    """Lines parted where no cell goes on below."""
    groups: list[list[BodyLine]] = []
    for line in lines:
        if groups and goes_on_in_column(groups[-1], line, within):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def lines_to_white_groups(lines: Sequence[BodyLine]) -> list[list[BodyLine]]:
    """Lines parted where white runs right across and a label stands below it."""
    groups: list[list[BodyLine]] = [[]]
    bottom = 0.0
    for line in lines:
        if groups[-1] and line.row.top - bottom > WHITE * line.row.size and line.label:
            groups.append([])
        groups[-1].append(line)
        bottom = max(bottom, line.row.bottom)
    return groups


def cell_to_rows(cell: RawCell, groups: Sequence[Sequence[BodyLine]], begin: int) -> list[RawCell]:
    """A cell of a band as one cell a row."""
    tops = [min(line.row.top for line in group) for group in groups]
    edges = [cell.box.top, *(round(top - 1.0, 2) for top in tops[1:]), cell.box.bottom]
    made = []
    for number, group in enumerate(groups):
        lines = [Line(words, cell.page) for line in group for first, _, words in line.places if first == cell.column]
        box = Box(cell.box.x0, edges[number], cell.box.x1, edges[number + 1])
        made.append(RawCell(begin + number, cell.column, 1, cell.colspan, box, cell.page, lines))
    return made


def split_headings(table: RawTable) -> RawTable:
    """The table with every spanning cell parted in which headings stand apart, each over columns of its own."""
    cells = [part for cell in table.cells for part in heading_to_parts(cell, table)]
    return table if len(cells) == len(table.cells) else replace(table, cells=cells)


def heading_to_parts(cell: RawCell, table: RawTable) -> list[RawCell]:
    if cell.colspan < 2 or not cell.lines:
        return [cell]
    borders = table.columns[cell.column : cell.column + cell.colspan + 1]
    segments = [words_to_segments(line.words, COLUMN_GAP) for line in cell.lines]
    cuts = {
        cut
        for line in segments
        for before, after in pairwise(line)
        if (cut := border_between(before[-1].x1, after[0].x0, borders)) is not None
    }
    if not cuts or any(s[0].x0 < borders[cut] < s[-1].x1 for line in segments for s in line for cut in cuts):
        return [cell]
    edges = [0, *sorted(cuts), cell.colspan]
    return [part_of(cell, borders, first, last) for first, last in pairwise(edges)]


def border_between(x0: float, x1: float, borders: Sequence[float]) -> int | None:
    """The index of the inner border nearest to the middle of a gap, and in it; None where there is none."""
    inside = [i for i in range(1, len(borders) - 1) if x0 - 1 < borders[i] < x1 + 1]
    return min(inside, key=lambda i: abs(borders[i] - (x0 + x1) / 2), default=None)


def part_of(cell: RawCell, borders: Sequence[float], first: int, last: int) -> RawCell:
    """The part of a cell between two borders."""
    box = Box(borders[first], cell.box.top, borders[last], cell.box.bottom)
    lines = []
    for line in cell.lines:
        words = [word for word in line.words if box.x0 <= (word.x0 + word.x1) / 2 < box.x1]
        if words:
            lines.append(Line(words, line.page))
    return RawCell(cell.row, cell.column + first, cell.rowspan, last - first, box, cell.page, lines)
