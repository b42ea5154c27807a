"""Words -> lines, and lines beside each other -> columns, in reading order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter
from statistics import median
from typing import NamedTuple

from ingest.layout.bidi import words_in_reading_order
from ingest.layout.parts import Entry, Line, Word

# Baselines closer than this part of the type size are one line.
SAME_BASELINE = 0.25
# Raised type at most this size (as part of the line's) may be a footnote mark.
MARK_SIZE = 0.82
GLUED_GAP = 0.12
TOUCHING = 0.03
SAME_LEVEL = 0.1
MARK = re.compile(r"^(\d{1,3}([,;]\d{1,3})*[,;]?|[*†‡§¶]{1,3}|[¹²³⁰⁴-⁹]+)$")
RAISED_UNIT = re.compile(r"^([kcm]?m|km|mi|ft)$")
UNICODE_MARKS = re.compile(r"[¹²³⁰⁴-⁹]+$")

MIN_COLUMN_LINES = 4
MIN_COLUMN_SHARE = 0.25
MIN_PANEL_SHARE = 0.08
# This share of the lines of a column of text has so many letters and is nearly as wide as the column.
MIN_PROSE_SHARE = 0.4
MIN_COLUMN_LETTERS = 18
MIN_GUTTER = 8.0
# At most this share of the lines of a panel go on in the text beside it.
MAX_SHARED = 0.34
OTHER_SIZE = 0.7
LARGER = 1.12


class Run(NamedTuple):
    """Words of a line between two gaps that could be gutters: left and right edge, how many letters, and their size."""

    x0: float
    x1: float
    letters: int
    size: float


class Row(NamedTuple):
    """What the search for gutters knows of an entry."""

    is_line: bool
    top: float
    bottom: float
    size: float
    runs: list[Run]


def words_to_lines(words: Sequence[Word], page: int) -> list[Line]:
    """Lines from top to bottom; raised footnote marks are in the line that they belong to."""
    clusters: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.baseline, word.x0)):
        for cluster in reversed(clusters[-4:]):
            first = cluster[0]
            if abs(word.baseline - first.baseline) <= SAME_BASELINE * min(word.size, first.size):
                cluster.append(word)
                break
        else:
            clusters.append([word])
    clusters = _with_raised_words(clusters)
    lines = [Line(_in_order(cluster), page) for cluster in clusters]
    return sorted(lines, key=lambda line: (line.baseline, line.box.x0))


def _with_raised_words(clusters: list[list[Word]]) -> list[list[Word]]:
    """Small raised or lowered words join the line of larger type that they touch."""
    kept = [list(cluster) for cluster in clusters]
    sizes = [max(word.size for word in cluster) for cluster in clusters]
    for index, cluster in enumerate(clusters):
        near = [other for other in range(max(0, index - 3), min(len(clusters), index + 4)) if other != index]
        largest = max((sizes[other] for other in near), default=0.0)
        for word in cluster:
            if word.size > MARK_SIZE * largest:
                continue
            home = next((other for other in near if any(_touches(word, big) for big in clusters[other])), None)
            if home is not None:
                kept[index].remove(word)
                kept[home].append(word)
    return [cluster for cluster in kept if cluster]


def _touches(small: Word, big: Word) -> bool:
    if small.size > MARK_SIZE * big.size:
        return False
    rise = big.baseline - small.baseline
    distance = max(small.x0 - big.x1, big.x0 - small.x1)
    return -0.3 * big.size < distance < 0.35 * big.size and -0.35 * big.size < rise < 0.65 * big.size


def _in_order(words: list[Word]) -> list[Word]:
    """Words as they are read, with glued ones and footnote marks found."""
    ordered = sorted(words, key=lambda word: word.x0)
    size = max(word.size for word in ordered)
    for position, word in enumerate(ordered):
        before = ordered[position - 1] if position else None
        word.glued = before is not None and _is_glued(before, word, size)
        raised = any(
            other.baseline - word.baseline > 0.15 * other.size and word.size <= MARK_SIZE * other.size
            for other in ordered[max(0, position - 1) : position + 2]
            if other is not word
        )
        word.mark = raised and bool(MARK.match(word.text)) and not (before and RAISED_UNIT.match(before.text))
    return words_in_reading_order(_without_unicode_marks(ordered))


def _is_glued(before: Word, word: Word, size: float) -> bool:
    """Whether no space stands between two words. On one baseline only a space parts them, however narrow it looks
    beside a slanted f; a raised mark is parted from its word without one."""
    level = abs(before.baseline - word.baseline) <= SAME_LEVEL * size
    return word.x0 - before.x1 < (TOUCHING if level else GLUED_GAP) * size


def _without_unicode_marks(words: list[Word]) -> list[Word]:
    """Footnote marks written with raised characters of their own, parted from the word before."""
    split: list[Word] = []
    for word in words:
        match = UNICODE_MARKS.search(word.text)
        if match is None or word.mark or RAISED_UNIT.match(word.text[: match.start()]):
            split.append(word)
            continue
        x = word.x0 + (word.x1 - word.x0) * match.start() / len(word.text)
        if match.start():
            split.append(_copy(word, word.text[: match.start()], word.x0, x, word.glued))
        split.append(_copy(word, match.group(), x, word.x1, bool(match.start()), mark=True))
    return split


def _copy(word: Word, text: str, x0: float, x1: float, glued: bool, mark: bool = False) -> Word:
    return Word(text, x0, word.top, x1, word.bottom, word.baseline, word.size, word.bold, word.italic, glued, mark)


def line_to_segments(line: Line, gap: float) -> list[list[Word]]:
    """The words of a line, parted where nothing stands for more than ``gap`` times the type size."""
    segments: list[list[Word]] = [[line.words[0]]]
    for before, word in pairwise(line.words):
        if word.x0 - before.x1 > gap * max(before.size, word.size):
            segments.append([])
        segments[-1].append(word)
    return segments


def entries_to_regions(
    entries: Sequence[Entry], width: float, least: int = MIN_COLUMN_LINES, gutters: Sequence[float] = ()
) -> list[list[Entry]]:
    """Lines and tables of a page -> runs to be read one after the other: columns, left before right, each of at
    ``least`` so many lines. At the ``gutters`` of other pages columns need not stand beside each other."""
    ordered = sorted(entries, key=lambda entry: (entry.box.top, entry.box.x0))
    gutter = find_gutter(ordered, width, least, gutters)
    if gutter is None:
        return [ordered] if ordered else []
    x, first, last = gutter
    left: list[Entry] = []
    right: list[Entry] = []
    while last < len(ordered) and _heads_what_follows(ordered[first:last]):
        last -= 1
    for entry in ordered[first:last]:
        for side, part in _split(entry, x):
            (left if side == "left" else right).append(part)
    return [
        region
        for part in (ordered[:first], left, right, ordered[last:])
        for region in entries_to_regions(part, width, least, gutters)
    ]


def _heads_what_follows(entries: Sequence[Entry]) -> bool:
    """Whether the last line of columns is the heading of what stands across the page below them: larger or bold."""
    *others, last = entries
    if not others or not isinstance(last, Line) or last.box.top < max(entry.box.bottom for entry in others):
        return False
    size = median([line.size for line in others if isinstance(line, Line)] or [last.size])
    return last.size > LARGER * size or (last.bold and last.size >= size)


def find_gutter(
    entries: Sequence[Entry], width: float, least: int = MIN_COLUMN_LINES, known: Sequence[float] = ()
) -> tuple[float, int, int] | None:
    """An x that no word crosses for a run of lines with prose on both sides; with the run's first and last index.

    ``entries`` go from top to bottom.
    """
    rows = [_entry_to_row(entry) for entry in entries]
    best: tuple[int, float, int, int] | None = None
    for x in _gutter_candidates(rows, width, least, known):
        beside = not any(abs(x - gutter) < MIN_GUTTER for gutter in known)
        for first, last in _free_runs(rows, x):
            score = _column_lines(rows[first:last], x, width, least, beside) if last - first >= least else 0
            if score and (best is None or score > best[0]):
                best = score, x, first, last
    return best[1:] if best else None


def _entry_to_row(entry: Entry) -> Row:
    """An entry as the runs of words between gaps that could be gutters; a table is one run without letters."""
    box = entry.box
    if not isinstance(entry, Line):
        return Row(False, box.top, box.bottom, entry.box.bottom - box.top, [Run(box.x0, box.x1, 0, 0.0)])
    runs: list[Run] = []
    for word in sorted(entry.words, key=attrgetter("x0")):
        letters = sum(map(str.isalpha, word.text))
        if runs and word.x0 - runs[-1].x1 < MIN_GUTTER:
            last = runs[-1]
            runs[-1] = Run(last.x0, max(last.x1, word.x1), last.letters + letters, last.size)
        else:
            runs.append(Run(word.x0, word.x1, letters, word.size))
    return Row(True, box.top, box.bottom, entry.size, runs)


def _gutter_candidates(rows: Sequence[Row], width: float, least: int, known: Sequence[float]) -> list[float]:
    """The middles of gaps within lines, and what is just left of where many runs begin, not too near the edges."""
    middles = {round((a.x1 + b.x0) / 2) for row in rows if row.is_line for a, b in pairwise(row.runs)}
    starts = Counter(round(run.x0) for row in rows if row.is_line for run in row.runs)
    lefts = {x - MIN_GUTTER / 2 for x, count in starts.items() if count >= least}
    lo = min((row.runs[0].x0 for row in rows), default=0.0) + MIN_PANEL_SHARE * width
    hi = max((row.runs[-1].x1 for row in rows), default=0.0) - MIN_PANEL_SHARE * width
    return sorted(x for x in middles | lefts | set(known) if lo <= x <= hi)


def _free_runs(rows: Sequence[Row], x: float) -> list[tuple[int, int]]:
    """Runs of rows of which none has anything at ``x``."""
    runs, start = [], 0
    for index, row in enumerate(rows):
        for run in row.runs:
            if run.x0 < x < run.x1:
                if index > start:
                    runs.append((start, index))
                start = index + 1
                break
    if len(rows) > start:
        runs.append((start, len(rows)))
    return runs


def _column_lines(rows: Sequence[Row], x: float, width: float, least: int, beside: bool) -> int:
    """How many lines of prose stand beside each other at ``x``; 0 where these are no columns of text.

    Without ``beside`` it is enough that both sides have prose.
    """
    left = [row for row in rows if row.is_line and row.runs[0].x0 < x]
    right = [row for row in rows if row.is_line and row.runs[-1].x1 > x]
    if min(len(left), len(right)) < least:
        return 0
    left_runs = [next(run for run in reversed(row.runs) if run.x0 < x) for row in left]
    right_runs = [next(run for run in row.runs if run.x1 > x) for row in right]
    prose = [_is_prose(left_runs, width), _is_prose(right_runs, width)]
    if not any(prose):
        return 0
    # A panel beside text has lines of its own, or type of its own; labels and their values share both.
    shared = len(left) + len(right) - sum(row.is_line for row in rows)
    sizes = [median(run.size for run in runs) for runs in (left_runs, right_runs)]
    apart = shared <= MAX_SHARED * min(len(left), len(right)) or abs(sizes[0] - sizes[1]) >= OTHER_SIZE
    if not all(prose) and not apart:
        return 0
    both = min(_rows_beside(left, right), _rows_beside(right, left))
    return both if both >= least // 2 else int(not beside)


def _is_prose(runs: Sequence[Run], width: float) -> bool:
    """Whether the runs next to a gutter are a column of text: broad enough, and many of them long and full."""
    long = sum(run.letters >= MIN_COLUMN_LETTERS for run in runs)
    if long < MIN_PROSE_SHARE * len(runs):
        return False
    widths = sorted(run.x1 - run.x0 for run in runs)
    broad = widths[-1 - len(widths) // 10]
    full = sum(wide > 0.6 * broad for wide in widths)
    return broad >= MIN_COLUMN_SHARE * width and full >= MIN_PROSE_SHARE * len(runs)


def _rows_beside(rows: Sequence[Row], others: Sequence[Row]) -> int:
    """How many rows stand no higher than the first and no lower than the last of the other side."""
    top, bottom = others[0].top - others[0].size, others[-1].bottom + others[-1].size
    return sum(top <= row.top and row.bottom <= bottom for row in rows)


def _split(entry: Entry, x: float) -> list[tuple[str, Entry]]:
    """What of an entry stands left and right of ``x``."""
    if not isinstance(entry, Line):
        return [("left" if (entry.box.x0 + entry.box.x1) / 2 < x else "right", entry)]
    left = [word for word in entry.words if word.x1 <= x]
    right = [word for word in entry.words if word.x1 > x]
    if right:
        right[0].glued = False
    sides = [("left", left), ("right", right)]
    return [(side, Line(words, entry.page)) for side, words in sides if words]
