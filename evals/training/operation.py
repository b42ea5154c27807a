"""Trains which arithmetic a question asks for: python -m evals.training.operation [--out FILE].

Reads ``operations/*.jsonl`` (question, operation; one file a subject, all invented) and, for "none", every fourth of
our own training questions. Prints the accuracy on each subject by a model that has not seen it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb.answering.worked.operation import EMBEDDING_SCALE, OPERATIONS, WEIGHTS, known_words, question_to_grams

if TYPE_CHECKING:
    import numpy as np
    import torch

HERE = Path(__file__).parent
CLASSES = ("none", *OPERATIONS)
SUBJECTS = 3  # in how many of the four a word stands that is not masked
FEWEST = 3  # questions that an n-gram stands in
PENALTY = 3.0  # how much the likelihood counts beside the weights' squares
STEPS = 300
SMALLEST = 0.02  # weights of n-grams below which they are left out


def read_lines(path: Path) -> list[dict[str, str]]:
    """The objects of a file, one a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def to_matrix(questions: Sequence[str], known: Sequence[str], grams: Sequence[str]) -> torch.Tensor:
    """Questions times n-grams, 1 where it stands, with the embedding's columns after them."""
    import torch

    from kb.embedding import embedder

    place, words = {gram: at for at, gram in enumerate(grams)}, frozenset(known)
    signs = torch.zeros(len(questions), len(grams))
    for row, question in enumerate(questions):
        signs[row, [place[gram] for gram in question_to_grams(question, words) if gram in place]] = 1.0
    return torch.cat([signs, EMBEDDING_SCALE * torch.from_numpy(embedder().encode(questions))], dim=1)


def fit(matrix: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(weights, shape (signs, classes), bias) of the likelihood with a squared penalty on the weights, by L-BFGS."""
    import torch

    weights = torch.zeros(matrix.shape[1], len(CLASSES), requires_grad=True)
    bias = torch.zeros(len(CLASSES), requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        missed = torch.nn.functional.cross_entropy(matrix @ weights + bias, labels, reduction="sum")
        whole = PENALTY * missed + (weights**2).sum() / 2
        whole.backward()  # type: ignore[no-untyped-call]
        return whole

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach(), bias.detach()


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    subjects = [read_lines(path) for path in sorted((HERE / "operations").glob("*.jsonl"))]
    plain = [line for path in sorted((HERE / "questions").glob("*.jsonl")) for line in read_lines(path)][::4]
    lines = [line for own in (*subjects, plain) for line in own]
    questions = [line["question"] for line in lines]
    labels = torch.tensor([CLASSES.index(line.get("operation", "none")) for line in lines])
    owners = torch.tensor([number for number, own in enumerate((*subjects, plain)) for _ in own])
    known = known_words([[line["question"] for line in own] for own in subjects], SUBJECTS)
    counts = Counter(gram for question in questions for gram in question_to_grams(question, frozenset(known)))
    grams = sorted(gram for gram, count in counts.items() if count >= FEWEST)
    matrix = to_matrix(questions, known, grams)
    for number in range(len(subjects)):
        rest = owners != number
        weights, bias = fit(matrix[rest], labels[rest])
        said = (matrix[~rest] @ weights + bias).argmax(dim=1)
        sys.stdout.write(f"subject {number}: {(said == labels[~rest]).float().mean():.3f} right\n")
    weights, bias = fit(matrix, labels)
    save(weights.numpy(), bias.numpy(), known, grams, options.out)


def save(weights: np.ndarray, bias: np.ndarray, known: Sequence[str], grams: Sequence[str], path: Path) -> None:
    """The weights in half precision, n-grams that count for nothing left out."""
    import numpy as np

    values = weights[: len(grams)]
    kept = np.flatnonzero(np.abs(values).max(axis=1) >= SMALLEST)
    told = json.dumps({"words": list(known), "grams": [grams[int(at)] for at in kept]})
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        known=np.frombuffer(told.encode("utf-8"), dtype=np.uint8),
        values=values[kept].astype(np.float16),
        meaning=weights[len(grams) :].astype(np.float16),
        bias=bias.astype(np.float32),
    )
    sys.stdout.write(f"{len(kept)} n-grams, {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
