"""The filled cells of a sheet -> regions that belong together, parted by blank rows and columns.

A blank row or column does not always part: totals often stand below one, groups of rows are set apart by them, and
narrow blank columns part groups of figures. What goes on across one is what could not stand alone: figures without
headings of their own under a table with the same columns, or without labels of their own beside one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.layout.blocks import CAPTION
from ingest.tables.figures import is_number

MAX_DEPTH = 40
MAX_BLANK_ROWS = 2
# Rows above a blank row that may be all headings.
MAX_HEADER_ROWS = 4


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A filled cell of a sheet, its place counted over what is shown. ``reference`` names it for people (``B7``).

    ``strong`` is bold type, ``shaded`` a coloured ground; ``doubt`` says what is wrong with its value.
    """

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1
    strong: bool = False
    shaded: bool = False
    marks: tuple[str, ...] = ()
    doubt: str | None = None
    reference: str | None = None

    @property
    def last_row(self) -> int:
        return self.row + self.rowspan - 1

    @property
    def last_column(self) -> int:
        return self.column + self.colspan - 1


Region = list[SheetCell]


def cells_to_regions(cells: Region, depth: int = 0) -> list[Region]:
    """Regions in reading order: cut at blank rows, each band at blank columns, and so on until nothing parts."""
    if depth < MAX_DEPTH:
        bands = join_bands(split(cells, lambda cell: (cell.row, cell.last_row)))
        if len(bands) > 1:
            return [region for band in bands for region in cells_to_regions(band, depth + 1)]
        sides = join_sides(split(cells, lambda cell: (cell.column, cell.last_column)))
        if len(sides) > 1:
            return [region for side in sides for region in cells_to_regions(side, depth + 1)]
    return [sorted(cells, key=lambda cell: (cell.row, cell.column))]


def split(cells: Region, extent: Callable[[SheetCell], tuple[int, int]]) -> list[Region]:
    """Groups of cells with a blank row, or column, between them; ``extent`` is the first and last that a cell takes."""
    groups: list[Region] = []
    reach = -1
    for cell in sorted(cells, key=extent):
        first, last = extent(cell)
        if not groups or first > reach + 1:
            groups.append([])
        groups[-1].append(cell)
        reach = max(reach, last)
    return groups


def region_to_rows(region: Region) -> list[Region]:
    """The cells row by row, each row from the left."""
    ordered = sorted(region, key=lambda cell: (cell.row, cell.column))
    return [list(row) for _, row in groupby(ordered, key=lambda cell: cell.row)]


@dataclass(frozen=True, slots=True)
class Outline:
    """What decides whether bands belong together: of rows with two cells or more, how many there are, their columns,
    those of them with figures, and whether all is set off as headings are; ``first`` is the first such row."""

    top: int
    bottom: int
    text: str
    n_rows: int
    columns: frozenset[int]
    figures: frozenset[int]
    is_heading: bool
    first: tuple[SheetCell, ...]

    def with_band(self, other: Outline) -> Outline:
        """The outline of this band and one below it."""
        return Outline(
            self.top,
            other.bottom,
            self.text,
            self.n_rows + other.n_rows,
            self.columns | other.columns,
            self.figures | other.figures,
            self.is_heading and other.is_heading,
            self.first or other.first,
        )


def band_to_outline(band: Region) -> Outline:
    """The outline of a band of rows."""
    rows = region_to_rows(band)
    tabular = [row for row in rows if len(row) > 1]
    return Outline(
        rows[0][0].row,
        max(cell.last_row for cell in band),
        rows[0][0].text,
        len(tabular),
        frozenset(column for row in tabular for c in row for column in range(c.column, c.last_column + 1)),
        frozenset(cell.column for row in tabular for cell in row if is_number(cell.text)),
        all(cell.strong or cell.shaded for row in tabular for cell in row),
        tuple(tabular[0]) if tabular else (),
    )


def join_bands(bands: Sequence[Region]) -> list[Region]:
    """Bands of rows; one that goes on with the table above is part of it."""
    joined: list[Region] = []
    above: Outline | None = None
    for band in bands:
        outline = band_to_outline(band)
        if above is not None and goes_on(above, outline):
            joined[-1].extend(band)
            above = above.with_band(outline)
        else:
            joined.append(list(band))
            above = outline
    return joined


def goes_on(upper: Outline, lower: Outline) -> bool:
    """Whether cells below a blank row are rows of the table above it: they stand in its columns, and have no
    headings of their own where it has figures, or are the first rows under its headings."""
    if not upper.n_rows or not lower.n_rows or lower.top - upper.bottom - 1 > MAX_BLANK_ROWS:
        return False
    if CAPTION.match(lower.text) or not lower.columns <= upper.columns:
        return False
    figures = {cell.column for cell in lower.first if is_number(cell.text)}
    if upper.figures:
        return bool(figures & upper.figures)
    plain = not any(cell.strong or cell.shaded for cell in lower.first)
    return upper.n_rows <= MAX_HEADER_ROWS and (bool(figures) or (upper.is_heading and plain))


def join_sides(sides: Sequence[Region]) -> list[Region]:
    """Groups of columns; one without labels of its own belongs to the table at its left."""
    joined: list[Region] = []
    for side in sides:
        if joined and lacks_labels(joined[-1], side):
            joined[-1] = joined[-1] + side
        else:
            joined.append(side)
    return joined


def lacks_labels(left: Region, right: Region) -> bool:
    """Whether columns beyond one blank column are columns of the table at the left: their first column holds
    figures, or they are one column whose heading stands in the row of the table's headings."""
    gap = min(cell.column for cell in right) - max(cell.last_column for cell in left) - 1
    left_rows, right_rows = region_to_rows(left), region_to_rows(right)
    tabular = [row for row in left_rows if len(row) > 1]
    both_titled = len(left_rows[0]) == len(right_rows[0]) == 1 and right_rows[0][0].colspan == 1
    if gap > 1 or not tabular or max(c.row for c in right) > max(c.last_row for c in left):
        return False
    first_column = min(cell.column for cell in right)
    filled = [cell for cell in right if cell.column == first_column]
    if max(cell.last_column for cell in right) == first_column and len(filled) > 1:
        return filled[0].row == tabular[0][0].row
    figures = [cell for cell in filled if is_number(cell.text)]
    labels = [row[0] for row in tabular if not is_number(row[0].text)]
    return not both_titled and 2 * len(figures) >= len(filled) and 2 * len(labels) >= len(tabular)
