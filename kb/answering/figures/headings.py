"""The heading of each column, from several header rows whose texts stand over the middle of what they head."""

from __future__ import annotations

from collections.abc import Sequence

from kb.answering.figures.scales import text_to_scale
from kb.model import Table


def table_to_headings(table: Table, grid: Sequence[Sequence[str]]) -> tuple[list[str], list[str]]:
    """One heading a column, and the texts that may say the unit of the whole table.

    Statements print a heading over the middle of its columns, so that the cells beside it are blank: a text that is
    alone in its row heads all figure columns, and several texts share the columns out where those below repeat.
    """
    rows = header_rows(table, grid)
    if not rows:
        return [""] * table.n_columns, []
    unit_line = [row[0] for row in rows if row[0].strip()]
    columns: list[list[str]] = [[] for _ in range(table.n_columns)]
    bottom = rows[-1]
    for number, row in enumerate(rows):
        texts = list(dict.fromkeys(text for text in row[1:] if text.strip()))
        if len(texts) == 1 and len(row) > 2:
            if text_to_scale(texts[0], alone=True) and not any(
                character.isdigit() for character in texts[0].replace("000", "")
            ):
                unit_line.append(texts[0])
                continue
            row = [row[0], *[texts[0]] * (len(row) - 1)]
        elif number < len(rows) - 1 and len(texts) > 1:
            row = share_out(row, lower_texts(rows, number) or bottom)
        for column, text in enumerate(row):
            if text.strip() and text not in columns[column]:
                columns[column].append(text)
    return [" ".join(" ".join(texts).split()) for texts in columns], unit_line


def header_rows(table: Table, grid: Sequence[Sequence[str]]) -> list[list[str]]:
    """The texts of the header rows, each only in the row in which its cell begins."""
    rows = [[""] * table.n_columns for _ in range(table.header_rows)]
    for cell in table.cells:
        if cell.row < table.header_rows:
            for column in range(cell.column, min(cell.column + cell.colspan, table.n_columns)):
                rows[cell.row][column] = grid[cell.row][column]
    return rows


def lower_texts(rows: Sequence[Sequence[str]], number: int) -> list[str] | None:
    """The first row below that fills every figure column."""
    for row in rows[number + 1 :]:
        if all(text.strip() for text in row[1:]):
            return list(row)
    return None


def share_out(row: Sequence[str], bottom: Sequence[str]) -> list[str]:
    """A header row with its blanks filled: each text over an equal part of the columns where the texts below repeat in
    as many parts, else (where there are few texts) over the blanks to its right."""
    places = [column for column in range(1, len(row)) if row[column].strip()]
    starts = [c for c in places if c == places[0] or row[c] != row[c - 1]]
    below = [text.strip() for text in bottom[1:]]
    width, rest = divmod(len(below), len(starts))
    filled = list(row)
    parts = [below[i * width : (i + 1) * width] for i in range(len(starts))]
    inside = all(i * width <= place - 1 < (i + 1) * width for i, place in enumerate(starts))
    if rest == 0 and width > 1 and inside and all(part == parts[0] for part in parts):
        for i, place in enumerate(starts):
            filled[1 + i * width : 1 + (i + 1) * width] = [row[place]] * width
        return filled
    for column in range(2, len(filled) if 2 * len(starts) <= len(below) + 1 else 0):
        if not filled[column].strip() and filled[column - 1].strip() and bottom[column].strip():
            filled[column] = filled[column - 1]
    return filled
