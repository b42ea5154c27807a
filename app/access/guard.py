"""What stands before every address of the page, the API and MCP: nothing for other sites, and the login."""

from __future__ import annotations

import math
from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from app.access.readers import SCOPE_KEY
from app.access.sessions import SECONDS, Session, Sessions
from app.access.users import User, Users
from app.api.guard import CROSS_SITE, READING, is_cross_site
from app.api.problems import problem
from kb.errors import CollabkbError

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.types import ASGIApp, Receive, Scope, Send

# What the login page itself needs; none of it tells anything about the documents.
OPEN = frozenset(("/login", "/login.css", "/login.js", "/frame.css", "/logo.svg"))
# The same for everybody, and kept by the browser; all else is not to be found there by who comes after.
FIXED = ("/assets/", "/static/", "/svelte/")
FIXED_ENDS = (".css", ".js", ".svg", ".woff2")
COOKIE = "collabkb"
SIGN_IN = (
    "Sign in first: in a browser at {login}, in a program with the header 'Authorization: Bearer TOKEN' (an "
    "administrator makes a token with 'kb users token NAME')."
)
WRONG_TOKEN = "This token is not known, or it was replaced. Ask an administrator for a new one."


class SameSiteOnly:
    """ASGI middleware: pages of other sites may link here, and neither send nor read anything."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.datastructures import Headers

        if scope["type"] in ("http", "websocket") and not self._may(scope, Headers(scope=scope)):
            await _refuse(403, CROSS_SITE, scope, receive, send)
            return
        await self.app(scope, receive, send)

    @staticmethod
    def _may(scope: Scope, headers: Headers) -> bool:
        if not is_cross_site(headers):
            return True
        return scope.get("method") in READING and headers.get("sec-fetch-mode") == "navigate"


class LoginRequired:
    """ASGI middleware: whoever is not signed in gets the login page, or 401 where a program asks.

    Who is signed in stands in the scope, where :func:`app.access.request_to_reader` finds it.
    """

    def __init__(self, app: ASGIApp, users: Users, sessions: Sessions) -> None:
        self.app, self._users, self._sessions = app, users, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.datastructures import Headers

        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), path_of(scope)
        try:
            user = self._signed_in(scope, headers)
        except CollabkbError as error:
            await _refuse(503, str(error), scope, receive, send)
            return
        if user is not None:
            scope[SCOPE_KEY] = user.reader()
            await self.app(scope, receive, send if is_fixed(path) else unkept(send))
        elif path in OPEN:
            await self.app(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and wants_page(headers):
            await self._to_login(scope, receive, send)
        else:
            login = f"{scope.get('root_path', '')}/login"
            words = WRONG_TOKEN if bearer(headers) else SIGN_IN.format(login=login)
            await _refuse(401, words, scope, receive, send)

    def _signed_in(self, scope: Scope, headers: Headers) -> User | None:
        token = bearer(headers)
        if token is not None:
            return self._users.by_token(token)
        session = scope_to_session(scope, self._sessions)
        return session.user if session else None

    @staticmethod
    async def _to_login(scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.responses import RedirectResponse

        query = scope.get("query_string", b"").decode("latin-1")
        wanted = path_of(scope) + (f"?{query}" if query else "")
        onward = "" if wanted == "/" else f"?{urlencode({'next': wanted})}"
        address = f"{scope.get('root_path', '')}/login{onward}"
        await RedirectResponse(address, 303, {"cache-control": "no-store"})(scope, receive, send)


def is_fixed(path: str) -> bool:
    """Whether an address is a part of the program, which is the same for everybody."""
    return path.startswith(FIXED) or (path.endswith(FIXED_ENDS) and path.rfind("/") == 0)


def path_of(scope: Scope) -> str:
    """The path below the folder that a proxy serves this from."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path


def wants_page(headers: Headers) -> bool:
    """Whether a browser asks for a page to show, and no script for data."""
    mode = headers.get("sec-fetch-mode")
    return mode == "navigate" if mode else "text/html" in headers.get("accept", "")


def bearer(headers: Headers) -> str | None:
    """The token of an ``Authorization: Bearer`` header; None without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def cookie_name(scope: Scope) -> str:
    """Over TLS a name that no other host and no plain connection can set."""
    return f"__Host-{COOKIE}" if scope.get("scheme") in ("https", "wss") else COOKIE


def scope_to_session(scope: Scope, sessions: Sessions) -> Session | None:
    """The session that a request's cookie names; None without one that holds."""
    from starlette.datastructures import Headers

    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return None
    held = jar.get(cookie_name(scope))
    return sessions.read(held.value) if held else None


def session_cookie(scope: Scope, text: str, seconds: int = SECONDS) -> str:
    """The Set-Cookie header that begins a session, or ends it with 0 seconds."""
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    return f"{cookie_name(scope)}={text}; Path=/; Max-Age={math.floor(seconds)}; HttpOnly; SameSite=Lax{secure}"


def unkept(send: Send) -> Send:
    """``send`` for what is one person's: no browser keeps it, so that nobody who signs in later finds it there."""

    async def send_unkept(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() != b"cache-control"]
            message["headers"] = [*kept, (b"cache-control", b"no-store")]
        await send(message)

    return send_unkept


async def _refuse(status: int, words: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await problem(status, words, headers={"cache-control": "no-store"})(scope, receive, send)
