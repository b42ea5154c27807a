"""What can be wrong with the files of a knowledge base, in words for the doctor."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from kb.errors import KnowledgeBaseError
from kb.store.database import Database, read_meta
from kb.store.files import FileStore
from kb.store.full_text import check_integrity
from kb.store.schema import chunks, documents, vectors
from kb.store.vectors import VectorIndex


def find_problems(database: Database, index: VectorIndex, files: FileStore) -> list[str]:
    """One sentence a problem, each with what mends it; empty where all is well."""
    try:
        with database.write() as connection:
            problems = broken_database(connection)
        with database.read() as connection:
            problems += unfinished_documents(connection) + missing_vectors(connection)
            problems += orphan_files(connection, files)
            held = set(connection.execute(select(vectors.c.chunk_id)).scalars())
        if held or index.exists():
            problems += unlike_index(held, index.ids())
    except KnowledgeBaseError as error:
        return [str(error)]
    return problems


def broken_database(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    problems = [] if list(found) == ["ok"] else [f"The database is damaged: {line}." for line in found]
    problems += [
        f"The database is damaged: a row of {row[0]} belongs to nothing."
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    ]
    check_integrity(connection)
    return problems


def unfinished_documents(connection: Connection) -> list[str]:
    names = connection.execute(select(documents.c.source).where(~documents.c.indexed)).scalars()
    return [f"{name} is not in the vector index yet; the next search or ingest puts it there." for name in names]


def missing_vectors(connection: Connection) -> list[str]:
    if read_meta(connection, "embedding_model") is None:
        return []
    missing = (
        select(documents.c.source, func.count())
        .join(chunks, chunks.c.document_id == documents.c.id)
        .outerjoin(vectors, vectors.c.chunk_id == chunks.c.id)
        .where(vectors.c.chunk_id.is_(None))
        .group_by(documents.c.source)
    )
    return [
        f"{count} passages of {name} have no vector and are found by their words only; ingest with a model to add them."
        for name, count in connection.execute(missing)
    ]


def orphan_files(connection: Connection, files: FileStore) -> list[str]:
    ids = set(connection.execute(select(documents.c.id)).scalars())
    return [
        f"The file {path} belongs to no document and can be deleted." for path in files.all() if path.stem not in ids
    ]


def unlike_index(held: set[str], indexed: set[str]) -> list[str]:
    mend = "delete the folder 'chroma' to have it made again"
    problems = []
    if held - indexed:
        problems.append(f"The vector index lacks {len(held - indexed)} vectors; {mend}.")
    if indexed - held:
        problems.append(f"The vector index has {len(indexed - held)} vectors too many; {mend}.")
    return problems
