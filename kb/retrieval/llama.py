"""The knowledge base's retrieval as a LlamaIndex retriever, for use in other people's pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from kb.retrieval import RETRIEVED, retrieve

if TYPE_CHECKING:
    from kb.store import Filters, KnowledgeBase


class KnowledgeBaseRetriever(BaseRetriever):  # type: ignore[misc]
    """Ranked passages and rows as nodes whose metadata say document, source, page and section."""

    def __init__(self, kb: KnowledgeBase, filters: Filters | None = None, limit: int = RETRIEVED) -> None:
        super().__init__()
        self._kb = kb
        self._filters = filters
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = retrieve(self._kb, query_bundle.query_str, self._filters, self._limit)
        return [
            NodeWithScore(
                node=TextNode(
                    id_=entry.chunk_id,
                    text=entry.text,
                    metadata={
                        "document_id": entry.document_id,
                        "source": entry.source,
                        "page": entry.page,
                        "section": entry.section,
                    },
                ),
                score=entry.score,
            )
            for entry in found
        ]
