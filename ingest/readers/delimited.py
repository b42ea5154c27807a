"""CSV and TSV files -> Document: leading title lines, tables parted by blank lines, notes. Fields are text as written;
one that begins like a formula is text like any other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ingest.readers.assembly import fold
from ingest.readers.checks import document_id
from ingest.readers.sheets import MAX_CELLS, sheets_to_written
from ingest.tables.regions import SheetCell
from ingest.tables.sheets import Sheet
from kb.delimited import Record, bytes_to_delimited_text, text_to_records
from kb.errors import UnreadableFile
from kb.model import Document

# What a spreadsheet program would take for a formula; a sign before a number is none.
FORMULA = re.compile(r"^[=@]\w|^[+-][A-Za-z(]")


def read_delimited(path: Path, data: bytes) -> Document:
    """The Document of a .csv or .tsv file, whatever its delimiter and encoding.

    Raises UnreadableFile where the bytes are no text or hold no words.
    """
    records = text_to_records(path.name, bytes_to_delimited_text(path.name, data))
    cells, n_read = records_to_cells(records)
    written = sheets_to_written([Sheet(None, cells)])
    text = written.writer.text()
    if not re.search(r"\w", text):
        raise UnreadableFile(path.name, "the file holds no words")
    first = next((block for block in written.blocks), None)
    opens = first is not None and not any(table.order < first.order for table in written.tables)
    return Document(
        id=document_id(data),
        source=path.name,
        text=text,
        title=first.text if opens and first is not None else path.stem,
        format="csv",
        blocks=tuple(written.blocks),
        tables=tuple(written.tables),
        warnings=(*records_to_warnings(records[:n_read], len(records)), *written.warnings),
    )


def records_to_cells(records: Sequence[Record]) -> tuple[list[SheetCell], int]:
    """The filled fields as cells, and how many records they are from: those within the limit."""
    cells: list[SheetCell] = []
    for row, record in enumerate(records):
        if len(cells) >= MAX_CELLS:
            return cells, row
        for column, field in enumerate(record.fields):
            text = fold(field)
            if text:
                cells.append(SheetCell(row, column, text))
    return cells, len(records)


def records_to_warnings(records: Sequence[Record], count: int) -> list[str]:
    """What a reader of the tables should know: formulas that are text, records that were left out."""
    said = []
    formulas = sum(bool(FORMULA.match(field.lstrip())) for record in records for field in record.fields)
    if formulas:
        many = "field begins" if formulas == 1 else "fields begin"
        said.append(f"{formulas} {many} like a formula; nothing was computed")
    if len(records) < count:
        said.append(f"The file is over the limit: {count - len(records):,} of {count:,} lines were left out")
    return said
