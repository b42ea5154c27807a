"""The shapes of a slide, where they stand, and the order in which a person reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.layout.parts import boxes_to_box
from kb.model import Box

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
EMU_PER_POINT = 12_700
# Boxes may overlap by this much, in points, and still count as one after the other.
TOUCH = 2.0
# A slide with more shapes than this is a drawing, and has no order but from the top.
MAX_CUT = 400
# What of an alternative can be read: words, formulas, and graphics that hold data.
READABLE = (
    f"{A}t",
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}t",
    "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds",
    "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart",
)


@dataclass(frozen=True)
class Frame:
    """How the lengths of shapes become points of the slide: ``x * scale_x + shift_x``."""

    scale_x: float = 1 / EMU_PER_POINT
    scale_y: float = 1 / EMU_PER_POINT
    shift_x: float = 0.0
    shift_y: float = 0.0

    def box(self, left: float, top: float, width: float, height: float) -> Box:
        x0, y0 = left * self.scale_x + self.shift_x, top * self.scale_y + self.shift_y
        x1, y1 = x0 + width * self.scale_x, y0 + height * self.scale_y
        return Box(*(round(length, 2) for length in (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))))


@dataclass
class Placed:
    """A shape with its place on the slide in points; a group has its members, and no shape of its own."""

    shape: Any
    box: Box
    members: list[Placed] = field(default_factory=list)


def choose_alternatives(slide: Any) -> None:
    """Put what we can read of ``mc:AlternateContent`` in its place: the new form, else what older programs show."""
    for wrapper in list(slide.iter(f"{MC}AlternateContent")):
        choices = [*wrapper.findall(f"{MC}Choice"), *wrapper.findall(f"{MC}Fallback")]
        chosen = next((choice for choice in choices if next(choice.iter(*READABLE), None) is not None), None)
        if chosen is None and choices:
            chosen = choices[-1]
        parent = wrapper.getparent()
        for child in list(chosen) if chosen is not None else ():
            wrapper.addprevious(child)
        parent.remove(wrapper)


def shapes_to_placed(shapes: Any, frame: Frame, wanted: Callable[[Any], bool]) -> list[Placed]:
    """The wanted shapes of a slide or group, and the groups that hold some."""
    placed = []
    for shape in shapes:
        box = frame.box(*(float(length or 0) for length in (shape.left, shape.top, shape.width, shape.height)))
        if hasattr(shape, "shapes"):
            members = shapes_to_placed(shape.shapes, group_to_frame(shape, frame), wanted)
            if members:
                placed.append(Placed(None, boxes_to_box(member.box for member in members), members))
        elif wanted(shape):
            placed.append(Placed(shape, box))
    return placed


def group_to_frame(group: Any, outer: Frame) -> Frame:
    """The frame of a group's members, which have lengths of their own."""
    xfrm = group.element.grpSpPr.find(f"{A}xfrm")
    if xfrm is None:
        return outer
    off, ext, child_off, child_ext = (
        _pair(xfrm.find(f"{A}{name}"), keys)
        for name, keys in (("off", "xy"), ("ext", ("cx", "cy")), ("chOff", "xy"), ("chExt", ("cx", "cy")))
    )
    ratio_x = ext[0] / child_ext[0] if child_ext[0] else 1.0
    ratio_y = ext[1] / child_ext[1] if child_ext[1] else 1.0
    return Frame(
        outer.scale_x * ratio_x,
        outer.scale_y * ratio_y,
        outer.shift_x + outer.scale_x * (off[0] - child_off[0] * ratio_x),
        outer.shift_y + outer.scale_y * (off[1] - child_off[1] * ratio_y),
    )


def _pair(element: Any, keys: Sequence[str]) -> tuple[float, float]:
    if element is None:
        return 0.0, 0.0
    return float(element.get(keys[0], "0")), float(element.get(keys[1], "0"))


def reading_order(placed: Sequence[Placed]) -> Iterator[Placed]:
    """Shapes as a person reads them, those of a group together.

    The shapes are cut where the widest clear band runs between them, across or down, and each side again: so two
    columns are read one after the other, and a label with the text beside it. Shapes that overlap go from the top.
    """
    for item in _ordered(list(placed)):
        if item.members:
            yield from reading_order(item.members)
        else:
            yield item


def _ordered(items: list[Placed]) -> list[Placed]:
    done: list[Placed] = []
    waiting = [items]
    while waiting:
        part = waiting.pop()
        sides = cut(part) if len(part) <= MAX_CUT else None
        if sides:
            waiting.extend(reversed(sides))
        else:
            done += sorted(part, key=lambda item: (item.box.top, item.box.x0))
    return done


def cut(items: list[Placed]) -> tuple[list[Placed], list[Placed]] | None:
    """The shapes on either side of the widest clear band, the first to be read first; None where none is clear."""
    across = widest_band(items, lambda box: (box.top, box.bottom))
    down = widest_band(items, lambda box: (box.x0, box.x1))
    if across is None and down is None:
        return None
    if across is not None and (down is None or across[0] >= down[0]):
        edge = across[1]
        return [i for i in items if i.box.top < edge], [i for i in items if i.box.top >= edge]
    assert down is not None
    return [i for i in items if i.box.x0 < down[1]], [i for i in items if i.box.x0 >= down[1]]


def widest_band(items: list[Placed], extent: Callable[[Box], tuple[float, float]]) -> tuple[float, float] | None:
    """Width of the widest band that no shape enters, and where the shapes after it begin; boxes may touch."""
    best: tuple[float, float] | None = None
    extents = sorted(extent(item.box) for item in items)
    begin, reach = extents[0] if extents else (0.0, 0.0)
    for first, last in extents:
        clear = begin < first and first >= reach - TOUCH
        if clear and (best is None or first - reach > best[0]):
            best = first - reach, first
        reach = max(reach, last)
    return best
