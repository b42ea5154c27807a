"""Questions on single tables: denotation accuracy on WikiTableQuestions (Pasupat and Liang 2015), dev or any split.

Run: ``python -m evals.benchmarks.wtq FOLDER [--split dev.tsv] [--only N] [--json FILE] [--answers FILE]``. FOLDER holds
the split (id, utterance, context, targetValue by tabs) and the tables under ``csv/``, or ``csv.tar.gz``. Each question
is answered from its table alone, as ``kb ask --table`` does. An answer is right where its values are those of the gold
answer, in any order, compared as the official evaluator compares them: as words without accents, marks and brackets,
as numbers, or as dates. ``tidy`` forgives units and thousands marks in the answer ("17 years", "75,287").
"""

from __future__ import annotations

import argparse
import json
import re
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kb.answering.programs.reading import NUMBER_WORDS, normalise, text_to_date

Key = tuple[str, str | float | tuple[int, int, int]]
AMOUNT = re.compile(r"[$£€]?\s*([-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d+(?:\.\d+)?)\s*(?:%|[A-Za-z]+\.?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a split with its table and its gold values."""

    id: str
    question: str
    table: Path
    gold: tuple[str, ...]


def main(arguments: list[str] | None = None) -> int:
    """Ask, score and show."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", default="dev.tsv", help="default: dev.tsv")
    parser.add_argument("--only", type=int, metavar="N", help="the first N questions")
    parser.add_argument("--json", type=Path, metavar="FILE", help="a file for the figures")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="a file for the answers, one JSON object a line")
    parser.add_argument("--least", type=float, default=0.0, help="end with 1 where accuracy is lower")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        asked = split_to_asked(options.folder, options.split, Path(scratch))[: options.only]
        rows = list(ask_all(asked))
    figures = rows_to_figures(rows)
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if options.answers:
        options.answers.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return 1 if figures["right"] < options.least else 0


def split_to_asked(folder: Path, split: str, scratch: Path) -> list[Asked]:
    """The questions of a split; the tables are unpacked into ``scratch`` where they are packed."""
    tables = folder
    if not (folder / "csv").is_dir():
        with tarfile.open(folder / "csv.tar.gz") as packed:
            packed.extractall(scratch, filter="data")
        tables = scratch
    lines = (folder / split).read_text("utf-8").split("\n")[1:]
    return [
        Asked(fields[0], fields[1], tables / fields[2], gold_to_values(fields[3]))
        for line in lines
        if len(fields := line.split("\t")) >= 4
    ]


def gold_to_values(text: str) -> tuple[str, ...]:
    """The values of a gold answer as the data set writes them, escapes undone."""
    undone = {"n": "\n", "p": "|", "\\": "\\"}
    return tuple(re.sub(r"\\([np\\])", lambda match: undone[match.group(1)], part) for part in text.split("|"))


def ask_all(asked: Sequence[Asked]) -> Iterator[dict[str, object]]:
    """One row a question: whether it was answered, strictly right and tidily right, and milliseconds."""
    from kb.answering import answer_from_table
    from kb.errors import CollabkbError

    for one in asked:
        start = time.perf_counter()
        try:
            values = list(answer_from_table(one.table, one.question).values)
        except CollabkbError:
            values = []
        spent = 1000 * (time.perf_counter() - start)
        strict = is_right(one.gold, values)
        yield {
            "id": one.id,
            "values": values,
            "answered": bool(values),
            "right": strict,
            "tidy": strict or is_right(one.gold, [tidy(value) for value in values]),
            "ms": spent,
        }


def is_right(gold: Sequence[str], values: Sequence[str]) -> bool:
    """Whether the values are those of the gold answer, in any order, each said once."""
    wanted, given = _unique(gold), _unique(values)
    return len(wanted) == len(given) and all(any(w & g for g in given) for w in wanted)


def _unique(values: Sequence[str]) -> list[frozenset[Key]]:
    return list(dict.fromkeys(value_to_keys(value) for value in values))


@lru_cache(maxsize=100_000)
def value_to_keys(value: str) -> frozenset[Key]:
    """All that a value may be compared by: its words, its number, its date."""
    keys: set[Key] = {("words", normalise(value))}
    try:
        keys.add(("number", float(tidy(value))))
    except ValueError:
        date = text_to_date(value)
        if date and date[1] and date[2] and len(value) < 24:
            keys.add(("date", date))
    return frozenset(keys)


def tidy(value: str) -> str:
    """A value without thousands marks, currency and unit; number words as digits."""
    text = value.strip()
    match = AMOUNT.fullmatch(text)
    if match:
        return match.group(1).replace(",", "")
    return str(NUMBER_WORDS[text.lower()]) if text.lower() in NUMBER_WORDS else text


def rows_to_figures(rows: Sequence[dict[str, object]]) -> dict[str, float]:
    """Shares of answered and right questions, and times in milliseconds."""
    count = max(1, len(rows))
    spent = sorted(float(str(row["ms"])) for row in rows) or [0.0]
    return {
        "questions": len(rows),
        **{name: sum(bool(row[name]) for row in rows) / count for name in ("answered", "right", "tidy")},
        "p50_ms": spent[len(spent) // 2],
        "p95_ms": spent[int(0.95 * len(spent))],
    }


def show(figures: dict[str, float]) -> None:
    """The figures as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "value", box=None, header_style="bold")
    for name, value in figures.items():
        table.add_row(name, f"{value:.3f}" if value < 1 else f"{value:,.0f}")
    Console(highlight=False).print(table)


if __name__ == "__main__":
    raise SystemExit(main())
