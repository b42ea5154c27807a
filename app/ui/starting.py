"""The page from the first moment: a start page that takes a question, until the real page behind it is loaded.

To import Gradio and build the page takes seconds. Until then every address answers, and a question that is typed
is kept by the browser and asked as soon as it can be.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
OWN_FILES = {f"/{name}": HERE / name for name in ("frame.css", "start.css", "start.js", "logo.svg")}
RETRY_SECONDS = "2"


class Starting:
    """ASGI application: the start page until ``make`` has built the real application, which then takes over.

    ``make`` runs in a thread. ``built`` is called when the page is there, or with the error that prevented it.
    """

    def __init__(self, make: Callable[[], Starlette], built: Callable[[BaseException | None], None]) -> None:
        self._make, self._built = make, built
        self._app: ASGIApp | None = None
        self._page = (HERE / "start.html").read_text(encoding="utf-8")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._early(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1013})

    async def _live(self, receive: Receive, send: Send) -> None:
        """Take over when built, and end the real application's life with the server's."""
        await receive()
        async with AsyncExitStack() as stack:
            building = asyncio.create_task(self._take_over(stack))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            building.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _take_over(self, stack: AsyncExitStack) -> None:
        loop, made = asyncio.get_running_loop(), asyncio.Event()
        apps: list[Starlette] = []
        errors: list[BaseException] = []

        def build() -> None:
            try:
                apps.append(self._make())
            except BaseException as error:
                errors.append(error)
            loop.call_soon_threadsafe(made.set)

        # A daemon of our own: Ctrl-C then ends the program without waiting for imports.
        threading.Thread(target=build, name="collabkb-build", daemon=True).start()
        await made.wait()
        if apps:
            await stack.enter_async_context(apps[0].router.lifespan_context(apps[0]))
            self._app = apps[0]
        self._built(errors[0] if errors else None)

    async def _early(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

        reply: Response
        headers = {"cache-control": "no-store", "x-collabkb": "starting"}
        if scope["path"] in OWN_FILES:
            reply = FileResponse(OWN_FILES[scope["path"]], headers=headers)
        elif scope["path"] == "/" and scope["method"] in ("GET", "HEAD"):
            reply = HTMLResponse(self._page, headers=headers)
        else:
            words = "collabkb is starting. Try again in some seconds."
            reply = PlainTextResponse(words, 503, headers | {"retry-after": RETRY_SECONDS})
        await reply(scope, receive, send)
