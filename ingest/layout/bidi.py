"""Lines of Arabic and Hebrew: words from the right to the left, but figures and Latin words among them as usual."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from ingest.layout.glyphs import is_right_to_left
from ingest.layout.parts import Word


def words_in_reading_order(words: Sequence[Word]) -> list[Word]:
    """The words of a line, given from left to right, in the order in which they are read."""
    if all(word.text.isascii() for word in words):
        return list(words)
    letters = [letter for word in words for letter in word.text if letter.isalpha()]
    if 2 * sum(is_right_to_left(ord(letter)) for letter in letters) <= len(letters):
        return list(words)
    ordered: list[Word] = []
    for turned, run in groupby(reversed(words), key=is_turned):
        found = list(run)
        ordered += found if turned else reversed(found)
    glued = {id(right): right.glued for right in words}
    for before, word in pairwise(ordered):
        word.glued = glued[id(max(before, word, key=lambda one: one.x0))]
    ordered[0].glued = False
    return ordered


def is_turned(word: Word) -> bool:
    """Whether a word runs from right to left, or takes its direction from the words around it."""
    strong = [letter for letter in word.text if letter.isalnum()]
    return not strong or any(is_right_to_left(ord(letter)) for letter in strong)
