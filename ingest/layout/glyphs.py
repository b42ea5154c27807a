"""A PDF page -> words and straight rules, with positions from the top left of the page as it is shown.

PDFium is asked character by character, because its own lines and spaces are guesses; that costs about
8 microseconds a character. What is wrong with a page's text is found and mended in ``text_layer``.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ingest.layout.geometry import Transform, edges_to_box
from ingest.layout.parts import Word

# A gap wider than this part of the type size parts two words even where no space is written.
WORD_GAP = 0.27
# Letters pressed flat have no height; sizes are divided by, and so are never 0.
SMALLEST_SIZE = 0.1
# The same letter again this near (as part of the type size) is drawn twice to look bold.
DRAWN_TWICE = 0.1
# A digit that stands this much above the baseline and is no higher than this is a footnote mark.
RAISED = 0.15
RAISED_HEIGHT = 0.5
BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi|[-,]bd\b", re.IGNORECASE)
ITALIC_NAME = re.compile(r"italic|oblique|[-,]it\b", re.IGNORECASE)
FORCE_BOLD = 1 << 18
SOFT_HYPHEN = 0xAD
HYPHENS = {0x02, 0xAD, 0xFFFE, 0x2010, 0x2011}
SPACES = {0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x1680, 0x202F, 0x205F, 0x3000, *range(0x2000, 0x200B)}
# Joiners and marks of direction have no form of their own.
FORMLESS = {*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF}
# Characters beyond the basic plane come as two halves.
HIGH_HALVES, LOW_HALVES = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
# Ligatures and letters in the form that they take in a word, which stand for plain letters.
PRESENTATION_FORMS = range(0xFB00, 0xFEFD)
RIGHT_TO_LEFT = (range(0x0590, 0x0900), range(0xFB1D, 0xFE00), range(0xFE70, 0xFEFD))
# Paler than this (of 255 in every colour), or less opaque than this, may not be seen.
PALE = 236
OPAQUE = 24
UNSEEN_MODES = frozenset((3, 7))


@dataclass(frozen=True, slots=True)
class Style:
    """What the characters of one text object have in common.

    ``baseline`` is measured down the page, or along it for text that runs up or down. ``turn`` counts the quarter
    turns against the clock from text that runs to the right; None for any other angle.
    ``seen`` is False for text that is drawn without ink, and None for text so pale that it may not be seen.
    ``font`` and ``address`` tell fonts and text objects of a page apart.
    """

    size: float
    bold: bool
    italic: bool
    baseline: float
    turn: int | None
    seen: bool | None = True
    font: int | None = None
    address: int | None = None

    @property
    def upright(self) -> bool:
        return self.turn == 0


# Code, x0, top, x1, bottom and style of a character; no style where it is a space.
Letter = tuple[int, float, float, float, float, Style | None]
SPACE: Letter = (0x20, 0.0, 0.0, 0.0, 0.0, None)


def page_to_words(page: Any, to_page: Transform, gap: float = WORD_GAP) -> list[tuple[Word, Style]]:
    """Words in the order of the file, each with the style of its last character."""
    text_page = page.get_textpage()
    try:
        return list(letters_to_words(text_page_to_letters(text_page, to_page), gap))
    finally:
        text_page.close()


def text_page_to_letters(text_page: Any, to_page: Transform) -> Iterator[Letter]:
    """The characters of a page in the order of PDFium, which is logical where text runs from right to left."""
    import pypdfium2.raw as raw

    handle = text_page.raw
    box = raw.FS_RECTF()
    unicode_of, object_of, box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetTextObject, raw.FPDFText_GetLooseCharBox
    address_of = _as_address(object_of)
    a, b, c, d, e, f = to_page
    styles: dict[int | None, Style] = {}
    fonts: dict[int, tuple[bool, bool]] = {}
    for index in range(text_page.count_chars()):
        code = unicode_of(handle, index)
        if code < 33 or code > 126:
            if code in SPACES or (code < 32 and code not in HYPHENS and not _has_ink(raw, handle, index)):
                yield SPACE
                continue
            if code in LOW_HALVES or (code == SOFT_HYPHEN and not _has_ink(raw, handle, index)):
                continue
            if code in HIGH_HALVES:
                code = 0x10000 + ((code - 0xD800) << 10) + (unicode_of(handle, index + 1) - 0xDC00 & 0x3FF)
        address = address_of(handle, index)
        style = styles.get(address)
        if style is None:
            pointer = object_of(handle, index)
            style = styles[address] = character_to_style(raw, handle, index, pointer, to_page, fonts)
        if 0x30 <= code <= 0x39:
            style = _raised(raw, handle, index, style, to_page)
        box_of(handle, index, box)
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        xa, ya = a * left + c * bottom + e, b * left + d * bottom + f
        xb, yb = a * right + c * top + e, b * right + d * top + f
        if xa > xb:
            xa, xb = xb, xa
        if ya > yb:
            ya, yb = yb, ya
        yield code, xa, ya, xb, yb, style


def _as_address(object_of: Any) -> Callable[[Any, int], int | None]:
    """The function with its result as a bare number, which is dearer to make of a pointer than the call itself."""
    prototype = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
    return prototype(ctypes.cast(object_of, ctypes.c_void_p).value or 0)


def _has_ink(raw: Any, handle: Any, index: int) -> bool:
    """Whether a control character takes room: a letter that the file gives no name. A written space has no height."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(handle, index, left, right, bottom, top)
    return bool(right.value - left.value > 0.5 and top.value - bottom.value > 0.5)


