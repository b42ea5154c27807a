"""Which table answers a question, and its TableAnswer as a draft with cited rows and columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.answering.bounds import MORE_OR_LESS
from kb.answering.decision import missing_kinds, missing_years
from kb.answering.draft import Draft, DraftSentence, Quote
from kb.answering.lists import rows_alike
from kb.answering.named import in_named_documents
from kb.answering.patterns import AGAINST, PER
from kb.answering.picked_rows import Place, is_one_of_many, rows_named_as_well
from kb.answering.question import Question
from kb.answering.quotes import row_to_quote
from kb.answering.table_answers import (
    SOME_PERIODS,
    TableAnswer,
    average,
    count,
    difference,
    extreme,
    look_up,
    place_to_text,
    share,
    total,
)
from kb.answering.table_view import Column, Row, TableView, heading_to_words, label_share, table_to_view, with_subject
from kb.forces import text_to_forces
from kb.model import Chunk, Computation, ComputationInput, Document, Table
from kb.retrieval.evidence import Evidence, Query
from kb.retrieval.words import Matcher
from kb.tables import TOTAL
from kb.terms import text_to_term_set
from kb.values import text_to_value

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

COMPUTING = frozenset({"difference", "share", "average", "sum", "max", "min", "count"})
WORKED = frozenset({"sum", "average", "share", "difference"})
EXTREMES = frozenset({"max", "min"})
FIGURES = frozenset({"money", "percent", "number"})
ROWS_TRIED = 20
MANY = 2  # figures and values of a row of which a question asks for one
ROW_MARGIN = 0.75
LEAST_ROW_NAMED = 0.4
SENTENCE_LEAD = 0.05
MAX_TABLES = 6
MAX_SHOWN_CELLS = 12
NEVER_ONE_CELL = frozenset({"difference", "average", "max", "min"})
LEAST_EXPLAINED = 0.45
ALIKE = 0.05
LEAST_EXPLAINED_COMPUTED = 0.5
LEAST_EXPLAINED_PICKED = 0.35
LEAST_NAMED = 0.2
NAMED_IN_FULL = 0.95
# What a sum of money may be; a question for the one is not answered by the other.
MEASURES = {
    "spent": re.compile(r"\b(?:budget|cost|expenditure|spen[dt]|spending|pay|paid|contribut|price)", re.IGNORECASE),
    "saved": re.compile(r"\bsav(?:e|es|ed|ings?)\b", re.IGNORECASE),
    "received": re.compile(r"\b(?:grant|funding|funded|funds|receiv|income)", re.IGNORECASE),
}
# What a row or column is called that holds what a question for a change or a mean asks for.
CHANGES = re.compile(
    r"\b(?:movement|chang|differen|varia|increas|decreas|reduc|rise|growth|sav|average|mean|gap|shortfall)\w*",
    re.IGNORECASE,
)
# A plan is a plan, and an outcome an outcome.
OUTCOMES = {
    "planned": re.compile(
        r"\b(?:target\w*|plan(?:ned|s)?|budgeted|forecast\w*|assumed|projected|aim(?:ed)?)\b", re.IGNORECASE
    ),
    "come about": re.compile(r"\b(?:actual(?:ly)?|achieved|realised|delivered|really|in fact)\b", re.IGNORECASE),
}
# Things asked for as one, but not "working together".
TOGETHER = re.compile(
    r"(?<!working )(?<!work )(?<!worked )(?<!brought )\btogether\b"
    r"|\b(?:both|combined|between them|sum of|add(?:ed)? up)\b",
    re.IGNORECASE,
)
SAYS = {
    "sum": "Added up: {value}",
    "difference": "The difference is {value}",
    "share": "That is {value}",
    "average": "On average {value}",
    "count": "{value} rows match",
}


def evidence_to_views(kb: KnowledgeBase, evidence: Sequence[Evidence]) -> list[tuple[TableView, float]]:
    """Views of the tables whose rows rank best, with the score of the best row."""
    views: dict[tuple[str, str], tuple[TableView, float]] = {}
    for item in evidence:
        chunk = item.chunk
        if chunk.table_id is None or (chunk.document_id, chunk.table_id) in views:
            continue
        document = kb.document(chunk.document_id)
        view = table_to_view(document.id, document.title, document.table(chunk.table_id))
        views[(chunk.document_id, chunk.table_id)] = (view, item.score)
        if len(views) == MAX_TABLES:
            break
    return list(views.values())


def compute_on_tables(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """The best computed answer over the tables that evidence names, or None where none is asked for or fits."""
    if not query.question.intents & COMPUTING:
        return None
    found: list[tuple[float, TableAnswer]] = []
    for view, score in evidence_to_views(kb, in_named_documents(evidence, query)):
        answer = run_operation(view, query.question, query.matcher)
        if answer is None or answer.explained < least_explained(answer, query) or answer.named < LEAST_NAMED:
            continue
        if query.operations and answer.operation in WORKED and not query.question.intents >= EXTREMES:
            continue  # what ``worked`` found no cells for
        rank = answer.explained + 0.5 * answer.named + 0.3 * score
        found.append((rank, answer))
    best = max(found, key=lambda pair: pair[0])[1] if found else None
    return with_other_end(kb, best, query) if best and not counts_a_part(best, [other for _, other in found]) else None


def counts_a_part(count: TableAnswer, found: Sequence[TableAnswer]) -> bool:
    """Whether rows were counted in one of several tables that say as much of the question."""
    others = [other for other in found if other.view is not count.view and other.operation == count.operation]
    return count.operation == "count" and any(abs(other.explained - count.explained) < ALIKE for other in others)


def with_other_end(kb: KnowledgeBase, answer: TableAnswer, query: Query) -> Draft:
    """A draft of a TableAnswer; of a largest figure with the smallest beside it, where the question asks for both."""
    draft = answer_to_draft(kb, answer)
    if answer.operation != "max" or not query.question.intents >= EXTREMES:
        return draft
    other = extreme(answer.view, query.question, query.matcher, "min")
    if other is None:
        return draft
    least = answer_to_draft(kb, other)
    return replace(draft, sentences=(*draft.sentences, *least.sentences), values=(*draft.values, *least.values))


def least_explained(answer: TableAnswer, query: Query) -> float:
    """How much of the question a computed answer must explain: less where rows are picked out that it cannot name."""
    if answer.operation == "count" and MORE_OR_LESS.search(query.question.text):
        return LEAST_EXPLAINED_COMPUTED
    return LEAST_EXPLAINED_PICKED if answer.operation in {"max", "min", "count"} else LEAST_EXPLAINED_COMPUTED


def run_operation(view: TableView, question: Question, matcher: Matcher) -> TableAnswer | None:
    """The operation that the question's intents name, on one table; the more particular ones first."""
    intents = question.intents
    if "difference" in intents and (answer := difference(view, question, matcher)):
        return answer
    if "share" in intents and (answer := share(view, question, matcher)):
        return answer
    if "average" in intents and (answer := average(view, question, matcher)):
        return answer
    if "sum" in intents and (answer := total(view, question, matcher)):
        return answer
    if "max" in intents and (answer := extreme(view, question, matcher, "max")):
        return answer
    if "min" in intents and (answer := extreme(view, question, matcher, "min")):
        return answer
    if "count" in intents and (answer := count(view, question, matcher)):
        return answer
    return None


