"""What the Evaluation tab shows and does: question sets to choose, runs to look at, each for who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.ui.evaluation_html import comparison_to_html, job_to_html, nothing_yet_to_html, problem_to_html, run_to_html
from app.ui.library import knowledge_base, may_edit
from evals.compare_runs import compare_runs
from evals.jobs import JobState, evaluations_of
from evals.run_report import comparison_to_csv, comparison_to_page, run_to_csv, run_to_page, run_to_title
from evals.runs import Run, delete_run, find_run, list_runs, restore_run, runs_seen_by
from evals.sets import MOST_BYTES, QuestionSet, shipped_sets, sources_missing, text_to_set
from kb.errors import BadQuestion, CollabkbError, NotFound
from kb.store import KnowledgeBase

NONE = ""
UPLOADED, AGAIN = "upload:", "again:"
READER = "Only people who may add documents can start or delete a run. You can read the runs that are kept."


@dataclass(frozen=True, slots=True)
class View:
    """What the tab shows at the moment, as HTML and choices; every handler ends in one."""

    status: str
    result: str
    runs: list[tuple[str, str]]
    run: str
    other: str
    running: bool


# ------------------------------------------------------------------------------------------------------ question sets


def sets_to_choices(home: Path, own_set: QuestionSet | None, request: Any) -> list[tuple[str, str]]:
    """Title and key of each set: those that ship, an uploaded one, and uploaded ones of kept runs."""
    choices = [(f"{held.title} ({len(held.questions)} questions)", held.name) for held in shipped_sets()]
    if own_set is not None:
        count = len(own_set.questions)
        choices.append(
            (f"My own: {own_set.title} ({count} question{'' if count == 1 else 's'})", UPLOADED + own_set.name)
        )
    known = {held.title for held in shipped_sets()} | ({own_set.title} if own_set else set())
    for run in seen_runs(home, request):
        if run.set_name not in known and not run.sealed and run.state == "done" and run.results:
            known.add(run.set_name)
            choices.append((f"Again: {run.set_name} ({len(run.results)} questions)", AGAIN + run.id))
    return choices


def key_to_set(home: Path, key: str | None, own_set: QuestionSet | None, request: Any) -> QuestionSet:
    """The set that was chosen; NotFound where it is gone."""
    if own_set is not None and key == UPLOADED + own_set.name:
        return own_set
    if key and key.startswith(AGAIN):
        run = find_run(knowledge_base(home, request), key.removeprefix(AGAIN))
        return QuestionSet(run.set_name, run.set_name, tuple(run.questions()))
    for held in shipped_sets():
        if held.name == key:
            return held
    raise NotFound("Choose a question set first.")


def file_to_set(path: str | None) -> QuestionSet | str:
    """An uploaded file as a set, or what is wrong with it (HTML). The upload itself is not kept."""
    if not path:
        return ""
    file = Path(path)
    try:
        if file.stat().st_size > MOST_BYTES:
            raise BadQuestion(f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it into smaller sets.")
        return text_to_set(file.name, file.read_bytes())
    except BadQuestion as error:
        return problem_to_html(f"{file.name} cannot be used yet", str(error).splitlines())
    finally:
        file.unlink(missing_ok=True)


def choice_to_note(home: Path, key: str, own_set: QuestionSet | None, request: Any) -> str:
    """What to know before a set is asked (HTML)."""
    try:
        return set_to_note(home, key_to_set(home, key, own_set, request), request)
    except CollabkbError as error:
        return problem_to_html("This set cannot be asked", [str(error)])


def set_to_note(home: Path, question_set: QuestionSet, request: Any) -> str:
    """Whether the documents that a set's answers are in are in the library (HTML)."""
    sources = [info.source for info in knowledge_base(home, request).documents()]
    missing, named = sources_missing(question_set.questions, sources)
    if not missing:
        return ""
    files = "file is" if missing == 1 else "files are"
    return (
        f'<p class="evaluation-note">{missing} of the {named} files that its answers are in {files} not in this '
        "library. Their questions will come out as not found.</p>"
    )


# --------------------------------------------------------------------------------------------------------------- runs


def seen_runs(home: Path, request: Any) -> list[Run]:
    """The kept runs that this person may see, newest first."""
    try:
        return runs_seen_by(knowledge_base(home, request), list_runs(home))
    except CollabkbError:
        return []


