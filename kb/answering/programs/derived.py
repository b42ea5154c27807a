"""Columns that a table does not print but its cells imply: how long a term or a stay lasted, by how much a game ended.

A derived column has readings like any other; ``source`` tells which printed column it is read from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.answering.programs.reading import Date, Reading, text_to_date, text_to_reading

YEARS = re.compile(r"\b(1[5-9]\d\d|20\d\d)\s?(?:[-–—/]|to|until)\s?(present|1[5-9]\d\d|20\d\d|\d\d)\b", re.IGNORECASE)
PARTED = re.compile(r"\s*(?:[–—]|\bto\b|\buntil\b|\s-\s)\s*")
SCORE = re.compile(r"(?<![\d.,])(\d{1,3})\s?[-–—:]\s?(\d{1,3})(?![\d,])")
BEGINS = re.compile(
    r"\b(?:began|begin|start\w*|from|opened|appointed|took office|elected|founded|entered|inaugurat\w*|commission\w*"
    r"|built|introduced|in office|assumed|born|birth|arriv\w*|joined|launch\w*|established|since)\b",
    re.IGNORECASE,
)
ENDS = re.compile(
    r"\b(?:end\w*|to|until|closed|left office|retired|finish\w*|withdrawn|decommission\w*|died|death|left|depart\w*"
    r"|disbanded|scrapped|abolished|resigned|through|disestablished|dissolved)\b",
    re.IGNORECASE,
)
MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived column: its heading, the one or two printed columns that it is read from, one reading a row."""

    heading: str
    source: int
    partner: int
    readings: tuple[Reading, ...]


def derive(headings: Sequence[str], cells: Sequence[Sequence[Reading]]) -> list[Derived]:
    """Derived columns of a table's body."""
    found: list[Derived] = []
    for index in range(len(headings)):
        column = [row[index].text for row in cells]
        for heading, read in (("length years", text_to_years), ("margin", text_to_margin), ("total", text_to_total)):
            values = [read(text) for text in column]
            if sum(value is not None for value in values) >= MOSTLY * sum(bool(t) for t in column) and any(values):
                found.append(Derived(heading, index, index, _readings(values)))
    begin = next((i for i, h in enumerate(headings) if BEGINS.search(h)), None)
    end = next((i for i, h in enumerate(headings) if ENDS.search(h) and i != begin), None)
    if begin is not None and end is not None:
        lengths = [_apart(row[begin].date, row[end].date) for row in cells]
        if sum(length is not None for length in lengths) >= MOSTLY * len(cells):
            found.append(Derived("length years", end, begin, _readings(lengths)))
    return found[:6]


def _readings(values: Sequence[float | None]) -> tuple[Reading, ...]:
    return tuple(text_to_reading("" if value is None else f"{value:g}") for value in values)


def text_to_years(text: str) -> float | None:
    """How many years a cell such as 1919-1921 or "May 1919 - June 1921" covers; None where it names no two."""
    if re.match(r"^\d{4}-\d\d-\d\d$", text.strip()):
        return None
    parts = [part for part in PARTED.split(text) if part]
    if len(parts) == 2 and (length := _apart(text_to_date(parts[0]), text_to_date(parts[1]))) is not None:
        return length
    match = YEARS.search(text)
    if not match or match.group(2).lower() == "present":
        return None
    first, last = match.groups()
    last = first[:2] + last if len(last) == 2 else last
    return float(int(last) - int(first)) if int(last) >= int(first) else None


def text_to_margin(text: str) -> int | None:
    """By how much the first side of a score such as 3-1 won; None where a cell is no score."""
    match = SCORE.search(text)
    return int(match.group(1)) - int(match.group(2)) if match and not YEARS.search(text) else None


def text_to_total(text: str) -> int | None:
    """The two sides of a score together."""
    match = SCORE.search(text)
    return int(match.group(1)) + int(match.group(2)) if match and not YEARS.search(text) else None


def _apart(first: Date | None, last: Date | None) -> float | None:
    """Years between two dates, in whole years where neither has a month."""
    if first is None or last is None or not first[0] or not last[0]:
        return None
    months = (last[1] - first[1]) / 12 + (last[2] - first[2]) / 365 if first[1] and last[1] else 0.0
    years = last[0] - first[0] + months
    return round(years, 3) if years >= 0 else None
