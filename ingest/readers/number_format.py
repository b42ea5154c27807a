"""A stored number and its format code -> the words that a spreadsheet program shows.

Covers the format codes of ECMA-376 part 1, 18.8.31: sections, conditions, quoted text, grouping, scaling by
trailing commas, percent, exponents, fractions, dates, times and elapsed times.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General)|(?P<exponent>E[+-])|(?P<half>AM/PM|A/P)|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?)"
    r"|(?P<digit>[0#?])|(?P<mark>[.,%/@;])|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
CONDITION = re.compile(r"^(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)$")
CURRENCY = re.compile(r"^\$([^-]*)(?:-.*)?$")
ELAPSED = re.compile(r"^(h+|m+|s+)$", re.IGNORECASE)
# Dates whose form the reader's system decides. These are documents of British bodies, so the day comes first.
SYSTEM_CODES = {"mm-dd-yy": "dd/mm/yyyy", "m/d/yy h:mm": "dd/mm/yyyy hh:mm"}
SYSTEM_LOCALES = (("[$-F800]", "d mmmm yyyy"), ("[$-F400]", "hh:mm:ss"))
# A spreadsheet holds fifteen significant digits and shows eleven of them where no format asks for more.
STORED_DIGITS = 15
SHOWN_DIGITS = 11
LEAST_SHOWN = Decimal("1E-5")
EPOCH = datetime(1899, 12, 30)
EPOCH_1904 = datetime(1904, 1, 1)
LAST_DAY = 2_958_466
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a format code; ``kind`` is literal, digit, mark, date, half, elapsed, exponent or general."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One of the parts of a format code between semicolons, with its condition such as ``>=1000``."""

    tokens: tuple[Token, ...]
    condition: tuple[str, Decimal] | None = None

    @property
    def is_date(self) -> bool:
        return any(token.kind in {"date", "elapsed"} for token in self.tokens)


def number_to_text(value: float, code: str, epoch_1904: bool = False) -> str:
    """The number as its format shows it: 0.177 with ``0.0%`` is "17.7%"."""
    sections = code_to_sections(code)
    number = Decimal(f"{value:.{STORED_DIGITS}g}")
    section, signed = choose_section(sections, number)
    if section is None:
        return general_to_text(number)
    if section.is_date:
        return date_to_text(value, section.tokens, epoch_1904) or general_to_text(number)
    if any(token.kind == "general" for token in section.tokens):
        body = general_to_text(abs(number))
        text = "".join(
            body if t.kind == "general" else t.text for t in section.tokens if t.kind in {"general", "literal"}
        )
    else:
        text = digits_to_text(abs(number), section.tokens)
    text = " ".join(text.split())
    return f"-{text}" if signed and number < 0 and re.search(r"[1-9]", text) else text


@lru_cache(maxsize=4096)
def code_to_sections(code: str) -> tuple[Section, ...]:
    """The sections of a format code; at least one."""
    code = SYSTEM_CODES.get(code, code)
    code = next((shown for mark, shown in SYSTEM_LOCALES if mark in code), code)
    sections: list[Section] = []
    tokens: list[Token] = []
    condition: tuple[str, Decimal] | None = None
    for match in TOKEN.finditer(code + ";"):
        kind, text = str(match.lastgroup), match.group(match.lastgroup or 0)
        if kind == "mark" and text == ";":
            sections.append(Section(_with_minutes(tokens), condition))
            tokens, condition = [], None
        elif kind == "bracket":
            found = CONDITION.match(text)
            condition = (found.group(1), Decimal(found.group(2))) if found else condition
            tokens.extend(_bracket_to_tokens(text))
        elif kind in {"quoted", "escaped", "literal"}:
            tokens.append(Token("literal", text))
        elif kind == "space":
            tokens.append(Token("literal", " "))
        elif kind != "fill":
            tokens.append(Token(kind, text))
    return tuple(sections)


def _bracket_to_tokens(text: str) -> list[Token]:
    """What a bracket shows: a currency sign, elapsed hours; colours and conditions show nothing."""
    currency = CURRENCY.match(text)
    if currency:
        return [Token("literal", currency.group(1))]
    return [Token("elapsed", text.lower())] if ELAPSED.match(text) else []


