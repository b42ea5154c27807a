"""The Briefing tab: several questions, typed or from a file, answered one after the other into one document."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

# The tab's modules are imported when the page is built. Gradio finds a handler's Request by the module's own names.
import gradio as gr

from app.ui.briefing_html import answers_to_html, lead_to_html, progress_to_html, told_to_html
from app.ui.choices import choices_to_filters, library_to_choices
from app.ui.export import UNEXPECTED, build_for_conversation, problem_to_html
from app.ui.library import knowledge_base
from kb.errors import CollabkbError
from kb.export import file_to_questions, questions_to_answers, text_to_questions
from kb.export.questions import SUFFIXES
from kb.model import Answer

log = logging.getLogger(__name__)

PLACEHOLDER = """One question on each line, for example:
Who chairs the East Midlands PCC Board?
How much did the collaborations save?"""
LIMITS = "Ask only some documents, kinds, years or forces (you can leave this empty)"


def build(home: Path, page: gr.Blocks, tab: gr.Tab) -> None:
    """Put the tab's parts into the tab being built and connect them."""
    gr.HTML(lead_to_html(), apply_default_css=False)
    answers = gr.State([])
    with gr.Column(elem_id="briefing-request"):
        box = gr.Textbox(
            label="Questions", placeholder=PLACEHOLDER, lines=6, max_lines=20, elem_id="briefing-questions"
        )
        upload = gr.UploadButton(
            "Take questions from a file", file_types=list(SUFFIXES), elem_id="briefing-upload", size="sm"
        )
        limits = gr.Dropdown([], multiselect=True, label=LIMITS, elem_id="briefing-limits", visible=False)
        with gr.Row(elem_id="briefing-actions"):
            go = gr.Button("Answer the questions", variant="primary", elem_id="briefing-go", scale=0, min_width=250)
            stop = gr.Button("Stop", elem_id="briefing-stop", visible=False, scale=0, min_width=100)
            clear = gr.Button("Start again", elem_id="briefing-clear", visible=False, scale=0, min_width=130)
    status = gr.HTML(elem_id="briefing-status", apply_default_css=False)
    build_for_conversation(home, answers, list, name="briefing", opened=True)
    result = gr.HTML(elem_id="briefing-result", apply_default_css=False)

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    outputs = [status, result, answers, go, stop, clear]
    running, idle = _visible(go=False, stop=True, clear=False), _visible(go=True, stop=False, clear=True)

    def run(text: str, choices: list[str], request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield told_to_html(""), "", [], *running
        for told, shown, made in questions_to_steps(home, text, choices, request):
            yield told, shown, made, *[gr.skip()] * 3
        yield gr.skip(), gr.skip(), gr.skip(), *idle

    def halt(made: list[Answer], text: str) -> tuple[Any, ...]:
        return progress_to_html(len(made), len(text_to_questions(text)), stopped=True), gr.skip(), gr.skip(), *idle

    def read(file: str | None, text: str) -> tuple[str, Any]:
        return file_to_box(file, text)

    def offer(request: gr.Request) -> Any:
        return library_to_limits(home, request)

    tab.select(offer, None, limits, **quiet)
    upload.upload(read, [upload, box], [status, box], **quiet)
    started = go.click(run, [box, limits], outputs, concurrency_id="briefing", concurrency_limit=2, **quiet)
    # First the end of the work, then the words: a last step under way would write over them.
    stopped = stop.click(None, None, None, cancels=[started], **quiet)
    stopped.then(halt, [answers, box], outputs, **quiet)
    clear.click(lambda: ("", "", "", [], *_visible(go=True, stop=False, clear=False)), None, [box, *outputs], **quiet)


def _visible(**shown: bool) -> tuple[Any, ...]:
    return tuple(gr.update(visible=show) for show in shown.values())


def questions_to_steps(
    home: Path, text: str, choices: Sequence[str], request: Any
) -> Iterator[tuple[str, str, list[Answer]]]:
    """Progress and answers so far (HTML), and the answers themselves; what goes wrong becomes plain words."""
    made: list[Answer] = []
    try:
        kb = knowledge_base(home, request)
        questions = text_to_questions(text)
        answers = questions_to_answers(kb, questions, choices_to_filters(choices))
        yield progress_to_html(0, len(questions), questions[0]), "", []
        for answer in answers:
            made = [*made, answer]
            coming = questions[len(made)] if len(made) < len(questions) else ""
            yield progress_to_html(len(made), len(questions), coming), answers_to_html(kb, made), made
    except CollabkbError as error:
        yield problem_to_html(str(error)), "", made
    except Exception:
        log.exception("a briefing failed")
        yield problem_to_html(UNEXPECTED), "", made


def file_to_box(file: str | None, text: str) -> tuple[str, Any]:
    """What was read, in words (HTML), and the questions under those that are in the box already."""
    if file is None:
        return "", gr.skip()
    path = Path(file)
    try:
        questions = file_to_questions(path.name, path.read_bytes())
    except CollabkbError as error:
        return problem_to_html(str(error)), gr.skip()
    finally:
        # Gradio keeps what is uploaded; nothing needs this file any more.
        path.unlink(missing_ok=True)
    held = text_to_questions(text)
    new = [question for question in questions if question not in held]
    count = "1 question" if len(new) == 1 else f"{len(new)} questions"
    told = told_to_html(f"{count} read from {path.name}. Look through them and change what you like.")
    return told, "\n".join([*held, *new])


def library_to_limits(home: Path, request: Any) -> Any:
    """What the questions can be limited to now."""
    try:
        choices = library_to_choices(knowledge_base(home, request))
    except CollabkbError:
        choices = []
    return gr.update(choices=choices, visible=bool(choices))
