"""The short answer inside a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import ingest
from kb.answering import answer
from kb.answering.question import text_to_question
from kb.answering.spans import Asked, sentence_to_spans
from kb.embedding import Embedder
from kb.model import Turn
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


def test_a_follow_up_to_one_document_reads_its_cell_not_a_like_one(corpus_home: Path) -> None:
    asked = [Turn("What did Nottinghamshire pay towards forensics in 2016/17?", "£1,087,357")]
    with KnowledgeBase.open(corpus_home) as kb:
        found = answer(kb, "And Leicestershire?", asked, Filters(documents=("panel-presentation-2017.pdf",)))
    assert found.values == ("£906,131",)
