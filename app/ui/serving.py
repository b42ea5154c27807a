"""`kb serve`: an address that answers at once, the page as soon as it is built, the models behind it."""

from __future__ import annotations

import logging
import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.access import check_login
from kb.errors import CollabkbError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp

    from kb.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost")


def serve(
    settings: Settings,
    home: Path,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool = False,
    without_login: bool = False,
    announce: Callable[[str], None] | None = None,
    ready: Callable[[float], None] | None = None,
) -> None:
    """Serve the page until it is interrupted; port 0 picks a free one.

    ``announce`` is told the address before anything is loaded, ``ready`` the seconds after which questions are
    answered without waiting. CollabkbError where the address is taken or not allowed, or needs a login.
    """
    host, port = settings.host if host is None else host, settings.port if port is None else port
    started = time.perf_counter()
    check_login(settings, host, without=without_login)
    listener = _listen(host, port)
    address = f"http://{_host_in_url(host)}:{listener.getsockname()[1]}/"
    if announce is not None:
        announce(address)
    if open_browser:
        # The socket listens: a browser that comes before the server waits for it.
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    import uvicorn

    from app.ui.headers import NothingFromElsewhere
    from app.ui.loading import load_models
    from app.ui.starting import Starting

    # With a login another name that leads here gets nothing, as it has no session; a proxy may then use its own.
    hosts = (*LOOPBACK, host) if host in LOOPBACK and settings.auth is None else ("*",)
    failed: list[BaseException] = []

    def make() -> Starlette:
        from app.ui import application

        return application(home, settings, hosts=hosts)

    def load() -> None:
        load_models(home)
        if ready is not None:
            ready(time.perf_counter() - started)

    def built(error: BaseException | None) -> None:
        if error is None:
            threading.Thread(target=load, name="collabkb-load", daemon=True).start()
            return
        failed.append(error)
        server.should_exit = True

    app: ASGIApp = NothingFromElsewhere(only_named(Starting(make, built), hosts))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    # Whoever ends the program cuts the connections of open pages: that is no error.
    logging.getLogger("uvicorn.error").addFilter(lambda record: not server.should_exit)
    server.run(sockets=[listener])
    if failed:
        raise failed[0]


def only_named(app: ASGIApp, hosts: tuple[str, ...]) -> ASGIApp:
    """The application answering to these host names only, so that no other site can point its own name here."""
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    return TrustedHostMiddleware(app, allowed_hosts=list(hosts))


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket; CollabkbError says what to do where that is refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # From here on a browser that comes early waits instead of being refused.
        listener.listen()
    except OSError as error:
        listener.close()
        raise CollabkbError(f"Cannot serve on {host}, port {port} ({error.strerror}). Try another --port.") from error
    return listener


def _host_in_url(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
