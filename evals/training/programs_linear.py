"""The log-linear ranker of programs: weights of question n-grams times signs of programs, trained by AdaGrad on the
likelihood of all right programs together (Pasupat and Liang 2015; Duchi, Hazan and Singer 2011)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.training.programs_data import Known, Numbers

if TYPE_CHECKING:
    import numpy as np

RATE = 0.1
FIRST = 1e-2  # what squared gradients begin with


@dataclass(slots=True)
class Linear:
    """Weights ``table`` (n-grams, crossed signs), ``bias`` (crossed), ``plain``, each with its squared gradients."""

    table: np.ndarray
    bias: np.ndarray
    plain: np.ndarray
    table_squares: np.ndarray
    bias_squares: np.ndarray
    plain_squares: np.ndarray

    @classmethod
    def blank(cls, known: Known) -> Linear:
        """All weights zero."""
        import numpy as np

        shapes = [(len(known.grams), len(known.crossed)), (len(known.crossed),), (len(known.plain),)]
        zeros = [np.zeros(shape, dtype=np.float32) for shape in shapes]
        squares = [np.full(shape, FIRST, dtype=np.float32) for shape in shapes]
        return cls(*zeros, *squares)

    def score(self, one: Numbers) -> np.ndarray:
        """A score a program."""
        import numpy as np

        weights = self.table[one.grams].sum(axis=0) + self.bias
        of_piece = np.bincount(one.crossed[:, 0], weights[one.crossed[:, 1]], one.pieces)
        of_piece += np.bincount(one.plain[:, 0], self.plain[one.plain[:, 1]], one.pieces)
        return np.bincount(one.programs[:, 0], of_piece[one.programs[:, 1]], one.size)

    def step(self, one: Numbers) -> None:
        """One step towards the right programs of an example."""
        import numpy as np

        score = self.score(one)
        likely = np.exp(score - score.max())
        right = likely * one.right
        if right.sum() <= 1e-30:
            return
        slope = likely / likely.sum() - right / right.sum()
        of_piece = np.bincount(one.programs[:, 1], slope[one.programs[:, 0]], one.pieces)
        crossed = np.bincount(one.crossed[:, 1], of_piece[one.crossed[:, 0]], len(self.bias)).astype(np.float32)
        plain = np.bincount(one.plain[:, 1], of_piece[one.plain[:, 0]], len(self.plain)).astype(np.float32)
        touched = np.flatnonzero(np.abs(crossed) > 1e-6)
        place = np.ix_(one.grams, touched)
        self.table_squares[place] += crossed[touched] ** 2
        self.table[place] -= RATE * crossed[touched] / np.sqrt(self.table_squares[place])
        _step(self.bias, self.bias_squares, crossed, touched)
        _step(self.plain, self.plain_squares, plain, np.flatnonzero(np.abs(plain) > 1e-6))

    def sparse(self, least: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The table's weights beyond ``least`` row by row: starts of rows, columns, values in float16."""
        import numpy as np

        rows, columns = np.nonzero(np.abs(self.table) >= least)
        starts = np.searchsorted(rows, np.arange(len(self.table) + 1))
        return starts.astype(np.int32), columns.astype(np.uint16), self.table[rows, columns].astype(np.float16)


def _step(weights: np.ndarray, squares: np.ndarray, slope: np.ndarray, touched: np.ndarray) -> None:
    import numpy as np

    squares[touched] += slope[touched] ** 2
    weights[touched] -= RATE * slope[touched] / np.sqrt(squares[touched])


def train_linear(examples: Sequence[Numbers], known: Known, epochs: int, seed: int) -> Linear:
    """A log-linear ranker after so many passes in drawn order: the mean of its weights at every half pass but the
    first, which varies less than the last ones."""
    import numpy as np

    model = Linear.blank(known)
    useful = [one for one in examples if one.right.any()]
    drawn = np.random.default_rng(seed)
    sums: list[np.ndarray] = []
    halves = [half for _ in range(epochs) for half in np.array_split(drawn.permutation(len(useful)), 2)]
    for number, half in enumerate(halves):
        for place in half:
            model.step(useful[place])
        own = (model.table, model.bias, model.plain)
        if number:
            sums = [before + now for before, now in zip(sums, own, strict=True)] if sums else [w.copy() for w in own]
    if sums:
        model.table, model.bias, model.plain = (total / (len(halves) - 1) for total in sums)
    return model


def accuracy(score_of: Sequence[np.ndarray], examples: Sequence[Numbers]) -> float:
    """How many examples' likeliest answer (all its programs together) is right."""
    import numpy as np

    right = 0
    for score, one in zip(score_of, examples, strict=True):
        likely = np.exp(score - score.max())
        best = np.bincount(one.answers, likely).argmax()
        right += bool(one.right[one.answers == best].any())
    return right / max(1, len(examples))
