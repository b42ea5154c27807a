"""`kb tables`: the tables of a file or of the knowledge base, as JSON or as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import HomeOption

if TYPE_CHECKING:
    from kb.model import Cell, Document, Table


def tables(
    path: Annotated[Path | None, typer.Argument(metavar="[PATH]", help="A file; needs no knowledge base.")] = None,
    document: Annotated[
        str | None, typer.Option(metavar="ID", help="A document of the knowledge base (id or file name).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of table objects as JSON.")] = False,
    overlay: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write each page as an image (PNG) with what was seen drawn on it."),
    ] = None,
    pages: Annotated[
        str | None, typer.Option(metavar="PAGES", help="Only these pages of a file, such as 3-7 or 1,4-6.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Show the tables of a file or of the documents."""
    from app.cli.overlay import draw_overlays, on_pages, text_to_pages

    if path is not None and document is not None:
        raise typer.BadParameter("Name a file or a --document, not both.")
    if overlay is not None and path is None and document is None:
        raise typer.BadParameter("Name the file or the --document whose pages are to be drawn.")
    chosen = text_to_pages(pages) if pages is not None else None
    documents = [on_pages(one, chosen) for one in documents_to_show(path, document, home)]
    if overlay is not None and (len(documents) > 1 or (path is not None and documents[0].source != path.name)):
        raise typer.BadParameter("Name a single PDF: pages of files in an archive or mail are not drawn.")
    if overlay is not None:
        draw_overlays(documents[0], path or kept_file(documents[0], home), overlay, chosen)
    if as_json:
        from app.cli.output import write_json

        write_json([table_to_json(table, one) for one in documents for table in one.tables])
    elif overlay is None:
        for one in documents:
            show_tables(one)


def documents_to_show(path: Path | None, name: str | None, home: Path | None) -> list[Document]:
    """Those in the file at ``path`` (an archive has several), else the named one, else all of the knowledge base."""
    if path is not None:
        from ingest.readers.bounded import read_documents

        return read_documents(path)
    from app.cli.options import open_knowledge_base
    from app.cli.questions import find_document

    with open_knowledge_base(home) as kb:
        ids = [find_document(kb, name)] if name is not None else [document.id for document in kb.documents()]
        return [kb.document(document_id) for document_id in ids]


def kept_file(document: Document, home: Path | None) -> Path:
    """The knowledge base's copy of a document's file; NotFound where none was kept."""
    from app.cli.options import open_knowledge_base
    from kb.errors import NotFound

    with open_knowledge_base(home) as kb:
        path = kb.file(document.id)
    if path is None:
        raise NotFound(f"There is no copy of {document.source} to draw its pages from. Name the file itself.")
    return path


def table_to_json(table: Table, document: Document) -> dict[str, object]:
    """The table as the fixed JSON contract has it, with its notes, total rows, confidence and doubts; a table joined
    over pages has "row_pages" too.

    ``header`` and ``rows`` repeat a spanning cell's text in every place that it covers; ``spans`` has one
    [row, column, rowspan, colspan] a spanning cell, header rows counted first, as they are in
    ``total_rows``; ``bbox`` is in PDF points from the top left. ``confidence`` is between 0 and 1, and ``doubts`` say
    in words why it is not 1.
    """
    grid = table.grid()
    spans = [
        [cell.row, cell.column, cell.rowspan, cell.colspan]
        for cell in table.cells
        if cell.rowspan > 1 or cell.colspan > 1
    ]
    made: dict[str, object] = {
        "document_id": document.id,
        "source": document.source,
        "page": table.page,
        "caption": table.caption,
        "unit": table.unit,
        "header": grid[: table.header_rows],
        "rows": grid[table.header_rows :],
        "spans": spans,
        "bbox": [table.box.x0, table.box.top, table.box.x1, table.box.bottom] if table.box else None,
        "notes": list(table.notes),
        "total_rows": list(table.total_rows),
        "confidence": table.confidence,
        "doubts": list(table.doubts),
    }
    if len(set(table.row_pages)) > 1:
        made["row_pages"] = list(table.row_pages)
    return made


def word_widths(table: Table) -> list[int]:
    """The length of the longest word of each column, so that no figure is broken over two lines."""
    columns = zip(*table.grid(), strict=True)
    return [max((len(word) for text in column for word in text.split()), default=1) for column in columns]


def cell_to_words(cell: Cell | None) -> str:
    """A cell's text with its footnote marks; a question mark behind what is doubtful."""
    if cell is None:
        return ""
    marks = "".join(f"[{mark}]" if mark.isalnum() else mark for mark in cell.marks)
    return f"{cell.text}{marks}{' (?)' if cell.doubtful else ''}"


def show_tables(document: Document) -> None:
    """Print the tables of a document with their captions and pages."""
    from rich import box
    from rich.table import Table as RichTable

    from app.cli.output import console, printable
    from app.wording import page_to_words

    out = console()
    if not document.tables:
        out.print(f"{printable(document.source)}: no tables", style="yellow")
    for warning in document.warnings:
        out.print(f"{printable(document.source)}: {printable(warning)}", style="yellow")
    for number, table in enumerate(document.tables, start=1):
        section = f", {table.section[-1]}" if table.section else ""  # of a format without pages, say the sheet
        page = f", {page_to_words(document.source, table.page)}" if table.page is not None else section
        unit = f" ({table.unit})" if table.unit else ""
        sure = f", confidence {table.confidence:.2f}" if table.confidence < 1 else ""
        heading = f"{document.source}{page}: table {number}{unit}{sure}  {table.caption or ''}"
        out.print(printable(heading).rstrip(), style="bold")
        drawn = RichTable(box=box.SQUARE, show_header=table.header_rows > 0, show_lines=True)
        widths = word_widths(table)
        for heading, width in zip(table.headers(), widths, strict=True):
            drawn.add_column(printable(heading), overflow="fold", min_width=width)
        for row in table.grid_cells()[table.header_rows :]:
            drawn.add_row(*[printable(cell_to_words(cell)) for cell in row])
        # Rather wider than the terminal than with a figure cut in two.
        out.print(drawn, width=max(out.width, sum(widths) + 3 * len(widths) + 1), crop=False)
        for note in table.notes:
            out.print(f"  {printable(note)}")
        for doubt in table.doubts:
            out.print(f"  check: {printable(doubt)}", style="yellow")
