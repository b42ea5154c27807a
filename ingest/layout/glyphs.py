"""A PDF page -> words and straight rules, with positions from the top left of the page as it is shown.

PDFium is asked character by character, because its own lines and spaces are guesses; that costs about
15 microseconds a character.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ingest.layout.parts import Edge, PageContent, Word

# A gap wider than this part of the type size parts two words even where no space is written.
WORD_GAP = 0.27
# A bar thinner than this is a drawn rule, not an area.
THIN = 3.0
SHORTEST_EDGE = 3.0
# A page with more paths than this is a map or a chart; its rules are not looked at.
MAX_PATHS = 20_000
MAX_FORM_DEPTH = 8
# A digit that stands this much above the baseline and is no higher than this is a footnote mark.
RAISED = 0.15
RAISED_HEIGHT = 0.5
BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi|[-,]bd\b", re.IGNORECASE)
ITALIC_NAME = re.compile(r"italic|oblique|[-,]it\b", re.IGNORECASE)
FORCE_BOLD = 1 << 18
HYPHENS = {0x02, 0xAD, 0xFFFE, 0x2010, 0x2011}
SPACES = {0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x1680, 0x202F, 0x205F, 0x3000, *range(0x2000, 0x200B)}
LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
TEXT, PATH, FORM = 1, 2, 5

Point = tuple[float, float]
ToPage = Callable[[float, float], Point]
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Style:
    """What the characters of one text object have in common."""

    size: float
    bold: bool
    italic: bool
    baseline: float
    upright: bool


def page_to_content(page: Any, number: int) -> PageContent:
    """The words and rules of a pypdfium2 page; ``number`` is 1-based."""
    width, height = page.get_size()
    to_page = page_to_transform(page)
    content = PageContent(number, round(width, 2), round(height, 2))
    text_page = page.get_textpage()
    try:
        for word, upright in characters_to_words(text_page, to_page):
            (content.words if upright else content.turned).append(word)
    finally:
        text_page.close()
    for horizontal, edge in paths_to_edges(page, to_page):
        (content.horizontal if horizontal else content.vertical).append(edge)
    return content


def page_to_transform(page: Any) -> ToPage:
    """From the coordinates of the file (bottom left, unturned) to those of the page as shown (top left)."""
    left, bottom, right, top = page.get_bbox()
    transforms: dict[int, ToPage] = {
        0: lambda x, y: (x - left, top - y),
        90: lambda x, y: (y - bottom, x - left),
        180: lambda x, y: (right - x, y - bottom),
        270: lambda x, y: (top - y, right - x),
    }
    return transforms[page.get_rotation()]


def characters_to_words(text_page: Any, to_page: ToPage) -> Iterator[tuple[Word, bool]]:
    """Words in the order of the file, each with whether it runs from left to right."""
    import pypdfium2.raw as raw

    count = text_page.count_chars()
    handle = text_page.raw
    box = raw.FS_RECTF()
    unicode_of, object_of, box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetTextObject, raw.FPDFText_GetLooseCharBox
    cast, pointer_type = ctypes.cast, ctypes.c_void_p
    styles: dict[int | None, Style] = {}
    fonts: dict[int, tuple[bool, bool]] = {}
    word: Word | None = None
    letters: list[str] = []
    style: Style | None = None
    for index in range(count):
        code = unicode_of(handle, index)
        if code in SPACES or (code < 32 and code not in HYPHENS):
            if word:
                yield _finished(word, letters), style is None or style.upright
            word = None
            continue
        pointer = object_of(handle, index)
        address = cast(pointer, pointer_type).value
        if address not in styles:
            styles[address] = character_to_style(raw, handle, index, pointer, to_page, fonts)
        new = styles[address]
        if 0x30 <= code <= 0x39:
            new = _raised(raw, handle, index, new, to_page)
        box_of(handle, index, box)
        x0, top, x1, bottom = _to_box(to_page, box.left, box.bottom, box.right, box.top)
        letter = "-" if code in HYPHENS else LIGATURES.get(code) or chr(code)
        if word and style and _belongs(word, style, new, x0, top):
            letters.append(letter)
            if x1 > word.x1:
                word.x1 = x1
            if top < word.top:
                word.top = top
            if bottom > word.bottom:
                word.bottom = bottom
            continue
        if word:
            yield _finished(word, letters), style is None or style.upright
        style, letters = new, [letter]
        word = Word("", x0, top, x1, bottom, new.baseline, new.size, new.bold, new.italic)
    if word:
        yield _finished(word, letters), style is None or style.upright


def _raised(raw: Any, handle: Any, index: int, style: Style, to_page: ToPage) -> Style:
    """The style of a digit: small and raised where the font itself has raised digits."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(handle, index, left, right, bottom, top)
    _, above, _, below = _to_box(to_page, left.value, bottom.value, right.value, top.value)
    rise, height = style.baseline - below, below - above
    if not style.upright or rise < RAISED * style.size or height > RAISED_HEIGHT * style.size:
        return style
    return replace(style, size=round(0.6 * style.size, 1), baseline=round(below, 2))


