"""What a cell is by its form: a figure, a name of a period, a sign for "nothing here", or words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from kb.model import Table

NUMBER = re.compile(
    r"^[(\[]?[-–−+±~<>≤≥]?\s*[£€$]?\s*[(]?[-–−+]?\s*(\d{1,3}([ \u00a0\u2009\u202f]\d{3})+(\.\d+)?|"
    r"\d[\d,]*(\.\d+)?|\.\d+)"
    r"\s*(%|m|k|bn|million|billion|per\s?cent)?\s*[)\]]?\s*%?[*†‡]{0,3}$",
    re.IGNORECASE,
)
PERIOD = re.compile(r"^((19|20)\d\d|(19|20)?\d\d\s*[/–-]\s*(19|20)?\d\d)$|^(FY|Q\d|year)\b", re.IGNORECASE)
PLACEHOLDER = re.compile(
    r"^([£€$]?\s?(?:-+|–|—)|\.{2,3}|…|:|\*+|n/?a|n\.a\.|nil|x{2,4}|tbc|not available)$", re.IGNORECASE
)
# A unit, not a figure.
THOUSANDS = re.compile(r"^£\s*['’‘′]?\s?000$")
# Of the placeholders those that say "none"; the others say "not known".
NONE = re.compile(r"^(-+|–|—|nil)$", re.IGNORECASE)
ENUMERATION = re.compile(r"^(?:no\.?|nos?|ref\.?|#|rank|item|number|id|code)$", re.IGNORECASE)
# A second column labels rows only where its texts are as short as names.
LABEL_WORDS = 6


def is_number(text: str) -> bool:
    """Whether a cell holds a figure (a year or a span of years is a name of a period, not a figure)."""
    text = text.strip()
    return bool(NUMBER.match(text)) and not is_period(text) and not THOUSANDS.match(text)


def is_period(text: str) -> bool:
    """Whether a cell names a year, a financial year or a span of years."""
    return bool(PERIOD.match(text.strip()))


def is_placeholder(text: str) -> bool:
    """Whether a cell says that there is no figure: "-", "n/a", "..", "nil"."""
    return bool(PLACEHOLDER.match(text.strip()))


def is_none(text: str) -> bool:
    """Whether a cell says "none", which adds nothing; "n/a" or ".." may stand for any figure."""
    return not text.strip() or bool(NONE.match(text.strip()))


def numeric_columns(grid: Sequence[Sequence[str]]) -> set[int]:
    """Columns of which at least half of the filled cells are figures."""
    found = set()
    for column in range(len(grid[0]) if grid else 0):
        filled = [row[column] for row in grid if row[column].strip()]
        figures = [cell for cell in filled if is_number(cell) or is_placeholder(cell)]
        if any(is_number(cell) for cell in filled) and 2 * len(figures) >= len(filled):
            found.add(column)
    return found


def is_enumeration(texts: Sequence[str], heading: str = "") -> bool:
    """Whether a column only counts its rows (1, 2, 3) or is headed as doing so."""
    filled = [text.strip().rstrip(".)") for text in texts if text.strip()]
    if not filled or not all(text.isdigit() for text in filled):
        return False
    return filled == [str(n) for n in range(1, len(filled) + 1)] or bool(ENUMERATION.match(heading.strip()))


def label_columns(body: Sequence[Sequence[str]], headings: Sequence[str]) -> list[int]:
    """The leading columns that label the rows: the first, and those after it that are needed to tell rows apart.

    A further column is one of names: filled almost everywhere and short, left of the first figures.
    """
    if not body:
        return [0]
    figures = numeric_columns(body)
    if 0 in figures and is_enumeration([row[0] for row in body], headings[0] if headings else ""):
        figures.discard(0)
    labels = [0]
    for column in range(1, len(body[0])):
        if column in figures or _tells_apart(body, labels):
            break
        texts = [row[column].strip() for row in body]
        filled = [text for text in texts if text]
        if not figures or 5 * len(filled) < 4 * len(texts) or median(len(t.split()) for t in filled) > LABEL_WORDS:
            break
        labels.append(column)
    return labels


def _tells_apart(body: Sequence[Sequence[str]], columns: Sequence[int]) -> bool:
    """Whether some columns name every row differently; a column that only counts the rows names none."""
    if len(columns) == 1 and is_enumeration([row[columns[0]] for row in body]):
        return False
    keys = [tuple(row[column].strip() for column in columns) for row in body]
    filled = [key for key in keys if any(key)]
    return len(set(filled)) == len(filled)


def column_names(table: Table) -> list[str]:
    """What to call each column when speaking of it: its lowest heading in quotes, else its number."""
    rows = table.grid()[: table.header_rows]
    lowest = [next((row[c] for row in reversed(rows) if row[c].strip()), "") for c in range(table.n_columns)]
    return [f"column '{text}'" if text else f"column {number}" for number, text in enumerate(lowest, start=1)]
