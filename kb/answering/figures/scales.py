"""What statements say their figures are counted in: "(in millions)", "$’000", "€m", "U.S. $ in thousands"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.values import SIGNS

FACTORS = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
NAMES = {factor: name for name, factor in FACTORS.items()}
QUOTE = "['’‘′`´]?"
# Said by a heading or a line that says nothing else.
ALONE = (
    (10**3, re.compile(rf"\bthousands?\b|(?<!\d){QUOTE}000{QUOTE}s?\b|[{SIGNS}]\s?k\b", re.IGNORECASE)),
    (10**9, re.compile(rf"\bbillions?\b|[{SIGNS}]\s?bn\b|\bbn\b", re.IGNORECASE)),
    (
        10**6,
        re.compile(rf"\bmillions?\b|[{SIGNS}]\s?mn?\b|\b(?:mn|mm)\b|\b(?:EUR|USD|GBP|RMB|NOK|SEK) ?m\b", re.IGNORECASE),
    ),
)
# Said in a sentence: in brackets, or of figures, amounts, tables.
WITHIN = re.compile(
    r"\((?P<bracket>[^()]{0,60}\b(?:thousands?|millions?|billions?)\b[^()]{0,80}|[^()]{0,12}000[^()]{0,6}|"
    r"[^()]{0,9}[£$€]\s?(?:mn?|bn|k)\b[^()]{0,6})\)"
    r"|\b(?:expressed|stated|presented|shown|reported|amounts?|figures?|tables?|dollars|"
    r"values?)\b[^.;()]{0,40}?\bin\s+"
    r"(?P<said>(?:[\w.$£€]+\s){0,3}?(?:thousands?|millions?|billions?))\b"
    r"|\bin\s+(?P<plain>thousands|millions|billions)\b",
    re.IGNORECASE,
)
EXCEPT = re.compile(r"\b(?:except|excluding|other than|unless)\b.*", re.IGNORECASE)
DOLLARS = re.compile(r"\bdollars?\b|\bUSD\b|\bUS\$", re.IGNORECASE)
EUROS = re.compile(r"\beuros?\b|\bEUR\b", re.IGNORECASE)
PERCENT = re.compile(r"%|\bper ?cent\b|\bpercentages?\b", re.IGNORECASE)
# A price of one thing is not counted in thousands; what is paid per year is.
UNSCALED = re.compile(
    r"\bper (?!cent\b|annum\b|year\b|month\b|quarter\b)[a-z]|\bearnings per\b|\bEPS\b|\bcents\b|\bratio\b|"
    r"\bin years\b"
    r"|\((?:days|years|x)\)|\bmargin\b|\bexchange rate|\bprice\b"
    r"|\bnumber of (?:employees|stores|days|customers|shareholders)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scale:
    """What figures are counted in: ``factor`` 1, 1,000, 1,000,000 or 1,000,000,000 of ``unit`` (``%``, a currency's
    sign, or empty)."""

    factor: int = 1
    unit: str = ""


def text_to_scale(text: str, alone: bool = False) -> Scale | None:
    """The Scale that a text names, else None; ``alone`` for headings, where "$ million" is enough, else the text must
    say that it speaks of figures ("(in millions)")."""
    plain = EXCEPT.sub("", text)
    if not alone:
        match = WITHIN.search(plain)
        if not match or re.search(r"\d\s*(?:thousand|million|billion)", match.group(), re.IGNORECASE):
            return None
        plain = next(part for part in match.groups() if part)
    factor = next((factor for factor, pattern in ALONE if pattern.search(plain)), 1)
    unit = text_to_sign(plain)
    if factor == 1 and alone and PERCENT.search(plain) and not unit:
        return Scale(1, "%")
    if factor == 1 and not (alone and unit and not re.search(r"\d", plain)):
        return None
    return Scale(factor, unit)


def text_to_sign(text: str) -> str:
    """The sign of the currency that a text names, or nothing."""
    sign = next((character for character in text if character in SIGNS), "")
    if sign:
        return sign
    return "$" if DOLLARS.search(text) else "€" if EUROS.search(text) else ""


def row_takes_scale(label: str, heading: str) -> bool:
    """Whether a row's figures are counted in its table's scale: those per share, day or barrel are not."""
    return not UNSCALED.search(label) and not UNSCALED.search(heading)
