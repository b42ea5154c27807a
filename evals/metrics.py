"""Judges answers and sums the judgements up, by type and in total.

An answer is right when every slot of ``must`` is met by one of its wordings, nothing of ``must_not`` occurs and
it is no longer than ``max_words``; a question that the documents don't answer is handled right by "not found".
All shares are 0 to 1, times are milliseconds, and None stands where there is nothing to measure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from statistics import median

from evals.normalise import count_words, occurs, without_markers
from evals.overlap import overlaps_any
from evals.questions import AnswerObject, Question
from evals.sources import SourceFiles

HIT_RANKS = (1, 5, 10)

_MARKER_NUMBERS = re.compile(r"\[\s*(\d+(?:\s*[,;]\s*\d+)*)\s*\]")


@dataclass(frozen=True, slots=True)
class CitationJudgement:
    """``verbatim``: the quote stands in the file; ``page_right``: on the page named. None: can't be checked."""

    verbatim: bool | None
    page_right: bool | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that is measured of one answer; ``reasons`` say why it is not right."""

    id: str
    type: str
    question: str
    answerable: bool
    expected: str
    said: str
    status: str
    right: bool
    reasons: tuple[str, ...]
    words: int | None
    citations: tuple[CitationJudgement, ...]
    markers_resolve: bool | None
    supported: bool | None
    first_hit: int | None
    has_evidence: bool
    latency_ms: float | None

    @property
    def answered(self) -> bool:
        return self.status == "answered"


@dataclass(frozen=True, slots=True)
class Summary:
    """The metrics of a group of judgements."""

    questions: int
    accuracy: float | None
    answerable_accuracy: float | None
    wrong_answered: float | None
    not_found_answerable: float | None
    unanswerable_handled: float | None
    citation_verbatim: float | None
    page_right: float | None
    markers_resolve: float | None
    citation_supports: float | None
    hit_at_1: float | None
    hit_at_5: float | None
    hit_at_10: float | None
    median_words: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None

    def to_json(self) -> dict[str, float | int | None]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


# ------------------------------------------------------------------------------------------------- judging


def answer_to_reasons(question: Question, answer: str) -> list[str]:
    """Why the text of an answer is not right; empty where it is."""
    text = without_markers(answer)
    if not text.strip():
        return ["empty answer"]
    reasons = [f"missing: {' | '.join(slot)}" for slot in question.must if not any(occurs(w, text) for w in slot)]
    reasons += [f"must not say: {wording}" for wording in question.must_not if occurs(wording, text)]
    words = count_words(answer)
    return reasons + ([f"{words} words, at most {question.max_words}"] if words > question.max_words else [])


def markers_resolve(answer: AnswerObject) -> bool:
    """Has every [n] of the text its citation, and every citation its [n]? At least one of each is needed."""
    numbers = _MARKER_NUMBERS.findall(str(answer.get("answer") or ""))
    in_text = {int(number) for group in numbers for number in re.findall(r"\d+", group)}
    cited = {citation.get("marker") for citation in answer.get("citations") or ()}
    return bool(in_text) and in_text == cited


def judge(question: Question, answer: AnswerObject | None, files: SourceFiles | None = None) -> Judgement:
    """Everything about one question and its answer object (None: there is no answer)."""
    answer = answer or {}
    status = str(answer.get("status") or "missing")
    said = str(answer.get("answer") or answer.get("message") or "")
    reasons = _status_to_reasons(question, status)
    if question.answerable and status == "answered":
        reasons = answer_to_reasons(question, said)
    citations = answer.get("citations") or () if status == "answered" else ()
    supported = None
    if question.answerable and question.evidence and status == "answered" and not reasons:
        quotes = ((str(c.get("source") or ""), str(c.get("quote") or "")) for c in citations)
        supported = any(overlaps_any(question.evidence, source, quote, files) for source, quote in quotes)
    total = (answer.get("timings_ms") or {}).get("total")
    return Judgement(
        id=question.id,
        type=question.type,
        question=question.question,
        answerable=question.answerable,
        expected="; ".join(slot[0] for slot in question.must) if question.answerable else "not found",
        said=said,
        status=status,
        right=not reasons,
        reasons=tuple(reasons),
        words=count_words(said) if status == "answered" else None,
        citations=tuple(_judge_citation(citation, files) for citation in citations),
        markers_resolve=markers_resolve(answer) if status == "answered" else None,
        supported=supported,
        first_hit=_first_hit(question, answer, files),
        has_evidence=question.answerable and bool(question.evidence),
        latency_ms=None if total is None else float(total),
    )


def _status_to_reasons(question: Question, status: str) -> list[str]:
    expected = "answered" if question.answerable else "not_found"
    if status == expected:
        return []
    return ["answered what the documents do not say"] if status == "answered" else [f"status {status}"]


def _judge_citation(citation: AnswerObject, files: SourceFiles | None) -> CitationJudgement:
    if files is None:
        return CitationJudgement(None, None)
    source, quote = str(citation.get("source") or ""), str(citation.get("quote") or "")
    page, is_table = citation.get("page"), citation.get("table") is not None
    return CitationJudgement(
        files.is_verbatim(source, quote, is_table), files.is_on_page(source, page, quote, is_table)
    )


def _first_hit(question: Question, answer: AnswerObject, files: SourceFiles | None) -> int | None:
    """Rank of the first retrieved text that overlaps the evidence."""
    if not question.answerable:
        return None
    for rank, entry in enumerate((answer.get("retrieved") or ())[: max(HIT_RANKS)], start=1):
        if overlaps_any(question.evidence, str(entry.get("source") or ""), str(entry.get("text") or ""), files):
            return rank
    return None


# ---------------------------------------------------------------------------------------------- summing up


def share(values: Iterable[bool | None]) -> float | None:
    """Share of true values among those that are not None."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)] if ordered else None


def summarise(judgements: Sequence[Judgement]) -> Summary:
    """The metrics of some judgements."""
    answerable = [j for j in judgements if j.answerable]
    citations = [citation for j in judgements for citation in j.citations]
    words = [j.words for j in judgements if j.words is not None]
    latencies = [j.latency_ms for j in judgements if j.latency_ms is not None]

    def hit(rank: int) -> float | None:
        return share(j.first_hit is not None and j.first_hit <= rank for j in judgements if j.has_evidence)

    return Summary(
        questions=len(judgements),
        accuracy=share(j.right for j in judgements),
        answerable_accuracy=share(j.right for j in answerable),
        wrong_answered=share(j.answered and not j.right for j in judgements),
        not_found_answerable=share(not j.answered for j in answerable),
        unanswerable_handled=share(j.right for j in judgements if not j.answerable),
        citation_verbatim=share(citation.verbatim for citation in citations),
        page_right=share(citation.page_right for citation in citations),
        markers_resolve=share(j.markers_resolve for j in judgements),
        citation_supports=share(j.supported for j in judgements),
        hit_at_1=hit(HIT_RANKS[0]),
        hit_at_5=hit(HIT_RANKS[1]),
        hit_at_10=hit(HIT_RANKS[2]),
        median_words=median(words) if words else None,
        latency_p50_ms=percentile(latencies, 50),
        latency_p95_ms=percentile(latencies, 95),
    )


def summarise_by(judgements: Sequence[Judgement], key: Callable[[Judgement], str]) -> dict[str, Summary]:
    """A summary for each value of a key, in alphabetical order."""
    groups: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        groups.setdefault(key(judgement), []).append(judgement)
    return {name: summarise(groups[name]) for name in sorted(groups)}
