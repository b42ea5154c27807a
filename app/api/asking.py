"""Questions over REST, and whether any can be asked."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.api.common import FilledLibrary, Library, PrettyJson
from app.api.objects import program_version, to_filters
from app.api.schemas import AnswerOut, Health, QuestionIn
from app.cli.history import json_to_turns
from kb.answering import answer

router = APIRouter(tags=["Asking"])


@router.post("/ask", response_model=AnswerOut, summary="Ask a question")
def ask(asked: QuestionIn, kb: FilledLibrary) -> Response:
    """The answer with its sources, or "not_found" with the nearest places: the object of `kb ask --json`.

    The same question gets the same answer.
    """
    history = json_to_turns(asked.history)
    filters = to_filters(kb, asked.filters, asked.document)
    given = answer(kb, asked.question, history=history, filters=filters)
    return PrettyJson({**given.to_json(), "id": asked.id})


@router.get("/health", summary="See whether questions can be asked")
def health(kb: Library) -> Health:
    """Answers once the knowledge base is open. "empty" says that it holds no documents that you may see."""
    documents = kb.documents()
    return Health(
        status="ok" if documents else "empty",
        version=program_version(),
        documents=len(documents),
        newest=max((info.date for info in documents if info.date), default=None),
        fingerprint=kb.fingerprint(),
    )
