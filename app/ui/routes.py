"""Plain addresses beside the page: a source as an HTML fragment and a page image; and what a browser may load."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.ui.library import knowledge_base
from app.ui.pages import page_to_png
from app.ui.places import query_to_place
from app.ui.proof import kept_pdf, place_to_html
from kb.errors import CollabkbError, NotFound

if TYPE_CHECKING:
    import fastapi
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

FRAME = Path(__file__).with_name("frame.css")
# Gradio evaluates its own templates, hence unsafe-eval; 'self' is what keeps every request on this machine.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
}


class NothingFromElsewhere:
    """ASGI middleware: tells the browser to load nothing from, and send nothing to, any other place."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in HEADERS]
                message["headers"] = [*kept, *HEADERS.items()]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def add_routes(app: fastapi.FastAPI, home: Path, scripts: Sequence[Path] = ()) -> None:
    """Add ``/frame.css`` (styles outside Gradio's container), the tabs' ``scripts``, ``/proof`` and ``/page.png``.

    The last two take the query string of :mod:`app.ui.places`.
    """
    from starlette.responses import FileResponse, Response
    from starlette.routing import Route

    def own_file(path: Path) -> Route:
        def send(request: Request) -> Response:
            return FileResponse(path, headers={"cache-control": "no-cache"})

        return Route(f"/{path.name}", send)

    # Plain functions, so that the server runs them in a thread and drawing a page holds nobody up.
    def proof(request: Request) -> Response:
        try:
            html, status = place_to_html(knowledge_base(home), query_to_place(request.query_params)), 200
        except CollabkbError as error:
            html, status = _missing(str(error)), 404 if isinstance(error, NotFound) else 503
        return Response(html, status, media_type="text/html", headers={"cache-control": "no-store"})

    def page_image(request: Request) -> Response:
        try:
            place = query_to_place(request.query_params)
            pdf = kept_pdf(knowledge_base(home), place.document)
            if pdf is None:
                raise NotFound("There are no page images of this document.")
            png = page_to_png(pdf, place.page or 1, place.boxes)
        except CollabkbError as error:
            return Response(str(error), 404, media_type="text/plain")
        # A document's id is made from its content, so its pages never change.
        return Response(png, media_type="image/png", headers={"cache-control": "private, max-age=86400"})

    own = [own_file(path) for path in (FRAME, *scripts)]
    app.router.routes.extend([*own, Route("/proof", proof), Route("/page.png", page_image)])


def _missing(message: str) -> str:
    return (
        '<header class="proof-head"><h2 id="proof-title" tabindex="-1">This source cannot be shown</h2>'
        f'<button type="button" class="proof-close" data-close>Close</button></header><p>{escape(message)}</p>'
    )
