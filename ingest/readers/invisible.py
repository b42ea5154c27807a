"""Characters that are not seen: kept in the source text, left out of the words that are searched.

A zero-width space within a word, or a mark that turns the direction of writing, would keep a word from being found as
a reader types it. ``Document.text`` stays as the source has it, and so does every quotation, which is cut from it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from kb.model import Block, Document, Piece, Table

# Soft hyphen, zero-width characters, direction marks, invisible operators, language tags.
INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]+"
)
# These turn letters around, so that what is seen is not what is stored ("gpj.exe" seen as "exe.jpg").
TURNING = re.compile("[\u202d\u202e]")
TURNED = (
    "The text has marks in it that turn the order of letters{where}: what is seen on paper may differ from what is "
    "searched and quoted here"
)


def without_invisible(document: Document) -> Document:
    """The document with words as a reader types them; one whose letters are turned around gets a warning."""
    if not INVISIBLE.search(document.text) and not INVISIBLE.search(document.title):
        return document
    warnings = document.warnings
    if TURNING.search(document.text):
        pages = sorted({block.page for block in document.blocks if block.page and turned(document, block)})
        where = f" (page {', '.join(map(str, pages))})" if pages else ""
        warnings = (*warnings, TURNED.format(where=where))
    return replace(
        document,
        title=INVISIBLE.sub("", document.title) or document.title,
        blocks=tuple(block_without_invisible(block) for block in document.blocks),
        tables=tuple(table_without_invisible(table) for table in document.tables),
        warnings=warnings,
    )


def turned(document: Document, block: Block) -> bool:
    """Whether a block's letters are turned around somewhere in the source."""
    return any(
        TURNING.search(document.text, piece.source_start, piece.source_start + piece.end - piece.start)
        for piece in block.pieces
    )


def block_without_invisible(block: Block) -> Block:
    """The block's visible words, each of its pieces cut where something was left out."""
    gaps = [match.span() for match in INVISIBLE.finditer(block.text)]
    section = tuple(INVISIBLE.sub("", title) for title in block.section)
    if not gaps or not INVISIBLE.sub("", block.text).strip():
        return replace(block, section=section)
    edges = [0, *(edge for gap in gaps for edge in gap), len(block.text)]
    kept = [(start, end) for start, end in list(pairwise(edges))[::2] if start < end]
    pieces: list[Piece] = []
    length = 0
    for start, end in kept:
        for piece in block.pieces:
            first, last = max(start, piece.start), min(end, piece.end)
            if first < last:
                source = piece.source_start + first - piece.start
                pieces.append(Piece(length + first - start, length + last - start, source, piece.page, piece.box))
        length += end - start
    return replace(block, text=INVISIBLE.sub("", block.text), pieces=tuple(pieces), section=section)


def table_without_invisible(table: Table) -> Table:
    """The table with the visible words of its cells and of what stands around it."""

    def visible(text: str | None) -> str | None:
        return None if text is None else INVISIBLE.sub("", text)

    return replace(
        table,
        cells=tuple(
            replace(cell, text=INVISIBLE.sub("", cell.text)) if INVISIBLE.search(cell.text) else cell
            for cell in table.cells
        ),
        caption=visible(table.caption),
        lead_in=visible(table.lead_in),
        section=tuple(INVISIBLE.sub("", title) for title in table.section),
        notes=tuple(INVISIBLE.sub("", note) for note in table.notes),
    )
