"""Briefing -> Word: styles of Word's own, so that it can be pasted into minutes and takes on their looks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kb.export.briefing import Briefing
from kb.export.docx_styles import (
    NEAR_PLACE,
    NEAREST_QUOTE,
    NOT_FOUND,
    SOURCE,
    TABLE_END,
    make_styles,
    number_pages,
    set_cell,
    set_properties,
)
from kb.export.sections import (
    ABOUT,
    ALL_SOURCES,
    ALL_SOURCES_CAPTION,
    AT_A_GLANCE,
    AT_A_GLANCE_CAPTION,
    NEAREST,
    Entry,
    Section,
    briefing_to_about,
    briefing_to_glance,
    briefing_to_sections,
    briefing_to_sources,
    briefing_to_summary,
    briefing_to_warning,
    clean,
)

if TYPE_CHECKING:
    from docx.document import Document

ROWS_TOGETHER = 10  # a table with no more rows stays on one page
GLANCE_WIDTHS = (1.1, 9.9, 5.0)
SOURCES_WIDTHS = {5: (1.1, 5.0, 2.2, 3.5, 4.2), 6: (1.1, 4.4, 2.1, 3.1, 3.5, 1.8)}


def briefing_to_docx(briefing: Briefing) -> bytes:
    """A Word file on A4: title, the list of questions where there are several, a section each, the table of sources."""
    import docx

    document = docx.Document()
    set_properties(document, clean(briefing.title), briefing.made)
    make_styles(document)
    number_pages(document, clean(briefing.title), not_public=bool(briefing.not_public))
    tables = Tables(document)
    sections = briefing_to_sections(briefing)
    document.add_paragraph(clean(briefing.title), style="Title")
    document.add_paragraph(briefing_to_summary(briefing), style="Subtitle")
    if warning := briefing_to_warning(briefing):
        document.add_paragraph(style=NOT_FOUND).add_run(warning).bold = True
    if len(sections) > 1:
        document.add_heading(AT_A_GLANCE, level=1)
        rows = briefing_to_glance(sections)
        tables.add(AT_A_GLANCE_CAPTION, ("No.", "Question", "Answer"), rows, GLANCE_WIDTHS)
    for section in sections:
        add_section(document, tables, section, several=len(sections) > 1)
    if briefing.sources:
        document.add_heading(ALL_SOURCES, level=1)
        headings, sources = briefing_to_sources(briefing)
        tables.add(ALL_SOURCES_CAPTION, headings, sources, SOURCES_WIDTHS[len(headings)], small=True)
    document.add_heading(ABOUT, level=1)
    for text in briefing_to_about(briefing):
        document.add_paragraph(text)
    return document_to_bytes(document, briefing.made)


def add_section(document: Document, tables: Tables, section: Section, several: bool) -> None:
    """A question as heading, with its answer and sources, or that nothing was found and what came near."""
    document.add_heading(section.title(several), level=1)
    for line in section.lines:
        document.add_paragraph(line.text, style="List Bullet" if line.item else None)
    if section.message:
        style = None if section.answered else NOT_FOUND
        document.add_paragraph(style=style).add_run(section.message).bold = not section.answered
    for remark in section.remarks:
        document.add_paragraph().add_run(remark).italic = True
    if section.worked:
        worked = section.worked
        widths = (9.0, 3.5, 3.5) if len(worked.headings) == 3 else (12.0, 4.0)
        tables.add(worked.caption, worked.headings, worked.rows, widths, figures=True)
        paragraph = document.add_paragraph(worked.arithmetic)
        paragraph.add_run(worked.result).bold = True
    if section.sources:
        document.add_heading("Sources" if len(section.sources) > 1 else "Source", level=2)
        for source in section.sources:
            add_source(document, source)
    if section.near:
        document.add_heading(NEAREST, level=2)
        for near in section.near:
            document.add_paragraph(near.where, style=NEAR_PLACE).paragraph_format.keep_with_next = True
            document.add_paragraph(f"“{near.text}”", style=NEAREST_QUOTE)


def add_source(document: Document, source: Entry) -> None:
    """Number, document and place; the cell, where it is one; the quotation in the style for quotations."""
    paragraph = document.add_paragraph(f"[{source.number}]\t{source.place}.", style=SOURCE)
    paragraph.paragraph_format.keep_with_next = True
    if source.cell:
        paragraph.add_run().add_break()
        paragraph.add_run(f"{source.cell_words}.")
    if source.problem:
        paragraph.add_run().add_break()
        paragraph.add_run(source.problem).bold = True
    document.add_paragraph(f"“{source.quote}”", style="Quote")


class Tables:
    """Adds tables with numbered captions, headings that are repeated on each page, and a description."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.count = 0

    def add(
        self,
        caption: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        figures: bool = False,
        small: bool = False,
    ) -> None:
        """Add a table; ``widths`` are in cm, and with ``figures`` the last column is set to the right."""
        from docx.shared import Cm

        from kb.export.docx_styles import add_field, describe, keep_with_next, repeat_headings

        self.count += 1
        title = self.document.add_paragraph("Table ", style="Caption")
        add_field(title, "SEQ Table \\* ARABIC", str(self.count))
        title.add_run(f": {caption}")
        title.paragraph_format.keep_with_next = True
        table = self.document.add_table(rows=len(rows) + 1, cols=len(headings), style="Table Grid")
        table.autofit = False
        describe(table, caption)
        repeat_headings(table)
        for place, texts in enumerate([headings, *rows]):
            row = table.rows[place]
            for column, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                cell.width = Cm(widths[column])
                set_cell(cell, text, bold=not place, right=figures and column == len(headings) - 1, small=small)
            if place < len(rows) <= ROWS_TOGETHER:
                keep_with_next(row)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        self.document.add_paragraph(style=TABLE_END)


def document_to_bytes(document: Any, made: datetime) -> bytes:
    """The file with the times in its archive set to when it was made, so that the same briefing is the same bytes."""
    saved, out = io.BytesIO(), io.BytesIO()
    document.save(saved)
    stamp = max(made.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(saved) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            copy.writestr(info, archive.read(name))
    return out.getvalue()
