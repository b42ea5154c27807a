"""A question answered from one CSV file, with no knowledge base: the same table code on any table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.delimited import Record, bytes_to_delimited_text, text_to_records
from kb.errors import UnreadableFile
from kb.model import Cell, CellRole, Chunk, Document, Table

if TYPE_CHECKING:
    from kb.store import DocumentInfo

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class OneTable:
    """Stands where a knowledge base is asked for its documents: it has one, with one table."""

    only: Document

    def document(self, document_id: str) -> Document:
        """The document."""
        return self.only

    def documents(self) -> list[DocumentInfo]:
        """None that a question could name."""
        return []

    def children(self, parent_ids: Sequence[str]) -> dict[str, Chunk]:
        """No passages."""
        return {}


def csv_to_document(path: Path) -> Document:
    """The file as a Document with one table whose first row is the heading.

    Raises UnreadableFile where it is missing, too large, not text, or has fewer than two rows.
    """
    text = read_csv_text(path)
    records = text_to_filled_records(path, text)
    width = max(len(record.fields) for record in records)
    cells = tuple(
        Cell(row, column, value.strip(), role=cell_role(row, column, value))
        for row, record in enumerate(records)
        for column, value in enumerate([*record.fields, *[""] * (width - len(record.fields))])
    )
    table = Table(
        id="t0",
        order=0,
        n_rows=len(records),
        n_columns=width,
        cells=cells,
        header_rows=1,
        row_pages=(None,) * len(records),
        row_spans=tuple((record.start, record.end) for record in records),
    )
    identity = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Document(identity, path.name, text, path.stem, "csv", tables=(table,))


def cell_role(row: int, column: int, value: str) -> CellRole:
    """The role of a CSV cell: the first row heads, the first column labels."""
    if row == 0:
        return "header"
    if not value.strip():
        return "blank"
    return "label" if column == 0 else "value"


def read_csv_text(path: Path) -> str:
    """The file's text. UnreadableFile where it is missing, too large, or no text."""
    if not path.is_file():
        raise UnreadableFile(str(path), "there is no such file")
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableFile(path.name, f"the table is larger than {MAX_BYTES // 1024 // 1024} MB")
    return bytes_to_delimited_text(path.name, path.read_bytes())


def text_to_filled_records(path: Path, text: str) -> list[Record]:
    """The records of a CSV text as far as the limit goes, blank ones left out; UnreadableFile where they make no
    table."""
    records = [record for record in text_to_records(path.name, text) if not record.is_blank][: MAX_ROWS + 1]
    if len(records) < 2:
        raise UnreadableFile(path.name, "the table needs a heading row and at least one row below it")
    return records
