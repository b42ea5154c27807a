"""The Workforce tab: what the documents say happens to people at work, as a register to search and export."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

# The tab's modules are imported when the page is built. Gradio finds a handler's Request by the module's own names.
import gradio as gr

from app.ui.downloads import file_to_link
from app.ui.library import knowledge_base
from app.ui.workforce_html import problem_to_html, register_to_html, waiting_to_html
from kb.errors import CollabkbError
from kb.workforce import ORDERS, RegisterFilters, overview, register, register_to_file, register_to_name

log = logging.getLogger(__name__)

FILES = {"docx": "Word", "csv": "CSV", "md": "Markdown"}
ALL = ""
EXAMPLES = ("Will people have to move to another place of work?", "Who was consulted?", "Could posts be lost?")
UNEXPECTED = "Something went wrong inside the program. Try again; if it happens again, run “kb doctor”."
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


@dataclass(frozen=True, slots=True)
class Parts:
    """The tab's parts that handlers read or change."""

    words: Any
    go: Any
    examples: list[Any]
    clear: Any
    force: Any
    unit: Any
    years: Any
    order: Any
    exports: Any
    buttons: dict[str, Any]
    link: Any
    result: Any

    @property
    def choices(self) -> list[Any]:
        """What a register is made from."""
        return [self.words, self.force, self.unit, self.years, self.order]


def build(home: Path, page: gr.Blocks, tab: gr.Tab) -> None:
    """Put the tab's parts into the tab being built and connect them; the register is made when it is opened."""
    parts = place_parts()
    connect_register(home, parts, tab)
    connect_exports(home, parts)


def place_parts() -> Parts:
    """The parts from top to bottom: a question, what to narrow it to, files, the register."""
    gr.HTML(
        '<div class="tab-lead"><h2>What changes for people at work</h2><p>Posts, transfer, places of work, terms, '
        "training and consultation: what the documents say, quoted with its source, and what nobody wrote about."
        "</p></div>",
        apply_default_css=False,
    )
    with gr.Column(elem_id="workforce-request"):
        with gr.Row(elem_id="workforce-ask"):
            words = gr.Textbox(
                label="Ask in your own words, or leave empty for everything",
                placeholder="What would happen to my job in a merged legal services team?",
                lines=1,
                max_lines=3,
                elem_id="workforce-words",
                scale=1,
            )
            go = gr.Button("Show", variant="primary", elem_id="workforce-go", scale=0, min_width=110)
        with gr.Row(elem_id="workforce-examples"):
            examples = [gr.Button(text, size="sm", elem_classes="workforce-example") for text in ("", *EXAMPLES)]
        with gr.Row(elem_id="workforce-filters"):
            unit = gr.Dropdown([("All units", ALL)], value=ALL, label="Unit or programme", elem_id="workforce-unit")
            force = gr.Dropdown([("All forces", ALL)], value=ALL, label="Force", elem_id="workforce-force")
            years = gr.Dropdown([("All years", ALL)], value=ALL, label="Year", elem_id="workforce-years")
            order = gr.Dropdown(
                [(name, key) for key, name in ORDERS.items()], value="theme", label="Order", elem_id="workforce-order"
            )
        clear = gr.Button("Show everything again", size="sm", elem_id="workforce-clear", visible=False)
    with gr.Row(elem_id="workforce-exports", visible=False) as exports:
        buttons = {
            kind: gr.Button(f"Download as {name}", size="sm", elem_id=f"workforce-{kind}", scale=0)
            for kind, name in FILES.items()
        }
    link = gr.HTML(elem_id="workforce-link", apply_default_css=False)
    result = gr.HTML(elem_id="workforce-register", apply_default_css=False)
    return Parts(words, go, examples, clear, force, unit, years, order, exports, buttons, link, result)


