"""Lists: the whole list that the evidence stands in or leads into, from bullets or from a table of words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb.answering.draft import Draft, DraftSentence
from kb.answering.named import in_named_documents
from kb.answering.picked_list import evidence_to_picked_rows
from kb.answering.picked_rows import filtered_rows
from kb.answering.quotes import row_to_quote, span_to_quotes
from kb.answering.table_view import Row, TableView, fit, label_share, table_to_view
from kb.model import Block, Chunk, Document, Table
from kb.retrieval.evidence import Evidence, Query
from kb.retrieval.words import spelled_out
from kb.tables import table_to_groups
from kb.terms import text_to_term_set, text_to_terms, text_to_years

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

MAX_LIST_WORDS = 150
LIST_TRIED = 20
TITLE_WEIGHT = 1.0
LEAST_TITLE = 0.1  # a list that is less sure than the best sentence is not what is asked for
MAX_ROWS_LISTED = 12
RUN_IN_TITLE = 5
NUMBERS = {word: n for n, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)}
# "child protection, domestic violence, and missing persons"
ENUMERATES = re.compile(r"(?:[,;][^,;]{3,60}){2,}[,;]? (?:and|or)\b|(?:;[^;]{3,}){2,}")
CAPTIONED = re.compile(r"\b(?:figure|table) \d+[a-z]?\b", re.IGNORECASE)


def evidence_to_list(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """The whole list that the evidence stands in or leads to, or None where none is asked for or found.

    Of the lists that the best evidence touches, the one whose lead-in, heading or caption says most of the question.
    """
    if draft := evidence_to_picked_rows(kb, evidence, query):
        return draft
    if "list" not in query.question.intents or not evidence:
        return None
    if draft := titled_list(kb, evidence, query):
        return draft
    best = evidence[0].chunk
    if best.kind == "sentence" and ENUMERATES.search(best.text):
        return None  # the best sentence lists things itself
    ranked = sorted(touched_lists(kb, evidence, query), key=lambda found: -found.score)
    for found in ranked:
        if found.score < evidence[0].score + LEAST_TITLE:
            break
        if found.table is not None:
            draft = table_to_list(found.document, found.table, query)
        else:
            draft = list_to_draft(found.document, found.lead, found.items, 0.5)
        if draft and (best.kind != "sentence" or not leaves_out(draft, found.items, best)):
            return draft
    return None


def leaves_out(draft: Draft, items: Sequence[Block], best: Chunk) -> bool:
    """Whether the best sentence stands in a list that is too long to be said whole, and in what was left out of it."""
    inside = any(span.block_id in {item.id for item in items} for span in best.spans)
    return inside and not any(best.text.rstrip(" ;,.")[:60] in sentence.text for sentence in draft.sentences)


@dataclass(frozen=True, slots=True)
class FoundList:
    """A list as it stands in a document: items with their lead-in, or a table; ``score`` compares lists."""

    document: Document
    lead: Block | None
    items: Sequence[Block]
    table: Table | None
    score: float


def touched_lists(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> list[FoundList]:
    """The lists that the best evidence stands in, leads into or heads, each once, with the evidence's score and how
    much of the question their titles say."""
    total = fit(frozenset(query.question.focus), query.question.focus, query.matcher) or 1.0
    lists: dict[tuple[str, str], FoundList] = {}
    for item in evidence[:LIST_TRIED]:
        document = kb.document(item.chunk.document_id)
        table = captioned_table(document, item.chunk)
        if table is not None:
            key, lead = table.id, None
            items: list[Block] = []
            title = f"{table.caption or ''} {' '.join(table.section[-1:])}"
        else:
            found = find_list(document, document.block(item.chunk.spans[-1].block_id)) if item.chunk.spans else None
            if found is None:
                continue
            lead, items = found
            key, title = items[0].id, f"{lead.text if lead else ''} {' '.join(items[0].section[-1:])}"
        said = fit(spelled_out(text_to_term_set(title), query.lexicon), query.question.focus, query.matcher) / total
        lists.setdefault((document.id, key), FoundList(document, lead, items, table, item.score + TITLE_WEIGHT * said))
    return list(lists.values())


def titled_list(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> Draft | None:
    """The list right under a heading that the question names ("the five recommendations"), as many as it says."""
    said = set(re.findall(r"[a-z]+", query.question.text.lower()))
    number = next((n for word, n in NUMBERS.items() if word in said), 0)
    for document_id in dict.fromkeys(item.chunk.document_id for item in in_named_documents(evidence, query)[:10]):
        document = kb.document(document_id)
        for place, block in enumerate(document.blocks):
            title = frozenset(text_to_terms(block.text))
            if block.role != "heading" or not title or label_share(title, query.question.focus, query.matcher) < 0.9:
                continue
            items = items_after(document.blocks[place + 1 :], below=True)
            if len(items) >= 2 and (len(items) == number or not number):
                draft = list_to_draft(document, None, items, 0.9)
                return replace(draft, form="titled list") if draft else None
    return None


def items_after(blocks: Sequence[Block], below: bool = False) -> list[Block]:
    """The run of list items at the beginning of some blocks; furniture and footnotes between them are passed over,
    and with ``below`` lesser headings between items of one page as well."""
    blocks = [block for block in blocks if block.role not in {"furniture", "footnote"}]
    items: list[Block] = []
    for place, block in enumerate(blocks):
        if block.role == "item":
            items.append(block)
        elif not (below and goes_on(blocks, place)):
            break
    return items


def captioned_table(document: Document, chunk: Chunk) -> Table | None:
    """The table that a row or note belongs to or a caption names, or None for other sentences."""
    if chunk.table_id is not None:
        return document.table(chunk.table_id)
    label = CAPTIONED.search(chunk.text)
    if not label:
        return None
    pattern = re.compile(rf"^{re.escape(label.group())}\b", re.IGNORECASE)
    return next((table for table in document.tables if table.caption and pattern.match(table.caption)), None)


def rows_of_label(kb: KnowledgeBase, chunk: Chunk, query: Query) -> Draft | None:
    """All rows of a table that have a row's label, or in a table of words its group, where there are several and the
    question does not tell them apart: one of them would look like the only one.

    None where the row stands alone, or the rows are too many to be said.
    """
    if chunk.table_id is None or chunk.row is None:
        return None
    document = kb.document(chunk.document_id)
    table = document.table(chunk.table_id)
    view = table_to_view(document.id, document.title, table)
    row = next((row for row in view.body() if row.index == chunk.row), None)
    rows = rows_alike(view, row, query) if row else []
    groups = table_to_groups(table)
    sentences = [
        DraftSentence(
            row_to_words(groups[row.index], row),
            (row_to_quote(document, table, row.index, row_label=row.label),),
            True,
        )
        for row in rows
    ]
    words = sum(len(sentence.text.split()) for sentence in sentences)
    return Draft(tuple(sentences), 0.5, form="list") if len(rows) >= 2 and words <= MAX_LIST_WORDS else None


def row_to_words(group: str | None, row: Row) -> str:
    """A row of words: what it has in common with others, then its other cells, each once."""
    first, *rest = dict.fromkeys(text for text in (group or "", *row.texts) if text.strip())
    return f"{first}: {'; '.join(rest)}" if rest else first


def rows_alike(view: TableView, row: Row, query: Query) -> list[Row]:
    """The rows that share a row's label, or in a table of words its group, and of which the question says as much.

    Where a list is asked for, all that share it; none where the question says more of another; a total stands alone.
    """
    groups = table_to_groups(view.table)
    same = [row] if row.total else [other for other in view.body() if other.label == row.label]
    shared = f"{groups[row.index] or ''} {row.texts[0]}"
    if len(same) < 2 and groups[row.index] and not any(column.numeric for column in view.columns):
        same = [other for other in view.body() if groups[other.index] == groups[row.index]]
        shared = groups[row.index] or ""
    if "list" in query.question.intents or len(same) < 2:
        return same
    asked = frozenset(query.question.focus) - text_to_term_set(shared) - view.context
    said = {other.index: len(asked & text_to_term_set(" ".join(other.texts))) for other in same}
    most = max(said.values())
    return [other for other in same if said[other.index] == most] if said[row.index] == most else []


def table_to_list(document: Document, table: Table, query: Query) -> Draft | None:
    """The entries of a table of words: all its cells where it is a plain list, of the years asked for where its
    groups are years; else the rows that the question's words pick out."""
    view = table_to_view(document.id, document.title, table)
    if any(column.numeric for column in view.columns):
        return None
    if any(table.headers()):
        rows = filtered_rows(view, query.question, query.matcher)
        rows = rows or (list(view.body()) if len(view.body()) <= MAX_ROWS_LISTED else [])
        entries = rows_to_entries(rows)
    else:
        entries = list_entries(view, query)
    labels = {row.index: row.label for row in view.body()} if any(table.headers()) else {}
    sentences = [
        DraftSentence(text, (row_to_quote(document, table, row, row_label=labels.get(row, text)),), item=True)
        for row, text in entries
    ]
    words = sum(len(sentence.text.split()) for sentence in sentences)
    return Draft(tuple(sentences), 0.5, form="list") if len(sentences) >= 2 and words <= MAX_LIST_WORDS else None


