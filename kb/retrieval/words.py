"""Words near in meaning: "wages" meets "payroll", "dangers" meets "risks", with no list of synonyms.

Every word of the corpus has a vector of the embedding model, made once and kept in the knowledge base. A question's
word is related to the corpus's words whose cosine with it is high enough.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.retrieval.lexicon import Lexicon
from kb.terms import COUNTY_NAMES, STOP_WORDS, stem, text_to_terms

if TYPE_CHECKING:
    import numpy as np

    from kb.embedding import Embedder
    from kb.store import KnowledgeBase

LEAST_COSINE = 0.55
MOST_RELATED = 25
# A related word never counts as much as the word itself.
RELATED_WEIGHT = 0.85
# What a long form ends with that people leave out.
BODIES = frozenset(("unit", "team", "servic"))


@dataclass(frozen=True, slots=True)
class WordSpace:
    """The corpus's words in sorted order with one unit vector each: ``vectors`` has shape (words, size)."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    vectors: np.ndarray


def refresh_words(kb: KnowledgeBase, embedder: Embedder, lexicon: Lexicon) -> WordSpace | None:
    """The word space of the corpus, with vectors made for words that have none yet; None for an empty corpus."""
    import numpy as np

    wanted = sorted(word for word in lexicon.words if word not in STOP_WORDS)
    held = kb.word_vectors(wanted, embedder.name)
    missing = [word for word in wanted if word not in held]
    if missing:
        made = embedder.encode(missing)
        kb.keep_word_vectors(missing, made, embedder.name)
        held = kb.word_vectors(wanted, embedder.name)
    if not wanted:
        return None
    return WordSpace(tuple(wanted), tuple(stem(word) for word in wanted), np.stack([held[word] for word in wanted]))


def question_words(text: str) -> list[str]:
    """The words of a question that may have relatives: no stop words, figures or names of counties."""
    words = [word.lower() for word in re.findall(r"[A-Za-z]{3,}", text)]
    return [word for word in dict.fromkeys(words) if word not in STOP_WORDS and word not in COUNTY_NAMES]


def relate(words: Sequence[str], vectors: np.ndarray, space: WordSpace) -> dict[str, dict[str, float]]:
    """Stem of each question word to the corpus's stems near it and how much each counts (0 to RELATED_WEIGHT).

    ``vectors`` has one row for each of ``words``.
    """
    import numpy as np

    related: dict[str, dict[str, float]] = {}
    for word, cosines in zip(words, vectors @ space.vectors.T, strict=True):
        near: dict[str, float] = {}
        places = np.flatnonzero(cosines >= LEAST_COSINE)
        for place in places[np.argsort(-cosines[places], kind="stable")][:MOST_RELATED]:
            cosine = float(cosines[place])
            share = RELATED_WEIGHT * (cosine - LEAST_COSINE + 0.25) / (1.25 - LEAST_COSINE)
            near.setdefault(space.stems[int(place)], round(min(RELATED_WEIGHT, share), 4))
        near.pop(stem(word), None)
        related[stem(word)] = near
    return related


def term_strength(term: str, held: frozenset[str], related: Mapping[str, Mapping[str, float]]) -> float:
    """How well a text's terms meet a question's term: 1 for the term itself, less for a related one, else 0."""
    if term in held:
        return 1.0
    near = related.get(term)
    return max((share for other, share in near.items() if other in held), default=0.0) if near else 0.0


class Strengths:
    """How well texts meet a question's terms, with what is the same for every text worked out once.

    ``weights`` is the rarity of each term.
    """

    def __init__(self, terms: Sequence[str], lexicon: Lexicon, related: Mapping[str, Mapping[str, float]]) -> None:
        self.weights = {term: lexicon.weight(term) for term in terms}
        self.total = sum(self.weights.values()) or 1.0
        self._terms = frozenset(terms)
        near: dict[str, list[tuple[str, float]]] = {}
        for term in self._terms:
            for other, share in related.get(term, {}).items():
                near.setdefault(other, []).append((term, share))
        self._near = near
        self._others = frozenset(near)

    def meet(self, held: frozenset[str]) -> dict[str, float]:
        """The question's terms that a text meets: 1 where it holds the term itself, less for a related one."""
        found: dict[str, float] = {}
        for other in held & self._others:
            for term, share in self._near[other]:
                if share > found.get(term, 0.0):
                    found[term] = share
        return found | dict.fromkeys(held & self._terms, 1.0)

    def share(self, met: Mapping[str, float]) -> float:
        """How much of the question's weight is met, 0 to 1."""
        return sum(self.weights[term] * met[term] for term in self.weights if term in met) / self.total


@dataclass(frozen=True, slots=True)
class Matcher:
    """How a question's words meet other words: by rarity (``weight``) and nearness in meaning (``strength``)."""

    lexicon: Lexicon
    related: Mapping[str, Mapping[str, float]]

    def weight(self, term: str) -> float:
        """The rarity of a term."""
        return self.lexicon.weight(term)

    def strength(self, term: str, held: frozenset[str]) -> float:
        """How well a text's terms, its acronyms spelled out, meet a question's term, 0 to 1."""
        return term_strength(term, spelled_out(held, self.lexicon), self.related)

    def reverse(self, term: str, wanted: Sequence[str]) -> float:
        """How well a question's terms meet a text's term, 0 to 1: for asking how much of a label is said."""
        if term in wanted:
            return 1.0
        if term in self.lexicon.acronyms:
            words = text_to_terms(self.lexicon.acronyms[term])
            if len(words) > 2 and words[-1] in BODIES and words[-1] not in wanted:
                words = words[:-1]  # "occupational health" is the Occupational Health Unit
            return sum(word in wanted for word in words) / len(words) if words else 0.0
        return max((self.related.get(other, {}).get(term, 0.0) for other in wanted), default=0.0)


def spelled_out(terms: frozenset[str], lexicon: Lexicon) -> frozenset[str]:
    """The terms with the words of each acronym among them."""
    short = [term for term in terms if term in lexicon.acronyms]
    return terms.union(*(text_to_terms(lexicon.acronyms[term]) for term in short)) if short else terms
