"""What a knowledge base holds and what is found in it: everything that only reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kb.errors import NotFound
from kb.model import Chunk, ChunkKind, Document
from kb.store import full_text, schema
from kb.store.corrections import corrections_to_text
from kb.store.database import Database, read_meta
from kb.store.files import FileStore
from kb.store.kept import Kept
from kb.store.listing import DocumentInfo, list_documents
from kb.store.rows import load_document, row_to_chunk
from kb.store.search import (
    Filters,
    chroma_where,
    chunks_shown,
    discarded_ids,
    filters_to_document_ids,
    search_full_text,
    shown,
)
from kb.store.vectors import VectorIndex
from kb.store.writing import batches

if TYPE_CHECKING:
    import numpy as np

DOCUMENTS_KEPT = 64
IDS_A_QUERY = 500
CHUNKS_KEPT = 50_000
# More candidates than asked for, as the index is approximate and the order is made exactly afterwards.
EXTRA_CANDIDATES = 32


class Contents:
    """The reading side of an open knowledge base. No method shows, finds or counts a document of ``_hidden_ids``.

    Every method may raise KnowledgeBaseError, whose text says what to do. Chunk ids that are not there are left out.
    ``cleared`` is whether documents marked not public are seen.
    """

    cleared = True
    _full_text = full_text.ALL

    def __init__(self, home: Path, database: Database, index: VectorIndex, files: FileStore) -> None:
        self.home = home
        self._database = database
        self._index = index
        self._files = files
        version = database.version
        self._hidden: Kept[frozenset[str]] = Kept(1, version)
        self._list: Kept[list[DocumentInfo]] = Kept(1, version)
        self._documents: Kept[Document] = Kept(DOCUMENTS_KEPT, version)
        self._chunks: Kept[Chunk] = Kept(CHUNKS_KEPT, version)
        self._children: Kept[tuple[Chunk, ...]] = Kept(CHUNKS_KEPT, version)
        self._vectors: Kept[np.ndarray] = Kept(CHUNKS_KEPT, version)

    # What is in it

    def documents(self) -> list[DocumentInfo]:
        """All documents: newest date first, those without a date last, then by source."""
        return list(self._list.get([""], self._load_list)[""])

    def _load_list(self, names: list[str]) -> dict[str, list[DocumentInfo]]:
        with self._database.read() as connection:
            return dict.fromkeys(names, list_documents(connection, self._hidden_ids()))

    def _hidden_ids(self) -> frozenset[str]:
        """Ids of documents that are held and that nothing here shows, finds or counts: the discarded ones."""
        return self._hidden.get([""], self._load_hidden)[""]

    def _load_hidden(self, names: list[str]) -> dict[str, frozenset[str]]:
        with self._database.read() as connection:
            return dict.fromkeys(names, frozenset(discarded_ids(connection)))

    def has(self, document_id: str) -> bool:
        """Whether a document of that id is in."""
        return any(info.id == document_id for info in self.documents())

    def info(self, document_id: str) -> DocumentInfo:
        """The document as it stands in the list. NotFound: no such id."""
        for info in self.documents():
            if info.id == document_id:
                return info
        raise NotFound(f"There is no document {document_id!r} in the knowledge base.")

    def document(self, document_id: str) -> Document:
        """The whole document, kept in memory after its first reading. NotFound: no such id."""
        found = self._documents.get([document_id], self._load_documents)
        if document_id not in found:
            raise NotFound(f"There is no document {document_id!r} in the knowledge base.")
        return found[document_id]

    def _load_documents(self, ids: list[str]) -> dict[str, Document]:
        hidden = self._hidden_ids()
        with self._database.read() as connection:
            loaded = {i: load_document(connection, i) for i in ids if i not in hidden}
        return {i: document for i, document in loaded.items() if document is not None}

    def file(self, document_id: str) -> Path | None:
        """The copy of the document's file; None where none was kept."""
        return None if document_id in self._hidden_ids() else self._files.find(document_id)

    def chunks(self, ids: Iterable[str]) -> dict[str, Chunk]:
        """Chunk id to chunk, in the order of ``ids``."""
        return self._chunks.get(ids, self._load_chunks)

    def _load_chunks(self, ids: list[str]) -> dict[str, Chunk]:
        found: dict[str, Chunk] = {}
        held = schema.chunks.c
        every = select(schema.chunks).where(shown(held.document_id, self._hidden_ids()))
        with self._database.read() as connection:
            for batch in batches(ids, IDS_A_QUERY):
                found.update((row.id, row_to_chunk(row)) for row in connection.execute(every.where(held.id.in_(batch))))
        return found

    def chunks_of(self, document_id: str, kinds: Sequence[ChunkKind] | None = None) -> list[Chunk]:
        """The chunks of a document (of these kinds) in reading order."""
        return [] if document_id in self._hidden_ids() else self._read_chunks_of(document_id, kinds)

    def _read_chunks_of(self, document_id: str, kinds: Sequence[ChunkKind] | None = None) -> list[Chunk]:
        query = select(schema.chunks).where(schema.chunks.c.document_id == document_id).order_by(schema.chunks.c.number)
        if kinds is not None:
            query = query.where(schema.chunks.c.kind.in_(kinds))
        with self._database.read() as connection:
            return [row_to_chunk(row) for row in connection.execute(query)]

    def children(self, parent_ids: Iterable[str]) -> dict[str, Chunk]:
        """The sentences of these passages and the rows of these tables: chunk id to chunk, in reading order."""
        groups = self._children.get(parent_ids, self._load_children)
        return {chunk.id: chunk for group in groups.values() for chunk in group}

    def _load_children(self, parent_ids: list[str]) -> dict[str, tuple[Chunk, ...]]:
        found: dict[str, tuple[Chunk, ...]] = dict.fromkeys(parent_ids, ())
        held = schema.chunks.c
        every = select(schema.chunks).where(shown(held.document_id, self._hidden_ids())).order_by(held.number)
        with self._database.read() as connection:
            for batch in batches(parent_ids, IDS_A_QUERY):
                for row in connection.execute(every.where(held.parent.in_(batch))):
                    found[row.parent] = (*found[row.parent], row_to_chunk(row))
        return found

    def vectors(self, chunk_ids: Iterable[str]) -> dict[str, np.ndarray]:
        """Chunk id to vector: float32, unit length, shape (size,). Chunks without a vector are left out."""
        return self._vectors.get(chunk_ids, self._load_vectors)

    def _load_vectors(self, chunk_ids: list[str]) -> dict[str, np.ndarray]:
        import numpy as np

        held = schema.vectors.c
        found: dict[str, np.ndarray] = {}
        every = select(held.chunk_id, held.vector).where(chunks_shown(held.chunk_id, self._hidden_ids()))
        with self._database.read() as connection:
            for batch in batches(chunk_ids, IDS_A_QUERY):
                rows = connection.execute(every.where(held.chunk_id.in_(batch)))
                found.update((row.chunk_id, np.frombuffer(row.vector, dtype="<f4")) for row in rows)
        return found

    def word_vectors(self, words: Sequence[str], model: str) -> dict[str, np.ndarray]:
        """Word to vector of that model: float32, unit length to half precision. Words without one are left out."""
        import numpy as np

        held = schema.word_vectors.c
        found: dict[str, np.ndarray] = {}
        every = select(held.word, held.vector).where(held.model == model).order_by(held.word)
        with self._database.read() as connection:
            for batch in batches(words, IDS_A_QUERY):
                rows = connection.execute(every.where(held.word.in_(batch)))
                found.update((row.word, np.frombuffer(row.vector, dtype="<f2").astype(np.float32)) for row in rows)
        return found

    def embedding_model(self) -> str | None:
        """The model whose vectors are held; None where there are none."""
        with self._database.read() as connection:
            return read_meta(connection, "embedding_model")

    def counts(self) -> dict[str, int]:
        """How many documents, pages, blocks, tables, cells, chunks and vectors there are."""
        names = ("pages", "blocks", "tables", "cells", "chunks")
        hidden = self._hidden_ids()
        parts = [(name, shown(schema.metadata.tables[name].c.document_id, hidden)) for name in names]
        parts.append(("vectors", chunks_shown(schema.vectors.c.chunk_id, hidden)))
        with self._database.read() as connection:
            counted = {
                name: connection.execute(
                    select(func.count()).select_from(schema.metadata.tables[name]).where(seen)
                ).scalar_one()
                for name, seen in parts
            }
        return {"documents": len(self.documents()), **counted}

    def fingerprint(self) -> str:
        """A hash of which documents are in, as corrected, the same whatever order they came in."""
        infos = sorted(self.documents(), key=lambda info: info.id)
        return hashlib.sha256("\n".join(info.id + corrections_to_text(info) for info in infos).encode()).hexdigest()

    # What is found in it

    def search_text(
        self, terms: Sequence[str], kinds: Sequence[ChunkKind], limit: int, filters: Filters | None = None
    ) -> list[tuple[str, float]]:
        """Chunks with any of the terms by bm25: (chunk id, score), higher is better, ties by id.

        A term of several words is a phrase. Words are stemmed and accents folded.
        """
        hidden = self._hidden_ids()
        with self._database.read() as connection:
            return search_full_text(connection, terms, kinds, limit, filters, hidden, self._full_text)

    def search_vectors(
        self, vector: np.ndarray, kinds: Sequence[ChunkKind], limit: int, filters: Filters | None = None
    ) -> list[tuple[str, float]]:
        """Chunks nearest to a unit vector: (chunk id, cosine similarity), higher is better, ties by id."""
        if limit < 1 or not kinds:
            return []
        hidden = self._hidden_ids()
        with self._database.read() as connection:
            document_ids = filters_to_document_ids(connection, filters, hidden)
        if document_ids == []:
            return []
        candidates = self._index.search(vector, limit * 2 + EXTRA_CANDIDATES, chroma_where(kinds, document_ids, hidden))
        # Scored again from the exact vectors: the order then doesn't hang on how the index came about.
        scored = [(chunk_id, float(vector @ held)) for chunk_id, held in self.vectors(candidates).items()]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:limit]
