"""Dates in any written form, so that "24 April 2017", "24/04/17" and "April 24, 2017" meet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
MONTH_NUMBERS = {name: n for n, name in enumerate(MONTHS, 1)} | {name[:3]: n for n, name in enumerate(MONTHS, 1)}
MONTH_NUMBERS["sept"] = 9
_DIGIT = re.compile(r"\d")
_MONTH = r"(?P<month>[A-Z](?:[a-z]{2,8}|[A-Z]{2,8}))\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_END = r"(?![\w%]|[.,]\d)"
# From the fullest form to the barest; what one has taken, the next ones no longer see.
_FORMS = (
    re.compile(rf"(?<![\w.,/])(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d){_END}"),
    re.compile(rf"(?<![\w.,])(?P<day>\d\d?)[/.](?P<month>\d\d?)[/.](?P<year>(?:19|20)?\d\d){_END}"),
    re.compile(rf"(?<![\w.,]){_DAY}(?: of)?[ -]{_MONTH},?[ -]{_YEAR}{_END}"),
    re.compile(rf"\b{_MONTH} {_DAY},? {_YEAR}{_END}"),
    re.compile(rf"\b{_MONTH},?[ -]{_YEAR}{_END}"),
    re.compile(rf"\b{_MONTH}[ -]['’](?P<year>\d\d){_END}"),
    re.compile(rf"(?<![\w.,]){_DAY}(?: of)? {_MONTH}(?!\w)"),
    re.compile(rf"\b{_MONTH} {_DAY}(?!\w|[.,]\d)"),
)
_SPAN = re.compile(
    r"(?<![\w.,£$€])(?P<first>(?:19|20)\d\d)\s?(?:[/–-]|\bto\b)\s?(?P<second>(?:(?:19|20)\d\d|\d\d))(?![\w%]|[.,]\d)"
)
_SHORT_SPAN = re.compile(r"(?<![\w.,£$€/])['’]?(?P<first>\d\d)\s?/\s?['’]?(?P<second>\d\d)(?![\w%/]|[.,]\d)")
_ALONE = re.compile(r"(?<![\w.,£$€])(?:FY ?)?(?P<year>(?:19|20)\d\d)(?!\w|%|[.,]\d| ?(?:million|billion|per cent))")


@dataclass(frozen=True, slots=True)
class Date:
    """A day, a month, a year, or a span of years up to ``end``; what is not said is None.

    ``text`` is how it is said.
    """

    text: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    end: int | None = None


def text_to_dates(text: str) -> tuple[list[Date], str]:
    """The dates of a text, and the text with them blanked out, so that no day is taken for a figure."""
    found: list[Date] = []
    if not _DIGIT.search(text):
        return found, text
    for form in _FORMS:
        for match in list(form.finditer(text)):
            dates = _match_to_dates(match)
            if dates:
                found.extend(dates)
                text = _blank(text, match)
    for form in (_SPAN, _SHORT_SPAN):
        for match in list(form.finditer(text)):
            years = _span_to_years(match["first"], match["second"], form is _SPAN)
            if years:
                found.append(Date(match.group(), years[0], end=years[1]))
                text = _blank(text, match)
    for match in list(_ALONE.finditer(text)):
        found.append(Date(match.group(), int(match["year"])))
        text = _blank(text, match)
    return found, text


def date_stands(said: Date, held: Iterable[Date]) -> bool:
    """Whether a date stands among others: one of them says all that it says, and perhaps more.

    A year may be an end of a span; a span may be said of the two years that it goes from and to.
    """
    held = list(held)
    if said.end is not None:
        if any((date.year, date.end) == (said.year, said.end) for date in held):
            return True
        alone = {date.year for date in held if date.end is None}
        return {said.year, said.end} <= alone
    return any(
        (said.year in (None, date.year) or (said.year == date.end and said.month is None))
        and said.month in (None, date.month)
        and said.day in (None, date.day)
        for date in held
    )


def _match_to_dates(match: re.Match[str]) -> list[Date]:
    """The date of a match; of figures alone both readings, day or month first; none where a word is no month."""
    parts = match.groupdict()
    year = _full_year(parts["year"]) if parts.get("year") else None
    day = int(parts["day"]) if parts.get("day") else None
    if not parts["month"].isdigit():
        month = MONTH_NUMBERS.get(parts["month"].lower())
        return [Date(match.group(), year, month, day)] if month and _is_day(day) else []
    month = int(parts["month"])
    readings = (
        [(month, day)] if len(match.group("year")) == 4 and "-" in match.group() else [(month, day), (day, month)]
    )
    return [Date(match.group(), year, m, d) for m, d in dict.fromkeys(readings) if m and 1 <= m <= 12 and _is_day(d)]


def _is_day(day: int | None) -> bool:
    return day is None or 1 <= day <= 31


def _full_year(year: str) -> int:
    """A year of two figures belongs to the century that makes it neither old nor far ahead."""
    return int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 50 else 1900)


def _span_to_years(first: str, second: str, long: bool) -> list[int]:
    """The first and last year of a span, or nothing; of two short years only where one follows the other ("08/09")."""
    begin = _full_year(first)
    end = int(second) if len(second) == 4 else begin // 100 * 100 + int(second)
    end += 100 if end < begin else 0
    return [begin, end] if (0 < end - begin <= 60 if long else end == begin + 1) else []


def _blank(text: str, match: re.Match[str]) -> str:
    # A sign that is no word keeps what stands before and behind the date apart.
    return text[: match.start()] + "\x00" * (match.end() - match.start()) + text[match.end() :]
