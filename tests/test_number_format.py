"""Stored numbers read as a spreadsheet program shows them."""

from __future__ import annotations

import pytest

from ingest.readers.number_format import number_to_text

FORMATS = [
    (0.177, "0.0%", "17.7%"),
    (1087357, '"£"#,##0', "£1,087,357"),
    (1087357, "[$£-809]#,##0.00", "£1,087,357.00"),
    (-1234, "#,##0_);[Red](#,##0)", "(1,234)"),
    (-7, '_-£* #,##0_-;-£* #,##0_-;_-£* "-"??_-;_-@_-', "-£7"),
    (0, '_-£* #,##0_-;-£* #,##0_-;_-£* "-"??_-;_-@_-', "£-"),
    (1087357, "#,##0,", "1,087"),
    (11234567, '£0.0,,"m"', "£11.2m"),
    (1500, '[>=1000]0.0,"k";0', "1.5k"),
    (17.700000000000003, "General", "17.7"),
    (2014, "General", "2014"),
    (447700900123, "General", "447700900123"),
    (2.675, "0.00", "2.68"),
    (123456, "00-00-00", "12-34-56"),
    (12, "0,000", "0,012"),
    (1.5, "# ?/?", "1 1/2"),
    (12345, "0.00E+00", "1.23E+4"),
    (-0.2, "0", "0"),
    (5, ";;;", ""),
    (41729, "mm-dd-yy", "31/03/2014"),
    (41729, "d mmmm yyyy", "31 March 2014"),
    (41729.75, "dd/mm/yy h:mm AM/PM", "31/03/14 6:00 PM"),
    (1, "d mmm yyyy", "1 Jan 1900"),
    (1.5, "[h]:mm", "36:00"),
    (-1, "d mmm yyyy", "-1"),
]


@pytest.mark.parametrize(("value", "code", "shown"), FORMATS)
def test_numbers_read_as_their_format_shows_them(value: float, code: str, shown: str) -> None:
    assert number_to_text(value, code) == shown


def test_dates_may_count_from_1904() -> None:
    assert number_to_text(0, "d mmmm yyyy", epoch_1904=True) == "1 January 1904"
