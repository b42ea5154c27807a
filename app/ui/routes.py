"""Plain addresses beside the page: a source as an HTML fragment, and a page image."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from app.ui.library import knowledge_base
from app.ui.pages import page_to_png
from app.ui.places import query_to_place
from app.ui.proof import kept_pdf, place_to_html
from kb.errors import CollabkbError, NotFound
from kb.store import KnowledgeBase

if TYPE_CHECKING:
    import fastapi
    from starlette.requests import Request
    from starlette.responses import Response

FRAME = Path(__file__).with_name("frame.css")


def add_routes(app: fastapi.FastAPI, home: Path) -> None:
    """Add ``/frame.css`` (styles outside Gradio's container), ``/proof`` and ``/page.png``.

    ``/proof`` and ``/page.png`` take the query string of :mod:`app.ui.places`; ``/feedback`` takes JSON that is posted.
    """
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import FileResponse, Response
    from starlette.routing import Route

    def frame(request: Request) -> Response:
        return FileResponse(FRAME, headers={"cache-control": "no-cache"})

    # Plain functions, so that the server runs them in a thread and drawing a page holds nobody up.
    def proof(request: Request) -> Response:
        try:
            html, status = place_to_html(knowledge_base(home, request), query_to_place(request.query_params)), 200
        except CollabkbError as error:
            html, status = _missing(str(error)), 404 if isinstance(error, NotFound) else 503
        return Response(html, status, media_type="text/html", headers={"cache-control": "no-store"})

    def page_image(request: Request) -> Response:
        try:
            place = query_to_place(request.query_params)
            pdf = kept_pdf(knowledge_base(home, request), place.document)
            if pdf is None:
                raise NotFound("There are no page images of this document.")
            png = page_to_png(pdf, place.page or 1, place.boxes)
        except CollabkbError as error:
            return Response(str(error), 404, media_type="text/plain")
        # A document's id is made from its content, so its pages never change.
        return Response(png, media_type="image/png", headers={"cache-control": "private, max-age=86400"})

    async def feedback(request: Request) -> Response:
        try:
            value = await request.json()
        except ValueError:
            value = None
        try:
            await run_in_threadpool(_take_feedback, knowledge_base(home, request), value)
        except CollabkbError as error:
            return Response(str(error), 400, media_type="text/plain")
        return Response(status_code=204)

    pages = [Route(f"/{FRAME.name}", frame), Route("/proof", proof), Route("/page.png", page_image)]
    app.router.routes.extend(pages)
    app.router.routes.append(Route("/feedback", feedback, methods=["POST"]))


def _take_feedback(kb: KnowledgeBase, value: object) -> None:
    """Keep what a reader says of an answer; ``{"id": ..., "thumb": null}`` takes it back."""
    from kb.feedback import json_to_feedback, keep_feedback, take_back_feedback

    if isinstance(value, dict) and value.get("thumb") is None and isinstance(value.get("id"), str):
        take_back_feedback(kb, value["id"])
    else:
        keep_feedback(kb, json_to_feedback(value))


def _missing(message: str) -> str:
    return (
        '<header class="proof-head"><h2 id="proof-title" tabindex="-1">This source cannot be shown</h2>'
        f'<button type="button" class="proof-close" data-close>Close</button></header><p>{escape(message)}</p>'
    )
