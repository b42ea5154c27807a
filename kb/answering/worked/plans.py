"""The sums that a table has for an operation: which of its cells could be meant, before they are measured.

A plan works along one row (two columns, or all years) or down one column (two rows, or all that the question picks).
Totals are never added to their parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from kb.answering.picked_rows import WHOLE, Place, filtered_rows
from kb.answering.question import Question
from kb.answering.table_answers import SHARES
from kb.answering.table_view import Column, Row, TableView
from kb.answering.worked.mentions import Mention, column_mention, row_mention
from kb.answering.worked.operation import WorkedOperation
from kb.forces import text_to_forces
from kb.retrieval.words import Matcher
from kb.terms import text_to_term_set, text_to_years

LEAST_SAID = 0.45  # of a row's or column's own words, where it is one of several that are meant
STATED = 0.6  # of the words of a row that prints shares
MOST_ROWS = 12
MOST_CELLS = 40
FEW = 12  # rows of which one is a share, where the table prints no total
UNNAMED = 0.5  # how surely the only two columns of a row are meant, where the question names neither
SHARE_OF = re.compile(
    r"\b(?:share|proportion|percentage|per ?cent|%|fraction|part) of (?:(?:all|the|its|their|our|police) )*[\w’'-]+",
    re.IGNORECASE,
)
SAYS_TOTAL = re.compile(r"\btotal\b", re.IGNORECASE)
PAIRS = frozenset({"difference", "change", "share", "ratio"})
SETS = frozenset({"sum", "average"})
EVERY = re.compile(
    r"\b(?:all|every|each|whole|entire|total|across|altogether|combined|overall|years?|yearly|annual\w*|forces|"
    r"everyone|everything|both|the (?:three|four|five|six|seven|eight|nine|ten))\b",
    re.IGNORECASE,
)
MONEY = re.compile(
    r"£|\b(?:pounds?|money|cash|costs?|costing|spen[dt]s?|spending|pays?|paid|sav(?:e|es|ed|ing|ings)|budgets?|bills?|"
    r"grants?|funding|contribut\w+|price|worth|bids?|expenditure|borrow\w*)\b",
    re.IGNORECASE,
)
PEOPLE = re.compile(
    r"\b(?:people|officers?|staff|civilians?|posts?|headcount|bobbies|constables?|employees?|workers?|everyone|"
    r"members|cops|strength|solicitors|sworn)\b",
    re.IGNORECASE,
)
UNIT_COUNTS = 0.3
TOTAL_COUNTS = 0.25


@dataclass(frozen=True, slots=True)
class Plan:
    """Cells of one table and what is to be done with them, the first with the second where there are two.

    ``said`` is how surely the question names the cells apart from each other, and ``column`` how surely their column
    or row is the one that it measures by; both about 0 to 1. ``printed`` is where the table prints the sum itself.
    """

    operation: WorkedOperation
    view: TableView
    places: tuple[Place, ...]
    said: float
    column: float = 1.0
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with what a question says of its rows and columns; ``near`` are rows that rank high as evidence."""

    view: TableView
    question: Question
    matcher: Matcher
    near: tuple[int, ...]

    def rows(self) -> list[tuple[Row, Mention]]:
        """The rows that could be meant, those whose labels the question says best first, then the nearest."""
        rank = {index: place for place, index in enumerate(self.near)}
        said = [(row, row_mention(row, self.question, self.matcher)) for row in self.view.rows]
        said = [
            (row, mention) for row, mention in said if mention.share >= LEAST_SAID or row.index in rank or row.total
        ]
        said.sort(key=lambda pair: (-pair[1].share, rank.get(pair[0].index, len(rank)), pair[0].index))
        return said[:MOST_ROWS]

    def columns(self) -> list[tuple[Column, Mention]]:
        """The columns of figures, in table order."""
        figures = [column for column in self.view.columns if column.numeric and column.index > 0]
        alike = [column for column in figures if not column.total]
        return [(column, column_mention(column, alike, self.question, self.matcher)) for column in figures]

    def measured_by(self) -> list[tuple[Column, float]]:
        """Each column of figures with how surely the question measures by it: by its words, unit and being a total."""
        columns = self.columns()
        named = [mention for column, mention in columns if mention.share >= LEAST_SAID and not column.total]
        several = any(one.differs(other) for one, other in combinations(named, 2))
        total = any(column.total for column, _ in columns)
        money, people = bool(MONEY.search(self.question.text)), bool(PEOPLE.search(self.question.text))
        measured = []
        for column, mention in columns:
            sure = mention.share
            if column.unit == "%" and (money or people):
                sure -= UNIT_COUNTS
            elif money != people:
                sure += UNIT_COUNTS if (column.unit or "").startswith("£") == money else -UNIT_COUNTS
            if total and (several or not named):  # officers and staff, or neither: all of them
                sure = max(sure, 1.0) if column.total and several else sure + TOTAL_COUNTS if column.total else sure / 2
            measured.append((column, min(1.0, sure)))
        return measured

    def states_share(self) -> bool:
        """Whether a row that the question names prints shares, so that none is to be worked out."""
        rows = (row for row in self.view.rows if SHARES.search(row.label))
        return any(row_mention(row, self.question, self.matcher).share >= STATED for row in rows)

    def filled(self, places: Sequence[Place]) -> tuple[Place, ...]:
        """Those of some cells that hold a figure."""
        return tuple(place for place in places if self.view.value(place.row, place.column))


