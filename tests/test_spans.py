"""The short answer inside a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import ingest
from kb.answering import answer
from kb.answering.draft import Draft, DraftSentence
from kb.answering.question import text_to_question
from kb.answering.spans import (
    LEAST_MARGIN,
    Asked,
    Marked,
    choose_marked,
    draft_to_marked,
    marked_to_span,
    sentence_to_spans,
)
from kb.embedding import Embedder
from kb.model import Chunk, Turn
from kb.retrieval.evidence import Evidence, Features
from kb.retrieval.ranker import Reading
from kb.store import Filters, KnowledgeBase

CASES = [
    (
        "How much did the harbour cost in 2018?",
        "The harbour cost £3.1 million in 2019 (2018: £2.4 million).",
        ["£2.4 million"],
    ),
    (
        "What was the rent in 2018 and 2017?",
        "Rent was £95,000, £97,200 and £80,000 in 2019, 2018 and 2017, respectively.",
        ["£97,200", "£80,000"],
    ),
    ("What percentage of trips were late?", "In all, 17.5% of trips were late, and 2% were cancelled.", ["17.5%"]),
    ("When was the pier reopened?", "The pier was reopened on May 4, 2019 by the mayor.", ["May 4, 2019"]),
    (
        "What does working capital consist of?",
        "Working capital consists of current assets less current liabilities.",
        ["current assets less current liabilities"],
    ),
    (
        "Why did income fall?",
        "Income fell by a tenth, primarily due to the closure of the pier.",
        ["due to the closure of the pier"],
    ),
    (
        "How is the discount rate determined?",
        "The discount rate is determined by comparison with public bonds.",
        ["by comparison with public bonds"],
    ),
    ("How many piers are open?", "The company runs ferries from 14 piers in two counties.", ["14 piers"]),
    ("Is the pier open?", "The pier is open from May to September.", []),
]


@pytest.mark.parametrize(("question", "sentence", "spans"), CASES)
def test_spans(question: str, sentence: str, spans: list[str]) -> None:
    asked = text_to_question(question)
    found = sentence_to_spans(sentence, Asked(asked.text, frozenset(asked.focus), asked.years, asked.wants))
    assert found == spans
    assert all(span in sentence for span in found)


WIDGETS = "Widget Board\n\nThe widget board met on 3 May 2018. It agreed to spend £12,345 on new widgets.\n"


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("How much did the widget board agree to spend?", ("£12,345",)),
        ("When did the widget board meet?", ("3 May 2018",)),
    ],
)
def test_the_short_answer_is_of_the_kind_asked_for_whatever_stands_first(
    question: str, values: tuple[str, ...], kb_home: Path, tmp_path: Path, embedder: Embedder
) -> None:
    (tmp_path / "widgets.txt").write_text(WIDGETS, encoding="utf-8")
    with KnowledgeBase.open(kb_home, create=True) as kb:
        ingest([tmp_path / "widgets.txt"], kb, embedder)
        found = answer(kb, question)
    assert found.status == "answered"
    assert found.values == values


PIER = "Building the pier took £2.4 million, and painting it £310,000."


def question_to_asked(question: str) -> Asked:
    asked = text_to_question(question)
    return Asked(asked.text, frozenset(asked.focus), asked.years, asked.wants)


def mark(text: str, part: str, margin: float) -> Marked:
    return Marked(margin, text, text.index(part), text.index(part) + len(part))


@pytest.mark.parametrize(
    ("part", "margin", "values"),
    [
        ("it £310,000", 1.0, ["£310,000"]),
        ("£310,000", LEAST_MARGIN - 0.1, ["£2.4 million"]),  # the reader is not sure
        ("£2.4 million, and painting it £310,000", 1.0, ["£2.4 million"]),  # it marked both
        ("the pier", 1.0, ["£2.4 million"]),  # it marked no sum
    ],
)
def test_of_several_sums_in_a_sentence_the_one_that_the_reader_marked(
    part: str, margin: float, values: list[str]
) -> None:
    asked = question_to_asked("How much did the new coat cost?")
    assert choose_marked(["£2.4 million"], mark(PIER, part, margin), asked) == values


def test_where_the_rules_see_no_figure_the_reader_may() -> None:
    text = "Between them they led the board for a decade and a half."
    asked = question_to_asked("How long did they lead the board?")
    assert sentence_to_spans(text, asked) == []
    draft = Draft((DraftSentence(text, ()),), 0.5)
    assert marked_to_span(draft, mark(text, "a decade and a half.", 0.5), asked) == "a decade and a half"
    assert marked_to_span(draft, mark(text, "a decade", LEAST_MARGIN - 0.1), asked) == ""


def test_a_text_in_which_the_reader_marked_nothing_does_not_hide_another() -> None:
    texts = ("The pier was closed.", "It is run by Ann Hale.")

    def read(text: str, start: int, end: int, sure: float) -> Evidence:
        features = Features(*(0.0 for _ in Features.__dataclass_fields__))
        chunk = Chunk(text, "d", "sentence", text, text)
        return Evidence(chunk, 0.0, features, frozenset(), frozenset(), Reading(0.0, 0.0, start, end, sure))

    draft = Draft(tuple(DraftSentence(text, ()) for text in texts), 0.5)
    evidence = [read(texts[0], 0, 0, 3.0), read(texts[1], 13, 21, 1.0), read("Bob Lee did.", 0, 7, 5.0)]
    found = draft_to_marked(draft, evidence)
    assert found is not None and found.span == "Ann Hale"


def test_a_follow_up_to_one_document_reads_its_cell_not_a_like_one(corpus_home: Path) -> None:
    asked = [Turn("What did Nottinghamshire pay towards forensics in 2016/17?", "£1,087,357")]
    with KnowledgeBase.open(corpus_home) as kb:
        found = answer(kb, "And Leicestershire?", asked, Filters(documents=("panel-presentation-2017.pdf",)))
    assert found.values == ("£906,131",)
