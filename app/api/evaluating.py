"""Question sets asked and scored over REST, in the background; what came out is kept with the knowledge base."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from app.api.common import EDITORS_ONLY, FilledLibrary, Library, PrettyJson
from app.api.problems import Refused
from app.api.schemas import Asked
from evals.jobs import Busy, JobState, evaluations_of
from evals.runs import Run, delete_run, find_run, list_runs, runs_seen_by
from evals.sets import MOST_QUESTIONS, QuestionSet, shipped_sets, text_to_set
from kb.errors import NotFound

router = APIRouter(tags=["Evaluation"])

ONE_OF_BOTH = "Send either “set” (the name of one that GET /api/evaluation lists) or “questions”, and not both."


class EvaluationIn(Asked):
    """Which questions are to be asked: a set that ships, or your own."""

    set: str | None = Field(default=None, description="Name of a set, as GET /api/evaluation lists them.")
    questions: list[dict[str, Any]] = Field(
        default=[], max_length=MOST_QUESTIONS, description="Question objects, as in a question set's file."
    )
    name: str = Field(default="", max_length=100, description="What the run is to be called.")


class SetInfo(BaseModel):
    """A question set that ships."""

    name: str
    title: str
    questions: int


class RunInfo(BaseModel):
    """A run that is kept."""

    id: str
    set_name: str
    name: str
    made: str
    state: str
    questions: int
    accuracy: float | None
    fingerprint: str


class Progress(BaseModel):
    """How far a run is; ``run_id`` is that of the kept run once it is done."""

    id: str
    set_name: str
    status: str
    done: int
    total: int
    run_id: str | None
    message: str
    seconds_left: float | None


class EvaluationOut(BaseModel):
    """What can be run, what is being run, and what was."""

    sets: list[SetInfo]
    running: Progress | None
    runs: list[RunInfo]


class Wrong(BaseModel):
    """A question that was not answered right: what was expected, what was said, and why that is not it."""

    id: str
    type: str
    question: str
    expected: str
    said: str
    status: str
    reasons: list[str]


class RunOut(BaseModel):
    """A kept run: shares are 0 to 1, times milliseconds, null where there is nothing to measure."""

    run: RunInfo
    total: dict[str, float | int | None]
    by_type: dict[str, dict[str, float | int | None]]
    failures: list[Wrong]


@router.get("/evaluation", summary="List question sets and runs")
def evaluation(kb: Library) -> EvaluationOut:
    """The question sets that ship, the run under way if there is one, and the runs that are kept, newest first."""
    current = evaluations_of(kb.home).current(cleared=kb.cleared)
    return EvaluationOut(
        sets=[SetInfo(name=one.name, title=one.title, questions=len(one.questions)) for one in shipped_sets()],
        running=to_progress(current) if current is not None and current.status == "running" else None,
        runs=[run_to_info(run) for run in runs_seen_by(kb, list_runs(kb.home))],
    )


@router.post(
    "/evaluation", status_code=202, response_model=Progress, dependencies=EDITORS_ONLY, summary="Run a question set"
)
def start(asked: EvaluationIn, kb: FilledLibrary, request: Request) -> Response:
    """Begins to ask the questions in the background, one run at a time, and answers at once.

    Ask for `/api/evaluation/{id}` until `status` is `done`; the kept run is then under its `run_id`.
    """
    chosen = to_set(asked)
    jobs = evaluations_of(kb.home)
    try:
        job_id = jobs.start(kb, chosen.questions, chosen.name, asked.name)
    except Busy as error:
        raise Refused(409, str(error)) from error
    state = jobs.state(job_id, cleared=kb.cleared)
    place = f"{request.scope.get('root_path', '')}/evaluation/{job_id}"
    return PrettyJson(to_progress(state).model_dump(), 202, headers={"location": place})


@router.get("/evaluation/{run}", response_model=Progress | RunOut, summary="See a run")
def show(run: str, kb: Library) -> Progress | RunOut:
    """The progress of a run under way, by the id that starting it gave; or a kept run, by its own id."""
    try:
        return to_progress(evaluations_of(kb.home).state(run, cleared=kb.cleared))
    except NotFound:
        return run_to_out(find_run(kb, run))


@router.delete("/evaluation/{run}", status_code=204, dependencies=EDITORS_ONLY, summary="Stop or delete a run")
def delete(run: str, kb: Library) -> None:
    """Stops the run under way, which keeps what is done; or deletes a kept run."""
    try:
        evaluations_of(kb.home).stop(run, cleared=kb.cleared)
    except NotFound:
        delete_run(kb.home, find_run(kb, run).id)


def to_set(asked: EvaluationIn) -> QuestionSet:
    """The questions that are to be asked. NotFound names the sets; BadQuestion says what is wrong in own questions."""
    if bool(asked.set) == bool(asked.questions):
        raise Refused(422, ONE_OF_BOTH)
    if asked.questions:
        lines = "\n".join(json.dumps(question) for question in asked.questions)
        return text_to_set(asked.name or "own questions", lines.encode())
    sets = {one.name: one for one in shipped_sets()}
    if asked.set not in sets:
        raise NotFound(f"There is no question set {asked.set!r}. There are: {', '.join(sets)}.")
    return sets[asked.set]


def to_progress(state: JobState) -> Progress:
    """How far a run is."""
    return Progress(**state.to_json())


def run_to_info(run: Run) -> RunInfo:
    """A kept run in a list."""
    return RunInfo(
        id=run.id,
        set_name=run.set_name,
        name=run.name,
        made=run.made,
        state=run.state,
        questions=len(run.results),
        accuracy=run.report().total.accuracy,
        fingerprint=run.fingerprint,
    )


def run_to_out(run: Run) -> RunOut:
    """A kept run with its figures and what was not answered right."""
    report = run.report()
    return RunOut(
        run=run_to_info(run),
        total=report.total.to_json(),
        by_type={name: summary.to_json() for name, summary in report.by_type.items()},
        failures=[
            Wrong(
                id=one.id,
                type=one.type,
                question=one.question,
                expected=one.expected,
                said=one.said,
                status=one.status,
                reasons=list(one.reasons),
            )
            for one in report.failures()
        ],
    )
