"""A knowledge base as those see it who are not cleared for documents marked not public."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from sqlalchemy import select

from kb.errors import NotFound
from kb.model import Chunk, Document
from kb.store import full_text
from kb.store.base import KnowledgeBase
from kb.store.contents import Contents
from kb.store.listing import DocumentInfo
from kb.store.schema import documents
from kb.store.search import discarded_ids

if TYPE_CHECKING:
    import numpy as np

    from kb.embedding import Embedder


class PublicView(KnowledgeBase):
    """The same knowledge base without the documents that are not public: no method shows, finds, counts, corrects or
    removes one. Only what is marked ``public`` is; a marking that nobody knows hides as well.

    It keeps its own memory, so that nothing read for the cleared is answered from it, and shares database, index and
    files with the whole one, which closes them.
    """

    cleared = False
    _full_text = full_text.PUBLIC

    def __init__(self, whole: KnowledgeBase) -> None:
        self._whole = whole
        self._lock = whole._lock
        Contents.__init__(self, whole.home, whole._database, whole._index, whole._files)

    @classmethod
    def open(cls, home: Path, *, create: bool = False) -> NoReturn:
        """Not opened by itself: see :meth:`KnowledgeBase.seen_by`."""
        raise TypeError("open the whole knowledge base and ask it for seen_by(cleared=False)")

    def close(self) -> None:
        """Nothing to do: the whole one closes what both use."""

    def seen_by(self, *, cleared: bool) -> KnowledgeBase:
        """Itself: a view never leads to more than it shows."""
        return self

    def _load_hidden(self, names: list[str]) -> dict[str, frozenset[str]]:
        with self._database.read() as connection:
            marked = connection.execute(select(documents.c.id).where(documents.c.marking != "public")).scalars()
            return dict.fromkeys(names, frozenset([*discarded_ids(connection), *marked]))

    def _check_held(self, document_id: str) -> None:
        super()._check_held(document_id)
        if not self._is_public(document_id):
            raise NotFound(f"There is no document {document_id!r} in the knowledge base.")

    def _is_public(self, document_id: str) -> bool:
        with self._database.read() as connection:
            marking = connection.execute(select(documents.c.marking).where(documents.c.id == document_id)).scalar()
        return marking == "public"

    def discarded(self) -> list[DocumentInfo]:
        """The public documents that were discarded and can be brought back, the last one first."""
        return [info for info in super().discarded() if info.marking == "public"]

    def commit(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        vectors: np.ndarray | None,
        model: str | None,
        file: Path | None,
        *,
        replace: bool = False,
    ) -> None:
        """As the whole one; a document that is held and not public stays as it is, whatever ``replace`` says."""
        replace = replace and self._is_public(document.id)
        super().commit(document, chunks, vectors, model, file, replace=replace)

    def embed_missing(self, embedder: Embedder) -> None:
        """As the whole one, for all documents: an index half of one model and half of another finds nothing."""
        self._whole.embed_missing(embedder)

    def check(self) -> list[str]:
        """What is wrong with the files, without the sentences that name a document that is not public."""
        with self._database.read() as connection:
            hidden = set(
                connection.execute(select(documents.c.source).where(documents.c.marking != "public")).scalars()
            )
        return [line for line in self._whole.check() if not any(source in line for source in hidden)]
