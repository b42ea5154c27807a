"""Found or not found: a calibrated rule on the evidence, and what to tell the reader where nothing answers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.retrieval.evidence import WANTED, Evidence, Query
from kb.retrieval.words import spelled_out
from kb.terms import stem, text_to_term_set, text_to_terms


@dataclass(frozen=True, slots=True)
class Signals:
    """What the decision looks at; each between 0 and 1 but the score, which is that of the best evidence."""

    score: float
    similarity: float
    coverage: float
    context: float
    names: float
    lead: float
    counted: float


# Fitted on the tuned and practice questions (docs/evaluation.md); the set-aside halves were not looked at.
WEIGHTS = Signals(score=0.5, similarity=2.07, coverage=0.66, context=2.24, names=0.23, lead=0.15, counted=2.79)
BIAS = -6.5
LEAST_PROBABILITY = 0.59
NEAR_ENOUGH = 0.45
COUNTED = re.compile(r"\bhow many (?:of the |more |fewer )?((?:[\w'-]+ ){0,2}?[\w'-]+?s|people|staff)\b", re.IGNORECASE)
NOTHING_NEAR = (
    "No passage answers this question closely enough; the nearest passages are listed, but they are not an answer."
)


def evidence_to_signals(evidence: Sequence[Evidence], query: Query) -> Signals:
    """The signals of the best evidence for a question."""
    best = evidence[0]
    later = evidence[min(5, len(evidence) - 1)]
    return Signals(
        score=best.score,
        similarity=best.features.similarity,
        coverage=best.features.coverage,
        context=best.features.context,
        names=best.features.names,
        lead=max(0.0, best.score - later.score),
        counted=counted_strength(evidence, query),
    )


def counted_strength(evidence: Sequence[Evidence], query: Query) -> float:
    """How well the evidence itself holds the thing that "how many" counts; 1 for other questions."""
    match = COUNTED.search(query.question.text)
    terms = text_to_terms(match.group(1)) if match else ()
    if not terms:
        return 1.0
    texts = (text_to_term_set(item.chunk.embed_text) for item in evidence[:2])
    held = spelled_out(frozenset().union(*texts), query.lexicon)
    return query.matcher.strength(terms[-1], held)


def missing_forces(query: Query, evidence: Sequence[Evidence]) -> list[str]:
    """Forces that the question names and neither the evidence nor the passages around it do."""
    held: frozenset[str] = frozenset().union(*(nearby(item) for item in evidence))
    return [force for force in query.question.forces if not set(text_to_terms(force)) <= held]


def nearby(item: Evidence) -> frozenset[str]:
    """The terms that speak of the same thing: a sentence's surroundings, but of a table only the row itself."""
    return text_to_term_set(item.chunk.text) if item.chunk.kind == "row" else item.around


def has_relative(word: str, query: Query) -> bool:
    """Whether the corpus has a word near in meaning."""
    return max(query.related.get(stem(word), {}).values(), default=0.0) >= NEAR_ENOUGH


def signals_to_probability(signals: Signals) -> float:
    """The probability that the evidence answers, by logistic regression (weights above)."""
    total = BIAS + sum(getattr(WEIGHTS, name) * getattr(signals, name) for name in Signals.__dataclass_fields__)
    return 1.0 / (1.0 + math.exp(-total))


def missing_years(query: Query, evidence: Sequence[Evidence]) -> list[str]:
    """Years that the question names and none of the evidence, nor anything around it, does."""
    held: frozenset[str] = frozenset().union(*(item.around for item in evidence))
    return [year for year in query.question.years if not year_stands(year, held)]


def year_stands(year: str, held: frozenset[str]) -> bool:
    """Whether a year is among terms: itself, or for a single year a financial year that begins or ends in it."""
    if year in held:
        return True
    spans = [term for term in held if "/" in term and term[:4].isdigit()]
    if "/" not in year:
        return any(span[:4] == year or span[:2] + span[-2:] == year for span in spans)
    return False


def missing_kinds(query: Query, text: str) -> list[str]:
    """Kinds of thing that the question asks for (money, a date) and the drafted text does not hold at all."""
    checked = {
        "money": WANTED["money"],
        "percent": WANTED["percent"],
        "date": WANTED["date"],
        "number": WANTED["number"],
    }
    return [want for want in sorted(query.question.wants) if want in checked and not checked[want].search(text)]


def not_found_message(query: Query, missing: Sequence[str], newest: str | None) -> str:
    """Why nothing is answered, in words: what the documents never mention, or that nothing is near enough."""
    reasons = []
    if missing:
        reasons.append(f"nothing near this question speaks of {', '.join(missing)}")
        if newest and missing[0][:4].isdigit() and missing[0][:4] > newest[:4]:
            reasons.append(f"the newest document is of {newest[:4]}")
    unknown = [word for word in query.unknown if not has_relative(word, query)]
    if unknown:
        reasons.append(
            "the documents never use the word"
            + ("s " if len(unknown) > 1 else " ")
            + ", ".join(f"“{w}”" for w in unknown)
        )
    if not reasons:
        return NOTHING_NEAR
    reason = "; ".join(reasons)
    return f"{reason[0].upper()}{reason[1:]}. The nearest passages are listed, but they are not an answer."