def _with_minutes(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Date tokens in lower case, and ``m`` beside hours or seconds told from months as ``n``."""
    made = [Token(t.kind, t.text.lower()) if t.kind in {"date", "elapsed"} else t for t in tokens]
    timed = [i for i, token in enumerate(made) if token.kind in {"date", "elapsed"}]
    for place, index in enumerate(timed):
        if made[index].kind == "date" and set(made[index].text) == {"m"} and len(made[index].text) <= 2:
            before = made[timed[place - 1]].text[0] if place else ""
            after = made[timed[place + 1]].text[0] if place + 1 < len(timed) else ""
            if before == "h" or after == "s":
                made[index] = Token("date", "n" * len(made[index].text))
    return tuple(made)


def choose_section(sections: Sequence[Section], number: Decimal) -> tuple[Section | None, bool]:
    """The section for a number, and whether its minus sign must be put before it; None for General."""
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None or _holds(number, *section.condition):
                return section, True
        return None, True
    if not sections[0].tokens and len(sections) == 1:
        return None, True
    if number < 0 and len(sections) > 1:
        return sections[1], False
    if number == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], True


def _holds(number: Decimal, sign: str, bound: Decimal) -> bool:
    order = number.compare(bound)
    return (
        (order < 0 and sign in {"<", "<=", "<>"})
        or (order > 0 and sign in {">", ">=", "<>"})
        or (order == 0 and sign in {"<=", ">=", "="})
    )


def general_to_text(number: Decimal) -> str:
    """A number without a format: no more digits than are shown, whole numbers in full."""
    if not number:
        return "0"
    if abs(number) >= 10**STORED_DIGITS or abs(number) < LEAST_SHOWN:
        return re.sub(r"\.?0+E", "E", f"{number:.5E}")
    if number == number.to_integral_value():
        return f"{number:.0f}"
    places = max(0, SHOWN_DIGITS - 1 - max(0, number.adjusted()))
    text = f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if places else text


def digits_to_text(number: Decimal, tokens: Sequence[Token]) -> str:
    """A number that is not negative, in the digits of a section."""
    digits = [i for i, token in enumerate(tokens) if token.kind == "digit"]
    if not digits:
        return "".join(general_to_text(number) if t.text == "@" else t.text for t in tokens)
    if any(token.kind == "mark" and token.text == "/" for token in tokens):
        return fraction_to_text(number, tokens)
    point = next((i for i, t in enumerate(tokens) if t.kind == "mark" and t.text == "."), None)
    exponent = next((i for i, t in enumerate(tokens) if t.kind == "exponent"), len(tokens))
    decimals = [i for i in digits if point is not None and point < i < exponent]
    whole = [i for i in digits if i < (point if point is not None else exponent)]
    if exponent < len(tokens):
        return f"{number:.{len(decimals)}E}"
    commas = [i for i, t in enumerate(tokens) if t.kind == "mark" and t.text == ","]
    last = max(whole, default=point or 0)
    number = number.scaleb(2 * sum(t.kind == "mark" and t.text == "%" for t in tokens))
    number = number.scaleb(-3 * sum(1 for i in commas if i > last and not any(d > i for d in whole)))
    grouped = any(whole[0] < i < last for i in commas) if whole else False
    rounded = number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    before, _, after = f"{rounded:f}".partition(".")
    shown = _whole_places(before, [tokens[i].text for i in whole], grouped)
    shown += _decimal_places(after, [tokens[i].text for i in decimals])
    places = dict(zip([*whole, *decimals], shown, strict=True))
    if point is not None and any(shown[len(whole) :]):
        places[point] = "."
    literal = {"literal", "general", "half"}
    parts = [places.get(i, t.text if t.kind in literal or t.text == "%" else "") for i, t in enumerate(tokens)]
    return "".join(parts)


def _whole_places(digits: str, places: Sequence[str], grouped: bool) -> list[str]:
    """The digits before the point over their places, from the right; the first place takes all that is left."""
    least = len(places) - next((i for i, place in enumerate(places) if place == "0"), len(places))
    digits = digits.lstrip("0").rjust(least, "0")
    if grouped:
        return [re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", digits), *[""] * (len(places) - 1)]
    if not places:
        return []
    shown = [digits[len(digits) - 1 - i : len(digits) - i] for i in range(min(len(places) - 1, len(digits)))]
    rest = digits[: max(0, len(digits) - len(places) + 1)]
    return [rest, *[""] * (len(places) - 1 - len(shown)), *reversed(shown)]


def _decimal_places(digits: str, places: Sequence[str]) -> list[str]:
    """The digits behind the point over their places; optional ones drop zeros at the end."""
    shown = list(digits)
    for index in range(len(places) - 1, -1, -1):
        if places[index] == "0" or shown[index] != "0":
            break
        shown[index] = ""
    return shown


def fraction_to_text(number: Decimal, tokens: Sequence[Token]) -> str:
    """A number as a whole and a fraction: 1.5 with ``# ?/?`` is "1 1/2"."""
    code = "".join(token.text for token in tokens)
    numerator, _, denominator = code.partition("/")
    fixed = re.match(r"\s*([1-9]\d*)", denominator)
    whole = int(number) if re.search(r"[0#?]\s+[0#?]", numerator) else 0
    places = len(re.findall(r"[0#?]", denominator))
    rest = Fraction(number) - whole
    if fixed:
        part = round(rest * int(fixed.group(1))), int(fixed.group(1))
    else:
        limited = rest.limit_denominator(10 ** min(max(1, places), 5) - 1)
        part = limited.numerator, limited.denominator
    if part[0] == part[1]:
        whole, part = whole + 1, (0, 1)
    shown = [str(whole)] if whole or not part[0] else []
    return " ".join([*shown, f"{part[0]}/{part[1]}"] if part[0] else shown)


def serial_to_datetime(value: float, epoch_1904: bool = False) -> datetime | None:
    """The moment that a serial day number means, to the millisecond; None where there is no such date."""
    if not 0 <= value < LAST_DAY:
        return None
    if not epoch_1904 and value < 60:
        value += 1  # the first two months are numbered as if 1900 had been a leap year
    return (EPOCH_1904 if epoch_1904 else EPOCH) + timedelta(milliseconds=round(value * 86_400_000))


def datetime_to_serial(moment: datetime, epoch_1904: bool = False) -> float:
    """The serial day number of a moment."""
    days = (moment.replace(tzinfo=None) - (EPOCH_1904 if epoch_1904 else EPOCH)) / timedelta(days=1)
    return days if epoch_1904 or days >= 61 else days - 1


def date_to_text(value: float, tokens: Sequence[Token], epoch_1904: bool) -> str | None:
    """A serial day number as a date, a time or an elapsed time; None where it is none."""
    moment = serial_to_datetime(abs(value) if any(t.kind == "elapsed" for t in tokens) else value, epoch_1904)
    if moment is None:
        return None
    if not any(token.text.startswith("s.") for token in tokens):
        moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    halved = any(token.kind == "half" for token in tokens)
    parts = []
    for token in tokens:
        if token.kind == "date":
            parts.append(moment_to_text(moment, token.text, halved))
        elif token.kind == "elapsed":
            seconds = round(abs(value) * 86_400)
            parts.append(str(seconds // {"h": 3600, "m": 60, "s": 1}[token.text[0]]).rjust(len(token.text), "0"))
        elif token.kind == "half":
            parts.append(("AM", "PM")[moment.hour >= 12][: 2 if len(token.text) > 3 else 1])
        elif token.kind in {"literal", "mark"} and token.text != "@":
            parts.append(token.text)
    return " ".join("".join(parts).split())


def moment_to_text(moment: datetime, code: str, halved: bool) -> str:
    """One part of a date: ``yyyy``, ``mmm``, ``dd``, ``hh`` and so on; ``n`` is minutes."""
    letter, width = code[0], len(code)
    if letter == "y":
        return f"{moment.year:04d}" if width > 2 else f"{moment.year % 100:02d}"
    if letter == "m" and width >= 3:
        return {3: MONTHS[moment.month - 1][:3], 5: MONTHS[moment.month - 1][0]}.get(width, MONTHS[moment.month - 1])
    if letter == "d" and width >= 3:
        return DAYS[moment.weekday()][:3] if width == 3 else DAYS[moment.weekday()]
    if "." in code:
        places = width - code.index(".") - 1
        return f"{moment.second:02d}.{moment.microsecond:06d}"[: 3 + places]
    hour = (moment.hour % 12 or 12) if halved else moment.hour
    number = {"m": moment.month, "d": moment.day, "h": hour, "n": moment.minute, "s": moment.second}[letter]
    return f"{number:0{min(width, 2)}d}"
