"""Numbers written in words: "two hundred and twenty-seven" is 227, "third" is an ordinal 3.

One regular expression recognises a phrase, so that "five and six" stays two numbers: "and" joins only after
a hundred, a thousand and so on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]

SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_VALUES = {word: value for value, word in enumerate(_SMALL)}
_VALUES |= {word: 10 * (place + 2) for place, word in enumerate(_TENS)} | {"fourty": 40, "a": 1, "an": 1}
_ORDINAL_VALUES = {word: place + 1 for place, word in enumerate(_ORDINALS)}


def _any(words: list[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_GAP = r"[\s-]+"
_TEN_WORD = _any([*_TENS, "fourty"])
_TO_99 = rf"(?:{_TEN_WORD}(?:{_GAP}{_any(_SMALL[1:10])}\b)?|{_any(_SMALL)})\b"
_HUNDREDS = rf"(?:an?|{_TO_99}){_GAP}hundred\b(?:{_GAP}(?:and{_GAP})?(?!zero){_TO_99})?"
_TO_999 = rf"(?:{_HUNDREDS}|{_TO_99})"
_NEXT = rf"(?:{_GAP}(?:and{_GAP})?(?!zero){_TO_999}"
_CARDINAL = re.compile(
    rf"(?:(?:an?|{_TO_999}){_GAP}billion\b{_NEXT}{_GAP}million\b)?{_NEXT}{_GAP}thousand\b)?{_NEXT})?"
    rf"|(?:an?|{_TO_999}){_GAP}million\b{_NEXT}{_GAP}thousand\b)?{_NEXT})?"
    rf"|(?:an?|{_TO_999}){_GAP}thousand\b{_NEXT})?"
    rf"|{_TO_999})"
)
_ORDINAL = re.compile(rf"(?:{_TEN_WORD}{_GAP}{_any(_ORDINALS[:9])}|{_any(_ORDINALS)})\b")
_COUNTS_NOTHING_BEFORE = re.compile(r"\b(?:no|any|each|every)[\s,;-]+$")
_COUNTS_NOTHING_AFTER = re.compile(rf"[\s,;-]+(?:of|another|or(?![\s-]+{_any(_SMALL)}\b))\b")


@dataclass(frozen=True, slots=True)
class SpelledNumber:
    """A phrase in words: its value, the figure before a lone scale ("eleven million": 11) and where it ends."""

    value: int
    bare: int
    scaled: bool
    ordinal: bool
    end: int


def read_number_words(text: str, start: int) -> SpelledNumber | None:
    """The number phrase that begins at ``start`` of a lower-case text, or None."""
    ordinal = _ORDINAL.match(text, start)
    if ordinal:
        *ten, last = re.split(_GAP, ordinal[0])
        value = _ORDINAL_VALUES[last] + (_VALUES[ten[0]] if ten else 0)
        return SpelledNumber(value, value, False, True, ordinal.end())
    phrase = _CARDINAL.match(text, start)
    if not phrase or (phrase[0] == "one" and _one_counts_nothing(text, start, phrase.end())):
        return None
    words = [word for word in re.split(_GAP, phrase[0]) if word != "and"]
    lone_scale = words[-1] in SCALES and words[-1] != "hundred" and not (set(words[:-1]) & set(SCALES) - {"hundred"})
    value = _words_to_value(words)
    bare = _words_to_value(words[:-1]) if lone_scale else value
    return SpelledNumber(value, bare, lone_scale, False, phrase.end())


def _words_to_value(words: list[str]) -> int:
    total = part = 0
    for word in words:
        if word == "hundred":
            part *= 100
        elif word in SCALES:
            total, part = total + part * SCALES[word], 0
        else:
            part += _VALUES[word]
    return total + part


def _one_counts_nothing(text: str, start: int, end: int) -> bool:
    """Is this a pronoun and not the number 1, as in "one of the forces", "no one" and "one or more"?"""
    return bool(_COUNTS_NOTHING_BEFORE.search(text, 0, start) or _COUNTS_NOTHING_AFTER.match(text, end))
