"""Questions on tables with paragraphs: TAT-QA, each context as one document that the questions name.

Run: ``python -m evals.benchmarks.tatqa FOLDER --scorer PATH [--limit N] [--seed N] [--half first|second]
[--format html|md] [--open] [--home DIR] [--json FILE]``. FOLDER holds ``tatqa_dataset_*.json`` or ``.json.gz``. Every
context (a table and its paragraphs) is written as a document, all of them are ingested into one knowledge base, and
each question is asked of its own document, or with ``--open`` of all. The scorer is a Python file of its own, not part
of this project, with ``evaluate(questions, answers)`` and ``report(rows, name)``.
"""

from __future__ import annotations

import argparse
import gzip
import html
import importlib.util
import json
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from kb.store import Filters, KnowledgeBase

SEED = 7


@dataclass(frozen=True, slots=True)
class Context:
    """One table with its paragraphs and questions, as the data set has them; ``name`` is its document's file name."""

    name: str
    rows: list[list[str]]
    paragraphs: list[str]
    questions: list[dict[str, Any]]


def main(arguments: list[str] | None = None) -> int:
    """Write, ingest, ask, score and show; 2 where FOLDER holds no data set, else 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="tatqa_dataset_*.json or .json.gz")
    parser.add_argument("--scorer", type=Path, required=True, help="a Python file with evaluate and report")
    parser.add_argument("--limit", type=int, metavar="N", help="N contexts, drawn by the seed")
    parser.add_argument("--seed", type=int, default=SEED, help=f"default: {SEED}")
    parser.add_argument("--half", choices=("first", "second"), help="one half of the contexts, parted by the seed")
    parser.add_argument("--format", choices=("html", "md"), default="html", help="of the documents; default: html")
    parser.add_argument("--open", action="store_true", help="ask all documents, not the question's own")
    parser.add_argument("--home", type=Path, metavar="DIR", help="keep the knowledge base here, and use it again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="a file for questions, answers and scores")
    options = parser.parse_args(arguments)
    every = read_contexts(options.folder, options.format)
    contexts = draw(every, options.seed, options.half, options.limit)
    if not contexts:
        parser.error(f"there is no tatqa_dataset_*.json in {options.folder}")
    with tempfile.TemporaryDirectory() as scratch:
        home = options.home or Path(scratch) / "home"
        fill(home, every, options.format, Path(scratch))
        questions = [question for context in contexts for question in context.questions]
        start = time.perf_counter()
        answers = ask(home, questions, given=not options.open)
        seconds = time.perf_counter() - start
    scorer = load_scorer(options.scorer)
    judged = evaluate(scorer, questions, answers)
    rows = [row for row in judged if row is not None]
    sys.stdout.write(scorer.report(rows, "all documents" if options.open else "document given") + "\n")
    sys.stdout.write(f"{1000 * seconds / len(questions):.0f} ms a question, {len(contexts)} documents\n")
    if len(rows) < len(judged):
        sys.stdout.write(f"{len(judged) - len(rows)} questions that the scorer could not judge are left out\n")
    if options.json:
        kept = [
            {"question": q, "answer": answers[q["id"]], "score": row} for q, row in zip(questions, judged, strict=True)
        ]
        options.json.write_text(json.dumps(kept, ensure_ascii=False) + "\n", "utf-8")
    return 0


def read_contexts(folder: Path, extension: str) -> list[Context]:
    """The contexts of all data set files of a folder, questions with ``id`` and ``document``."""
    contexts = []
    for path in sorted(folder.glob("tatqa_dataset_*.json*")):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        entries = json.loads(data)
        for number, entry in enumerate(entries):
            name = f"{path.name.split('.')[0]}_{number:04}.{extension}"
            paragraphs = [p["text"] for p in sorted(entry["paragraphs"], key=lambda p: int(p["order"]))]
            questions = [entry_to_question(question, name) for question in entry["questions"]]
            contexts.append(Context(name, entry["table"]["table"], paragraphs, questions))
    return contexts


def entry_to_question(entry: dict[str, Any], document: str) -> dict[str, Any]:
    """A question as scorers take it: its answer always a list."""
    answer = entry["answer"] if isinstance(entry["answer"], list) else [entry["answer"]]
    return {**entry, "id": entry["uid"], "document": document, "answer": answer}


def draw(contexts: list[Context], seed: int, half: str | None, limit: int | None) -> list[Context]:
    """One half of the contexts, or so many of them, always the same for a seed."""
    order = list(range(len(contexts)))
    random.Random(seed).shuffle(order)
    middle = len(order) // 2
    picked = {"first": order[:middle], "second": order[middle:]}.get(half or "", order)
    return [contexts[place] for place in sorted(picked[:limit])]


def fill(home: Path, contexts: list[Context], extension: str, scratch: Path) -> None:
    """Every context written as a document and ingested; a knowledge base that is there already is used as it is."""
    from ingest.pipeline import ingest
    from kb.embedding import embedder

    if home.exists():
        return
    folder = scratch / "documents"
    folder.mkdir(parents=True)
    write = {"html": context_to_html, "md": context_to_markdown}[extension]
    for context in contexts:
        (folder / context.name).write_text(write(context), "utf-8")
    with KnowledgeBase.open(home, create=True) as kb:
        ingest([folder], kb, embedder())


def context_to_html(context: Context) -> str:
    """The paragraphs and, before the first of them, the table, as a web page without any styling."""
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in context.rows
    )
    paragraphs = "\n".join(f"<p>{html.escape(text)}</p>" for text in context.paragraphs)
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{context.name}</title></head>\n<body>\n'
        f"<table>\n{rows}\n</table>\n{paragraphs}\n</body></html>\n"
    )


def context_to_markdown(context: Context) -> str:
    """The same as Markdown, the first row of the table as its heading."""
    lines = [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in context.rows
    ]
    lines.insert(1, "|" + " --- |" * len(context.rows[0]))
    return "\n".join([*lines, "", *(f"{text}\n" for text in context.paragraphs)])


def ask(home: Path, questions: list[dict[str, Any]], given: bool) -> dict[str, dict[str, Any]]:
    """The answer object of every question, by its id."""
    from kb.answering import answer

    answers = {}
    with KnowledgeBase.open(home) as kb:
        ids = {info.source: info.id for info in kb.documents()}
        for question in questions:
            filters = Filters(documents=(ids[question["document"]],)) if given else None
            answers[question["id"]] = answer(kb, question["question"], filters=filters).to_json()
    return answers


def evaluate(
    scorer: ModuleType, questions: list[dict[str, Any]], answers: dict[str, dict[str, Any]]
) -> list[dict[str, Any] | None]:
    """The scorer's row for each question; None where it fails on the data set's own answer."""
    rows: list[dict[str, Any] | None] = []
    for question in questions:
        try:
            rows.extend(scorer.evaluate([question], answers))
        except (IndexError, ValueError):
            rows.append(None)
    return rows


def load_scorer(path: Path) -> ModuleType:
    """The scorer's file as a module."""
    found = importlib.util.spec_from_file_location("tatqa_scorer", path)
    if found is None or found.loader is None:
        raise SystemExit(f"{path} is no Python file")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
