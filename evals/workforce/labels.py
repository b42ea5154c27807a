"""Passages of the shipped documents, labelled by reading, beside all passages that were not labelled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.workforce.classify import Passage, passage_to_features
from kb.workforce.passages import chunks_to_meanings, document_to_passages

if TYPE_CHECKING:
    from kb.model import Chunk
    from kb.store import KnowledgeBase
    from kb.workforce.classify import Features, Meanings

LABELS = Path(__file__).with_name("labels.jsonl")
PARTS = ("tuned", "held_out")


@dataclass(frozen=True, slots=True)
class Label:
    """What a person read in a passage; ``themes`` are empty where staff are named and nothing happens to them."""

    source: str
    page: int | None
    text: str
    themes: tuple[str, ...]
    status: str | None
    part: str


@dataclass(frozen=True, slots=True)
class Example:
    """A passage of the knowledge base with its label, or without one where it was read and has no theme."""

    chunk: Chunk
    source: str
    passage: Passage
    lead_in: str
    label: Label | None
    part: str


def read_labels(path: Path = LABELS) -> list[Label]:
    """The labelled passages."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        Label(row["source"], row["page"], row["text"], tuple(row["themes"]), row["status"], row["part"])
        for row in map(json.loads, lines)
    ]


def section_to_part(source: str, section: Sequence[str]) -> str:
    """Which part a passage belongs to: a section of a document lies wholly in one, decided by its name alone."""
    name = f"{source}|{' > '.join(section[:2])}"
    return "tuned" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 else "held_out"


def corpus_to_examples(kb: KnowledgeBase, labels: Sequence[Label]) -> list[Example]:
    """Every passage that the register looks at, of the documents that are labelled."""
    by_place = {(label.source, label.page, label.text): label for label in labels}
    sources = {label.source for label in labels}
    examples = []
    for info in sorted(kb.documents(), key=lambda info: info.source):
        if info.source not in sources:
            continue
        chunks = kb.chunks_of(info.id, ("sentence", "row"))
        for chunk, passage, lead_in in document_to_passages(kb.document(info.id), chunks):
            label = by_place.get((info.source, chunk.page, chunk.text))
            part = section_to_part(info.source, chunk.section)
            examples.append(Example(chunk, info.source, passage, lead_in, label, part))
    return examples


def examples_to_meanings(kb: KnowledgeBase, examples: Sequence[Example]) -> Meanings | None:
    """What the model of the knowledge base says of the examples."""
    return chunks_to_meanings(kb, [example.chunk for example in examples], kb.embedding_model() or "")


def examples_to_features(examples: Sequence[Example], meanings: Meanings | None) -> list[list[Features]]:
    """For each example the Features under each theme."""
    return [
        passage_to_features(
            example.passage,
            meanings.themes[place] if meanings else None,
            float(meanings.others[place]) if meanings else None,
        )
        for place, example in enumerate(examples)
    ]
