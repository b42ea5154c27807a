"""Checks the question sets that ship: ``python -m evals.check_questions``.

Every line has its fields, ids are unique, every quote stands in its PDF (as pypdf reads it), the accepted
wordings of look-up questions occur in their evidence, and the sets are large and varied enough to mean
something. Exits with 1 and one line for each problem.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from evals.normalise import occurs, text_to_tokens
from evals.questions import Question, read_json_lines, read_questions
from evals.runner import FAR_WORDED_SET_ASIDE, FAR_WORDED_TUNED, SET_ASIDE, TUNED
from evals.sources import SourceFiles

CORPUS = Path(__file__).parent.parent / "corpus"
SHIPPED = ((TUNED, SET_ASIDE), (FAR_WORDED_TUNED, FAR_WORDED_SET_ASIDE))
FEWEST_QUESTIONS, FEWEST_UNANSWERABLE, MOST_ON_ONE_PLACE = 120, 20, 3

TYPES = frozenset(
    {"fact", "table_lookup", "computed", "list", "why", "how", "explain", "cross_document", "workforce"}
    | {"definition", "follow_up", "noisy", "unanswerable"}
)
LOOK_UP_TYPES = TYPES - {"computed", "unanswerable"}
NEEDED = frozenset({"id", "type", "question", "answerable"})
NEEDED_ANSWERABLE = NEEDED | {"must", "must_not", "evidence"}
FIELDS = NEEDED_ANSWERABLE | {"history", "max_words"}


def check_sets(paths: Sequence[Path], corpus: Path) -> list[str]:
    """Problems of question sets that belong together, one line each; raises BadQuestion for an unreadable one."""
    sets = {path.name: read_questions(path) for path in paths}
    questions = [question for group in sets.values() for question in group]
    files = SourceFiles.from_folder(corpus)
    problems = [problem for path in paths for problem in _check_fields(path)]
    problems += [problem for question in questions for problem in check_question(question, files)]
    return problems + list(_check_whole(questions)) + list(_check_split(sets))


def check_question(question: Question, files: SourceFiles) -> list[str]:
    """Problems of one question."""
    problems = []
    if question.type not in TYPES:
        problems.append(f"unknown type {question.type}")
    if question.answerable == (question.type == "unanswerable"):
        problems.append("type and answerable disagree")
    if question.answerable and not (question.must and question.evidence):
        problems.append("answerable without must or evidence")
    if question.type == "follow_up" and not question.history:
        problems.append("follow_up without history")
    problems += _check_evidence(question, files)
    problems += _check_wordings(question)
    return [f"{question.id}: {problem}" for problem in problems]


def _check_fields(path: Path) -> Iterator[str]:
    for value in read_json_lines(path):
        missing = (NEEDED_ANSWERABLE if value.get("answerable") else NEEDED) - value.keys()
        unknown = value.keys() - FIELDS
        if missing or unknown:
            yield f"{value.get('id', '?')}: fields missing {sorted(missing)}, unknown {sorted(unknown)}"


def _check_evidence(question: Question, files: SourceFiles) -> Iterator[str]:
    for evidence in question.evidence:
        if files.path(evidence.source) is None:
            yield f"no file {evidence.source}"
        elif not files.is_verbatim(evidence.source, evidence.quote):
            yield f"quote does not stand in {evidence.source}: {evidence.quote[:60]}"


def _check_wordings(question: Question) -> Iterator[str]:
    evidence = "\n".join(piece.quote for piece in question.evidence)
    for slot in question.must:
        for wording in slot:
            if not text_to_tokens(wording):
                yield f"empty wording {wording!r}"
            yield from (f"must_not {bad!r} occurs in {wording!r}" for bad in question.must_not if occurs(bad, wording))
        if question.type in LOOK_UP_TYPES and not any(occurs(wording, evidence) for wording in slot):
            yield f"no wording of {list(slot)} occurs in the evidence"


def _check_whole(questions: Sequence[Question]) -> Iterator[str]:
    yield from _repeated("id", (question.id for question in questions), 1)
    places = (f"{piece.source}: {piece.quote[:60]}" for question in questions for piece in question.evidence)
    yield from _repeated("place", places, MOST_ON_ONE_PLACE)
    unanswerable = sum(not question.answerable for question in questions)
    if len(questions) < FEWEST_QUESTIONS:
        yield f"{len(questions)} questions, at least {FEWEST_QUESTIONS} are needed"
    if unanswerable < FEWEST_UNANSWERABLE:
        yield f"{unanswerable} unanswerable questions, at least {FEWEST_UNANSWERABLE} are needed"


def _check_split(sets: dict[str, list[Question]]) -> Iterator[str]:
    for name, questions in sets.items():
        missing = TYPES - {question.type for question in questions}
        if missing:
            yield f"{name}: no question of type {', '.join(sorted(missing))}"


def _repeated(what: str, values: Iterable[str], most: int) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > most:
            yield f"{what} used {count} times, at most {most}: {value}"


def main() -> int:
    """Check the sets that ship against the shipped corpus; 0 where all is well."""
    from rich.console import Console

    problems = [problem for paths in SHIPPED for problem in check_sets(paths, CORPUS)]
    console = Console(highlight=False, soft_wrap=True)
    for problem in problems:
        console.print(problem, markup=False)
    console.print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
