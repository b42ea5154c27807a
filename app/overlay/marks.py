"""Document -> what is to be drawn on each page, as boxes with a kind and a tag; nothing here knows of pixels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kb.model import Block, Box, Cell, Document, Piece, Table, reading_order

ROLE_LETTERS = {"heading": "H", "paragraph": "P", "item": "I", "caption": "C", "footnote": "N", "furniture": "F"}
# A part of a block that begins this much (points) above the end of the one before it stands in another column.
STEP_UP = 4.0
LONGEST_MARK = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A box in points of the page, what it is (a key of ``drawing.STYLES``), and a few letters to set beside it."""

    kind: str
    box: Box
    tag: str = ""


@dataclass(slots=True)
class PageMarks:
    """All that was seen on a page.

    ``order`` has one point a block or table, in reading order; ``ties`` join a footnote mark with its note.
    ``rows`` and ``columns`` are the tables' row and column numbers with the point where each stands; ``lines`` say
    in words what does not fit on the page.
    """

    marks: list[Mark] = field(default_factory=list)
    order: list[tuple[float, float]] = field(default_factory=list)
    ties: list[tuple[Box, Box]] = field(default_factory=list)
    rows: list[tuple[float, float, str]] = field(default_factory=list)
    columns: list[tuple[float, float, str]] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)


def document_to_marks(document: Document) -> dict[int, PageMarks]:
    """Page number to what is to be drawn there; every page has an entry."""
    pages = {page.number: PageMarks() for page in document.pages}
    counts = dict.fromkeys(pages, 0)
    numbers = {table.id: position for position, table in enumerate(document.tables, start=1)}
    for part in reading_order(document):
        if isinstance(part, Table):
            for number in sorted({page for page in part.row_pages if page in pages}):
                counts[number] += 1
                _add_table(pages[number], part, number, f"{counts[number]} T{numbers[part.id]}")
            continue
        for number, boxes in _block_to_boxes(part).items():
            if number not in pages:
                continue
            furniture = part.role == "furniture"
            counts[number] += not furniture
            order = "" if furniture else f"{counts[number]} "
            _add_block(pages[number], part, boxes, order, number != part.page)
    for number, page in pages.items():
        page.ties.extend(_page_to_ties(document, number))
        page.lines.extend(("warning", warning) for warning in document.warnings if _is_about(warning, number))
    return pages


def _is_about(warning: str, number: int) -> bool:
    """Whether a warning names this page, or no page at all and this is the first."""
    named = re.findall(r"\bpages? (\d+)", warning, re.IGNORECASE)
    return str(number) in named if named else number == 1


def _block_to_boxes(block: Block) -> dict[int, list[Box]]:
    """Page to the boxes around the block's parts there, one a column."""
    pages: dict[int, list[list[Box]]] = {}
    for piece in block.pieces:
        if piece.page is None or piece.box is None:
            continue
        columns = pages.setdefault(piece.page, [])
        if not columns or piece.box.top < columns[-1][-1].top - STEP_UP:
            columns.append([])
        columns[-1].append(piece.box)
    return {page: [_around(boxes) for boxes in columns] for page, columns in pages.items()}


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        min(box.x0 for box in boxes),
        min(box.top for box in boxes),
        max(box.x1 for box in boxes),
        max(box.bottom for box in boxes),
    )


def _add_block(page: PageMarks, block: Block, boxes: list[Box], order: str, goes_on: bool) -> None:
    letter = ROLE_LETTERS[block.role] + (str(block.level) if block.role == "heading" else "")
    tag = f"{order}{'...' if goes_on else ''}{letter}{f' {block.number}' if block.number else ''}"
    for position, box in enumerate(boxes):
        page.marks.append(Mark(block.role, box, tag if position == 0 else f"{tag} ..."))
        if block.role != "furniture":
            page.order.append((box.x0, box.top))


def _add_table(page: PageMarks, table: Table, number: int, tag: str) -> None:
    """The cells of the table's rows on this page, its own box, row and column numbers, and what is known of it."""
    cells = [cell for cell in table.cells if _cell_to_page(table, cell) == number]
    bands = _cells_to_bands(cells)
    drawn = [(cell, cell.box or _bands_to_box(bands, cell)) for cell in cells]
    page.marks.extend(Mark(_cell_to_kind(cell), box, _span_to_tag(cell)) for cell, box in drawn if box is not None)
    boxes = [box for _, box in drawn if box is not None]
    whole = _around(boxes) if boxes else table.box
    if table.box is not None and number == table.page and len(set(table.row_pages)) == 1:
        whole = table.box
    if whole is not None:
        page.marks.append(Mark("table", whole, f"{tag}  {table.confidence:.2f}"))
        page.order.append((whole.x0, whole.top))
        rows, columns = bands
        page.rows.extend((whole.x0, (lo + hi) / 2, _row_to_tag(table, row)) for row, (lo, hi) in rows.items())
        page.columns.extend(((lo + hi) / 2, whole.top, str(column)) for column, (lo, hi) in columns.items())
    page.lines.append(("table", _table_to_words(table, tag)))
    page.lines.extend(("doubt", doubt) for doubt in table.doubts)


