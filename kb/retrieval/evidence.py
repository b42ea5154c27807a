"""Question -> ranked evidence: full text, vectors and table rows gathered, then weighed sentence by sentence.

Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009) of the searches only gathers candidates; what orders
them is a weighted sum of a few features that a reader can follow (see ``Features``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.forces import text_to_forces
from kb.model import Chunk, ChunkKind
from kb.retrieval.lexicon import Lexicon
from kb.retrieval.words import Matcher, spelled_out, term_strength
from kb.terms import text_to_term_set

if TYPE_CHECKING:
    import numpy as np

    from kb.answering.question import Question
    from kb.store import Filters, KnowledgeBase

CANDIDATES = 60
RANK_CONSTANT = 60
UNIT_KINDS: tuple[ChunkKind, ...] = ("sentence", "row")
PARENT_KINDS: tuple[ChunkKind, ...] = ("passage", "table")
BEST_PARENTS = 24
NEAREST_SEARCHED = 3
LEAST_SEARCHED = 0.4

MONEY = re.compile(r"£\s?\d|\d\s?(?:million|billion)\b|\bmillion pounds\b")
PERCENT = re.compile(r"\d\s?%|\d\s?per\s?cent\b|\bper cent\b", re.IGNORECASE)
NUMBER = re.compile(
    (
        r"(?<![\d/])(?!(?:19|20)\d\d\b)\d[\d,.]*(?!\s(?:January|February|March|April|May|June|July|"
        r"August|September|October|November|December))|\b(?:two|three|four|five|six|seven|eight|nine|"
        r"ten|eleven|twelve|fifteen|twenty|hundred|thousand|half)\b"
    ),
    re.IGNORECASE,
)
DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December|Feb|Sept|Nov|Oct)\b|\b\d\d/\d\d\b"
)
PERSON = re.compile(
    r"\b(?:DCC|CC|ACC|Chief Constable|Commissioner|PCC|Director|Sir|Minister|Secretary|Mr|Ms|HMIC|"
    r"Board|Committee|Team|forces|[A-Z][a-z]+ [A-Z][a-z]+)\b"
)
PLACE = re.compile(
    r"\b(?:Centre|building|station|Hall|Office|located|based|site|hub|County|shire|Nottingham|Road|at|in) ?[A-Z]?"
)
REASON = re.compile(
    (
        r"\b(?:because|due to|in order to|so that|since|as a result|result of|reason|owing|therefore|"
        r"means that|led to|to avoid|would|risk|which is why)\b"
    ),
    re.IGNORECASE,
)
WANTED = {"money": MONEY, "percent": PERCENT, "number": NUMBER, "date": DATE, "person": PERSON, "place": PLACE}


@dataclass(frozen=True, slots=True)
class Features:
    """Why a piece of evidence ranks where it does; each is between 0 and 1.

    ``similarity`` and ``passage_similarity`` are cosines of the question with the unit and with its passage or
    table; ``coverage`` is the share (by rarity) of the question's terms in the unit, ``context`` that of those in
    its passage, section and title; ``wanted`` whether it holds the kind of thing that is asked for; ``names``
    the share of the question's forces and years in unit and context; ``document`` whether it stands in a document
    that the question names.
    """

    similarity: float
    passage_similarity: float
    coverage: float
    context: float
    wanted: float
    names: float
    row: float
    document: float


WEIGHTS = Features(
    similarity=1.0, passage_similarity=0.5, coverage=0.7, context=0.45, wanted=0.22, names=0.35, row=-0.05, document=0.5
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready for search: ``vector`` is None without an embedding model; ``related`` maps each of its
    terms to the corpus's terms near in meaning and how much they count."""

    question: Question
    lexicon: Lexicon
    vector: np.ndarray | None = None
    related: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def matcher(self) -> Matcher:
        """How this question's words meet others."""
        return Matcher(self.lexicon, self.related)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence or table row with its score, best first in every list of them.

    ``matched`` are the question's terms that it holds itself, ``around`` the terms of it and its surroundings
    (passage or table, section, title and date of the document).
    """

    chunk: Chunk
    score: float
    features: Features
    matched: frozenset[str]
    around: frozenset[str] = frozenset()


def gather_evidence(
    kb: KnowledgeBase, query: Query, filters: Filters | None = None, limit: int = CANDIDATES
) -> list[Evidence]:
    """Ranked sentences and rows for a question."""
    units, parents = candidate_units(kb, query, filters)
    if not units:
        return []
    titles = {info.id: f"{info.title} {info.kind} {info.date_text or info.date or ''}" for info in kb.documents()}
    similarities = cosines(kb, [*units, *parents], query.vector)
    evidence = []
    for chunk in units.values():
        parent = parents.get(chunk.parent or "")
        evidence.append(weigh(chunk, parent, titles.get(chunk.document_id, ""), query, similarities))
    evidence.sort(key=lambda item: (-item.score, item.chunk.id))
    return evidence[:limit]


def candidate_units(
    kb: KnowledgeBase, query: Query, filters: Filters | None
) -> tuple[dict[str, Chunk], dict[str, Chunk]]:
    """Sentences and rows found directly or through their passage or table, and those parents, by id."""
    rankings: list[list[str]] = []
    words = search_words(query)
    for kinds in (UNIT_KINDS, PARENT_KINDS):
        rankings.append([found for found, _ in kb.search_text(words, kinds, CANDIDATES, filters)])
        if query.vector is not None:
            rankings.append([found for found, _ in kb.search_vectors(query.vector, kinds, CANDIDATES, filters)])
    fused = reciprocal_rank_fusion(rankings)
    found = kb.chunks(list(fused)[: 4 * CANDIDATES])
    units = {i: chunk for i, chunk in found.items() if chunk.kind in UNIT_KINDS}
    best_parents = [i for i in fused if i in found and found[i].kind not in UNIT_KINDS][:BEST_PARENTS]
    units.update(kb.children(best_parents))
    missing = {chunk.parent for chunk in units.values() if chunk.parent} - set(found)
    parents = {i: chunk for i, chunk in found.items() if chunk.kind not in UNIT_KINDS}
    parents.update(kb.chunks(sorted(missing)))
    return units, parents


def search_words(query: Query) -> list[str]:
    """The question's terms and, for each, the few nearest of the corpus, as full text is searched for."""
    nearest = [
        other
        for near in query.related.values()
        for other, share in sorted(near.items(), key=lambda item: (-item[1], item[0]))[:NEAREST_SEARCHED]
        if share >= LEAST_SEARCHED
    ]
    return list(dict.fromkeys([*query.question.terms, *nearest]))


