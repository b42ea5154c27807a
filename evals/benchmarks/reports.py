"""Questions on company reports of many pages: is the page found that answers, in the right company's report?

Run: ``python -m evals.benchmarks.reports FOLDER [--count 200] [--seed 1] [--copies 1] [--json FILE]``. FOLDER holds
``tatqa_dataset_dev.json.gz`` (TAT-QA: tables with paragraphs of financial reports). Its contexts are dealt out to ten
made-up companies and typeset as reports of two years a company, each context on a page of its own or two, after a
cover page; some reports have a running head that names the company, some only the file's name and the cover. Questions
name the company, most of them the year, and some come with instructions. Needs the package typst.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from evals.metrics import percentile

RANKS = (1, 5, 10)
# Made up for this benchmark; the second word is what a question may leave out.
COMPANIES = (
    "Halvorsen Instruments", "Brightmoor Foods", "Cadwell Networks", "Orrery Semiconductor", "Quillmark Software",
    "Tamsin Logistics", "Verdane Pharma", "Ostrava Retail", "Kelpwater Energy", "Lindqvist Media",
)  # fmt: skip
YEAR_OF_DATA = 2019
WORDINGS = (
    "{question} at {company}?",
    "For {company} in {year}: {question}?",
    "{question} according to {company}'s FY{year} annual report?",
    "Looking at {name}'s {year} 10-K, {question}?",
    "{question} for {name} in FY{year}? Please answer from the details that the report gives.",
    "You are helping an investor. {question}, in {company}'s FY{year} filing? Reply in one sentence; if it is not "
    "stated, say so.",
)
YEAR = re.compile(r"\b(20[01]\d|2020)\b")
PAGE_SETUP = """#set page(paper: "us-letter", margin: 2.2cm, header: text(8pt)[{head}],
  footer: align(center, text(8pt, context counter(page).display())))
#set document(title: "Form 10-K", date: none)
#set text(size: 10pt)
#set par(justify: true)
"""


@dataclass(frozen=True, slots=True)
class Report:
    """One report to be typeset: its file name, company, year, and contexts (table, paragraphs, questions).

    ``is_headed`` says whether every page names the company, ``is_asked`` whether questions are drawn from it.
    """

    source: str
    company: str
    year: int
    contexts: tuple[dict[str, Any], ...]
    is_headed: bool = True
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the report and pages that answer it."""

    question: str
    source: str
    pages: tuple[int, ...]


