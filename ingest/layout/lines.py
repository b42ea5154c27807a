"""Words -> lines, and lines beside each other -> columns, in reading order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.layout.parts import Entry, Line, Word

# Baselines closer than this part of the type size are one line.
SAME_BASELINE = 0.25
# Raised type at most this size (as part of the line's) may be a footnote mark.
MARK_SIZE = 0.82
GLUED_GAP = 0.12
MARK = re.compile(r"^(\d{1,3}([,;]\d{1,3})*[,;]?|[*†‡§¶]{1,3}|[¹²³⁰⁴-⁹]+)$")
RAISED_UNIT = re.compile(r"^([kcm]?m|km|mi|ft)$")
UNICODE_MARKS = re.compile(r"[¹²³⁰⁴-⁹]+$")

MIN_COLUMN_LINES = 4
MIN_COLUMN_SHARE = 0.25
MIN_COLUMN_LETTERS = 18
MIN_GUTTER = 8.0


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
    """Words from left to right, with glued ones and footnote marks found."""
    ordered = sorted(words, key=lambda word: word.x0)
    size = max(word.size for word in ordered)
    for position, word in enumerate(ordered):
        before = ordered[position - 1] if position else None
        word.glued = before is not None and word.x0 - before.x1 < GLUED_GAP * size
        raised = any(
            other.baseline - word.baseline > 0.15 * other.size and word.size <= MARK_SIZE * other.size
            for other in ordered[max(0, position - 1) : position + 2]
            if other is not word
        )
        word.mark = raised and bool(MARK.match(word.text)) and not (before and RAISED_UNIT.match(before.text))
    return _without_unicode_marks(ordered)


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


def entries_to_regions(entries: Sequence[Entry], width: float) -> list[list[Entry]]:
    """Lines and tables of a page -> runs to be read one after the other: columns, left before right."""
    ordered = sorted(entries, key=lambda entry: (entry.box.top, entry.box.x0))
    gutter = _find_gutter(ordered, width)
    if gutter is None:
        return [ordered] if ordered else []
    x, first, last = gutter
    left: list[Entry] = []
    right: list[Entry] = []
    for entry in ordered[first:last]:
        for side, part in _split(entry, x):
            (left if side == "left" else right).append(part)
    return [
        *entries_to_regions(ordered[:first], width),
        *entries_to_regions(left, width),
        *entries_to_regions(right, width),
        *entries_to_regions(ordered[last:], width),
    ]


def _find_gutter(entries: Sequence[Entry], width: float) -> tuple[float, int, int] | None:
    """An x that no word crosses for a run of lines with prose on both sides; with the run's first and last index."""
    candidates = sorted(
        {
            round((before[-1].x1 + after[0].x0) / 2)
            for entry in entries
            if isinstance(entry, Line)
            for before, after in _gaps(entry)
        }
    )
    best: tuple[int, float, int, int] | None = None
    for x in candidates:
        for first, last in _free_runs(entries, x):
            score = _column_lines(entries[first:last], x, width)
            if score and (best is None or score > best[0]):
                best = score, float(x), first, last
    return best[1:] if best else None


def _gaps(line: Line) -> list[tuple[list[Word], list[Word]]]:
    segments = line_to_segments(line, 0.8)
    return [(before, after) for before, after in pairwise(segments) if after[0].x0 - before[-1].x1 >= MIN_GUTTER]


def _free_runs(entries: Sequence[Entry], x: float) -> list[tuple[int, int]]:
    """Runs of entries of which none has anything at ``x``."""
    runs, start = [], 0
    for index, entry in enumerate([*entries, None]):
        if entry is None or _crosses(entry, x):
            if index > start:
                runs.append((start, index))
            start = index + 1
    return runs


def _crosses(entry: Entry, x: float) -> bool:
    if isinstance(entry, Line):
        return any(word.x0 < x < word.x1 for word in entry.words) or _runs_over(entry, x)
    return entry.box.x0 < x < entry.box.x1


def _runs_over(line: Line, x: float) -> bool:
    """Whether the gap at ``x`` is no more than a space between words."""
    before = max((word.x1 for word in line.words if word.x1 <= x), default=None)
    after = min((word.x0 for word in line.words if word.x0 >= x), default=None)
    return before is not None and after is not None and after - before < MIN_GUTTER


def _column_lines(entries: Sequence[Entry], x: float, width: float) -> int:
    """How many lines have prose on both sides of ``x``; 0 where these are no columns of text."""
    sides: dict[str, list[Line]] = {"left": [], "right": []}
    both = 0
    for entry in entries:
        parts = _split(entry, x)
        both += len(parts) == 2
        for side, part in parts:
            if isinstance(part, Line):
                sides[side].append(part)
    for lines in sides.values():
        if len(lines) < MIN_COLUMN_LINES:
            return 0
        broad = max(line.box.x1 for line in lines) - min(line.box.x0 for line in lines)
        letters = sorted(len(line.text) for line in lines)
        full = sum(line.box.x1 - line.box.x0 > 0.6 * broad for line in lines)
        if broad < MIN_COLUMN_SHARE * width or letters[len(letters) // 2] < MIN_COLUMN_LETTERS:
            return 0
        if 2 * full < len(lines):
            return 0
    return both if both >= MIN_COLUMN_LINES // 2 else 0


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
