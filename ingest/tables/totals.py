"""Rows that add up others, found by their labels and by adding up, and totals that do not add up said in words.

Rows are taken from the top. What no total has taken up yet is **open**; a total sums up rows at the end of what is
open and takes their place, so that a grand total sums subtotals and what stands between them.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ingest.tables.figures import column_names, is_enumeration, is_none, label_columns, numeric_columns
from kb.model import Table
from kb.tables import TOTAL, column_to_unit, place_to_unit, table_to_group_rows
from kb.values import text_to_value

PLAIN_TOTAL = re.compile(r"^\W*(?:(?:grand|sub|overall|net|gross)[- ]?)?totals?\W*$|^\W*overall\W*$", re.IGNORECASE)
BALANCE = re.compile(
    r"\b(?:net|gross|balance|remaining|residual|surplus|deficit|sub-?total|aggregate|all)\b", re.IGNORECASE
)
LESS = re.compile(r"^\s*(?:less|minus|deduct(?:ion)?s?)\b", re.IGNORECASE)
PART_OF = re.compile(r"^\s*(?:of which|including|incl\.)", re.IGNORECASE)
NOT_ADDED = re.compile(
    r"\b(?:average|avg|mean|median|rates?|ratio|index|rank(?:ing)?|proportion|share|percent\w*|per|change|age)\b|%",
    re.IGNORECASE,
)
ROUNDED = re.compile(r"\brounded\b|\brounding\b", re.IGNORECASE)
# Whole figures without a unit below this are counts, which nobody rounds.
COUNTS_BELOW = 1000
# A total further than this share of it from what its rows add up to is a total of something else.
NEAR = Decimal("0.5")
MOST_SAID = 6
# In longer runs of rows only what calls itself a total is looked at.
MOST_OPEN = 200
# Of long tables so many runs of rows are tried, from the nearest; the time grows with the square.
MOST_TRIED = 60
# So many totals of one table are held against a run of more than MOST_OPEN rows, and the last row always.
MOST_LONG_RUNS = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a cell as it is added up, with the decimals printed; a cell that says "none" is 0 and not printed."""

    number: Decimal
    decimals: int
    printed: bool = True


