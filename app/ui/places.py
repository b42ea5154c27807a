"""A place in a document as a link carries it, so that every source has an address of its own.

The query string of a link says all that is needed to show the place again: no state is kept on the server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlencode

from kb.errors import NotFound
from kb.model import Block, Box, Chunk, Citation, Document, Retrieved, Span, Table

MOST_BOXES = 200
# What the fields are called in a link. Gradio takes "page" and "view" in the page's address for itself.
_WHOLE_NUMBERS = {"page": "p", "show": "show", "start": "start", "end": "end", "row": "row", "column": "column"}
_NAMES = {"block": "block", "table": "table", "chunk": "chunk", "view": "as"}


@dataclass(frozen=True, slots=True)
class Place:
    """What a source points at.

    ``page`` is the 1-based cited page and ``show`` another one that the reader has turned to. ``boxes`` are in
    points of ``page``. ``start`` and ``end`` are characters of the block; ``row`` and ``column`` are 0-based
    and count header rows first. ``view`` is ``page`` where the reader asked for the page image of a table.
    """

    document: str
    page: int | None = None
    boxes: tuple[Box, ...] = ()
    block: str | None = None
    start: int | None = None
    end: int | None = None
    table: str | None = None
    row: int | None = None
    column: int | None = None
    chunk: str | None = None
    show: int | None = None
    view: str | None = None


def place_to_query(place: Place) -> str:
    """The place as a query string, without the question mark and not yet escaped for HTML."""
    fields: dict[str, object] = {"doc": place.document}
    for name, key in (_WHOLE_NUMBERS | _NAMES).items():
        value = getattr(place, name)
        if value is not None:
            fields[key] = value
    if place.boxes:
        fields["boxes"] = boxes_to_text(place.boxes)
    return urlencode(fields, safe=",;")


def query_to_place(query: Mapping[str, str]) -> Place:
    """The place that a query string names; NotFound where it cannot be read."""
    if not query.get("doc"):
        raise NotFound("This link names no document.")
    try:
        numbers = {name: int(query[key]) for name, key in _WHOLE_NUMBERS.items() if query.get(key)}
        boxes = text_to_boxes(query.get("boxes", ""))
    except ValueError as error:
        raise NotFound("This link is damaged. Ask the question again to get a fresh one.") from error
    names = {name: query[key] for name, key in _NAMES.items() if query.get(key)}
    return replace(Place(query["doc"], boxes=boxes), **numbers, **names)  # type: ignore[arg-type]


def boxes_to_text(boxes: tuple[Box, ...]) -> str:
    """Boxes as ``x0,top,x1,bottom;…`` in tenths of a point."""
    return ";".join(f"{box.x0:.1f},{box.top:.1f},{box.x1:.1f},{box.bottom:.1f}" for box in boxes[:MOST_BOXES])


def text_to_boxes(text: str) -> tuple[Box, ...]:
    """The boxes of :func:`boxes_to_text`; ValueError where it is none."""
    boxes = []
    for part in islice(filter(None, text.split(";")), MOST_BOXES):
        x0, top, x1, bottom = (float(number) for number in part.split(","))
        if not (-1e5 < x0 <= x1 < 1e5 and -1e5 < top <= bottom < 1e5):
            raise ValueError(part)
        boxes.append(Box(x0, top, x1, bottom))
    return tuple(boxes)


def citation_to_place(citation: Citation, document: Document | None) -> Place:
    """Where a citation points. Without its document (removed since) only the page is known."""
    place = Place(citation.document_id, page=citation.page, boxes=citation.boxes)
    if citation.table is not None:
        table = citation.table
        return replace(place, table=table.table_id, row=table.row_index, column=table.column_index)
    if citation.block_id is None or document is None:
        return place
    place = replace(place, block=citation.block_id)
    try:
        span = quote_to_block_span(document, document.block(citation.block_id), citation.quote)
    except KeyError:
        return place
    return replace(place, start=span[0], end=span[1]) if span else place


def retrieved_to_place(entry: Retrieved) -> Place:
    """Where a ranked passage stands; its boxes are looked up when it is opened."""
    return Place(entry.document_id, page=entry.page, chunk=entry.chunk_id or None)


def chunk_to_place(chunk: Chunk, document: Document) -> Place:
    """Where a passage, sentence, table or row stands in its document."""
    place = Place(chunk.document_id, page=chunk.page, table=chunk.table_id, row=chunk.row)
    if chunk.table_id is not None or not chunk.spans:
        return place
    blocks = {block.id: block for block in document.blocks}
    spans = [(blocks[span.block_id], span) for span in chunk.spans if span.block_id in blocks]
    boxes = tuple(box for block, span in spans for box in span_to_boxes(block, span, chunk.page))
    first = chunk.spans[0]
    return replace(place, boxes=boxes, block=first.block_id, start=first.start, end=first.end)


def span_to_boxes(block: Block, span: Span, page: int | None) -> list[Box]:
    """The boxes on one page of the pieces that a span of a block touches."""
    return [
        piece.box
        for piece in block.pieces
        if piece.box is not None and piece.page == page and piece.start < span.end and piece.end > span.start
    ]


def quote_to_span(text: str, quote: str) -> tuple[int, int] | None:
    """Characters of ``text`` where the quote stands; line ends of the source may be spaces in the text."""
    words = quote.split()
    if not words:
        return None
    found = re.search(r"\s+".join(re.escape(word) for word in words), text)
    return found.span() if found else None


def quote_to_block_span(document: Document, block: Block, quote: str) -> tuple[int, int] | None:
    """Characters of a block where a quote stands, even one with marks of the source that the block is without."""
    found = quote_to_span(block.text, quote)
    if found is not None or not block.pieces:
        return found
    begin = min(piece.source_start for piece in block.pieces)
    end = max(piece.source_start + piece.end - piece.start for piece in block.pieces)
    source = quote_to_span(document.text[begin:end], quote)
    if source is None:
        return None
    first, last = begin + source[0], begin + source[1]
    inside = [
        (max(first - piece.source_start, 0) + piece.start, min(last - piece.source_start + piece.start, piece.end))
        for piece in block.pieces
        if piece.source_start < last and piece.source_start + piece.end - piece.start > first
    ]
    return (min(start for start, _ in inside), max(stop for _, stop in inside)) if inside else None


def cells_to_reference(table: Table, row: int | None, column: int | None) -> str:
    """What a workbook calls a cell, a row or a whole table: ``cell B7``, ``cells A7 to F7``; nothing elsewhere."""
    rows = table.grid_cells()
    if row is not None and 0 <= row < table.n_rows:
        rows = [rows[row]]
        if column is not None and 0 <= column < table.n_columns:
            rows = [[rows[0][column]]]
    names = [cell.reference for places in rows for cell in places if cell is not None and cell.reference]
    if not names:
        return ""
    return f"cell {names[0]}" if len(set(names)) == 1 else f"cells {names[0]} to {names[-1]}"


def table_to_boxes(table: Table, row: int | None, column: int | None) -> tuple[int | None, tuple[Box, ...]]:
    """The page and boxes of a cell, else of its row, else of the whole table."""
    if row is None or not 0 <= row < table.n_rows:
        return table.page, (table.box,) if table.box else ()
    page = table.row_pages[row] if row < len(table.row_pages) else table.page
    places = table.grid_cells()[row]
    if column is not None and 0 <= column < table.n_columns and places[column] is not None:
        places = [places[column]]
    cells = [cell for cell in dict.fromkeys(places) if cell is not None and cell.box is not None]
    pages = {cell.page for cell in cells if cell.page is not None}
    page = pages.pop() if len(pages) == 1 else page
    return page, tuple(cell.box for cell in cells if cell.box is not None and cell.page in (None, page))
