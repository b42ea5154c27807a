"""A document to what is indexed: passages, their sentences, tables and their rows, none of which loses its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ingest.tables.sentences import RowSentence, Wording, table_to_sentences
from kb.model import Block, Chunk, ChunkKind, Document, Span, Table, reading_order
from kb.sentences import split_sentences

PASSAGE_WORDS = 180
TITLES_OF_SECTION = 1
ITEM_WORDS = 45
RUN_IN_WORDS = 6
# The mark with which a table's note begins, which its block has not.
NOTE_MARK = re.compile(r"^(?:\*{1,3}|[†‡§¶]|\(\w{1,2}\)|\w{1,2})\s+")


@dataclass(frozen=True)
class Unit:
    """A sentence of a block, or the whole of a list item that is not long: what is never cut."""

    block: Block
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.block.text[self.start : self.end]

    @property
    def words(self) -> int:
        return len(self.text.split())


def document_to_chunks(document: Document) -> list[Chunk]:
    """Chunks in reading order, each passage before its sentences and each table before its rows.

    Ids count a kind's chunks through the document, so that the same document always gives the same chunks.
    """
    numbering = Numbering(document.id)
    chunks: list[Chunk] = []
    said = {block.text for block in document.blocks}
    wording = Wording(block.text for block in document.blocks if block.role in {"paragraph", "item", "footnote"})
    parts = (part for part in reading_order(document) if isinstance(part, Table) or part.role != "furniture")
    for key, run in groupby(parts, key=run_of):
        if key is None:
            for table in run:
                if isinstance(table, Table):
                    chunks += table_to_chunks(document, table, said, wording, numbering)
        else:
            blocks = [block for block in run if isinstance(block, Block) and block.role != "heading"]
            for passage in blocks_to_passages(blocks):
                chunks += passage_to_chunks(document, passage, numbering)
    return chunks


class Numbering:
    """Ids of a document's chunks: ``<document id>:<first letter of the kind><number>``."""

    def __init__(self, document_id: str) -> None:
        self._document_id = document_id
        self._last: dict[ChunkKind, int] = {}

    def next(self, kind: ChunkKind) -> str:
        self._last[kind] = self._last.get(kind, 0) + 1
        return f"{self._document_id}:{kind[0]}{self._last[kind]}"


def run_of(part: Block | Table) -> tuple[bool, tuple[str, ...]] | None:
    """What neighbours must share to stand in one passage: their section. None for a table, which parts passages."""
    if isinstance(part, Table):
        return None
    return part.role == "heading", part.section


def blocks_to_passages(blocks: list[Block]) -> Iterator[list[Unit]]:
    """Neighbouring blocks to passages of about ``PASSAGE_WORDS``; only a longer block is cut, between sentences."""
    passage: list[Unit] = []
    words = 0
    for block in blocks:
        units = block_to_units(block)
        length = sum(unit.words for unit in units)
        pieces = [units] if length <= PASSAGE_WORDS else [[unit] for unit in units]
        for piece in pieces:
            length = sum(unit.words for unit in piece)
            if passage and words + length > PASSAGE_WORDS:
                yield passage
                passage, words = [], 0
            passage += piece
            words += length
    if passage:
        yield passage


def block_to_units(block: Block) -> list[Unit]:
    """The sentences of a block; a list item is one, however many full stops it has, unless it is a long text itself.

    A title of a few words that runs into a long item ("Vision and programme. A clear ...") stays with what follows it.
    """
    if block.role == "item" and len(block.text.split()) <= ITEM_WORDS:
        return [Unit(block, 0, len(block.text))] if block.text.strip() else []
    units = [Unit(block, start, end) for start, end in split_sentences(block.text)]
    if block.role == "item" and len(units) > 1 and units[0].words <= RUN_IN_WORDS:
        return [Unit(block, units[0].start, units[1].end), *units[2:]]
    return units


def passage_to_chunks(document: Document, units: list[Unit], numbering: Numbering) -> Iterator[Chunk]:
    """A passage and its sentences."""
    section = units[0].block.section
    spans = [
        Span(block_id, own[0].start, own[-1].end)
        for block_id, own in ((key, list(run)) for key, run in groupby(units, key=lambda unit: unit.block.id))
    ]
    texts = {unit.block.id: unit.block.text for unit in units}
    text = "\n".join(texts[span.block_id][span.start : span.end] for span in spans)
    passage = Chunk(
        id=numbering.next("passage"),
        document_id=document.id,
        kind="passage",
        text=text,
        embed_text=text_to_embed_text(text, section, document.title),
        page=page_of(units[0]),
        section=section,
        spans=tuple(spans),
    )
    yield passage
    for unit in units:
        yield Chunk(
            id=numbering.next("sentence"),
            document_id=document.id,
            kind="sentence",
            text=unit.text,
            embed_text=text_to_embed_text(unit.text, section),
            page=page_of(unit),
            section=section,
            spans=(Span(unit.block.id, unit.start, unit.end),),
            parent=passage.id,
        )


def page_of(unit: Unit) -> int | None:
    """The page on which a sentence begins, which is not always its block's."""
    for piece in unit.block.pieces:
        if piece.end > unit.start:
            return piece.page
    return unit.block.page


def text_to_embed_text(text: str, context: tuple[str, ...] = (), title: str = "") -> str:
    """What full text and the embedding model see of a chunk: where it stands, then what it says.

    ``context`` are the titles above it, of which the last two are taken. Long texts are not cut: full text needs all
    words, and the embedder reads past its model's limit in windows.
    """
    places = [place for place in (title, *context[-TITLES_OF_SECTION:]) if place]
    return f"{' - '.join(dict.fromkeys(places))}: {text}" if places else text


def table_to_chunks(
    document: Document, table: Table, said: set[str], wording: Wording, numbering: Numbering
) -> Iterator[Chunk]:
    """A table, its rows, and what is written about it where no block of the document says the same."""
    rows = table_to_sentences(table, wording)
    text = table_to_text(table, rows)
    own = Chunk(
        id=numbering.next("table"),
        document_id=document.id,
        kind="table",
        text=text,
        embed_text=text_to_embed_text(text, table.section, document.title),
        page=table.page,
        section=table.section,
        table_id=table.id,
    )
    yield own
    context = (table.caption,) if table.caption else table.section[-1:]
    for row in rows:
        yield Chunk(
            id=numbering.next("row"),
            document_id=document.id,
            kind="row",
            text=row.text,
            embed_text=text_to_embed_text(row.text, context),
            page=table.row_pages[row.row] if row.row < len(table.row_pages) else table.page,
            section=table.section,
            table_id=table.id,
            row=row.row,
            parent=own.id,
        )
    for note in (table.caption, *table.notes):
        if note and note not in said and NOTE_MARK.sub("", note) not in said:
            yield Chunk(
                id=numbering.next("sentence"),
                document_id=document.id,
                kind="sentence",
                text=note,
                embed_text=text_to_embed_text(note, table.section),
                page=table.page,
                section=table.section,
                table_id=table.id,
                parent=own.id,
            )


def table_to_text(table: Table, rows: list[RowSentence]) -> str:
    """Caption, lead-in, headers and row labels, a line each: what the table is about."""
    labels = "; ".join(dict.fromkeys(row.label for row in rows if row.label))
    lines = (table.caption, table.lead_in, " | ".join(filter(None, table.headers())), labels)
    return "\n".join(line for line in lines if line)
