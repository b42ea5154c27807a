"""Passages in the manner of other public bodies, written for this measure: councils, fire, health, libraries, housing.

They show whether the method holds where the words are not those of one corpus. Rules were mended on the tuned part
only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from evals.workforce.labels import Example, Label, examples_to_features
from kb.errors import ModelError
from kb.model import Chunk
from kb.workforce.classify import Features, Meanings, Passage, vectors_to_meanings
from kb.workforce.exemplars import EXEMPLARS, OTHER

PASSAGES = Path(__file__).with_name("elsewhere.jsonl")
PARTS_ELSEWHERE = ("elsewhere_tuned", "elsewhere_held_out")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The passages with what is seen of each under each theme."""

    examples: list[Example]
    features: list[list[Features]]


def read_elsewhere(model: str, path: Path = PASSAGES) -> Elsewhere:
    """The passages, their meaning by the embedding model of that name ("": by words alone)."""
    examples = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        label = Label("elsewhere", None, row["text"], tuple(row["themes"]), row["status"], row["part"])
        chunk = Chunk(f"elsewhere:{number}", "elsewhere", "sentence", row["text"], f"{row['heading']}: {row['text']}")
        examples.append(Example(chunk, "elsewhere", Passage(row["text"], row["heading"]), "", label, row["part"]))
    return Elsewhere(examples, examples_to_features(examples, examples_to_own_meanings(examples, model)))


def exemplars_to_examples(model: str) -> Elsewhere:
    """The exemplars as examples to fit on, none compared with itself."""
    sentences: list[tuple[str, tuple[str, ...]]] = [
        (text, (theme,)) for theme, texts in EXEMPLARS.items() for text in texts
    ]
    sentences += [(text, ()) for text in OTHER]
    examples = []
    for number, (text, themes) in enumerate(sentences):
        label = Label("exemplar", None, text, themes, None, "tuned")
        chunk = Chunk(f"exemplar:{number}", "exemplar", "sentence", text, text)
        examples.append(Example(chunk, "exemplar", Passage(text), "", label, "tuned"))
    return Elsewhere(
        examples, examples_to_features(examples, examples_to_own_meanings(examples, model, leave_out=True))
    )


def examples_to_own_meanings(examples: list[Example], model: str, *, leave_out: bool = False) -> Meanings | None:
    """The Meanings of texts that stand in no knowledge base."""
    from kb.embedding import embedder

    if not model:
        return None
    try:
        vectors = embedder(model).encode([example.chunk.embed_text for example in examples])
        return vectors_to_meanings(vectors, embedder(model), leave_out=leave_out)
    except ModelError:
        return None
