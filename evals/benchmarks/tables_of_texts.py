"""Tables of the five source texts against what a person reads in them, and their figures against our PDF editions.

Run: ``python -m evals.benchmarks.tables_of_texts FOLDER [--json FILE]``. FOLDER holds the texts, which are no part of
this project; what is expected of their tables is in tests/data/tables/texts (figures, names and short labels; of
longer cells only how they begin and how many words they have). Exits with 1 where a table is not read completely,
where something else is taken for one, or where text and PDF disagree on a figure.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evals.table_expectations import (
    Expectation,
    Triple,
    document_to_triples,
    folder_to_expectations,
    pair_tables,
    table_to_differences,
    triples_to_differences,
)

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = ROOT / "tests" / "data" / "tables" / "texts"
# The text of each document, and our edition of it.
EDITIONS = {
    "000_d0ec4827179ecebb.txt": "plan-2009-2012.pdf",
    "001_6ccc544b1fc7d2cf.txt": "panel-report-2014.pdf",
    "002_e149074f1a070d2f.txt": "committee-report-2010.pdf",
    "003_9d4fcb9eecd5bd73.txt": "hmic-review-2013.pdf",
    "004_61fbe8061e1c3c09.txt": "panel-presentation-2017.pdf",
}


def main(arguments: list[str] | None = None) -> int:
    """Read, compare and show; 1 where anything is wrong, else 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="the folder of the five texts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="a file for all that was found")
    options = parser.parse_args(arguments)
    missing = [name for name in EDITIONS if not (options.folder / name).is_file()]
    if missing:
        parser.error(f"{options.folder} lacks {', '.join(missing)}")
    found = [text_to_findings(options.folder / name, ROOT / "corpus" / pdf) for name, pdf in EDITIONS.items()]
    show(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 1 if any(is_wrong(finding) for finding in found) else 0


def text_to_findings(text: Path, pdf: Path) -> dict[str, Any]:
    """What one text's tables differ in: ``tables`` by expectation, ``unexpected`` first rows, and ``figures`` that
    only the text or only the PDF has."""
    from ingest.readers import read

    document, edition = read(text), read(pdf)
    expectations = [expectation for expectation in folder_to_expectations(EXPECTED) if expectation.file == text.name]
    pairs = pair_tables(expectations, document)
    paired = {table.id for table in pairs.values() if table is not None}
    only_text, only_pdf = triples_to_differences(document_to_triples(document), document_to_triples(edition))
    return {
        "text": text.name,
        "pdf": pdf.name,
        "tables": differences_of_tables(expectations, pairs),
        "unexpected": [table.grid()[0] for table in document.tables if table.id not in paired],
        "figures": len(document_to_triples(document)),
        "only_text": [triple_to_words(triple) for triple in only_text],
        "only_pdf": [triple_to_words(triple) for triple in only_pdf],
    }


def differences_of_tables(expectations: list[Expectation], pairs: Mapping[str, Any]) -> dict[str, list[str]]:
    """By name of the expectation, the differences in words; empty where the table is complete."""
    found = {}
    for expectation in expectations:
        table = pairs[expectation.name]
        found[expectation.name] = ["not found"] if table is None else table_to_differences(expectation, table)
    return found


def triple_to_words(triple: Triple) -> str:
    """Row, column and figure of a triple."""
    return f"{triple.label or '(open)'} / {triple.heading or '(no heading)'}: {triple.value}"


def is_wrong(finding: Mapping[str, Any]) -> bool:
    """Whether anything of a text differs."""
    return bool(any(finding["tables"].values()) or finding["unexpected"] or finding["only_text"] or finding["only_pdf"])


def show(found: list[dict[str, Any]]) -> None:
    """One line a table, its differences below it, then the figures that text and PDF do not share."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True, markup=False)
    for finding in found:
        console.print(f"{finding['text']} and {finding['pdf']}")
        for name, differences in finding["tables"].items():
            console.print(f"  {'incomplete' if differences else 'complete  '}  {name}")
            for difference in differences:
                console.print(f"      {difference}")
        for row in finding["unexpected"]:
            console.print(f"  no table, but read as one: {row}")
        wrong = len(finding["only_text"]) + len(finding["only_pdf"])
        console.print(f"  figures: {finding['figures']} in the text's tables, {wrong} not shared with the PDF")
        for side in ("only_text", "only_pdf"):
            for triple in finding[side]:
                console.print(f"      {side.replace('_', ' ')}: {triple}")
    tables = [differences for finding in found for differences in finding["tables"].values()]
    complete = sum(not differences for differences in tables)
    figures = sum(finding["figures"] for finding in found)
    console.print(f"{complete} of {len(tables)} tables complete; {figures} figures compared with the PDFs")


if __name__ == "__main__":
    raise SystemExit(main())
