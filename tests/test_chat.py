"""Questions typed in a hurry are written out before they are understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.answering import answer
from kb.answering.chat import written_out
from kb.answering.question import text_to_question
from kb.store import KnowledgeBase


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("hiya, quick one b4 the meeting - wots teh bill for dogs pls??", "what is the bill for dogs??"),
        ("Hello! Whats the bill for dogs? thanks", "what is the bill for dogs?"),
        ("wich forces r in it n who leads, thx", "which forces are in it and who leads"),
        ("do they sit w/ the PCCs", "do they sit with the PCCs"),
        ("What do the R&D and the N Division cost?", "What do the R&D and the N Division cost?"),
        ("Please explain TUPE.", "explain TUPE."),
        ("hi", "hi"),
        ("Quickest way to reach High Street", "Quickest way to reach High Street"),
    ],
)
def test_chat_is_written_out(typed: str, read: str) -> None:
    assert written_out(typed) == read


def test_what_was_typed_is_kept() -> None:
    assert text_to_question("hi, wots TUPE pls").asked == "hi, wots TUPE pls"


def test_a_question_full_of_slips_gets_the_answer_of_the_same_one_in_order(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        hasty = answer(kb, "hiya quick q - wots teh persentage saving on forensicks in the 2017 presentaton pls")
        calm = answer(kb, "What is the percentage saving on forensics in the 2017 presentation?")
    assert calm.status == hasty.status == "answered"
    assert hasty.values == calm.values == ("35.53%",)
