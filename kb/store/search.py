"""Full text in SQL, and filters in SQL and for Chroma."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, column, func, literal_column, or_, select, table, true

from kb.model import ChunkKind
from kb.store import full_text
from kb.store.schema import chunks, documents, forces

ALL_KINDS: frozenset[ChunkKind] = frozenset(("passage", "sentence", "table", "row"))


@dataclass(frozen=True)
class Filters:
    """Which documents may answer: all that meet every filter set. ``documents`` are ids or source names.

    ``kinds`` are kinds of documents, ``years`` those of their dates, ``forces`` names in any case.
    """

    documents: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    forces: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.documents or self.kinds or self.years or self.forces)


def discarded_ids(connection: Connection) -> list[str]:
    """Ids of the documents that were discarded and not yet removed for good."""
    return list(connection.execute(select(documents.c.id).where(documents.c.removed_at.is_not(None))).scalars())


def shown(document_id: ColumnElement[str], hidden: Collection[str]) -> ColumnElement[bool]:
    """The condition that a row's document is none of the hidden ones."""
    return document_id.not_in(sorted(hidden)) if hidden else true()


def chunks_shown(chunk_id: ColumnElement[str], hidden: Collection[str]) -> ColumnElement[bool]:
    """The condition that a row's chunk is of none of the hidden documents."""
    if not hidden:
        return true()
    return chunk_id.not_in(select(chunks.c.id).where(chunks.c.document_id.in_(sorted(hidden))))


def filters_to_document_ids(
    connection: Connection, filters: Filters | None, hidden: Collection[str] = ()
) -> list[str] | None:
    """The documents that meet the filters and are not hidden, by id; None where there is no filter.

    Resolving to ids first keeps one rule for both indexes, and Chroma's metadata at two small fields a chunk.
    """
    if not filters:
        return None
    query = select(documents.c.id).where(shown(documents.c.id, hidden)).order_by(documents.c.id)
    if filters.documents:
        query = query.where(or_(documents.c.id.in_(filters.documents), documents.c.source.in_(filters.documents)))
    if filters.kinds:
        query = query.where(documents.c.kind.in_(filters.kinds))
    if filters.years:
        query = query.where(documents.c.year.in_(filters.years))
    if filters.forces:
        named = select(forces.c.document_id).where(func.lower(forces.c.force).in_([f.lower() for f in filters.forces]))
        query = query.where(documents.c.id.in_(named))
    return list(connection.execute(query).scalars())


def chroma_where(
    kinds: Sequence[ChunkKind], document_ids: Sequence[str] | None, hidden: Collection[str] = ()
) -> dict[str, Any] | None:
    """The same filter in Chroma's terms; None where nothing is filtered."""
    conditions: list[dict[str, Any]] = []
    if set(kinds) != ALL_KINDS:
        conditions.append({"kind": {"$in": sorted(set(kinds))}})
    if document_ids is not None:
        conditions.append({"document_id": {"$in": list(document_ids)}})
    elif hidden:
        conditions.append({"document_id": {"$nin": sorted(hidden)}})
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}


def terms_to_match(terms: Sequence[str]) -> str:
    """An FTS5 query for any of the terms, each quoted so that nothing in it is an operator; "" where none is left."""
    clean = ("".join(c if c.isprintable() else " " for c in term).replace('"', " ").strip() for term in terms)
    return " OR ".join(f'"{term}"' for term in dict.fromkeys(clean) if any(c.isalnum() for c in term))


def search_full_text(
    connection: Connection,
    terms: Sequence[str],
    kinds: Sequence[ChunkKind],
    limit: int,
    filters: Filters | None,
    hidden: Collection[str] = (),
    index: str = full_text.ALL,
) -> list[tuple[str, float]]:
    """Chunks with any of the terms: (chunk id, bm25 with the sign turned), best first, ties by id."""
    match = terms_to_match(terms)
    document_ids = filters_to_document_ids(connection, filters, hidden)
    if not match or not kinds or limit < 1 or document_ids == []:
        return []
    indexed = table(index, column("rowid"))
    score = (-func.bm25(literal_column(index))).label("score")
    query = (
        select(chunks.c.id, score)
        .select_from(indexed.join(chunks, chunks.c.number == indexed.c.rowid))
        .where(literal_column(index).op("MATCH")(match), chunks.c.kind.in_(kinds), shown(chunks.c.document_id, hidden))
        .order_by(score.desc(), chunks.c.id)
        .limit(limit)
    )
    if document_ids is not None:
        query = query.where(chunks.c.document_id.in_(document_ids))
    return [(row.id, float(row.score)) for row in connection.execute(query)]
