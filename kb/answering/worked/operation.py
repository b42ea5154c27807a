"""Which arithmetic a question asks for, by a small trained model that reads how it is worded, not what it is about.

Multinomial logistic regression over two kinds of signs: word n-grams of the question with its subject's words masked,
and its sentence embedding. Trained by ``evals/training/operation.py`` on questions about other bodies' figures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kb.terms import stem

if TYPE_CHECKING:
    import numpy as np

WorkedOperation = Literal["sum", "difference", "change", "share", "ratio", "average"]
OPERATIONS: tuple[WorkedOperation, ...] = ("sum", "difference", "change", "share", "ratio", "average")
WEIGHTS = Path(__file__).parent / "weights" / "operation.npz"
# How much the embedding counts beside the n-grams, each of which is 0 or 1.
EMBEDDING_SCALE = 2.0
FIGURES = (
    (re.compile(r"£\s?[\d,.]+\s?(?:m|bn|k|million|billion|thousand)?\b", re.IGNORECASE), " moneyfig "),
    (re.compile(r"[\d.,]+\s?(?:%|per ?cent\b)", re.IGNORECASE), " percentfig "),
    (re.compile(r"\b(?:19|20)?\d\d\s?[/–-]\s?(?:19|20)?\d\d\b|\b(?:19|20)\d\d\b"), " yearfig "),
    (re.compile(r"\b\d[\d,.]*\b"), " numfig "),
    (re.compile(r"%|\bper ?cent\b", re.IGNORECASE), " percent "),
)
# Words that ask for an operation and need not stand in a table.
OPERATING_WORDS = """
    add added adding adds altogether amount apart average averaged averages between bigger calculate calculation change
    changed chunk combine combined come comes compare compared comparison cut deduct deducted differ difference divide
    divided dividing down drop dropped each every exceed exceeded express expressed extra fall fallen falls far fell
    figure figures fraction gap grew grow grown growth higher increase increased jump larger less lower lump make makes
    margin mean minus miss missed more next number outnumber overall pair part per percent percentage plus portion
    pounds proportion put quarter rate ratio reduce reduced reduction rise risen roughly rose share shrank shrink shrunk
    side slice slip smaller split subtract sum sums swallow take taken taking terms times together total totals two
    three four five six seven eight nine ten whole work worked yearly years
"""
WORD = re.compile(r"[A-Za-z']+|[?:;,]")
PLAIN = frozenset({"nam", "moneyfig", "percentfig", "yearfig", "numfig", "?", ":", ";", ","})
MASK = "x"


@dataclass(frozen=True, slots=True)
class Model:
    """The trained weights: ``known`` are the words that are not masked, ``grams`` the row of each n-gram in ``values``
    (one column a class, "none" first), ``meaning`` the embedding's weights, shape (size, classes)."""

    known: frozenset[str]
    grams: dict[str, int]
    values: np.ndarray
    meaning: np.ndarray
    bias: np.ndarray


def question_to_operations(question: str, vector: np.ndarray) -> dict[WorkedOperation, float]:
    """The probability of each operation; what is left to 1 is that nothing is worked out.

    ``vector`` is the question's by the shipped embedding model, of unit length.
    """
    import numpy as np

    model = load_model()
    scores = model.bias + EMBEDDING_SCALE * (vector @ model.meaning)
    rows = sorted(model.grams[gram] for gram in question_to_grams(question, model.known) if gram in model.grams)
    scores = scores + model.values[rows].sum(axis=0)
    likely = np.exp(scores - scores.max())
    likely = likely / likely.sum()
    return {name: round(float(p), 4) for name, p in zip(OPERATIONS, likely[1:], strict=True)}


@lru_cache(maxsize=1)
def load_model(path: Path = WEIGHTS) -> Model:
    """The one model of this process."""
    import numpy as np

    with np.load(path) as stored:
        known = json.loads(bytes(stored["known"]))
        values, meaning, bias = (stored[name].astype(np.float32) for name in ("values", "meaning", "bias"))
    return Model(frozenset(known["words"]), {g: at for at, g in enumerate(known["grams"])}, values, meaning, bias)


@lru_cache(maxsize=1)
def operating_stems() -> frozenset[str]:
    """The stems of words that say what is to be done with figures, whatever they are figures of."""
    return frozenset(stem(word) for word in OPERATING_WORDS.split())


def question_to_words(question: str) -> list[str]:
    """The words in small letters, figures by their kind, names as one word each."""
    for pattern, kind in FIGURES:
        question = pattern.sub(kind, question)
    found = WORD.findall(question)
    words: list[str] = []
    for before, word in zip(["?", *found], found, strict=False):
        named = word[0].isupper() and before not in "?:;," and word != "I"
        if not named:
            words.append(word.lower())
        elif words[-1:] != ["nam"]:
            words.append("nam")
    return words


def question_to_grams(question: str, known: Collection[str]) -> set[str]:
    """Words, runs of two and three, pairs with one word between, and stems, all but the ``known`` words masked."""
    words = ["^"]
    for word in question_to_words(question):
        shown = word if word in known or word in PLAIN else MASK
        if shown not in (MASK, "nam") or words[-1] != shown:
            words.append(shown)
    words.append("$")
    runs = {" ".join(words[at : at + size]) for size in (2, 3) for at in range(len(words) - size + 1)}
    apart = {f"{words[at]} _ {words[at + 2]}" for at in range(len(words) - 2)}
    stems = {f"~{re.sub('(?:ing|ed|es|s)$', '', word)}" for word in words[1:-1] if len(word) > 4}
    return {*words[1:-1], *runs, *apart, *stems}


def known_words(questions_of: Sequence[Sequence[str]], least: int) -> list[str]:
    """Words that stand in the questions of at least ``least`` of several subjects: those that no subject owns."""
    subjects = [{word for question in questions for word in question_to_words(question)} for questions in questions_of]
    every = set().union(*subjects)
    return sorted(word for word in every if sum(word in subject for subject in subjects) >= least)
