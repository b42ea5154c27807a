"""What is on a page but not in the text: running heads and feet, page numbers, and stamps such as DRAFT."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from ingest.layout.contents import ContentsFinder
from ingest.layout.page_numbers import PAGE_NUMBER, line_to_page_numbers
from ingest.layout.parts import Entry, Line

# Running heads and feet stand within this part of the page's height from its edges, a lone page number within more.
MARGIN = 0.15
NUMBER_MARGIN = 0.2
MIN_REPEATS = 3
LARGE_TYPE = 1.2
# Running lines stand at least this many times their size from the text; a number further in, this many.
SET_OFF = 0.4
FAR_SET_OFF = 1.5
# A lone number this many points left or right of the line beside it is no last line of a paragraph.
ASIDE = 20.0
# Pages whose numbers keep step with their places before a number is believed that stands close to the text.
STEADY = 3
DRAWN = re.compile(r"^[\W_]*[_=–—-]{3}[\s_=–—-]*$")
STAMP = re.compile(
    r"(?:(?:final|working|first|second|consultation) )?draft(?: (?:copy|only|report|version [\d.]+|v?[\d.]+))?"
    r"|(?:not )?protectively marked|unclassified|restricted|(?:strictly |private and )?confidential"
    r"|protect|official(?:[ -]+sensitive)?|(?:top )?secret|embargoed|specimen|void|superseded|withdrawn"
)
MOST_STAMP_WORDS = 4

PageEntries = Sequence[Entry]
Slot = tuple[int, float, bool, bool]


def find_furniture(pages: Sequence[PageEntries], heights: Sequence[float], body_size: float) -> set[int]:
    """The ``id``s of the lines (and of contents lists that were taken for tables) that are furniture; one sequence
    of entries a page, from top to bottom."""
    found: set[int] = set()
    running = RunningLines(pages, heights, body_size)
    for number, entries in enumerate(pages):
        for side in (entries, list(reversed(entries))):
            found |= running.from_edge(number, side)
        found |= {id(entry) for entry in entries if isinstance(entry, Line) and is_stamp(entry)}
    finder = ContentsFinder(len(pages))
    for entries in pages:
        found |= finder.entries_to_contents([entry for entry in entries if id(entry) not in found])
    return found


def is_stamp(line: Line) -> bool:
    """A line in capitals that holds nothing but a marking: DRAFT, RESTRICTED, NOT PROTECTIVELY MARKED."""
    text = line.plain
    if len(line.words) > MOST_STAMP_WORDS or not text.isupper():
        return False
    return bool(STAMP.fullmatch(text.strip("[](){}*-–—_ ").lower()))


class RunningLines:
    """What is known of a document's running heads and feet: words that come again at the same height, the places
    where they stand, and page numbers that keep step."""

    def __init__(self, pages: Sequence[PageEntries], heights: Sequence[float], body_size: float) -> None:
        self.heights, self.body, self.n_pages = heights, body_size, len(pages)
        self.repeats = 2 if len(pages) < 6 else MIN_REPEATS
        self.keys: Counter[tuple[str, int]] = Counter()
        self.steps: Counter[tuple[str, int]] = Counter()
        outer: defaultdict[Slot, list[tuple[str, int]]] = defaultdict(list)
        for index, (entries, height) in enumerate(zip(pages, heights, strict=True)):
            lines = [entry for entry in entries if isinstance(entry, Line)]
            self.keys.update({_key(line, height) for line in lines if _near_edge(line, height, MARGIN)})
            outermost = {id(line): line for line in lines[:2] + lines[-2:]}.values()
            self.steps.update({step for line in outermost for step in _steps(line, index)})
            for line in outermost:
                if _near_edge(line, height, MARGIN) and line.size < LARGE_TYPE * body_size:
                    outer[_slot(line, height)].append(_key(line, height))
        self.slots = {slot for slot, keys in outer.items() if self._changes_by_chapter(keys)}

    def _changes_by_chapter(self, keys: Sequence[tuple[str, int]]) -> bool:
        """Whether lines at one height, in one style, are heads that change: most of them come again."""
        again = sum(bool(key[0]) and self._count(key) > 1 for key in keys)
        return len(keys) >= MIN_REPEATS and 2 * again > len(keys)

    def _count(self, key: tuple[str, int]) -> int:
        words, top = key
        return max(self.keys[(words, top + shift)] for shift in (-1, 0, 1))

    def from_edge(self, page: int, entries: PageEntries) -> set[int]:
        """Running lines from one edge of the page inwards, up to the last that is set off from what follows."""
        height = self.heights[page]
        found: list[Line] = []
        for position, entry in enumerate(entries):
            if not isinstance(entry, Line) or not self._runs(entry, height, entries[position + 1 :]):
                break
            found.append(entry)
        while found and not self._ends(found[-1], page, entries[len(found) :]):
            found.pop()
        return {id(line) for line in found}

    def _runs(self, line: Line, height: float, further_in: PageEntries) -> bool:
        if not _near_edge(line, height, MARGIN):
            lone = PAGE_NUMBER.match(line.text) and _near_edge(line, height, NUMBER_MARGIN)
            return bool(lone) and is_set_off(line, further_in, FAR_SET_OFF)
        if self._comes_again(line, height) or PAGE_NUMBER.match(line.text) or DRAWN.match(line.text):
            return True
        return _slot(line, height) in self.slots and is_set_off(line, further_in, FAR_SET_OFF)

    def _comes_again(self, line: Line, height: float) -> bool:
        key = _key(line, height)
        enough = self.n_pages // 2 if line.size >= LARGE_TYPE * self.body else self.repeats
        return bool(key[0]) and self._count(key) >= max(2, enough)

    def _ends(self, line: Line, page: int, further_in: PageEntries) -> bool:
        """Whether the text may begin after this line."""
        if is_set_off(line, further_in, SET_OFF) or DRAWN.match(line.text):
            return True
        if not PAGE_NUMBER.match(line.text):
            return False
        steady = any(self.steps[step] >= STEADY for step in _steps(line, page))
        box = further_in[0].box
        return steady or line.box.x0 - box.x0 > ASIDE


def _near_edge(line: Line, height: float, margin: float) -> bool:
    top = line.box.top / height if height else 0.0
    return top <= margin or top >= 1 - margin


def _key(line: Line, height: float) -> tuple[str, int]:
    """What a running line looks like on every page, left or right: its words without figures, and where it stands."""
    words = re.sub(r"[\d\W_]+", " ", line.text.lower()).split()
    while words and PAGE_NUMBER.match(words[0]):
        del words[0]
    while words and PAGE_NUMBER.match(words[-1]):
        del words[-1]
    return " ".join(words), round(100 * line.box.top / height) if height else 0


def _slot(line: Line, height: float) -> Slot:
    return round(50 * line.box.top / height) if height else 0, line.size, line.bold, line.italic


def _steps(line: Line, index: int) -> set[tuple[str, int]]:
    """By how much the numbers at the ends of a line are ahead of the page's place."""
    return {(number.series, number.value - index) for number in line_to_page_numbers(line)}


def is_set_off(line: Line, further_in: PageEntries, least: float) -> bool:
    """Whether the next entry is further away than ``least`` times the line's size."""
    if not further_in:
        return True
    box = further_in[0].box
    return max(box.top - line.box.bottom, line.box.top - box.bottom) > least * line.size
