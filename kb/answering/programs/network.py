"""The network that reads a question beside a table's columns, in plain numpy (trained by ``evals/training/programs``).

Words and columns go through two layers of attention with relations (after Vaswani et al. 2017; Wang et al. 2020); the
states then weigh the signs of each program's pieces, and a small layer looks at each program as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.answering.programs.inputs import Inputs

if TYPE_CHECKING:
    import numpy as np

HEADS = 4
LAYERS = 2
EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Signs:
    """The known signs of a question's pieces, as pairs (piece, sign): ``crossed``, ``plain``; ``roles`` as triples
    (piece, role, column). ``programs`` lists the pieces of each program."""

    crossed: np.ndarray
    plain: np.ndarray
    roles: np.ndarray
    pieces: int
    programs: Sequence[Sequence[int]]


class Network:
    """The network's weights by name, float32, and what it computes of them."""

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self.weights = weights

    def score(self, inputs: Inputs, signs: Signs) -> np.ndarray:
        """One score a program: float32, shape (programs,); its softmax is a probability among them."""
        import numpy as np

        whole, columns = self._states(inputs)
        crossed, roles = self._linear(whole, "U"), self._linear(columns, "role")
        w = self.weights
        score = np.zeros(signs.pieces, dtype=np.float32)
        seen = np.zeros((signs.pieces, w["eP.weight"].shape[1]), dtype=np.float32)
        headed = self._linear(columns, "ec")
        piece, sign = signs.crossed.T
        np.add.at(score, piece, crossed[sign])
        np.add.at(seen, piece, w["eP.weight"][sign])
        piece, sign = signs.plain.T
        np.add.at(score, piece, w["c.weight"][sign, 0])
        np.add.at(seen, piece, w["eF.weight"][sign])
        piece, role, column = signs.roles.T
        np.add.at(score, piece, roles[column, role])
        np.add.at(seen, piece, w["eR.weight"][role] * headed[column])
        totals = np.array([score[list(parts)].sum() for parts in signs.programs], dtype=np.float32)
        looks = np.stack([seen[list(parts)].sum(axis=0) for parts in signs.programs])
        gain, shift = np.split(self._linear(whole, "qe"), 2)
        hidden = np.maximum(self._linear(looks * (1 + gain), "m1") + shift, 0.0)
        return np.asarray(totals + self._linear(hidden, "m2")[:, 0], dtype=np.float32)

    def _states(self, inputs: Inputs) -> tuple[np.ndarray, np.ndarray]:
        """The states of the question as a whole and of each column."""
        import numpy as np

        w = self.weights
        words = (
            self._linear(inputs.words, "pw") + self._linear(inputs.word_flags, "wf") + w["stem.weight"][inputs.stems]
        )
        columns = self._linear(inputs.columns, "pc") + self._linear(inputs.column_flags, "cf")
        states = np.concatenate([w["cls"][None, :], self._norm(words, "nw"), self._norm(columns, "nc")])
        for layer in range(LAYERS):
            states = self._layer(states, inputs.relations, f"layers.{layer}")
        return states[0], states[1 + len(words) :]

    def _layer(self, states: np.ndarray, relations: np.ndarray, name: str) -> np.ndarray:
        import numpy as np

        size, width = states.shape
        parts = self._linear(states, f"{name}.qkv").reshape(size, 3, HEADS, width // HEADS).transpose(1, 2, 0, 3)
        weights = parts[0] @ parts[1].transpose(0, 2, 1) / np.sqrt(width // HEADS)
        weights = weights + self.weights[f"{name}.rel.weight"][relations].transpose(2, 0, 1)
        weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        mixed = (weights @ parts[2]).transpose(1, 0, 2).reshape(size, width)
        states = self._norm(states + self._linear(mixed, f"{name}.o"), f"{name}.n1")
        widened = np.maximum(self._linear(states, f"{name}.f1"), 0.0)
        return self._norm(states + self._linear(widened, f"{name}.f2"), f"{name}.n2")

    def _linear(self, states: np.ndarray, name: str) -> np.ndarray:
        out: np.ndarray = states @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return out

    def _norm(self, states: np.ndarray, name: str) -> np.ndarray:
        import numpy as np

        centred = states - states.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
        return np.asarray(scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"], dtype=np.float32)
