"""Fits the not-found decision on question sets, and prints its curve of coverage against error.

    python -m evals.training.decision HOME evals/questions/tuned.jsonl evals/questions/practice/*.jsonl

``HOME`` is a knowledge base that holds the documents the sets ask about. Each question's draft is right or not (as
``kb eval`` judges it); a logistic regression learns to tell them apart from the signals that
``kb.answering.decision`` reads. The curve is cross-validated by question over the sets that it is fitted on, and
plain for sets given with ``--curve`` (the set-aside halves), which are never fitted on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.metrics import answer_to_reasons
from evals.questions import Question, read_questions

if TYPE_CHECKING:
    import numpy as np

    from kb.store import KnowledgeBase

FOLDS = 5
FAR_WORDED_WEIGHT = 1 / 3  # they stress the system; people's questions are nearer to the own sets
STRENGTH = 0.3  # inverse of the L2 penalty
STEPS = 25
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question's draft: whether it would be right, its signals (None where the decision is not asked), its weight."""

    question: Question
    right: bool
    drafted: bool
    signals: tuple[float, ...] | None
    weight: float


def questions_to_outcomes(kb: KnowledgeBase, path: Path) -> list[Outcome]:
    """The outcomes of one question set."""
    from kb.answering import answer_to_draft, is_sure
    from kb.answering.decision import Signals, evidence_to_signals
    from kb.model import Turn

    outcomes = []
    weight = FAR_WORDED_WEIGHT if path.parent.name == "far_worded" else 1.0
    for question in read_questions(path):
        history = [Turn(asked, said) for asked, said in question.history]
        query, evidence, draft, used = answer_to_draft(kb, question.question, history)
        text = " ".join(sentence.text for sentence in draft.sentences) if draft else ""
        right = bool(draft) and question.answerable and not answer_to_reasons(question, text)
        signals = None
        if draft and not is_sure(draft):
            found = evidence_to_signals(used, query, evidence)
            signals = tuple(float(getattr(found, name)) for name in Signals.__dataclass_fields__)
        outcomes.append(Outcome(question, right, draft is not None, signals, weight))
    return outcomes


def fit(outcomes: Sequence[Outcome]) -> tuple[np.ndarray, float]:
    """Weights and bias of the logistic regression over the outcomes that have signals.

    Iteratively reweighted least squares with an L2 penalty on the weights of standardised signals (Hastie, Tibshirani
    and Friedman 2009, 4.4.1); the weights come back in the signals' own scale.
    """
    import numpy as np

    asked = [outcome for outcome in outcomes if outcome.signals]
    signals = np.array([outcome.signals for outcome in asked])
    right = np.array([float(outcome.right) for outcome in asked])
    counted = np.array([outcome.weight for outcome in asked])
    mean, spread = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    inputs = np.hstack([(signals - mean) / spread, np.ones((len(asked), 1))])
    penalty = np.diag([1 / STRENGTH] * signals.shape[1] + [0.0])
    found = np.zeros(inputs.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-inputs @ found))
        slope = inputs.T @ (counted * (right - chance)) - penalty @ found
        curvature = (inputs * (counted * chance * (1 - chance))[:, None]).T @ inputs + penalty
        found = found + np.linalg.solve(curvature, slope)
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def probability(outcome: Outcome, weights: np.ndarray, bias: float) -> float:
    """The probability that a draft is right: 1 where the decision is not asked, 0 where there is no draft."""
    import numpy as np

    if not outcome.drafted:
        return 0.0
    if outcome.signals is None:
        return 1.0
    return float(1 / (1 + np.exp(-(np.dot(outcome.signals, weights) + bias))))


def cross_validated(outcomes: Sequence[Outcome]) -> list[float]:
    """A probability for each outcome from a regression that has not seen it."""
    found = [0.0] * len(outcomes)
    for fold in range(FOLDS):
        weights, bias = fit([outcome for place, outcome in enumerate(outcomes) if place % FOLDS != fold])
        for place in range(fold, len(outcomes), FOLDS):
            found[place] = probability(outcomes[place], weights, bias)
    return found


def curve(
    outcomes: Sequence[Outcome], probabilities: Sequence[float]
) -> list[tuple[float, float, float, float, float]]:
    """(threshold, answered, right, wrong though answered, unanswerable handled) for each threshold, as shares."""
    lines = []
    for least in THRESHOLDS:
        given = [chance >= least for chance in probabilities]
        unanswerable = [not said for o, said in zip(outcomes, given, strict=True) if not o.question.answerable]
        right = sum(o.right if o.question.answerable and said else not o.question.answerable and not said
                    for o, said in zip(outcomes, given, strict=True))  # fmt: skip
        wrong = sum(said and not o.right for o, said in zip(outcomes, given, strict=True))
        handled = sum(unanswerable) / len(unanswerable) if unanswerable else 1.0
        count = len(outcomes)
        lines.append((least, sum(given) / count, right / count, wrong / count, handled))
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the fitted weights, the cross-validated curve of each set, and the curve of the sets never fitted on."""
    import numpy as np

    from kb.answering.decision import BIAS, WEIGHTS, Signals
    from kb.store import KnowledgeBase

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--curve", type=Path, nargs="*", default=[], help="sets to draw the present curve of")
    options = parser.parse_args(arguments)
    with KnowledgeBase.open(options.home) as kb:
        sets = {path: questions_to_outcomes(kb, path) for path in options.sets}
        outcomes = [outcome for found in sets.values() for outcome in found]
        weights, bias = fit(outcomes)
        names = list(Signals.__dataclass_fields__)
        out = sys.stdout
        out.write(", ".join(f"{name}={weight:.2f}" for name, weight in zip(names, weights, strict=True)))
        out.write(f"; bias {bias:.2f}\n")
        chances = iter(cross_validated(outcomes))
        for path, found in sets.items():
            write_curve(f"{path.parent.name}/{path.stem}, cross-validated", found, [next(chances) for _ in found])
        present = np.array([getattr(WEIGHTS, name) for name in names])
        for path in options.curve:
            found = questions_to_outcomes(kb, path)
            write_curve(f"{path.parent.name}/{path.stem}, as shipped", found,
                        [probability(o, present, BIAS) for o in found])  # fmt: skip


def write_curve(title: str, outcomes: Sequence[Outcome], chances: Sequence[float]) -> None:
    """One set's curve on standard output."""
    sys.stdout.write(f"\n{title}: {len(outcomes)} questions\n  least  answered  right  wrong  unanswerable handled\n")
    for least, given, right, wrong, handled in curve(outcomes, chances):
        sys.stdout.write(f"  {least:.2f}   {given:.2f}      {right:.2f}   {wrong:.2f}   {handled:.2f}\n")


if __name__ == "__main__":
    main()
