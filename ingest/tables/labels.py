"""What names the rows of a table: label columns, labels split over rows, and labels that stand for several rows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache

from ingest.tables.figures import is_number, is_period, is_placeholder, label_columns
from ingest.tables.headers import row_to_banner
from kb.model import Cell, CellRole, Table

# Names of several words have at most this many.
LONGEST_NAME = 6


def set_roles(table: Table) -> Table:
    """Cells of header rows are headers, of the label columns labels, empty ones blank, the rest values."""
    body = [row for row in table.grid()[table.header_rows :] if any(row) and row_to_banner(row) is None]
    labels = label_columns(body, table.headers())
    cells = []
    for cell in table.cells:
        role: CellRole = "value"
        if cell.row < table.header_rows:
            role = "header"
        elif not cell.text.strip():
            role = "blank"
        elif cell.column in labels:
            role = "label"
        cells.append(replace(cell, role=role))
    return replace(table, cells=tuple(cells))


def join_split_labels(table: Table, text: str) -> Table:
    """A label in the first column whose words were split over two rows stands for both rows."""
    labels = [row[0].strip() for row in table.grid()]
    counts = Counter(labels)
    whole = _text_to_cells(text)
    joined: dict[int, str] = {}
    for row in range(table.header_rows, table.n_rows - 1):
        upper, lower = joined.get(row, labels[row]), labels[row + 1]
        if upper and lower and upper != lower and _is_one_label(upper, lower, counts, whole):
            joined[row] = joined[row + 1] = f"{upper} {lower}"
    cells = [replace(c, text=joined[c.row]) if c.column == 0 and c.row in joined else c for c in table.cells]
    return replace(table, cells=tuple(cells)) if joined else table


@lru_cache(maxsize=4)
def _text_to_cells(text: str) -> frozenset[str]:
    """What stands alone in a text, between tabs and line ends."""
    return frozenset(part.strip() for part in re.split(r"[\t\n]", text))


def _is_one_label(upper: str, lower: str, counts: Counter[str], whole: frozenset[str]) -> bool:
    """Open brackets close below, or the two stand together elsewhere and neither comes alone again."""
    if upper.count("(") > upper.count(")") and lower.count(")") > lower.count("("):
        return True
    if len(upper.split()) > 2 or is_number(upper) or is_number(lower) or is_period(upper):
        return False
    together = f"{upper} {lower}"
    return counts[upper] <= 1 and counts[lower] <= 1 and (together in counts or together in whole)


def carry_labels_down(table: Table) -> Table:
    """Blank lead cells take the label that stands for them: a neighbour's that the row's own words name, else
    the label above, marked doubtful where the label below could have been meant. A blank lead cell of its own is
    blank on purpose where the format shows by spans which rows other labels name."""
    if table.n_columns < 3 or not _lead_column_carries(table):
        return table
    grid = table.grid()
    cells = {(cell.row, cell.column): cell for cell in table.cells}
    labels = [row[0].strip() for row in grid]
    names = frozenset(label.casefold() for label in labels[table.header_rows :] if label)
    spans = any(c.column == 0 and c.row >= table.header_rows and c.rowspan > 1 and c.text.strip() for c in table.cells)
    # A blank cell that spans several rows takes its label once, in its first row.
    covered = {row for cell in table.cells if cell.column == 0 for row in range(cell.row + 1, cell.row + cell.rowspan)}
    below = _next_labels(labels)
    above = ""
    for row in range(table.header_rows, table.n_rows):
        own = row in covered or (spans and (row, 0) in cells)
        if own or labels[row] or not any(_is_words(cell) for cell in grid[row][1:]):
            above = labels[row] or above
            continue
        words = " ".join(cell for cell in grid[row][1:] if not _only_names(cell, names))
        label, doubtful = choose_label(words, above, below[row])
        if not label:
            continue
        old = cells.get((row, 0), Cell(row, 0, "", page=table.row_pages[row] if table.row_pages else None))
        cells[(row, 0)] = replace(old, text=label, carried=True, doubtful=doubtful)
    ordered = sorted(cells.values(), key=lambda cell: (cell.row, cell.column))
    return replace(table, cells=tuple(ordered))


def _next_labels(labels: list[str]) -> list[str]:
    """For each row the first label below it."""
    found = [""] * len(labels)
    for row in range(len(labels) - 2, -1, -1):
        found[row] = labels[row + 1] or found[row + 1]
    return found


def _only_names(text: str, names: frozenset[str]) -> bool:
    """Whether a cell only lists labels of other rows: partners of the row's own, which it does not name."""
    words = [word for word in re.findall(r"[^\s,;/&]+", text.casefold()) if word != "and"]
    reached = {0}
    for end in range(1, len(words) + 1):
        starts = range(max(0, end - LONGEST_NAME), end)
        if any(start in reached and _is_name(words[start:end], names) for start in starts):
            reached.add(end)
    return bool(words) and len(words) in reached


def _is_name(words: list[str], names: frozenset[str]) -> bool:
    """Whether words are a label, with "and" between two of them or not ("Avon and Somerset")."""
    return " ".join(words) in names or (len(words) > 1 and f"{' '.join(words[:-1])} and {words[-1]}" in names)


def _is_words(text: str) -> bool:
    return bool(text.strip()) and not is_number(text) and not is_placeholder(text)


def choose_label(words: str, above: str, below: str) -> tuple[str, bool]:
    """Which of two labels a row with a blank lead cell belongs to, and whether that is doubtful."""
    names_above, names_below = _names(words, above), _names(words, below)
    if names_below and not names_above:
        return below, False
    if names_above and not names_below:
        return above, False
    return (above or below), bool(below)


def _names(words: str, label: str) -> bool:
    """Whether a row's own words name a label: its whole text, or its first word of five letters or more."""
    if not label:
        return False
    if re.search(rf"(?<!\w){re.escape(label)}(?!\w)", words, re.IGNORECASE):
        return True
    strong = [word for word in re.findall(r"[A-Z][a-z]{4,}", label) if word not in {"Police", "Service", "North"}]
    return bool(strong) and all(re.search(rf"\b{word}", words) for word in strong[:1])


def _lead_column_carries(table: Table) -> bool:
    """A first column with gaps above filled rows stands for several rows, unless every gap row is a total."""
    body = table.grid()[table.header_rows :]
    gaps = [row for row in body if not row[0].strip() and any(cell.strip() for cell in row[1:])]
    labelled = [row for row in body if row[0].strip()]
    return bool(gaps) and bool(labelled) and len(gaps) < 4 * len(labelled)
