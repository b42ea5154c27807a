"""Letters under wrong names: fonts whose letters a PDF does not name, or names wrongly.

A page then shows "police" and says "SROLFH", or signs that mean nothing. It is noticed font by font, by how letters
follow each other, which is much alike in all languages of Latin script, and mended where the names are all moved by
the same step.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ingest.layout.glyphs import Style
from ingest.layout.parts import Word

# The commonest pairs of letters in European languages. They make up half of a text, and a tenth of chance letters.
COMMON_PAIRS = frozenset(
    "th he in er an re on en at es ed nd to or te ti it is st ar of ng al nt de se le ve me ou ic ea ra ro ri ne li ha"
    " la ma ch el as io co ec us ll ta ie ge be si un da ur ei di po ie".split()
)
LEAST_COMMON = 0.2
# Too few letters say nothing.
LEAST_PAIRS = 80
LEAST_SIGNS = 20
# More nameless signs than this part of a font's characters, or more wrong letters than this part of a page's.
MOST_NAMELESS = 0.2
MOST_WRONG = 0.3
# What letters may be moved by: glyph numbers of TrueType fonts begin with the space at 3; symbol fonts are moved into
# the private use area.
STEPS = (29, -0xF000)
REPLACEMENT = "\ufffd"
NAMELESS = frozenset(("Cc", "Co", "Cn", "Cs"))


def mend_letters(words: Sequence[tuple[Word, Style]]) -> bool:
    """Name the letters of wrong fonts rightly, in place, where that is possible; False where the page means nothing."""
    if not words:
        return True
    fonts: dict[int | None, list[Word]] = {}
    for word, style in words:
        fonts.setdefault(style.font, []).append(word)
    wrong = total = 0
    for same_font in fonts.values():
        texts = [word.text for word in same_font]
        length = sum(map(len, texts))
        total += length
        if is_nonsense(texts) and not _mend_font(same_font):
            wrong += length
    for word, _ in words:
        if not word.text.isprintable():
            word.text = "".join(REPLACEMENT if unicodedata.category(c) == "Cc" else c for c in word.text)
    return wrong <= MOST_WRONG * total


def is_nonsense(texts: Iterable[str]) -> bool:
    """Whether letters in Latin script follow each other as in no language, or have no names."""
    words = Counter(text for text in texts if len(text) > 1)
    length = sum(len(word) * count for word, count in words.items())
    nameless = sum(_nameless(word) * count for word, count in words.items() if not word.isprintable())
    if nameless > MOST_NAMELESS * max(length, LEAST_SIGNS):
        return True
    pairs: Counter[str] = Counter()
    # A word says as much once as often: an address repeated on a page is not its language.
    for word in words:
        plain = word.lower() if word.isascii() else unicodedata.normalize("NFKD", word).lower()
        pairs.update(map("".join, pairwise(plain)))
    letters = {pair: count for pair, count in pairs.items() if pair.isascii() and pair.isalpha()}
    known = sum(letters.values())
    common = sum(count for pair, count in letters.items() if pair in COMMON_PAIRS)
    return known >= LEAST_PAIRS and 4 * known > sum(map(len, words)) and common < LEAST_COMMON * known


def _nameless(text: str) -> int:
    return sum(unicodedata.category(letter) in NAMELESS for letter in text)


def _mend_font(words: Sequence[Word]) -> bool:
    """Try the known steps; the first with which the letters make sense is taken."""
    for step in STEPS:
        moved = [_moved(word.text, step) for word in words]
        if all(text.isprintable() for text in moved) and not is_nonsense(moved) and has_vowels(moved):
            for word, text in zip(words, moved, strict=True):
                word.text = text
            return True
    return False


def _moved(text: str, step: int) -> str:
    return "".join(chr(ord(c) + step) if 0x20 < ord(c) + step < 0x7F else c for c in text)


def has_vowels(texts: Iterable[str]) -> bool:
    """Whether about as many letters are vowels as in any language, even where there are few letters."""
    letters = [c for text in texts for c in text.lower() if c.isascii() and c.isalpha()]
    return len(letters) > 3 and 0.25 < sum(c in "aeiouy" for c in letters) / len(letters) < 0.65
