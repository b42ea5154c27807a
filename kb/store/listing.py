"""The documents of a knowledge base in a list, without their text."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from kb.model import Kind, Marking
from kb.store import schema


@dataclass(frozen=True)
class DocumentInfo:
    """A document in a list: what it is, how many pages, tables and chunks it has, and what was hard to read."""

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


def list_documents(connection: Connection) -> list[DocumentInfo]:
    """All documents: newest date first, those without a date last, then by source."""
    own = schema.documents.c
    parts = (schema.pages, schema.tables, schema.chunks)
    counts = {part.name: count_by_document(connection, part) for part in parts}
    forces: dict[str, list[str]] = {}
    for row in connection.execute(select(schema.forces).order_by(schema.forces.c.place)):
        forces.setdefault(row.document_id, []).append(row.force)
    order = (own.date.is_(None), own.date.desc(), own.source, own.id)
    rows = connection.execute(select(*[column for column in own if column.name != "text"]).order_by(*order))
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
        )
        for row in rows
    ]


def count_by_document(connection: Connection, part: Table) -> dict[str, int]:
    """Document id to how many rows of a table it has."""
    query = select(part.c.document_id, func.count().label("rows")).group_by(part.c.document_id)
    return {row.document_id: row.rows for row in connection.execute(query)}
