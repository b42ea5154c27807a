"""Evidence from the documents that a question names."""

from __future__ import annotations

from collections.abc import Sequence

from kb.retrieval.evidence import Evidence, Query


def in_named_documents(evidence: Sequence[Evidence], query: Query) -> Sequence[Evidence]:
    """The evidence from the documents that the question names; all of it where it names none."""
    named = query.question.documents
    return [item for item in evidence if item.chunk.document_id in named] if named else evidence
