"""Lines of a page -> rows of segments: the runs of words between wide gaps, and which of them are figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from ingest.layout.parts import Edge, Line, Word

# Words of one cell stand closer than this many times the type size; a space is about a quarter of it.
CELL_GAP = 0.45
# Words further apart than this are surely in different cells.
COLUMN_GAP = 0.62
# Between words of a typewriter face there is a space of 0.6; two part cells.
TYPED_GAP = 0.9
SAME_ADVANCE = 0.01
LETTERS = re.compile(r"^[^\W\d_]{3,}")
LEADER = re.compile(r"^[.·…_‥]{3,}$|^\.$")
TYPED_RULE = re.compile(r"^[-–—_=~]{5,}$")
PLACEHOLDER = re.compile(r"^(?:[-–—*†‡#x.…]{1,4}|n\.?/?a\.?|nil|ref\.?|nd|tbc)$", re.IGNORECASE)
FIGURE = re.compile(r"^[-–(+£$€]*\d[\d,]*(?:\.\d+)?%?\)?[*†‡]{0,2}$")
SUM = re.compile(r"^(?:[£$€]\d|\d{1,3},\d{3})")
GROUP = re.compile(r"^\d{3}(?:[.,]\d+)?\)?$")
WITH_WORDS = re.compile(r"^[£$€(]*\d\S*(?: \S+){1,3}$")
CURRENCY = re.compile(r"^[£$€]$")


@dataclass
class Row:
    """A line as segments, the leaders between them left out."""

    line: Line
    segments: list[list[Word]]

    @cached_property
    def figures(self) -> list[list[Word]]:
        """The segments that hold a figure or stand for one."""
        return [segment for segment in self.segments if is_figure(segment_to_text(segment))]

    @property
    def x0(self) -> float:
        return self.segments[0][0].x0

    @property
    def x1(self) -> float:
        return self.segments[-1][-1].x1

    @property
    def top(self) -> float:
        return self.line.box.top

    @property
    def bottom(self) -> float:
        return self.line.box.bottom

    @property
    def size(self) -> float:
        return self.line.size

    @cached_property
    def is_core(self) -> bool:
        """Whether it reads as a row of a table of figures: a figure that is not first, or figures all along."""
        if any(segment in self.figures for segment in self.segments[1:]):
            return True
        worded = [segment for segment in self.segments[1:] if WITH_WORDS.match(segment_to_text(segment))]
        return len(worded) > 1 and len(worded) == len(self.segments) - 1

    @cached_property
    def is_strong(self) -> bool:
        """Whether it could hardly be anything else: most of three and more segments are figures."""
        return len(self.segments) > 2 and 2 * len(self.figures) >= len(self.segments) and self.is_core


def segment_to_text(segment: Sequence[Word]) -> str:
    """The words of a segment without footnote marks."""
    return " ".join(word.text for word in segment if not word.mark)


def is_figure(text: str) -> bool:
    """Whether a cell is a figure with at most a few letters about it, or a sign that stands for one."""
    text = text.strip()
    if PLACEHOLDER.match(text):
        return True
    digits = sum(c.isdigit() for c in text)
    letters = sum(c.isalpha() for c in text)
    return digits > 0 and (letters <= 3 or digits >= 2 * letters) and letters <= 2 * digits


def line_to_row(line: Line, gap: float = COLUMN_GAP) -> Row | None:
    """The row of a line; None where it has no words but leaders."""
    words = [word for word in line.words if not LEADER.match(word.text)]
    return Row(line, words_to_segments(words, gap)) if words else None


def words_to_segments(words: Sequence[Word], gap: float) -> list[list[Word]]:
    """Words from left to right, parted where nothing stands for more than ``gap`` times the type size."""
    gap = max(gap, TYPED_GAP) if are_typed(words) else gap
    segments: list[list[Word]] = [[words[0]]]
    for before, word in pairwise(words):
        size = max(min(before.size, 14.0), min(word.size, 14.0))
        apart = word.x0 - before.x1
        if not word.mark and (apart > gap * size or (apart > 0.15 * size and are_two_figures(before.text, word.text))):
            segments.append([])
        segments[-1].append(word)
    return segments


def are_typed(words: Sequence[Word]) -> bool:
    """Whether all letters are of one width, so that a space is as wide as a letter."""
    advances = [(word.x1 - word.x0) / (len(word.text) * word.size) for word in words if LETTERS.match(word.text)]
    return len(advances) > 1 and max(advances) - min(advances) < SAME_ADVANCE


def are_two_figures(before: str, after: str) -> bool:
    """Whether neighbouring words are a figure each, and not one that is written in groups of three ("1 250 000")."""
    if not (FIGURE.match(before) and FIGURE.match(after)):
        return False
    if after.startswith("("):
        return False
    return not (re.match(r"^[-–(+£$€]*\d{1,3}$", before.replace(",", "")[-4:]) and GROUP.match(after))


def lines_without_typed_rules(lines: Sequence[Line]) -> tuple[list[Line], list[Edge]]:
    """The lines, and the rules that are typed with dashes, as typewriters and plain text do."""
    kept: list[Line] = []
    rules: list[Edge] = []
    for line in lines:
        typed = [word for word in line.words if TYPED_RULE.match(word.text)]
        if typed and len(typed) == len(line.words):
            at = round((line.box.top + line.box.bottom) / 2, 2)
            rules += [Edge(at, word.x0, word.x1) for word in typed]
        else:
            kept.append(line)
    return kept, rules


def rows_to_pitch(rows: Sequence[Row]) -> float:
    """The usual distance between the baselines of neighbouring rows; 0.0 for a single one."""
    steps = [b.line.baseline - a.line.baseline for a, b in pairwise(rows) if b.line.baseline > a.line.baseline]
    return median(steps) if steps else 0.0


def names_columns(row: Row) -> bool:
    """Whether a line, though it may have figures in it, has no plain figure but years: names of columns."""
    texts = [segment_to_text(segment) for segment in row.segments]
    return not any(is_value(text) for text in texts[len(texts) > 1 :])


def is_value(text: str) -> bool:
    """Whether a cell is a figure and no year, or begins with a sum of money or a figure in thousands."""
    return bool(SUM.match(text)) or (bool(FIGURE.match(text)) and not is_year(text))


def is_year(text: str) -> bool:
    text = text.strip("()[]*")
    return text.isdigit() and 1900 <= int(text) <= 2100
