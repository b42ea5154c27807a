"""A knowledge base that an older collabkb made is brought up to date when it is opened, and nothing in it is lost."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from made import make_document

from ingest.pipeline import ingest
from ingest.readers import READER_VERSION
from kb.errors import KnowledgeBaseError
from kb.store import KnowledgeBase
from kb.store.schema import MIGRATIONS, SCHEMA_VERSION

# The tables as version 1 made them, word for word.
VERSION_1 = """
CREATE TABLE meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY (name));
CREATE TABLE documents (id VARCHAR NOT NULL, source VARCHAR NOT NULL, title TEXT NOT NULL, format VARCHAR NOT NULL,
  issuer TEXT, date VARCHAR, date_text TEXT, year INTEGER, kind VARCHAR NOT NULL, marking VARCHAR NOT NULL, path TEXT,
  ingested_at VARCHAR NOT NULL, indexed BOOLEAN NOT NULL, text TEXT NOT NULL, PRIMARY KEY (id));
CREATE INDEX ix_documents_source ON documents (source);
CREATE INDEX ix_documents_year ON documents (year);
CREATE TABLE word_vectors (word VARCHAR NOT NULL, model VARCHAR NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (word));
CREATE TABLE forces (document_id VARCHAR NOT NULL, place INTEGER NOT NULL, force VARCHAR NOT NULL,
  PRIMARY KEY (document_id, place), FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE);
CREATE INDEX ix_forces_force ON forces (force);
CREATE TABLE pages (document_id VARCHAR NOT NULL, number INTEGER NOT NULL, width FLOAT NOT NULL, height FLOAT NOT NULL,
  label VARCHAR, PRIMARY KEY (document_id, number),
  FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE);
CREATE TABLE blocks (document_id VARCHAR NOT NULL, id VARCHAR NOT NULL, place INTEGER NOT NULL,
  reading_order INTEGER NOT NULL, role VARCHAR NOT NULL, text TEXT NOT NULL, pieces JSON NOT NULL,
  section JSON NOT NULL, level INTEGER NOT NULL, number VARCHAR, PRIMARY KEY (document_id, id),
  FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE);
CREATE TABLE tables (document_id VARCHAR NOT NULL, id VARCHAR NOT NULL, place INTEGER NOT NULL,
  reading_order INTEGER NOT NULL, n_rows INTEGER NOT NULL, n_columns INTEGER NOT NULL, header_rows INTEGER NOT NULL,
  row_pages JSON NOT NULL, row_spans JSON NOT NULL, caption TEXT, lead_in TEXT, unit VARCHAR, notes JSON NOT NULL,
  section JSON NOT NULL, box JSON, doubts JSON NOT NULL, PRIMARY KEY (document_id, id),
  FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE);
CREATE TABLE cells (document_id VARCHAR NOT NULL, table_id VARCHAR NOT NULL, place INTEGER NOT NULL,
  "row" INTEGER NOT NULL, "column" INTEGER NOT NULL, text TEXT NOT NULL, role VARCHAR NOT NULL,
  rowspan INTEGER NOT NULL, colspan INTEGER NOT NULL, page INTEGER, box JSON, source JSON, carried BOOLEAN NOT NULL,
  doubtful BOOLEAN NOT NULL, PRIMARY KEY (document_id, table_id, place),
  FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE);
CREATE TABLE chunks (number INTEGER NOT NULL, id VARCHAR NOT NULL, document_id VARCHAR NOT NULL, kind VARCHAR NOT NULL,
  page INTEGER, table_id VARCHAR, "row" INTEGER, parent VARCHAR, section JSON NOT NULL, spans JSON NOT NULL,
  text TEXT NOT NULL, embed_text TEXT NOT NULL, PRIMARY KEY (number), UNIQUE (id),
  FOREIGN KEY(document_id) REFERENCES documents (id) ON DELETE CASCADE);
CREATE INDEX chunks_of_document ON chunks (document_id, kind);
CREATE TABLE vectors (chunk_id VARCHAR NOT NULL, model VARCHAR NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (chunk_id),
  FOREIGN KEY(chunk_id) REFERENCES chunks (id) ON DELETE CASCADE);
CREATE VIRTUAL TABLE full_text USING fts5(embed_text, kind UNINDEXED, content='chunks', content_rowid='number',
  tokenize='porter unicode61 remove_diacritics 2');
INSERT INTO meta VALUES ('schema_version', '1');
"""
COSTS = "# Costs\n\nForce\tCost\nRutland\t41\nKent\t57\n"
# What version 1 kept of COSTS, as its reader saw it: one paragraph and no table.
HELD = """
INSERT INTO documents VALUES ('{id}', 'costs.txt', 'Old title', 'text', NULL, NULL, NULL, NULL, 'other', 'public', NULL,
  '2026-01-01T00:00:00+00:00', 1, 'Costs of Rutland');
