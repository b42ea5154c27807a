"""Tables that stand beside each other: the strip of white between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.layout.parts import Edge
from ingest.tables.columns import Columns
from ingest.tables.segments import Row, is_figure, segment_to_text
from ingest.tables.spaced import BodyLine

# The strip is so many times as wide as the widest within the tables, or less where the lines of the two differ.
WIDER = 2.0
WIDER_APART = 1.15
# Tables beside each other share at most this part of their lines, or none by chance.
SHARED = 0.8
# Rules that leave the strip free begin and end on the same height within this many points.
LEVEL = 1.5


def columns_to_gutter(
    body: Sequence[BodyLine], columns: Columns, rows: Sequence[Row], rules: Sequence[Edge]
) -> float | None:
    """The middle of the strip between two tables, each with labels at its left and figures at its right; None where
    the columns are those of one table.

    That there are two is said by rules that end on one side of the strip and begin again on the other, by a strip
    far wider than all others, or by one that is wider while the lines left and right of it differ.
    """
    strips = [right[0] - left[1] for left, right in pairwise(columns.inner)]
    for index in range(2, len(columns) - 1):
        if not (holds_words(body, index) and holds_words(body, 0) and not holds_words(body, index - 1)):
            continue
        left, right = columns.inner[index - 1][1], columns.inner[index][0]
        if any(s[0].x0 < right - 1 and s[-1].x1 > left + 1 for row in rows for s in row.segments):
            continue
        others = max(strip for number, strip in enumerate(strips) if number != index - 1)
        times = strips[index - 1] / max(others, 1.0)
        both = sum(min(line.columns) < index <= max(line.columns) for line in body)
        differ = both < SHARED * len(body)
        if are_parted(rules, left, right) or times > WIDER or (differ and times > WIDER_APART):
            return (left + right) / 2
    return None


def holds_words(body: Sequence[BodyLine], column: int) -> bool:
    """Whether most cells of a column are no figures."""
    texts = [segment_to_text(words) for line in body if (words := line.words_in(column))]
    return 2 * sum(not is_figure(text) for text in texts) > len(texts)


def are_parted(rules: Sequence[Edge], left: float, right: float) -> bool:
    """Whether rules end on the left of a strip and begin again on its right at the same heights, and none crosses."""
    if any(edge.lo < left and edge.hi > right for edge in rules):
        return False
    ends = [edge.at for edge in rules if edge.lo < left and left - 2 <= edge.hi < right]
    begins = [edge.at for edge in rules if left < edge.lo <= right + 2 and edge.hi > right]
    return len(ends) > 1 and len(begins) > 1 and any(abs(a - b) < LEVEL for a in ends for b in begins)