def main(arguments: list[str] | None = None) -> None:
    """Typeset, ingest, ask, show a table, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="the folder of tatqa_dataset_dev.json.gz")
    parser.add_argument("--count", type=int, default=200, help="questions to ask")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--copies", type=int, default=1, help="each report again for earlier years (default: 1)")
    parser.add_argument("--home", type=Path, help="a folder to keep the knowledge base in, and to find it in again")
    parser.add_argument("--json", type=Path, help="a file for the figures and all answers")
    options = parser.parse_args(arguments)
    path = options.folder / "tatqa_dataset_dev.json.gz"
    if not path.is_file():
        parser.error(f"{options.folder} has no tatqa_dataset_dev.json.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        reports = contexts_to_reports(json.load(file), options.copies, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        files = {report.source: Path(folder) / "reports" / report.source for report in reports}
        pages = {report.source: typeset(report, files[report.source]) for report in reports}
        asked = draw_questions(reports, pages, options.count, options.seed)
        results, total = ask_all(list(files.values()), asked, options.home or Path(folder) / "home")
    figures = results_to_figures(asked, results) | {"pages": total, "reports": len(reports)}
    show(figures)
    if options.json:
        lines = [{"gold": [one.source, one.pages], **result} for one, result in zip(asked, results, strict=True)]
        options.json.write_text(json.dumps({"figures": figures, "answers": lines}, indent=1) + "\n", "utf-8")


def contexts_to_reports(contexts: Sequence[dict[str, Any]], copies: int, seed: int) -> list[Report]:
    """The contexts dealt out to two reports a company; years in words and figures are moved so that each report is of
    a year of its own. With ``copies``, earlier reports say the same of earlier years, to be asked nothing."""
    chance = random.Random(seed)
    shuffled = chance.sample(list(contexts), len(contexts))
    reports = []
    for place in range(2 * len(COMPANIES)):
        company, own = COMPANIES[place // 2], shuffled[place :: 2 * len(COMPANIES)]
        for copy in range(copies):
            year = YEAR_OF_DATA + 2 - place // 2 % 3 - place % 2 - 2 * copy
            moved = tuple(move_years(context, year - YEAR_OF_DATA) for context in own)
            name = company.split()[0].upper()
            reports.append(Report(f"{name}_{year}_10K.pdf", company, year, moved, place % 3 == 0, copy == 0))
    return reports


def move_years(value: Any, by: int) -> Any:
    """Any JSON value with the years in its texts moved."""
    if isinstance(value, str):
        return YEAR.sub(lambda match: str(int(match.group()) + by), value)
    if isinstance(value, list):
        return [move_years(item, by) for item in value]
    if isinstance(value, dict):
        return {key: item if key == "uid" else move_years(item, by) for key, item in value.items()}
    return value


def typeset(report: Report, path: Path) -> list[tuple[int, ...]]:
    """Write the report as a PDF; the pages of each of its contexts."""
    import typst

    path.parent.mkdir(parents=True, exist_ok=True)
    source = report_to_typst(report).encode()
    typst.compile(source, output=str(path))
    marks = json.loads(typst.query(source, "<place>", field="value"))
    return [tuple(range(begin, end + 1)) for begin, end in zip(marks[::2], marks[1::2], strict=True)]


def report_to_typst(report: Report) -> str:
    """Typst source: a cover page, then each context from a new page on, its first and last page marked."""
    head = f"{report.company} {report.year} Annual Report"
    parts = [
        PAGE_SETUP.format(head=quoted(head if report.is_headed else "Table of contents")),
        f"#align(center, text(18pt)[{quoted(report.company)}])\n#align(center)[{quoted('Annual report on Form 10-K')}]"
        f"\n#align(center)[{quoted(f'For the fiscal year ended December 31, {report.year}')}]\n",
    ]
    mark = "#context [#metadata(here().page()) <place>]"
    for context in report.contexts:
        parts.append(f"#pagebreak()\n{mark}")
        table = table_to_typst(context["table"]["table"])
        paragraphs = sorted(context["paragraphs"], key=lambda paragraph: paragraph["order"])
        texts = [quoted(paragraph["text"]) for paragraph in paragraphs]
        half = (len(texts) + 1) // 2
        parts += [*(f"{text}\n" for text in texts[:half]), table, *(f"{text}\n" for text in texts[half:]), mark]
    return "\n".join(parts)


def table_to_typst(rows: Sequence[Sequence[str]]) -> str:
    """A table as financial reports set them: no rules but one below the head, figures to the right."""
    columns = max(map(len, rows))
    cells = ", ".join(f"[{quoted(cell)}]" for row in rows for cell in [*row, *[""] * (columns - len(row))])
    widths = ", ".join(["2fr", *["1fr"] * (columns - 1)])
    return (
        f"#table(columns: ({widths}), stroke: (x, y) => if y == 0 {{ (bottom: 0.5pt) }}, inset: 3pt, "
        f"align: (x, y) => if x == 0 {{ left }} else {{ right }}, {cells})\n"
    )


def quoted(text: str) -> str:
    """Text as a Typst string in markup, so that none of its characters is markup."""
    clean = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'#"{clean}"'


def draw_questions(
    reports: Sequence[Report], pages: dict[str, list[tuple[int, ...]]], count: int, seed: int
) -> list[Asked]:
    """Questions of contexts in turn, each worded with its company, as many of one report as of another."""
    chance = random.Random(seed)
    every: list[list[Asked]] = []
    for report in (report for report in reports if report.is_asked):
        own = [
            Asked(word_question(question["question"], report, chance), report.source, place)
            for context, place in zip(report.contexts, pages[report.source], strict=True)
            for question in chance.sample(context["questions"], min(2, len(context["questions"])))
        ]
        every.append(chance.sample(own, len(own)))
    share = -(-count // len(every))
    return [one for own in every for one in own[:share]][:count]


def word_question(question: str, report: Report, chance: random.Random) -> str:
    """The question asked of a company by its whole or its short name."""
    wording = chance.choice(WORDINGS)
    bare = question.strip().rstrip("?").strip()
    if wording.startswith(("For", "Looking")):
        bare = bare[0].lower() + bare[1:]
    return wording.format(question=bare, company=report.company, name=report.company.split()[0], year=report.year)


def ask_all(files: Sequence[Path], asked: Sequence[Asked], home: Path) -> tuple[list[dict[str, Any]], int]:
    """The answer object of each question, and how many pages the knowledge base has."""
    from ingest.pipeline import ingest
    from kb.answering import answer
    from kb.embedding import embedder
    from kb.store import KnowledgeBase

    with KnowledgeBase.open(home, create=True) as kb:
        ingest(list(files), kb, embedder())
        answer(kb, asked[0].question)
        return [answer(kb, one.question).to_json() for one in asked], kb.counts()["pages"]


def results_to_figures(asked: Sequence[Asked], results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Shares of questions whose page, or document, is among the first retrieved."""
    pairs = list(zip(asked, results, strict=True))
    times = [result["timings_ms"]["total"] for result in results]
    figures: dict[str, Any] = {"questions": len(asked)}
    figures |= {f"page@{k}": mean(is_among(one, result["retrieved"][:k], True) for one, result in pairs) for k in RANKS}
    figures |= {f"document@{k}": mean(is_among(one, r["retrieved"][:k], False) for one, r in pairs) for k in RANKS[:2]}
    return figures | {"p50 ms": percentile(times, 50), "p95 ms": percentile(times, 95)}


def is_among(one: Asked, retrieved: Sequence[dict[str, Any]], page: bool) -> bool:
    """Whether an entry is of the right document and, with ``page``, of a page of the question's context."""
    return any(e["source"] == one.source and (not page or e["page"] in one.pages) for e in retrieved)


def show(figures: dict[str, Any]) -> None:
    """The figures as a table on the terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "", title=f"{figures['reports']} reports, {figures['pages']} pages")
    for name, value in figures.items():
        table.add_row(name, f"{value:.3f}" if isinstance(value, float) and not name.endswith("ms") else f"{value:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
