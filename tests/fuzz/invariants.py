"""What holds for every Document, whatever it was read from."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ingest.chunks import document_to_chunks
from kb.model import Block, Box, Document, Table


def document_to_problems(document: Document) -> list[str]:
    """What is wrong with a document and the chunks made of it, a sentence each; empty where all is well."""
    problems = list(text_problems(document))
    pages = {page.number for page in document.pages}
    for block in document.blocks:
        problems += (f"block {block.id}: {problem}" for problem in block_problems(block, document.text, pages))
    for table in document.tables:
        problems += (f"table {table.id}: {problem}" for problem in table_problems(table, document.text, pages))
    orders = [part.order for part in (*document.blocks, *document.tables)]
    if len(set(orders)) != len(orders):
        problems.append("two parts have one place in the order")
    return problems or list(chunk_problems(document))


def text_problems(document: Document) -> Iterator[str]:
    for name in ("text", "title", "source", "issuer", "date"):
        try:
            (getattr(document, name) or "").encode("utf-8")
        except UnicodeEncodeError:
            yield f"{name} holds half a character, which no database takes"
    if not document.text.strip() or not document.title.strip():
        yield "no words or no title"
    numbers = [page.number for page in document.pages]
    if numbers != list(range(1, len(numbers) + 1)):
        yield "pages are not counted from 1"


def block_problems(block: Block, text: str, pages: set[int]) -> Iterator[str]:
    end = 0
    for piece in block.pieces:
        if not end <= piece.start < piece.end <= len(block.text):
            yield "pieces are not in order"
        if (
            block.text[piece.start : piece.end]
            != text[piece.source_start : piece.source_start + piece.end - piece.start]
        ):
            yield f"{block.text[piece.start : piece.end]!r} does not stand where it should"
        if pages and piece.page not in pages:
            yield f"there is no page {piece.page}"
        yield from box_problems(piece.box)
        end = piece.end
    if not block.text.strip() or not block.pieces:
        yield "no words"


def table_problems(table: Table, text: str, pages: set[int]) -> Iterator[str]:
    taken: set[tuple[int, int]] = set()
    for cell in table.cells:
        places = {
            (row, column)
            for row in range(cell.row, cell.row + cell.rowspan)
            for column in range(cell.column, cell.column + cell.colspan)
        }
        if places & taken:
            yield f"two cells at row {cell.row}, column {cell.column}"
        if max(row for row, _ in places) >= table.n_rows or max(column for _, column in places) >= table.n_columns:
            yield f"the cell at row {cell.row}, column {cell.column} leads out of the table"
        if cell.source is not None and not 0 <= cell.source[0] <= cell.source[1] <= len(text):
            yield "a cell stands outside of the text"
        taken |= places
        yield from box_problems(cell.box)
    if not 0 <= table.header_rows <= table.n_rows:
        yield f"{table.header_rows} header rows of {table.n_rows} rows"
    for name in ("row_pages", "row_spans"):
        if len(getattr(table, name)) not in (0, table.n_rows):
            yield f"{name} do not go with the rows"
    if any(page is not None and pages and page not in pages for page in table.row_pages):
        yield "a row on no page"
    if any(span is not None and not 0 <= span[0] <= span[1] <= len(text) for span in table.row_spans):
        yield "a row stands outside of the text"
    if not 0 <= table.confidence <= 1:
        yield f"confidence {table.confidence}"


def box_problems(box: Box | None) -> Iterator[str]:
    if box is not None and not all(math.isfinite(edge) for edge in (box.x0, box.top, box.x1, box.bottom)):
        yield f"no place on a page: {box}"


def chunk_problems(document: Document) -> Iterator[str]:
    """Chunks are made without failing, and point at what there is."""
    blocks = {block.id: block.text for block in document.blocks}
    tables = {table.id: table.n_rows for table in document.tables}
    ids: set[str] = set()
    for chunk in document_to_chunks(document):
        if chunk.id in ids:
            yield f"two chunks {chunk.id}"
        ids.add(chunk.id)
        if any(not 0 <= span.start <= span.end <= len(blocks[span.block_id]) for span in chunk.spans):
            yield f"chunk {chunk.id} leads out of its block"
        if chunk.row is not None and not 0 <= chunk.row < tables[str(chunk.table_id)]:
            yield f"chunk {chunk.id} is of no row"
