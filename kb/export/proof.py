"""A citation looked up again in the library: does its quote, its page and its figure still stand there?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.answering.checking.sources import fold, quote_to_problems
from kb.errors import NotFound
from kb.model import Citation, Document

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

GONE = "This document is not in the library now, so the source could not be checked."
CHANGED = "This was not found at its place in the library when this file was made. Check it in the document."


def citation_to_problem(kb: KnowledgeBase, citation: Citation) -> str | None:
    """Why a citation is not proved by the library, in a sentence; None where it is."""
    try:
        document = kb.document(citation.document_id)
    except NotFound:
        return GONE
    return None if any(holds(document, place) for place in citation_to_places(document, citation)) else CHANGED


def holds(document: Document, citation: Citation) -> bool:
    """Whether the quote, the page and the value of a citation stand at the block or cell that it names."""
    try:
        return not quote_to_problems(document, citation)
    except (KeyError, IndexError):
        return False


def citation_to_places(document: Document, citation: Citation) -> Iterator[Citation]:
    """The citation with the block, or the row and column, that it could mean.

    Citations of our own know theirs; those of an answer object in JSON have only their page and their words.
    """
    table = citation.table
    if citation.block_id is not None or (table is not None and table.row_index is not None):
        yield citation
        return
    if table is None:
        yield from (replace(citation, block_id=block.id) for block in document.blocks)
        return
    grids = (held.grid_cells() for held in document.tables if held.id == table.table_id)
    for row, cells in ((row, cells) for grid in grids for row, cells in enumerate(grid)):
        wanted = fold(table.value or "")
        columns = [column for column, cell in enumerate(cells) if cell and fold(cell.text) == wanted]
        for column in [None] if table.value is None else columns:
            yield replace(citation, table=replace(table, row_index=row, column_index=column))
