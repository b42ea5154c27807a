"""Runs: a question set asked once, kept with all that was said, so that two states of a library can be compared.

A run is one JSON file in the folder ``runs`` of the knowledge base. It holds the questions too, so that they can be
asked again. A deleted run can be brought back for an hour; then its file goes.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evals.metrics import CitationJudgement, Judgement, judge
from evals.questions import Question, json_to_question
from evals.runner import SetReport, judgements_to_report, knowledge_base_files
from kb.errors import KnowledgeBaseError, NotFound

if TYPE_CHECKING:
    from kb.model import Answer
    from kb.store import KnowledgeBase

FOLDER = "runs"
DELETED = ".deleted"
UNDO_SECONDS = 3600
RETRIEVED_KEPT = 3
VERSION = 1
_ID = re.compile(r"[0-9a-z]{4,40}(?:-[0-9a-z]{1,20})?")

State = Literal["done", "stopped"]


@dataclass(frozen=True, slots=True)
class Result:
    """One question of a run: what was asked, how the answer was judged, and the answer as ``kb.kept_answers`` keeps it.

    ``question`` and ``answer`` are None in a sealed run.
    """

    judgement: Judgement
    question: Question | None = None
    answer: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A question set as it was answered once.

    ``made`` is ISO in UTC. ``documents`` are id, source, title and date of what the library held, ``fingerprint`` is
    theirs; ``program`` and ``settings`` say what answered. ``cleared`` says that documents that are not public could
    be among them. A ``sealed`` run keeps no words of questions and answers: those of a set that must not be read.
    """

    id: str
    set_name: str
    made: str
    name: str = ""
    state: State = "done"
    asked_of: int = 0
    seconds: float = 0.0
    fingerprint: str = ""
    documents: tuple[Mapping[str, Any], ...] = ()
    program: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    cleared: bool = True
    sealed: bool = False
    results: tuple[Result, ...] = ()

    def report(self) -> SetReport:
        """The run's metrics, in total and by type."""
        return judgements_to_report(self.name or self.set_name, [result.judgement for result in self.results])

    def questions(self) -> list[Question]:
        """The questions, to ask them again; empty where the run is sealed."""
        return [result.question for result in self.results if result.question is not None]


# ------------------------------------------------------------------------------------------------------ running


