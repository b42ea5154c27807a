"""Vectors of a question's words in their sentence, and of headings and cells, by the shipped embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from kb.embedding import embedder

if TYPE_CHECKING:
    import numpy as np


def word_vectors(words: Sequence[str]) -> np.ndarray:
    """One row a word: the mean of its tokens' states in the sentence; float32, shape (n, size)."""
    return sentences_to_word_vectors([words])[0]


def sentences_to_word_vectors(sentences: Sequence[Sequence[str]]) -> list[np.ndarray]:
    """The word vectors of each sentence; a sentence's do not depend on its neighbours."""
    import numpy as np
    import torch

    encoder = embedder().token_encoder()
    found = []
    for words in sentences:
        tokens, owners = [encoder.tokenizer.token_to_id("[CLS]")], [len(words)]
        for place, word in enumerate(words):
            own = word_to_tokens(word)
            tokens += own
            owners += [place] * len(own)
        tokens.append(encoder.tokenizer.token_to_id("[SEP]"))
        owners.append(len(words))
        with torch.inference_mode():
            states = encoder.states(torch.tensor(tokens), [(len(tokens), 1)]).float().numpy()
        sums = np.zeros((len(words) + 1, states.shape[1]), dtype=np.float32)
        np.add.at(sums, owners, states)
        counts = np.maximum(np.bincount(owners, minlength=len(words) + 1), 1)
        found.append(sums[:-1] / counts[:-1, None].astype(np.float32))
    return found


@lru_cache(maxsize=20_000)
def word_to_tokens(word: str) -> tuple[int, ...]:
    """The tokens of one word."""
    return tuple(embedder().token_encoder().tokenizer.encode(word, add_special_tokens=False).ids)


@lru_cache(maxsize=256)
def text_vectors(texts: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The embedding of each text: float32, unit length."""
    unique = list(dict.fromkeys(texts))
    return dict(zip(unique, embedder().encode(unique), strict=True))
