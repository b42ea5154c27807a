"""Words, stems, years and the names of forces."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from kb.forces import FORCES, force_forms, text_to_forces
from kb.terms import COUNTY_NAMES, stem, text_to_term_set, text_to_terms, text_to_years, years_to_form

YEARS = [
    ("2014/15", ["2014/15"]),
    ("2014-15", ["2014/15"]),
    ("2014–2015", ["2014/15"]),
    ("2014 to 2015", ["2014/15"]),
    ("14/15", ["2014/15"]),
    ("09/10 and 2010/11", ["2009/10", "2010/11"]),
    ("2009-2012", ["2009/2012"]),
    ("2010-13", ["2010/2013"]),
    ("1999/00", ["1999/00"]),
    ("in 2013 and 2012", ["2013", "2012"]),
    ("24 April 2017", ["2017"]),
    ("item 12/15", []),
    ("£2,015 for 2015", ["2015"]),
    ("£2015", []),
    ("2015%", []),
    ("2015.5", []),
    ("none", []),
]


@pytest.mark.parametrize(("text", "years"), YEARS)
def test_years_are_found_in_one_form(text: str, years: list[str]) -> None:
    assert text_to_years(text) == years


@pytest.mark.parametrize(
    ("first", "second", "form"),
    [("2014", "15", "2014/15"), ("1999", "00", "1999/00"), ("1999", "2000", "1999/00"), ("2009", "12", "2009/2012")],
)
def test_spans_of_years(first: str, second: str, form: str) -> None:
    assert years_to_form(first, second) == form


@pytest.mark.parametrize(
    ("one", "other"), [("collaboration", "collaborations"), ("saving", "savings"), ("contribute", "contributing")]
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["", "the", "2014/15", "1,087,357", "DNA".lower()])
def test_short_words_and_figures_are_their_own_stem(word: str) -> None:
    assert stem(word) == word


def test_terms_leave_stop_words_out_and_put_years_last() -> None:
    assert text_to_terms("What did the dogs of Notts cost in 2014/15 for Kent’s hubs?") == (
        "dog", "nottinghamshir", "cost", "kent", "hub", "2014/15",
    )  # fmt: skip


def test_a_county_is_one_term_by_any_of_its_names() -> None:
    for short, county in COUNTY_NAMES.items():
        assert text_to_terms(short) == text_to_terms(county), short


def test_a_financial_year_also_counts_as_its_first_year() -> None:
    assert text_to_term_set("in 2014/15") == {"2014/15", "2014"}


def test_terms_keep_figures_and_drop_single_letters() -> None:
    assert text_to_terms("1,087,357 and 27.6% b C 4") == ("1,087,357", "27.6%", "4")


@pytest.mark.parametrize(
    ("text", "forces"),
    [
        ("Notts and Leics", ("Nottinghamshire", "Leicestershire")),
        ("NORTHANTS 14.7% £", ("Northamptonshire",)),
        ("the Met Police and GMP", ("Metropolitan", "Greater Manchester")),
        ("we met in Kent", ("Kent",)),
        ("Devon-and-Cornwall, Devon and Cornwall", ("Devon and Cornwall",)),
        ("South Yorkshire with West Yorkshire", ("South Yorkshire", "West Yorkshire")),
        ("Kentish hops and the Essexian", ()),
        ("Kent, Essex, Kent", ("Kent", "Essex")),
        ("", ()),
    ],
)
def test_forces_are_found_by_their_names_in_order(text: str, forces: tuple[str, ...]) -> None:
    assert text_to_forces(text) == forces


def test_every_force_is_found_by_every_form_of_its_name() -> None:
    assert len(set(FORCES)) == 43
    for force in FORCES:
        for form in force_forms(force):
            assert text_to_forces(f"x {form.upper()} y") == (force,), form


ENDS = ("e", "ed", "ing", "ion", "ations", "ement", "ities", "able", "ive", "ization", "al", "ance")


def test_threads_stem_as_one_does() -> None:
    words = [f"{begin}{end}" for begin in ("collaborat", "organis", "forensic", "manag", "polic") for end in ENDS]
    words = [word + more for word in words for more in ("", "s", "ly", "less", "fully", "ness", "nesses", "ward")]
    alone = {word: stem.__wrapped__(word) for word in words}
    for _ in range(5):
        stem.cache_clear()
        with ThreadPoolExecutor(8) as threads:
            together = list(threads.map(lambda word: stem(word), words * 4))
        assert dict(zip(words * 4, together, strict=True)) == alone
