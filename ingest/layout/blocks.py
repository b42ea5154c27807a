"""Lines -> blocks: where a heading, a paragraph, a list item or a note begins."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median, mode

from ingest.layout.lines import line_to_segments
from ingest.layout.parts import Entry, Line, RawTable, Word, boxes_to_box
from kb.model import Box, Role

BULLETS = frozenset("•●○◦▪▫■□◆◇‣⁃∙·➢➤►▶✓✔❖§–—-o")
# Other single signs that stand for bullets, some by way of a symbol font: private use, symbols, letters without case.
SIGN_KINDS = frozenset({"Co", "So", "Lo"})
NO_BULLETS = frozenset("©®™°℃№")
NUMBER = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){1,4}\.?|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{1,5}[.)])$")
DOTTED = re.compile(r"^\d+\.\d")
BARE_NUMBER = re.compile(r"^\d{1,2}$")
_FIGURE = r"(?:figure|table|chart|map|graph|diagram|exhibit|box)"
_FIGURE_NUMBER = r"\s+[A-Z]?[-–.]?\d+(?:[-–.]\s?\d+)*[a-z]?"
CAPTION = re.compile(
    rf"^{_FIGURE}{_FIGURE_NUMBER}\s*(?:\.?[:–—]\s*|[.-]\s+)[^\s\d]|^{_FIGURE}[.:]\s+[A-Z]",
    re.IGNORECASE,
)
# Without a sign after the number it is a caption only in bold: "Table 4 shows" begins a sentence.
BOLD_CAPTION = re.compile(rf"^{_FIGURE}{_FIGURE_NUMBER}\s+[^\W\d_]", re.IGNORECASE)
NOTE = re.compile(r"^(?:\*{1,3}|†|‡)\s*\S|^(?:notes?|sources?)\s*(?:\d*\s*)[:.]\s*\S", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*$")
FORM_GAP = 1.8
# Lines further apart than this many times their size are no lines of one paragraph.
WIDEST_LEADING = 2.6
# A line that ends within this many times its size of the right edge is full.
FULL_LINE = 4.0
LEAST_PAIRS = 4
SMALL_TYPE = 0.93


@dataclass(frozen=True, slots=True)
class Marker:
    """The first word of a line where it is a bullet (no number) or a number."""

    number: str | None


@dataclass(eq=False)
class Draft:
    """A block in the making. ``skip`` words at its start are a marker; ``gaps`` is the space above and below."""

    lines: list[Line]
    role: Role = "paragraph"
    skip: int = 0
    number: str | None = None
    level: int = 0
    gaps: tuple[float | None, float | None] = (None, None)
    right: float = 0.0

    @property
    def box(self) -> Box:
        return boxes_to_box(line.box for line in self.lines)

    @property
    def plain(self) -> str:
        return " ".join(line.plain for line in self.lines)

    @property
    def size(self) -> float:
        return self.lines[0].size

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)

    @property
    def text_x(self) -> float:
        """Where its words begin after the marker."""
        words = self.lines[0].words
        return words[min(self.skip, len(words) - 1)].x0


Part = Draft | RawTable


@dataclass
class Leading:
    """The usual distance between baselines within a paragraph, as a multiple of the type size."""

    by_size: dict[float, float] = field(default_factory=dict)
    usual: float = 1.3

    def within(self, size: float) -> float:
        return self.by_size.get(round(size), self.usual) * size


def is_caption(draft: Draft) -> bool:
    """Whether a block begins as the caption of a table or figure does."""
    return bool(CAPTION.match(draft.plain) or (draft.bold and BOLD_CAPTION.match(draft.plain)))


def body_size(lines: Iterable[Line]) -> float:
    """The size in which most characters of a document are set."""
    weights: Counter[float] = Counter()
    for line in lines:
        weights[round(line.size * 2) / 2] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 10.0


def lines_to_leading(regions: Iterable[Sequence[Entry]], otherwise: Leading | None = None) -> Leading:
    """The line distances of a document, or of one region with those of the document where it shows too few.

    A line that fills its width goes on in the next one, so what follows such lines shows the distance.
    """
    ratios: dict[float, list[float]] = {}
    for region in regions:
        right = max((entry.box.x1 for entry in region if isinstance(entry, Line)), default=0.0)
        for above, below in pairwise(region):
            if isinstance(above, Line) and isinstance(below, Line) and abs(above.size - below.size) < 0.3:
                ratio = (below.baseline - above.baseline) / below.size
                if 0.9 < ratio < WIDEST_LEADING and above.box.x1 > right - FULL_LINE * above.size:
                    ratios.setdefault(round(below.size), []).append(round(ratio * 20) / 20)
    by_size = {size: mode(sorted(found)) for size, found in ratios.items() if len(found) >= LEAST_PAIRS}
    if otherwise is not None:
        return Leading(otherwise.by_size | by_size, otherwise.usual)
    return Leading(by_size, median(by_size.values()) if by_size else 1.3)


def region_to_parts(region: Sequence[Entry], leading: Leading) -> list[Part]:
    """Blocks and tables of a region from top to bottom."""
    parts: list[Part] = []
    right = max((entry.box.x1 for entry in region if isinstance(entry, Line)), default=0.0)
    for entry in region:
        last = parts[-1] if parts else None
        if not isinstance(entry, Line):
            parts.append(entry)
        elif isinstance(last, Draft) and not starts_block(last, entry, leading):
            last.lines.append(entry)
        else:
            marker = line_to_marker(entry, isinstance(last, Draft) and not _is_apart(last, entry, leading))
            draft = Draft([entry], right=right)
            if marker:
                draft.role, draft.skip, draft.number = marker_to_role(marker), 1, marker.number
            parts.append(draft)
    _set_gaps(parts)
    return parts


def _set_gaps(parts: list[Part]) -> None:
    boxes = [part.box for part in parts]
    for index, part in enumerate(parts):
        if isinstance(part, Draft):
            above = boxes[index].top - boxes[index - 1].bottom if index else None
            below = boxes[index + 1].top - boxes[index].bottom if index + 1 < len(parts) else None
            part.gaps = above, below


def starts_block(draft: Draft, line: Line, leading: Leading) -> bool:
    """Whether a line begins a new block after the draft; the first rule that knows decides."""
    for rule in RULES:
        answer = rule(draft, line, leading)
        if answer is not None:
            return answer
    return False


def _is_apart(draft: Draft, line: Line, leading: Leading) -> bool:
    distance = line.baseline - draft.lines[-1].baseline
    return distance > 1.15 * leading.within(max(line.size, draft.lines[-1].size)) + 0.3 or distance <= 0


def _apart(draft: Draft, line: Line, leading: Leading) -> bool | None:
    return True if _is_apart(draft, line, leading) else None


def _other_size(draft: Draft, line: Line, leading: Leading) -> bool | None:
    return True if abs(draft.lines[-1].size - line.size) > 0.7 else None


def _marked(draft: Draft, line: Line, leading: Leading) -> bool | None:
    return True if line_to_marker(line, close=True) or line.words[0].mark else None


def _hangs(draft: Draft, line: Line, leading: Leading) -> bool | None:
    """Below the first word of an item or numbered paragraph whose marker hangs out: the item goes on."""
    words = draft.lines[0].words
    if not draft.skip or draft.text_x - words[0].x0 < 0.5 * line.size:
        return None
    titled = draft.number is not None and draft.bold and not line.bold
    return None if titled or abs(line.box.x0 - draft.text_x) > 0.3 * line.size else False


def _form_lines(draft: Draft, line: Line, leading: Leading) -> bool | None:
    """Label and value far apart, line below line: each is a block."""
    return True if is_form_line(line) and (len(draft.lines) > 1 or is_form_line(draft.lines[0])) else None


def _other_weight(draft: Draft, line: Line, leading: Leading) -> bool | None:
    """A line wholly in bold against lines that are not: a heading, unless the sentence plainly runs on."""
    last = draft.lines[-1]
    if last.bold == line.bold or last.body[-1].bold == line.body[0].bold:
        return None
    runs_on = _is_full(draft, line) and line.plain[:1].islower()
    return None if runs_on else (draft.bold or line.bold) or None


def _captions(draft: Draft, line: Line, leading: Leading) -> bool | None:
    return True if CAPTION.match(line.plain) and line.bold else None


def _headings_run_on(draft: Draft, line: Line, leading: Leading) -> bool | None:
    """Lines of one heading are broken where it looks well, not where they are full."""
    return False if draft.bold and line.bold and draft.role != "item" else None


def _unfinished(draft: Draft, line: Line, leading: Leading) -> bool | None:
    """A line that ends in a comma has not ended, as in an address."""
    return False if draft.lines[-1].plain.endswith(",") else None


def _short_line_before(draft: Draft, line: Line, leading: Leading) -> bool | None:
    """The line before had room for this one's first word and yet ended: a paragraph ended there."""
    ended, room = SENTENCE_END.search(draft.lines[-1].plain), _room(draft, line)
    if line.plain[:1].islower():
        return True if ended and room > 12 * line.size else None
    if _is_full(draft, line):
        return None
    return True if ended or room > 6 * line.size else None