def look(home: Path, run_id: str, other_id: str, request: Any, following: bool = False) -> View:
    """What to show now: the run asked for, else the newest. ``following`` shows a run that has just come out."""
    try:
        kb = knowledge_base(home, request)
    except CollabkbError as error:
        return View(problem_to_html("Nothing can be asked yet", [str(error)]), "", [], NONE, NONE, False)
    job = evaluations_of(home).current(cleared=kb.cleared)
    runs = seen_runs(home, request)
    ids = [run.id for run in runs]
    if following and job is not None and job.run_id in ids:
        run_id = str(job.run_id)
    run_id = run_id if run_id in ids else (ids[0] if ids else NONE)
    other_id = other_id if other_id in ids and other_id != run_id else NONE
    choices = [(run_to_label(run), run.id) for run in runs]
    running = job is not None and job.status == "running"
    return View(job_to_html(job), shown_to_html(kb, runs, run_id, other_id), choices, run_id, other_id, running)


def run_to_label(run: Run) -> str:
    """A run in a list: title, and how many of its answers are right."""
    accuracy = run.report().total.accuracy
    right = f"{accuracy:.0%} right of {len(run.results)}" if accuracy is not None else "nothing asked"
    return f"{run_to_title(run)}: {right}" + (" (stopped)" if run.state == "stopped" else "")


def shown_to_html(kb: KnowledgeBase, runs: Sequence[Run], run_id: str, other_id: str) -> str:
    """One run, or two side by side with the older one first (HTML)."""
    by_id = {run.id: run for run in runs}
    if run_id not in by_id:
        return nothing_yet_to_html()
    if other_id not in by_id:
        return run_to_html(by_id[run_id], kb)
    return comparison_to_html(compare_runs(*in_order(by_id[run_id], by_id[other_id])), kb)


def in_order(one: Run, other: Run) -> tuple[Run, Run]:
    """Two runs, the earlier one first."""
    return (one, other) if (one.made, one.id) <= (other.made, other.id) else (other, one)


def start_run(home: Path, key: str, name: str, own_set: QuestionSet | None, request: Any) -> str:
    """Begin a run of the chosen set; what stands in the way (HTML), or nothing."""
    try:
        if not may_edit(request):
            raise CollabkbError(READER)
        chosen = key_to_set(home, key, own_set, request)
        evaluations_of(home).start(knowledge_base(home, request), chosen.questions, chosen.title, name)
    except CollabkbError as error:
        return problem_to_html("The run was not started", [str(error)])
    return ""


def stop_run(home: Path, request: Any) -> JobState | None:
    """Stop what is under way, if something is."""
    if not may_edit(request):
        return None
    cleared = knowledge_base(home, request).cleared
    job = evaluations_of(home).current(cleared=cleared)
    return evaluations_of(home).stop(job.id, cleared=cleared) if job is not None else None


def delete_shown(home: Path, run_id: str, request: Any) -> tuple[str, str]:
    """Delete a run; its id, with which it can be brought back, and what to say (HTML)."""
    try:
        if not may_edit(request):
            raise CollabkbError(READER)
        run = find_run(knowledge_base(home, request), run_id or "none")
        delete_run(home, run.id)
    except CollabkbError as error:
        return NONE, problem_to_html("The run was not deleted", [str(error)])
    return run.id, '<p class="compare-told" role="status">Deleted. You can bring it back for an hour.</p>'


def restore_deleted(home: Path, run_id: str, request: Any) -> str:
    """Bring a deleted run back; what to say (HTML)."""
    try:
        if not may_edit(request):
            raise CollabkbError(READER)
        restore_run(home, run_id)
    except CollabkbError as error:
        return problem_to_html("The run was not brought back", [str(error)])
    return '<p class="compare-told" role="status">The run is back.</p>'


def runs_to_file(home: Path, run_id: str, other_id: str, kind: str, request: Any) -> tuple[str, bytes]:
    """A run, or two compared, as a file: its name and bytes; ``kind`` is html or csv. NotFound where one is gone."""
    kb = knowledge_base(home, request)
    run = find_run(kb, run_id or "none")
    if not other_id:
        return f"run-{run.made[:10]}.{kind}", run_to_csv(run) if kind == "csv" else run_to_page(run).encode()
    comparison = compare_runs(*in_order(run, find_run(kb, other_id)))
    data = comparison_to_csv(comparison) if kind == "csv" else comparison_to_page(comparison).encode()
    return f"runs-compared-{run.made[:10]}.{kind}", data
