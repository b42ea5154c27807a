"""An answer in a language model's words, if the user has one; the documents' own words wherever that fails.

The model is given the evidence of an answer that was found without it, and its wording goes through the same last
check. Whatever goes wrong, the documents' wording is shown with the reason.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kb.answering.checking.support import LEAST_SHARED, share_of_words
from kb.answering.checking.wordings import NUMBER, Sentence, worded_to_sentences
from kb.answering.llm_prompt import RULES, answer_to_evidence, evidence_to_prompt, reply_to_text
from kb.answering.question import clean_question, resolve_follow_up
from kb.answering.verify import (
    DOCUMENTS,
    answer_to_proof,
    keep_sentences,
    sentence_to_findings,
    value_is_said,
    verify,
)
from kb.errors import LanguageModelError
from kb.model import Answer, Citation, Turn, Wording

if TYPE_CHECKING:
    from kb.settings import Settings
    from kb.store import KnowledgeBase

logger = logging.getLogger(__name__)
MAX_CHARACTERS = 8_000
MOST_WORDS = 120
MAX_REASON = 300


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a wording is: words said so far, and those of its sentences that passed their check."""

    words: int
    sentences: tuple[str, ...] = ()


def word(kb: KnowledgeBase, found: Answer, history: Sequence[Turn] = ()) -> Answer:
    """The answer in the words of the language model that is set, where they pass the check; else as it is.

    ``found`` was checked before. Without a model (KB_LLM), and for what was not found, nothing is asked of anyone.
    """
    result = found
    for step in word_by_steps(kb, found, history):
        if isinstance(step, Answer):
            result = step
    return result


def word_by_steps(kb: KnowledgeBase, found: Answer, history: Sequence[Turn] = ()) -> Iterator[Progress | Answer]:
    """As ``word``, with its Progress on the way; the last step is the Answer."""
    from kb.settings import current_settings

    settings = current_settings()
    if settings.llm is None or found.status != "answered":
        yield found
        return
    started = time.perf_counter()
    try:
        yield from _word(kb, found, history, settings)
    except LanguageModelError as error:
        logger.warning("not worded by %s: %s", settings.llm, error)
        yield unworded(found, str(error))
    logger.info("wording took %.1f s", time.perf_counter() - started)


def _word(kb: KnowledgeBase, found: Answer, history: Sequence[Turn], settings: Settings) -> Iterator[Progress | Answer]:
    from llama_index.core.llms import ChatMessage

    from kb.answering.llm_client import settings_to_model

    model = settings_to_model(settings)
    asked = resolve_follow_up(clean_question(found.question), history)
    evidence = answer_to_evidence(kb, found)
    messages = [
        ChatMessage(role="system", content=RULES),
        ChatMessage(role="user", content=evidence_to_prompt(kb, asked, found, evidence)),
    ]
    candidate = replace(found, question=asked, citations=evidence, wording=Wording(model.model), check=None)
    checker = SentenceChecker(kb, candidate)
    reply = ""
    for piece in within(settings.llm_seconds, lambda: (part.delta or "" for part in model.stream_chat(messages))):
        reply += piece
        if len(reply) > MAX_CHARACTERS:
            raise LanguageModelError("its reply is longer than allowed")
        yield Progress(len(reply.split()), checker.passed(reply))
    yield reply_to_answer(kb, candidate, found, reply_to_text(reply))


def reply_to_answer(kb: KnowledgeBase, candidate: Answer, found: Answer, text: str) -> Answer:
    """The checked answer of a model's text; ``found`` with the reason where it does not hold.

    ``candidate`` has all evidence as its citations.
    """
    sentences = worded_to_sentences(text)
    if problem := sentences_to_problem(sentences, candidate.citations):
        return unworded(found, problem)
    worded = keep_sentences(candidate, sentences)
    tables = {citation.table.table_id for citation in worded.citations if citation.table}
    computation = found.computation
    if computation and not {cell.table_id for cell in computation.inputs} <= tables:
        computation = None
    checked = verify(kb, replace(worded, computation=computation), fallback=found)
    if checked.wording.by == DOCUMENTS:
        return unworded(found, checked.wording.fallback or "")
    if problem := wording_to_problem(checked, found):
        return unworded(found, problem)
    return replace(checked, question=found.question)