def sheet_to_plans(sheet: Sheet, operation: WorkedOperation) -> Iterator[Plan]:
    """All plans of a table for an operation."""
    if operation in PAIRS:
        pairs = (*pairs_along_rows(sheet, operation), *pairs_down_columns(sheet, operation))
        yield from (pair for pair in pairs if operation != "change" or is_dated(pair))
    if operation in {"share", "ratio"}:
        yield from parts_of_totals(sheet, operation)
    if operation in SETS:
        yield from sets_along_rows(sheet, operation)
        yield from sets_down_columns(sheet, operation)


def is_dated(pair: Plan) -> bool:
    """Whether both cells of a pair are of a year, so that one can have changed into the other."""
    return all(text_to_years(f"{place.column.heading} {place.row.label}") for place in pair.places)


def pairs_along_rows(sheet: Sheet, operation: WorkedOperation) -> Iterator[Plan]:
    """Two columns of one row that the question tells apart; the only two, where it names neither."""
    columns = sheet.columns()
    named = [(column, mention) for column, mention in columns if mention.share >= LEAST_SAID]
    plain = [column for column, _ in columns if not column.total]
    if operation == "share" and len(plain) < len(columns):
        return  # a part is measured by the total, not by another part
    for row, mention in sheet.rows():
        for (first, one), (second, other) in combinations(named, 2):
            places = sheet.filled([Place(row, first), Place(row, second)])
            if one.differs(other) and len(places) == 2:
                yield Plan(operation, sheet.view, places, min(one.share, other.share), row_sure(row, mention))
        places = sheet.filled([Place(row, column) for column in plain])
        if len(named) < 2 and len(plain) == 2 == len(places) and operation in {"difference", "change"}:
            yield Plan(operation, sheet.view, places, UNNAMED, row_sure(row, mention))


def row_sure(row: Row, mention: Mention) -> float:
    """How surely a row is the one that is measured by: a total where none is named."""
    return max(mention.share, UNNAMED if row.total else 0.0)


def pairs_down_columns(sheet: Sheet, operation: WorkedOperation) -> Iterator[Plan]:
    """Two rows that the question tells apart, in one column."""
    named = [(row, mention) for row, mention in sheet.rows() if mention.share >= LEAST_SAID]
    for (first, one), (second, other) in combinations(named, 2):
        if not one.differs(other) or first.label_terms == second.label_terms:
            continue
        for column, sure in sheet.measured_by():
            places = sheet.filled([Place(first, column), Place(second, column)])
            if len(places) == 2:
                yield Plan(operation, sheet.view, places, min(one.share, other.share), sure)


def parts_of_totals(sheet: Sheet, operation: WorkedOperation) -> Iterator[Plan]:
    """A cell and the total of its row, or of its column."""
    columns = sheet.columns()
    total = next((column for column, _ in columns if column.total), None)
    totals, several = wholes(sheet), sum(says_total(row) for row in sheet.view.rows) > 1
    for row, mention in sheet.rows():
        for column, said in columns:
            places = sheet.filled([Place(row, column), Place(row, total)]) if total and column is not total else ()
            if len(places) == 2 and said.share >= LEAST_SAID and not names_whole(column, sheet):
                yield Plan(operation, sheet.view, places, said.share, row_sure(row, mention))
        if row.total or mention.share < LEAST_SAID:
            continue
        for column, sure in sheet.measured_by():
            own, whole = Place(row, column), sheet.filled([Place(total, column) for total in totals])
            others = [Place(other, column) for other in sheet.view.body() if other is not row]
            summed = not whole and not several and operation == "share" and 1 < len(others) < FEW
            if summed and WHOLE.search(sheet.question.text):
                whole = sheet.filled(others)  # of the sum, where no total is printed
                whole = whole if len(whole) == len(others) else ()
            if whole and (places := sheet.filled([own, *whole]))[1:]:
                yield Plan(operation, sheet.view, places, mention.share, sure)


