"""Precision and recall of the themes, and how often the status is right, part by part."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evals.workforce.labels import PARTS, Example
from kb.workforce.classify import Features, features_to_probability
from kb.workforce.status import text_to_progress
from kb.workforce.themes import THEMES


@dataclass(frozen=True, slots=True)
class Counts:
    """Passages that were rightly put under a theme, wrongly, and that were missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """The share of what was put there that belongs there; 1 where nothing was."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of what belongs there that was put there; 1 where nothing does."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / ((self.precision + self.recall) or 1.0)

    def to_json(self) -> dict[str, float]:
        return {
            "right": self.right,
            "wrong": self.wrong,
            "missed": self.missed,
            "precision": round(self.precision, 3),
            "recall": round(self.recall, 3),
        }


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out for one part: by theme, and how many of the labelled entries have the right status.

    ``passages`` counts all that were looked at, ``labelled`` those with a label.
    """

    part: str
    passages: int
    labelled: int
    themes: dict[str, Counts]
    status_right: int
    status_asked: int

    @property
    def overall(self) -> Counts:
        """All themes together."""
        return sum(self.themes.values(), Counts())

    def to_json(self) -> dict[str, object]:
        overall = self.overall
        return {
            "part": self.part,
            "passages": self.passages,
            "labelled": self.labelled,
            "overall": overall.to_json(),
            "precision_interval": [round(bound, 3) for bound in wilson(overall.right, overall.right + overall.wrong)],
            "recall_interval": [round(bound, 3) for bound in wilson(overall.right, overall.right + overall.missed)],
            "themes": {name: counts.to_json() for name, counts in self.themes.items()},
            "status": {"right": self.status_right, "asked": self.status_asked},
        }


def wilson(right: int, asked: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if not asked:
        return 0.0, 1.0
    z = 1.96
    share = right / asked
    middle = (share + z * z / (2 * asked)) / (1 + z * z / asked)
    half = z * math.sqrt(share * (1 - share) / asked + z * z / (4 * asked * asked)) / (1 + z * z / asked)
    return middle - half, middle + half


def measure(
    examples: Sequence[Example], features: Sequence[Sequence[Features]], least: float, parts: Sequence[str] = PARTS
) -> list[Measured]:
    """One Measured a part. Every passage counts: one without a label has no theme."""
    return [
        measure_part(part, [pair for pair in zip(examples, features, strict=True) if pair[0].part == part], least)
        for part in parts
    ]


def measure_part(part: str, pairs: Sequence[tuple[Example, Sequence[Features]]], least: float) -> Measured:
    """The Measured of one part's examples with their features."""
    themes = {theme.key: Counts() for theme in THEMES}
    status_right = status_asked = 0
    for example, by_theme in pairs:
        truth = example.label.themes if example.label else ()
        for theme, seen in zip(THEMES, by_theme, strict=True):
            put = features_to_probability(seen, theme) >= least
            belongs = theme.key in truth
            themes[theme.key] += Counts(int(put and belongs), int(put and not belongs), int(belongs and not put))
        if example.label and truth:
            status_asked += 1
            status_right += example_to_progress(example) == example.label.status
    labelled = sum(example.label is not None for example, _ in pairs)
    return Measured(part, len(pairs), labelled, themes, status_right, status_asked)


def example_to_progress(example: Example) -> str:
    """The status that the register gives to a passage."""
    passage = example.passage
    return text_to_progress(passage.text, heading=passage.heading, lead_in=example.lead_in, is_row=passage.is_row)
