"""Delimited text (CSV, TSV) -> records: the one place that knows encodings, delimiters and quotes."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from kb.errors import UnreadableFile

# Among delimiters that fit equally well, the one that is rarer in running text comes first.
DELIMITERS = "\t;|,"
SNIFFED_CHARACTERS = 64 * 1024
SNIFFED_RECORDS = 50
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# A first line that spreadsheet programs write to name the delimiter.
DECLARED = re.compile(r"sep=([^\s\"])\s*(?:\r\n|\r|\n)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its fields as written, and the characters of the text that it covers (line end included)."""

    fields: tuple[str, ...]
    start: int
    end: int

    @property
    def is_blank(self) -> bool:
        return not any(field.strip() for field in self.fields)


def bytes_to_delimited_text(source: str, data: bytes) -> str:
    """The decoded text: UTF-16 by its mark or its zero bytes, else UTF-8, else Windows-1252.

    Raises UnreadableFile where the bytes are no text.
    """
    encoding = "utf-16" if data.startswith(UTF16_MARKS) else unmarked_utf16(data)
    if encoding is None and b"\0" in data:
        raise UnreadableFile(source, "this is not a CSV file, whatever its name says")
    try:
        return data.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError as error:
        if encoding:
            raise UnreadableFile(source, "this is not a CSV file, whatever its name says") from error
        return data.decode("cp1252", errors="replace")


def unmarked_utf16(data: bytes) -> str | None:
    """``utf-16-le`` or ``utf-16-be`` where nearly every other byte is zero, as in Latin text without a mark."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(data) % 2 or len(head) < 8 or min(even, odd) or max(even, odd) < 0.4 * len(head):
        return None
    return "utf-16-be" if even else "utf-16-le"


def text_to_records(source: str, text: str) -> list[Record]:
    """The records of a delimited text, blank ones included.

    A quote that is never closed is taken as a mere character, so that it does not swallow the lines below it.
    Raises UnreadableFile where a field is longer than any table's.
    """
    dialect, start = text_to_dialect(text)
    try:
        records = list(dialect_to_records(text, start, dialect))
        if not records or not _is_unclosed(text[records[-1].start : records[-1].end], dialect):
            return records
    except csv.Error:
        pass  # a field without end is the work of such a quote too
    dialect.quoting = csv.QUOTE_NONE
    try:
        return list(dialect_to_records(text, start, dialect))
    except csv.Error as error:
        raise UnreadableFile(source, f"the table cannot be read ({error})") from error


def dialect_to_records(text: str, start: int, dialect: type[csv.Dialect]) -> Iterator[Record]:
    """The records of a text from character ``start`` on. Raises csv.Error."""
    ends = [start]

    def lines() -> Iterator[str]:
        for line in io.StringIO(text[start:], newline=""):
            ends.append(ends[-1] + len(line))
            yield line

    reader = csv.reader(lines(), dialect=dialect)
    before = 0
    for fields in reader:
        yield Record(tuple(fields), ends[before], ends[reader.line_num])
        before = reader.line_num


def text_to_dialect(text: str) -> tuple[type[csv.Dialect], int]:
    """The dialect of a text, and the character at which its records begin (behind a line that names the delimiter)."""
    declared = DECLARED.match(text)

    class Found(csv.excel):
        delimiter: str = declared.group(1) if declared else ","
        escapechar = "\\" if '\\"' in text else None

    start = declared.end() if declared else 0
    if not declared:
        head = text[:SNIFFED_CHARACTERS]
        fits = {mark: _regularity(head, mark, Found) for mark in DELIMITERS}
        if any(fits.values()):
            Found.delimiter = max(DELIMITERS, key=lambda mark: fits[mark])
    return Found, start


def _regularity(head: str, delimiter: str, dialect: type[csv.Dialect]) -> float:
    """The share of records that have the commonest number of fields, of those that have more than one."""
    trial = type("Trial", (dialect,), {"delimiter": delimiter})
    try:
        records = list(islice(dialect_to_records(head, 0, trial), SNIFFED_RECORDS))
    except csv.Error:
        return 0.0
    filled = [len(record.fields) for record in records if not record.is_blank]
    widths = Counter(width for width in filled if width > 1)
    return max(widths.values(), default=0) / len(filled) if filled else 0.0


def _is_unclosed(raw: str, dialect: type[csv.Dialect]) -> bool:
    """Whether a record ends inside quotes."""
    if dialect.quoting == csv.QUOTE_NONE or raw.count("\n") + raw.count("\r") < 2:
        return False
    try:
        list(csv.reader(io.StringIO(raw, newline=""), dialect=dialect, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
