"""Answers as a file that can be handed on: Word, PDF, Markdown, CSV and JSON, each with its numbered sources.

What a format needs is imported when it is written. The same briefing gives the same bytes, whenever it is exported.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from kb.errors import CollabkbError
from kb.export.briefing import Briefing as Briefing
from kb.export.briefing import Corpus as Corpus
from kb.export.briefing import Source as Source
from kb.export.briefing import answers_to_briefing as answers_to_briefing
from kb.export.questions import file_to_questions as file_to_questions
from kb.export.questions import questions_to_answers as questions_to_answers
from kb.export.questions import questions_to_briefing as questions_to_briefing
from kb.export.questions import text_to_questions as text_to_questions

if TYPE_CHECKING:
    from datetime import datetime

    from kb.model import Answer
    from kb.store import KnowledgeBase

# The module kb.export.to_KIND writes the format, by its function briefing_to_KIND.
MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
KINDS = tuple(MEDIA_TYPES)
KINDS_IN_WORDS = {"docx": "Word", "pdf": "PDF", "md": "Markdown", "csv": "CSV", "json": "JSON"}
LONGEST_NAME = 60


def export(briefing: Briefing, kind: str) -> bytes:
    """The briefing as a file of that kind; CollabkbError where there is no such kind, or nothing to export."""
    if kind not in KINDS:
        raise CollabkbError(f"There is no export as {kind!r}. Choose one of: {', '.join(KINDS)}.")
    if not briefing.entries:
        raise CollabkbError("There is no answer to export. Ask a question first.")
    module = import_module(f"kb.export.to_{kind}")
    data: bytes = getattr(module, f"briefing_to_{kind}")(briefing)
    return data


def answers_to_file(
    kb: KnowledgeBase, answers: Sequence[Answer], kind: str, title: str = "", made: datetime | None = None
) -> tuple[str, bytes]:
    """Name and bytes of the file that these answers make; raises as :func:`export`."""
    briefing = answers_to_briefing(kb, answers, title, made)
    return export_name(briefing, kind), export(briefing, kind)


def export_name(briefing: Briefing, kind: str) -> str:
    """A name for the file that any system takes: title and day, ``what-did-notts-pay-2026-11-22.docx``."""
    asked = briefing.entries[0].question if len(briefing.entries) == 1 else ""
    plain = unicodedata.normalize("NFKD", briefing.title if briefing.named else asked or briefing.title)
    words = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower())
    name = words[:LONGEST_NAME].rsplit("-", 1)[0] if len(words) > LONGEST_NAME else words
    return f"{name.strip('-') or 'briefing'}-{briefing.made:%Y-%m-%d}.{kind}"
