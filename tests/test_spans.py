"""The short answer inside a sentence."""

from __future__ import annotations

import pytest

from kb.answering.question import text_to_question
from kb.answering.spans import Asked, sentence_to_spans

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
