"""What a page says, in reading order; a document without pages is read in stretches of about a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kb.errors import NotFound
from kb.model import Block, Cell, Document, Table, reading_order

# Characters of a stretch of a document without pages: about two printed pages.
STRETCH = 6_000


@dataclass(frozen=True, slots=True)
class PageText:
    """The ``number``-th of ``count`` pages, or stretches where ``page`` is None; ``number`` is 1-based.

    ``text`` has a paragraph, heading or table row a line, and blank lines between blocks. A row has its cells parted by
    `` | ``, as many as there are columns, blank ones too, so that no figure slips under another heading. ``sections``
    are the headings that what stands there is under, and ``tables`` the ids of its tables.
    """

    number: int
    count: int
    page: int | None
    label: str | None
    text: str
    sections: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


def page_text(document: Document, number: int) -> PageText:
    """One page of a document, or one stretch of a document without pages. NotFound says how many there are."""
    count = len(document.pages)
    if count:
        page = next((page for page in document.pages if page.number == number), None)
        if page is None:
            raise NotFound(f"{document.source} has {counted(count, 'page')}; there is no page {number}.")
        parts = [part for part in parts_to_read(document) if number in part_to_pages(part)]
        return parts_to_page_text(parts, number, count, number, page.label)
    stretches = document_to_stretches(document)
    if not 1 <= number <= len(stretches):
        raise NotFound(
            f"{document.source} has no pages; it is read in {counted(len(stretches), 'part')}, "
            f"and there is no part {number}."
        )
    return parts_to_page_text(stretches[number - 1], number, len(stretches), None, None)


def counted(count: int, noun: str) -> str:
    """``1 page``, ``12 pages``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def parts_to_read(document: Document) -> Iterator[Block | Table]:
    """Blocks and tables in reading order, running heads and page numbers left out."""
    return (part for part in reading_order(document) if isinstance(part, Table) or part.role != "furniture")


def part_to_pages(part: Block | Table) -> set[int | None]:
    """The pages on which a block or table stands."""
    return set(part.row_pages) if isinstance(part, Table) else {piece.page for piece in part.pieces}


def document_to_stretches(document: Document) -> list[list[Block | Table]]:
    """The whole document in runs of parts, each as long as STRETCH allows; one empty run where there is nothing."""
    stretches: list[list[Block | Table]] = [[]]
    length = 0
    for part in parts_to_read(document):
        own = len(part_to_text(part, None))
        if stretches[-1] and length + own > STRETCH:
            stretches.append([])
            length = 0
        stretches[-1].append(part)
        length += own
    return stretches


def parts_to_page_text(
    parts: Iterable[Block | Table], number: int, count: int, page: int | None, label: str | None
) -> PageText:
    """Parts of a document as the text of one page (None: of a stretch, whole)."""
    parts = list(parts)
    sections = [title for part in parts for title in part.section]
    tables = tuple(part.id for part in parts if isinstance(part, Table))
    text = "\n\n".join(text for part in parts if (text := part_to_text(part, page)))
    return PageText(number, count, page, label, text, tuple(dict.fromkeys(sections)), tables)


def part_to_text(part: Block | Table, page: int | None) -> str:
    """The words of a block, or the rows of a table below its caption, that stand on the page (None: all)."""
    if isinstance(part, Table):
        rows = [
            line
            for row, cells in enumerate(part.grid_cells())
            if (page is None or row < part.header_rows or row_to_page(part, row) == page)
            and (line := cells_to_line(cells))
        ]
        heading = [part.caption] if part.caption else []
        return "\n".join([*heading, *rows, *part.notes])
    if page is None:
        return part.text
    pieces = [piece for piece in part.pieces if piece.page == page]
    return part.text[min(p.start for p in pieces) : max(p.end for p in pieces)] if pieces else ""


def row_to_page(table: Table, row: int) -> int | None:
    """The page on which a row stands."""
    return table.row_pages[row] if row < len(table.row_pages) else table.page


def cells_to_line(cells: Sequence[Cell | None]) -> str:
    """A row's cells, a spanning one in every column that it covers; one that spans all of them is said once."""
    texts = [" ".join(cell.text.split()) if cell else "" for cell in cells]
    if len({id(cell) for cell in cells}) == 1:
        return texts[0]
    return " | ".join(texts) if any(texts) else ""
