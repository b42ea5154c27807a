"""A comparison as Word, Markdown or CSV, in the same dress and with the same table of sources as other exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from kb.compare import Cell, Column, Grid, Row
from kb.export.briefing import Briefing, answers_to_briefing
from kb.export.sections import (
    ABOUT,
    ALL_SOURCES,
    ALL_SOURCES_CAPTION,
    answer_to_lines,
    briefing_to_about,
    briefing_to_sections,
    briefing_to_sources,
    briefing_to_summary,
    briefing_to_warning,
    clean,
)

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

KINDS = ("docx", "md", "csv")
TITLES = {"document": "Documents compared", "force": "Forces compared"}
WHO = {"document": "Document", "force": "Force"}
NOTHING = "Nothing found."
CSV_HEADINGS = (
    "question", "asked", "date", "file", "outcome", "answer", "figures", "mark", "note", "figures side by side",
    "sources",
)  # fmt: skip
OUTCOMES = {"says": "says something", "silent": "nothing found", "not asked": "not asked", "waiting": "not asked"}
CELL_WIDTHS = (4.8, 11.2)
SOURCES_WIDTHS = (1.1, 5.0, 2.2, 3.5, 4.2)


def grid_to_file(kb: KnowledgeBase, grid: Grid, kind: str, made: datetime | None = None) -> bytes:
    """The grid as a file of a kind of KINDS; ``made`` is now where it is not given.

    Every source is looked up again in ``kb``; one that is not found at its place is said to be so.
    """
    said = [cell.answer for row in grid.rows for cell in row.cells if cell.state == "says" and cell.answer is not None]
    briefing = answers_to_briefing(kb, said, TITLES[grid.columns[0].by], made)
    writers = {"docx": grid_to_docx, "md": grid_to_markdown, "csv": grid_to_csv}
    return writers[kind](grid, briefing)


def grid_to_name(grid: Grid, kind: str, made: datetime) -> str:
    """A name for the file."""
    return f"{TITLES[grid.columns[0].by].lower().replace(' ', '-')}-{made:%Y-%m-%d}.{kind}"


# ------------------------------------------------------------------------------------------------------ in words


def column_to_words(column: Column) -> str:
    """A document with its date, or a force."""
    return clean(f"{column.label} ({column.date})" if column.date else column.label)


def cell_to_words(cell: Cell, mark: str, briefing: Briefing) -> str:
    """What a cell says, a line a paragraph, with markers under the numbers of the briefing."""
    if cell.state == "says" and cell.answer is not None:
        numbers = briefing.numbers(cell.answer)
        lines = [("• " if line.item else "") + line.text for line in answer_to_lines(cell.answer, numbers)]
    else:
        lines = [NOTHING if cell.state == "silent" else "Not asked."]
    return "\n".join([*lines, *(f"({clean(text)})" for text in (mark, cell.note) if text)])


def row_to_rows(grid: Grid, row: Row, briefing: Briefing) -> list[tuple[str, str]]:
    """A line a column: who, and what it says."""
    marks = row.finding.marks or ("",) * len(row.cells)
    return [
        (column_to_words(column), cell_to_words(cell, mark, briefing))
        for column, cell, mark in zip(grid.columns, row.cells, marks, strict=True)
    ]


def row_to_summary(row: Row) -> str:
    """How many say something, and what their figures show."""
    said = sum(cell.state == "says" for cell in row.cells)
    asked = said + sum(cell.state == "silent" for cell in row.cells)
    return f"{said} of {asked} say something. {row.finding.words}".strip()


# --------------------------------------------------------------------------------------------------------- files


def grid_to_docx(grid: Grid, briefing: Briefing) -> bytes:
    """A Word file: a heading and a table a question, then the table of sources."""
    import docx

    from kb.export.docx_styles import NOT_FOUND, make_styles, number_pages, set_properties
    from kb.export.to_docx import Tables, document_to_bytes

    document = docx.Document()
    set_properties(document, briefing.title, briefing.made)
    make_styles(document)
    number_pages(document, briefing.title, not_public=bool(briefing.not_public))
    tables = Tables(document)
    document.add_paragraph(briefing.title, style="Title")
    document.add_paragraph(briefing_to_summary(briefing), style="Subtitle")
    if warning := briefing_to_warning(briefing):
        document.add_paragraph(style=NOT_FOUND).add_run(warning).bold = True
    headings = (WHO[grid.columns[0].by], "What it says")
    for row in grid.rows:
        document.add_heading(clean(row.question), level=1)
        document.add_paragraph(row_to_summary(row)).paragraph_format.keep_with_next = True
        tables.add(clean(row.question), headings, row_to_rows(grid, row, briefing), CELL_WIDTHS)
    if briefing.sources:
        document.add_heading(ALL_SOURCES, level=1)
        tables.add(ALL_SOURCES_CAPTION, *briefing_to_plain_sources(briefing), SOURCES_WIDTHS, small=True)
    document.add_heading(ABOUT, level=1)
    for text in grid_to_about(grid, briefing):
        document.add_paragraph(text)
    return document_to_bytes(document, briefing.made)


def grid_to_markdown(grid: Grid, briefing: Briefing) -> bytes:
    """Markdown: a heading and a table a question, then the table of sources."""
    return ("\n\n".join(grid_to_blocks(grid, briefing)) + "\n").encode("utf-8")


def grid_to_blocks(grid: Grid, briefing: Briefing) -> Iterator[str]:
    from kb.export.to_md import escape, inline, rows_to_table

    yield f"# {escape(briefing.title)}"
    if warning := briefing_to_warning(briefing):
        yield f"**{inline(warning)}**"
    yield escape(briefing_to_summary(briefing))
    headings = (WHO[grid.columns[0].by], "What it says")
    for row in grid.rows:
        yield f"## {escape(clean(row.question))}"
        yield escape(row_to_summary(row))
        yield rows_to_table(headings, row_to_rows(grid, row, briefing))
    if briefing.sources:
        yield f"## {ALL_SOURCES}"
        yield rows_to_table(*briefing_to_plain_sources(briefing), marked=True)
    yield f"## {ABOUT}"
    yield from (escape(text) for text in grid_to_about(grid, briefing))


def briefing_to_plain_sources(briefing: Briefing) -> tuple[list[str], list[list[str]]]:
    """The table of all sources without the column that says which answer each belongs to."""
    headings, rows = briefing_to_sources(briefing)
    return headings[: len(SOURCES_WIDTHS)], [row[: len(SOURCES_WIDTHS)] for row in rows]


def grid_to_about(grid: Grid, briefing: Briefing) -> list[str]:
    """How to read the comparison, and what it was made of."""
    about = {
        "document": "Each document was asked alone. Figures are compared as they stand: see their sources for whether "
        "they measure the same thing.",
        "force": "What is shown for a force are only sentences and table cells that name the force themselves.",
    }
    # The briefing counts answers among those that say something; here all cells count.
    told = [text for text in briefing_to_about(briefing) if text]
    missing = "Nothing found means that no passage answers the question closely enough."
    return [about[grid.columns[0].by], missing, told[0], told[-1]]


def grid_to_csv(grid: Grid, briefing: Briefing) -> bytes:
    """One row a cell, in UTF-8 with the mark by which Excel knows it."""
    from kb.export.to_csv import text_to_cell

    sections = iter(briefing_to_sections(briefing))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_HEADINGS)
    for row in grid.rows:
        marks = row.finding.marks or ("",) * len(row.cells)
        for column, cell, mark in zip(grid.columns, row.cells, marks, strict=True):
            says = cell.state == "says" and cell.answer is not None
            sources = next(sections).sources if says else ()
            cited = "\n".join(f"[{source.number}] {source.place}: {source.proof}" for source in sources)
            words = cell_to_words(Cell(cell.state, cell.answer), "", briefing) if says else ""
            texts = [row.question, column.label, column.date, column.source, OUTCOMES[cell.state], words]
            texts += ["; ".join(cell.figures), mark, cell.note, row.finding.words, cited]
            writer.writerow([text_to_cell(clean(text)) for text in texts])
    return out.getvalue().encode("utf-8-sig")
