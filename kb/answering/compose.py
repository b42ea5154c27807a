"""Draft -> Answer: markers numbered in order of appearance, one number for each source place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.answering.draft import Draft, Quote
from kb.model import Answer, Citation, Retrieved

NOT_FOUND = "Not found in these documents."


def draft_to_answer(
    asked: str, draft: Draft, names: Mapping[str, tuple[str, str]], retrieved: Sequence[Retrieved]
) -> Answer:
    """The answered Answer of a draft; ``names`` maps a document's id to its source and title."""
    numbers: dict[tuple[object, ...], int] = {}
    citations: list[Citation] = []
    lines: list[str] = []
    for sentence in draft.sentences:
        markers = []
        for quote in sentence.quotes:
            key = _place(quote)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                citations.append(quote_to_citation(numbers[key], quote, names))
            markers.append(f"[{numbers[key]}]")
        text = f"{sentence.text} {''.join(dict.fromkeys(markers))}".strip()
        lines.append(f"- {text}" if sentence.item else text)
    return Answer(
        question=asked,
        status="answered",
        answer=_join(lines),
        values=draft.values,
        citations=tuple(citations),
        retrieved=tuple(retrieved),
        computation=draft.computation,
    )


def not_found_to_answer(asked: str, message: str, retrieved: Sequence[Retrieved]) -> Answer:
    """The Answer that says so where the documents do not; the nearest passages are in ``retrieved``."""
    return Answer(question=asked, status="not_found", answer=NOT_FOUND, message=message, retrieved=tuple(retrieved))


def _place(quote: Quote) -> tuple[object, ...]:
    cell = (quote.table.table_id, quote.table.row_index, quote.table.column_index) if quote.table else None
    return quote.document_id, quote.page, quote.text, cell


def quote_to_citation(marker: int, quote: Quote, names: Mapping[str, tuple[str, str]]) -> Citation:
    """The Citation of a quote under a marker."""
    source, title = names[quote.document_id]
    return Citation(
        marker=marker,
        document_id=quote.document_id,
        source=source,
        title=title,
        page=quote.page,
        section=quote.section,
        quote=quote.text,
        table=quote.table,
        block_id=quote.block_id,
        boxes=quote.boxes,
    )


def _join(lines: Sequence[str]) -> str:
    """Sentences run on; list items stand on lines of their own."""
    text = ""
    for line in lines:
        separator = "" if not text else "\n" if line.startswith("- ") else " " if not text.endswith("\n") else ""
        text += separator + line
    return text
