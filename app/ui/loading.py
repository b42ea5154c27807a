"""The models and indexes behind an answer, loaded in the background after a start."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import CollabkbError

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

log = logging.getLogger(__name__)
_loaded = threading.Event()


def is_loaded() -> bool:
    """Whether a question is answered without waiting for models."""
    return _loaded.is_set()


def load_models(home: Path) -> float:
    """Do once all that the first question would wait for; the seconds it took. Never raises."""
    from app.ui.library import knowledge_base

    started = time.perf_counter()
    try:
        from kb.answering import answer

        # A question is what loads everything: the embedding model, the index, the ranker, the word space.
        answer(knowledge_base(home), "What did the collaboration cost in 2016?", worded=False)
    except CollabkbError as error:
        log.info("not loaded: %s", error)
    except Exception:
        log.exception("the models could not be loaded")
    finally:
        _loaded.set()
    return time.perf_counter() - started


def known_examples(kb: KnowledgeBase, count: int) -> list[str] | None:
    """Questions to begin with; None while they are looked for, which begins when they are first wanted."""
    from kb.examples import example_questions

    known = example_questions(kb, count)
    if known is None and kb.documents() and is_loaded():
        key = (str(kb.home), kb.cleared, kb.fingerprint())
        with _starting:
            if key not in _started:
                _started.add(key)
                threading.Thread(target=_find_examples, args=(kb, count), name="collabkb-examples", daemon=True).start()
    return known if kb.documents() else []


@contextmanager
def answering() -> Iterator[None]:
    """While somebody waits for an answer, no examples are looked for."""
    with _starting:
        _waiting.append(None)
    try:
        yield
    finally:
        with _starting:
            _waiting.pop()


def _find_examples(kb: KnowledgeBase, count: int) -> None:
    from kb.examples import find_examples

    pause = threading.Event()

    def give_way() -> None:
        while _waiting:
            pause.wait(0.1)

    try:
        find_examples(kb, count, give_way)
    except CollabkbError as error:
        log.info("no examples: %s", error)
    except Exception:
        log.exception("examples could not be found")


_started: set[tuple[str, bool, str]] = set()
_waiting: list[None] = []
_starting = threading.Lock()
