"""Borderless and half-ruled tables: lines whose cells stand in the same columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.layout.lines import entries_to_regions
from ingest.layout.parts import Edge, Entry, Line, RawCell, RawTable, Word, boxes_to_box, words_to_box
from ingest.tables.beside import columns_to_gutter
from ingest.tables.columns import Columns, rows_to_columns, with_borders_between
from ingest.tables.heads import HeadCell, rows_to_head, rows_to_head_segments
from ingest.tables.runs import Run, rows_to_runs
from ingest.tables.segments import Row, is_figure, line_to_row, lines_without_typed_rules, segment_to_text
from ingest.tables.spaced import BodyLine, rows_to_body
from ingest.tables.wrapped import body_to_groups
from kb.model import Box

LEAST_ROWS = 2
# A column of figures lines up at its right, its left or its middle within this many points (or at the points).
ALIGNED = 6.0
# The words in most cells of a table that has neither rules nor figures.
SHORT_CELL = 3
# Columns of text beside each other have at least so many lines; fewer may be headings of a table.
COLUMN_LINES = 9
# What labels a row: words, a year, a span of figures.
LABEL = re.compile(r"[^\W\d_]{2}|^(?:19|20)\d\d\b|^\d+\s?[-–/]\s?\d+")
# Cells of a column are of many widths where half of them are narrower than this part of the widest.
RAGGED = 0.75
# One in so many columns may have figures that do not line up.
MISALIGNED = 4
DIGITS = re.compile(r"\d[\d,]*")
NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)*|[A-Z]|[ivx]+)[.)]?$")
LETTERS = re.compile(r"[^\W\d_]{2}")


def entries_with_aligned_tables(
    entries: Sequence[Entry], rules: Sequence[Edge] = (), width: float = 0.0
) -> list[Entry]:
    """The entries of a page with the lines of every borderless table made into a table."""
    if sum(is_candidate(entry, rules) for entry in entries) < LEAST_ROWS:
        return list(entries)
    tables: list[RawTable] = []
    for column in entries_to_regions(entries, width, COLUMN_LINES):
        for run in runs_of_lines(column):
            tables += lines_to_tables(run, rules)
    return without_words_of(entries, tables)


def is_candidate(entry: Entry, rules: Sequence[Edge]) -> bool:
    """Whether an entry is a line that could be a row: figures, or words in three columns, in two between rules."""
    row = line_to_row(entry) if isinstance(entry, Line) else None
    return row is not None and (row.is_core or len(row.segments) > (1 if len(rules) > 1 else 2))


def runs_of_lines(entries: Sequence[Entry]) -> list[list[Line]]:
    """The lines between tables."""
    runs: list[list[Line]] = [[]]
    for entry in entries:
        if isinstance(entry, Line):
            runs[-1].append(entry)
        else:
            runs.append([])
    return [run for run in runs if run]


def lines_to_tables(lines: Sequence[Line], rules: Sequence[Edge]) -> list[RawTable]:
    """The tables among lines that stand one below the other."""
    lines, typed = lines_without_typed_rules(lines)
    rules = [*rules, *typed]
    rows = [row for row in map(line_to_row, lines) if row is not None]
    tables: list[RawTable] = []
    for run in rows_to_runs(rows, rules):
        table = run_to_table(run, rules)
        parts = run_to_neighbours(run, rules) if table is not None and table.n_columns > 3 else []
        tables += parts or ([table] if table is not None else [])
    return tables


def run_to_neighbours(run: Run, rules: Sequence[Edge]) -> list[RawTable]:
    """The two tables that stand beside each other where one was taken for a run; empty where they are one table."""
    body = run.rows[run.head or 0 :]
    columns = rows_to_columns([row for row in body if len(row.segments) > 1])
    gutter = columns_to_gutter(rows_to_body(body, columns), columns, run.rows, rules) if columns is not None else None
    if gutter is None:
        return []
    found: list[RawTable] = []
    for side in (0, 1):
        words = ([word for word in row.line.words if (word.x0 > gutter) == bool(side)] for row in run.rows)
        lines = [Line(own, run.rows[0].line.page) for own in words if own]
        beside = [edge for edge in rules if ((edge.lo + edge.hi) / 2 > gutter) == bool(side)]
        tables = lines_to_tables(lines, beside)
        if len(tables) != 1:
            return []
        found += tables
    return found


def run_to_table(run: Run, rules: Sequence[Edge], columns: Columns | None = None) -> RawTable | None:
    """The table of a run, or None where its cells do not stand in common columns."""
    n_head = run.head or 0
    head, body_rows = run.rows[:n_head], run.rows[n_head:]
    if columns is None:
        columns = rows_to_columns([row for row in body_rows if len(row.segments) > 1])
        if columns is None or not body_rows:
            return None
        columns = with_borders_between(columns, [s for line in rows_to_head_segments(head) for s in line])
    body = rows_to_body(body_rows, columns)
    if not is_table(body, columns, run):
        return None
    groups = body_to_groups(body, columns, rules)
    if len(groups) + n_head < LEAST_ROWS:
        return None
    heads, n_head_rows = rows_to_head(head, columns, rules)
    return cells_to_table(heads, n_head_rows, groups, run, columns)


def is_table(body: Sequence[BodyLine], columns: Columns, run: Run) -> bool:
    """Whether figures line up, something labels them, and the lines are no list of contents."""
    with_figures = [line for line in body if line.figures - {0}]
    if not columns_line_up(body, columns):
        return False
    if len(with_figures) < LEAST_ROWS:
        return is_table_of_words(body, columns, run)
    if (
        is_contents(body, run.head)
        or (not run.head and is_axis(body))
        or (len(columns) == 2 and not run.framed and len(with_figures) < 3)
    ):
        return False
    labelled = sum(any(LABEL.search(segment_to_text(words)) for _, _, words in line.places[:2]) for line in body)
    return bool(run.head) or 2 * labelled >= len(with_figures)


def is_table_of_words(body: Sequence[BodyLine], columns: Columns, run: Run) -> bool:
    """Whether words between rules, or short ones in three and more columns, are a table."""
    several = [line for line in body if len(line.places) > 1]
    if run.framed:
        return len(several) > 1 and sum(bool(line.label) for line in body) > 1
    lengths = sorted(len(words) for line in body for _, _, words in line.places)
    if len(columns) < 3 or len(several) < 3:
        return False
    ragged = sum(is_ragged(body, column) for column in range(len(columns)))
    return lengths[len(lengths) // 2] <= SHORT_CELL or (2 * ragged > len(columns) and len(several) > 3)


def is_ragged(body: Sequence[BodyLine], column: int) -> bool:
    """Whether the lines in a column are of many widths, as cells are and justified or wrapped prose is not."""
    widths = sorted(words[-1].x1 - words[0].x0 for line in body if (words := line.words_in(column)))
    return len(widths) > 1 and widths[len(widths) // 2] < RAGGED * widths[-1]


def is_axis(body: Sequence[BodyLine]) -> bool:
    """Whether the first column holds figures in equal steps downwards, as the axis of a chart has."""
    texts = [line.label.replace(",", "").rstrip("%") for line in body if line.label]
    try:
        values = [float(text) for text in texts]
    except ValueError:
        return False
    steps = {round(a - b, 6) for a, b in pairwise(values)}
    return len(values) > 3 and len(steps) == 1 and min(steps) > 0


def columns_line_up(body: Sequence[BodyLine], columns: Columns) -> bool:
    """Whether the figures in nearly all columns share an edge, their middle or the place of their points."""
    tried = failed = 0
    for column in range(1, len(columns)):
        cells = [words for line in body for first, last, words in line.places if (first, last) == (column, column)]
        figures = [words for words in cells if is_figure(segment_to_text(words))]
        if len(figures) < 2 or 2 * len(figures) < len(cells):
            continue
        edges = [[w[0].x0 for w in figures], [w[-1].x1 for w in figures], [(w[0].x0 + w[-1].x1) / 2 for w in figures]]
        tried += 1
        failed += min(spread(values) for values in [*edges, [words_to_point(w) for w in figures]]) > ALIGNED
    return failed <= tried // MISALIGNED


def words_to_point(words: Sequence[Word]) -> float:
    """Where the decimal point of a figure stands, or would; the digits are taken to be of one width."""
    last = next((word for word in reversed(words) if DIGITS.search(word.text)), words[-1])
    match = DIGITS.search(last.text)
    end = match.end() if match else len(last.text)
    return last.x0 + (last.x1 - last.x0) * end / len(last.text)


def spread(values: Sequence[float]) -> float:
    """The width in which nine of ten values lie."""
    ordered = sorted(values)
    cut = len(ordered) // 20
    return ordered[len(ordered) - 1 - cut] - ordered[cut]


def is_contents(body: Sequence[BodyLine], head: int | None) -> bool:
    """Titles, with numbers before them or without, of which each ends in a page number no lower than the last."""
    longer = [line for line in body if len(line.places) > 2 and not NUMBERING.match(line.label)]
    if any(head or line.figures - {0, line.places[-1][0]} for line in longer):
        return False
    last = [segment_to_text(line.places[-1][2]) for line in body if line.figures - {0}]
    numbers = [int(text) for text in last if text.isdigit() and len(text) < 4]
    return len(numbers) == len(last) and numbers == sorted(numbers)


def cells_to_table(
    heads: Sequence[HeadCell], n_head: int, groups: Sequence[Sequence[BodyLine]], run: Run, columns: Columns
) -> RawTable:
    """The grid with its header cells and, below them, one row a group of lines."""
    page = run.rows[0].line.page
    cells = [RawCell(h.row, h.column, h.rowspan, h.colspan, lines_to_box(h.lines), page, h.lines) for h in heads]
    for number, group in enumerate(groups, start=n_head):
        cells += group_to_cells(group, number, columns, page)
    cells += blank_cells(cells, n_head, columns, run.rows, page)
    cells.sort(key=lambda cell: (cell.row, cell.column))
    box = boxes_to_box(row.line.box for row in run.rows)
    box = Box(min(box.x0, columns.borders[0]), box.top, max(box.x1, columns.borders[-1]), box.bottom)
    table = RawTable(page, box, list(columns.borders), cells, [page] * (n_head + len(groups)), ruled=False)
    table.header_rows = n_head or None
    return table


def group_to_cells(group: Sequence[BodyLine], number: int, columns: Columns, page: int) -> list[RawCell]:
    """The cells of one row; words of several lines in the same columns are one cell."""
    found: list[tuple[int, int, list[list[Word]]]] = []
    for line in group:
        for first, last, words in line.places:
            same = next((i for i, (a, b, _) in enumerate(found) if a <= last and first <= b), None)
            if same is None:
                found.append((first, last, [words]))
            else:
                a, b, lines = found[same]
                found[same] = min(a, first), max(b, last), [*lines, words]
    cells = []
    for first, last, lines in sorted(found, key=lambda one: one[0]):
        made = [Line(words, page) for words in lines]
        cells.append(RawCell(number, first, 1, last - first + 1, lines_to_box(made), page, made))
    taken = {c for cell in cells for c in range(cell.column, cell.column + cell.colspan)}
    top, bottom = min(line.row.top for line in group), max(line.row.bottom for line in group)
    for column in range(len(columns)):
        if column not in taken:
            box = Box(columns.borders[column], top, columns.borders[column + 1], bottom)
            cells.append(RawCell(number, column, 1, 1, box, page))
    return cells


def blank_cells(
    cells: Sequence[RawCell], n_head: int, columns: Columns, rows: Sequence[Row], page: int
) -> list[RawCell]:
    """Empty cells for the places of the header that no heading covers."""
    taken = {(cell.row, column) for cell in cells for column in range(cell.column, cell.column + cell.colspan)}
    top, bottom = rows[0].top, rows[min(n_head, len(rows) - 1)].bottom
    return [
        RawCell(row, column, 1, 1, Box(columns.borders[column], top, columns.borders[column + 1], bottom), page)
        for row in range(n_head)
        for column in range(len(columns))
        if (row, column) not in taken
    ]


def lines_to_box(lines: Sequence[Line]) -> Box:
    return words_to_box([word for line in lines for word in line.words])


def without_words_of(entries: Sequence[Entry], tables: Sequence[RawTable]) -> list[Entry]:
    """The entries without the lines that went into tables, and the tables at their places."""
    used = {id(word) for table in tables for cell in table.cells for line in cell.lines for word in line.words}
    kept: list[Entry] = list(tables)
    for entry in entries:
        if isinstance(entry, Line) and any(id(word) in used for word in entry.words):
            rest = [word for word in entry.words if id(word) not in used]
            rest = rest if any(LETTERS.search(word.text) or word.text.isalnum() for word in rest) else []
            if rest:
                kept.append(Line(rest, entry.page))
        elif not (isinstance(entry, Line) and is_typed_rule(entry, tables)):
            kept.append(entry)
    return sorted(kept, key=lambda entry: (entry.box.top, entry.box.x0))


def is_typed_rule(line: Line, tables: Sequence[RawTable]) -> bool:
    """Whether a line of dashes stands at a table."""
    _, rules = lines_without_typed_rules([line])
    return bool(rules) and any(t.box.top - 20 < line.box.top < t.box.bottom + 20 for t in tables)