def letters_to_words(letters: Iterable[Letter], gap: float = WORD_GAP) -> Iterator[tuple[Word, Style]]:
    """Words, parted by spaces and by gaps wider than ``gap`` times the type size; each with its last style."""
    word: Word | None = None
    texts: list[str] = []
    style: Style | None = None
    last_code, last_x = 0, 0.0
    for letter in letters:
        code, x0, top, x1, bottom, new = letter
        if new is None:
            if word and style:
                yield _finished(word, texts), style
            word = None
            continue
        if word and style and _belongs(word, style, new, letter, gap):
            if code == last_code and abs(x0 - last_x) < DRAWN_TWICE * new.size and new.turn == 0:
                continue
            texts.append(chr(code))
            if x1 > word.x1 or x0 < word.x0:
                word.x0, word.x1 = min(word.x0, x0), max(word.x1, x1)
            if top < word.top or bottom > word.bottom:
                word.top, word.bottom = min(word.top, top), max(word.bottom, bottom)
        elif code not in FORMLESS:
            if word and style:
                yield _finished(word, texts), style
            style, texts = new, [chr(code)]
            word = Word("", x0, top, x1, bottom, new.baseline, new.size, new.bold, new.italic)
        last_code, last_x = code, x0
    if word and style:
        yield _finished(word, texts), style