INSERT INTO blocks VALUES ('{id}', 'b0', 0, 0, 'paragraph', 'Costs of Rutland', '[[0, 16, 0, null, null]]', '[]', 0,
  NULL);
INSERT INTO tables VALUES ('{id}', 't0', 0, 1, 1, 1, 0, '[null]', '[[0, 5]]', NULL, NULL, NULL, '[]', '[]', NULL, '[]');
INSERT INTO cells VALUES ('{id}', 't0', 0, 0, 0, 'Costs', 'value', 1, 1, NULL, NULL, '[0, 5]', 0, 0);
INSERT INTO chunks VALUES (1, '{id}:p0', '{id}', 'passage', NULL, NULL, NULL, NULL, '[]', '[["b0", 0, 16]]',
  'Costs of Rutland', 'Costs of Rutland');
INSERT INTO full_text(rowid, embed_text, kind) SELECT number, embed_text, kind FROM chunks;
"""


@pytest.fixture
def old(kb_home: Path, tmp_path: Path) -> Path:
    """The folder of a knowledge base of version 1 with one document."""
    from ingest.readers.checks import document_id

    kb_home.mkdir()
    with sqlite3.connect(kb_home / "kb.sqlite3") as connection:
        connection.executescript(VERSION_1 + HELD.format(id=document_id(COSTS.encode())))
    connection.close()
    return kb_home


def columns(home: Path) -> dict[str, dict[str, tuple[str, int]]]:
    """Table to column to its type and whether it must be set."""
    with sqlite3.connect(home / "kb.sqlite3") as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        made = {
            name: {row[1]: (row[2], row[3]) for row in connection.execute(f"PRAGMA table_info({name})")}
            for name in names
            if not name.startswith(("full_text", "sqlite_"))
        }
    connection.close()
    return made


@pytest.mark.parametrize("create", [False, True], ids=["opened to ask", "opened to ingest"])
def test_version_1_is_brought_up_to_date_with_all_that_is_in_it(old: Path, tmp_path: Path, create: bool) -> None:
    with KnowledgeBase.open(old, create=create) as kb:
        (info,) = kb.documents()
        document = kb.document(info.id)
        assert (document.warnings, document.reader_version, info.reader_version) == ((), 0, 0)
        assert (document.tables[0].confidence, document.tables[0].total_rows) == (1.0, ())
        assert document.tables[0].cells[0].marks == () and document.text == "Costs of Rutland"
        assert kb.search_text(["Rutland"], ["passage"], 5) and kb.check() == []
        kb.commit(*make_document("new", ["It goes on."]), None, None, None)
        assert len(kb.documents()) == 2
    with KnowledgeBase.open(tmp_path / "fresh", create=True):
        pass
    assert columns(old) == columns(tmp_path / "fresh")


def test_what_version_1_had_read_is_read_again_from_the_same_file(old: Path, tmp_path: Path) -> None:
    path = tmp_path / "costs.txt"
    path.write_text(COSTS, "utf-8")
    with KnowledgeBase.open(old, create=True) as kb:
        report = ingest([path], kb, None)
        assert (report.reread, report.added, report.unchanged) == (["costs.txt"], [], [])
        (info,) = kb.documents()
        assert info.reader_version == READER_VERSION and info.title == "Costs"
        assert kb.document(info.id).tables[0].grid() == [["Force", "Cost"], ["Rutland", "41"], ["Kent", "57"]]
        assert kb.check() == [] and ingest([path], kb, None).unchanged == ["costs.txt"]


def test_two_that_open_it_at_once_do_not_get_in_each_others_way(old: Path) -> None:
    failures: list[BaseException] = []

    def open_it() -> None:
        try:
            KnowledgeBase.open(old).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_migration_that_fails_leaves_the_old_version(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = columns(old)
    monkeypatch.setitem(MIGRATIONS, 2, ("ALTER TABLE nothing ADD COLUMN x",))
    with pytest.raises(KnowledgeBaseError):
        KnowledgeBase.open(old)
    monkeypatch.undo()
    assert columns(old) == before
    KnowledgeBase.open(old).close()


def test_a_newer_version_is_left_alone(old: Path) -> None:
    with sqlite3.connect(old / "kb.sqlite3") as connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'schema_version'", (str(SCHEMA_VERSION + 1),))
    connection.close()
    with pytest.raises(KnowledgeBaseError, match=f"format {SCHEMA_VERSION + 1}"):
        KnowledgeBase.open(old)


def test_every_version_has_its_way_to_the_next() -> None:
    assert sorted(MIGRATIONS) == list(range(1, SCHEMA_VERSION))
