"""What a page is made of while it is being read: words, rules, lines, and tables that have no meaning yet.

Lengths are PDF points, measured from the top left corner of the page as it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

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


@dataclass(slots=True)
class PageContent:
    """All that a page shows, as far as it is read. ``turned`` holds words that do not run from left to right."""

    number: int
    width: float
    height: float
    words: list[Word] = field(default_factory=list)
    turned: list[Word] = field(default_factory=list)
    horizontal: list[Edge] = field(default_factory=list)
    vertical: list[Edge] = field(default_factory=list)

    @property
    def is_slide(self) -> bool:
        return self.width > self.height


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
    """A grid with words in it. ``columns`` are the x positions of its column borders, outer ones included."""

    page: int
    box: Box
    columns: list[float]
    cells: list[RawCell]
    row_pages: list[int]
    ruled: bool = True

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
