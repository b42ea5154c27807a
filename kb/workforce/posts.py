"""Numbers of people from tables: which columns count officers, staff or posts, and the figures of each row."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from kb.answering.draft import Quote
from kb.answering.quotes import row_to_quote
from kb.model import Document, Table
from kb.tables import TOTAL, table_to_group_rows
from kb.terms import YEAR, text_to_years
from kb.units import MONEY
from kb.values import text_to_value
from kb.workforce.status import DATED, text_to_date

Who = Literal["officers", "staff", "people"]
OFFICERS = re.compile(
    r"\b(?:officers?|constables?|sergeants?|inspectors?|firefighters?|uniformed|warranted|sworn)\b", re.IGNORECASE
)
STAFF = re.compile(r"\b(?:staff|employees?|civilians?|support workers?|non-?uniformed|PCSOs?)\b", re.IGNORECASE)
PEOPLE = re.compile(
    r"\b(?:posts?|FTEs?|full[- ]time equivalents?|headcount|establishment|workforce|people in post|in post|employed"
    r"|strength)\b",
    re.IGNORECASE,
)
ALL = re.compile(r"^\s*(?:total|all|overall|sum)\b|\btotal\s*$", re.IGNORECASE)
NOT_COUNTED = re.compile(
    r"%|per\s?cent|proportion|percentage|ratio|cost|rate\b|turnover|absence|days|hours|age\b", re.IGNORECASE
)
NOTHING = re.compile(r"^\s*[-–—−]\s*$")
MOST_PEOPLE = Decimal(2_000_000)


@dataclass(frozen=True, slots=True)
class Figure:
    """How many people a cell counts; ``column`` is its 0-based column and ``text`` what is printed."""

    who: Who
    heading: str
    number: Decimal
    text: str
    column: int


@dataclass(frozen=True, slots=True)
class PostRow:
    """One row of figures: what it is of, its figures in order of columns, and the quote of the row."""

    label: str
    row: int
    figures: tuple[Figure, ...]
    quote: Quote
    is_total: bool = False

    def number(self, who: Who) -> Decimal | None:
        """The row's figure of that kind; None where there is none, or more than one."""
        found = [figure.number for figure in self.figures if figure.who == who]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class PostTable:
    """A table that counts people, with its rows; ``date`` is ISO and ``date_text`` as the table or document says it."""

    document_id: str
    table_id: str
    caption: str
    page: int | None
    rows: tuple[PostRow, ...]
    date: str | None = None
    date_text: str | None = None


def document_to_post_tables(document: Document) -> list[PostTable]:
    """The tables of a document that count people at work."""
    return [found for table in document.tables if (found := table_to_post_table(document, table)) is not None]


def table_to_post_table(document: Document, table: Table) -> PostTable | None:
    """The figures of people in a table, or None where it counts none."""
    kinds = table_to_kinds(table)
    if not kinds or (table.unit or "").startswith("£"):
        return None
    grid = table.grid()
    groups = table_to_group_rows(table)
    rows = []
    for row in range(table.header_rows, table.n_rows):
        label = row_to_label(grid[row], kinds)
        figures = row_to_figures(grid[row], kinds, table.headers())
        if row in groups or not figures or not label:
            continue
        quote = row_to_quote(document, table, row, row_label=label)
        is_total = row in table.total_rows or bool(TOTAL.search(re.sub(r"\s*\([^)]*\)\s*$", "", label)))
        rows.append(PostRow(label, row, figures, quote, is_total))
    if not rows:
        return None
    told = text_to_date(" ".join([table.caption or "", *table.headers()]))
    told = told or notes_to_date(document, table)
    caption = table.caption or table.headers()[0] or (table.section[-1] if table.section else "Table")
    date, words = told if told else (document.date, document.date_text)
    return PostTable(document.id, table.id, caption, table.page, tuple(rows), date, words)


def table_to_kinds(table: Table) -> dict[int, Who]:
    """Column to whom it counts. Years as headings count where the caption or the first heading names people."""
    headers = table.headers()
    whole = " ".join([table.caption or "", headers[0] if headers else "", table.lead_in or ""])
    kinds: dict[int, Who] = {}
    for column, heading in enumerate(headers):
        if NOT_COUNTED.search(heading) or MONEY.search(heading):
            continue
        if OFFICERS.search(heading) and STAFF.search(heading):
            kinds[column] = "people"
        elif OFFICERS.search(heading):
            kinds[column] = "officers"
        elif STAFF.search(heading):
            kinds[column] = "staff"
        elif PEOPLE.search(heading):
            kinds[column] = "people"
    # What stands right above a table without a caption is as good as one.
    above = (table.lead_in or "").rstrip().rsplit(". ", 1)[-1] if not table.caption else ""
    title = " ".join([table.caption or "", headers[0] if headers else "", above])
    counts = PEOPLE.search(title) or OFFICERS.search(title) or STAFF.search(title)
    if counts and not kinds and not NOT_COUNTED.search(whole) and not MONEY.search(whole):
        kinds = {
            c: "people" for c, heading in enumerate(headers) if c and YEAR.search(heading) and text_to_years(heading)
        }
    kinds = {column: who for column, who in kinds.items() if column_counts(table, column)}
    if kinds:
        totals = [
            c for c, heading in enumerate(headers) if c not in kinds and ALL.search(heading) and column_counts(table, c)
        ]
        kinds |= dict.fromkeys(totals, "people")
    return kinds


def column_counts(table: Table, column: int) -> bool:
    """Whether most cells of a column are plain figures."""
    texts = [row[column] for row in table.grid()[table.header_rows :] if row[column].strip()]
    plain = [text for text in texts if cell_to_number(text) is not None]
    return bool(texts) and len(plain) * 2 > len(texts)


def cell_to_number(text: str) -> Decimal | None:
    """A count of people; a dash counts none. None for money, shares and words."""
    if NOTHING.match(text):
        return Decimal(0)
    value = text_to_value(text)
    if value is None or value.unit or not 0 <= value.number <= MOST_PEOPLE:
        return None
    return value.number


def row_to_label(texts: list[str], kinds: dict[int, Who]) -> str:
    """What a row is of: its words before the first figure."""
    first = min(kinds)
    words = [text.strip() for text in texts[:first] if text.strip() and cell_to_number(text) is None]
    return ", ".join(dict.fromkeys(words))


def row_to_figures(texts: list[str], kinds: dict[int, Who], headers: list[str]) -> tuple[Figure, ...]:
    """The figures of a row, in order of columns."""
    found = []
    for column, who in sorted(kinds.items()):
        number = cell_to_number(texts[column])
        if number is not None:
            found.append(Figure(who, headers[column] or "Total", number, texts[column].strip(), column))
    return tuple(found)


def notes_to_date(document: Document, table: Table) -> tuple[str, str] | None:
    """The day that the notes below a table, or below the table that goes on with it, give for its figures."""
    ordered = sorted(document.tables, key=lambda other: other.order)
    place = next(place for place, other in enumerate(ordered) if other.id == table.id)
    near = [table, *(other for other in ordered[place + 1 : place + 2] if other.page == table.page)]
    for note in (note for other in near for note in other.notes):
        # A year alone is as often that of the money; a day or month is that of the count.
        if DATED.search(note) and (told := text_to_date(note)):
            return told
    return None


def only_rows(table: PostTable, rows: tuple[PostRow, ...]) -> PostTable:
    """The same table with only these of its rows."""
    return replace(table, rows=rows)
