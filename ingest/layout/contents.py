"""Lists of contents: entries with the page on which they stand. They are no text, no table and no headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.layout.lines import line_to_segments
from ingest.layout.parts import Entry, Line, RawTable

CONTENTS = re.compile(
    r"^(?:(?:table of )?contents|list of (?:figures|tables|charts|maps|boxes|illustrations|annexes|appendices))"
    r"(?:\s+(?:list|page))?(?:\s+page(?: no\.?)?)?$",
    re.IGNORECASE,
)
LEADERS = re.compile(r"(?:\.\s?){4,}\s*(\d{1,4}|[ivxl]{1,7})?$|…+\s*\d{0,4}$|_{4,}\s*\d{1,4}$")
ENDS_IN_NUMBER = re.compile(r"\s(?:[A-Z]{1,2}[-–.])?(\d{1,4}|[ivxl]{1,7})$")
LEAST_LINES = 3
SHARE = 0.5
# Entries without leaders have at least this many times the type size before their page.
PAGE_GAP = 1.5


class ContentsFinder:
    """Goes from page to page: a list of contents that reaches the end of one page may go on over the next."""

    def __init__(self, n_pages: int) -> None:
        self.n_pages = n_pages
        self._open = False

    def entries_to_contents(self, entries: Sequence[Entry]) -> set[int]:
        """The ``id``s of the entries of a page that are a list of contents, with the heading that says so."""
        heading = next((i for i, e in enumerate(entries) if isinstance(e, Line) and CONTENTS.match(e.plain)), None)
        begin = heading + 1 if heading is not None else 0
        headed = heading is not None or self._open
        marked = [i for i in range(begin, len(entries)) if self._is_entry(entries[i], headed)]
        count = sum(_count(entries[i]) for i in marked)
        self._open, was_open = False, self._open
        if count < LEAST_LINES and not (was_open and heading is None and marked[:1] == [0]):
            return set()
        start = begin if heading is not None or was_open else marked[0]
        if count < SHARE * sum(_count(entry) for entry in entries[start : marked[-1] + 1]):
            return set()
        self._open = marked[-1] == len(entries) - 1
        first = heading if heading is not None else start
        return {id(entry) for entry in entries[first : marked[-1] + 1]}

    def _is_entry(self, entry: Entry, headed: bool) -> bool:
        if isinstance(entry, RawTable):
            return self._is_list(entry, headed)
        if LEADERS.search(entry.text):
            return True
        if not headed or not ENDS_IN_NUMBER.search(entry.text):
            return False
        return len(line_to_segments(entry, PAGE_GAP)) > 1

    def _is_list(self, table: RawTable, headed: bool) -> bool:
        """A list of contents that looks like a table: words, and page numbers that only grow in the last column."""
        rows = [[" ".join(line.plain for line in cell.lines) for cell in row] for row in table.rows()]
        last = [row[-1].strip(" .…") for row in rows if row and row[-1].strip(" .…")]
        pages = [int(text) for text in last if re.fullmatch(r"\d{1,4}", text)]
        if len(pages) < max(LEAST_LINES, len(last) - 1) or pages != sorted(pages):
            return False
        leaders = sum(bool(re.search(r"(?:\.\s?){4,}|…", " ".join(row))) for row in rows)
        figures = sum(bool(re.fullmatch(r"[\d.,%£$€()–-]+", text)) for row in rows for text in row[1:-1] if text)
        return figures == 0 and (headed or 2 * leaders > len(rows))


def _count(entry: Entry) -> int:
    return 1 if isinstance(entry, Line) else entry.n_rows
