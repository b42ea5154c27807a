"""The numbers that a list counts itself: 1, a, iv."""

from __future__ import annotations

from typing import Literal

Counting = Literal["decimal", "letter", "LETTER", "roman", "ROMAN"]

ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
LARGEST_ROMAN = 3999
LARGEST_LETTER = 26 * 30


def count_to_text(count: int, counting: Counting) -> str:
    """A count as a list prints it: 27 is ``27``, ``aa`` or ``xxvii``. What has no letters is given in figures."""
    if counting in ("letter", "LETTER") and 0 < count <= LARGEST_LETTER:
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter if counting == "letter" else letter.upper()
    if counting in ("roman", "ROMAN") and 0 < count <= LARGEST_ROMAN:
        roman = count_to_roman(count)
        return roman if counting == "roman" else roman.upper()
    return str(count)


def count_to_roman(count: int) -> str:
    """A positive count in small Roman numerals."""
    text = ""
    for value, letters in ROMAN:
        times, count = divmod(count, value)
        text += letters * times
    return text
