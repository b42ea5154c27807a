"""Lines above the body -> header cells: words stacked over one column are one cell, and a heading may span several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.layout.parts import Edge, Line, Word
from ingest.tables.columns import Columns
from ingest.tables.segments import Row, words_to_segments

# Header words closer than this part of the type size are one heading.
HEAD_GAP = 0.65
# A heading over several columns stands this near to their middle, as part of the type size.
CENTRED = 1.0
# Edges this close, in points, are aligned.
ALIGNED = 2.5
EXACT = 1.2
FLUSH = 0.75
# Headings so close that only a space parts them fill this part of their columns.
FILLED = 0.75
# A rule below a heading stands within this many times its size.
UNDER = 1.2


@dataclass
class Head:
    """A heading over the columns ``first`` to ``last``; ``words`` line by line."""

    first: int
    last: int
    lines: list[list[Word]]
    top_line: int
    bottom_line: int
    ruled: bool = False


@dataclass
class HeadCell:
    """A header cell on the grid; ``lines`` are its words."""

    row: int
    column: int
    rowspan: int
    colspan: int
    lines: list[Line] = field(default_factory=list)


def rows_to_head_segments(rows: Sequence[Row]) -> list[list[list[Word]]]:
    """The headings in each line."""
    return [words_to_segments([w for segment in row.segments for w in segment], HEAD_GAP) for row in rows]


def rows_to_head(rows: Sequence[Row], columns: Columns, rules: Sequence[Edge]) -> tuple[list[HeadCell], int]:
    """The header cells of the lines above a body, and how many rows they take."""
    if not rows:
        return [], 0
    heads: list[Head] = []
    segments = rows_to_head_segments(rows)
    for number, (row, own) in enumerate(zip(rows, segments, strict=True)):
        below = rows[number + 1] if number + 1 < len(rows) else None
        placed = [head for s in own for head in segment_to_heads(s, number, row, below, columns, rules, segments)]
        widen_by_centring(placed, segments[number + 1 :], columns, heads)
        for head in placed:
            stack(heads, head, rows, rules)
    return heads_to_cells(heads, len(columns), rows[0].line.page)


def segment_to_heads(
    segment: list[Word],
    number: int,
    row: Row,
    below: Row | None,
    columns: Columns,
    rules: Sequence[Edge],
    segments: Sequence[list[list[Word]]],
) -> list[Head]:
    """The headings that the words of a segment are: one over its columns, or one for each where they stand apart."""
    x0, x1 = segment[0].x0, segment[-1].x1
    rule = rule_under(x0, x1, row, below, columns, rules)
    # A rule under several headings says nothing of where one ends.
    if rule is not None and sum(rule.lo <= (s[0].x0 + s[-1].x1) / 2 <= rule.hi for s in segments[number]) == 1:
        first, last = columns_under(rule, columns)
        return [Head(first, last, [segment], number, number, ruled=True)]
    first, last = columns.reach(x0, x1)
    if first == last:
        return [Head(first, last, [segment], number, number)]
    parts = split_at_borders(segment, columns)
    if stand_apart(parts, columns, segments):
        return [Head(column, column, [words], number, number) for column, words in parts]
    middle = (x0 + x1) / 2
    for column in range(first, last + 1):
        left, right = columns.inner[column]
        others = [i for i in range(first, last + 1) if i != column]
        if abs(middle - (left + right) / 2) < CENTRED * row.size and all(
            min(x1, columns.inner[i][1]) - max(x0, columns.inner[i][0])
            < 0.5 * (columns.inner[i][1] - columns.inner[i][0])
            for i in others
        ):
            return [Head(column, column, [segment], number, number)]
    return [Head(first, last, [segment], number, number)]


def stand_apart(
    parts: Sequence[tuple[int, list[Word]]], columns: Columns, segments: Sequence[list[list[Word]]]
) -> bool:
    """Whether words of one run are headings of their own: each aligned with its column, two only if exactly."""
    words = [word for _, own in parts for word in own]
    width = columns.borders[parts[-1][0] + 1] - columns.borders[parts[0][0]]
    if words[-1].x1 - words[0].x0 < FILLED * width:
        return False
    if len(parts) > 2:
        return sum(is_aligned(words, column, columns, segments, ALIGNED) for column, words in parts) >= len(parts) - 1
    return len(parts) == 2 and all(is_aligned(words, column, columns, segments, EXACT) for column, words in parts)


def rule_under(
    x0: float, x1: float, row: Row, below: Row | None, columns: Columns, rules: Sequence[Edge]
) -> Edge | None:
    """A rule under a heading that is wider than it and narrower than the table."""
    width = columns.borders[-1] - columns.borders[0]
    bottom = below.bottom - 0.3 * below.size if below else row.bottom + UNDER * row.size
    found = [
        edge
        for edge in rules
        if row.line.baseline - 1 < edge.at < bottom
        and edge.lo <= x0 + 3
        and edge.hi >= x1 - 3
        and edge.hi - edge.lo < 0.8 * width
    ]
    return min(found, key=lambda edge: edge.at, default=None)


def columns_under(rule: Edge, columns: Columns) -> tuple[int, int]:
    over = [
        i
        for i, (left, right) in enumerate(columns.inner)
        if min(rule.hi, right) - max(rule.lo, left) > 0.5 * min(right - left, rule.hi - rule.lo)
    ]
    return (over[0], over[-1]) if over else columns.reach(rule.lo, rule.hi)


def split_at_borders(segment: Sequence[Word], columns: Columns) -> list[tuple[int, list[Word]]]:
    """The words of a segment by the column that their middle is in."""
    parts: dict[int, list[Word]] = {}
    for word in segment:
        parts.setdefault(columns.of((word.x0 + word.x1) / 2), []).append(word)
    return sorted(parts.items())


def is_aligned(
    words: Sequence[Word], column: int, columns: Columns, segments: Sequence[list[list[Word]]], within: float
) -> bool:
    """Whether words share the left edge, the right edge or the middle of a column's cells, or of another heading."""
    x0, x1 = words[0].x0, words[-1].x1
    others = [
        (s[0].x0, s[-1].x1)
        for line in segments
        for s in line
        if words[0] not in s and columns.reach(s[0].x0, s[-1].x1) == (column, column)
    ]
    return any(shares_edge(x0, x1, *other, within) for other in [columns.inner[column], *others])


