"""The embedding model: the same numbers as sentence-transformers, whatever stands beside a text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kb.bert import Workers
from kb.embedding import DEFAULT_MODEL, Embedder, chunks_to_vectors, model_folder
from kb.errors import ModelError
from kb.model import Chunk

if TYPE_CHECKING:
    from kb.bert import BertEncoder

TEXTS = [
    "What did Nottinghamshire pay towards forensics in 2016/17?",
    "Forces",
    "The five forces share the cost of the regional crime unit by a formula that looks at their budgets. " * 3,
    "",
    "Café £1.2m – naïve ½",
]


@pytest.fixture(scope="module")
def exact() -> BertEncoder:
    import torch

    from kb.bert import BertEncoder

    folder = model_folder(DEFAULT_MODEL)
    assert folder is not None
    return BertEncoder(folder, torch.float32)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_vectors_are_float32_of_unit_length_in_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), 384), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(embedder.encode(TEXTS[::-1])[::-1], vectors, atol=4e-3)
    assert embedder.encode([]).shape == (0, 384)


def test_the_encoder_computes_what_sentence_transformers_does(exact: BertEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(model_folder(DEFAULT_MODEL)), device="cpu").encode(TEXTS)
    assert np.allclose(unit(exact.encode(TEXTS)), theirs, atol=1e-5)


def test_fast_arithmetic_keeps_the_meaning(embedder: Embedder, exact: BertEncoder) -> None:
    similarity = (embedder.encode(TEXTS) * unit(exact.encode(TEXTS))).sum(axis=1)
    assert similarity.min() > 0.999


def test_neighbours_do_not_change_a_vector(embedder: Embedder) -> None:
    alone = np.vstack([embedder.encode([text]) for text in TEXTS])
    crowd = embedder.encode([*TEXTS, *(f"Neighbour {n} " * (n % 40 + 1) for n in range(200))])[: len(TEXTS)]
    assert np.abs(alone - crowd).max() < 4e-3, "more than the last bit of bfloat16"
    assert (alone * crowd).sum(axis=1).min() > 0.9999


def test_the_same_texts_give_the_same_bits(embedder: Embedder) -> None:
    assert np.array_equal(embedder.encode(TEXTS), embedder.encode(TEXTS))


def test_the_end_of_a_long_text_counts(embedder: Embedder) -> None:
    long = "The weather was fine. " * 120
    vectors = embedder.encode(
        [long, long + "Nottinghamshire paid for forensics. " * 40, "Nottinghamshire paid for forensics."]
    )
    assert vectors[1] @ vectors[2] > vectors[0] @ vectors[2] + 0.1


def test_other_torch_users_keep_their_threads(embedder: Embedder) -> None:
    import torch

    before = torch.get_num_threads()
    Embedder().encode(["a new pool of workers"])
    assert torch.get_num_threads() == before


def test_a_passage_is_the_mean_of_its_sentences(embedder: Embedder) -> None:
    def chunk(name: str, kind: str, text: str, parent: str | None = None) -> Chunk:
        return Chunk(name, "d", kind, text, text, parent=parent)  # type: ignore[arg-type]

    text = "Forces share the cost of vans. They share forensic work too."
    passage = [
        chunk("p1", "passage", text),
        *(chunk(f"s{n}", "sentence", part, "p1") for n, part in enumerate(text.split(". "))),
    ]
    alone = chunk("p2", "passage", text)
    vectors = chunks_to_vectors([*passage, alone], embedder)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[3], embedder.encode([text])[0])
    assert vectors[0] @ vectors[3] > 0.85
    assert np.allclose(vectors[0], unit(vectors[1:2] * 29 + vectors[2:3] * 30)[0], atol=0.02)


@pytest.mark.parametrize("name", ["no-such-model", "/no/such/folder"])
def test_a_model_that_is_not_there_says_what_to_do(name: str) -> None:
    with pytest.raises(ModelError, match="KB_EMBEDDING_MODEL"):
        Embedder(name).encode(["text"])


def test_a_broken_model_folder_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelError, match="KB_EMBEDDING_MODEL"):
        Embedder(str(tmp_path)).load()


def test_a_worker_computes_alone_and_leaves_others_their_threads() -> None:
    import torch

    before = torch.get_num_threads()
    workers = Workers("test")
    assert list(workers.map(lambda _: torch.get_num_threads(), range(8))) == [1] * 8
    assert torch.get_num_threads() == before
