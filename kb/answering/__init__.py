"""Question -> Answer. Every sentence is quoted or computed; what the documents do not say is not found.

``answer`` reads as the algorithm: understand, gather, draft, decide, compose, check.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from kb.answering.compose import draft_to_answer, not_found_to_answer
from kb.answering.csv_table import OneTable, csv_to_document, table_to_evidence
from kb.answering.decision import (
    LEAST_PROBABILITY,
    counted_strength,
    evidence_to_signals,
    missing_forces,
    missing_kinds,
    missing_years,
    not_found_message,
    signals_to_probability,
)
from kb.answering.definitions import define
from kb.answering.draft import Draft, DraftSentence
from kb.answering.lists import evidence_to_list
from kb.answering.passages import evidence_to_prose
from kb.answering.question import Question, may_stand_alone, text_to_question, with_terms
from kb.answering.table_evidence import best_cell, best_row, compute_on_tables
from kb.answering.verify import verify
from kb.model import Answer, Chunk, Document, Retrieved, Turn
from kb.retrieval import evidence_to_retrieved, question_to_vectors, table_vectors
from kb.retrieval.evidence import Evidence, Query, gather_evidence
from kb.retrieval.lexicon import chunks_to_lexicon, corpus_lexicon, expand_acronyms, mend_terms
from kb.terms import text_to_terms

if TYPE_CHECKING:
    from kb.store import Filters, KnowledgeBase


# How much of the question a cell, or cells computed with, must explain: below, most were wrong (docs/evaluation.md).
LEAST_CELL = 0.73
LEAST_COMPUTED = 0.5


def answer(
    kb: KnowledgeBase,
    question: str,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    question_id: str | None = None,
) -> Answer:
    """The Answer to a question from a knowledge base's documents; the same question gets the same answer.

    Raises BadQuestion where nothing can be asked (empty, too long, no words).
    """
    started = time.perf_counter()
    query, evidence, draft = find(kb, question, history, filters)
    if may_stand_alone(question, history) and not (draft and says_all(draft, text_to_question(question))):
        alone = find(kb, question, (), filters)
        if draft is None or (alone[2] and says_all(alone[2], alone[0].question)):
            query, evidence, draft = alone
    result = verify(kb, compose(kb, question, query, evidence, draft))
    elapsed = 1000 * (time.perf_counter() - started)
    return replace(result, id=question_id, timings_ms={"total": elapsed})


def find(
    kb: KnowledgeBase, asked: str, history: Sequence[Turn], filters: Filters | None
) -> tuple[Query, Sequence[Evidence], Draft | None]:
    """The question as understood, its evidence, and the draft that is good enough to be an answer, if there is one."""
    query = understand(kb, asked, history)
    evidence = gather_evidence(kb, query, filters)
    draft = draft_answer(kb, query, evidence)
    return query, evidence, draft if decide(query, evidence, draft) else None


def says_all(draft: Draft, question: Question) -> bool:
    """Whether a draft has all the words that a question is about."""
    said = text_to_terms(" ".join(sentence.text for sentence in draft.sentences))
    return set(question.focus) <= set(said)


def answer_from_table(path: Path, question: str, question_id: str | None = None) -> Answer:
    """The Answer to a question from one CSV file, by the same code that answers from tables in documents.

    Raises BadQuestion as ``answer`` does, UnreadableFile where the file is no table.
    """
    started = time.perf_counter()
    document = csv_to_document(path)
    source = cast("KnowledgeBase", OneTable(document))
    query = question_to_table_query(document, question)
    evidence = table_to_evidence(document, query)
    draft = next((d for form in (compute_on_tables, best_cell, best_row) if (d := form(source, evidence, query))), None)
    names = {document.id: (document.source, document.title)}
    retrieved = [
        Retrieved(document.id, document.source, None, e.chunk.text, e.score, e.chunk.id) for e in evidence[:10]
    ]
    if draft is None:
        result = not_found_to_answer(question, "No row or column of the table fits the question's words.", retrieved)
    else:
        result = verify(source, draft_to_answer(question, draft, names, retrieved))
    elapsed = 1000 * (time.perf_counter() - started)
    return replace(result, id=question_id, timings_ms={"total": elapsed})


def question_to_table_query(document: Document, asked: str) -> Query:
    """The question made ready for one table: its words weighed against the table's rows."""
    question = text_to_question(asked)
    table = document.tables[0]
    rows = [
        Chunk(f"{document.id}:r{row}", document.id, "row", "; ".join(texts), "", row=row)
        for row, texts in enumerate(table.grid())
    ]
    lexicon = chunks_to_lexicon(rows)
    terms, unknown = mend_terms(question.text, lexicon)
    vector, related = table_vectors(question.text, lexicon)
    return Query(with_terms(question, terms), lexicon, vector, related, tuple(unknown))


