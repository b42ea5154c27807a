"""What the cells of a table mean: header rows, groups, labels, units, footnote marks, totals, and how sure that is.

Readers find cells; ``with_meaning`` decides what they are. It never moves a figure: it sets roles, joins a label
that was split over rows, fills blank lead cells from the cell that stands for several rows, and parts footnote
marks from words. What nothing decides is marked doubtful, and every doubt is said in words.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.tables.confidence import with_confidence
from ingest.tables.figures import is_number as is_number
from ingest.tables.figures import numeric_columns
from ingest.tables.headers import grid_to_header_rows, mark_groups, row_to_banner, span_blank_headers
from ingest.tables.labels import carry_labels_down, join_split_labels, set_roles
from ingest.tables.marks import part_marks
from ingest.tables.totals import with_totals
from kb.model import Table
from kb.tables import TOTAL
from kb.units import COUNTED, text_to_unit, words_to_unit


def with_meaning(table: Table, text: str = "", known_header_rows: int | None = None) -> Table:
    """The table with header rows, roles, marks, groups, unit, carried labels, total rows and confidence set.

    Its caption, lead-in and notes are read, and should be there. ``text`` is the document's text, searched for
    labels that were split over rows; ``known_header_rows`` is what the format itself says (a Word table's repeated
    rows), which wins over the rules.
    """
    return with_doubts(with_roles(table, text, known_header_rows))


def with_roles(table: Table, text: str = "", known_header_rows: int | None = None) -> Table:
    """The first part of ``with_meaning``: what each cell is. A reader that knows more may still change labels."""
    table = replace(table, header_rows=table_to_header_rows(table, known_header_rows))
    table = span_blank_headers(table)
    table = part_marks(table, text)
    table = join_split_labels(table, text)
    table = carry_labels_down(table)
    table = set_roles(table)
    table = mark_groups(table)
    return replace(table, unit=table.unit or table_to_unit(table))


def with_doubts(table: Table) -> Table:
    """The second part of ``with_meaning``: total rows, what does not add up, and the confidence of it all."""
    table, mismatches = with_totals(table)
    return with_confidence(table, mismatches)


def table_to_header_rows(table: Table, known: int | None) -> int:
    """How many rows are headings: as the format or the type says, but for a bold total or the name of a group right
    below them."""
    grid = table.grid()
    if known is None:
        return grid_to_header_rows(grid)
    while 1 < known <= len(grid) and _is_body_row(grid[known - 1], grid[known - 2]):
        known -= 1
    return known


def _is_body_row(row: list[str], above: list[str]) -> bool:
    """Whether a row in the type of a heading is none: a total with figures, or words alone below a first heading
    that is complete ("Country" alone in a second line would end an open one)."""
    if TOTAL.search(row[0]) and any(text[:1].isdigit() for text in row[1:]):
        return True
    alone = row_to_banner(row) is not None and row_to_banner(above) is None
    return alone and above[0].strip() not in {"", row[0].strip()}


def table_to_unit(table: Table) -> str | None:
    """The unit that every figure column's heading names, else the first heading, the caption, the sentence that
    leads in or a note; None where none does."""
    grid = table.grid()
    figures = numeric_columns(grid[table.header_rows :]) if table.n_rows > table.header_rows else set()
    headers = table.headers() if table.header_rows else []
    named = {text_to_unit(headers[column]) for column in figures if headers}
    if len(named) == 1 and None not in named:
        return named.pop()
    corner = text_to_unit(headers[0]) if headers else None
    if corner is not None and corner not in COUNTED.split("|"):
        return corner
    if not figures:
        return None
    titles = [cell.text for cell in table.cells if cell.row < table.header_rows and cell.colspan > 1]
    said = [words_to_unit(words) for words in (table.caption, *titles, *table.notes, table.lead_in) if words]
    # "As a percentage" in a caption seldom speaks of every column.
    return next((unit for unit in said if unit is not None and unit != "%"), None)
