"""Full text in SQL, and filters in SQL and for Chroma."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, column, func, literal_column, or_, select, table

from kb.model import ChunkKind
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


def filters_to_document_ids(connection: Connection, filters: Filters | None) -> list[str] | None:
    """The documents that meet the filters, by id; None where all do.

    Resolving to ids first keeps one rule for both indexes, and Chroma's metadata at two small fields a chunk.
    """
    if not filters:
        return None
    query = select(documents.c.id).order_by(documents.c.id)
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


def chroma_where(kinds: Sequence[ChunkKind], document_ids: Sequence[str] | None) -> dict[str, Any] | None:
    """The same filter in Chroma's terms; None where nothing is filtered."""
    conditions: list[dict[str, Any]] = []
    if set(kinds) != ALL_KINDS:
        conditions.append({"kind": {"$in": sorted(set(kinds))}})
    if document_ids is not None:
        conditions.append({"document_id": {"$in": list(document_ids)}})
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}


def terms_to_match(terms: Sequence[str]) -> str:
    """An FTS5 query for any of the terms, each quoted so that nothing in it is an operator; "" where none is left."""
    clean = ("".join(c if c.isprintable() else " " for c in term).replace('"', " ").strip() for term in terms)
    return " OR ".join(f'"{term}"' for term in dict.fromkeys(clean) if any(c.isalnum() for c in term))


def search_full_text(
    connection: Connection, terms: Sequence[str], kinds: Sequence[ChunkKind], limit: int, filters: Filters | None
) -> list[tuple[str, float]]:
    """Chunks with any of the terms: (chunk id, bm25 with the sign turned), best first, ties by id."""
    match = terms_to_match(terms)
    document_ids = filters_to_document_ids(connection, filters)
    if not match or not kinds or limit < 1 or document_ids == []:
        return []
    full_text = table("full_text", column("rowid"))
    score = (-func.bm25(literal_column("full_text"))).label("score")
    query = (
        select(chunks.c.id, score)
        .select_from(full_text.join(chunks, chunks.c.number == full_text.c.rowid))
        .where(literal_column("full_text").op("MATCH")(match), chunks.c.kind.in_(kinds))
        .order_by(score.desc(), chunks.c.id)
        .limit(limit)
    )
    if document_ids is not None:
        query = query.where(chunks.c.document_id.in_(document_ids))
    return [(row.id, float(row.score)) for row in connection.execute(query)]
