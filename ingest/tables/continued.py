"""Tables that go on over a page end: same columns, nothing between them; the repeated header is dropped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.layout.blocks import Draft, Part
from ingest.layout.parts import RawCell, RawTable
from ingest.tables.figures import is_number, is_placeholder

# Column borders on the next page may be this far from where they were.
SAME_PLACE = 6.0
CONTINUED = re.compile(r"\b(?:continued|cont['’]?d)\b", re.IGNORECASE)
MAX_HEADER_ROWS = 4


def join_continued(pages: Sequence[list[Part]]) -> list[list[Part]]:
    """The pages with every table whole, at the place where it begins."""
    joined: list[list[Part]] = []
    open_table: RawTable | None = None
    for parts in pages:
        index = _first_table(parts)
        if open_table is not None and index is not None:
            table = parts[index]
            assert isinstance(table, RawTable)
            if continues(open_table, table):
                append_rows(open_table, table)
                parts = [*parts[:index], *parts[index + 1 :]]
                parts = [p for p in parts[:index] if not _says_continued(p)] + parts[index:]
                if not any(_is_text(part) for part in parts):
                    joined.append(parts)
                    continue
        open_table = _last_table(parts)
        joined.append(parts)
    return joined


def _is_text(part: Part) -> bool:
    return isinstance(part, RawTable) or part.role not in {"footnote", "furniture"}


def _says_continued(part: Part) -> bool:
    return (
        isinstance(part, Draft)
        and part.role in {"caption", "heading", "paragraph"}
        and bool(CONTINUED.search(part.plain))
    )


def _first_table(parts: Sequence[Part]) -> int | None:
    """The index of a table with which a page begins."""
    for index, part in enumerate(parts):
        if isinstance(part, RawTable):
            return index
        if _is_text(part) and not _says_continued(part):
            return None
    return None


def _last_table(parts: Sequence[Part]) -> RawTable | None:
    """The table with which a page ends."""
    for part in reversed(parts):
        if isinstance(part, RawTable):
            return part
        if _is_text(part):
            return None
    return None


def continues(table: RawTable, after: RawTable) -> bool:
    """Whether a table at the top of a page goes on with the one at the foot of the page before."""
    if table.n_columns != after.n_columns or table.ruled != after.ruled:
        return False
    if any(abs(a - b) > SAME_PLACE for a, b in zip(_widths(table), _widths(after), strict=True)):
        return False
    if repeated_rows(table, after):
        return True
    if after.header_rows and not after.ruled:
        return False
    # A first row in bold, or of words above figures, that is unlike the header begins a table of its own.
    return not _is_bold_row(after.rows()[0]) and not _is_heading(after)


def _widths(table: RawTable) -> list[float]:
    return [x - table.columns[0] for x in table.columns]


def _is_bold_row(row: Sequence[RawCell]) -> bool:
    filled = [cell for cell in row if cell.lines]
    return len(filled) > 1 and all(cell.bold for cell in filled)


def _is_heading(table: RawTable) -> bool:
    """Whether a table's first row names all of its figure columns."""
    grid = [[cell.text for cell in row] for row in table.rows()]
    columns = {c for row in grid[1:] for c, text in enumerate(row) if c and is_number(text)}
    if not columns or any(len(row) < table.n_columns for row in grid):
        return False
    return all(re.fullmatch(r"\D*[^\W\d_]\D*", grid[0][c]) and not is_placeholder(grid[0][c]) for c in columns)


def repeated_rows(table: RawTable, after: RawTable) -> int:
    """How many rows of the header stand again on the next page."""
    count = 0
    for old, new in zip(table.rows()[:MAX_HEADER_ROWS], after.rows(), strict=False):
        words = [_words(cell) for cell in new]
        if not any(words) or words != [_words(cell) for cell in old]:
            break
        count += 1
    return count


def _words(cell: RawCell) -> str:
    return re.sub(r"\W+", "", CONTINUED.sub("", cell.text)).casefold()


def append_rows(table: RawTable, after: RawTable) -> None:
    """Add the rows of the next page; each keeps its page. A row or lead cell that the page end cut is one again."""
    drop = repeated_rows(table, after)
    rows = after.rows()[drop:]
    if rows and _is_rest_of_row(table, rows[0]):
        _append_to_last_row(table, rows[0])
        drop += 1
        rows = rows[1:]
    shift = table.n_rows - drop
    for row in rows:
        for cell in row:
            if cell.row == drop and _is_rest_of_lead(table, cell):
                _lead_cell(table).rowspan += cell.rowspan
            else:
                table.cells.append(replace(cell, row=cell.row + shift))
    table.row_pages.extend(after.row_pages[drop:])


def _lead_cell(table: RawTable) -> RawCell:
    """The cell of the first column that reaches the last row."""
    return max((cell for cell in table.cells if cell.column == 0), key=lambda cell: cell.row)


def _is_rest_of_lead(table: RawTable, cell: RawCell) -> bool:
    """A blank lead cell at the top of a page goes on with a spanning one above the page end."""
    if cell.column or cell.text:
        return False
    lead = _lead_cell(table)
    return bool(lead.text) and (lead.rowspan > 1 or cell.rowspan > 1) and lead.row + lead.rowspan == table.n_rows


def _is_rest_of_row(table: RawTable, row: Sequence[RawCell]) -> bool:
    """A row of which all filled cells begin in lower case, below cells that have not ended; or one that is blank
    where every other row of the table is filled, its label included."""
    last = {cell.column: cell for cell in table.cells if cell.row + cell.rowspan == table.n_rows}
    filled = [cell for cell in row if cell.text]
    if not filled or len(filled) == len(row) or any(cell.rowspan > 1 for cell in row):
        return False
    above = [last.get(cell.column) for cell in filled]
    if _lacks_what_all_have(table, row):
        return all(old is not None and old.text for old in above)
    return all(
        old is not None and old.text and not re.search(r"[.!?]$", old.text) and cell.text[:1].islower()
        for cell, old in zip(filled, above, strict=True)
    )


def _lacks_what_all_have(table: RawTable, row: Sequence[RawCell]) -> bool:
    """Whether the label and the figures of a row are blank, and in no other row of the table."""
    blank = {cell.column for cell in row if not cell.text}
    if 0 not in blank or len(row) < table.n_columns or any(is_number(cell.text) for cell in row):
        return False
    rows = table.rows()
    return len(rows) > 2 and len(blank) > 1 and not any(c.column in blank and not c.text for r in rows for c in r)


def _append_to_last_row(table: RawTable, row: Sequence[RawCell]) -> None:
    last = {cell.column: cell for cell in table.cells if cell.row + cell.rowspan == table.n_rows}
    for cell in row:
        if cell.text:
            last[cell.column].text += f" {cell.text}"
            last[cell.column].lines.extend(cell.lines)
