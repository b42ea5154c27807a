"""The vector index: Chroma collections in ``chroma/``, made again from kb.sqlite3 where they are amiss.

Chroma gets ids, vectors and two short fields of metadata, never a document's words: what is removed from SQLite is
gone. Each making of the index has a folder of its own, and kb.sqlite3 names the one in use, so that an index half
made is never asked and a process that reads notices when another has changed it.
"""

from __future__ import annotations

import logging
import shutil
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select, update

from kb.errors import KnowledgeBaseError
from kb.store.database import Database, database_errors, explain, read_meta, write_meta
from kb.store.lock import WriteLock
from kb.store.schema import chunks, documents, vectors

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

FOLDER = "chroma"
COLLECTION = "chunks"
ROWS_A_READ = 2000
PROBES = 32
SAME = 1e-3  # cosine distance of a vector to itself, with room for float32
# Wide enough that a search of a few thousand chunks finds what an exact one finds, filtered or not (see the tests): at
# 256 it found now and then others, as the graph is not the same at each opening.
SETTINGS = {"hnsw": {"space": "cosine", "ef_construction": 50, "ef_search": 2048, "max_neighbors": 16}}


class IndexDamagedError(Exception):
    """Chroma cannot open, read or write its files."""


class IndexMissingError(IndexDamagedError):
    """No index was made yet."""


