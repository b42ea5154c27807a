"""One knowledge base in one folder: what is in it, what is found in it, and how documents come and go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, and_, delete, func, select

from kb.errors import KnowledgeBaseError, NotFound
from kb.model import Chunk, ChunkKind, Document
from kb.store import schema
from kb.store.database import (
    DATABASE,
    Database,
    check_version,
    create_schema,
    database_errors,
    migrate,
    read_meta,
    write_meta,
)
from kb.store.files import FileStore
from kb.store.kept import Kept
from kb.store.listing import DocumentInfo, list_documents
from kb.store.lock import WriteLock
from kb.store.rows import chunk_to_row, document_to_rows, insert_rows, load_document, row_to_chunk
from kb.store.search import Filters, chroma_where, filters_to_document_ids, search_full_text
from kb.store.vectors import VectorIndex

if TYPE_CHECKING:
    import numpy as np

    from kb.embedding import Embedder

DOCUMENTS_KEPT = 64
IDS_A_QUERY = 500
CHUNKS_KEPT = 50_000
# More candidates than asked for, as the index is approximate and the order is made exactly afterwards.
EXTRA_CANDIDATES = 32


class KnowledgeBase:
    """A knowledge base that is open. Any number of threads and processes may read while one writes.

    Every method may raise KnowledgeBaseError, whose text says what to do. Chunk ids that are not there are left out.
    """

    def __init__(self, home: Path, database: Database) -> None:
        self.home = home
        self._database = database
        self._lock = WriteLock(home)
        self._index = VectorIndex(home, database, self._lock)
        self._files = FileStore(home)
        version = database.version
        self._list: Kept[list[DocumentInfo]] = Kept(1, version)
        self._documents: Kept[Document] = Kept(DOCUMENTS_KEPT, version)
        self._chunks: Kept[Chunk] = Kept(CHUNKS_KEPT, version)
        self._children: Kept[tuple[Chunk, ...]] = Kept(CHUNKS_KEPT, version)
        self._vectors: Kept[np.ndarray] = Kept(CHUNKS_KEPT, version)

    @classmethod
    def open(cls, home: Path, *, create: bool = False) -> Self:
        """Open the knowledge base in a folder; with ``create``, make it where there is none."""
        home = Path(home).expanduser().absolute()
        path = home / DATABASE
        if create:
            with database_errors(home):
                home.mkdir(parents=True, exist_ok=True)
        elif not path.is_file():
            raise KnowledgeBaseError(
                f"There is no knowledge base in {home}. Make one with 'kb ingest', or choose its folder with --home or "
                "KB_HOME."
            )
        database = Database(home)
        try:
            if create:
                create_schema(database)
            else:
                migrate(database)
                check_version(database)
        except BaseException:
            database.close()
            raise
        return cls(home, database)

    def close(self) -> None:
        self._index.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What is in it

    def documents(self) -> list[DocumentInfo]:
        """All documents: newest date first, those without a date last, then by source."""
        return list(self._list.get([""], self._load_list)[""])

    def _load_list(self, names: list[str]) -> dict[str, list[DocumentInfo]]:
        with self._database.read() as connection:
            return dict.fromkeys(names, list_documents(connection))

    def has(self, document_id: str) -> bool:
        """Whether a document of that id is in."""
        return any(info.id == document_id for info in self.documents())

    def document(self, document_id: str) -> Document:
        """The whole document, kept in memory after its first reading. NotFound: no such id."""
        found = self._documents.get([document_id], self._load_documents)
        if document_id not in found:
            raise NotFound(f"There is no document {document_id!r} in the knowledge base.")
        return found[document_id]

    def _load_documents(self, ids: list[str]) -> dict[str, Document]:
        with self._database.read() as connection:
            loaded = {i: load_document(connection, i) for i in ids}
        return {i: document for i, document in loaded.items() if document is not None}

    def file(self, document_id: str) -> Path | None:
        """The copy of the document's file; None where none was kept."""
        return self._files.find(document_id)

    def chunks(self, ids: Iterable[str]) -> dict[str, Chunk]:
        """Chunk id to chunk, in the order of ``ids``."""
        return self._chunks.get(ids, self._load_chunks)

    def _load_chunks(self, ids: list[str]) -> dict[str, Chunk]:
        found: dict[str, Chunk] = {}
        with self._database.read() as connection:
            for batch in batches(ids, IDS_A_QUERY):
                rows = connection.execute(select(schema.chunks).where(schema.chunks.c.id.in_(batch)))
                found.update((row.id, row_to_chunk(row)) for row in rows)
        return found

    def chunks_of(self, document_id: str, kinds: Sequence[ChunkKind] | None = None) -> list[Chunk]:
        """The chunks of a document (of these kinds) in reading order."""
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
        with self._database.read() as connection:
            for batch in batches(parent_ids, IDS_A_QUERY):
                query = select(schema.chunks).where(schema.chunks.c.parent.in_(batch)).order_by(schema.chunks.c.number)
                for row in connection.execute(query):
                    found[row.parent] = (*found[row.parent], row_to_chunk(row))
        return found

    def vectors(self, chunk_ids: Iterable[str]) -> dict[str, np.ndarray]:
        """Chunk id to vector: float32, unit length, shape (size,). Chunks without a vector are left out."""
        return self._vectors.get(chunk_ids, self._load_vectors)

    def _load_vectors(self, chunk_ids: list[str]) -> dict[str, np.ndarray]:
        import numpy as np

        held = schema.vectors.c
        found: dict[str, np.ndarray] = {}
        with self._database.read() as connection:
            for batch in batches(chunk_ids, IDS_A_QUERY):
                rows = connection.execute(select(held.chunk_id, held.vector).where(held.chunk_id.in_(batch)))
                found.update((row.chunk_id, np.frombuffer(row.vector, dtype="<f4")) for row in rows)
        return found

    def word_vectors(self, model: str) -> dict[str, np.ndarray]:
        """Word to vector of that model: float32, unit length to half precision. Empty where none were kept."""
        import numpy as np

        held = schema.word_vectors.c
        with self._database.read() as connection:
            rows = connection.execute(select(held.word, held.vector).where(held.model == model).order_by(held.word))
            return {row.word: np.frombuffer(row.vector, dtype="<f2").astype(np.float32) for row in rows}

    def keep_word_vectors(self, words: Sequence[str], vectors: np.ndarray, model: str) -> None:
        """Keep vectors of words (one row each); those of other models and of the same words go."""
        held = schema.word_vectors
        rows = [
            {"word": word, "model": model, "vector": vector.astype("<f2").tobytes()}
            for word, vector in zip(words, vectors, strict=True)
        ]
        with database_errors(self.home), self._lock, self._database.write() as connection:
            connection.execute(delete(held).where(held.c.model != model))
            for batch in batches(words, IDS_A_QUERY):
                connection.execute(delete(held).where(held.c.word.in_(batch)))
            insert_rows(connection, {"word_vectors": rows})

    def embedding_model(self) -> str | None:
        """The model whose vectors are held; None where there are none."""
        with self._database.read() as connection:
            return read_meta(connection, "embedding_model")

    def counts(self) -> dict[str, int]:
        """How many documents, pages, blocks, tables, cells, chunks and vectors there are."""
        names = ("documents", "pages", "blocks", "tables", "cells", "chunks", "vectors")
        with self._database.read() as connection:
            return {
                name: connection.execute(select(func.count()).select_from(schema.metadata.tables[name])).scalar_one()
                for name in names
            }

    def fingerprint(self) -> str:
        """A hash of which documents are in, the same whatever order they came in."""
        with self._database.read() as connection:
            ids = connection.execute(select(schema.documents.c.id).order_by(schema.documents.c.id)).scalars()
            return hashlib.sha256("\n".join(ids).encode()).hexdigest()

    def check(self) -> list[str]:
        """What is wrong with the files, in words; empty where all is well."""
        from kb.store.check import find_problems

        return find_problems(self._database, self._index, self._files)

    # What is found in it

    def search_text(
        self, terms: Sequence[str], kinds: Sequence[ChunkKind], limit: int, filters: Filters | None = None
    ) -> list[tuple[str, float]]:
        """Chunks with any of the terms by bm25: (chunk id, score), higher is better, ties by id.

        A term of several words is a phrase. Words are stemmed and accents folded.
        """
        with self._database.read() as connection:
            return search_full_text(connection, terms, kinds, limit, filters)

    def search_vectors(
        self, vector: np.ndarray, kinds: Sequence[ChunkKind], limit: int, filters: Filters | None = None
    ) -> list[tuple[str, float]]:
        """Chunks nearest to a unit vector: (chunk id, cosine similarity), higher is better, ties by id."""
        if limit < 1 or not kinds:
            return []
        with self._database.read() as connection:
            document_ids = filters_to_document_ids(connection, filters)
        if document_ids == []:
            return []
        candidates = self._index.search(vector, limit * 2 + EXTRA_CANDIDATES, chroma_where(kinds, document_ids))
        # Scored again from the exact vectors: the order then doesn't hang on how the index came about.
        scored = [(chunk_id, float(vector @ held)) for chunk_id, held in self.vectors(candidates).items()]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:limit]

    # How documents come and go

    def commit(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        vectors: np.ndarray | None,
        model: str | None,
        file: Path | None,
        *,
        replace: bool = False,
    ) -> None:
        """Put a document in, all or nothing; one that is in already stays as it is, or makes way with ``replace``.

        ``vectors`` has a float32 row of unit length a chunk, made by ``model``; None for full text alone. ``file`` is
        copied. What was committed stays, even where writing the vector index fails afterwards.
        """
        if vectors is not None and (model is None or len(vectors) != len(chunks)):
            raise ValueError("vectors need a model and one row a chunk")
        with database_errors(self.home), self._lock:
            try:
                if file is not None:
                    self._files.keep(document.id, file)
                replaced = self._insert(document, chunks, vectors, model, replace)
            except BaseException:
                self._tidy()
                raise
            if replaced and self._index.exists():
                self._index.remove(document.id)
            self._index.update()

    def remove(self, document_id: str) -> None:
        """Take a document out: rows, full text, vectors and file, and give the space back. NotFound: no such id."""
        if not self.has(document_id):
            raise NotFound(f"There is no document {document_id!r} in the knowledge base.")
        with database_errors(self.home), self._lock:
            with self._database.write() as connection:
                delete_document(connection, document_id)
                connection.exec_driver_sql(schema.FULL_TEXT_COMPACT)
            self._tidy()
            if self._index.exists():
                self._index.remove(document_id)
            self._database.compact()

    def embed_missing(self, embedder: Embedder) -> None:
        """Give vectors of this model to all that has none, from the text held: after a change of models, everything.

        Does nothing, and loads no model, where nothing is missing. ModelError: the model cannot be loaded.
        """
        from kb.embedding import chunks_to_vectors

        waiting = self._documents_to_embed(embedder.name)
        if not waiting:
            return
        held = [chunk for document_id in waiting for chunk in self.chunks_of(document_id)]
        rows = chunks_to_vectors(held, embedder)
        with database_errors(self.home), self._lock:
            # Others could write while the model was at work: only what still waits gets its vectors.
            still = set(self._documents_to_embed(embedder.name))
            places = [place for place, chunk in enumerate(held) if chunk.document_id in still]
            with self._database.write() as connection:
                connection.execute(delete(schema.vectors).where(schema.vectors.c.model != embedder.name))
                insert_vectors(connection, [held[place] for place in places], rows[places], embedder.name)
                write_meta(connection, "embedding_model", embedder.name)
            self._index.rebuild()

    def _documents_to_embed(self, model: str) -> list[str]:
        """The documents that have chunks without a vector of the model."""
        chunk, vector = schema.chunks.c, schema.vectors.c
        held = and_(vector.chunk_id == chunk.id, vector.model == model)
        query = select(chunk.document_id).outerjoin(schema.vectors, held).where(vector.chunk_id.is_(None)).distinct()
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(chunk.document_id)).scalars())

    def _tidy(self) -> None:
        """Delete files of documents that are not in: removed ones, or of a commit that failed."""
        with self._database.read() as connection:
            ids = set(connection.execute(select(schema.documents.c.id)).scalars())
        self._files.delete_others(ids)

    def _insert(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        vectors: np.ndarray | None,
        model: str | None,
        replace: bool,
    ) -> bool:
        """Write a document; whether another state of it was in and is gone."""
        rows = document_to_rows(document)
        rows["documents"][0] |= {"ingested_at": datetime.now(UTC).isoformat(timespec="seconds"), "indexed": False}
        with self._database.write() as connection:
            held = connection.execute(select(schema.documents.c.id).where(schema.documents.c.id == document.id)).first()
            if held and not replace:
                return False
            if held:
                delete_document(connection, document.id)
            insert_rows(connection, rows)
            insert_rows(connection, {"chunks": [chunk_to_row(chunk) for chunk in chunks]})
            connection.exec_driver_sql(schema.FULL_TEXT_ADD, (document.id,))
            if vectors is not None and model is not None and chunks:
                made_by = read_meta(connection, "embedding_model")
                if made_by not in (None, model):
                    raise KnowledgeBaseError(
                        f"The knowledge base in {self.home} has vectors of the model {made_by}, not of {model}. Embed "
                        "it again with the new model first, or set KB_EMBEDDING_MODEL back."
                    )
                write_meta(connection, "embedding_model", model)
                insert_vectors(connection, chunks, vectors, model)
        return held is not None


def delete_document(connection: Connection, document_id: str) -> None:
    """Take out a document's rows, its full text, and the vectors of words that may have come from it."""
    connection.exec_driver_sql(schema.FULL_TEXT_REMOVE, (document_id,))
    connection.execute(delete(schema.documents).where(schema.documents.c.id == document_id))
    connection.execute(delete(schema.word_vectors))


def insert_vectors(connection: Connection, chunks: Sequence[Chunk], vectors: np.ndarray, model: str) -> None:
    rows = [
        {"chunk_id": chunk.id, "model": model, "vector": vector.astype("<f4").tobytes()}
        for chunk, vector in zip(chunks, vectors, strict=True)
    ]
    insert_rows(connection, {"vectors": rows})


def batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
