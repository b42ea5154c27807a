"""Printed page numbers (24, iv, A-5, "Page 3 of 20", "3 | P a g e", "- 3 -") and the labels that they give pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.layout.parts import Line

ROMAN = r"(?=[ivxlc])c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
PAGE_NUMBER = re.compile(
    r"^[\W_]*(?:page|p\.?|pg\.?)?\s*(?:(?P<prefix>[A-Z]{1,3}|\d{1,2})\s?[-–.]\s?)?(?P<number>\d{1,4}|" + ROMAN + r")"
    r"\s*(?:(?:of|/)\s*\d{1,4})?\s*(?:[|\s]*p\s?a\s?g\s?e)?[\W_]*$",
    re.IGNORECASE,
)
ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
# A run of numbers that keep step with the pages must have this many, and miss no more pages than it has.
LEAST_RUN = 3


@dataclass(frozen=True, slots=True)
class PageNumber:
    """A number as printed, its value, and the series in which it counts (``1``, ``i``, or a prefix such as ``A-``)."""

    label: str
    value: int
    series: str


def text_to_page_number(text: str) -> PageNumber | None:
    """The page number that a text is; None where it is something else."""
    match = PAGE_NUMBER.match(text.strip())
    if match is None:
        return None
    number, prefix = match.group("number"), match.group("prefix")
    if number.isdigit():
        value, series = int(number), "1"
    else:
        value, series = roman_to_value(number), "i" if number.islower() else "I"
    if prefix:
        before = text[match.start("prefix") : match.start("number")]
        return PageNumber(before + number, value, f"{prefix}-{series}")
    return PageNumber(number, value, series)


def roman_to_value(text: str) -> int:
    """The value of a Roman numeral."""
    values = [ROMAN_VALUES[letter] for letter in text.lower()]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def line_to_page_numbers(line: Line) -> list[PageNumber]:
    """What of a line may be its page number: all of it, its last word or its first."""
    words = [word.text for word in line.words if not word.mark]
    texts = [line.text] if len(words) < 2 else [line.text, words[-1], words[0], _named(words)]
    found = [number for number in map(text_to_page_number, texts) if number]
    return list(dict.fromkeys(found))


def _named(words: Sequence[str]) -> str:
    """The words from the last "Page" on, as in "Annual report  Page 3 of 20"."""
    place = next((i for i in range(len(words) - 1, -1, -1) if words[i].lower().strip(".") in {"page", "p"}), len(words))
    return " ".join(words[place:])


def furniture_to_labels(furniture: Sequence[Sequence[Line]]) -> dict[int, str]:
    """1-based page -> the number printed on it, where that is not its place, for runs of pages that count in step.

    ``furniture`` has the running lines of each page.
    """
    runs: dict[tuple[str, int], dict[int, str]] = defaultdict(dict)
    for page, lines in enumerate(furniture, start=1):
        for line in lines:
            for number in line_to_page_numbers(line):
                runs[(number.series, number.value - page)].setdefault(page, number.label)
    labels: dict[int, str] = {}
    for run in sorted(runs.values(), key=len, reverse=True):
        for part in _dense_parts(run):
            for page in part:
                labels.setdefault(page, run[page])
    return {page: label for page, label in labels.items() if label != str(page)}


def _dense_parts(run: Mapping[int, str]) -> Iterator[list[int]]:
    """The pages of a run, cut where more than two pages in a row lack the number; short parts are left out."""
    part: list[int] = []
    for page in [*sorted(run), None]:
        if part and (page is None or page - part[-1] > 3):
            if len(part) >= LEAST_RUN:
                yield part
            part = []
        if page is not None:
            part.append(page)
