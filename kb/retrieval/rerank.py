"""Ranked evidence -> evidence ranked anew: the best of it is read beside the question, and what the reader says is
added to the score of the fusion, never put in its place (alone it is worse than together, docs/evaluation.md)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from kb.retrieval.ranker import Reading, load_ranker

if TYPE_CHECKING:
    from kb.model import Chunk
    from kb.retrieval.evidence import Evidence, Query
    from kb.store import KnowledgeBase

READ = 16
FEWEST_READ = 6
BEHIND = 0.6  # farther behind the best, hardly any reading brings a unit to the front
WEIGHT = 0.5
SCALE = 4.0  # a logit of this size counts three quarters of the weight; far beyond it, certainty adds no more
SHORT = 12  # words below which a sentence is read with the one before it


@dataclass(frozen=True, slots=True)
class ReadWindow:
    """What is read for a unit; its own text stands at ``offset``."""

    text: str
    offset: int


def rerank(kb: KnowledgeBase, evidence: Sequence[Evidence], query: Query) -> list[Evidence]:
    """The evidence, best first, with ``reading`` set on what was read; unchanged where no ranker is to be had.

    What is not read keeps its place behind: it gets the least that any reading added.
    """
    from kb.settings import current_settings

    reader = load_ranker(current_settings().ranker)
    if reader is None or not evidence:
        return list(evidence)
    count = units_read(evidence)
    windows = units_to_windows(kb, [item.chunk for item in evidence[:count]])
    texts = list(dict.fromkeys(window.text for window in windows))
    of_text = dict(zip(texts, reader.read(query.question.text, texts), strict=True))
    readings = [of_text[window.text] for window in windows]
    added = [reading_to_score(reading) for reading in readings]
    ranked = [
        replace(item, score=round(item.score + more, 6), reading=to_unit(reading, window, item.chunk))
        for item, window, reading, more in zip(evidence, windows, readings, added, strict=False)
    ]
    ranked += [replace(item, score=round(item.score + min(added), 6)) for item in evidence[count:]]
    return sorted(ranked, key=lambda item: (-item.score, item.chunk.id))


def units_read(evidence: Sequence[Evidence]) -> int:
    """How many of the evidence, best first, are read: those near the best, within bounds."""
    near = sum(item.score >= evidence[0].score - BEHIND for item in evidence[:READ])
    return min(len(evidence), max(FEWEST_READ, near))


def reading_to_score(reading: Reading) -> float:
    """What a reading adds to the score of the fusion."""
    return WEIGHT * math.tanh(reading.score / SCALE)


def units_to_windows(kb: KnowledgeBase, units: Sequence[Chunk]) -> list[ReadWindow]:
    """One window a sentence or row, in their order: the title above it, and a short sentence's predecessor."""
    short = {u.parent for u in units if u.kind == "sentence" and u.parent and len(u.text.split()) < SHORT}
    siblings = kb.children(sorted(short)).values()
    before = {
        unit.id: last.text for last, unit in pairwise(siblings) if last.parent == unit.parent and last.kind != "row"
    }
    return [unit_to_window(unit, before.get(unit.id, "")) for unit in units]


def unit_to_window(unit: Chunk, before: str) -> ReadWindow:
    """A unit as it is read: what its ``embed_text`` says above it, then the sentence before, then its own text."""
    above = unit.embed_text.removesuffix(unit.text).rstrip()
    if unit.kind == "row" or len(unit.text.split()) >= SHORT:
        before = ""
    head = " ".join(part for part in (above, before) if part)
    return ReadWindow(f"{head} {unit.text}" if head else unit.text, len(head) + 1 if head else 0)


def to_unit(reading: Reading, window: ReadWindow, unit: Chunk) -> Reading:
    """The reading with its span in the unit's own text; an empty span where it stands before it."""
    start, end = reading.start - window.offset, reading.end - window.offset
    if start < 0 or end > len(unit.text):
        start = end = 0
    return replace(reading, start=start, end=end)
