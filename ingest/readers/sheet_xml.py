"""The XML of one worksheet -> its stored cells, hidden rows and columns, merged cells: streamed, within bounds.

openpyxl's streaming reader knows neither hidden rows nor merged cells and gives nothing for a formula without a
saved value; its other reader keeps the whole workbook in memory. So the part is read here, with the standard
library's parser, and openpyxl gives the workbook around it: sheets, styles, shared strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, NamedTuple
from xml.parsers import expat

REFERENCE = re.compile(r"^\$?([A-Z]{1,3})\$?(\d{1,7})$")
CHUNK_BYTES = 1 << 16
TRUE = frozenset(("1", "true", "on"))


class SheetDamaged(Exception):
    """The part is no worksheet that can be read: cut off, ill-formed, or with a document type (an attack)."""


class Run(NamedTuple):
    """Words of one type: whether they are raised, and whether they are bold."""

    text: str
    raised: bool = False
    bold: bool = False


@dataclass(slots=True)
class StoredCell:
    """A cell as stored: 1-based place, type (``n s str inlineStr b e d``), style number and value as written; words
    that stand in the cell itself as ``runs``."""

    row: int
    column: int
    type: str = "n"
    style: int = 0
    value: str | None = None
    has_formula: bool = False
    runs: list[Run] = field(default_factory=list)


@dataclass(slots=True)
class Area:
    """A rectangle of cells, 1-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class StoredSheet:
    """What a worksheet part says. ``cells`` are those with a value or a formula, in the order of the file."""

    cells: list[StoredCell] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    filtered: Area | None = None
    frozen_rows: int = 0
    table_relations: list[str] = field(default_factory=list)
    has_drawing: bool = False
    is_cut: bool = False


def stream_to_sheet(stream: IO[bytes], most_cells: int) -> StoredSheet:
    """The worksheet in a stream of XML, read up to ``most_cells`` cells (then ``is_cut``). Raises SheetDamaged."""
    parser = expat.ParserCreate()
    builder = _Builder(most_cells)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.buffer_text = True
    try:
        while chunk := stream.read(CHUNK_BYTES):
            parser.Parse(chunk, False)
            if builder.sheet.is_cut:
                return builder.sheet
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, OSError, EOFError) as error:
        raise SheetDamaged(str(error)) from error
    return builder.sheet


def _refuse_document_type(*_: object) -> None:
    raise SheetDamaged("a worksheet has no document type")


def reference_to_place(reference: str) -> tuple[int, int] | None:
    """``B7`` is row 7, column 2; None for what is no cell reference."""
    match = REFERENCE.match(reference)
    if not match:
        return None
    column = 0
    for letter in match.group(1):
        column = 26 * column + ord(letter) - 64
    return int(match.group(2)), column


def place_to_reference(row: int, column: int) -> str:
    """Row 7, column 2 is ``B7``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def reference_to_area(reference: str) -> Area | None:
    """``A1:C3`` as an area; None for what is none."""
    first, _, last = reference.partition(":")
    begin, end = reference_to_place(first), reference_to_place(last or first)
    return Area(*begin, *end) if begin and end else None


class _Builder:
    """Takes the parser's events; one worksheet each."""

    def __init__(self, most_cells: int) -> None:
        self.sheet = StoredSheet()
        self._most_cells = most_cells
        self._row = self._column = 0
        self._cell: StoredCell | None = None
        self._words: list[str] | None = None
        self._raised = self._bold = False
        self._in_phonetic = False  # how East Asian words are spoken, which is no part of them
        self._elements: dict[str, Callable[[dict[str, str]], None]] = {
            "row": self._start_row,
            "c": self._start_cell,
            "col": self._column_widths,
            "mergeCell": self._merged_cell,
            "pane": self._pane,
            "autoFilter": self._filter,
            "tablePart": self._table_part,
            "drawing": self._drawing,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if self._cell is None:
            handler = self._elements.get(local)
            if handler is not None:
                handler(attributes)
        elif local in {"v", "t"} and not self._in_phonetic:
            self._words = []
        elif local == "f":
            self._cell.has_formula = True
        elif local == "r":
            self._raised = self._bold = False
        elif local == "vertAlign":
            self._raised = attributes.get("val") == "superscript"
        elif local == "b":
            self._bold = attributes.get("val", "1") in TRUE
        elif local == "rPh":
            self._in_phonetic = True

    def characters(self, text: str) -> None:
        if self._words is not None:
            self._words.append(text)

    def end(self, name: str) -> None:
        cell, local = self._cell, name.rpartition(":")[2]
        if cell is None:
            return
        if local in {"v", "t"} and self._words is not None:
            words, self._words = "".join(self._words), None
            cell.value = (cell.value or "") + words
            if local == "t":
                cell.runs.append(Run(words, self._raised, self._bold))
        elif local == "rPh":
            self._in_phonetic = False
        elif local == "c":
            if (cell.value or cell.has_formula) and not self.sheet.is_cut:
                self.sheet.cells.append(cell)
                self.sheet.is_cut = len(self.sheet.cells) >= self._most_cells
            self._cell, self._raised, self._bold = None, False, False

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        self._column = 0
        if attributes.get("hidden") in TRUE:
            self.sheet.hidden_rows.add(self._row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = reference_to_place(attributes.get("r", ""))
        self._row, self._column = place or (self._row, self._column + 1)
        self._cell = StoredCell(self._row, self._column, attributes.get("t", "n"), int(attributes.get("s", 0)))

    def _column_widths(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in TRUE:
            self.sheet.hidden_columns.append((int(attributes.get("min", 0)), int(attributes.get("max", 0))))

    def _merged_cell(self, attributes: dict[str, str]) -> None:
        area = reference_to_area(attributes.get("ref", ""))
        if area is not None and len(self.sheet.merged) < self._most_cells:
            self.sheet.merged.append(area)

    def _pane(self, attributes: dict[str, str]) -> None:
        if not self.sheet.frozen_rows and attributes.get("state", "").startswith("frozen"):
            self.sheet.frozen_rows = int(float(attributes.get("ySplit", 0)))

    def _filter(self, attributes: dict[str, str]) -> None:
        self.sheet.filtered = self.sheet.filtered or reference_to_area(attributes.get("ref", ""))

    def _table_part(self, attributes: dict[str, str]) -> None:
        self.sheet.table_relations += [value for name, value in attributes.items() if name.rpartition(":")[2] == "id"]

    def _drawing(self, _: dict[str, str]) -> None:
        self.sheet.has_drawing = True
