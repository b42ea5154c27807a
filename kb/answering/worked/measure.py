"""How well a plan fits its question: how much of it the cells explain, and how surely they are the ones meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from kb.answering.decision import missing_years
from kb.answering.table_answers import OPERATING, explained_share
from kb.answering.table_view import fit as fit_of_words
from kb.answering.worked.plans import Plan, Sheet
from kb.forces import text_to_forces
from kb.retrieval.evidence import Evidence, Query
from kb.terms import text_to_terms, text_to_years
from kb.values import text_to_value

LEAST_FIT = 1.95
NAMED, SAID, COLUMN, NEAR, LIKELY = 0.4, 0.4, 0.6, 0.4, 0.5
LEAST_TOPIC = 0.25
NUMBER_FITS, NOT_MEANT, FIRST_SAID = 0.2, 0.5, 0.1
NUMBERS = {w: n for n, w in enumerate("two three four five six seven eight nine ten eleven twelve".split(), start=2)}
# "all seven functions", "the three years": how many cells are meant.
COUNTED = re.compile(rf"\b({'|'.join(NUMBERS)})\b(?! (?:times|per|million|thousand))", re.IGNORECASE)
ITEMS = re.compile(
    rf"\b(?P<number>{'|'.join(NUMBERS)}) (?:[a-z-]+ ){{0,2}}?(?!forces|years|counties|authorities|months)[a-z-]+s\b",
    re.IGNORECASE,
)
MONEY = re.compile(r"£\s?\d[\d,.]*\s?(?:million|billion|thousand|bn|[mk])?\b", re.IGNORECASE)
ABOUT = Decimal("0.02")  # how far a rounded figure may be from the printed one
FIGURE = re.compile(r"\b(?:figure|table)\s+(\d+)\b", re.IGNORECASE)


def plan_to_fit(plan: Plan, sheet: Sheet, query: Query, evidence: Sequence[Evidence], probability: float) -> float:
    """The fit of a plan, about 0 to 2.7; ``probability`` is that of its operation."""
    question = sheet.question
    explained, named = explained_share(plan.view, plan.places, question, sheet.matcher)
    near, rows = nearness(plan, evidence)
    fit = explained + NAMED * named + SAID * plan.said + COLUMN * plan.column + NEAR * near + LIKELY * probability
    counted = {NUMBERS[match.lower()] for match in COUNTED.findall(question.text)}
    fit += NUMBER_FITS * (len(plan.places) in counted and len(plan.places) > 2)
    if 1 < len(plan.places) not in (items_counted(question.text) or {len(plan.places)}):
        fit -= NOT_MEANT
    fit += FIRST_SAID * says_part_first(plan, query)
    table = plan.view.table
    said = " ".join(f"{place.row.label} {place.column.heading}" for place in plan.places)
    around = f"{said} {table.caption or ''} {' '.join(table.section)} {table.lead_in or ''}"
    if not set(question.forces) <= set(text_to_forces(around)):
        fit -= NOT_MEANT
    if missing_years(query, rows) or (set(text_to_years(said)) and set(question.years) - set(text_to_years(around))):
        fit -= NOT_MEANT
    if share_of_topic(plan, sheet) < LEAST_TOPIC or in_percent(plan, query):
        fit -= NOT_MEANT
    if says_other_figures(plan, query):
        fit -= NOT_MEANT
    if set(FIGURE.findall(question.text)) - set(FIGURE.findall(table.caption or "")):
        fit -= NOT_MEANT
    return fit


def items_counted(text: str) -> frozenset[int]:
    """How many things a question says that it speaks of ("the three new bids"); of forces and years, nothing."""
    return frozenset(NUMBERS[match["number"].lower()] for match in ITEMS.finditer(text))


def share_of_topic(plan: Plan, sheet: Sheet) -> float:
    """How much of what a question says beside forces, years and the operation the cells and their table hold."""
    question = sheet.question
    names = {term for name in (*question.forces, *question.years) for term in (name, *text_to_terms(name))}
    rest = [term for term in question.focus if term not in names and term not in OPERATING]
    held = frozenset().union(plan.view.context, *(place.row.terms | place.column.terms for place in plan.places))
    whole = fit_of_words(frozenset(rest), rest, sheet.matcher)
    return fit_of_words(held, rest, sheet.matcher) / whole if whole else 1.0


def says_other_figures(plan: Plan, query: Query) -> bool:
    """Whether a question says a sum of money ("of the £13.8m") that is none of the table's, about."""
    said = [
        value.number for match in MONEY.findall(query.question.text) if (value := text_to_value(match.strip(" .,")))
    ]
    held = [
        abs(value.number)
        for row in plan.view.rows
        for column in plan.view.columns
        if column.numeric and (value := plan.view.value(row, column))
    ]
    return any(all(abs(number - own) > ABOUT * number for own in held) for number in said)


def in_percent(plan: Plan, query: Query) -> bool:
    """Whether percentages would be put together where none are asked for."""
    if plan.operation in {"share", "change", "ratio"} or "percent" in query.question.wants:
        return False
    values = [plan.view.value(place.row, place.column) for place in plan.places]
    return all(value is not None and value.unit == "%" for value in values)


def nearness(plan: Plan, evidence: Sequence[Evidence]) -> tuple[float, list[Evidence]]:
    """How near the plan's best row stands to the best evidence, 0 to 1, and the evidence of its table."""
    rows = {place.row.index for place in plan.places}
    own = [item for item in evidence if item.chunk.table_id == plan.view.table.id]
    best = max((item.score for item in own if item.chunk.row in rows), default=0.0)
    return best / evidence[0].score, own


def says_part_first(plan: Plan, query: Query) -> bool:
    """Whether a question for a share says the part before other columns ("officers rather than staff")."""
    if plan.operation != "share" or len({place.column.index for place in plan.places}) < 2:
        return False
    asked = text_to_terms(query.question.text)
    columns = [column for column in plan.view.columns if column.numeric and not column.total]
    # A word that several headings share ("police") tells them apart no more.
    telling = [term for term in asked if sum(term in column.terms for column in columns) == 1]
    own = {c.index: min((asked.index(t) for t in telling if t in c.terms), default=len(asked)) for c in columns}
    part = next((place.column.index for place in plan.places if not place.column.total), None)
    return part is not None and own.get(part, len(asked)) == min(own.values(), default=0) < len(asked)
