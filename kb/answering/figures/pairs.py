"""Two figures put together: share, ratio, difference, sum."""

from __future__ import annotations

from kb.answering.figures.changes import change
from kb.answering.figures.pooling import pool
from kb.answering.figures.results import (
    Result,
    common_unit,
    number_to_text,
    one_scale,
    percent_to_text,
    used_to_words,
)
from kb.answering.figures.things import Pair, find_pair, two_things
from kb.answering.figures.wordings import AVERAGE, SUM
from kb.answering.figures.work import Work, has_numbers
from kb.model import Operation

STATED = 0.8
LEAST_SUMMED = 0.6


def share(work: Work) -> Result | None:
    """One figure as a percentage of another, or the ratio of the two; where a row is printed in percent and named, that
    row's own figures put together."""
    stated = work.best(work.asked.whole)
    printed = stated and work.asked.kind == "share" and any(f.unit == "%" for f in stated[1].figures)
    if stated and printed and work.finder.label_said(stated[1]) > STATED:
        return stated_share(work)
    pair = find_pair(work)
    numbers = one_scale(pair.figures) if pair else None
    if pair is None or numbers is None or not numbers[1]:
        return None
    shown = f"{used_to_words(pair.first)}; {used_to_words(pair.second)}"
    if work.asked.kind == "ratio":
        ratio = number_to_text(numbers[0] / numbers[1], "", 1, 0, 2)
        text = f"{shown}. The first divided by the second: {ratio}."
        return work.made(text, [ratio], pair.used, pair.score / 2, "share")
    percent = percent_to_text(numbers[0] / numbers[1])
    return work.made(f"{shown}. The first is {percent} of the second.", [percent], pair.used, pair.score / 2, "share")


def stated_share(work: Work) -> Result | None:
    """The average or the sum over the periods asked for of a row that is printed in percent."""
    if len(work.asked.periods) < 2:
        return None
    if AVERAGE.search(work.asked.text):
        return pool(work, work.asked.periods, "average")
    return pool(work, work.asked.periods, "sum") if SUM.search(work.asked.text) else None


def difference(work: Work) -> Result | None:
    """The difference between two figures: two things in one period, or one thing in two."""
    pair = find_pair(work)
    same = pair is None or pair.first[0] is pair.second[0]
    periods = work.asked.periods[:2]
    if len(periods) > 1 and (same or not two_things(work, pair)):
        best = work.best(work.asked.whole, lambda series: has_numbers(series, periods))
        figures = [best[1].at(period) for period in periods] if best else []
        if best and figures[0] and figures[1]:
            pair = Pair(2 * best[0], (best[1], figures[0]), (best[1], figures[1]))
    if pair is None:
        return None if work.asked.periods else change(work)
    return combine(work, pair, "difference")


def add_two(work: Work) -> Result | None:
    """The sum of two things that a question names."""
    pair = find_pair(work)
    if pair is None or pair.first[0] is pair.second[0] or not two_things(work, pair):
        return None
    if min(work.finder.label_said(series) for series, _ in pair.used) < LEAST_SUMMED:
        return None
    return combine(work, pair, "sum")


def combine(work: Work, pair: Pair, operation: Operation) -> Result | None:
    """The sum of two figures, or how far they are apart."""
    first, second = pair.figures
    numbers = one_scale([first, second])
    if numbers is None:
        return None
    number = numbers[0] + numbers[1] if operation == "sum" else abs(numbers[0] - numbers[1])
    unit, decimals = common_unit([first, second]), max(first.decimals, second.decimals)
    said = number_to_text(number, unit, first.scale, decimals, decimals)
    shown = f"{used_to_words(pair.first)}; {used_to_words(pair.second, named=pair.first[0] is not pair.second[0])}"
    lead = "Added up:" if operation == "sum" else "The difference is"
    return work.made(f"{shown}. {lead} {said}.", [said], pair.used, pair.score / 2, operation)
