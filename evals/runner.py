"""Runs question sets against a knowledge base, or scores answers that were given before.

Each file is a set of its own: figures for questions that the system was tuned on never mix with those for
questions that were set aside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.metrics import Judgement, Summary, judge, summarise, summarise_by
from evals.questions import AnswerObject, Question, read_json_lines, read_questions
from evals.sources import SourceFiles

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

QUESTIONS = Path(__file__).parent / "questions"
TUNED, SET_ASIDE = QUESTIONS / "tuned.jsonl", QUESTIONS / "set_aside.jsonl"
FAR_WORDED_TUNED, FAR_WORDED_SET_ASIDE = (QUESTIONS / "far_worded" / path.name for path in (TUNED, SET_ASIDE))

Ask = Callable[[Question], AnswerObject | None]
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SetReport:
    """The judgements of one question set, and their metrics in total and by type."""

    name: str
    judgements: tuple[Judgement, ...]
    total: Summary
    by_type: dict[str, Summary]

    def failures(self) -> list[Judgement]:
        """Answers that are not right, in file order."""
        return [judgement for judgement in self.judgements if not judgement.right]


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """One report for each question set, in the order in which they were given."""

    sets: tuple[SetReport, ...]


def evaluate(paths: Sequence[Path], kb: KnowledgeBase, on_progress: OnProgress | None = None) -> EvaluationReport:
    """Ask every question of the sets and judge the answers.

    Citations are checked against the copies of the files that the knowledge base keeps, with pypdf.

    Raises:
        BadQuestion: a set cannot be read.
    """
    from kb.answering import answer
    from kb.model import Turn

    def ask(question: Question) -> AnswerObject:
        history = [Turn(asked, said) for asked, said in question.history]
        given: AnswerObject = answer(kb, question.question, history=history, question_id=question.id).to_json()
        return given

    return _judge_sets(paths, ask, knowledge_base_files(kb), on_progress)


def score_answers(
    paths: Sequence[Path], answers: Path, files: SourceFiles | None = None, on_progress: OnProgress | None = None
) -> EvaluationReport:
    """Judge a file of answer objects (as ``kb ask --batch`` writes it) against question sets.

    An answer belongs to the question of its id; one without an id to the question of the same words. Without
    ``files`` citations are not checked against their sources.

    Raises:
        BadQuestion: a set or the answers cannot be read.
    """
    return _judge_sets(paths, _answers_to_look_up(read_json_lines(answers)), files, on_progress)


def knowledge_base_files(kb: KnowledgeBase) -> SourceFiles:
    """The kept copies of a knowledge base's files, by source name."""
    kept = {document.source: kb.file(document.id) for document in kb.documents()}
    return SourceFiles({source: path for source, path in kept.items() if path is not None})


def _answers_to_look_up(answers: Sequence[dict[str, Any]]) -> Ask:
    by_id = {str(answer["id"]): answer for answer in answers if answer.get("id") is not None}
    by_words = {" ".join(str(answer.get("question")).split()): answer for answer in answers if answer.get("id") is None}
    return lambda question: by_id.get(question.id) or by_words.get(" ".join(question.question.split()))


def _judge_sets(
    paths: Sequence[Path], ask: Ask, files: SourceFiles | None, on_progress: OnProgress | None
) -> EvaluationReport:
    sets = {path: read_questions(path) for path in paths}
    total, done = sum(map(len, sets.values())), 0
    reports = []
    for path, questions in sets.items():
        judgements = []
        for question in questions:
            judgements.append(judge(question, ask(question), files))
            done += 1
            if on_progress:
                on_progress(done, total)
        reports.append(judgements_to_report(_path_to_name(path, paths), judgements))
    return EvaluationReport(tuple(reports))


def _path_to_name(path: Path, paths: Sequence[Path]) -> str:
    """The file's name without its suffix; with its folder's where another file in ``paths`` has the same."""
    alone = sum(other.stem == path.stem for other in paths) == 1
    return path.stem if alone else f"{path.parent.name}/{path.stem}"


def judgements_to_report(name: str, judgements: Sequence[Judgement]) -> SetReport:
    """The report of one set."""
    by_type = summarise_by(judgements, lambda judgement: judgement.type)
    return SetReport(name, tuple(judgements), summarise(judgements), by_type)
