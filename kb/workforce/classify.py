"""Which themes a passage belongs to: one small logistic regression over a handful of named features.

Every (passage, theme) pair is scored by the same weights, so that a theme with few examples shares what was learned
from the others. Weights are in ``weights.py``; they were fitted by ``evals/workforce/fit.py`` on the tuned half of the
labelled passages. No feature knows the documents: words of the theme, people at work, meaning, headings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING

from kb.workforce.exemplars import EXEMPLARS, OTHER
from kb.workforce.themes import THEMES, WORKERS, Theme
from kb.workforce.weights import BIAS, LEAST_PROBABILITY, THEME_BIAS, WEIGHTS

if TYPE_CHECKING:
    import numpy as np

    from kb.embedding import Embedder

# A glossary's rows say what a word means and nothing of what happens to anybody.
DEFINITION = re.compile(
    r"\b(?:meaning|means|definition)\b[^:;]{0,30}\b(?:in this|report|document|:)|\bglossary\b", re.IGNORECASE
)
MONEY = re.compile(r"£\s?\(?[\d,.]+")
HELPING_ENOUGH = 2
NEAREST = 2
SAME = 0.999


@dataclass(frozen=True, slots=True)
class Features:
    """What is seen of one passage under one theme; every value is between about -1 and 1.

    ``telling`` is 1 where the theme's own words stand, ``several`` where more than one does; ``helping`` counts the
    helping words (halves, at most 1), and ``workers`` says whether people at work are named. ``meaning`` is the
    cosine to the theme's nearest exemplars and ``ahead`` how far that is above sentences about other subjects.
    ``heading`` is 1 where the innermost heading, the caption or the lead-in tells the theme. ``defining`` marks
    glossaries and ``money`` rows of amounts.
    """

    telling: float = 0.0
    several: float = 0.0
    helping: float = 0.0
    workers: float = 0.0
    meaning: float = 0.0
    ahead: float = 0.0
    heading: float = 0.0
    defining: float = 0.0
    money: float = 0.0


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence or row as it is judged: its own words, and the words of the headings that stand over it."""

    text: str
    heading: str = ""
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A theme that a passage belongs to, how sure that is (0 to 1), and the words of the passage that tell it."""

    theme: str
    probability: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meanings:
    """How near passages are to each theme's exemplars (shape (n, themes)) and to those of other subjects (shape
    (n,))."""

    themes: np.ndarray
    others: np.ndarray


def vectors_to_meanings(vectors: np.ndarray, embedder: Embedder, *, leave_out: bool = False) -> Meanings:
    """The Meanings of unit vectors, shape (n, size), made by this model: the mean of the NEAREST cosines.

    With ``leave_out`` a vector that is an exemplar itself is not compared with itself. ModelError: no model.
    """
    import numpy as np

    cosines = vectors @ exemplar_vectors(embedder).T
    if leave_out:
        cosines[cosines > SAME] = -1.0
    ends = np.cumsum([len(EXEMPLARS[theme.key]) for theme in THEMES])
    parts = np.split(cosines, ends, axis=1)
    nearest = [np.sort(part, axis=1)[:, -NEAREST:].mean(axis=1) for part in parts]
    return Meanings(np.stack(nearest[:-1], axis=1), nearest[-1])


def exemplar_vectors(embedder: Embedder) -> np.ndarray:
    """The exemplars of all themes in order, then the others: unit vectors, made once a process and model."""
    if embedder.name not in _EXEMPLARS:
        texts = [text for theme in THEMES for text in EXEMPLARS[theme.key]]
        _EXEMPLARS[embedder.name] = embedder.encode([*texts, *OTHER])
    return _EXEMPLARS[embedder.name]


_EXEMPLARS: dict[str, np.ndarray] = {}


def passage_to_features(passage: Passage, cosines: np.ndarray | None, other: float | None) -> list[Features]:
    """One Features a theme, in the order of THEMES; without cosines (no model) meaning says nothing."""
    workers = float(bool(WORKERS.search(passage.text)))
    defining = float(bool(DEFINITION.search(f"{passage.text} {passage.heading}")))
    amounts = float(passage.is_row and len(MONEY.findall(passage.text)) > 1)
    features = []
    for place, theme in enumerate(THEMES):
        near = theme.stem_pattern.search(passage.text) is not None
        telling = count(theme.telling_pattern, passage.text) if near else 0
        helping = min(count(theme.helping_pattern, passage.text), HELPING_ENOUGH) / HELPING_ENOUGH if near else 0.0
        meaning = ahead = 0.0
        if cosines is not None and other is not None:
            meaning = float(cosines[place])
            ahead = meaning - other
        features.append(
            Features(
                telling=float(telling > 0),
                several=float(telling > 1),
                helping=helping,
                workers=workers,
                meaning=meaning,
                ahead=ahead,
                heading=float(tells(theme, passage.heading)),
                defining=defining,
                money=amounts,
            )
        )
    return features


@lru_cache(maxsize=4096)
def tells(theme: Theme, heading: str) -> bool:
    """Whether a heading holds words of the theme."""
    return theme.telling_pattern.search(heading) is not None


def count(pattern: re.Pattern[str], text: str) -> int:
    """How many different words or phrases of the text a pattern meets."""
    return len({match.group().lower() for match in pattern.finditer(text)})


def features_to_probability(features: Features, theme: Theme) -> float:
    """How sure it is, 0 to 1, that the passage belongs to the theme."""
    names = [field.name for field in fields(Features)]
    total = BIAS + THEME_BIAS.get(theme.key, 0.0) + sum(WEIGHTS[name] * getattr(features, name) for name in names)
    return 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))


def passages_to_hits(passages: Sequence[Passage], meanings: Meanings | None) -> list[tuple[Hit, ...]]:
    """For each passage the themes that it belongs to, surest first."""
    found = []
    for place, passage in enumerate(passages):
        cosines = meanings.themes[place] if meanings else None
        other = float(meanings.others[place]) if meanings else None
        hits = []
        for theme, features in zip(THEMES, passage_to_features(passage, cosines, other), strict=True):
            probability = features_to_probability(features, theme)
            if probability >= LEAST_PROBABILITY:
                hits.append(Hit(theme.key, round(probability, 3), telling_words(theme, passage.text)))
        found.append(tuple(sorted(hits, key=lambda hit: -hit.probability)))
    return found


def telling_words(theme: Theme, text: str) -> tuple[str, ...]:
    """The words of the text by which a reader sees the theme, in order, each once."""
    words = [match.group().strip() for match in theme.telling_pattern.finditer(text)]
    return tuple(dict.fromkeys(words or [match.group() for match in theme.helping_pattern.finditer(text)]))
