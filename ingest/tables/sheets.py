"""A sheet of cells -> its parts in reading order: lines of text, and tables with title lines, headings and notes."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.layout.blocks import CAPTION, NOTE
from ingest.tables.figures import is_number, is_period
from ingest.tables.headers import grid_to_header_rows
from ingest.tables.marks import notes_to_marks
from ingest.tables.regions import MAX_DEPTH, MAX_HEADER_ROWS, Region, SheetCell, cells_to_regions, region_to_rows
from ingest.tables.weight import Weight, weights_to_header_rows
from kb.model import Cell, Role
from kb.units import is_unit_only, words_to_unit

MAX_TABLE_CELLS = 50_000
MAX_TITLE_WORDS = 30
# Regions with fewer filled places than one in so many are no tables.
SPARSE = 20
# A lone cell of this many words below a table is a remark, not the label of a row.
REMARK_WORDS = 7
SENTENCE_END = re.compile(r"[.!?][\"”’')\]]*$")
# A line above a table that only qualifies it: "(unaudited)", "as at 31 March 2014", "At 2013/14 prices".
QUALIFIER = re.compile(r"^[(\[a-z]|^(?:As at|At|All figures|Figures|Excluding|Including)\b")


@dataclass(frozen=True, slots=True)
class TableArea:
    """A rectangle of shown rows and columns that the workbook itself calls a table, with its rows of headings."""

    top: int
    left: int
    bottom: int
    right: int
    header_rows: int

    def holds(self, cell: SheetCell) -> bool:
        return self.top <= cell.row <= self.bottom and self.left <= cell.column <= self.right


@dataclass
class Sheet:
    """The shown cells of a sheet. ``areas`` are its declared tables; ``heading_row`` is one that is known to hold
    headings (a filter stands on it, or it is the last that does not scroll). ``name`` is None for a CSV file, where
    the first row is a heading by convention."""

    name: str | None
    cells: list[SheetCell]
    areas: list[TableArea] = field(default_factory=list)
    heading_row: int | None = None


@dataclass
class TextPart:
    """A line of text: the cells of one row."""

    cells: list[SheetCell]
    role: Role = "paragraph"

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)


@dataclass
class GridPart:
    """A table: rows of cells, places counted from 0. With its notes it ends in row ``bottom`` of its sheet, and lies
    between columns ``left`` and ``right``; ``n_left_out`` rows were over the limit."""

    rows: list[list[Cell]]
    n_columns: int
    header_rows: int | None
    bottom: int
    left: int
    right: int
    caption: str | None = None
    lead_in: str | None = None
    unit: str | None = None
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    n_left_out: int = 0


Part = TextPart | GridPart


def sheet_to_parts(sheet: Sheet) -> list[Part]:
    """The parts of a sheet in reading order; tables with their captions, lines below them marked as notes."""
    free: Region = []
    held: list[Region] = [[] for _ in sheet.areas]
    for cell in sheet.cells:
        index = next((index for index, area in enumerate(sheet.areas) if area.holds(cell)), None)
        (free if index is None else held[index]).append(cell)
    placed: list[tuple[int, int, list[Part]]] = []
    for region in cells_to_regions(free) if free else []:
        placed.append((region[0].row, min(cell.column for cell in region), list(region_to_parts(region, sheet))))
    for area, cells in zip(sheet.areas, held, strict=True):
        if cells:
            rows = region_to_rows(cells)
            grid = rows_to_grid(rows, min(area.header_rows, len(rows) - 1))
            placed.append((area.top, area.left, [grid]))
    in_order = [part for _, _, parts in sorted(placed, key=lambda item: item[:2]) for part in parts]
    return with_captions(in_order)


def region_to_parts(region: Region, sheet: Sheet, depth: int = 0) -> Iterator[Part]:
    """Title lines, then tables, then the lines below; a region without a table is lines only."""
    rows = region_to_rows(region)
    tabular = [index for index, row in enumerate(rows) if len(row) > 1]
    if len(tabular) < 2 or SPARSE * len(region) < len(rows) * len({cell.column for cell in region}):
        if _is_column_of_figures(rows):
            yield rows_to_grid(rows, grid_to_header_rows([[row[0].text] for row in rows]))
        else:
            yield from (TextPart(row) for row in rows)
        return
    left = min(row[0].column for row in rows[tabular[0] :] if len(row) > 1)
    first, end = tabular[0], tabular[-1] + 1
    while first and rows[first - 1][0].column > left and rows[first - 1][0].colspan > 1:
        first -= 1  # a heading over some of the columns
    while end < len(rows) and not is_remark(rows[end][0]):
        end += 1
    yield from (TextPart(row) for row in rows[:first])
    inside = [cell for row in rows[first:end] for cell in row]
    parted = cells_to_regions(inside) if len(inside) < len(region) and depth < MAX_DEPTH else [inside]
    if len(parted) > 1:
        for inner in parted:
            yield from region_to_parts(inner, sheet, depth + 1)
    else:
        for begin, stop in pairwise(table_starts(rows, first, end)):
            yield from run_to_parts(rows[begin:stop], sheet)
    yield from (TextPart(row) for row in rows[end:])


def run_to_parts(rows: list[Region], sheet: Sheet) -> Iterator[Part]:
    """The table of some rows, its own caption line before it."""
    while rows and len(rows[0]) == 1 and CAPTION.match(rows[0][0].text):
        yield TextPart(rows[0])
        rows = rows[1:]
    if rows:
        yield rows_to_grid(rows, rows_to_header_rows(rows, sheet))


def table_starts(rows: Sequence[Region], first: int, end: int) -> list[int]:
    """Where tables begin that follow each other without a blank row: at a line that reads as a caption, or a lone
    cell above a repetition of the first headings. ``end`` comes last."""
    head = [cell.text for cell in rows[first]]
    starts = [first]
    for index in range(first + 1, end - 1):
        after = [cell.text for cell in rows[index + 1]]
        repeated = len(head) > 1 and after == head and not any(is_number(text) for text in head)
        if len(rows[index]) == 1 and (CAPTION.match(rows[index][0].text) or repeated):
            starts.append(index)
    return [*starts, end]


def is_remark(cell: SheetCell) -> bool:
    """Whether a lone cell below a table is written about it, rather than the label of a row without figures."""
    text = cell.text
    return is_note(text) or bool(SENTENCE_END.search(text)) or len(text.split()) >= REMARK_WORDS


def is_note(text: str) -> bool:
    """Whether a line begins as notes do: "Note:", "Source:", "* ", "(1) ", "1. "."""
    return bool(NOTE.match(text)) or bool(notes_to_marks([text]))


def _is_column_of_figures(rows: Sequence[Region]) -> bool:
    figures = [row for row in rows if len(row) == 1 and is_number(row[0].text)]
    return len(figures) >= 2 and 2 * len(figures) >= len(rows) and all(len(row) == 1 for row in rows)


def rows_to_grid(rows: Sequence[Region], header_rows: int | None) -> GridPart:
    """The table of some rows; columns that no cell begins in are left out, blank places filled with empty cells."""
    columns = sorted({cell.column for row in rows for cell in row})
    most = max(2, MAX_TABLE_CELLS // len(columns))
    left_out, rows = max(0, len(rows) - most), rows[:most]
    column_at = {column: index for index, column in enumerate(columns)}
    row_numbers = [row[0].row for row in rows]
    taken: set[tuple[int, int]] = set()
    made: list[list[Cell]] = []
    doubts: list[str] = []
    for index, row in enumerate(rows):
        begins = {column_at[cell.column]: cell for cell in row}
        line: list[Cell] = []
        for column in range(len(columns)):
            if (index, column) in taken:
                continue
            cell = begins.get(column)
            if cell is None:
                line.append(Cell(index, column, ""))
                continue
            rowspan, colspan = _extent(cell, row_numbers, columns)
            taken.update((r, c) for r in range(index, index + rowspan) for c in range(column, column + colspan))
            line.append(
                Cell(
                    index,
                    column,
                    cell.text,
                    rowspan=rowspan,
                    colspan=colspan,
                    doubtful=cell.doubt is not None,
                    marks=cell.marks,
                    reference=cell.reference,
                )
            )
            if cell.doubt is not None:
                doubts.append(f"{cell.reference or 'A cell'}: {cell.doubt}")
        made.append(line)
    place = rows[-1][0].row, columns[0], max(cell.last_column for row in rows for cell in row)
    return GridPart(made, len(columns), header_rows, *place, doubts=doubts, n_left_out=left_out)


def _extent(cell: SheetCell, row_numbers: Sequence[int], columns: Sequence[int]) -> tuple[int, int]:
    """How many of the table's rows and columns a cell covers."""
    rows = bisect_right(row_numbers, cell.last_row) - bisect_left(row_numbers, cell.row)
    return rows, bisect_right(columns, cell.last_column) - bisect_left(columns, cell.column)


