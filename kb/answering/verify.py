"""The last check of every answer, whoever worded it: sentence by sentence against the places that it cites.

Quotations stand verbatim at their place and page, markers lead somewhere, and every figure, date and name of a
sentence stands in what it cites, or is the result of an arithmetic that is done again here. What fails is left out
where the rest stands on its own; else the answer falls back to another one, or to "not found".
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from kb.answering.checking.arithmetic import computation_to_problem
from kb.answering.checking.dates import MONTH_NUMBERS, date_stands, text_to_dates
from kb.answering.checking.figures import Figure, figure_stands, text_to_figures
from kb.answering.checking.names import asked_names, missing_names
from kb.answering.checking.sources import Source, citation_to_source, fold, input_stands, quote_to_problems
from kb.answering.checking.support import segment_to_problems
from kb.answering.checking.wordings import (
    NUMBER,
    Segment,
    Sentence,
    quoted_to_sentences,
    sentences_to_text,
    worded_to_sentences,
)
from kb.answering.compose import not_found_to_answer
from kb.model import Answer, Check, Citation, Wording
from kb.terms import text_to_term_set

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

logger = logging.getLogger(__name__)
DOCUMENTS = "documents"
MORE = re.compile(r"\band (\d{1,5}) more\b")


@dataclass(slots=True)
class Findings:
    """What was looked at and what does not hold, counted over the sentences of an answer."""

    figures: int = 0
    names: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Proof:
    """All that an answer may rest on: its sources by marker, what is wrong with a citation, and computed figures."""

    question: str
    sources: Mapping[int, Source]
    broken: Mapping[int, Sequence[str]]
    computed: tuple[Figure, ...]
    computed_from: frozenset[int]
    acronyms: Mapping[str, str] | None
    strict: bool


def verify(kb: KnowledgeBase, answer: Answer, fallback: Answer | None = None) -> Answer:
    """The answer with its Check, without the sentences that do not hold.

    Where what is left says no longer what was asked, ``fallback`` (an answer that was checked already) is given in
    its place with the reason in its ``wording``; without one, "not found" with what failed, and a line in the log.
    """
    if answer.status != "answered":
        return answer
    proof = answer_to_proof(kb, answer)
    sentences = answer_to_sentences(answer)
    findings = [sentence_to_findings(sentence, proof) for sentence in sentences]
    kept = [s for s, found in zip(sentences, findings, strict=True) if not found.problems]
    in_all = answer_problems(kb, answer, proof)
    wrong = [*in_all, *(problem for found in findings for problem in found.problems)]
    if not wrong:
        return with_check(answer, Check(True, len(answer.citations), *_counts(findings)))
    if in_all or not rest_stands(answer, kept, len(sentences)):
        return fall_back(answer, fallback, wrong)
    logger.warning("left out of an answer: %s; question %r", "; ".join(wrong), answer.question)
    shortened = keep_sentences(answer, kept)
    counts = _counts([found for found in findings if not found.problems])
    return with_check(shortened, Check(True, len(shortened.citations), *counts, tuple(wrong)))


def answer_to_problems(kb: KnowledgeBase, answer: Answer) -> list[str]:
    """All that does not hold in an answer; empty where everything does."""
    proof = answer_to_proof(kb, answer)
    findings = [sentence_to_findings(sentence, proof) for sentence in answer_to_sentences(answer)]
    return [*answer_problems(kb, answer, proof), *(problem for found in findings for problem in found.problems)]


def by_model(answer: Answer) -> bool:
    """Whether a language model worded an answer."""
    return answer.wording.by != DOCUMENTS


def answer_to_sentences(answer: Answer) -> list[Sentence]:
    """The sentences of an answer as whoever worded it sets them."""
    return worded_to_sentences(answer.answer) if by_model(answer) else quoted_to_sentences(answer.answer)


def answer_to_proof(kb: KnowledgeBase, answer: Answer) -> Proof:
    """All that an answer may rest on, looked up in the documents."""
    sources: dict[int, Source] = {}
    broken: dict[int, list[str]] = {}
    for citation in answer.citations:
        document = kb.document(citation.document_id)
        sources[citation.marker] = citation_to_source(document, citation)
        if problems := quote_to_problems(document, citation):
            broken[citation.marker] = problems
    computation = answer.computation
    computed: list[Figure] = []
    tables = {cell.table_id for cell in computation.inputs} if computation else set()
    if computation:
        for text in (computation.result, *(cell.value for cell in computation.inputs)):
            computed += text_to_figures(text)[0]
        count = len(computation.inputs)
        # "And 8 more": of many cells the documents' wording names the first and counts the rest.
        rest = [] if by_model(answer) else [int(n) for n in MORE.findall(answer.answer) if int(n) < count]
        computed += [Figure(str(n), Decimal(n)) for n in (count, *rest)]
    return Proof(
        question=answer.question,
        sources=sources,
        broken=broken,
        computed=tuple(computed),
        computed_from=frozenset(c.marker for c in answer.citations if c.table and c.table.table_id in tables),
        acronyms=_acronyms(kb) if by_model(answer) else None,
        strict=by_model(answer),
    )


def _acronyms(kb: KnowledgeBase) -> Mapping[str, str]:
    from kb.retrieval.lexicon import corpus_lexicon

    return corpus_lexicon(kb).acronyms


def answer_problems(kb: KnowledgeBase, answer: Answer, proof: Proof) -> list[str]:
    """What is wrong with an answer as a whole: sources that no marker names, arithmetic that does not come out."""
    said = {int(number) for number in NUMBER.findall(answer.answer)} & set(proof.sources)
    problems = []
    if said != set(proof.sources) or not said:
        problems.append(f"markers {sorted(said)} do not match sources {sorted(proof.sources)}")
    if answer.computation is None:
        return problems
    if problem := computation_to_problem(answer.computation):
        problems.append(problem)
    ids = {cell.table_id for cell in answer.computation.inputs}
    cited = {c.table.table_id: c for c in answer.citations if c.table and c.table.table_id in ids}
    tables = {table_id: kb.document(c.document_id).table(table_id) for table_id, c in cited.items()}
    for cell in answer.computation.inputs:
        if cell.table_id not in tables or not input_stands(tables[cell.table_id], cell):
            problems.append(f"{cell.value} ({cell.row}, {cell.column}) is no cell of a cited table")
            break
    return problems


def sentence_to_findings(sentence: Sentence, proof: Proof) -> Findings:
    """What a sentence holds and what of it does not stand in its sources."""
    found = Findings()
    if not sentence.markers:
        found.problems.append(f"“{sentence.text[:60]}” names no source")
    for marker in sentence.markers:
        if marker not in proof.sources:
            found.problems.append(f"the markers do not match: there is no source [{marker}]")
        found.problems += proof.broken.get(marker, ())
    if not found.problems:
        for segment in sentence.segments:
            check_segment(segment, sentence, proof, found)
    return found


def check_segment(segment: Segment, sentence: Sentence, proof: Proof, found: Findings) -> None:
    """Add to the findings what a segment says that its sources do not."""
    markers = segment.markers or sentence.markers
    sources = [proof.sources[marker] for marker in markers]
    dates, rest = text_to_dates(segment.words)
    figures, codes = text_to_figures(rest)
    # A month in a date is no name of its own.
    names = asked_names(rest.replace("\x00", " "), proof.strict)
    found.figures += len(figures) + len(dates)
    found.names += len(names)
    if any(fold(segment.words).rstrip(" .;,") in fold(source.said) for source in sources):
        return
    facts = [source.facts() for source in sources]
    held = [figure for fact in facts for figure in fact.figures]
    held += proof.computed if proof.computed_from & set(markers) else ()
    held_dates = [date for fact in facts for date in fact.dates]
    months = {date.month for date in held_dates}
    text = " \n ".join(f"{source.said} \n {source.around}" for source in sources)
    words = frozenset({name for name, number in MONTH_NUMBERS.items() if number in months})
    words = words.union(*(fact.words for fact in facts))
    known = frozenset().union(*(fact.codes for fact in facts))
    wrong = [figure.text for figure in figures if not figure_stands(figure, held)]
    wrong += [date.text for date in dates if not date_stands(date, held_dates)]
    wrong += [code for code in codes if code.lower() not in known and code.lower() not in text.lower()]
    found.problems += [f"{said} stands in no cited place" for said in dict.fromkeys(wrong)]
    missing = missing_names(names, segment.words, words, text, proof.acronyms)
    found.problems += [f"the name {name} stands in no cited place" for name in missing]
    if proof.strict:
        found.problems += segment_to_problems(segment.words, sources, proof.question)


def rest_stands(answer: Answer, kept: Sequence[Sentence], all_sentences: int) -> bool:
    """Whether the sentences that hold are an answer on their own: they have all its values, and the first one of
    the documents' wording (the best), or at least half of a model's."""
    first = answer_to_sentences(answer)[0]
    if not kept or (2 * len(kept) < all_sentences if by_model(answer) else kept[0] != first):
        return False
    text = sentences_to_text(kept)
    return all(value_is_said(value, text) for value in answer.values)


def value_is_said(value: str, text: str) -> bool:
    """Whether a text says a value of the answer: as it is printed, as the same figure, or by all its words."""
    if fold(value).lower() in fold(text).lower():
        return True
    dates, rest = text_to_dates(value)
    figures, codes = text_to_figures(rest)
    said_dates, said_rest = text_to_dates(text)
    exact = {(figure.number, figure.unit) for figure in text_to_figures(said_rest)[0]}
    if figures or dates:
        same = all((figure.number, figure.unit) in exact for figure in figures)
        return same and all(date_stands(date, said_dates) for date in dates) and not codes
    return bool(text_to_term_set(value)) and text_to_term_set(value) <= text_to_term_set(text)


def keep_sentences(answer: Answer, kept: Sequence[Sentence]) -> Answer:
    """The answer of these sentences alone, its sources numbered anew in order of appearance."""
    text = sentences_to_text(kept)
    order = list(dict.fromkeys(int(number) for number in NUMBER.findall(text)))
    numbers = {old: new for new, old in enumerate(order, start=1)}
    by_marker: dict[int, Citation] = {citation.marker: citation for citation in answer.citations}
    text = NUMBER.sub(lambda match: f"[{numbers[int(match.group(1))]}]", text)
    citations = tuple(replace(by_marker[old], marker=new) for old, new in numbers.items())
    return replace(answer, answer=text, citations=citations)


def fall_back(answer: Answer, fallback: Answer | None, wrong: Sequence[str]) -> Answer:
    """What is shown in the place of an answer that does not hold."""
    reasons = "; ".join(dict.fromkeys(wrong))
    if fallback is not None:
        logger.warning("a wording by %s failed its check: %s; question %r", answer.wording.by, reasons, answer.question)
        return replace(fallback, wording=Wording(DOCUMENTS, f"its wording failed the check: {reasons}"))
    logger.error("an answer failed its check: %s; question %r", reasons, answer.question)
    message = f"An answer was drafted but failed its check against the source, so it is not shown: {reasons}"
    failed = not_found_to_answer(answer.question, message, answer.retrieved)
    return replace(failed, check=Check(False, 0, 0, 0, tuple(wrong)))


def with_check(answer: Answer, check: Check) -> Answer:
    """The answer with its check; itself where it has it already."""
    return answer if answer.check == check else replace(answer, check=check)


def _counts(findings: Sequence[Findings]) -> tuple[int, int]:
    return sum(found.figures for found in findings), sum(found.names for found in findings)
