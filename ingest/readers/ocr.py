"""Pages that are pictures -> words with places, by Tesseract.

The words, and the rules found in the picture, go the way of any other page's, so lines, columns and tables are read as
everywhere. Needs the extra ``[ocr]`` (pytesseract) and the program ``tesseract`` of the system.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from ingest.layout.geometry import Transform, turn_to_transform
from ingest.layout.parts import Fault, PageContent, Word
from ingest.layout.strokes import Raster, pixels_to_raster

if TYPE_CHECKING:
    from PIL.Image import Image

LANGUAGE = "eng"
DOTS_PER_INCH = 300
# A larger page is drawn with fewer dots, so that no page takes more memory than a large poster.
MOST_PIXELS = 30_000_000
POINTS_PER_INCH = 72
SECONDS_A_PAGE = 60
# Words that Tesseract itself trusts less than this (of 100) are specks; a page trusted less than this is in doubt.
LEAST_CONFIDENCE = 30
DOUBTFUL_CONFIDENCE = 75
# Below this a page may lie on its side; if it does not, it is a drawing.
LOW_CONFIDENCE = 60
LEAST_WORDS = 3
# What is read of the rest of a page counts when Tesseract is as sure as this.
SURE = 80
# Tesseract's page segmentation modes: look for columns; one block of lines.
COLUMNS, ONE_BLOCK = 3, 6
# Sizes of type closer than this are one size, measured with error.
SAME_SIZE = 0.14
# Lines of a straightened page rise by less than this part of their length.
STEEP = 0.2
ASCENT, DESCENT = 0.8, 0.22
BOLD_STROKE = 1.3


@dataclass(frozen=True)
class Recognised:
    """Upright words of a picture in its pixels, their mean confidence (0 to 100), and how many lie on their side."""

    words: list[Word]
    confidence: float
    n_aside: int = 0


def is_available() -> bool:
    """Whether both halves of the recognition are installed."""
    return importlib.util.find_spec("pytesseract") is not None and shutil.which("tesseract") is not None


def page_to_recognised(page: Any, number: int) -> PageContent:
    """The words and rules seen on the picture of a pypdfium2 page; ``number`` is 1-based.

    A skewed or turned page is read straight, and ``to_shown`` of the content leads back. Its ``faults`` say how far
    the words are to be trusted.
    """
    width, height = page.get_size()
    content = PageContent(number, round(width, 2), round(height, 2))
    scale = min(DOTS_PER_INCH / POINTS_PER_INCH, (MOST_PIXELS / (width * height)) ** 0.5)
    image = page.render(scale=scale, grayscale=True).to_pil().convert("L")
    try:
        turn, raster, found = image_to_words(image)
    except RuntimeError as error:
        # pytesseract says with a plain RuntimeError that time was up; what Tesseract itself says is a kind of it.
        content.faults.append(Fault.SLOW if type(error) is RuntimeError else Fault.FAILED)
        return content
    if len(found.words) < LEAST_WORDS or found.confidence < LOW_CONFIDENCE:
        content.faults.append(Fault.PICTURE)
        return content
    content.faults.append(Fault.RECOGNISED if found.confidence >= DOUBTFUL_CONFIDENCE else Fault.UNSURE)
    to_points = Transform(1 / scale, 0, 0, 1 / scale, 0, 0)
    content.turned_aside = turn in {1, 3}
    content.width, content.height = (round(length / scale, 2) for length in raster.size)
    content.words = [scaled(word, scale) for word in found.words]
    content.horizontal, content.vertical = raster.to_edges(scale)
    shown = turn_to_transform(turn, width, height).inverse()
    content.to_shown = to_points.inverse().then(raster.to_image).then(to_points).then(shown)
    return content


def image_to_words(image: Image) -> tuple[int, Raster, Recognised]:
    """The quarter turns that make the picture readable, its straightened raster, and the words on it.

    RuntimeError where recognition takes too long.
    """
    best: tuple[int, Raster, Recognised] | None = None
    end = time.monotonic() + SECONDS_A_PAGE
    for turn in (0, 1, 3, 2):
        raster = pixels_to_raster(turned(image, turn))
        try:
            found = raster_to_words(raster, max(end - time.monotonic(), 1.0))
        except RuntimeError:
            # How pytesseract says that its time was up.
            if best is None:
                raise
            break
        if best is None or found.confidence * len(found.words) > best[2].confidence * len(best[2].words):
            best = turn, raster, found
        upright = found.confidence >= LOW_CONFIDENCE and len(found.words) > found.n_aside
        if upright or not (found.words or found.n_aside):
            break
    assert best is not None
    return best


def turned(image: Image, turn: int) -> Image:
    """The picture laid so that text of this ``turn`` runs to the right."""
    return image.rotate(-90 * turn, expand=True) if turn else image


def raster_to_words(raster: Raster, seconds: float) -> Recognised:
    """Have Tesseract read a picture; RuntimeError where it takes longer than ``seconds``.

    Its own search for columns passes over figures that stand alone, so what ink is left is read once more.
    """
    end = time.monotonic() + seconds
    image = raster.without_rules()
    found, n_aside = image_to_lines(image, COLUMNS, seconds)
    if len(found) > n_aside:
        rest = without_words(image, [word for word, _ in found])
        again, _ = image_to_lines(rest, ONE_BLOCK, max(end - time.monotonic(), 1.0))
        found += [(word, sure) for word, sure in again if sure >= SURE and any(map(str.isalnum, word.text))]
    words = [word for word, _ in found]
    with_common_sizes(words)
    with_weights(words, raster)
    letters = sum(len(word.text) for word in words)
    mean = sum(sure * len(word.text) for word, sure in found) / letters if letters else 0.0
    return Recognised(words, mean, n_aside)


def image_to_lines(image: Image, layout: int, seconds: float) -> tuple[list[tuple[Word, float]], int]:
    """The upright words that Tesseract sees in a picture, with their confidences, and how many others it sees.

    ``layout`` is its page segmentation mode.
    """
    import pytesseract

    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    config = f"--dpi {DOTS_PER_INCH} --psm {layout}"
    page = pytesseract.image_to_pdf_or_hocr(image, lang=LANGUAGE, extension="hocr", timeout=seconds, config=config)
    lines = [line for line in ElementTree.fromstring(page).iter() if "x_size" in line.get("title", "")]
    aside = [line for line in lines if runs_aside(line)]
    words = [found for line in lines if line not in aside for found in line_to_words(line)]
    return words, sum(len(line) for line in aside)


def without_words(image: Image, words: list[Word]) -> Image:
    """The picture with words painted over."""
    from PIL import ImageDraw

    rest = image.copy()
    draw = ImageDraw.Draw(rest)
    for word in words:
        draw.rectangle((word.x0 - 6, word.top, word.x1 + 6, word.bottom), fill=255)
    return rest


def runs_aside(line: ElementTree.Element) -> bool:
    """Whether a line of hOCR runs up or down: then it has no baseline, or a steep one."""
    baseline = numbers_after("baseline", line.get("title", ""))
    return not baseline or abs(baseline[0]) > STEEP


def line_to_words(line: ElementTree.Element) -> list[tuple[Word, float]]:
    """The words of one line of hOCR with their confidences, all on one baseline and of one size."""
    facts = line.get("title", "")
    left, _, right, bottom = numbers_after("bbox", facts)
    slope, offset = numbers_after("baseline", facts)
    size = numbers_after("x_size", facts)[0]
    baseline = bottom + offset + slope * (right - left) / 2
    words = []
    for element in line:
        x0, _, x1, _ = numbers_after("bbox", element.get("title", ""))
        confidence = numbers_after("x_wconf", element.get("title", ""))[0]
        text = "".join(element.itertext()).strip()
        if text and confidence >= LEAST_CONFIDENCE:
            top, low = baseline - ASCENT * size, baseline + DESCENT * size
            words.append((Word(text, x0, top, x1, low, baseline, size), confidence))
    return words


def numbers_after(name: str, facts: str) -> tuple[float, ...]:
    """The numbers of one property in an hOCR title."""
    found = re.search(rf"\b{name}((?: -?[\d.]+)+)", facts)
    return tuple(float(number) for number in found.group(1).split()) if found else ()


def with_common_sizes(words: list[Word]) -> None:
    """Measured sizes vary with the letters of a line; those near a common size are set to it."""
    left = list(words)
    while left:
        weights: Counter[float] = Counter()
        for word in left:
            weights[round(word.size)] += len(word.text)
        common = weights.most_common(1)[0][0]
        for word in left:
            if abs(word.size - common) <= max(SAME_SIZE * common, 0.5):
                word.size = common
        left = [word for word in left if word.size != common]


def with_weights(words: list[Word], raster: Raster) -> None:
    """Mark as bold the words whose strokes are thicker than most, for their size."""
    strokes = [raster.stroke(word) / word.size for word in words]
    known = sorted(stroke for stroke, word in zip(strokes, words, strict=True) for _ in word.text if stroke)
    usual = known[len(known) // 2] if known else 0.0
    for word, stroke in zip(words, strokes, strict=True):
        word.bold = bool(usual) and stroke > BOLD_STROKE * usual


def scaled(word: Word, scale: float) -> Word:
    """A word from pixels to points."""
    word.x0, word.x1 = word.x0 / scale, word.x1 / scale
    word.top, word.bottom = word.top / scale, word.bottom / scale
    word.baseline, word.size = round(word.baseline / scale, 2), round(word.size / scale, 1)
    return word
