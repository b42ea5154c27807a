"""`kb tables`: the tables of a file or of the knowledge base, as JSON or as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import HomeOption

if TYPE_CHECKING:
    from kb.model import Document, Table


def tables(
    path: Annotated[Path | None, typer.Argument(metavar="[PATH]", help="A file; needs no knowledge base.")] = None,
    document: Annotated[
        str | None, typer.Option(metavar="ID", help="A document of the knowledge base (id or file name).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of table objects as JSON.")] = False,
    home: HomeOption = None,
) -> None:
    """Show the tables of a file or of the documents."""
    if path is not None and document is not None:
        raise typer.BadParameter("Name a file or a --document, not both.")
    documents = documents_to_show(path, document, home)
    if as_json:
        from app.cli.output import write_json

        write_json([table_to_json(table, one) for one in documents for table in one.tables])
        return
    for one in documents:
        show_tables(one)


def documents_to_show(path: Path | None, name: str | None, home: Path | None) -> list[Document]:
    """The document read from ``path``, else the named one, else all of the knowledge base."""
    if path is not None:
        from ingest.readers import read

        return [read(path)]
    from app.cli.options import open_knowledge_base
    from app.cli.questions import find_document

    with open_knowledge_base(home) as kb:
        ids = [find_document(kb, name)] if name is not None else [document.id for document in kb.documents()]
        return [kb.document(document_id) for document_id in ids]


def table_to_json(table: Table, document: Document) -> dict[str, object]:
    """The table as the fixed JSON contract has it; a table joined over pages has "row_pages" too.

    ``header`` and ``rows`` repeat a spanning cell's text in every place that it covers; ``spans`` has one
    [row, column, rowspan, colspan] a spanning cell, header rows counted first; ``bbox`` is in PDF points from
    the top left.
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
    }
    if len(set(table.row_pages)) > 1:
        made["row_pages"] = list(table.row_pages)
    return made


def word_widths(table: Table) -> list[int]:
    """The length of the longest word of each column, so that no figure is broken over two lines."""
    columns = zip(*table.grid(), strict=True)
    return [max((len(word) for text in column for word in text.split()), default=1) for column in columns]


def show_tables(document: Document) -> None:
    """Print the tables of a document with their captions and pages."""
    from rich import box
    from rich.table import Table as RichTable

    from app.cli.output import console, printable

    out = console()
    if not document.tables:
        out.print(f"{printable(document.source)}: no tables", style="yellow")
    for number, table in enumerate(document.tables, start=1):
        page = f", page {table.page}" if table.page is not None else ""
        unit = f" ({table.unit})" if table.unit else ""
        heading = f"{document.source}{page}: table {number}{unit}  {table.caption or ''}"
        out.print(printable(heading).rstrip(), style="bold")
        drawn = RichTable(box=box.SQUARE, show_header=table.header_rows > 0, show_lines=True)
        widths = word_widths(table)
        for heading, width in zip(table.headers(), widths, strict=True):
            drawn.add_column(printable(heading), overflow="fold", min_width=width)
        for row in table.grid()[table.header_rows :]:
            drawn.add_row(*[printable(text) for text in row])
        # Rather wider than the terminal than with a figure cut in two.
        out.print(drawn, width=max(out.width, sum(widths) + 3 * len(widths) + 1), crop=False)
        for doubt in table.doubts:
            out.print(f"  check: {printable(doubt)}", style="yellow")
