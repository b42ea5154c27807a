"""The last check: forms of figures, dates and names that meet, what does not stand, arithmetic done again."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evals.questions import read_questions
from evals.runner import FAR_WORDED_TUNED, TUNED
from kb.answering import answer
from kb.answering.checking.arithmetic import computation_to_problem
from kb.answering.checking.dates import date_stands, text_to_dates
from kb.answering.checking.figures import figure_stands, text_to_figures
from kb.answering.checking.names import asked_names, missing_names, text_to_words
from kb.answering.checking.sources import Source, citation_to_source
from kb.answering.checking.support import segment_to_problems
from kb.answering.checking.wordings import quoted_to_sentences, sentences_to_text, worded_to_sentences
from kb.answering.verify import answer_to_problems, value_is_said, verify
from kb.model import Answer, Check, Computation, ComputationInput, Wording
from kb.store import KnowledgeBase

FORENSICS = "How much does Nottinghamshire contribute to EMSOU Forensics in 2016/17?"
SAMPLE = 40


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


@pytest.fixture(scope="module")
def answered(kb: KnowledgeBase) -> list[Answer]:
    """Answers to a sample of the tuned questions."""
    questions = [*read_questions(TUNED), *read_questions(FAR_WORDED_TUNED)]
    chosen = random.Random(4).sample(questions, 2 * SAMPLE)
    found = [answer(kb, question.question, worded=False) for question in chosen if not question.history]
    return [one for one in found if one.status == "answered"][:SAMPLE]


# ----------------------------------------------------------------------------------------------- figures and dates

MEET = [
    ("£1.1m", "1,087,357 pounds"),
    ("£1,087,357", "£1,087,357.00"),
    ("1,087,357", "£1,087,357"),
    ("about 1,100", "1,087"),
    ("over £1 million", "£1,087,357"),
    ("nearly £2 million", "£1,987,357"),
    ("17.7 per cent", "17.7%"),
    ("17.7 percent", "17.7 per cent"),
    ("twenty-five", "25"),
    ("two hundred and twenty-seven", "227"),
    ("four", "4"),
    ("half", "50%"),
    ("two thirds", "66.7%"),
    ("£11.2 million", "£11,200,000"),
    ("(£7.2 million)", "-£7.2m"),
    ("eleven million pounds", "£11 million"),
    ("21st", "21"),
]
PART = [
    ("£1.2m", "£1,087,357"),
    ("£1,087,358", "£1,087,357"),
    ("1,100", "1,087"),
    ("1,087,357%", "1,087,357"),
    ("£30", "30"),
    ("$30", "£30"),
    ("over £1.1 million", "£1,087,357"),
    ("under £1 million", "£1,087,357"),
    ("five", "4"),
    ("17%", "17.7%"),
    ("227", "two hundred and twenty-eight"),
    ("£11 billion", "£11 million"),
]


@pytest.mark.parametrize(("said", "held"), MEET)
def test_figures_that_are_the_same_meet(said: str, held: str) -> None:
    [one] = text_to_figures(said)[0]
    assert figure_stands(one, text_to_figures(held)[0])


@pytest.mark.parametrize(("said", "held"), PART)
def test_figures_that_differ_do_not(said: str, held: str) -> None:
    [one] = text_to_figures(said)[0]
    assert not figure_stands(one, text_to_figures(held)[0])


def test_what_holds_figures_and_is_none_is_a_code() -> None:
    figures, codes = text_to_figures("forms MG11 and P3O, section 4.1.2, at 9.30am; one of the units")
    assert figures == []
    assert codes == ["MG11", "P3O", "4.1.2", "9.30am"]


SAME_DATES = [
    ("24 April 2017", "2017-04-24"),
    ("24 April 2017", "April 24, 2017"),
    ("24 April 2017", "24/04/2017"),
    ("24/04/17", "24th of April 2017"),
    ("April 2017", "24 April 2017"),
    ("2017", "Apr 2017"),
    ("2016/17", "2016-17"),
    ("2016/17", "2016/2017"),
    ("2016/17", "16/17"),
    ("2014 to 2017", "2014–2017"),
    ("2014 to 2017", "between 2014 and 2017"),
    ("2016", "2016/17"),
    ("24 April", "24 April 2017"),
]
OTHER_DATES = [
    ("25 April 2017", "24 April 2017"),
    ("24 May 2017", "24 April 2017"),
    ("24 April 2016", "24 April 2017"),
    ("24 April 2017", "April 2017"),
    ("2015/16", "2016/17"),
    ("2010 to 2013", "2010/11 and 2012/13"),
    ("2018", "2016/17"),
]


@pytest.mark.parametrize(("said", "held"), SAME_DATES)
def test_dates_meet_in_any_form(said: str, held: str) -> None:
    dates, rest = text_to_dates(said)
    assert dates and not re.search(r"\d", rest)
    assert all(date_stands(date, text_to_dates(held)[0]) for date in dates)


@pytest.mark.parametrize(("said", "held"), OTHER_DATES)
def test_other_dates_do_not_meet(said: str, held: str) -> None:
    assert not all(date_stands(date, text_to_dates(held)[0]) for date in text_to_dates(said)[0])


# ------------------------------------------------------------------------------------------------------------ names

ACRONYMS = {"emcjs": "East Midlands Criminal Justice Service"}


def missing(wording: str, sources: str) -> list[str]:
    return missing_names(asked_names(wording, True), wording, text_to_words(sources), sources, ACRONYMS)


@pytest.mark.parametrize(
    ("wording", "sources"),
    [
        ("Nottinghamshire pays", "NOTTS"),
        ("Notts' share and Derbyshire's", "Nottinghamshire and Derbyshire"),
        ("The PCC decides", "the Police and Crime Commissioner decides"),
        ("The Police and Crime Commissioner decides", "the PCC decides"),
        ("EMCJS works", "the East Midlands Criminal Justice Service works"),
        ("The East Midlands Criminal Justice Service works", "EMCJS works"),
        ("Collaborations save", "a collaboration saves"),
        ("Together they save, and However small", "they save"),
        ("In April it began", "24 April"),
        ("Chief Constables agreed", "the chief constable agreed"),
    ],
)
def test_names_stand_by_any_of_their_forms(wording: str, sources: str) -> None:
    assert missing(wording, sources) == []


@pytest.mark.parametrize(
    ("wording", "sources", "name"),
    [
        ("Kent pays", "Nottinghamshire pays", "Kent"),
        ("It was Emily Watson who led it", "It was Mary Hale who led it", "Emily"),
        ("The NCA led it", "The EMSOU led it", "NCA"),
        ("Smith led it", "It was led", "Smith"),
        ("East Midlands Criminal Justice Union works", "EMCJS works", "Union"),
    ],
)
def test_other_names_do_not_stand(wording: str, sources: str, name: str) -> None:
    assert name in missing(wording, sources)


# ------------------------------------------------------------------------------------------------------- arithmetic


def computation(operation: str, values: list[str], result: str) -> Computation:
    inputs = tuple(ComputationInput("t1", f"row {n}", "column", value) for n, value in enumerate(values))
    return Computation(operation, inputs, result)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("operation", "values", "result"),
    [
        ("sum", ["£1,087,357", "£906,131"], "£1,993,488"),
        ("sum", ["(£5.2 million)", "(£5.0 million)"], "-£10.2 million"),
        ("difference", ["£2,641,009", "£2,200,841"], "£440,168"),
        ("difference", ["10", "40"], "30"),
        ("difference", ["2004", "1998"], "6"),
        ("share", ["£7,760,487", "£30,330,466"], "25.6%"),
        ("share", ["110", "100"], "10%"),
        ("share", ["80", "100"], "-20.00%"),
        ("average", ["1", "2", "4"], "2.3"),
        ("average", ["£3", "£4"], "£3.50"),
        ("count", ["a", "b", "c"], "3"),
        ("count", ["a", "a", "c"], "2 different"),
        ("max", ["£3", "£9", "£4"], "£9"),
        ("max", ["3", "9"], "row 1"),
        ("min", ["3–1", "2–2"], "row 1"),
        ("difference", ["3–1", "2–2"], "1"),
    ],
)
def test_arithmetic_that_comes_out(operation: str, values: list[str], result: str) -> None:
    assert computation_to_problem(computation(operation, values, result)) is None


@pytest.mark.parametrize(
    ("operation", "values", "result"),
    [
        ("sum", ["£1,087,357", "£906,131"], "£1,993,489"),
        ("sum", ["no figure"], "4"),
        ("sum", [], "0"),
        ("difference", ["£2,641,009", "£2,200,841"], "£440,169"),
        ("share", ["£7,760,487", "£30,330,466"], "26.5%"),
        ("share", ["1", "0"], "5%"),
        ("average", ["1", "2", "4"], "2.4"),
        ("count", ["a", "b", "c"], "4"),
        ("max", ["£3", "£9", "£4"], "£4"),
        ("max", ["3", "9"], "row 7"),
        ("min", ["3", "9"], "9"),
    ],
)
def test_arithmetic_that_does_not(operation: str, values: list[str], result: str) -> None:
    assert computation_to_problem(computation(operation, values, result))


def test_a_falsified_computation_is_never_shown(kb: KnowledgeBase) -> None:
    found = answer(kb, "What is the combined annual saving of learning and development and legal services?")
    assert found.computation is not None
    assert found.check is not None and found.check.passed
    other = replace(found.computation.inputs[0], value="£714,599")
    for changed in (
        replace(found.computation, result="£1,716,878"),
        replace(found.computation, inputs=found.computation.inputs[:1]),
        replace(found.computation, inputs=(other, found.computation.inputs[1])),
        replace(found.computation, inputs=tuple(replace(c, table_id="t99") for c in found.computation.inputs)),
    ):
        assert verify(kb, replace(found, computation=changed)).status == "not_found", changed


# -------------------------------------------------------------------------------------------------- whole answers


def test_no_answer_of_the_documents_is_lost(kb: KnowledgeBase, answered: list[Answer]) -> None:
    assert len(answered) >= SAMPLE // 2
    for found in answered:
        assert found.check is not None
        assert found.check.passed and not found.check.dropped, (found.answer, found.check)
        assert answer_to_problems(kb, found) == []


def falsify(text: str, chance: random.Random) -> str | None:
    """The text with one digit of its figures exchanged, markers left as they are."""
    places = [match.start() for match in re.finditer(r"\d", text) if not re.search(r"\[\d*$", text[: match.start()])]
    if not places:
        return None
    place = chance.choice(places)
    return text[:place] + str((int(text[place]) + chance.randint(1, 9)) % 10) + text[place + 1 :]


def test_nearly_no_changed_digit_passes(kb: KnowledgeBase, answered: list[Answer]) -> None:
    chance = random.Random(7)
    changed = [(found, text) for found in answered for _ in range(3) if (text := falsify(found.answer, chance))]
    passed = [
        text for found, text in changed if verify(kb, replace(found, answer=text, values=(), check=None)).answer == text
    ]
    assert len(changed) > 20
    # A digit may turn one figure of the cited place into another one of it.
    assert len(passed) <= len(changed) // 12, passed


def test_the_check_is_quick(kb: KnowledgeBase, answered: list[Answer]) -> None:
    started = time.thread_time()
    for found in answered:
        verify(kb, replace(found, check=None))
    assert (time.thread_time() - started) / len(answered) < 0.02  # measured 0.001; room for slow machines


def test_a_sentence_that_fails_is_left_out_where_the_rest_stands(kb: KnowledgeBase) -> None:
    found = answer(kb, "What is EMOpSS?")
    assert len(quoted_to_sentences(found.answer)) >= 2
    added = f"{found.answer} It cost £12 in Kent. [1]"
    checked = verify(kb, replace(found, answer=added, check=None))
    assert checked.answer == found.answer
    assert checked.citations == found.citations
    assert checked.check is not None
    assert checked.check.passed
    assert any("£12" in reason for reason in checked.check.dropped)


def test_markers_are_numbered_anew_where_a_source_goes(kb: KnowledgeBase) -> None:
    found = answer(kb, "What is EMOpSS?")
    first, *rest = found.citations
    false = replace(rest[0] if rest else first, marker=2, quote="It is nowhere.")
    third = replace(first, marker=3)
    base = quoted_to_sentences(found.answer)[0].text
    text = f"{base} It is nowhere. [2] {base.replace('[1]', '[3]')}"
    checked = verify(kb, replace(found, answer=text, citations=(first, false, third), check=None))
    assert [citation.marker for citation in checked.citations] == [1, 2]
    assert checked.answer == f"{base} {base.replace('[1]', '[2]')}"


def test_a_failing_answer_gives_way_to_the_one_behind_it(kb: KnowledgeBase) -> None:
    found = answer(kb, FORENSICS)
    worded = replace(found, answer="Notts contributes £5 [1].", wording=Wording("m"), check=None)
    checked = verify(kb, worded, fallback=found)
    assert checked.answer == found.answer
    assert checked.wording.by == "documents"
    assert "£5" in (checked.wording.fallback or "")
    alone = verify(kb, worded)
    assert (alone.status, alone.check) == ("not_found", Check(False, 0, 0, 0, ("£5 stands in no cited place",)))


def test_a_cell_is_not_the_other_cells_of_its_row(kb: KnowledgeBase) -> None:
    [citation] = answer(kb, FORENSICS).citations
    facts = citation_to_source(kb.document(citation.document_id), citation).facts()
    assert "906,131" in citation.quote
    assert not figure_stands(text_to_figures("£906,131")[0][0], facts.figures)
    assert figure_stands(text_to_figures("£1,087,357")[0][0], facts.figures)


def test_a_cell_that_says_something_else_is_never_shown(kb: KnowledgeBase) -> None:
    found = answer(kb, FORENSICS)
    [citation] = found.citations
    assert citation.table is not None
    for place in (replace(citation.table, value="906,131"), replace(citation.table, column_index=2)):
        assert verify(kb, replace(found, citations=(replace(citation, table=place),))).status == "not_found"


def test_values_are_said_in_any_form() -> None:
    assert value_is_said("£1,087,357", "It paid 1,087,357 pounds.")
    assert value_is_said("Major Crime", "Major crime is the largest.")
    assert value_is_said("24 April 2017", "on 24/04/2017")
    assert not value_is_said("£1,087,357", "It paid £1.1 million.")
    assert not value_is_said("MG11", "a form")


# ------------------------------------------------------------------------------------------------ sentences, support


def test_sentences_of_both_kinds_of_wording() -> None:
    quoted = quoted_to_sentences("Two stops. In one. [1] Then this [2][3]\n- an item [4]")
    assert [(s.text, s.markers) for s in quoted] == [
        ("Two stops. In one. [1]", (1,)), ("Then this [2][3]", (2, 3)), ("- an item [4]", (4,)),
    ]  # fmt: skip
    worded = worded_to_sentences("It paid £1 [1] and got £2 [2]. Late marker. [3]\nNone here.")
    assert [(s.text, s.markers) for s in worded] == [
        ("It paid £1 [1] and got £2 [2].", (1, 2)), ("Late marker [3].", (3,)), ("None here.", ()),
    ]  # fmt: skip
    assert [segment.words for segment in worded[0].segments] == ["It paid £1", "and got £2"]
    assert sentences_to_text(worded) == "It paid £1 [1] and got £2 [2]. Late marker [3].\nNone here."


SOURCE = Source("The board approved the merger before the review, because costs rose.", "Merger of the control rooms")


@pytest.mark.parametrize(
    "words",
    [
        "The board approved the merger.",
        "Before the review, the merger was approved by the board",
        "The merger of the control rooms was approved because costs rose",
        "“approved the merger before the review”",
    ],
)
def test_rewordings_are_supported(words: str) -> None:
    assert segment_to_problems(words, [SOURCE], "Who approved the merger?") == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("The board rejected the merger", "opposite"),
        ("The board approved the merger after the review", "opposite"),
        ("The board did not approve the merger", "denies"),
        ("The council resigned over a scandal", "its words stand"),
        ("“approved the merger at once”", "stands in no source"),
        ("The board approved the merger ![x](http://evil.example/p.png)", "address"),
        ("The board approved the merger <img src=x>", "address"),
    ],
)
def test_other_claims_are_not(words: str, reason: str) -> None:
    assert any(reason in problem for problem in segment_to_problems(words, [SOURCE], ""))


def test_a_denial_in_all_sources_may_not_be_left_out() -> None:
    denied = Source("The board did not approve the merger.", "")
    assert any("leaves out" in p for p in segment_to_problems("The board approved the merger", [denied], ""))
    assert segment_to_problems("The board has not approved the merger", [denied], "") == []
