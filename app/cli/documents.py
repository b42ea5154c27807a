"""`kb documents` and `kb remove`: what the knowledge base holds."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import HomeOption

if TYPE_CHECKING:
    from kb.store import DocumentInfo


def documents(
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of document objects as JSON.")] = False,
    home: HomeOption = None,
) -> None:
    """List the documents, newest first."""
    from app.cli.options import open_knowledge_base
    from app.cli.output import console, printable, write_json
    from app.wording import pages_to_words

    with open_knowledge_base(home) as kb:
        held, removed = kb.documents(), kb.discarded()
    if as_json:
        write_json([asdict(document) for document in held])
        return
    out = console()
    if not held and not removed:
        out.print("No documents yet. Run `kb ingest` for the shipped ones, or `kb ingest FOLDER` for your own.")
        return
    for document in held:
        counts = [pages_to_words(document.source, document.pages)] if document.pages else []
        counts.append(f"{document.tables} table{'' if document.tables == 1 else 's'}")
        facts = [document.date_text or document.date or "no date", document.kind, ", ".join(counts), document.marking]
        out.print(f"{printable(document.source)}  {document.id}", style="bold")
        out.print(f"    {printable(document.title)}\n    {printable(' · '.join(facts))}")
        for line in (*document.warnings, *state_to_lines(document)):
            out.print(f"    {printable(line)}", style="yellow")
    for document in removed:
        out.print(f"{printable(document.source)}  {document.id}", style="dim")
        out.print(f"    {printable(removed_to_words(document))}")


def state_to_lines(document: DocumentInfo) -> list[str]:
    """What a person has corrected, with what the file says, and whether it could be read better now."""
    from ingest.readers import READER_VERSION

    # How a date is said goes with the date.
    corrected = [
        f"{'date' if field == 'date_text' else field} corrected; the file says: {said or 'none'}"
        for field, said in document.as_read.items()
        if field != "date" or "date_text" not in document.as_read
    ]
    outdated = document.reader_version < READER_VERSION
    return corrected + (["can be read better by this version: kb reread"] if outdated else [])


def removed_to_words(document: DocumentInfo) -> str:
    """Until when a removed document can be brought back, and how."""
    from kb.store import UNDO_TIME

    until = datetime.fromisoformat(document.removed_at or "") + UNDO_TIME
    return f"removed; until {until:%d %B %H:%M} UTC it can be brought back: kb restore {document.id}"


def remove(
    document: Annotated[str, typer.Argument(metavar="ID", help="Id or file name, as `kb documents` lists them.")],
    home: HomeOption = None,
) -> None:
    """Remove a document and what was made from it."""
    from app.cli.options import open_knowledge_base
    from app.cli.output import console, printable
    from app.cli.questions import find_document

    with open_knowledge_base(home) as kb:
        removed = {info.id: info.source for info in kb.discarded()}
        document_id = document if document in removed else find_document(kb, document)
        source = removed.get(document_id) or kb.info(document_id).source
        kb.remove(document_id)
    console().print(f"Removed {printable(source)} ({document_id}).")


def restore(
    document: Annotated[str, typer.Argument(metavar="ID", help="Id of a removed document, as `kb documents` says.")],
    home: HomeOption = None,
) -> None:
    """Bring back a document that was removed in the browser."""
    from app.cli.options import open_knowledge_base
    from app.cli.output import console, printable
    from kb.errors import NotFound

    with open_knowledge_base(home) as kb:
        removed = {info.id: info.source for info in kb.discarded()}
        if document not in removed:
            raise NotFound(f"There is no removed document {document!r}. `kb documents` lists those that can come back.")
        kb.restore(document)
    console().print(f"{printable(removed[document])} ({document}) is in the library again.")


def correct(
    document: Annotated[str, typer.Argument(metavar="ID", help="Id or file name, as `kb documents` lists them.")],
    title: Annotated[str | None, typer.Option(help="The right title.")] = None,
    date: Annotated[str | None, typer.Option(help="Day, month or year: 2017-04-24, 2017-04 or 2017.")] = None,
    kind: Annotated[str | None, typer.Option(help="Its kind; a wrong one is told which there are.")] = None,
    public: Annotated[bool | None, typer.Option("--public/--not-public", help="Who may see it.")] = None,
    home: HomeOption = None,
) -> None:
    """Correct what is known of a document, now and whenever its file is read again."""
    from app.cli.options import open_knowledge_base
    from app.cli.output import console, printable
    from app.cli.questions import find_document

    if title is None and date is None and kind is None and public is None:
        raise typer.BadParameter("say what to correct: --title, --date, --kind, --public or --not-public")
    with open_knowledge_base(home) as kb:
        info = kb.info(find_document(kb, document))
        kb.correct(info.id, title=title, date=date, kind=kind.lower() if kind else kind, public=public)
        now = kb.info(info.id)
    facts = (now.title, now.date_text or now.date or "no date", now.kind, now.marking)
    console().print(f"{printable(now.source)} is now: {printable(' · '.join(facts))}")
