"""The knowledge base that a running page serves: opened once a process, by the first who needs it."""

from __future__ import annotations

import logging
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from kb.errors import CollabkbError
from kb.store import DocumentInfo, KnowledgeBase

log = logging.getLogger(__name__)
_opening = threading.Lock()


def knowledge_base(home: Path, request: Any = None) -> KnowledgeBase:
    """The knowledge base in ``home`` as who sends ``request`` (Gradio's or Starlette's) may see it.

    KnowledgeBaseError where it cannot be opened (tried again next time).
    """
    with _opening:
        return _open(home)


def may_edit(request: Any) -> bool:
    """Whether who sends the request may add, correct and remove documents."""
    return True


@lru_cache(maxsize=4)
def _open(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home)


def warm_up(home: Path) -> threading.Thread:
    """Load the models by one search in the background, so that the first question does not wait for them."""

    def search_once() -> None:
        from kb.retrieval import retrieve

        try:
            retrieve(knowledge_base(home), "collaboration", limit=1)
        except CollabkbError as error:
            log.info("not warmed up: %s", error)

    thread = threading.Thread(target=search_once, name="collabkb-warm-up", daemon=True)
    thread.start()
    return thread


def date_to_words(info: DocumentInfo) -> str:
    """The date as the document gives it, else the ISO date spelt out: ``24 April 2017``."""
    from datetime import date

    if info.date_text:
        return info.date_text
    if not info.date:
        return "no date"
    try:
        day = date.fromisoformat(info.date)
    except ValueError:
        return info.date
    return f"{day.day} {day:%B %Y}"
