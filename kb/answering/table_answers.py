"""Questions executed on one table: look up, difference, sum, share, average, extreme, count.

Each function takes a table view and a question and returns a ``TableAnswer`` or None where the question's words do
not fit the table. Totals are never added to their parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from kb.answering.bounds import places_beyond, question_to_bound
from kb.answering.picked_rows import WHICH_FORCE, WHOLE, Place, asked_across, filtered_rows
from kb.answering.question import Question
from kb.answering.table_view import Column, Row, TableView, cell_unit, fit, label_share, named_columns, named_rows
from kb.forces import text_to_forces
from kb.model import Operation
from kb.retrieval.words import Matcher
from kb.terms import text_to_term_set, text_to_terms, text_to_years
from kb.values import Value, cell_to_text, value_to_text

LEAST_OF_EXTREME = 0.2
FEWEST_COUNTED = 2
# Verbs that only say that a sum of money is asked for, which the kind of the answer shows already.
PAYING = frozenset({"pay", "paid", "spend", "spent", "worth", "receiv", "put", "ask", "award"})
MOST_FORCES_SUMMED = 8
LEAST_ROW_ACROSS = 0.4
OPERATIONS = frozenset({"difference", "share", "sum", "average", "max", "min"})
# Words that name the operation, not what it is done with.
OPERATING = frozenset(
    (
        "differ gap highest lowest largest smallest biggest least togeth total altogeth "
        "averag miss exceed short share chunk slice part portion proport fraction"
    ).split()
)
SHARES = re.compile(r"\b(?:proportion|percentage|share|per cent)\b|%", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """What a table says: the value in words, the cells it rests on, and how much of the question they explain.

    ``explained`` is the share (by rarity) of the question's words that the cells' row, column and surroundings
    hold; ``named`` that of row and column alone.
    """

    view: TableView
    operation: Operation | None
    value: str
    places: tuple[Place, ...]
    explained: float
    named: float
    label: str = ""


def place_to_text(place: Place, view: TableView) -> str:
    """A cell as an answer says it, with its unit."""
    return cell_to_text(place.row.texts[place.column.index], cell_unit(place.row, place.column, view.table))


def explained_share(
    view: TableView, places: Sequence[Place], question: Question, matcher: Matcher, winner: bool = False
) -> tuple[float, float]:
    """How much of the question's weight the cells' rows, columns and the table's surroundings hold.

    Of a ``winner`` (the largest of many rows) the row's words explain nothing: the question could not name it.
    """
    held: set[str] = set()
    for place in places:
        held |= place.column.terms if winner else place.row.terms | place.column.terms
    for force in (force for place in places for force in text_to_forces(f"{place.row.label} {place.column.heading}")):
        held |= text_to_term_set(force)
    for year in (year for place in places for year in text_to_years(f"{place.row.label} {place.column.heading}")):
        held.add(year)
    operating = OPERATING if question.intents & OPERATIONS else frozenset()
    asked = [t for t in question.focus if t not in operating and ("money" not in question.wants or t not in PAYING)]
    total = fit(frozenset(asked), asked, matcher) or 1.0
    named = fit(frozenset(held), asked, matcher) / total
    around = fit(frozenset(held) | view.context, asked, matcher) / total
    return around, named


def choose_column(view: TableView, row: Row, question: Question, matcher: Matcher) -> tuple[Column | None, float]:
    """The figure column that a question asks for in a row, and how surely (0 to 1).

    A column named by force, year or heading wins; with none named, the total of forces or years; else the only
    figure column of the wanted unit, or the one whose heading the question's other words fit best.
    """
    filled = [c for c in view.columns if c.index > 0 and row.texts[c.index].strip() and c.numeric]
    filled = [c for c in filled if _unit_fits(c, question)] or filled
    rest = [term for term in question.focus if term not in row.label_terms]
    named = [c for c in named_columns(view, question.focus, question.text, matcher) if c in filled]
    if named:
        named.sort(key=lambda c: (-fit(c.terms, rest, matcher), c.index))
        return named[0], 1.0 if len(named) == 1 else 0.8
    total = next((c for c in filled if c.total), None)
    kinds = [c for c in filled if text_to_forces(c.heading) or text_to_years(c.heading)]
    if total is not None and len(kinds) >= 2:
        return total, 0.9
    if len(filled) == 1:
        return filled[0], 0.8
    scored = sorted(filled, key=lambda c: (-fit(c.terms, rest, matcher), c.index))
    if scored and fit(scored[0].terms, rest, matcher) > fit(scored[1].terms, rest, matcher):
        return scored[0], 0.7
    return (total, 0.7) if total is not None else (None, 0.0)


def _unit_fits(column: Column, question: Question) -> bool:
    """Whether a column holds the kind of figure that is asked for."""
    if "percent" in question.wants:
        return column.unit == "%"
    if "money" in question.wants:
        return column.unit in {"£", "£000", "£m", None} and column.numeric
    return column.unit != "%" or "number" not in question.wants


def look_up(view: TableView, row: Row, question: Question, matcher: Matcher) -> TableAnswer | None:
    """The one cell of a row that a question asks for."""
    column, _ = choose_column(view, row, question, matcher)
    if column is None:
        return None
    places = (Place(row, column),)
    explained, named = explained_share(view, places, question, matcher)
    return TableAnswer(view, None, place_to_text(places[0], view), places, explained, named, row.label)


def find_named_places(view: TableView, question: Question, matcher: Matcher) -> list[Place]:
    """The two or more cells that a question names: two rows of one column, or two columns of one row."""
    rows = named_rows(view, question.focus, matcher)
    columns = named_columns(view, question.focus, question.text, matcher)
    if len(columns) >= 2:
        row = next((row for row in [*rows, *view.rows] if row.total == all(r.total for r in rows)), None)
        if row is not None and all(view.value(row, column) for column in columns):
            return [Place(row, column) for column in _in_question_order(columns, question)]
    if len(rows) >= 2:
        best = label_share(rows[0].label_terms, question.focus, matcher)
        rows = [row for row in rows if label_share(row.label_terms, question.focus, matcher) >= min(best, 0.6)]
        column, _ = choose_column(view, rows[0], question, matcher)
        if column is not None and len(rows) >= 2:
            return [Place(row, column) for row in rows if view.value(row, column)]
    return []


def _in_question_order(columns: Sequence[Column], question: Question) -> list[Column]:
    order = {term: place for place, term in enumerate(question.focus)}
    forces = {force: place for place, force in enumerate(question.forces)}

    def place(column: Column) -> tuple[int, int]:
        by_force = min((forces[f] for f in text_to_forces(column.heading) if f in forces), default=99)
        return by_force, min((order[term] for term in column.terms if term in order), default=99)

    return sorted(columns, key=place)


def difference(view: TableView, question: Question, matcher: Matcher) -> TableAnswer | None:
    """How far two named cells are apart, the largest and the smallest where both are asked for, or the only two
    figures of a named row."""
    if {"max", "min"} <= question.intents:
        return range_between(view, question, matcher)
    places = find_named_places(view, question, matcher)[:2]
    if len(places) != 2:
        rows = named_rows(view, question.focus, matcher)
        columns = [c for c in view.columns if c.numeric and c.index > 0]
        if not rows or len(columns) != 2:
            return None
        places = [Place(rows[0], column) for column in columns]
    return computed(view, "difference", places, question, matcher)


def range_between(view: TableView, question: Question, matcher: Matcher) -> TableAnswer | None:
    """How far the largest and the smallest figure are apart: of the row that a question names over forces or years,
    else of the column that it measures by."""
    places = named_row_across(view, question, matcher)
    if not places:
        column = measure_column(view, question, matcher)
        rows = filtered_rows(view, question, matcher)
        rows = rows if len(rows) > 2 else list(view.body())
        places = [Place(row, column) for row in rows if column and view.value(row, column)]
    if len(places) < 3:
        return None
    places.sort(key=lambda place: view.value(place.row, place.column).number)  # type: ignore[union-attr]
    found = computed(view, "difference", [places[-1], places[0]], question, matcher)
    if found is None:
        return None
    explained, named = explained_share(view, found.places, question, matcher, winner=True)
    return replace(found, explained=explained, named=max(named, LEAST_OF_EXTREME))


def total(view: TableView, question: Question, matcher: Matcher) -> TableAnswer | None:
    """The sum of named cells, else of the rows that the question's words pick out, else the table's own total."""
    places = find_named_places(view, question, matcher)
    if len({place.row.index for place in places}) > 1:  # "in total" names a total row too, which is no part of itself
        places = [place for place in places if not place.row.total]
    places = places if len(places) >= 2 else some_periods(view, question, matcher)
    if len(places) >= 2:
        return computed(view, "sum", places, question, matcher)
    rows = filtered_rows(view, question, matcher)
    if rows and len(rows) < len(view.body()):
        column, _ = choose_column(view, rows[0], question, matcher)
        places = [Place(row, column) for row in rows if column and view.value(row, column)]
        if len(places) >= 2:
            return computed(view, "sum", places, question, matcher)
    small = len(view.body()) <= MOST_FORCES_SUMMED
    if small and all(text_to_forces(row.label) for row in view.body()) and not question.forces:
        column = measure_column(view, question, matcher)
        places = [Place(row, column) for row in view.body() if column and view.value(row, column)]
        return computed(view, "sum", places, question, matcher) if len(places) >= 2 else None
    named = [row for row in named_rows(view, question.focus, matcher) if not row.total]
    own = named[0] if named else next((row for row in reversed(view.rows) if row.total), None)
    return look_up(view, own, question, matcher) if own else None


SOME_PERIODS = re.compile(r"\bthe (?P<end>first|last) (?P<number>two|three|four|five)\b", re.IGNORECASE)
SMALL_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5}


def some_periods(view: TableView, question: Question, matcher: Matcher) -> list[Place]:
    """The cells of a named row in the first or last few of the years that head the columns; empty where none are
    asked for."""
    match = SOME_PERIODS.search(question.text)
    columns = [c for c in view.columns if c.numeric and not c.total and text_to_years(c.heading)]
    rows = named_rows(view, question.focus, matcher, least=LEAST_ROW_ACROSS)
    if not match or not rows or SMALL_NUMBERS[match["number"].lower()] >= len(columns):
        return []
    columns.sort(key=lambda c: text_to_years(c.heading)[0])
    number = SMALL_NUMBERS[match["number"].lower()]
    picked = columns[:number] if match["end"].lower() == "first" else columns[-number:]
    return [Place(rows[0], column) for column in picked if view.value(rows[0], column)]


def share(view: TableView, question: Question, matcher: Matcher) -> TableAnswer | None:
    """One named row as a percentage of another, else a named cell of its row's or column's total."""
    rows = named_rows(view, question.focus, matcher)
    row = rows[0] if rows else None
    stated = next((row for row in rows if SHARES.search(row.label)), None)
    if stated is not None:
        return look_up(view, stated, question, matcher)
    if len(rows) >= 2 and (places := part_and_whole(view, rows[:2], question, matcher)):
        return computed(view, "share", places, question, matcher)
    columns = named_columns(view, question.focus, question.text, matcher)
    total_column = next((c for c in view.columns if c.total and c.numeric), None)
    if row is None and columns and WHOLE.search(question.text):
        row = max((r for r in view.rows if r.total), key=lambda r: fit(r.terms, question.focus, matcher), default=None)
    if row is not None and columns and total_column is not None:
        places = [Place(row, columns[0]), Place(row, total_column)]
    else:
        total_row = next((r for r in reversed(view.rows) if r.total), None)
        if row is None or total_row is None:
            return None
        column, _ = choose_column(view, row, question, matcher)
        if column is None:
            return None
        places = [Place(row, column), Place(total_row, column)]
    return computed(view, "share", places, question, matcher)


def part_and_whole(view: TableView, rows: Sequence[Row], question: Question, matcher: Matcher) -> list[Place]:
    """The cells of two named rows, the part first: the whole is the one that stands right behind "share of"."""
    match = re.search(
        r"\b(?:share|proportion|percentage|fraction|per cent|part) of (.{3,60})", question.text, re.IGNORECASE
    )
    if not match:
        return []
    said = text_to_terms(match.group(1))
    first = [min((said.index(t) for t in row.label_terms if t in said), default=99) for row in rows]
    whole, part = (rows[0], rows[1]) if first[0] < first[1] else (rows[1], rows[0])
    column, _ = choose_column(view, whole, question, matcher)
    if column is None or min(first) == 99 or not (view.value(part, column) and view.value(whole, column)):
        return []
    return [Place(part, column), Place(whole, column)]


def average(view: TableView, question: Question, matcher: Matcher) -> TableAnswer | None:
    """The mean over a named row's columns where these are forces or years, else over the rows picked out."""
    across = named_row_across(view, question, matcher)
    if across:
        return computed(view, "average", across, question, matcher)
    rows = filtered_rows(view, question, matcher) or list(view.body())
    column = measure_column(view, question, matcher)
    places = [Place(row, column) for row in rows if column and view.value(row, column)]
    return computed(view, "average", places, question, matcher) if len(places) >= 2 else None


