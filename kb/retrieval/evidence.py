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
from kb.retrieval.documents import UNDECIDED, documents_meant, source_to_words
from kb.retrieval.lexicon import Lexicon
from kb.retrieval.words import Matcher, Strengths, spelled_out
from kb.terms import text_to_term_set

if TYPE_CHECKING:
    import numpy as np

    from kb.answering.question import Question
    from kb.retrieval.ranker import Reading
    from kb.store import DocumentInfo, Filters, KnowledgeBase

CANDIDATES = 60
RANK_CONSTANT = 60
UNIT_KINDS: tuple[ChunkKind, ...] = ("sentence", "row")
PARENT_KINDS: tuple[ChunkKind, ...] = ("passage", "table")
KINDS = (*UNIT_KINDS, *PARENT_KINDS)
BEST_PARENTS = 24
FEWEST_PLACES = 12
NEAREST_SEARCHED = 3
LEAST_SEARCHED = 0.4
# Sentences and rows with a searched term, beyond which a further, more common term is not searched for.
MOST_MATCHES = 3_000
FEWEST_WORDS = 3

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
    the share of the question's forces and years in unit and context; ``document`` how surely the question means the
    document that it stands in.
    """

    similarity: float
    passage_similarity: float
    coverage: float
    context: float
    wanted: float
    names: float
    row: float
    document: float


# Between what fits questions in the documents' words and what fits those in others (docs/evaluation.md).
WEIGHTS = Features(
    similarity=1.1,
    passage_similarity=0.5,
    coverage=0.57,
    context=0.75,
    wanted=0.22,
    names=0.28,
    row=-0.02,
    document=0.43,
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready for search: ``vector`` is None without an embedding model; ``related`` maps each of its
    terms to the corpus's terms near in meaning and how much they count; ``operations`` is the probability of each
    kind of arithmetic that it may ask for, empty without the shipped embedding model."""

    question: Question
    lexicon: Lexicon
    vector: np.ndarray | None = None
    related: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    operations: Mapping[str, float] = field(default_factory=dict)

    @property
    def matcher(self) -> Matcher:
        """How this question's words meet others."""
        return Matcher(self.lexicon, self.related)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence or table row with its score, best first in every list of them.

    ``matched`` are the question's terms that it holds itself, ``around`` the terms of it and its surroundings
    (passage or table, section, title, file name and date of the document); ``reading`` is what the ranker made of it.
    """

    chunk: Chunk
    score: float
    features: Features
    matched: frozenset[str]
    around: frozenset[str] = frozenset()
    reading: Reading | None = None


def gather_evidence(
    kb: KnowledgeBase,
    query: Query,
    filters: Filters | None = None,
    limit: int = CANDIDATES,
    places: int = FEWEST_PLACES,
) -> list[Evidence]:
    """Ranked sentences and rows for a question: the best ``limit``, and more where those are of few places."""
    documents = kb.documents()
    meant = documents_meant(query.question, documents, query.lexicon)
    units, parents = candidate_units(kb, query, filters)
    if not units:
        return []
    titles = {info.id: document_words(info) for info in documents}
    similarities = cosines(kb, [*units, *parents], query.vector)
    strengths = Strengths(query.question.focus, query.lexicon, query.related)
    surroundings: dict[tuple[str | None, tuple[str, ...]], frozenset[str]] = {}
    evidence = []
    for chunk in units.values():
        place = (chunk.parent or chunk.document_id, chunk.section)
        if place not in surroundings:
            parent = parents.get(chunk.parent or "")
            texts = (parent.text if parent else "", *chunk.section, titles.get(chunk.document_id, ""))
            surroundings[place] = frozenset().union(*(text_to_term_set(text) for text in texts))
        sure = meant.get(chunk.document_id, UNDECIDED)
        evidence.append(weigh(chunk, surroundings[place], query, strengths, similarities, sure))
    evidence.sort(key=lambda item: (-item.score, item.chunk.id))
    return [*evidence[:limit], *of_further_places(evidence, limit, places)]


def of_further_places(evidence: Sequence[Evidence], limit: int, places: int) -> list[Evidence]:
    """Of the evidence after the first ``limit``, the best of each passage and table that those do not speak of, until
    there are as many pages (passages, without pages) as wanted: a long table may have all of the first."""
    held = {piece_of(item.chunk) for item in evidence[:limit]}
    pages = {(item.chunk.document_id, item.chunk.page or piece_of(item.chunk)) for item in evidence[:limit]}
    further = []
    for item in evidence[limit:]:
        piece = piece_of(item.chunk)
        if len(pages) >= places:
            break
        if piece not in held:
            held.add(piece)
            pages.add((item.chunk.document_id, item.chunk.page or piece))
            further.append(item)
    return further


def piece_of(chunk: Chunk) -> str:
    """The passage or table of a chunk; itself where it has none."""
    return chunk.parent or chunk.id


def document_words(info: DocumentInfo) -> str:
    """What is known of the document that a chunk stands in."""
    return f"{info.title} {source_to_words(info.source)} {info.kind} {info.date_text or info.date or ''}"


def candidate_units(
    kb: KnowledgeBase, query: Query, filters: Filters | None
) -> tuple[dict[str, Chunk], dict[str, Chunk]]:
    """Sentences and rows found directly or through their passage or table, and those parents, by id.

    Both indexes are asked once for chunks of any kind, which is quicker than once a kind; what is found is then
    ranked within its kind.
    """
    found = [[i for i, _ in kb.search_text(search_words(query), KINDS, 4 * CANDIDATES, filters)]]
    if query.vector is not None:
        found.append([i for i, _ in kb.search_vectors(query.vector, KINDS, 2 * CANDIDATES, filters)])
    chunks = kb.chunks(dict.fromkeys(i for ranking in found for i in ranking))
    rankings = []
    for ranking in found:
        rankings.append([i for i in ranking if chunks[i].kind in UNIT_KINDS][:CANDIDATES])
        parents_too = (i if chunks[i].kind in PARENT_KINDS else chunks[i].parent for i in ranking)
        rankings.append(list(dict.fromkeys(i for i in parents_too if i))[:CANDIDATES])
    fused = reciprocal_rank_fusion(rankings)
    units = {i: chunks[i] for i in fused if i in chunks and chunks[i].kind in UNIT_KINDS}
    best_parents = [i for i in fused if i not in units][:BEST_PARENTS]
    units.update(kb.children(best_parents))
    return units, kb.chunks(sorted({chunk.parent for chunk in units.values() if chunk.parent}.union(best_parents)))


def search_words(query: Query) -> list[str]:
    """The question's terms and, for each, the few nearest of the corpus, as full text is searched for.

    Rarest first, and no more than full text ranks quickly: what stands in every other sentence tells little.
    """
    nearest = [
        other
        for near in query.related.values()
        for other, share in sorted(near.items(), key=lambda item: (-item[1], item[0]))[:NEAREST_SEARCHED]
        if share >= LEAST_SEARCHED
    ]
    counts = query.lexicon.document_frequency
    terms = sorted(dict.fromkeys([*query.question.terms, *nearest]), key=lambda term: counts.get(term, 0))
    read = 0
    kept: list[str] = []
    for term in terms:
        read += counts.get(term, 0)
        if read > MOST_MATCHES and len(kept) >= FEWEST_WORDS:
            break
        kept.append(term)
    return kept


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


def weigh(
    chunk: Chunk,
    surroundings: frozenset[str],
    query: Query,
    strengths: Strengths,
    similarities: Mapping[str, float],
    document: float = UNDECIDED,
) -> Evidence:
    """One sentence or row with its features; ``surroundings`` are the terms around it, and ``document`` is how surely
    its document is meant."""
    question = query.question
    own = spelled_out(text_to_term_set(chunk.text), query.lexicon)
    around = own | surroundings
    met, nearby = strengths.meet(own), strengths.meet(around)
    features = Features(
        similarity=max(0.0, similarities.get(chunk.id, 0.0)),
        passage_similarity=max(0.0, similarities.get(chunk.parent or "", 0.0)),
        coverage=strengths.share(met),
        context=strengths.share(nearby),
        wanted=wanted_share(chunk.text, question),
        names=names_share(chunk.text, around, question),
        row=(4.0 if question.intents & {"why", "how"} else 1.0) if chunk.kind == "row" else 0.0,
        document=document,
    )
    matched = frozenset(term for term, strength in met.items() if strength == 1.0)
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
