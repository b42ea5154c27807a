"""One question at work on one sheet: choosing series, and what all computations share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kb.answering.figures.asked import Asked
from kb.answering.figures.matching import Finder, Part
from kb.answering.figures.periods import Period
from kb.answering.figures.results import Result, Used, figure_to_text, period_to_text
from kb.answering.figures.sheet import Figure, Series, Sheet
from kb.model import Operation


def any_series(series: Series) -> bool:
    """True of every series."""
    return True


@dataclass(frozen=True, slots=True)
class Work:
    """A question with the sheet that it is asked of."""

    finder: Finder
    asked: Asked

    @property
    def sheet(self) -> Sheet:
        """The sheet."""
        return self.finder.sheet

    def without(self, word: str) -> Work:
        """The same without a word that only asks for the computation."""
        whole = replace(self.asked.whole, words=tuple(w for w in self.asked.whole.words if w != word))
        return Work(replace(self.finder, whole=whole), replace(self.asked, whole=whole))

    def ranked(self, part: Part, wanted: Callable[[Series], bool] = any_series) -> list[tuple[float, Series]]:
        """The series that hold what is wanted, best fitting first, in table order among equals."""
        scored = [(self.finder.score(series, part), series) for series in self.sheet.series if wanted(series)]
        return sorted(scored, key=lambda pair: -pair[0])

    def best(self, part: Part, wanted: Callable[[Series], bool] = any_series) -> tuple[float, Series] | None:
        """The best fitting of them."""
        ranked = self.ranked(part, wanted)
        return ranked[0] if ranked else None

    def made(
        self, text: str, values: Sequence[str], used: Sequence[Used], score: float, operation: Operation | None = None
    ) -> Result:
        """A Result with its measures."""
        chosen = [series for series, _ in used]
        said = min((self.finder.label_said(series) for series in chosen), default=0.0)
        return Result(text, tuple(values), tuple(used), operation, score, self.finder.explained(chosen), said)

    def two_periods(self) -> tuple[Period, Period] | None:
        """The earlier and the later period between which a change is asked for."""
        asked = sorted(self.asked.periods, key=lambda period: period.key)
        if len(asked) >= 2:
            return asked[0], asked[-1]
        printed = sorted(self.sheet.periods, key=lambda period: period.key)
        if len(asked) == 1:
            later = next((p for p in printed if asked[0].fits(p) >= 1.0), None)
            before = [p for p in printed if later and p.key < later.key]
            return (before[-1], later) if later and before else None
        return (printed[-2], printed[-1]) if len(printed) >= 2 else None

    def periods_shown(self, used: Sequence[Used]) -> str:
        """Figures of one series with their periods: "44.1 million (2019), 56.7 million (2018)"."""
        shown = []
        for _, figure in used:
            period = period_to_text(figure.period, self.sheet.periods)
            shown.append(f"{figure_to_text(figure)} ({period})" if period else figure_to_text(figure))
        return ", ".join(dict.fromkeys(shown))


def has_numbers(series: Series, periods: Sequence[Period]) -> bool:
    """Whether a series has a number for each of some periods."""
    figures = [series.at(period) for period in periods]
    return all(figure is not None and figure.number is not None for figure in figures)


def has_any_number(series: Series) -> bool:
    """Whether a series has any number."""
    return any(figure.number is not None for figure in series.figures)


def worth(figure: Figure) -> float:
    """A figure's number in its scale, for ordering."""
    return float(figure.number * figure.scale) if figure.number is not None else 0.0