def rows_to_header_rows(rows: Sequence[Region], sheet: Sheet) -> int | None:
    """How many rows are headings by what the sheet says: a filter or fixed rows, bold type, a coloured ground, the
    custom of a first row. None leaves it to the words."""
    columns = sorted({cell.column for row in rows for cell in row})
    place = {column: index for index, column in enumerate(columns)}
    top = rows[: MAX_HEADER_ROWS + 2]
    filtered = next((index + 1 for index, row in enumerate(top) if row[0].row == sheet.heading_row), 0)
    bold = weights_to_header_rows(
        [[Weight(place[cell.column], cell.colspan, cell.strong) for cell in row] for row in top], len(columns)
    )
    coloured = weights_to_header_rows(
        [[Weight(place[cell.column], cell.colspan, cell.shaded) for cell in row] for row in top], len(columns)
    )
    for count in (filtered, bold or 0, coloured or 0):
        if 0 < count <= MAX_HEADER_ROWS and count < len(rows) and not _mostly_figures(rows[:count]):
            return count
    texts = [{cell.column: cell.text for cell in row} for row in rows]
    grid = [[row.get(column, "") for column in columns] for row in texts]
    by_custom = not grid_to_header_rows(grid) and _is_heading_by_custom(grid, sheet.name is None)
    return 1 if by_custom else None


