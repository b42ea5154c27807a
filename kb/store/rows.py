"""Documents and chunks to rows of the tables, and back. Whatever goes in comes out equal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from kb.model import Block, Box, Cell, Chunk, Document, Page, Piece, Span, Table
from kb.store import schema

Rows = list[dict[str, Any]]


def box_to_json(box: Box | None) -> list[float] | None:
    return None if box is None else [box.x0, box.top, box.x1, box.bottom]


def json_to_box(numbers: Sequence[float] | None) -> Box | None:
    return None if numbers is None else Box(*numbers)


def document_to_rows(document: Document) -> dict[str, Rows]:
    """Table name to rows, the document's own row (without ``ingested_at`` and ``indexed``) among them."""
    key = {"document_id": document.id}
    own = {
        name: getattr(document, name)
        for name in (
            "id",
            "source",
            "title",
            "format",
            "issuer",
            "date",
            "date_text",
            "kind",
            "marking",
            "path",
            "text",
            "reader_version",
        )
    }
    own["warnings"] = list(document.warnings)
    own["year"] = int(document.date[:4]) if document.date else None
    return {
        "documents": [own],
        "forces": [{**key, "place": place, "force": force} for place, force in enumerate(document.forces)],
        "pages": [
            {**key, "number": page.number, "width": page.width, "height": page.height, "label": page.label}
            for page in document.pages
        ],
        "blocks": [{**key, "place": place, **block_to_row(block)} for place, block in enumerate(document.blocks)],
        "tables": [{**key, "place": place, **table_to_row(table)} for place, table in enumerate(document.tables)],
        "cells": [
            {**key, "table_id": table.id, "place": place, **cell_to_row(cell)}
            for table in document.tables
            for place, cell in enumerate(table.cells)
        ],
    }


def block_to_row(block: Block) -> dict[str, Any]:
    return {
        "id": block.id,
        "reading_order": block.order,
        "role": block.role,
        "text": block.text,
        "pieces": [[p.start, p.end, p.source_start, p.page, box_to_json(p.box)] for p in block.pieces],
        "section": list(block.section),
        "level": block.level,
        "number": block.number,
    }


def row_to_block(row: Row[Any]) -> Block:
    pieces = tuple(Piece(start, end, source, page, json_to_box(box)) for start, end, source, page, box in row.pieces)
    return Block(row.id, row.reading_order, row.role, row.text, pieces, tuple(row.section), row.level, row.number)


def table_to_row(table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "reading_order": table.order,
        "n_rows": table.n_rows,
        "n_columns": table.n_columns,
        "header_rows": table.header_rows,
        "row_pages": list(table.row_pages),
        "row_spans": list(table.row_spans),
        "caption": table.caption,
        "lead_in": table.lead_in,
        "unit": table.unit,
        "notes": list(table.notes),
        "section": list(table.section),
        "box": box_to_json(table.box),
        "doubts": list(table.doubts),
        "confidence": table.confidence,
        "total_rows": list(table.total_rows),
    }


def row_to_table(row: Row[Any], cells: Iterable[Cell]) -> Table:
    return Table(
        id=row.id,
        order=row.reading_order,
        n_rows=row.n_rows,
        n_columns=row.n_columns,
        cells=tuple(cells),
        header_rows=row.header_rows,
        row_pages=tuple(row.row_pages),
        row_spans=tuple(None if span is None else (span[0], span[1]) for span in row.row_spans),
        caption=row.caption,
        lead_in=row.lead_in,
        unit=row.unit,
        notes=tuple(row.notes),
        section=tuple(row.section),
        box=json_to_box(row.box),
        doubts=tuple(row.doubts),
        confidence=row.confidence,
        total_rows=tuple(row.total_rows),
    )


def cell_to_row(cell: Cell) -> dict[str, Any]:
    return {
        "row": cell.row,
        "column": cell.column,
        "text": cell.text,
        "role": cell.role,
        "rowspan": cell.rowspan,
        "colspan": cell.colspan,
        "page": cell.page,
        "box": box_to_json(cell.box),
        "source": None if cell.source is None else list(cell.source),
        "carried": cell.carried,
        "doubtful": cell.doubtful,
        "marks": list(cell.marks),
        "reference": cell.reference,
    }


def row_to_cell(row: Row[Any]) -> Cell:
    return Cell(
        row=row.row,
        column=row.column,
        text=row.text,
        role=row.role,
        rowspan=row.rowspan,
        colspan=row.colspan,
        page=row.page,
        box=json_to_box(row.box),
        source=None if row.source is None else (row.source[0], row.source[1]),
        carried=row.carried,
        doubtful=row.doubtful,
        marks=tuple(row.marks),
        reference=row.reference,
    )


def chunk_to_row(chunk: Chunk) -> dict[str, Any]:
    return {
        "id": chunk.id,
        "document_id": chunk.document_id,
        "kind": chunk.kind,
        "page": chunk.page,
        "table_id": chunk.table_id,
        "row": chunk.row,
        "parent": chunk.parent,
        "section": list(chunk.section),
        "spans": [[span.block_id, span.start, span.end] for span in chunk.spans],
        "text": chunk.text,
        "embed_text": chunk.embed_text,
    }


def row_to_chunk(row: Row[Any]) -> Chunk:
    return Chunk(
        id=row.id,
        document_id=row.document_id,
        kind=row.kind,
        text=row.text,
        embed_text=row.embed_text,
        page=row.page,
        section=tuple(row.section),
        spans=tuple(Span(*span) for span in row.spans),
        table_id=row.table_id,
        row=row.row,
        parent=row.parent,
    )


def insert_rows(connection: Connection, rows: Mapping[str, Rows]) -> None:
    for name, entries in rows.items():
        if entries:
            connection.execute(insert(schema.metadata.tables[name]), entries)


def load_document(connection: Connection, document_id: str) -> Document | None:
    """The document as it was committed; None where there is none of that id."""

    def rows_of(table: Any, *order: Any) -> Sequence[Row[Any]]:
        return connection.execute(select(table).where(table.c.document_id == document_id).order_by(*order)).all()

    own = connection.execute(select(schema.documents).where(schema.documents.c.id == document_id)).one_or_none()
    if own is None:
        return None
    cells: dict[str, list[Cell]] = {}
    for row in rows_of(schema.cells, schema.cells.c.table_id, schema.cells.c.place):
        cells.setdefault(row.table_id, []).append(row_to_cell(row))
    return Document(
        id=own.id,
        source=own.source,
        text=own.text,
        title=own.title,
        format=own.format,
        pages=tuple(
            Page(row.number, row.width, row.height, row.label) for row in rows_of(schema.pages, schema.pages.c.number)
        ),
        blocks=tuple(row_to_block(row) for row in rows_of(schema.blocks, schema.blocks.c.place)),
        tables=tuple(row_to_table(row, cells.get(row.id, ())) for row in rows_of(schema.tables, schema.tables.c.place)),
        issuer=own.issuer,
        date=own.date,
        date_text=own.date_text,
        kind=own.kind,
        marking=own.marking,
        forces=tuple(row.force for row in rows_of(schema.forces, schema.forces.c.place)),
        path=own.path,
        warnings=tuple(own.warnings),
        reader_version=own.reader_version,
    )
