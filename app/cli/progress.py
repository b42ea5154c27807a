"""Progress on stderr: a bar where a person looks on, plain lines in a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.cli.output import console, printable

if TYPE_CHECKING:
    from ingest.pipeline import Progress

STEPS_IN_WORDS = {"wait": "waiting", "read": "reading", "embed": "making vectors", "commit": "storing", "done": "in"}


@contextmanager
def counted(things: str) -> Iterator[Callable[[int, int], None]]:
    """Yields a function of (done, total) that moves a bar; without a terminal nothing is shown."""
    from rich.progress import BarColumn, MofNCompleteColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), MofNCompleteColumn(), things, TimeElapsedColumn())
    with Bar(*columns, console=console(error=True), transient=True) as bar:
        task = bar.add_task(things, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def ingesting() -> Iterator[Callable[[Progress], None]]:
    """Yields a function that shows how far ingestion is: file, step and count, or a line a file without a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    err = console(error=True)
    if not err.is_terminal:
        yield lambda now: show_line(now) if now.step == "read" and now.page is None else None
        return
    words = TextColumn("{task.description}", markup=False)
    with Bar(BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), words, console=err, transient=True) as bar:
        task = bar.add_task("looking for files", total=None)

        def show(now: Progress) -> None:
            page = f" page {now.page} of {now.pages}" if now.page is not None else ""
            description = f"{printable(now.source)}: {STEPS_IN_WORDS[now.step]}{page}"
            bar.update(task, completed=now.done, total=now.total, description=description)

        yield show


def show_line(now: Progress) -> None:
    console(error=True).print(f"{now.done + 1} of {now.total}: {printable(now.source)}")


@contextmanager
def wording(model: str | None) -> Iterator[None]:
    """Says on a terminal that a language model is at work, where one is set."""
    err = console(error=True)
    if model is None or not err.is_terminal:
        yield
        return
    with err.status("A language model words the answer"):
        yield
