"""Question -> Answer. Every sentence is quoted or computed; what the documents do not say is not found.

``answer`` reads as the algorithm: understand, gather, draft, decide, compose, check.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from kb.answering.across import cells_side_by_side, compare_documents
from kb.answering.bounds import says_none_beyond
from kb.answering.compose import NOT_FOUND, draft_to_answer, not_found_to_answer
from kb.answering.decision import (
    LEAST_PROBABILITY,
    counted_strength,
    evidence_to_signals,
    missing_forces,
    missing_kinds,
    missing_years,
    not_found_message,
    of_another_body,
    signals_to_probability,
)
from kb.answering.definitions import define, gives_no_meaning
from kb.answering.draft import Draft
from kb.answering.figures import evidence_to_figures
from kb.answering.lists import evidence_to_list
from kb.answering.llm import word
from kb.answering.one_table import answer_from_table as answer_from_table
from kb.answering.passages import evidence_to_prose
from kb.answering.presupposed import evidence_to_members, find_contradiction
from kb.answering.program_answers import evidence_to_program_answer
from kb.answering.question import (
    PRONOUN,
    Question,
    in_frame,
    may_stand_alone,
    text_to_kinds,
    text_to_question,
    with_terms,
)
from kb.answering.row_figures import evidence_to_row_figures
from kb.answering.spans import with_span
from kb.answering.table_evidence import EXTREMES, best_cell, compute_on_tables, is_part
from kb.answering.unmet import passes_over
from kb.answering.verify import verify
from kb.answering.worked import evidence_to_worked, operations_of
from kb.model import Answer, Turn
from kb.retrieval import evidence_to_retrieved, question_to_vectors
from kb.retrieval.evidence import Evidence, Query, gather_evidence
from kb.retrieval.lexicon import corpus_lexicon, expand_acronyms
from kb.retrieval.rerank import rerank
from kb.retrieval.spelling import mend_terms, mend_text
from kb.terms import text_to_terms

if TYPE_CHECKING:
    from kb.store import Filters, KnowledgeBase


# How much of the question a cell, or cells computed with, must explain: below, most were wrong (docs/evaluation.md).
LEAST_CELL = 0.73
LEAST_COMPUTED = 0.5
NEAR_IN_MEANING = 0.5
BARE = frozenset({"date", "money", "number", "percent"})  # kinds of answer that have a bare value


def answer(
    kb: KnowledgeBase,
    question: str,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    question_id: str | None = None,
    worded: bool = True,
) -> Answer:
    """The Answer to a question from a knowledge base's documents; the same question gets the same answer.

    Where a language model is set (``KB_LLM``) and ``worded`` is not switched off, it is in that model's words.
    Raises BadQuestion where nothing can be asked (empty, too long, no words).
    """
    started = time.perf_counter()
    query, evidence, draft = find_in_conversation(kb, question, history, filters)
    result = verify(kb, compose(kb, question, query, evidence, draft))
    result = word(kb, result, history) if worded else result
    elapsed = 1000 * (time.perf_counter() - started)
    return replace(result, id=question_id, timings_ms={"total": elapsed})


def find_in_conversation(
    kb: KnowledgeBase, asked: str, history: Sequence[Turn], filters: Filters | None
) -> tuple[Query, Sequence[Evidence], Draft | None]:
    """What :func:`find` finds for a question as a follow-up, in the frame of the question before it, or by itself."""
    query, evidence, draft = find(kb, asked, history, filters)
    if draft is None and (framed := in_frame(asked, history)):
        query, evidence, draft = find(kb, framed, (), filters)
    if draft and draft.computation and points_at_nothing(asked, history):
        draft = None
    if may_stand_alone(asked, history) and not (draft and says_all(draft, text_to_question(asked))):
        alone = find(kb, asked, (), filters)
        strays = draft is not None and strays_from(draft, evidence, alone[0])
        if draft is None or strays or (alone[2] and says_all(alone[2], alone[0].question)):
            query, evidence, draft = alone
    return query, evidence, draft


def find(
    kb: KnowledgeBase, asked: str, history: Sequence[Turn], filters: Filters | None
) -> tuple[Query, Sequence[Evidence], Draft | None]:
    """The question as understood, its evidence, and the draft that is good enough to be an answer, if there is one."""
    query, evidence, draft, used = answer_to_draft(kb, asked, history, filters)
    accepted = decide(query, evidence, used, draft) and find_contradiction(query, evidence) is None
    return query, evidence, draft if accepted else None


def answer_to_draft(
    kb: KnowledgeBase, asked: str, history: Sequence[Turn] = (), filters: Filters | None = None
) -> tuple[Query, Sequence[Evidence], Draft | None, Sequence[Evidence]]:
    """The question as understood, its evidence, the draft before it is decided on, and what the draft rests on."""
    query = understand(kb, asked, history)
    evidence = gather(kb, query, filters)
    draft = (None if filters else compare_documents(kb, query, gather)) or draft_answer(
        kb, query, evidence, names_one(filters)
    )
    used = draft_evidence(draft, evidence) if draft else []
    return query, evidence, draft, used or evidence


def says_all(draft: Draft, question: Question) -> bool:
    """Whether a draft has all the words that a question is about."""
    said = text_to_terms(" ".join(sentence.text for sentence in draft.sentences))
    return set(question.focus) <= set(said)


def points_at_nothing(question: str, history: Sequence[Turn]) -> bool:
    """Whether a question points back ("how much is that altogether?") to one for which nothing was found."""
    return bool(history) and history[-1].answer == NOT_FOUND and PRONOUN.search(question) is not None


def strays_from(draft: Draft, evidence: Sequence[Evidence], query: Query) -> bool:
    """Whether the rarest word of a question stands nowhere near what a draft rests on, nor one near in meaning, or the
    largest or smallest is asked for and a draft is any figure."""
    operation = draft.computation.operation if draft.computation else None
    cells = any(quote.table for sentence in draft.sentences for quote in sentence.quotes)
    if cells and query.question.intents & EXTREMES and operation not in EXTREMES:
        return True
    rarest = max(query.question.focus, key=query.lexicon.weight, default="")
    used = draft_evidence(draft, evidence) or evidence[:1]
    held = frozenset().union(*(item.around for item in used))
    return bool(rarest) and query.matcher.strength(rarest, held) < NEAR_IN_MEANING


def understand(kb: KnowledgeBase, asked: str, history: Sequence[Turn]) -> Query:
    """The question with typing errors mended, acronyms spelled out, and its vector and related words at hand."""
    question = text_to_question(asked, history, kb.documents())
    lexicon = corpus_lexicon(kb)
    terms, unknown = mend_terms(question.text, lexicon)
    text = mend_text(question.text, lexicon)
    vector, related = question_to_vectors(kb, text, lexicon)
    intents, wants = text_to_kinds(text)
    question = replace(with_terms(question, expand_acronyms(terms, lexicon)), text=text, intents=intents, wants=wants)
    return Query(question, lexicon, vector, related, tuple(unknown), operations_of(kb, question, vector))


def gather(kb: KnowledgeBase, query: Query, filters: Filters | None = None) -> list[Evidence]:
    """Ranked evidence: found by words and meaning, then the best of it read beside the question."""
    return rerank(kb, gather_evidence(kb, query, filters), query)


def names_one(filters: Filters | None) -> bool:
    """Whether one document alone is asked."""
    return filters is not None and len(filters.documents) == 1


def draft_answer(kb: KnowledgeBase, query: Query, evidence: Sequence[Evidence], given: bool = False) -> Draft | None:
    """The first draft, from the most particular form to plain prose, that says what is asked; None where none does.

    ``given`` says that the asker named the one document to be asked.
    """
    if not evidence:
        return None
    forms = (
        define,
        evidence_to_members,
        cells_side_by_side,
        evidence_to_row_figures,
        partial(evidence_to_worked, given=given),
        partial(evidence_to_figures, given=given),
        compute_on_tables,
        evidence_to_program_answer,
        best_cell,
        evidence_to_list,
        evidence_to_prose,
    )
    drafts = (form(kb, evidence, query) for form in forms)
    first = next((draft for draft in drafts if draft and draft.sentences and holds(query, evidence, draft)), None)
    if first is None:
        return None
    bare = given or bool(query.question.wants & BARE)
    return with_span(first, query, draft_evidence(first, evidence), by_form=bare)


def holds(query: Query, evidence: Sequence[Evidence], draft: Draft) -> bool:
    """Whether a draft says the kind of thing that is asked for, of the years and forces asked for."""
    if gives_no_meaning(draft, query) or passes_over(draft, query):
        return False
    if draft.form in {"definition", "figures", "members", "program", "worked"}:
        return True
    if is_part(draft, query) or is_one_side(draft, query):
        return False
    if draft.form == "table" and draft.confidence < (LEAST_COMPUTED if draft.computation else LEAST_CELL):
        return False
    if draft.form == "table" and not draft.computation and len(query.question.years) > 1:
        return False  # one cell says nothing about two years
    said = " ".join(sentence.text for sentence in draft.sentences)
    if draft.form != "table" and says_none_beyond(query.question, said):
        return False
    used = draft_evidence(draft, evidence) or evidence[:3]
    if of_another_body(query, used):
        return False
    if missing_years(query, used) or missing_forces(query, used) or missing_kinds(query, said):
        return False
    return draft.computation is not None or counted_strength(used, query) > 0.0


def is_one_side(draft: Draft, query: Query) -> bool:
    """Whether a question compares documents that it names and a draft speaks of one of them alone."""
    said = {quote.document_id for sentence in draft.sentences for quote in sentence.quotes}
    return len(query.question.documents) > 1 and len(said) == 1


def decide(query: Query, evidence: Sequence[Evidence], used: Sequence[Evidence], draft: Draft | None) -> bool:
    """Whether the draft is an answer: prose and lists are judged by logistic regression on what they rest on."""
    if draft is None:
        return False
    return is_sure(draft) or signals_to_probability(evidence_to_signals(used, query, evidence)) >= LEAST_PROBABILITY


def is_sure(draft: Draft) -> bool:
    """Whether a draft was held to a measure of its own: definitions, cells, lists under a title that is asked for."""
    return draft.form in {
        "compared",
        "definition",
        "figures",
        "members",
        "program",
        "side by side",
        "table",
        "titled list",
        "worked",
    }


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
        contradiction = find_contradiction(query, evidence)
        told = contradiction.to_text() if contradiction else None
        message = not_found_message(query, evidence[:10], newest, told)
        return not_found_to_answer(asked, message, retrieved)
    names = {info.id: (info.source, info.title) for info in documents}
    return draft_to_answer(asked, draft, names, retrieved)
