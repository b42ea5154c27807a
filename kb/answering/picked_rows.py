"""Which rows of a table a question picks out: those that hold its words, and those beyond a figure that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.answering.question import Question
from kb.answering.table_view import Column, Row, TableView, fit
from kb.forces import text_to_forces
from kb.retrieval.words import Matcher
from kb.terms import text_to_term_set
from kb.values import text_to_value


@dataclass(frozen=True, slots=True)
class Place:
    """One cell of a view."""

    row: Row
    column: Column


MEANT = 0.5  # strength of a question's word with which it means a label's
NEGATED = re.compile(r"\bnon[-\u2010\u2011 ]?\w+|\b(?:not|never|no)\s+\w+", re.IGNORECASE)
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
    if bound.unit not in {"", "%"}:  # a sum of money is compared with money, where the table has any
        columns = [c for c in columns if (c.unit or "")[:1] == bound.unit] or columns
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
        cells = {row.index: text_to_term_set(affirmed(row.texts[column.index], question)) for row in rows}
        known = [word for word in words if any(word in terms for terms in cells.values())]
        holding = [row for row in rows if known and all(word in cells[row.index] for word in known)]
        weight = sum(matcher.weight(word) for word in known) + fit(column.terms, question.focus, matcher)
        if holding and weight > best[0]:
            best = (weight, holding)
    return best[1]


def affirmed(text: str, question: Question) -> str:
    """A cell's words without those that it denies ("non-cashable"), unless the question denies something too."""
    return text if NEGATED.search(question.text) else NEGATED.sub(" ", text)


def _is_force_term(term: str, question: Question) -> bool:
    return any(term in text_to_term_set(force) for force in question.forces)


def rows_named_as_well(view: TableView, row: Row, question: Question, matcher: Matcher) -> list[Row]:
    """Other rows of which a question says the very same words, where it says a row's label but in part: "EMSOU" of
    "EMSOU - Officers in Kind", "EMSOU - Accommodation" and so on. Nobody can tell which is meant."""
    focus = frozenset(question.focus)
    said = row.label_terms & focus
    if row.total or not said or row.label_terms <= focus:
        return []
    spoken = (focus & text_to_term_set(question.text)) - said
    if any(matcher.strength(term, row.label_terms - said) >= MEANT for term in spoken):
        return []  # "major crime" of "EMSOU MC"
    others = [other for other in view.body() if other.label_terms & focus == said and other.label != row.label]
    return others
