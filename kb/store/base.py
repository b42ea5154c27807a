"""One knowledge base in one folder: opening it, and how documents come, are corrected and go."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import and_, delete, select

from kb.errors import KnowledgeBaseError, NotFound
from kb.model import Chunk, Document
from kb.store import schema
from kb.store.contents import IDS_A_QUERY, Contents
from kb.store.corrections import Correction, correct
from kb.store.database import (
    DATABASE,
    Database,
    check_version,
    create_schema,
    database_errors,
    migrate,
    write_meta,
)
from kb.store.files import FileStore
from kb.store.listing import DocumentInfo, list_discarded
from kb.store.lock import WriteLock
from kb.store.rows import insert_rows
from kb.store.vectors import VectorIndex
from kb.store.writing import batches, insert_document, insert_vectors, now, purge_document, set_removed

if TYPE_CHECKING:
    import numpy as np

    from kb.embedding import Embedder


# How long a discarded document can be brought back.
UNDO_TIME = timedelta(hours=24)


class KnowledgeBase(Contents):
    """A knowledge base that is open. Any number of threads and processes may read while one writes."""

    def __init__(self, home: Path, database: Database) -> None:
        self._lock = WriteLock(home)
        self._making_view = threading.Lock()
        self._public_view: KnowledgeBase | None = None
        super().__init__(home, database, VectorIndex(home, database, self._lock), FileStore(home))

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

    def seen_by(self, *, cleared: bool) -> KnowledgeBase:
        """The knowledge base as someone sees it: cleared for documents marked not public, or not."""
        from kb.store.view import PublicView

        if cleared:
            return self
        with self._making_view:
            if self._public_view is None:
                self._public_view = PublicView(self)
            return self._public_view

    def check(self) -> list[str]:
        """What is wrong with the files, in words; empty where all is well."""
        from kb.store.check import find_problems

        return find_problems(self._database, self._index, self._files)

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
        copied. What was committed stays, even where writing the vector index fails afterwards. What a person has
        corrected of the document holds on, and one that was discarded is in the library again.
        """
        if vectors is not None and (model is None or len(vectors) != len(chunks)):
            raise ValueError("vectors need a model and one row a chunk")
        with database_errors(self.home), self._lock:
            try:
                if file is not None:
                    self._files.keep(document.id, file)
                with self._database.write() as connection:
                    replaced = insert_document(connection, document, chunks, vectors, model, replace)
            except BaseException:
                self._tidy()
                raise
            if replaced and self._index.exists():
                self._index.remove(document.id)
            self._index.update()

    def remove(self, document_id: str) -> None:
        """Take a document out for good: rows, full text, vectors and file, and give the space back.

        A discarded one too. NotFound: no such id.
        """
        with database_errors(self.home), self._lock:
            self._check_held(document_id)
            with self._database.write() as connection:
                purge_document(connection, document_id)
            self._tidy()
            if self._index.exists():
                self._index.remove(document_id)
            self._database.compact()

    def discard(self, document_id: str) -> None:
        """Remove a document so that it can be brought back: from now on it is in nothing that is read here.

        Its text stays on the disk until :meth:`remove` or :meth:`purge_discarded`. NotFound: no such id.
        """
        self._set_removed(document_id, now())

    def restore(self, document_id: str) -> None:
        """Bring a discarded document back as it was, without reading it again. NotFound: no such id."""
        self._set_removed(document_id, None)

    def _set_removed(self, document_id: str, removed_at: str | None) -> None:
        with database_errors(self.home), self._lock:
            self._check_held(document_id)
            with self._database.write() as connection:
                set_removed(connection, document_id, removed_at)

    def discarded(self) -> list[DocumentInfo]:
        """The documents that were discarded and can be brought back, the last one first."""
        with self._database.read() as connection:
            return list_discarded(connection)

    def purge_discarded(self, before: datetime | None = None) -> list[str]:
        """Remove for good what was discarded before a time (None: UNDO_TIME ago); the sources of those documents."""
        before = before or datetime.now(UTC) - UNDO_TIME
        old = [info for info in self.discarded() if datetime.fromisoformat(info.removed_at or "") < before]
        for info in old:
            self.remove(info.id)
        return [info.source for info in old]

    def correct(
        self,
        document_id: str,
        *,
        title: str | None = None,
        date: str | None = None,
        kind: str | None = None,
        public: bool | None = None,
    ) -> Correction:
        """Correct what is held of a document, now and whenever its file is read again; None leaves a field.

        Returns what undoes it. ``date`` is a day, month or year in ISO, "" for none. BadCorrection: cannot be taken.
        NotFound: no such id.
        """
        with database_errors(self.home), self._lock:
            self._check_held(document_id)
            with self._database.write() as connection:
                return correct(connection, document_id, Correction(title, date, kind, public))

    def _check_held(self, document_id: str) -> None:
        """NotFound unless a document of that id is held, discarded or not."""
        with self._database.read() as connection:
            held = schema.documents.c.id
            if connection.execute(select(held).where(held == document_id)).first() is None:
                raise NotFound(f"There is no document {document_id!r} in the knowledge base.")

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

    def embed_missing(self, embedder: Embedder) -> None:
        """Give vectors of this model to all that has none, from the text held: after a change of models, everything.

        Does nothing, and loads no model, where nothing is missing. ModelError: the model cannot be loaded.
        """
        from kb.embedding import chunks_to_vectors

        waiting = self._documents_to_embed(embedder.name)
        if not waiting:
            return
        held = [chunk for document_id in waiting for chunk in self._read_chunks_of(document_id)]
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
        # Hidden ones as well: a discarded document comes back with vectors of the same model as all others.
        query = select(chunk.document_id).outerjoin(schema.vectors, held).where(vector.chunk_id.is_(None)).distinct()
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(chunk.document_id)).scalars())

    def _tidy(self) -> None:
        """Delete files of documents that are not in: removed ones, or of a commit that failed."""
        with self._database.read() as connection:
            ids = set(connection.execute(select(schema.documents.c.id)).scalars())
        self._files.delete_others(ids)