def rows_to_entries(rows: Sequence[Row]) -> list[tuple[int, str]]:
    """(row, text) of each row: its label where labels tell the rows apart, else its cells of the columns that do."""
    if len({row.label for row in rows}) == len(rows):
        return [(row.index, row.label) for row in rows]
    columns = [
        column for column, texts in enumerate(zip(*(row.texts for row in rows), strict=True)) if len(set(texts)) > 1
    ]
    entries = [
        (row.index, "; ".join(filter(str.strip, dict.fromkeys(row.texts[column] for column in columns))))
        for row in rows
    ]
    return [(index, text) for index, text in entries if text]


def list_entries(view: TableView, query: Query) -> list[tuple[int, str]]:
    """(row, text) of each cell of a list set as a table, once, but for a cell that spans all of it; a row that only
    names years begins a group."""
    entries: list[tuple[int, str]] = []
    taking = True
    first, table = view.table.header_rows, view.table
    for index, cells in enumerate(table.grid_cells()[first:], start=first):
        own = [cell for cell in cells if cell and cell.row == index and cell.rowspan < table.n_rows - first]
        filled = list(dict.fromkeys(cell.text for cell in own if cell.text.strip()))
        years = text_to_years(filled[0]) if len(filled) == 1 else []
        if years and len(filled[0].split()) <= 3:
            taking = not query.question.years or bool(set(years) & set(query.question.years))
        elif taking:
            entries.extend((index, text) for text in filled)
    return entries


