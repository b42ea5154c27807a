"""The Compare tab: questions asked of several documents or forces, side by side in one grid."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

# The tab's modules are imported when the page is built. Gradio finds a handler's Request by the module's own names.
import gradio as gr

from app.ui.compare_html import grid_to_html, nothing_yet_to_html, problem_to_html, progress_to_html
from app.ui.downloads import file_to_link
from app.ui.library import knowledge_base
from kb.compare import (
    MOST_COLUMNS,
    Column,
    Grid,
    compare_by_steps,
    document_columns,
    force_columns,
    forces_named,
    info_to_date,
)
from kb.compare_export import grid_to_file, grid_to_name
from kb.errors import CollabkbError
from kb.export.questions import text_to_questions
from kb.store import KnowledgeBase

log = logging.getLogger(__name__)

BY = {"document": "Documents", "force": "Forces"}
FILES = {"docx": "Word", "md": "Markdown", "csv": "CSV"}
DOCUMENTS_CHOSEN = 6
UNEXPECTED = "Something went wrong inside the program. Try again; if it happens again, run “kb doctor”."
PLACEHOLDER = (
    "One question on each line, for example:\nHow much did the collaborations save?\nWho oversees the programme?"
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The tab's parts that handlers read or change."""

    questions: Any
    by: Any
    documents: Any
    forces: Any
    go: Any
    stop: Any
    status: Any
    result: Any
    exports: Any
    buttons: dict[str, Any]
    link: Any
    grid: Any


QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def build(home: Path, page: gr.Blocks, tab: gr.Tab) -> None:
    """Put the tab's parts into the tab being built and connect them; what can be chosen is read when it is opened."""
    parts = place_parts()
    connect_request(home, parts, tab)
    connect_exports(home, parts)


def place_parts() -> Parts:
    """The parts from top to bottom: questions, whom to ask, how far it is, the grid, files of it."""
    gr.HTML(
        '<div class="tab-lead"><h2>Who says what, and who says nothing</h2><p>Ask the same questions of several '
        "documents or forces. Each cell shows what one of them says, with its source.</p></div>",
        apply_default_css=False,
    )
    with gr.Column(elem_id="compare-request"):
        questions = gr.Textbox(
            label="Questions", placeholder=PLACEHOLDER, lines=3, max_lines=12, elem_id="compare-questions"
        )
        ways = [(words, key) for key, words in BY.items()]
        by = gr.Radio(ways, value="document", label="Compare", elem_id="compare-by")
        documents = gr.CheckboxGroup([], label="Documents to ask, newest first", elem_id="compare-documents")
        forces = gr.CheckboxGroup([], label="Forces to ask about", elem_id="compare-forces", visible=False)
        with gr.Row(elem_id="compare-actions"):
            go = gr.Button("Compare", variant="primary", elem_id="compare-go", scale=0, min_width=140)
            stop = gr.Button("Stop", elem_id="compare-stop", visible=False, scale=0, min_width=100)
    status = gr.HTML(elem_id="compare-status", apply_default_css=False)
    with gr.Row(elem_id="compare-exports", visible=False) as exports:
        buttons = {
            kind: gr.Button(f"Download as {words}", size="sm", elem_id=f"compare-{kind}", scale=0)
            for kind, words in FILES.items()
        }
    link = gr.HTML(elem_id="compare-link", apply_default_css=False)
    result = gr.HTML(nothing_yet_to_html(), elem_id="compare-result", apply_default_css=False)
    grid = gr.State(None)
    return Parts(questions, by, documents, forces, go, stop, status, result, exports, buttons, link, grid)


