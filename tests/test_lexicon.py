"""What a corpus knows about its words: rarity, acronyms, spelling."""

from __future__ import annotations

import pytest

from kb.model import Chunk
from kb.retrieval.lexicon import (
    Lexicon,
    chunks_to_lexicon,
    expand_acronyms,
    text_to_acronyms,
    words_of_initials,
)
from kb.retrieval.spelling import mend_terms, mend_text, nearest_word
from kb.retrieval.words import Matcher, spelled_out


def lexicon_of(*texts: str) -> Lexicon:
    return chunks_to_lexicon(Chunk(str(n), "d", "sentence", text, text) for n, text in enumerate(texts))


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("The Regional Dog Unit (RDU) trains.", [("RDU", "Regional Dog Unit")]),
        (
            "the Dog Training Team (RDU-DTT) trains",
            [("DTT", "Dog Training Team")],
        ),
        ("Dogs Training and Care (EMDOGS T&C)", [("T&C", "Training and Care")]),
        ("Regional Dog Units (RDUs)", [("RDU", "Regional Dog Units")]),
        ("Centre of Canine Excellence (CCE)", [("CCE", "Centre of Canine Excellence")]),
        ("Chief Officers of Dogs (COD)", [("COD", "Chief Officers of Dogs")]),
        ("RDU – regional dog unit", [("RDU", "regional dog unit")]),
        ("RDUs — regional dog units: three of them", [("RDU", "regional dog units")]),
        ("NABIS – national ballistics intelligence service", [("NABIS", "national ballistics intelligence service")]),
        ("RDU - Officers in Kind: 24", []),
        ("the dog unit (RDU) trains", []),
        ("Regional Dog Unit (XYZ)", []),
        ("Regional Dog Unit (see below)", []),
        ("nothing short here", []),
    ],
)
def test_acronyms_that_a_text_explains(text: str, pairs: list[tuple[str, str]]) -> None:
    assert text_to_acronyms(text) == pairs


def test_only_as_many_words_as_the_initials_name() -> None:
    assert words_of_initials("The New Regional Dog Unit", "RDU") == "Regional Dog Unit"
    assert words_of_initials("Regional Dog Unit", "U") is None
    assert (
        words_of_initials("The Regional Dog Operations Unit", "RDOpU", capitals=True) == "Regional Dog Operations Unit"
    )


def test_the_commonest_long_form_wins() -> None:
    lexicon = lexicon_of("Rural Dog Unit (RDU)", "Regional Dog Unit (RDU)", "A Regional Dog Unit (RDU)")
    assert lexicon.acronyms == {"rdu": "Regional Dog Unit"}


def test_acronyms_are_spelled_out_in_questions_and_texts() -> None:
    lexicon = lexicon_of("The Regional Dog Unit (RDU) trains.")
    assert expand_acronyms(["rdu", "cost"], lexicon) == ["rdu", "region", "dog", "unit", "cost"]
    assert spelled_out(frozenset({"rdu"}), lexicon) == {"rdu", "region", "dog", "unit"}
    assert spelled_out(frozenset({"cost"}), lexicon) == {"cost"}


def test_rare_words_weigh_more() -> None:
    lexicon = lexicon_of("dogs bark", "dogs run", "dogs and horses", "cats")
    assert 0 < lexicon.weight("dog") < lexicon.weight("hors") < lexicon.weight("unicorn")
    assert lexicon.knows("dog")
    assert not lexicon.knows("unicorn")


def test_section_titles_count_as_words_of_their_chunks() -> None:
    chunk = Chunk("1", "d", "sentence", "They bark.", "", section=("Kennels",))
    assert chunks_to_lexicon([chunk]).knows("kennel")


@pytest.mark.parametrize(
    ("typed", "term"),
    [("forensicks", "forens"), ("colaboration", "collabor"), ("kenels", "kennel"), ("fornesics", "forens")],
)
def test_typing_errors_are_mended(typed: str, term: str) -> None:
    lexicon = lexicon_of("forensics and kennels", "collaboration in forensics")
    terms, unknown = mend_terms(f"What do {typed} cost?", lexicon)
    assert term in terms
    assert typed not in unknown


def test_words_that_the_corpus_lacks_are_unknown_and_kept() -> None:
    terms, unknown = mend_terms("Which penguins cost Notts 300 in 2015?", lexicon_of("dogs cost money"))
    assert unknown == ["penguins"]
    assert terms == ["penguin", "cost", "nottinghamshir", "300", "2015"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Which unit came first in the survey?", "Which unit came first in the survey?"),  # not in Surrey
        ("Whose inflation is that?", "Whose inflation is that?"),  # no isolation
        ("They couldn't find the stables", "They couldn't find the stables"),
        ("the colaboration of all kenels", "the collaboration of all kennels"),
        ("How is the program organized in the center?", "How is the programme organised in the centre?"),
    ],
)
def test_english_words_are_no_typing_errors_and_american_spellings_are_british(typed: str, read: str) -> None:
    lexicon = lexicon_of("Surrey kennels in isolation", "a collaboration", "the programme is organised in a centre")
    assert mend_text(typed, lexicon) == read


def test_known_words_are_not_mended_to_commoner_ones() -> None:
    lexicon = lexicon_of("stables", "stable", "tables tables", "tables")
    assert mend_terms("stables", lexicon) == (["stabl"], [])


def test_short_words_are_not_mended() -> None:
    lexicon = lexicon_of("dogs")
    assert nearest_word("dosg", lexicon.words) is None
    assert mend_terms("the cog", lexicon) == (["cog"], ["cog"])


def test_near_words_count_in_part() -> None:
    lexicon = lexicon_of("The Regional Dog Unit (RDU) trains.", "payroll")
    matcher = Matcher(lexicon, {"wage": {"payrol": 0.6}})
    assert matcher.strength("payrol", frozenset({"payrol"})) == 1.0
    assert matcher.strength("wage", frozenset({"payrol"})) == 0.6
    assert matcher.strength("wage", frozenset({"dog"})) == 0.0
    assert matcher.strength("dog", frozenset({"rdu"})) == 1.0
    assert matcher.reverse("payrol", ["wage"]) == 0.6
    assert matcher.reverse("rdu", ["dog", "unit"]) == pytest.approx(2 / 3)
    assert matcher.reverse("rdu", ["region", "dog"]) == 1.0


def test_initials_that_no_text_explains_take_the_name_that_has_them() -> None:
    lexicon = lexicon_of(
        "The Dog Training Team meets weekly", "DTT: 24 dogs", "A Dog Training Team of ten", "The Drone Test Team is new"
    )
    assert lexicon.acronyms["dtt"] == "Dog Training Team"


def test_words_in_capitals_that_also_stand_in_small_letters_are_no_initials() -> None:
    lexicon = lexicon_of("DOG TRAINING TEAM", "Dog Old Guard", "Dog Old Guard", "a dog")
    assert "dog" not in lexicon.acronyms


def test_a_name_that_stands_once_explains_no_initials() -> None:
    assert "dtt" not in lexicon_of("The Dog Training Team meets", "DTT: 24 dogs").acronyms


def test_a_known_short_form_and_a_u_is_its_unit() -> None:
    lexicon = lexicon_of("Regional Dog Care (EMDOGS-DC)", "EMDOGS DCU: 474,721", "EMDOGS DTU: 1")
    assert lexicon.acronyms["dcu"] == "Dog Care Unit"
    assert "dtu" not in lexicon.acronyms
    assert lexicon.supposed == {"dcu"}  # no text prints these words
