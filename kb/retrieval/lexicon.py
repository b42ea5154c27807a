"""What the corpus itself knows about words: how rare each is, what its acronyms stand for."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.model import Chunk
from kb.terms import text_to_term_set, text_to_terms

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

ACRONYM_AFTER = re.compile(
    r"((?:[A-Z][\w’'&-]{0,60}|of|and|the|for|&)(?:\s+(?:[A-Z][\w’'&-]{0,60}|of|and|the|for|&)){1,8})\s+"
    r"\(([A-Z][A-Za-z&-]{1,11}(?: [A-Z][A-Za-z&-]{1,5})?)\)"
)
ACRONYM_BEFORE = re.compile(r"^([A-Z][A-Z&-]{1,9})s?\s*[–—-]\s*([A-Za-z][\w ,&’'-]{4,70})$")
PLURAL = re.compile(r"(?<=[A-Z])s$")  # "Police and Crime Commissioners (PCCs)"
SMALL_WORDS = frozenset({"of", "and", "the", "for", "&"})
CAPITALS = re.compile(r"\b[A-Z]{3,5}\b")
SMALL_LETTERS = re.compile(r"\b[a-z]{3,}\b")
CAPITALISED = re.compile(r"\b[A-Z][A-Za-z’'-]*(?:\s+(?:(?:of|and|the|for|&)\s+)?[A-Z][A-Za-z’'-]*){2,6}\b")
FEWEST_INITIALS, FEWEST_NAMES = 3, 2


@dataclass(slots=True)
class Lexicon:
    """Counts over a corpus's sentences and table rows.

    ``document_frequency`` says in how many units a term stands; ``acronyms`` maps a lower-case short form to its
    long form as printed; ``words`` counts words as spelled, in lower case, and ``small`` are those that stand in
    small letters anywhere; ``by_document`` says in how many units of each document a term stands, and ``units_of`` how
    many it has; ``explained`` names the chunks that give a short form behind its words, or under a title that does;
    ``supposed`` are the short forms whose words no text prints: they help to find, and are never shown.
    """

    units: int = 0
    document_frequency: Counter[str] = field(default_factory=Counter)
    acronyms: dict[str, str] = field(default_factory=dict)
    words: Counter[str] = field(default_factory=Counter)
    small: frozenset[str] = frozenset()
    by_document: dict[str, Counter[str]] = field(default_factory=dict)
    units_of: Counter[str] = field(default_factory=Counter)
    explained: dict[str, list[str]] = field(default_factory=dict)
    supposed: frozenset[str] = frozenset()

    def weight(self, term: str) -> float:
        """Inverse document frequency, as in BM25 (Robertson and Zaragoza 2009): rare terms weigh more."""
        count = self.document_frequency.get(term, 0)
        return math.log(1 + (self.units - count + 0.5) / (count + 0.5))

    def knows(self, term: str) -> bool:
        """Whether the term stands anywhere in the corpus."""
        return self.document_frequency.get(term, 0) > 0

    def shares(self, term: str) -> dict[str, float]:
        """How the uses of a term are shared out over the documents, each as if all were of one length; sums to 1."""
        rates = {document: counts[term] / self.units_of[document] for document, counts in self.by_document.items()}
        total = sum(rates.values())
        return {document: rate / total for document, rate in rates.items()} if total else {}


@dataclass(slots=True)
class Unexplained:
    """Words in capitals that no text explains ("TSU"), and the names whose initials they may be.

    ``capitals`` holds them by document; ``names`` counts the runs of capitalised words ("Technical Support Unit") of
    each document; ``small`` holds the words that also stand in small letters, which are no acronyms.
    """

    capitals: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, Counter[str]] = field(default_factory=dict)
    small: set[str] = field(default_factory=set)

    def read(self, chunk: Chunk) -> None:
        """Take in the words of one sentence or row."""
        self.capitals.setdefault(chunk.document_id, set()).update(CAPITALS.findall(chunk.text))
        self.small.update(SMALL_LETTERS.findall(chunk.text))
        names = (" ".join(match.split()).title() for match in CAPITALISED.findall(chunk.text))
        self.names.setdefault(chunk.document_id, Counter()).update(names)

    def with_unit(self, known: Mapping[str, str]) -> dict[str, str]:
        """Lower-case short form to its words where it is a known one and a U: "OHU", as "OH" is occupational health."""
        capitals = frozenset().union(*self.capitals.values())
        wanted = {short.lower() for short in capitals if short.endswith("U")} - self.small - known.keys()
        return {short: f"{known[short[:-1]]} Unit" for short in sorted(wanted) if short[:-1] in known}

    def by_initials(self, known: Iterable[str]) -> dict[str, str]:
        """Lower-case short form to the commonest name with these initials in the documents that use the short form,
        where that stands there at least twice."""
        explained = {short.upper() for short in known}
        found: dict[str, Counter[str]] = {}
        for document, names in self.names.items():
            wanted = {s for s in self.capitals[document] if s.lower() not in self.small and s not in explained}
            for name, number in names.items():
                for short, long in name_to_initials(name):
                    if short in wanted:
                        found.setdefault(short, Counter())[long] += number
        best = {short: min(longs.items(), key=lambda item: (-item[1], item[0])) for short, longs in found.items()}
        return {short.lower(): long for short, (long, number) in best.items() if number >= FEWEST_NAMES}


def name_to_initials(name: str) -> list[tuple[str, str]]:
    """(initials, words) of each part of a name with as many words as an acronym has letters at least."""
    words = name.split()
    pairs = []
    for start in range(len(words)):
        for end in range(start + FEWEST_INITIALS, len(words) + 1):
            part = words[start:end]
            if part[0].lower() not in SMALL_WORDS and part[-1].lower() not in SMALL_WORDS:
                short = "".join(word[0] for word in part if word.lower() not in SMALL_WORDS)
                pairs.append((short, " ".join(part)))
    return pairs


def chunks_to_lexicon(chunks: Iterable[Chunk]) -> Lexicon:
    """The Lexicon of sentences and rows."""
    lexicon = Lexicon()
    long_forms: dict[str, Counter[str]] = {}
    unexplained, titles = Unexplained(), set[tuple[str, str]]()
    for chunk in chunks:
        lexicon.units += 1
        lexicon.units_of[chunk.document_id] += 1
        own = text_to_term_set(chunk.text)
        lexicon.by_document.setdefault(chunk.document_id, Counter()).update(own)
        lexicon.document_frequency.update(own.union(*(text_to_term_set(title) for title in chunk.section)))
        lexicon.words.update(re.findall(r"[a-z]{3,}", chunk.text.lower()))
        for text in (chunk.text, *(title for title in chunk.section if (chunk.document_id, title) not in titles)):
            for short, long in text_to_acronyms(text):
                long_forms.setdefault(short.lower(), Counter())[long] += 1
            for short, _ in text_to_acronyms(text, capitals=True):
                lexicon.explained.setdefault(short.lower(), []).append(chunk.id)
        titles.update((chunk.document_id, title) for title in chunk.section)
        unexplained.read(chunk)
    lexicon.small = frozenset(unexplained.small)
    lexicon.acronyms = unexplained.by_initials(long_forms)
    lexicon.acronyms |= {short: longs.most_common(1)[0][0] for short, longs in long_forms.items()}
    supposed = unexplained.with_unit(lexicon.acronyms)
    lexicon.acronyms |= supposed
    lexicon.supposed = frozenset(supposed)
    return lexicon


def text_to_acronyms(text: str, capitals: bool = False) -> list[tuple[str, str]]:
    """(short, long) pairs that a text itself explains: "Long Form (LF)", "Long Form (UNIT-LF)" or "(UNIT LF)",
    "LF – long form"; with ``capitals`` also such that the capitals of the short form are the initials ("LoF")."""
    pairs = []
    for match in ACRONYM_AFTER.finditer(text):
        short = PLURAL.sub("", match.group(2))
        for form in dict.fromkeys((short, re.split(r"[- ]", short)[-1])):
            long = words_of_initials(match.group(1), form, capitals)
            if long:
                pairs.append((form, long))
    before = ACRONYM_BEFORE.match(text.split(":")[0].strip())
    if before and may_be_short_for(before.group(1), before.group(2)):
        pairs.append((before.group(1), before.group(2).strip()))
    return pairs


def may_be_short_for(short: str, words: str) -> bool:
    """Whether words begin as a short form does and hold its letters in their order: not "EMSOU - Officers in Kind"."""
    letters = [letter for letter in short.lower() if letter.isalpha()]
    rest = iter(words.lower())
    return words[0].lower() == letters[0] and all(letter in rest for letter in letters)


def words_of_initials(words: str, short: str, capitals: bool = False) -> str | None:
    """The last words whose initials spell the short form, or its ``capitals`` alone (small words may count or not), or
    None."""
    parts = words.split()
    letters = "".join(letter for letter in (short if capitals else short.upper()) if letter.isupper())
    if len(letters) < 2:
        return None
    for start in range(len(parts) - 1, -1, -1):
        pattern = "".join(
            f"{part[0].upper()}?" if part.lower() in SMALL_WORDS else re.escape(part[0].upper())
            for part in parts[start:]
        )
        if parts[start][0].isupper() and re.fullmatch(pattern, letters):
            return " ".join(parts[start:])
    return None


def corpus_lexicon(kb: KnowledgeBase) -> Lexicon:
    """The knowledge base's Lexicon, kept for as long as its documents stay the same."""
    fingerprint = kb.fingerprint()
    kept = _KEPT.get((str(kb.home), kb.cleared))
    if kept and kept[0] == fingerprint:
        return kept[1]
    chunks = [chunk for info in kb.documents() for chunk in kb.chunks_of(info.id, ("sentence", "row"))]
    lexicon = chunks_to_lexicon(chunks)
    _KEPT[str(kb.home), kb.cleared] = (fingerprint, lexicon)
    return lexicon


_KEPT: dict[tuple[str, bool], tuple[str, Lexicon]] = {}


def expand_acronyms(terms: Sequence[str], lexicon: Lexicon) -> list[str]:
    """The terms with the words of each acronym's long form behind it."""
    expanded: list[str] = []
    for term in terms:
        expanded.append(term)
        if term in lexicon.acronyms:
            expanded.extend(text_to_terms(lexicon.acronyms[term]))
    return list(dict.fromkeys(expanded))
