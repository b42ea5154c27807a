"""What a plan comes to, as a TableAnswer; None where its figures cannot be put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from kb.answering.picked_rows import Place
from kb.answering.table_answers import TableAnswer, apply_operation, explained_share, place_to_text
from kb.answering.worked.plans import Plan, Sheet
from kb.model import Operation
from kb.terms import text_to_years
from kb.values import Value, value_to_text

LARGEST_RATIO = 1000


def plan_to_answer(plan: Plan, sheet: Sheet) -> TableAnswer | None:
    """The answer of a plan."""
    if plan.printed:
        explained, named = explained_share(plan.view, plan.places, sheet.question, sheet.matcher)
        place = plan.places[0]
        return TableAnswer(
            plan.view, None, place_to_text(place, plan.view), (place,), explained, named, place.row.label
        )
    places = in_time(plan) if plan.operation == "change" else list(plan.places)
    if plan.operation in {"share", "ratio", "difference"} and len(places) == 2:
        places.sort(key=lambda place: -abs(number(plan, place)))
        if plan.operation == "share":
            places.reverse()  # the part, then the whole
    values = [plan.view.value(place.row, place.column) for place in places]
    figures = [value for value in values if value is not None]
    if len(figures) != len(places):
        return None
    made = figures_to_result(plan, figures)
    if made is None:
        return None
    operation, value = made
    explained, named = explained_share(plan.view, places, sheet.question, sheet.matcher)
    return TableAnswer(plan.view, operation, value, tuple(places), explained, named)


def number(plan: Plan, place: Place) -> Decimal:
    """The number of a cell."""
    value = plan.view.value(place.row, place.column)
    return value.number if value else Decimal(0)


def in_time(plan: Plan) -> list[Place]:
    """Cells in the order of their years, else as they stand."""
    years = [text_to_years(place.column.heading) or text_to_years(place.row.label) for place in plan.places]
    order = sorted(range(len(years)), key=lambda at: years[at][0] if years[at] else "")
    return [plan.places[at] for at in order]


def figures_to_result(plan: Plan, figures: Sequence[Value]) -> tuple[Operation, str] | None:
    """The operation as it is listed and its result in words."""
    units = {value.unit for value in figures}
    if plan.operation == "ratio":
        return ratio(figures)
    if len(units) != 1:
        return None
    if plan.operation == "change":
        first, last = figures[0].number, figures[1].number
        if not first or units == {"%"}:
            return None
        changed = (100 * (last - first) / abs(first)).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return "difference", value_to_text(Value(changed, "%", 1, 1))
    if plan.operation == "share" and (not figures[0].number or figures[0].number == figures[1].number):
        return None
    if plan.operation == "sum" and units == {"%"}:
        return None  # percentages of different wholes
    operation: Operation = plan.operation
    if operation == "share" and len(figures) > 2:
        whole = sum((figure.number for figure in figures), Decimal(0))
        figures = (figures[0], replace(figures[0], number=whole))
    result = apply_operation(operation, figures)
    return (operation, value_to_text(result)) if result else None


def ratio(figures: Sequence[Value]) -> tuple[Operation, str] | None:
    """How many times as large the first of two figures is; of money to a count, how much there is for each."""
    large, small = figures[0], figures[1]
    if not small.number or (large.unit != small.unit and small.unit):
        return None
    quotient = abs(large.number / small.number)
    if large.unit == small.unit:
        if quotient > LARGEST_RATIO:
            return None
        return "share", f"{quotient.quantize(Decimal('0.01'), ROUND_HALF_UP)} times"
    return "share", value_to_text(Value(quotient.quantize(Decimal(1), ROUND_HALF_UP), large.unit, 1, 0))