def connect_register(home: Path, parts: Parts, tab: gr.Tab) -> None:
    """What happens when the tab is opened, words are asked, or a choice is made."""
    outputs = [parts.result, parts.clear, parts.exports, parts.link]
    offered = [parts.unit, parts.force, parts.years, parts.examples[0]]

    def show(
        words: str, force: str, unit: str, year: str, order: str, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        limited = bool(words.strip() or force or unit or year)
        yield waiting_to_html(), gr.update(visible=limited), gr.skip(), ""
        html, ready = choices_to_html(home, words, force, unit, year, order, request)
        yield html, gr.skip(), gr.update(visible=ready), gr.skip()

    def offer(unit: str, force: str, year: str, request: gr.Request) -> tuple[Any, ...]:
        return library_to_choices(home, unit, force, year, request)

    def reset() -> tuple[str, ...]:
        return "", ALL, ALL, ALL, "theme"

    many: dict[str, Any] = {"concurrency_limit": 4, "trigger_mode": "always_last", **QUIET}
    tab.select(offer, offered[:3], offered, **QUIET)
    # One event for all, so that what was asked last is shown last, however long the first register takes.
    asked = [tab.select, parts.words.submit, parts.go.click, *[part.input for part in parts.choices[1:]]]
    gr.on(asked, show, parts.choices, outputs, **many)
    parts.clear.click(reset, None, parts.choices, **QUIET).then(show, parts.choices, outputs, **many)
    for button in parts.examples:
        button.click(lambda text: text, button, parts.words, **QUIET).then(show, parts.choices, outputs, **many)


def connect_exports(home: Path, parts: Parts) -> None:
    """What happens when a file of the register is asked for."""

    def export_as(kind: str) -> Callable[..., str]:
        def export(words: str, force: str, unit: str, year: str, order: str, request: gr.Request) -> str:
            return choices_to_link(home, choices_to_filters(words, force, unit, year), kind, order, request)

        return export

    for kind, button in parts.buttons.items():
        button.click(export_as(kind), parts.choices, parts.link, **QUIET)


def choices_to_filters(words: str, force: str, unit: str, year: str) -> RegisterFilters:
    """What the register is limited to; an empty choice limits nothing."""
    return RegisterFilters(
        forces=(force,) if force else (), unit=unit or "", years=(int(year),) if year else (), words=words.strip()
    )


def choices_to_html(
    home: Path, words: str, force: str, unit: str, year: str, order: str, request: Any
) -> tuple[str, bool]:
    """The register (HTML) and whether there is anything to export; what goes wrong becomes plain words."""
    try:
        kb = knowledge_base(home, request)
        made = register(kb, choices_to_filters(words, force, unit, year))
        return register_to_html(made, kb, order), bool(made.entries)
    except CollabkbError as error:
        return problem_to_html(str(error)), False
    except Exception:
        log.exception("the workforce register could not be made")
        return problem_to_html(UNEXPECTED), False


def choices_to_link(home: Path, filters: RegisterFilters, kind: str, order: str, request: Any) -> str:
    """A link to the register as a file (HTML), in the order that is shown."""
    try:
        kb = knowledge_base(home, request)
        made, now = register(kb, filters), datetime.now()
        return file_to_link(register_to_name(made, kind, now), register_to_file(kb, made, kind, now, order), request)
    except CollabkbError as error:
        return problem_to_html(str(error))
    except Exception:
        log.exception("the workforce register could not be exported")
        return problem_to_html(UNEXPECTED)


def library_to_choices(home: Path, unit: str, force: str, year: str, request: Any) -> tuple[Any, ...]:
    """What can be chosen now, with what was chosen before as far as it is still there, and a first example."""
    try:
        seen = overview(knowledge_base(home, request))
    except CollabkbError:
        return gr.skip(), gr.skip(), gr.skip(), gr.update(visible=False)
    units = [known.name for known in seen.units]
    years = sorted({info.date[:4] for info in seen.documents if info.date}, reverse=True)
    forces = sorted({name for info in seen.documents for name in info.forces}) or list(seen.forces)
    example = units_to_example(units, [row.label for table in seen.posts for row in table.rows if not row.is_total])
    return (
        choice_update("All units", units, unit),
        choice_update("All forces", forces, force),
        choice_update("All years", years, year),
        gr.update(value=example, visible=bool(example)),
    )


def units_to_example(units: list[str], counted: list[str]) -> str:
    """A question about a unit of this library whose people are counted, a service if there is one; "" for none."""
    known = [name for name in units if name in counted]
    unit = next((name for name in known if "service" in name.lower()), next(iter([*known, *units]), ""))
    if not unit:
        return ""
    return f"What would happen to my job in {unit if unit[:2].isupper() else unit[:1].lower() + unit[1:]}?"


def choice_update(everything: str, names: list[str], chosen: str) -> Any:
    """The choices of a field: everything first, then the names; what was chosen stays while it is there."""
    return gr.update(
        choices=[(everything, ALL), *((name, name) for name in names)], value=chosen if chosen in names else ALL
    )
