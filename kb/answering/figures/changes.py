"""How a figure changed: from one period to another, or from one thing to another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from kb.answering.figures.asked import between_splits
from kb.answering.figures.periods import Period
from kb.answering.figures.results import (
    Result,
    Used,
    common_unit,
    number_to_text,
    one_scale,
    percent_to_text,
    period_to_text,
    used_to_words,
)
from kb.answering.figures.sheet import Series
from kb.answering.figures.things import find_pair, two_things
from kb.answering.figures.work import Work, has_numbers

ORDINALS = ("first", "second", "third", "fourth")


def change(work: Work) -> Result | None:
    """The change of one series between two periods, or between two things, in its unit or in percent."""
    if len(work.asked.named) < 2 and (moved := change_between_things(work)):
        return moved
    between = work.two_periods()
    if between is None:
        return None
    if re.search(r"\baverage\b", work.asked.text, re.IGNORECASE) and (result := change_of_averages(work, between)):
        return result
    best = work.best(work.asked.whole, lambda series: has_numbers(series, between))
    old, new = (best[1].at(between[0]), best[1].at(between[1])) if best else (None, None)
    if best is None or old is None or new is None:
        return None
    shown = f"{best[1].name}: {work.periods_shown(((best[1], old), (best[1], new)))}"
    base = f"the figure for {period_to_text(old.period, work.sheet.periods)}"
    return moved_to_result(work, ((best[1], old), (best[1], new)), shown, base, best[0])


def moved_to_result(work: Work, used: Sequence[Used], shown: str, base: str, score: float) -> Result | None:
    """The change from the first of two figures to the second; ``base`` is how the first is called."""
    figures = [figure for _, figure in used]
    numbers = one_scale(figures)
    if numbers is None:
        return None
    moved = numbers[1] - numbers[0]
    if work.asked.kind == "percent change" and "absolute percent" not in work.asked.text.lower():
        if not numbers[0]:
            return None
        percent = percent_to_text(moved / numbers[0])
        return work.made(f"{shown}. The change is {percent} of {base}.", [percent], used, score, "share")
    decimals = max(figure.decimals for figure in figures)
    said = number_to_text(moved, common_unit(figures), figures[0].scale, decimals, decimals)
    return work.made(f"{shown}. Change: {said}.", [said], used, score, "difference")


def change_between_things(work: Work) -> Result | None:
    """The change from one thing to another that are no periods: from the third quarter to the fourth."""
    pair = find_pair(work, tuple(between_splits(work.asked.text)))
    if pair is None or not two_things(work, pair):
        return None
    used = sorted(pair.used, key=lambda one: ordinal(one[0]))
    shown = f"{used_to_words(used[0])}; {used_to_words(used[1])}"
    return moved_to_result(work, used, shown, "the first", pair.score / 2)


def ordinal(series: Series) -> int:
    """The place that a series' words name: 1 for "First Quarter"; 0 for others."""
    words = {*series.label_words, *series.heading_words}
    return next((n for n, word in enumerate(ORDINALS, 1) if word in words), 0)


def change_of_averages(work: Work, between: tuple[Period, Period]) -> Result | None:
    """The change between the averages of two years, each of its own figure and the one before."""
    work = work.without("averag")
    printed = sorted(work.sheet.periods, key=lambda period: period.key)
    places = [next((i for i, p in enumerate(printed) if asked.fits(p) >= 1.0), 0) for asked in between]
    if min(places) < 1:
        return None
    four = [printed[places[1] - 1], printed[places[1]], printed[places[0] - 1], printed[places[0]]]
    best = work.best(work.asked.whole, lambda series: has_numbers(series, four))
    if best is None or "average" in best[1].label.lower():
        return None
    figures = [figure for period in four if (figure := best[1].at(period))]
    numbers = one_scale(figures)
    if numbers is None or len(numbers) != len(four) or work.asked.kind == "percent change":
        return None
    moved: Decimal = (numbers[0] + numbers[1] - numbers[2] - numbers[3]) / 2
    said = number_to_text(moved, common_unit(figures), figures[0].scale, max(figure.decimals for figure in figures))
    used = tuple((best[1], figure) for figure in figures)
    text = f"{best[1].name}: {work.periods_shown(used)}. Change of the average of a year and the one before: {said}."
    return work.made(text, [said], used, best[0], "difference")
