"""Weights of the theme classifier, fitted by ``python -m evals.workforce HOME --fit``; see docs/evaluation.md."""

from __future__ import annotations

BIAS = -6.45
WEIGHTS = {
    "telling": 5.23,
    "several": 1.06,
    "helping": 3.09,
    "workers": 0.85,
    "meaning": 4.24,
    "ahead": 6.6,
    "heading": 1.01,
    "defining": -4.16,
    "money": 0.52,
}
THEME_BIAS = {
    "posts": -0.11,
    "transfer": -0.03,
    "place": 0.12,
    "terms": 0.53,
    "skills": -0.51,
    "conversion": 0.13,
    "consultation": 0.16,
    "general": -0.28,
}
LEAST_PROBABILITY = 0.33
