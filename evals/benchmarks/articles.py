"""Questions on long articles: is the sentence found, is the span said, and is what no article says left unanswered?

Run: ``python -m evals.benchmarks.articles FOLDER [--split dev] [--count 200] [--seed 1] [--given] [--json FILE]``.
FOLDER holds ``dev.jsonl.gz`` and ``train.jsonl.gz`` with a question, its context, answer spans and the context's
document a line. Contexts of one document are put together again as one article (text and web pages in turns), most
articles are ingested into an empty knowledge base, and the rest only lend their questions, which nothing answers then.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from evals.metrics import percentile
from evals.normalise import count_words, occurs, text_to_tokens, without_markers
from evals.overlap import overlaps
from evals.questions import Evidence

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

# Collections whose contexts make whole articles, in their order and as they were written.
WHOLE = ("squad-dev", "squadshifts-newwiki", "fairytaleqa")
FEWEST_WORDS = 1_000
LEFT_OUT = 3  # one article in so many is left out
MAX_WORDS = 80
RANKS = (1, 3, 10)


@dataclass(frozen=True, slots=True)
class Article:
    """An article: the name of its file, its title, and its paragraphs in order."""

    source: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the article that it was asked of, and the gold answers with the sentence that holds the first one.

    ``kind`` is "answerable", "near miss" (its article speaks of it and does not answer) or "left out" (no article of
    the knowledge base is the one that answers).
    """

    question: str
    source: str
    kind: str
    answers: tuple[str, ...] = ()
    sentence: str = ""


def main(arguments: list[str] | None = None) -> None:
    """Build, ingest, ask, show a table, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="the folder of dev.jsonl.gz and train.jsonl.gz")
    parser.add_argument("--split", choices=("dev", "train"), default="dev", help="which half to ask (default: dev)")
    parser.add_argument("--count", type=int, default=200, help="answerable questions; half as many of the others")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--given", action="store_true", help="name the article with each question that it answers")
    parser.add_argument("--home", type=Path, help="a folder to keep the knowledge base in, and to find it in again")
    parser.add_argument("--json", type=Path, help="a file for the figures and all answers")
    options = parser.parse_args(arguments)
    rows = read_rows(options.folder / f"{options.split}.jsonl.gz")
    articles, asked = rows_to_benchmark(rows, options.count, options.seed)
    if not asked:
        parser.error(f"{options.folder} has no article of {FEWEST_WORDS:,} words or more")
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder) / "home"
        results = ask_all(articles, asked, home, options.given)
    figures = results_to_figures(asked, results)
    show(figures, len(articles))
    if options.json:
        lines = [
            {"asked": one.question, "kind": one.kind, **result} for one, result in zip(asked, results, strict=True)
        ]
        options.json.write_text(json.dumps({"figures": figures, "answers": lines}, indent=1) + "\n", "utf-8")


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The lines of a compressed file, of the collections that make whole articles."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["source"] in WHOLE]


def rows_to_benchmark(rows: Sequence[dict[str, Any]], count: int, seed: int) -> tuple[list[Article], list[Asked]]:
    """The articles to ingest and the questions to ask: ``count`` answerable ones, half as many near misses, and half
    as many of articles left out, drawn evenly over the articles."""
    chance = random.Random(seed)
    articles = rows_to_articles(rows)
    names = sorted(articles)
    chance.shuffle(names)
    out = set(names[::LEFT_OUT])
    groups: dict[str, list[Asked]] = {"answerable": [], "near miss": [], "left out": []}
    for row in rows:
        if row["doc"] in articles:
            one = row_to_asked(row, articles[row["doc"]].source, row["doc"] in out)
            if one is not None:
                groups[one.kind].append(one)
    wanted = {"answerable": count, "near miss": count // 2, "left out": count // 2}
    asked = [one for kind, group in groups.items() for one in draw_evenly(group, wanted[kind], chance)]
    return [articles[name] for name in names if name not in out], asked


def rows_to_articles(rows: Sequence[dict[str, Any]]) -> dict[str, Article]:
    """Document to its article, where it is long enough; paragraphs in the order of their first question."""
    paragraphs: dict[str, dict[str, None]] = {}
    for row in rows:
        paragraphs.setdefault(row["doc"], {})[row["context"]] = None
    articles: dict[str, Article] = {}
    for doc, texts in paragraphs.items():
        if sum(len(text.split()) for text in texts) >= FEWEST_WORDS:
            title = re.sub(r"[_-]+", " ", doc.split(":", 1)[1]).strip().capitalize()
            stem = re.sub(r"\W+", "-", title).strip("-")
            suffix = "html" if len(articles) % 2 else "txt"
            articles[doc] = Article(f"{stem}.{suffix}", title, tuple(texts))
    return articles


def row_to_asked(row: dict[str, Any], source: str, left_out: bool) -> Asked | None:
    """The question of a row; None where it has no answer and its article is left out, or its sentence is unknown."""
    answers = tuple(dict.fromkeys(answer["text"] for answer in row["answers"]))
    if left_out:
        return Asked(row["question"], source, "left out") if answers else None
    if not answers:
        return Asked(row["question"], source, "near miss")
    sentence = row["answer_sentence"]
    return Asked(row["question"], source, "answerable", answers, sentence) if sentence else None


def draw_evenly(group: Sequence[Asked], count: int, chance: random.Random) -> list[Asked]:
    """``count`` of the questions, as many of one article as of another as far as they reach."""
    by_source: dict[str, list[Asked]] = {}
    for one in chance.sample(group, len(group)):
        by_source.setdefault(one.source, []).append(one)
    drawn: list[Asked] = []
    while len(drawn) < count and any(by_source.values()):
        drawn += [own.pop() for _, own in sorted(by_source.items()) if own]
    return drawn[:count]


def article_to_bytes(article: Article) -> bytes:
    """The article as its file: a web page with a heading, or text with its title on the first line."""
    if article.source.endswith(".txt"):
        return "\n\n".join((article.title, *article.paragraphs)).encode()
    body = "\n".join(f"<p>{html.escape(text)}</p>" for text in article.paragraphs)
    title = html.escape(article.title)
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>\n{body}</body></html>".encode()


def ask_all(articles: Sequence[Article], asked: Sequence[Asked], home: Path, given: bool) -> list[dict[str, Any]]:
    """The answer object of each question, from a knowledge base of the articles."""
    from ingest.pipeline import ingest
    from kb.answering import answer
    from kb.embedding import embedder
    from kb.store import Filters, KnowledgeBase

    def ask(kb: KnowledgeBase, one: Asked) -> dict[str, Any]:
        filters = Filters(documents=(one.source,)) if given and one.kind != "left out" else None
        said: dict[str, Any] = answer(kb, one.question, filters=filters).to_json()
        return said

    with KnowledgeBase.open(home, create=True) as kb, tempfile.TemporaryDirectory() as folder:
        for article in articles:
            (Path(folder) / article.source).write_bytes(article_to_bytes(article))
        ingest([Path(folder)], kb, embedder())
        answer(kb, asked[0].question)
        return [ask(kb, one) for one in asked]


def results_to_figures(asked: Sequence[Asked], results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Shares over the answerable questions, and how well answered and unanswered go with answerable and not.

    ``balanced`` is the mean of the share of answerable questions that are answered and of the others that are not.
    """
    pairs = list(zip(asked, results, strict=True))
    answerable = [(one, result) for one, result in pairs if one.kind == "answerable"]
    ranks = [first_rank(one, result["retrieved"]) for one, result in answerable]
    times = [result["timings_ms"]["total"] for _, result in pairs]
    answered = mean(result["status"] == "answered" for _, result in answerable)
    figures: dict[str, Any] = {"answerable": len(answerable), "answered": answered}
    figures |= {f"hit@{k}": mean(rank is not None and rank <= k for rank in ranks) for k in RANKS}
    figures["contained"] = mean(is_contained(one, result) for one, result in answerable)
    figures["F1 of answer"] = mean(best_f1(one.answers, answer_text(result)) for one, result in answerable)
    figures["F1 of values"] = mean(best_f1(one.answers, " ".join(result["values"])) for one, result in answerable)
    for kind in ("near miss", "left out"):
        others = [result["status"] != "answered" for one, result in pairs if one.kind == kind]
        if others:
            figures |= {f"{kind}: refused": mean(others), f"{kind}: balanced": (answered + mean(others)) / 2}
    return figures | {"p50 ms": percentile(times, 50), "p95 ms": percentile(times, 95)}


