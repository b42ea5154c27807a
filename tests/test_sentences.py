"""Sentence ends in the prose of public bodies."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.sentences import split_sentences

CASES = [
    ("Mr. Hill of St. Albans paid £1.2m. No. 5 was free.", ["Mr. Hill of St. Albans paid £1.2m.", "No. 5 was free."]),
    (
        "Some, e.g. Derbyshire, agreed, i.e. Signed. It holds.",
        ["Some, e.g. Derbyshire, agreed, i.e. Signed.", "It holds."],
    ),
    ("See s.23I of the Act. Section 22A applies.", ["See s.23I of the Act.", "Section 22A applies."]),
    ("Write to team@notts.pnn.police.uk. They answer.", ["Write to team@notts.pnn.police.uk.", "They answer."]),
    ("J. R. Hartley spoke. A vote followed.", ["J. R. Hartley spoke.", "A vote followed."]),
    ("The answer was no. The forces left.", ["The answer was no.", "The forces left."]),
    ("4.1. The board meets. 4.2 It votes.", ["4.1. The board meets.", "4.2 It votes."]),
    ("It grew by 3.5%. 2014 was worse.", ["It grew by 3.5%.", "2014 was worse."]),
    ("The Green Paper¹. It was law.2 Nobody read it.", ["The Green Paper¹.", "It was law.2", "Nobody read it."]),
    ("“Is it so?” It is! (Or was.) Fine.", ["“Is it so?”", "It is!", "(Or was.)", "Fine."]),
    ("one force; two forces; and\nthree forces", ["one force; two forces; and\nthree forces"]),
    (
        "They agreed:\n- a plan;\n- a budget; and\n- a team.",
        ["They agreed:", "- a plan;", "- a budget; and", "- a team."],
    ),
    (
        "It runs to 5 p.m. Saturday too. Vans, cars, etc. The end.",
        ["It runs to 5 p.m. Saturday too.", "Vans, cars, etc.", "The end."],
    ),
    ("Fig. 3 and para. 12 show it. So does vol. II here.", ["Fig. 3 and para. 12 show it.", "So does vol. II here."]),
    ("", []),
    (" \n ", []),
]


@pytest.mark.parametrize(("text", "sentences"), CASES)
def test_sentences_end_where_a_reader_ends_them(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


@given(st.text(alphabet="aB1 .;!?\n-(£”¹é", max_size=120))
def test_every_character_but_blanks_is_in_exactly_one_sentence(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
