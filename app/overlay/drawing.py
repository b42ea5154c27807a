"""Marks on a page image: boxes in colours and line styles that can be told apart without colour too, and a legend."""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from app.overlay.marks import Mark, PageMarks
from kb.model import Box

if TYPE_CHECKING:
    from PIL import ImageFont
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

Colour = tuple[int, int, int]
Pixels = tuple[float, float, float, float]

# Lengths of strokes and gaps, in pixels.
SOLID, LONG, SHORT, DOTS, DASH_DOT = (), (10, 5), (5, 4), (2, 4), (9, 4, 2, 4)
# The page itself steps back, so that what is drawn on it stands out.
PAGE_STRENGTH = 0.72
TEXT_PIXELS = 13
LEGEND_PIXELS = 15
SMALLEST_WIDTH = 900
MARGIN = 10
# Looked up among the machine's own fonts; Pillow's built-in one knows little more than ASCII.
FONTS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "Helvetica.ttc")
TIE_COLOUR: Colour = (0, 110, 120)
ORDER_COLOUR: Colour = (120, 120, 120)
INK: Colour = (25, 25, 25)


@dataclass(frozen=True, slots=True)
class Style:
    """How a kind of mark is drawn; ``fill`` is the share of its colour on the ground, ``words`` are for the legend."""

    words: str
    colour: Colour
    dash: tuple[int, ...] = SOLID
    width: int = 2
    fill: float = 0.0
    hatched: bool = False


STYLES = {
    "table": Style("table, with its confidence", (150, 0, 110), SOLID, 4),
    "header": Style("header cell", (20, 70, 190), SOLID, 2, 0.18),
    "label": Style("label cell", (0, 125, 60), LONG, 2, 0.12),
    "value": Style("value cell", (205, 105, 0), SOLID, 1, 0.08),
    "blank": Style("blank cell", (120, 120, 120), DOTS, 1),
    "carried": Style("carried label", (120, 40, 200), DASH_DOT, 2, 0.12, hatched=True),
    "doubtful": Style("doubtful cell", (215, 0, 0), SHORT, 3, 0.16, hatched=True),
    "heading": Style("heading (H and level)", (0, 95, 130), SOLID, 2),
    "paragraph": Style("paragraph (P)", (95, 105, 125), SOLID, 1),
    "item": Style("list item (I)", (130, 90, 40), SHORT, 1),
    "caption": Style("caption (C)", (200, 30, 120), LONG, 2),
    "footnote": Style("note (N), tied to its mark", TIE_COLOUR, DOTS, 2),
    "furniture": Style("furniture (F)", (130, 130, 130), DOTS, 1, 0.35),
}
CELL_KINDS = ("header", "label", "value", "blank", "carried", "doubtful")
# Points that an outline keeps clear of its box: a table's is outside of its cells', and theirs do not touch.
OUTSET = {"table": 2.0} | dict.fromkeys(CELL_KINDS, -0.8)
# The box of a cell in a table without rules lies close around its words: less high than this, it is drawn thin.
TIGHT, TIGHT_OUTSET = 14.0, 0.5
LINE_COLOURS: dict[str, Colour] = {"table": STYLES["table"].colour, "doubt": (190, 0, 0), "warning": (190, 0, 0)}


