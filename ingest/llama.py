"""The pipeline's steps as LlamaIndex transformations, for those who build on its IngestionPipeline.

``ingest.pipeline`` calls the same functions without it: importing LlamaIndex alone takes longer than a small folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import BaseNode, TextNode, TransformComponent
from llama_index.core.schema import Document as LlamaDocument
from pydantic import ConfigDict

from ingest.chunks import document_to_chunks
from ingest.pipeline import read
from kb.embedding import Embedder, chunks_to_vectors
from kb.model import Chunk

PATH = "path"
CHUNK = "chunk"


def as_ingestion_pipeline(embedder: Embedder) -> IngestionPipeline:
    """An IngestionPipeline from file nodes (see :func:`file_to_node`) to chunk nodes with their vectors."""
    return IngestionPipeline(transformations=[FilesToChunks(), ChunksToVectors(embedder=embedder)], disable_cache=True)


def file_to_node(path: Path) -> LlamaDocument:
    """The node of a file, to be read by :class:`FilesToChunks`."""
    return LlamaDocument(text="", metadata={PATH: str(path)})


def chunk_to_node(chunk: Chunk) -> TextNode:
    """A node with the chunk's id and text; its metadata has its place, and the chunk whole."""
    metadata = {
        "document_id": chunk.document_id,
        "kind": chunk.kind,
        "page": chunk.page,
        "section": list(chunk.section),
        CHUNK: asdict(chunk),
    }
    return TextNode(id_=chunk.id, text=chunk.text, metadata=metadata)


def node_to_chunk(node: BaseNode) -> Chunk:
    """What the vectors are made from: all of a chunk but its spans."""
    return Chunk(**{**node.metadata[CHUNK], "spans": ()})


class FilesToChunks(TransformComponent):  # type: ignore[misc]
    """File nodes to chunk nodes. UnreadableFile: a file is refused."""

    def __call__(self, nodes: Sequence[BaseNode], **_: Any) -> list[BaseNode]:
        documents = [document for node in nodes for document in read(Path(node.metadata[PATH]))]
        return [chunk_to_node(chunk) for document in documents for chunk in document_to_chunks(document)]


class ChunksToVectors(TransformComponent):  # type: ignore[misc]
    """Chunk nodes to the same with their ``embedding``, a list of floats of unit length."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    embedder: Embedder

    def __call__(self, nodes: Sequence[BaseNode], **_: Any) -> list[BaseNode]:
        vectors = chunks_to_vectors([node_to_chunk(node) for node in nodes], self.embedder)
        for node, vector in zip(nodes, vectors, strict=True):
            node.embedding = vector.tolist()
        return list(nodes)
