"""Questions with tables and gold answers -> examples that program rankers are trained on, each with all its programs.

The data set is WikiTableQuestions (Pasupat and Liang 2015, CC BY-SA 4.0). A program counts as right where its values
are those of the gold answer; many are right by chance, which training must bear.
"""

from __future__ import annotations

import pickle
import random
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evals.benchmarks.wtq import Asked, is_right
from kb.answering.csv_table import csv_to_document
from kb.answering.programs.features import program_to_pieces, question_to_grams, to_context
from kb.answering.programs.generate import question_to_programs
from kb.answering.programs.inputs import Inputs, table_to_texts, to_inputs
from kb.answering.programs.links import question_to_links, text_to_asked
from kb.answering.programs.table import TypedTable, table_to_typed

if TYPE_CHECKING:
    import numpy as np

MAX_PROGRAMS = 1_500  # of a training question; the wrong ones beyond are left out by chance
HELD_OUT = 6  # one table of so many is held out


@dataclass(slots=True)
class Example:
    """One question: n-grams, the signs of its pieces, the pieces of its programs, which are right (``right``) and
    which give the same answer (``answers``)."""

    id: str
    question: str
    table: str
    grams: list[str]
    crossed: list[tuple[str, ...]]
    plain: list[tuple[str, ...]]
    roles: list[tuple[tuple[str, int], ...]]
    programs: list[list[int]]
    right: np.ndarray
    answers: np.ndarray


@dataclass(slots=True)
class Known:
    """The signs that a model knows, by number."""

    grams: dict[str, int]
    crossed: dict[str, int]
    plain: dict[str, int]
    roles: dict[str, int]
    stems: dict[str, int] = field(default_factory=dict)


