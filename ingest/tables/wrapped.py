"""Lines of a table's body -> its rows: which lines are the rest of the row above or the beginning of the one below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.layout.parts import Edge
from ingest.tables.columns import Columns
from ingest.tables.segments import is_figure
from ingest.tables.spaced import (
    INTERLEAVED,
    BodyLine,
    are_rows_of_their_own,
    goes_on_in_column,
    is_cut,
    lines_to_set_groups,
    lines_to_threshold,
)

# Lines closer than this part of the usual distance of rows are one row.
CLOSE = 0.88
# A label that ends within this many times the type size of the widest is full, and may go on below.
FULL = 3.0
OPEN_END = re.compile(r"(?:[,(/&–-]|\b(?:and|or|of|the|for|in|to|by|with|at|on|from|per|than|as))$", re.IGNORECASE)
NEW_LABEL = re.compile(r"^(?:[A-Z£$€]|\d|[•–-]\s)")


def body_to_groups(lines: Sequence[BodyLine], columns: Columns, rules: Sequence[Edge]) -> list[list[BodyLine]]:
    """The lines that make up each row, from top to bottom."""
    groups: list[list[BodyLine]] = []
    spacing = Spacing.of(lines, columns, rules)
    if spacing.within is None and not spacing.cuts:
        set_groups = lines_to_set_groups(lines, spacing.label_right)
        if set_groups is not None:
            return set_groups
    for index, line in enumerate(lines):
        after = lines[index + 1] if index + 1 < len(lines) else None
        if groups and spacing.joins(groups[-1], line, after):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


@dataclass(frozen=True)
class Spacing:
    """How far apart the rows of a table stand, and where rules part them."""

    pitch: float
    within: float | None
    columns: Columns
    cuts: tuple[float, ...]
    ruled: bool
    label_right: float

    @staticmethod
    def of(lines: Sequence[BodyLine], columns: Columns, rules: Sequence[Edge]) -> Spacing:
        values = [n for column in range(1, len(columns)) if (n := sum(column in line.figures for line in lines))]
        steps = [
            b.row.line.baseline - a.row.line.baseline
            for a, b in pairwise(lines)
            if a.figures - {0} and b.figures & a.figures and b.row.line.baseline > a.row.line.baseline
        ]
        top = lines[0].row.top if lines else 0.0
        bottom = lines[-1].row.bottom if lines else 0.0
        wide = 0.6 * (columns.borders[-1] - columns.borders[0])
        cuts = sorted(edge.at for edge in rules if top < edge.at < bottom and edge.hi - edge.lo >= wide)
        right = max((line.places[0][2][-1].x1 for line in lines if line.places and line.places[0][1] == 0), default=0.0)
        within = lines_to_threshold(lines, cuts)
        usual = int(median(values)) if values else 0
        ruled = len(cuts) >= max(2, usual // 2) and not are_rows_of_their_own(lines, cuts)
        return Spacing(median(steps) if steps else 0.0, within, columns, tuple(cuts), ruled, right)

    def joins(self, group: Sequence[BodyLine], line: BodyLine, after: BodyLine | None) -> bool:
        """Whether a line is one row with the lines before it."""
        last = group[-1]
        if is_cut(last, line, self.cuts):
            return False
        figures = {column for one in group for column in one.figures}
        in_band = self.ruled and 0 not in line.columns and not is_cut(group[0], line, self.cuts)
        if figures & line.figures - {0} and not in_band:
            return False
        step = line.row.line.baseline - last.row.line.baseline
        if step < INTERLEAVED * line.row.size or (self.ruled and self.within is None):
            return True
        if self.within is not None:
            is_heading = last.is_label and (last.label.endswith(":") or last.bold != line.bold)
            return goes_on_in_column(group, line, self.within) and not is_heading
        if self.pitch and step > 1.3 * max(self.pitch, 1.6 * line.row.size):
            return False
        return self._continues(group, line, step, after)

    def _continues(self, group: Sequence[BodyLine], line: BodyLine, step: float, after: BodyLine | None) -> bool:
        last = group[-1]
        has_values = any(one.columns - {0} for one in group)
        close = bool(self.pitch) and step < CLOSE * self.pitch
        if line.is_label and line.places[0][1] == 0:
            if has_values:
                return self._is_rest(last, line, close, after)
            return last.is_label and self._runs_on(last, line) and last.bold == line.bold
        if not has_values:
            return last.is_label and line.columns != {0} and self._leads_on(last, line, close)
        return self._is_wrapped_text(group, line, close)

    def _is_rest(self, last: BodyLine, line: BodyLine, close: bool, after: BodyLine | None) -> bool:
        """A label below a row with figures: the rest of its label, or the head of what follows."""
        if last.bold != line.bold or not last.label or line.label.endswith(":"):
            return False
        if after is not None and after.row.line.baseline - line.row.line.baseline < INTERLEAVED * line.row.size:
            return False
        if self._runs_on(last, line) or OPEN_END.search(last.label):
            return True
        nearer = after is None or (
            line.row.line.baseline - last.row.line.baseline < 0.9 * (after.row.line.baseline - line.row.line.baseline)
        )
        beside = (
            after is not None
            and bool(after.label)
            and abs(line.row.x0 - last.row.x0) < 0.6 * line.row.size < abs(line.row.x0 - after.row.x0)
        )
        if self._is_full(last, line) and (after is None or not after.label or after.row.x0 < line.row.x0 + 1):
            return True
        return close and (nearer or beside)

    def _leads_on(self, last: BodyLine, line: BodyLine, close: bool) -> bool:
        """A line that is only a label above one with figures: the beginning of its label, or a head of its own."""
        if not line.label:
            return bool(self.pitch) and close and not last.label.endswith(":")
        if last.label.endswith(":") or last.bold != line.bold:
            return False
        return self._runs_on(last, line) or bool(OPEN_END.search(last.label)) or (close and self._is_full(last, line))

    def _runs_on(self, last: BodyLine, line: BodyLine) -> bool:
        """Words that begin in lower case or with a bracket go on from the label above."""
        if not line.label or not last.label:
            return False
        return line.label[:1].islower() or (line.label[:1] == "(" and not is_figure(line.label))

    def _is_full(self, last: BodyLine, line: BodyLine) -> bool:
        """The label above had no room for this one's first word."""
        if not last.label:
            return False
        first = line.places[0][2][0]
        room = self.label_right - last.places[0][2][-1].x1
        return room < first.x1 - first.x0 + 0.3 * line.row.size

    def _is_wrapped_text(self, group: Sequence[BodyLine], line: BodyLine, close: bool) -> bool:
        """Words below words in columns of text: the row goes on where its first cell is blank."""
        if line.figures - {0} and line.label:
            return False
        filled = {column for one in group for column in one.columns}
        if not line.columns <= filled:
            return False
        if line.columns == filled and len(filled) > 1 and NEW_LABEL.match(line.label):
            return False
        if 0 not in line.columns:
            return close or not self.pitch or not line.figures
        return (not NEW_LABEL.match(line.label) or self._is_full(group[-1], line)) and (close or not self.pitch)