def _finished(word: Word, letters: list[str]) -> Word:
    # Characters beyond the basic plane come as two halves.
    word.text = "".join(letters).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return word


def _belongs(word: Word, style: Style, new: Style, x0: float, top: float) -> bool:
    """Whether a character at ``x0`` goes on with the word."""
    if not style.upright or not new.upright:
        return style.upright == new.upright and style.baseline == new.baseline and abs(top - word.bottom) < new.size
    if abs(new.baseline - style.baseline) > 0.1 * max(style.size, new.size):
        return False
    reach = WORD_GAP * max(style.size, new.size)
    return -2 * reach < x0 - word.x1 < reach


def character_to_style(
    raw: Any, handle: Any, index: int, pointer: Any, to_page: ToPage, fonts: dict[int, tuple[bool, bool]]
) -> Style:
    """Size, weight, slant, baseline and direction of a character's text object."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(handle, index, matrix)
    x, baseline = to_page(matrix.e, matrix.f)
    along_x, along_y = to_page(matrix.e + matrix.a, matrix.f + matrix.b)
    run, rise = along_x - x, along_y - baseline
    size = raw.FPDFText_GetFontSize(handle, index) * math.hypot(matrix.c, matrix.d)
    bold, italic = _font_to_style(raw, raw.FPDFTextObj_GetFont(pointer), fonts) if pointer else (False, False)
    # Text that is both filled and outlined is bold by other means.
    bold = bold or (bool(pointer) and raw.FPDFTextObj_GetTextRenderMode(pointer) == 2)
    upright = run >= 0 and abs(rise) <= 0.1 * max(run, 1e-6)
    return Style(round(size, 1), bold, italic, round(baseline, 2), upright)


def _font_to_style(raw: Any, font: Any, fonts: dict[int, tuple[bool, bool]]) -> tuple[bool, bool]:
    """Bold and italic of a font, by its name and flags."""
    address = ctypes.cast(font, ctypes.c_void_p).value
    if address is None:
        return False, False
    if address not in fonts:
        buffer = ctypes.create_string_buffer(256)
        raw.FPDFFont_GetBaseFontName(font, buffer, 256)
        name = buffer.value.decode("utf-8", "replace")
        flags = raw.FPDFFont_GetFlags(font)
        bold = bool(BOLD_NAME.search(name)) or (flags > 0 and bool(flags & FORCE_BOLD))
        fonts[address] = bold, bool(ITALIC_NAME.search(name))
    return fonts[address]


def paths_to_edges(page: Any, to_page: ToPage) -> Iterator[tuple[bool, Edge]]:
    """Straight horizontal (True) and vertical (False) rules: lines, thin bars and the sides of outlined boxes."""
    import pypdfium2.raw as raw

    identity: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    for item, matrix in islice(_page_to_paths(raw, page.raw, identity), MAX_PATHS):
        yield from _path_to_edges(raw, item, matrix, to_page)


def _page_to_paths(raw: Any, page: Any, identity: Matrix) -> Iterator[tuple[Any, Matrix]]:
    """Path objects of a page and of the forms on it, with the matrix from their form to the page."""
    stack = [(raw.FPDFPage_GetObject(page, i), identity, 0) for i in range(raw.FPDFPage_CountObjects(page))]
    while stack:
        item, matrix, depth = stack.pop()
        kind = raw.FPDFPageObj_GetType(item)
        if kind == PATH:
            yield item, matrix
        elif kind == FORM and depth < MAX_FORM_DEPTH:
            inner = _times(_object_to_matrix(raw, item), matrix)
            children = raw.FPDFFormObj_CountObjects(item)
            stack.extend((raw.FPDFFormObj_GetObject(item, i), inner, depth + 1) for i in range(children))


def _path_to_edges(raw: Any, item: Any, matrix: Matrix, to_page: ToPage) -> Iterator[tuple[bool, Edge]]:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, fill, stroke)
    if not fill.value and not stroke.value:
        return
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    corners = [_apply(matrix, left.value, bottom.value), _apply(matrix, right.value, top.value)]
    (xa, ya), (xb, yb) = (to_page(*corner) for corner in corners)
    x0, x1, y0, y1 = min(xa, xb), max(xa, xb), min(ya, yb), max(ya, yb)
    wide, high = x1 - x0, y1 - y0
    if max(wide, high) < SHORTEST_EDGE:
        return
    if high < THIN and wide > high:
        yield True, Edge((y0 + y1) / 2, x0, x1)
    elif wide < THIN and high > wide:
        yield False, Edge((x0 + x1) / 2, y0, y1)
    elif stroke.value:
        yield from _outline_to_edges(raw, item, _times(_object_to_matrix(raw, item), matrix), to_page)


def _outline_to_edges(raw: Any, item: Any, matrix: Matrix, to_page: ToPage) -> Iterator[tuple[bool, Edge]]:
    """The straight sides of a stroked path, by walking along its segments."""
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


def _to_box(to_page: ToPage, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
    xa, ya = to_page(left, bottom)
    xb, yb = to_page(right, top)
    return (xa, yb, xb, ya) if xa <= xb and yb <= ya else (min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))
