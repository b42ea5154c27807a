"""Paragraphs and tables as a format tells them -> the document's text, blocks and tables.

For formats that say themselves what a heading, an item and a cell are: Word, slides, web pages, Markdown. Their words
stand between markup, so the text of the document is written here, and every block and cell is a slice of it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ingest.layout.lines import MARK, RAISED_UNIT
from ingest.layout.writing import Sections, Writer, write_table
from ingest.tables.surroundings import finish_tables
from kb.model import Block, Box, Cell, Piece, Role, Table

NUMBERED = re.compile(r"^(\d{1,3}(?:\.\d{1,3})+)\.?\s+(?=\S)")
NUMBERED_ITEM = re.compile(r"^\(?(\d{1,3}|[a-z]|[ivx]{1,5})[.)]\s+(?=\S)")
BULLET = re.compile(r"^[•●○◦▪■–—·§-]\s+(?=\S)")
DOTTED = re.compile(r"^\d{1,3}(?:\.\d{1,3})+$")
# Characters that are there for the typesetter and not for the reader; marks that turn letters around are told of later.
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]")
RAISED_DIGITS = re.compile(r"[¹²³⁰⁴-⁹]+(?!\w)")
POWER = re.compile(r"(?<![^\W\d_])(?:[kcm]?m|mi|ft)$")
# The cells that are read of one table, and the places of its grid; more is damage, or made to do harm.
MAX_CELLS = 200_000
MAX_PLACES = 250_000
AT_LIMIT = "The table is as long as can be read; rows at its end may be left out"


@dataclass
class TextPart:
    """A paragraph: its words, what it is, where it stands.

    ``number`` is its printed or automatic number, which is written before its words; ``level`` is that of a heading
    (1 the highest, 0 a title that opens no section) or the depth of an item. ``under`` is a section within the
    heading's that has no heading of its own, such as the notes of a slide.
    """

    text: str
    role: Role = "paragraph"
    level: int = 0
    number: str | None = None
    page: int | None = None
    box: Box | None = None
    under: str | None = None
    bold: bool = False


@dataclass
class TablePart:
    """A grid: cells row by row, a spanning cell in its first row only.

    ``header_rows`` is None where the format does not say. ``unit`` is what the format says of all figures, and
    ``notes`` are the footnotes that its cells refer to.
    """

    rows: list[list[Cell]]
    n_columns: int
    header_rows: int | None = None
    page: int | None = None
    box: Box | None = None
    unit: str | None = None
    under: str | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SectionEnd:
    """What follows stands in no section of this level or below, without a heading that says so: an untitled slide."""

    level: int


Part = TextPart | TablePart | SectionEnd


class Body(NamedTuple):
    """What a document is made of."""

    text: str
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]


def office_properties(document: Any) -> tuple[str | None, str | None]:
    """Title and author of a python-docx or python-pptx document; None where the file's own properties are damaged."""
    try:
        properties = document.core_properties
        title, author = properties.title, properties.author
    except Exception:  # damage shows as whatever the library trips over, and the words are read without them
        return None, None
    return " ".join((title or "").split()) or None, " ".join((author or "").split()) or None


def parts_to_body(parts: Iterable[Part]) -> Body:
    """Write parts in their order; the text and the blocks and tables that are tied to it."""
    writer, sections = Writer(), Sections()
    written: list[Block | Table] = []
    headers: dict[str, int | None] = {}
    for part in parts:
        if isinstance(part, SectionEnd) or (isinstance(part, TextPart) and part.role == "heading"):
            sections.close(part.level)
        if isinstance(part, SectionEnd):
            continue
        order = len(written)
        path = (*sections.path, part.under) if part.under else sections.path
        if isinstance(part, TablePart):
            table = part_to_table(part, f"t{len(headers)}", order, path)
            headers[table.id] = part.header_rows
            written.append(write_table(writer, part.rows, table))
            continue
        block = write_part(writer, part, f"b{order - len(headers)}", order, path)
        written.append(block)
        if part.role == "heading":
            sections.open(part.level, block.text)
    text = writer.text()
    tables = tuple(finish_tables(written, headers, text))
    return Body(text, tuple(part for part in written if isinstance(part, Block)), tables)


