"""What went wrong, as problem JSON (RFC 9457) in words that say what to do."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from kb.errors import BadCorrection, BadQuestion, CollabkbError, NotFound, UnreadableFile

if TYPE_CHECKING:
    import fastapi
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
UNEXPECTED = "Something went wrong inside the program. Ask again; if it happens again, run `kb doctor` on the server."
# Kinds of validation errors whose words from the library say too little to a person.
WORDS = {
    "missing": "It is needed and not there.",
    "extra_forbidden": "It is not known here. Check its spelling against /api/openapi.json.",
    "json_invalid": "The body is not JSON.",
}

NO_JSON = "The body must be JSON: send the header Content-Type: application/json."


class Refused(CollabkbError):
    """A request that cannot be met for a reason of HTTP's own: ``status`` is its code, the text says what to do."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def problem(
    status: int,
    detail: str,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response that says what is wrong; ``errors`` are the parts of the request to mend, by JSON pointer."""
    from starlette.responses import JSONResponse

    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = [dict(error) for error in errors]
    added = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    return JSONResponse(body, status, headers={**added, **(headers or {})}, media_type=MEDIA_TYPE)


def error_to_status(error: CollabkbError) -> int:
    """The code of HTTP that an error of ours has."""
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, NotFound):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, BadCorrection | BadQuestion | UnreadableFile):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.SERVICE_UNAVAILABLE


def add_problem_handlers(app: fastapi.FastAPI) -> None:
    """Have every error of the application end as problem JSON."""
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

    from app.cli.errors import known_cause, sentence

    def ours(_: Request, error: Exception) -> Response:
        assert isinstance(error, CollabkbError)
        return problem(error_to_status(error), sentence(str(error)))

    def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        detail = str(error.detail)
        if error.status_code == HTTPStatus.NOT_FOUND:
            detail = f"There is nothing at {request.url.path}. The addresses are listed at /api/."
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = (error.headers or {}).get("Allow", "another method")
            detail = f"{request.method} does nothing at {request.url.path}. Use {allowed}."
        return problem(error.status_code, detail, headers=error.headers)

    def of_form(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        if not is_json(request.headers.get("content-type", "")) and any(e["loc"] == ("body",) for e in error.errors()):
            return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, NO_JSON)
        errors = [validation_error_to_words(entry) for entry in error.errors()]
        detail = "; ".join(f"{entry['pointer']}: {entry['detail']}" for entry in errors)
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"The request cannot be taken. {detail}", errors)

    def unexpected(_: Request, error: Exception) -> Response:
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, known_cause(error) or UNEXPECTED)

    app.add_exception_handler(CollabkbError, ours)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, of_form)
    app.add_exception_handler(Exception, unexpected)


def is_json(content_type: str) -> bool:
    """Whether a content type is JSON's, with or without a charset."""
    return content_type.split(";")[0].strip().lower() == "application/json"


class Logged:
    """ASGI middleware: what nobody thought of is logged once, after its problem was sent, and ends there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception:
            log.exception("%s %s failed", scope.get("method"), scope.get("path"))


def validation_error_to_words(error: Mapping[str, Any]) -> dict[str, str]:
    """Where in the request (``#/question``, ``?page``) and what is wrong there."""
    place, *path = [str(part) for part in error["loc"]]
    if error["type"] == "json_invalid":
        return {"pointer": "#", "detail": f"{WORDS['json_invalid']} Look at character {path[-1]}."}
    pointer = f"#/{'/'.join(path)}" if place == "body" else f"{'?' if place == 'query' else ''}{'/'.join(path)}"
    return {"pointer": pointer, "detail": WORDS.get(error["type"], f"{error['msg']}.")}
