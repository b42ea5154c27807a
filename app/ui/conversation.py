"""A conversation: its turns, how they are asked, shown, and kept by the browser.

The server holds no conversation. The browser sends the turns before with each question and keeps what comes back.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from app.ui.choices import choices_to_filters, choices_to_words
from app.ui.loading import answering, is_loaded
from app.ui.sources import answer_to_html, problem_to_html, turn_to_html, waiting_to_html
from kb.errors import BadQuestion, CollabkbError
from kb.kept_answers import answer_to_kept, json_to_answer
from kb.model import Answer, Turn

if TYPE_CHECKING:
    from kb.answering.llm import Progress
    from kb.store import KnowledgeBase

log = logging.getLogger(__name__)

Thumb = Literal["up", "down"]
MOST_TURNS = 200
LONGEST_KEPT = 4_000_000
# Of the passages that were ranked, as many as are shown where nothing is found.
RANKED_KEPT = 4
# The page is drawn anew once in so many words of a wording.
WORDS_A_STEP = 5
LOADING = "Loading the models and the documents: after a start this takes some seconds"
UNEXPECTED = "Something went wrong inside the program. Ask again; if it happens again, run “kb doctor”."


@dataclass(frozen=True, slots=True)
class Entry:
    """One turn: a question, what it was limited to, and its answer or what stood in the way (``problem``).

    ``better`` are questions that these documents do answer, offered where nothing was found. An entry with neither
    answer nor problem is being worked on; ``doing`` says how far it is and ``sentences`` hold already.
    """

    question: str
    choices: tuple[str, ...] = ()
    # An answer holds a dict; Gradio hashes a conversation to see whether it has changed.
    answer: Answer | None = field(default=None, hash=False)
    problem: str | None = None
    better: tuple[str, ...] = ()
    thumb: Thumb | None = None
    doing: str = ""
    sentences: tuple[str, ...] = ()
    sources: bool = True

    @property
    def done(self) -> bool:
        return self.sources and (self.answer is not None or self.problem is not None)


def question_to_entries(
    kb: KnowledgeBase, question: str, before: Sequence[Entry], choices: Sequence[str] = ()
) -> Iterator[Entry]:
    """Answer a question after the turns before it, in steps: the answer, then its sources.

    Where a language model words the answer, the steps before say how far it is. What goes wrong becomes plain words.
    """
    entry = Entry(question, tuple(choices))
    try:
        for answer in _answers(kb, entry, before):
            if isinstance(answer, Entry):
                yield answer
                continue
            entry = replace(entry, answer=answer)
            yield replace(entry, sources=False)
            yield entry
    except CollabkbError as error:
        yield replace(entry, problem=str(error))
    except Exception:
        log.exception("a question could not be answered")
        yield replace(entry, problem=UNEXPECTED)


def better_questions(kb: KnowledgeBase, entry: Entry) -> tuple[str, ...]:
    """Questions to ask instead of one for which nothing was found; none for any other."""
    if entry.answer is None or entry.answer.status != "not_found" or entry.better:
        return ()
    from kb.suggestions import suggest_questions

    try:
        return suggest_questions(kb, entry.answer, choices_to_filters(entry.choices))
    except CollabkbError as error:
        log.info("no better questions: %s", error)
        return ()


def _answers(kb: KnowledgeBase, entry: Entry, before: Sequence[Entry]) -> Iterator[Entry | Answer]:
    """The answer; before it, where a model words it, entries that say how far that is."""
    from kb.answering import answer
    from kb.answering.llm import Progress, word_by_steps

    history = [Turn(turn.question, turn.answer.answer) for turn in before if turn.answer is not None]
    with answering():
        found = answer(kb, entry.question, history, choices_to_filters(entry.choices), worded=False)
    shown = 0
    for step in word_by_steps(kb, found, history):
        if not isinstance(step, Progress):
            yield step
        elif step.words >= shown:
            shown = step.words + WORDS_A_STEP
            yield replace(entry, doing=progress_to_words(step), sentences=tuple(step.sentences))


def progress_to_words(step: Progress) -> str:
    """How far a wording is."""
    return f"A language model is wording the answer: {step.words} words"


def entry_to_html(entry: Entry, kb: KnowledgeBase | None) -> str:
    """One turn as it is shown; without a knowledge base, from what the entry itself holds."""
    if entry.problem is not None:
        body = problem_to_html(entry.problem)
    elif entry.answer is not None:
        body = answer_to_html(entry.answer, kb, entry.better, entry.thumb, entry.sources, bool(entry.choices))
    elif entry.doing:
        body = waiting_to_html(entry.doing, entry.sentences)
    else:
        body = waiting_to_html() if is_loaded() else waiting_to_html(LOADING)
    return turn_to_html(entry.question, body, choices_to_words(entry.choices, kb))


def entries_to_html(entries: Sequence[Entry], kb: KnowledgeBase | None) -> str:
    """The conversation."""
    return f'<div class="turns">{"".join(entry_to_html(entry, kb) for entry in entries)}</div>'


def entries_to_text(entries: Sequence[Entry]) -> str:
    """The turns as the browser keeps them: whole answers, as JSON."""
    return json.dumps({"turns": [_entry_to_json(entry) for entry in entries if entry.done]}, ensure_ascii=False)


def _entry_to_json(entry: Entry) -> dict[str, Any]:
    answer = answer_to_kept(entry.answer, RANKED_KEPT) if entry.answer else None
    kept = {"choices": entry.choices, "problem": entry.problem, "better": entry.better, "thumb": entry.thumb}
    return {"question": entry.question, "answer": answer} | {name: value for name, value in kept.items() if value}


def text_to_entries(text: str | None) -> list[Entry]:
    """The turns that a browser kept. BadQuestion where they cannot be read: they are what somebody sent."""
    if not text:
        return []
    if len(text) > LONGEST_KEPT:
        raise BadQuestion("This conversation has grown too long. Begin a new one.")
    try:
        turns = json.loads(text)["turns"]
        return [_json_to_entry(turn) for turn in turns[-MOST_TURNS:]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadQuestion("This conversation cannot be read any more. Begin a new one.") from error


def _json_to_entry(turn: Mapping[str, Any]) -> Entry:
    answer, problem, thumb = turn.get("answer"), turn.get("problem"), turn.get("thumb")
    return Entry(
        question=str(turn["question"]),
        choices=_texts(turn.get("choices")),
        answer=json_to_answer(answer) if answer else None,
        problem=str(problem) if problem else None if answer else UNEXPECTED,
        better=_texts(turn.get("better")),
        thumb=thumb if thumb in ("up", "down") else None,
    )


def _texts(values: object) -> tuple[str, ...]:
    return tuple(str(value) for value in values[:50]) if isinstance(values, list) else ()
