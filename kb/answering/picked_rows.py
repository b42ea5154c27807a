"""Which rows of a table a question picks out: those that hold its words, and those beyond a figure that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.answering.question import Question
from kb.answering.table_view import Column, Row, TableView, fit, named_rows
from kb.forces import text_to_forces
from kb.retrieval.words import Matcher
from kb.terms import text_to_term_set, text_to_years


@dataclass(frozen=True, slots=True)
class Place:
    """One cell of a view."""

    row: Row
    column: Column


WHICH_FORCE = re.compile(r"\b(?:which|what|how many)(?: \w+)? forces?\b", re.IGNORECASE)
ASKS_ACROSS = re.compile(
    r"\b(?:which|what|who|how many)\b(?: \w+)? (force|forces|county|year|years)\b|\bwho\b", re.IGNORECASE
)
WHOLE = re.compile(r"\b(?:all|total|whole|overall)\b", re.IGNORECASE)
MEANT = 0.5  # strength of a question's word with which it means a label's
NEGATED = re.compile(r"\bnon[-\u2010\u2011 ]?\w+|\b(?:not|never|no)\s+\w+", re.IGNORECASE)


def asked_across(view: TableView, question: Question, matcher: Matcher, or_total: bool = True) -> list[Place]:
    """The cells of one row over columns that are forces or years, where the question asks for a force or a year; the
    table's total row is meant where none is named (``or_total``)."""
    columns = [c for c in view.columns if c.numeric and not c.total and c.index > 0]
    match = ASKS_ACROSS.search(question.text)
    if not match or len(columns) < 3:
        return []
    kind = text_to_years if (match.group(1) or "").lower().startswith("year") else text_to_forces
    if not all(kind(column.heading) for column in columns):
        return []
    rows = named_rows(view, question.focus, matcher, least=0.5)
    total = next((row for row in reversed(view.rows) if row.total), None) if or_total else None
    row = rows[0] if rows else total
    if row is None or rows_named_as_well(view, row, question, matcher):
        return []
    return [Place(row, column) for column in columns if view.value(row, column)]


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


def is_one_of_many(view: TableView, row: Row, question: Question) -> bool:
    """Whether a question says nothing of a row's label, and of another row's words as much as of this one's: of nine
    bids for body worn video none is meant."""
    focus = frozenset(question.focus)
    if row.total or row.label_terms & focus or set(text_to_forces(row.label)) & set(question.forces):
        return False
    said = focus & text_to_term_set(" ".join(row.texts))
    others = (text_to_term_set(" ".join(other.texts)) for other in view.body() if other.index != row.index)
    return bool(said) and any(said <= other for other in others)


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
