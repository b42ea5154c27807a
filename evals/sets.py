"""Question sets to choose from, and sets of one's own, checked line by line before anything is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from evals.questions import Question, json_to_question, read_questions
from evals.runner import QUESTIONS
from kb.errors import BadQuestion

SEALED = "set_aside"  # sets of that name may be asked and scored, but not shown
MOST_QUESTIONS = 1_000
MOST_BYTES = 5_000_000
MOST_PROBLEMS = 20
FIELDS = frozenset(("id", "type", "question", "answerable", "must", "must_not", "evidence", "history", "max_words"))
TITLES = {
    "tuned": "Own questions, the half that was looked at",
    "far_worded/tuned": "Far-worded questions, the half that was looked at",
    "practice/inspection-and-slides": "Practice: the inspection and the slides",
    "practice/plan-and-reports": "Practice: the plan and the reports",
    "fresh/tuned": "Lists, sums, workforce and several documents, the half that was looked at",
}


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions under a name. ``name`` is its file's, with its folder; ``title`` is what people read."""

    name: str
    title: str
    questions: tuple[Question, ...]


def shipped_sets() -> list[QuestionSet]:
    """The sets that come with collabkb, without those that must not be read."""
    paths = sorted(path for path in QUESTIONS.rglob("*.jsonl") if path.stem != SEALED)
    order = [*TITLES]
    sets = map(path_to_set, paths)
    return sorted(sets, key=lambda held: (order.index(held.name) if held.name in TITLES else len(order), held.name))


def path_to_set(path: Path) -> QuestionSet:
    """A shipped set; BadQuestion where it cannot be read."""
    name = path.relative_to(QUESTIONS).with_suffix("").as_posix()
    return QuestionSet(name, TITLES.get(name) or name_to_title(name), tuple(read_questions(path)))


def name_to_title(name: str) -> str:
    """A file's name as a title: "practice/new-questions" -> "Practice: new questions"."""
    words = name.replace("_", " ").replace("-", " ").split("/")
    return ": ".join([words[0].capitalize(), *words[1:]])


def sources_missing(questions: Sequence[Question], sources: Sequence[str]) -> tuple[int, int]:
    """How many of the files that the questions' evidence names are not among ``sources``, and how many it names."""
    held = {source.lower() for source in sources}
    named = {evidence.source.rsplit("/", 1)[-1].lower() for question in questions for evidence in question.evidence}
    return len(named - held), len(named)


# --------------------------------------------------------------------------------------------- a set of one's own


def text_to_set(name: str, data: bytes) -> QuestionSet:
    """An uploaded question set. BadQuestion names every line that is wrong (the first twenty) and what to do."""
    if len(data) > MOST_BYTES:
        raise BadQuestion(f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it into smaller sets.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadQuestion("The file is not text in UTF-8. Save it as UTF-8 and choose it again.") from error
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise BadQuestion("The file holds no questions. Each line must be one question in curly brackets.")
    if len(lines) > MOST_QUESTIONS:
        raise BadQuestion(f"The file holds {len(lines):,} questions; at most {MOST_QUESTIONS:,} can be asked at once.")
    questions: list[Question] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, line in lines:
        found = line_to_question(line, number)
        wrong = [found] if isinstance(found, str) else []
        if isinstance(found, Question):
            if found.id in seen:
                wrong.append(f"its id “{found.id}” is that of line {seen[found.id]} too; every id must be its own")
            seen.setdefault(found.id, number)
            questions.append(found)
        problems += [f"Line {number}: {problem}." for problem in wrong]
    if problems:
        left = len(problems) - MOST_PROBLEMS
        more = [f"And {left} more."] if left > 0 else []
        raise BadQuestion("\n".join(problems[:MOST_PROBLEMS] + more))
    stem = Path(name).stem or "questions"
    return QuestionSet(stem, stem, tuple(questions))


def line_to_question(line: str, number: int) -> Question | str:
    """The question of a line, or what is wrong with it; one without an id is called by its line."""
    try:
        value = json.loads(line)
    except ValueError as error:
        where = f" at character {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        return f"this is not JSON{where}; each line must be one question in curly brackets"
    if not isinstance(value, dict):
        return "this is no question; each line must be one question in curly brackets"
    problem = value_to_problem(value)
    if problem:
        return problem
    try:
        return json_to_question({"id": f"line {number}", **value})
    except BadQuestion as error:
        return str(error)


def value_to_problem(value: Mapping[str, Any]) -> str | None:
    """The first thing that is wrong with a question's fields, in words; None where nothing is."""
    from kb.answering.question import clean_question

    for name in value:
        if name not in FIELDS and (near := get_close_matches(name, FIELDS, n=1, cutoff=0.75)):
            return f"“{name}” is not a field; is “{near[0]}” meant"
    if not isinstance(value.get("question"), str):
        return "“question” is missing; it holds the words that are asked"
    try:
        clean_question(value["question"])
    except BadQuestion as error:
        return str(error)
    checks = (answerable_to_problem, slots_to_problem, evidence_to_problem, history_to_problem, words_to_problem)
    return next((problem for check in checks if (problem := check(value))), None)


def answerable_to_problem(value: Mapping[str, Any]) -> str | None:
    if not isinstance(value.get("answerable", True), bool):
        return "“answerable” must be true or false"
    answerable = value.get("answerable", value.get("type") != "unanswerable")
    if answerable and not value.get("must"):
        return "nothing says what a right answer holds; give it in “must”, or set “answerable” to false"
    return None


def slots_to_problem(value: Mapping[str, Any]) -> str | None:
    must = value.get("must") or []
    if not isinstance(must, list) or not all(isinstance(slot, str) or is_texts(slot) for slot in must):
        return "“must” must be a list of what the answer has to hold, each a list of accepted wordings in quotes"
    if not is_texts(value.get("must_not") or [""]):
        return "“must_not” must be a list of wordings in quotes"
    return None


def evidence_to_problem(value: Mapping[str, Any]) -> str | None:
    evidence = value.get("evidence") or []
    if isinstance(evidence, list) and all(has_texts(item, "source", "quote") for item in evidence):
        return None
    return "“evidence” must be a list of objects with “source” (a file's name) and “quote”"


def history_to_problem(value: Mapping[str, Any]) -> str | None:
    turns = value.get("history") or []
    if isinstance(turns, list) and all(has_texts(turn, "question") for turn in turns):
        return None
    return "“history” must be a list of objects with “question” and “answer”"


def words_to_problem(value: Mapping[str, Any]) -> str | None:
    most = value.get("max_words")
    if most is None or (isinstance(most, int) and not isinstance(most, bool) and most > 0):
        return None
    return "“max_words” must be a whole number above 0"


def is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(text, str) for text in value)


def has_texts(value: Any, *names: str) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in names)