def understand(kb: KnowledgeBase, asked: str, history: Sequence[Turn]) -> Query:
    """The question with typing errors mended, acronyms spelled out, and its vector and related words at hand."""
    question = text_to_question(asked, history, kb.documents())
    lexicon = corpus_lexicon(kb)
    terms, unknown = mend_terms(question.text, lexicon)
    vector, related = question_to_vectors(kb, question.text, lexicon)
    question = with_terms(question, expand_acronyms(terms, lexicon))
    return Query(question, lexicon, vector, related, tuple(unknown))


def draft_answer(kb: KnowledgeBase, query: Query, evidence: Sequence[Evidence]) -> Draft | None:
    """The first draft, from the most particular form to plain prose, that says what is asked; None where none does."""
    if not evidence:
        return None
    forms = (define, compare_documents, compute_on_tables, best_cell, evidence_to_list, evidence_to_prose)
    drafts = (form(kb, evidence, query) for form in forms)
    return next((draft for draft in drafts if draft and draft.sentences and holds(query, evidence, draft)), None)


def holds(query: Query, evidence: Sequence[Evidence], draft: Draft) -> bool:
    """Whether a draft says the kind of thing that is asked for, of the years and forces asked for."""
    if draft.form == "definition":
        return True
    if draft.form == "table" and draft.confidence < (LEAST_COMPUTED if draft.computation else LEAST_CELL):
        return False
    said = " ".join(sentence.text for sentence in draft.sentences)
    used = draft_evidence(draft, evidence) or evidence[:3]
    if missing_years(query, used) or missing_forces(query, used) or missing_kinds(query, said):
        return False
    return draft.computation is not None or counted_strength(used, query) > 0.0


def decide(query: Query, evidence: Sequence[Evidence], draft: Draft | None) -> bool:
    """Whether the draft is an answer. Definitions and cells were held to their own measure; prose is judged by
    logistic regression on the evidence that it rests on."""
    if draft is None:
        return False
    if draft.form in {"definition", "table", "titled list"}:
        return True
    used = draft_evidence(draft, evidence) or evidence
    return signals_to_probability(evidence_to_signals(used, query)) >= LEAST_PROBABILITY


def compare_documents(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """One answer from each of the documents that a question names, newest first; None where it names fewer than two."""
    if len(query.question.documents) < 2:
        return None
    sentences: list[DraftSentence] = []
    for info in kb.documents():
        own = [item for item in evidence if item.chunk.document_id == info.id]
        if info.id in query.question.documents and own:
            draft = best_cell(kb, own, query) or evidence_to_prose(kb, own[:1], query)
            sentences.extend(draft.sentences[:2] if draft else ())
    return Draft(tuple(sentences), 0.5) if len(sentences) >= 2 else None


def draft_evidence(draft: Draft, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence that a draft's quotes come from, best first."""
    places = {
        (quote.document_id, quote.table.table_id, quote.table.row_index)
        if quote.table
        else (quote.document_id, quote.block_id, None)
        for sentence in draft.sentences
        for quote in sentence.quotes
    }
    return [item for item in evidence if evidence_place(item) in places]


def evidence_place(item: Evidence) -> tuple[str, str | None, int | None]:
    """Where a piece of evidence stands: its document and table row, or its document and block."""
    if item.chunk.table_id is not None:
        return item.chunk.document_id, item.chunk.table_id, item.chunk.row
    return item.chunk.document_id, item.chunk.spans[0].block_id if item.chunk.spans else None, None


def compose(kb: KnowledgeBase, asked: str, query: Query, evidence: Sequence[Evidence], draft: Draft | None) -> Answer:
    """The draft with its markers and sources, or "not found" with the reason."""
    retrieved = evidence_to_retrieved(kb, evidence)
    documents = kb.documents()
    if draft is None:
        newest = max((info.date for info in documents if info.date), default=None)
        return not_found_to_answer(
            asked, not_found_message(query, missing_years(query, evidence[:10]), newest), retrieved
        )
    names = {info.id: (info.source, info.title) for info in documents}
    return draft_to_answer(asked, draft, names, retrieved)
