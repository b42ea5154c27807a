"""Trains the ranker of programs that ships: python -m evals.training.programs FOLDER OUT [--workers N] [--held-out].

FOLDER is that of WikiTableQuestions as ``evals/benchmarks/wtq`` wants it, with ``train.tsv``. First a log-linear model
over all programs of each question, then networks over the best of them; both are stored in one file. ``--held-out``
keeps a sixth of the tables from training and prints the accuracy on them; without it all tables are trained on.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evals.benchmarks.wtq import split_to_asked
from evals.training.programs_data import (
    Known,
    Numbers,
    all_to_examples,
    example_to_inputs,
    example_to_numbers,
    example_to_texts,
    examples_to_known,
    is_held_out,
    restrict,
)
from evals.training.programs_linear import Linear, accuracy, train_linear
from kb.answering.programs.inputs import Inputs
from kb.answering.programs.links import text_to_asked
from kb.answering.programs.rank import MAX_READ

if TYPE_CHECKING:
    from evals.training.programs_network import TrainedNetwork

logger = logging.getLogger(__name__)
LEAST_GRAM, LEAST_CROSSED, LEAST_PLAIN = 5, 20, 8
LEAST_WEIGHT = 0.04
LINEAR_EPOCHS = 3
NETWORK_EPOCHS = 5
NETWORKS = 1
SETTINGS = {"linear": 0.3, "network": 0.8, "sharpness": 0.5}


def main(arguments: list[str] | None = None) -> int:
    """Build the examples, train, print the accuracy on held-out tables, and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cache", type=Path, help="a file in which the examples are kept between runs")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--only", type=int, metavar="N", help="the first N questions")
    parser.add_argument("--epochs", type=int, default=NETWORK_EPOCHS)
    parser.add_argument("--networks", type=int, default=NETWORKS)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    with tempfile.TemporaryDirectory() as scratch:
        asked = split_to_asked(options.folder, "train.tsv", Path(scratch))[: options.only]
        cache = options.cache or Path(scratch) / "examples.pkl"
        examples = all_to_examples(asked, cache, options.workers)
        trained = [one for one in examples if not (options.held_out and is_held_out(one))]
        known = examples_to_known(trained, LEAST_GRAM, LEAST_CROSSED, LEAST_PLAIN)
        logger.info("%d examples, %d to train on", len(examples), len(trained))
        numbers = [example_to_numbers(one, known) for one in trained]
        linear = train_linear(numbers, known, LINEAR_EPOCHS, seed=0)
        tables = asked[0].table.parent.parent
        networks = train_networks(numbers, linear, known, tables, options.epochs, options.networks)
        if options.held_out:
            held = [example_to_numbers(one, known) for one in examples if is_held_out(one)]
            report(held, linear, networks, known, tables)
    save(options.out, known, linear, networks, SETTINGS)
    return 0


def best_of(numbers: Sequence[Numbers], linear: Linear) -> Iterator[tuple[Numbers, np.ndarray]]:
    """Each example with the programs alone that the network will see, and their log-linear scores."""
    for one in numbers:
        score = linear.score(one)
        keep = np.sort(np.argsort(-score, kind="stable")[:MAX_READ])
        yield restrict(one, keep), score[keep]


def to_items(numbers: Sequence[Numbers], known: Known, folder: Path) -> list[tuple[Inputs, Numbers]]:
    """The examples with what the network reads of them."""
    from kb.answering.programs.vectors import sentences_to_word_vectors
    from kb.embedding import embedder

    texts = sorted({text for one in numbers for text in example_to_texts(one.example, folder)})
    vectors = dict(zip(texts, embedder().encode(texts), strict=True))
    words = sentences_to_word_vectors([text_to_asked(one.example.question).words for one in numbers])
    return [
        (example_to_inputs(one.example, folder, known.stems, own, vectors), one)
        for one, own in zip(numbers, words, strict=True)
    ]


def train_networks(
    numbers: Sequence[Numbers], linear: Linear, known: Known, folder: Path, epochs: int, count: int
) -> list[TrainedNetwork]:
    """Networks from different beginnings, trained on the best programs where a right one is among them."""
    from evals.training.programs_network import train_network

    if not count:
        return []
    read = [one for one, _ in best_of(numbers, linear) if one.right.any()]
    items = to_items(read, known, folder)
    return [train_network(items, known, epochs, seed) for seed in range(count)]


def report(
    held: Sequence[Numbers], linear: Linear, networks: Sequence[TrainedNetwork], known: Known, folder: Path
) -> None:
    """Log the accuracy on held-out tables of each model and of all together."""
    from evals.training.programs_network import network_to_scores

    pairs = list(best_of(held, linear))
    read, scores = [one for one, _ in pairs], [score for _, score in pairs]
    logger.info("right program made: %.4f", np.mean([one.right.any() for one in held]))
    logger.info("log-linear: %.4f", accuracy(scores, read))
    total = [SETTINGS["linear"] * score for score in scores]
    items = to_items(read, known, folder) if networks else []
    for network in networks:
        own = network_to_scores(network, items)
        logger.info("network alone: %.4f", accuracy(own, read))
        total = [a + SETTINGS["network"] * b for a, b in zip(total, own, strict=True)]
    logger.info("together: %.4f", accuracy(total, read))


def save(
    out: Path, known: Known, linear: Linear, networks: Sequence[TrainedNetwork], settings: dict[str, float]
) -> None:
    """One file with the signs by number and all weights in float16."""
    starts, columns, values = linear.sparse(LEAST_WEIGHT)
    signs = {name: sorted(own, key=own.__getitem__) for name, own in _signs(known).items()}
    signs["stems"] = ["", *signs["stems"]]  # the first is for words unknown
    stored = json.dumps({**signs, "settings": settings}, ensure_ascii=False).encode()
    arrays = {
        "known": np.frombuffer(stored, dtype=np.uint8),
        "starts": starts,
        "columns": columns,
        "values": values,
        "bias": linear.bias.astype(np.float16),
        "of_plain": linear.plain.astype(np.float16),
    }
    for number, network in enumerate(networks):
        for name, weight in network.state_dict().items():
            arrays[f"{number}.{name}"] = weight.numpy().astype(np.float16)
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out, allow_pickle=False, **arrays)


def _signs(known: Known) -> dict[str, dict[str, int]]:
    return {name: getattr(known, name) for name in ("grams", "crossed", "plain", "roles", "stems")}


if __name__ == "__main__":
    raise SystemExit(main())
