"""A question answered from one CSV file: programs enumerated, run and ranked (see ``programs``), the best one's answer
stated with its cells."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from kb.answering.compose import draft_to_answer, not_found_to_answer
from kb.answering.csv_table import OneTable, csv_to_document
from kb.answering.programs import RankedProgram, table_to_ranked
from kb.answering.programs.links import question_to_links, text_to_asked
from kb.answering.programs.table import table_to_typed
from kb.answering.programs.wording import program_to_draft
from kb.answering.question import clean_question
from kb.answering.verify import answer_to_problems, verify
from kb.model import Answer, Document, Retrieved

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

# Whoever gives one table means it to answer, so little certainty is asked for; see docs/evaluation.md for the curve.
LEAST_PROBABILITY = 0.05
MAX_RETRIEVED = 10
MAX_TRIED = 3


def answer_from_table(path: Path, question: str, question_id: str | None = None) -> Answer:
    """The Answer to a question from one CSV file, by the program that fits its words best.

    Raises BadQuestion as ``answer`` does, UnreadableFile where the file is no table.
    """
    started = time.perf_counter()
    asked = clean_question(question)
    document = csv_to_document(path)
    ranked = table_to_ranked(document.tables[0], asked)
    retrieved = table_to_retrieved(document, asked)
    missing = not_found_to_answer(question, "No row or column of the table fits the question's words.", retrieved)
    result = next(ranked_to_answers(document, ranked, question, retrieved), missing)
    elapsed = 1000 * (time.perf_counter() - started)
    return replace(result, id=question_id, timings_ms={"total": elapsed})


def ranked_to_answers(
    document: Document, ranked: Sequence[RankedProgram], question: str, retrieved: Sequence[Retrieved]
) -> Iterator[Answer]:
    """The likeliest answers that pass their check, each in the fullest wording that does."""
    source = cast("KnowledgeBase", OneTable(document))
    names = {document.id: (document.source, document.title)}
    for one in [one for one in ranked if is_answer(one)][:MAX_TRIED]:
        for plain in (False, True):
            draft = program_to_draft(one.program, document, document.tables[0], one.typed, one.probability, plain)
            answer = draft_to_answer(question, draft, names, retrieved)
            if not answer_to_problems(source, answer):
                yield verify(source, answer)


def is_answer(ranked: RankedProgram) -> bool:
    """Whether a program is likely enough and has anything to do with the question's words: it rests on what they name,
    or does what they say with all rows."""
    does = ranked.program.op != "cell" or any(chosen.form != "all" for chosen in ranked.program.sets)
    return ranked.probability >= LEAST_PROBABILITY and (ranked.explained > 0.0 or does)


def table_to_retrieved(document: Document, asked: str) -> Sequence[Retrieved]:
    """The rows that a question's words name, best first, then the others from the top."""
    table = document.tables[0]
    typed = table_to_typed(table)
    scores = dict.fromkeys(range(len(typed.cells)), 0.0)
    for link in question_to_links(text_to_asked(asked), typed):
        for row in link.rows:
            scores[row] += link.strength / len(link.rows)
    best = sorted(scores, key=lambda row: (-scores[row], row))[:MAX_RETRIEVED]
    return [
        Retrieved(
            document.id,
            document.source,
            None,
            row_to_text(table.headers(), table.grid()[line]),
            scores[row],
            f"{document.id}:r{line}",
        )
        for row in best
        for line in (typed.lines[row],)
    ]


def row_to_text(headings: Sequence[str], texts: Sequence[str]) -> str:
    """A row as "heading text; heading text"."""
    pairs = zip(headings, texts, strict=True)
    return "; ".join(f"{heading} {text}".strip() for heading, text in pairs if text)
