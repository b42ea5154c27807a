"""`kb documents` and `kb remove`: what the knowledge base holds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.options import HomeOption


def documents(
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of document objects as JSON.")] = False,
    home: HomeOption = None,
) -> None:
    """List the documents, newest first."""
    from app.cli.options import open_knowledge_base
    from app.cli.output import console, printable, write_json
    from app.wording import pages_to_words

    with open_knowledge_base(home) as kb:
        held = kb.documents()
    if as_json:
        write_json([asdict(document) for document in held])
        return
    out = console()
    if not held:
        out.print("No documents yet. Run `kb ingest` for the shipped ones, or `kb ingest FOLDER` for your own.")
        return
    for document in held:
        counts = [pages_to_words(document.source, document.pages)] if document.pages else []
        counts.append(f"{document.tables} table{'' if document.tables == 1 else 's'}")
        facts = [document.date_text or document.date or "no date", document.kind, ", ".join(counts), document.marking]
        out.print(f"{printable(document.source)}  {document.id}", style="bold")
        out.print(f"    {printable(document.title)}\n    {printable(' · '.join(facts))}")
        for warning in document.warnings:
            out.print(f"    {printable(warning)}", style="yellow")


def remove(
    document: Annotated[str, typer.Argument(metavar="ID", help="Id or file name, as `kb documents` lists them.")],
    home: HomeOption = None,
) -> None:
    """Remove a document and what was made from it."""
    from app.cli.options import open_knowledge_base
    from app.cli.output import console, printable
    from app.cli.questions import find_document

    with open_knowledge_base(home) as kb:
        document_id = find_document(kb, document)
        source = next(one.source for one in kb.documents() if one.id == document_id)
        kb.remove(document_id)
    console().print(f"Removed {printable(source)} ({document_id}).")
