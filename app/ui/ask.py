"""The Ask tab: the conversation, the question box, and six questions to begin with."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.ui.library import knowledge_base
from app.ui.sources import answer_to_html, problem_to_html, turn_to_html, waiting_to_html
from kb.errors import CollabkbError
from kb.model import Answer, Turn

if TYPE_CHECKING:
    import gradio as gr

    from kb.answering.llm import Progress

log = logging.getLogger(__name__)

EXAMPLES = (
    "What did Nottinghamshire pay towards forensics in 2016/17?",
    "Which unit saves the most against its baseline?",
    "How much did the collaborations save between 2014 and 2017?",
    "How many police officers work in major crime?",
    "Who chairs the PCC Board?",
    "What does governance mean?",
)
# The examples ask about the documents that ship; a library of other documents does without them.
EXAMPLES_NEED = "panel-presentation-2017.pdf"

# The page is drawn anew once in so many words of a wording.
WORDS_A_STEP = 5
UNEXPECTED = "Something went wrong inside the program. Ask again; if it happens again, run “kb doctor”."


@dataclass(frozen=True, slots=True)
class Entry:
    """One turn as it is shown. ``answer`` is None while it is worded, and where an error (``failed``) is shown."""

    question: str
    html: str
    answer: Answer | None = None
    failed: bool = False


def build(home: Path, page: gr.Blocks, tab: gr.Tab) -> None:
    """Put the tab's parts into the tab being built and connect them; ``page`` tells when it is loaded."""
    import gradio as gr

    entries = gr.State([])
    conversation = gr.HTML(elem_id="conversation", apply_default_css=False)
    with gr.Column(elem_id="examples", visible=False) as examples:
        gr.HTML('<h2 class="examples-title">Questions to begin with</h2>', apply_default_css=False)
        buttons = [gr.Button(question, elem_classes="example", size="sm") for question in EXAMPLES]
    clear = gr.Button("New conversation", elem_id="clear", size="sm", visible=False)
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

    outputs = [box, conversation, examples, clear, entries]

    def reply(question: str, before: list[Entry]) -> Iterator[tuple[Any, ...]]:
        question = question.strip()
        if not question:
            gr.Info("Type a question first.")
            yield tuple(gr.skip() for _ in outputs)
            return
        waiting = Entry(question, turn_to_html(question, waiting_to_html()))
        yield "", _conversation([*before, waiting]), gr.update(visible=False), gr.update(visible=True), gr.skip()
        for entry in question_to_entries(home, question, before):
            after = [*before, entry]
            done = entry.answer is not None or entry.failed
            yield gr.skip(), _conversation(after), gr.skip(), gr.skip(), after if done else gr.skip()

    def restart() -> tuple[Any, ...]:
        greeting, shipped = greet(home)
        return "", greeting, gr.update(visible=shipped), gr.update(visible=False), []

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    gr.on([box.submit, ask.click], reply, [box, entries], outputs, concurrency_limit=4, **quiet)
    for button in buttons:
        button.click(reply, [button, entries], outputs, concurrency_limit=4, **quiet)
    gr.on([page.load, clear.click], restart, None, outputs, **quiet)


def question_to_entries(home: Path, question: str, before: Sequence[Entry]) -> Iterator[Entry]:
    """Answer a question after the turns before it; what goes wrong becomes plain words in its place.

    The last entry is the turn; those before it, where a language model words the answer, say how far it is.
    """
    from kb.answering import answer
    from kb.answering.llm import Progress, word_by_steps

    history = [Turn(entry.question, entry.answer.answer) for entry in before if entry.answer is not None]
    try:
        kb = knowledge_base(home)
        shown = 0
        for step in word_by_steps(kb, answer(kb, question, history, worded=False), history):
            if not isinstance(step, Progress):
                yield Entry(question, turn_to_html(question, answer_to_html(step, kb)), step)
            elif step.words >= shown:
                shown = step.words + WORDS_A_STEP
                yield Entry(question, turn_to_html(question, progress_to_html(step)))
    except CollabkbError as error:
        yield Entry(question, turn_to_html(question, problem_to_html(str(error))), failed=True)
    except Exception:
        log.exception("a question could not be answered")
        yield Entry(question, turn_to_html(question, problem_to_html(UNEXPECTED)), failed=True)


def progress_to_html(step: Progress) -> str:
    """How far a wording is: a count, and only sentences that passed their check."""
    return waiting_to_html(f"A language model is wording the answer: {step.words} words", step.sentences)


def greet(home: Path) -> tuple[str, bool]:
    """What an empty conversation says (HTML), and whether the example questions fit this library."""
    try:
        documents = knowledge_base(home).documents()
    except CollabkbError as error:
        return _nothing_here(str(error)), False
    if not documents:
        return _nothing_here("There are no documents in this knowledge base."), False
    count = "1 document" if len(documents) == 1 else f"{len(documents)} documents"
    html = (
        f'<div class="greeting"><h2>What do you need to know?</h2><p>Ask in your own words. The answer comes from '
        f"{count} in this library, and every part of it opens at its place in the document.</p></div>"
    )
    return html, any(info.source == EXAMPLES_NEED for info in documents)


def _nothing_here(reason: str) -> str:
    return (
        f'<div class="greeting nothing"><h2>No documents yet</h2><p>{escape(reason)}</p>'
        "<p>To read the documents that come with collabkb, type this in a terminal:</p><pre>kb ingest</pre>"
        "<p>To read your own, name the folder they are in:</p><pre>kb ingest path/to/folder</pre>"
        "<p>Then load this page again.</p></div>"
    )


def _conversation(entries: Sequence[Entry]) -> str:
    return f'<div class="turns">{"".join(entry.html for entry in entries)}</div>'