def ask_set(
    kb: KnowledgeBase,
    questions: Sequence[Question],
    set_name: str,
    name: str = "",
    *,
    sealed: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Run:
    """Ask the questions and judge the answers; what was done so far where ``stopped`` says so in between."""
    started = time.perf_counter()
    run = new_run(kb, set_name, name, len(questions), sealed)
    results = []
    for result in questions_to_results(kb, questions):
        results.append(seal(result) if sealed else result)
        if on_progress is not None:
            on_progress(len(results), len(questions))
        if stopped():
            break
    state: State = "done" if len(results) == len(questions) else "stopped"
    return replace(run, state=state, seconds=time.perf_counter() - started, results=tuple(results))


def questions_to_results(kb: KnowledgeBase, questions: Sequence[Question]) -> Iterator[Result]:
    """Each question with its judged answer; a question that cannot be asked counts as one without an answer."""
    from kb.answering import answer
    from kb.errors import BadQuestion
    from kb.model import Turn

    files = knowledge_base_files(kb)
    for question in questions:
        history = [Turn(asked, said) for asked, said in question.history]
        try:
            given = answer(kb, question.question, history=history, question_id=question.id)
        except BadQuestion:
            yield Result(judge(question, None, files), question)
            continue
        yield Result(judge(question, given.to_json(), files), question, keep_answer(given))


def keep_answer(answer: Answer) -> dict[str, Any]:
    """An answer as a run keeps it: whole, with the first few of what was retrieved."""
    from kb.kept_answers import answer_to_kept

    return answer_to_kept(answer, RETRIEVED_KEPT)


def seal(result: Result) -> Result:
    """A result without the words of question and answer."""
    return Result(replace(result.judgement, question="", expected="", said="", reasons=()))


def new_run(kb: KnowledgeBase, set_name: str, name: str, asked_of: int, sealed: bool) -> Run:
    """A run without results: when it was made, of what, and by what."""
    made = datetime.now(UTC)
    documents = kb.documents()
    return Run(
        id=f"{made:%Y%m%d%H%M%S}-{secrets.token_hex(3)}",
        set_name=set_name,
        made=made.isoformat(timespec="seconds"),
        name=name.strip(),
        asked_of=asked_of,
        fingerprint=kb.fingerprint(),
        documents=tuple({"id": i.id, "source": i.source, "title": i.title, "date": i.date} for i in documents),
        program=program_state(),
        settings=settings_in_use(kb),
        cleared=bool(getattr(kb, "cleared", True)),
        sealed=sealed,
    )


def program_state() -> dict[str, str]:
    """The version of collabkb, and a hash of the code that answers, which changes between two versions."""
    from importlib.metadata import PackageNotFoundError, version

    import kb

    try:
        number = version("collabkb")
    except PackageNotFoundError:
        number = "not installed"
    code = hashlib.sha256()
    for folder in kb.__path__:
        for path in sorted(Path(folder).rglob("*.py")):
            code.update(path.read_bytes())
    return {"version": number, "code": code.hexdigest()[:12]}


def settings_in_use(kb: KnowledgeBase) -> dict[str, str]:
    """The settings that change answers."""
    from kb.settings import Settings

    settings = Settings()
    return {
        "embedding model": kb.embedding_model() or "none",
        "ranker": settings.ranker,
        "language model": settings.llm or "none",
    }


# ------------------------------------------------------------------------------------------------------ keeping


def save_run(home: Path, run: Run) -> Path:
    """Keep a run; KnowledgeBaseError where it cannot be written."""
    path = run_path(home, run.id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".writing")
        half.write_text(json.dumps({"version": VERSION, **asdict(run)}, ensure_ascii=False), encoding="utf-8")
        half.replace(path)
    except OSError as error:
        raise KnowledgeBaseError(f"The run cannot be kept in {path.parent}: {error.strerror}.") from error
    return path


def load_run(home: Path, run_id: str) -> Run:
    """A kept run; NotFound where there is none of that id or its file is damaged."""
    try:
        return json_to_run(json.loads(run_path(home, run_id).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotFound(f"There is no run {run_id!r}. It was deleted, or its file is damaged.") from error


def list_runs(home: Path) -> list[Run]:
    """The kept runs, newest first; files that cannot be read are left out."""
    runs = []
    for path in (home / FOLDER).glob("*.json"):
        try:
            runs.append(load_run(home, path.stem))
        except NotFound:
            continue
    return sorted(runs, key=lambda run: (run.made, run.id), reverse=True)


def runs_seen_by(kb: KnowledgeBase, runs: Sequence[Run]) -> list[Run]:
    """The runs that who sees this knowledge base may see: all, or those made of what is public and still is."""
    if getattr(kb, "cleared", True):
        return list(runs)
    held = {info.id for info in kb.documents()}
    return [run for run in runs if not run.cleared and all(document["id"] in held for document in run.documents)]


def find_run(kb: KnowledgeBase, run_id: str) -> Run:
    """A kept run that who sees this knowledge base may see; NotFound else."""
    run = load_run(kb.home, run_id)
    if not runs_seen_by(kb, [run]):
        raise NotFound(f"There is no run {run_id!r}.")
    return run


def delete_run(home: Path, run_id: str) -> None:
    """Take a run out of the list, and those for good that were taken out an hour ago. NotFound: no such run."""
    path = run_path(home, run_id)
    purge_deleted(home)
    try:
        path.touch()
        path.rename(path.with_name(path.name + DELETED))
    except OSError as error:
        raise NotFound(f"There is no run {run_id!r}.") from error


def restore_run(home: Path, run_id: str) -> None:
    """Bring a deleted run back. NotFound where it is gone for good."""
    path = run_path(home, run_id)
    try:
        path.with_name(path.name + DELETED).rename(path)
    except OSError as error:
        raise NotFound("This run was deleted for good.") from error


def purge_deleted(home: Path, older_than: float = UNDO_SECONDS) -> None:
    """Take the files of runs away that were deleted more than so many seconds ago."""
    for path in (home / FOLDER).glob(f"*{DELETED}"):
        if time.time() - path.stat().st_mtime > older_than:
            path.unlink(missing_ok=True)


def run_path(home: Path, run_id: str) -> Path:
    """The file of a run; NotFound where the id is none, so that no other file is ever reached."""
    if not _ID.fullmatch(run_id):
        raise NotFound(f"There is no run {run_id!r}.")
    return home / FOLDER / f"{run_id}.json"


def json_to_run(value: Mapping[str, Any]) -> Run:
    """A run from its file's JSON; KeyError or TypeError where that is none of ours."""
    plain = {name: value[name] for name in Run.__slots__ if name in value and name not in ("results", "documents")}
    results = tuple(map(json_to_result, value["results"]))
    return Run(**plain, documents=tuple(value["documents"]), results=results)


def json_to_result(value: Mapping[str, Any]) -> Result:
    judged = value["judgement"]
    citations = tuple(CitationJudgement(**citation) for citation in judged["citations"])
    judgement = Judgement(**{**judged, "citations": citations, "reasons": tuple(judged["reasons"])})
    question = value.get("question")
    return Result(judgement, json_to_question(with_turns(question)) if question else None, value.get("answer"))


def with_turns(question: Mapping[str, Any]) -> dict[str, Any]:
    """A kept question as a question set has it: turns as objects."""
    turns = [{"question": asked, "answer": said} for asked, said in question.get("history") or ()]
    return {**question, "history": turns}
