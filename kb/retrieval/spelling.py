"""Typing errors in questions, mended to the words of the corpus; what is English already is no error."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from kb.retrieval.lexicon import Lexicon
from kb.terms import COUNTY_NAMES, STOP_WORDS, stem, text_to_terms

TYPING_ERROR_LENGTH = 5
SHORTEST_BASE = 4
ENDING = re.compile(r"(?P<base>[a-z]{4,}?)(?:s|es|d|ed|er|ers|est|ing|ly|ness)")
# American endings and their British ones.
BRITISH = (
    (r"iz(e[drs]?|ing|ations?|ers?)$", r"is\1"),
    (r"yz(e[drs]?|ing)$", r"ys\1"),
    (r"or(s|ed|ing|al)?$", r"our\1"),
    (r"ter(s|ed)?$", r"tre\1"),
    (r"ense(s)?$", r"ence\1"),
    (r"gram(s)?$", r"gramme\1"),
    (r"l(ed|ing|ers?)$", r"ll\1"),
)


def mend_terms(words: str, lexicon: Lexicon) -> tuple[list[str], list[str]]:
    """Terms of a question with typing errors mended, and the words that the corpus does not know at all.

    A word is mended to the commonest word of the corpus that differs little; words of fewer than five letters,
    figures, names of counties and words that are English as they stand stay.
    """
    swaps: dict[str, str] = {}
    unknown: list[str] = []
    for word in re.findall(r"[A-Za-z][A-Za-z’'&-]*", words):
        bare = word.lower().replace("’", "'").removesuffix("'s")
        if bare in STOP_WORDS or bare in COUNTY_NAMES or bare in lexicon.acronyms or len(bare) < 3:
            continue
        for part in re.split(r"[-']", bare):
            if not part or part in STOP_WORDS or lexicon.knows(stem(part)):
                continue
            better = mended_word(part, lexicon)
            if better:
                swaps[stem(part)] = stem(better)
            elif len(part) > 2:
                unknown.append(part)
    return [swaps.get(term, term) for term in text_to_terms(words)], unknown


def mend_text(text: str, lexicon: Lexicon) -> str:
    """A text with its typing errors mended as ``mend_terms`` does, for what is read from its wording."""

    def mended(match: re.Match[str]) -> str:
        word = match.group().lower()
        if word in STOP_WORDS or word in COUNTY_NAMES or word in lexicon.acronyms or lexicon.knows(stem(word)):
            return match.group()
        return mended_word(word, lexicon) or match.group()

    return re.sub(r"(?<![A-Za-z’'])[A-Za-z]+(?![A-Za-z’'])", mended, text)


def mended_word(word: str, lexicon: Lexicon) -> str | None:
    """The corpus's word for one that it does not have: another spelling of it, or what a typing error was meant to be;
    None where there is none, or where the word is English and only foreign to the corpus ("survey" is no "Surrey")."""
    other = next((spelling for spelling in british_spellings(word) if spelling in lexicon.words), None)
    if other or is_english(word):
        return other
    return nearest_word(word, lexicon.words)


def british_spellings(word: str) -> Iterator[str]:
    """How a word of American spelling may be spelled in Britain."""
    for american, british in BRITISH:
        spelling = re.sub(american, british, word)
        if spelling != word:
            yield spelling


def is_english(word: str) -> bool:
    """Whether a word is a common English one, or one with a common ending."""
    if word in english_words():
        return True
    match = ENDING.fullmatch(word)
    return match is not None and match["base"] in english_words()


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Common English words: those that the shipped embedding model knows whole."""
    from kb.embedding import DEFAULT_MODEL, model_folder

    folder = model_folder(DEFAULT_MODEL)
    lines = (folder / "vocab.txt").read_text("utf-8").splitlines() if folder else []
    return frozenset(word for word in lines if word.isalpha() and word.isascii() and len(word) >= SHORTEST_BASE)


def nearest_word(word: str, words: Counter[str]) -> str | None:
    """The corpus's word for a typing error, or None where none is near."""
    if len(word) < TYPING_ERROR_LENGTH:
        return None
    from rapidfuzz import distance, process

    cutoff = 0.80 if len(word) < 9 else 0.75
    found = process.extract(
        word,
        [known for known in words if known[0] == word[0] and abs(len(known) - len(word)) <= 2],
        scorer=distance.DamerauLevenshtein.normalized_similarity,
        score_cutoff=cutoff,
        limit=3,
    )
    if not found:
        return None
    best = max(found, key=lambda item: (round(item[1], 3), words[item[0]], item[0]))
    return str(best[0])
