"""MCP over streamable HTTP: an ASGI application without sessions, made when its first request comes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from starlette.types import Receive, Scope, Send

log = logging.getLogger(__name__)

NOT_READY = "The MCP server did not start. Look at the server's log."


class McpEndpoint:
    """What stands at ``/mcp``; it answers while :meth:`serving` is entered, which the application's lifespan does."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._manager: StreamableHTTPSessionManager | None = None
        self._wake: asyncio.Event | None = None
        self._made: asyncio.Event | None = None

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Keep the manager of requests, whose work must begin and end in one task, for as long as the server runs."""
        self._wake, self._made = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(self._run(), name="collabkb-mcp")
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def _run(self) -> None:
        assert self._wake is not None and self._made is not None
        await self._wake.wait()
        try:
            manager = await asyncio.to_thread(make_manager, self._home)
            async with manager.run():
                self._manager = manager
                self._made.set()
                await asyncio.Event().wait()
        except Exception:
            # The page must go on without it.
            log.exception("the MCP server failed")
        finally:
            self._manager = None
            self._made.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from app.api.problems import problem

        if self._wake is not None and self._made is not None:
            self._wake.set()
            await self._made.wait()
        if self._manager is None:
            await problem(503, NOT_READY)(scope, receive, send)
            return
        await self._manager.handle_request(scope, receive, send)


def make_manager(home: Path) -> StreamableHTTPSessionManager:
    """The server over the knowledge base in ``home``, ready to be run.

    Hosts and origins are checked before a request comes here; each request stands alone and is answered in JSON.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    from app.api.mcp import make_server
    from app.ui.library import knowledge_base

    server = make_server(partial(knowledge_base, home))
    server.streamable_http_app(
        json_response=True,
        stateless_http=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    return server.session_manager
