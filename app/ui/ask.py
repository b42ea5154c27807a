"""The Ask tab: the conversation, the question box, what a question is limited to, and questions to begin with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

# The tab's modules are imported when the page is built. Gradio finds a handler's Request by the module's own names.
import gradio as gr

from app.ui.choices import library_to_choices
from app.ui.conversation import (
    Entry,
    better_questions,
    entries_to_html,
    entries_to_text,
    question_to_entries,
    text_to_entries,
)
from app.ui.export import build_for_conversation
from app.ui.library import knowledge_base
from app.ui.loading import known_examples
from app.ui.sources import better_to_html
from kb.answering.question import MAX_QUESTION
from kb.errors import CollabkbError
from kb.model import Answer
from kb.store import KnowledgeBase

EXAMPLES = 6
LOOK_SECONDS = 2.0
# More would only wait for each other on two cores.
ASKED_AT_ONCE = 4
LIMITS = "Limit to some documents, kinds, years or forces"
CONVERSATIONS = (
    '<details id="shelf" hidden><summary>Earlier conversations <span class="shelf-count"></span></summary>'
    '<p class="shelf-hint">They are kept in this browser only.</p><ul></ul></details>'
    '<p id="shelf-undo" role="status"></p>'
)
# What the browser's side of this tab does (ask.js).
TURNS_BEFORE = f"(question, turns, choices) => [question, collabkb.begin(question, {MAX_QUESTION}), choices]"
KEEP, BETTER = "(turns) => { collabkb.keep(turns); }", "(better) => { collabkb.better(better); }"
CURRENT, FRESH = "() => collabkb.current()", "() => collabkb.fresh()"


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the tab.

    ``turns`` is the conversation as the browser keeps it, ``entries`` the same as read; ``better`` are questions to ask
    instead, on their way to the browser.
    """

    turns: gr.Textbox
    better: gr.Textbox
    entries: gr.State
    conversation: gr.HTML
    examples: gr.Column
    buttons: list[gr.Button]
    clear: gr.Button
    limits: gr.Dropdown
    box: gr.Textbox
    ask: gr.Button
    switch: gr.Button
    unlimit: gr.Button
    looking: gr.Timer

    @property
    def replied(self) -> list[Any]:
        """What an answer changes, in the order of :func:`reply`."""
        return [self.box, self.conversation, self.examples, self.clear, self.turns, self.entries]

    @property
    def offered(self) -> list[Any]:
        """What :func:`offer` changes."""
        return [self.examples, self.looking, *self.buttons]

    @property
    def shown(self) -> list[Any]:
        """What :func:`show` changes."""
        return [self.conversation, self.clear, self.entries, self.limits, *self.offered]


def build(home: Path, page: gr.Blocks, tab: gr.Tab) -> None:
    """Put the tab's parts into the tab being built and connect them; ``page`` tells when it is loaded."""
    connect(home, page, lay_out(home))


def lay_out(home: Path) -> Parts:
    """The tab from above: conversations, the conversation, examples, export, limits, the question box."""
    entries = gr.State([])
    turns, better = (gr.Textbox(visible="hidden", elem_id=name) for name in ("turns", "better"))
    gr.HTML(CONVERSATIONS, apply_default_css=False)
    conversation = gr.HTML(elem_id="conversation", apply_default_css=False)
    with gr.Column(elem_id="examples", visible=False) as examples:
        gr.HTML('<h2 class="examples-title">Questions to begin with</h2>', apply_default_css=False)
        buttons = [gr.Button("", elem_classes="example", size="sm", visible=False) for _ in range(EXAMPLES)]
    clear = gr.Button("New conversation", elem_id="clear", size="sm", visible=False)
    build_for_conversation(home, entries, entries_to_answers)
    limits = gr.Dropdown([], multiselect=True, label=LIMITS, elem_id="limits", visible=False)
    with gr.Row(elem_id="composer"):
        box = gr.Textbox(
            label="Your question",
            placeholder="Ask about the documents",
            lines=1,
            max_lines=6,
            autofocus=True,
            elem_id="question",
            container=False,
            scale=1,
        )
        ask = gr.Button("Ask", variant="primary", elem_id="ask", scale=0, min_width=96)
    switch, unlimit = (gr.Button(visible="hidden", elem_id=name) for name in ("switch", "unlimit"))
    looking = gr.Timer(LOOK_SECONDS, active=False)
    return Parts(
        turns, better, entries, conversation, examples, buttons, clear, limits, box, ask, switch, unlimit, looking
    )


