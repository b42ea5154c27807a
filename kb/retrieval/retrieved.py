"""Ranked sentences and rows -> what the answer object lists as retrieved: whole places, each once.

A page of a document is one place, as it is what a reader opens; where a document has no pages, or the evidence has
fewer of them than are asked for, a passage or a table is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from kb.model import Cell, Chunk, Retrieved

if TYPE_CHECKING:
    from kb.retrieval.evidence import Evidence
    from kb.store import KnowledgeBase

RETRIEVED = 10
MOST_PIECES = 4  # passages and tables of one page
MOST_ROWS = 6  # rows of one table


@dataclass(slots=True)
class Place:
    """A place with its best evidence, and the passages and table rows found there, best first."""

    best: Evidence
    pieces: dict[str, list[Chunk]] = field(default_factory=dict)

    def add(self, piece: str, chunk: Chunk) -> None:
        """Take a passage, or a row of a table, in as far as there is room."""
        held = self.pieces.get(piece)
        if held is None and len(self.pieces) < MOST_PIECES:
            self.pieces[piece] = [chunk]
        elif held is not None and len(held) < MOST_ROWS and all(other.id != chunk.id for other in held):
            held.append(chunk)

    def to_retrieved(self, kb: KnowledgeBase, source: str) -> Retrieved:
        """The place as one entry, its passages and rows a line each."""
        first = next(iter(self.pieces.values()))[0]
        return Retrieved(
            document_id=first.document_id,
            source=source,
            page=self.best.chunk.page,
            text="\n".join(line for chunks in self.pieces.values() for line in piece_to_lines(kb, chunks)),
            score=self.best.score,
            chunk_id=first.id,
            section=" > ".join(first.section) or None,
        )


def piece_to_lines(kb: KnowledgeBase, chunks: Sequence[Chunk]) -> list[str]:
    """A passage as it is; of a table what is about it, then its header and the rows found, as they are printed."""
    lines = [chunk.text for chunk in chunks if chunk.row is None]
    rows = [chunk for chunk in chunks if chunk.row is not None and chunk.table_id is not None]
    if rows and rows[0].table_id is not None:
        table = kb.document(rows[0].document_id).table(rows[0].table_id)
        grid = table.grid_cells()
        shown = [*range(table.header_rows), *(row for chunk in rows if (row := chunk.row) is not None)]
        if table.caption and not lines:
            lines.append(table.caption)
        lines += [cells_to_line(grid[row]) for row in dict.fromkeys(shown)]
    return lines


def cells_to_line(cells: Sequence[Cell | None]) -> str:
    """A row's texts; a cell that spans columns is said once."""
    once = (cell for cell, _ in groupby(cells))
    return " | ".join(cell.text for cell in once if cell and cell.text.strip())


def evidence_to_retrieved(kb: KnowledgeBase, evidence: Sequence[Evidence], limit: int = RETRIEVED) -> list[Retrieved]:
    """The evidence as the answer object lists it, at most ``limit`` places in the order of their best evidence."""
    sources = {info.id: info.source for info in kb.documents()}
    parents = kb.chunks(item.chunk.parent for item in evidence if item.chunk.kind == "sentence" and item.chunk.parent)
    places = evidence_to_places(evidence, parents, by_page=True)
    if len(places) < limit:
        places = evidence_to_places(evidence, parents, by_page=False)
    return [place.to_retrieved(kb, sources[place.best.chunk.document_id]) for place in places[:limit]]


def evidence_to_places(evidence: Sequence[Evidence], parents: Mapping[str, Chunk], by_page: bool) -> list[Place]:
    """The places of the evidence, in the order in which it first names them."""
    places: dict[tuple[object, ...], Place] = {}
    for item in evidence:
        chunk = item.chunk
        shown = parents.get(chunk.parent or "", chunk) if chunk.kind == "sentence" else chunk
        piece = chunk.parent or chunk.id
        key = (chunk.document_id, chunk.page if by_page and chunk.page else piece)
        places.setdefault(key, Place(item)).add(piece, shown)
    return list(places.values())