def first_rank(one: Asked, retrieved: Sequence[dict[str, Any]]) -> int | None:
    """The rank of the first retrieved text that overlaps the gold sentence; None where none does."""
    evidence = Evidence(source=one.source, quote=one.sentence)
    found = (rank for rank, entry in enumerate(retrieved, 1) if overlaps(evidence, entry["source"], entry["text"]))
    return next(found, None)


def answer_text(result: dict[str, Any]) -> str:
    """What was said, without its markers; "" where nothing was answered."""
    return without_markers(result["answer"]) if result["status"] == "answered" else ""


def is_contained(one: Asked, result: dict[str, Any]) -> bool:
    """Whether an answer of at most MAX_WORDS holds one of the gold answers."""
    said = answer_text(result)
    return bool(said) and count_words(said) <= MAX_WORDS and any(occurs(gold, said) for gold in one.answers)


def best_f1(golds: Iterable[str], said: str) -> float:
    """Token F1 with the nearest gold answer: harmonic mean of the shares of shared words, as SQuAD has it."""
    return max((f1(text_to_words(gold), text_to_words(said)) for gold in golds), default=0.0)


def text_to_words(text: str) -> Counter[str]:
    """Words and numbers of a text without articles, with how often each stands there."""
    return Counter(token.text for token in text_to_tokens(text) if token.text not in {"a", "an", "the"})


def f1(gold: Counter[str], said: Counter[str]) -> float:
    common = (gold & said).total()
    return 2 * common / (gold.total() + said.total()) if common else 0.0


def show(figures: dict[str, Any], articles: int) -> None:
    """The figures as a table on the terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "", title=f"{articles} articles")
    for name, value in figures.items():
        table.add_row(name, f"{value:.3f}" if isinstance(value, float) and not name.endswith("ms") else f"{value:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
