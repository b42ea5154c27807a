"""Signing in and out: two plain pages, no Gradio, nothing from elsewhere, usable without JavaScript."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from app.access.attempts import Attempts
from app.access.guard import scope_to_session, session_cookie
from app.access.sessions import Sessions
from app.access.users import Users

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

HERE = Path(__file__).parent
LOGO = HERE.parent / "ui" / "logo.svg"
LARGEST_FORM = 8192
SIGNED_OUT = "You have signed out."
TIMED_OUT = "You were signed out because 12 hours have passed, or your password was changed."


class LoginPages:
    """The addresses ``/login``, ``/logout`` and ``/session``, and the files that they need."""

    def __init__(self, users: Users, sessions: Sessions, attempts: Attempts | None = None) -> None:
        self._users, self._sessions = users, sessions
        self._attempts = attempts or Attempts()

    def routes(self) -> list[Route]:
        from starlette.responses import FileResponse
        from starlette.routing import Route

        def own_file(path: Path) -> Route:
            def send(request: Request) -> Response:
                return FileResponse(path, headers={"cache-control": "no-cache"})

            return Route(f"/{path.name}", send)

        files = [HERE / name for name in ("login.css", "login.js", "access.css", "access.js")]
        return [
            *[own_file(path) for path in (*files, LOGO)],
            Route("/login", self.show_login),
            Route("/login", self.sign_in, methods=["POST"]),
            Route("/logout", self.show_logout),
            Route("/logout", self.sign_out, methods=["POST"]),
            Route("/session", self.tell_session),
        ]

    async def show_login(self, request: Request) -> Response:
        """The form; straight on where one is signed in already."""
        onward = local_address(request.query_params.get("next"))
        if scope_to_session(request.scope, self._sessions):
            return _go_on(request, onward)
        told = {"out": SIGNED_OUT, "time": TIMED_OUT}.get(request.query_params.get("ended", ""), "")
        return _login_page(onward, notice=told)

    async def sign_in(self, request: Request) -> Response:
        """Begin a session and go where one wanted to go; else the form again, with what is wrong at its field."""
        from starlette.concurrency import run_in_threadpool

        form = await read_form(request)
        if form is None:
            return _login_page("/", wrong={"name": "Type your name and your password."}, status=413)
        name, password = form.get("name", "").strip(), form.get("password", "")
        onward = local_address(form.get("next"))
        wrong = {} if name else {"name": "Type your name."}
        wrong |= {} if password else {"password": "Type your password."}
        if wrong:
            return _login_page(onward, name, wrong, status=422)
        address = request.client.host if request.client else ""
        if wait := self._attempts.begin(name, address):
            return _login_page(onward, name, {"password": wait_to_words(wait)}, status=429, wait=wait)
        user = await run_in_threadpool(self._users.sign_in, name, password)
        if user is None:
            return _login_page(onward, name, {"password": "The name or the password is wrong."}, status=403)
        self._attempts.succeeded(name, address)
        reply = _go_on(request, onward)
        reply.headers.append("set-cookie", session_cookie(request.scope, self._sessions.begin(user)))
        return reply

    async def show_logout(self, request: Request) -> Response:
        """The question whether to sign out, and whether to leave nothing behind."""
        session = scope_to_session(request.scope, self._sessions)
        if session is None:
            return _go_on(request, "/login")
        return _page("logout.html", name=session.user.name)

    async def sign_out(self, request: Request) -> Response:
        """End the session for good; with ``forget``, what the page kept in the browser goes too."""
        form = await read_form(request) or {}
        session = scope_to_session(request.scope, self._sessions)
        if session is not None:
            self._sessions.end(session)
        reply = _go_on(request, "/login?ended=out")
        reply.headers.append("set-cookie", session_cookie(request.scope, "", 0))
        # A browser heeds this over TLS and on this machine; login.js does the same for the others.
        reply.headers["clear-site-data"] = '"cache", "storage"' if form.get("forget") else '"cache"'
        return reply

    async def tell_session(self, request: Request) -> Response:
        """Who is signed in and until when, for access.js."""
        from starlette.responses import JSONResponse

        session = scope_to_session(request.scope, self._sessions)
        if session is None:
            return JSONResponse({"name": None}, headers={"cache-control": "no-store"})
        user = session.user
        told = {"name": user.name, "role": user.role, "cleared": user.cleared, "ends": session.ends}
        return JSONResponse(told, headers={"cache-control": "no-store"})


async def read_form(request: Request) -> dict[str, str] | None:
    """The fields of a form as a browser sends it; None where it is larger than a login can be."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            return None
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
    return {name: values[0] for name, values in fields.items()}


def local_address(text: str | None) -> str:
    """An address of this page, from its root; ``/`` for any that leads, or could be read to lead, elsewhere."""
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable():
        return "/"
    return "/" if text.split("?")[0] in ("/login", "/logout") else text


def wait_to_words(seconds: int) -> str:
    """How long to wait after too many attempts."""
    if seconds < 60:
        time = "1 second" if seconds == 1 else f"{seconds} seconds"
    else:
        minutes = -(-seconds // 60)
        time = "1 minute" if minutes == 1 else f"{minutes} minutes"
    return f"There were too many wrong attempts. Try again in {time}."


def _go_on(request: Request, address: str) -> Response:
    from starlette.responses import RedirectResponse

    return RedirectResponse(request.scope.get("root_path", "") + address, 303, {"cache-control": "no-store"})


def _login_page(
    onward: str,
    name: str = "",
    wrong: dict[str, str] | None = None,
    *,
    notice: str = "",
    status: int = 200,
    wait: int = 0,
) -> Response:
    wrong = wrong or {}
    summary = ""
    if wrong:
        links = "".join(f'<li><a href="#{field}">{escape(words)}</a></li>' for field, words in wrong.items())
        summary = f'<div class="summary" role="alert" tabindex="-1"><h2>There is a problem</h2><ul>{links}</ul></div>'
    elif notice:
        summary = f'<p class="notice" role="status">{escape(notice)}</p>'
    fields = {}
    for field in ("name", "password"):
        words = wrong.get(field)
        fields[f"{field}_error"] = f'<p class="error" id="{field}-error">{escape(words)}</p>' if words else ""
        fields[f"{field}_state"] = f'aria-invalid="true" aria-describedby="{field}-error"' if words else ""
    # The first field that needs typing has the focus; a summary of errors comes before it.
    fields["name_focus"] = "autofocus" if not wrong and not name else ""
    prefix = "Error: " if wrong else ""
    reply = _page("login.html", status, prefix=prefix, summary=summary, name=name, onward=onward, **fields)
    if wait:
        reply.headers["retry-after"] = str(wait)
    return reply


RAW = frozenset(
    ("summary", "name_error", "password_error", "name_state", "password_state", "name_focus")
)  # markup of ours


def _page(template: str, status: int = 200, **values: str) -> Response:
    from starlette.responses import HTMLResponse

    safe = {key: value if key in RAW else escape(value, quote=True) for key, value in values.items()}
    html = Template((HERE / template).read_text(encoding="utf-8")).substitute(safe)
    return HTMLResponse(html, status, {"cache-control": "no-store"})
