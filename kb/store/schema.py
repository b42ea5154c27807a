"""The tables of kb.sqlite3, in SQLAlchemy Core so that PostgreSQL can take SQLite's place.

PostgreSQL would differ in two places: ``FULL_TEXT`` (a generated ``tsvector`` column with a GIN index and ``ts_rank``
instead of FTS5 and ``bm25``) and the pragmas in ``database.py`` (not needed there).
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

# Full text of what is in the library, and of what of it is public (see full_text.py). An index keeps no copy of the
# text (external content): it is what its view shows.
_INDEXED = "SELECT c.number, c.document_id, c.kind, c.embed_text FROM chunks c JOIN documents d ON d.id = c.document_id"
_FTS5 = "content_rowid='number', tokenize='porter unicode61 remove_diacritics 2'"
FULL_TEXT = (
    f"CREATE VIEW IF NOT EXISTS held_chunks AS {_INDEXED} WHERE d.removed_at IS NULL",
    f"CREATE VIEW IF NOT EXISTS public_chunks AS {_INDEXED} WHERE d.removed_at IS NULL AND d.marking = 'public'",
    "CREATE VIRTUAL TABLE IF NOT EXISTS full_text USING fts5(embed_text, kind UNINDEXED, "
    f"content='held_chunks', {_FTS5})",
    "CREATE VIRTUAL TABLE IF NOT EXISTS full_text_public USING fts5(embed_text, kind UNINDEXED, "
    f"content='public_chunks', {_FTS5})",
)

SCHEMA_VERSION = 4
# Version to what makes the next one of it, so that a knowledge base of any age can be opened.
MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE documents ADD COLUMN warnings JSON NOT NULL DEFAULT '[]'",
        "ALTER TABLE tables ADD COLUMN confidence FLOAT NOT NULL DEFAULT 1.0",
        "ALTER TABLE tables ADD COLUMN total_rows JSON NOT NULL DEFAULT '[]'",
        "ALTER TABLE cells ADD COLUMN marks JSON NOT NULL DEFAULT '[]'",
    ),
    2: (
        "ALTER TABLE documents ADD COLUMN reader_version INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE cells ADD COLUMN reference VARCHAR",
    ),
    3: (
        "ALTER TABLE documents ADD COLUMN removed_at VARCHAR",
        "CREATE TABLE corrections (document_id VARCHAR NOT NULL, field VARCHAR NOT NULL, value TEXT, as_read TEXT, "
        "corrected_at VARCHAR NOT NULL, PRIMARY KEY (document_id, field))",
        "DROP TABLE full_text",
        *FULL_TEXT,
        "INSERT INTO full_text(full_text) VALUES('rebuild')",
        "INSERT INTO full_text_public(full_text_public) VALUES('rebuild')",
    ),
}

metadata = MetaData()


def _document_key() -> Column[str]:
    return Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False)


# One row a fact about the whole base: schema_version, embedding_model, vectors_version.
meta = Table("meta", metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False))

documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("format", String, nullable=False),
    Column("issuer", Text),
    Column("date", String),
    Column("date_text", Text),
    Column("year", Integer, index=True),
    Column("kind", String, nullable=False),
    Column("marking", String, nullable=False),
    Column("path", Text),
    Column("warnings", JSON, nullable=False),
    Column("reader_version", Integer, nullable=False),
    Column("ingested_at", String, nullable=False),
    Column("indexed", Boolean, nullable=False),
    Column("removed_at", String),  # set while a document is discarded: in nothing that is read, but not yet gone
    Column("text", Text, nullable=False),
)

# No foreign key: what a person has corrected outlives the reading of a file that is read again.
corrections = Table(
    "corrections",
    metadata,
    Column("document_id", String, primary_key=True),
    Column("field", String, primary_key=True),  # a column of documents
    Column("value", Text),
    Column("as_read", Text),
    Column("corrected_at", String, nullable=False),
)

forces = Table(
    "forces",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("force", String, nullable=False, index=True),
)

pages = Table(
    "pages",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("width", Float, nullable=False),
    Column("height", Float, nullable=False),
    Column("label", String),
)

# A block's or table's id is its own document's business, so that the key is both.
blocks = Table(
    "blocks",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("reading_order", Integer, nullable=False),
    Column("role", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("pieces", JSON, nullable=False),
    Column("section", JSON, nullable=False),
    Column("level", Integer, nullable=False),
    Column("number", String),
)

tables = Table(
    "tables",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("reading_order", Integer, nullable=False),
    Column("n_rows", Integer, nullable=False),
    Column("n_columns", Integer, nullable=False),
    Column("header_rows", Integer, nullable=False),
    Column("row_pages", JSON, nullable=False),
    Column("row_spans", JSON, nullable=False),
    Column("caption", Text),
    Column("lead_in", Text),
    Column("unit", String),
    Column("notes", JSON, nullable=False),
    Column("section", JSON, nullable=False),
    Column("box", JSON),
    Column("doubts", JSON, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("total_rows", JSON, nullable=False),
)

cells = Table(
    "cells",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("table_id", String, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("row", Integer, nullable=False),
    Column("column", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("role", String, nullable=False),
    Column("rowspan", Integer, nullable=False),
    Column("colspan", Integer, nullable=False),
    Column("page", Integer),
    Column("box", JSON),
    Column("source", JSON),
    Column("carried", Boolean, nullable=False),
    Column("doubtful", Boolean, nullable=False),
    Column("marks", JSON, nullable=False),
    Column("reference", String),
)

# Short columns first: a search that filters by kind then never reads the long ones.
chunks = Table(
    "chunks",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    _document_key(),
    Column("kind", String, nullable=False),
    Column("page", Integer),
    Column("table_id", String),
    Column("row", Integer),
    Column("parent", String),
    Column("section", JSON, nullable=False),
    Column("spans", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("embed_text", Text, nullable=False),
    Index("chunks_of_document", "document_id", "kind"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("chunk_id", ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True),
    Column("model", String, nullable=False),
    Column("vector", LargeBinary, nullable=False),  # float32, little endian, unit length
)

# Vectors of single words, made from the chunks and made again where they are missing.
word_vectors = Table(
    "word_vectors",
    metadata,
    Column("word", String, primary_key=True),
    Column("model", String, nullable=False),
    Column("vector", LargeBinary, nullable=False),  # float16, little endian
)

# A passage's and a table's text for searching begins with the title of its document (see ingest.chunks).
RETITLE_CHUNKS = (
    "UPDATE chunks SET embed_text = :new || substr(embed_text, length(:old) + 1) "
    "WHERE document_id = :id AND kind IN ('passage', 'table') AND substr(embed_text, 1, length(:old)) = :old"
)
