"""Stored cells -> what a person sees of them: shown rows and columns, merged cells, values in their number formats."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from ingest.readers.assembly import fold, is_note_mark
from ingest.readers.number_format import datetime_to_serial, number_to_text
from ingest.readers.sheet_xml import Area, Run, StoredCell, StoredSheet, place_to_reference
from ingest.tables.regions import SheetCell

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
WHITE = "FFFFFF"
# Merged areas larger than this hold no values but their first.
MAX_MERGED_PLACES = 10_000
DATE, DATE_AND_TIME = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
NO_VALUE = "a formula without a saved value"


@dataclass(frozen=True, slots=True)
class Style:
    """What a cell's style says: its number format, bold type, a coloured ground."""

    code: str = "General"
    strong: bool = False
    shaded: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a cell; ``strong`` where all of them are bold, ``marks`` the footnote marks that were raised."""

    text: str
    strong: bool = False
    marks: tuple[str, ...] = ()


class Shown:
    """The rows and columns of a sheet that are shown, counted anew so that hidden ones leave no gap."""

    def __init__(self, stored: StoredSheet) -> None:
        self._rows = sorted(stored.hidden_rows)
        self._columns = sorted({c for first, last in stored.hidden_columns for c in range(first, min(last, 16384) + 1)})
        self._merged = {(a.top, a.left): shown for a in stored.merged if (shown := self.area(a)) is not None}
        self._covered: set[tuple[int, int]] = set()
        for area in stored.merged:
            if (area.bottom - area.top + 1) * (area.right - area.left + 1) <= MAX_MERGED_PLACES:
                rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
                self._covered.update((row, column) for row in rows for column in columns)
        self._covered -= set(self._merged)

    def area(self, area: Area) -> Area | None:
        """The shown part of an area, in shown rows and columns."""
        top, left = area.top - bisect_left(self._rows, area.top), area.left - bisect_left(self._columns, area.left)
        bottom = area.bottom - bisect_right(self._rows, area.bottom)
        right = area.right - bisect_right(self._columns, area.right)
        return Area(top, left, bottom, right) if top <= bottom and left <= right else None

    def extent(self, row: int, column: int) -> Area | None:
        """What a stored cell takes of the shown rows and columns; None where it is hidden, or under a merged cell."""
        if (row, column) in self._merged:
            return self._merged[row, column]
        return None if (row, column) in self._covered else self.area(Area(row, column, row, column))

    def is_hidden_row(self, row: int) -> bool:
        index = bisect_left(self._rows, row)
        return index < len(self._rows) and self._rows[index] == row

    def is_hidden_column(self, column: int) -> bool:
        index = bisect_left(self._columns, column)
        return index < len(self._columns) and self._columns[index] == column

    def heading_row(self, stored: StoredSheet) -> int | None:
        """The shown row that a filter stands on, else the last that does not scroll."""
        row = stored.filtered.top if stored.filtered else stored.frozen_rows
        return row - bisect_left(self._rows, row) if row and not self.is_hidden_row(row) else None


@dataclass
class Trouble:
    """What there is to say of a sheet's cells, by their references."""

    without_value: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class CellReader:
    """Reads the cells of one workbook. ``strings`` are its shared strings, ``worksheet`` any of its openpyxl sheets."""

    def __init__(self, worksheet: Any, strings: Sequence[Any], epoch_1904: bool) -> None:
        self._worksheet = worksheet
        self._strings = strings
        self._epoch_1904 = epoch_1904
        self._styles: dict[int, Style] = {}
        self._words: dict[int, Words] = {}

    def cell(self, stored: StoredCell, extent: Area, trouble: Trouble) -> SheetCell | None:
        """A stored cell as it is shown; None where it shows nothing."""
        style = self._style(stored.style)
        reference = place_to_reference(stored.row, stored.column)
        words, doubt = Words(""), None
        if stored.value:
            words = self._stored_to_words(stored, style)
            if stored.type == "e":
                doubt = f"the workbook shows an error ({words.text})"
                trouble.errors.append(f"{reference} {words.text}")
        elif stored.type != "str":
            doubt = NO_VALUE
            trouble.without_value.append(reference)
        if not words.text and doubt is None:
            return None
        return SheetCell(
            extent.top,
            extent.left,
            words.text,
            extent.bottom - extent.top + 1,
            extent.right - extent.left + 1,
            style.strong or words.strong,
            style.shaded,
            words.marks,
            doubt,
            reference,
        )

    def _stored_to_words(self, stored: StoredCell, style: Style) -> Words:
        value = stored.value or ""
        if stored.type == "s":
            return self._shared_words(value)
        if stored.type == "b":
            return Words("TRUE" if value.strip() == "1" else "FALSE")
        if stored.type == "d":
            return Words(self._date_to_text(value, style))
        if stored.type == "n":
            try:
                return Words(number_to_text(float(value), style.code, self._epoch_1904))
            except (ValueError, ArithmeticError):  # no number, or one beyond all counting
                return Words(fold(value))
        return runs_to_words(stored.runs or [Run(value)])

    def _date_to_text(self, value: str, style: Style) -> str:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return fold(value)
        code = style.code if style.code != "General" else DATE if moment.time() == time() else DATE_AND_TIME
        return number_to_text(datetime_to_serial(moment, self._epoch_1904), code, self._epoch_1904)

    def _shared_words(self, value: str) -> Words:
        index = int(value) if value.strip().isdigit() else -1
        if index not in self._words:
            found = self._strings[index] if 0 <= index < len(self._strings) else ""
            self._words[index] = runs_to_words(shared_to_runs(found))
        return self._words[index]

    def _style(self, number: int) -> Style:
        if number not in self._styles:
            self._styles[number] = self._read_style(number)
        return self._styles[number]

    def _read_style(self, number: int) -> Style:
        from openpyxl.cell.read_only import ReadOnlyCell

        cell = ReadOnlyCell(self._worksheet, 1, 1, None, "n", number)
        try:
            font, fill = cell.font, cell.fill
            return Style(cell.number_format or "General", bool(font.b), is_coloured(fill))
        except (IndexError, KeyError, AttributeError, TypeError):  # a style that the workbook does not have
            return Style()


