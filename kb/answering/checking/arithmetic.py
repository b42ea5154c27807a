"""A computed figure done again from the cells that it names."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, DivisionByZero, InvalidOperation

from kb.answering.checking.dates import text_to_dates
from kb.answering.checking.figures import Figure, text_to_figures
from kb.model import Computation

MOST_TRIED = 64
Numbers = Sequence[Decimal]


def _sum(n: Numbers) -> Decimal:
    return sum(n, Decimal(0))


def _change(n: Numbers) -> Iterator[Decimal]:
    """Changes from either of two figures to the other, and a part of a whole, all in percent."""
    for a, b in ((n[0], n[1]), (n[1], n[0])):
        yield from (100 * a / b, 100 * (a - b) / b, 100 * (a - b) / abs(b))


def _shares(n: Numbers) -> Iterator[Decimal]:
    if len(n) == 2:
        yield from _change(n)
        yield from (n[0] / n[1], n[1] / n[0])
    yield from (100 * n[0] / _sum(n), 100 * n[0] / _sum(n[1:]), 100 * _sum(n[:-1]) / n[-1])


def _differences(n: Numbers) -> Iterator[Decimal]:
    yield from (n[0] - n[-1], n[0] - _sum(n[1:]))
    if len(n) == 2:
        yield from _change(n)
    half = len(n) // 2
    yield from (_sum(n[:half]) - _sum(n[half:]), max(n) - min(n))
    if half and len(n) == 2 * half:
        yield (_sum(n[:half]) - _sum(n[half:])) / half  # the change of an average


def _averages(n: Numbers) -> Iterator[Decimal]:
    yield _sum(n) / len(n)
    ordered = sorted(n)
    yield (ordered[(len(n) - 1) // 2] + ordered[len(n) // 2]) / 2


_WAYS: dict[str, Callable[[Numbers], Iterator[Decimal]]] = {
    "sum": lambda n: iter((_sum(n),)),
    "difference": _differences,
    "share": _shares,
    "average": _averages,
}


def computation_to_problem(computation: Computation) -> str | None:
    """Why a computation does not hold, or None where its result follows from its cells.

    A sum, difference, share (also a change in percent) or average is done again with the figures of the cells and
    compared at the places that the result shows; a largest or smallest must be one of its cells and none beyond it;
    a count must be that of its cells. Where a cell holds several figures ("3–1"), any of them may be meant.
    """
    cells, result = computation.inputs, computation.result
    if not cells:
        return f"{result} names no cells"
    if computation.operation == "count":
        return _count_problem(computation)
    if computation.operation in ("max", "min"):
        return _extreme_problem(computation)
    said = _figures(result)
    held = [_figures(cell.value) for cell in cells]
    way = _WAYS.get(computation.operation)
    if way is None or not said or not all(held):
        return f"{result} cannot be done again from its cells"
    if any(_follows(figure, way, [f.number for f in chosen]) for figure in said for chosen in _choices(held)):
        return None
    return f"{result} is not the {computation.operation} of its cells"


def _follows(result: Figure, way: Callable[[Numbers], Iterator[Decimal]], numbers: Numbers) -> bool:
    """Whether one of the ways to do it gives the result, at the last place that it shows."""
    ways = way(numbers)
    while True:
        try:
            number = next(ways)
        except (StopIteration, DivisionByZero, InvalidOperation):
            return False
        if 2 * abs(abs(number) - abs(result.number)) <= result.step:
            return True


def _choices(held: Sequence[Sequence[Figure]]) -> Iterator[tuple[Figure, ...]]:
    """One figure a cell: the first of each, then all the others, as far as they are few."""
    return itertools.islice(itertools.product(*held), MOST_TRIED)


def _figures(text: str) -> list[Figure]:
    """The figures of a cell, a year being one too, signed where the cell has a minus or brackets."""
    dates, rest = text_to_dates(text)
    figures, _ = text_to_figures(rest)
    figures += [Figure(date.text, Decimal(date.year)) for date in dates if date.year and not date.month]
    bare = text.strip()
    if len(figures) == 1 and (bare.startswith(("-", "−", "–")) or (bare.startswith("(") and bare.endswith(")"))):
        only = figures[0]
        return [Figure(only.text, -only.number, only.unit, only.step)]
    return figures


def _count_problem(computation: Computation) -> str | None:
    """A count is that of its cells, or of the different ones among them."""
    cells = computation.inputs
    counts = {len(cells), len({cell.value for cell in cells}), len({cell.row for cell in cells})}
    said = {int(figure.number) for figure in _figures(computation.result)}
    return None if said & counts else f"{computation.result} is not the number of its {len(cells)} cells"


def _extreme_problem(computation: Computation) -> str | None:
    """The largest or smallest is one of the cells, by its value, row or column, and no other one goes beyond it."""
    cells, result = computation.inputs, computation.result
    chosen = [cell for cell in cells if result in (cell.value, cell.row, cell.column)]
    if not chosen:
        same = {figure.number for figure in _figures(result)}
        chosen = [cell for cell in cells if same & {figure.number for figure in _figures(cell.value)}]
    if not chosen:
        return f"{result} is none of its cells"
    numbers = [_figures(cell.value) for cell in cells]
    if not all(len(figures) == 1 for figures in numbers):
        return None  # dates, scores and words are ordered by rules of their own
    own = [_figures(cell.value)[0].number for cell in chosen]
    every = [figures[0].number for figures in numbers]
    best = max(every) if computation.operation == "max" else min(every)
    return None if best in own else f"{result} is not the {computation.operation} of its cells"
