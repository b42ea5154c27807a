"""PDF -> Document.

PDFium gives words and rules with their places, pypdf the outline, the page labels and the metadata.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.layout.blocks import Draft, Part, body_size, lines_to_leading, region_to_parts
from ingest.layout.flow import foot_lines, join_broken, lines_to_notes, mark_captions_and_notes
from ingest.layout.furniture import find_furniture
from ingest.layout.glyphs import page_to_content
from ingest.layout.headings import mark_headings
from ingest.layout.hyphens import Spelling, lines_to_text
from ingest.layout.lines import entries_to_regions, words_to_lines
from ingest.layout.parts import Entry, Line, PageContent, RawTable
from ingest.layout.writing import (
    Sections,
    Writer,
    raw_to_header_rows,
    raw_to_rows,
    raw_to_table,
    write_block,
    write_table,
)
from ingest.readers.checks import MAX_PAGES, check_is_pdf, document_id
from ingest.readers.pdf_properties import NO_PAGES, Properties, read_properties, why_not_opened
from ingest.tables.aligned import entries_with_aligned_tables
from ingest.tables.continued import join_continued
from ingest.tables.ruled import content_to_ruled_tables, rules_outside
from ingest.tables.surroundings import finish_tables
from kb.errors import UnreadableFile
from kb.model import Block, Document, Page, Table

PAGES_TO_SEARCH = 10
NO_TEXT = "The PDF has no text in it"
SCANNED = "This PDF holds only page images; text recognition (OCR) is not available yet"


def read_pdf(path: Path, data: bytes) -> Document:
    """The Document of a PDF file.

    Raises UnreadableFile where the content is no PDF, needs a password, is damaged, or has no text.
    """
    check_is_pdf(path.name, data)
    contents = data_to_contents(path.name, data)
    properties = read_properties(data)
    parts, furniture = contents_to_parts(contents, properties)
    text, blocks, tables = write_document(parts, furniture)
    return Document(
        id=document_id(data),
        source=path.name,
        text=text,
        title=choose_title(properties.title, blocks, path),
        format="pdf",
        pages=tuple(
            Page(content.number, content.width, content.height, properties.labels.get(content.number))
            for content in contents
        ),
        blocks=tuple(blocks),
        tables=tuple(tables),
        issuer=properties.author,
        date=properties.date,
    )


def data_to_contents(source: str, data: bytes) -> list[PageContent]:
    """The words and rules of every page; UnreadableFile where there are none."""
    with opened(source, data) as pdf:
        n_pages = len(pdf)
        if n_pages == 0:
            raise UnreadableFile(source, NO_PAGES)
        if n_pages > MAX_PAGES:
            raise UnreadableFile(source, f"The PDF has {n_pages} pages, the limit is {MAX_PAGES}")
        contents = [page_of(source, pdf, index) for index in range(n_pages)]
        if not any(content.words or content.turned for content in contents):
            raise UnreadableFile(source, SCANNED if has_images(pdf) else NO_TEXT)
    return contents


def has_images(pdf: Any) -> bool:
    """Whether any of the first pages shows a picture."""
    import pypdfium2.raw as raw

    pages = (pdf[index] for index in range(min(len(pdf), PAGES_TO_SEARCH)))
    return any(any(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)) for page in pages)


@contextmanager
def opened(source: str, data: bytes) -> Iterator[Any]:
    """The pypdfium2 document; refused where it needs a password or is damaged."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise UnreadableFile(source, why_not_opened(data)) from error
    try:
        yield pdf
    finally:
        pdf.close()


def page_of(source: str, pdf: Any, index: int) -> PageContent:
    """One page's words and rules; a document with a damaged page is refused, as its answers would have gaps."""
    import pypdfium2

    try:
        page = pdf[index]
        try:
            return page_to_content(page, index + 1)
        finally:
            page.close()
    except pypdfium2.PdfiumError as error:
        reason = f"Page {index + 1} of {len(pdf)} is damaged and cannot be read"
        raise UnreadableFile(source, reason) from error


