"""Figures in any written form: "£1.1m" is 1,100,000 pounds, "twenty-five" is 25, "17.7 per cent" is 17.7 of a hundred.

Two figures meet where they are equal, or where the one said is the other one rounded to the places that it shows
and says by a scale or a word such as "about" that it is rounded. Signs are not compared: a deficit may be said
without its minus.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_SCALES = {
    "hundred": 10**2, "k": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "million": 10**6, "bn": 10**9,
    "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_CURRENCIES = {"£": "£", "$": "$", "€": "€", "pound": "£", "gbp": "£", "dollar": "$", "usd": "$", "euro": "€"}
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: n for n, word in enumerate(_SMALL)} | {word: 10 * n for n, word in enumerate(_TENS, 2)} | {"dozen": 12}
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_BIG = "hundred|thousand|million|billion"
# "Over" and "nearly" say on which side of the figure the exact one lies.
_BEYOND = frozenset({"over", "more than", "just over"})
_SHORT_OF = frozenset({"under", "less than", "nearly", "almost", "just under"})
_HEDGES = sorted(_BEYOND | _SHORT_OF | {"about", "around", "roughly", "some", "approximately"}, key=len, reverse=True)
_HEDGE = rf"(?P<hedge>\b(?:{'|'.join(_HEDGES)})\s+)?"
_UNIT = (
    r"(?:\s?(?P<percent>%|per\s?cent(?:age)?\b|percent\b)"
    r"|(?:\s(?P<money>pounds?|dollars?|euros?)|\s(?P<code>GBP|USD))\b)?"
)
DIGITS = re.compile(
    rf"{_HEDGE}(?P<sign>[£$€]\s?)?(?<![\w.,])(?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d+)(?P<rest>\.\d+)?"
    rf"(?:\s?(?P<scale>hundred|thousand|trillion|million|billion|mn|bn|m|k)\b)?{_UNIT}(?![\w]|[.,]\d)(?:st|nd|rd|th)?",
    re.IGNORECASE,
)
WORDS = re.compile(
    rf"{_HEDGE}\b(?P<phrase>(?:(?:{_WORD}|a(?=\s+(?:{_BIG})))(?:[\s-](?:{_WORD}))*)(?:\s+(?:{_BIG}))*"
    rf"(?:\s+(?:and\s+)?(?:{_WORD})(?:-(?:{_WORD}))?(?:\s+(?:{_BIG}))+)*"
    rf"(?:(?<=hundred|housand|million|billion)\s+and\s+(?:{_WORD})(?:-(?:{_WORD}))?)?)\b{_UNIT}",
    re.IGNORECASE,
)
_FRACTIONS = {
    "half": Decimal(50), "three quarters": Decimal(75), "quarter": Decimal(25), "a third": Decimal("33.3"),
    "one third": Decimal("33.3"), "two thirds": Decimal("66.7"), "a fifth": Decimal(20), "a tenth": Decimal(10),
}  # fmt: skip
FRACTION = re.compile(
    r"\b(?:" + "|".join(words.replace(" ", r"[\s-]+") for words in _FRACTIONS) + r")\b", re.IGNORECASE
)
ORDINAL = re.compile(r"(?<![\w.,])(\d+)(?:st|nd|rd|th)\b")
# What holds figures and is none itself: "MG11", "24/7", "4.1.2", "9.30am". It must stand in a source as it is.
CODE = re.compile(r"(?<![\w])[\w&/.:-]*\d[\w&/:]*(?:[.-][\w&/:]+)*")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its number without sign, its unit (a currency's sign, "%" or nothing), how it is said.

    ``step`` is the worth of its last place (100,000 of "1.1 million"); ``rounded`` whether it is said in a scale, and
    ``hedge`` the word that says that it is not exact ("about", "over").
    """

    text: str
    number: Decimal
    unit: str = ""
    step: Decimal = Decimal(1)
    rounded: bool = False
    hedge: str = ""


