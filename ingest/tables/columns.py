"""Rows -> columns: the strips of white that run down through all rows part them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.layout.parts import Word
from ingest.tables.segments import CELL_GAP, CURRENCY, Row, is_figure, segment_to_text, words_to_segments

# The narrowest strip that parts columns, as part of the type size: with few rows, and with many.
FEW_ROWS_STRIP = 0.6
MANY_ROWS_STRIP = 0.35
MANY_ROWS = 6
# Of so many rows, this part may reach over a strip (a long label, a wide note).
CROSSING = 0.06

Place = tuple[int, int, list[Word]]


@dataclass(frozen=True)
class Columns:
    """``inner`` has the left and right end of the words in each column; ``borders`` one x more than columns."""

    inner: tuple[tuple[float, float], ...]
    borders: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.inner)

    def of(self, x: float) -> int:
        """The column that a point is in, or nearest to."""
        for index in range(1, len(self.inner)):
            if x < self.borders[index]:
                return index - 1
        return len(self.inner) - 1

    def reach(self, x0: float, x1: float) -> tuple[int, int]:
        """The first and last column whose words the span from ``x0`` to ``x1`` stands over."""
        over = [i for i, (left, right) in enumerate(self.inner) if min(x1, right) - max(x0, left) > 1.0]
        return (over[0], over[-1]) if over else (self.of((x0 + x1) / 2),) * 2


def tight_segments(row: Row) -> list[list[Word]]:
    """The words of a row, parted wherever the gap is more than a space."""
    return words_to_segments([word for segment in row.segments for word in segment], CELL_GAP)


def rows_to_columns(rows: Sequence[Row]) -> Columns | None:
    """The columns that rows of several segments share; None where there are fewer than two."""
    spans = [(s[0].x0, s[-1].x1) for row in rows for s in tight_segments(row)]
    if not spans:
        return None
    size = sorted(row.size for row in rows)[len(rows) // 2]
    left = min(x0 for x0, _ in spans)
    count = _coverage(spans, left)
    allowed = int(CROSSING * len(rows))
    least = (FEW_ROWS_STRIP if len(rows) < MANY_ROWS else MANY_ROWS_STRIP) * size
    strips = [(a, b) for a, b in _strips(count, allowed) if b - a >= least]
    if not strips:
        return None
    edges = [0.0, *(x for strip in strips for x in strip), float(len(count))]
    inner = [(left + a, left + b) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return _joined_signs(inner, rows)


def _coverage(spans: Sequence[tuple[float, float]], left: float) -> list[int]:
    """How many segments stand over each point of the width."""
    width = int(max(x1 for _, x1 in spans) - left) + 1
    steps = [0] * (width + 1)
    for x0, x1 in spans:
        steps[max(0, round(x0 - left))] += 1
        steps[min(width, max(round(x0 - left) + 1, round(x1 - left)))] -= 1
    count, here = [], 0
    for step in steps[:-1]:
        here += step
        count.append(here)
    return count


def _strips(count: Sequence[int], allowed: int) -> list[tuple[int, int]]:
    """The runs of points that at most ``allowed`` segments stand over, the outer edges left out."""
    strips, start = [], None
    for x, crossing in enumerate(count):
        if crossing <= allowed and start is None:
            start = x
        elif crossing > allowed and start is not None:
            if start > 0:
                strips.append((start, x))
            start = None
    return strips


def _joined_signs(inner: list[tuple[float, float]], rows: Sequence[Row]) -> Columns | None:
    """Columns of nothing but currency signs, or but percent signs, are part of their neighbour's figures."""
    texts: list[list[str]] = [[] for _ in inner]
    columns = inner_to_columns(inner)
    for row in rows:
        for segment in tight_segments(row):
            texts[columns.of((segment[0].x0 + segment[-1].x1) / 2)].append(segment_to_text(segment))
    kept: list[tuple[float, float]] = []
    pending: float | None = None
    for (x0, x1), own in zip(inner, texts, strict=True):
        if own and all(CURRENCY.match(text) for text in own):
            pending = x0 if pending is None else pending
        elif own and kept and all(text in {"%", ")", "%)"} for text in own):
            kept[-1] = kept[-1][0], x1
        else:
            kept.append((x0 if pending is None else pending, x1))
            pending = None
    return inner_to_columns(kept) if len(kept) > 1 else None


def inner_to_columns(inner: Sequence[tuple[float, float]]) -> Columns:
    """Columns with their borders in the middle of the strips."""
    middle = [round((a[1] + b[0]) / 2, 2) for a, b in pairwise(inner)]
    return Columns(tuple(inner), (round(inner[0][0], 2), *middle, round(inner[-1][1], 2)))


def with_borders_between(columns: Columns, segments: Sequence[Sequence[Word]]) -> Columns:
    """The columns with each border where it cuts the fewest header words, and outer columns as wide as these."""
    borders = list(columns.borders)
    for index, (a, b) in enumerate(pairwise(columns.inner), start=1):
        middle = borders[index]
        places = [a[1] + (b[0] - a[1]) * step / 10 for step in range(1, 10)]
        borders[index] = round(min((_cuts(segments, x), abs(x - middle), x) for x in places)[2], 2)
    return Columns(columns.inner, tuple(borders))


def _cuts(segments: Sequence[Sequence[Word]], x: float) -> int:
    return sum(segment[0].x0 < x < segment[-1].x1 for segment in segments)


def row_to_places(row: Row, columns: Columns) -> list[Place]:
    """The cells of a row as (first column, last column, words). What stands over several columns and is no run of
    figures spans them."""
    places: list[Place] = []
    for segment in tight_segments(row):
        for first, last, words in _segment_to_places(segment, columns):
            if places and first <= places[-1][1]:
                before = places[-1]
                places[-1] = before[0], max(last, before[1]), [*before[2], *words]
            else:
                places.append((first, last, words))
    return places


def _segment_to_places(segment: list[Word], columns: Columns) -> list[Place]:
    first, last = columns.reach(segment[0].x0, segment[-1].x1)
    if first == last:
        return [(first, last, segment)]
    by_column: dict[int, list[Word]] = {}
    for word in segment:
        by_column.setdefault(columns.of((word.x0 + word.x1) / 2), []).append(word)
    parts = sorted(by_column.items())
    if len(parts) > 1 and all(is_figure(segment_to_text(words[:1])) for _, words in parts[1:]):
        return [(column, column, words) for column, words in parts]
    return [(first, last, segment)]