def contents_to_parts(
    contents: Sequence[PageContent], properties: Properties
) -> tuple[list[list[Part]], list[list[Line]]]:
    """Blocks and tables page by page in reading order, and the furniture of each page."""
    pages = [content_to_entries(content) for content in contents]
    body = body_size(line for entries in pages for entry in entries for line in entry_to_lines(entry))
    furniture = find_furniture(pages, [content.height for content in contents], body)
    running = [[e for e in entries if isinstance(e, Line) and id(e) in furniture] for entries in pages]
    pages = [[entry for entry in entries if id(entry) not in furniture] for entries in pages]
    regions, notes = pages_to_regions(pages, contents, body)
    leading = lines_to_leading(region for page in regions for region in page)
    flows = [[region_to_parts(region, lines_to_leading([region], leading)) for region in page] for page in regions]
    parts = [[part for flow in page for part in flow] for page in flows]
    mark_headings(parts, properties.outline, body)
    for page in parts:
        mark_captions_and_notes(page, body)
    set_cell_texts(parts)
    parts = join_continued([[*page, *foot] for page, foot in zip(parts, notes, strict=True)])
    for content, lines in zip(contents, running, strict=True):
        lines.extend(words_to_lines(content.turned, content.number))
    return join_broken(parts), running


def content_to_entries(content: PageContent) -> list[Entry]:
    """Lines and tables of a page from top to bottom."""
    ruled, words = content_to_ruled_tables(content)
    lines = words_to_lines(words, content.number)
    entries: list[Entry] = sorted([*lines, *ruled], key=lambda entry: (entry.box.top, entry.box.x0))
    content.horizontal = rules_outside(content.horizontal, ruled)
    return entries_with_aligned_tables(entries)


def pages_to_regions(
    pages: Sequence[list[Entry]], contents: Sequence[PageContent], body: float
) -> tuple[list[list[list[Entry]]], list[list[Draft]]]:
    """Each page's columns in reading order, and its footnotes."""
    regions: list[list[list[Entry]]] = []
    notes: list[list[Draft]] = []
    for entries, content in zip(pages, contents, strict=True):
        foot = foot_lines(entries, content.horizontal, content.height, body)
        below = {id(line) for line in foot}
        notes.append(lines_to_notes(foot))
        regions.append(entries_to_regions([e for e in entries if id(e) not in below], content.width))
    return regions, notes


def set_cell_texts(pages: Sequence[list[Part]]) -> None:
    """The words of every table cell, line ends undone by the spelling of the whole document."""
    spelling = parts_to_spelling(pages)
    for parts in pages:
        for part in parts:
            if isinstance(part, RawTable):
                for cell in part.cells:
                    cell.text = " ".join(lines_to_text(cell.lines, spelling).split())


def parts_to_spelling(pages: Sequence[list[Part]]) -> Spelling:
    """The words of a document, tables included."""
    return Spelling(
        line
        for parts in pages
        for part in parts
        for line in (part.lines if isinstance(part, Draft) else entry_to_lines(part))
    )


def entry_to_lines(entry: Entry) -> list[Line]:
    """A line itself, or the lines in the cells of a table."""
    return [entry] if isinstance(entry, Line) else [line for cell in entry.cells for line in cell.lines]


def write_document(
    pages: Sequence[list[Part]], furniture: Sequence[list[Line]]
) -> tuple[str, list[Block], list[Table]]:
    """The document's text with its blocks and tables."""
    writer, spelling = Writer(), parts_to_spelling(pages)
    written: list[Block | Table] = []
    headers: dict[str, int | None] = {}
    sections = Sections()
    for parts, running in zip(pages, furniture, strict=True):
        for part in [*(Draft([line], role="furniture") for line in running), *parts]:
            order = len(written)
            if isinstance(part, RawTable):
                table = raw_to_table(part, f"t{len(headers)}", order, sections.path)
                headers[table.id] = raw_to_header_rows(part)
                written.append(write_table(writer, raw_to_rows(part), table))
                continue
            if part.role == "heading":
                sections.close(part.level)
            block = write_block(writer, part, f"b{order - len(headers)}", order, sections.path, spelling)
            if block is not None:
                written.append(block)
                if block.role == "heading":
                    sections.open(block.level, block.text)
    text = writer.text()
    blocks = [part for part in written if isinstance(part, Block)]
    return text, blocks, finish_tables(written, headers, text)


def choose_title(title: str | None, blocks: Sequence[Block], path: Path) -> str:
    """The metadata's title where it is one, else the first heading, else the file's name."""
    if title:
        return title
    return next((block.text for block in blocks if block.role == "heading"), path.stem)
