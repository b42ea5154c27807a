"""The question sets that ship, and the checker that keeps them honest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.check_questions import CORPUS, SHIPPED, check_question, check_sets
from evals.questions import json_to_question, read_questions
from evals.sources import SourceFiles

DECK = "panel-presentation-2017.pdf"
FORENSICS_ROW = "EMSOU FORENSICS 1,087,357 906,131 858,855 579,136 508,221 3,939,700"


@pytest.fixture(scope="module")
def corpus() -> SourceFiles:
    return SourceFiles.from_folder(CORPUS)


@pytest.mark.parametrize("paths", SHIPPED)
def test_shipped_questions_have_no_problems(paths: tuple[Path, Path]) -> None:
    assert check_sets(paths, CORPUS) == []


def test_ids_are_unique_over_all_sets() -> None:
    ids = [question.id for paths in SHIPPED for path in paths for question in read_questions(path)]
    assert len(ids) == len(set(ids))


def test_checker_runs_as_a_module() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "evals.check_questions"], capture_output=True, text=True, cwd=CORPUS.parent, check=True
    )
    assert run.stdout.strip() == "0 problems"


@pytest.mark.parametrize("paths", SHIPPED)
def test_halves_have_every_type_in_the_same_measure(paths: tuple[Path, Path]) -> None:
    tuned, set_aside = ([question.type for question in read_questions(path)] for path in paths)
    assert set(tuned) == set(set_aside)
    assert all(abs(tuned.count(kind) - set_aside.count(kind)) <= 1 for kind in set(tuned))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"type": "riddle"}, "unknown type"),
        ({"must": [["1,087,358"]]}, "occurs in the evidence"),
        ({"must": [["£"]]}, "empty wording"),
        ({"must_not": ["1,087,357"]}, "must_not"),
        ({"evidence": [{"source": DECK, "quote": "EMSOU FORENSICS 1,087,358"}]}, "does not stand in"),
        ({"evidence": [{"source": "gone.pdf", "quote": FORENSICS_ROW}]}, "no file gone.pdf"),
        ({"evidence": []}, "without must or evidence"),
        ({"answerable": False}, "disagree"),
        ({"type": "follow_up"}, "without history"),
    ],
)
def test_checker_names_the_problem(change: dict[str, Any], problem: str, corpus: SourceFiles) -> None:
    good: dict[str, Any] = {
        "id": "q",
        "type": "table_lookup",
        "question": "?",
        "answerable": True,
        "must": [["1,087,357"]],
        "must_not": [],
        "evidence": [{"source": DECK, "quote": FORENSICS_ROW}],
    }
    assert check_question(json_to_question(good), corpus) == []
    assert any(problem in found for found in check_question(json_to_question(good | change), corpus))


def test_checker_looks_at_the_sets_as_a_whole(tmp_path: Path) -> None:
    line = {
        "id": "q",
        "type": "fact",
        "question": "?",
        "answerable": True,
        "must": [["forensics"]],
        "must_not": [],
        "evidence": [{"source": DECK, "quote": FORENSICS_ROW}],
        "note": "?",
    }
    path = tmp_path / "small.jsonl"
    path.write_text("\n".join([json.dumps(line)] * 4), encoding="utf-8")
    problems = "\n".join(check_sets([path], CORPUS))
    for part in ("unknown ['note']", "id used 4 times", "place used 4 times", "4 questions", "0 unanswerable"):
        assert part in problems
    assert "no question of type computed" in problems