def _indented(draft: Draft, line: Line, leading: Leading) -> bool | None:
    """A first line set in, or out, against the lines of the draft."""
    em = line.size
    expected = draft.text_x if len(draft.lines) == 1 else draft.lines[-1].box.x0
    shift = line.box.x0 - expected
    if abs(shift) <= 0.8 * em or _is_centred(draft.lines[-1], line):
        return None
    if draft.role == "item" and line.box.x0 < draft.lines[0].box.x0 + 0.5 * em:
        return not (line.plain[:1].islower() and _is_full(draft, line))
    if len(draft.lines) == 1 and shift < 0:
        return None
    ended = SENTENCE_END.search(draft.lines[-1].plain)
    return True if ended or not line.plain[:1].islower() or abs(shift) > 3 * em else None


RULES: tuple[Callable[[Draft, Line, Leading], bool | None], ...] = (
    _apart,
    _other_size,
    _marked,
    _hangs,
    _form_lines,
    _captions,
    _other_weight,
    _headings_run_on,
    _unfinished,
    _short_line_before,
    _indented,
)


def _room(draft: Draft, line: Line) -> float:
    """Space left at the end of the draft's last line after the next line's first word."""
    first = line.body[0]
    return draft.right - draft.lines[-1].box.x1 - (first.x1 - first.x0) - 0.3 * line.size


