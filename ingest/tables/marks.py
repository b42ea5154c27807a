"""Footnote marks at the words of cells, parted from them and tied to the notes of the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kb.model import Cell, Table

# What a note can begin with: *, **, †, (1), [a], 1, 1), a).
NOTE_START = re.compile(
    r"^\s*(?P<mark>\*{1,3}|[†‡§¶]|[(\[](?:\d{1,2}|[a-z])[)\]]|(?:\d{1,2}|[a-z])(?=[).:]?\s+[A-Z\"“‘]))"
)
RAISED = {**{sign: str(i) for i, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}, "†": "†", "‡": "‡"}
ALWAYS = re.compile(r"(?<=[\w)%.’'”\]])(?:[¹⁴-⁹⁰]+|(?<!m)[²³]+|[†‡])(?=$|[\s,;:)])")
FEWEST_LETTERS = 2


def notes_to_marks(notes: Sequence[str]) -> set[str]:
    """The marks with which notes begin."""
    return {match["mark"] for note in notes if (match := NOTE_START.match(note))}


def part_marks(table: Table, text: str = "") -> Table:
    """Cells without the footnote marks at their words; each mark is kept in ``Cell.marks``.

    A star, a number or a bracketed sign is a mark only where a note of the table begins with it: "(1)" alone is a
    figure below zero, "A*" a grade. Daggers and raised numbers always are. Where the clean words stand in ``text``
    where the cell begins, the cell's source ends with them.
    """
    noted = notes_to_marks(table.notes)
    cells = tuple(_cell_without_marks(cell, noted, text) for cell in table.cells)
    return replace(table, cells=cells) if cells != table.cells else table


def _cell_without_marks(cell: Cell, noted: set[str], text: str) -> Cell:
    clean, marks = text_to_marks(cell.text, noted)
    if not marks:
        return cell
    source = cell.source
    if source is not None and text[source[0] : source[0] + len(clean)] == clean:
        source = (source[0], source[0] + len(clean))
    return replace(cell, text=clean, source=source, marks=tuple(dict.fromkeys((*cell.marks, *marks))))


def text_to_marks(text: str, noted: set[str]) -> tuple[str, list[str]]:
    """A cell's words without its marks, and the marks; ``noted`` are those with which notes begin."""
    marks: list[str] = []

    def take(match: re.Match[str]) -> str:
        marks.append("".join(RAISED.get(sign, sign) for sign in match.group().strip()))
        return ""

    clean = ALWAYS.sub(take, text)
    for mark in sorted(noted, key=len, reverse=True):
        clean = _mark_pattern(mark).sub(take, clean)
    clean = " ".join(clean.split())
    if not clean or (len(re.findall(r"\w", clean)) < FEWEST_LETTERS and not clean[-1:].isdigit()):
        return text, []
    return clean, marks


def _mark_pattern(mark: str) -> re.Pattern[str]:
    """Where a noted mark stands: behind a word, and nothing of the kind before or after it."""
    sign = re.escape(mark)
    if mark.isalnum():
        # A bare number is a mark only where it is glued to a word: "Staff1", not "Team 1" or "157".
        before = r"(?<=[A-Za-z]{3})" if mark.isdigit() else r"(?!)"
        return re.compile(rf"{before}{sign}(?=$|\s)")
    if mark[0] in "([":
        return re.compile(rf"(?<=[\w%)’'.])\s*{sign}(?=$|\s)")
    return re.compile(rf"(?<=[\w)%.’'”\]])\s?{sign}(?![*\w])|^{sign}(?=[A-Z£\d])")
