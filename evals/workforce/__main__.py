"""``python -m evals.workforce HOME [--json] [--fit]``: how good the workforce register is on the shipped documents."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from evals.workforce.elsewhere import PARTS_ELSEWHERE, exemplars_to_examples, read_elsewhere
from evals.workforce.fit import fit_weights, weights_to_least_probability
from evals.workforce.labels import corpus_to_examples, examples_to_features, examples_to_meanings, read_labels
from evals.workforce.measure import Measured, measure
from kb.store import KnowledgeBase
from kb.workforce.weights import LEAST_PROBABILITY


def main() -> None:
    """Measure, or with ``--fit`` print new weights for ``kb/workforce/weights.py``."""
    from rich.console import Console

    parser = argparse.ArgumentParser(prog="python -m evals.workforce", description=__doc__)
    parser.add_argument("home", type=Path, help="a knowledge base with the shipped documents")
    parser.add_argument("--json", action="store_true", help="print the measures as JSON")
    parser.add_argument("--fit", action="store_true", help="fit the weights on the tuned half and print them")
    chosen = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    with KnowledgeBase.open(chosen.home) as kb:
        examples = corpus_to_examples(kb, read_labels())
        features = examples_to_features(examples, examples_to_meanings(kb, examples))
        if chosen.fit:
            own = exemplars_to_examples(kb.embedding_model() or "")
            weights = fit_weights([*examples, *own.examples], [*features, *own.features])
            least = weights_to_least_probability(weights, examples, features)
            console.print_json(json.dumps({**{k: round(v, 2) for k, v in weights.items()}, "least": least}))
            return
        measured = measure(examples, features, LEAST_PROBABILITY)
        elsewhere = read_elsewhere(kb.embedding_model() or "")
        measured += measure(elsewhere.examples, elsewhere.features, LEAST_PROBABILITY, PARTS_ELSEWHERE)
    if chosen.json:
        console.print_json(json.dumps([part.to_json() for part in measured]))
    else:
        console.print(measured_to_table(measured))


def measured_to_table(measured: list[Measured]) -> str:
    """The measures as a Markdown table: a line a theme and part."""
    lines = [
        "| part | theme | right | wrong | missed | precision | recall |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for part in measured:
        for name, counts in [*part.themes.items(), ("all themes", part.overall)]:
            cells = (counts.right, counts.wrong, counts.missed, f"{counts.precision:.2f}", f"{counts.recall:.2f}")
            lines.append(f"| {part.part} | {name} | {' | '.join(map(str, cells))} |")
        status = f"{part.status_right} of {part.status_asked}"
        lines.append(f"| {part.part} | status right | {status} | | | | |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
