"""`kb ask`: one question, or a batch of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import HomeOption

EPILOG = (
    'A line of a batch is {"id": ..., "question": ...} with, where wanted, "history" (earlier questions), '
    '"document" (answer from that one only) or "table" (a CSV file, relative to the current folder).'
)


def ask(
    question: Annotated[list[str] | None, typer.Argument(metavar="QUESTION", help="The question, in quotes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer object as JSON.")] = False,
    history: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Earlier turns of the conversation, as JSON or a turn a line.")
    ] = None,
    document: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Answer from this document only (file name or id).")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Answer from this table; needs no knowledge base.")
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.jsonl", help="One question object a line in (- is stdin), one answer object a line out"
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Answer a question from the documents, with sources."""
    if batch is not None:
        if question or history or document or table:
            raise typer.BadParameter("--batch takes questions, history, document and table from its lines.")
        from app.cli.batch import ask_batch

        raise typer.Exit(ask_batch(batch, home))
    if question is None:
        raise typer.BadParameter('Type a question in quotes, such as: kb ask "Who chairs the board?"')
    if table and (document or history):
        raise typer.BadParameter("--table stands alone: it takes no --document and no --history.")
    ask_once(" ".join(question), history, document, table, as_json, home)


def ask_once(
    question: str, history: Path | None, document: str | None, table: Path | None, as_json: bool, home: Path | None
) -> None:
    """Answer one question and print it as text or JSON."""
    from app.cli.answers import show_answer
    from app.cli.history import read_history
    from app.cli.options import read_settings
    from app.cli.output import write_json
    from app.cli.progress import wording
    from app.cli.questions import Asked, answer_asked, open_filled
    from kb.answering.question import clean_question

    # Before the knowledge base is opened, so that an empty question is not blamed on a missing folder.
    clean_question(question)
    turns = read_history(history) if history else ()
    asked = Asked(question=question, turns=turns, document=document, table=table)
    if table:
        answer = answer_asked(asked, None)
    else:
        with open_filled(home) as kb, wording(read_settings(home).llm):
            answer = answer_asked(asked, kb)
    if as_json:
        write_json(answer.to_json())
    else:
        show_answer(answer)
