"""What the endpoints share: the knowledge base of a request, who may change it, and JSON as ``kb`` prints it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import JSONResponse

from app.api.problems import Refused
from app.ui.library import knowledge_base, may_edit
from kb.errors import KnowledgeBaseError
from kb.store import KnowledgeBase

EMPTY = (
    "The knowledge base holds no documents yet. Add some with POST /api/ingest, or run `kb ingest` on the server "
    "for the shipped ones."
)
NOT_KEPT = {"cache-control": "no-store"}
READER = "You may read here, and not add, change or remove documents. Ask for the role of an editor."


class PrettyJson(JSONResponse):
    """JSON exactly as ``kb ... --json`` prints it, and never kept by a browser."""

    def __init__(
        self, content: Any, status_code: int = 200, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(content, status_code, {**NOT_KEPT, **(headers or {})}, **more)

    def render(self, content: Any) -> bytes:
        return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8", errors="replace")


def home_of(request: Request) -> Path:
    """The folder of the knowledge base that is served."""
    home: Path = request.app.state.home
    return home


def library(request: Request) -> KnowledgeBase:
    """The knowledge base as the sender may see it."""
    return knowledge_base(home_of(request), request)


def filled_library(request: Request) -> KnowledgeBase:
    """The same, with at least one document; KnowledgeBaseError says how to add one."""
    kb = library(request)
    if not kb.documents():
        raise KnowledgeBaseError(EMPTY)
    return kb


def editor(request: Request) -> None:
    """Refused (403) where the sender may only read."""
    if not may_edit(request):
        raise Refused(403, READER)


Library = Annotated[KnowledgeBase, Depends(library)]
FilledLibrary = Annotated[KnowledgeBase, Depends(filled_library)]
EDITORS_ONLY = [Depends(editor)]