def is_coloured(fill: Any) -> bool:
    """Whether a fill makes the ground another colour than white."""
    if getattr(fill, "fill_type", None) != "solid":
        return False
    colour = fill.fgColor
    if colour.type == "rgb":
        return not str(colour.rgb).endswith(WHITE)
    return not (colour.type == "theme" and colour.theme == 0 and not colour.tint)


def shared_to_runs(value: Any) -> list[Run]:
    """The parts of a shared string as openpyxl has it: a plain text, or parts with a type of their own."""
    if isinstance(value, str):
        return [Run(value)]
    fonts = [getattr(part, "font", None) for part in value]
    return [
        Run(str(part), font is not None and font.vertAlign == "superscript", font is not None and bool(font.b))
        for part, font in zip(value, fonts, strict=True)
    ]


def runs_to_words(runs: Sequence[Run]) -> Words:
    """The words of a cell, raised footnote marks taken out."""
    text = ""
    marks: list[str] = []
    for run in runs:
        words = unescape(run.text)
        if run.raised and text.strip() and is_note_mark(words, text):
            marks.append(words.strip())
        else:
            text += words
    strong = all(run.bold or run.raised or not run.text.strip() for run in runs)
    return Words(fold(text), strong, tuple(marks))


def unescape(text: str) -> str:
    """Text with the characters that XML cannot hold, which are written as ``_x000D_``."""
    if "_x" not in text:
        return text
    # Halves of a pair are written one by one; a half alone is no character, and cannot be stored.
    halves = ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def named(items: Iterable[str], most: int = 5) -> str:
    """The first of some things, and how many more there are."""
    said = list(items)
    more = f" and {len(said) - most} more" if len(said) > most else ""
    return ", ".join(said[:most]) + more