def marks_to_image(page: Image, scale: float, marks: PageMarks) -> Image:
    """The page image (``scale`` pixels a point) with its marks, and the legend below it."""
    from PIL import Image, ImageChops, ImageDraw

    white = Image.new("RGB", page.size, "white")
    image = Image.blend(white, page.convert("RGB"), PAGE_STRENGTH)
    ground = ImageDraw.Draw(white)
    for mark in marks.marks:
        _draw_ground(ground, mark, scale)
    image = ImageChops.multiply(image, white)
    draw = ImageDraw.Draw(image)
    _draw_order(draw, marks, scale)
    # What holds others is drawn first, so that its tag and the cells' borders stay on top.
    for mark in sorted(marks.marks, key=lambda mark: mark.kind != "table"):
        style, outset = STYLES[mark.kind], OUTSET.get(mark.kind, 0.0)
        if mark.kind in CELL_KINDS and mark.box.bottom - mark.box.top < TIGHT:
            style, outset = replace(style, width=1), TIGHT_OUTSET
        _draw_outline(draw, _to_pixels(mark.box, scale, outset), style)
    for start, end in marks.ties:
        _draw_tie(draw, start, end, scale)
    taken: list[Pixels] = []
    for mark in marks.marks:
        if mark.tag:
            taken.append(_draw_tag(draw, mark, scale, image.size, taken))
    for x, y, words in marks.rows:
        _write(draw, x * scale - 5, y * scale, words, "rm")
    for x, y, words in marks.columns:
        _write(draw, x * scale, y * scale - 3, words, "mb")
    return _with_legend(image, marks)


def _to_pixels(box: Box, scale: float, grow: float = 0.0) -> Pixels:
    """The box made larger on each side (smaller, but not less than nothing, where ``grow`` is negative)."""
    grow = max(grow, -(box.x1 - box.x0) / 2, -(box.bottom - box.top) / 2)
    return (box.x0 - grow) * scale, (box.top - grow) * scale, (box.x1 + grow) * scale, (box.bottom + grow) * scale


def _tinted(colour: Colour, share: float) -> Colour:
    """The colour thinned with white."""
    red, green, blue = (round(255 - (255 - part) * share) for part in colour)
    return red, green, blue


def _draw_ground(draw: ImageDraw, mark: Mark, scale: float) -> None:
    """The thin colour under the words, and slanting lines where a cell is not as the page has it."""
    style = STYLES[mark.kind]
    left, top, right, bottom = _to_pixels(mark.box, scale)
    if style.fill:
        draw.rectangle((left, top, right, bottom), fill=_tinted(style.colour, style.fill))
    if style.hatched:
        step, height = 12, bottom - top
        for x in range(int(left - height), int(right), step):
            start, stop = max(left, x), min(right, x + height)
            if stop > start:
                line = (start, bottom - (start - x), stop, bottom - (stop - x))
                draw.line(line, fill=_tinted(style.colour, 0.35), width=1)


def _draw_outline(draw: ImageDraw, box: Pixels, style: Style) -> None:
    left, top, right, bottom = box
    for line in (
        (left, top, right, top),
        (right, top, right, bottom),
        (left, bottom, right, bottom),
        (left, top, left, bottom),
    ):
        _draw_line(draw, line, style)


def _draw_line(draw: ImageDraw, line: Pixels, style: Style) -> None:
    """A line of strokes and gaps."""
    x0, y0, x1, y1 = line
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-6)
    if not style.dash:
        draw.line(line, fill=style.colour, width=style.width)
        return
    at, turn = 0.0, 0
    while at < length:
        stop = min(at + style.dash[turn % len(style.dash)], length)
        if turn % 2 == 0:
            a, b = at / length, stop / length
            ends = (x0 + (x1 - x0) * a, y0 + (y1 - y0) * a, x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)
            draw.line(ends, fill=style.colour, width=style.width)
        at, turn = stop, turn + 1


def _draw_order(draw: ImageDraw, marks: PageMarks, scale: float) -> None:
    """A thin line from block to block in the order of reading."""
    points = [(x * scale - 6, y * scale + 4) for x, y in marks.order]
    style = Style("", ORDER_COLOUR, DOTS, 1)
    for (x0, y0), (x1, y1) in pairwise(points):
        _draw_line(draw, (x0, y0, x1, y1), style)


def _draw_tie(draw: ImageDraw, start: Box, end: Box, scale: float) -> None:
    x, y = start.x1 * scale, start.top * scale
    draw.ellipse((x - 4, y - 4, x + 4, y + 4), outline=TIE_COLOUR, width=2)
    _draw_line(draw, (x, y + 4, end.x0 * scale, end.top * scale), Style("", _tinted(TIE_COLOUR, 0.6), DOTS, 1))


