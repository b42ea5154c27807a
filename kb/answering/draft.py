"""What the parts of answering hand to each other before markers are set: sentences with their source places."""

from __future__ import annotations

from dataclasses import dataclass

from kb.model import Box, Computation, TablePlace


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim piece of one page (or of a text without pages) that supports a sentence."""

    document_id: str
    text: str
    page: int | None
    section: str | None
    block_id: str | None = None
    boxes: tuple[Box, ...] = ()
    table: TablePlace | None = None


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence of an answer, quoted or computed, with the quotes that it rests on.

    ``lead`` is said before the sentence without being quoted from it (a section's title in brackets);
    ``item`` sets it as an item of a list.
    """

    text: str
    quotes: tuple[Quote, ...]
    item: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before its markers; ``confidence`` is between 0 and 1 and compares drafts of one question."""

    sentences: tuple[DraftSentence, ...]
    confidence: float
    values: tuple[str, ...] = ()
    computation: Computation | None = None
    form: str = "prose"
