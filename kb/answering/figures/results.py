"""What a sheet says to a question: values, the figures that they rest on, and the sentence that shows the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kb.answering.figures.periods import Period
from kb.answering.figures.scales import NAMES
from kb.answering.figures.sheet import Figure, Series
from kb.model import Operation
from kb.values import SIGNS

MONTH_NAMES = "January February March April May June July August September October November December".split()
Used = tuple[Series, Figure]


@dataclass(frozen=True, slots=True)
class Result:
    """An answer from one sheet: ``text`` is its sentence, ``values`` the bare values, ``used`` the figures with their
    series; ``score`` says how well the series fit the question's words, ``explained`` how much of the question they
    and their surroundings hold, and ``label_said`` how much of their names the question says. ``shown`` are
    the figures that the sentence shows, where they are more than those computed with."""

    text: str
    values: tuple[str, ...]
    used: tuple[Used, ...]
    operation: Operation | None = None
    score: float = 0.0
    explained: float = 0.0
    label_said: float = 0.0
    shown: tuple[Used, ...] = ()


def figure_to_text(figure: Figure) -> str:
    """A figure as printed, with the scale that its surroundings say."""
    text = " ".join(figure.text.split())
    for sign in SIGNS:
        text = text.replace(f"{sign} ", sign)
    if figure.number is None or figure.dash:
        return text
    if figure.unit == "%":
        return text if "%" in text or "cent" in text.lower() else f"{text}%"
    if figure.scale > 1 and not any(character.isalpha() for character in text):
        name = NAMES.get(figure.scale, "")
        sign = figure.unit if figure.unit == "£" and "£" not in text and text[:1].isdigit() else ""
        return f"{sign}{text} {name}"
    return text


def figure_to_value(figure: Figure) -> str:
    """A figure as a bare value: as ``figure_to_text``, but a scaled figure in brackets with a minus."""
    text = figure_to_text(figure)
    if figure.number is not None and figure.number < 0 and figure.scale > 1 and "(" in text:
        return "-" + text.replace("(", "").replace(")", "")
    return text


def figure_to_input(figure: Figure) -> str:
    """A figure as a computation takes it: what is in brackets has a minus, a dash is 0."""
    text = "0" if figure.dash else figure_to_text(figure)
    if figure.number is not None and figure.number < 0 and "(" in text:
        return "-" + text.replace("(", "").replace(")", "")
    return text


def number_to_text(number: Decimal, unit: str, scale: int, decimals: int, most: int = 2) -> str:
    """A computed number: with as many decimals as it needs, at least ``decimals`` and at most ``most``."""
    most = max(decimals, most)
    rounded = number.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    text = f"{abs(rounded):,.{most}f}"
    if "." in text:
        whole, _, rest = text.partition(".")
        rest = rest.rstrip("0").ljust(decimals, "0")
        text = f"{whole}.{rest}" if rest else whole
    minus = "-" if rounded < 0 else ""
    if unit == "%":
        return f"{minus}{text}%"
    name = NAMES.get(scale, "")
    return f"{minus}{unit}{text}{' ' + name if name else ''}"


def percent_to_text(share: Decimal) -> str:
    """A share as a percentage with two decimals."""
    number = (100 * share).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{number:,.2f}%"


def period_to_text(period: Period | None, among: Sequence[Period] = ()) -> str:
    """A period in words: the year alone where that tells it from the others."""
    if period is None:
        return ""
    if period.first or period.short:
        return period.short or f"{period.first}/{period.year}"
    same = [other for other in among if other.year == period.year and other.key != period.key]
    if not same or not period.month:
        return str(period.year)
    day = f" {period.day}," if period.day else ""
    return f"{MONTH_NAMES[period.month - 1]}{day} {period.year}"


def used_to_words(used: Used, named: bool = True) -> str:
    """A figure in words: its series, its period and its value."""
    series, figure = used
    period = period_to_text(figure.period)
    name = series.name if named else ""
    place = ", ".join(part for part in (name, period) if part)
    return f"{place}: {figure_to_text(figure)}" if place else figure_to_text(figure)


def one_scale(figures: Sequence[Figure]) -> list[Decimal] | None:
    """The numbers of some figures in the scale of the first; None where they cannot be put together."""
    kinds = {figure.unit == "%" for figure in figures}
    if len(kinds) > 1 or any(figure.number is None for figure in figures):
        return None
    first = figures[0].scale
    return [figure.number * figure.scale / first for figure in figures if figure.number is not None]


def common_unit(figures: Sequence[Figure]) -> str:
    """The unit of figures that are put together: the sign that any of them has."""
    return next((figure.unit for figure in figures if figure.unit), "")
