"""The last check of every answer: quotations verbatim in the source, pages right, markers and figures resolved."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from kb.answering.compose import not_found_to_answer
from kb.model import Answer, Citation, Document

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

logger = logging.getLogger(__name__)
MARKER = re.compile(r"\[(\d+)\]")


def verify(kb: KnowledgeBase, answer: Answer) -> Answer:
    """The answer if all its citations hold, else "not found" with what failed (and a line in the log)."""
    if answer.status != "answered":
        return answer
    problems = answer_to_problems(kb, answer)
    if not problems:
        return answer
    logger.error("an answer failed its check: %s; question %r", "; ".join(problems), answer.question)
    message = "An answer was drafted but failed its check against the source, so it is not shown: " + "; ".join(
        problems
    )
    return not_found_to_answer(answer.question, message, answer.retrieved)


def answer_to_problems(kb: KnowledgeBase, answer: Answer) -> list[str]:
    """What does not hold in an answer's citations; empty where all does."""
    problems = []
    said = {int(number) for number in MARKER.findall(answer.answer)}
    cited = {citation.marker for citation in answer.citations}
    if said != cited or not cited:
        problems.append(f"markers {sorted(said)} do not match sources {sorted(cited)}")
    for citation in answer.citations:
        document = kb.document(citation.document_id)
        if not quote_stands(document, citation):
            problems.append(f"source [{citation.marker}] is not verbatim in {citation.source}")
        if not page_holds(document, citation):
            problems.append(f"source [{citation.marker}] is not on page {citation.page} of {citation.source}")
    return problems


def quote_stands(document: Document, citation: Citation) -> bool:
    """Whether the quote stands in the document's text, or in the block that it was cut from (white space folded)."""
    quote = _fold(citation.quote)
    if citation.block_id is not None and quote in _fold(document.block(citation.block_id).text):
        return bool(quote)
    return bool(quote) and quote in _fold(document.text)


def page_holds(document: Document, citation: Citation) -> bool:
    """Whether the page exists and the cited block or table row has words on it."""
    if not document.pages:
        return citation.page is None
    if citation.block_id is not None:
        return any(piece.page == citation.page for piece in document.block(citation.block_id).pieces)
    if citation.table is not None and citation.table.row_index is not None:
        return document.table(citation.table.table_id).row_pages[citation.table.row_index] == citation.page
    return False


def _fold(text: str) -> str:
    return " ".join(text.split())
