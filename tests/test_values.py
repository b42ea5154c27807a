"""Figures as typed values, and values in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kb.values import Value, cell_to_text, text_to_value, value_to_text

READ = [
    ("£1,087,357", None, Value(Decimal(1087357), "£", 1, 0)),
    ("1,087,357", "£", Value(Decimal(1087357), "£", 1, 0)),
    ("1,087,357", None, Value(Decimal(1087357), "", 1, 0)),
    ("£11.2m", None, Value(Decimal(11200000), "£", 10**6, 1)),
    ("£11.2 million", None, Value(Decimal(11200000), "£", 10**6, 1)),
    ("£3bn", None, Value(Decimal(3 * 10**9), "£", 10**9, 0)),
    ("£30k", None, Value(Decimal(30000), "£", 1000, 0)),
    ("1,410", "£000", Value(Decimal(1410000), "£", 1000, 0)),
    ("8.1", "£m", Value(Decimal(8100000), "£", 10**6, 1)),
    ("126,777,533", "£m", Value(Decimal(126777533), "£", 1, 0)),
    ("17.7%", None, Value(Decimal("17.7"), "%", 1, 1)),
    ("17.7", "%", Value(Decimal("17.7"), "%", 1, 1)),
    ("40 per cent", None, Value(Decimal(40), "%", 1, 0)),
    ("(14.5)", "£m", Value(Decimal(-14500000), "£", 10**6, 1)),
    ("-3", None, Value(Decimal(-3), "", 1, 0)),
    ("–3", None, Value(Decimal(-3), "", 1, 0)),
    ("1,155*", None, Value(Decimal(1155), "", 1, 0)),
    (" 12 ", None, Value(Decimal(12), "", 1, 0)),
    ("£ 12", None, Value(Decimal(12), "£", 1, 0)),
]
NO_FIGURES = ["", "-", "n/a", "about 12", "2014/15", "12 officers", "1,23", "£", "%", "SEPT 2010", "1.2.3"]


@pytest.mark.parametrize(("text", "unit", "value"), READ)
def test_figures_are_read(text: str, unit: str | None, value: Value) -> None:
    assert text_to_value(text, unit) == value


@pytest.mark.parametrize("text", NO_FIGURES)
def test_other_texts_are_no_figures(text: str) -> None:
    assert text_to_value(text, "£") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Value(Decimal(1087357), "£"), "£1,087,357"),
        (Value(Decimal(11200000), "£", 10**6, 1), "£11.2 million"),
        (Value(Decimal(11250000), "£", 10**6, 2), "£11.25 million"),
        (Value(Decimal(830000), "£", 1000), "£830,000"),
        (Value(Decimal("12.5"), "£", 1, 2), "£12.50"),
        (Value(Decimal("17.7"), "%", 1, 1), "17.7%"),
        (Value(Decimal(1155)), "1,155"),
        (Value(Decimal(-300), "£"), "-£300"),
        (Value(Decimal("-2.5"), "%", 1, 1), "-2.5%"),
        (Value(Decimal("0.5"), "", 1, 1), "0.5"),
    ],
)
def test_values_in_words(value: Value, text: str) -> None:
    assert value_to_text(value) == text


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("1,410", "£000", "£1,410,000"),
        ("(14.5)", "£m", "(£14.5 million)"),
        ("27.6", "%", "27.6%"),
        ("27.60%", "%", "27.60%"),
        ("40 per cent", "%", "40 per cent"),
        ("1,155*", None, "1,155"),
        ("Nov 2012", "£", "Nov 2012"),
        ("906,131", "£", "£906,131"),
    ],
)
def test_cells_are_said_with_their_unit(text: str, unit: str | None, said: str) -> None:
    assert cell_to_text(text, unit) == said
