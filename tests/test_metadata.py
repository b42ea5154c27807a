"""What a document says of itself on its first pages: date, kind, issuer, forces."""

from __future__ import annotations

import pytest

from ingest.metadata import main_forces, text_to_date, text_to_issuer, text_to_kind, with_inferred_metadata
from kb.model import Document


@pytest.mark.parametrize(
    ("text", "date", "printed"),
    [
        ("Meeting of 3 May 2011", "2011-05-03", "3 May 2011"),
        ("Monday 23rd September 2014", "2014-09-23", "23 September 2014"),
        ("23<sup>rd</sup> September 2014", "2014-09-23", "23 September 2014"),
        ("Date: 24/04/2017", "2017-04-24", "24 April 2017"),
        ("Date: 4.1.2017", "2017-01-04", "4 January 2017"),
        ("Published in November 2013", "2013-11-01", "November 2013"),
        ("November 2013, revised 3 May 2014", "2014-05-03", "3 May 2014"),
        ("A plan for 2009-2012", "2009-01-01", "2009"),
        ("A plan of 2009", "2009-01-01", "2009"),
        ("© The Dog Board 2013", "2013-01-01", "2013"),
        ("Room 31/15/2017 b", "2017-01-01", "2017"),
        ("No date at all", None, None),
        ("", None, None),
    ],
)
def test_dates(text: str, date: str | None, printed: str | None) -> None:
    assert text_to_date(text) == (date, printed)


def test_a_full_date_far_down_is_not_the_documents() -> None:
    assert text_to_date("A plan of 2009. " + "word " * 300 + "on 3 May 2011") == ("2009-01-01", "2009")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Audit Panel, item 4. Purpose of the report: to inform.", "panel report"),
        ("Report to the Joint Dog Committee", "committee report"),
        ("A review of dogs in five counties", "review"),
        ("A presentation on dogs", "presentation"),
        ("The Collaboration Plan", "plan"),
        ("Minutes of a walk", "other"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert text_to_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "issuer"),
    [("© HMIC 2013", "HMIC"), ("© Crown copyright The Dog Board 2013", "The Dog Board"), ("HMIC 2013", None)],
)
def test_issuers(text: str, issuer: str | None) -> None:
    assert text_to_issuer(text) == issuer


def test_forces_named_often_are_those_that_it_is_about() -> None:
    text = "\n".join(["Kent and Essex"] * 8 + ["Essex"] * 2 + ["Dorset"] * 2 + ["Surrey"])
    assert main_forces(text) == ("Essex", "Kent")
    assert main_forces("Kent once") == ()
    assert main_forces("") == ()


def test_only_what_is_open_is_filled() -> None:
    text = "A presentation of 3 May 2011\n© The Dog Board 2011\nKent\nKent"
    bare = with_inferred_metadata(Document("d", "d.txt", text, "T", "text"))
    assert (bare.date, bare.date_text, bare.kind, bare.issuer, bare.forces) == (
        "2011-05-03", "3 May 2011", "presentation", "The Dog Board", ("Kent",),
    )  # fmt: skip
    known = Document("d", "d.txt", text, "T", "text", date="2001-01-01", kind="plan", issuer="Me", forces=("Essex",))
    assert with_inferred_metadata(known) == known
