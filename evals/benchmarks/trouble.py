"""How a folder of odd and broken files fares: read, refused or ended, with the reason, the time and the memory.

Run: ``python -m evals.benchmarks.trouble FOLDER [--json FILE]``. Each file is read by a child process of its own, so
that its figures are its own; files are taken by name, those of every format.
"""

from __future__ import annotations

import argparse
import json
import resource
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.readers import is_readable
from ingest.readers.bounded import BoundedReader, Reading


@dataclass(frozen=True)
class Outcome:
    """What became of a file: ``state`` is read, refused or ended (its child had to be ended, or crashed).

    ``cpu_seconds`` and ``peak_bytes`` are those of the child, its start (about 0.2 s and 30 MB) included.
    """

    name: str
    state: str
    reason: str
    documents: int
    pages: int
    characters: int
    tables: int
    warnings: list[str]
    cpu_seconds: float
    peak_bytes: int


def main(arguments: list[str] | None = None) -> None:
    """Read all files, show a line a file and totals, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="a folder of files")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args(arguments)
    files = sorted(path for path in options.folder.iterdir() if path.is_file() and is_readable(path))
    if not files:
        parser.error(f"there is no file that can be read in {options.folder}")
    outcomes = [file_to_outcome(path) for path in files]
    show(outcomes)
    if options.json:
        options.json.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=2) + "\n", "utf-8")


def file_to_outcome(path: Path) -> Outcome:
    """Read one file in a child of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with BoundedReader() as reader:
        readings = list(reader.read(path))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return readings_to_outcome(path.name, readings, reader.deaths > 0, used, reader.peak_bytes)


def readings_to_outcome(name: str, readings: list[Reading], ended: bool, used: float, peak: int) -> Outcome:
    documents = [reading.document for reading in readings if reading.document is not None]
    reasons = [reading.refused.reason for reading in readings if reading.refused is not None]
    return Outcome(
        name=name,
        state="ended" if ended else "read" if documents else "refused",
        reason="; ".join(reasons),
        documents=len(documents),
        pages=sum(len(document.pages) for document in documents),
        characters=sum(len(document.text) for document in documents),
        tables=sum(len(document.tables) for document in documents),
        warnings=[warning for document in documents for warning in document.warnings],
        cpu_seconds=round(used, 2),
        peak_bytes=peak,
    )


def show(outcomes: list[Outcome]) -> None:
    """A line a file, and totals, on the terminal."""
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False, markup=False)
    for one in outcomes:
        what = f"{one.pages} pages, {one.tables} tables, {one.characters:,} characters" if one.documents else one.reason
        megabytes = one.peak_bytes / 1024**2
        console.print(f"{one.state:8} {one.cpu_seconds:6.2f} s {megabytes:6.0f} MB  {one.name}: {what}")
        for warning in one.warnings:
            console.print(f"{'':28}warning: {warning}")
    states = Counter(one.state for one in outcomes)
    seconds = sorted(one.cpu_seconds for one in outcomes)
    console.print(
        f"{len(outcomes)} files: {states['read']} read, {states['refused']} refused, {states['ended']} ended; "
        f"CPU {sum(seconds):.1f} s in all, {seconds[len(seconds) // 2]:.2f} s median, {seconds[-1]:.2f} s at most; "
        f"memory {max(one.peak_bytes for one in outcomes) / 1024**2:.0f} MB at most"
    )
    for reason, count in Counter(one.reason for one in outcomes if not one.documents).most_common():
        console.print(f"{count:4}  {reason}")


if __name__ == "__main__":
    main()
