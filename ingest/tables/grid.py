"""Ruled tables: rules that cross -> grids, grids -> cells; a missing rule between two places makes them one cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ingest.layout.parts import Edge
from kb.model import Box

# Rules closer than this are one rule; ends nearer than this meet.
SNAP = 2.5
REACH = 3.0
# Words beyond the outermost rule by more than this stand in a column that is open at its side.
OPEN_SIDE = 12.0
# A side of a cell counts as drawn when this part of it is.
DRAWN = 0.6
MAX_EDGES = 3_000

T = TypeVar("T")
Span = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """Positions of the rules of a table, and its cells as (row, column, rowspan, colspan)."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    spans: tuple[Span, ...]

    @property
    def box(self) -> Box:
        return Box(round(self.xs[0], 2), round(self.ys[0], 2), round(self.xs[-1], 2), round(self.ys[-1], 2))

    def span_to_box(self, span: Span) -> Box:
        row, column, rowspan, colspan = span
        return Box(
            round(self.xs[column], 2),
            round(self.ys[row], 2),
            round(self.xs[column + colspan], 2),
            round(self.ys[row + rowspan], 2),
        )


def edges_to_grids(horizontal: Sequence[Edge], vertical: Sequence[Edge]) -> list[Grid]:
    """The grids on a page, smallest first. Boxes without an inner rule are none."""
    across, down = merge_edges(horizontal), merge_edges(vertical)
    if len(across) + len(down) > MAX_EDGES:
        return []
    grids = []
    for h, v in edges_to_components(across, down):
        grid = component_to_grid(h, v)
        if grid and len(grid.spans) > 1:
            grids.append(grid)
    return sorted(grids, key=lambda grid: (grid.box.x1 - grid.box.x0) * (grid.box.bottom - grid.box.top))


def merge_edges(edges: Sequence[Edge], reach: float = REACH) -> list[Edge]:
    """Rules on one line that are no more than ``reach`` apart become one; double rules become single."""
    merged: list[Edge] = []
    for group in _clusters(sorted(edges, key=lambda edge: edge.at), lambda edge: edge.at):
        at = sum(edge.at for edge in group) / len(group)
        for edge in sorted(group, key=lambda edge: edge.lo):
            last = merged[-1] if merged and merged[-1].at == at else None
            if last and edge.lo <= last.hi + reach:
                merged[-1] = Edge(at, last.lo, max(last.hi, edge.hi))
            else:
                merged.append(Edge(at, edge.lo, edge.hi))
    return merged


def _clusters(ordered: Sequence[T], at: Callable[[T], float]) -> list[list[T]]:
    groups: list[list[T]] = []
    for item in ordered:
        if groups and at(item) - at(groups[-1][0]) <= SNAP:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def edges_to_components(across: Sequence[Edge], down: Sequence[Edge]) -> list[tuple[list[Edge], list[Edge]]]:
    """Rules that hang together by crossing or touching."""
    parent = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for i, h in enumerate(across):
        for j, v in enumerate(down):
            if h.lo - REACH <= v.at <= h.hi + REACH and v.lo - REACH <= h.at <= v.hi + REACH:
                parent[root(i)] = root(len(across) + j)
    components: dict[int, tuple[list[Edge], list[Edge]]] = {}
    for i, h in enumerate(across):
        components.setdefault(root(i), ([], []))[0].append(h)
    for j, v in enumerate(down):
        components.setdefault(root(len(across) + j), ([], []))[1].append(v)
    return [component for component in components.values() if component[0] and component[1]]


def component_to_grid(across: list[Edge], down: list[Edge]) -> Grid | None:
    """Rows and columns between the rules; sides that are left open are closed."""
    left, right = min(h.lo for h in across), max(h.hi for h in across)
    top, bottom = min(v.lo for v in down), max(v.hi for v in down)
    xs = _positions([v.at for v in down])
    ys = _positions([h.at for h in across])
    if xs[0] - left > OPEN_SIDE:
        xs, down = [left, *xs], [*down, Edge(left, top, bottom)]
    if right - xs[-1] > OPEN_SIDE:
        xs, down = [*xs, right], [*down, Edge(right, top, bottom)]
    if ys[0] - top > OPEN_SIDE:
        ys, across = [top, *ys], [*across, Edge(top, left, right)]
    if bottom - ys[-1] > OPEN_SIDE:
        ys, across = [*ys, bottom], [*across, Edge(bottom, left, right)]
    if len(xs) < 2 or len(ys) < 2:
        return None
    return Grid(tuple(xs), tuple(ys), tuple(sides_to_spans(xs, ys, across, down)))


def _positions(values: list[float]) -> list[float]:
    return [sum(group) / len(group) for group in _clusters(sorted(values), lambda value: value)]


def sides_to_spans(xs: list[float], ys: list[float], across: list[Edge], down: list[Edge]) -> list[Span]:
    """Cells: neighbouring places with no rule between them are one, as long as that is a rectangle."""
    n_rows, n_columns = len(ys) - 1, len(xs) - 1
    group = {(row, column): (row, column) for row in range(n_rows) for column in range(n_columns)}

    def root(place: tuple[int, int]) -> tuple[int, int]:
        while group[place] != place:
            group[place] = group[group[place]]
            place = group[place]
        return place

    for row in range(n_rows):
        for column in range(n_columns):
            if column + 1 < n_columns and not _drawn(down, xs[column + 1], ys[row], ys[row + 1]):
                group[root((row, column + 1))] = root((row, column))
            if row + 1 < n_rows and not _drawn(across, ys[row + 1], xs[column], xs[column + 1]):
                group[root((row + 1, column))] = root((row, column))
    members: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place in group:
        members.setdefault(root(place), []).append(place)
    return sorted(span for places in members.values() for span in _places_to_spans(places))


def _drawn(edges: list[Edge], at: float, lo: float, hi: float) -> bool:
    covered = sum(max(0.0, min(edge.hi, hi) - max(edge.lo, lo)) for edge in edges if abs(edge.at - at) <= SNAP)
    return covered >= DRAWN * (hi - lo)


def _places_to_spans(places: list[tuple[int, int]]) -> list[Span]:
    """One span where the places fill a rectangle, else one for each run within a row."""
    rows = [row for row, _ in places]
    columns = [column for _, column in places]
    height, width = max(rows) - min(rows) + 1, max(columns) - min(columns) + 1
    if height * width == len(places):
        return [(min(rows), min(columns), height, width)]
    spans: list[Span] = []
    for row, column in sorted(places):
        if spans and spans[-1][0] == row and spans[-1][1] + spans[-1][3] == column:
            spans[-1] = (row, spans[-1][1], 1, spans[-1][3] + 1)
        else:
            spans.append((row, column, 1, 1))
    return spans
