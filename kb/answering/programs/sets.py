"""Sets of rows that a question may speak of, built from its links: filters, comparisons, neighbours, extremes."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from kb.answering.programs.links import Asked, Link
from kb.answering.programs.table import Field, TypedTable

MAX_BASE = 60
MAX_PAIRS = 24
NEGATION = frozenset(
    "not other besides except excluding without no never isnt didnt wasnt aside than non failed".split()
)
SAMENESS = frozenset("same other also as shared share another both besides".split())
MORE = re.compile(
    r"\b(?:more|over|above|greater|after|at least|since|exceed\w*|higher|larger|older|later|longer"
    r"|or (?:more|higher|better)|minimum|past|better|taller|bigger|following|between|from|up|beyond|starting"
    r"|\w{3,}er than)\b"
)
LESS = re.compile(
    r"\b(?:less|under|below|fewer|before|at most|prior|lower|smaller|younger|earlier|shorter|up to"
    r"|or (?:less|fewer|lower)|maximum|until|within|by|worse|top|between|\w{3,}er than)\b"
)
EXTREME = re.compile(
    r"\b(?:\w{2,}est|most|least|max\w*|min\w*|top|best|worst|more|less|fewer|first|last|final|only|\w{3,}er|high|low"
    r"|large|long|short|second|third|fourth|fifth|\d+(?:st|nd|rd|th)|leading|record|winner|won|win|bottom|difference"
    r"|original\w*|initial\w*|recent\w*|new|old|begin\w*|start\w*|end\w*|debut\w*|peak)\b"
)
NEAR = re.compile(
    r"\b(?:next|previous\w*|after|before|above|below|preced\w+|follow\w*|prior|immediately|directly|consecutive|right"
    r"|later|earlier|subsequent\w*|under|behind|ahead|comes?|came|last|succe\w+|replaced|took|between|beneath|until)\b"
)


TESTS: dict[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


@dataclass(frozen=True, slots=True, eq=False)
class RowSet:
    """Rows in table order and how they were got: ``form`` is the operation, ``links`` and ``base`` what it was done
    on, ``column`` what it compared or ordered by, ``number`` the place and size of a number of the question, ``among``
    the rows of which these are the first, greatest, ..."""

    form: str
    rows: tuple[int, ...]
    links: tuple[Link, ...] = ()
    column: int | None = None
    base: str = ""
    number: tuple[int, float] | None = None
    among: tuple[int, ...] = ()

    @property
    def columns(self) -> frozenset[int]:
        """The columns in which its links stand."""
        return frozenset(link.column for link in self.links)


def filters(asked: Asked, links: list[Link], table: TypedTable) -> list[RowSet]:
    """All body rows; the rows of each link; of two links together; of either; what is not linked; comparisons."""
    body = frozenset(table.body)
    every = RowSet("all", table.body)
    single = [RowSet("is", link.rows, (link,)) for link in links]
    compared = list(comparisons(asked, table))
    both = list(_joined(links))
    mixed = []
    for chosen in single[:6]:
        for other in compared[:24]:
            rows = common(chosen.rows, other.rows)
            if rows and len(rows) < len(chosen.rows) and len(rows) < len(other.rows):
                mixed.append(RowSet("is&" + other.form, rows, chosen.links, other.column, number=other.number))
    negative = []
    if NEGATION.intersection(asked.words):
        for chosen in [*single, *both]:
            rows = without(table.body, chosen.rows)
            if rows and len(rows) < len(body):
                negative.append(RowSet("not " + chosen.form, rows, chosen.links))
    others = [*_alike(asked, single, table), *_beyond(asked, single, table), *_blank(asked, table)]
    return [every, *single, *both, *negative, *compared, *mixed[:MAX_PAIRS], *others]


def _beyond(asked: Asked, single: list[RowSet], table: TypedTable) -> Iterator[RowSet]:
    """Rows that have more or less in a column than a linked row."""
    if "than" not in asked.words and "before" not in asked.words and "after" not in asked.words:
        return
    for chosen in single[:6]:
        if len(chosen.rows) != 1:
            continue
        for field in ordered(table):
            own = field.values[chosen.rows[0]]
            if own is None:
                continue
            values = [(row, value) for row in table.body if (value := field.values[row]) is not None]
            more = tuple(row for row, value in values if value > own)
            less = tuple(row for row, value in values if value < own)
            if more and less:
                yield RowSet("morethan", more, chosen.links, field.index)
                yield RowSet("lessthan", less, chosen.links, field.index)


def _blank(asked: Asked, table: TypedTable) -> Iterator[RowSet]:
    """Rows whose cell in a column is blank, and those where it is not."""
    if not (NEGATION | {"no", "none", "lack", "blank", "empty", "unknown"}).intersection(asked.words):
        return
    for field in table.fields:
        rows = tuple(row for row in table.body if table.cells[row][field.index].blank)
        if rows and len(rows) < len(table.body):
            yield RowSet("blank", rows, (), field.index)
            yield RowSet("filled", without(table.body, rows), (), field.index)


def _joined(links: list[Link]) -> Iterator[RowSet]:
    """Two links in one row (of different columns), or either of two (of one column); three in one row."""
    count = 0
    pairs = []
    for a, b in combinations(links, 2):
        apart = a.end <= b.start or b.end <= a.start
        if not apart or count >= MAX_PAIRS:
            continue
        rows = common(a.rows, b.rows)
        if a.column == b.column:
            union = tuple(sorted({*a.rows, *b.rows}))
            count += 1
            yield RowSet("or", union, (a, b))
        if rows and (a.column != b.column or len(rows) < min(len(a.rows), len(b.rows))):
            count += 1
            pairs.append((rows, a, b))
            yield RowSet("and", rows, (a, b))
    yield from _all_of_column(links)
    for rows, a, b in pairs[:8]:
        for c in links[:8]:
            if c.column in {a.column, b.column} or c.start < b.end:
                continue
            three = common(rows, c.rows)
            if three and len(three) < len(rows):
                yield RowSet("and3", three, (a, b, c))


def _all_of_column(links: list[Link]) -> Iterator[RowSet]:
    """The rows of three or more links in one column together."""
    by_column: dict[int, list[Link]] = {}
    for link in links:
        if not any(link.start < k.end and k.start < link.end for k in by_column.get(link.column, [])):
            by_column.setdefault(link.column, []).append(link)
    for many in by_column.values():
        if len(many) >= 3:
            yield RowSet("or3", tuple(sorted({row for link in many for row in link.rows})), tuple(many))


def common(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    """The rows that are in both, in the order of the first."""
    held = set(second)
    return tuple(row for row in first if row in held)


def without(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    """The rows of the first that are not in the second."""
    held = set(second)
    return tuple(row for row in first if row not in held)


def comparisons(asked: Asked, table: TypedTable) -> Iterator[RowSet]:
    """Rows whose value in an ordered column is beyond a number of the question, or between two."""
    text = asked.text.lower()
    more, less = MORE.search(text), LESS.search(text)
    if not (more or less):
        return
    numbers = [*asked.numbers, *((start, _date_number(date)) for start, _, date in asked.dates if date[0])]
    for field in ordered(table):
        values = {row: value for row in table.body if (value := field.values[row]) is not None}
        for place, number in numbers:
            if not plausible(field, number):
                continue
            parts = {
                value: int(value) if field.kind == "date" and number == int(number) else value
                for value in values.values()
            }
            for form, test in TESTS.items():
                wanted = more if form in {"gt", "ge"} else less
                rows = tuple(row for row, value in values.items() if wanted and test(parts[value], number))
                if rows and len(rows) < len(table.body):
                    yield RowSet(form, rows, (), field.index, number=(place, number))
        for (place, low), (_, high) in combinations(numbers, 2):
            if low < high and plausible(field, low) and plausible(field, high):
                whole = field.kind == "date"
                rows = tuple(
                    row for row, v in values.items() if low <= (int(v) if whole and low == int(low) else v) <= high
                )
                if rows and len(rows) < len(table.body):
                    yield RowSet("between", rows, (), field.index, number=(place, low))


def _date_number(date: tuple[int, int, int]) -> float:
    return date[0] + date[1] / 12.5 + date[2] / 400.0


def plausible(field: Field, number: float) -> bool:
    """Whether a number may be compared with a column: years with dates, and only with them."""
    year = 1000 <= number <= 2100
    return year if field.kind == "date" else True


def ordered(table: TypedTable) -> list[Field]:
    """The columns that order rows: numbers, dates, times, and texts that begin with a number."""
    return [field for field in table.fields if field.kind != "text" or field.mixed]


def _alike(asked: Asked, single: list[RowSet], table: TypedTable) -> Iterator[RowSet]:
    """Other rows with the same value in a column as a linked row."""
    if not SAMENESS.intersection(asked.words):
        return
    for chosen in single[:5]:
        if len(chosen.rows) > 3:
            continue
        for field in table.fields:
            if field.index in chosen.columns:
                continue
            forms = {table.cells[row][field.index].form for row in chosen.rows}
            rows = tuple(
                row for row in table.body if table.cells[row][field.index].form in forms and row not in chosen.rows
            )
            if rows and len(rows) < len(table.body) - len(chosen.rows):
                yield RowSet("alike", rows, chosen.links, field.index)


def extremes(asked: Asked, base: list[RowSet], table: TypedTable) -> Iterator[RowSet]:
    """First, last, n-th, greatest and smallest rows of sets of several rows."""
    if not EXTREME.search(asked.text.lower()):
        return
    nth = next((n for _, n in asked.ordinals if 2 <= n <= 10), None)
    columns = ordered(table)
    for chosen in base:
        if len(chosen.rows) < 2:
            continue
        given = {"links": chosen.links, "base": chosen.form, "number": chosen.number, "among": chosen.rows}
        yield RowSet("first", chosen.rows[:1], **given)  # type: ignore[arg-type]
        yield RowSet("last", chosen.rows[-1:], **given)  # type: ignore[arg-type]
        if nth and len(chosen.rows) >= nth:
            yield RowSet("nth", chosen.rows[nth - 1 : nth], **given)  # type: ignore[arg-type]
        for field in columns:
            values = {row: value for row in chosen.rows if (value := field.values[row]) is not None}
            if len(values) < 2:
                continue
            order = sorted(set(values.values()))
            if len(order) < 2:
                continue
            for form, target in (("argmax", order[-1]), ("argmin", order[0])):
                rows = tuple(row for row, value in values.items() if value == target)
                if len(rows) <= 5:
                    yield RowSet(form, rows, column=field.index, **given)  # type: ignore[arg-type]
            if nth and len(order) >= nth:
                for form, target in (("nthmax", order[-nth]), ("nthmin", order[nth - 1])):
                    rows = tuple(row for row, value in values.items() if value == target)
                    yield RowSet(form, rows[:1], column=field.index, **given)  # type: ignore[arg-type]


def neighbours(asked: Asked, base: list[RowSet], table: TypedTable) -> Iterator[RowSet]:
    """The row below and above a linked row, and all rows below and above it."""
    if not NEAR.search(asked.text.lower()):
        return
    size = len(table.cells)
    for chosen in base:
        if chosen.form not in {"is", "and"} or len(chosen.rows) > 6:
            continue
        low, high = chosen.rows[0], chosen.rows[-1]
        if high + 1 < size:
            yield RowSet("next", (high + 1,), chosen.links, base=chosen.form)
        if low > 0:
            yield RowSet("prev", (low - 1,), chosen.links, base=chosen.form)
        if len(chosen.rows) == 1:
            below = tuple(row for row in table.body if row > high)
            above = tuple(row for row in table.body if row < low)
            if len(below) > 1:
                yield RowSet("below", below, chosen.links, base=chosen.form)
            if len(above) > 1:
                yield RowSet("above", above, chosen.links, base=chosen.form)
