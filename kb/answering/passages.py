"""Prose: the few sentences that answer, in the document's words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.answering.decision import missing_kinds
from kb.answering.draft import Draft, DraftSentence, Quote
from kb.answering.lists import MAX_LIST_WORDS, find_list, list_to_draft, rows_of_label
from kb.answering.patterns import COMPARED
from kb.answering.quotes import row_to_quote, span_to_quotes, table_to_quote
from kb.answering.table_evidence import FIGURES, has_many_figures, look_up_row, names_row, other_figure
from kb.forces import text_to_forces
from kb.model import Chunk, Document, Table
from kb.retrieval.evidence import Evidence, Query
from kb.tables import table_to_groups
from kb.terms import text_to_term_set

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

MAX_WORDS = 75
MAX_SENTENCES = 4
NEAR = 0.75  # a further sentence must score this share of the best one
UNFINISHED = re.compile(r"^(?:Figure|Table|Chart)\s+\d+\b|:$")  # a caption, or what only leads on to a list
FOLLOWING_WORDS = 70
FACT_WORDS = 45
WANTED_MARGIN = 0.8
MOST_COVERED = 0.5
LEADING_WORDS = 30
REASON_WORDS = 4
POINTS_BACK = re.compile(
    r"(?:It|Its|They|Their|Them|He|She|His|Her|Both|So it|(?:This|These|That|Those|Such)(?! (?:report|plan|paper|"
    r"presentation|document|review|edition)))\b"
)
CONCLUDES = re.compile(
    r"\b(?:therefore|thus|hence|consequently|as a result|accordingly|for (?:this|that|these) reasons?)\b", re.I
)
GIVEN = 0.5  # the share of a value's words
LISTED_AMONG = 4
LISTED_TOGETHER = 3
ALIKE_AMONG, LISTED_ALIKE = 5, 4
ALIKE = 0.9
LEAD_ROOM = 4
MAX_LISTED = 79


def evidence_to_prose(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """The best sentence with those that belong to it, then near ones that say something else, each complete.

    At most MAX_WORDS in all: first the sentences that follow the best one in its passage (what "this" leads on to),
    then other evidence that ranks near it. A table row stands alone.
    """
    evidence = [
        item
        for item in evidence
        if not says_nothing_new(kb, item.chunk, query) and not is_dated_by_heading(kb, item.chunk, query)
    ]
    if not evidence:
        return None
    best = best_unit(evidence, query)
    if best.chunk.kind == "row" and query.question.intents & {"max", "min"}:
        return None  # one row of many would look like the largest
    if best.chunk.kind == "row" and query.question.wants & FIGURES and not names_row(kb, best.chunk, query):
        return None  # another row's figure would look like an answer
    if other_figure(kb, best.chunk, query):
        return None
    if best.chunk.kind == "row" and len(query.question.forces) > 1 and COMPARED.search(query.question.text):
        return None  # the row of one force is not both laid side by side
    if best.chunk.kind == "row" and (draft := rows_of_label(kb, best.chunk, query)):
        return draft
    if draft := short_list(kb, best, evidence[:ALIKE_AMONG], query):
        return draft
    sure = says_wanted(best, query)
    before = leading(kb, best.chunk, query)
    taken = sum(len(chunk.text.split()) for chunk in before)
    picked = [*before, best.chunk, *(() if sure else following(kb, best.chunk, query, taken))]
    words = sum(len(chunk.text.split()) for chunk in picked)
    for item in () if sure or best.chunk.kind == "row" else evidence:
        length = len(item.chunk.text.split())
        if len(picked) >= MAX_SENTENCES or item.score < NEAR * best.score:
            break
        fits = words + length <= MAX_WORDS and not any(repeats(item.chunk, other) for other in picked)
        whole = item.chunk.kind != "row" and not UNFINISHED.search(item.chunk.text.strip())
        if fits and whole and not strays(item.chunk, query):
            picked.append(item.chunk)
            words += length
    sentences = [chunk_to_sentence(kb, chunk, query) for chunk in picked]
    if points_back(picked[0]) and picked[0].section:
        sentences[0] = replace(sentences[0], text=f"({picked[0].section[-1]}) {sentences[0].text}")
    return Draft(tuple(s for s in sentences if s.quotes), 0.5)


def says_nothing_new(kb: KnowledgeBase, chunk: Chunk, query: Query) -> bool:
    """Whether a row is a label with a value that the question gives itself, under a label that it does not ask for:
    "Date of Meeting: 23 September" to "who spoke at the September meeting?"."""
    if chunk.kind != "row" or chunk.table_id is None or chunk.row is None:
        return False
    cells = [text for text in kb.document(chunk.document_id).table(chunk.table_id).grid()[chunk.row] if text.strip()]
    if len(cells) != 2 or not cells[0].rstrip().endswith(":"):
        return False
    asked = text_to_term_set(query.question.asked)
    label, value = (text_to_term_set(text) for text in cells)
    wanted = query.question.wants & (FIGURES | {"date"}) and not missing_kinds(query, cells[1])
    return bool(value) and len(value & asked) >= GIVEN * len(value) and not (label and label <= asked) and not wanted


def is_dated_by_heading(kb: KnowledgeBase, chunk: Chunk, query: Query) -> bool:
    """Whether a row has a date only in its headings ("adjusted for 2012/13"), where a date is asked for."""
    if "date" not in query.question.wants or chunk.kind != "row" or chunk.table_id is None or chunk.row is None:
        return False
    table = kb.document(chunk.document_id).table(chunk.table_id)
    own = (table_to_groups(table)[chunk.row] or "", *table.grid()[chunk.row])
    return bool(missing_kinds(query, " ; ".join(own)))


def points_back(chunk: Chunk) -> bool:
    """Whether a sentence begins with a word that only the one before it explains."""
    return chunk.kind == "sentence" and bool(POINTS_BACK.match(chunk.text))


def leading(kb: KnowledgeBase, chunk: Chunk, query: Query) -> list[Chunk]:
    """The sentence before one that points back to it ("Its budget is ..."), or before one that only concludes from it
    where a reason is asked for ("They therefore ..."), where it is short enough."""
    concludes = "why" in query.question.intents and CONCLUDES.search(chunk.text) is not None
    if not (points_back(chunk) or concludes) or chunk.parent is None:
        return []
    siblings = list(kb.children([chunk.parent]).values())
    place = next((i for i, other in enumerate(siblings) if other.id == chunk.id), 0)
    before = siblings[place - 1] if place else None
    if before is None or len(before.text.split()) > LEADING_WORDS or points_back(before) or not before.spans:
        return []
    return [before]


def short_list(kb: KnowledgeBase, best: Evidence, near: Sequence[Evidence], query: Query) -> Draft | None:
    """The list that the best sentence leads into, or stands in together with others that are ``near``, where it is
    short enough to be said whole.

    A sentence whose next one leads into the list ("The main sources are:") is said before it.
    """
    if (
        best.chunk.kind != "sentence"
        or not best.chunk.spans
        or query.question.wants & {"date", "money", "number", "percent"}
    ):
        return None
    document = kb.document(best.chunk.document_id)
    block = document.block(best.chunk.spans[-1].block_id)
    found = find_list(document, block)
    if not found:
        return None
    lead, items = found
    leads = best.chunk.text.rstrip().endswith(":")
    before = lead is not None and block.role == "paragraph" and not leads
    blocks = {item.id for item in items} | ({lead.id} if lead else set())
    standing = [item for item in near if item.chunk.spans and item.chunk.document_id == document.id]
    inside = [item for item in standing if item.chunk.spans[0].block_id in blocks]
    together = sum(item in inside for item in near[:LISTED_AMONG]) >= LISTED_TOGETHER
    together = together and not query.question.intents & {"how", "why"}
    if not (leads or before or together) and "list" not in query.question.intents:
        return None
    said = (chunk_to_sentence(kb, best.chunk, query),) if before else ()
    asked = "list" in query.question.intents or stand_alike(inside)
    room = (MAX_LIST_WORDS if asked else MAX_LISTED) - sum(len(sentence.text.split()) for sentence in said)
    if sum(len(item.text.split()) for item in items) > room - LEAD_ROOM:
        return None
    draft = list_to_draft(document, lead, items, 0.5, room)
    return replace(draft, sentences=(*said, *draft.sentences)) if draft else None


def stand_alike(inside: Sequence[Evidence]) -> bool:
    """Whether nearly all of the best evidence are items of one list (``inside``) and none of them stands out: then the
    list is asked for, however the question is worded."""
    return len(inside) >= LISTED_ALIKE and inside[-1].score >= ALIKE * inside[0].score


def best_unit(evidence: Sequence[Evidence], query: Query) -> Evidence:
    """The best evidence that holds the kind of thing asked for, where one ranks near the very best."""
    for item in evidence:
        if item.score < WANTED_MARGIN * evidence[0].score:
            break
        near = item.features.coverage >= WANTED_MARGIN * evidence[0].features.coverage
        if near and not missing_kinds(query, item.chunk.text):
            return item
    return evidence[0]


def says_wanted(best: Evidence, query: Query) -> bool:
    """Whether a sentence holds most of the question and the kind of thing asked for: then it needs no others."""
    particular = bool(query.question.wants & {"money", "percent", "number", "date"})
    return particular and best.features.coverage >= MOST_COVERED and not missing_kinds(query, best.chunk.text)


def strays(chunk: Chunk, query: Query) -> bool:
    """Whether a further sentence speaks of other forces than those asked about."""
    named = set(text_to_forces(chunk.text))
    return bool(query.question.forces) and bool(named) and not named & set(query.question.forces)


def following(kb: KnowledgeBase, chunk: Chunk, query: Query, taken: int = 0) -> list[Chunk]:
    """The sentences after a sentence in its passage that go on with it, as many as fit beside ``taken`` words."""
    if chunk.kind != "sentence" or chunk.parent is None:
        return []
    siblings = list(kb.children([chunk.parent]).values())
    place = next((i for i, other in enumerate(siblings) if other.id == chunk.id), None)
    if place is None:
        return []
    reasons = bool(query.question.intents & {"why", "how", "list"}) or not query.question.wants
    room = (FOLLOWING_WORDS if reasons else FACT_WORDS) - len(chunk.text.split()) - taken
    found: list[Chunk] = []
    role = chunk_to_role(kb, chunk)
    for other in siblings[place + 1 :]:
        room -= len(other.text.split())
        if room < 0 or len(found) + 1 >= MAX_SENTENCES or not other.spans or strays(other, query):
            break
        if (chunk_to_role(kb, other) == "footnote") != (role == "footnote"):
            break  # a note at the foot of the page goes on with nothing above it
        found.append(other)
    return found


def chunk_to_role(kb: KnowledgeBase, chunk: Chunk) -> str:
    """The role of the block that a sentence stands in; "" for one without a place."""
    return kb.document(chunk.document_id).block(chunk.spans[0].block_id).role if chunk.spans else ""


def repeats(chunk: Chunk, other: Chunk) -> bool:
    """Whether two units say nearly the same words."""
    mine, theirs = text_to_term_set(chunk.text), text_to_term_set(other.text)
    return len(mine & theirs) >= 0.8 * min(len(mine), len(theirs) or 1)


def chunk_to_sentence(kb: KnowledgeBase, chunk: Chunk, query: Query) -> DraftSentence:
    """One sentence or table row with its quotes; of a row with many figures, the cell that is asked for."""
    document = kb.document(chunk.document_id)
    if chunk.kind == "row" and chunk.table_id is not None and chunk.row is not None:
        table = document.table(chunk.table_id)
        if words := row_to_words(document, table, chunk.row, query):
            return words
        if has_many_figures(table, chunk.row) and (cell := look_up_row(kb, chunk, query)):
            return cell.sentences[0]
        label = chunk.text.split(":")[0]
        return DraftSentence(_with_stop(chunk.text), (row_to_quote(document, table, chunk.row, row_label=label),))
    quotes: list[Quote] = []
    for span in chunk.spans:
        quotes.extend(span_to_quotes(document, document.block(span.block_id), span.start, span.end))
    if not chunk.spans and chunk.table_id is not None:
        quotes.append(table_to_quote(document, document.table(chunk.table_id)))
    return DraftSentence(_with_stop(chunk.text), tuple(quotes))


def row_to_words(document: Document, table: Table, row: int, query: Query) -> DraftSentence | None:
    """Of a row with many figures, the cell of words that a question for a reason asks for; None for other questions,
    or where no cell has as many words."""
    if "why" not in query.question.intents or not has_many_figures(table, row):
        return None
    label, *texts = table.grid()[row]
    column, reason = max(enumerate(texts, start=1), key=lambda pair: len(pair[1].split()), default=(0, ""))
    if len(reason.split()) < REASON_WORDS or not label.strip():
        return None
    heading = table.headers()[column] or None
    quote = row_to_quote(document, table, row, column, label, heading, reason)
    return DraftSentence(_with_stop(f"{label}: {reason}"), (quote,))


def _with_stop(text: str) -> str:
    text = text.strip().rstrip(";,")
    return text if text.endswith((".", "!", "?", ":", "”", '"', "”.")) else f"{text}."
