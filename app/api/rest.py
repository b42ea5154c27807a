"""The REST application: its endpoints put together, its OpenAPI, and a page that lists them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fastapi
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from app.api import asking, documents, evaluating, exporting, ingesting, workforce
from app.api.common import PrettyJson
from app.api.objects import program_version
from app.api.overview import openapi_to_html
from app.api.problems import MEDIA_TYPE, add_problem_handlers
from app.api.schemas import ProblemOut

STYLES = Path(__file__).with_name("overview.css")
DESCRIPTION = (
    "Answers from the documents in this library, each with its proof, for programs. "
    "Everything stays on this machine. What goes wrong is said as problem JSON (RFC 9457)."
)
PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "What went wrong, and what to do.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
    }
}


def application(home: Path) -> fastapi.FastAPI:
    """REST over the knowledge base in ``home``, to be mounted at ``/api``."""
    app = fastapi.FastAPI(
        title="collabkb",
        description=DESCRIPTION,
        version=program_version(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        default_response_class=PrettyJson,
        responses=PROBLEM,
    )
    app.state.home = home
    for part in (asking, documents, ingesting, exporting, workforce, evaluating):
        app.include_router(part.router)
    add_problem_handlers(app)
    add_overview(app)
    make_openapi = app.openapi

    def openapi() -> dict[str, Any]:
        """The schema with problems in the place of FastAPI's own validation errors."""
        made = make_openapi()
        with_problems(made)
        return made

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def with_problems(openapi: dict[str, Any]) -> None:
    """Take FastAPI's own form of validation errors out of a schema; put in the problem's, and what else is named."""
    schemas = openapi.setdefault("components", {}).setdefault("schemas", {})
    for own in ("HTTPValidationError", "ValidationError"):
        schemas.pop(own, None)
    for model in (ProblemOut, ingesting.PathsIn):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    for methods in openapi["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)


def add_overview(app: fastapi.FastAPI) -> None:
    """The list of endpoints as a plain page, which loads nothing but its own styles."""

    def overview(request: Request) -> Response:
        return HTMLResponse(openapi_to_html(app.openapi(), request.scope.get("root_path", "")))

    def styles(request: Request) -> Response:
        return FileResponse(STYLES, headers={"cache-control": "no-cache"})

    app.add_api_route("/", overview, include_in_schema=False)
    app.add_api_route("/overview.css", styles, include_in_schema=False)
