"""The network of ``kb/answering/programs/network.py`` in torch, for training; weights have the same names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from evals.training.programs_data import Known, Numbers
from kb.answering.programs.inputs import COLUMN_FLAGS, RELATIONS, WORD_FLAGS, Inputs
from kb.answering.programs.network import HEADS, LAYERS

WIDTH = 128
SEEN = 64
WORD_SIZE = 384
BATCH = 32
RATE = 1e-3
WARM_UP = 200
LEAST_RATE = 0.02


@dataclass(frozen=True, slots=True)
class Batch:
    """Several examples side by side: padded inputs, and signs with the pieces and programs counted through.

    ``crossed`` are columns (piece, sign, example); ``plain`` (piece, sign); ``roles`` (piece, role, column, example);
    ``programs`` (program, piece); ``owner`` the example of each program.
    """

    words: torch.Tensor
    word_flags: torch.Tensor
    stems: torch.Tensor
    columns: torch.Tensor
    column_flags: torch.Tensor
    relations: torch.Tensor
    mask: torch.Tensor
    crossed: torch.Tensor
    plain: torch.Tensor
    roles: torch.Tensor
    programs: torch.Tensor
    owner: torch.Tensor
    right: torch.Tensor
    pieces: int
    size: int


class Layer(nn.Module):
    """Attention with a weight a relation and head, then a wider layer."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.o = nn.Linear(WIDTH, WIDTH)
        self.f1 = nn.Linear(WIDTH, 2 * WIDTH)
        self.f2 = nn.Linear(2 * WIDTH, WIDTH)
        self.n1 = nn.LayerNorm(WIDTH)
        self.n2 = nn.LayerNorm(WIDTH)
        self.rel = nn.Embedding(RELATIONS, HEADS)
        self.drop = nn.Dropout(0.1)
        nn.init.zeros_(self.rel.weight)

    def forward(self, states: torch.Tensor, relations: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        count, size, width = states.shape
        parts = self.qkv(states).view(count, size, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        weights = parts[0] @ parts[1].transpose(-1, -2) / math.sqrt(width // HEADS)
        weights = weights + self.rel(relations).permute(0, 3, 1, 2)
        weights = weights.masked_fill(~mask[:, None, None, :], -1e9).softmax(-1)
        mixed = (self.drop(weights) @ parts[2]).transpose(1, 2).reshape(count, size, width)
        states = self.n1(states + self.drop(self.o(mixed)))
        out: torch.Tensor = self.n2(states + self.drop(self.f2(torch.relu(self.f1(states)))))
        return out


class TrainedNetwork(nn.Module):
    """The network; ``forward`` gives a score a program."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.pw = nn.Linear(WORD_SIZE, WIDTH)
        self.pc = nn.Linear(2 * WORD_SIZE, WIDTH)
        self.wf = nn.Linear(WORD_FLAGS, WIDTH)
        self.cf = nn.Linear(COLUMN_FLAGS, WIDTH)
        self.stem = nn.Embedding(len(known.stems) + 1, WIDTH, padding_idx=0)
        self.cls = nn.Parameter(0.02 * torch.randn(WIDTH))
        self.nw = nn.LayerNorm(WIDTH)
        self.nc = nn.LayerNorm(WIDTH)
        self.drop = nn.Dropout(0.2)
        self.layers = nn.ModuleList([Layer() for _ in range(LAYERS)])
        self.U = nn.Linear(WIDTH, len(known.crossed))
        self.role = nn.Linear(WIDTH, len(known.roles))
        self.c = nn.Embedding(len(known.plain), 1)
        self.eP = nn.Embedding(len(known.crossed), SEEN)
        self.eF = nn.Embedding(len(known.plain), SEEN)
        self.eR = nn.Embedding(len(known.roles), SEEN)
        self.ec = nn.Linear(WIDTH, SEEN)
        self.qe = nn.Linear(WIDTH, 2 * SEEN)
        self.m1 = nn.Linear(SEEN, SEEN)
        self.m2 = nn.Linear(SEEN, 1)
        for weight in (self.U.weight, self.U.bias, self.role.weight, self.role.bias, self.c.weight, self.m2.weight):
            nn.init.zeros_(weight)
        for table in (self.eP, self.eF, self.eR):
            nn.init.normal_(table.weight, std=0.1)

    def forward(self, batch: Batch) -> torch.Tensor:
        words = self.nw(self.pw(self.drop(batch.words)) + self.wf(batch.word_flags) + self.stem(batch.stems))
        columns = self.nc(self.pc(self.drop(batch.columns)) + self.cf(batch.column_flags))
        states = self.drop(torch.cat([self.cls.expand(len(words), 1, WIDTH), words, columns], 1))
        for layer in self.layers:
            states = layer(states, batch.relations, batch.mask)
        return self._programs(states[:, 0], states[:, 1 + words.shape[1] :], batch)

    def _programs(self, whole: torch.Tensor, columns: torch.Tensor, batch: Batch) -> torch.Tensor:
        crossed, roles, headed = self.U(whole), self.role(columns), self.ec(columns)
        score, seen = torch.zeros(batch.pieces), torch.zeros(batch.pieces, SEEN)
        piece, sign, example = batch.crossed
        score = score.index_add(0, piece, crossed[example, sign])
        seen = seen.index_add(0, piece, self.eP(sign))
        piece, sign = batch.plain
        score = score.index_add(0, piece, self.c.weight[sign, 0])
        seen = seen.index_add(0, piece, self.eF(sign))
        piece, role, column, example = batch.roles
        score = score.index_add(0, piece, roles[example, column, role])
        seen = seen.index_add(0, piece, self.eR(role) * headed[example, column])
        program, piece = batch.programs
        count = len(batch.owner)
        total = torch.zeros(count).index_add(0, program, score[piece])
        look = torch.zeros(count, SEEN).index_add(0, program, seen[piece])
        gain, shift = self.qe(whole)[batch.owner].chunk(2, 1)
        hidden = torch.relu(self.m1(look * (1 + gain)) + shift)
        out: torch.Tensor = total + self.m2(hidden)[:, 0]
        return out


def to_batch(items: Sequence[tuple[Inputs, Numbers]]) -> Batch:
    """The batch of several examples."""
    longest = max(len(inputs.words) for inputs, _ in items)
    widest = max(len(inputs.columns) for inputs, _ in items)
    size = 1 + longest + widest
    relations = np.zeros((len(items), size, size), dtype=np.int64)
    mask = np.zeros((len(items), size), dtype=bool)
    signs: dict[str, list[np.ndarray]] = {name: [] for name in ("crossed", "plain", "roles", "programs", "owner")}
    pieces = programs = 0
    for place, (inputs, one) in enumerate(items):
        own = np.r_[0, 1 : 1 + len(inputs.words), 1 + longest : 1 + longest + len(inputs.columns)]
        relations[place][np.ix_(own, own)] = inputs.relations
        mask[place, own] = True
        signs["crossed"].append(np.c_[one.crossed + np.array([pieces, 0]), np.full(len(one.crossed), place)])
        signs["plain"].append(one.plain + np.array([pieces, 0]))
        signs["roles"].append(np.c_[one.roles + np.array([pieces, 0, 0]), np.full(len(one.roles), place)])
        signs["programs"].append(one.programs + np.array([programs, pieces]))
        signs["owner"].append(np.full(one.size, place))
        pieces, programs = pieces + one.pieces, programs + one.size
    joined = {name: torch.tensor(np.concatenate(parts).T.astype(np.int64)) for name, parts in signs.items()}
    return Batch(
        words=_padded([inputs.words for inputs, _ in items], longest),
        word_flags=_padded([inputs.word_flags for inputs, _ in items], longest),
        stems=_padded([inputs.stems for inputs, _ in items], longest),
        columns=_padded([inputs.columns for inputs, _ in items], widest),
        column_flags=_padded([inputs.column_flags for inputs, _ in items], widest),
        relations=torch.tensor(relations),
        mask=torch.tensor(mask),
        right=torch.tensor(np.concatenate([one.right for _, one in items])),
        pieces=pieces,
        size=len(items),
        **joined,
    )


def _padded(arrays: Sequence[np.ndarray], length: int) -> torch.Tensor:
    out = np.zeros((len(arrays), length, *arrays[0].shape[1:]), dtype=arrays[0].dtype)
    for place, array in enumerate(arrays):
        out[place, : len(array)] = array
    return torch.tensor(out)


def batch_to_loss(score: torch.Tensor, batch: Batch) -> torch.Tensor:
    """How unlikely the right programs are together, in nats, the mean over examples."""
    every = _log_sum(score, batch.owner, batch.size)
    right = _log_sum(score[batch.right], batch.owner[batch.right], batch.size)
    return (every - right).mean()


def _log_sum(score: torch.Tensor, owner: torch.Tensor, size: int) -> torch.Tensor:
    most = torch.full((size,), -1e9).scatter_reduce(0, owner, score, "amax")
    sums = torch.zeros(size).index_add(0, owner, torch.exp(score - most[owner]))
    return most + torch.log(sums + 1e-30)


def train_network(items: Sequence[tuple[Inputs, Numbers]], known: Known, epochs: int, seed: int) -> TrainedNetwork:
    """A network after so many passes over the examples, all of which have right programs."""
    torch.manual_seed(seed)
    model = TrainedNetwork(known)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    drawn = np.random.default_rng(seed)
    steps, step = epochs * max(1, len(items) // BATCH), 0
    model.train()
    for _ in range(epochs):
        order = drawn.permutation(len(items))
        for start in range(0, max(1, len(items) - BATCH + 1), BATCH):
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1.0, step / WARM_UP) * max(LEAST_RATE, 1 - step / steps)
            batch = to_batch([items[place] for place in order[start : start + BATCH]])
            loss = batch_to_loss(model(batch), batch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
    return model.eval()


def network_to_scores(model: TrainedNetwork, items: Sequence[tuple[Inputs, Numbers]]) -> list[np.ndarray]:
    """The scores of each example's programs."""
    scores: list[np.ndarray] = []
    with torch.no_grad():
        for start in range(0, len(items), BATCH):
            batch = to_batch(items[start : start + BATCH])
            found = model(batch).numpy()
            owner = batch.owner.numpy()
            scores += [found[owner == place] for place in range(batch.size)]
    return scores
