"""Words that the terminal, the page and exported files share: where a source stands, its date, who worded an answer,
what was left out, and how a figure was worked out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.model import Answer, Citation, Computation
    from kb.store import DocumentInfo

SLIDE_SUFFIXES = frozenset((".pptx", ".pptm"))
SHEET_SUFFIXES = frozenset((".xlsx", ".xlsm"))

SIGNS = {"sum": " + ", "difference": " − ", "share": " ÷ "}
ARITHMETIC: dict[str, Callable[[str, int], str]] = {
    "sum": lambda terms, n: f"{terms} = ",
    "difference": lambda terms, n: f"{terms} = ",
    "share": lambda terms, n: f"{terms} = ",
    "average": lambda terms, n: f"({terms}) ÷ {n} = ",
    "max": lambda terms, n: f"The largest of these {n} figures: ",
    "min": lambda terms, n: f"The smallest of these {n} figures: ",
    "count": lambda terms, n: f"{n} rows, counted: ",
}


# Warnings of a reader begin with their pages: "Pages 1 to 3 and 7: a picture; its words were recognised by ..."
PAGES = re.compile(r"^Pages? ([\d, toand]+): (.*)")
RANGES = re.compile(r"(\d+)(?: to (\d+))?")
RECOGNISED = "These words were recognised from a picture of the page. Compare them with it."


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


def date_to_words(info: DocumentInfo) -> str:
    """The date as the document gives it, else the ISO date spelt out: ``24 April 2017``."""
    if info.date_text:
        return info.date_text
    if not info.date:
        return "no date"
    try:
        return day_to_words(date.fromisoformat(info.date))
    except ValueError:
        return info.date


def day_to_words(day: date) -> str:
    """``24 April 2017``."""
    return f"{day.day} {day:%B %Y}"


def computation_to_arithmetic(computation: Computation) -> str:
    """The sum to redo with a pencil, without its result: ``27.6% − 23.0% = ``."""
    terms = SIGNS.get(computation.operation, " + ").join(cell.value for cell in computation.inputs)
    return ARITHMETIC[computation.operation](terms, len(computation.inputs))


def page_to_doubt(warnings: Sequence[str], page: int | None) -> str:
    """What to know before quoting from a page: that its words were recognised from a picture. Mostly nothing."""
    for warning in warnings:
        match = PAGES.match(warning)
        if match is None or page is None or "recognised" not in match[2]:
            continue
        if any(int(first) <= page <= int(last or first) for first, last in RANGES.findall(match[1])):
            return RECOGNISED
    return ""
