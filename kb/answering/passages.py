"""Prose: the one to three sentences that answer, in the document's words; lists whole; definitions first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.answering.draft import Draft, DraftSentence, Quote
from kb.answering.question import Question
from kb.answering.quotes import row_to_quote, span_to_quotes
from kb.answering.table_evidence import look_up_row
from kb.model import Block, Chunk, Document
from kb.retrieval.evidence import Evidence, Query
from kb.retrieval.lexicon import Lexicon
from kb.terms import text_to_term_set

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

MAX_WORDS = 75
MAX_LIST_WORDS = 150
MAX_SENTENCES = 4
NEAR = 0.86  # a further sentence must score this share of the best one
FOLLOWING_WORDS = 70
FACT_WORDS = 45
POINTS_BACK = re.compile(r"^(?:it|this|these|they|those|he|she|its|their|such|that|both|here)\b", re.IGNORECASE)


def evidence_to_prose(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """The best sentence with those that belong to it, then near ones that say something else, each complete.

    At most MAX_WORDS in all: first the sentences that follow the best one in its passage (what "this" leads on to),
    then other evidence that ranks near it.
    """
    picked = [evidence[0].chunk, *following(kb, evidence[0].chunk, query)]
    words = sum(len(chunk.text.split()) for chunk in picked)
    for item in evidence[1:]:
        length = len(item.chunk.text.split())
        if len(picked) >= MAX_SENTENCES or item.score < NEAR * evidence[0].score:
            break
        if words + length <= MAX_WORDS and not any(repeats(item.chunk, other) for other in picked):
            picked.append(item.chunk)
            words += length
    sentences = [chunk_to_sentence(kb, chunk, query) for chunk in picked]
    return Draft(tuple(s for s in sentences if s.quotes), 0.5)


def following(kb: KnowledgeBase, chunk: Chunk, query: Query) -> list[Chunk]:
    """The sentences after a sentence in its passage that go on with it, as many as fit."""
    if chunk.kind != "sentence" or chunk.parent is None:
        return []
    siblings = list(kb.children([chunk.parent]).values())
    place = next((i for i, other in enumerate(siblings) if other.id == chunk.id), None)
    if place is None:
        return []
    reasons = bool(query.question.intents & {"why", "how"}) or not query.question.wants
    room = (FOLLOWING_WORDS if reasons else FACT_WORDS) - len(chunk.text.split())
    taken: list[Chunk] = []
    for other in siblings[place + 1 :]:
        room -= len(other.text.split())
        if room < 0 or len(taken) + 1 >= MAX_SENTENCES or not other.spans:
            break
        taken.append(other)
    return taken


def repeats(chunk: Chunk, other: Chunk) -> bool:
    """Whether two units say nearly the same words."""
    mine, theirs = text_to_term_set(chunk.text), text_to_term_set(other.text)
    return len(mine & theirs) >= 0.8 * min(len(mine), len(theirs) or 1)


def chunk_to_sentence(kb: KnowledgeBase, chunk: Chunk, query: Query) -> DraftSentence:
    """One sentence or table row with its quotes; of a row with many figures, the cell that is asked for."""
    document = kb.document(chunk.document_id)
    if chunk.kind == "row" and chunk.text.count(";") >= 2 and (cell := look_up_row(kb, chunk, query)):
        return cell.sentences[0]
    if chunk.kind == "row" and chunk.table_id is not None and chunk.row is not None:
        table = document.table(chunk.table_id)
        label = chunk.text.split(":")[0]
        return DraftSentence(_with_stop(chunk.text), (row_to_quote(document, table, chunk.row, row_label=label),))
    quotes: list[Quote] = []
    for span in chunk.spans:
        quotes.extend(span_to_quotes(document, document.block(span.block_id), span.start, span.end))
    return DraftSentence(_with_stop(chunk.text), tuple(quotes))


def _with_stop(text: str) -> str:
    text = text.strip().rstrip(";,")
    return text if text.endswith((".", "!", "?", ":", "”", '"', "”.")) else f"{text}."


def evidence_to_list(
    kb: KnowledgeBase, evidence: Sequence[Evidence], question: Question, lexicon: Lexicon, confidence: float
) -> Draft | None:
    """The whole list that the best evidence stands in or introduces, or None where it stands in none."""
    for item in evidence[:6]:
        if item.chunk.kind != "sentence" or item.score < 0.8 * evidence[0].score:
            continue
        document = kb.document(item.chunk.document_id)
        block = document.block(item.chunk.spans[0].block_id)
        found = find_list(document, block)
        if found:
            draft = list_to_draft(document, found[0], found[1], confidence)
            if draft:
                return draft
    return None


def find_list(document: Document, block: Block) -> tuple[Block | None, list[Block]] | None:
    """The list that a block is an item of or leads into: its lead-in (None where it has none) and its items."""
    blocks = [b for b in document.blocks if b.role not in {"furniture", "footnote"}]
    place = next((i for i, b in enumerate(blocks) if b.id == block.id), None)
    if place is None:
        return None
    first = place
    if blocks[place].role == "item":
        while first > 0 and blocks[first - 1].role == "item":
            first -= 1
    elif blocks[place].text.rstrip().endswith(":") or blocks[place].role == "heading":
        first = place + 1
    else:
        return None
    last = first
    while last < len(blocks) and blocks[last].role == "item":
        last += 1
    items = blocks[first:last]
    lead = blocks[first - 1] if first and blocks[first - 1].role == "paragraph" else None
    return (lead, items) if len(items) >= 2 else None


def list_to_draft(document: Document, lead: Block | None, items: Sequence[Block], confidence: float) -> Draft | None:
    """A list as a draft: the lead-in's last sentence and every item; long items keep their first sentence."""
    sentences: list[DraftSentence] = []
    room = MAX_LIST_WORDS
    if lead is not None:
        start = _last_sentence_start(lead.text)
        words = lead.text[start:]
        if len(words.split()) <= 40:
            sentences.append(DraftSentence(words, tuple(span_to_quotes(document, lead, start, len(lead.text)))))
            room -= len(words.split())
    whole = sum(len(item.text.split()) for item in items) <= room
    for item in items:
        end = len(item.text) if whole else _first_sentence_end(item.text)
        text = item.text[:end].rstrip(" ;,")
        text = re.sub(r"[;,]?\s+and$", "", text)
        if len(text.split()) > room:
            break
        room -= len(text.split())
        sentences.append(DraftSentence(text, tuple(span_to_quotes(document, item, 0, len(text))), item=True))
    return Draft(tuple(sentences), confidence, form="list") if len(sentences) >= 2 else None


def _last_sentence_start(text: str) -> int:
    from kb.sentences import split_sentences

    spans = split_sentences(text)
    return spans[-1][0] if spans else 0


def _first_sentence_end(text: str) -> int:
    from kb.sentences import split_sentences

    spans = split_sentences(text)
    return spans[0][1] if spans else len(text)