@dataclass(frozen=True)
class Figures:
    """The figures of the columns that can be added up: by row and column, None where a cell is not known."""

    at: dict[tuple[int, int], Figure | None]
    columns: tuple[int, ...]
    labels: dict[int, str]
    units: tuple[str | None, ...]
    rounded: bool

    def sum(self, rows: Sequence[int], columns: Sequence[int]) -> Figure | None:
        """The sum over places; None where one of them is not known."""
        found = [self.at[row, column] for row in rows for column in columns]
        known = [figure for figure in found if figure is not None]
        if len(known) != len(found) or not any(figure.number for figure in known):
            return None
        return Figure(sum((figure.number for figure in known), Decimal(0)), max(f.decimals for f in known))

    def adds_up(self, total: Figure, parts: Figure, count: int, unit: str | None) -> bool:
        """Whether a sum of ``count`` figures is a total, but for what rounding them can make.

        That is half a unit of the last digit for each of a few; of many, errors of both signs add up as their root.
        """
        off = abs(total.number - parts.number)
        whole = not total.decimals and not parts.decimals
        if whole and unit is None and not self.rounded and abs(total.number) < COUNTS_BELOW:
            return off == 0
        most = min(Decimal(count) / 2, Decimal(count).sqrt() + 1)
        return off <= most * Decimal(1).scaleb(-min(total.decimals, parts.decimals))


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A total that its parts do not add up to."""

    row: int
    column: int
    words: str


def with_totals(table: Table) -> tuple[Table, tuple[str, ...]]:
    """The table with its total rows, doubtful totals marked, and these in words."""
    figures = table_to_figures(table)
    totals = find_total_rows(table, figures)
    headings = table.headers()
    wrong = [*row_mismatches(table, figures, totals), *column_mismatches(table, figures, headings)]
    table = replace(table, total_rows=tuple(sorted(totals)))
    if not wrong:
        return table, ()
    places = {(mismatch.row, mismatch.column) for mismatch in wrong}
    cells = [replace(c, doubtful=True) if (c.row, c.column) in places else c for c in table.cells]
    words = [mismatch.words for mismatch in wrong]
    if len(words) > MOST_SAID:
        words = [*words[:MOST_SAID], f"{len(words) - MOST_SAID} more totals do not add up"]
    return replace(table, cells=tuple(cells)), tuple(words)


def table_to_figures(table: Table) -> Figures:
    """The figures of the columns that can be added up: no shares, averages, or numbers that only count rows."""
    grid, heads = table.grid(), table_to_group_rows(table)
    rows = [row for row in range(table.header_rows, table.n_rows) if row not in heads]
    body = [grid[row] for row in rows]
    headings = table.headers()
    labels = set(label_columns(body, headings))
    units = tuple(
        column_to_unit(heading, [row[c] for row in body if text_to_value(row[c])]) for c, heading in enumerate(headings)
    )
    columns = tuple(
        column
        for column in sorted(numeric_columns(body))
        if column not in labels
        and units[column] != "%"
        and not NOT_ADDED.search(headings[column])
        and not is_enumeration([row[column] for row in body], headings[column])
    )
    said = " ".join((table.caption or "", table.lead_in or "", *table.notes))
    at = {(row, column): _to_figure(grid[row], column) for row in rows for column in columns}
    names = {row: " ".join(grid[row][c].strip() for c in sorted(labels)).strip() for row in rows}
    table_units = tuple(place_to_unit(unit, head, "", table.unit) for unit, head in zip(units, headings, strict=True))
    return Figures(at, columns, names, table_units, bool(ROUNDED.search(said)))


def _to_figure(row: Sequence[str], column: int) -> Figure | None:
    text = re.sub(r"(?<=\d)[\u00a0\u2009\u202f ](?=\d{3}(?!\d))", "", row[column].strip())
    if is_none(text):
        return Figure(Decimal(0), 0, printed=False)
    value = text_to_value(text)
    if value is None or value.unit == "%":
        return None
    number = -abs(value.number) if LESS.match(row[0]) else value.number
    return Figure(number, value.decimals)


def find_total_rows(table: Table, figures: Figures) -> dict[int, tuple[int, ...]]:
    """The total rows and the rows that each adds up, empty where these were not found."""
    totals: dict[int, tuple[int, ...]] = {}
    heads = table_to_group_rows(table)
    open_rows: list[int] = []
    block = n_long = 0
    for row in range(table.header_rows, table.n_rows):
        if row in heads:
            block = len(open_rows)
            continue
        label = figures.labels.get(row, "")
        if PART_OF.match(label) or not _has_figures(figures, row):
            if TOTAL.search(label):
                totals[row] = ()
            continue
        says = bool(TOTAL.search(label))
        last = row == table.n_rows - 1
        n_long += says and len(open_rows) > MOST_OPEN
        longest = len(open_rows) if last or n_long <= MOST_LONG_RUNS else MOST_OPEN
        parts: tuple[int, ...] = ()
        if says or (len(open_rows) <= MOST_OPEN and (BALANCE.search(label) or last or not label)):
            parts = _parts_above(figures, row, runs_above(open_rows, block, totals, longest), says, last)
        if says and not parts and len(open_rows) == block:
            parts = _parts_below(figures, row, heads, table.n_rows)
        if parts or (says and (PLAIN_TOTAL.match(label) or last)):
            totals[row] = parts
        if parts:
            taken = set(parts)
            open_rows = [open_row for open_row in open_rows if open_row not in taken]
        if parts or not says:
            open_rows.append(row)
        block = min(block, len(open_rows))
    return totals


def _has_figures(figures: Figures, row: int) -> bool:
    """Whether a row has anything to add, be it not known."""
    found = [figures.at[row, column] for column in figures.columns]
    return any(figure is None or figure.printed for figure in found)


@dataclass(frozen=True, slots=True)
class Runs:
    """Rows that a total may add up: the ``natural`` ones end at a group, a total or the top, the others anywhere."""

    natural: list[tuple[int, ...]]
    others: list[tuple[int, ...]]


def runs_above(open_rows: Sequence[int], block: int, totals: dict[int, tuple[int, ...]], longest: int) -> Runs:
    """The runs of ``longest`` rows at the most at the end of what is open; ``block`` is where its group begins."""
    count = len(open_rows)
    after_total = next((i + 1 for i in range(count - 1, -1, -1) if open_rows[i] in totals), 0)
    starts = [start for start in dict.fromkeys((max(block, after_total), block, 0)) if count - start <= longest]
    others = range(max(0, count - MOST_TRIED), count - 1)
    return Runs([tuple(open_rows[start:]) for start in starts], [tuple(open_rows[start:]) for start in others])


def _parts_above(figures: Figures, row: int, runs: Runs, says: bool, last: bool) -> tuple[int, ...]:
    """The run that a row adds up; of a row that does not say so, only what can be no chance."""
    label = figures.labels.get(row, "")
    for parts in dict.fromkeys((*runs.natural, *runs.others)):
        if len(parts) < 2 or not (right := _columns_that_fit(figures, row, parts)):
            continue
        if says or _is_no_chance(figures, parts, right, bool(label) and not BALANCE.search(label)):
            return parts
    if not says:
        return ()
    near = [parts for parts in runs.natural if len(parts) > 1 and _is_near(figures, row, parts, last)]
    return near[0] if near else ()


def _columns_that_fit(figures: Figures, row: int, parts: Sequence[int]) -> list[int]:
    """The columns in which a row is the sum of parts; none where it is not in one of them."""
    right: list[int] = []
    for column in figures.columns:
        fits = _fits(figures, row, column, parts)
        if fits is False:
            return []
        if fits:
            right.append(column)
    return right


def _fits(figures: Figures, row: int, column: int, parts: Sequence[int]) -> bool | None:
    """Whether a figure is the sum of those in parts; None where one of them is not known."""
    total = figures.at[row, column]
    if total is None or not total.printed or (added := figures.sum(parts, [column])) is None:
        return None
    return figures.adds_up(total, added, len(parts), figures.units[column])


def _compare(figures: Figures, row: int, parts: Sequence[int]) -> tuple[list[int], list[int]]:
    """The columns in which a row is the sum of parts, and those in which it is not."""
    right: list[int] = []
    wrong: list[int] = []
    for column in figures.columns:
        fits = _fits(figures, row, column, parts)
        if fits is not None:
            (right if fits else wrong).append(column)
    return right, wrong


def _is_no_chance(figures: Figures, parts: Sequence[int], columns: Sequence[int], words: bool) -> bool:
    """Whether a sum of a row that is not labelled as one rests on enough figures: two in a column that are not
    nothing, and three where the row has words that say something else."""
    counts = [sum(1 for part in parts if (figure := figures.at[part, column]) and figure.number) for column in columns]
    least = 3 if words else 2
    return sum(count >= least for count in counts) >= (2 if words and len(figures.columns) > 1 else 1)


def _is_near(figures: Figures, row: int, parts: Sequence[int], last: bool) -> bool:
    """Whether a total that does not add up is still the total of these rows: it does in at least half of the
    columns, or it says no more than "total" or is the last row, and is close."""
    right, wrong = _compare(figures, row, parts)
    if len(right) >= len(wrong) and right:
        return True
    if not last and not PLAIN_TOTAL.match(figures.labels.get(row, "")):
        return False
    return bool(wrong) and all(_is_close(figures, row, column, parts) for column in wrong)


def _is_close(figures: Figures, row: int, column: int, parts: Sequence[int]) -> bool:
    total, added = figures.at[row, column], figures.sum(parts, [column])
    return total is not None and added is not None and abs(total.number - added.number) <= NEAR * abs(total.number)


def _parts_below(figures: Figures, row: int, heads: Container[int], n_rows: int) -> tuple[int, ...]:
    """The rows below that a total at the top adds up: those down to the next total or group."""
    parts: list[int] = []
    for below in range(row + 1, n_rows):
        if below in heads or TOTAL.search(figures.labels.get(below, "")):
            break
        if not PART_OF.match(figures.labels.get(below, "")):
            parts.append(below)
    right, wrong = _compare(figures, row, parts)
    return tuple(parts) if len(parts) > 1 and right and not wrong else ()


def row_mismatches(table: Table, figures: Figures, totals: dict[int, tuple[int, ...]]) -> list[Mismatch]:
    """The totals at the foot of columns that their rows do not add up to."""
    found = []
    grid, names = table.grid(), column_names(table)
    single = sum(1 for parts in totals.values() if parts) == 1
    for row, parts in totals.items():
        for column in _compare(figures, row, parts)[1] if parts else ():
            added = figures.sum(parts, [column])
            assert added is not None
            name = "The total" if single else f"'{figures.labels[row] or 'The total'}'"
            said = grid[row][column].strip()
            words = f"{name} of {names[column]} says {said}; its rows add up to {_to_text(added, said)}"
            found.append(Mismatch(row, column, words))
    return found


def column_mismatches(table: Table, figures: Figures, headings: Sequence[str]) -> list[Mismatch]:
    """The totals at the end of rows that their columns do not add up to, where in most rows they do."""
    found = []
    grid = table.grid()
    for column in figures.columns:
        if not TOTAL.search(headings[column]):
            continue
        parts = _columns_of_total(figures, column, headings)
        if len(parts) < 2:
            continue
        right, wrong = _compare_across(figures, column, parts)
        if len(right) < 2 or len(right) < 2 * len(wrong):
            continue
        for row in wrong:
            added = figures.sum([row], parts)
            assert added is not None
            said = grid[row][column].strip()
            name = f"row '{figures.labels[row]}'" if figures.labels[row] else f"row {row - table.header_rows + 1}"
            words = f"The total of {name} says {said}; its columns add up to {_to_text(added, said)}"
            found.append(Mismatch(row, column, words))
    return found


def _columns_of_total(figures: Figures, column: int, headings: Sequence[str]) -> list[int]:
    """The columns of the same unit left of a total column, back to the total before it."""
    parts: list[int] = []
    for left in reversed([c for c in figures.columns if c < column]):
        if TOTAL.search(headings[left]):
            break
        if figures.units[left] == figures.units[column]:
            parts.insert(0, left)
    return parts


def _compare_across(figures: Figures, column: int, parts: Sequence[int]) -> tuple[list[int], list[int]]:
    right: list[int] = []
    wrong: list[int] = []
    for row in figures.labels:
        total, added = figures.at[row, column], figures.sum([row], parts)
        if total is None or added is None or not total.printed:
            continue
        fits = figures.adds_up(total, added, len(parts), figures.units[column])
        (right if fits else wrong).append(row)
    return right, wrong


def _to_text(figure: Figure, like: str) -> str:
    """A sum printed as the total beside it is."""
    commas = "," if "," in like or abs(figure.number) >= 10_000 else ""
    number = f"{abs(figure.number):{commas}.{figure.decimals}f}"
    sign = "-" if figure.number < 0 else ""
    return f"{sign}£{number}" if "£" in like else f"{sign}{number}"
