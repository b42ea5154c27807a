"""What the cells of a table mean: header rows, labels, units, split labels, and labels that carry down.

Readers find cells; ``with_meaning`` decides what they are. It never moves a figure: it sets roles, joins a label
that was split over rows, and fills blank lead cells from the cell that stands for several rows. Where nothing
decides which rows such a cell stands for, the filled cell is marked doubtful.
"""

from __future__ import annotations

import re
from dataclasses import replace

from kb.model import Cell, Table

NUMBER = re.compile(r"^[(\-–£€$]*\s*\d[\d,]*(\.\d+)?\s*(%|m|k|bn|million|billion)?\s*\)?\*{0,2}$", re.IGNORECASE)
PERIOD = re.compile(r"^((19|20)\d\d|(19|20)?\d\d\s*[/–-]\s*(19|20)?\d\d)$|^(FY|Q\d|year)\b", re.IGNORECASE)
PLACEHOLDER = re.compile(r"^(-|–|—|n/?a|nil|xxx|\.\.\.?|tbc)$", re.IGNORECASE)
UNITS = (
    ("£000", re.compile(r"£\s*['’‘′]?\s?000|£\s*k\b|£\s*thousands?", re.IGNORECASE)),
    ("£m", re.compile(r"£\s*['’‘′]?\s?m\b|£\s*millions?", re.IGNORECASE)),
    ("%", re.compile(r"(?<![\d.])%|per\s?cent|percentage", re.IGNORECASE)),
    ("£", re.compile(r"£|\bpounds\b", re.IGNORECASE)),
)
MAX_HEADER_ROWS = 4
MAX_HEADER_WORDS = 14


def with_meaning(table: Table, text: str = "", known_header_rows: int | None = None) -> Table:
    """The table with header rows, roles, unit, and carried labels set.

    ``text`` is the document's text, searched for labels that were split over rows; ``known_header_rows`` is what
    the format itself says (a Word table's repeated rows), which wins over the rules.
    """
    header_rows = known_header_rows if known_header_rows is not None else grid_to_header_rows(table.grid())
    table = replace(table, header_rows=header_rows)
    table = span_blank_headers(table)
    table = join_split_labels(table, text)
    table = carry_labels_down(table)
    table = set_roles(table)
    return replace(table, unit=table.unit or table_to_unit(table))


def is_number(text: str) -> bool:
    """Whether a cell holds a figure (a year or a span of years is a name of a period, not a figure)."""
    text = text.strip()
    return bool(NUMBER.match(text)) and not is_period(text)


def is_period(text: str) -> bool:
    """Whether a cell names a year, a financial year or a span of years."""
    return bool(PERIOD.match(text.strip()))


def text_to_unit(text: str) -> str | None:
    """``£000``, ``£m``, ``%`` or ``£`` where a heading or caption names a unit, else None."""
    return next((unit for unit, pattern in UNITS if pattern.search(text)), None)


def numeric_columns(grid: list[list[str]]) -> set[int]:
    """Columns of which at least half of the filled cells are figures."""
    found = set()
    for column in range(len(grid[0]) if grid else 0):
        filled = [row[column] for row in grid if row[column].strip()]
        figures = [cell for cell in filled if is_number(cell) or PLACEHOLDER.match(cell.strip())]
        if any(is_number(cell) for cell in filled) and 2 * len(figures) >= len(filled):
            found.add(column)
    return found


def grid_to_header_rows(grid: list[list[str]]) -> int:
    """How many rows at the top are headings."""
    if len(grid) < 2:
        return 0
    columns = numeric_columns(grid)
    if columns:
        for index, row in enumerate(grid[: MAX_HEADER_ROWS + 1]):
            if any(is_number(row[column]) for column in columns):
                return index
            if index and not any(row[column].strip() for column in columns) and row[0].strip():
                return index
        return 1
    return 1 if _first_row_is_heading(grid) else 0


def _first_row_is_heading(grid: list[list[str]]) -> bool:
    """A table of words has a heading row when its first row is short, complete and unlike the rows below."""
    first, body = grid[0], grid[1:]
    if re.match(r"^(table|figure)\s+\w+\s*[:.–-]", first[0], re.IGNORECASE):
        return True
    if not all(cell.strip() for cell in first) or len(set(first)) == 1:
        return False
    if is_period(first[0]) or re.match(r"^(\w+\s+)?(19|20)\d\d\b", first[0]):
        return False
    if first[0].rstrip().endswith(":"):
        return False
    longest = max(len(cell.split()) for cell in first)
    body_words = [max((len(row[column].split()) for row in body), default=0) for column in range(len(first))]
    return longest <= MAX_HEADER_WORDS // 2 and max(body_words) > longest and not _reads_like_body(first, body)


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


