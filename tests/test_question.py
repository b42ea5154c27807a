"""What is asked: intents, wants, follow-ups made whole, documents that a question names, bad questions."""

from __future__ import annotations

import pytest

from kb.answering.mentions import question_to_mentions
from kb.answering.question import MAX_QUESTION, clean_question, may_stand_alone, resolve_follow_up, text_to_question
from kb.errors import BadQuestion
from kb.model import Kind, Turn
from kb.store import DocumentInfo


def info(name: str, kind: Kind, date: str, issuer: str, title: str) -> DocumentInfo:
    return DocumentInfo(
        name, f"{name}.pdf", title, issuer, date, None, kind, "public", (), "pdf", 3, 1, 9, "2026-01-01"
    )


DOCUMENTS = [
    info("slides", "presentation", "2017-04-24", "Regional Team", "A presentation"),
    info("update", "panel report", "2014-09-23", "Regional Team", "An update to the panel"),
    info("review", "review", "2013-11-01", "His Inspectorate (HMIC)", "Working Together"),
    info("plan", "plan", "2009-01-01", "The forces", "A plan for 2009-2012"),
]

INTENTS = [
    ("What is meant by a cold case?", "definition"),
    ("What does EMSOU stand for?", "definition"),
    ("What is the difference between the two bids?", "difference"),
    ("How much more does Kent pay than Essex?", "difference"),
    ("What share of the budget goes to dogs?", "share"),
    ("What is the average bid?", "average"),
    ("What do the forces pay in total?", "sum"),
    ("What do learning and legal services cost altogether?", "sum"),
    ("Which unit saves the most?", "max"),
    ("Which bid is the smallest?", "min"),
    ("How many bids were made?", "count"),
    ("List the members of the board.", "list"),
    ("Which three units were set up?", "list"),
    ("Why was the board set up?", "why"),
    ("How is the board funded?", "how"),
]
WANTS = [
    ("How much does it cost?", {"money"}),
    ("What percentage of officers moved?", {"percent"}),
    ("How many officers moved?", {"number"}),
    ("When was it set up?", {"date"}),
    ("Who chairs the board?", {"person"}),
    ("Where is the hub?", {"place"}),
    ("Since when have the two dog units been one?", {"date"}),
    ("the new kennels, when finished", {"date"}),
    # "when" that joins two clauses asks for no date, nor "how much cheaper" for a sum of money
    ("What happens to my post when the dog units merge?", set()),
    ("When a kennel is closed, which form is used?", set()),
    ("How much cheaper are shared kennels?", set()),
    ("By how much did the strength fall?", set()),
    # a sum or a percentage that the question gives is not what it asks for
    ("Which scheme brought in £1.3 million?", set()),
    ("Which units cut more than 20% of posts?", set()),
    ("How many pounds of the £4m went to dogs?", {"money", "number"}),
    ("Did the board say how many officers moved?", set()),
    ("What does the word budget mean?", set()),
]
FOLLOW_UPS = [
    ("How much does Kent pay for dogs?", "And Essex?", "How much does Essex pay for dogs?"),
    ("How much does Notts pay for dogs?", "What about Leics?", "How much does Leicestershire pay for dogs?"),
    ("What did dogs cost in 2014/15?", "And in 2015/16?", "What did dogs cost in 2015/16?"),
    ("What did dogs cost in 2014/15?", "And the year after?", "What did dogs cost in 2015/16?"),
    ("What did dogs cost in 2014/15?", "And the year before?", "What did dogs cost in 2013/14?"),
    ("What did dogs cost in 2014?", "And in 2016?", "What did dogs cost in 2016?"),
    ("What do the dogs cost?", "And for Kent?", "What do the dogs cost for Kent?"),
    ("What do the dogs cost?", "And in 2015/16?", "What do the dogs cost in 2015/16?"),
    (
        "How much is Dorset's bid for radios?",
        "And the new van store?",
        "How much is Dorset's bid for the new van store?",
    ),
    ("What is the dog unit?", "Who chairs it?", "Who chairs it? (What is the dog unit?)"),
    (
        "What is the dog unit?",
        "Which forces share its yearly cost between them?",
        "Which forces share its yearly cost between them? (What is the dog unit?)",
    ),
    ("What is the dog unit?", "What is its yearly budget?", "What is its yearly budget? (What is the dog unit?)"),
]
WHOLE = [
    "How many police officers work in the regional dog unit?",
    "What does the panel recommend about savings plans?",
    "How many police dogs were there in Rutland stations?",
    "Which unit saves the most against its baseline?",
    "Which forces pay for their own kennels and vans?",
]


@pytest.mark.parametrize(("question", "intent"), INTENTS)
def test_intents(question: str, intent: str) -> None:
    assert intent in text_to_question(question).intents


@pytest.mark.parametrize(("question", "wants"), WANTS)
def test_wants(question: str, wants: set[str]) -> None:
    assert text_to_question(question).wants == wants


def test_a_plain_question_has_no_computing_intent() -> None:
    assert not text_to_question("Who chairs the regional board?").intents


