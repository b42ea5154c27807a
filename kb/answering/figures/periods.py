"""Years, dates and quarters in questions and headings: "December 31, 2019", "2017/18", "FY19", "fiscal 2018"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september|oct october"
        "|nov november|dec december".split("|"),
        start=1,
    )
    for name in names.split()
}
MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
MONTH += r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
YEAR = r"(?P<year>(?:19|20)\d\d)(?![\d,]*\d|\.\d|%)"
PERIOD = re.compile(
    rf"\b{MONTH}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+{YEAR}"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+{MONTH.replace('month', 'month2')},?\s+{YEAR.replace('year', 'year2')}"
    rf"|\b{MONTH.replace('month', 'month3')}[\s,-]+{YEAR.replace('year', 'year3')}"
    r"|(?<![\d,.£$€])(?P<first>(?:19|20)\d\d)\s?/\s?(?P<last>(?:19|20)?\d\d)(?![\d/])"
    r"|\bFY\s?’?'?(?P<short>\d\d)(?!\d)"
    rf"|(?<![\d,.£$€])(?:FY)?{YEAR.replace('year', 'year4')}",
    re.IGNORECASE,
)
SPACED_YEAR = re.compile(r"\b([12]) ([09]) (\d) (\d)\b")
RANGE = re.compile(r"^\s*(?:-|–|—|to|through|and)\s*$", re.IGNORECASE)
# What stands beside a date in a heading and names no thing that is counted.
AROUND = frozenset(
    """year years ended end ending fiscal financial months month weeks week quarter quarters three six nine twelve
    twelv period periods as of at on for the fy fye december november october september august july june may april march
    february january and in week""".split()
)


@dataclass(frozen=True, slots=True)
class Period:
    """A year, or a date or financial year that ends in it; ``start`` and ``end`` are its characters in the text,
    ``short`` how a year of two figures is printed ("FY19")."""

    year: int
    first: int | None = None
    month: int | None = None
    day: int | None = None
    start: int = 0
    end: int = 0
    short: str = ""

    @property
    def key(self) -> tuple[int, int, int]:
        """What orders periods in time."""
        return self.year, self.month or 0, self.day or 0

    def fits(self, other: Period) -> float:
        """How well an asked period (self) meets a printed one: 0 not at all, 1 as far as both say."""
        if self.first and other.first:
            return float(self.first == other.first and self.year == other.year)
        if self.year != other.year:
            if other.year == self.year + 1 and other.month == 1 and (other.day or 31) <= 7 and not self.month:
                return 0.4  # a year that ends with its last week does so in the first days of the next
            return 0.5 if other.first == self.year else 0.0
        if self.month and other.month and self.month != other.month:
            return 0.2
        if self.day and other.day and self.day != other.day:
            return 0.3
        return 1.0


def mend_years(text: str) -> str:
    """The text with years whose figures stand apart ("2 0 1 8") written as years."""
    return SPACED_YEAR.sub(r"\1\2\3\4", text)


def text_to_periods(text: str) -> list[Period]:
    """The periods of a text in order of appearance."""
    return [match_to_period(match) for match in PERIOD.finditer(text)]


def match_to_period(match: re.Match[str]) -> Period:
    """The Period of a match of ``PERIOD``."""
    found = match.groupdict()
    first = None
    if found["first"]:
        first = int(found["first"])
        last = found["last"]
        year = int(last) if len(last) == 4 else first // 100 * 100 + int(last)
    elif found["short"]:
        year = 2000 + int(found["short"])
    else:
        year = int(next(found[name] for name in ("year", "year2", "year3", "year4") if found[name]))
    name = next((found[key] for key in ("month", "month2", "month3") if found[key]), None)
    day = found["day"] or found["day2"]
    return Period(
        year,
        first,
        MONTHS[name.lower()] if name else None,
        int(day) if day else None,
        match.start(),
        match.end(),
        match.group() if found["short"] else "",
    )


def without_periods(text: str, periods: Sequence[Period]) -> str:
    """The text with its periods taken out."""
    for period in reversed(periods):
        text = f"{text[: period.start]} {text[period.end :]}"
    return text


def periods_to_range(text: str, periods: Sequence[Period]) -> list[Period] | None:
    """All years of "2017-2019" or "from 2017 to 2019", where a text names just these two; else None."""
    if len(periods) != 2 or periods[0].year >= periods[1].year or periods[1].year - periods[0].year > 30:
        return None
    between = text[periods[0].end : periods[1].start]
    before = text[: periods[0].start].rstrip().lower()
    joined = RANGE.match(between)
    if not joined or (joined.group().strip().lower() == "and" and not before.endswith("between")):
        return None
    return [Period(year) for year in range(periods[0].year, periods[1].year + 1)]
