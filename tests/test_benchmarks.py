"""The benchmarks of reading: what goes to a scorer, how sides take turns, and what is said where a part is missing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from app.cli.tables import table_to_json
from evals.benchmarks import speed, tables
from evals.benchmarks.measuring import cpu_seconds, page_count
from evals.benchmarks.speed import Spent
from ingest.readers import read

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
SLIDES = CORPUS / "panel-presentation-2017.pdf"

# Counts what it is given and scores 1 where a document's first table has its heading among its words.
SCORER = """
import argparse, json
from pathlib import Path
parser = argparse.ArgumentParser()
for name in ("pred", "gold", "manifest", "json"):
    parser.add_argument("--" + name)
given = parser.parse_args()
documents = json.loads(Path(given.manifest).read_text())["documents"]
by_document, false, tables = {}, 0, 0
for name in documents:
    found = json.loads(Path(given.pred, name + ".json").read_text())
    expected = Path(given.gold, name + "-str.xml").read_text()
    right = float(bool(found) and expected in json.dumps(found))
    shares = {"f1": right, "precision": right, "recall": right}
    by_document[name] = {**shares, "found": len(found), "tables": 1, "predicted": len(found), "false_tables": 0}
    tables += len(found)
pages = sum(document["pages"] for document in documents.values())
mean = sum(row["f1"] for row in by_document.values()) / len(by_document)
shares = {"f1": mean, "precision": mean, "recall": mean}
detection = {"tables": len(documents), "found": tables, "predicted": tables, "false_tables": 0, "pages": pages,
             "false_per_page": 0.0}
Path(given.json).write_text(json.dumps(
    {"micro": shares, "per_document": shares, "detection": detection, "by_document": by_document}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two PDFs with a ground truth, one of them damaged, and one without."""
    folder = tmp_path / "set"
    folder.mkdir()
    shutil.copy(SLIDES, folder / "slides.pdf")
    (folder / "slides-str.xml").write_text("EMSOU FORENSICS", "utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
    (folder / "broken-str.xml").write_text("none", "utf-8")
    shutil.copy(SLIDES, folder / "unknown.pdf")
    return folder


@pytest.fixture
def scorer(tmp_path: Path) -> Path:
    path = tmp_path / "scorer.py"
    path.write_text(SCORER, "utf-8")
    return path


def test_every_document_is_scored_and_a_failure_is_named(
    folder: Path, scorer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, figures_file = tmp_path / "kept", tmp_path / "figures.json"
    code = tables.main([str(folder), "--scorer", str(scorer), "--keep", str(kept), "--json", str(figures_file)])
    said = capsys.readouterr().out
    assert code == 1
    assert "broken could not be read: UnreadableFile" in said
    assert "unknown" not in said
    figures = json.loads(figures_file.read_text("utf-8"))
    assert {name: row["f1"] for name, row in figures["by_document"].items()} == {"broken": 0.0, "slides": 1.0}
    document = read(SLIDES)
    predicted = json.loads((kept / "slides.json").read_text("utf-8"))
    expected = json.loads(json.dumps([table_to_json(table, document) for table in document.tables]))
    for one in [*predicted, *expected]:
        del one["source"]  # the copy has another name
    assert predicted == expected
    assert figures["detection"]["pages"] == len(document.pages)
    assert figures["speed"]["pages_per_cpu_second"] > 0


def test_only_the_named_documents(folder: Path, scorer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tables.main([str(folder), "--scorer", str(scorer), "--only", "slides"]) == 0
    assert "broken" not in capsys.readouterr().out


def test_a_scorer_that_is_not_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tables.main([str(folder), "--scorer", "/nowhere/scorer.py"])
    assert "/nowhere/scorer.py" in capsys.readouterr().err


def test_a_folder_without_ground_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tables.main([str(tmp_path)])
    assert "NAME-str.xml" in capsys.readouterr().err


def test_sides_take_turns_and_none_always_begins() -> None:
    files = [CORPUS / "panel-presentation-2017.pdf", CORPUS / "committee-report-2010.pdf"]
    seen: list[tuple[str, str]] = []
    sides: dict[str, speed.Side] = {
        name: lambda path, name=name: seen.append((name, path.stem)) for name in ("ours", "other")
    }
    rounds = speed.measure(files, sides, rounds=2)
    warm, counted = seen[:2], seen[2:]
    assert len(warm) == 2 and len({stem for _, stem in warm}) == 1
    assert [name for name, _ in counted[:4]] == ["ours", "other", "other", "ours"]
    assert [stem for _, stem in counted[:4]] == [files[0].stem] * 2 + [files[1].stem] * 2
    assert all(spent["ours"].pages == sum(page_count(path) for path in files) for spent in rounds)


def test_what_a_side_cannot_read_costs_time_and_gives_no_pages() -> None:
    def fail(path: Path) -> None:
        total = sum(range(200_000))
        raise ValueError(total)

    spent = Spent()
    speed.timed(fail, SLIDES, 21, spent)
    assert (spent.pages, spent.failed) == (0, 1)
    assert spent.wall > 0


def test_ratios_are_made_round_by_round() -> None:
    rounds = [
        {"ours": Spent(2.0, 2.0, 100), "other": Spent(4.0, 8.0, 100)},
        {"ours": Spent(1.0, 1.0, 100), "other": Spent(3.0, 2.0, 100)},
        {"ours": Spent(1.0, 1.0, 100), "other": Spent(3.0, 6.0, 100)},
    ]
    figures = speed.spent_to_figures(rounds, 7)
    other = figures["sides"]["other"]
    assert other["ours_is_faster"] == pytest.approx([2.0, 4.0, 6.0])
    assert other["pages_a_cpu_second"] == pytest.approx(100 / 6)
    assert figures["sides"]["ours"]["pages_a_second"] == 100
    assert (figures["files"], figures["pages"], figures["rounds"]) == (7, 100, 3)


def test_what_is_compared_with_is_said_where_it_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(speed, "find_spec", lambda name: None if name == "camelot" else object())
    with pytest.raises(SystemExit):
        speed.main([str(folder)])
    assert "not installed: camelot. Install what is compared with pip install -e '.[benchmarks]'" in (
        capsys.readouterr().err
    )


def test_processor_time_only_grows_and_a_damaged_file_has_no_pages(folder: Path) -> None:
    before = cpu_seconds()
    assert sum(range(2_000_000)) > 0
    assert cpu_seconds() > before
    assert page_count(folder / "broken.pdf") == 0
    assert page_count(folder / "slides.pdf") == 21
