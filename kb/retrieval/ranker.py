"""A ranker and reader of our own: how well a window of text answers a question, and where in it the answer stands.

A cross-encoder (Nogueira and Cho 2019): question and window are read together by the layers of the embedding model,
trained further (``evals/training``), with two heads: relevance from the first token, and start and end of the answer
as in Devlin et al. 2019, where the first token stands for "no answer here".
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kb.bert import BertLayers, Workers, load_tokenizer
from kb.embedding import DEFAULT_MODEL, model_folder, one_line, processor_dtype
from kb.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from tokenizers import Tokenizer

logger = logging.getLogger(__name__)

OWN = "own"
NONE = "none"
WEIGHTS = Path(__file__).parent / "weights" / "ranker.safetensors"
WORDS = "embeddings.word_embeddings.weight"
QUESTION_TOKENS = 48
PAIR_TOKENS = 160
HEADS = ("relevance.weight", "relevance.bias", "span.weight", "span.bias")
MEND = "Install collabkb again, or set KB_RANKER to none to go on without a ranker."
TOKENS_ALONE = 256  # what is not worth a second worker
TOKENS_A_PASS = 2048
NOTHING = 20.0  # how far an answer in an empty window is behind none
LONGEST_SPAN = 30  # tokens of an answer marked


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader saw in a window.

    ``score`` is the relevance logit (0: as likely as not); ``start`` and ``end`` the likeliest answer's characters in
    the window; ``span_score`` its logit and ``no_answer`` that of there being none: the greater ``span_score -
    no_answer``, the surer that an answer stands here (0 is cautious: three windows in four had none in training).
    """

    score: float
    no_answer: float
    start: int
    end: int
    span_score: float


class Reader(Protocol):
    """Anything that reads windows beside a question."""

    def read(self, question: str, windows: Sequence[str]) -> list[Reading]: ...


@dataclass(frozen=True, slots=True)
class Pair:
    """Tokens of a question and a window: ``ids`` with the special ones, ``first`` where the window's own begin,
    ``offsets`` the window's tokens' characters in it."""

    ids: list[int]
    first: int
    offsets: list[tuple[int, int]]


def texts_to_pairs(tokenizer: Tokenizer, question: str, windows: Sequence[str], most: int = PAIR_TOKENS) -> list[Pair]:
    """A pair a window, in their order; question and window cut at their ends to ``most`` tokens in all."""
    asked, *encoded = tokenizer.encode_batch([question, *windows])
    opening, closing = asked.ids[0], asked.ids[-1]
    head = [opening, *asked.ids[1:-1][:QUESTION_TOKENS], closing]
    room = most - len(head) - 1
    return [
        Pair([*head, *window.ids[1:-1][:room], closing], len(head), window.offsets[1:-1][:room]) for window in encoded
    ]


def read_pairs(
    layers: BertLayers, heads: Mapping[str, torch.Tensor], pairs: Sequence[Pair]
) -> tuple[torch.Tensor, torch.Tensor]:
    """(relevance a pair, start and end a token of all pairs in one row), float32, for pairs sorted by length."""
    import torch

    lengths = [(length, len(list(same))) for length, same in groupby(len(pair.ids) for pair in pairs)]
    ids = torch.tensor([token for pair in pairs for token in pair.ids])
    kinds = torch.tensor([int(at >= pair.first) for pair in pairs for at in range(len(pair.ids))])
    states = layers.states(ids, lengths, kinds).float()
    firsts = torch.tensor([0, *accumulate(len(pair.ids) for pair in pairs)][:-1])
    relevance = torch.nn.functional.linear(states[firsts], heads["relevance.weight"], heads["relevance.bias"])
    spans = torch.nn.functional.linear(states, heads["span.weight"], heads["span.bias"])
    return relevance.squeeze(1), spans


