"""Who asks for a name gets a name, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.answering import answer
from kb.answering.people import asks_name, holds_name
from kb.retrieval.lexicon import Lexicon
from kb.store import KnowledgeBase

LEXICON = Lexicon(small=frozenset({"chief", "board", "service", "joint", "sir"}))


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("What is the name of the programme director?", True),
        ("Who is the commissioner for Derbyshire, by name?", True),
        ("What is the director's name?", True),
        ("What was the head of the unit called?", True),
        ("Who chairs the board?", False),  # a role may answer it
        ("What is the name of the officer training programme?", False),
        ("List the forces by name.", False),
    ],
)
def test_whether_a_name_is_asked_for(question: str, asks: bool) -> None:
    assert asks_name(question) == asks


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Ann Hale took up the post.", True),
        ("The post went to Sir Ronald.", True),
        ("The Chief Board met in Joint Service.", False),
        ("The commissioner for Derbyshire took the chair.", False),
        ("The East Midlands board met in Nottingham.", False),
        ("Widget Programme staff took it up.", False),  # the question's own words
    ],
)
def test_whether_a_text_holds_a_name(text: str, holds: bool) -> None:
    assert holds_name(text, "Who leads the Widget programme, by name?", LEXICON) == holds


def test_a_role_is_no_name(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        found = answer(kb, "What was the name of the programme director who took up the post in October 2007?")
        named = answer(kb, "What is the name of the Chief Constable of Northamptonshire?")
    assert found.status == "not_found"
    assert "gives a person’s name" in (found.message or "")
    assert "Adrian Lee" in named.answer
