"""Which period or row is meant: the largest, those past a limit, or all there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kb.answering.figures.matching import text_to_part
from kb.answering.figures.results import Result, Used, figure_to_text, period_to_text, used_to_words
from kb.answering.figures.sheet import Figure, Series
from kb.answering.figures.work import Work, has_any_number, worth

PERIODS = re.compile(r"\byears?\b|\bperiods?\b|\bquarters?\b", re.IGNORECASE)
GROUP_SAID = 0.7
LISTED_SAID = 0.75


def which_period(work: Work) -> Result | None:
    """The period in which a series is largest or smallest, or those in which it passes a limit; or how many."""

    def dated(series: Series) -> bool:
        return sum(f.period is not None and f.number is not None for f in series.figures) > 1

    best = work.best(work.asked.whole, dated)
    if best is None:
        return None
    figures = [f for f in best[1].figures if f.period and f.number is not None]
    named = [f for f in figures if f.period and any(p.fits(f.period) >= 1.0 for p in work.asked.periods)]
    figures = named if len(named) > 1 else figures
    if work.asked.beyond is not None:
        return past_limit(work, best, figures)
    return extreme_period(work, best, figures) if work.asked.most is not None else None


def extreme_period(work: Work, best: tuple[float, Series], figures: Sequence[Figure]) -> Result:
    """The period of the largest or smallest figure; of expenses, all printed as negative, the size counts."""
    spent = all(worth(figure) < 0 for figure in figures)
    top = (max if work.asked.most != spent else min)(figures, key=worth)
    name = period_to_text(top.period, work.sheet.periods)
    used = tuple((best[1], figure) for figure in figures)
    word = "largest" if work.asked.most else "smallest"
    text = f"{name}: {figure_to_text(top)} is the {word}. {best[1].name}: {work.periods_shown(used)}."
    ordered = sorted(used, key=lambda one: one[1] is not top)
    operation = "max" if worth(top) == max(map(worth, figures)) else "min"
    return work.made(text, [name], ordered, best[0], "max" if operation == "max" else "min")


def past_limit(work: Work, best: tuple[float, Series], figures: Sequence[Figure]) -> Result | None:
    """The periods in which figures pass the question's limit, or how many they are; None where none does."""
    held = [figure for figure in figures if passes(work, figure)]
    if not held:
        return None
    names = [period_to_text(figure.period, work.sheet.periods) for figure in held]
    used = tuple((best[1], figure) for figure in figures)
    shown = f"{best[1].name}: {work.periods_shown(used)}"
    if work.asked.kind == "count periods":
        text = f"{shown}. That holds in {len(held)} of them: {', '.join(names)}."
        counted = tuple((best[1], figure) for figure in held)
        return replace(work.made(text, [str(len(held))], counted, best[0], "count"), shown=used)
    return work.made(f"{', '.join(names)}. {shown}.", names, used, best[0])


def passes(work: Work, figure: Figure) -> bool:
    """Whether a figure passes the question's limit; a limit without a scale is in the printed one, where it is not
    larger than that."""
    if work.asked.beyond is None or figure.number is None:
        return False
    sign, number, factor = work.asked.beyond
    own = figure.number
    if factor and not (figure.scale == 1 and abs(own) < factor):
        own, number = own * figure.scale, number * factor
    elif not factor and figure.scale > 1 and abs(number) >= figure.scale:
        own = own * figure.scale
    return own > number if sign > 0 else own < number


def all_periods(work: Work) -> Result | None:
    """The periods that a table gives figures for."""
    best = work.best(work.asked.whole, lambda series: any(f.period for f in series.figures))
    if best is None or not PERIODS.search(work.asked.text):
        return None
    figures: dict[tuple[int, int, int], Figure] = {}
    for figure in best[1].figures:
        if figure.period:
            figures.setdefault(figure.period.key, figure)
    names = [period_to_text(figure.period, work.sheet.periods) for figure in figures.values()]
    used = tuple((best[1], figure) for figure in figures.values())
    return work.made(f"The table has figures for {', '.join(names)}.", names, used, max(best[0], 1.5))


def which_row(work: Work) -> Result | None:
    """The row whose figure is the largest or smallest in a column."""
    rows = column_figures(work)
    if work.asked.most is None or len(rows) < 2 or len({figure.unit == "%" for _, figure in rows}) > 1:
        return None
    rows.sort(key=lambda row: -worth(row[1]) if work.asked.most else worth(row[1]))
    word = "largest" if work.asked.most else "smallest"
    text = f"{used_to_words(rows[0])} is the {word} of {len(rows)}."
    result = work.made(text, [rows[0][0].label], rows, 1.0, "max" if work.asked.most else "min")
    return replace(result, label_said=GROUP_SAID)


def column_figures(work: Work) -> list[Used]:
    """The figures of the column that the question names, of rows that are no totals, and in the group that it names."""
    whole = work.finder.whole

    def said(series: Series) -> float:
        return work.finder.said(series.heading_words, whole) + 0.01 * (not series.heading_words)

    heading = max((s for s in work.sheet.series if has_any_number(s)), key=said, default=None)
    period = work.asked.periods[0] if work.asked.periods else None
    rows: list[Used] = []
    for series in work.sheet.series:
        undated = not any(f.period for f in series.figures)
        figure = series.at(period) or (series.figures[0] if undated else None)
        own = heading is not None and not series.total and series.heading_words == heading.heading_words
        if own and series.label and figure is not None and figure.number is not None and not figure.dash:
            rows.append((series, figure))
    named = {s.group for s, _ in rows if s.group and work.finder.said(text_to_part(s.group).words, whole) > GROUP_SAID}
    return [row for row in rows if not named or row[0].group in named]


def labels(work: Work) -> Result | None:
    """The rows of the group that a question names, or how many they are."""
    whole = work.finder.whole
    groups = dict.fromkeys(group for _, _, group, _ in work.sheet.labels if group)
    scored = [(work.finder.said(text_to_part(group).words, whole), group) for group in groups]
    said, group = max(scored, default=(0.0, ""), key=lambda pair: pair[0])
    if said <= LISTED_SAID:
        return None
    rows = [(row, label) for row, label, own, total in work.sheet.labels if own == group and not total and label]
    # A net or gross line sums up the group, as a total does.
    last = next((i for i, (_, label) in enumerate(rows) if label.lower().startswith(("net ", "gross "))), len(rows))
    names = list(dict.fromkeys(label for _, label in rows[:last]))
    if len(names) < 2:
        return None
    first = {label: row for row, label in reversed(rows[:last])}
    by_row = {figure.row: (series, figure) for series in reversed(work.sheet.series) for figure in series.figures}
    used = tuple(by_row[first[name]] for name in names if first[name] in by_row)
    if work.asked.kind == "count rows":
        text = f"{len(names)} ({group}: {'; '.join(names)})."
        return replace(work.made(text, [str(len(names))], used, 1.2, "count"), label_said=said)
    return replace(work.made(f"{group}: {'; '.join(names)}.", names, used, 1.2), label_said=said)
