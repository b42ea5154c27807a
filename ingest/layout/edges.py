"""A PDF page -> its straight rules and filled areas, with positions from the top left of the page as it is read."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.layout.geometry import Matrix, Point, Transform, edges_to_box
from ingest.layout.parts import Edge
from kb.model import Box

# A bar thinner than this is a drawn rule, not an area.
THIN = 3.0
SHORTEST_EDGE = 3.0
# A page with more paths than this is a map or a chart; its rules are not looked at.
MAX_PATHS = 20_000
MAX_FORM_DEPTH = 8
TEXT, PATH, IMAGE, FORM = 1, 2, 3, 5
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass
class Shapes:
    """What a page draws besides letters.

    ``areas`` and ``pictures`` come with their place in the order of drawing, and ``texts`` has that place for the
    address of each text object: what is drawn later lies on top.
    """

    horizontal: list[Edge] = field(default_factory=list)
    vertical: list[Edge] = field(default_factory=list)
    areas: list[tuple[int, Box]] = field(default_factory=list)
    pictures: list[tuple[int, Box]] = field(default_factory=list)
    texts: dict[int | None, int] = field(default_factory=dict)


def page_to_shapes(page: Any, to_page: Transform) -> Shapes:
    """Rules (lines, thin bars and the sides of outlined boxes), filled areas and pictures of a pypdfium2 page."""
    import pypdfium2.raw as raw

    shapes = Shapes()
    n_paths = 0
    for place, (item, kind, matrix) in enumerate(_page_to_objects(raw, page.raw)):
        if kind == TEXT:
            shapes.texts[ctypes.cast(item, ctypes.c_void_p).value] = place
        elif kind == IMAGE:
            shapes.pictures.append((place, _object_to_box(raw, item, matrix, to_page)))
        elif kind == PATH and n_paths < MAX_PATHS:
            n_paths += 1
            _add_path(raw, item, matrix, to_page, place, shapes)
    return shapes


def _page_to_objects(raw: Any, page: Any) -> Iterator[tuple[Any, int, Matrix]]:
    """Objects of a page and of the forms on it as they are drawn: kind, and matrix from their form to the page."""
    stack = [(raw.FPDFPage_GetObject(page, i), IDENTITY, 0) for i in reversed(range(raw.FPDFPage_CountObjects(page)))]
    while stack:
        item, matrix, depth = stack.pop()
        kind = raw.FPDFPageObj_GetType(item)
        if kind != FORM:
            yield item, kind, matrix
        elif depth < MAX_FORM_DEPTH:
            inner = _times(_object_to_matrix(raw, item), matrix)
            children = reversed(range(raw.FPDFFormObj_CountObjects(item)))
            stack.extend((raw.FPDFFormObj_GetObject(item, i), inner, depth + 1) for i in children)


def _object_to_box(raw: Any, item: Any, matrix: Matrix, to_page: Transform) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    if matrix is IDENTITY:
        return edges_to_box(to_page, left.value, bottom.value, right.value, top.value)
    corners = (*_apply(matrix, left.value, bottom.value), *_apply(matrix, right.value, top.value))
    return edges_to_box(to_page, *corners)


def _add_path(raw: Any, item: Any, matrix: Matrix, to_page: Transform, place: int, shapes: Shapes) -> None:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, fill, stroke)
    if not fill.value and not stroke.value:
        return
    box = _object_to_box(raw, item, matrix, to_page)
    wide, high = box.x1 - box.x0, box.bottom - box.top
    if max(wide, high) < SHORTEST_EDGE:
        return
    if high < THIN and wide > high:
        shapes.horizontal.append(Edge((box.top + box.bottom) / 2, box.x0, box.x1))
        return
    if wide < THIN and high > wide:
        shapes.vertical.append(Edge((box.x0 + box.x1) / 2, box.top, box.bottom))
        return
    if fill.value:
        shapes.areas.append((place, box))
    if stroke.value:
        for horizontal, edge in _outline_to_edges(raw, item, _times(_object_to_matrix(raw, item), matrix), to_page):
            (shapes.horizontal if horizontal else shapes.vertical).append(edge)


def _outline_to_edges(raw: Any, item: Any, matrix: Matrix, to_page: Transform) -> Iterator[tuple[bool, Edge]]:
    """The straight horizontal (True) and vertical (False) sides of a stroked path, by walking along its segments."""
    x, y = ctypes.c_float(), ctypes.c_float()
    here: Point = (0.0, 0.0)
    start: Point = here
    for index in range(min(raw.FPDFPath_CountSegments(item), MAX_PATHS)):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        there = to_page(*_apply(matrix, x.value, y.value))
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = there
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield from _side_to_edge(here, there)
        here = there
        if raw.FPDFPathSegment_GetClose(segment):
            yield from _side_to_edge(here, start)
            here = start


def _side_to_edge(a: Point, b: Point) -> Iterator[tuple[bool, Edge]]:
    wide, high = abs(a[0] - b[0]), abs(a[1] - b[1])
    if high < 0.5 and wide >= SHORTEST_EDGE:
        yield True, Edge((a[1] + b[1]) / 2, min(a[0], b[0]), max(a[0], b[0]))
    elif wide < 0.5 and high >= SHORTEST_EDGE:
        yield False, Edge((a[0] + b[0]) / 2, min(a[1], b[1]), max(a[1], b[1]))


def _object_to_matrix(raw: Any, item: Any) -> Matrix:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, matrix)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _times(m: Matrix, n: Matrix) -> Matrix:
    """The matrix that applies ``m`` first and then ``n``."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _apply(m: Matrix, x: float, y: float) -> Point:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]
