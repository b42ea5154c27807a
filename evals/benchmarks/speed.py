"""Pages a second of our reading beside pypdf (text only), pdfplumber and camelot, in turns in one process.

Run: ``python -m evals.benchmarks.speed FOLDER [--rounds 3] [--json FILE]``. Each PDF is read by every side in turn,
and which side begins changes from file to file, so that a slow spell of the machine falls on all of them. Ratios are
made round by round. The others come with ``pip install -e '.[benchmarks]'`` and are used here only.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evals.benchmarks.measuring import cpu_seconds, page_count

PEERS = ("pdfplumber", "camelot")
INSTALL = "pip install -e '.[benchmarks]'"
Side = Callable[[Path], None]


@dataclass(slots=True)
class Spent:
    """What a side took in one round, in seconds, and how many pages it read."""

    wall: float = 0.0
    cpu: float = 0.0
    pages: int = 0
    failed: int = 0


def main(arguments: list[str] | None = None) -> None:
    """Measure, show a table, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="a folder of PDF files")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side reads all files (default: 3)")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args(arguments)
    missing = [name for name in PEERS if find_spec(name) is None]
    if missing:
        parser.error(f"not installed: {', '.join(missing)}. Install what is compared with {INSTALL}")
    files = sorted(options.folder.glob("*.pdf"))
    if not files:
        parser.error(f"there is no .pdf file in {options.folder}")
    figures = spent_to_figures(measure(files, make_sides(), options.rounds), len(files))
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


def make_sides() -> dict[str, Side]:
    """Name to a function that reads one PDF to its end: text and tables, except where the name says otherwise."""
    import pypdf

    from ingest.readers import read

    pdfplumber, camelot = import_module("pdfplumber"), import_module("camelot")

    def ours(path: Path) -> None:
        read(path)

    def pypdf_text(path: Path) -> None:
        for page in pypdf.PdfReader(path).pages:
            page.extract_text()

    def plumber(path: Path) -> None:
        with pdfplumber.open(path) as pdf:
            for page in pdf.pages:
                page.extract_text()
                page.extract_tables()

    def camelot_of(flavor: str) -> Side:
        return lambda path: camelot.read_pdf(str(path), pages="all", flavor=flavor, backend="pdfium")

    return {
        "ours": ours,
        "pypdf, text only": pypdf_text,
        "pdfplumber, text and ruled tables": plumber,
        "camelot lattice, tables only": camelot_of("lattice"),
        "camelot hybrid, tables only": camelot_of("hybrid"),
    }


def measure(files: list[Path], sides: dict[str, Side], rounds: int) -> list[dict[str, Spent]]:
    """What every side took, round by round; the smallest file is read by each before, so that loading is not timed."""
    smallest = min(files, key=lambda path: path.stat().st_size)
    pages = {path: page_count(path) for path in files}
    names = list(sides)
    for side in sides.values():
        timed(side, smallest, 0, Spent())
    result = []
    for _ in range(rounds):
        spent = {name: Spent() for name in names}
        for position, path in enumerate(files):
            first = position % len(names)
            for name in names[first:] + names[:first]:
                timed(sides[name], path, pages[path], spent[name])
        result.append(spent)
    return result


def timed(side: Side, path: Path, pages: int, spent: Spent) -> None:
    """Add what reading one file takes; a file that a side cannot read adds its time and no pages."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            side(path)
    except Exception:  # what another package raises is its own affair; the count shows it
        spent.failed += 1
    else:
        spent.pages += pages
    spent.wall += time.perf_counter() - wall
    spent.cpu += cpu_seconds() - cpu


def spent_to_figures(rounds: list[dict[str, Spent]], files: int) -> dict[str, Any]:
    """Medians over the rounds; ``ours_is_faster`` is a side's processor time a page over ours, in the same round."""
    sides: dict[str, dict[str, Any]] = {}
    for name in rounds[0]:
        ours, side = [spent["ours"] for spent in rounds], [spent[name] for spent in rounds]
        ratios = [rate(us.pages, us.cpu) / (rate(it.pages, it.cpu) or 1.0) for us, it in zip(ours, side, strict=True)]
        sides[name] = {
            "pages_a_second": statistics.median(rate(one.pages, one.wall) for one in side),
            "pages_a_cpu_second": statistics.median(rate(one.pages, one.cpu) for one in side),
            "ours_is_faster": [min(ratios), statistics.median(ratios), max(ratios)],
            "failed": side[0].failed,
        }
    pages = max(spent.pages for spent in rounds[0].values())
    return {
        "files": files,
        "pages": pages,
        "rounds": len(rounds),
        "cores": len(os.sched_getaffinity(0)),
        "sides": sides,
    }


def rate(pages: int, seconds: float) -> float:
    """Pages a second; 0 where no time was taken."""
    return pages / seconds if seconds else 0.0


def show(figures: dict[str, Any]) -> None:
    """The figures as a table on the terminal."""
    from rich.console import Console
    from rich.table import Table

    title = f"{figures['files']} files, {figures['pages']} pages, {figures['rounds']} rounds, {figures['cores']} cores"
    table = Table("side", "pages/s", "pages/CPU s", "ours is faster by (min to max)", "failed", title=title)
    for name, side in figures["sides"].items():
        low, middle, high = side["ours_is_faster"]
        ratio = "" if name == "ours" else f"{middle:.2f} ({low:.2f} to {high:.2f})"
        rates = (f"{side['pages_a_second']:.1f}", f"{side['pages_a_cpu_second']:.1f}")
        table.add_row(name, *rates, ratio, str(side["failed"] or ""))
    Console().print(table)


if __name__ == "__main__":
    main()
