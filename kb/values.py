"""Typed values of cells and figures: money with its scale, percentages, numbers, dates.

Money is held in pounds. A scale that a heading names is used unless the figure itself makes nonsense of it: a
column headed "(£m)" that holds 126,777,533 holds pounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

# The signs of currencies; "US$" and the like are the dollar's.
SIGNS = "£$€¥"
FIGURE = re.compile(
    r"^(?P<open>\()?\s*(?P<sign>[-–−‑+])?\s*(?:(?:US|U\.S\.|HK|NT|CA?|AU?|S)?\s?(?P<currency>[£$€¥]))?\s*"
    r"(?P<inner>\()?\s*(?P<sign2>[-–−‑])?\s*(?P<digits>\d{1,3}(?:,\d{3})+|\d+(?!\d)|(?=\.\d))(?P<rest>\.\d+)?"
    r"\s*(?P<scale>m|mn|million|bn|billion|k|thousand)?\s*(?P<percent>%|per\s?cent)?\s*\)?\s*(?P<after>%)?\*{0,2}$",
    re.IGNORECASE,
)
SCALES = {"m": 10**6, "mn": 10**6, "million": 10**6, "bn": 10**9, "billion": 10**9, "k": 10**3, "thousand": 10**3}
UNIT_SCALES = {"£": 1, "£000": 10**3, "£m": 10**6, "£bn": 10**9, "000": 10**3}
LARGE_SCALES = {10**6: "million", 10**9: "billion"}
IMPLAUSIBLE = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Value:
    """A figure: ``number`` in pounds (dollars, euros) for money, in percent for percentages, else as it stands.

    ``unit`` is ``%``, a currency's sign or empty; ``decimals`` are those printed (in the printed scale); ``scale`` is
    1, 1,000, 1,000,000 or 1,000,000,000.
    """

    number: Decimal
    unit: str = ""
    scale: int = 1
    decimals: int = 0


def text_to_value(text: str, unit: str | None = None) -> Value | None:
    """The value of a cell's text under a heading that names ``unit`` (see ``kb.units``), or None."""
    match = FIGURE.match(text.strip().replace("\u00a0", " "))
    if not match:
        return None
    number = Decimal((match["digits"].replace(",", "") or "0") + (match["rest"] or ""))
    bracketed = (match["open"] or match["inner"]) and ")" in text
    if (match["sign"] or "+") != "+" or match["sign2"] or bracketed:
        number = -number
    decimals = len(match["rest"]) - 1 if match["rest"] else 0
    if match["percent"] or match["after"] or (unit == "%" and not match["currency"]):
        return Value(number, "%", 1, decimals)
    scale = SCALES.get((match["scale"] or "").lower(), 0)
    if not scale:
        scale = UNIT_SCALES.get(unit or "", 1)
        if scale > 1 and abs(number) >= IMPLAUSIBLE:
            scale = 1
    sign = match["currency"] or (unit or "")[:1]
    return Value(number * scale, sign if sign and sign in SIGNS else "", scale, decimals)


def value_to_text(value: Value) -> str:
    """A value in words of its unit: £1,087,357, $11.2 million, £830,000, 17.7%, 1,155."""
    number = value.number
    sign = "-" if number < 0 else ""
    number = abs(number)
    if value.unit == "%":
        return f"{sign}{number:.{value.decimals}f}%"
    if value.scale in LARGE_SCALES:
        return f"{sign}{value.unit}{number / value.scale:,.{value.decimals}f} {LARGE_SCALES[value.scale]}"
    if value.unit:
        whole = number == number.to_integral_value()
        return f"{sign}{value.unit}{number:,.0f}" if whole else f"{sign}{value.unit}{number:,.2f}"
    decimals = value.decimals if value.scale == 1 else 0
    return f"{sign}{number:,.{decimals}f}"


def cell_to_text(text: str, unit: str | None) -> str:
    """How an answer says a cell: with its unit and scale where it is a figure, else as printed."""
    value = text_to_value(text, unit)
    if value is None or (value.unit == "" and value.scale == 1):
        return text.strip().rstrip("*").strip()
    if value.unit == "%":
        bare = text.strip().rstrip("*").strip()
        return bare if re.search(r"%|per\s?cent", bare, re.IGNORECASE) else f"{bare}%"
    if text.strip().startswith("(") and value.number < 0:
        return f"({value_to_text(Value(-value.number, value.unit, value.scale, value.decimals))})"
    return value_to_text(value)