def _is_full(draft: Draft, line: Line) -> bool:
    return _room(draft, line) < 1.5 * line.size


def is_form_line(line: Line) -> bool:
    """Two runs of words with a wide gap between them, such as a label and its value."""
    segments = line_to_segments(line, FORM_GAP)
    return len(segments) == 2 and line_to_marker(line, close=True) is None


def _is_centred(above: Line, below: Line) -> bool:
    middle_above = (above.box.x0 + above.box.x1) / 2
    return abs(middle_above - (below.box.x0 + below.box.x1) / 2) < 3.0 and abs(above.box.x0 - below.box.x0) > 3.0


def line_to_marker(line: Line, close: bool) -> Marker | None:
    """The bullet or number that a line begins with.

    ``close`` says that the line stands close below another, where a number may be part of the sentence: then
    only one that is set off by more than a space counts.
    """
    if len(line.words) < 2:
        return None
    first, second = line.words[0], line.words[1]
    gap = (second.x0 - first.x1) / line.size
    if first.text in BULLETS or (_is_sign(first.text) and not _is_sign(second.text)):
        clear = gap > 0.4 if first.text in "o–—-§" else gap > 0.1
        return Marker(None) if clear and not (first.text == "§" and second.text[:1].isdigit()) else None
    if BARE_NUMBER.match(first.text) and gap > 1.2:
        return Marker(first.text)
    if not NUMBER.match(first.text) or second.mark:
        return None
    needed = 0.4 if close or re.match(r"^[A-Z]", first.text) else 0.15
    return Marker(first.text) if gap >= max(needed, 1.3 * _usual_gap(line.words[1:], line.size)) else None


def _is_sign(text: str) -> bool:
    return len(text) == 1 and unicodedata.category(text) in SIGN_KINDS and text not in NO_BULLETS


def marker_to_role(marker: Marker) -> Role:
    """A paragraph numbered 4.1 is a paragraph; what has a bullet, 1. or (a) is an item of a list."""
    return "paragraph" if marker.number and DOTTED.match(marker.number) else "item"


def _usual_gap(words: list[Word], size: float) -> float:
    gaps = [(b.x0 - a.x1) / size for a, b in pairwise(words) if not b.glued]
    return median(gaps) if gaps and len(gaps) > 2 else 0.0
