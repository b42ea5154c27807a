"""A conversation as the browser keeps it, and its turns as HTML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ui.choices import choices_to_filters, choices_to_words, library_to_choices
from app.ui.conversation import Entry, entries_to_html, entries_to_text, question_to_entries, text_to_entries
from app.ui.figures import answer_to_chart, cells_to_bars
from app.wording import page_to_doubt
from kb.answering import answer
from kb.errors import BadQuestion
from kb.kept_answers import answer_to_kept, json_to_answer
from kb.model import Answer, Citation, TablePlace
from kb.store import KnowledgeBase

CELL = "What did Nottinghamshire pay towards forensics in 2016/17?"
COMPUTED = "Which unit saves the most against its baseline?"
NOWHERE = "How many drones do the five forces fly?"


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as kb:
        yield kb


@pytest.mark.parametrize("question", [CELL, COMPUTED, NOWHERE])
def test_an_answer_is_kept_whole(kb: KnowledgeBase, question: str) -> None:
    said = answer(kb, question)
    kept = json.loads(json.dumps(answer_to_kept(said)))
    assert json_to_answer(kept) == said
    printed = json_to_answer(json.loads(json.dumps(said.to_json())))
    assert printed.to_json() == said.to_json()


def test_what_is_no_answer_is_refused() -> None:
    for value in ({}, {"question": "x", "status": "perhaps", "answer": ""}, {"question": 1, "citations": "x"}):
        with pytest.raises(BadQuestion, match="not an answer"):
            json_to_answer(value)


def test_a_conversation_is_shown_again_from_what_was_kept(kb: KnowledgeBase) -> None:
    entries: list[Entry] = []
    for question in (CELL, "And Leicestershire?", NOWHERE):
        *_, last = question_to_entries(kb, question, entries)
        entries.append(last)
    again = text_to_entries(entries_to_text(entries))
    assert entries_to_html(again, kb) == entries_to_html(entries, kb)
    assert "906,131" in entries[1].answer.answer if entries[1].answer else False
    without = entries_to_html(again, None)
    for said in ("£1,087,357", "EMSOU FORENSICS", "906,131", "Not found in these documents"):
        assert said in without


def test_the_answer_comes_before_its_sources(kb: KnowledgeBase) -> None:
    first, second = list(question_to_entries(kb, CELL, []))[:2]
    assert not first.done and second.done
    assert "1,087,357" in entries_to_html([first], kb) and 'class="sources"' not in entries_to_html([first], kb)
    assert 'class="sources"' in entries_to_html([second], kb)


@pytest.mark.parametrize("text", ["{", "[]", '{"turns": [1]}', '{"turns": [{"question": "x", "answer": {"a": 1}}]}'])
def test_a_damaged_conversation_is_told_so(text: str) -> None:
    with pytest.raises(BadQuestion):
        text_to_entries(text)


def test_markup_that_a_browser_sends_is_text() -> None:
    hostile = '<img src=x onerror="alert(1)">'
    citation = Citation(
        1, hostile, hostile, hostile, 1, hostile, hostile, TablePlace(hostile, hostile, hostile, hostile)
    )
    said = Answer(hostile, "answered", f"{hostile} [1]", message=hostile, values=(hostile,), citations=(citation,))
    turn = {"question": hostile, "answer": answer_to_kept(said), "choices": [hostile], "better": [hostile]}
    html = entries_to_html(text_to_entries(json.dumps({"turns": [turn, {"question": "x", "problem": hostile}]})), None)
    assert "<img" not in html and "&lt;img" in html


def test_what_a_question_is_limited_to(kb: KnowledgeBase) -> None:
    choices = dict(library_to_choices(kb))
    assert {"Kind: plan", "Documents of 2013", "Force: Derbyshire"} <= choices.keys()
    review = next(choice for words, choice in choices.items() if words.startswith("Document: Working Together"))
    *_, entry = question_to_entries(kb, "What did Nottinghamshire pay towards forensics?", [], [review, "year:2013"])
    assert entry.answer is not None
    cited = {citation.source for citation in entry.answer.citations} | {e.source for e in entry.answer.retrieved}
    assert cited == {"hmic-review-2013.pdf"}
    html = entries_to_html([entry], kb)
    assert "Documents of 2013" in html
    filters = choices_to_filters(["year:2013", "year:x", "nothing", "kind:plan"])
    assert filters is not None and filters.years == (2013,) and filters.kinds == ("plan",)
    assert choices_to_filters([]) is None
    assert choices_to_words(["document:gone"], kb) == ["Document: no longer in this library"]


def test_figures_of_one_unit_make_a_chart() -> None:
    rows = [("Derbyshire", "2016", "£10"), ("Lincolnshire", "2016", "£5"), ("Kent", "2016", "£0")]
    assert [bar.label for bar in cells_to_bars(rows)] == ["Derbyshire", "Lincolnshire", "Kent"]
    years = [("Cost", "2014/15", "10"), ("Cost", "2015/16", "20")]
    assert [bar.label for bar in cells_to_bars(years)] == ["2014/15", "2015/16"]
    assert cells_to_bars([("a", "x", "£1"), ("b", "x", "5%")]) == []
    assert cells_to_bars([("a", "x", "-1"), ("b", "x", "5")]) == []
    assert cells_to_bars([("a", "x", "see note"), ("b", "x", "5")]) == []
    assert cells_to_bars([("a", "x", "1")]) == []


def test_a_chart_is_said_and_stands_in_a_table() -> None:
    places = [TablePlace("t", force, "2016 <b>", figure) for force, figure in (("Kent", "£4"), ("Essex", "£8"))]
    citations = [Citation(n, "d", "s.pdf", "t", 1, None, "q", place) for n, place in enumerate(places, start=1)]
    html = answer_to_chart(Answer("q", "answered", "a [1] [2]", citations=tuple(citations)))
    assert 'role="img" aria-label="Bar chart. 2016 &lt;b&gt;. Kent: £4; Essex: £8"' in html
    assert 'width="50.00"' in html and 'width="100.00"' in html
    assert '<th scope="row">Kent</th>' in html and "<b>" not in html


def test_recognised_words_are_told_of() -> None:
    warnings = ("Pages 2 to 4 and 9: a picture; its words were recognised by tesseract", "Page 6: hidden words")
    told = [page for page in range(1, 11) if page_to_doubt(warnings, page)]
    assert told == [2, 3, 4, 9] and not page_to_doubt(warnings, None)