def connect_request(home: Path, parts: Parts, tab: gr.Tab) -> None:
    """What happens when the tab is opened, and when a comparison is started and stopped."""

    def offer(chosen_documents: list[str], chosen_forces: list[str], request: gr.Request) -> tuple[Any, Any, Any]:
        return library_to_choices(home, chosen_documents, chosen_forces, request)

    def choose(kind: str) -> tuple[Any, Any]:
        return gr.update(visible=kind == "document"), gr.update(visible=kind == "force")

    def run(text: str, kind: str, ids: list[str], names: list[str], request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield progress_to_html(None), gr.skip(), None, *doing(True), ""
        state: Grid | None = None
        for told, shown, state in request_to_steps(home, text, kind, names if kind == "force" else ids, request):
            yield told, shown, state, gr.skip(), gr.skip(), gr.skip(), gr.skip()
        yield gr.skip(), gr.skip(), gr.skip(), *doing(False, state), gr.skip()

    def halt(so_far: Grid | None, request: gr.Request) -> tuple[Any, ...]:
        shown = grid_to_html(so_far, knowledge_base(home, request)) if so_far is not None else nothing_yet_to_html()
        return progress_to_html(so_far, stopped=True), shown, gr.skip(), *doing(False, so_far), gr.skip()

    outputs = [parts.status, parts.result, parts.grid, parts.go, parts.stop, parts.exports, parts.link]
    choices = [parts.documents, parts.forces]
    tab.select(offer, choices, [*choices, parts.result], **QUIET)
    parts.by.change(choose, parts.by, choices, **QUIET)
    started = parts.go.click(run, [parts.questions, parts.by, *choices], outputs, concurrency_limit=2, **QUIET)
    # Only after the answer under way was given up: else its progress could come after, and stay.
    stopped = parts.stop.click(None, cancels=[started], **QUIET)
    stopped.then(halt, parts.grid, outputs, **QUIET)


def connect_exports(home: Path, parts: Parts) -> None:
    """What happens when a file of the grid is asked for."""

    def export_as(kind: str) -> Callable[..., str]:
        def export(grid: Grid | None, request: gr.Request) -> str:
            return grid_to_link(home, grid, kind, request)

        return export

    for kind, button in parts.buttons.items():
        button.click(export_as(kind), parts.grid, parts.link, **QUIET)


def doing(running: bool, grid: Grid | None = None) -> tuple[Any, Any, Any]:
    """Updates of both buttons and of the row of downloads, which needs something in the grid."""
    ready = not running and grid is not None and grid.done > 0
    return gr.update(visible=not running), gr.update(visible=running), gr.update(visible=ready)


def grid_to_link(home: Path, grid: Grid | None, kind: str, request: Any) -> str:
    """A link to the grid as a file (HTML). What this person may no longer see is not in it."""
    try:
        kb = knowledge_base(home, request)
        if grid is None or not all(column.by == "force" or kb.has(column.key) for column in grid.columns):
            return problem_to_html("The documents have changed since. Compare them again.")
        made = datetime.now()
        return file_to_link(grid_to_name(grid, kind, made), grid_to_file(kb, grid, kind, made), request)
    except CollabkbError as error:
        return problem_to_html(str(error))
    except Exception:
        log.exception("a comparison could not be exported")
        return problem_to_html(UNEXPECTED)


def request_to_steps(
    home: Path, text: str, kind: str, keys: Sequence[str], request: Any
) -> Iterator[tuple[str, str, Grid | None]]:
    """Progress and grid (HTML) as it fills, and the Grid itself; what goes wrong becomes plain words."""
    try:
        kb = knowledge_base(home, request)
        for grid in compare_by_steps(kb, text_to_questions(text), keys_to_columns(kb, kind, keys)):
            yield progress_to_html(grid), grid_to_html(grid, kb), grid
    except CollabkbError as error:
        yield problem_to_html(str(error)), nothing_yet_to_html(), None
    except Exception:
        log.exception("a comparison failed")
        yield problem_to_html(UNEXPECTED), nothing_yet_to_html(), None


def keys_to_columns(kb: KnowledgeBase, kind: str, keys: Sequence[str]) -> list[Column]:
    """The columns that were chosen: documents by id, or forces by name."""
    return force_columns(keys) if kind == "force" else document_columns(kb, keys)


def library_to_choices(home: Path, documents: list[str], forces: list[str], request: Any) -> tuple[Any, Any, Any]:
    """What can be chosen now, with what was chosen before as far as it is still there; or why there is nothing."""
    try:
        kb = knowledge_base(home, request)
        infos, named = kb.documents(), forces_named(kb)
    except CollabkbError as error:
        return gr.update(choices=[]), gr.update(choices=[]), problem_to_html(str(error))
    if not infos:
        words = "There are no documents to compare yet. Add some in the tab “Documents”."
        return gr.update(choices=[], value=[]), gr.update(choices=[], value=[]), problem_to_html(words)
    choices = [(", ".join(part for part in (info.title, info_to_date(info)) if part), info.id) for info in infos]
    kept = [info.id for info in infos if info.id in documents] or [info.id for info in infos[:DOCUMENTS_CHOSEN]]
    about = {force for info in infos for force in info.forces}
    chosen = [name for name in named if name in forces] or [name for name in named if name in about][:MOST_COLUMNS]
    return gr.update(choices=choices, value=kept), gr.update(choices=named, value=chosen), gr.skip()
