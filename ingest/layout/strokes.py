"""What can be measured in the picture of a page: how far it is askew, its ruled lines, how thick its letters are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.layout.geometry import Transform
from ingest.layout.parts import Edge, Word

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

# Darker than this (0 is black) is ink.
INK = 140
# Scanners lay paper askew by less than this, in degrees; turns smaller than the step do no harm.
MOST_SKEW = 3.0
SKEW_STEP = 0.1
SKEW_WIDTH = 800
# An unbroken run of ink this long, in pixels at 300 dots an inch (a third of an inch), is a rule and no letter.
RULE_LENGTH = 100
RULE_THICKNESS = 14
RULE_MARGIN = 5


@dataclass
class Raster:
    """A straightened picture: grey ``pixels`` (rows, columns), its rules, and the way back to the picture as it was.

    A rule is (first row or column, last one, from, to) in pixels.
    """

    pixels: np.ndarray
    to_image: Transform
    horizontal: list[tuple[int, int, int, int]]
    vertical: list[tuple[int, int, int, int]]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def without_rules(self) -> Image:
        """The picture with its rules painted over, as they are taken for letters."""
        from PIL import Image

        clean = self.pixels.copy()
        for first, last, lo, hi in self.horizontal:
            clean[max(first - RULE_MARGIN, 0) : last + RULE_MARGIN + 1, lo : hi + 1] = 255
        for first, last, lo, hi in self.vertical:
            clean[lo : hi + 1, max(first - RULE_MARGIN, 0) : last + RULE_MARGIN + 1] = 255
        return Image.fromarray(clean)

    def to_edges(self, scale: float) -> tuple[list[Edge], list[Edge]]:
        """The horizontal and vertical rules in points, for ``scale`` pixels a point."""
        horizontal, vertical = (
            [Edge((first + last + 1) / 2 / scale, lo / scale, (hi + 1) / scale) for first, last, lo, hi in rules]
            for rules in (self.horizontal, self.vertical)
        )
        return horizontal, vertical

    def stroke(self, word: Word) -> float:
        """How thick the upright strokes of a word are, in pixels: the usual length of its runs of ink in a row."""
        import numpy as np

        part = self.pixels[max(int(word.top), 0) : int(word.bottom), max(int(word.x0), 0) : int(word.x1) + 1] < INK
        if part.size == 0:
            return 0.0
        framed = np.pad(part, ((0, 0), (1, 1))).astype(np.int8)
        change = np.diff(framed, axis=1)
        rows_on, on = np.nonzero(change == 1)
        _, off = np.nonzero(change == -1)
        return float(np.median(off - on)) if len(rows_on) else 0.0


def pixels_to_raster(image: Image) -> Raster:
    """Straighten a grey picture and find its rules."""
    import numpy as np
    from PIL.Image import Resampling

    angle = skew_of(image)
    to_image = Transform(1, 0, 0, 1, 0, 0)
    if abs(angle) >= SKEW_STEP:
        to_image = rotation(angle, image.width, image.height)
        image = image.rotate(-angle, fillcolor=255, resample=Resampling.BILINEAR)
    pixels = np.asarray(image)
    ink = pixels < INK
    return Raster(pixels, to_image, ink_to_rules(ink), ink_to_rules(ink.T))


def rotation(angle: float, width: int, height: int) -> Transform:
    """From the straightened picture to the one as it was, which is turned against the clock by ``angle`` degrees."""
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    x, y = width / 2, height / 2
    return Transform(cosine, -sine, sine, cosine, x - cosine * x - sine * y, y + sine * x - cosine * y)


def skew_of(image: Image) -> float:
    """Degrees against the clock by which the lines of a picture rise: at the right angle its rows differ most."""
    import numpy as np

    small = image.resize((SKEW_WIDTH, max(1, round(image.height * SKEW_WIDTH / image.width))))
    ink = np.asarray(small) < INK
    ys, xs = np.nonzero(ink)
    if len(xs) < SKEW_WIDTH:
        return 0.0
    steps = round(MOST_SKEW / SKEW_STEP)
    best, best_score = 0.0, 0.0
    for step in sorted(range(-steps, steps + 1), key=abs):
        angle = step * SKEW_STEP
        rows = np.round(ys + math.tan(math.radians(angle)) * xs).astype(int)
        counts = np.bincount(rows - rows.min()).astype(float)
        score = float((np.diff(counts) ** 2).sum())
        if score > best_score * 1.001:
            best, best_score = angle, score
    return best


def ink_to_rules(ink: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Horizontal rules of a picture of ink: (first row, last row, first column, last column)."""
    import numpy as np

    width = ink.shape[1]
    if width <= RULE_LENGTH:
        return []
    sums = np.cumsum(np.pad(ink, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
    full = sums[:, RULE_LENGTH:] - sums[:, :-RULE_LENGTH] >= RULE_LENGTH
    open_rules: list[list[int]] = []
    rules: list[list[int]] = []
    for row in np.nonzero(full.any(axis=1))[0].tolist():
        change = np.diff(np.pad(full[row], 1).astype(np.int8))
        starts, ends = np.nonzero(change == 1)[0].tolist(), np.nonzero(change == -1)[0].tolist()
        runs = [(start, end + RULE_LENGTH - 2) for start, end in zip(starts, ends, strict=True)]
        still = [rule for rule in open_rules if row - rule[1] <= 2]
        rules += [rule for rule in open_rules if row - rule[1] > 2]
        for lo, hi in runs:
            rule = next((r for r in still if r[2] <= hi and lo <= r[3]), None)
            if rule is None:
                still.append([row, row, lo, hi])
            else:
                rule[1], rule[2], rule[3] = row, min(rule[2], lo), max(rule[3], hi)
        open_rules = still
    return [(a, b, c, d) for a, b, c, d in rules + open_rules if b - a < RULE_THICKNESS]
