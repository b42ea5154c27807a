"""Whether a hyphen at a line end belongs to the word: the document's own spelling elsewhere decides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ingest.layout.parts import Line

WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
LINE_END = re.compile(r"([^\W_]+)-$")
LINE_START = re.compile(r"^([^\W_]+(?:-[^\W_]+)*)")
# Words that begin many solid words (within, outset, therefore): not enough to prove a compound.
COMPOUND_STARTS = frozenset({"non", "self", "multi"})
SOLID_STARTS = frozenset(
    "any under over out up on in with for fore there where here some every him her your them our work"
    " per not be to so an can down through".split()
)
# Words that end many solid ones (lawfully, workable).
SOLID_ENDS = frozenset("able ably fully less hood like ship ward wards wise some body thing".split())


class Spelling:
    """The words of a document, counted, without those that a line end has split."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.words: Counter[str] = Counter()
        broken = ""
        for line in lines:
            text = line.plain.lower()
            found = WORD.findall(text)
            if broken and found:
                # In cross-bor-der the first hyphen is certainly the word's own.
                found[0] = broken + found[0] if "-" in broken else ""
            broken = found.pop() if text.endswith("-") and found else ""
            self.words.update(found)
            self.words.update(part for word in found if "-" in word for part in word.split("-"))

    def keeps_hyphen(self, before: str, after: str) -> bool | None:
        """For text ending in a hyphen and the line after it: keep the hyphen (True), drop it (False), or
        None where the hyphen is a dash of its own."""
        left, right = LINE_END.search(before), LINE_START.match(after)
        if not left or not right:
            return True if left and after[:1].isalnum() else None
        first, second = left.group(1).lower(), right.group(1).lower()
        if not first.isalpha() or not second[:1].isalpha() or right.group(1)[:1].isupper():
            return True
        solid, parted = self.words[first + second], self.words[f"{first}-{second}"]
        if solid or parted:
            return parted > solid
        if first in COMPOUND_STARTS and len(second) > 3:
            return True
        known = self.words[first] and self.words[second]
        return bool(
            known and len(first) > 2 and len(second) > 3 and first not in SOLID_STARTS and second not in SOLID_ENDS
        )


def lines_to_text(lines: list[Line], spelling: Spelling) -> str:
    """The words of lines in one run, footnote marks left out and line ends undone."""
    text = ""
    for line in lines:
        words = line.plain
        if not text or not words:
            text += words
            continue
        keeps = spelling.keeps_hyphen(text, words) if text.endswith("-") else None
        if keeps is None:
            text += f" {words}"
        else:
            text = (text if keeps else text[:-1]) + words
    return text
