"""Sums worked out from printed figures: which operation a wording asks for, and which cells, on a made-up document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from kb.answering import answer
from kb.answering.worked.operation import known_words, question_to_operations, question_to_words
from kb.embedding import Embedder
from kb.store import KnowledgeBase

DOCUMENT = """# Shared fire control: budget and crews, report of March 2015

## Crews

| Station | Firefighters | Office staff | Total |
| --- | --- | --- | --- |
| Harbour Road | 42 | 6 | 48 |
| Mill Lane | 30 | 12 | 42 |
| Quarry Hill | 18 | 2 | 20 |
| All stations | 90 | 20 | 110 |

## Running costs

| Item | 2012/13 £ | 2013/14 £ | 2014/15 £ |
| --- | --- | --- | --- |
| Fuel | 40,000 | 36,000 | 30,000 |
| Uniforms | 9,000 | 12,000 | 15,000 |
| Radios | 60,000 | 50,000 | 55,000 |

## Notes

The average age of an engine is nine years. The difference between the two rooms was settled by the chief officers.
"""

WORKED = [
    ("How many more firefighters has Harbour Road than Quarry Hill?", "24", "difference"),
    ("By what amount did the fuel bill shrink between 2012/13 and 2014/15?", "£10,000", "difference"),
    ("By what percentage did spending on uniforms rise between 2012/13 and 2013/14?", "33.3%", "difference"),
    ("Put fuel and radios for 2013/14 together: how much money is that?", "£86,000", "sum"),
    ("What do the three yearly sums for radios come to altogether?", "£165,000", "sum"),
    ("Averaged over the three years, what did fuel cost?", "£35,333", "average"),
    ("What percentage of Mill Lane's people are office staff?", "28.6%", "share"),
    ("How many times as large was the radio bill as the fuel bill in 2014/15?", "1.83 times", "share"),
]
PRINTED = [
    ("How many firefighters work at Mill Lane?", "30"),
    ("What did uniforms cost in 2014/15?", "£15,000"),
    ("What is the average age of an engine?", "nine years"),
]


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("fire")
    (folder / "fire-control-2015.md").write_text(DOCUMENT, "utf-8")
    with KnowledgeBase.open(folder / "kb", create=True) as opened:
        assert ingest([folder], opened, embedder).added
        yield opened


@pytest.mark.parametrize(("question", "value", "operation"), WORKED)
def test_what_is_worked_out_says_its_cells(kb: KnowledgeBase, question: str, value: str, operation: str) -> None:
    found = answer(kb, question)
    assert found.status == "answered" and value in found.answer, found.answer or found.message
    assert found.computation is not None and found.computation.operation == operation
    assert found.check is not None and found.check.passed
    assert len(found.computation.inputs) == len({(c.row, c.column) for c in found.computation.inputs}) >= 2


def test_a_percentage_that_a_document_prints_and_that_surely_answers_is_not_worked_out(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as shipped:
        found = answer(shipped, "What proportion of the demonstrator project costs did the Home Office meet?")
    assert "75%" in found.answer and found.computation is None


def test_of_several_totals_the_one_that_is_named_is_the_whole(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as shipped:
        found = answer(shipped, "What share of the total in collaborative functions is serious and organised crime?")
        other = answer(
            shipped, "What proportion of all who work for the region's forces is in serious and organised crime?"
        )
    assert "30.0%" in found.answer
    assert "30.0%" not in other.answer


@pytest.mark.parametrize(("question", "value"), PRINTED)
def test_what_is_printed_is_not_worked_out(kb: KnowledgeBase, question: str, value: str) -> None:
    found = answer(kb, question)
    assert found.status == "answered" and value in found.answer and found.computation is None


def test_a_change_in_per_cent_says_so(kb: KnowledgeBase) -> None:
    assert answer(kb, WORKED[2][0]).answer.startswith("The change is 33.3% (Uniforms, Running costs: ")


def test_a_total_is_not_added_to_its_parts(kb: KnowledgeBase) -> None:
    found = answer(kb, "How many firefighters do all the stations have in total?")
    assert "90" in found.answer and "180" not in found.answer


def test_the_operation_is_read_from_the_wording_and_not_from_the_subject(embedder: Embedder) -> None:
    wordings = {
        "How far apart were the {} of Dover and Deal?": "difference",
        "What proportion of the {} comes from Deal?": "share",
        "Add up the {} of Dover and Deal, please.": "sum",
    }
    for subject in ("library visits", "ambulance costs", "school meals"):
        for wording, operation in wordings.items():
            question = wording.format(subject)
            likely = question_to_operations(question, embedder.encode([question])[0])
            assert max(likely, key=lambda name: likely[name]) == operation, (question, likely)


def test_figures_and_names_are_read_by_their_kind() -> None:
    words = question_to_words("Did Upper Norwood pay £1.2m, or 12% of it, in 2014/15 for 30 vans?")
    assert words == "did nam pay moneyfig , or percentfig of it , in yearfig for numfig vans ?".split()
    assert known_words([["add the vans"], ["add the cows"], ["add hens"]], 2) == ["add", "the"]
