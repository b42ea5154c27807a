"""A BERT sentence encoder in plain PyTorch: texts are packed without padding, so neighbours cannot change a vector.

It reads the same files as sentence-transformers and computes the same function (Devlin et al. 2019; mean pooling of
Reimers and Gurevych 2019). Importing torch alone starts in a fifth of the time of the whole library.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, pairwise
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import torch
    from tokenizers import Tokenizer

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

TOKENS_A_PASS = 4096  # large products pay: fewer take a third longer a token
TOKENS_ALONE = 512  # what is not worth a second worker
MAX_WORKERS = 4


def is_plain_bert(folder: Path) -> bool:
    """Whether the folder holds a BERT model with mean pooling, which is all that :class:`BertEncoder` computes."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text("utf-8"))
        modules = [
            module["type"].rsplit(".", 1)[-1] for module in json.loads((folder / "modules.json").read_text("utf-8"))
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    pooled = {name for name, used in pooling.items() if name.startswith("pooling_mode_") and used is True}
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and pooled == {"pooling_mode_mean_tokens"}
        and modules in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and (folder / "tokenizer.json").is_file()
        and (folder / "model.safetensors").is_file()
    )


class BertLayers:
    """The embeddings and layers of a BERT model over packed tokens: many texts in one matrix, parted by attention only.

    ``weights`` as their files name them, with or without the prefix "bert."; projections of query, key and value may
    be joined already. ``shape`` is the model's config. The same layers serve for use and for training.
    """

    def __init__(self, shape: Mapping[str, Any], weights: Mapping[str, torch.Tensor], dtype: torch.dtype) -> None:
        self.layers: int = shape["num_hidden_layers"]
        self.heads: int = shape["num_attention_heads"]
        self.size: int = shape["hidden_size"]
        self.epsilon: float = shape["layer_norm_eps"]
        self.weights = {name.removeprefix("bert."): w.to(dtype) for name, w in weights.items() if w.is_floating_point()}
        self._join_projections()
        self.packed: dict[str, torch.Tensor] = {}

    def _join_projections(self) -> None:
        """Query, key and value as one matrix a layer: one large product instead of three small ones."""
        import torch

        for layer in range(self.layers):
            prefix = f"encoder.layer.{layer}.attention.self"
            for part in ("weight", "bias"):
                if f"{prefix}.{part}" in self.weights:
                    continue
                parts = [self.weights.pop(f"{prefix}.{name}.{part}") for name in ("query", "key", "value")]
                self.weights[f"{prefix}.{part}"] = torch.cat(parts)

    def pack(self) -> None:
        """Lay matrices out once as bfloat16 kernels want them, a third faster than at every product; not to train."""
        import torch

        dtype = self.weights["embeddings.LayerNorm.weight"].dtype
        if dtype != torch.bfloat16 or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
            return
        names = [name for name in self.weights if name.startswith("encoder.") and self.weights[name].dim() == 2]
        reorder = torch.ops.mkldnn._reorder_linear_weight
        self.packed = {name: reorder(self.weights[name], TOKENS_A_PASS) for name in names}

    def states(
        self, ids: torch.Tensor, lengths: Sequence[tuple[int, int]], kinds: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The last layer's state of each token, shape (tokens, size).

        ``ids`` are the tokens of all texts in one row, texts of one length side by side; ``lengths`` the (length,
        number of texts) of each such run; ``kinds`` the token types, all 0 where None.
        """
        import torch

        weights = self.weights
        positions = torch.cat([torch.arange(length).repeat(count) for length, count in lengths])
        of_kind = weights["embeddings.token_type_embeddings.weight"][0 if kinds is None else kinds]
        places = weights["embeddings.position_embeddings.weight"][positions] + of_kind
        states = self._norm(weights["embeddings.word_embeddings.weight"][ids] + places, "embeddings")
        for layer in range(self.layers):
            states = self._layer(states, lengths, f"encoder.layer.{layer}")
        return states

    def _layer(self, states: torch.Tensor, lengths: Sequence[tuple[int, int]], name: str) -> torch.Tensor:
        attended = self._attention(self._linear(states, f"{name}.attention.self"), lengths)
        attended = self._linear(attended, f"{name}.attention.output.dense").add_(states)
        states = self._norm(attended, f"{name}.attention.output")
        widened = self._linear(states, f"{name}.intermediate.dense", "gelu")
        return self._norm(self._linear(widened, f"{name}.output.dense").add_(states), f"{name}.output")

    def _attention(self, projected: torch.Tensor, lengths: Sequence[tuple[int, int]]) -> torch.Tensor:
        """Attention of each text to itself; texts of one length go together, so that no mask is needed."""
        import torch

        groups = torch.split(projected, [length * count for length, count in lengths])
        attended = []
        for group, (length, count) in zip(groups, lengths, strict=True):
            parts = group.view(count, length, 3, self.heads, self.size // self.heads).permute(2, 0, 3, 1, 4)
            mixed = self._mix(parts[0], parts[1], parts[2])
            attended.append(mixed.transpose(1, 2).reshape(count * length, self.size))
        return torch.cat(attended)

    def _mix(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import scaled_dot_product_attention

        return scaled_dot_product_attention(query, key, value)

    def _linear(self, states: torch.Tensor, name: str, activation: Literal["none", "gelu"] = "none") -> torch.Tensor:
        import torch

        weight, bias = f"{name}.weight", self.weights[f"{name}.bias"]
        if weight in self.packed:
            fused = torch.ops.mkldnn._linear_pointwise
            product: torch.Tensor = fused(states, self.packed[weight], bias, activation, [], "none")
            return product
        product = torch.nn.functional.linear(states, self.weights[weight], bias)
        return torch.nn.functional.gelu(product) if activation == "gelu" else product

    def _norm(self, states: torch.Tensor, name: str) -> torch.Tensor:
        from torch.nn.functional import layer_norm

        weight, bias = self.weights[f"{name}.LayerNorm.weight"], self.weights[f"{name}.LayerNorm.bias"]
        return layer_norm(states, (self.size,), weight, bias, self.epsilon)


class BertEncoder(BertLayers):
    """Texts to mean token states, float32 and not yet of unit length.

    ``folder`` as sentence-transformers lays it out. Raises OSError or ValueError where files are missing or broken.
    """

    def __init__(self, folder: Path, dtype: torch.dtype) -> None:
        from safetensors.torch import load_file

        config = json.loads((folder / "config.json").read_text("utf-8"))
        super().__init__(config, load_file(str(folder / "model.safetensors")), dtype)
        self.pack()
        self.window = max_tokens(folder, config["max_position_embeddings"])
        self.tokenizer = load_tokenizer(folder)
        self._workers = Workers("embedding")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text, in the order of ``texts``; float32, shape (n, size).

        A text longer than the model reads is read in windows, whose mean by length is its row.
        """
        import numpy as np

        texts_windows = [self._windows(encoding.ids) for encoding in self.tokenizer.encode_batch_fast(list(texts))]
        windows = [(row, window) for row, of_text in enumerate(texts_windows) for window in of_text]
        windows.sort(key=lambda pair: len(pair[1]), reverse=True)
        states = np.zeros((len(texts), self.size), dtype=np.float32)
        lengths = np.zeros((len(texts), 1), dtype=np.float32)
        passes = windows_to_passes(windows)
        for batch, means in zip(passes, self._workers.map(self._forward, passes), strict=True):
            for (row, window), mean in zip(batch, means, strict=True):
                states[row] += mean * len(window)
                lengths[row] += len(window)
        return states / lengths

    def _windows(self, tokens: list[int]) -> list[list[int]]:
        """The tokens of a text, its two special ones at the ends, in as few windows as hold them, of like lengths."""
        if len(tokens) <= self.window:
            return [tokens]
        first, words, last = tokens[:1], tokens[1:-1], tokens[-1:]
        count = -(-len(words) // (self.window - 2))
        bounds = [len(words) * part // count for part in range(count + 1)]
        return [first + words[start:end] + last for start, end in pairwise(bounds)]

    def _forward(self, batch: list[tuple[int, list[int]]]) -> np.ndarray:
        """Mean states of windows sorted by length. Their tokens stand in one matrix; only attention parts them."""
        import torch

        lengths = [(length, len(list(same))) for length, same in groupby(len(window) for _, window in batch)]
        with torch.inference_mode():
            states = self.states(torch.tensor([token for _, window in batch for token in window]), lengths)
            groups = torch.split(states, [length * count for length, count in lengths])
            means = [
                group.view(count, length, self.size).mean(1, dtype=torch.float32)
                for group, (length, count) in zip(groups, lengths, strict=True)
            ]
            return torch.cat(means).numpy()


class Workers:
    """A worker a core, each computing alone: no product waits for a thread that a busy core holds up.

    torch keeps the number of threads for each thread apart, and the last one set for threads to come; that one is
    put back, so that nobody else's torch in this process slows down.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._pool: ThreadPoolExecutor | None = None

    def map(self, work: Callable[[_Task], _Result], tasks: Iterable[_Task]) -> Iterator[_Result]:
        """The results of ``work`` on each task, in their order; the workers are started at the first call."""
        import torch

        if self._pool is None:
            count = min(MAX_WORKERS, len(os.sched_getaffinity(0)))
            before, all_there = torch.get_num_threads(), Barrier(count)
            self._pool = ThreadPoolExecutor(count, self._name, compute_alone)
            list(self._pool.map(lambda _: all_there.wait(), range(count)))
            torch.set_num_threads(before)
        return self._pool.map(work, tasks)


def compute_alone() -> None:
    """Let this thread's torch use no other threads."""
    import torch

    torch.set_num_threads(1)
    # A thread takes over the number set last when it first asks: asked later, that would be another's.
    torch.get_num_threads()


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model's folder, which neither pads nor cuts."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def max_tokens(folder: Path, positions: int) -> int:
    """How many tokens of a text the model reads: as sentence-transformers is told, never more than it has positions."""
    path = folder / "sentence_bert_config.json"
    told = json.loads(path.read_text("utf-8")).get("max_seq_length") if path.is_file() else None
    return min(told or positions, positions)


def windows_to_passes(windows: Sequence[tuple[int, list[int]]]) -> list[list[tuple[int, list[int]]]]:
    """(row, tokens) in order to passes of like size, at most about ``TOKENS_A_PASS``; an even number if not one.

    How many depends on the texts alone, not on the machine's workers, as the size can move a vector's last bit.
    """
    total = sum(len(window) for _, window in windows)
    count = 1 if total <= TOKENS_ALONE else 2 * -(-total // (2 * TOKENS_A_PASS))
    passes: list[list[tuple[int, list[int]]]] = [[] for _ in range(count)]
    before = 0
    for row, window in windows:
        passes[before * count // total].append((row, window))
        before += len(window)
    return [batch for batch in passes if batch]
