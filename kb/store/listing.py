"""The documents of a knowledge base in a list, without their text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from kb.model import Kind, Marking
from kb.store import schema
from kb.store.search import shown


@dataclass(frozen=True)
class DocumentInfo:
    """A document in a list: what it is, how many pages, tables and chunks it has, and what was hard to read.

    ``as_read`` has what the file says where a person has corrected it, by field (``marking`` for public or not).
    ``removed_at`` is set for one that is discarded.
    """

    id: str
    source: str
    title: str
    issuer: str | None
    date: str | None
    date_text: str | None
    kind: Kind
    marking: Marking
    forces: tuple[str, ...]
    format: str
    pages: int
    tables: int
    chunks: int
    ingested_at: str
    reader_version: int = 0
    warnings: tuple[str, ...] = ()
    as_read: dict[str, str | None] = field(default_factory=dict, hash=False)
    removed_at: str | None = None


def list_documents(connection: Connection, hidden: Collection[str] = ()) -> list[DocumentInfo]:
    """All documents but the hidden ones: newest date first, those without a date last, then by source."""
    own = schema.documents.c
    order = (own.date.is_(None), own.date.desc(), own.source, own.id)
    return rows_to_infos(connection, shown(own.id, hidden), order)


def list_discarded(connection: Connection) -> list[DocumentInfo]:
    """The discarded documents, the last one first."""
    own = schema.documents.c
    return rows_to_infos(connection, own.removed_at.is_not(None), (own.removed_at.desc(), own.source, own.id))


def rows_to_infos(
    connection: Connection, which: ColumnElement[bool], order: Collection[ColumnElement[Any]]
) -> list[DocumentInfo]:
    """The documents that meet a condition, in an order."""
    own = schema.documents.c
    parts = (schema.pages, schema.tables, schema.chunks)
    counts = {part.name: count_by_document(connection, part) for part in parts}
    forces: dict[str, list[str]] = {}
    for row in connection.execute(select(schema.forces).order_by(schema.forces.c.place)):
        forces.setdefault(row.document_id, []).append(row.force)
    as_read: dict[str, dict[str, str | None]] = {}
    for row in connection.execute(select(schema.corrections)):
        as_read.setdefault(row.document_id, {})[row.field] = row.as_read
    columns = [column for column in own if column.name != "text"]
    rows = connection.execute(select(*columns).where(which).order_by(*order))
    return [
        DocumentInfo(
            id=row.id,
            source=row.source,
            title=row.title,
            issuer=row.issuer,
            date=row.date,
            date_text=row.date_text,
            kind=row.kind,
            marking=row.marking,
            forces=tuple(forces.get(row.id, ())),
            format=row.format,
            pages=counts["pages"].get(row.id, 0),
            tables=counts["tables"].get(row.id, 0),
            chunks=counts["chunks"].get(row.id, 0),
            ingested_at=row.ingested_at,
            reader_version=row.reader_version,
            warnings=tuple(row.warnings),
            as_read=as_read.get(row.id, {}),
            removed_at=row.removed_at,
        )
        for row in rows
    ]


def count_by_document(connection: Connection, part: Table) -> dict[str, int]:
    """Document id to how many rows of a table it has."""
    query = select(part.c.document_id, func.count().label("rows")).group_by(part.c.document_id)
    return {row.document_id: row.rows for row in connection.execute(query)}
