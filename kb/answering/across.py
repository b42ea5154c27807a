"""Several documents side by side: what each one that a question compares says, newest first, each with its date."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.answering.decision import evidence_to_signals, missing_kinds, signals_to_probability
from kb.answering.draft import Draft, DraftSentence
from kb.answering.mentions import question_to_mentions
from kb.answering.passages import evidence_to_prose
from kb.answering.question import with_terms
from kb.answering.table_evidence import best_cell
from kb.retrieval import question_to_vectors
from kb.retrieval.evidence import Evidence, Query
from kb.store.search import Filters
from kb.terms import text_to_terms, text_to_years

if TYPE_CHECKING:
    from kb.store import DocumentInfo, KnowledgeBase

Gather = Callable[["KnowledgeBase", Query, Filters | None], Sequence[Evidence]]

LEAST_CELL_COMPARED = 0.55
LEAST_ALONE = 3
# A question says itself that the documents which it names speak of a thing: less is asked of each than of a passage
# among all documents, where they are sure together.
LEAST_OF_NAMED = 0.35
LEAST_STATEMENT = 0.5
LEAST_TOGETHER = 0.45
SENTENCES_EACH = 1
LEAST_CELL_BESIDE = 0.73
NEAR_IN_SCORE = 0.8
NEAR_IN_CONFIDENCE = 0.1
# "..., and what does the 2017 presentation show?": each half asks one document.
CLAUSES = re.compile(
    r"[,;:]\s*(?:and|but|or)?\s*(?=(?:what|when|how|which|who|where|is|was|were|are|did|does|do|has|have)\b)"
    r"|\s+(?:and|but)\s+(?=(?:what|when|how|which|who|where|is|was|did|does|do)\b)"
    r"|\bcompared? (?:with|to)\b|\s(?:versus|vs\.?)\s",
    re.IGNORECASE,
)

# "Body cameras: what was asked for in 2014, and who leads on them in 2017?": the topic of both halves.
TOPIC = re.compile(r"[^:;,?.]{3,40}:")
REFERS = re.compile(r"\b(?:it|its|that|they|their|them|this|those|these|there|one|ones|same|he|she)\b", re.IGNORECASE)
CHANGED = re.compile(
    r"^(?:did|has|have|do|does|is|was|were)\b.*\b(?:chang|differ|rise|rose|fall|fell|go up|go down|same)", re.I
)
CHANGING = {
    "money": re.compile(r"\b(?:costs?|budgets?|savings?|spending|funding|grants?|price|bill)\b", re.IGNORECASE),
    "percent": re.compile(r"\b(?:percentage|per ?cent|share|proportion)\b|%", re.IGNORECASE),
    "number": re.compile(r"\b(?:number|headcount|strength)\b", re.IGNORECASE),
}


def compare_documents(kb: KnowledgeBase, query: Query, gather: Gather) -> Draft | None:
    """What each of the documents that a question compares says, newest first; None where it compares none, or where
    one of them is silent."""
    compared = documents_compared(query, kb.documents())
    if len(compared) < 2:
        return None
    drafts, sure = [], []
    for info in sorted(compared, key=lambda info: info.date or "", reverse=True):
        part = with_kinds(with_vector(kb, query_for(query, info, kb.documents())))
        evidence = gather(kb, part, Filters(documents=(info.id,)))
        least = LEAST_OF_NAMED if info.id in query.question.documents else LEAST_STATEMENT
        draft = evidence_to_statement(kb, evidence, part, least)
        if draft is None:
            return None
        sure.append(draft.confidence)
        said = draft.sentences if draft.form == "list" else draft.sentences[:SENTENCES_EACH]
        drafts.append(
            tuple(with_date(sentence, info) if place == 0 else sentence for place, sentence in enumerate(said))
        )
    together = sum(sure) / len(sure)
    if together < LEAST_TOGETHER:
        return None
    return Draft(tuple(sentence for sentences in drafts for sentence in sentences), together, form="compared")


def cells_side_by_side(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """The same measure as several documents give it, newest first, each behind its date.

    Only where the question names no document and no year, so that none of them is meant alone, and where the cells
    of two or more documents explain it about equally well; None else.
    """
    if query.question.documents or query.question.years:
        return None
    cells: list[tuple[DocumentInfo, Draft]] = []
    for info in kb.documents():
        own = [item for item in evidence if item.chunk.document_id == info.id]
        cell = best_cell(kb, own, query) if own and own[0].score >= NEAR_IN_SCORE * evidence[0].score else None
        if cell is not None and cell.confidence >= LEAST_CELL_BESIDE:
            cells.append((info, cell))
    best = max((cell.confidence for _, cell in cells), default=0.0)
    cells = [(info, cell) for info, cell in cells if cell.confidence >= best - NEAR_IN_CONFIDENCE]
    if len(cells) < 2:
        return None
    cells.sort(key=lambda pair: pair[0].date or "", reverse=True)
    sentences = tuple(with_date(cell.sentences[0], info) for info, cell in cells)
    values = tuple(dict.fromkeys(value for _, cell in cells for value in cell.values))
    return Draft(sentences, best, values, form="side by side")


def documents_compared(query: Query, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """The documents that a question names; where it has several parts, also those that are alone of the first year
    that a part names."""
    named = [info for info in documents if info.id in query.question.documents]
    clauses = CLAUSES.split(query.question.asked)
    if len(clauses) < 2:
        return named
    by_year: dict[str, list[DocumentInfo]] = {}
    for info in documents:
        by_year.setdefault((info.date or "")[:4], []).append(info)
    years = [year for clause in clauses for year in text_to_years(clause)[:1]]
    dated = [by_year[year][0] for year in years if len(by_year.get(year, ())) == 1]
    return list(dict.fromkeys([*named, *dated]))


def query_for(query: Query, info: DocumentInfo, documents: Sequence[DocumentInfo]) -> Query:
    """The part of a question that is asked of one document: its clause where it has one, without the naming."""
    year = (info.date or "")[:4]
    topic = TOPIC.match(query.question.asked)
    before = topic.group() if topic else ""
    for clause in CLAUSES.split(query.question.asked):
        mentions = question_to_mentions(clause, documents)
        alone = set(mentions.documents) == {info.id} or (not mentions.documents and year and year in clause)
        with_before = bool(before) and (topic is not None or REFERS.search(clause) is not None)
        text = f"{before} {mentions.text}" if with_before else mentions.text
        terms = [term for term in text_to_terms(text) if term in query.question.focus and term != year]
        if alone and len(terms) >= LEAST_ALONE:
            question = replace(with_terms(query.question, terms), text=text.strip(" ,;?") + "?", years=())
            return replace(query, question=question)
        before = before if topic else f"{before} {mentions.text}"
    terms = [term for term in query.question.terms if term not in query.question.years]
    return replace(query, question=replace(with_terms(query.question, terms), years=()))


def with_vector(kb: KnowledgeBase, query: Query) -> Query:
    """The query with the vector and the related words of its own text."""
    vector, related = question_to_vectors(kb, query.question.text, query.lexicon)
    return replace(query, vector=vector, related=related)


def with_kinds(query: Query) -> Query:
    """The query for a kind of thing where it only asks whether that changed ("did the cost change?")."""
    if query.question.wants or not CHANGED.search(query.question.text):
        return query
    wants = frozenset(kind for kind, words in CHANGING.items() if words.search(query.question.text))
    return replace(query, question=replace(query.question, wants=wants))


def evidence_to_statement(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query, least: float) -> Draft | None:
    """What one document says to a question: a cell that fits it well, else its best sentence where the probability
    that it answers is ``least`` or more. The draft's confidence is that probability, or the cell's."""
    if not evidence:
        return None
    cell = best_cell(kb, evidence, query)
    if cell is not None and cell.confidence >= LEAST_CELL_COMPARED:
        return cell
    prose = evidence_to_prose(kb, evidence[:1], query)
    probability = signals_to_probability(evidence_to_signals(evidence[:1], query, evidence))
    if prose is None or probability < least:
        return cell  # the nearest sentence of a document that is silent
    if missing_kinds(query, " ".join(sentence.text for sentence in prose.sentences)):
        return cell
    return replace(prose, confidence=probability)


def with_date(sentence: DraftSentence, info: DocumentInfo) -> DraftSentence:
    """A sentence behind the date of its document, in brackets, as it is not quoted with it."""
    return replace(sentence, text=f"({info.date_text or date_to_words(info.date) or info.source}) {sentence.text}")


def date_to_words(date: str | None) -> str | None:
    """An ISO date as people write it: 24 April 2017."""
    if date is None:
        return None
    day = datetime.date.fromisoformat(date)
    return f"{day.day} {day:%B} {day.year}"
