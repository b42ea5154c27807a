"""Affine maps between the coordinates of a PDF file, of its pages as shown, and of pages as they are read."""

from __future__ import annotations

from typing import Any, NamedTuple

from kb.model import Box

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]


class Transform(NamedTuple):
    """An affine map of points: ``x' = a x + c y + e`` and ``y' = b x + d y + f``."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def __call__(self, x: float, y: float) -> Point:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def then(self, after: Transform) -> Transform:
        """The map that does this one first and ``after`` on its result."""
        x, y = after(self.e, self.f)
        return Transform(
            after.a * self.a + after.c * self.b,
            after.b * self.a + after.d * self.b,
            after.a * self.c + after.c * self.d,
            after.b * self.c + after.d * self.d,
            x,
            y,
        )

    def inverse(self) -> Transform:
        """The map back; ZeroDivisionError where there is none."""
        size = self.a * self.d - self.b * self.c
        a, b, c, d = self.d / size, -self.b / size, -self.c / size, self.a / size
        return Transform(a, b, c, d, -(a * self.e + c * self.f), -(b * self.e + d * self.f))

    def box(self, box: Box) -> Box:
        """The upright box around a box as it comes out, to a hundredth of a point."""
        corners = [self(x, y) for x in (box.x0, box.x1) for y in (box.top, box.bottom)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return Box(round(min(xs), 2), round(min(ys), 2), round(max(xs), 2), round(max(ys), 2))


def page_to_transform(page: Any) -> Transform:
    """From the coordinates of the file (bottom left, unturned) to those of the page as shown (top left)."""
    left, bottom, right, top = page.get_bbox()
    transforms = {
        0: Transform(1, 0, 0, -1, -left, top),
        90: Transform(0, 1, 1, 0, -bottom, -left),
        180: Transform(-1, 0, 0, 1, right, -bottom),
        270: Transform(0, -1, -1, 0, top, right),
    }
    return transforms[page.get_rotation()]


def turn_to_transform(turn: int, width: float, height: float) -> Transform:
    """From a page as shown to one laid so that text of this ``turn`` (see ``glyphs.Style``) runs to the right."""
    return (
        Transform(1, 0, 0, 1, 0, 0),
        Transform(0, 1, -1, 0, height, 0),
        Transform(-1, 0, 0, -1, width, height),
        Transform(0, -1, 1, 0, 0, width),
    )[turn]


def edges_to_box(to_page: Transform, left: float, bottom: float, right: float, top: float) -> Box:
    """The sides of a rectangle of the file -> its box on the page, unrounded."""
    xa, ya = to_page(left, bottom)
    xb, yb = to_page(right, top)
    return Box(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))
