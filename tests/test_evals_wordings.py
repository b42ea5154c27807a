"""When a wording counts as said."""

from __future__ import annotations

import pytest

from evals.normalise import count_words, occurs, without_markers

OCCURS = [
    # figures, money, scales
    ("1,993,488", "Together they pay £1993488."),
    ("£6.57m", "The largest is £6,570,000."),
    ("6,570,000", "a grant of £6.57 million"),
    ("6.57", "a grant of £6.57m"),
    ("£31.5k", "£31,500 for Leicestershire"),
    ("GBP 182m", "savings of £182 million"),
    ("£14.5m", "Use of reserves, £m: (14.5)"),
    ("8.1", "Base Budget Gap, 09/10 (£m): 8.1"),
    ("£8.1m", "Base Budget Gap, 09/10 (£m): 8.1"),
    ("£1,410,000", "Approximate cost: 1,410 (£000s)"),
    ("£1,410,000", "Approximate cost £ 000′s 1,410"),
    ("£480,000", "£'000s: 480"),
    ("five million", "£5m"),
    ("three hundred and sixty-eight", "368 officers"),
    ("368", "three hundred and sixty eight officers"),
    ("11,585", "eleven thousand five hundred and eighty-five people"),
    # shares
    ("27.92%", "27.92 per cent of the total"),
    ("27.92", "27.92% of the total"),
    ("a quarter", "about a quarter of it"),
    ("thirty per cent", "30%"),
    # years and dates
    ("2015/16", "the financial year 2015-16"),
    ("09/10", "in 2009-2010"),
    ("2009", "from 2009/10 on"),
    ("2006 to 2026", "between 2006-2026"),
    ("24 April 2017", "held on April 24th, 2017"),
    ("24 April 2017", "24/04/2017"),
    ("Sept 2011", "since September 2011"),
    ("22 February 2010", "the 22nd of Feb 2010"),
    # words
    ("Serious & Organised Crime", "serious and organised crime"),
    ("cross-border", "crossborder work"),
    ("coordinating", "the tasking and co-ordinating group"),
    ("Superintendents’ Association", "the superintendents' association"),
    ("business case", "fourteen business cases"),
    ("the PCC Board", "East Midlands **PCC Board**"),
    ("second", "the 2nd plan"),
    ("GAIN", "agencies<sup>33</sup> in GAIN.³³"),
    ("one", "one of the five"),
]

DOES_NOT_OCCUR = [
    ("93", "1,993"),
    ("993", "1,993,488"),
    ("6", "£6.57m"),
    ("£6.57m", "6.57 per cent"),
    ("£6.57m", "£6.57"),
    ("480", "1,480"),
    ("30%", "30 officers"),
    ("£480,000", "480"),
    ("0.8", "8"),
    ("2016", "2015/16"),
    ("2015/16", "2016/17"),
    ("10", "in 09/10"),
    ("rest", "forest"),
    ("2", "a second plan"),
    ("second", "2 plans"),
    ("1", "no one knows"),
    ("1", "one of the forces"),
    ("22", "section 22B"),
    ("[2]", ""),
    ("", "anything at all"),
    ("major crime unit", "major crime team"),
]


@pytest.mark.parametrize(("wording", "text"), OCCURS)
def test_wording_occurs(wording: str, text: str) -> None:
    assert occurs(wording, text)


@pytest.mark.parametrize(("wording", "text"), DOES_NOT_OCCUR)
def test_wording_does_not_occur(wording: str, text: str) -> None:
    assert not occurs(wording, text)


def test_markers_are_neither_words_nor_figures() -> None:
    answer = "Five forces [1] take part [2, 3] – all of them [4]."
    assert count_words(answer) == 7
    assert not occurs("4", without_markers(answer))
    assert occurs("forces take", without_markers(answer))