def named_row_across(view: TableView, question: Question, matcher: Matcher) -> list[Place]:
    """The cells of the row that a question names over all columns that are forces or years; empty where none is."""
    columns = [c for c in view.columns if c.numeric and not c.total and c.index > 0]
    if len(columns) < 3 or not all(text_to_forces(c.heading) or text_to_years(c.heading) for c in columns):
        return []
    rows = named_rows(view, question.focus, matcher, least=0.6)
    return [Place(rows[0], column) for column in columns if view.value(rows[0], column)] if rows else []


def extreme(view: TableView, question: Question, matcher: Matcher, operation: Operation) -> TableAnswer | None:
    """The row (or, where forces or years are asked for and head the columns, the column) with the extreme figure."""
    across = asked_across(view, question, matcher)
    if across:
        places = across
    else:
        column = measure_column(view, question, matcher)
        picked = filtered_rows(view, question, matcher)
        picked = picked if len(picked) > 2 else list(view.body())
        places = [Place(row, column) for row in picked if column and view.value(row, column)]
    if len(places) < 2:
        return None
    chooser: Callable[..., Place] = max if operation == "max" else min
    best = chooser(places, key=lambda place: view.value(place.row, place.column).number)  # type: ignore[union-attr]
    ordered = (best, *(place for place in places if place is not best))
    explained, named = explained_share(view, (best,), question, matcher, winner=not across)
    label = best.column.heading if across else best.row.label
    if WHICH_FORCE.search(question.text) and not text_to_forces(label):
        return None
    named = max(named, LEAST_OF_EXTREME)
    return TableAnswer(view, operation, place_to_text(best, view), ordered, explained, named, label)


