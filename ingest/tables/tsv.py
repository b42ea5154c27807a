"""Tables in text files: lines whose cells are parted by tabs, joined over page breaks, split at new headings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.tables.figures import is_number, numeric_columns
from ingest.tables.headers import MAX_HEADER_ROWS, TITLE
from ingest.tables.meaning import with_doubts, with_roles
from ingest.tables.rows import Line, TextRow, join_cut_rows, lines_to_rows
from kb.model import Cell, Table

PERIOD_GROUP = re.compile(r"^(?:19|20)\d\d(?:\s*(?:to|[-–/])\s*(?:19|20)?\d\d)?$", re.IGNORECASE)


@dataclass(slots=True)
class DraftTable:
    """A table of which the cells are found, with the page of each row as the repeated headers show it."""

    table: Table
    pages: tuple[int, ...]


def lines_to_tables(
    runs: Sequence[Sequence[Line]], first_id: int, order: int, section: tuple[str, ...]
) -> list[DraftTable]:
    """Tables in runs of tab-separated lines; a heading row inside begins a new table, a repeated one is dropped.

    ``order`` is given to the first table and counted on by the caller for the others.
    """
    drafts = []
    for number, group in enumerate(rows_to_groups(lines_to_rows(runs))):
        rows = join_cut_rows(group)
        table = rows_to_table(rows, f"t{first_id + number}", order + number, section)
        drafts.append(DraftTable(table, tuple(row.page for row in rows)))
    return drafts


def finish_table(draft: DraftTable, text: str) -> Table:
    """The table with its meaning; ``text`` is the document's. Caption, lead-in and notes should be there."""
    table = with_roles(draft.table, text, 0 if begins_with_entry(draft.table.grid()) else None)
    table = settle_page_ends(table, draft.pages)
    return with_doubts(settle_between(table))


def rows_to_groups(rows: Sequence[TextRow]) -> list[list[TextRow]]:
    """The rows of each table. Rows after a repeated header are those of the table's next page."""
    groups: list[list[TextRow]] = []
    page = index = 0
    while index < len(rows):
        row = rows[index]
        group = groups[-1] if groups else []
        repeated = count_repeated(group, rows, index)
        if repeated:
            page += 1
            index += repeated
            continue
        if not group or (len(group) > 1 and is_new_heading(group[0], row)):
            groups.append([])
        groups[-1].append(replace(row, page=page))
        index += 1
    return groups


def count_repeated(group: Sequence[TextRow], rows: Sequence[TextRow], index: int) -> int:
    """How many rows from ``index`` on are the table's first rows again; after a page end all those of its header."""
    most = MAX_HEADER_ROWS if rows[index].fresh else 1
    count = 0
    for old, new in zip(group[:most], rows[index : index + most], strict=False):
        if old.texts != new.texts:
            break
        count += 1
    return count


def is_new_heading(head: TextRow, row: TextRow) -> bool:
    """The same column headings under another first one: the header of another table."""
    return len(row.cells) > 2 and any(row.texts[1:]) and row.texts[1:] == head.texts[1:]


def rows_to_table(rows: Sequence[TextRow], table_id: str, order: int, section: tuple[str, ...]) -> Table:
    """The table with the spans that a line can show: a title or a period alone in its row stands across it."""
    n_columns = max(column + 1 for row in rows for column, text in enumerate(row.texts) if text)
    cells: list[Cell] = []
    spanning = is_label_of_only_row(rows)
    for index, row in enumerate(rows):
        across = n_columns > 1 and is_across(index, row, rows)
        for column, cell in enumerate(row.cells[:n_columns]):
            if (across and column) or (spanning and index and not column):
                continue
            cells.append(
                Cell(
                    index,
                    column,
                    cell.text,
                    rowspan=2 if spanning and not column else 1,
                    colspan=n_columns if across else 1,
                    source=cell.source,
                    marks=cell.marks,
                )
            )
    return Table(
        id=table_id,
        order=order,
        n_rows=len(rows),
        n_columns=n_columns,
        cells=tuple(cells),
        row_pages=(None,) * len(rows),
        row_spans=tuple(row.span for row in rows),
        section=section,
    )


def begins_with_entry(grid: Sequence[Sequence[str]]) -> bool:
    """Whether a table of words has no heading: its first label ends in the word in which most others end
    ("Crime Portfolio" above "Operations Portfolio", "Resources Portfolio")."""
    if numeric_columns([list(row) for row in grid]) or not grid[0][0]:
        return False
    ends = [row[0].split()[-1].casefold() for row in grid if row[0]]
    return len(ends) > 2 and 2 * ends.count(ends[0]) > len(ends)


def is_across(index: int, row: TextRow, rows: Sequence[TextRow]) -> bool:
    """A row of one cell that is the title of the table, or in a table of words the period of the rows below."""
    if not row.texts[0] or any(row.texts[1:]):
        return False
    if index == 0:
        below = [other.texts[0] for other in rows[1:]]
        of_form = not row.texts[0].endswith(":") and sum(text.endswith(":") for text in below) * 2 >= len(below)
        return bool(below) and (len(row.cells) > 2 or of_form or bool(TITLE.match(row.texts[0])))
    return bool(PERIOD_GROUP.match(row.texts[0])) and not numeric_columns([other.texts for other in rows[1:]])


def is_label_of_only_row(rows: Sequence[TextRow]) -> bool:
    """One row of figures without a label below one row of headings with it: the label stands beside both."""
    if len(rows) != 2 or not all(rows[0].texts) or rows[1].texts[0]:
        return False
    return len(rows[1].cells) > 2 and all(is_number(text) for text in rows[1].texts[1:])


def settle_page_ends(table: Table, pages: Sequence[int]) -> Table:
    """Take the doubt from labels carried down to a page end: one that is printed on the next page is not theirs."""
    lead = {cell.row: cell for cell in table.cells if cell.column == 0 and cell.text}
    printed = {pages[row]: row for row, cell in sorted(lead.items()) if not cell.carried}
    sure = {
        row
        for row, cell in lead.items()
        if cell.doubtful and pages[row] < pages[-1] and row > printed.get(pages[row], row)
    }
    return _with_labels(table, {row: lead[printed[pages[row]]].text for row in sure})


def settle_between(table: Table) -> Table:
    """Take the doubt from labels carried to rows between the label itself and a row that is surely its own."""
    lead = {cell.row: cell for cell in table.cells if cell.column == 0 and cell.text}
    sure: dict[int, str] = {}
    for row, cell in lead.items():
        if not cell.carried or cell.doubtful:
            continue
        for step in (-1, 1):
            way = []
            at = row + step
            while at in lead and lead[at].doubtful:
                way.append(at)
                at += step
            if at in lead and not lead[at].carried and lead[at].text == cell.text:
                sure |= dict.fromkeys(way, cell.text)
    return _with_labels(table, sure)


def _with_labels(table: Table, labels: Mapping[int, str]) -> Table:
    """The table with these labels of rows, no longer in doubt."""
    cells = (
        replace(cell, text=labels[cell.row], doubtful=False) if cell.column == 0 and cell.row in labels else cell
        for cell in table.cells
    )
    return replace(table, cells=tuple(cells)) if labels else table
