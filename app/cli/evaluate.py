"""`kb eval`: ask question sets and score the answers, keep what came out, and compare two runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import HomeOption

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evals.runner import EvaluationReport
    from kb.store import KnowledgeBase


def evaluate(
    questions: Annotated[
        list[Path] | None, typer.Argument(metavar="QUESTIONS.jsonl...", help="One question object a line.")
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(metavar="FILE.jsonl", help="Score these answers (from `kb ask --batch`) instead of asking."),
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON.")] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as a page with plots.")
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the run in the knowledge base, to compare it later.")
    ] = False,
    name: Annotated[str, typer.Option(metavar="NAME", help="What a kept run is called.")] = "",
    runs: Annotated[bool, typer.Option("--runs", help="List the kept runs.")] = False,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="RUN1 RUN2", help="Compare two kept runs by id: what got better, what worse."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Ask question sets and score the answers."""
    if runs or compare:
        show_kept(home, compare)
        return
    if not questions:
        raise typer.BadParameter("name at least one question set, or ask for --runs or --compare")
    if save and answers is not None:
        raise typer.BadParameter("--save keeps answers that are given now; leave out --answers")
    from app.cli.output import console
    from app.cli.progress import counted
    from app.cli.questions import open_filled
    from evals import report as reports
    from evals.runner import evaluate as ask_all
    from evals.runner import knowledge_base_files, score_answers

    out = console()
    with open_filled(home) as kb, counted("questions") as progress:
        if answers is not None:
            report = score_answers(questions, answers, knowledge_base_files(kb), progress)
        elif save:
            report = ask_and_keep(kb, questions, name, progress, out.print)
        else:
            report = ask_all(questions, kb, progress)
    for part in report.sets:
        out.print(reports.set_to_table(part))
    if json_file:
        reports.write_json(report, json_file)
        out.print(f"Written: {json_file}")
    if html_file:
        reports.write_html(report, html_file)
        out.print(f"Written: {html_file}")


def ask_and_keep(
    kb: KnowledgeBase,
    questions: Sequence[Path],
    name: str,
    progress: Callable[[int, int], None],
    say: Callable[[str], None],
) -> EvaluationReport:
    """Ask each set and keep it as a run of its own; a set that must not be read is kept without its words."""
    from evals.questions import read_questions
    from evals.runner import EvaluationReport
    from evals.runs import ask_set, save_run
    from evals.sets import SEALED

    parts = []
    for path, asked in [(path, read_questions(path)) for path in questions]:
        run = ask_set(kb, asked, path.stem, name, sealed=path.stem == SEALED, on_progress=progress)
        save_run(kb.home, run)
        say(f"Kept: {run.id}")
        parts.append(run.report())
    return EvaluationReport(tuple(parts))


def show_kept(home: Path | None, compare: tuple[str, str] | None) -> None:
    """The list of kept runs, or what two of them show side by side."""
    from rich.table import Table

    from app.cli.options import open_knowledge_base
    from app.cli.output import console, printable
    from evals.compare_runs import compare_runs
    from evals.run_report import comparison_to_words, run_to_title, summaries_to_changes
    from evals.runs import list_runs, load_run

    out = console()
    with open_knowledge_base(home) as kb:
        kept = list_runs(kb.home)
        pair = [load_run(kb.home, run_id) for run_id in compare] if compare else []
    if not pair:
        for run in kept:
            out.print(f"{run.id}  {printable(run_to_title(run))}, {len(run.results)} questions")
        if not kept:
            out.print("There are no runs yet. Keep one with `kb eval QUESTIONS.jsonl --save`.")
        return
    comparison = compare_runs(pair[0], pair[1])
    if comparison.changes:
        table = Table("", "earlier", "later", "change")
        before, after = (run.report().total for run in comparison.shared())
        for row in summaries_to_changes(before, after):
            table.add_row(*row)
        out.print(table)
    for words in comparison_to_words(comparison):
        out.print(words)
    for verdict in ("worse", "better"):
        for change in comparison.of(verdict):
            out.print(printable(f"{verdict}: {change.id}  {change.after.judgement.question}"))
