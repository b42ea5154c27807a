"""Rows of tables as sentences: their group, label, headings in sentence case, and figures with their units."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.tables.meaning import with_meaning
from ingest.tables.sentences import Wording, figure_to_words, table_to_sentences
from tests.made import grid_table

PROSE = ("The police officers and police staff of the Home Office have their home in Kent. The budget is a saving.",)


def sentences(rows: Sequence[Sequence[str]], **fields: object) -> list[str]:
    table = with_meaning(grid_table(rows, **fields))
    return [sentence.text for sentence in table_to_sentences(table, Wording(PROSE))]


def test_plain_words_of_headings_are_small_and_names_stay() -> None:
    rows = [["Unit", "Police Officers", "Police Staff", "Home Office", "EMSOU", "Total"], ["Major Crime", *"12345"]]
    assert sentences([*rows, ["Dogs", *"23456"]])[0] == (
        "Major Crime: police officers 1; police staff 2; Home Office 3; EMSOU 4; total 5"
    )


def test_the_group_is_part_of_the_label_and_no_sentence_of_its_own() -> None:
    rows = [["Unit", "Kent", "Posts"], ["Northamptonshire", "", ""], ["Major Crime", "1", "2"], ["Dogs", "3", "4"]]
    found = sentences([*rows, ["Leicestershire", "", ""], ["Dogs", "5", "6"]])
    assert found == [
        "Northamptonshire, Major Crime: Kent 1; Posts 2",
        "Northamptonshire, Dogs: Kent 3; Posts 4",
        "Leicestershire, Dogs: Kent 5; Posts 6",
    ]


def test_units_are_put_to_figures_and_not_said_twice() -> None:
    rows = [["£’000s", "Budget", "Savings as a % of budget", "Officers"], ["SOC", "22,000", "18%", "7"]]
    assert sentences([*rows, ["TSU", "2,400", "5%", "8"]])[0] == (
        "SOC: budget £22,000 thousand; savings as a % of budget 18%; officers 7"
    )


def test_a_form_is_said_without_headings_and_a_heading_over_several_columns_once() -> None:
    assert sentences([["Report of:", "The Chief Constable"], ["Date:", "May 2013"]]) == [
        "Report of: The Chief Constable",
        "Date: May 2013",
    ]
    rows = [
        ["Portfolio", "Units", ""],
        ["Crime", "Special Branch", "Forensic Services"],
        ["Support", "Fleet", "Stores"],
    ]
    spanning = sentences(rows, spans={(0, 1): (1, 2)})
    assert spanning[0].lower() == "crime: units special branch; forensic services"


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("7.4", "£m", "£7.4 million"),
        ("(5.2)", "£m", "(£5.2 million)"),
        ("-3", "£", "-£3"),
        ("126,777,533", "£m", "£126,777,533"),
        ("£1.2m", "£", "£1.2m"),
        ("27.6", "%", "27.6%"),
        ("27.6%", "%", "27.6%"),
        ("1,250", "000", "1,250 thousand"),
        ("n/a", "£m", "n/a"),
        ("2014/15", "£m", "2014/15"),
        ("157", None, "157"),
    ],
)
def test_figures_with_their_unit(text: str, unit: str | None, words: str) -> None:
    assert figure_to_words(text, unit) == words
