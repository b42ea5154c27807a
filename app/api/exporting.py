"""Answers as files over REST: those that are sent, or those to questions that are asked anew."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter
from pydantic import ConfigDict, Field
from starlette.responses import Response

from app.api.common import NOT_KEPT, FilledLibrary
from app.api.objects import to_filters
from app.api.problems import Refused
from app.api.schemas import Asked, FiltersIn
from kb.export import MEDIA_TYPES, answers_to_briefing, export, export_name, questions_to_briefing
from kb.kept_answers import json_to_answer
from kb.model import Answer

router = APIRouter(tags=["Export"])

MOST_ANSWERS = 500
MOST_QUESTIONS = 100
ONE_OF_BOTH = "Send either “answers” (answer objects, as POST /api/ask gives them) or “questions”, and not both."
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {kind.split(";")[0]: {} for kind in MEDIA_TYPES.values()}}
}


class ExportIn(Asked):
    """What is to be exported, and how."""

    format: Literal["docx", "pdf", "md", "csv", "json"] = Field(default="docx", description="Kind of file.")
    title: str = Field(default="", max_length=300, description="Title of the document.")
    answers: list[dict[str, Any]] = Field(
        default=[], max_length=MOST_ANSWERS, description="Answer objects; every source of theirs is looked up again."
    )
    questions: list[str] = Field(
        default=[], max_length=MOST_QUESTIONS, description="Questions that are asked now, for a briefing pack."
    )
    filters: FiltersIn = Field(default=FiltersIn(), description="Which documents may answer the questions.")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"format": "docx", "title": "Forensics", "questions": ["What did Derbyshire pay for forensics?"]}
        }
    )


@router.post("/export", response_class=Response, responses=FILE, summary="Export answers as a file")
def export_file(asked: ExportIn, kb: FilledLibrary) -> Response:
    """Answers as a Word, PDF, Markdown, CSV or JSON file, each with its numbered sources.

    Send answers that you have, or questions, which are then asked one after the other.
    """
    if bool(asked.answers) == bool(asked.questions):
        raise Refused(422, ONE_OF_BOTH)
    if asked.answers:
        briefing = answers_to_briefing(kb, [object_to_answer(value) for value in asked.answers], asked.title)
    else:
        briefing = questions_to_briefing(kb, asked.questions, asked.title, to_filters(kb, asked.filters))
    name = export_name(briefing, asked.format)
    kept_as = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
    headers = {"content-disposition": kept_as, **NOT_KEPT}
    return Response(export(briefing, asked.format), media_type=MEDIA_TYPES[asked.format], headers=headers)


def object_to_answer(value: dict[str, Any]) -> Answer:
    """An answer object as an Answer; BadQuestion says what in it cannot be read. Its id may have been a number."""
    own_id = value.get("id")
    return json_to_answer({**value, "id": None if own_id is None else str(own_id)})
