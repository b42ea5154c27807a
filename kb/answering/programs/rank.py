"""Programs ranked by a trained model: first a log-linear one over all, then a network over the best of them.

The log-linear model is that of Pasupat and Liang 2015 (weights of question n-grams times signs of programs, trained by
the likelihood of all programs that give the right answer). Both models' scores are added.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kb.answering.programs.features import Context, program_to_pieces, question_to_grams, to_context
from kb.answering.programs.generate import Program, question_to_programs
from kb.answering.programs.inputs import table_to_texts, to_inputs
from kb.answering.programs.links import Link, text_to_asked
from kb.answering.programs.network import Network, Signs
from kb.answering.programs.table import TypedTable, table_to_typed
from kb.model import Table

if TYPE_CHECKING:
    import numpy as np

WEIGHTS = Path(__file__).parent / "weights" / "programs.npz"
MAX_READ = 64  # programs that the network looks at
# What two columns named side by side count for, in nats: too rare in the training questions to be learned there.
JOINED = 12.0
APART_WORDS = frozenset({"more", "less", "fewer", "difference", "gap"})
# Words that say what is to be done with a table and name nothing in it.
OPERATION = re.compile(
    r"\w{2,}est|top|bottom|final|more|fewer|differ\w*|sum|combined|common|frequent\w*|consecutive\w*|row|rows|column"
    r"|entry|entries|item|items|present\w*|occur\w*|appear\w*|rank\w*|value|values|data|chart|later|earlier"
)


@dataclass(frozen=True, slots=True)
class RankedProgram:
    """An answer with its likeliest program.

    ``probability`` is that of the answer's values among all programs' (0 to 1, calibrated on held-out tables);
    ``values`` are in words; ``cells`` are (row, column) in the source table that it rests on, those read first.
    ``explained`` is the share of the words naming something that its links and columns hold (1 where none names).
    """

    program: Program
    typed: TypedTable
    probability: float
    values: tuple[str, ...]
    explained: float

    @property
    def cells(self) -> list[tuple[int, int]]:
        from kb.answering.programs.wording import program_to_places

        return [(self.typed.lines[p.row], p.column) for p in program_to_places(self.program, self.typed)]


def table_to_ranked(table: Table, question: str, most: int = 10) -> list[RankedProgram]:
    """The answers that a table could give to a question, likeliest first, each with its best program.

    Equal input gives equal output. Empty where nothing in the question fits any column or row.
    """
    typed = table_to_typed(table)
    asked = text_to_asked(question)
    programs, links = question_to_programs(asked, typed)
    if not programs:
        return []
    context = to_context(asked, typed, links)
    return ranker().rank(programs, links, context)[:most]


@lru_cache(maxsize=1)
def ranker(path: Path = WEIGHTS) -> Ranker:
    """The one ranker of this process."""
    return Ranker(path)


class Ranker:
    """The trained models from one file."""

    def __init__(self, path: Path) -> None:
        import numpy as np

        with np.load(path) as stored:
            arrays = {name: stored[name] for name in stored.files}
        known = json.loads(bytes(arrays.pop("known")))
        self.grams, self.crossed, self.plain, self.roles, self.stems = (
            {sign: number for number, sign in enumerate(known[name])}
            for name in ("grams", "crossed", "plain", "roles", "stems")
        )
        self.settings: dict[str, float] = known["settings"]
        self.starts, self.columns = arrays.pop("starts"), arrays.pop("columns").astype(np.int64)
        self.values, self.bias, self.of_plain = (
            arrays.pop(name).astype(np.float32) for name in ("values", "bias", "of_plain")
        )
        self.networks = to_networks(arrays)

    def rank(self, programs: Sequence[Program], links: list[Link], context: Context) -> list[RankedProgram]:
        """The answers of programs, likeliest first."""
        import numpy as np

        parts = [program_to_pieces(program, context) for program in programs]
        linear = self._linear(parts, links, context)
        best = np.argsort(-linear, kind="stable")[:MAX_READ].tolist()
        best = sorted({*best, *(place for place, program in enumerate(programs) if joins_columns(program, context))})
        scores = self.settings["linear"] * linear[best]
        if self.networks:
            chosen = [parts[place] for place in best]
            for read in self._network(chosen, links, context):
                scores = scores + self.settings["network"] * read
        scores = scores * self.settings["sharpness"]
        scores = scores + [JOINED * joins_columns(programs[place], context) for place in best]
        likely = np.exp(scores - scores.max())
        likely /= likely.sum()
        return to_answers([programs[place] for place in best], likely, [parts[place] for place in best], context)

    def _linear(self, parts: Sequence[Sequence[int]], links: list[Link], context: Context) -> np.ndarray:
        """The log-linear score of each program."""
        import numpy as np

        weights = self.bias.copy()
        for gram in question_to_grams(context.asked, links):
            number = self.grams.get(gram)
            if number is not None:
                span = slice(self.starts[number], self.starts[number + 1])
                weights[self.columns[span]] += self.values[span]
        scores = [
            sum(float(weights[n]) for s in piece.crossed if (n := self.crossed.get(s)) is not None)
            + sum(float(self.of_plain[n]) for s in piece.plain if (n := self.plain.get(s)) is not None)
            for piece in context.pieces
        ]
        return np.array([sum(scores[part] for part in program) for program in parts])

    def _network(self, parts: Sequence[Sequence[int]], links: list[Link], context: Context) -> list[np.ndarray]:
        """The networks' scores of each program."""
        import numpy as np

        from kb.answering.programs.vectors import text_vectors, word_vectors

        crossed, plain, roles = [], [], []
        used = sorted({part for program in parts for part in program})
        place_of = {part: place for place, part in enumerate(used)}
        for place, part in enumerate(used):
            piece = context.pieces[part]
            crossed += [(place, n) for sign in piece.crossed if (n := self.crossed.get(sign)) is not None]
            plain += [(place, n) for sign in piece.plain if (n := self.plain.get(sign)) is not None]
            roles += [(place, n, c) for role, c in piece.roles if (n := self.roles.get(role)) is not None]
        signs = Signs(
            np.array(crossed, dtype=np.int64).reshape(-1, 2),
            np.array(plain, dtype=np.int64).reshape(-1, 2),
            np.array(roles, dtype=np.int64).reshape(-1, 3),
            len(used),
            [[place_of[part] for part in program] for program in parts],
        )
        texts = [text for pair in table_to_texts(context.table) for text in pair]
        words = word_vectors(context.asked.words)
        inputs = to_inputs(context, links, words, text_vectors(tuple(texts)), self.stems)
        return [network.score(inputs, signs) for network in self.networks]


