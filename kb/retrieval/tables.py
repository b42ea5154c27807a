"""Words -> the tables that are about them, found by their captions, headings and rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.model import ChunkKind, Table
from kb.retrieval.evidence import Query, reciprocal_rank_fusion, search_words

if TYPE_CHECKING:
    from kb.store import Filters, KnowledgeBase

TABLE_KINDS: tuple[ChunkKind, ...] = ("table", "row")
CANDIDATES = 80


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table with the 0-based rows (header rows counted) that were found themselves, best first."""

    document_id: str
    table: Table
    rows: tuple[int, ...]


def find_tables(kb: KnowledgeBase, words: str, filters: Filters | None = None, limit: int = 5) -> list[FoundTable]:
    """The tables nearest to words or to a question, best first, at most ``limit``. BadQuestion without words.

    First those that a row is evidence from, in the order of that evidence, then others that full text and vectors find.
    """
    from kb.answering import gather, understand

    query = understand(kb, words, ())
    rows: dict[str, dict[int, None]] = {}
    for item in gather(kb, query, filters):
        if item.chunk.row is not None and item.chunk.parent is not None:
            rows.setdefault(item.chunk.parent, {})[item.chunk.row] = None
    for table in further_tables(kb, query, filters):
        rows.setdefault(table, {})
    heads = kb.chunks(list(rows)[:limit])
    return [
        FoundTable(head.document_id, kb.document(head.document_id).table(head.table_id), tuple(rows[table]))
        for table, head in heads.items()
        if head.table_id is not None
    ]


def further_tables(kb: KnowledgeBase, query: Query, filters: Filters | None) -> list[str]:
    """The table chunks that either index finds by themselves or by a row, fused by their best places."""
    rankings = [[i for i, _ in kb.search_text(search_words(query), TABLE_KINDS, CANDIDATES, filters)]]
    if query.vector is not None:
        rankings.append([i for i, _ in kb.search_vectors(query.vector, TABLE_KINDS, CANDIDATES, filters)])
    chunks = kb.chunks(dict.fromkeys(found for ranking in rankings for found in ranking))
    tables = [list(dict.fromkeys(chunks[i].parent or i for i in ranking if i in chunks)) for ranking in rankings]
    return list(reciprocal_rank_fusion(tables))