def reciprocal_rank_fusion(rankings: Iterable[Sequence[str]]) -> dict[str, float]:
    """Ids with the sum of 1 / (60 + rank) over the rankings, best first, ties by id."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, found in enumerate(ranking, 1):
            scores[found] = scores.get(found, 0.0) + 1.0 / (RANK_CONSTANT + rank)
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def cosines(kb: KnowledgeBase, ids: Sequence[str], vector: np.ndarray | None) -> dict[str, float]:
    """Cosine of the question with each chunk; 0 without an embedding model."""
    if vector is None:
        return {}
    import numpy as np

    vectors = kb.vectors(ids)
    if not vectors:
        return {}
    names = list(vectors)
    products = np.stack([vectors[name] for name in names]) @ vector
    return dict(zip(names, (round(float(product), 6) for product in products), strict=True))


def weigh(chunk: Chunk, parent: Chunk | None, title: str, query: Query, similarities: dict[str, float]) -> Evidence:
    """One sentence or row with its features."""
    question, lexicon = query.question, query.lexicon
    own = spelled_out(text_to_term_set(chunk.text), lexicon)
    nearby_texts = (parent.text if parent else "", *chunk.section, title)
    around = own.union(*(text_to_term_set(text) for text in nearby_texts))
    weights = {term: lexicon.weight(term) for term in question.focus}
    total = sum(weights.values()) or 1.0
    strengths = {term: term_strength(term, own, query.related) for term in question.focus}
    nearby = {term: max(strengths[term], term_strength(term, around, query.related)) for term in question.focus}
    features = Features(
        similarity=max(0.0, similarities.get(chunk.id, 0.0)),
        passage_similarity=max(0.0, similarities.get(chunk.parent or "", 0.0)),
        coverage=sum(weights[term] * strength for term, strength in strengths.items()) / total,
        context=sum(weights[term] * strength for term, strength in nearby.items()) / total,
        wanted=wanted_share(chunk.text, question),
        names=names_share(chunk.text, around, question),
        row=(4.0 if question.intents & {"why", "how"} else 1.0) if chunk.kind == "row" else 0.0,
        document=(1.0 if chunk.document_id in question.documents else 0.0) if question.documents else 0.5,
    )
    matched = frozenset(term for term, strength in strengths.items() if strength == 1.0)
    return Evidence(chunk, features_to_score(features), features, matched, around)


def wanted_share(text: str, question: Question) -> float:
    """1 where the text holds the kind of thing asked for (money, a date, a reason), 0 where it holds none."""
    checks = [bool(WANTED[want].search(text)) for want in sorted(question.wants)]
    if "why" in question.intents:
        checks.append(bool(REASON.search(text)))
    return sum(checks) / len(checks) if checks else 0.5


def names_share(text: str, around: frozenset[str], question: Question) -> float:
    """The share of the question's forces and years that the text or its surroundings name."""
    if not question.forces and not question.years:
        return 0.5
    forces = text_to_forces(text)
    hits = sum(force in forces or force.lower()[:12] in around for force in question.forces)
    hits += sum(year in around for year in question.years)
    return hits / (len(question.forces) + len(question.years))


def features_to_score(features: Features) -> float:
    """The weighted sum of the features."""
    total: float = sum(getattr(WEIGHTS, name) * getattr(features, name) for name in Features.__dataclass_fields__)
    return round(total, 6)