class VectorIndex:
    """Chroma's side of a knowledge base. All methods may be called from any thread.

    ``update`` brings it level with SQLite; ``search`` does so first where a killed process left work undone.
    """

    def __init__(self, home: Path, database: Database, lock: WriteLock) -> None:
        self.home = home
        self._database = database
        self._lock = lock
        self._opening = threading.RLock()
        self._client: Any = None
        self._collection: Any = None
        self._seen: tuple[str | None, str | None] | None = None

    def search(self, vector: np.ndarray, limit: int, where: dict[str, Any] | None) -> list[str]:
        """Ids of the chunks nearest to the vector, up to ``limit``; nearly but not surely in order."""
        try:
            return self._query(vector, limit, where)
        except IndexDamagedError as error:
            log.info("The vector index of %s is opened again: %s", self.home, error)
        with database_errors(self.home), self._lock:
            # Another process may have been in the middle of writing: with the lock held, none is.
            try:
                self.close()
                return self._query(vector, limit, where)
            except IndexDamagedError as error:
                self._mend(error)
            try:
                return self._query(vector, limit, where)
            except IndexDamagedError as error:
                raise KnowledgeBaseError(explain(str(error), self.home)) from error

    def _query(self, vector: np.ndarray, limit: int, where: dict[str, Any] | None) -> list[str]:
        if not self._is_level():
            return []
        # One query at a time, so that no other thread closes the client under it.
        with self._opening:
            collection = self._open_current()
            with chroma_errors():
                found = collection.query(
                    query_embeddings=[vector.tolist()], n_results=limit, where=where, include=["distances"]
                )
        return [str(chunk_id) for chunk_id in found["ids"][0]]

    def update(self) -> None:
        """Add what SQLite has and Chroma has not, and the other way round. KnowledgeBaseError: cannot be written."""
        with database_errors(self.home), self._lock:
            try:
                self._level()
            except IndexDamagedError as error:
                self._mend(error)

    def remove(self, document_id: str) -> None:
        """Take the vectors of a document out, its rows in SQLite being gone already."""
        with database_errors(self.home), self._lock:
            try:
                with chroma_errors():
                    self._open_current().delete(where={"document_id": document_id})
                self._touch()
            except IndexDamagedError as error:
                self._mend(error)

    def rebuild(self) -> None:
        """Make the index again from SQLite in a new folder, put it in use and delete the others."""
        with database_errors(self.home), self._lock, self._opening:
            name = uuid.uuid4().hex[:12]
            try:
                self._open(name)
                self._add(None)
            except IndexDamagedError as error:
                raise KnowledgeBaseError(explain(str(error), self.home)) from error
            with self._database.write() as connection:
                write_meta(connection, "vector_index", name)
                connection.execute(update(documents).values(indexed=True))
                count_change(connection)
            self._seen = self._state()
            self._sweep(name)

    def _mend(self, error: IndexDamagedError) -> None:
        level = logging.INFO if isinstance(error, IndexMissingError) else logging.WARNING
        log.log(level, "The vector index of %s is made from the database: %s", self.home, error)
        self.rebuild()

    def ids(self) -> set[str]:
        """The ids that Chroma holds."""
        try:
            if not self._is_level():
                return set()
            with self._opening:
                collection = self._open_current()
                with chroma_errors():
                    return set(collection.get(include=[])["ids"])
        except IndexDamagedError as error:
            raise KnowledgeBaseError(explain(str(error), self.home)) from error

    def exists(self) -> bool:
        """Whether an index was ever made."""
        return self._state()[0] is not None

    def close(self) -> None:
        with self._opening:
            client, self._client, self._collection, self._seen = self._client, None, None, None
            if client is not None:
                client.close()

    def _has_vectors(self) -> bool:
        with self._database.read() as connection:
            return connection.execute(select(vectors.c.chunk_id).limit(1)).first() is not None

    def _state(self) -> tuple[str | None, str | None]:
        """The folder in use and how often it has changed; another process may have moved either."""
        with self._database.read() as connection:
            return read_meta(connection, "vector_index"), read_meta(connection, "vectors_version")

    def _touch(self) -> None:
        """Tell other processes that their copy in memory is old."""
        with self._database.write() as connection:
            count_change(connection)
        self._seen = self._state()

    def _is_level(self) -> bool:
        """Bring the index level where a killed process or another one left it behind; False: there are no vectors."""
        state = self._state()
        if state[0] is None and not self._has_vectors():
            return False
        if self._seen is None or (state != self._seen and self._waiting()):
            self.update()
        return True

    def _waiting(self) -> list[str]:
        """Documents that are not in the index yet."""
        with self._database.read() as connection:
            query = select(documents.c.id).where(~documents.c.indexed).order_by(documents.c.id)
            return list(connection.execute(query).scalars())

    def _open_current(self) -> Any:
        with self._opening:
            state = self._state()
            if state != self._seen or self._collection is None:
                if state[0] is None:
                    raise IndexMissingError("none was made yet")
                if not (self.home / FOLDER / state[0] / "chroma.sqlite3").is_file():
                    raise IndexDamagedError("its folder is missing")
                self._open(state[0])
                self._seen = state
            return self._collection

    def _open(self, name: str) -> None:
        import chromadb
        from chromadb.config import Settings

        self.close()
        folder = self.home / FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        with chroma_errors():
            self._client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
            self._collection = self._client.get_or_create_collection(
                COLLECTION, embedding_function=None, configuration=SETTINGS
            )
            # Chroma keeps the settings that an index was made with; an older one was searched less widely.
            if self._collection.configuration_json["hnsw"].get("ef_search") != SETTINGS["hnsw"]["ef_search"]:
                self._collection.modify(configuration={"hnsw": {"ef_search": SETTINGS["hnsw"]["ef_search"]}})

    def _level(self) -> None:
        waiting = self._waiting()
        if self._state()[0] is None and not self._has_vectors():
            self._mark_indexed(waiting)
            return
        first = self._seen is None
        self._open_current()
        for document_id in waiting:
            self._add(document_id)
        if first:
            self._drop_strays()
            self._sweep(self._state()[0])
        if first and waiting:
            self._probe()
        if waiting:
            self._mark_indexed(waiting)

    def _mark_indexed(self, document_ids: Sequence[str]) -> None:
        with self._database.write() as connection:
            connection.execute(update(documents).where(documents.c.id.in_(document_ids)).values(indexed=True))
            count_change(connection)
        self._seen = self._state()

    def _add(self, document_id: str | None) -> None:
        """Upsert the vectors of one document, or of all, in batches that Chroma takes."""
        import numpy as np

        query = (
            select(chunks.c.id, chunks.c.kind, chunks.c.document_id, vectors.c.vector)
            .join(vectors, vectors.c.chunk_id == chunks.c.id)
            .order_by(chunks.c.number)
        )
        if document_id is not None:
            query = query.where(chunks.c.document_id == document_id)
        size = min(ROWS_A_READ, self._client.get_max_batch_size())
        with self._database.read() as connection:
            for rows in connection.execute(query).partitions(size):
                with chroma_errors():
                    self._collection.upsert(
                        ids=[row.id for row in rows],
                        embeddings=np.stack([np.frombuffer(row.vector, dtype="<f4") for row in rows]),
                        metadatas=[{"kind": row.kind, "document_id": row.document_id} for row in rows],
                    )

    def _drop_strays(self) -> None:
        """Level the ids, as a process may have died between the two databases."""
        with self._database.read() as connection:
            expected = connection.execute(select(func.count()).select_from(vectors)).scalar_one()
            with chroma_errors():
                if self._collection.count() == expected:
                    return
                held = set(self._collection.get(include=[])["ids"])
            wanted = set(connection.execute(select(vectors.c.chunk_id)).scalars())
        if wanted - held:
            raise IndexDamagedError(f"{len(wanted - held)} vectors are missing")
        strays = sorted(held - wanted)
        for start in range(0, len(strays), ROWS_A_READ):
            with chroma_errors():
                self._collection.delete(ids=strays[start : start + ROWS_A_READ])
        self._touch()

    def _probe(self) -> None:
        """Search for some of the vectors themselves, as a process may have died while Chroma wrote its graph."""
        import numpy as np

        with self._database.read() as connection:
            count = connection.execute(select(func.count()).select_from(vectors)).scalar_one()
            every = select(vectors.c.vector).where(vectors.c.chunk_id.in_(self._sample(connection, count)))
            sample = np.stack([np.frombuffer(row.vector, dtype="<f4") for row in connection.execute(every)])
        with chroma_errors():
            found = self._collection.query(query_embeddings=sample, n_results=1, include=["distances"])
        if any(not near or near[0] > SAME for near in found["distances"]):
            raise IndexDamagedError("it does not find what is in it")

    def _sample(self, connection: Connection, count: int) -> list[str]:
        step = max(1, count // PROBES)
        ids = connection.execute(select(vectors.c.chunk_id).order_by(vectors.c.chunk_id)).scalars()
        return list(ids)[::step]

    def _sweep(self, name: str | None) -> None:
        """Delete indexes that are not in use: replaced ones, and one that a process died in the making of."""
        for path in (self.home / FOLDER).iterdir():
            if path.name != name:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def count_change(connection: Connection) -> None:
    write_meta(connection, "vectors_version", str(int(read_meta(connection, "vectors_version") or 0) + 1))


@contextmanager
def chroma_errors() -> Iterator[None]:
    """Chroma's many kinds of errors, panics of its Rust part among them, as IndexDamagedError."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise IndexDamagedError(str(error) or type(error).__name__) from error