def count(view: TableView, question: Question, matcher: Matcher) -> TableAnswer | None:
    """How many rows the question's words, or a figure that they must exceed, pick out."""
    if bound := question_to_bound(question.text):
        beyond = places_beyond(view, bound, question, matcher)
        if not beyond or (WHICH_FORCE.search(question.text) and len(set(forces_of(beyond))) < len(beyond)):
            return None  # two rows of one force are one force
        explained, named = explained_share(view, beyond, question, matcher)
        return TableAnswer(view, "count", str(len(beyond)), tuple(beyond), explained, max(named, 0.3))
    rows = filtered_rows(view, question, matcher)
    if len(rows) < FEWEST_COUNTED or len(rows) == len(view.body()):
        return None  # one row that holds the words is what is asked about, not what is counted
    if len({row.label for row in rows}) == 1:
        return None  # lines of one thing are no things
    places = tuple(Place(row, view.columns[0]) for row in rows)
    explained, named = explained_share(view, places, question, matcher)
    return TableAnswer(view, "count", str(len(rows)), places, explained, named)


def forces_of(places: Sequence[Place]) -> list[tuple[str, ...]]:
    """The forces that each cell's row, or else its column, is of."""
    return [tuple(text_to_forces(p.row.label) or text_to_forces(p.column.heading)) for p in places]


