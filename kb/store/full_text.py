"""Full text in two indexes: of what is in the library, and of what of it is public.

Who may not see a document must not meet its words in a rank either: bm25 counts words over a whole index. What
belongs in each index is what its SQL view shows, so that a document's own row decides and `kb doctor` can compare.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

ALL, PUBLIC = "full_text", "full_text_public"
VIEWS = {ALL: "held_chunks", PUBLIC: "public_chunks"}


def put_in(connection: Connection, document_id: str) -> None:
    """Index a document's chunks wherever they belong; they must not be in any index."""
    for name, view in VIEWS.items():
        connection.exec_driver_sql(
            f"INSERT INTO {name}(rowid, embed_text, kind) SELECT number, embed_text, kind FROM {view} "
            "WHERE document_id = ?",
            (document_id,),
        )


def take_out(connection: Connection, document_id: str) -> None:
    """Take a document's chunks out of the indexes that they are in, its row and its chunks being as they were."""
    for name, view in VIEWS.items():
        connection.exec_driver_sql(
            f"INSERT INTO {name}({name}, rowid, embed_text, kind) "
            f"SELECT 'delete', number, embed_text, kind FROM {view} WHERE document_id = ?",
            (document_id,),
        )


@contextmanager
def reindexed(connection: Connection, document_id: str) -> Iterator[None]:
    """Around any change to a document's marking, removal or chunks: each index follows."""
    take_out(connection, document_id)
    yield
    put_in(connection, document_id)


def compact(connection: Connection) -> None:
    """Merge all segments into one, which takes deleted words off the disk."""
    for name in VIEWS:
        connection.exec_driver_sql(f"INSERT INTO {name}({name}) VALUES('optimize')")


def check_integrity(connection: Connection) -> None:
    """KnowledgeBaseError, by the transaction, where an index and what its view shows are not the same."""
    for name in VIEWS:
        connection.exec_driver_sql(f"INSERT INTO {name}({name}, rank) VALUES('integrity-check', 1)")
