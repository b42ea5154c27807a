"""The data model that every part speaks. Imports nothing of ours.

The smallest truth is stored and views are derived: a block holds its text and the pieces that tie it to the
source; a table holds cells with spans and roles, and its grid is computed.

Units: page numbers are 1-based (None where a format has no pages); boxes are PDF points measured from the top
left corner of the page; character offsets count Unicode characters of ``Document.text``, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["plan", "review", "panel report", "committee report", "presentation", "other"]
Marking = Literal["public", "not public"]
Role = Literal["heading", "paragraph", "item", "caption", "footnote", "furniture"]
CellRole = Literal["header", "label", "value", "blank"]
ChunkKind = Literal["passage", "sentence", "table", "row"]
Status = Literal["answered", "not_found"]
Operation = Literal["sum", "difference", "max", "min", "count", "share", "average"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page in PDF points, from the top left."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a block's text that stands unbroken in the source.

    ``Block.text[start:end]`` equals ``Document.text[source_start:source_start + end - start]``. Characters of a
    block between two pieces (a joining space, a removed hyphen) stand nowhere in the source.
    """

    start: int
    end: int
    source_start: int
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of running text in reading order: a heading, paragraph, list item, caption or footnote.

    ``order`` is its place in the document, counted together with tables. ``section`` holds the titles of the
    headings above it, outermost first. ``number`` is a printed paragraph number such as ``4.1``. Furniture
    (running heads, page numbers) is kept as data and never chunked.
    """

    id: str
    order: int
    role: Role
    text: str
    pieces: tuple[Piece, ...]
    section: tuple[str, ...] = ()
    level: int = 0
    number: str | None = None

    @property
    def page(self) -> int | None:
        """The page on which the block begins."""
        return self.pieces[0].page if self.pieces else None


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell; ``row`` and ``column`` are 0-based and count header rows first.

    ``source`` is the character span of its words in ``Document.text``. ``carried`` marks a blank place that a
    reader fills from the cell above it (the text is that cell's); ``doubtful`` one where nothing decides which.
    ``marks`` are the footnote marks that stand at its words and are not part of ``text``. ``reference`` is what a
    workbook calls its place (``B7``).
    """

    row: int
    column: int
    text: str
    role: CellRole = "value"
    rowspan: int = 1
    colspan: int = 1
    page: int | None = None
    box: Box | None = None
    source: tuple[int, int] | None = None
    carried: bool = False
    doubtful: bool = False
    marks: tuple[str, ...] = ()
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as cells; ``order`` is its place among blocks and tables.

    ``row_pages`` and ``row_spans`` (character span of the row's words in ``Document.text``) have one entry a
    row, header rows included. ``unit`` is what the caption, the headers or the text say of all its figures
    (``£``, ``£000``, ``£m``, ``%``). ``total_rows`` are the 0-based rows that add up others. ``confidence`` is
    between 0 and 1, and ``doubts`` are the reasons why it is not 1, for the reader who should check them.
    """

    id: str
    order: int
    n_rows: int
    n_columns: int
    cells: tuple[Cell, ...]
    header_rows: int = 1
    row_pages: tuple[int | None, ...] = ()
    row_spans: tuple[tuple[int, int] | None, ...] = ()
    caption: str | None = None
    lead_in: str | None = None
    unit: str | None = None
    notes: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    box: Box | None = None
    doubts: tuple[str, ...] = ()
    confidence: float = 1.0
    total_rows: tuple[int, ...] = ()

    def __hash__(self) -> int:
        # Tables are keys of caches; to hash every cell would cost more than what is kept there.
        return hash((self.id, self.n_rows, self.n_columns, self.caption, self.section, self.row_spans[:2]))

    @property
    def page(self) -> int | None:
        """The page of the first row."""
        return self.row_pages[0] if self.row_pages else None

    def grid_cells(self) -> list[list[Cell | None]]:
        """Rows of cells; a spanning cell shows in every place that it covers."""
        grid: list[list[Cell | None]] = [[None] * self.n_columns for _ in range(self.n_rows)]
        for cell in self.cells:
            for row in range(cell.row, min(cell.row + cell.rowspan, self.n_rows)):
                for column in range(cell.column, min(cell.column + cell.colspan, self.n_columns)):
                    grid[row][column] = cell
        return grid

    def grid(self) -> list[list[str]]:
        """Rows of text, header rows first; a spanning cell's text shows in every place that it covers."""
        return [[cell.text if cell else "" for cell in row] for row in self.grid_cells()]

    def headers(self) -> list[str]:
        """One heading a column: the texts of its header cells from the top, without repeats and cells that span all."""
        grid = self.grid_cells()[: self.header_rows]
        named = [[cell.text if cell and cell.colspan < max(2, self.n_columns) else "" for cell in row] for row in grid]
        return [" ".join(dict.fromkeys(row[c] for row in named if row[c])) for c in range(self.n_columns)]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its 1-based number, printed label (``iv``) where it differs, and size in points."""

    number: int
    width: float = 0.0
    height: float = 0.0
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One document as read. ``text`` is the source's words, of which every quotation is a slice.

    ``id`` comes from the content (see ``ingest``); ``source`` is the file's name. ``date`` is ISO (a year or a
    month is filled up with 01) and ``date_text`` is how the document says it. ``warnings`` say in words what could
    not be read, or was read with doubt: a damaged page, a page that had to be recognised from its picture.
    ``reader_version`` tells which state of the readers it comes from.
    """

    id: str
    source: str
    text: str
    title: str
    format: str
    pages: tuple[Page, ...] = ()
    blocks: tuple[Block, ...] = ()
    tables: tuple[Table, ...] = ()
    issuer: str | None = None
    date: str | None = None
    date_text: str | None = None
    kind: Kind = "other"
    marking: Marking = "public"
    forces: tuple[str, ...] = ()
    path: str | None = None
    warnings: tuple[str, ...] = ()
    reader_version: int = 0

    def block(self, block_id: str) -> Block:
        """The block of that id; KeyError where there is none."""
        for block in self.blocks:
            if block.id == block_id:
                return block
        raise KeyError(block_id)

    def table(self, table_id: str) -> Table:
        """The table of that id; KeyError where there is none."""
        for table in self.tables:
            if table.id == table_id:
                return table
        raise KeyError(table_id)


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` of the text of one block."""

    block_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is indexed: a passage, one of its sentences, a table, or one of its rows.

    ``text`` is for reading and ``embed_text`` for the embedding model. A passage or sentence keeps its
    ``spans``; a table or row keeps ``table_id`` (and ``row``). ``parent`` is the passage of a sentence or the
    table chunk of a row.
    """

    id: str
    document_id: str
    kind: ChunkKind
    text: str
    embed_text: str
    page: int | None = None
    section: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    table_id: str | None = None
    row: int | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class TablePlace:
    """The cell, row or column that a citation points at; ``row`` and ``column`` are their labels in words.

    ``reference`` is what a workbook calls the cell (``B7``).
    """

    table_id: str
    row: str | None = None
    column: str | None = None
    value: str | None = None
    row_index: int | None = None
    column_index: int | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """One numbered source place. ``quote`` is cut from the source; ``boxes`` are where it stands on ``page``."""

    marker: int
    document_id: str
    source: str
    title: str
    page: int | None
    section: str | None
    quote: str
    table: TablePlace | None = None
    block_id: str | None = None
    boxes: tuple[Box, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The citation as the fixed JSON contract has it."""
        cell = _named(self.table, "table_id", "row", "column", "value") if self.table else None
        return _named(self, "marker", "document_id", "source", "title", "page", "section", "quote") | {"table": cell}


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage, row or table that retrieval ranked, best first; ``score`` orders and is no probability."""

    document_id: str
    source: str
    page: int | None
    text: str
    score: float
    chunk_id: str = ""
    section: str | None = None

    def to_json(self) -> dict[str, object]:
        """The entry as the fixed JSON contract has it."""
        return _named(self, "document_id", "source", "page", "text") | {"score": round(self.score, 6)}


@dataclass(frozen=True, slots=True)
class ComputationInput:
    """A cell that a computed answer used."""

    table_id: str
    row: str
    column: str
    value: str

    def to_json(self) -> dict[str, object]:
        return _named(self, "table_id", "row", "column", "value")


@dataclass(frozen=True, slots=True)
class Computation:
    """How a computed figure came about, so that a reader can redo it with a pencil."""

    operation: Operation
    inputs: tuple[ComputationInput, ...]
    result: str

    def to_json(self) -> dict[str, object]:
        inputs = [cell.to_json() for cell in self.inputs]
        return {"operation": self.operation, "inputs": inputs, "result": self.result}


@dataclass(frozen=True, slots=True)
class Check:
    """The last check: whether what is shown holds, how much was looked at, and why something was left out."""

    passed: bool
    quotes: int
    figures: int
    names: int
    dropped: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        return _named(self, "passed", "quotes", "figures", "names") | {"dropped": list(self.dropped)}


@dataclass(frozen=True, slots=True)
class Wording:
    """Who worded an answer: the documents or a model, by name; ``fallback`` is why a model's wording is not shown."""

    by: str = "documents"
    fallback: str | None = None

    def to_json(self) -> dict[str, object]:
        return _named(self, "by", "fallback")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reader gets: sentences with markers [1], their sources, and what was ranked on the way.

    ``status`` is ``not_found`` where the documents do not say; ``message`` then says why and ``retrieved``
    holds the nearest passages. ``values`` are the bare values of the answer, empty for answers in sentences.
    ``check`` is that of its sentences against their sources; None where nothing is answered.
    """

    question: str
    status: Status
    answer: str
    message: str | None = None
    values: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    retrieved: tuple[Retrieved, ...] = ()
    computation: Computation | None = None
    timings_ms: dict[str, float] = field(default_factory=dict, hash=False)
    id: str | None = None
    check: Check | None = None
    wording: Wording = Wording()

    def to_json(self) -> dict[str, object]:
        """The answer object of the fixed JSON contract, with its check and who worded it."""
        return _named(self, "id", "question", "status", "answer", "message") | {
            "values": list(self.values),
            "citations": [citation.to_json() for citation in self.citations],
            "retrieved": [entry.to_json() for entry in self.retrieved],
            "computation": self.computation.to_json() if self.computation else None,
            "timings_ms": {name: round(value, 3) for name, value in self.timings_ms.items()},
            "check": self.check.to_json() if self.check else None,
            "wording": self.wording.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation with the answer that was given (empty where unknown)."""

    question: str
    answer: str = ""


def _named(thing: object, *names: str) -> dict[str, object]:
    """Attributes by their names, in this order."""
    return {name: getattr(thing, name) for name in names}


def reading_order(document: Document) -> Iterator[Block | Table]:
    """Blocks and tables of a document as a person reads them."""
    parts: list[Block | Table] = [*document.blocks, *document.tables]
    yield from sorted(parts, key=lambda part: part.order)
