"""Questions executed on one table: look up, difference, sum, share, average, extreme, count.

Each function takes a table view and a question and returns a ``TableAnswer`` or None where the question's words do
not fit the table. Totals are never added to their parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kb.answering.question import Question
from kb.answering.table_view import Column, Row, TableView, cell_unit, fit, label_share, named_columns, named_rows
from kb.forces import text_to_forces
from kb.model import Operation
from kb.retrieval.words import Matcher
from kb.terms import text_to_term_set, text_to_terms, text_to_years
from kb.values import Value, cell_to_text, text_to_value, value_to_text

LEAST_OF_EXTREME = 0.2
# Verbs that only say that a sum of money is asked for, which the kind of the answer shows already.
PAYING = frozenset({"pay", "paid", "spend", "spent", "worth", "receiv", "put", "ask", "award"})
MOST_FORCES_SUMMED = 8
SHARES = re.compile(r"\b(?:proportion|percentage|share|per cent)\b|%", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """One cell of a view."""

    row: Row
    column: Column


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
    asked = [term for term in question.focus if "money" not in question.wants or term not in PAYING]
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
    """How far two named cells are apart, or the only two figures of a named row."""
    places = find_named_places(view, question, matcher)[:2]
    if len(places) != 2:
        rows = named_rows(view, question.focus, matcher)
        columns = [c for c in view.columns if c.numeric and c.index > 0]
        if not rows or len(columns) != 2:
            return None
        places = [Place(rows[0], column) for column in columns]
    return computed(view, "difference", places, question, matcher)


def total(view: TableView, question: Question, matcher: Matcher) -> TableAnswer | None:
    """The sum of named cells, else of the rows that the question's words pick out, else the table's own total."""
    places = find_named_places(view, question, matcher)
    if len({place.row.index for place in places}) > 1:  # "in total" names a total row too, which is no part of itself
        places = [place for place in places if not place.row.total]
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
    named = max(named, LEAST_OF_EXTREME)
    return TableAnswer(view, operation, place_to_text(best, view), ordered, explained, named, label)


def asked_across(view: TableView, question: Question, matcher: Matcher) -> list[Place]:
    """The cells of one row over columns that are forces or years, where the question asks for a force or a year."""
    columns = [c for c in view.columns if c.numeric and not c.total and c.index > 0]
    match = re.search(
        r"\b(?:which|what|who)\b(?: \w+)? (force|forces|county|year|years)\b|\bwho\b", question.text, re.IGNORECASE
    )
    if not match or len(columns) < 3:
        return []
    kind = text_to_years if (match.group(1) or "").lower().startswith("year") else text_to_forces
    if not all(kind(column.heading) for column in columns):
        return []
    rows = named_rows(view, question.focus, matcher, least=0.5)
    row = rows[0] if rows else next((row for row in reversed(view.rows) if row.total), None)
    return [Place(row, column) for column in columns if view.value(row, column)] if row else []


def count(view: TableView, question: Question, matcher: Matcher) -> TableAnswer | None:
    """How many rows the question's words, or a figure that they must exceed, pick out."""
    beyond = rows_beyond(view, view.body(), question, matcher)
    if beyond:
        explained, named = explained_share(view, beyond, question, matcher)
        return TableAnswer(view, "count", str(len(beyond)), tuple(beyond), explained, max(named, 0.3))
    rows = filtered_rows(view, question, matcher)
    if not rows or len(rows) == len(view.body()):
        return None
    places = tuple(Place(row, view.columns[0]) for row in rows)
    explained, named = explained_share(view, places, question, matcher)
    return TableAnswer(view, "count", str(len(rows)), places, explained, named)


MORE_OR_LESS = re.compile(
    r"\b(?P<word>more than|over|above|at least|exceed(?:s|ing|ed)?|greater than|"
    r"less than|under|below|fewer than|at most)\s+"
    r"(?P<figure>£?\s?\d[\d,.]*\s?(?:%|per\s?cent|million|m\b|k\b|thousand)?)",
    re.IGNORECASE,
)


def rows_beyond(view: TableView, rows: Sequence[Row], question: Question, matcher: Matcher) -> list[Place] | None:
    """The cells of a figure column that are more or less than a figure in the question; None where it names none."""
    match = MORE_OR_LESS.search(question.text)
    bound = text_to_value(match.group("figure").strip().rstrip(".,")) if match else None
    if match is None or bound is None:
        return None
    columns = [c for c in view.columns if c.numeric and c.index > 0 and (c.unit == "%") == (bound.unit == "%")]
    if not columns:
        return None
    column = max(columns, key=lambda c: (fit(c.terms, question.focus, matcher), -c.index))
    word = match.group("word").lower()
    sign = 1 if re.match(r"more|over|above|at least|exceed|greater", word) else -1
    least = 0 if word.startswith("at ") else 1  # "at least" and "at most" take the figure itself in
    figures = [(Place(row, column), value) for row in rows if (value := view.value(row, column))]
    return [place for place, value in figures if sign * value.number.compare(bound.number) >= least]


def filtered_rows(view: TableView, question: Question, matcher: Matcher) -> list[Row]:
    """Body rows that hold the question's forces and those of its words that some cells hold and headings do not."""
    headings = frozenset().union(*(column.terms for column in view.columns)) | view.context
    body = view.body()
    lead_forces = {force for row in body for force in text_to_forces(row.label)}
    forces = [force for force in question.forces if force in lead_forces]
    picked = [row for row in body if not forces or set(forces) & set(text_to_forces(row.label))]
    words = [term for term in question.focus if term not in headings and not _is_force_term(term, question)]
    picked = rows_holding(view, picked, words, question, matcher) or picked
    return picked if len(picked) < len(body) else []


def rows_holding(
    view: TableView, rows: Sequence[Row], words: Sequence[str], question: Question, matcher: Matcher
) -> list[Row]:
    """The rows of which one column's cells hold the most of the words, and all of those that the column knows."""
    best: tuple[float, list[Row]] = (0.0, [])
    for column in view.columns:
        if column.numeric:
            continue
        cells = {row.index: text_to_term_set(row.texts[column.index]) for row in rows}
        known = [word for word in words if any(word in terms for terms in cells.values())]
        holding = [row for row in rows if known and all(word in cells[row.index] for word in known)]
        weight = sum(matcher.weight(word) for word in known) + fit(column.terms, question.focus, matcher)
        if holding and weight > best[0]:
            best = (weight, holding)
    return best[1]


def _is_force_term(term: str, question: Question) -> bool:
    return any(term in text_to_term_set(force) for force in question.forces)


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
