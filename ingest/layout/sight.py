"""Words that a PDF page has but does not show.

Text can stand outside the page, be drawn without ink, in the colour of the paper, or under something else. The layer
that text recognition puts behind a scan is such text and is what the reader sees; any other is not, and quoting it
would put words into the document's mouth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ingest.layout.edges import Shapes
from ingest.layout.parts import Fault, PageContent, Word
from kb.model import Box

if TYPE_CHECKING:
    import numpy as np

    from ingest.layout.glyphs import Style

# The page is drawn with this many pixels a point, but no larger than this, to see where something shows.
PIXELS_A_POINT = 1.5
MOST_PIXELS = 3_000
# Colours (0 to 255) that differ by no more than this are the same to the eye.
SAME_COLOUR = 32
# The part of the type size above the baseline in which every word has ink.
LETTER_HEIGHT = 0.6


def sort_by_sight(
    page: Any, words: Sequence[tuple[Word, Style]], shapes: Shapes, content: PageContent
) -> list[tuple[Word, Style]]:
    """The words that a person sees; what was left out, or stands in a picture, is added to the content's faults."""
    inside = [entry for entry in words if _is_inside(entry[0], content)]
    if len(inside) < len(words):
        content.faults.append(Fault.OUTSIDE)
    covers = [*shapes.areas, *shapes.pictures]
    doubtful = {
        id(word) for word, style in inside if style.seen is not True or _is_covered(word, style, covers, shapes)
    }
    if not doubtful:
        return inside
    plain = [word for word, _ in inside if id(word) not in doubtful]
    pixels = page_to_pixels(page)
    kept: list[tuple[Word, Style]] = []
    behind = hidden = 0
    for word, style in inside:
        if id(word) not in doubtful:
            kept.append((word, style))
        elif not shows_ink(word_to_core(word, style), pixels, content) or (
            style.seen is False and any(_overlap(word, o) for o in plain)
        ):
            hidden += 1
        else:
            behind += style.seen is False
            kept.append((word, style))
    if 2 * behind > len(kept):
        content.faults.append(Fault.RECOGNISED_BEFORE)
    elif hidden:
        content.faults.append(Fault.HIDDEN)
    return kept


def _is_inside(word: Word, content: PageContent) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return 0 <= x <= content.width and 0 <= y <= content.height


def _is_covered(word: Word, style: Style, covers: Sequence[tuple[int, Box]], shapes: Shapes) -> bool:
    """Whether an area or a picture is drawn over the word later."""
    place = shapes.texts.get(style.address)
    if place is None or not covers:
        return False
    core = word_to_core(word, style)
    x, y = (core.x0 + core.x1) / 2, (core.top + core.bottom) / 2
    return any(later > place and b.x0 < x < b.x1 and b.top < y < b.bottom for later, b in covers)


def _overlap(word: Word, other: Word) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return other.x0 < x < other.x1 and other.top < y < other.bottom


def page_to_pixels(page: Any) -> np.ndarray:
    """The page as shown, as an array of rows of pixels of three colours."""
    width, height = page.get_size()
    scale = min(PIXELS_A_POINT, MOST_PIXELS / max(width, height))
    pixels: np.ndarray = page.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3]
    return pixels


def shows_anything(pixels: np.ndarray) -> bool:
    """Whether a page is more than one colour."""
    return _spread(pixels) > SAME_COLOUR


def _spread(pixels: np.ndarray) -> int:
    return int((pixels.max(axis=(0, 1)).astype(int) - pixels.min(axis=(0, 1))).max()) if pixels.size else 0


def word_to_core(word: Word, style: Style) -> Box:
    """The part of a word's box in which there must be ink, and not that of the lines above and below."""
    if not style.upright:
        return Box(word.x0, word.top, word.x1, word.bottom)
    return Box(word.x0, max(word.top, word.baseline - LETTER_HEIGHT * word.size), word.x1, word.baseline)


def shows_ink(box: Box, pixels: np.ndarray, content: PageContent) -> bool:
    """Whether anything stands out from its ground in a box."""
    width, height = content.width, content.height
    if content.to_shown is not None:
        box = content.to_shown.box(box)
        shown = content.to_shown.box(Box(0, 0, width, height))
        width, height = shown.x1 - shown.x0, shown.bottom - shown.top
    across, down = pixels.shape[1] / width, pixels.shape[0] / height
    part = pixels[
        max(int(box.top * down), 0) : int(box.bottom * down) + 1,
        max(int(box.x0 * across), 0) : int(box.x1 * across) + 1,
    ]
    return shows_anything(part)
