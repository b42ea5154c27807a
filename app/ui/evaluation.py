"""The Evaluation tab: ask a question set, see what is right and what is not, and compare two runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The tab's modules are imported when the page is built. Gradio finds a handler's Request by the module's own names.
import gradio as gr

from app.ui.downloads import file_to_link
from app.ui.evaluation_html import nothing_yet_to_html, problem_to_html
from app.ui.evaluation_runs import (
    NONE,
    READER,
    UPLOADED,
    View,
    choice_to_note,
    delete_shown,
    file_to_set,
    look,
    restore_deleted,
    runs_to_file,
    set_to_note,
    sets_to_choices,
    start_run,
    stop_run,
)
from app.ui.library import may_edit
from evals.sets import QuestionSet
from kb.errors import CollabkbError

SECONDS_A_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class Parts:
    """The tab's parts that handlers read or change."""

    own: Any
    deleted: Any
    reader: Any
    request: Any
    sets: Any
    upload: Any
    told: Any
    name: Any
    go: Any
    stop: Any
    status: Any
    run: Any
    other: Any
    as_page: Any
    as_csv: Any
    delete: Any
    undo: Any
    link: Any
    result: Any
    clock: Any

    @property
    def shown(self) -> list[Any]:
        """What :func:`to_updates` updates, in its order."""
        return [self.status, self.result, self.run, self.other, self.go, self.stop, self.clock]


def build(home: Path, page: gr.Blocks, tab: gr.Tab) -> None:
    """Put the tab's parts into the tab being built and connect them; runs and sets are read when it is opened."""
    parts = place_parts()
    connect_request(home, parts, tab)
    connect_runs(home, parts)


def place_parts() -> Parts:
    """The parts from top to bottom: what to ask, how far it is, which run to show, the run."""
    gr.HTML(
        '<div class="tab-lead"><h2>How well does this library answer?</h2><p>Ask a set of questions whose answers are '
        "known, see which were answered rightly, and compare with an earlier run.</p></div>",
        apply_default_css=False,
    )
    reader = gr.HTML(elem_id="evaluation-reader", apply_default_css=False, visible=False)
    with gr.Column(elem_id="evaluation-request") as request:
        sets = gr.Radio([], label="Question set", elem_id="evaluation-sets")
        upload = gr.UploadButton("Use my own questions", file_types=[".jsonl"], elem_id="evaluation-upload", size="sm")
        told = gr.HTML(elem_id="evaluation-told", apply_default_css=False)
        name = gr.Textbox(label="Name of this run (may be empty)", max_length=80, elem_id="evaluation-name")
        with gr.Row(elem_id="evaluation-actions"):
            go = gr.Button("Start", variant="primary", elem_id="evaluation-go", scale=0, min_width=140)
            stop = gr.Button("Stop", elem_id="evaluation-stop", visible=False, scale=0, min_width=100)
    status = gr.HTML(elem_id="evaluation-status", apply_default_css=False)
    with gr.Row(elem_id="evaluation-runs"):
        run = gr.Dropdown([], label="Run", elem_id="evaluation-run", filterable=False)
        other = gr.Dropdown([], label="Compare with", elem_id="evaluation-other", filterable=False)
    with gr.Row(elem_id="evaluation-tools"):
        as_page = gr.Button("Download as web page", size="sm", elem_id="evaluation-html", scale=0)
        as_csv = gr.Button("Download as CSV", size="sm", elem_id="evaluation-csv", scale=0)
        delete = gr.Button("Delete this run", size="sm", elem_id="evaluation-delete", visible=False, scale=0)
        undo = gr.Button("Undo: bring the run back", size="sm", elem_id="evaluation-undo", visible=False, scale=0)
    link = gr.HTML(elem_id="evaluation-link", apply_default_css=False)
    result = gr.HTML(nothing_yet_to_html(), elem_id="evaluation-result", apply_default_css=False)
    clock = gr.Timer(SECONDS_A_LOOK, active=False)
    return Parts(
        gr.State(None), gr.State(NONE), reader, request, sets, upload, told, name, go, stop, status, run, other,
        as_page, as_csv, delete, undo, link, result, clock,
    )  # fmt: skip


QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def connect_request(home: Path, parts: Parts, tab: gr.Tab) -> None:
    """What happens when the tab is opened, a set is chosen or brought, and a run is started, followed and stopped."""

    def opened(own: QuestionSet | None, chosen: str, run: str, other: str, request: gr.Request) -> Any:
        edit = may_edit(request)
        choices = sets_to_choices(home, own, request)
        held = chosen if chosen in [key for _, key in choices] else choices[0][1]
        view = look(home, run, other, request)
        words = gr.update(value="" if edit else f"<p>{READER}</p>", visible=not edit)
        tools = gr.update(visible=edit), words, gr.update(visible=edit and bool(view.run))
        return gr.update(choices=choices, value=held), *tools, *to_updates(view)

    def take(path: str | None, request: gr.Request) -> Any:
        taken = file_to_set(path)
        if isinstance(taken, str):
            return gr.skip(), taken, gr.skip()
        choices = gr.update(choices=sets_to_choices(home, taken, request), value=UPLOADED + taken.name)
        return taken, set_to_note(home, taken, request), choices

    def note(chosen: str, own: QuestionSet | None, request: gr.Request) -> str:
        return choice_to_note(home, chosen, own, request)

    def start(chosen: str, name: str, own: QuestionSet | None, request: gr.Request) -> Any:
        problem = start_run(home, chosen, name, own, request)
        return problem, *to_updates(look(home, NONE, NONE, request))

    def end(run: str, other: str, request: gr.Request) -> Any:
        stop_run(home, request)
        return to_updates(look(home, run, other, request))

    def follow(run: str, other: str, request: gr.Request) -> Any:
        view = look(home, run, other, request, following=True)
        return *to_updates(view), gr.update(visible=may_edit(request) and bool(view.run))

    chosen = [parts.own, parts.sets, parts.run, parts.other]
    tab.select(opened, chosen, [parts.sets, parts.request, parts.reader, parts.delete, *parts.shown], **QUIET)
    parts.upload.upload(take, parts.upload, [parts.own, parts.told, parts.sets], **QUIET)
    parts.sets.input(note, [parts.sets, parts.own], parts.told, **QUIET)
    parts.go.click(start, [parts.sets, parts.name, parts.own], [parts.told, *parts.shown], **QUIET)
    parts.stop.click(end, [parts.run, parts.other], parts.shown, **QUIET)
    parts.clock.tick(follow, [parts.run, parts.other], [*parts.shown, parts.delete], **QUIET)


def connect_runs(home: Path, parts: Parts) -> None:
    """What happens when a run is chosen, compared, downloaded, deleted and brought back."""

    def choose(run: str, other: str, request: gr.Request) -> Any:
        view = look(home, run, other, request)
        return *to_updates(view), gr.update(visible=may_edit(request) and bool(view.run)), ""

    def remove(run: str, request: gr.Request) -> Any:
        gone, told = delete_shown(home, run, request)
        view = look(home, NONE, NONE, request)
        edit = may_edit(request)
        return gone, gr.update(visible=bool(gone)), gr.update(visible=edit and bool(view.run)), told, *to_updates(view)

    def bring_back(gone: str, request: gr.Request) -> Any:
        told = restore_deleted(home, gone, request)
        return (
            NONE,
            gr.update(visible=False),
            gr.update(visible=True),
            told,
            *to_updates(look(home, gone, NONE, request)),
        )

    def to_page(run: str, other: str, request: gr.Request) -> str:
        return runs_to_link(home, run, other, "html", request)

    def to_csv(run: str, other: str, request: gr.Request) -> str:
        return runs_to_link(home, run, other, "csv", request)

    pair = [parts.run, parts.other]
    undoing = [parts.deleted, parts.undo, parts.delete, parts.link, *parts.shown]
    gr.on([parts.run.input, parts.other.input], choose, pair, [*parts.shown, parts.delete, parts.link], **QUIET)
    parts.delete.click(remove, parts.run, undoing, **QUIET)
    parts.undo.click(bring_back, parts.deleted, undoing, **QUIET)
    parts.as_page.click(to_page, pair, parts.link, **QUIET)
    parts.as_csv.click(to_csv, pair, parts.link, **QUIET)


def to_updates(view: View) -> tuple[Any, ...]:
    """A view as updates of status, result, both choices of runs, the two buttons and the clock."""
    others = [("No other run", NONE), *[choice for choice in view.runs if choice[1] != view.run]]
    return (
        view.status,
        view.result,
        gr.update(choices=view.runs, value=view.run or None),
        gr.update(choices=others, value=view.other),
        gr.update(visible=not view.running),
        gr.update(visible=view.running),
        gr.Timer(SECONDS_A_LOOK, active=view.running),
    )


def runs_to_link(home: Path, run: str, other: str, kind: str, request: Any) -> str:
    """A link to a run, or to two compared, as a file (HTML)."""
    try:
        return file_to_link(*runs_to_file(home, run, other, kind, request), request)
    except CollabkbError as error:
        return problem_to_html("There is nothing to download", [str(error)])
