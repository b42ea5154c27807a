"""The benchmark of questions on tables with paragraphs: contexts written as documents, answers handed to a scorer."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from evals.benchmarks import tatqa

DATA = [
    {
        "table": {"table": [["", "2019", "2018"], ["Freight (£m)", "9", "12"], ["Passengers (£m)", "45", "40"]]},
        "paragraphs": [
            {"order": 2, "text": "The pier reopened in May 2019."},
            {"order": 1, "text": "Income of the ferries is shown below."},
        ],
        "questions": [
            {"uid": "a", "question": "What was the change in Freight from 2018 to 2019?", "answer": -3, "type": "x"},
            {"uid": "b", "question": "What was Freight in 2018?", "answer": ["12"], "type": "broken"},
        ],
    }
]
SCORER = """
def evaluate(questions, answers):
    if questions[0]["type"] == "broken":
        raise IndexError("no number in the answer")
    return [{"id": q["id"], "values": answers[q["id"]]["values"], "answer": q["answer"]} for q in questions]

def report(rows, name):
    return f"{name}: {rows}"
"""


@pytest.mark.parametrize("form", ["html", "md"])
def test_contexts_are_asked_and_scored(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tatqa_dataset_dev.json.gz").write_bytes(gzip.compress(json.dumps(DATA).encode()))
    scorer = tmp_path / "scorer.py"
    scorer.write_text(SCORER, "utf-8")
    kept = tmp_path / "kept.json"
    arguments = [str(tmp_path), "--scorer", str(scorer), "--format", form, "--json", str(kept)]
    assert tatqa.main(arguments) == 0
    shown = capsys.readouterr().out
    assert "document given: [{'id': 'a', 'values': ['-£3 million'], 'answer': [-3]}]" in shown
    assert "1 questions that the scorer could not judge" in shown
    assert json.loads(kept.read_text("utf-8"))[0]["answer"]["status"] == "answered"


def test_a_folder_without_the_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        tatqa.main([str(tmp_path), "--scorer", "none.py"])


def test_halves_are_apart_and_always_the_same() -> None:
    contexts = [tatqa.Context(str(number), [], [], []) for number in range(11)]
    first, second = (tatqa.draw(contexts, 7, half, None) for half in ("first", "second"))
    assert {c.name for c in first} | {c.name for c in second} == {c.name for c in contexts}
    assert not {c.name for c in first} & {c.name for c in second}
    assert first == tatqa.draw(contexts, 7, "first", None)
