"""What writes and takes out the rows of one document, inside a transaction that its caller has begun."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select, update

from kb.errors import KnowledgeBaseError
from kb.model import Chunk, Document
from kb.store import full_text, schema
from kb.store.corrections import apply_corrections
from kb.store.database import read_meta, write_meta
from kb.store.rows import chunk_to_row, document_to_rows, insert_rows

if TYPE_CHECKING:
    import numpy as np


def insert_document(
    connection: Connection,
    document: Document,
    chunks: Sequence[Chunk],
    vectors: np.ndarray | None,
    model: str | None,
    replace: bool,
) -> bool:
    """Write a document, with what a person has corrected of it before; whether another state of it was in and is gone.

    One that is in already stays as it is without ``replace``, but comes back where it was discarded.
    KnowledgeBaseError: the vectors that are held were made by another model.
    """
    held = connection.execute(select(schema.documents.c.id).where(schema.documents.c.id == document.id)).first()
    if held and not replace:
        set_removed(connection, document.id, None)
        return False
    if held:
        delete_document(connection, document.id)
    rows = document_to_rows(document)
    rows["documents"][0] |= {"ingested_at": now(), "indexed": False}
    insert_rows(connection, rows)
    insert_rows(connection, {"chunks": [chunk_to_row(chunk) for chunk in chunks]})
    full_text.put_in(connection, document.id)
    apply_corrections(connection, document.id)
    if vectors is not None and model is not None and chunks:
        made_by = read_meta(connection, "embedding_model")
        if made_by not in (None, model):
            raise KnowledgeBaseError(
                f"The knowledge base has vectors of the model {made_by}, not of {model}. Embed it again with the new "
                "model first, or set KB_EMBEDDING_MODEL back."
            )
        write_meta(connection, "embedding_model", model)
        insert_vectors(connection, chunks, vectors, model)
    return held is not None


def delete_document(connection: Connection, document_id: str) -> None:
    """Take out a document's rows, its full text, and the vectors of words that may have come from it."""
    full_text.take_out(connection, document_id)
    connection.execute(delete(schema.documents).where(schema.documents.c.id == document_id))
    connection.execute(delete(schema.word_vectors))


def purge_document(connection: Connection, document_id: str) -> None:
    """Take out all of a document, what was corrected of it included, so that its words can leave the disk."""
    delete_document(connection, document_id)
    connection.execute(delete(schema.corrections).where(schema.corrections.c.document_id == document_id))
    full_text.compact(connection)


def set_removed(connection: Connection, document_id: str, removed_at: str | None) -> None:
    """Mark a document as discarded at a time, or as in the library again with None."""
    held = schema.documents
    with full_text.reindexed(connection, document_id):
        connection.execute(update(held).where(held.c.id == document_id).values(removed_at=removed_at))


def insert_vectors(connection: Connection, chunks: Sequence[Chunk], vectors: np.ndarray, model: str) -> None:
    rows = [
        {"chunk_id": chunk.id, "model": model, "vector": vector.astype("<f4").tobytes()}
        for chunk, vector in zip(chunks, vectors, strict=True)
    ]
    insert_rows(connection, {"vectors": rows})


def now() -> str:
    """The time as it is stored: ISO in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
