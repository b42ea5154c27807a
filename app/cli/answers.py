"""An answer for a person at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.output import console, printable
from app.wording import answer_to_remarks, citation_to_where, page_to_words

if TYPE_CHECKING:
    from rich.console import Console

    from kb.model import Answer, Citation, Computation, Retrieved

NEAREST_SHOWN = 3
EXCERPT_CHARACTERS = 300


def show_answer(answer: Answer) -> None:
    """Print the answer and its numbered sources, or that nothing was found and the nearest passages."""
    out = console()
    if answer.status == "answered":
        out.print(printable(answer.answer), style="bold")
        for remark in answer_to_remarks(answer):
            out.print(printable(remark), style="dim")
        if answer.computation:
            show_computation(out, answer.computation)
        if answer.citations:
            out.print("\nSources", style="cyan")
        for citation in answer.citations:
            show_citation(out, citation)
        return
    out.print(printable(answer.message or "Not found in these documents."), style="yellow")
    if answer.retrieved:
        out.print("\nNearest passages (not an answer)", style="cyan")
    for entry in answer.retrieved[:NEAREST_SHOWN]:
        show_nearest(out, entry)


def show_citation(out: Console, citation: Citation) -> None:
    place = [f"{citation.title} ({citation.source})", *citation_to_where(citation)]
    out.print(f"[{citation.marker}] " + printable(", ".join(place)))
    if citation.table:
        cell = {"row": citation.table.row, "column": citation.table.column, "value": citation.table.value}
        words = " · ".join(f"{name}: {text}" for name, text in cell.items() if text)
        out.print("    " + printable(words), style="green")
    out.print("    " + printable(f"“{citation.quote}”"), style="dim")


def show_computation(out: Console, computation: Computation) -> None:
    out.print(f"\nWorked out ({computation.operation}) from", style="cyan")
    for cell in computation.inputs:
        out.print("    " + printable(f"{cell.row} · {cell.column}: {cell.value}"))
    out.print("    " + printable(f"= {computation.result}"), style="green")


def show_nearest(out: Console, entry: Retrieved) -> None:
    place = ", ".join(part for part in (entry.source, page_to_words(entry.source, entry.page)) if part)
    text = " ".join(entry.text.split())
    cut = text if len(text) <= EXCERPT_CHARACTERS else text[:EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …"
    out.print(printable(f"- {place}"))
    out.print("    " + printable(cut), style="dim")
