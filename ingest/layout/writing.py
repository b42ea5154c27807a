"""Blocks and tables in reading order -> the document's text, with every block and cell tied to its place in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from ingest.layout.blocks import Draft
from ingest.layout.hyphens import Spelling
from ingest.layout.parts import Line, RawCell, RawTable, Word, words_to_box
from ingest.tables.weight import Weight, weights_to_header_rows
from kb.model import Block, Cell, Piece, Table


class Writer:
    """Collects the text of a document; ``length`` is the offset at which the next words will stand."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.length = 0

    def write(self, text: str) -> int:
        """Append words; the offset at which they begin."""
        start = self.length
        self._parts.append(text)
        self.length += len(text)
        return start

    def text(self) -> str:
        return "".join(self._parts)


class Sections:
    """The titles of the headings above the place that is being written, outermost first."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(title for _, title in self._open)

    def close(self, level: int) -> None:
        """Leave the sections that a heading of this level ends; level 0 is a title and ends none."""
        if level:
            self._open = [entry for entry in self._open if entry[0] < level]

    def open(self, level: int, title: str) -> None:
        """Enter the section of a heading; level 0 opens none."""
        if level:
            self._open.append((level, title))


def write_block(
    writer: Writer, draft: Draft, block_id: str, order: int, section: tuple[str, ...], spelling: Spelling
) -> Block | None:
    """Write a draft line by line and return its block; None where nothing but a marker is left."""
    text = ""
    pieces: list[Piece] = []
    for index, line in enumerate(draft.lines):
        skip = draft.skip if index == 0 and draft.role != "heading" else 0
        if text:
            text, pieces = _undo_line_end(text, pieces, line.plain, spelling)
        for run, offset, box_words in _line_to_runs(line, skip):
            start = writer.length + offset
            pieces.append(Piece(len(text), len(text) + len(run), start, line.page, words_to_box(box_words)))
            text += run
        writer.write(line.text + "\n")
    writer.write("\n")
    if not text.strip():
        return None
    number = draft.number.rstrip(".").strip("()") if draft.number else None
    return Block(block_id, order, draft.role, text, tuple(pieces), section, draft.level, number)


def _undo_line_end(text: str, pieces: list[Piece], after: str, spelling: Spelling) -> tuple[str, list[Piece]]:
    """The text so far, made ready for the next line: a space, or a hyphen kept or dropped."""
    keeps = spelling.keeps_hyphen(text, after) if text.endswith("-") else None
    if keeps is None:
        return text + " ", pieces
    if keeps:
        return text, pieces
    last = pieces[-1]
    shorter = Piece(last.start, last.end - 1, last.source_start, last.page, last.box)
    return text[:-1], [*pieces[:-1], *([shorter] if shorter.end > shorter.start else [])]


def _line_to_runs(line: Line, skip: int) -> list[tuple[str, int, list[Word]]]:
    """Unbroken runs of a line without marker and footnote marks: text, offset in the line, words."""
    runs: list[tuple[str, int, list[Word]]] = []
    offset = 0
    broken = True
    for index, (word, (text, mark)) in enumerate(zip(line.words, line.parts, strict=True)):
        if index < skip or mark:
            broken = True
        elif broken:
            lead = len(text) - len(text.lstrip()) if not runs else 0
            runs.append((text[lead:], offset + lead, [word]))
            broken = False
        else:
            run, begin, words = runs[-1]
            runs[-1] = run + text, begin, [*words, word]
        offset += len(text)
    return runs


def write_table(writer: Writer, rows: Sequence[Sequence[Cell]], table: Table) -> Table:
    """Write cells, one row a line and parted by tabs; ``table`` comes back with them, tied to the text."""
    cells: list[Cell] = []
    row_spans: list[tuple[int, int] | None] = []
    for row in rows:
        begin = writer.length
        for position, cell in enumerate(row):
            if position:
                writer.write("\t")
            start = writer.write(cell.text)
            cells.append(replace(cell, source=(start, writer.length) if cell.text else None))
        row_spans.append((begin, writer.length) if writer.length > begin else None)
        writer.write("\n")
    writer.write("\n")
    return replace(table, cells=tuple(cells), row_spans=tuple(row_spans))


def raw_to_table(raw: RawTable, table_id: str, order: int, section: tuple[str, ...]) -> Table:
    """The table of a grid, its cells still to be written."""
    return Table(
        id=table_id,
        order=order,
        n_rows=raw.n_rows,
        n_columns=raw.n_columns,
        cells=(),
        row_pages=tuple(raw.row_pages),
        section=section,
        box=raw.box,
    )


def raw_to_header_rows(raw: RawTable) -> int | None:
    """How many rows of a grid are its header by its rules or its type; None where they do not say."""
    if raw.header_rows is not None:
        return raw.header_rows
    rows = [[Weight(cell.column, cell.colspan, cell.bold) for cell in row if cell.lines] for row in raw.rows()]
    return weights_to_header_rows(rows, raw.n_columns)


def raw_to_rows(raw: RawTable) -> list[list[Cell]]:
    """The cells of a grid, row by row."""
    return [[_raw_to_cell(cell) for cell in row] for row in raw.rows()]


def _raw_to_cell(raw: RawCell) -> Cell:
    """A cell of a grid; the raised marks in its lines are footnote marks."""
    marks = dict.fromkeys(part for line in raw.lines for text, mark in line.parts if mark for part in _split_mark(text))
    return Cell(
        raw.row,
        raw.column,
        raw.text,
        rowspan=raw.rowspan,
        colspan=raw.colspan,
        page=raw.page,
        box=raw.box,
        marks=tuple(marks),
    )


def _split_mark(text: str) -> list[str]:
    """The single marks of a raised run such as "1,2"; raised characters of their own as plain ones."""
    return [part for part in re.split(r"[\s,;]+", unicodedata.normalize("NFKC", text)) if part]
