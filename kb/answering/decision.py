"""Found or not found: a calibrated rule on the evidence, and what to tell the reader where nothing answers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.answering.people import asks_name, holds_name
from kb.retrieval.evidence import WANTED, Evidence, Query
from kb.retrieval.words import spelled_out
from kb.terms import stem, text_to_term_set, text_to_terms


@dataclass(frozen=True, slots=True)
class Signals:
    """What the decision looks at, of the evidence that a draft rests on.

    The first four are between 0 and 1 (see ``Features``). The next two are the reader's, between -1 and 1, and 0 where
    nothing was read: how sure it is that the evidence answers (``relevance``), and that the answer stands in it
    (``marked``). ``ahead`` is how far the evidence's score is before the best of other places, -1 to 1, and ``apart``
    how far the best is before the fifth. ``computes`` is the probability that the question asks for arithmetic;
    ``figures`` and ``reasons`` are 1 where it asks for a figure, or for a reason or way.
    """

    similarity: float
    coverage: float
    context: float
    counted: float
    relevance: float = 0.0
    marked: float = 0.0
    ahead: float = 0.0
    apart: float = 0.0
    computes: float = 0.0
    figures: float = 0.0
    reasons: float = 0.0


# Fitted by evals/training/decision.py on tuned, practice, fresh and far-worded questions and evals/training/answers; no
# set-aside half was seen.
WEIGHTS = Signals(
    similarity=0.91,
    coverage=-1.33,
    context=0.95,
    counted=1.91,
    relevance=0.26,
    marked=0.63,
    ahead=1.60,
    apart=1.54,
    computes=-0.97,
    figures=-0.32,
    reasons=0.29,
)
BIAS = -2.80
LEAST_PROBABILITY = 0.53  # its curve of right against wrong answers is in docs/evaluation.md
NEAR_ENOUGH = 0.45
LOGIT_SCALE = 4.0
READ_TOGETHER = 2
PLACES = 5
FIGURES = frozenset({"money", "percent", "number"})
REASONS = frozenset({"why", "how"})
COUNTED = re.compile(r"\bhow many (?:of the |more |fewer )?((?:[\w'-]+ ){0,2}?[\w'-]+?s|people|staff)\b", re.IGNORECASE)
NOT_COUNTED = re.compile(
    r"£\s?[\d,.]+(?:\s?(?:m|bn|k|million|billion|thousand)\b)?|\b(?:19|20)\d\d\s?/\s?\d\d(?:\d\d)?\b|[\d.,]+\s?%"
    r"|\b(?:annex|appendix|chapter|figure|item|objective|option|page|paragraph|part|phase|recommendation|section|stage"
    r"|strand|table|theme|tier)s? (?:\d+\w?|one|two|three|four|five)\b",
    re.IGNORECASE,
)
# Whose money is asked for: "the budget of the regional team", "what the joint office cost".
MONEY = r"(?:budgets?|costs?|expenditure|spending|spends?|spent|funding|savings?|saved?)"
BODY = r"(?:team|unit|board|office|committee|panel|forum|bureau|branch|department|secretariat|centre)"
BODY_ASKED = (
    re.compile(rf"\b{MONEY} (?:of|for|on|by) (?:[\w&'’-]+ ){{1,6}}?({BODY})s?\b", re.IGNORECASE),
    re.compile(rf"\bthe (?:[\w&'’-]+ ){{1,5}}?({BODY})s?(?:['’]s?)? {MONEY}\b", re.IGNORECASE),
)
NOTHING_NEAR = (
    "No passage answers this question closely enough; the nearest passages are listed, but they are not an answer."
)


def evidence_to_signals(used: Sequence[Evidence], query: Query, evidence: Sequence[Evidence] = ()) -> Signals:
    """The signals of the evidence that a draft uses, best first, among all ``evidence`` of the question."""
    features = used[0].features
    near = [item.reading for item in used[:READ_TOGETHER] if item.reading]
    return Signals(
        similarity=features.similarity,
        coverage=features.coverage,
        context=features.context,
        counted=counted_strength(used, query),
        relevance=surest(reading.score for reading in near),
        marked=surest(reading.span_score - reading.no_answer for reading in near),
        ahead=lead_of(used, evidence),
        apart=evidence[0].score - evidence[min(PLACES, len(evidence)) - 1].score if evidence else 0.0,
        computes=min(1.0, sum(query.operations.values())),
        figures=float(bool(query.question.wants & FIGURES)),
        reasons=float(bool(query.question.intents & REASONS)),
    )


def lead_of(used: Sequence[Evidence], evidence: Sequence[Evidence]) -> float:
    """How far the best evidence used is ahead of the best of other passages and tables, -1 to 1; 1 where there is none.

    In words far from the text all scores are low, but what answers still stands out.
    """
    places = {place_of(item) for item in used}
    other = next((item.score for item in evidence if place_of(item) not in places), None)
    return max(-1.0, min(1.0, max(item.score for item in used) - other)) if other is not None else 1.0


def place_of(item: Evidence) -> tuple[str, str | None]:
    """The passage or table that a piece of evidence stands in."""
    return item.chunk.document_id, item.chunk.table_id or item.chunk.parent or item.chunk.id


def surest(logits: Iterable[float]) -> float:
    """The largest of some logits as a number between -1 and 1; 0 for none."""
    return math.tanh(max(logits, default=0.0) / LOGIT_SCALE)


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


def of_another_body(query: Query, evidence: Sequence[Evidence]) -> bool:
    """Whether a sum of money of a team, unit or board is asked for, and no team, unit or board is spoken of where the
    evidence stands: the whole programme's budget is not its team's."""
    if not query.question.wants & {"money", "percent"}:
        return False
    bodies = [match[1].lower() for form in BODY_ASKED if (match := form.search(query.question.text))]
    held = spelled_out(frozenset().union(*(item.around for item in evidence)), query.lexicon)
    return any(stem(body) not in held for body in bodies)


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
    """Kinds of thing that the question asks for (money, a date, somebody's name) and the drafted text does not hold at
    all."""
    checked = {
        "money": WANTED["money"],
        "percent": WANTED["percent"],
        "date": WANTED["date"],
        "number": WANTED["number"],
    }
    counted = NOT_COUNTED.sub(" ", text)  # a sum of money, a year or "Theme 3" says nothing about how many
    return ["name"] * missing_name(query, [text]) + [
        want
        for want in sorted(query.question.wants)
        if want in checked and not checked[want].search(counted if want == "number" else text)
    ]


def missing_name(query: Query, texts: Iterable[str]) -> bool:
    """Whether the question asks for somebody's name and no text holds any."""
    asked = query.question.text
    return asks_name(asked) and not any(holds_name(text, asked, query.lexicon) for text in texts)


def not_found_message(
    query: Query, evidence: Sequence[Evidence], newest: str | None, contradicted: str | None = None
) -> str:
    """Why nothing is answered, in words: what the documents contradict or never mention, or that nothing is near
    enough."""
    reasons = [contradicted] if contradicted else []
    missing = missing_years(query, evidence)
    if missing:
        reasons.append(f"nothing near this question speaks of {', '.join(missing)}")
        if newest and missing[0][:4].isdigit() and missing[0][:4] > newest[:4]:
            reasons.append(f"the newest document is of {newest[:4]}")
    if missing_name(query, [item.chunk.text for item in evidence]):
        reasons.append("nothing near this question gives a person’s name")
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
