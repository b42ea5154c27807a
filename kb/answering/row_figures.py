"""Several figures of one table row that a question asks for together: "officers and staff separately", "in pounds and
as a percentage", "how many posts, and how many of them are officers"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.answering.draft import Draft, DraftSentence
from kb.answering.lists import rows_alike
from kb.answering.named import in_named_documents
from kb.answering.patterns import AGAINST
from kb.answering.picked_rows import Place
from kb.answering.table_answers import explained_share, place_to_text
from kb.answering.table_evidence import (
    MEASURES,
    NEVER_ONE_CELL,
    OUTCOMES,
    ROW_MARGIN,
    ROWS_TRIED,
    names_another,
    outdone,
    place_to_quote,
)
from kb.answering.table_view import Column, Row, TableView, heading_to_words, label_share, table_to_view, with_subject
from kb.retrieval.evidence import Evidence, Query
from kb.terms import text_to_term_set

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

SEVERAL_FIGURES = re.compile(
    r"\b(?:separately|respectively|split|broken down|breakdown|of (?:whom|which))\b"
    r"|\b(?:two|both|three) (?:numbers|figures|sums|amounts)\b"
    r"|\band (?:how (?:many|much|big|far)|(?:what|by what) (?:per ?cent\w*|share|proportion|is|was|did))\b"
    r"|\band (?:as )?(?:a |the )?per ?cent(?:age)?\b|\bin pounds and\b|\band (?:in|the) (?:pounds|money)\b",
    re.IGNORECASE,
)
PERCENT = re.compile(r"\bper ?cent(?:age)?s?\b|\bproportion\b|%", re.IGNORECASE)
PERCENT_OF = re.compile(r"\b(?:per ?cent(?:age)?|%|share|proportion) of (?:the |its |their )?[\w/]+", re.IGNORECASE)
POUNDS = re.compile(r"\bpounds?\b|£|\bhow much\b|\bcash\b", re.IGNORECASE)
IN_ALL = re.compile(
    r"\b(?:total|altogether|all told|in all|overall|headcount|heads|size|strength|how big|how strong|how many "
    r"(?:people|posts|heads|employees))\b",
    re.IGNORECASE,
)
ASKING = (SEVERAL_FIGURES, PERCENT, POUNDS, IN_ALL)
# What a table prints where a row has none of something: said as it stands, for a row without it says something else.
NONE_PRINTED = re.compile(r"[-\u2013\u2014]+")
LEAST_LABEL = 0.6
LEAST_HEADING = 0.5
MOST_FIGURES = 5


def evidence_to_row_figures(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """The figures of the row that the question names best, under the headings that it asks for; None where it asks
    for one figure, where no row is named or where the row has but one of them."""
    asked = query.question.text
    beside, several = AGAINST.search(asked) is not None, SEVERAL_FIGURES.search(asked) is not None
    unsaid = any(words.search(asked) for words in MEASURES.values())
    unsaid = unsaid and not any(words.search(asked) for words in OUTCOMES.values())
    if not (beside or several or unsaid) or query.question.intents & NEVER_ONE_CELL:
        return None
    evidence = in_named_documents(evidence, query)
    found = []
    for item in evidence[:ROWS_TRIED]:
        if item.chunk.kind != "row" or item.chunk.table_id is None or item.score < ROW_MARGIN * evidence[0].score:
            continue
        document = kb.document(item.chunk.document_id)
        view = table_to_view(document.id, document.title, document.table(item.chunk.table_id))
        row = next((row for row in view.rows if row.index == item.chunk.row), None)
        named = label_share(row.label_terms, query.question.focus, query.matcher) if row else 0.0
        if beside and row and row.total and not query.question.years:
            named = max(named, LEAST_LABEL)  # of no year in particular: of all
        if (
            row is None
            or named < LEAST_LABEL
            or names_another(view, row, query)
            or len(rows_alike(view, row, query)) > 1
        ):
            continue
        filled = [column for column in view.columns if column.numeric and view.value(row, column) is not None]
        dashed = [column for column in view.columns if column.numeric and NONE_PRINTED.fullmatch(cell(row, column))]
        columns = [c for c in view.columns if c in (*filled, *dashed) and is_asked(view, row, c, query)]
        columns = filled if len(columns) == 1 else columns  # the row says it, under whichever heading
        if not (beside or several):
            columns = planned_and_come_about(filled)
        if 2 <= len(columns) <= MOST_FIGURES and set(columns) & set(filled):
            found.append((named + 0.5 * item.score, row_to_draft(kb, view, row, columns, query)))
    best = max(found, key=lambda pair: pair[0])[1] if found else None
    return best if best and not outdone(best, evidence[0], query) else None


def planned_and_come_about(columns: Sequence[Column]) -> list[Column]:
    """The columns of what was planned and of what came about, where a row has one of each: a question for savings that
    does not say which is answered by both; none else."""
    came = [column for column in columns if OUTCOMES["come about"].search(column.heading)]
    planned = [c for c in columns if c not in came and OUTCOMES["planned"].search(c.heading)]
    return [*planned, *came] if len(planned) == len(came) == 1 else []


def is_asked(view: TableView, row: Row, column: Column, query: Query) -> bool:
    """Whether the question asks for a row's figure in a column: by words that tell the heading from the others, by
    its unit, or in all."""
    asked = query.question.text
    if column.total:
        return IN_ALL.search(asked) is not None
    if column.unit == "%":
        return PERCENT.search(asked) is not None
    rivals = [other for other in view.columns if other.numeric and other != column and other.unit == column.unit]
    own = column.terms - frozenset().union(*(other.terms for other in rivals))
    whole = text_to_term_set(" ".join(PERCENT_OF.findall(asked)))  # names the whole, not a figure that is asked for
    focus = [term for term in query.question.focus if term not in whole]
    if label_share(own, focus, query.matcher) >= LEAST_HEADING:
        return True
    return column.unit == "£" and not rivals and POUNDS.search(asked) is not None


def cell(row: Row, column: Column) -> str:
    """The text of a row's cell in a column."""
    return row.texts[column.index].strip()


def row_to_draft(kb: KnowledgeBase, view: TableView, row: Row, columns: Sequence[Column], query: Query) -> Draft:
    """The row's figures in a sentence, each cited with its own heading."""
    document = kb.document(view.document_id)
    places = [Place(row, column) for column in columns]
    asking = text_to_term_set(
        " ".join(words.group() for form in ASKING for words in form.finditer(query.question.text))
    )
    focus = tuple(term for term in query.question.focus if term not in asking)
    explained, named = explained_share(view, places, replace(query.question, focus=focus), query.matcher)
    subject = with_subject(row.label, view)
    dashed = {place for place in places if NONE_PRINTED.fullmatch(cell(place.row, place.column))}
    said = {place: "- (a dash, no figure)" if place in dashed else place_to_text(place, view) for place in places}
    figures = "; ".join(f"{heading_to_words(place.column.heading)} {said[place]}" for place in places)
    quotes = tuple(place_to_quote(document, view, place) for place in places)
    return Draft(
        sentences=(DraftSentence(f"{subject}: {figures}.", quotes),),
        confidence=min(1.0, 0.6 * explained + 0.4 * named + 0.1),
        values=tuple(said[place] for place in places if place not in dashed),
        form="table",
    )
