"""Definitions: a glossary's row first, then the sentence that spells an acronym out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.answering.draft import Draft, DraftSentence, Quote
from kb.answering.quotes import row_to_quote, span_to_quotes
from kb.model import Chunk, Document, Table
from kb.retrieval.evidence import Evidence, Query
from kb.retrieval.lexicon import text_to_acronyms
from kb.terms import text_to_term_set, text_to_terms
from kb.values import text_to_value

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

TARGET = (
    re.compile(
        r"what (?:do|does|did) .{2,40}? mean by [\"“'‘]?(?:the term |an? |the )?(.+?)[\"”'’]?\??$",
        re.IGNORECASE,
    ),
    re.compile(
        r"what (?:is|are|was) (?:meant by|the meaning of) (?:the term |an? |"
        r"the )?[\"“'‘]?(.+?)[\"”'’]?(?: (?:in|as|according to) .*)?\??$",
        re.IGNORECASE,
    ),
    re.compile(
        r"what (?:do|does|did) (?:the (?:letters|term|initials|acronym|abbreviation|phrase|"
        r"words?) )?[\"“'‘]?(.+?)[\"”'’]? (?:mean|stand for|refer to)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:define|explain the (?:term|phrase|word)s?|definition of|"
        r"meaning of) [\"“'‘]?(.+?)[\"”'’]?(?: (?:in|for|according to) .*)?[?.]?$",
        re.IGNORECASE,
    ),
    re.compile(
        r"what(?:'s| is| are| was) (?:an? |the )?[\"“'‘]?([A-Z][\w&-]{1,12}|[\w' -]{3,40}?)[\"”'’]?"
        r"(?: (?:as|in) .*)?\??$",
        re.IGNORECASE,
    ),
    re.compile(r"what is ([A-Z&-]{2,12}) short for", re.IGNORECASE),
)
# "What does X stand for", where no figure can be the answer.
ASKS_MEANING = re.compile(r"\bstands? for\b|\bshort for\b|\bmeant by\b|\bmeaning of\b|\bdoes \S+ mean\b", re.IGNORECASE)
SHORT_FORM = re.compile(r"(?=(?:.*[A-Z]){2})[A-Z][A-Za-z&-]{1,11}")
DEFINING_WORDS = 8


def question_to_target(text: str) -> str | None:
    """The term whose meaning is asked for, or None."""
    for pattern in TARGET:
        match = pattern.search(text.strip())
        if match:
            return match.group(1).strip()
    return None


def define(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """The definition of the question's term: from a glossary row, else where its letters are explained; or None."""
    target = question_to_target(query.question.text)
    if not target or len(text_to_terms(target)) > 6:
        return spell_out(kb, evidence, query)
    wanted = text_to_term_set(target)
    if not wanted:
        return spell_out(kb, evidence, query)
    for item in evidence:
        if item.chunk.kind != "row" or item.chunk.table_id is None or item.chunk.row is None:
            continue
        if query.question.documents and item.chunk.document_id not in query.question.documents:
            continue
        document = kb.document(item.chunk.document_id)
        table = document.table(item.chunk.table_id)
        if table.n_columns != 2 or not is_glossary(table):
            continue
        label, meaning = table.grid()[item.chunk.row][:2]
        if label_defines(label, wanted):
            quote = row_to_quote(document, table, item.chunk.row, 1, label, table.headers()[1] or None, None)
            return Draft((DraftSentence(f"{label}: {meaning}", (quote,)),), 0.95, form="definition")
    return spell_out(kb, evidence, query)


def asked_letters(query: Query) -> str | None:
    """The letters whose meaning is asked for, "HMIC" or "hmic"; None for words, and where something else is asked."""
    # The question as it was typed: of a document's name ("HMIC") the rest of it is without.
    asked = query.question.asked
    match = ASKS_MEANING.search(asked)
    if match is None or " and " in asked[match.end() :]:
        return None  # "and what does it do?": letters are half of that
    target = question_to_target(asked)
    if target and (SHORT_FORM.fullmatch(target) or target.lower() in query.lexicon.explained):
        return target
    return None


def spell_out(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """The sentence or heading that gives a short form behind its words, "Learning and Development (HR-LD)": of the
    evidence, else anywhere in the documents that it is from; None for other terms, and where none does."""
    target = asked_letters(query)
    if target is None:
        return None
    asked = set(query.question.documents) or {item.chunk.document_id for item in evidence}
    known = kb.chunks(query.lexicon.explained.get(target.lower(), ()))
    for chunk in (*(item.chunk for item in evidence), *known.values()):
        if chunk.document_id not in asked:
            continue
        for text in (chunk.text, *reversed(chunk.section)):
            long = {short.lower(): words for short, words in text_to_acronyms(text, capitals=True)}.get(target.lower())
            quotes = text_to_quotes(kb.document(chunk.document_id), chunk, text) if long else ()
            if long and quotes:
                return Draft((DraftSentence(text, quotes),), 0.9, (long,), form="definition")
    return None


def text_to_quotes(document: Document, chunk: Chunk, text: str) -> tuple[Quote, ...]:
    """The quotes of a sentence, or of the heading that is one of its section's titles; none for a row."""
    spans = [(document.block(span.block_id), span.start, span.end) for span in chunk.spans if text == chunk.text]
    if text != chunk.text:
        spans = [(block, 0, len(block.text)) for block in document.blocks if block.text == text][:1]
    return tuple(quote for block, start, end in spans for quote in span_to_quotes(document, block, start, end))


def gives_no_meaning(draft: Draft, query: Query) -> bool:
    """Whether what letters or a word mean is asked for, and a draft is figures of a table, or does not explain the
    letters."""
    if draft.form == "definition" or not ASKS_MEANING.search(query.question.text):
        return False
    quotes = [quote for sentence in draft.sentences for quote in sentence.quotes]
    cells = [quote.table for quote in quotes if quote.table is not None and quote.table.value]
    if draft.computation is not None or any(text_to_value(cell.value or "") is not None for cell in cells):
        return True
    target = asked_letters(query)
    if target is None:
        return False
    explains = re.compile(rf"\b{re.escape(target)}[\"”'’]?,? (?:stands? for|means?|is|are|was|were)\b", re.I)
    return not any(explains.search(s.text) for s in draft.sentences)


def is_glossary(table: Table) -> bool:
    """A two-column table of short labels and long meanings."""
    rows = [row for row in table.grid()[table.header_rows :] if row[0].strip() and row[1].strip()]
    if len(rows) < 5:
        return False
    labels = sorted(len(row[0].split()) for row in rows)
    meanings = sorted(len(row[1].split()) for row in rows)
    return labels[len(rows) // 2] <= 5 and meanings[len(rows) // 2] >= DEFINING_WORDS


def label_defines(label: str, wanted: frozenset[str]) -> bool:
    """Whether a glossary's label is the term asked for: one of its forms (short, long) has the same words."""
    forms = [label, *re.split(r"\s+[–—-]\s+|\s*[()]\s*", label)]
    return any(text_to_term_set(form) == wanted for form in forms if form.strip())
