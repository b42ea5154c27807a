"""A question as it was typed or read, answered from the right place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.options import open_knowledge_base
from kb.errors import KnowledgeBaseError, NotFound

if TYPE_CHECKING:
    from kb.model import Answer, Turn
    from kb.store import KnowledgeBase


@dataclass(frozen=True)
class Asked:
    """A question with its conversation and with what it is asked of: everything, one document or one table."""

    question: str
    turns: tuple[Turn, ...] = ()
    document: str | None = None
    table: Path | None = None
    id: str | None = None


def open_filled(home: Path | None) -> KnowledgeBase:
    """Open the knowledge base to ask it; KnowledgeBaseError where it holds no documents yet."""
    kb = open_knowledge_base(home)
    if not kb.documents():
        kb.close()
        raise KnowledgeBaseError(
            f"The knowledge base in {kb.home} holds no documents yet. Run `kb ingest` for the shipped documents, "
            "or `kb ingest FOLDER` for your own."
        )
    return kb


def answer_asked(asked: Asked, kb: KnowledgeBase | None) -> Answer:
    """The answer from the table, or from the knowledge base (which must be open where there is no table)."""
    if asked.table is not None:
        from kb.answering import answer_from_table

        return answer_from_table(asked.table, asked.question, question_id=asked.id)
    from kb.answering import answer

    if kb is None:
        raise ValueError("a question without a table needs an open knowledge base")
    filters = None
    if asked.document is not None:
        from kb.store import Filters

        filters = Filters(documents=(find_document(kb, asked.document),))
    return answer(kb, asked.question, history=asked.turns, filters=filters, question_id=asked.id)


def find_document(kb: KnowledgeBase, name: str) -> str:
    """The id of a document given by id, file name, or a path that ends in it; NotFound lists what there is."""
    documents = kb.documents()
    for wanted in (name, Path(name).name):
        for document in documents:
            if wanted in (document.id, document.source):
                return document.id
    known = ", ".join(document.source for document in documents) or "none"
    raise NotFound(f"There is no document {name!r} in the knowledge base. It holds: {known}.")