def _cell_to_page(table: Table, cell: Cell) -> int | None:
    return cell.page if cell.page is not None else table.row_pages[cell.row]


def _cell_to_kind(cell: Cell) -> str:
    """What decides how a cell is drawn; a doubt or a carried label says more than its role."""
    if cell.doubtful:
        return "doubtful"
    if cell.carried:
        return "carried"
    return "blank" if not cell.text and cell.role != "header" else cell.role


def _span_to_tag(cell: Cell) -> str:
    """``2x3`` for a cell over two rows and three columns."""
    return f"{cell.rowspan}x{cell.colspan}" if cell.rowspan > 1 or cell.colspan > 1 else ""


def _row_to_tag(table: Table, row: int) -> str:
    return f"+{row}" if row in table.total_rows else str(row)


Bands = tuple[dict[int, tuple[float, float]], dict[int, tuple[float, float]]]


def _cells_to_bands(cells: Sequence[Cell]) -> Bands:
    """Row to its top and bottom and column to its left and right, from the cells that lie in one alone."""
    rows: dict[int, tuple[float, float]] = {}
    columns: dict[int, tuple[float, float]] = {}
    for cell in cells:
        if cell.box is None:
            continue
        if cell.rowspan == 1:
            lo, hi = rows.get(cell.row, (cell.box.top, cell.box.bottom))
            rows[cell.row] = min(lo, cell.box.top), max(hi, cell.box.bottom)
        if cell.colspan == 1:
            lo, hi = columns.get(cell.column, (cell.box.x0, cell.box.x1))
            columns[cell.column] = min(lo, cell.box.x0), max(hi, cell.box.x1)
    return rows, columns


def _bands_to_box(bands: Bands, cell: Cell) -> Box | None:
    """Where a cell without a box must stand; None where nothing else stands in its row or column."""
    rows = [bands[0][row] for row in range(cell.row, cell.row + cell.rowspan) if row in bands[0]]
    columns = [bands[1][column] for column in range(cell.column, cell.column + cell.colspan) if column in bands[1]]
    if not rows or not columns:
        return None
    (top, bottom), (left, right) = (rows[0][0], rows[-1][1]), (columns[0][0], columns[-1][1])
    return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))


def _table_to_words(table: Table, tag: str) -> str:
    """One line of what is known of a table."""
    name = tag.split()[-1]
    parts = [f"{name}: {table.n_rows} rows x {table.n_columns} columns, {table.header_rows} header"]
    parts.append(f"confidence {table.confidence:.2f}")
    parts.extend([f"in {table.unit}"] if table.unit else [])
    pages = sorted({page for page in table.row_pages if page is not None})
    parts.extend([f"pages {pages[0]} to {pages[-1]}"] if len(pages) > 1 else [])
    parts.append(f'"{table.caption}"' if table.caption else "no caption")
    return ", ".join(parts)


def _page_to_ties(document: Document, number: int) -> Iterator[tuple[Box, Box]]:
    """The box at each footnote mark of a page, and the box of the note that it means."""
    notes = [block for block in document.blocks if block.role == "footnote" and block.page == number]
    marks = [*_cell_marks(document, number), *_text_marks(document, number)] if notes else []
    for mark, box in marks:
        for note in notes:
            if _is_note_of(mark, note) and (boxes := _block_to_boxes(note).get(number)):
                yield box, boxes[0]
                break


def _is_note_of(mark: str, note: Block) -> bool:
    return note.number == mark or re.match(rf"\(?{re.escape(mark)}(?![\w*])", note.text) is not None


def _cell_marks(document: Document, number: int) -> Iterator[tuple[str, Box]]:
    for table in document.tables:
        for cell in table.cells:
            if cell.box is not None and cell.marks and _cell_to_page(table, cell) == number:
                yield from ((mark, cell.box) for mark in cell.marks)


def _text_marks(document: Document, number: int) -> Iterator[tuple[str, Box]]:
    """The marks that stand in running text: what the source has between two pieces of a block and the block has not."""
    for block in document.blocks:
        if block.role in ("footnote", "furniture"):
            continue
        after: Sequence[Piece | None] = [*block.pieces[1:], None]
        for piece, following in zip(block.pieces, after, strict=True):
            if piece.page != number or piece.box is None:
                continue
            end = piece.source_start + piece.end - piece.start
            stop = following.source_start if following is not None else end + LONGEST_MARK + 1
            between = document.text[end : min(stop, end + LONGEST_MARK + 1)].split("\n")[0].strip(" \t()[]")
            if between and len(between) <= LONGEST_MARK:
                yield between, Box(piece.box.x1, piece.box.top, piece.box.x1, piece.box.bottom)