def best_cell(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """The cell that a question asks for, where a table row ranks near the best evidence; None for other questions.

    Of rows that rank near each other, the one whose row and column explain most of the question; its row and column
    must name the question's forces, where the table has any forces to name, and its surroundings the years.
    """
    if (
        not query.question.wants & FIGURES
        or query.question.intents & NEVER_ONE_CELL
        or MORE_OR_LESS.search(query.question.text)
    ):
        return None
    evidence = in_named_documents(evidence, query)
    found: list[tuple[float, Draft]] = []
    for item in evidence[:ROWS_TRIED]:
        if item.chunk.kind != "row" or item.score < ROW_MARGIN * evidence[0].score or missing_years(query, [item]):
            continue
        draft = look_up_row(kb, item.chunk, query)
        if draft and "number" in query.question.wants and re.search("[£%]", draft.values[0]):
            continue
        if draft and (other_measure(draft.sentences[0].text, query.question.text) or not names_forces(draft, query)):
            continue
        if draft and not missing_kinds(query, draft.sentences[0].text):
            found.append((draft.confidence + 0.5 * item.score, draft))
    best = max(found, key=lambda pair: pair[0])[1] if found else None
    return best if best and evidence and not outdone(best, evidence[0], query) else None


def is_part(draft: Draft, query: Query) -> bool:
    """Whether a draft gives one figure of several that are asked for together: a single row that is no total, any
    figure that is not computed where some of the periods are meant, or one cell where what came about is asked for
    beside what was planned."""
    places = {quote.table for sentence in draft.sentences for quote in sentence.quotes}
    if AGAINST.search(query.question.text) and len(places) == 1 and all(place and place.value for place in places):
        return True
    of_rows = bool(places) and None not in places
    if draft.computation or not (of_rows or query.question.wants & FIGURES):
        return False
    if SOME_PERIODS.search(query.question.text):
        return True
    if not of_rows or not TOGETHER.search(query.question.text):
        return False
    rows = {(place.table_id, place.row_index) for place in places if place}
    return len(rows) == 1 and not any(TOTAL.search(f"{place.row} {place.column}") for place in places if place)


def names_another(view: TableView, row: Row, query: Query) -> bool:
    """Whether a question names a further row in full ("forensics and legal services"), so that one cell is half of
    what is asked."""
    if " and " not in query.question.text:
        return False
    others = (other for other in view.body() if other.label_terms and not other.label_terms & row.label_terms)
    return any(label_share(o.label_terms, query.question.focus, query.matcher) >= NAMED_IN_FULL for o in others)


def outdone(cell: Draft, best: Evidence, query: Query) -> bool:
    """Whether the best evidence is a sentence that holds the kind of thing asked for and says more of the question."""
    if best.chunk.kind != "sentence" or missing_kinds(query, best.chunk.text):
        return False
    if "date" in query.question.wants:
        return True  # "when, and how much": a cell says one of them
    return 0.6 * best.features.context + 0.4 * best.features.coverage > cell.confidence - 0.1 + SENTENCE_LEAD


def names_row(kb: KnowledgeBase, chunk: Chunk, query: Query) -> bool:
    """Whether a question names a table row well enough for the row's figures to be an answer."""
    if chunk.table_id is None or chunk.row is None:
        return False
    document = kb.document(chunk.document_id)
    view = table_to_view(document.id, document.title, document.table(chunk.table_id))
    row = next((row for row in view.rows if row.index == chunk.row), None)
    return row is not None and (row.total or row_named(view, row, query) >= LEAST_ROW_NAMED)


def row_named(view: TableView, row: Row, query: Query) -> float:
    """How much of the words of a row's label, or of its best text cell, the question says (0 to 1)."""
    texts = [row.label_terms, *(row_terms(row, column) for column in view.columns if not column.numeric)]
    return max(label_share(terms, query.question.focus, query.matcher) for terms in texts)


def row_terms(row: Row, column: Column) -> frozenset[str]:
    """The terms of one cell."""
    return text_to_term_set(row.texts[column.index])


def other_measure(said: str, asked: str) -> bool:
    """Whether a question asks for one kind of money (a budget), or for what came about, and a cell's or row's words
    speak only of another (funding or savings), or of what was planned."""
    for kinds in (MEASURES, OUTCOMES):
        wanted = {kind for kind, words in kinds.items() if words.search(asked)}
        given = {kind for kind, words in kinds.items() if words.search(said)}
        if wanted and given and not wanted & given:
            return True
    return False


def other_figure(kb: KnowledgeBase, chunk: Chunk, query: Query) -> bool:
    """Whether a row's one figure would be taken for what is asked: it is of another force or another kind of money, of
    one of several rows named alike, or a level where a change or a mean is asked for."""
    changes = query.question.intents & {"difference", "average"}
    if chunk.kind != "row" or chunk.table_id is None or chunk.row is None:
        return False
    if not changes and not query.question.wants & FIGURES:
        return False
    document = kb.document(chunk.document_id)
    view = table_to_view(document.id, document.title, document.table(chunk.table_id))
    row = next((row for row in view.rows if row.index == chunk.row), None)
    own = set(text_to_forces(row.label)) if row else set()
    if own and query.question.forces and not own & set(query.question.forces):
        return True
    if row and query.question.forces and rows_named_as_well(view, row, query.question, query.matcher):
        return True
    if row and query.question.wants & FIGURES and is_one_of_many(view, row, query.question):
        return True
    per = PER.search(query.question.text)
    held = view.context.union(text_to_term_set(chunk.text), *(column.terms for column in view.columns))
    if per and not text_to_term_set(per[1]) & held:
        return True
    cell = look_up_row(kb, chunk, query) if row and has_many_figures(view.table, row.index) else None
    if cell and changes and not CHANGES.search(cell.sentences[0].text):
        return True
    return other_measure(cell.sentences[0].text if cell else chunk.text, query.question.text)


def has_many_figures(table: Table, row: int) -> bool:
    """Whether a row has several figures among several values, of which a question asks for one."""
    values = [cell for cell in set(table.grid_cells()[row]) if cell is not None and cell.role == "value"]
    return len(values) > MANY and sum(text_to_value(cell.text) is not None for cell in values) >= MANY


def names_forces(draft: Draft, query: Query) -> bool:
    """Whether the cell's row label and column heading name every force that the question names."""
    places = [quote.table for sentence in draft.sentences for quote in sentence.quotes if quote.table]
    said = " ".join(f"{place.row} {place.column}" for place in places)
    return set(query.question.forces) <= set(text_to_forces(said))


def look_up_row(kb: KnowledgeBase, chunk: Chunk, query: Query) -> Draft | None:
    """The cell of a row that a question asks for, or None where no column is asked for."""
    if chunk.table_id is None or chunk.row is None:
        return None
    document = kb.document(chunk.document_id)
    view = table_to_view(document.id, document.title, document.table(chunk.table_id))
    row = next((row for row in view.rows if row.index == chunk.row), None)
    named = names_row(kb, chunk, query)
    if row and named and (names_another(view, row, query) or len(rows_alike(view, row, query)) > 1):
        return None
    if row and (
        rows_named_as_well(view, row, query.question, query.matcher) or is_one_of_many(view, row, query.question)
    ):
        return None
    answer = look_up(view, row, query.question, query.matcher) if row and named else None
    if answer is None or answer.explained < LEAST_EXPLAINED or answer.named < LEAST_NAMED:
        return None
    return answer_to_draft(kb, answer)


def answer_to_draft(kb: KnowledgeBase, answer: TableAnswer) -> Draft:
    """A TableAnswer in a sentence, its cells cited and, where it was computed, listed."""
    document = kb.document(answer.view.document_id)
    shown = answer.places if answer.operation in {None, "difference", "sum", "share"} else answer.places[:1]
    quotes = tuple(place_to_quote(document, answer.view, place) for place in shown[:MAX_SHOWN_CELLS])
    if answer.operation in {None, "max", "min"}:
        text = f"{place_to_words(answer.view, answer.places[0])}: {answer.value}"
        if answer.operation:
            kind = "largest" if answer.operation == "max" else "smallest"
            text = f"{text} – the {kind} of {len(answer.places)}"
    elif answer.operation in {"average", "count"}:
        quotes = tuple(place_to_quote(document, answer.view, place) for place in answer.places[:MAX_SHOWN_CELLS])
        rows = ", ".join(place.row.label for place in answer.places[:MAX_SHOWN_CELLS])
        more = "" if len(answer.places) <= MAX_SHOWN_CELLS else f" and {len(answer.places) - MAX_SHOWN_CELLS} more"
        text = f"{SAYS[answer.operation].format(value=answer.value)} ({rows}{more})"
    else:
        cells = "; ".join(
            f"{place_to_words(answer.view, place)}: {place_to_text(place, answer.view)}"
            for place in shown[:MAX_SHOWN_CELLS]
        )
        text = f"{SAYS[answer.operation or 'sum'].format(value=answer.value)} ({cells})"
    confidence = min(1.0, 0.6 * answer.explained + 0.4 * answer.named + 0.1)
    return Draft(
        sentences=(DraftSentence(f"{text}.", quotes),),
        confidence=confidence,
        values=(heading_to_words(answer.label) if answer.operation in {"max", "min"} else answer.value,),
        computation=answer_to_computation(answer),
        form="table",
    )


def answer_to_computation(answer: TableAnswer) -> Computation | None:
    """The operation with its cells, or None for a cell that was only looked up."""
    if answer.operation is None:
        return None
    inputs = tuple(
        ComputationInput(answer.view.table.id, place.row.label, place.column.heading, place_to_text(place, answer.view))
        for place in answer.places
    )
    return Computation(answer.operation, inputs, answer.value)


def place_to_words(view: TableView, place: Place) -> str:
    """A cell's row and column in words: "EMSOU FORENSICS, NOTTS (Force Financial Contributions)"."""
    heading = heading_to_words(place.column.heading)
    return with_subject(place.row.label if not heading else f"{place.row.label}, {heading}", view)


def place_to_quote(document: Document, view: TableView, place: Place) -> Quote:
    """The citation of one cell: its row as it stands, with row, column and value named."""
    return row_to_quote(
        document,
        view.table,
        place.row.index,
        place.column.index,
        place.row.label,
        place.column.heading or None,
        place.row.texts[place.column.index] or None,
    )
