"""What is on a page but not in the text: running heads and feet, page numbers, and lists of contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.layout.lines import line_to_segments
from ingest.layout.parts import Entry, Line

# Running heads and feet stand within this part of the page's height from its edges.
MARGIN = 0.15
PAGE_NUMBER = re.compile(
    r"^[\W_]*(?:page|p\.?)?\s*(?:\d{1,4}|[ivxl]{1,7})\s*(?:(?:of|/)\s*\d{1,4})?[\W_]*$", re.IGNORECASE
)
CONTENTS = re.compile(r"^(?:table of )?contents(?:\s+(?:list|page))?(?:\s+page(?: no\.?)?)?$", re.IGNORECASE)
LEADERS = re.compile(r"(?:\.\s?){4,}\s*(\d{1,4}|[ivxl]{1,7})?$|…+\s*\d{0,4}$|_{4,}\s*\d{1,4}$")
ENDS_IN_NUMBER = re.compile(r"\s(\d{1,4}|[ivxl]{1,7})$")
MIN_REPEATS = 3
LEAST_CONTENTS_LINES = 3
CONTENTS_SHARE = 0.5
LARGE_TYPE = 1.2
# Running lines stand at least this many times their size from the text.
SET_OFF = 0.4

PageEntries = Sequence[Entry]


def find_furniture(pages: Sequence[PageEntries], heights: Sequence[float], body_size: float) -> set[int]:
    """The ``id``s of the lines that are furniture; one sequence of entries a page, from top to bottom."""
    found: set[int] = set()
    keys = Counter(key for page in zip(pages, heights, strict=True) for key in _page_to_keys(*page))
    repeats = 2 if len(pages) < 6 else MIN_REPEATS
    for entries, height in zip(pages, heights, strict=True):
        for side in (entries, list(reversed(entries))):
            found |= _running_lines(side, height, keys, repeats, len(pages), body_size)
    for entries in pages:
        found |= contents_lines(entries, found)
    return found


def _page_to_keys(entries: PageEntries, height: float) -> set[tuple[str, int]]:
    return {key for entry in entries if isinstance(entry, Line) for key in _keys(entry, height)}


def _keys(line: Line, height: float) -> list[tuple[str, int]]:
    """What a running line looks like on every page: its words without figures, and where it stands."""
    top = line.box.top / height if height else 0.0
    if MARGIN < top < 1 - MARGIN:
        return []
    words = re.sub(r"\d+", "#", re.sub(r"\s+", " ", line.text.lower()))
    return [(words, round(top * 100))]


def _running_lines(
    entries: PageEntries, height: float, keys: Counter[tuple[str, int]], repeats: int, n_pages: int, body: float
) -> set[int]:
    """Running lines from one edge of the page inwards, up to the last that is set off from what follows."""
    found: list[Line] = []
    for entry in entries:
        if not isinstance(entry, Line):
            break
        near = _keys(entry, height)
        if not near:
            break
        (words, top), *_ = near
        count = max(keys[(words, top + shift)] for shift in (-1, 0, 1))
        enough = n_pages // 2 if entry.size >= LARGE_TYPE * body else repeats
        if not (count >= max(2, enough) or PAGE_NUMBER.match(entry.text)):
            break
        found.append(entry)
    while found and not _is_set_off(found[-1], entries[len(found) :]):
        found.pop()
    return {id(line) for line in found}


def _is_set_off(line: Line, further_in: PageEntries) -> bool:
    if not further_in:
        return True
    box = further_in[0].box
    return max(box.top - line.box.bottom, line.box.top - box.bottom) > SET_OFF * line.size


def contents_lines(entries: PageEntries, furniture: set[int]) -> set[int]:
    """The lines of a list of contents: a heading that says so and entries with page numbers, or dotted leaders."""
    lines = [entry for entry in entries if isinstance(entry, Line) and id(entry) not in furniture]
    heading = next((i for i, line in enumerate(lines) if CONTENTS.match(line.plain.strip())), None)
    first = heading + 1 if heading is not None else 0
    marked = [i for i, line in enumerate(lines) if i >= first and _is_contents_line(line, heading is not None)]
    if len(marked) < LEAST_CONTENTS_LINES:
        return set()
    start = first if heading is not None else marked[0]
    if len(marked) < CONTENTS_SHARE * (marked[-1] + 1 - start):
        return set()
    begin = heading if heading is not None else start
    return {id(line) for line in lines[begin : marked[-1] + 1]}


def _is_contents_line(line: Line, after_heading: bool) -> bool:
    if LEADERS.search(line.text):
        return True
    if not after_heading or not ENDS_IN_NUMBER.search(line.text):
        return False
    return len(line_to_segments(line, 1.5)) > 1