def write_part(writer: Writer, part: TextPart, block_id: str, order: int, section: tuple[str, ...]) -> Block:
    """Write a paragraph and return its block. A heading's number is part of its words, as on a page."""
    text = part.text
    number = part.number.strip("(). ") if part.number else None
    if part.number and part.role == "heading":
        text = f"{part.number} {text}"
    elif part.number:
        writer.write(f"{part.number} ")
    start = writer.write(text)
    writer.write("\n\n")
    pieces = (Piece(0, len(text), start, part.page, part.box),)
    return Block(block_id, order, part.role, text, pieces, section, part.level, number)


def part_to_table(part: TablePart, table_id: str, order: int, section: tuple[str, ...]) -> Table:
    """The table, its cells still to be written."""
    return Table(
        id=table_id,
        order=order,
        n_rows=len(part.rows),
        n_columns=part.n_columns,
        cells=(),
        row_pages=(part.page,) * len(part.rows),
        unit=part.unit,
        notes=tuple(part.notes),
        section=section,
        box=part.box,
        doubts=(AT_LIMIT,) if is_at_limit(part) else (),
    )


def is_at_limit(part: TablePart) -> bool:
    """Whether a table has as many cells or places as are read of one, so that more may have been left out."""
    one_more = (len(part.rows) + 1) * part.n_columns > MAX_PLACES
    return one_more or sum(map(len, part.rows)) >= MAX_CELLS


def typed_number(text: str) -> tuple[Role, str | None, str] | None:
    """Role, number and words of a paragraph whose number or bullet was typed as text; None where there is none."""
    found = NUMBERED.match(text)
    if found:
        return "paragraph", found.group(1), text[found.end() :]
    found = NUMBERED_ITEM.match(text)
    if found:
        return "item", found.group(1), text[found.end() :]
    found = BULLET.match(text)
    return ("item", None, text[found.end() :]) if found else None


def number_to_role(number: str) -> Role:
    """A paragraph numbered 4.1 is a paragraph; one numbered 1. or (a) is an item of a list."""
    return "paragraph" if DOTTED.match(number.strip("(). ")) else "item"


def is_note_mark(text: str, before: str) -> bool:
    """Whether raised characters are a footnote mark, not the power of a unit (``before`` is what they follow)."""
    last = before.rsplit(" ", 1)[-1]
    return bool(MARK.match(text.strip())) and not RAISED_UNIT.match(last)


def fold(text: str) -> str:
    """Words parted by single spaces, without what no reader sees."""
    return " ".join(UNSEEN.sub("", text).split())


def without_raised_digits(text: str) -> tuple[str, tuple[str, ...]]:
    """The words without footnote marks that are written with raised digits (``cost²``, not ``m²``), and the marks."""
    marks: list[str] = []

    def drop(found: re.Match[str]) -> str:
        if not found.start() or POWER.search(text, max(0, found.start() - 4), found.start()):
            return found.group()
        marks.append(unicodedata.normalize("NFKC", found.group()))
        return ""

    return RAISED_DIGITS.sub(drop, text), tuple(marks)


def starts_to_grid(rows: Sequence[Sequence[Cell]]) -> tuple[list[list[Cell]], int]:
    """Rows and the number of columns, without the rows and columns in which no cell begins.

    They are no more than their neighbours again: what a span claims beyond the cells that exist. Of a grid with
    more than ``MAX_PLACES`` the rows at the end are left out.
    """
    column_starts = sorted({cell.column for row in rows for cell in row})
    most = MAX_PLACES // max(1, len(column_starts))
    row_starts = [index for index, row in enumerate(rows) if row][:most]
    at_row = {old: new for new, old in enumerate(row_starts)}
    at_column = {old: new for new, old in enumerate(column_starts)}

    def covered(starts: list[int], first: int, span: int) -> int:
        return bisect_left(starts, first + span) - bisect_left(starts, first)

    kept = [
        [
            replace(
                cell,
                row=at_row[cell.row],
                column=at_column[cell.column],
                rowspan=covered(row_starts, cell.row, cell.rowspan),
                colspan=covered(column_starts, cell.column, cell.colspan),
            )
            for cell in rows[index]
        ]
        for index in row_starts
    ]
    return kept, len(column_starts)
