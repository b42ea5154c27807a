"""Fits the weights of the theme classifier: L2-regularised logistic regression by Newton's method.

On the tuned half of the labelled documents, and on the exemplars, each compared with the others only, so that meaning
weighs something where a passage has none of the words.
Weights that would count words of a theme against it are held at zero, so that they can be read as reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from evals.workforce.labels import Example
from kb.workforce.classify import Features
from kb.workforce.themes import THEMES

if TYPE_CHECKING:
    import numpy as np

PENALTY = 0.3
# A theme of few examples stays near what all themes say.
THEME_PENALTY = 2.0
STEPS = 60
NEVER_NEGATIVE = frozenset({"telling", "several", "helping", "workers", "meaning", "ahead", "heading"})


def fit_weights(examples: Sequence[Example], features: Sequence[Sequence[Features]]) -> dict[str, float]:
    """The weight of each feature by its name, ``bias``, and the bias of each theme, from the tuned examples."""
    import numpy as np

    rows, truth = [], []
    for example, by_theme in zip(examples, features, strict=True):
        if example.part != "tuned":
            continue
        themes = example.label.themes if example.label else ()
        for place, theme in enumerate(THEMES):
            rows.append([*astuple(by_theme[place]), 1.0, *(float(place == other) for other in range(len(THEMES)))])
            truth.append(float(theme.key in themes))
    names = [field.name for field in fields(Features)]
    penalty = np.array([PENALTY] * len(names) + [1e-6] + [THEME_PENALTY] * len(THEMES))
    weights = newton(np.array(rows), np.array(truth), penalty, [name in NEVER_NEGATIVE for name in names])
    return dict(zip([*names, "bias", *(theme.key for theme in THEMES)], map(float, weights), strict=True))


def newton(rows: np.ndarray, truth: np.ndarray, penalty: np.ndarray, held: Sequence[bool]) -> np.ndarray:
    """Weights, one a column of ``rows`` (shape (n, columns)), that are likeliest under the penalty.

    A column that is ``held`` and would get a weight below zero is taken out.
    """
    import numpy as np

    free = np.ones(rows.shape[1], dtype=bool)
    weights = np.zeros(rows.shape[1])
    while True:
        columns = rows[:, free]
        inner = np.zeros(columns.shape[1])
        for _ in range(STEPS):
            chance = 1 / (1 + np.exp(-np.clip(columns @ inner, -30, 30)))
            slope = columns.T @ (truth - chance) - penalty[free] * inner
            curve = (columns * (chance * (1 - chance))[:, None]).T @ columns + np.diag(penalty[free])
            step = np.linalg.solve(curve, slope)
            inner += step
            if float(np.abs(step).max()) < 1e-8:
                break
        weights[:] = 0.0
        weights[free] = inner
        wrong = [place for place, never in enumerate(held) if never and free[place] and weights[place] < 0]
        if not wrong:
            return weights
        free[wrong] = False


def weights_to_least_probability(
    weights: dict[str, float], examples: Sequence[Example], features: Sequence[Sequence[Features]]
) -> float:
    """From which probability on a passage is put under a theme: where F1 is best on the tuned half.

    Of several that are equally good the middle one.
    """
    import numpy as np

    names = [field.name for field in fields(Features)]
    scores, truth = [], []
    for example, by_theme in zip(examples, features, strict=True):
        if example.part != "tuned":
            continue
        for theme, seen in zip(THEMES, by_theme, strict=True):
            total = weights["bias"] + weights[theme.key] + sum(weights[name] * getattr(seen, name) for name in names)
            scores.append(1 / (1 + np.exp(-total)))
            truth.append(bool(example.label and theme.key in example.label.themes))
    found, right = np.array(scores), np.array(truth)
    grid = np.arange(0.30, 0.71, 0.01)
    f1 = [2 * (put & right).sum() / max(int(put.sum() + right.sum()), 1) for put in (found >= least for least in grid)]
    best = np.flatnonzero(np.array(f1) >= max(f1) - 1e-9)
    return round(float(grid[best[len(best) // 2]]), 2)
