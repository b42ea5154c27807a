"""How large a request may be, said as a problem (the framework's own limit says it in plain text)."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

MEGABYTE = 1024 * 1024
MOST_BYTES = 8 * MEGABYTE
# Two files of the largest size that is read (ingest.readers.checks), or many small ones.
MOST_UPLOADED_BYTES = 600 * MEGABYTE
UPLOADS = "/ingest"

TOO_LARGE = "The request is larger than {most} MB. Send less at a time."


class Limited:
    """ASGI middleware: ends a request with 413 that says it is too large, or turns out to be."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        from starlette.datastructures import Headers

        from app.api.problems import problem

        headers = Headers(scope=scope)
        upload = scope["path"].endswith(UPLOADS) and headers.get("content-type", "").startswith("multipart/form-data")
        most = MOST_UPLOADED_BYTES if upload else MOST_BYTES
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > most:
            await problem(413, TOO_LARGE.format(most=most // MEGABYTE))(scope, receive, send)
            return
        await self.app(scope, counted(receive, most), send)


def counted(receive: Receive, most: int) -> Receive:
    """``receive``, which raises an HTTPException where a body is longer than ``most`` bytes."""
    seen = 0

    async def count() -> MutableMapping[str, Any]:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            from starlette.exceptions import HTTPException

            raise HTTPException(413, TOO_LARGE.format(most=most // MEGABYTE))
        return message

    return count
