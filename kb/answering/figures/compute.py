"""Questions about figures, carried out on one sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kb.answering.figures.asked import Kind
from kb.answering.figures.changes import change
from kb.answering.figures.pairs import add_two, difference, share
from kb.answering.figures.pooling import average, pool
from kb.answering.figures.results import Result, Used, figure_to_value, used_to_words
from kb.answering.figures.rows import all_periods, labels, which_period, which_row
from kb.answering.figures.sheet import Series
from kb.answering.figures.things import find_pair, two_things
from kb.answering.figures.work import Work


def total(work: Work) -> Result | None:
    """The sum of a series over the periods asked for, or of two series."""
    return pool(work, work.asked.periods, "sum") if len(work.asked.periods) > 1 else add_two(work)


def cells(work: Work) -> Result | None:
    """The figures that a question names: one, one a period, or one for each of two things."""
    pair = find_pair(work) if work.asked.kind == "cells" and len(work.asked.periods) <= 1 else None
    if pair and two_things(work, pair):
        text = "; ".join(used_to_words(one) for one in pair.used)
        return work.made(f"{text}.", [figure_to_value(f) for f in pair.figures], pair.used, pair.score / 2)
    best = work.best(work.asked.whole, lambda series: holds_periods(work, series))
    if best is None:
        return None
    series = best[1]
    figures = [f for period in work.asked.periods if (f := series.at(period))]
    figures = figures or [f for f in [series.at(None)] if f]
    used: Sequence[Used] = tuple((series, figure) for figure in dict.fromkeys(figures))
    values = [figure_to_value(figure) for _, figure in used]
    return work.made(f"{series.name}: {work.periods_shown(used)}.", values, used, best[0])


def holds_periods(work: Work, series: Series) -> bool:
    """Whether a series has a figure for each period asked for, or none of the table has periods."""
    if not work.asked.periods:
        return True
    if not any(figure.period for figure in series.figures):
        return not work.sheet.periods
    return all(series.at(period) for period in work.asked.periods)


COMPUTE: dict[Kind, Callable[[Work], Result | None]] = {
    "percent change": change,
    "change": change,
    "average": average,
    "share": share,
    "ratio": share,
    "difference": difference,
    "sum": total,
    "which period": which_period,
    "count periods": which_period,
    "periods": all_periods,
    "which row": which_row,
    "labels": labels,
    "count rows": labels,
    "cells": cells,
}
# Kinds whose words may as well name a row of the table: "the total", "the change".
MAY_BE_PRINTED: frozenset[Kind] = frozenset(
    {"sum", "average", "share", "ratio", "change", "percent change", "which row"}
)


def work_to_result(work: Work) -> Result | None:
    """The answer that the question's kind asks for, else the plain figures; None where no series fits."""
    result = COMPUTE[work.asked.kind](work)
    return result or (cells(work) if work.asked.kind in MAY_BE_PRINTED else None)