def shares_edge(x0: float, x1: float, left: float, right: float, within: float) -> bool:
    return abs(x0 - left) < within or abs(x1 - right) < within or abs(x0 + x1 - left - right) < 2 * within


def widen_by_centring(
    heads: list[Head], below: Sequence[list[list[Word]]], columns: Columns, above: Sequence[Head]
) -> None:
    """A heading over the middle of several columns that have headings of their own below spans them."""
    taken = {column for head in heads for column in range(head.first, head.last + 1)}
    has_own = {columns.of((s[0].x0 + s[-1].x1) / 2) for line in below for s in line}
    for head in heads:
        if head.ruled:
            continue
        words = head.lines[0]
        if is_stacked(words, below):
            continue
        middle, size = (words[0].x0 + words[-1].x1) / 2, words[0].size
        low, high = head.first, head.last
        best = None
        for first in range(low, -1, -1):
            if first < low and (first in taken or first not in has_own):
                break
            for last in range(high, len(columns)):
                if last > high and (last in taken or last not in has_own):
                    break
                off = abs(middle - (columns.inner[first][0] + columns.inner[last][1]) / 2)
                if off < CENTRED * size and last > first and nests(first, last, above):
                    best = max(best or (0, 0, 0), (last - first, -first, last))
        if best is not None and best[0] > high - low:
            head.first, head.last = -best[1], best[2]
            taken |= set(range(head.first, head.last + 1))


def nests(first: int, last: int, above: Sequence[Head]) -> bool:
    """Whether a heading over these columns would be a part of those above it."""
    over = [head for head in above if head.first <= last and first <= head.last]
    return all(head.first <= first and last <= head.last and head.last - head.first > last - first for head in over)


def is_stacked(words: Sequence[Word], below: Sequence[list[list[Word]]]) -> bool:
    """Whether the heading goes on in the next line: flush at one side, or in the middle of a word."""
    x0, x1 = words[0].x0, words[-1].x1
    under = [s for line in below[:1] for s in line if s[0].x0 < x1 and s[-1].x1 > x0]
    if under and (words[-1].text.endswith("-") or under[0][0].text[:1].islower()):
        return True
    return len(under) == 1 and ((abs(under[0][0].x0 - x0) < FLUSH) != (abs(under[0][-1].x1 - x1) < FLUSH))


def stack(heads: list[Head], head: Head, rows: Sequence[Row], rules: Sequence[Edge]) -> None:
    """Add a heading, or its words to the heading above it over the same columns where no rule parts them."""
    above = next((h for h in reversed(heads) if h.first <= head.last and head.first <= h.last), None)
    if above is not None and not above.ruled:
        same = (above.first, above.last) == (head.first, head.last)
        inside = above.first == above.last and head.first <= above.first <= head.last and not head.ruled
        gap = rows[head.top_line].top - rows[above.bottom_line].bottom
        if (same or inside) and gap < 1.0 * rows[head.top_line].size and not _parted(above, head, rows, rules):
            above.lines += head.lines
            above.bottom_line = head.bottom_line
            above.ruled = head.ruled
            above.first, above.last = min(above.first, head.first), max(above.last, head.last)
            return
    heads.append(head)


def _parted(above: Head, head: Head, rows: Sequence[Row], rules: Sequence[Edge]) -> bool:
    middle = (head.lines[0][0].x0 + head.lines[0][-1].x1) / 2
    top, bottom = rows[above.bottom_line].line.baseline - 1, rows[head.top_line].line.baseline - 2
    return any(top < edge.at < bottom and edge.lo - 2 <= middle <= edge.hi + 2 for edge in rules)


def heads_to_cells(heads: Sequence[Head], n_columns: int, page: int) -> tuple[list[HeadCell], int]:
    """Cells on as many header rows as the deepest column needs, lowest headings on the last row."""
    depth = [sum(h.first <= column <= h.last for h in heads) for column in range(n_columns)]
    n_rows = max(depth, default=0)
    levels: dict[int, int] = {}
    for index, head in sorted(enumerate(heads), key=lambda pair: -pair[1].bottom_line):
        below = [
            levels[other]
            for other, low in enumerate(heads)
            if other in levels and other != index and low.first <= head.last and head.first <= low.last
        ]
        levels[index] = min(below) - 1 if below else n_rows - 1
    lift = -min(levels.values(), default=0) if min(levels.values(), default=0) < 0 else 0
    cells = [
        HeadCell(
            levels[index] + lift,
            head.first,
            1,
            head.last - head.first + 1,
            [Line(words, page) for words in head.lines],
        )
        for index, head in enumerate(heads)
    ]
    return cells, n_rows + lift
