"""The workforce register over REST: what the documents say happens to people at work."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from app.api.common import NOT_KEPT, FilledLibrary, PrettyJson
from app.api.objects import register_filters
from app.api.schemas import Asked, ChoicesOut, NamedChoice, RegisterOut
from kb.workforce import overview, register, register_to_file, register_to_json, register_to_name
from kb.workforce.status import Progress
from kb.workforce.themes import THEMES

router = APIRouter(tags=["Workforce"])

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class RegisterIn(Asked):
    """What the register is to be limited to; lists may be given by naming a parameter several times."""

    words: str = Field(default="", max_length=2000, description="Your own words: nearest entries first.")
    unit: str = Field(default="", max_length=200, description="A unit or programme, as /api/workforce/choices has it.")
    force: tuple[str, ...] = Field(default=(), max_length=50, description="Forces.")
    year: tuple[int, ...] = Field(default=(), max_length=50, description="Years.")
    theme: tuple[str, ...] = Field(default=(), max_length=50, description="Keys of themes.")
    status: tuple[Progress, ...] = Field(default=(), description="How far things have come.")
    document: tuple[str, ...] = Field(default=(), max_length=50, description="Only these: ids or file names.")
    format: Literal["json", "csv", "md", "docx"] = Field(default="json", description="Kind of file.")


@router.get("/workforce", response_model=RegisterOut, summary="See the workforce register")
def workforce(asked: Annotated[RegisterIn, Query()], kb: FilledLibrary) -> Response:
    """What the documents say of posts, redundancy and transfer, places of work, terms, training and consultation.

    Each entry is a quoted sentence or table row with its source, date and status. Themes that nobody wrote about are
    listed as `silent`.
    """
    filters = register_filters(
        kb, asked.words, asked.unit, asked.force, asked.year, asked.theme, asked.status, asked.document
    )
    chosen = register(kb, filters)
    if asked.format == "json":
        return PrettyJson(register_to_json(chosen))
    name = register_to_name(chosen, asked.format, datetime.now())
    headers = {"content-disposition": f'attachment; filename="{name}"', **NOT_KEPT}
    return Response(register_to_file(kb, chosen, asked.format), media_type=MEDIA_TYPES[asked.format], headers=headers)


@router.get("/workforce/choices", summary="See what the register can be limited to")
def choices(kb: FilledLibrary) -> ChoicesOut:
    """The units, forces, years and themes that the documents speak of."""
    seen = overview(kb)
    return ChoicesOut(
        units=[unit.name for unit in seen.units],
        forces=list(seen.forces),
        years=list(seen.years),
        themes=[NamedChoice(key=theme.key, title=theme.title) for theme in THEMES],
    )
