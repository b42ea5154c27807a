"""Answers as a LlamaIndex query engine: the response is the answer's text, its source nodes the quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from kb.answering import answer

if TYPE_CHECKING:
    from kb.store import Filters, KnowledgeBase


class KnowledgeBaseQueryEngine(BaseQueryEngine):  # type: ignore[misc]
    """Asks the knowledge base; ``response.metadata["answer"]`` is the whole answer object as JSON."""

    def __init__(self, kb: KnowledgeBase, filters: Filters | None = None) -> None:
        super().__init__(CallbackManager([]))
        self._kb = kb
        self._filters = filters

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _query(self, query_bundle: QueryBundle) -> Response:
        found = answer(self._kb, query_bundle.query_str, filters=self._filters)
        nodes = [
            NodeWithScore(
                node=TextNode(
                    text=citation.quote,
                    metadata={"source": citation.source, "page": citation.page, "marker": citation.marker},
                ),
                score=1.0,
            )
            for citation in found.citations
        ]
        return Response(response=found.answer, source_nodes=nodes, metadata={"answer": found.to_json()})

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        import asyncio

        return await asyncio.to_thread(self._query, query_bundle)