def sentences_to_problem(sentences: Sequence[Sentence], evidence: Sequence[Citation]) -> str | None:
    """Why a model's sentences cannot even be looked up; None where they can."""
    if not sentences:
        return "it said nothing"
    known = {citation.marker for citation in evidence}
    cited = {marker for sentence in sentences for marker in sentence.markers}
    if not cited:
        return "it named no sources"
    if cited - known:
        return f"it named sources that do not exist ({', '.join(f'[{n}]' for n in sorted(cited - known))})"
    return None


def wording_to_problem(worded: Answer, found: Answer) -> str | None:
    """Why a wording whose every sentence holds is still not the answer that was found; None where it is."""
    missing = [value for value in found.values if not value_is_said(value, NUMBER.sub("", worded.answer))]
    if missing:
        return f"its wording leaves out {', '.join(missing)}"
    own = {(c.document_id, c.quote) for c in found.citations}
    if not own & {(c.document_id, c.quote) for c in worded.citations}:
        return "its wording rests on none of the answer's sources"
    if share_of_words(worded.answer, f"{found.answer} {worded.question}") < LEAST_SHARED:
        return "its wording speaks of something else"
    if len(worded.answer.split()) > max(MOST_WORDS, 2 * len(found.answer.split())):
        return "its wording is too long"
    return None


def unworded(found: Answer, reason: str) -> Answer:
    """The answer as it was found, with the reason why no model's wording of it is shown."""
    reason = " ".join(reason.split())
    cut = reason if len(reason) <= MAX_REASON else f"{reason[:MAX_REASON].rsplit(' ', 1)[0]} …"
    return replace(found, wording=Wording(DOCUMENTS, cut))


class SentenceChecker:
    """Checks the sentences of a reply while it comes, each once it is complete."""

    def __init__(self, kb: KnowledgeBase, candidate: Answer) -> None:
        self._proof = answer_to_proof(kb, candidate)
        self._checked: dict[str, bool] = {}

    def passed(self, reply: str) -> tuple[str, ...]:
        """The complete sentences so far that hold; the last one may go on and is left out."""
        sentences = worded_to_sentences(reply_to_text(reply))[:-1]
        for sentence in sentences:
            if sentence.text not in self._checked:
                self._checked[sentence.text] = not sentence_to_findings(sentence, self._proof).problems
        return tuple(sentence.text for sentence in sentences if self._checked[sentence.text])


def within(seconds: float, start: Callable[[], Iterator[str]]) -> Iterator[str]:
    """The pieces that ``start`` gives, as long as all of it takes no longer than ``seconds``.

    They are read in a thread of its own, as no setting bounds the whole of a reply that drips; the thread ends by
    itself with the next piece, or when the server has said nothing for the same time. LanguageModelError where time
    is up, or for whatever goes wrong in it.
    """
    pieces: queue.Queue[tuple[str, Any]] = queue.Queue()
    stop = threading.Event()

    def read() -> None:
        try:
            for piece in start():
                if stop.is_set():
                    return
                pieces.put(("piece", piece))
            pieces.put(("end", None))
        except LanguageModelError as error:
            pieces.put(("error", error))
        except Exception as error:
            # A library of others stands between: what it raises must not cost the reader the answer.
            logger.warning("the language model failed", exc_info=True)
            pieces.put(("error", LanguageModelError(f"it failed ({type(error).__name__})")))

    threading.Thread(target=read, name="collabkb-wording", daemon=True).start()
    end = time.monotonic() + seconds
    try:
        while True:
            try:
                kind, value = pieces.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise LanguageModelError(f"it took longer than {seconds:g} seconds") from None
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value
            if time.monotonic() > end:
                raise LanguageModelError(f"it took longer than {seconds:g} seconds")
    finally:
        stop.set()