def join_split_labels(table: Table, text: str) -> Table:
    """A label in the first column whose words were split over two rows stands for both rows."""
    grid = table.grid()
    cells = {(cell.row, cell.column): cell for cell in table.cells}
    for row in range(table.header_rows, table.n_rows - 1):
        upper, lower = grid[row][0].strip(), grid[row + 1][0].strip()
        if not upper or not lower or not _is_one_label(upper, lower, grid, text):
            continue
        joined = f"{upper} {lower}"
        for place in ((row, 0), (row + 1, 0)):
            if place in cells:
                cells[place] = replace(cells[place], text=joined)
        grid[row][0] = grid[row + 1][0] = joined
    return replace(table, cells=tuple(cells.values()))


def _is_one_label(upper: str, lower: str, grid: list[list[str]], text: str) -> bool:
    """Open brackets close below, or the two stand together elsewhere and the upper never alone."""
    if upper.count("(") > upper.count(")") and lower.count(")") > lower.count("("):
        return True
    if len(upper.split()) > 2 or is_number(upper) or is_number(lower) or is_period(upper):
        return False
    together = f"{upper} {lower}"
    labels = [row[0].strip() for row in grid]
    alone = sum(label == upper for label in labels) > 1 or sum(label == lower for label in labels) > 1
    whole_cell = together in text and re.search(rf"(?:^|[\t\n]){re.escape(together)}\s*[\t\n]", text) is not None
    return not alone and (together in labels or whole_cell)


def carry_labels_down(table: Table) -> Table:
    """Blank lead cells take the label that stands for them: a neighbour's that the row's own words name, else
    the label above, marked doubtful where the label below could have been meant."""
    if table.n_columns < 3 or not _lead_column_carries(table):
        return table
    grid = table.grid()
    cells = {(cell.row, cell.column): cell for cell in table.cells}
    labels = [row[0].strip() for row in grid]
    for row in range(table.header_rows, table.n_rows):
        if labels[row] or not any(cell.strip() and not is_number(cell) for cell in grid[row][1:]):
            continue
        above = next((labels[i] for i in range(row - 1, table.header_rows - 1, -1) if labels[i]), "")
        below = next((label for label in labels[row + 1 :] if label), "")
        label, doubtful = choose_label(" ".join(grid[row][1:]), above, below)
        if not label:
            continue
        old = cells.get((row, 0), Cell(row, 0, "", page=table.row_pages[row] if table.row_pages else None))
        cells[(row, 0)] = replace(old, text=label, carried=True, doubtful=doubtful)
    ordered = sorted(cells.values(), key=lambda cell: (cell.row, cell.column))
    return replace(table, cells=tuple(ordered))


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
    if label.lower() in words.lower():
        return True
    strong = [word for word in re.findall(r"[A-Z][a-z]{4,}", label) if word not in {"Police", "Service", "North"}]
    return bool(strong) and all(re.search(rf"\b{word}", words) for word in strong[:1])


def _lead_column_carries(table: Table) -> bool:
    """A first column with gaps above filled rows stands for several rows, unless every gap row is a total."""
    body = table.grid()[table.header_rows :]
    gaps = [row for row in body if not row[0].strip() and any(cell.strip() for cell in row[1:])]
    labelled = [row for row in body if row[0].strip()]
    return bool(gaps) and bool(labelled) and len(gaps) < 4 * len(labelled)


def set_roles(table: Table) -> Table:
    """Cells of header rows are headers, of leading text columns labels, empty ones blank, the rest values."""
    grid = table.grid()
    figures = numeric_columns(grid[table.header_rows :]) if table.n_rows > table.header_rows else set()
    first_figure = min(figures, default=1)
    cells = []
    for cell in table.cells:
        if cell.row < table.header_rows:
            role = "header"
        elif not cell.text.strip():
            role = "blank"
        elif cell.column == 0 or (cell.column < first_figure and not is_number(cell.text) and figures):
            role = "label"
        else:
            role = "value"
        cells.append(replace(cell, role=role))  # type: ignore[arg-type]
    return replace(table, cells=tuple(cells))


def table_to_unit(table: Table) -> str | None:
    """The unit that the caption or every figure column's heading names, else None."""
    grid = table.grid()
    figures = numeric_columns(grid[table.header_rows :]) if table.n_rows > table.header_rows else set()
    headers = table.headers()
    named = {text_to_unit(headers[column]) for column in figures if table.header_rows}
    if len(named) == 1 and None not in named:
        return named.pop()
    corner = text_to_unit(headers[0]) if headers and table.header_rows else None
    said = text_to_unit(table.caption) if table.caption and figures else None
    return corner or (said if said != "%" else None)  # "as a percentage" in a caption seldom speaks of every column