def find_list(document: Document, block: Block) -> tuple[Block | None, list[Block]] | None:
    """The list that a block is an item of or leads into: its lead-in (None where it has none) and its items.

    A paragraph leads in where it ends with a colon, or where the next one does. On slides a list goes on below a
    lesser heading of the same page.
    """
    blocks = [b for b in document.blocks if b.role not in {"furniture", "footnote"}]
    place = next((i for i, b in enumerate(blocks) if b.id == block.id), None)
    if place is None:
        return None
    first = place
    if blocks[place].role == "item":
        while first > 0 and (blocks[first - 1].role == "item" or goes_on(blocks, first - 1)):
            first -= 1
        if first and blocks[first - 1].role == "paragraph":  # its own list ends at the heading
            first = max(i for i in range(first, place + 1) if blocks[i - 1].role != "item")
    elif leads_in(blocks, place) or blocks[place].role == "heading":
        first = place + 1
    elif leads_in(blocks, place + 1):
        first = place + 2
    else:
        return None
    lead = blocks[first - 1] if first and blocks[first - 1].role == "paragraph" else None
    items = items_after(blocks[first:], below=lead is None)
    return (lead, items) if len(items) >= 2 else None


def leads_in(blocks: Sequence[Block], place: int) -> bool:
    """Whether the block at a place is a paragraph that ends with a colon."""
    return place < len(blocks) and blocks[place].role == "paragraph" and blocks[place].text.rstrip().endswith(":")


def goes_on(blocks: Sequence[Block], place: int) -> bool:
    """Whether a lesser heading stands between the items of one page, so that their list goes on below it."""
    if not 0 < place < len(blocks) - 1:
        return False
    before, here, after = blocks[place - 1 : place + 2]
    between = before.role == "item" and after.role == "item" and before.page == after.page is not None
    return here.role == "heading" and here.level > 1 and between


def list_to_draft(
    document: Document, lead: Block | None, items: Sequence[Block], confidence: float, max_words: int = MAX_LIST_WORDS
) -> Draft | None:
    """A list as a draft: the lead-in's last sentence and every item; long items keep their first sentence."""
    sentences: list[DraftSentence] = []
    room = max_words
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
    """Where an item's first sentence ends; a title of a few words at its beginning takes the next one along."""
    from kb.sentences import split_sentences

    spans = split_sentences(text)
    titled = len(spans) > 1 and len(text[: spans[0][1]].split()) < RUN_IN_TITLE
    return spans[1 if titled else 0][1] if spans else len(text)