@pytest.mark.parametrize(("before", "asked", "whole"), FOLLOW_UPS)
def test_follow_ups_are_made_whole(before: str, asked: str, whole: str) -> None:
    question = text_to_question(asked, [Turn(before)])
    assert question.text == whole
    assert question.asked == asked


@pytest.mark.parametrize("asked", WHOLE)
def test_questions_that_stand_alone_are_left_alone(asked: str) -> None:
    assert resolve_follow_up(asked, [Turn("How much does Kent pay for dogs?")]) == asked


def test_a_follow_up_of_a_follow_up_goes_back_to_the_first() -> None:
    history = [Turn("How much does Kent pay for dogs in 2014/15?"), Turn("And Essex?")]
    assert resolve_follow_up("And in 2015/16?", history) == "How much does Essex pay for dogs in 2015/16?"


@pytest.mark.parametrize(
    ("asked", "alone"),
    [
        ("Who pays for the charging points?", True),
        ("On what date did the inspectors visit?", True),
        ("Who chairs it?", False),
        ("Kent?", False),
        ("How many?", False),
        ("And the charging points?", False),
        ("How many police officers work in the regional dog unit?", False),  # is taken as it is, first and last
    ],
)
def test_a_short_question_may_be_a_new_one(asked: str, alone: bool) -> None:
    assert may_stand_alone(asked, [Turn("How much does Kent pay for dogs?")]) is alone
    assert not may_stand_alone(asked, [])


def test_without_history_nothing_is_added() -> None:
    assert resolve_follow_up("And Essex?", []) == "And Essex?"
    assert resolve_follow_up("And Essex?", [Turn("  ")]) == "And Essex?"


def test_years_forces_and_focus() -> None:
    question = text_to_question("What amount did Notts and the Met spend on dogs in 14/15 and 2016?")
    assert question.forces == ("Nottinghamshire", "Metropolitan")
    assert question.years == ("2014/15", "2016")
    assert "amount" in question.terms
    assert "amount" not in question.focus
    assert {"dog", "nottinghamshir"} <= set(question.focus)


@pytest.mark.parametrize("asked", ["", "   ", "\t\n\r", "\x00\x07\x1b", "​‮"])
def test_an_empty_question_is_refused(asked: str) -> None:
    with pytest.raises(BadQuestion, match="empty"):
        text_to_question(asked)


@pytest.mark.parametrize("asked", ["???", "- . , !", "£ % &"])
def test_a_question_without_words_is_refused(asked: str) -> None:
    with pytest.raises(BadQuestion, match="no words"):
        text_to_question(asked)


def test_a_question_may_have_two_thousand_characters_and_no_more() -> None:
    assert len(clean_question("a" * MAX_QUESTION)) == MAX_QUESTION == 2_000
    with pytest.raises(BadQuestion, match="2,001 characters"):
        clean_question("a" * 2_001)


def test_control_characters_become_spaces() -> None:
    assert clean_question("\x1b[31mHow\x00much\n does\t it cost?\x07") == "[31mHow much does it cost?"


NAMED = [
    ("What does the 2013 HMIC review say about dogs and horses?", ("review",)),
    ("According to HMIC, how good are the dogs and horses?", ("review",)),
    ("Which dogs and horses are in the presentation?", ("slides",)),
    ("Which dogs and horses are on the slides?", ("slides",)),
    ("Which dogs and horses are listed in the 2009 plan?", ("plan",)),
    ("Which dogs and horses does the plan of 2009 list?", ("plan",)),
    ("Which horses are in the presentation but not in the 2009 plan?", ("plan", "slides")),
    ("Which dogs and horses does a plan need?", ()),
    ("Which dogs and horses were in the 1999 plan?", ()),
    ("Who chairs the regional board?", ()),
    ("What do dogs and horses cost in the earliest plan?", ("plan",)),
    ("What does the newest document say of dogs and horses?", ("slides",)),
    ("What does the most recent report say of dogs and horses?", ("update",)),
    ("What is the latest saving on dogs and horses?", ()),
]


@pytest.mark.parametrize(("question", "documents"), NAMED)
def test_documents_that_a_question_names(question: str, documents: tuple[str, ...]) -> None:
    assert sorted(question_to_mentions(question, DOCUMENTS).documents) == sorted(documents)


def test_the_naming_leaves_the_question() -> None:
    mentions = question_to_mentions("Which dogs and horses are listed in the 2009 plan?", DOCUMENTS)
    assert "2009" not in mentions.text
    assert "dogs and horses" in mentions.text


def test_a_question_that_is_only_a_naming_keeps_its_words() -> None:
    assert question_to_mentions("The presentation?", DOCUMENTS).text == "The presentation?"


def test_two_plans_are_not_told_apart_without_a_year() -> None:
    both = [*DOCUMENTS, info("plan2", "plan", "2012-01-01", "The forces", "A second plan")]
    assert question_to_mentions("Which dogs and horses does the plan list?", both).documents == ()
    assert question_to_mentions("Which dogs and horses does the 2012 plan list?", both).documents == ("plan2",)
