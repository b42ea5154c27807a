"""Quotations cut from the source by span, never typed again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kb.answering.draft import Quote
from kb.model import Block, Box, Document, Piece, Table, TablePlace

MARKUP = re.compile(
    r"<[^<>]{0,200}>|\$\s*\^?\{?\s*\d+\s*\}?\s*\$|[\\*_#$^{}¹²³⁴⁵⁶⁷⁸⁹⁰\u00ad\u200b-\u200d\u2060\ufeff]|\s|-(?=\s*\n)"
)


def span_to_quotes(document: Document, block: Block, start: int, end: int) -> list[Quote]:
    """The quotes for characters ``start`` to ``end`` of a block: one for each page, and one for each side of
    anything that stands between its words in the source (a footnote, a running head)."""
    runs: list[list[Piece]] = []
    for piece in block.pieces:
        if piece.end <= start or piece.start >= end:
            continue
        if runs and runs[-1][-1].page == piece.page and _joins(document, runs[-1][-1], piece):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    quotes = [_run_to_quote(document, block, run, start, end) for run in runs]
    return [quote for quote in quotes if any(character.isalnum() for character in quote.text)]


def _joins(document: Document, last: Piece, piece: Piece) -> bool:
    """Whether nothing but white space and marks stands between two pieces in the source."""
    between = document.text[last.source_start + last.end - last.start : piece.source_start]
    return piece.source_start >= last.source_start and not MARKUP.sub("", between)


def _run_to_quote(document: Document, block: Block, run: Sequence[Piece], start: int, end: int) -> Quote:
    first, last = run[0], run[-1]
    begin, stop = max(start, first.start), min(end, last.end)
    if document.pages:
        text = block.text[begin:stop]
    else:
        text = document.text[first.source_start + begin - first.start : last.source_start + stop - last.start]
    boxes = tuple(dict.fromkeys(piece.box for piece in run if piece.box is not None))
    return Quote(
        document_id=document.id,
        text=" ".join(text.split()),
        page=first.page,
        section=section_to_text(block.section),
        block_id=block.id,
        boxes=boxes,
    )


def row_to_quote(
    document: Document,
    table: Table,
    row: int,
    column: int | None = None,
    row_label: str | None = None,
    column_label: str | None = None,
    value: str | None = None,
) -> Quote:
    """The quote of a table row (its cells as they stand in the source), pointing at one of its cells."""
    span = table.row_spans[row] if row < len(table.row_spans) else None
    text = document.text[span[0] : span[1]] if span else " ".join(cell for cell in table.grid()[row] if cell)
    cell = table.grid_cells()[row][column] if column is not None and 0 <= column < table.n_columns else None
    reference = cell.reference if cell else None
    place = TablePlace(table.id, row_label, column_label, value, row, column, reference)
    return Quote(
        document_id=document.id,
        text=" ".join(text.split()),
        page=table.row_pages[row] if row < len(table.row_pages) else None,
        section=section_to_text(table.section),
        boxes=tuple(_cell_boxes(table, row, column)),
        table=place,
    )


def table_to_quote(document: Document, table: Table) -> Quote:
    """The quote of a table as a whole: its first row as it stands."""
    return row_to_quote(document, table, 0)


def _cell_boxes(table: Table, row: int, column: int | None) -> Iterable[Box]:
    for cell in table.cells:
        in_row = cell.row <= row < cell.row + cell.rowspan
        in_column = column is None or cell.column <= column < cell.column + cell.colspan
        if in_row and in_column and cell.box is not None:
            yield cell.box


def section_to_text(section: Sequence[str]) -> str | None:
    """A section path in one line, or None at the top of a document."""
    return " > ".join(section) or None
