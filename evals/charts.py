"""Three plots as inline SVG: shares as bars, outcomes as stacks, times as a histogram. No scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, log10

_WIDTH, _LABELS, _BAR, _STEP = 720, 190, 16, 26
SERIES_COLOURS = ("#2f6f9f", "#c7772e", "#5b8c5a", "#8a5a8c")
OUTCOME_COLOURS = {
    "right": "#3a7547",
    "right to say not found": "#35648c",
    "not found, though answerable": "#85671a",
    "wrong": "#b0392e",
}


def shares_to_svg(title: str, shares: Mapping[str, Mapping[str, float | None]]) -> str:
    """Horizontal bars: for each label the share (0 to 1) of each series, in one colour a series."""
    series = list(dict.fromkeys(name for values in shares.values() for name in values))
    colours = {name: SERIES_COLOURS[place % len(SERIES_COLOURS)] for place, name in enumerate(series)}
    parts, top = _legend(colours), 34
    scale = _WIDTH - _LABELS - 60
    for label, values in shares.items():
        parts.append(_text(_LABELS - 8, top + _BAR * len(values) / 2 + 4, label, "end"))
        for name, value in values.items():
            if value is not None:
                parts.append(
                    _bar(_LABELS, top, max(1.0, scale * value), colours[name], f"{label}, {name}: {value:.1%}")
                )
                parts.append(_text(_LABELS + scale * value + 6, top + 12, f"{value:.0%}"))
            top += _BAR
        top += _STEP - _BAR
    return _svg(title, parts, top)


def outcomes_to_svg(title: str, outcomes: Mapping[str, Mapping[str, int]]) -> str:
    """One stacked bar for each label, of counts by outcome (the keys of OUTCOME_COLOURS)."""
    parts, top, scale = _legend(OUTCOME_COLOURS), 34, _WIDTH - _LABELS - 20
    for label, counts in outcomes.items():
        total, left = sum(counts.values()) or 1, float(_LABELS)
        parts.append(_text(_LABELS - 8, top + 14, label, "end"))
        for outcome, count in counts.items():
            if not count:
                continue
            width = scale * count / total
            parts.append(_bar(left, top, width, OUTCOME_COLOURS[outcome], f"{label}, {outcome}: {count}", height=20))
            if width > 22:
                parts.append(_text(left + width / 2, top + 15, str(count), "middle", "bar-figure"))
            left += width
        top += _STEP + 4
    return _svg(title, parts, top)


def times_to_svg(title: str, milliseconds: Sequence[float], bins: int = 24) -> str:
    """Histogram of times over equal steps of a round length; the few that are far longer stand in the last bar."""
    if not milliseconds:
        return ""
    ordered = sorted(milliseconds)
    longest = min(ordered[-1], 2 * ordered[int(0.95 * (len(ordered) - 1))])
    step = _round_up(longest / bins)
    counts = [0] * (int(longest // step) + 1)
    for value in milliseconds:
        counts[min(int(value // step), len(counts) - 1)] += 1
    left, base, height = 50, 190, 140
    width = (_WIDTH - left - 20) / len(counts)
    parts = [_text(left - 6, base - height + 4, str(max(counts)), "end"), _text(left - 6, base + 4, "0", "end")]
    more = " and more" if ordered[-1] >= len(counts) * step else ""
    for place, count in enumerate(counts):
        tall = height * count / max(counts)
        note = f"{place * step:g} to {(place + 1) * step:g} ms{more if place == len(counts) - 1 else ''}: {count}"
        parts.append(_bar(left + place * width, base - tall, width - 1, SERIES_COLOURS[0], note, height=tall))
    parts.append(_text(left, base + 18, "0 ms"))
    parts.append(_text(_WIDTH - 20, base + 18, f"{len(counts) * step:g} ms{more}", "end"))
    return _svg(title, parts, base + 30)


def _round_up(value: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** (ceil(log10(value)) - 1) if value > 0 else 0.1
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value or step == 10)


def _svg(title: str, parts: Sequence[str], height: float) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {height:.0f}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _legend(colours: Mapping[str, str]) -> list[str]:
    parts, left = [], float(_LABELS)
    for name, colour in colours.items():
        parts += [_bar(left, 6, 12, colour, name, height=12), _text(left + 17, 16, name)]
        left += 30 + 7 * len(name)
    return parts


def _bar(left: float, top: float, width: float, colour: str, note: str, height: float = _BAR - 3) -> str:
    size = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {size} fill="{colour}"><title>{escape(note)}</title></rect>'


def _text(x: float, y: float, text: str, anchor: str = "start", name: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{name}">{escape(text)}</text>'
