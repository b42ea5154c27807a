"""The two things that a question puts together: "the ratio of A to B", "the difference between A and B"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.answering.figures.matching import text_to_part
from kb.answering.figures.results import Used
from kb.answering.figures.sheet import Figure, Series
from kb.answering.figures.work import Work, has_any_number

# A part that names a column alone means its total.
TOTAL_ALONE = 1.0
LABEL_UNSAID = 0.3
APART = 0.6


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures with their series, and how well these fit the question's words."""

    score: float
    first: Used
    second: Used

    @property
    def figures(self) -> tuple[Figure, Figure]:
        """The two figures."""
        return self.first[1], self.second[1]

    @property
    def used(self) -> tuple[Used, Used]:
        """The two figures with their series."""
        return self.first, self.second


def find_pair(work: Work, splits: Sequence[tuple[str, str]] | None = None) -> Pair | None:
    """The two figures that a question puts together, by the best way of parting its words."""
    found: list[Pair] = []
    for first, second in work.asked.splits if splits is None else splits:
        a = part_to_used(work, first, None)
        b = part_to_used(work, second, a[1] if a else None)
        if a and b:
            found.append(Pair(a[0] + b[0], a[1], b[1]))
    return max(found, key=lambda pair: pair.score, default=None)


def part_to_used(work: Work, text: str, taken: Used | None) -> tuple[float, Used] | None:
    """The figure that a part of the question names, in its own period, else in the question's only or last one."""
    own = work.asked.part_periods(text)
    named = work.asked.named
    period = own[0] if own else named[-1] if named else None
    part = text_to_part(re.sub(r"§\d+", " ", text))

    def rank(pair: tuple[float, Series]) -> float:
        alone = pair[1].total and work.finder.said(pair[1].label_words, part) < LABEL_UNSAID
        return -pair[0] - (TOTAL_ALONE if alone else 0.0)

    for score, series in sorted(work.ranked(part, has_any_number), key=rank)[:4]:
        undated = not any(figure.period for figure in series.figures)
        figure = series.at(period) or (series.figures[0] if undated else None)
        if figure is None or figure.number is None:
            continue
        if taken is None or (taken[1].row, taken[1].column) != (figure.row, figure.column):
            return score, (series, figure)
    return None


def two_things(work: Work, pair: Pair | None) -> bool:
    """Whether the question names two series, and not only two periods of one."""
    if pair is None:
        return False
    own = [set(series.label_words) | set(series.heading_words) for series, _ in pair.used]
    apart = [tuple(words - own[1 - i]) for i, words in enumerate(own)]
    return any(apart) and all(not words or work.finder.said(words, work.finder.whole) > APART for words in apart)
