"""A table made ready for questions: typed columns, labelled rows, totals, and how well words fit each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from kb.forces import text_to_forces
from kb.model import Cell, Table
from kb.retrieval.words import Matcher
from kb.tables import TOTAL, column_to_unit, place_to_unit, table_to_group_rows, table_to_groups
from kb.terms import text_to_term_set, text_to_terms, text_to_years
from kb.values import Value, text_to_value


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, unit (see ``kb.units``; None where it has none), and whether most cells are figures."""

    index: int
    heading: str
    unit: str | None
    numeric: bool
    total: bool
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A body row: its label (its group and the first cell that names it), its cells' texts, and whether it totals
    others. ``label_terms`` are those of its own label, ``terms`` those of its words and its group."""

    index: int
    label: str
    texts: tuple[str, ...]
    total: bool
    label_terms: frozenset[str]
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class TableView:
    """A table of a document with its columns and body rows; ``context`` holds the terms around it."""

    document_id: str
    table: Table
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    context: frozenset[str]

    def cell(self, row: Row, column: Column) -> Cell | None:
        """The cell that covers a place."""
        return self.table.grid_cells()[row.index][column.index]

    def value(self, row: Row, column: Column) -> Value | None:
        """The typed value of a place, or None where it holds no figure."""
        return text_to_value(row.texts[column.index], cell_unit(row, column, self.table))

    def body(self) -> tuple[Row, ...]:
        """Rows that are no totals."""
        return tuple(row for row in self.rows if not row.total)


def cell_unit(row: Row, column: Column, table: Table) -> str | None:
    """The unit of a cell: what its row's label says (a row "as % of"), else its column, else the table."""
    if not column.numeric:
        return column.unit
    return place_to_unit(column.unit, column.heading, row.label, table.unit)


def table_to_view(document_id: str, title: str, table: Table) -> TableView:
    """The view of a table; ``title`` is its document's, which belongs to the words around it."""
    return _view(document_id, title, table)


@lru_cache(maxsize=512)
def _view(document_id: str, title: str, table: Table) -> TableView:
    grid = table.grid()
    body = grid[table.header_rows :]
    headings = table.headers() if table.header_rows else [""] * table.n_columns
    columns = tuple(_column(index, heading, body) for index, heading in enumerate(headings))
    groups, heads = table_to_groups(table), table_to_group_rows(table)
    rows = tuple(
        _row(table, index, texts, columns, body[: index - table.header_rows], groups[index])
        for index, texts in enumerate(body, start=table.header_rows)
        if any(text.strip() for text in texts) and index not in heads and not _is_group_row(texts)
    )
    around = (title, table.caption or "", table.lead_in or "", headings[0] if headings else "", *table.section)
    return TableView(document_id, table, columns, rows, text_to_term_set(" ".join(around)))


def _column(index: int, heading: str, body: Sequence[Sequence[str]]) -> Column:
    filled = [row[index] for row in body if row[index].strip() and row[index].strip() not in {"-", "–", "xxx"}]
    figures = [text for text in filled if text_to_value(text) is not None]
    unit = column_to_unit(heading, figures)
    numeric = bool(figures) and 2 * len(figures) >= len(filled)
    years = not heading and all(re.fullmatch(r"(19|20)\d\d", text.strip()) for text in figures)
    return Column(index, heading, unit, numeric and not years, bool(TOTAL.search(heading)), text_to_term_set(heading))


def _row(
    table: Table,
    index: int,
    texts: Sequence[str],
    columns: Sequence[Column],
    above: Sequence[Sequence[str]],
    group: str | None,
) -> Row:
    label = texts[0].strip()
    total = index in table.total_rows or bool(TOTAL.search(label))
    total = total or (not label and bool(above) and _adds_up(texts, columns, above))
    if not label:
        label = "Total" if total else next((text for text in texts if text.strip()), "")
    wording = " ".join(text for column, text in zip(columns, texts, strict=True) if not column.numeric)
    terms = text_to_term_set(f"{group or ''} {label} {wording}")
    named = f"{group}, {label}" if group else label
    return Row(index, named, tuple(texts), total, frozenset(text_to_terms(label)), terms)


def _adds_up(texts: Sequence[str], columns: Sequence[Column], above: Sequence[Sequence[str]]) -> bool:
    """Whether an unlabelled row holds the sums of the rows above it (rounding of half a percent is allowed)."""
    for column in columns:
        value = text_to_value(texts[column.index])
        if not column.numeric or value is None:
            continue
        parts = [part.number for row in above if (part := text_to_value(row[column.index]))]
        return bool(parts) and abs(sum(parts, Decimal(0)) - value.number) <= abs(value.number) / 200
    return False


def _is_group_row(texts: Sequence[str]) -> bool:
    """A row that only names a group: one text in its first cell or over all cells."""
    filled = [text for text in texts if text.strip()]
    return len(texts) > 2 and (len(filled) == 1 and bool(texts[0].strip()) and len(set(texts)) == 2)


def fit(terms: frozenset[str], wanted: Sequence[str], matcher: Matcher) -> float:
    """The summed rarity of the wanted terms that a row, column or context holds, near ones counting in part."""
    return sum(matcher.weight(term) * matcher.strength(term, terms) for term in wanted)


def label_share(terms: frozenset[str], wanted: Sequence[str], matcher: Matcher) -> float:
    """How much of a label's own words (by rarity) the question says; 0 for an empty label."""
    total = sum(matcher.weight(term) for term in terms)
    return sum(matcher.weight(term) * matcher.reverse(term, wanted) for term in terms) / total if total else 0.0


def named_rows(view: TableView, wanted: Sequence[str], matcher: Matcher, least: float = 0.6) -> list[Row]:
    """Rows whose label the question names, best named first, totals where it says so. Among equals those whose group
    it names, then in table order."""
    says_total = any(term in {"total", "overal"} for term in wanted)
    groups = any(table_to_groups(view.table))
    rows = view.rows if says_total else view.body()
    scored = [(label_share(row.label_terms, wanted, matcher), fit(row.terms, wanted, matcher), row) for row in rows]
    scored.sort(key=lambda item: (-item[0], -item[1] if groups else 0, item[2].index))
    return [row for share, _, row in scored if share >= least]


def named_columns(view: TableView, wanted: Sequence[str], text: str, matcher: Matcher) -> list[Column]:
    """Figure columns whose heading the question names by a force, a year, or most of its words."""
    forces, years = set(text_to_forces(text)), set(text_to_years(text))
    found = []
    for column in view.columns:
        if not column.numeric or column.total:
            continue
        by_force = forces & set(text_to_forces(column.heading))
        by_year = years & set(text_to_years(column.heading))
        if by_force or by_year or label_share(column.terms, wanted, matcher) >= 0.5:
            found.append(column)
    return found


def heading_to_words(heading: str) -> str:
    """A column's heading without its unit signs."""
    words = re.sub(r"\(?£\s*['’]?(?:000s?|m)?['’]?s?\)?|\d+(?:\.\d+)?%|\(%\)|(?<!\S)%$", " ", heading)
    return " ".join(words.split()).strip(" ,;:-")


def with_subject(words: str, view: TableView) -> str:
    """Words about a table's cells with what the table is about, in brackets, where they don't say it."""
    subject = view.table.caption or (view.table.section[-1] if view.table.section else "")
    return f"{words} ({subject})" if subject and subject not in words else words
