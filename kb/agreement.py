"""Whether figures that several documents give agree, in words.

Two figures agree where they are the same at the precision of the rounder one: "£2.7m" and "£2,712,000" do. Only
figures of one unit are compared; whether they measure the same thing is for the reader to see at their places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kb.values import Value, text_to_value

Verdict = Literal["none", "one", "same", "differ", "different kinds", "several"]
UNITS_IN_WORDS = {"%": "percentages", "": "numbers", "£": "sums in £"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What the figures of a row show. ``marks`` has a word or two for each column ("highest"), mostly empty."""

    verdict: Verdict = "none"
    words: str = ""
    marks: tuple[str, ...] = ()


NOTHING = Finding()


def values_to_finding(cells: Sequence[tuple[str, Sequence[str]]]) -> Finding:
    """The finding over columns, each with its label and the bare values of its answer.

    A cell with several figures is not compared, as nothing says which of them the others are to be held against.
    """
    figures: dict[int, Value] = {}
    several = False
    for place, (_, texts) in enumerate(cells):
        values = [value for value in map(text_to_value, texts) if value is not None]
        several = several or len(values) > 1
        if len(values) == 1 and len(texts) == 1:
            figures[place] = values[0]
    blank = ("",) * len(cells)
    if not figures:
        return (
            Finding("several", "Several figures in a cell: read them at their places.", blank) if several else NOTHING
        )
    if len(figures) == 1:
        return Finding("one", "One figure, and no other to compare it with.", blank)
    units = sorted({value.unit for value in figures.values()})
    if len(units) > 1:
        kinds = " and ".join(UNITS_IN_WORDS.get(unit, f"sums in {unit}") for unit in units)
        return Finding("different kinds", f"Not compared: these are {kinds}.", blank)
    printed = {place: cells[place][1][0] for place in figures}
    labels = {place: cells[place][0] for place in figures}
    return figures_to_finding(figures, printed, labels, len(cells))


def figures_to_finding(
    figures: dict[int, Value], texts: dict[int, str], labels: dict[int, str], columns: int
) -> Finding:
    """The finding over two or more figures of one unit, each by the place of its column."""
    low = min(figures, key=lambda place: (figures[place].number, place))
    high = max(figures, key=lambda place: (figures[place].number, -place))
    if all(agree(one, other) for one in figures.values() for other in figures.values()):
        exact = len({value.number for value in figures.values()}) == 1
        words = f"The same figure in all {len(figures)}" if len(figures) > 2 else "The same figure in both"
        words += f": {texts[low]}." if exact else f", apart from rounding: {texts[low]} and {texts[high]}."
        return Finding("same", words, tuple("same figure" if at in figures else "" for at in range(columns)))
    words = f"The figures differ: lowest {texts[low]} ({labels[low]}), highest {texts[high]} ({labels[high]})."
    marks = [""] * columns
    for place, value in figures.items():
        for end, word in ((low, "lowest"), (high, "highest")):
            if agree(value, figures[end]):
                marks[place] = word
    return Finding("differ", words, tuple(marks))


def agree(one: Value, other: Value) -> bool:
    """Whether two figures of one unit are the same at the precision of the rounder one."""
    return abs(one.number - other.number) <= max(step(one), step(other)) / 2 or one.number == other.number


def step(value: Value) -> Decimal:
    """The smallest difference that a figure can show as printed; nothing for whole numbers without a scale."""
    if value.scale == 1 and not value.decimals:
        return Decimal(0)
    return Decimal(value.scale) / (Decimal(10) ** value.decimals)
