"""What a citation lets an answer say: its quote, or its table cell with all that heads it, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from kb.answering.checking.dates import Date, text_to_dates
from kb.answering.checking.figures import Figure, text_to_figures
from kb.answering.checking.names import text_to_words
from kb.model import Block, Cell, Citation, ComputationInput, Document, Table
from kb.tables import column_to_unit, place_to_unit, table_to_groups
from kb.values import text_to_value


@dataclass(frozen=True, slots=True)
class Source:
    """What may be said with a citation: ``said`` is its proof, ``around`` its headings and document in words.

    ``cells`` are the figures of its table cells with the units that column, row or table give them; ``one`` tells
    that it is a single cell.
    """

    said: str
    around: str
    cells: tuple[Figure, ...] = ()
    one: bool = False

    def facts(self) -> Facts:
        """All that can be looked up in it."""
        return _facts(f"{self.said} \n {self.around}", self.cells)


@dataclass(frozen=True, slots=True)
class Facts:
    """The figures, dates, codes (see ``figures.CODE``) and words of a source."""

    figures: tuple[Figure, ...]
    dates: tuple[Date, ...]
    codes: frozenset[str]
    words: frozenset[str]


def citation_to_source(document: Document, citation: Citation) -> Source:
    """What a citation lets an answer say; of a table cell not the other figures of its row."""
    around = [citation.title, citation.section or "", document.title, document.date_text or "", document.date or ""]
    around.append(document.issuer or "")
    place = citation.table
    if place is None or place.row_index is None:
        return Source(citation.quote, _lines(around))
    table = document.table(place.table_id)
    around += [table.caption or "", table.lead_in or "", table.unit or "", *table.notes, *table.section]
    around.append(_groups(table)[place.row_index] or "" if place.row_index < table.n_rows else "")
    headers = _headers(table)
    row, column = place.row or "", place.column or ""
    if place.column_index is not None and place.value is not None:
        cell = _cell_figure(table, row, column, place.value)
        scaled = _scaled_figure(document, table, place.row_index, place.column_index)
        around.append(headers[0])  # what the row labels are headed by is often the table's title
        cells = tuple(figure for figure in (cell, scaled) if figure)
        return Source(_lines([row, column, place.value]), _lines(around), cells, one=True)
    texts = [cell.text if cell else "" for cell in row_to_cells(table, place.row_index)]
    figures = [_cell_figure(table, row, head, text) for head, text in zip(headers, texts, strict=True) if text]
    said = _lines([citation.quote, row, *texts])
    return Source(said, _lines([*around, *headers]), tuple(figure for figure in figures if figure))


def _lines(texts: Sequence[str]) -> str:
    return " \n ".join(text for text in texts if text)


@lru_cache(maxsize=512)
def _facts(text: str, cells: tuple[Figure, ...]) -> Facts:
    dates, rest = text_to_dates(text)
    figures, codes = text_to_figures(rest)
    figures += [Figure(date.text, Decimal(date.year)) for date in dates if date.year and not date.month]
    # "2000 officers" reads like a year where a figure is meant, and a year like a figure.
    dates += [Date(f.text, int(f.number)) for f in figures if not f.unit and 1900 <= f.number < 2100 and f.step == 1]
    return Facts((*figures, *cells), tuple(dates), frozenset(code.lower() for code in codes), text_to_words(text))


def cell_to_unit(table: Table, row: str, column: str, text: str) -> str | None:
    """The unit of a cell: that of its column, row or table, in this order."""
    return place_to_unit(column_to_unit(column, [text]), column, row, table.unit)


def _cell_figure(table: Table, row: str, column: str, text: str) -> Figure | None:
    """The figure of a cell in its unit and scale; None where it holds no figure."""
    value = text_to_value(text, cell_to_unit(table, row, column, text))
    if value is None:
        return None
    step = Decimal(value.scale).scaleb(-value.decimals)
    return Figure(text, abs(value.number), value.unit, step)


def _scaled_figure(document: Document, table: Table, row: int, column: int) -> Figure | None:
    """The figure of a cell in the scale that a line of its heading or a paragraph beside the table says."""
    from kb.answering.figures import place_to_figure

    found = place_to_figure(document, table, row, column)
    if found is None or found.number is None or (found.scale == 1 and found.unit != "%"):
        return None
    return Figure(found.text, abs(found.number) * found.scale, found.unit, Decimal(found.scale).scaleb(-found.decimals))


# ---------------------------------------------------------------------------------------------- quotes and pages


def quote_to_problems(document: Document, citation: Citation) -> list[str]:
    """What does not hold in a citation itself: its quote verbatim at its place, its page, its cell's value."""
    problems = []
    marker = citation.marker
    if not quote_stands(document, citation):
        problems.append(f"source [{marker}] is not verbatim in {citation.source}")
    if not page_holds(document, citation):
        problems.append(f"source [{marker}] is not on page {citation.page} of {citation.source}")
    if not cell_holds(document, citation):
        problems.append(f"source [{marker}] is not what the cell says in {citation.source}")
    return problems