def _mostly_figures(rows: Sequence[Region]) -> bool:
    cells = [cell for row in rows for cell in row]
    return 2 * sum(is_number(cell.text) for cell in cells) > len(cells)


def _is_heading_by_custom(grid: Sequence[Sequence[str]], is_csv: bool) -> bool:
    """A full first row of different words heads a sheet of three columns or more, and any CSV file."""
    first = grid[0]
    words = [text for text in first if text and not is_number(text)]
    full = len(words) == len(first) == len(set(first)) and not any(is_period(text) for text in first[:1])
    return full and len(grid) > 2 and (is_csv or len(first) > 2)


def with_captions(parts: Sequence[Part]) -> list[Part]:
    """The parts, each table with caption, lead-in and unit from the lines right above it, and the lines below tables
    that are notes marked so."""
    run: list[TextPart] = []
    tables: list[GridPart] = []  # the last of each run of columns: those to which a line may be a note
    for part in parts:
        if isinstance(part, GridPart):
            take_titles(part, run)
            tables = [table for table in tables if table.right < part.left or part.right < table.left]
            tables.append(part)
            run = []
            continue
        cell = part.cells[0]
        above = next((table for table in tables if table.left <= cell.column <= table.right), None)
        beneath = above is not None and cell.row == above.bottom + 1 and is_remark(cell)
        noted = above or (tables[-1] if tables else None)
        if noted is not None and (beneath or NOTE.match(part.text)):
            part.role, noted.bottom = "footnote", cell.row
            noted.notes.append(part.text)
        else:
            run.append(part)
            tables = [table for table in tables if table is not above]
    return list(parts)


def take_titles(table: GridPart, lines: Sequence[TextPart]) -> None:
    """Give a table its caption, lead-in and unit from the lines above it."""
    chosen = lines_to_caption([line for line in lines if len(line.text.split()) <= MAX_TITLE_WORDS])
    if chosen is not None:
        chosen.role, table.caption = "caption", chosen.text
    others = [line.text for line in lines if line is not chosen]
    table.lead_in = next((text for text in reversed(others) if not is_unit_only(text)), None)
    table.unit = next((unit for text in reversed(others) if is_unit_only(text) and (unit := words_to_unit(text))), None)


def lines_to_caption(lines: Sequence[TextPart]) -> TextPart | None:
    """Of the lines above a table, the one that names it: one that reads as a caption, else the last in bold where
    only some are, else the nearest that is no sentence and does more than qualify."""
    named = [line for line in lines if CAPTION.match(line.text)]
    strong = [line for line in lines if all(cell.strong for cell in line.cells)]
    titles = [line for line in lines if not SENTENCE_END.search(line.text) and not is_note(line.text)]
    naming = [line for line in titles if not is_unit_only(line.text) and not QUALIFIER.match(line.text)]
    choices = named or (strong if len(strong) < len(lines) else []) or naming
    return choices[-1] if choices else None
