"""Connections to kb.sqlite3: pragmas, transactions, and SQLite's errors in terms of what a person can do."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DBAPIError

from kb.errors import KnowledgeBaseError
from kb.store.schema import FULL_TEXT, MIGRATIONS, SCHEMA_VERSION, meta, metadata

DATABASE = "kb.sqlite3"
BUSY_SECONDS = 60


class Database:
    """One SQLite file. ``read`` and ``write`` are transactions; a write waits its turn among processes.

    Both raise KnowledgeBaseError where SQLite cannot do its work; a write that fails leaves no trace.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.engine = make_engine(home / DATABASE)
        self._writer = self.engine.execution_options(writer=True)
        self._watching = threading.Lock()
        self._watch: sqlite3.Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with database_errors(self.home), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with database_errors(self.home), self._writer.connect() as connection, connection.begin():
            yield connection

    def version(self) -> int:
        """A number that is another one, and greater, after each commit of any thread or process; cheap to ask."""
        # SQLite counts the commits of all other connections, so the one that asks is only for asking.
        with database_errors(self.home), self._watching:
            if self._watch is None:
                path = self.home / DATABASE
                self._watch = sqlite3.connect(path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            return int(self._watch.execute("PRAGMA data_version").fetchall()[0][0])

    def compact(self) -> None:
        """Give the space of removed rows back, so that their text is nowhere in the file or its journal."""
        # VACUUM cannot run inside a transaction, so it goes to the driver's own connection.
        with database_errors(self.home), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self.engine.dispose()


def make_engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", pool_size=8, max_overflow=64)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        # SQLAlchemy begins transactions itself (below), as the driver would not begin one for reading.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {BUSY_SECONDS * 1000}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes the lock at once: one that read first could not wait for another without a deadlock.
        writer = connection.get_execution_options().get("writer")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def create_schema(database: Database) -> None:
    """Make what is missing of the tables, and check that those there are of a version that we know."""
    migrate(database)
    with database.write() as connection:
        metadata.create_all(connection)
        for statement in FULL_TEXT:
            connection.exec_driver_sql(statement)
        version = read_meta(connection, "schema_version")
        if version is None:
            connection.execute(insert(meta).values(name="schema_version", value=str(SCHEMA_VERSION)))
    check_version(database)


def read_version(connection: Connection) -> int | None:
    """The version of the tables; None where they are not those of a knowledge base."""
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name = 'meta'").all()
    version = read_meta(connection, "schema_version") if names else None
    return None if version is None else int(version)


def migrate(database: Database) -> None:
    """Bring the tables of an older version up to ours, all or nothing; others are left as they are."""
    with database.read() as connection:
        if read_version(connection) not in MIGRATIONS:
            return
    with database.write() as connection:
        # Another process may have done it while this one waited for its turn.
        version = read_version(connection)
        while version in MIGRATIONS:
            for statement in MIGRATIONS[version]:
                connection.exec_driver_sql(statement)
            version += 1
            write_meta(connection, "schema_version", str(version))


def check_version(database: Database) -> None:
    """Raise KnowledgeBaseError unless the file is a knowledge base of our version."""
    with database.read() as connection:
        version = read_version(connection)
    if version is None:
        raise KnowledgeBaseError(
            f"{database.home / DATABASE} is not a knowledge base of collabkb. Choose another folder with --home or "
            "KB_HOME."
        )
    if version != SCHEMA_VERSION:
        raise KnowledgeBaseError(
            f"The knowledge base in {database.home} has format {version}, this collabkb reads format {SCHEMA_VERSION}. "
            "Use the collabkb that made it, or ingest the documents again into a new folder."
        )


def read_meta(connection: Connection, name: str) -> str | None:
    return connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar()


def write_meta(connection: Connection, name: str, value: str) -> None:
    connection.execute(meta.delete().where(meta.c.name == name))
    connection.execute(insert(meta).values(name=name, value=value))


@contextmanager
def database_errors(home: Path) -> Iterator[None]:
    """Turn SQLite's and the disk's errors into KnowledgeBaseError with what to do about them."""
    try:
        yield
    except DBAPIError as error:
        raise KnowledgeBaseError(explain(str(error.orig), home)) from error
    except sqlite3.Error as error:
        raise KnowledgeBaseError(explain(str(error), home)) from error
    except OSError as error:
        raise KnowledgeBaseError(explain(disk_error(error), home)) from error


def disk_error(error: OSError) -> str:
    """An OSError in the words that SQLite has for it, so that one table of advice serves both."""
    known = {
        errno.ENOSPC: "disk is full",
        errno.EDQUOT: "disk is full",
        errno.EFBIG: "disk is full",
        errno.EROFS: "readonly",
        errno.EACCES: "readonly",
        errno.EPERM: "readonly",
    }
    return known.get(error.errno or 0, str(error))


DAMAGED = (
    "The knowledge base in {home} is damaged ({reason}). Move the folder away and ingest the documents again; "
    "copies of them are in its folder 'files'."
)
ADVICE = (
    (
        "full",
        "There is no room left on the disk of {home}. Free some space and run the same command again; "
        "what was in the knowledge base before is still there.",
    ),
    (
        "readonly",
        "The knowledge base in {home} cannot be written. Check who owns the folder and its files, or choose another "
        "one with --home or KB_HOME.",
    ),
    (
        "unable to open",
        "The knowledge base in {home} cannot be opened. Check that the folder is there and that you may write to it, "
        "or choose another one with --home or KB_HOME.",
    ),
    ("malformed", DAMAGED),
    ("not a database", DAMAGED),
    (
        "disk I/O error",
        "The disk of {home} could not be written or read. Check that it has room and works, and run the same command "
        "again; what was in the knowledge base before is still there.",
    ),
    (
        "locked",
        "Another program is writing to the knowledge base in {home}. Wait until it has finished and try again.",
    ),
)
UNKNOWN = "The knowledge base in {home} cannot be read or written ({reason}). 'kb doctor' looks for the cause."


def explain(reason: str, home: Path) -> str:
    """What to do about a reason that SQLite, Chroma or the system gave."""
    for words, advice in ADVICE:
        if words in reason:
            return advice.format(home=home, reason=reason)
    return UNKNOWN.format(home=home, reason=reason)