def quote_stands(document: Document, citation: Citation) -> bool:
    """Whether the quote stands where it is said to: in its block, or in its table row (white space folded)."""
    quote = fold(citation.quote)
    if not quote:
        return False
    if citation.block_id is not None:
        block = document.block(citation.block_id)
        return quote in fold(block.text) or quote in fold(block_to_source(document, block))
    if citation.table is not None and citation.table.row_index is not None:
        table, row = document.table(citation.table.table_id), citation.table.row_index
        if row >= table.n_rows:
            return False
        span = table.row_spans[row] if row < len(table.row_spans) else None
        words = document.text[span[0] : span[1]] if span else " ".join(c.text for c in row_to_cells(table, row) if c)
        return quote in fold(words)
    return False


def block_to_source(document: Document, block: Block) -> str:
    """The characters of the source from a block's first to its last."""
    if not block.pieces:
        return ""
    last = block.pieces[-1]
    return document.text[block.pieces[0].source_start : last.source_start + last.end - last.start]


def page_holds(document: Document, citation: Citation) -> bool:
    """Whether the page exists and the cited block or table row has words on it."""
    if not document.pages:
        return citation.page is None
    if citation.block_id is not None:
        return any(piece.page == citation.page for piece in document.block(citation.block_id).pieces)
    if citation.table is not None and citation.table.row_index is not None:
        return document.table(citation.table.table_id).row_pages[citation.table.row_index] == citation.page
    return False


def cell_holds(document: Document, citation: Citation) -> bool:
    """Whether the cell that a citation points at holds the value that it names; true where it points at none."""
    place = citation.table
    if place is None or place.row_index is None or place.column_index is None or place.value is None:
        return True
    cells = row_to_cells(document.table(place.table_id), place.row_index)
    cell = cells[place.column_index] if place.column_index < len(cells) else None
    return cell is not None and fold(cell.text) == fold(place.value)


def row_to_cells(table: Table, row: int) -> Sequence[Cell | None]:
    """The cells that cover a row's places."""
    return _grid(table)[row]


@lru_cache(maxsize=32)
def _headers(table: Table) -> list[str]:
    return table.headers()


@lru_cache(maxsize=32)
def _groups(table: Table) -> tuple[str | None, ...]:
    return table_to_groups(table)


@lru_cache(maxsize=32)
def _grid(table: Table) -> list[list[Cell | None]]:
    return table.grid_cells()


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """A text with its white space folded."""
    return " ".join(text.split())


def input_stands(table: Table, cell: ComputationInput) -> bool:
    """Whether a value that was computed with stands in the table, as printed or in its column's unit."""
    texts = _cell_texts(table)
    if fold(cell.value) in texts or _digits(cell.value) in texts:
        return True
    figures, _ = text_to_figures(cell.value)
    headers = _headers(table)
    columns = [c for c, heading in enumerate(headers) if heading == cell.column]
    for row in range(table.header_rows, table.n_rows):
        for column in columns:
            place = row_to_cells(table, row)[column]
            figure = _cell_figure(table, cell.row, cell.column, place.text) if place else None
            if figure and any(figure.number == said.number for said in figures):
                return True
    return False


@lru_cache(maxsize=32)
def _cell_texts(table: Table) -> frozenset[str]:
    """What the cells of a table say, each also as its bare digits."""
    texts = {fold(cell.text) for cell in table.cells}
    # A dash in a table of figures is nothing, and is computed with as 0.
    nothing = {"0"} if texts & {"-", "–", "—", "$—", "£—", "€—"} else set()
    return frozenset(texts | {_digits(text) for text in texts} - {""} | nothing)


def _digits(text: str) -> str:
    """The first run of digits with its separators."""
    match = re.search(r"\d[\d.,]*", text)
    return match.group().rstrip(".,") if match else ""
