"""What readers say of answers: kept, listed, taken back, and made into questions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import RunKb

from evals.questions import json_to_question
from kb.errors import BadQuestion
from kb.feedback import (
    FILE,
    feedback_to_questions,
    forget_document,
    json_to_feedback,
    keep_feedback,
    list_feedback,
    take_back_feedback,
)
from kb.kept_answers import answer_to_kept
from kb.model import Answer, Citation
from kb.store import KnowledgeBase

RIGHT = Answer(
    "What did it cost?",
    "answered",
    "The cost: £5 [1]",
    values=("£5",),
    citations=(Citation(1, "d1", "a.pdf", "A", 1, None, "It cost £5."),),
)
MISSED = Answer("Who paid?", "not_found", "Not found in these documents.", message="Nothing near.")


def said(name: str, thumb: str, answer: Answer, **more: object) -> dict[str, object]:
    return {"id": name, "thumb": thumb, "answer": json.loads(json.dumps(answer_to_kept(answer))), **more}


@pytest.fixture
def kb(kb_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(kb_home, create=True) as kb:
        yield kb


def test_a_word_on_an_answer_is_kept_changed_and_taken_back(kb: KnowledgeBase) -> None:
    assert list_feedback(kb) == []
    keep_feedback(kb, json_to_feedback(said("reader-01", "up", RIGHT)))
    keep_feedback(
        kb, json_to_feedback(said("reader-02", "down", MISSED, reason="missed", note="Kent did", history=["a"]))
    )
    keep_feedback(kb, json_to_feedback(said("reader-01", "down", RIGHT, reason="figure")))
    kept = {one.id: one for one in list_feedback(kb)}
    assert kept["reader-01"].thumb == "down" and kept["reader-01"].answer == RIGHT
    assert kept["reader-02"].note == "Kent did" and kept["reader-02"].history == ("a",)
    take_back_feedback(kb, "reader-01")
    assert [one.id for one in list_feedback(kb)] == ["reader-02"]


def test_words_of_a_removed_document_are_forgotten(kb: KnowledgeBase) -> None:
    keep_feedback(kb, json_to_feedback(said("reader-01", "up", RIGHT)))
    keep_feedback(kb, json_to_feedback(said("reader-02", "up", MISSED)))
    forget_document(kb, "d1")
    assert [one.id for one in list_feedback(kb)] == ["reader-02"]
    assert b"It cost" not in (kb.home / FILE).read_bytes()


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"id": "reader-01", "thumb": "sideways", "answer": RIGHT.to_json()},
        {"id": "x", "thumb": "up", "answer": RIGHT.to_json()},
        {"id": "reader-01", "thumb": "up", "answer": {}},
        {"id": "reader-01", "thumb": "down", "answer": RIGHT.to_json(), "reason": "because"},
    ],
)
def test_what_is_no_feedback_is_refused(value: object) -> None:
    with pytest.raises(BadQuestion):
        json_to_feedback(value)


def test_those_not_cleared_see_nothing_of_what_the_cleared_said(kb: KnowledgeBase) -> None:
    keep_feedback(kb, json_to_feedback(said("reader-01", "up", MISSED)))
    public = kb.seen_by(cleared=False)
    keep_feedback(public, json_to_feedback(said("reader-02", "up", MISSED)))
    keep_feedback(public, json_to_feedback(said("reader-03", "up", RIGHT)))  # cites what is not there for them
    assert [one.id for one in list_feedback(public)] == ["reader-02"]
    assert len(list_feedback(kb)) == 3


def test_it_becomes_a_question_set(kb: KnowledgeBase, tmp_path: Path, run_kb: RunKb) -> None:
    keep_feedback(kb, json_to_feedback(said("reader-01", "up", RIGHT)))
    keep_feedback(kb, json_to_feedback(said("reader-02", "up", MISSED, history=["What did it cost?"])))
    keep_feedback(kb, json_to_feedback(said("reader-03", "down", RIGHT, reason="figure", note="It was £6")))
    right, missed, wrong = (json_to_question(line) for line in feedback_to_questions(list_feedback(kb)))
    assert right.must == (("£5",),) and right.evidence[0].quote == "It cost £5."
    assert not missed.answerable and missed.history == (("What did it cost?", ""),)
    assert wrong.must_not == ("£5",) and wrong.answerable and not wrong.must

    listed = run_kb("feedback", "--home", kb.home)
    assert listed.code == 0 and "What did it cost?" in listed.out and "It was £6" in listed.out
    file = tmp_path / "set.jsonl"
    written = run_kb("feedback", "--home", kb.home, "--to", file)
    assert written.code == 0 and "3 questions" in written.out and "1 of them" in written.out
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert "It was £6" in lines[2]["note"]
    assert run_kb("feedback", "--home", kb.home, "--json").json[0]["answer"]["values"] == ["£5"]
    assert run_kb("feedback", "--home", kb.home, "--to", tmp_path / "no" / "set.jsonl").code != 0
