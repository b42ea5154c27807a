"""Properties that hold for any input (Hypothesis)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.readers.markup import raw_to_text
from kb.answering import answer
from kb.answering.question import MAX_QUESTION, clean_question, text_to_question
from kb.answering.verify import answer_to_problems
from kb.errors import BadQuestion
from kb.model import Turn
from kb.retrieval.lexicon import corpus_lexicon
from kb.store import KnowledgeBase
from kb.terms import text_to_terms, text_to_years
from kb.values import Value, text_to_value, value_to_text

MARKED = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(["<sup>1</sup>", "<b>", "**", "*a*", "$^{2}$", "²", "\u00ad", "\n", "\t", "  ", "\\*", "<"]),
    ),
    max_size=12,
).map("".join)
FIXTURES = [HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


@settings(deadline=None, suppress_health_check=FIXTURES)
@given(source=MARKED, cuts=st.lists(st.integers(0, 200), max_size=6))
def test_pieces_are_slices_of_the_source(source: str, cuts: list[int]) -> None:
    places = sorted({min(cut, len(source)) for cut in cuts} | {0, len(source)})
    text, pieces = raw_to_text(source, list(zip(places[::2], places[1::2], strict=False)))
    assert text == " ".join(text.split())
    end = 0
    for start, stop, source_start in pieces:
        assert end <= start < stop <= len(text)
        assert text[start:stop] == source[source_start : source_start + stop - start]
        assert not text[end:start].strip()
        end = stop
    assert not text[end:].strip()


@settings(deadline=None, suppress_health_check=FIXTURES)
@given(asked=st.text(max_size=MAX_QUESTION))
def test_any_text_is_cleaned_or_refused(asked: str) -> None:
    try:
        cleaned = clean_question(asked)
    except BadQuestion:
        assert not any(character.isalnum() for character in asked)
        return
    assert cleaned.isprintable()
    assert clean_question(cleaned) == cleaned


@settings(deadline=None, suppress_health_check=FIXTURES)
@given(asked=st.text(max_size=80), before=st.text(max_size=80))
def test_any_text_is_understood_or_refused(asked: str, before: str) -> None:
    try:
        question = text_to_question(asked, [Turn(before)])
    except BadQuestion:
        return
    assert question.asked == asked
    assert question.text
    assert set(question.focus) <= set(question.terms)


@settings(deadline=None, suppress_health_check=FIXTURES)
@given(st.text(max_size=200))
def test_terms_and_years_of_any_text(text: str) -> None:
    terms = text_to_terms(text)
    assert all(term and not term.isspace() for term in terms)
    assert set(text_to_years(text)) <= set(terms)


@settings(deadline=None, suppress_health_check=FIXTURES)
@given(pence=st.integers(-(10**13), 10**13))
def test_pounds_survive_the_round_trip(pence: int) -> None:
    number = Decimal(pence) / 100
    said = value_to_text(Value(number, "£", 1, 2))
    read = text_to_value(said.removeprefix("-"))
    assert read is not None
    assert (read.number, read.unit) == (abs(number), "£")
    assert value_to_text(Value(read.number.copy_sign(number), "£", 1, 2)) == said


@settings(deadline=None, suppress_health_check=FIXTURES)
@given(tenths=st.integers(0, 10**7), unit=st.sampled_from(["£", "£m", "%"]))
def test_figures_of_one_decimal_survive_the_round_trip(tenths: int, unit: str) -> None:
    value = text_to_value(f"{tenths // 10:,}.{tenths % 10}", unit)
    assert value is not None
    again = text_to_value(value_to_text(value))
    assert again is not None
    assert (again.number, again.unit) == (value.number, value.unit)


@settings(deadline=None, max_examples=24, suppress_health_check=[*FIXTURES, HealthCheck.too_slow])
@given(data=st.data())
def test_any_question_of_the_documents_words_gets_an_answer_that_holds(kb: KnowledgeBase, data: st.DataObject) -> None:
    words = sorted(corpus_lexicon(kb).words)
    starts = ["", "How much", "How many", "What is", "Which force has the most", "Why", "List the", "What share of"]
    chosen = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=6))
    question = " ".join([data.draw(st.sampled_from(starts)), *chosen, "?"]).strip()
    found = answer(kb, question)
    assert found.question == question
    if found.status == "answered":
        assert answer_to_problems(kb, found) == []
        assert found.citations
    else:
        assert found.message
        assert "failed its check" not in found.message
        assert not found.citations
