"""Page images with the cited passage marked, drawn from the kept PDF."""

from __future__ import annotations

import io
import threading
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import NotFound, UnreadableFile
from kb.model import Box

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH_PIXELS = 1600
TALLEST_PIXELS = 8000
LARGEST_SCALE = 4.0
MARK_COLOUR = (255, 221, 87)
BAR_COLOUR = (176, 96, 0)

# PDFium keeps global state and must not be entered by two threads at once.
_pdfium = threading.Lock()


@lru_cache(maxsize=96)
def page_to_png(path: Path, number: int, boxes: tuple[Box, ...] = ()) -> bytes:
    """A page as PNG, about 1600 pixels wide, with ``boxes`` (points from the top left) under a translucent mark.

    Raises NotFound where the file has no such page and UnreadableFile where it cannot be drawn.
    """
    image, scale = page_to_image(path, number)
    return _image_to_png(_with_marks(image, boxes, scale))


def page_to_image(path: Path, number: int, scale: float = LARGEST_SCALE) -> tuple[Image, float]:
    """A page in colour, no larger than WIDTH_PIXELS by TALLEST_PIXELS, and its pixels a point: ``scale`` at the most.

    Raises as :func:`page_to_png`.
    """
    import pypdfium2

    from ingest.readers.pdf_opening import data_to_pdf

    with _pdfium:
        try:
            # As it was opened for reading: with what was filled in, and the pages of a damaged file found again.
            with closing(data_to_pdf(path.name, path.read_bytes())) as pdf:
                if not 1 <= number <= len(pdf):
                    raise NotFound(f"This document has {len(pdf)} pages; there is no page {number}.")
                page = pdf[number - 1]
                scale = min(WIDTH_PIXELS / page.get_width(), TALLEST_PIXELS / page.get_height(), scale)
                return page.render(scale=scale).to_pil().convert("RGB"), scale
        except (pypdfium2.PdfiumError, OSError) as error:
            raise UnreadableFile(path.name, "the page cannot be drawn") from error


def _with_marks(image: Image, boxes: tuple[Box, ...], scale: float) -> Image:
    """The image with a highlighter's colour multiplied over the boxes, so that the words stay black, and a bar."""
    from PIL import Image, ImageChops, ImageDraw

    if not boxes:
        return image
    layer = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(layer)
    for box in boxes:
        draw.rectangle(_box_to_pixels(box, scale, grow=1.2), fill=MARK_COLOUR)
    whole = Box(
        min(box.x0 for box in boxes),
        min(box.top for box in boxes),
        max(box.x1 for box in boxes),
        max(box.bottom for box in boxes),
    )
    left, top, _, bottom = _box_to_pixels(whole, scale, grow=1.2)
    draw.rectangle((left - 3.5 * scale, top, left - 1.5 * scale, bottom), fill=BAR_COLOUR)
    return ImageChops.multiply(image, layer)


def _box_to_pixels(box: Box, scale: float, grow: float) -> tuple[float, float, float, float]:
    return (
        (box.x0 - grow) * scale,
        (box.top - grow) * scale,
        (box.x1 + grow) * scale,
        (box.bottom + grow) * scale,
    )


def _image_to_png(image: Image) -> bytes:
    data = io.BytesIO()
    image.save(data, format="PNG", compress_level=1)
    return data.getvalue()
