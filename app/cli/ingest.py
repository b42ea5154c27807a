"""`kb ingest`: files and folders into the knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import HomeOption

if TYPE_CHECKING:
    from ingest.pipeline import Report
    from kb.store import DocumentInfo


def ingest(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Files or folders (default: the shipped documents)."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Read documents into the knowledge base.

    What has not changed is not read again; a file that cannot be read is named with its reason.
    """
    from app.cli.errors import REFUSED
    from app.cli.options import load_embedder, open_knowledge_base
    from app.cli.progress import ingesting
    from ingest.pipeline import ingest as ingest_paths

    with open_knowledge_base(home, create=True) as kb:
        kb.purge_discarded()
        with ingesting() as progress:
            report = ingest_paths(paths or [], kb, load_embedder(home), progress)
        show_report(report, {document.id: document for document in kb.documents()}, kb.home)
    if report.refused:
        raise typer.Exit(REFUSED)


def reread(
    documents: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Ids or file names (default: all that an older version has read)."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Read documents again from the copies that are kept, as this version reads them.

    What was corrected of them stays corrected.
    """
    from app.cli.errors import REFUSED
    from app.cli.options import load_embedder, open_knowledge_base
    from app.cli.output import console
    from app.cli.progress import ingesting
    from app.cli.questions import find_document
    from ingest.reread import outdated
    from ingest.reread import reread as read_again

    with open_knowledge_base(home) as kb:
        ids = [find_document(kb, name) for name in documents or ()] or [info.id for info in outdated(kb)]
        if not ids:
            console().print("All documents are read as this version reads them.")
            return
        with ingesting() as progress:
            report = read_again(ids, kb, load_embedder(home), progress)
        show_report(report, {document.id: document for document in kb.documents()}, kb.home)
    if report.refused:
        raise typer.Exit(REFUSED)


def show_report(report: Report, held: dict[str, DocumentInfo], home: Path) -> None:
    """Print a row a file: in, in already, or refused with its reason; then where all of it is."""
    from rich import box
    from rich.table import Table

    from app.cli.output import console, printable

    out = console()
    if not (report.added or report.unchanged or report.reread or report.refused):
        out.print("Nothing to ingest: no files there that can be read.", style="yellow")
        return
    drawn = Table("File", "", box=box.SIMPLE_HEAD)
    for counted in ("Pages", "Tables", "Passages and rows"):
        drawn.add_column(counted, justify="right")
    states = (
        (report.added, "in"),
        (report.reread, "read again, as it can now be read better"),
        (report.unchanged, "in already, unchanged"),
    )
    for names, state in states:
        for name in names:
            document = held[report.ids[name]]
            counts = [str(document.pages or "-"), str(document.tables), str(document.chunks)]
            # A copy under another name is not read twice; people look for the name that they gave.
            known_as = f"in already, as {document.source}" if document.source != name else state
            drawn.add_row(printable(name), printable(known_as), *counts)
    for name, reason in report.refused:
        drawn.add_row(printable(name), printable(f"refused: {reason}"), "", "", "", style="red")
    out.print(drawn)
    for name in (*report.added, *report.reread):
        for warning in held[report.ids[name]].warnings:
            out.print(f"{printable(name)}: {printable(warning)}.", style="yellow")
    for name in report.same_name:
        out.print(
            f"There are now two documents called {printable(name)}, with other content. `kb documents` lists them; "
            "`kb remove ID` takes the older one out.",
            style="yellow",
        )
    documents = "1 document is" if len(held) == 1 else f"{len(held)} documents are"
    out.print(f'{documents} in {home}. Ask: kb ask "...", or in the browser: kb serve')
