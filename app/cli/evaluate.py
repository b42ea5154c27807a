"""`kb eval`: ask question sets and score the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import HomeOption


def evaluate(
    questions: Annotated[list[Path], typer.Argument(metavar="QUESTIONS.jsonl...", help="One question object a line.")],
    answers: Annotated[
        Path | None,
        typer.Option(metavar="FILE.jsonl", help="Score these answers (from `kb ask --batch`) instead of asking."),
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON.")] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as a page with plots.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Ask question sets and score the answers."""
    from app.cli.output import console
    from app.cli.progress import counted
    from app.cli.questions import open_filled
    from evals import report as reports
    from evals.runner import evaluate as ask_all
    from evals.runner import knowledge_base_files, score_answers

    with open_filled(home) as kb, counted("questions") as progress:
        if answers is None:
            report = ask_all(questions, kb, progress)
        else:
            report = score_answers(questions, answers, knowledge_base_files(kb), progress)
    out = console()
    for part in report.sets:
        out.print(reports.set_to_table(part))
    if json_file:
        reports.write_json(report, json_file)
        out.print(f"Written: {json_file}")
    if html_file:
        reports.write_html(report, html_file)
        out.print(f"Written: {html_file}")
