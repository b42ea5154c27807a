"""Which series of a sheet a question's words mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kb.answering.figures.sheet import Series, Sheet, is_small, text_to_words
from kb.retrieval.words import Matcher

SMALL = 0.12
ASKING = 0.3
LABEL_SAID, WORDS_HELD, GROUP_SAID, HEADING_SAID, VERBATIM = 1.0, 1.0, 0.12, 0.35, 0.35
# Words that ask for a computation more often than they name a row.
ASKING_WORDS = frozenset(
    word
    for text in (
        "change changed percentage percent per cent average total sum difference amount value number respective "
        "respectively increase decrease growth between proportion ratio share year years company group figure level "
        "largest highest lowest smallest higher lower larger exceed provided table information recorded calculated "
        "compared combined altogether constitution much many mean"
    ).split()
    for word in text_to_words(text)
)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a question names: its words as typed and as stems."""

    text: str
    words: tuple[str, ...]


def text_to_part(text: str) -> Part:
    """The Part of a stretch of a question."""
    return Part(text, text_to_words(text))


@dataclass(frozen=True, slots=True)
class Finder:
    """Weighs the series of one sheet against parts of one question."""

    sheet: Sheet
    matcher: Matcher
    whole: Part
    held: frozenset[str] = field(default_factory=frozenset)

    def weight(self, word: str) -> float:
        """How much a word says: small words little, words that ask little more, rare words most."""
        if is_small(word):
            return SMALL
        return (ASKING if word in ASKING_WORDS else 1.0) * (1.0 + 0.2 * min(self.matcher.weight(word), 6.0))

    def nearness(self, word: str, words: Sequence[str]) -> float:
        """How well some of the question's words meet a word of the table: 1 the same, less for a relative."""
        if word in words:
            return 1.0
        if is_small(word) or word in ASKING_WORDS:
            return 0.0
        near = max((self.matcher.related.get(other, {}).get(word, 0.0) for other in words), default=0.0)
        return near if near >= 0.45 else 0.0

    def said(self, words: Sequence[str], part: Part) -> float:
        """The share of some words of the table that a part says; 1 for no words."""
        total = sum(self.weight(word) for word in set(words))
        met = sum(self.weight(word) * self.nearness(word, part.words) for word in set(words))
        return met / total if total else 1.0

    def met(self, part: Part, words: frozenset[str]) -> float:
        """The share of a part's words, of those that the table has at all, that some words of the table meet."""
        known = [w for w in set(part.words) if self.reverse(w, self.sheet.words) > 0.0]
        total = sum(self.weight(word) for word in known)
        return sum(self.weight(w) * self.reverse(w, words) for w in known) / total if total else 0.0

    def reverse(self, word: str, words: frozenset[str]) -> float:
        """How well some words of the table meet a word of the question."""
        if word in words:
            return 1.0
        if is_small(word) or word in ASKING_WORDS:
            return 0.0
        near = self.matcher.related.get(word, {})
        best = max((share for other, share in near.items() if other in words), default=0.0)
        return best if best >= 0.45 else 0.0

    def score(self, series: Series, part: Part) -> float:
        """How well a series fits a part of the question, and its place the whole question."""
        own = frozenset((*series.label_words, *series.group_words, *series.heading_words))
        named = series.label_words or series.group_words or series.heading_words
        score = LABEL_SAID * self.said(named, part) + WORDS_HELD * self.met(part, own)
        score += GROUP_SAID * self.said(series.group_words, self.whole) if series.group_words else 0.0
        if series.label_words:
            score -= HEADING_SAID * (1.0 - self.said(series.heading_words, self.whole))
        if part is not self.whole:
            score += 0.25 * self.met(self.whole, own)
        if series.label and verbatim(series.label_words, part.words):
            score += VERBATIM * min(1.0, len(series.label_words) / 3)
        return score

    def explained(self, chosen: Sequence[Series]) -> float:
        """The share of the whole question's own words that some series and the words around them hold."""
        held = frozenset(w for one in chosen for w in (*one.label_words, *one.group_words, *one.heading_words))
        held |= self.sheet.context
        asked = [w for w in set(self.whole.words) if not is_small(w) and w not in ASKING_WORDS]
        total = sum(self.weight(word) for word in asked)
        return sum(self.weight(w) * self.reverse(w, held) for w in asked) / total if total else 0.5

    def label_said(self, series: Series) -> float:
        """How much of a series' own name the question says."""
        return self.said(series.label_words or series.group_words or series.heading_words, self.whole)


def verbatim(words: Sequence[str], within: Sequence[str]) -> bool:
    """Whether some words stand in others in one run."""
    length = len(words)
    return length > 0 and any(tuple(within[i : i + length]) == tuple(words) for i in range(len(within) - length + 1))
