"""Averages and sums of one series over periods."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from kb.answering.figures.periods import Period
from kb.answering.figures.results import Result, common_unit, number_to_text, one_scale
from kb.answering.figures.work import Work, has_any_number, has_numbers


def average(work: Work) -> Result | None:
    """The average of a series over the periods asked for (all, where none is), or of a year and the one before it
    ("the 2019 average"); None where the series itself is an average, which is looked up."""
    work = work.without("averag")
    best = work.best(work.asked.whole, has_any_number)
    twice = re.search(r"\baverage\b.*\baverage\b", work.asked.text, re.IGNORECASE)
    if best and "average" in best[1].label.lower() and not twice:
        return None
    if len(work.asked.periods) > 1:
        return pool(work, work.asked.periods, "average")
    if not work.asked.periods:
        return pool(work, work.sheet.periods, "average")
    between = work.two_periods() if re.search(r"§\d+ average", work.asked.text) else None
    return pool(work, between, "average") if between else None


def pool(work: Work, periods: Sequence[Period], operation: Literal["average", "sum"]) -> Result | None:
    """The average or sum of one series over periods."""
    best = work.best(work.asked.whole, lambda series: has_numbers(series, periods)) if periods else None
    if best is None:
        return None
    figures = list({(f.row, f.column): f for period in periods if (f := best[1].at(period))}.values())
    numbers = one_scale(figures) if len(figures) > 1 else None
    if numbers is None:
        return None
    total = sum(numbers, Decimal(0))
    unit, decimals = common_unit(figures), max(figure.decimals for figure in figures)
    used = tuple((best[1], figure) for figure in figures)
    shown = f"{best[1].name}: {work.periods_shown(used)}"
    if operation == "sum":
        said = number_to_text(total, unit, figures[0].scale, decimals, decimals)
        return work.made(f"{shown}. Added up: {said}.", [said], used, best[0], "sum")
    said = number_to_text(total / len(numbers), unit, figures[0].scale, 0, max(2, decimals))
    return work.made(f"{shown}. Average: {said}.", [said], used, best[0], "average")
