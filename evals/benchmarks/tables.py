"""Tables of a folder of PDFs against ground truth: the ICDAR 2013 table competition's complete process.

Run: ``python -m evals.benchmarks.tables FOLDER [--scorer PATH] [--keep DIR] [--only NAME ...] [--json FILE]``. FOLDER
holds NAME.pdf beside NAME-str.xml (the cells). Nothing but the PDF is given to the reader. What it finds goes to the
scorer as ``kb tables --json`` prints it; the scorer is a program of its own and not part of this project.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.benchmarks.measuring import cpu_seconds, page_count

DEFAULT_SCORER = Path("../shared/tools/score_tables.py")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one PDF gave: its tables as JSON objects, its pages, CPU seconds, and why it failed where it did."""

    name: str
    pages: int
    cpu_seconds: float
    tables: list[dict[str, Any]]
    failure: str | None = None


def main(arguments: list[str] | None = None) -> int:
    """Read, score and show; 1 where a PDF could not be read or the score is too low, else 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="NAME.pdf beside NAME-str.xml")
    parser.add_argument("--scorer", type=Path, default=DEFAULT_SCORER, help=f"default: {DEFAULT_SCORER}")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="a folder in which the predictions are kept")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these documents only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="a file for all figures")
    parser.add_argument("--least", type=float, default=0.0, metavar="F1", help="end with 1 where either F1 is lower")
    options = parser.parse_args(arguments)
    pdfs = folder_to_pdfs(options.folder, options.only)
    if not pdfs:
        parser.error(f"there is no NAME.pdf with its NAME-str.xml in {options.folder}")
    if not options.scorer.is_file():
        parser.error(f"there is no scorer at {options.scorer}; name it with --scorer")
    readings = read_all(pdfs)
    with tempfile.TemporaryDirectory() as scratch:
        keep = options.keep or Path(scratch) / "predictions"
        scores = score(readings, options.folder, options.scorer, keep, Path(scratch))
    figures = {**scores, "speed": readings_to_speed(readings)}
    show(figures, readings)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    too_low = min(figures["micro"]["f1"], figures["per_document"]["f1"]) < options.least
    return 1 if too_low or any(reading.failure for reading in readings) else 0


def folder_to_pdfs(folder: Path, only: list[str] | None) -> list[Path]:
    """The PDFs of a folder that have a ground truth, by name."""
    pdfs = sorted(path for path in folder.glob("*.pdf") if path.with_name(f"{path.stem}-str.xml").is_file())
    return [path for path in pdfs if only is None or path.stem in only]


def read_all(pdfs: list[Path]) -> list[Reading]:
    """Every PDF read in turn; the first is read twice, so that loading the packages does not count."""
    read_one(pdfs[0])
    return [read_one(path) for path in pdfs]


def read_one(path: Path) -> Reading:
    """One PDF's tables and what they cost; a document that cannot be read counts as one without tables."""
    from app.cli.tables import table_to_json
    from ingest.readers import read

    start = cpu_seconds()
    try:
        document = read(path)
    except Exception as error:  # a benchmark says which documents fail and measures the others
        return Reading(path.stem, page_count(path), cpu_seconds() - start, [], f"{type(error).__name__}: {error}")
    spent = cpu_seconds() - start
    return Reading(path.stem, len(document.pages), spent, [table_to_json(table, document) for table in document.tables])


def score(readings: list[Reading], folder: Path, scorer: Path, keep: Path, scratch: Path) -> dict[str, Any]:
    """The scorer's figures; ``keep`` gets one NAME.json a document."""
    keep.mkdir(parents=True, exist_ok=True)
    for reading in readings:
        (keep / f"{reading.name}.json").write_text(json.dumps(reading.tables, ensure_ascii=False, indent=1), "utf-8")
    # A manifest of our own, so that exactly the documents that were read are scored.
    manifest, result = scratch / "manifest.json", scratch / "scores.json"
    documents = {reading.name: {"split": "dev", "pages": reading.pages} for reading in readings}
    manifest.write_text(json.dumps({"documents": documents}), "utf-8")
    places = {"--pred": keep, "--gold": folder, "--manifest": manifest, "--json": result}
    command = [sys.executable, str(scorer), *(str(part) for pair in places.items() for part in pair)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    scores: dict[str, Any] = json.loads(result.read_text("utf-8"))
    return scores


def readings_to_speed(readings: list[Reading]) -> dict[str, float]:
    """Pages, processor seconds and pages a processor second of all that was read."""
    pages, seconds = sum(reading.pages for reading in readings), sum(reading.cpu_seconds for reading in readings)
    return {"pages": pages, "cpu_seconds": seconds, "pages_per_cpu_second": pages / seconds if seconds else 0.0}


def show(figures: dict[str, Any], readings: list[Reading]) -> None:
    """A row a document, worst first, then the figures of the whole set."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    columns = ("document", "F1", "P", "R", "tables found", "predicted", "false", "pages", "CPU s")
    table = Table(*columns, box=None, header_style="bold")
    documents = figures["by_document"]
    for reading in sorted(readings, key=lambda reading: (documents[reading.name]["f1"], reading.name)):
        row = documents[reading.name]
        shares = [f"{row[name]:.3f}" for name in ("f1", "precision", "recall")]
        counts = (f"{row['found']}/{row['tables']}", row["predicted"], row["false_tables"], reading.pages)
        table.add_row(reading.name, *shares, *map(str, counts), f"{reading.cpu_seconds:.2f}")
    console.print(table)
    for reading in readings:
        if reading.failure:
            console.print(f"{reading.name} could not be read: {reading.failure}", style="red")
    found, speed = figures["detection"], figures["speed"]
    lines = (
        "F1 micro {:.3f} (P {:.3f}, R {:.3f})".format(*share_values(figures["micro"])),
        "F1 per document {:.3f} (P {:.3f}, R {:.3f})".format(*share_values(figures["per_document"])),
        f"tables found {found['found']} of {found['tables']}, {found['predicted']} predicted",
        f"false tables a page {found['false_per_page'] or 0:.3f} ({found['false_tables']} on {found['pages']} pages)",
        f"pages a CPU second {speed['pages_per_cpu_second']:.1f} ({speed['cpu_seconds']:.1f} s)",
    )
    for line in lines:
        console.print(line)


def share_values(shares: dict[str, float]) -> tuple[float, float, float]:
    """F1, precision and recall in that order."""
    return shares["f1"], shares["precision"], shares["recall"]


if __name__ == "__main__":
    sys.exit(main())
