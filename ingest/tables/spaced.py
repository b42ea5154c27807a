"""Rows of a table by how its lines are set: the lines of one cell stand closer than those of two rows, or around the
line that has the row's values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from ingest.layout.parts import Word
from ingest.tables.columns import Columns, Place, row_to_places
from ingest.tables.segments import Row, is_figure, segment_to_text

# Lines of one cell are set at most this many times their size apart, and rows at least that much further.
CLOSE_LINES = 1.5
APART = 1.08
LEAST_APART = 0.6
# Baselines closer than this part of the type size stand beside each other, not below.
INTERLEAVED = 0.75
# Rows that are whole times as far apart as lines are set on these: nothing tells the two apart.
WHOLE = 0.04
# Of the cells that seem to go on below, this part may have had room for the next word.
ROOM = 0.34
# Values stand at the middle of their label within this part of the type size.
CENTRED = 0.2


@dataclass
class BodyLine:
    """A line of the body with its cells as (first column, last column, words)."""

    row: Row
    places: list[Place]

    @cached_property
    def columns(self) -> set[int]:
        return {column for first, last, _ in self.places for column in range(first, last + 1)}

    @cached_property
    def figures(self) -> set[int]:
        """The columns in which it has a figure."""
        return {first for first, last, words in self.places if first == last and is_figure(segment_to_text(words))}

    @property
    def is_label(self) -> bool:
        """Whether it has words in the first column and nowhere else."""
        return len(self.places) == 1 and self.places[0][0] == 0

    @property
    def label(self) -> str:
        return segment_to_text(self.places[0][2]) if self.places and self.places[0][0] == 0 else ""

    @property
    def bold(self) -> bool:
        return self.row.line.bold

    @property
    def baseline(self) -> float:
        return self.row.line.baseline

    def words_in(self, column: int) -> list[Word]:
        """The words that stand in one column alone."""
        return next((words for first, last, words in self.places if first == last == column), [])


class Pair(NamedTuple):
    """Two cells, one below the other in a column: how far apart their baselines are, their size, whether both are
    figures beyond the first column, and whether the upper had room for the first word of the lower."""

    step: float
    size: float
    figures: bool
    room: bool


def rows_to_body(rows: Sequence[Row], columns: Columns) -> list[BodyLine]:
    return [BodyLine(row, row_to_places(row, columns)) for row in rows]


def is_cut(above: BodyLine, below: BodyLine, cuts: Sequence[float]) -> bool:
    """Whether a rule stands between two lines."""
    return any(above.row.bottom - 2 < cut < below.row.top + 2 for cut in cuts)


def lines_to_pairs(lines: Sequence[BodyLine], cuts: Sequence[float]) -> list[Pair]:
    """The neighbouring cells in each column that no rule parts, the closest first; those beside each other are none."""
    pairs = []
    for column in sorted({column for line in lines for column in line.columns}):
        own = [(line, words) for line in lines if (words := line.words_in(column))]
        left = min((words[0].x0 for _, words in own), default=0.0)
        right = max((words[-1].x1 for _, words in own), default=0.0)
        for (above, upper), (below, lower) in pairwise(own):
            step, size = below.baseline - above.baseline, below.row.size
            if step < INTERLEAVED * size or is_cut(above, below, cuts):
                continue
            needed = upper[-1].x1 - upper[0].x0 + lower[0].x1 - lower[0].x0 + 0.3 * size
            figures = column > 0 and column in above.figures and column in below.figures
            pairs.append(Pair(step, size, figures, needed < right - left))
    return sorted(pairs)


def lines_to_threshold(lines: Sequence[BodyLine], cuts: Sequence[float]) -> float | None:
    """The distance of baselines within a column that parts lines of one cell from rows, where there plainly are two
    kinds; else None.

    They are plain where the distances fall into two clusters, no two cells of the lower one are figures, and most of
    its upper cells had no room for the next word.
    """
    pairs = lines_to_pairs(lines, cuts)
    for count, (low, high) in enumerate(pairwise(pairs), start=1):
        if low.step >= CLOSE_LINES * low.size:
            return None
        if count > 1 and high.step > APART * low.step and high.step - low.step > LEAST_APART:
            break
    else:
        return None
    times = high.step / low.step
    if any(pair.figures for pair in pairs[:count]) or (times > 1.9 and abs(times - round(times)) < WHOLE):
        return None
    loose = sum(pair.room for pair in pairs[:count])
    return (low.step + high.step) / 2 if loose <= max(1, ROOM * count) and len(pairs) - count > 1 else None


def goes_on_in_column(group: Sequence[BodyLine], line: BodyLine, within: float) -> bool:
    """Whether a line stands close below a cell of the lines before it, or beside them."""
    return any(
        line.baseline - one.baseline < (within if one.columns & line.columns else INTERLEAVED * line.row.size)
        for one in group
    )


def are_rows_of_their_own(lines: Sequence[BodyLine], cuts: Sequence[float]) -> bool:
    """Whether the lines between two rules are several rows: most have labels and as many cells as the line above, and
    most cells end where the next word had room."""
    pairs = lines_to_pairs(lines, cuts)
    below = [(a, b) for a, b in pairwise(lines) if not is_cut(a, b, cuts)]
    whole = sum(bool(b.label) and len(b.columns) >= len(a.columns) - 1 > 0 for a, b in below)
    roomy = len(pairs) > 2 and 2 * sum(pair.room for pair in pairs) > len(pairs)
    return (roomy and 3 * whole > 2 * len(below)) or whole == len(below) > 3


def lines_to_set_groups(lines: Sequence[BodyLine], room: float) -> list[list[BodyLine]] | None:
    """Rows whose values stand at the middle or on the last line of labels of several lines, with rows no further
    apart than lines; None where they may as well stand on the first. ``room`` is the right end of the widest label."""
    valued = sum(bool(line.columns - {0}) for line in lines)
    if valued < 2 or valued == len(lines):
        return None
    best: tuple[int, list[list[BodyLine]] | None] = len(lines), None
    for end in (end_of_headed, end_of_centred, end_of_footed):
        groups = lines_to_groups_by(lines, end)
        if not groups or sum(len(group) > 1 for group in groups) < 2:
            continue
        pairs = [pair for group in groups for pair in pairwise([line for line in group if line.label])]
        loose = sum(not _goes_on(above, below, room) for above, below in pairs)
        if loose <= len(pairs) // 10 and loose < best[0]:
            best = loose, None if end is end_of_headed else groups
    return best[1]


def lines_to_groups_by(
    lines: Sequence[BodyLine], to_end: Callable[[Sequence[BodyLine], int], int | None]
) -> list[list[BodyLine]] | None:
    """Lines parted where ``to_end`` says that the row which begins at an index ends; None where it fails once."""
    groups: list[list[BodyLine]] = []
    begin = 0
    while begin < len(lines):
        end = to_end(lines, begin)
        if end is None:
            return None
        groups.append(list(lines[begin : end + 1]))
        begin = end + 1
    return groups


def end_of_headed(lines: Sequence[BodyLine], begin: int) -> int | None:
    """The index of the last line before the next one with values; None where that at ``begin`` has none."""
    if not lines[begin].columns - {0}:
        return None
    after = end_of_footed(lines, begin + 1)
    return len(lines) - 1 if after is None else after - 1


def end_of_footed(lines: Sequence[BodyLine], begin: int) -> int | None:
    """The index of the first line with values from ``begin`` on."""
    return next((i for i in range(begin, len(lines)) if lines[i].columns - {0}), None)


def end_of_centred(lines: Sequence[BodyLine], begin: int) -> int | None:
    """The index of the line as far below the first with values as the line at ``begin`` is above it."""
    middle = end_of_footed(lines, begin)
    if middle is None:
        return None
    at = 2 * lines[middle].baseline - lines[begin].baseline
    near = (i for i in range(middle, len(lines)) if abs(lines[i].baseline - at) < CENTRED * lines[i].row.size)
    end = next(near, None)
    if end is None or any(lines[i].columns - {0} for i in range(middle + 1, end + 1)):
        return None
    return end


def _goes_on(above: BodyLine, below: BodyLine, room: float) -> bool:
    """Whether the label above had no room for the next word, or the next begins in lower case."""
    word = below.places[0][2][0]
    full = room - above.places[0][2][-1].x1 < word.x1 - word.x0 + 0.35 * below.row.size
    return above.bold == below.bold and (full or below.label[:1].islower() or below.label[:1] == "(")
