"""Which rows of a table hold what a question says: all of them, by their labels ("who bid for cameras?", "which forces
spend more than £1,000,000?")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.answering.draft import Draft, DraftSentence
from kb.answering.named import in_named_documents
from kb.answering.picked_rows import MORE_OR_LESS, Place, filtered_rows, rows_beyond
from kb.answering.quotes import row_to_quote
from kb.answering.table_answers import explained_share, place_to_text
from kb.answering.table_view import Column, TableView, table_to_view
from kb.model import Document
from kb.retrieval.evidence import Evidence, Query
from kb.terms import text_to_term_set

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

# "Which forces", "who", "what units", not "how many" and not the largest of them.
ASKS_WHICH = re.compile(r"^(?:and |so )?(?:who|which|whose|what)\b", re.IGNORECASE)
NEVER = frozenset({"count", "max", "min", "difference", "sum", "average", "share", "why", "how", "definition"})
FEWEST, MOST = 2, 12
MOST_WORDS = 150
LEAST_EXPLAINED = 0.7
LEAST_EXPLAINED_BEYOND = 0.5


def evidence_to_picked_rows(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """All rows of the best evidence's table that a question picks out, where these are several but not all of them,
    and their cells and headings say most of the question; None else.

    A bound ("more than £1m") picks rows by a figure, and one row may then be all; words pick rows by a cell that holds
    them all.
    """
    if not ASKS_WHICH.match(query.question.text) or query.question.intents & NEVER:
        return None
    best = next(iter(in_named_documents(evidence, query)), None)
    if best is None or best.chunk.table_id is None:
        return None
    document = kb.document(best.chunk.document_id)
    view = table_to_view(document.id, document.title, document.table(best.chunk.table_id))
    bounded = MORE_OR_LESS.search(query.question.text) is not None
    places = rows_beyond(view, view.body(), query.question, query.matcher) if bounded else places_holding(view, query)
    if not places or not (1 if bounded else FEWEST) <= len(places) <= MOST:
        return None
    explained, _ = explained_share(view, places, query.question, query.matcher)
    least = LEAST_EXPLAINED_BEYOND if bounded else LEAST_EXPLAINED
    return places_to_draft(document, view, places) if explained >= least else None


def places_holding(view: TableView, query: Query) -> list[Place]:
    """One cell for each row that the question's words pick out: of the column of words that holds most of them."""
    rows = filtered_rows(view, query.question, query.matcher)
    columns = [column for column in view.columns if not column.numeric and column.index > 0]
    if not rows or not columns:
        return []

    def held(column: Column) -> int:
        cells = (text_to_term_set(row.texts[column.index]) for row in rows)
        return sum(len(cell.intersection(query.question.focus)) for cell in cells)

    column = max(columns, key=lambda c: (held(c), -c.index))
    return [Place(row, column) for row in rows] if held(column) else []


def places_to_draft(document: Document, view: TableView, places: Sequence[Place]) -> Draft | None:
    """A list of rows, each by its label and the cell that it was picked by; None where a row has no label, all
    have the same, or that is too long to be said."""
    sentences = []
    for place in places:
        row, column = place.row, place.column
        quote = row_to_quote(
            document, view.table, row.index, column.index, row.label, column.heading or None, row.texts[column.index]
        )
        sentences.append(DraftSentence(f"{row.label}: {place_to_text(place, view)}", (quote,), item=True))
    words = sum(len(sentence.text.split()) for sentence in sentences)
    values = tuple(dict.fromkeys(place.row.label for place in places))
    if words > MOST_WORDS or "" in values or len(values) < min(FEWEST, len(places)):
        return None
    return Draft(tuple(sentences), 0.8, values, form="picked rows")