def names_whole(column: Column, sheet: Sheet) -> bool:
    """Whether a question names a column as the whole ("what share of all officers ..."): it is no part of it then."""
    whole = text_to_term_set(" ".join(SHARE_OF.findall(sheet.question.text)))
    own = column.terms & frozenset(sheet.question.focus)
    return bool(own) and own <= whole


def says_total(row: Row) -> bool:
    """Whether a row totals others, or says so wherever in its label ("East Midlands total (FTE)")."""
    return row.total or SAYS_TOTAL.search(row.label) is not None


def wholes(sheet: Sheet) -> list[Row]:
    """The row of which others are parts: the only one that says "total", or of several the one that the question
    names; none where it names none of them, as nobody can tell then which whole is meant."""
    totals = [row for row in sheet.view.rows if says_total(row)]
    if len(totals) < 2:
        return totals
    named = [(mention.share, -row.index, row) for row, mention in sheet.rows() if row in totals]
    share, _, best = max(named, key=lambda found: found[:2], default=(0.0, 0, totals[0]))
    return [best] if share >= LEAST_SAID else []


def sets_along_rows(sheet: Sheet, operation: WorkedOperation) -> Iterator[Plan]:
    """One row over the columns that are named, over a span of years, or over all years or forces."""
    columns = [(column, mention) for column, mention in sheet.columns() if not column.total]
    named = [column for column, mention in columns if mention.share >= LEAST_SAID]
    alike = [column for column, _ in columns if text_to_years(column.heading) or text_to_forces(column.heading)]
    choices = {tuple(years_between(alike, sheet.question)): 1.0}
    if operation == "sum" or set(named) <= set(alike):  # no mean of officers and staff
        choices.setdefault(tuple(named), 0.9)
    if len(named) != 1 and (operation == "average" or EVERY.search(sheet.question.text)):
        choices.setdefault(tuple(alike), 0.7)
    total = next((column for column in sheet.view.columns if column.total and column.numeric), None)
    for row, mention in sheet.rows():
        for chosen, said in choices.items():
            places = sheet.filled([Place(row, column) for column in chosen])
            whole = sheet.filled([Place(row, total)]) if total and len(chosen) == len(columns) else ()
            if len(places) >= 2 and operation == "sum" and whole:
                yield Plan(operation, sheet.view, whole, said, row_sure(row, mention), True)
            elif len(places) >= 2:
                yield Plan(operation, sheet.view, places, said, row_sure(row, mention))


def years_between(columns: Sequence[Column], question: Question) -> list[Column]:
    """Columns of the years from the first to the last that a question names; empty where it names no two."""
    years = sorted(question.years)
    dated = [(text_to_years(column.heading), column) for column in columns]
    if len(years) < 2:
        return []
    inside = [column for own, column in dated if own and years[0] <= own[0] <= years[-1]]
    return inside if len(inside) > 2 else []


def sets_down_columns(sheet: Sheet, operation: WorkedOperation) -> Iterator[Plan]:
    """One column over the rows that are named, that hold what the question picks out, or over all rows."""
    by_index = {row.index: row for row in sheet.view.body()}
    totals = [row for row in sheet.view.rows if row.total]
    for indexes, said in row_choices(sheet, operation).items():
        rows = [by_index[index] for index in indexes]
        for column, sure in sheet.measured_by():
            places = sheet.filled([Place(row, column) for row in rows])
            whole = sheet.filled([Place(totals[-1], column)]) if totals and len(rows) == len(by_index) else ()
            if not 2 <= len(places) <= MOST_CELLS or len(places) < len(rows) or column.unit == "%":
                continue
            if operation == "sum" and whole:
                yield Plan(operation, sheet.view, whole, said, sure, True)
            else:
                yield Plan(operation, sheet.view, places, said, sure)


def row_choices(sheet: Sheet, operation: WorkedOperation) -> dict[tuple[int, ...], float]:
    """Sets of rows that could be meant, by their indexes, with how surely each is."""
    body = list(sheet.view.body())
    said = {row.index: row_mention(row, sheet.question, sheet.matcher) for row in body}
    named = [row for row in body if said[row.index].share >= LEAST_SAID]
    apart = [row for row in named if all(said[row.index].differs(said[o.index]) for o in named if o is not row)]
    picked = filtered_rows(sheet.view, sheet.question, sheet.matcher)
    choices: dict[tuple[int, ...], float] = {}
    if len(apart) >= 2:
        choices[tuple(row.index for row in apart)] = min(said[row.index].share for row in apart)
    if 2 <= len(picked) < len(body):
        choices.setdefault(tuple(row.index for row in picked), 0.6)
    if not named and (operation == "average" or EVERY.search(sheet.question.text)):
        choices.setdefault(tuple(row.index for row in body), 0.5 if picked else 0.7)
    return choices