def measure_column(view: TableView, question: Question, matcher: Matcher) -> Column | None:
    """The figure column that a question measures by: best named, of the wanted unit, else the last."""
    numeric = [column for column in view.columns if column.numeric and column.index > 0]
    wanted = [column for column in numeric if _unit_fits(column, question)] or numeric
    return max(wanted, key=lambda c: (fit(c.terms, question.focus, matcher), c.total, -c.index), default=None)


def computed(
    view: TableView, operation: Operation, places: Sequence[Place], question: Question, matcher: Matcher
) -> TableAnswer | None:
    """The TableAnswer of an operation over cells; None where a cell holds no figure or units differ."""
    values = [view.value(place.row, place.column) for place in places]
    figures = [value for value in values if value is not None]
    if len(figures) != len(places) or not figures or len({value.unit for value in figures}) != 1:
        return None
    result = apply_operation(operation, figures)
    if result is None:
        return None
    explained, named = explained_share(view, places, question, matcher)
    return TableAnswer(view, operation, value_to_text(result), tuple(places), explained, named)


def apply_operation(operation: Operation, values: Sequence[Value]) -> Value | None:
    """The result of an operation over figures of one unit, rounded as they are printed (a share to one place)."""
    numbers = [value.number for value in values]
    decimals = max(value.decimals for value in values)
    scale = values[0].scale if len({value.scale for value in values}) == 1 else 1
    if operation == "sum":
        number = sum(numbers, Decimal(0))
    elif operation == "difference":
        number = abs(numbers[0] - numbers[1])
    elif operation == "average":
        number = sum(numbers, Decimal(0)) / len(numbers)
        decimals = max(decimals, 1 if values[0].unit != "£" or scale > 1 else 0)
    elif operation == "share":
        if not numbers[1] or abs(numbers[0]) > abs(numbers[1]) or values[0].unit == "%":
            return None
        return Value((100 * abs(numbers[0] / numbers[1])).quantize(Decimal("0.1"), ROUND_HALF_UP), "%", 1, 1)
    else:
        return None
    step = Decimal(scale) * (Decimal(1).scaleb(-decimals))
    return Value((number / step).quantize(Decimal(1), ROUND_HALF_UP) * step, values[0].unit, scale, decimals)
