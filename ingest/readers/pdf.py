"""PDF -> Document.

PDFium gives words and rules with their places, pypdf the outline, the page labels and the metadata.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.layout.blocks import Draft, Part, body_size, lines_to_leading, region_to_parts
from ingest.layout.columns import pages_to_regions
from ingest.layout.flow import join_broken, mark_captions_and_notes
from ingest.layout.furniture import find_furniture
from ingest.layout.headings import mark_headings
from ingest.layout.hyphens import Spelling, lines_to_text
from ingest.layout.lines import words_to_lines
from ingest.layout.page_numbers import furniture_to_labels
from ingest.layout.parts import Entry, Fault, Line, PageContent, RawTable
from ingest.layout.shown import boxes_as_shown
from ingest.layout.writing import (
    Sections,
    Writer,
    raw_to_header_rows,
    raw_to_rows,
    raw_to_table,
    write_block,
    write_table,
)
from ingest.readers.checks import check_is_pdf, document_id
from ingest.readers.heartbeat import page_done
from ingest.readers.pdf_pages import contents_to_warnings, data_to_contents
from ingest.readers.pdf_properties import Properties, read_properties
from ingest.tables.aligned import entries_with_aligned_tables
from ingest.tables.continued import join_continued
from ingest.tables.grid import merge_edges
from ingest.tables.ruled import content_to_ruled_tables, rules_outside
from ingest.tables.surroundings import finish_tables
from kb.model import Block, Document, Page, Table

# Rules nearer than this, in points, are one rule; a wider gap parts the headings above it.
TOUCHING = 0.6
BY_PICTURE = {Fault.RECOGNISED, Fault.RECOGNISED_BEFORE, Fault.UNSURE}
RECOGNISED_TABLE = "It was read from a picture by text recognition"


def read_pdf(path: Path, data: bytes) -> Document:
    """The Document of a PDF file.

    Raises UnreadableFile where the content is no PDF, needs a password, is damaged, or has no text.
    """
    check_is_pdf(path.name, data)
    contents = data_to_contents(path.name, data)
    properties = read_properties(data)
    parts, furniture = contents_to_parts(contents, properties)
    labels = {**furniture_to_labels(furniture), **properties.labels}
    recognised = {content.number for content in contents if set(content.faults) & BY_PICTURE}
    text, blocks, tables = write_document(parts, furniture, recognised)
    shown_blocks, shown_tables = boxes_as_shown(blocks, tables, contents)
    return Document(
        id=document_id(data),
        source=path.name,
        text=text,
        title=choose_title(properties.title, blocks, path),
        format="pdf",
        pages=tuple(Page(content.number, *content.shown_size, labels.get(content.number)) for content in contents),
        blocks=shown_blocks,
        tables=shown_tables,
        issuer=properties.author,
        date=properties.date,
        warnings=contents_to_warnings(contents),
    )


def contents_to_parts(
    contents: Sequence[PageContent], properties: Properties
) -> tuple[list[list[Part]], list[list[Line]]]:
    """Blocks and tables page by page in reading order, and the furniture of each page."""
    pages = [content_to_entries(content) for content in contents]
    body = body_size(line for entries in pages for entry in entries for line in entry_to_lines(entry))
    furniture = find_furniture(pages, [content.height for content in contents], body)
    running = [[line for e in entries if id(e) in furniture for line in entry_to_lines(e)] for entries in pages]
    pages = [[entry for entry in entries if id(entry) not in furniture] for entries in pages]
    regions, notes = pages_to_regions(pages, contents, body)
    leading = lines_to_leading(region for page in regions for region in page)
    flows = [[region_to_parts(region, lines_to_leading([region], leading)) for region in page] for page in regions]
    parts = [[part for flow in page for part in flow] for page in flows]
    mark_headings(parts, properties.outline, body)
    for page in parts:
        mark_captions_and_notes(page, body)
    parts = [[part for flow in join_broken(page) for part in flow] for page in flows]
    set_cell_texts(parts)
    parts = join_continued([[*page, *foot] for page, foot in zip(parts, notes, strict=True)])
    for content, lines in zip(contents, running, strict=True):
        lines.extend(words_to_lines(content.turned, content.number))
    return join_broken(parts), running


def content_to_entries(content: PageContent) -> list[Entry]:
    """Lines and tables of a page from top to bottom."""
    page_done()
    ruled, words = content_to_ruled_tables(content)
    lines = words_to_lines(words, content.number)
    entries: list[Entry] = sorted([*lines, *ruled], key=lambda entry: (entry.box.top, entry.box.x0))
    content.horizontal = rules_outside(content.horizontal, ruled)
    return entries_with_aligned_tables(entries, merge_edges(content.horizontal, TOUCHING), content.width)


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
    pages: Sequence[list[Part]], furniture: Sequence[list[Line]], recognised: Collection[int]
) -> tuple[str, list[Block], list[Table]]:
    """The document's text with its blocks and tables; ``recognised`` are the pages that were read from a picture."""
    writer, spelling = Writer(), parts_to_spelling(pages)
    written: list[Block | Table] = []
    headers: dict[str, int | None] = {}
    sections = Sections()
    for parts, running in zip(pages, furniture, strict=True):
        for part in [*(Draft([line], role="furniture") for line in running), *parts]:
            order = len(written)
            if isinstance(part, RawTable):
                table = raw_to_table(part, f"t{len(headers)}", order, sections.path)
                if recognised and not set(part.row_pages).isdisjoint(recognised):
                    table = replace(table, doubts=(RECOGNISED_TABLE,))
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