def connect(home: Path, page: gr.Blocks, parts: Parts) -> None:
    """What happens when: a question is asked, a conversation is opened or begun, examples are found."""

    def replying(question: str, kept: str, choices: list[str], request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from reply(home, question, kept, choices, request)

    def suggesting(kept: str, request: gr.Request) -> str:
        return suggest(home, kept, request)

    def showing(kept: str, request: gr.Request) -> tuple[Any, ...]:
        return show(home, kept, request)

    def offering(kept: str, request: gr.Request) -> tuple[Any, ...]:
        return offer(home, kept, request)

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    slow: dict[str, Any] = {"concurrency_id": "ask", "concurrency_limit": ASKED_AT_ONCE, **quiet}
    turns, better = parts.turns, parts.better
    questions = [(parts.box, [parts.box.submit, parts.ask.click]), *((b, [b.click]) for b in parts.buttons)]
    asked = [
        gr.on(events, replying, [source, turns, parts.limits], parts.replied, js=TURNS_BEFORE, **slow)
        for source, events in questions
    ]
    for event in asked:
        event.then(suggesting, turns, better, concurrency_id="suggest", concurrency_limit=1, **quiet)
    turns.change(None, turns, None, js=KEEP)
    better.change(None, better, None, js=BETTER)
    page.load(showing, turns, parts.shown, js=CURRENT, **quiet)
    parts.switch.click(showing, turns, parts.shown, js=CURRENT, cancels=asked, **quiet)
    parts.clear.click(showing, turns, parts.shown, js=FRESH, cancels=asked, **quiet)
    parts.looking.tick(offering, turns, parts.offered, js=CURRENT, **quiet)
    parts.unlimit.click(None, None, parts.limits, js="() => [[]]")


def reply(home: Path, question: str, kept: str, choices: list[str], request: Any) -> Iterator[tuple[Any, ...]]:
    """Answer a question after the turns that the browser kept; values for ``Parts.replied``, step by step."""
    question = question.strip()
    if not question:
        gr.Info("Type a question first.")
        yield (gr.skip(),) * 6
        return
    kb, before, problem = _open(home, request, kept)
    waiting = Entry(question, tuple(choices), problem=problem)
    steps = [waiting] if kb is None else question_to_entries(kb, question, before, choices)
    # Gradio builds what is updated anew: only where it changes, at a conversation's first question.
    hidden, visible = (gr.skip(), gr.skip()) if before else (gr.update(visible=False), gr.update(visible=True))
    yield "", entries_to_html([*before, waiting], kb), hidden, visible, gr.skip(), gr.skip()
    for entry in steps:
        after = [*before, entry]
        # What the browser keeps is left as it is where it could not be read.
        ended = (entries_to_text(after), after) if entry.done and kb is not None else (gr.skip(), gr.skip())
        yield gr.skip(), entries_to_html(after, kb), gr.skip(), gr.skip(), *ended


def suggest(home: Path, kept: str, request: Any) -> str:
    """Better questions where the last turn found nothing, as JSON for the browser; nothing where there are none.

    The browser puts them there: whoever has asked on since then sees nothing of it.
    """
    kb, before, _ = _open(home, request, kept)
    better = better_questions(kb, before[-1]) if kb is not None and before else ()
    html = better_to_html(better)
    return json.dumps({"turn": len(before) - 1, "questions": better, "html": html}) if better else ""


def show(home: Path, kept: str, request: Any) -> tuple[Any, ...]:
    """A conversation that the browser kept, or the greeting; values for ``Parts.shown``."""
    kb, before, problem = _open(home, request, kept)
    html = entries_to_html(before, kb) if before else greeting_to_html(kb, problem)
    choices = library_to_choices(kb) if kb is not None else []
    limited = gr.update(choices=choices, visible=bool(choices))
    return html, gr.update(visible=bool(before)), before, limited, *offer(home, kept, request)


def offer(home: Path, kept: str, request: Any) -> tuple[Any, ...]:
    """Questions to begin with, and whether to look for them again in a while; values for ``Parts.offered``."""
    kb, before, _ = _open(home, request, kept)
    questions = [] if before or kb is None else known_examples(kb, EXAMPLES)
    names = [*(questions or []), *[""] * EXAMPLES][:EXAMPLES]
    return (
        gr.update(visible=any(names)),
        gr.Timer(active=questions is None),
        *(gr.update(value=name, visible=bool(name)) for name in names),
    )


def _open(home: Path, request: Any, kept: str) -> tuple[KnowledgeBase | None, list[Entry], str | None]:
    """The knowledge base as who asks may see it and the turns that the browser kept, or what stands in the way."""
    try:
        return knowledge_base(home, request), text_to_entries(kept), None
    except CollabkbError as error:
        return None, [], str(error)


def entries_to_answers(entries: Sequence[Entry]) -> list[Answer]:
    """The answers of a conversation, those that say "not found" among them."""
    return [entry.answer for entry in entries if entry.answer is not None]


def greeting_to_html(kb: KnowledgeBase | None, problem: str | None) -> str:
    """What an empty conversation says."""
    documents = kb.documents() if kb is not None else []
    if not documents:
        return _nothing_here(problem or "There are no documents in this knowledge base.")
    count = "1 document" if len(documents) == 1 else f"{len(documents)} documents"
    return (
        f'<div class="greeting"><h2>What do you need to know?</h2><p>Ask in your own words. The answer comes from '
        f"{count} in this library, and every part of it opens at its place in the document.</p></div>"
    )


def _nothing_here(reason: str) -> str:
    return (
        f'<div class="greeting nothing"><h2>No documents yet</h2><p>{escape(reason)}</p>'
        "<p>To read the documents that come with collabkb, type this in a terminal:</p><pre>kb ingest</pre>"
        "<p>To read your own, name the folder they are in:</p><pre>kb ingest path/to/folder</pre>"
        "<p>Then load this page again.</p></div>"
    )