def text_to_figures(text: str) -> tuple[list[Figure], list[str]]:
    """The figures of a text (dates already blanked out of it), and the codes that hold figures and are none."""
    found: list[Figure] = []
    for form, to_figure in ((FRACTION, _fraction), (ORDINAL, _ordinal), (DIGITS, _digits), (WORDS, _words)):
        for match in list(form.finditer(text)):
            figure = to_figure(match)
            if figure is not None:
                found.append(figure)
                text = text[: match.start()] + "\x00" * (match.end() - match.start()) + text[match.end() :]
    codes = [match.group().strip(".:-/&") for match in CODE.finditer(text)]
    return found, codes


def figure_stands(said: Figure, held: Iterable[Figure]) -> bool:
    """Whether a figure stands among others, equal or rightly rounded, with a unit that is no other one's."""
    return any(_units_meet(said.unit, figure.unit) and _numbers_meet(said, figure) for figure in held)


def _units_meet(said: str, held: str) -> bool:
    """A figure said bare may stand with a unit; one said with a unit must stand with it."""
    return not said or said == held


def _numbers_meet(said: Figure, held: Figure) -> bool:
    if said.number == held.number:
        return True
    beyond, short = said.hedge in _BEYOND, said.hedge in _SHORT_OF
    if (beyond and held.number < said.number) or (short and held.number > said.number):
        return False
    near = abs(said.number - held.number) * (1 if beyond or short else 2) <= said.step
    return bool(said.rounded or said.hedge) and held.step < said.step and near


def _ordinal(match: re.Match[str]) -> Figure | None:
    return Figure(match.group(), Decimal(match.group(1)))


def _digits(match: re.Match[str]) -> Figure | None:
    scale = _SCALES[match["scale"].lower()] if match["scale"] else 1
    rest = match["rest"] or ""
    number = Decimal(match["digits"].replace(",", "") + rest) * scale
    places = max(len(rest) - 1, 0)
    step = Decimal(scale).scaleb(-places)
    if match["hedge"] and not rest and scale == 1:
        step = _trailing_step(match["digits"])
    return Figure(match.group().strip(), number, _unit(match), step, bool(match["scale"]), _hedge(match))


def _hedge(match: re.Match[str]) -> str:
    return " ".join((match["hedge"] or "").lower().split())


def _trailing_step(digits: str) -> Decimal:
    """The worth of the last place that is not nought: "about 1,100" is rounded to hundreds."""
    bare = digits.replace(",", "")
    return Decimal(10) ** (len(bare) - len(bare.rstrip("0")) if bare.strip("0") else 0)


def _unit(match: re.Match[str]) -> str:
    parts = match.groupdict()
    if parts["percent"]:
        return "%"
    said = parts.get("sign") or parts["money"] or parts["code"] or ""
    return _CURRENCIES.get(said.strip().lower().rstrip("s"), "")


def _words(match: re.Match[str]) -> Figure | None:
    """The figure of a phrase in words; None for a bare "one", which is mostly no figure ("one of the forces")."""
    total = part = 0
    for word in re.findall(r"[a-z]+", match["phrase"].lower()):
        if word == "and":
            continue
        if word == "dozen":
            part = max(part, 1) * 12
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in _SCALES:
            total += max(part, 1) * _SCALES[word]
            part = 0
        else:
            part += 1 if word == "a" else _WORDS[word]
    number = total + part
    unit = _unit(match)
    if number == 1 and not unit:
        return None
    rounded = bool(re.search(r"million|billion|thousand", match["phrase"], re.IGNORECASE))
    return Figure(match.group().strip(), Decimal(number), unit, _trailing_step(str(number)), rounded, _hedge(match))


def _fraction(match: re.Match[str]) -> Figure:
    """A fraction in words as a rounded percentage, so that "half" meets "50%" and another "half"."""
    return Figure(
        match.group(), _FRACTIONS[" ".join(re.split(r"[\s-]+", match.group().lower()))], "%", Decimal(1), True
    )
