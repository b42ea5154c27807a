"""A person's own words over the register: "what would happen to my job in a merged legal services team".

The unit that the words name limits the register. What is left of the words is compared with each entry by meaning
(cosine of the embedding model) and by the words they share, related words counting for less.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.errors import ModelError
from kb.retrieval.lexicon import corpus_lexicon
from kb.terms import STOP_WORDS, text_to_term_set, text_to_terms
from kb.workforce.classify import Passage, passages_to_hits, vectors_to_meanings
from kb.workforce.themes import BY_KEY

if TYPE_CHECKING:
    import numpy as np

    from kb.store import KnowledgeBase
    from kb.workforce.register import Entry
    from kb.workforce.units import Unit

# Words with which people ask about their situation as a whole: they choose no theme.
WHOLE_SITUATION = re.compile(
    r"\b(?:my|our|your|their|his|her|me|us|i|we|you) (?:own )?(?:jobs?|posts?|roles?|works?|positions?|teams?|staff"
    r"|members)\b"
    r"|\b(?:happen\w*|affect\w*|impact\w*|mean|means|chang\w+|merg\w+|shar\w+|collaborat\w+|join\w*|jobs?|teams?"
    r"|units?|services?|"
    r"departments?|staff|members?|people|police|if|plans?|planned)\b",
    re.IGNORECASE,
)
MEANING_WEIGHT = 0.7
WORDS_WEIGHT = 0.3
LEAST_MATCH = 0.32
NEAR_MATCH = 0.5


def words_to_unit(words: str, units: Sequence[Unit]) -> str:
    """The unit that a person's words name (the longest name, where several do); "" where none."""
    found = [(len(match.group()), unit.name) for unit in units if (match := unit.pattern.search(words))]
    return max(found, default=(0, ""))[1]


def words_to_subject(words: str, unit: str, units: Sequence[Unit]) -> str:
    """What the words ask about besides the unit and the situation as a whole; "" where nothing is left."""
    pattern = next((known.pattern for known in units if known.name == unit), None)
    rest = pattern.sub(" ", words) if pattern else words
    rest = WHOLE_SITUATION.sub(" ", rest)
    meant = [word for word in re.findall(r"[\w’'-]+", rest) if word.lower() not in STOP_WORDS and len(word) > 1]
    return " ".join(meant)


def entries_by_words(kb: KnowledgeBase, entries: Sequence[Entry], words: str, unit: str) -> list[Entry]:
    """The entries that answer the words, nearest first, each with its ``match``.

    Words that ask for the whole situation ("what happens to my job in legal services") keep every entry. Words about
    a theme ("must I move") keep that theme's entries; others must be near to the words themselves.
    """
    from kb.workforce.register import overview

    units = overview(kb).units
    subject = words_to_subject(words, unit, units)
    themes = words_to_themes(kb, words) if subject else ()
    matches = entries_to_matches(kb, entries, words, subject)
    scored = [replace(entry, match=round(match, 4)) for entry, match in zip(entries, matches, strict=True)]
    if subject:
        least = NEAR_MATCH if themes else LEAST_MATCH
        scored = [entry for entry in scored if entry.theme in themes or entry.match >= least]
    return sorted(scored, key=lambda entry: (unit not in entry.units, -entry.match, entry.id))


def words_to_themes(kb: KnowledgeBase, words: str) -> tuple[str, ...]:
    """The themes that a person's words are about, judged as any passage is."""
    from kb.embedding import embedder

    model = kb.embedding_model()
    meanings = None
    if model:
        try:
            meanings = vectors_to_meanings(embedder(model).encode([words]), embedder(model))
        except ModelError:
            meanings = None
    (hits,) = passages_to_hits([Passage(words)], meanings)
    return tuple(hit.theme for hit in hits)


def words_to_unmet(words: str, unit: str, units: Sequence[Unit], entries: Sequence[Entry]) -> tuple[str, ...]:
    """The words asked for that no entry uses in any form, as they were typed."""
    asked = words_to_subject(words, unit, units).split()
    held: set[str] = set()
    for entry in entries:
        held |= text_to_term_set(entry.quote)
    return tuple(dict.fromkeys(word for word in asked if not text_to_term_set(word) & held and text_to_term_set(word)))


def entries_to_matches(kb: KnowledgeBase, entries: Sequence[Entry], words: str, subject: str) -> list[float]:
    """How near each entry is to the words, 0 to 1: meaning and shared words; the latter alone without a model."""
    from kb.retrieval import question_to_vectors

    lexicon = corpus_lexicon(kb)
    asked = subject or words
    vector, related = question_to_vectors(kb, asked, lexicon)
    terms = list(dict.fromkeys(text_to_terms(asked)))
    total = sum(lexicon.weight(term) for term in terms) or 1.0
    held = kb.vectors(entry.id.rsplit(":", 1)[0] for entry in entries) if vector is not None else {}
    matches = []
    for entry in entries:
        own = text_to_term_set(f"{entry.quote} {BY_KEY[entry.theme].title}")
        shared = sum(lexicon.weight(term) * nearness(term, own, related) for term in terms) / total
        meaning = cosine(vector, held.get(entry.id.rsplit(":", 1)[0]))
        matches.append(shared if vector is None else MEANING_WEIGHT * meaning + WORDS_WEIGHT * shared)
    return matches


def nearness(term: str, own: frozenset[str], related: dict[str, dict[str, float]]) -> float:
    """1 where a text holds the term, less where it holds a related one."""
    if term in own:
        return 1.0
    return max((share for other, share in related.get(term, {}).items() if other in own), default=0.0)


def cosine(vector: np.ndarray | None, other: np.ndarray | None) -> float:
    """The cosine of two unit vectors, at least 0; 0 where one is missing."""
    return max(float(vector @ other), 0.0) if vector is not None and other is not None else 0.0
