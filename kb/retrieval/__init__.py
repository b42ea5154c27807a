"""Retrieval: question -> ranked passages, rows and tables with their places."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from kb.errors import ModelError
from kb.model import Retrieved
from kb.retrieval.evidence import gather_evidence
from kb.retrieval.lexicon import Lexicon
from kb.retrieval.retrieved import RETRIEVED, evidence_to_retrieved
from kb.retrieval.words import WordSpace, question_words, refresh_words, relate

if TYPE_CHECKING:
    import numpy as np

    from kb.store import Filters, KnowledgeBase

__all__ = ["RETRIEVED", "evidence_to_retrieved", "question_to_vectors", "retrieve"]
logger = logging.getLogger(__name__)


def retrieve(
    kb: KnowledgeBase, question: str, filters: Filters | None = None, limit: int = RETRIEVED
) -> list[Retrieved]:
    """The passages and rows nearest to a question, best first, at most ``limit``."""
    from kb.answering import understand
    from kb.retrieval.rerank import rerank

    query = understand(kb, question, ())
    evidence = rerank(kb, gather_evidence(kb, query, filters, places=limit), query)
    return evidence_to_retrieved(kb, evidence, limit)


def question_to_vectors(
    kb: KnowledgeBase, text: str, lexicon: Lexicon
) -> tuple[np.ndarray | None, dict[str, dict[str, float]]]:
    """The question's vector and its words' relatives by the model of the knowledge base.

    None and no relatives (keyword search only, with a warning in the log) where that model is not at hand.
    """
    from kb.embedding import embedder

    model = kb.embedding_model()
    if model is None:
        return None, {}
    words = question_words(text)
    try:
        space = corpus_words(kb, lexicon)
        vectors: np.ndarray = embedder(model).encode([text, *words])
    except ModelError as error:
        logger.warning("keyword search only: %s", error)
        return None, {}
    return vectors[0], relate(words, vectors[1:], space) if space and words else {}


def corpus_words(kb: KnowledgeBase, lexicon: Lexicon) -> WordSpace | None:
    """The knowledge base's word space, kept for as long as its documents stay the same."""
    from kb.embedding import embedder

    model = kb.embedding_model()
    fingerprint = f"{kb.fingerprint()} {model}"
    kept = _SPACES.get((str(kb.home), kb.cleared))
    if kept and kept[0] == fingerprint:
        return kept[1]
    space = refresh_words(kb, embedder(model), lexicon) if model else None
    _SPACES[str(kb.home), kb.cleared] = (fingerprint, space)
    return space


_SPACES: dict[tuple[str, bool], tuple[str, WordSpace | None]] = {}
