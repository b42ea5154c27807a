"""`kb feedback`: what readers said of answers, and questions made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import HomeOption


def feedback(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE.jsonl", help="Write it as a question set, for kb eval.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, with the whole answers.")] = False,
    home: HomeOption = None,
) -> None:
    """List what readers said of answers, or make questions to test with of it."""
    from app.cli.options import open_knowledge_base
    from app.cli.output import console, printable, write_json
    from kb.feedback import REASONS, feedback_to_questions, list_feedback

    with open_knowledge_base(home) as kb:
        said = list_feedback(kb)
    if to is not None:
        lines = feedback_to_questions(said)
        write_lines(to, lines)
        unfinished = sum("note" in line for line in lines)
        console().print(f"{len(lines)} questions written to {to}.")
        if unfinished:
            console().print(f"{unfinished} of them were called wrong: write the right answer into their “must” first.")
        return
    if as_json:
        write_json(
            [
                {"id": one.id, "at": one.at, "thumb": one.thumb, "reason": one.reason, "note": one.note}
                | {"history": list(one.history), "answer": one.answer.to_json()}
                for one in said
            ]
        )
        return
    if not said:
        console().print("Nobody has said anything yet. Readers press Yes or No under an answer.")
    for one in said:
        words = ["right" if one.thumb == "up" else "wrong", REASONS.get(one.reason or "", ""), one.note]
        console().print(printable(f"{one.at[:10]}  {one.answer.question}"), style="bold")
        console().print(printable(f"    {one.answer.answer}"), style="dim")
        console().print(printable("    " + " · ".join(word for word in words if word)))


def write_lines(path: Path, lines: list[dict[str, object]]) -> None:
    """One JSON object a line; CollabkbError where the file cannot be written."""
    import json

    from kb.errors import CollabkbError

    try:
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise CollabkbError(f"{path} cannot be written ({error.strerror}). Choose another file.") from error
