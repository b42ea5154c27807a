"""Names in a wording: people, forces, places, bodies, acronyms; each must stand in a source by one of its forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from kb.forces import force_forms, text_to_forces
from kb.retrieval.lexicon import SMALL_WORDS, words_of_initials
from kb.sentences import OPENERS
from kb.terms import STOP_WORDS

WORD = re.compile(r"[^\W\d_](?:[\w&]|[’'](?=\w)|-(?=[^\W_]))*")
# The capitalised words that open a sentence, or a clause behind a colon, without being names.
_MORE_OPENING = (
    "added average altogether together overall total yes no none neither both either between among across after before "
    "since until within without while although because however therefore also further more most less least fewer half "
    "two three four five six seven eight nine ten eleven twelve their whereas who whoever additionally specifically "
    "finally firstly similarly jointly collectively currently previously originally initially annually locally "
    "regionally nationally according based difference change increase decrease"
)
OPENING = OPENERS | STOP_WORDS | frozenset(_MORE_OPENING.split())
_STARTS = re.compile(r"(?:^|[.!?•“\"‘]\s*|\n\s*)(?=[^\W\d_])")


def text_to_names(text: str) -> list[tuple[str, bool]]:
    """The words of a text that are names or parts of one, each with whether it only opens a sentence.

    A name has a capital letter: at its beginning, or inside it as acronyms do. "I" and stop words are none.
    """
    starts = {match.end() for match in _STARTS.finditer(text)}
    names = []
    for match in WORD.finditer(text):
        word = match.group()
        common = word.lower() in STOP_WORDS and word != word.upper()
        if word == word.lower() or common or len(word) == 1:
            continue
        opens = match.start() in starts and word[1:] == word[1:].lower()
        names.append((word, opens))
    return names


@lru_cache(maxsize=4096)
def text_to_words(text: str) -> frozenset[str]:
    """The words of a text as names are compared: lower case, without possessive and plural s, parts of "A-B" too."""
    words: set[str] = set()
    for match in WORD.finditer(text):
        words.add(bare(match.group()))
        if "-" in match.group():
            words.update(bare(part) for part in match.group().split("-"))
    return frozenset(words)


def bare(word: str) -> str:
    """A word without case, possessive and plural s."""
    word = word.lower().replace("’", "'").removesuffix("'").removesuffix("'s")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def asked_names(text: str, strict: bool) -> list[str]:
    """The names of a wording that must stand in its sources.

    A capitalised word may be none where it is one of those that commonly open a sentence, or (unless ``strict`` is)
    where it does open one.
    """
    found = text_to_names(text)
    return [word for word, opens in found if (strict or not opens) and word.lower() not in OPENING]


def missing_names(
    names: Iterable[str], wording: str, held: frozenset[str], sources: str, acronyms: Mapping[str, str] | None
) -> list[str]:
    """Those names of a wording that do not stand in its sources, by any of their forms.

    ``held`` are the words of ``sources``; ``acronyms`` maps a short form in lower case to its long form. Without
    them, short and long forms do not stand for each other.
    """
    missing = [word for word in dict.fromkeys(names) if not _parts_stand(word, held)]
    if not missing:
        return []
    known = {form for force in text_to_forces(sources) for name in force_forms(force) for form in text_to_words(name)}
    if acronyms is not None:
        known |= short_forms(sources, acronyms) | spelled_out(wording, held, acronyms)
    return [word for word in missing if bare(word) not in known]


def _parts_stand(word: str, held: frozenset[str]) -> bool:
    return bare(word) in held or ("-" in word and all(bare(part) in held for part in word.split("-")))


def short_forms(sources: str, acronyms: Mapping[str, str]) -> set[str]:
    """The short forms of what sources name in full: known acronyms, and initials of their capitalised words."""
    lowered = sources.lower()
    known = {bare(short) for short, long in acronyms.items() if long.lower() in lowered}
    for run in capitalised_runs(sources):
        parts = [part for part in run.split() if part.lower() not in SMALL_WORDS]
        initials = "".join(part[0] for part in parts)
        known |= {bare(initials[i:j]) for i in range(len(initials)) for j in range(i + 2, len(initials) + 1)}
    return known


def spelled_out(text: str, held: frozenset[str], acronyms: Mapping[str, str]) -> set[str]:
    """The words of long forms in a wording whose short form stands in its sources."""
    words: set[str] = set()
    for short, long in acronyms.items():
        if bare(short) in held and long.lower() in text.lower():
            words |= text_to_words(long)
    for run in capitalised_runs(text):
        for short in held - {bare(known) for known in acronyms}:
            in_full = words_of_initials(run, short) if 2 <= len(short) <= 8 else None
            words |= text_to_words(in_full or "")
    return words


def capitalised_runs(text: str) -> Iterable[str]:
    """Runs of two or more capitalised words, small words between them ("Police and Crime Commissioner")."""
    small = "|".join(sorted(SMALL_WORDS))
    pattern = rf"[A-Z][\w’'&-]*(?:\s+(?:(?:{small})\s+)*[A-Z][\w’'&-]*){{1,6}}"
    return (match.group() for match in re.finditer(pattern, text))
