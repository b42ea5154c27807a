"""Trains the ranker and reader that ships (``kb/retrieval/ranker.py``): python -m evals.training.ranker GROUPS OUT.

``GROUPS`` is a file of groups as ``ranker_groups`` writes it. The weights begin as the embedding model's or, with
``--start``, as a trained file's. bfloat16 weights with float32 masters; a checkpoint every few minutes, from which the
same command goes on.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.training.ranker_groups import Group, Window, read_groups
from kb.bert import BertLayers, Workers, load_tokenizer
from kb.embedding import model_folder, processor_dtype
from kb.retrieval.ranker import WORDS, Pair, read_pairs, texts_to_pairs, words_to_hash

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

logger = logging.getLogger(__name__)
MOST_TOKENS = 128
BINARY, SPAN = 0.5, 0.25  # weights of the losses beside the listwise one
HEADS_FASTER = 5.0
WARM_UP = 0.05
DECAY = 0.01


class TrainedLayers(BertLayers):
    """The layers with attention step by step in float32: its gradient is three times as fast as the joint kernel's."""

    def _mix(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        import torch

        products = (query.float() * query.shape[-1] ** -0.5) @ key.float().transpose(-1, -2)
        return (torch.softmax(products, -1) @ value.float()).to(query.dtype)


class Trainee:
    """The ranker's weights while they are trained: ``masters`` in float32, ``layers`` the copies computed with."""

    def __init__(self, start: Path | None) -> None:
        import torch
        from safetensors.torch import load_file

        folder = model_folder("all-MiniLM-L6-v2")
        assert folder is not None
        self.shape = json.loads((folder / "config.json").read_text("utf-8"))
        base = load_file(str(folder / "model.safetensors"))
        self.words = words_to_hash(base[WORDS])
        whole = BertLayers(self.shape, base, torch.float32).weights
        self.masters = {name: w.clone() for name, w in whole.items() if not name.startswith(("pooler", WORDS))}
        drawn = torch.Generator().manual_seed(1)
        for head, width in (("relevance", 1), ("span", 2)):
            self.masters[f"{head}.weight"] = 0.02 * torch.randn(width, self.shape["hidden_size"], generator=drawn)
            self.masters[f"{head}.bias"] = torch.zeros(width)
        if start is not None:
            self.masters = {name: w.float() for name, w in load_file(str(start)).items()}
        self.layers = TrainedLayers(self.shape, whole, processor_dtype())
        self.heads = {name: w for name, w in self.masters.items() if is_head(name)}
        self.trained = {**self.heads, **{n: self.layers.weights[n] for n in self.masters if not is_head(n)}}
        self.write_back()
        for weight in self.trained.values():
            weight.requires_grad_(True)

    def write_back(self) -> None:
        """The masters' values into the weights computed with."""
        import torch

        with torch.no_grad():
            for name, weight in self.trained.items():
                if weight is not self.masters[name]:
                    weight.copy_(self.masters[name])

    def hand_gradients(self) -> None:
        """The gradients of the weights computed with to the masters."""
        for name, weight in self.trained.items():
            if weight is not self.masters[name]:
                assert weight.grad is not None
                self.masters[name].grad = weight.grad.float()
                weight.grad = None


def is_head(name: str) -> bool:
    """Whether a weight is of one of the two heads."""
    return name.startswith(("relevance.", "span."))


def group_loss(trainee: Trainee, groups: Sequence[Group], tokenizer: Tokenizer) -> tuple[torch.Tensor, float]:
    """(loss, share of answered groups whose answering window came first) of one step's groups."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

    pairs, owners = groups_to_pairs(groups, tokenizer)
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].ids))
    ordered, tokens = read_pairs(trainee.layers, trainee.heads, [pairs[i] for i in order])
    relevance = torch.empty_like(ordered).index_copy(0, torch.tensor(order), ordered)
    wanted = torch.tensor([float(group.positive and number == 0) for group, _, number in owners])
    loss = BINARY * binary_cross_entropy_with_logits(relevance, wanted)
    listed, firsts, place = [], 0, 0
    for group in groups:
        own = relevance[place : place + len(group.windows)]
        place += len(group.windows)
        if group.positive:
            listed.append(cross_entropy(own[None], torch.tensor([0])))
            firsts += int(own.argmax() == 0)
    if listed:
        loss = loss + torch.stack(listed).sum() / len(groups)
    marked = span_loss(tokens, [pairs[i] for i in order], [owners[i][1].span for i in order])
    return loss + SPAN * marked, firsts / max(1, len(listed))


def groups_to_pairs(
    groups: Sequence[Group], tokenizer: Tokenizer
) -> tuple[list[Pair], list[tuple[Group, Window, int]]]:
    """The pairs of all groups, and for each its group, window and number in the group."""
    pairs, owners = [], []
    for group in groups:
        pairs += texts_to_pairs(tokenizer, group.question, [w.text for w in group.windows], MOST_TOKENS)
        owners += [(group, window, number) for number, window in enumerate(group.windows)]
    return pairs, owners


def span_loss(tokens: torch.Tensor, pairs: Sequence[Pair], spans: Sequence[tuple[int, int] | None]) -> torch.Tensor:
    """Cross-entropy of start and end over the window's tokens and the first, which is right where none answers.

    Windows that answer without a marked place (or whose place was cut off) count nothing.
    """
    import torch
    from torch.nn.functional import cross_entropy

    shut = torch.zeros(len(tokens), dtype=torch.bool)
    starts, ends, place = [], [], 0
    for pair, span in zip(pairs, spans, strict=True):
        shut[place + 1 : place + pair.first] = True
        shut[place + len(pair.ids) - 1] = True
        start, end = span_to_tokens(pair, span)
        starts.append(start)
        ends.append(end)
        place += len(pair.ids)
    logits = torch.split(tokens.masked_fill(shut[:, None], -1e4), [len(pair.ids) for pair in pairs])
    padded = torch.nn.utils.rnn.pad_sequence(list(logits), batch_first=True, padding_value=-1e4)
    left = cross_entropy(padded[:, :, 0], torch.tensor(starts), ignore_index=-1, reduction="sum")
    right = cross_entropy(padded[:, :, 1], torch.tensor(ends), ignore_index=-1, reduction="sum")
    marked: torch.Tensor = (left + right) / max(1, sum(start >= 0 for start in starts))
    return marked


def span_to_tokens(pair: Pair, span: tuple[int, int] | None) -> tuple[int, int]:
    """First and last token of a span in the pair: (0, 0) for None, (-1, -1) where there is none to learn from."""
    if span is None:
        return 0, 0
    inside = [at for at, (start, end) in enumerate(pair.offsets) if start < span[1] and end > span[0]]
    cut_off = not pair.offsets or pair.offsets[-1][1] < span[1]
    if span == (0, 0) or not inside or cut_off:
        return -1, -1
    return pair.first + inside[0], pair.first + inside[-1]


def steps(groups: Sequence[Group], size: int, epochs: int, seed: int) -> list[list[Group]]:
    """The groups of each step; groups of like lengths go together, steps in a drawn order."""
    batches: list[list[Group]] = []
    for epoch in range(epochs):
        drawn = random.Random(f"{seed} {epoch}")
        order = sorted(groups, key=lambda g: sum(len(w.text) for w in g.windows) * drawn.uniform(0.7, 1.4))
        own = [order[start : start + size] for start in range(0, len(order), size)]
        drawn.shuffle(own)
        batches += own
    return batches


def share_of_rate(step: int, total: int, decay: float) -> float:
    """Linear warm-up, then the full rate, then over the last ``decay`` of all steps linearly to nothing."""
    warm, falling = max(1, int(WARM_UP * total)), max(1, int(decay * total))
    return min((step + 1) / warm, 1.0, (total - step) / falling if decay else 1.0)


def train(trainee: Trainee, batches: Sequence[Sequence[Group]], options: argparse.Namespace) -> None:
    """Trains over the steps, going on from the checkpoint in the folder where there is one."""
    import torch

    heads = [w for name, w in trainee.masters.items() if is_head(name)]
    body = [w for name, w in trainee.masters.items() if not is_head(name)]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": options.rate}, {"params": heads, "lr": HEADS_FASTER * options.rate}],
        weight_decay=DECAY,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: share_of_rate(step, len(batches), options.decay)
    )
    done = load_checkpoint(trainee, optimiser, schedule, options.out)
    folder = model_folder("all-MiniLM-L6-v2")
    assert folder is not None
    tokenizer = load_tokenizer(folder)
    workers = Workers("training")
    started, saved, seen, loss_sum, first_sum = time.monotonic(), time.monotonic(), 0, 0.0, 0.0
    for step in range(done, len(batches)):

        def learn(groups: Sequence[Group], whole: int = len(batches[step])) -> tuple[float, float]:
            loss, first = group_loss(trainee, groups, tokenizer)
            (loss * (len(groups) / whole)).backward()  # type: ignore[no-untyped-call]
            return loss.item(), first

        parts = [batches[step][part::2] for part in range(2) if batches[step][part::2]]
        learned = list(workers.map(learn, parts))
        trainee.hand_gradients()
        torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
        optimiser.step()
        optimiser.zero_grad()
        schedule.step()
        trainee.write_back()
        seen += sum(len(group.windows) for group in batches[step])
        loss_sum += sum(loss for loss, _ in learned) / len(learned)
        first_sum += sum(first for _, first in learned) / len(learned)
        if (step + 1) % 50 == 0:
            pace = seen / (time.monotonic() - started)
            logger.info(
                "step %d of %d  loss %.3f  first %.3f  %.0f pairs/s", step + 1, len(batches), loss_sum / 50,
                first_sum / 50, pace,
            )  # fmt: skip
            loss_sum, first_sum = 0.0, 0.0
        if time.monotonic() - saved > 60 * options.minutes:
            save_checkpoint(trainee, optimiser, schedule, step + 1, options.out)
            saved = time.monotonic()
    save_checkpoint(trainee, optimiser, schedule, len(batches), options.out)


def save_checkpoint(trainee: Trainee, optimiser: Any, schedule: Any, step: int, folder: Path) -> None:
    """Everything needed to go on, and the weights as they would ship (float16)."""
    import torch
    from safetensors.torch import save_file

    new = folder / "checkpoint.new"
    state = {"masters": trainee.masters, "optimiser": optimiser.state_dict(), "schedule": schedule.state_dict()}
    torch.save({**state, "step": step}, new)
    new.replace(folder / "checkpoint.pt")
    half = {name: weight.detach().half().contiguous() for name, weight in trainee.masters.items()}
    save_file(half, str(folder / "ranker.safetensors"), {"words": trainee.words})
    logger.info("saved at step %d", step)


def load_checkpoint(trainee: Trainee, optimiser: Any, schedule: Any, folder: Path) -> int:
    """The step to go on from; 0 where there is no checkpoint."""
    import torch

    path = folder / "checkpoint.pt"
    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, weight in state["masters"].items():
            trainee.masters[name].copy_(weight)
    trainee.write_back()
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", type=Path, nargs="+", help="files of groups")
    parser.add_argument("out", type=Path, help="folder of checkpoint and weights")
    parser.add_argument("--start", type=Path, help="trained weights to go on from")
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--size", type=int, default=16, help="groups a step")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--decay", type=float, default=0.95, help="last share of the steps in which the rate falls")
    parser.add_argument("--minutes", type=float, default=10.0, help="between checkpoints")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options.out.mkdir(parents=True, exist_ok=True)
    groups = [group for path in options.groups for group in read_groups(path)]
    train(Trainee(options.start), steps(groups, options.size, options.epochs, seed=1), options)


if __name__ == "__main__":
    main()
