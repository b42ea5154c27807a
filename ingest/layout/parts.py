"""What a page is made of while it is being read: words, rules, lines, and tables that have no meaning yet.

Lengths are PDF points, measured from the top left corner of the page as it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from ingest.layout.geometry import Transform
from kb.model import Box


@dataclass(slots=True)
class Word:
    """A run of characters without white space. ``glued`` says that none stands before it either.

    ``mark`` is a raised footnote mark, which belongs to the page but not to the sentence.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    size: float
    bold: bool = False
    italic: bool = False
    glued: bool = False
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A straight rule: at ``at`` across its own direction, from ``lo`` to ``hi`` along it."""

    at: float
    lo: float
    hi: float


class Fault(StrEnum):
    """What a reader of the document should know of how a page was read."""

    OUTSIDE = "words outside the visible page were left out"
    HIDDEN = "words that cannot be seen on the page were left out"
    NO_SPACES = "the text has no spaces; words were parted at the gaps between letters"
    WRONG_LETTERS = "the letters of the text are wrongly encoded, so its picture was read"
    UNREAD_LETTERS = "the letters of the text are wrongly encoded; install tesseract to read the picture of the page"
    RECOGNISED_BEFORE = "a picture; its words are those that another program recognised"
    RECOGNISED = "a picture; its words were recognised by tesseract"
    UNSURE = "a picture; its words were recognised by tesseract, with much doubt"
    PICTURE = "a picture in which no words were recognised"
    PICTURE_UNREAD = "a picture; install tesseract to read it"
    FAILED = "a picture that tesseract could not read; see whether its English language data are installed"
    SLOW = "a picture in which tesseract found no words in time"
    DAMAGED = "damaged, and left out"


@dataclass(slots=True)
class PageContent:
    """All that a page shows, as far as it is read. ``turned`` holds words that do not run from left to right.

    Lengths are those of the page as it is read; where that is not as it is shown, ``to_shown`` leads there,
    and ``turned_aside`` says that it stands on what is shown as a side.
    ``legible`` is False where the letters mean nothing, and ``picture_share`` is how much of the page its largest
    picture covers.
    """

    number: int
    width: float
    height: float
    words: list[Word] = field(default_factory=list)
    turned: list[Word] = field(default_factory=list)
    horizontal: list[Edge] = field(default_factory=list)
    vertical: list[Edge] = field(default_factory=list)
    to_shown: Transform | None = None
    turned_aside: bool = False
    legible: bool = True
    picture_share: float = 0.0
    faults: list[Fault] = field(default_factory=list)

    @property
    def shown_size(self) -> tuple[float, float]:
        """Width and height of the page as it is shown."""
        return (self.height, self.width) if self.turned_aside else (self.width, self.height)


@dataclass
class Line:
    """Words on one baseline, from left to right."""

    words: list[Word]
    page: int

    @cached_property
    def box(self) -> Box:
        return words_to_box(self.words)

    @cached_property
    def text(self) -> str:
        """The line as it stands on the page, footnote marks included."""
        return "".join(text for text, _ in self.parts)

    @cached_property
    def parts(self) -> list[tuple[str, bool]]:
        """Every word with the space before it, and whether it is a footnote mark."""
        return [
            (word.text if word.glued or position == 0 else f" {word.text}", word.mark)
            for position, word in enumerate(self.words)
        ]

    @cached_property
    def plain(self) -> str:
        """The line without its footnote marks."""
        return "".join(text for text, mark in self.parts if not mark).strip()

    @cached_property
    def body(self) -> list[Word]:
        """The words that are not footnote marks (all of them where there is nothing else)."""
        return [word for word in self.words if not word.mark] or self.words

    @cached_property
    def size(self) -> float:
        """The size of most of its characters."""
        weights: dict[float, int] = {}
        for word in self.body:
            weights[word.size] = weights.get(word.size, 0) + len(word.text)
        return max(weights, key=lambda size: (weights[size], size))

    @cached_property
    def baseline(self) -> float:
        return max(self.body, key=lambda word: word.size).baseline

    @cached_property
    def bold(self) -> bool:
        return all(word.bold for word in self.body)

    @cached_property
    def italic(self) -> bool:
        return all(word.italic for word in self.body)


@dataclass(slots=True)
class RawCell:
    """A cell of a grid with its lines; ``row`` and ``column`` are 0-based. ``text`` is set once all pages are known."""

    row: int
    column: int
    rowspan: int
    colspan: int
    box: Box
    page: int
    lines: list[Line] = field(default_factory=list)
    text: str = ""

    @property
    def bold(self) -> bool:
        return bool(self.lines) and all(line.bold for line in self.lines)


@dataclass(slots=True)
class RawTable:
    """A grid with words in it. ``columns`` are the x positions of its column borders, outer ones included.

    ``header_rows`` is what rules or the reader say of its header, None where they do not.
    """

    page: int
    box: Box
    columns: list[float]
    cells: list[RawCell]
    row_pages: list[int]
    ruled: bool = True
    header_rows: int | None = None

    @property
    def n_rows(self) -> int:
        return len(self.row_pages)

    @property
    def n_columns(self) -> int:
        return len(self.columns) - 1

    def rows(self) -> list[list[RawCell]]:
        """The cells that begin in each row, from left to right."""
        rows: list[list[RawCell]] = [[] for _ in range(self.n_rows)]
        for cell in sorted(self.cells, key=lambda cell: cell.column):
            rows[cell.row].append(cell)
        return rows


Entry = Line | RawTable


def words_to_box(words: Sequence[Word]) -> Box:
    """The smallest box around words."""
    return Box(
        round(min(word.x0 for word in words), 2),
        round(min(word.top for word in words), 2),
        round(max(word.x1 for word in words), 2),
        round(max(word.bottom for word in words), 2),
    )


def boxes_to_box(boxes: Iterable[Box]) -> Box:
    """The smallest box around boxes."""
    all_boxes = list(boxes)
    return Box(
        min(box.x0 for box in all_boxes),
        min(box.top for box in all_boxes),
        max(box.x1 for box in all_boxes),
        max(box.bottom for box in all_boxes),
    )
