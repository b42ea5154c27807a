"""Whether figures answer a question better than the nearest sentence does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.answering.figures.asked import Kind
from kb.answering.figures.results import Result
from kb.retrieval.evidence import Evidence, Query

# Questions that ask for words: what something consists of, why, where, how it is done.
FOR_WORDS = re.compile(
    r"^\s*(?:why|how (?:is|are|was|were|do|does|did|has|have|often|long|can|should)\b|where|who|are there|"
    r"is there|is the|does|do"
    r"|did)\b|\b(?:consists?|comprises?|includes?|represents?|refers?|relates?|related to|defined?|definition|"
    r"meaning|means?"
    r"|described?|based on|purpose|reasons?|caused?|led to|due to|resulted|impact|effect|exclude[sd]?|determined|"
    r"calculated"
    r"|recogni[sz]ed|measured|classified|disclosed|plan for|assumptions?)\b|\bwhat (?:does|do|did)\b",
    re.IGNORECASE,
)
# Logistic regression on half of the TAT-QA development contexts (docs/evaluation.md), rounded: plain figures and
# computed ones. ``lead`` is the score of the best row less that of the best sentence.
# Both rest on these weights of the evidence's features, whatever else ranks it.
NEAR = {
    "similarity": 1.0,
    "passage_similarity": 0.5,
    "coverage": 0.7,
    "context": 0.45,
    "wanted": 0.22,
    "names": 0.35,
    "row": -0.05,
}
PLAIN = {"lead": 3.0, "label": 1.5, "explained": 1.0, "years": 1.1, "respective": 1.1, "words": -1.7, "bias": -2.0}
COMPUTED = {"lead": 2.0, "label": 0.8, "explained": 0.5, "years": 0.6, "respective": 0.0, "words": -1.1, "bias": 1.2}
ABOUT_PERIODS: frozenset[Kind] = frozenset({"which period", "count periods", "periods", "percent change", "ratio"})
LEAST_LABEL = 0.2
LEAST_LABEL_OPEN, LEAST_EXPLAINED_OPEN = 0.8, 0.75


def outweighs(result: Result, kind: Kind, evidence: Sequence[Evidence], query: Query, given: bool) -> bool:
    """Whether a result is to be given. Where the asker names the document, it need only fit better than the best
    sentence; among many documents it must fit well."""
    if not given:
        return fits_alone(result, kind)
    if query.question.wants & {"person", "place"} or result.label_said < LEAST_LABEL:
        return False
    if kind == "cells" and any(figure.number is None for _, figure in result.used):
        return False
    if kind in ABOUT_PERIODS:
        return True
    signals = {
        "lead": best_score(evidence, "row") - best_score(evidence, "sentence"),
        "label": result.label_said,
        "explained": result.explained,
        "years": float(bool(query.question.years)),
        "respective": float("respective" in query.question.text.lower()),
        "words": float(bool(FOR_WORDS.search(query.question.text))),
        "bias": 1.0,
    }
    weights = PLAIN if kind in {"cells", "labels"} else COMPUTED
    return sum(weights[name] * signal for name, signal in signals.items()) > 0.0


def fits_alone(result: Result, kind: Kind) -> bool:
    """Whether a computed result names its series so well that it stands among many documents."""
    if kind not in {"percent change", "change", "count periods"} or len(result.used) < 2:
        return False
    return result.label_said >= LEAST_LABEL_OPEN and result.explained >= LEAST_EXPLAINED_OPEN


def best_score(evidence: Sequence[Evidence], kind: str) -> float:
    """How near the best sentence or row is to the question, by its features; 0 where there is none."""
    near = (
        sum(weight * getattr(item.features, name) for name, weight in NEAR.items())
        for item in evidence
        if item.chunk.kind == kind
    )
    return max(near, default=0.0)
