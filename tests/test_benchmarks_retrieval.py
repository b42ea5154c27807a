"""The benchmarks of finding: articles are put together and asked, reports are typeset with their pages known."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from evals.benchmarks import articles, reports
from ingest.readers import read

TOPICS = {"Otters": "otter", "Herons": "heron", "Badgers": "badger", "Voles": "vole"}


def topic_to_rows(doc: str, animal: str) -> list[dict[str, Any]]:
    """Two paragraphs on an animal, asked one question each, and one that neither answers."""
    first = f"The {animal} sleeps in the old mill. It eats {len(animal)} small fish a day."
    second = f"Each {animal} is counted in March. The count of the {animal} is done by the wardens."
    asked = [
        (first, f"Where does the {animal} sleep?", "the old mill", f"The {animal} sleeps in the old mill."),
        (second, f"When is each {animal} counted?", "March", f"Each {animal} is counted in March."),
        (first, f"Who painted the {animal}?", None, None),
    ]
    return [
        {
            "source": "squad-dev",
            "doc": f"squad:{doc}",
            "question": question,
            "context": context,
            "answers": [] if gold is None else [{"text": gold, "start": context.index(gold)}],
            "answer_sentence": sentence,
        }
        for context, question, gold, sentence in asked
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(articles, "FEWEST_WORDS", 20)
    rows = [row for doc, animal in TOPICS.items() for row in topic_to_rows(doc, animal)]
    with gzip.open(tmp_path / "dev.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(map(json.dumps, rows)))
    return tmp_path


def test_articles_are_asked_and_some_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = folder / "figures.json"
    articles.main([str(folder), "--count", "4", "--json", str(kept)])
    said = json.loads(kept.read_text("utf-8"))
    kinds = [answer["kind"] for answer in said["answers"]]
    assert kinds == ["answerable"] * 4 + ["near miss"] * 2 + ["left out"] * 2
    assert said["figures"]["hit@1"] == 1.0
    assert said["figures"]["contained"] > 0.5
    assert "left out: balanced" in capsys.readouterr().out


def test_articles_are_written_as_text_and_as_web_pages(folder: Path) -> None:
    rows = articles.read_rows(folder / "dev.jsonl.gz")
    found = articles.rows_to_articles(rows)
    assert [article.source for article in found.values()] == ["Otters.txt", "Herons.html", "Badgers.txt", "Voles.html"]
    for article in found.values():
        path = folder / article.source
        path.write_bytes(articles.article_to_bytes(article))
        document = read(path)
        assert document.title == article.title
        assert all(paragraph in document.text for paragraph in article.paragraphs)


def test_f1_is_of_shared_words() -> None:
    assert articles.best_f1(["the old mill"], "Old mill") == 1.0
    assert articles.best_f1(["an old mill", "a new barn"], "the new mill") == 0.5
    assert articles.best_f1(["a mill"], "") == 0.0


def context(label: str) -> dict[str, Any]:
    return {
        "table": {"uid": "2019", "table": [["", "2019", "2018"], [f"{label} sales", "$1,496", "$1,202"]]},
        "paragraphs": [{"order": 1, "text": f'{label} is made #here by 5*3 "hands" in 2019.'}],
        "questions": [{"question": f"What are the {label} sales in 2018?"}],
    }


def test_reports_are_dealt_out_with_years_of_their_own() -> None:
    dealt = reports.contexts_to_reports([context(f"Item {n}") for n in range(40)], copies=2, seed=1)
    assert len(dealt) == 4 * len(reports.COMPANIES)
    assert len({report.source for report in dealt}) == len(dealt)
    for report in dealt:
        assert len(report.contexts) == 2
        table = report.contexts[0]["table"]
        assert table["table"][0] == ["", str(report.year), str(report.year - 1)]
        assert table["uid"] == "2019"


def test_a_report_is_typeset_with_the_pages_of_its_contexts(tmp_path: Path) -> None:
    report = reports.Report("ACME_2019_10K.pdf", "Acme Fittings", 2019, (context("Pipe"), context("Valve")))
    path = tmp_path / report.source
    pages = reports.typeset(report, path)
    assert pages == [(2,), (3,)]
    before = path.read_bytes()
    reports.typeset(report, path)
    assert path.read_bytes() == before
    with pypdfium2.PdfDocument(path) as pdf:
        texts = [page.get_textpage().get_text_bounded() for page in pdf]
    assert 'Valve is made #here by 5*3 "hands" in 2019.' in texts[2]
    assert "$1,202" in texts[2]
    asked = reports.draw_questions([report], {report.source: pages}, 5, 1)
    assert {one.pages for one in asked} == {(2,), (3,)}
    assert all("Acme" in one.question for one in asked)


def test_every_wording_names_the_company() -> None:
    report = reports.Report("ACME_2019_10K.pdf", "Acme Fittings", 2019, ())
    said = {reports.word_question("What are the sales?", report, random.Random(n)) for n in range(60)}
    assert len(said) == len(reports.WORDINGS)
    assert all("Acme" in question and "sales" in question for question in said)


def test_a_page_counts_only_in_its_own_report() -> None:
    one = reports.Asked("?", "a.pdf", (2, 3))
    entries = [{"source": "b.pdf", "page": 2}, {"source": "a.pdf", "page": 4}, {"source": "a.pdf", "page": 3}]
    assert reports.is_among(one, entries, page=True)
    assert not reports.is_among(one, entries[:2], page=True)
    assert reports.is_among(one, entries[:2], page=False)
