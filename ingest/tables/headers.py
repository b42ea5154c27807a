"""Which rows at the top of a table are its header, which rows in the body name groups, and what headings span.

A **banner** is a row with one text: alone in its first cell, or over the whole width. At the top it is a title and
part of the header; between rows it names the group of the rows below it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from statistics import median

from ingest.tables.figures import is_number, is_period, is_placeholder, numeric_columns
from kb.model import Cell, Table
from kb.tables import TOTAL
from kb.units import is_unit_only

MAX_HEADER_ROWS = 5
MAX_HEADER_WORDS = 14
PROSE_WORDS = 8
TITLE = re.compile(r"^(table|figure)\s+\w+\s*[:.–-]", re.IGNORECASE)
# What the fields of a form's cover page are called.
FIELD = re.compile(
    r"^(?:(?:report|paper|date|title|subject|author|from|to|cc|venue|time|place|status|version|purpose|ref(?:erence)?"
    r"|e-?mail|tel(?:ephone)?|phone|fax|contacts?|address|name|classification|marking|prepared|presented|written"
    r"|agenda|item|meeting|lead|officer)\b(?:\s\w+){0,3}|.*:)$",
    re.IGNORECASE,
)
KINDS = (
    ("date", re.compile(r"^(?:\d{1,2}(?:st|nd|rd|th)?\s+)?[A-Z][a-z]{2,8},?\s+(?:19|20)\d\d$")),
    ("date", re.compile(r"^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}$")),
    ("address", re.compile(r"@|^(?:https?:|www\.)|^[\d\s()+-]{7,}$")),
    ("figure", re.compile(r"^[£$€]?\d[\d,.]*%?$")),
    ("sign", re.compile(r"^\W?[A-Z]\W?$|^(?:yes|no)$", re.IGNORECASE)),
)


def grid_to_header_rows(grid: list[list[str]]) -> int:
    """How many rows at the top are headings."""
    if len(grid) < 2:
        return 0
    titles = _leading_titles(grid)
    rest = grid[titles:]
    if len(rest) < 2:
        return min(titles, len(grid) - 1)
    columns = numeric_columns(rest)
    if columns:
        return titles + _rows_before_figures(rest, columns)
    return titles + (1 if _first_row_is_heading(rest) and (not titles or _holds_prose(rest[1:])) else 0)


def row_to_banner(row: list[str]) -> str | None:
    """The words of a banner row, else None."""
    texts = {text.strip() for text in row if text.strip()}
    if len(row) < 2 or len(texts) != 1:
        return None
    (text,) = texts
    places = [bool(cell.strip()) for cell in row]
    alone = places[0] and not any(places[1:])
    if not (alone or all(places)) or is_number(text) or is_placeholder(text) or is_unit_only(text):
        return None
    return text


def _leading_titles(grid: list[list[str]]) -> int:
    """Banners at the top that are titles: all of them, but for the last where other banners follow in the body."""
    count = next((i for i, row in enumerate(grid) if row_to_banner(row) is None), len(grid))
    if count == 0 or count == len(grid):
        return 0
    if TITLE.match(row_to_banner(grid[0]) or ""):
        first = 1
        count = count if len(grid[0]) > 2 else 1
    elif len(grid[0]) == 2 and not grid[0][1].strip() and not _is_title_of_form(grid):
        return 0
    else:
        first = 0
    in_body = [row for row in grid[count:-1] if row_to_banner(row) and (len(row) > 2 or _names_group(row))]
    return max(first, count - 1) if in_body else count


def _is_title_of_form(grid: list[list[str]]) -> bool:
    """A first line without a value stands over a form where the fields below are the kind that end in a colon."""
    below = [row[0].strip() for row in grid[1:] if row[0].strip()]
    return sum(bool(FIELD.match(text)) for text in below) * 2 >= len(below) and not FIELD.match(grid[0][0].strip())


def _rows_before_figures(grid: list[list[str]], columns: set[int]) -> int:
    """Header rows of a table with figures: those above the first row of the body."""
    figures = sorted(columns - {0}) or sorted(columns)
    for index, row in enumerate(grid[: MAX_HEADER_ROWS + 1]):
        if _counts_columns(row) and index:
            continue
        if any(is_number(row[column]) for column in figures):
            return index
        if index and _begins_body(row, figures):
            return index
    return 1


def _begins_body(row: list[str], figures: list[int]) -> bool:
    """A row below a heading that has no figures and yet is none: a label with placeholders or nothing, or a group."""
    if row_to_banner(row) is not None:
        return True
    texts = [row[column].strip() for column in figures]
    return bool(row[0].strip()) and all(not text or is_placeholder(text) for text in texts)


def _counts_columns(row: list[str]) -> bool:
    """Whether a row only numbers the columns: 1 2 3, (1) (2) (3), a b c."""
    texts = [text.strip().strip("()[].").lower() for text in row if text.strip()]
    if len(texts) < 3 or len(texts) < len(row) - 1:
        return False
    numbers = [str(n) for n in range(1, len(texts) + 1)]
    return texts == numbers or texts == [chr(ord("a") + i) for i in range(len(texts))]


def _first_row_is_heading(grid: list[list[str]]) -> bool:
    """A table of words has a heading row when its first row is short, complete and unlike the rows below."""
    first, body = grid[0], grid[1:]
    if not all(cell.strip() for cell in first) or len(set(first)) == 1:
        return False
    if is_period(first[0]) or re.match(r"^(\w+\s+)?(19|20)\d\d\b", first[0]):
        return False
    if first[0].rstrip().endswith(":") or is_form(grid):
        return False
    if _ends_as_labels(first[0], [row[0] for row in body]):
        return False
    longest = max(len(cell.split()) for cell in first)
    body_words = [max((len(row[column].split()) for row in body), default=0) for column in range(len(first))]
    return longest <= MAX_HEADER_WORDS // 2 and max(body_words) > longest and not _reads_like_body(first, body)


def _ends_as_labels(first: str, labels: list[str]) -> bool:
    """Whether a first cell of several words ends in the word in which most labels below it end."""
    filled = [label.split()[-1] for label in labels if label.strip()]
    words = first.split()
    return len(words) > 1 and len(filled) > 1 and 2 * filled.count(words[-1]) > len(filled)


def _holds_prose(body: list[list[str]]) -> bool:
    """Whether the last column holds sentences: under a title, only these tell a heading from the first entries."""
    words = [len(row[-1].split()) for row in body if row[-1].strip()]
    return bool(words) and median(words) >= PROSE_WORDS


def is_form(grid: list[list[str]]) -> bool:
    """Two columns, a name and what is filled in: the names are those of a form's fields, or what stands beside
    them is of several kinds (a date, a figure, a sign, words), as under no one heading."""
    if not grid or len(grid[0]) != 2 or len(grid) < 3:
        return False
    names = [row[0].strip() for row in grid if row[0].strip()]
    fields = sum(bool(FIELD.match(name)) for name in names)
    kinds = {_kind_of(row[1].strip()) for row in grid if row[1].strip()}
    first = bool(FIELD.match(names[0])) if names else False
    return (first and 2 * fields >= len(names)) or (len(kinds) >= 3 and len(set(names)) == len(names))


def _kind_of(text: str) -> str:
    return next((kind for kind, pattern in KINDS if pattern.search(text)), "words")


def _reads_like_body(first: list[str], body: list[list[str]]) -> bool:
    """In a list of terms with definitions, the first row is as long as the others."""
    words = sorted(len(row[-1].split()) for row in body if row[-1].strip())
    return bool(words) and len(first[-1].split()) > max(4, words[len(words) // 4])


def span_blank_headers(table: Table) -> Table:
    """Header cells with blanks to the right, above named columns, span them; blanks below a heading join it."""
    if table.header_rows < 2:
        return table
    grid = table.grid()
    cells = list(table.cells)
    taken: set[tuple[int, int]] = set()
    for index, cell in enumerate(cells):
        if cell.row >= table.header_rows - 1 or not cell.text.strip() or cell.colspan > 1 or cell.rowspan > 1:
            continue
        column = cell.column + 1
        while column < table.n_columns and not grid[cell.row][column].strip() and grid[cell.row + 1][column].strip():
            column += 1
        if column > cell.column + 1 and grid[cell.row + 1][cell.column].strip():
            cells[index] = replace(cell, colspan=column - cell.column)
            taken.update((cell.row, covered) for covered in range(cell.column + 1, column))
        elif all(not grid[row][cell.column].strip() for row in range(cell.row + 1, table.header_rows)):
            cells[index] = replace(cell, rowspan=table.header_rows - cell.row)
            taken.update((row, cell.column) for row in range(cell.row + 1, table.header_rows))
    kept = [cell for cell in cells if (cell.row, cell.column) not in taken or cell.text.strip()]
    return replace(table, cells=tuple(kept))


def mark_groups(table: Table) -> Table:
    """The cells of group rows made header cells: banners in the body with rows of their own below them."""
    grid = table.grid()
    body = [row for row in grid[table.header_rows :] if row_to_banner(row) is None]
    gaps = sum(not cell.strip() for row in body for cell in row[1:])
    full = 8 * gaps <= len(body) * (table.n_columns - 1)
    filled: dict[int, list[Cell]] = {}
    reached: set[int] = set()
    for cell in table.cells:
        reached.update(range(cell.row + 1, cell.row + cell.rowspan))
        if cell.text.strip():
            filled.setdefault(cell.row, []).append(cell)
    heads = {
        row
        for row in range(table.header_rows, table.n_rows - 1)
        if row not in reached and len(own := filled.get(row, [])) == 1 and _is_group(table, grid, row, own[0], full)
    }
    if not heads:
        return table
    cells = [replace(c, role="header") if c.row in heads and c.text.strip() else c for c in table.cells]
    return replace(table, cells=tuple(cells))


def _is_group(table: Table, grid: list[list[str]], row: int, own: Cell, full: bool) -> bool:
    """Whether a banner names a group. Blank figures of an item look the same: where other rows have gaps too, only
    words that end in a colon, name a period or span the table are a group."""
    text = row_to_banner(grid[row])
    if text is None or TOTAL.search(text):
        return False
    if _spans(own, table) or _names_group(grid[row]):
        return True
    below = grid[row + 1]
    if table.n_columns < 3 or row_to_banner(below) is not None or TOTAL.search(below[0]) or not below[0].strip():
        # A group of groups: a banner right above another one.
        return table.n_columns >= 3 and full and row_to_banner(below) is not None and row + 2 < table.n_rows
    return full


def _spans(cell: Cell, table: Table) -> bool:
    return cell.column == 0 and cell.colspan >= max(2, table.n_columns)


def _names_group(row: list[str]) -> bool:
    """A banner whose form says that others follow: it ends in a colon, or is a period."""
    text = row[0].strip()
    return (text.endswith(":") and len(row) > 2) or bool(re.match(r"^((19|20)\d\d\b|FY\b)[\s\w/–-]{0,12}$", text))
