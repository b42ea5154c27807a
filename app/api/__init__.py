"""REST under ``/api`` and MCP at ``/mcp``: the functions of kb, ingest and evals for programs.

Importing this loads nothing heavy: either side is made by its first request, so that the page starts as fast without.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import fastapi
    from starlette.types import ASGIApp, Receive, Scope, Send


def add_api(app: fastapi.FastAPI, home: Path) -> None:
    """Serve both to programs, over the knowledge base in ``home``; call it before anything is mounted at ``/``."""
    from starlette.requests import Request
    from starlette.responses import RedirectResponse
    from starlette.routing import Mount, Route

    from app.api.mcp_http import McpEndpoint

    def rest() -> ASGIApp:
        from app.api.limits import Limited
        from app.api.problems import Logged
        from app.api.rest import application

        return Logged(Limited(application(home)))

    def to_the_overview(request: Request) -> RedirectResponse:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/api/", status_code=308)

    mcp = McpEndpoint(home)
    app.router.routes.extend(
        [
            Route("/api", to_the_overview),
            Mount("/api", MadeWhenNeeded(rest)),
            Route("/mcp", mcp),
        ]
    )
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(inner: fastapi.FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with before(inner) as state, mcp.serving():
            yield state or {}

    app.router.lifespan_context = lifespan


class MadeWhenNeeded:
    """An ASGI application that ``make`` makes when the first request comes, in a thread, and that is kept."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._made: ASGIApp | None = None
        self._making = threading.Lock()

    def _get(self) -> ASGIApp:
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.concurrency import run_in_threadpool

        app = self._made if self._made is not None else await run_in_threadpool(self._get)
        await app(scope, receive, send)
