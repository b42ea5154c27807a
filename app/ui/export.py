"""The part of a tab that exports answers: which ones, under what title, and as what kind of file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

# Gradio finds a handler's Request by the module's own names.
import gradio as gr

from app.ui.downloads import file_to_link
from app.ui.library import knowledge_base
from kb.errors import CollabkbError
from kb.export import KINDS, KINDS_IN_WORDS, answers_to_file
from kb.model import Answer

log = logging.getLogger(__name__)

LONGEST_CHOICE = 110
UNEXPECTED = "Something went wrong inside the program. Try again; if it happens again, run “kb doctor”."
NONE_CHOSEN = "Choose at least one answer."
FORMATS = (
    '<p class="export-formats">Download as <span>Word and PDF to read and to paste into minutes, Markdown for web '
    "pages, CSV for spreadsheets, JSON for programs</span></p>"
)


def build_for_conversation(
    home: Path,
    state: gr.State,
    to_answers: Callable[[Any], Sequence[Answer]],
    name: str = "export",
    opened: bool = False,
) -> gr.Accordion:
    """Put the export of the answers that ``state`` holds into the tab being built; hidden while there are none.

    ``to_answers`` gives the answers of the state's value in order; ``name`` begins the ids of its parts, and ``opened``
    says whether it lies open.
    """
    with gr.Accordion(
        "Export these answers", open=opened, visible=False, elem_id=f"{name}-panel", elem_classes="export"
    ) as panel:
        chosen = gr.CheckboxGroup([], label="Answers to export", elem_id=f"{name}-chosen")
        title = gr.Textbox(label="Title (you can leave this empty)", max_lines=1, elem_id=f"{name}-title")
        gr.HTML(FORMATS, apply_default_css=False)
        with gr.Row(elem_classes="export-kinds"):
            buttons = {
                kind: gr.Button(KINDS_IN_WORDS[kind], elem_id=f"{name}-{kind}", scale=0, min_width=110)
                for kind in KINDS
            }
        ready = gr.HTML(elem_id=f"{name}-ready", elem_classes="export-ready", apply_default_css=False)

    def offer(value: Any) -> tuple[Any, Any, str]:
        choices = answers_to_choices(to_answers(value))
        return gr.update(visible=bool(choices)), gr.update(choices=choices, value=[key for _, key in choices]), ""

    def maker(kind: str) -> Callable[..., str]:
        def make(value: Any, keys: list[str], title: str, request: gr.Request) -> str:
            answers = to_answers(value)
            picked = [answer for place, answer in enumerate(answers) if str(place) in keys]
            return answers_to_download(home, picked, kind, title, request)

        return make

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    state.change(offer, state, [panel, chosen, ready], **quiet)
    for kind, button in buttons.items():
        button.click(maker(kind), [state, chosen, title], ready, concurrency_limit=2, **quiet)
    return panel


def answers_to_choices(answers: Sequence[Answer]) -> list[tuple[str, str]]:
    """(question with its number, key) of each answer."""
    choices = []
    for place, answer in enumerate(answers):
        question = " ".join(answer.question.split())
        cut = question if len(question) <= LONGEST_CHOICE else question[:LONGEST_CHOICE].rsplit(" ", 1)[0] + " …"
        found = "" if answer.status == "answered" else " (not found)"
        choices.append((f"{place + 1}. {cut}{found}", str(place)))
    return choices


def answers_to_download(home: Path, answers: Sequence[Answer], kind: str, title: str, request: Any) -> str:
    """A link to the file (HTML); what goes wrong becomes plain words."""
    if not answers:
        return problem_to_html(NONE_CHOSEN)
    try:
        name, data = answers_to_file(knowledge_base(home, request), answers, kind, title)
        return f'<p class="export-done">{file_to_link(name, data, request)}</p>'
    except CollabkbError as error:
        return problem_to_html(str(error))
    except Exception:
        log.exception("answers could not be exported")
        return problem_to_html(UNEXPECTED)


def problem_to_html(message: str) -> str:
    return f'<p class="export-problem"><b>There is a problem.</b> {escape(message)}</p>'