def _draw_tag(draw: ImageDraw, mark: Mark, scale: float, size: tuple[int, int], taken: list[Pixels]) -> Pixels:
    """The tag and where it stands: left of a block or table, in the upper right corner of a spanning cell.

    It stays on the page, and goes down where another (``taken``) has its place.
    """
    left, top, right, _ = _to_pixels(mark.box, scale)
    width, height = _text_size(mark.tag)
    if mark.kind in CELL_KINDS:
        x, y = right - width - 3, top + 3
    else:
        x, y = left - width - 3, top - (height if mark.kind == "table" else 1)
    x, y = min(max(x, 0), max(size[0] - width, 0)), min(max(y, 0), max(size[1] - height, 0))
    place = (x, y, x + width, y + height)
    while place[3] < size[1] and any(_overlap(place, other) for other in taken):
        place = (place[0], place[1] + height / 2, place[2], place[3] + height / 2)
    draw.rectangle(place, fill=STYLES[mark.kind].colour)
    draw.text((place[0] + 3, place[1] + 1), mark.tag, fill="white", font=_font(TEXT_PIXELS))
    return place


def _overlap(one: Pixels, other: Pixels) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


def _text_size(text: str) -> tuple[int, int]:
    """Pixels of a tag with its margin."""
    return round(_font(TEXT_PIXELS).getlength(text)) + 6, TEXT_PIXELS + 4


def _write(draw: ImageDraw, x: float, y: float, words: str, anchor: str) -> None:
    font = _font(TEXT_PIXELS)
    draw.text((x, y), words, fill=STYLES["table"].colour, font=font, anchor=anchor, stroke_width=2, stroke_fill="white")


def _with_legend(image: Image, marks: PageMarks) -> Image:
    """The image with the meaning of colours and line styles below it, and a line for each table, doubt and warning."""
    from PIL import Image, ImageDraw

    width = max(image.width, SMALLEST_WIDTH)
    font = _font(LEGEND_PIXELS)
    places, at, row, line_height = [], MARGIN, 0, LEGEND_PIXELS + 9
    for style in STYLES.values():
        space = 30 + 6 + round(font.getlength(style.words)) + 18
        if at + space > width - MARGIN:
            at, row = MARGIN, row + 1
        places.append((style, at, row))
        at += space
    per_line = max(20, int((width - 2 * MARGIN) / (font.getlength("n") or 8)))
    lines = [(kind, line) for kind, text in marks.lines for line in textwrap.wrap(_writable(text), per_line)]
    height = MARGIN * 2 + line_height * (row + 1 + len(lines))
    whole = Image.new("RGB", (width, image.height + height), "white")
    whole.paste(image, (0, 0))
    draw = ImageDraw.Draw(whole)
    draw.line((0, image.height, width, image.height), fill=INK, width=2)
    for style, x, line in places:
        y = image.height + MARGIN + line * line_height
        if style.fill:
            draw.rectangle((x, y, x + 30, y + LEGEND_PIXELS), fill=_tinted(style.colour, style.fill))
        _draw_outline(draw, (x, y, x + 30, y + LEGEND_PIXELS), style)
        draw.text((x + 36, y - 1), style.words, fill=INK, font=font)
    for position, (kind, text) in enumerate(lines, start=row + 1):
        y = image.height + MARGIN + position * line_height
        draw.text((MARGIN, y), text, fill=LINE_COLOURS[kind], font=font)
    return whole


@lru_cache(maxsize=4)
def _font(pixels: int) -> FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    for name in FONTS:
        try:
            return ImageFont.truetype(name, pixels)
        except OSError:
            continue
    return ImageFont.load_default(pixels)


def _writable(text: str) -> str:
    """The text in characters that the font has: all of them for a font of the machine, else the nearest ASCII."""
    path = getattr(_font(LEGEND_PIXELS), "path", None)
    if isinstance(path, str) and path:
        return text
    plain = unicodedata.normalize("NFKD", text.replace("£", "GBP ").replace("€", "EUR ").replace("–", "-"))
    return "".join(char if char.isascii() else "" if unicodedata.combining(char) else "?" for char in plain)
