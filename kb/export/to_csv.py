"""Briefing -> CSV: one row a citation, for Excel and for programs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from kb.export.briefing import Briefing
from kb.export.sections import Entry, Section, briefing_to_sections, clean

COLUMNS = (
    "question", "status", "answer", "values", "marker", "title", "file", "date", "page", "section", "row", "column",
    "value", "quote",
)  # fmt: skip
# Excel and its like run what begins so as a formula, even after white space; the wide forms too, in some languages.
_FORMULA = re.compile(r"^\s*[=+\-@＝＋－＠]|^[\t\r\n]")
_FIGURE = re.compile(r"^[+\-−]?\s?[£$€]?\s?\d[\d,. ]*\s?(?:%|[kmb]n?|million|billion)?$", re.IGNORECASE)


def briefing_to_csv(briefing: Briefing) -> bytes:
    """UTF-8 with the mark by which Excel knows it; an answer without citations has one row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for section, answer in zip(briefing_to_sections(briefing), briefing.entries, strict=True):
        writer.writerows([text_to_cell(text) for text in row] for row in section_to_rows(section, answer.values))
    return out.getvalue().encode("utf-8-sig")


def section_to_rows(section: Section, values: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """One row a source of an answer; one row with what is said instead, where there is none."""
    lines = [f"• {line.text}" if line.item else line.text for line in section.lines]
    status = "answered" if section.answered else "not found"
    head = (section.question, status, "\n".join(lines) or section.message, "; ".join(values))
    for source in section.sources:
        yield (*head, *source_to_cells(source))
    if not section.sources:
        yield (*head, *[""] * (len(COLUMNS) - len(head)))


def source_to_cells(source: Entry) -> tuple[str, ...]:
    cell = dict(source.cell)
    page, section = source.page, source.section
    named = (cell.get("Row", ""), cell.get("Column", ""), cell.get("Value", ""))
    return (str(source.number), source.title, source.file, source.date, page, section, *named, source.quote)


def text_to_cell(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would run it as a formula; figures stay figures."""
    text = clean(text)
    return f"'{text}" if _FORMULA.match(text) and not _FIGURE.match(text) else text