class Ranker:
    """The ranker that ships: ``weights`` are what was trained; words and tokenizer come with the embedding model.

    Raises ModelError where a file is missing or broken, or the words are not those that it was trained with.
    """

    def __init__(self, weights: Path = WEIGHTS) -> None:
        try:
            self._load(weights)
        except ModelError:
            raise
        except Exception as error:
            # Loaders of models raise anything from OSError to bare Exception; to the user it is one problem.
            raise ModelError(f"The ranker's weights cannot be loaded ({one_line(error)}). {MEND}") from error

    def _load(self, path: Path) -> None:
        from safetensors import safe_open

        folder = model_folder(DEFAULT_MODEL)
        assert folder is not None
        with safe_open(folder / "model.safetensors", "pt") as file:
            words = file.get_tensor(WORDS)
        with safe_open(path, "pt") as file:
            told = file.metadata() or {}
            trained = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        if words_to_hash(words) != told.get("words"):
            raise ModelError(f"The ranker was trained with other words than {folder} has. {MEND}")
        shape = json.loads((folder / "config.json").read_text("utf-8"))
        self._layers = BertLayers(shape, {**trained, WORDS: words}, processor_dtype())
        self._layers.pack()
        self._heads = {name: trained[name] for name in HEADS}
        self._tokenizer = load_tokenizer(folder)
        self._workers = Workers("ranking")
        self._lock = threading.Lock()

    def read(self, question: str, windows: Sequence[str]) -> list[Reading]:
        """One reading a window, in their order; a window's does not depend on its neighbours. Long ones are cut."""
        if not windows:
            return []
        pairs = texts_to_pairs(self._tokenizer, question, windows)
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].ids))
        readings: dict[int, Reading] = {}
        with self._lock:
            passes = pairs_to_passes([(i, pairs[i]) for i in order])
            for batch, found in zip(passes, self._workers.map(self._forward, passes), strict=True):
                readings.update(zip((i for i, _ in batch), found, strict=True))
        return [readings[i] for i in range(len(windows))]

    def _forward(self, batch: Sequence[tuple[int, Pair]]) -> list[Reading]:
        import torch

        pairs = [pair for _, pair in batch]
        with torch.inference_mode():
            relevance, tokens = read_pairs(self._layers, self._heads, pairs)
        parts = tokens.numpy()
        readings, place = [], 0
        for pair, score in zip(pairs, relevance.tolist(), strict=True):
            readings.append(pair_to_reading(pair, score, parts[place : place + len(pair.ids)]))
            place += len(pair.ids)
        return readings


class CrossEncoderReader:
    """A sentence-transformers cross-encoder from a folder or the local cache: it ranks, but marks no answers."""

    def __init__(self, name: str) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            from sentence_transformers import CrossEncoder

            self._model = CrossEncoder(name, device="cpu", local_files_only=True)
        except Exception as error:
            raise ModelError(
                f"The ranker {name!r} cannot be loaded ({one_line(error)}). Set KB_RANKER to a folder that holds a "
                "sentence-transformers cross-encoder, or unset it to use the one that ships."
            ) from error
        self._lock = threading.Lock()

    def read(self, question: str, windows: Sequence[str]) -> list[Reading]:
        """One reading a window, in their order, without a span."""
        import torch

        if not windows:
            return []
        with self._lock:
            scores = self._model.predict(
                [(question, window) for window in windows], activation_fn=torch.nn.Identity(), show_progress_bar=False
            )
        return [Reading(round(float(score), 4), 0.0, 0, 0, 0.0) for score in scores]


@lru_cache(maxsize=2)
def load_ranker(name: str) -> Reader | None:
    """The one ranker of that name in this process: None for "none", the shipped one for "own".

    Where it cannot be loaded the log says so, once, and there is none: evidence keeps the order of the fusion.
    """
    if name == NONE:
        return None
    try:
        return Ranker() if name == OWN else CrossEncoderReader(name)
    except ModelError as error:
        logger.warning("ranking goes on without a ranker: %s", error)
        return None


def words_to_hash(words: torch.Tensor) -> str:
    """SHA-256 of a matrix of word embeddings, in hexadecimal."""
    return hashlib.sha256(words.contiguous().numpy().tobytes()).hexdigest()


def pairs_to_passes(pairs: Sequence[tuple[int, Pair]]) -> list[list[tuple[int, Pair]]]:
    """Pairs in order to passes of about ``TOKENS_A_PASS`` tokens, an even number of them where there are several."""
    total = sum(len(pair.ids) for _, pair in pairs)
    count = 1 if total <= TOKENS_ALONE else 2 * -(-total // (2 * TOKENS_A_PASS))
    passes: list[list[tuple[int, Pair]]] = [[] for _ in range(count)]
    before = 0
    for numbered in pairs:
        passes[before * count // total].append(numbered)
        before += len(numbered[1].ids)
    return [batch for batch in passes if batch]


def pair_to_reading(pair: Pair, score: float, tokens: np.ndarray) -> Reading:
    """The likeliest answer of a window: start and end with the greatest sum, the end not before the start."""
    import numpy as np

    none = round(float(tokens[0].sum()), 4)
    starts, ends = tokens[pair.first : -1, 0], tokens[pair.first : -1, 1]
    if not len(starts):
        return Reading(round(score, 4), none, 0, 0, none - NOTHING)
    sums = starts[:, None] + ends[None, :]
    allowed = np.triu(np.ones(sums.shape, dtype=bool)) & ~np.triu(np.ones(sums.shape, dtype=bool), LONGEST_SPAN)
    best = int(np.where(allowed, sums, -np.inf).argmax())
    first, last = divmod(best, len(starts))
    return Reading(
        round(score, 4), none, pair.offsets[first][0], pair.offsets[last][1], round(float(sums.flat[best]), 4)
    )