def to_networks(arrays: dict[str, np.ndarray]) -> list[Network]:
    """The networks of a file, whose arrays are named by number and weight ("0.cls")."""
    import numpy as np

    weights: defaultdict[str, dict[str, np.ndarray]] = defaultdict(dict)
    for name, array in arrays.items():
        number, _, own = name.partition(".")
        weights[number][own] = array.astype(np.float32)
    return [Network(weights[number]) for number in sorted(weights)]


def joins_columns(program: Program, context: Context) -> bool:
    """Whether a program tells apart two columns that the question names side by side: "more wins than losses"."""
    if program.op != "columndiff" or program.column is None or program.other is None or not program.sets[0].links:
        return False
    pair = (program.column, program.other)
    first, last = sorted((context.named[column] for column in pair), key=lambda bits: bits & -bits)
    if not first or not last or first & last or {context.fits[column][0] for column in pair} != {"A"}:
        return False
    between = context.asked.words[first.bit_length() : (last & -last).bit_length() - 1]
    return (
        len(between) <= 3
        and bool({"than", "and", "to"}.intersection(between))
        and bool(APART_WORDS & {*context.asked.words})
    )


def named_words(context: Context) -> int:
    """The words of a question that name something, as bits: those of meaning that say no operation."""
    bits = context.content
    for place, word in enumerate(context.asked.words):
        if OPERATION.fullmatch(word):
            bits &= ~(1 << place)
    return bits


def to_answers(
    programs: Sequence[Program], likely: np.ndarray, parts: Sequence[Sequence[int]], context: Context
) -> list[RankedProgram]:
    """One entry for all programs that give the same values, with the likeliest of them."""
    total: defaultdict[tuple[str, ...], float] = defaultdict(float)
    best: dict[tuple[str, ...], int] = {}
    for place, program in enumerate(programs):
        total[program.key] += float(likely[place])
        if program.key not in best or likely[place] > likely[best[program.key]]:
            best[program.key] = place
    named = named_words(context)
    ranked = []
    for key, place in best.items():
        used = 0
        for part in parts[place]:
            used |= context.pieces[part].used
        explained = (named & (used | context.headed)).bit_count() / named.bit_count() if named else 1.0
        program = programs[place]
        ranked.append(RankedProgram(program, context.table, total[key], program.values, explained))
    return sorted(ranked, key=lambda one: -one.probability)
