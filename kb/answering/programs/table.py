"""A table made ready for programs: columns with their kinds, cells with their readings, an index of its words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal

from kb.answering.programs.derived import Derived, derive
from kb.answering.programs.reading import Reading, text_to_reading, text_to_stem, text_to_words
from kb.model import Table

Kind = Literal["number", "date", "time", "text"]
TOTAL = re.compile(r"^(?:grand |sub-?)?(?:totals?|sum|overall|all|average|avg\.?)\b[: ]*", re.IGNORECASE)
MAX_ROWS = 2_000
MAX_COLUMNS = 40
MOSTLY = 0.7


@dataclass(frozen=True, slots=True)
class Field:
    """A column: heading, its words and stems, and what kind of thing most of its cells are.

    ``values`` are what its cells are ordered by (None where a cell has no such reading); ``rising`` is 1 where they
    grow down the table, -1 where they fall, else 0; ``distinct`` is the share of different cells. ``mixed`` are texts
    that begin with numbers; ``source`` and ``partner`` are the printed columns of one that is derived.
    """

    index: int
    heading: str
    words: tuple[str, ...]
    stems: frozenset[str]
    kind: Kind
    values: tuple[float | None, ...]
    rising: int
    distinct: float
    mixed: bool = False
    source: int | None = None
    partner: int | None = None


@dataclass
class TypedTable:
    """A table's body: ``cells[row][column]`` with ``rows`` of them, ``lines`` their places in the source table, and
    ``body`` the rows that are no totals of others."""

    fields: tuple[Field, ...]
    cells: list[tuple[Reading, ...]]
    lines: list[int]
    body: tuple[int, ...]
    labels: list[str] = field(default_factory=list)

    @cached_property
    def index(self) -> dict[str, list[tuple[int, int]]]:
        """Stem to the places (row, column) of cells that hold it."""
        places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for row, cells in enumerate(self.cells):
            for column, cell in enumerate(cells):
                if self.fields[column].source is not None:
                    continue
                for stem in dict.fromkeys(text_to_stem(word) for word in cell.words):
                    places[stem].append((row, column))
        return dict(places)

    @cached_property
    def forms(self) -> list[dict[str, tuple[int, ...]]]:
        """A column's cells by what they say: form to rows."""
        found: list[defaultdict[str, list[int]]] = [defaultdict(list) for _ in self.fields]
        for row in self.body:
            for column, cell in enumerate(self.cells[row]):
                if not cell.blank:
                    found[column][cell.form].append(row)
        return [{form: tuple(rows) for form, rows in forms.items()} for forms in found]


def grid_to_table(headings: Sequence[str], grid: Sequence[Sequence[str]], lines: Sequence[int]) -> TypedTable:
    """The typed table of headings and body rows of equal width; ``lines`` are the rows' places in their source."""
    cells = [tuple(text_to_reading(text) for text in texts[:MAX_COLUMNS]) for texts in grid[:MAX_ROWS]]
    body = tuple(row for row, texts in enumerate(cells) if not _is_total(texts))
    body = body if len(body) >= 2 else tuple(range(len(cells)))
    extra = derive(headings[:MAX_COLUMNS], cells)
    cells = [(*row, *(one.readings[i] for one in extra)) for i, row in enumerate(cells)]
    names = [*headings[:MAX_COLUMNS], *(one.heading for one in extra)]
    printed = len(headings[:MAX_COLUMNS])
    fields = tuple(
        _column(i, name, cells, body, extra[i - printed] if i >= printed else None) for i, name in enumerate(names)
    )
    name = next((f.index for f in fields if f.kind == "text"), 0)
    labels = [(texts[0].text or texts[name].text) if texts else "" for texts in cells]
    return TypedTable(fields, cells, list(lines[: len(cells)]), body, labels)


@lru_cache(maxsize=256)
def table_to_typed(table: Table) -> TypedTable:
    """The typed table of a document's table; rows without words are left out, carried and spanning cells count."""
    grid = table.grid()
    lines = [row for row in range(table.header_rows, len(grid)) if any(text.strip() for text in grid[row])]
    headings = table.headers() if table.header_rows else [""] * table.n_columns
    return grid_to_table(headings, [grid[row] for row in lines], lines)


def _is_total(texts: Sequence[Reading]) -> bool:
    return any(TOTAL.match(cell.text) is not None and len(cell.words) <= 3 for cell in texts[:2])


def _column(
    index: int, heading: str, cells: Sequence[Sequence[Reading]], body: Sequence[int], derived: Derived | None
) -> Field:
    column = [row[index] for row in cells]
    filled = [column[row] for row in body if not column[row].blank]
    size = max(1, len(filled))
    timed = sum(cell.seconds is not None for cell in filled) / size
    dated = sum(cell.date is not None and (cell.date[1] > 0 or _is_year(cell)) for cell in filled) / size
    counted = sum(cell.pure for cell in filled) / size
    kind: Kind = "text"
    if timed >= MOSTLY:
        kind = "time"
    elif dated >= MOSTLY:
        kind = "date"
    elif counted >= MOSTLY:
        kind = "number"
    values = tuple(_value(cell, kind) for cell in column)
    known = [value for row in body if (value := values[row]) is not None]
    rising = 0
    if len(known) >= 3 and len(known) >= 0.8 * len(body):
        steps = [(b > a) - (b < a) for a, b in pairwise(known)]
        rising = 1 if min(steps) >= 0 and max(steps) > 0 else -1 if max(steps) <= 0 and min(steps) < 0 else 0
    words = text_to_words(heading)
    stems = frozenset(text_to_stem(word) for word in words)
    distinct = len({cell.form for cell in filled}) / size
    mixed = kind == "text" and sum(cell.number is not None for cell in filled) / size >= MOSTLY
    pair = (derived.source, derived.partner) if derived else (None, None)
    return Field(index, heading, words, stems, kind, values, rising, distinct, mixed, *pair)


def _is_year(cell: Reading) -> bool:
    return bool(re.fullmatch(r"(?:1[5-9]|20)\d\d(?:\s?[-–/]\s?\d{2,4})?", cell.form))


def _value(cell: Reading, kind: Kind) -> float | None:
    """What a cell is ordered by in a column of that kind; a date counts years with months and days as parts."""
    if cell.blank:
        return None
    if kind == "time":
        return cell.seconds if cell.seconds is not None else cell.number
    if kind == "date":
        return date_to_value(cell.date) if cell.date else None
    return cell.number


def date_to_value(date: tuple[int, int, int]) -> float:
    """A date as a number that orders it."""
    year, month, day = date
    return year + month / 12.5 + day / 400.0