def asked_to_example(asked: Asked, most: int = MAX_PROGRAMS) -> Example | None:
    """The example of a question; None where no program can be made."""
    import numpy as np

    table = path_to_typed(asked.table)
    words = text_to_asked(asked.question)
    programs, links = question_to_programs(words, table)
    if not programs:
        return None
    right = np.array([is_right(asked.gold, program.values) for program in programs])
    if len(programs) > most:
        drawn = random.Random(asked.id).sample(range(len(programs)), most)
        keep = sorted({*drawn, *np.flatnonzero(right)[: most // 5].tolist()})
        programs, right = [programs[place] for place in keep], right[keep]
    context = to_context(words, table, links)
    parts = [program_to_pieces(program, context) for program in programs]
    answers: dict[tuple[str, ...], int] = {}
    numbers = [answers.setdefault(program.key, len(answers)) for program in programs]
    return Example(
        asked.id,
        asked.question,
        "/".join(asked.table.parts[-2:]),
        question_to_grams(words, links),
        [piece.crossed for piece in context.pieces],
        [piece.plain for piece in context.pieces],
        [piece.roles for piece in context.pieces],
        parts,
        right,
        np.array(numbers),
    )


def path_to_typed(path: Path) -> TypedTable:
    """The typed table of a CSV file."""
    return table_to_typed(csv_to_document(path).tables[0])


def all_to_examples(asked: Sequence[Asked], cache: Path, workers: int) -> list[Example]:
    """The examples of many questions, from the file ``cache`` where it was written before."""
    if cache.is_file():
        with cache.open("rb") as stored:
            examples: list[Example] = pickle.load(stored)
            return examples
    ordered = sorted(asked, key=lambda one: (str(one.table), one.id))
    with ProcessPoolExecutor(workers) as pool:
        examples = [one for one in pool.map(asked_to_example, ordered, chunksize=40) if one is not None]
    cache.write_bytes(pickle.dumps(examples, protocol=5))
    return examples


def is_held_out(example: Example) -> bool:
    """Whether an example's table is one of those kept from training."""
    return zlib.crc32(example.table.encode()) % HELD_OUT == 0


def examples_to_known(
    examples: Iterable[Example], least_gram: int, least_crossed: int, least_plain: int, least_stem: int = 8
) -> Known:
    """The signs that occur in at least so many questions."""
    grams: Counter[str] = Counter()
    crossed: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    roles: Counter[str] = Counter()
    stems: Counter[str] = Counter()
    for example in examples:
        grams.update(set(example.grams))
        crossed.update({sign for signs in example.crossed for sign in signs})
        plain.update({sign for signs in example.plain for sign in signs})
        roles.update({role for signs in example.roles for role, _ in signs})
        stems.update(set(text_to_asked(example.question).stems))
    return Known(
        _numbered(grams, least_gram),
        _numbered(crossed, least_crossed),
        _numbered(plain, least_plain),
        _numbered(roles, least_crossed),
        {sign: number + 1 for sign, number in _numbered(stems, least_stem).items()},  # 0 is for those unknown
    )


def _numbered(counts: Counter[str], least: int) -> dict[str, int]:
    return {sign: number for number, sign in enumerate(sorted(s for s, n in counts.items() if n >= least))}


@dataclass(slots=True)
class Numbers:
    """An example with the known signs only, as numbers: pairs (piece, sign), triples (piece, role, column), pairs
    (program, piece)."""

    example: Example
    grams: np.ndarray
    crossed: np.ndarray
    plain: np.ndarray
    roles: np.ndarray
    programs: np.ndarray
    pieces: int
    right: np.ndarray
    answers: np.ndarray

    @property
    def size(self) -> int:
        return len(self.right)


def example_to_numbers(example: Example, known: Known) -> Numbers:
    """The numbers of an example's known signs."""
    import numpy as np

    def pairs(signs: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> np.ndarray:
        found = [(place, numbers[sign]) for place, own in enumerate(signs) for sign in own if sign in numbers]
        return np.array(found, dtype=np.int32).reshape(-1, 2)

    roles = [
        (place, known.roles[role], column)
        for place, own in enumerate(example.roles)
        for role, column in own
        if role in known.roles
    ]
    return Numbers(
        example,
        np.array([known.grams[gram] for gram in example.grams if gram in known.grams], dtype=np.int64),
        pairs(example.crossed, known.crossed),
        pairs(example.plain, known.plain),
        np.array(roles, dtype=np.int32).reshape(-1, 3),
        np.array([(n, part) for n, parts in enumerate(example.programs) for part in parts], dtype=np.int32),
        len(example.crossed),
        example.right,
        example.answers,
    )


def restrict(numbers: Numbers, keep: np.ndarray) -> Numbers:
    """The example with some of its programs only, and their pieces."""
    import numpy as np

    program = np.full(numbers.size, -1)
    program[keep] = np.arange(len(keep))
    left = numbers.programs[program[numbers.programs[:, 0]] >= 0]
    used = np.unique(left[:, 1])
    piece = np.full(numbers.pieces, -1)
    piece[used] = np.arange(len(used))

    def of_used(rows: np.ndarray) -> np.ndarray:
        rows = rows[piece[rows[:, 0]] >= 0].copy()
        rows[:, 0] = piece[rows[:, 0]]
        return rows

    return Numbers(
        numbers.example,
        numbers.grams,
        of_used(numbers.crossed),
        of_used(numbers.plain),
        of_used(numbers.roles),
        np.stack([program[left[:, 0]], piece[left[:, 1]]], axis=1),
        len(used),
        numbers.right[keep],
        numbers.answers[keep],
    )


def example_to_inputs(
    example: Example, folder: Path, stems: Mapping[str, int], words: np.ndarray, texts: Mapping[str, np.ndarray]
) -> Inputs:
    """What the network reads of an example; ``folder`` holds the folder of its table."""
    table = path_to_typed(folder / example.table)
    asked = text_to_asked(example.question)
    links = question_to_links(asked, table)
    return to_inputs(to_context(asked, table, links), links, words, texts, stems)


def example_to_texts(example: Example, folder: Path) -> list[str]:
    """The texts of its table that are embedded."""
    return [text for pair in table_to_texts(path_to_typed(folder / example.table)) for text in pair]