def _raised(raw: Any, handle: Any, index: int, style: Style, to_page: Transform) -> Style:
    """The style of a digit: small and raised where the font itself has raised digits."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(handle, index, left, right, bottom, top)
    box = edges_to_box(to_page, left.value, bottom.value, right.value, top.value)
    rise, height = style.baseline - box.bottom, box.bottom - box.top
    if not style.upright or rise < RAISED * style.size or height > RAISED_HEIGHT * style.size:
        return style
    return replace(style, size=max(round(0.6 * style.size, 1), SMALLEST_SIZE), baseline=round(box.bottom, 2))


def _finished(word: Word, texts: list[str]) -> Word:
    text = "".join(texts)
    word.text = text if text.isascii() and text.isprintable() else codes_to_text(text)
    return word


def codes_to_text(text: str) -> str:
    """Characters as PDFium names them -> text: hyphens plain, ligatures and presentation forms as letters.

    Accents join their letters, characters without a form are left out, and soft hyphens are those that are drawn.
    """
    letters = []
    for letter in text:
        code = ord(letter)
        if code in HYPHENS:
            letters.append("-")
        elif code in PRESENTATION_FORMS:
            letters.append(unicodedata.normalize("NFKC", letter))
        elif code not in FORMLESS:
            letters.append(letter)
    return unicodedata.normalize("NFC", "".join(letters))


def _belongs(word: Word, style: Style, new: Style, letter: Letter, gap: float) -> bool:
    """Whether a character goes on with the word."""
    code, x0, top, x1, bottom, _ = letter
    if style.turn != 0 or new.turn != 0:
        apart = min(abs(top - word.bottom), abs(bottom - word.top))
        return style.turn == new.turn and abs(style.baseline - new.baseline) < 0.1 * new.size and apart < new.size
    if abs(new.baseline - style.baseline) > 0.1 * max(style.size, new.size):
        return False
    size = style.size if style.size > new.size else new.size
    reach = gap * size
    if -2 * WORD_GAP * size < x0 - word.x1 < reach:
        return True
    return is_right_to_left(code) and -2 * reach < word.x0 - x1 < reach


def is_right_to_left(code: int) -> bool:
    """Whether a character is of a script that runs from right to left."""
    return code >= RIGHT_TO_LEFT[0].start and any(code in codes for codes in RIGHT_TO_LEFT)


def character_to_style(
    raw: Any, handle: Any, index: int, pointer: Any, to_page: Transform, fonts: dict[int, tuple[bool, bool]]
) -> Style:
    """Size, weight, slant, baseline, direction and visibility of a character's text object."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(handle, index, matrix)
    size = raw.FPDFText_GetFontSize(handle, index)
    # A negative type size turns the letters once more.
    sign = -1.0 if size < 0 else 1.0
    x, baseline = to_page(matrix.e, matrix.f)
    along_x, along_y = to_page(matrix.e + sign * matrix.a, matrix.f + sign * matrix.b)
    height = round(abs(size) * math.hypot(matrix.c, matrix.d), 1)
    size = max(height, SMALLEST_SIZE)
    turn = direction_to_turn(along_x - x, along_y - baseline)
    if turn in {1, 3}:
        baseline = x
    if not pointer:
        return Style(size, False, False, round(baseline, 2), turn)
    font = ctypes.cast(raw.FPDFTextObj_GetFont(pointer), ctypes.c_void_p).value
    bold, italic = _font_to_style(raw, raw.FPDFTextObj_GetFont(pointer), font, fonts)
    mode = raw.FPDFTextObj_GetTextRenderMode(pointer)
    seen = False if mode in UNSEEN_MODES or not height else _fill_is_seen(raw, pointer) if mode == 0 else True
    # Text that is both filled and outlined is bold by other means.
    address = ctypes.cast(pointer, ctypes.c_void_p).value
    return Style(size, bold or mode == 2, italic, round(baseline, 2), turn, seen, font, address)


def direction_to_turn(run: float, rise: float) -> int | None:
    """Quarter turns against the clock of text that goes ``run`` to the right and ``rise`` down."""
    if run >= 0 and abs(rise) <= 0.1 * max(run, 1e-6):
        return 0
    if abs(run) <= 0.1 * abs(rise):
        return 1 if rise < 0 else 3
    return 2 if abs(rise) <= -0.1 * run else None


def _fill_is_seen(raw: Any, pointer: Any) -> bool | None:
    """True for a colour that is seen on paper; None for one that may not be."""
    red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(pointer, red, green, blue, opacity):
        return True
    pale = min(red.value, green.value, blue.value) >= PALE
    return None if pale or opacity.value < OPAQUE else True


def _font_to_style(raw: Any, font: Any, address: int | None, fonts: dict[int, tuple[bool, bool]]) -> tuple[bool, bool]:
    """Bold and italic of a font, by its name and flags."""
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
