"""The knowledge base that a running page serves: opened once a process, by the first who needs it."""

from __future__ import annotations

import logging
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.access import request_to_reader
from kb.errors import NotFound
from kb.model import Document
from kb.store import DocumentInfo, KnowledgeBase

GONE = (
    "This document is not in the library now, or not for you to see. Whoever may change the library can bring a "
    "removed document back for a while, in the tab “Documents”."
)
log = logging.getLogger(__name__)
_opening = threading.Lock()


def knowledge_base(home: Path, request: Any = None) -> KnowledgeBase:
    """The knowledge base in ``home`` as who sends ``request`` (Gradio's or Starlette's) may see it.

    KnowledgeBaseError where it cannot be opened (tried again next time).
    """
    with _opening:
        return _open(home).seen_by(cleared=request_to_reader(request).cleared)


def open_document(kb: KnowledgeBase, document_id: str) -> Document:
    """The document that a link names; NotFound in words for a reader where it is removed or not for them to see."""
    try:
        return kb.document(document_id)
    except NotFound as error:
        raise NotFound(GONE) from error


def may_edit(request: Any) -> bool:
    """Whether who sends the request may add, correct and remove documents."""
    return request_to_reader(request).may_edit


@lru_cache(maxsize=4)
def _open(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home)


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
