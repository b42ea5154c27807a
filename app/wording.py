"""Words that the terminal and the page share: where a source stands, who worded an answer, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.model import Answer, Citation

SLIDE_SUFFIXES = frozenset((".pptx", ".pptm"))
SHEET_SUFFIXES = frozenset((".xlsx", ".xlsm"))


def page_word(source: str) -> str:
    """What a page of the file is called."""
    return "slide" if PurePath(source).suffix.lower() in SLIDE_SUFFIXES else "page"


def page_to_words(source: str, page: int | None, last: int = 0) -> str:
    """``page 3``, ``slide 3 of 12`` with ``last``; nothing where there is no page."""
    if page is None:
        return ""
    return f"{page_word(source)} {page}" + (f" of {last}" if last else "")


def pages_to_words(source: str, count: int) -> str:
    """``1 page``, ``12 slides``."""
    return f"{count} {page_word(source)}{'' if count == 1 else 's'}"


def section_to_path(source: str, section: Sequence[str]) -> list[str]:
    """The titles of the headings above a place, outermost first; a workbook's sheet is called one."""
    titles = [title for title in section if title]
    if titles and PurePath(source).suffix.lower() in SHEET_SUFFIXES:
        titles[0] = f"sheet “{titles[0]}”"
    return titles


def citation_to_where(citation: Citation) -> list[str]:
    """Page or slide, section or sheet, and cell of a citation, as far as each is known."""
    section = " › ".join(section_to_path(citation.source, (citation.section or "").split(" > ")))
    reference = citation.table.reference if citation.table else None
    parts = [page_to_words(citation.source, citation.page), section, f"cell {reference}" if reference else ""]
    return [part for part in parts if part]


def answer_to_remarks(answer: Answer) -> list[str]:
    """One line for each thing that a reader of an answer should know about its wording; mostly none.

    That a language model worded it, or why it did not though one is set, and what failed the check.
    """
    remarks = []
    if answer.wording.by != "documents":
        remarks.append(
            f"Worded by {answer.wording.by}. Its figures, names and quotations were checked against the sources."
        )
    elif answer.wording.fallback:
        remarks.append(f"In the documents' own words, as the language model gave none: {answer.wording.fallback}.")
    if answer.status == "answered" and answer.check and answer.check.dropped:
        remarks.append(f"Left out, as it failed the check: {'; '.join(answer.check.dropped)}.")
    return remarks
