"""Which rows of a table hold what a question says: all of them, by their labels ("who bid for cameras?", "which forces
spend more than £1,000,000?")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.answering.bounds import Bound, places_beyond, question_to_bound, without_bound
from kb.answering.draft import Draft, DraftSentence
from kb.answering.named import in_named_documents
from kb.answering.picked_rows import Place, filtered_rows
from kb.answering.quotes import row_to_quote
from kb.answering.table_answers import explained_share, place_to_text
from kb.answering.table_view import Column, TableView, heading_to_words, table_to_view, with_subject
from kb.model import Chunk, Document
from kb.retrieval.evidence import Evidence, Query
from kb.terms import text_to_term_set

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

# "Which forces", "who", "what units", not "how many" and not the largest of them.
ASKS_WHICH = re.compile(r"^(?:and |so )?(?:who|which|whose|what)\b", re.IGNORECASE)
NEVER = frozenset({"count", "max", "min", "difference", "sum", "average", "share", "why", "how", "definition"})
FEWEST, MOST = 2, 12
TABLES_AMONG, MOST_BEYOND = 20, 16
ALIKE = 0.05
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
    evidence = in_named_documents(evidence, query)
    if bound := question_to_bound(query.question.text):
        return rows_beyond(kb, evidence, query, bound)
    if not evidence or evidence[0].chunk.table_id is None:
        return None
    document, view = chunk_to_view(kb, evidence[0].chunk)
    places = places_holding(view, query)
    if not FEWEST <= len(places) <= MOST:
        return None
    explained, _ = explained_share(view, places, query.question, query.matcher)
    return places_to_draft(document, view, places) if explained >= LEAST_EXPLAINED else None


def rows_beyond(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query, bound: Bound) -> Draft | None:
    """The figures beyond a bound ("less than £600,000"), of the table among the best evidence of which they, by their
    rows and columns, say most of the question's other words, and of all that say as much: bids may be in two lists."""
    asked = without_bound(query.question, bound)
    chunks = {(item.chunk.document_id, item.chunk.table_id): item.chunk for item in evidence[:TABLES_AMONG]}
    found: list[tuple[float, Document, TableView, list[Place]]] = []
    for document, view in (chunk_to_view(kb, chunk) for chunk in chunks.values() if chunk.table_id is not None):
        places = places_beyond(view, bound, query.question, query.matcher)
        explained = explained_share(view, places, asked, query.matcher)[0] if places else 0.0
        if explained >= LEAST_EXPLAINED_BEYOND:
            found.append((explained, document, view, places))
    if not found:
        return None
    most, _, _, best = max(found, key=lambda one: one[0])
    alike = [one for one in found if one[0] >= most - ALIKE and headings_of(one[3]) == headings_of(best)]
    drafts = [places_to_draft(document, view, places, len(alike) > 1) for _, document, view, places in alike]
    whole = [draft for draft in drafts if draft is not None]
    sentences = tuple(sentence for draft in whole for sentence in draft.sentences)
    if len(whole) < len(alike) or len(sentences) > MOST_BEYOND:
        return None
    values = tuple(dict.fromkeys(value for draft in whole for value in draft.values))
    return replace(whole[0], sentences=sentences, values=values, form="table")


def headings_of(places: Sequence[Place]) -> frozenset[str]:
    """The words of the headings that cells stand under."""
    return frozenset().union(*(place.column.terms for place in places))


def chunk_to_view(kb: KnowledgeBase, chunk: Chunk) -> tuple[Document, TableView]:
    """The document and table that a row stands in."""
    assert chunk.table_id is not None
    document = kb.document(chunk.document_id)
    return document, table_to_view(document.id, document.title, document.table(chunk.table_id))


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


def places_to_draft(
    document: Document, view: TableView, places: Sequence[Place], in_table: bool = False
) -> Draft | None:
    """A list of cells, each by its row's label, or its column's heading where all are of one row, and by its table's
    name where asked for (``in_table``); None where one has no name, all have the same, or that is too long to be said.
    """
    across = len({place.column.index for place in places}) > 1
    names = [heading_to_words(place.column.heading) if across else place.row.label for place in places]
    several = sum(column.numeric for column in view.columns) > 1
    sentences = []
    for place, name in zip(places, names, strict=True):
        row, column = place.row, place.column
        heading = heading_to_words(column.heading) if several and column.numeric else ""
        said = ", ".join(part for part in (name, row.label if across else heading) if part)
        said = with_subject(said, view) if in_table else said
        quote = row_to_quote(
            document, view.table, row.index, column.index, row.label, column.heading or None, row.texts[column.index]
        )
        sentences.append(DraftSentence(f"{said}: {place_to_text(place, view)}", (quote,), item=True))
    words = sum(len(sentence.text.split()) for sentence in sentences)
    values = tuple(dict.fromkeys(names))
    if words > MOST_WORDS or "" in values or len(values) < min(FEWEST, len(places)):
        return None
    return Draft(tuple(sentences), 0.8, values, form="picked rows")
