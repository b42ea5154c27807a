"""Questions for a person's name: "Who is the director, by name?" is not answered by "The director took up the post"."""

from __future__ import annotations

import re

from kb.forces import text_to_forces
from kb.retrieval.lexicon import Lexicon

ROLE = (
    r"(?:director|head|chief|constable|commissioner|chair(?:man|woman|person)?|manager|officer|inspector|author|person|"
    r"leader|secretary|superintendent|minister|clerk|sponsor)s?"
    r"\b(?! (?:board|group|team|programme|post|association|training|strength|numbers?)\b)"
)
ASKS_NAME = re.compile(
    rf"\bnames? of (?:[\w’'-]+ ){{0,5}}?{ROLE}|\b{ROLE}['’]s? names?\b"
    rf"|\b(?:who|{ROLE})\b.*\bby name\b|\b(?:what|how) (?:is|was) (?:[\w’'-]+ ){{0,5}}?{ROLE}.*\bcalled\b",
    re.IGNORECASE,
)
TITLED = re.compile(
    r"\b(?:[ADT]?/?CC|DCC|ACC|Mr|Mrs|Ms|Miss|Dr|Sir|Dame|Lord|Lady|Constable|Commissioner|Superintendent|Inspector|"
    r"Director|Minister|Secretary|Chair|Chairman),? (?P<name>[A-Z][a-z’'-]+)\b"
)
TWO_NAMES = re.compile(r"(?=\b(?P<first>[A-Z][a-z’'-]+) (?P<last>[A-Z][a-z’'-]+)\b)")

PLACES = frozenset("north south east west in on at midlands england wales scotland london".split())


def asks_name(question: str) -> bool:
    """Whether a question asks for somebody's name."""
    return ASKS_NAME.search(question) is not None


def holds_name(text: str, asked: str, lexicon: Lexicon) -> bool:
    """Whether a text holds a person's name: words with capitals, behind a title or two together, that the documents
    never spell with small letters, that are no force's or region's, and that the question does not say itself."""
    said = frozenset(re.findall(r"[a-z’'-]+", asked.lower()))

    def own(*words: str) -> bool:
        return not any(word.lower() in lexicon.small | said | PLACES or text_to_forces(word) for word in words)

    titled = any(own(match["name"]) for match in TITLED.finditer(text))
    return titled or any(own(match["first"], match["last"]) for match in TWO_NAMES.finditer(text))
