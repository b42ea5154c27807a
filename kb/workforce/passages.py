"""The passages of a knowledge base that the register looks at: sentences and table rows with what stands over them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import ModelError
from kb.workforce.classify import Hit, Meanings, Passage, passages_to_hits, vectors_to_meanings

if TYPE_CHECKING:
    from kb.model import Block, Chunk, Document
    from kb.store import KnowledgeBase

logger = logging.getLogger(__name__)

DOCUMENTS_KEPT = 256
# A caption names what it stands over and says nothing itself.
NOT_SAID = frozenset({"heading", "caption", "furniture"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A chunk with the themes that it belongs to and the sentence that leads in to it, if it is an item of a list.

    ``before`` is the sentence before it in the same section, which a "this unit" or an "its" points at.
    """

    chunk: Chunk
    hits: tuple[Hit, ...]
    lead_in: str = ""
    before: str = ""


def document_to_passages(document: Document, chunks: list[Chunk]) -> list[tuple[Chunk, Passage, str]]:
    """The sentences and rows that say something, each with its Passage and lead-in, in reading order.

    A lead-in goes on in the first sentence of an item; later ones stand for themselves.
    """
    blocks = {block.id: block for block in document.blocks}
    leads = blocks_to_lead_ins(document.blocks)
    captions = {table.id: table.caption or "" for table in document.tables}
    found = []
    for chunk in chunks:
        block = blocks.get(chunk.spans[0].block_id) if chunk.spans else None
        if block is not None and block.role in NOT_SAID:
            continue
        lead = leads.get(block.id, "") if block is not None else ""
        heading = " ".join(filter(None, [*chunk.section[-1:], captions.get(chunk.table_id or ""), lead]))
        begins = bool(chunk.spans) and chunk.spans[0].start == 0
        found.append((chunk, Passage(chunk.text, heading, chunk.kind == "row"), lead if begins else ""))
    return found


def blocks_to_lead_ins(blocks: tuple[Block, ...]) -> dict[str, str]:
    """For each item of a list the paragraph before the list, where that ends with a colon."""
    leads: dict[str, str] = {}
    last = ""
    for block in blocks:
        if block.role == "paragraph":
            last = block.text if block.text.rstrip().endswith(":") else ""
        elif block.role == "heading":
            last = ""
        elif block.role == "item" and last:
            leads[block.id] = last
    return leads


def judged_passages(kb: KnowledgeBase, document_id: str) -> tuple[Judged, ...]:
    """The passages of a document that belong to a theme; worked out once a process, as ids come from the content."""
    document = kb.document(document_id)
    model = kb.embedding_model() or ""
    key = (document_id, document.reader_version, model)
    if key not in _JUDGED:
        while len(_JUDGED) >= DOCUMENTS_KEPT:
            _JUDGED.pop(next(iter(_JUDGED)), None)
        passages = document_to_passages(document, kb.chunks_of(document_id, ("sentence", "row")))
        meanings = chunks_to_meanings(kb, [chunk for chunk, _, _ in passages], model)
        hits = passages_to_hits([passage for _, passage, _ in passages], meanings)
        before = ["", *(chunk.text for chunk, _, _ in passages)]
        sections = [None, *(chunk.section for chunk, _, _ in passages)]
        _JUDGED[key] = tuple(
            Judged(chunk, hits[place], lead, before[place] if sections[place] == chunk.section else "")
            for place, (chunk, _, lead) in enumerate(passages)
            if hits[place]
        )
    return _JUDGED[key]


_JUDGED: dict[tuple[str, int, str], tuple[Judged, ...]] = {}


def chunks_to_meanings(kb: KnowledgeBase, chunks: list[Chunk], model: str) -> Meanings | None:
    """What the model of the knowledge base says of the chunks; None where it, or a vector, is not at hand."""
    import numpy as np

    from kb.embedding import embedder

    vectors = kb.vectors(chunk.id for chunk in chunks)
    if not model or not chunks or len(vectors) < len({chunk.id for chunk in chunks}):
        return None
    try:
        return vectors_to_meanings(np.stack([vectors[chunk.id] for chunk in chunks]), embedder(model))
    except ModelError as error:
        logger.warning("themes by words only: %s", error)
        return None
