"""Training the ranker of programs: examples from questions, both models, the stored file, its agreeing reader."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evals.benchmarks.wtq import Asked, gold_to_values, is_right, main, split_to_asked, tidy
from evals.training import programs as training
from evals.training.programs_data import asked_to_example, example_to_numbers, examples_to_known, restrict
from evals.training.programs_linear import accuracy, train_linear
from evals.training.programs_network import network_to_scores
from kb.answering.csv_table import csv_to_document
from kb.answering.programs.features import to_context
from kb.answering.programs.generate import question_to_programs
from kb.answering.programs.links import text_to_asked
from kb.answering.programs.rank import MAX_READ, Ranker
from kb.answering.programs.table import table_to_typed

MEDALS = "Rank,Nation,Gold,Silver\n1,Kenya,5,3\n2,Spain,4,4\n3,Cuba,2,0\n4,Norway,1,6\n"
QUESTIONS = [
    ("which nation won the most gold?", ("Kenya",)),
    ("which nation won the most silver?", ("Norway",)),
    ("how many silver did cuba win?", ("0",)),
    ("how many gold did spain win?", ("4",)),
    ("how many nations are listed?", ("4",)),
    ("which nation comes after kenya?", ("Spain",)),
]


@pytest.fixture
def asked(tmp_path: Path) -> list[Asked]:
    table = tmp_path / "csv" / "1.csv"
    table.parent.mkdir()
    table.write_text(MEDALS)
    return [Asked(f"q{n}", question, table, gold) for n, (question, gold) in enumerate(QUESTIONS)]


# ------------------------------------------------------------------------------------------- what counts as right


@pytest.mark.parametrize(
    ("gold", "values", "right"),
    [
        (["12,467"], ["12467"], True),
        (["Bangkok, Thailand"], ["bangkok, thailand"], True),
        (["Zoë (NED)"], ["Zoe"], True),
        (["December 27, 2008"], ["2008-12-27"], True),
        (["a", "b"], ["b", "a"], True),
        (["a", "b"], ["a"], False),
        (["3"], ["3", "4"], False),
        (["17 years"], ["17"], True),
        (["Spain"], ["Kenya"], False),
    ],
)
def test_values_are_compared_as_the_official_evaluator_does(gold: list[str], values: list[str], right: bool) -> None:
    assert is_right(gold, values) is right


def test_gold_values_lose_their_escapes() -> None:
    assert gold_to_values(r"a\pb|two\nlines|back\\slash") == ("a|b", "two\nlines", "back\\slash")


def test_units_and_marks_can_be_forgiven() -> None:
    assert [tidy(text) for text in ("17 years", "$1,200", "three", "Kenya")] == ["17", "1200", "3", "Kenya"]


def test_the_benchmark_reads_a_split_and_prints_its_figures(
    tmp_path: Path, asked: list[Asked], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"{one.id}\t{one.question}\tcsv/1.csv\t{'|'.join(one.gold)}" for one in asked]
    (tmp_path / "dev.tsv").write_text("id\tutterance\tcontext\ttargetValue\n" + "\n".join(lines) + "\n")
    assert [one.gold for one in split_to_asked(tmp_path, "dev.tsv", tmp_path)] == [gold for _, gold in QUESTIONS]
    figures = tmp_path / "figures.json"
    assert main([str(tmp_path), "--only", "3", "--json", str(figures)]) == 0
    assert json.loads(figures.read_text())["questions"] == 3
    assert "right" in capsys.readouterr().out


# ---------------------------------------------------------------------------------------------------- examples


def test_examples_know_their_right_programs(asked: list[Asked]) -> None:
    for one in asked:
        example = asked_to_example(one)
        assert example is not None
        assert example.right.any()
        assert len(example.programs) == len(example.right) == len(example.answers)
        assert max(part for parts in example.programs for part in parts) < len(example.crossed)


def test_some_programs_of_an_example_keep_their_scores(asked: list[Asked]) -> None:
    examples = [example for one in asked if (example := asked_to_example(one))]
    known = examples_to_known(examples, 1, 1, 1, 1)
    numbers = [example_to_numbers(one, known) for one in examples]
    linear = train_linear(numbers, known, 2, seed=0)
    keep = np.array([0, 2, 3])
    assert np.allclose(linear.score(restrict(numbers[0], keep)), linear.score(numbers[0])[keep])


# ------------------------------------------------------------------------------------------- training and storing


def test_training_learns_and_the_stored_file_ranks_alike(tmp_path: Path, asked: list[Asked]) -> None:
    examples = [example for one in asked if (example := asked_to_example(one))]
    known = examples_to_known(examples, 1, 1, 1, 1)
    numbers = [example_to_numbers(one, known) for one in examples]
    linear = train_linear(numbers, known, 10, seed=0)
    assert accuracy([linear.score(one) for one in numbers], numbers) == 1.0
    folder = asked[0].table.parent.parent
    networks = training.train_networks(numbers, linear, known, folder, epochs=3, count=1)
    pairs = list(training.best_of(numbers, linear))
    items = training.to_items([one for one, _ in pairs], known, folder)
    trained = network_to_scores(networks[0], items)
    settings = {"linear": 0.5, "network": 0.5, "sharpness": 1.0}
    training.save(tmp_path / "weights" / "programs.npz", known, linear, networks, settings)
    ranker = Ranker(tmp_path / "weights" / "programs.npz")
    table = table_to_typed(csv_to_document(asked[0].table).tables[0])
    for one, (_, linear_score), network_score in zip(asked, pairs, trained, strict=True):
        words = text_to_asked(one.question)
        programs, links = question_to_programs(words, table)
        ranked = ranker.rank(programs, links, to_context(words, table, links))
        read = np.sort(np.argsort(-linear.score(numbers[asked.index(one)]), kind="stable")[:MAX_READ])
        scores = 0.5 * linear_score + 0.5 * network_score
        likely = np.exp(scores - scores.max())
        shares: dict[tuple[str, ...], float] = {}
        for place, share in zip(read, likely / likely.sum(), strict=True):
            shares[programs[place].key] = shares.get(programs[place].key, 0.0) + float(share)
        assert ranked[0].probability == pytest.approx(max(shares.values()), abs=0.03)  # float16 rounds
        assert shares[tuple(sorted(ranked[0].values))] == pytest.approx(max(shares.values()), abs=0.03)
