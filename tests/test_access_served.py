"""Every address behind the login: nothing for who is not known, and for others what they may see."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fastapi
import httpx
import pytest
import uvicorn
from served import until
from test_access import PASSWORD
from test_access import quick_hashes as quick_hashes

from app.access import add_access, readers
from app.access.attempts import FREE
from app.access.login import local_address
from app.access.users import Users
from app.api import add_api
from app.ui.routes import add_routes
from kb.settings import Settings
from kb.store import KnowledgeBase

SECRET_FILE = "hmic-review-2013.pdf"
# Stands in the secret document and in no other of the shipped ones.
SECRET_WORDS = "HMIC"


@pytest.fixture(scope="module")
def marked_home(tmp_path_factory: pytest.TempPathFactory, corpus_home: Path) -> Path:
    """The shipped documents, one of them marked not public."""
    home = tmp_path_factory.mktemp("marked") / "kb"
    shutil.copytree(corpus_home, home)
    with KnowledgeBase.open(home) as kb:
        kb.correct(secret_id(kb), public=False)
    return home


def secret_id(kb: KnowledgeBase) -> str:
    return next(info.id for info in kb.documents() if info.source == SECRET_FILE)


class Served:
    """The addresses of the page's own routes, the API and MCP behind the login, without Gradio."""

    def __init__(self, home: Path, users: Users) -> None:
        app = fastapi.FastAPI(openapi_url=None)
        self.head = add_access(app, Settings(auth=users.path))
        add_routes(app, home)
        add_api(app, home)
        self.users = users
        self.app = app
        self.server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        until(lambda: self.server.started)
        self.address = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def client(self, name: str | None = None, **headers: str) -> httpx.Client:
        """A program that acts for a user by token; for nobody without one."""
        token = {"authorization": f"Bearer {self.users.make_token(name)}"} if name else {}
        return httpx.Client(base_url=self.address, headers={**token, **headers}, timeout=300)

    def end(self) -> None:
        self.server.should_exit = True
        self.thread.join()
        readers.require_login(False)


@pytest.fixture(scope="module")
def served(marked_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    users = Users(tmp_path_factory.mktemp("auth") / "users.json")
    users.add("anna", PASSWORD, "editor", cleared=True)
    users.add("ben", PASSWORD, "reader", cleared=False)
    users.add("erin", PASSWORD, "editor", cleared=False)
    served = Served(marked_home, users)
    yield served
    served.end()


def sign_in(client: httpx.Client, name: str = "anna", password: str = PASSWORD, **fields: str) -> httpx.Response:
    return client.post("/login", data={"name": name, "password": password, **fields})


OPEN = ("/login", "/login.css", "/login.js", "/frame.css", "/logo.svg")
GUARDED = (
    "/", "/?doc=x", "/proof?doc=x", "/page.png?doc=x", "/session", "/logout", "/access.js", "/api", "/api/",
    "/api/documents", "/api/openapi.json", "/api/health", "/api/tables", "/mcp", "/gradio_api/info", "/config", "/none",
    "//login", "/login/", "/LOGIN", "/frame.css/../proof", "/assets/x.js",
)  # fmt: skip


@pytest.mark.parametrize("path", GUARDED)
def test_nothing_is_served_to_who_is_not_signed_in(served: Served, path: str) -> None:
    with served.client() as client:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            reply = client.request(method, path)
            assert reply.status_code == 401, (method, path)
            assert reply.headers["www-authenticate"] == "Bearer"
        page = client.get(path, headers={"accept": "text/html"})
        assert page.status_code == 303 and page.headers["location"].startswith("/login")


@pytest.mark.parametrize("path", OPEN)
def test_the_login_page_has_all_that_it_needs(served: Served, path: str) -> None:
    with served.client() as client:
        assert client.get(path).status_code == 200


def test_signing_in_leads_to_where_one_wanted_to_go(served: Served) -> None:
    with served.client(accept="text/html") as client:
        sent = client.get("/?doc=abc&p=3")
        page = client.get(sent.headers["location"])
        assert page.status_code == 200 and 'name="next" value="/?doc=abc&amp;p=3"' in page.text
        reply = sign_in(client, next="/?doc=abc&p=3")
        assert (reply.status_code, reply.headers["location"]) == (303, "/?doc=abc&p=3")
        cookie = reply.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Secure" not in cookie
        told = client.get("/session").json()
        assert (told["name"], told["role"], told["cleared"]) == ("anna", "editor", True)
        assert client.get("/login?next=/%3Fdoc%3Dx").headers["location"] == "/?doc=x"


@pytest.mark.parametrize(
    "text",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "", None,
     "/\n/evil", "/login", "/login?next=/", "evil", "/\t/evil.example"],
)  # fmt: skip
def test_nobody_is_led_elsewhere_after_signing_in(text: str | None) -> None:
    assert local_address(text) == "/"


def test_over_tls_the_cookie_is_secure_and_of_this_host_only(served: Served) -> None:
    # As a proxy on this machine passes it on.
    with served.client(**{"x-forwarded-proto": "https"}) as client:
        cookie = sign_in(client).headers["set-cookie"]
        assert cookie.startswith("__Host-collabkb=") and cookie.endswith("; Secure") and "Domain" not in cookie
        named = {"cookie": cookie.split(";")[0]}
        assert client.get("/session", headers=named).status_code == 200
        plain = {"cookie": cookie.split(";")[0].removeprefix("__Host-")}
        assert client.get("/session", headers=plain).status_code == 401, "a cookie set over a plain connection"


def test_a_wrong_password_and_an_unknown_name_read_alike(served: Served) -> None:
    with served.client() as client:
        pages = []
        for name, password in (("anna", "wrong words here"), ("nobody-known", "wrong words here")):
            reply = sign_in(client, name, password)
            assert reply.status_code == 403 and "set-cookie" not in reply.headers and "wrong words" not in reply.text
            pages.append(reply.text.replace(name, "NAME"))
        assert pages[0] == pages[1]
        assert '<a href="#password">The name or the password is wrong.</a>' in pages[0]
        assert re.search(
            r'<input id="password"[^>]+aria-invalid="true"[^>]+aria-describedby="password-error"', pages[0]
        )
        assert "<title>Error: " in pages[0]


def test_what_is_missing_is_said_at_its_field(served: Served) -> None:
    with served.client() as client:
        reply = sign_in(client, "", "")
        assert reply.status_code == 422
        assert '<a href="#name">Type your name.</a>' in reply.text and "Type your password." in reply.text
        assert sign_in(client, "x" * 9000).status_code == 413
        hostile = sign_in(client, '"><script>alert(1)</script>', "wrong words here", next='/"><script>').text
        assert "<script>alert" not in hostile and '"><script>' not in hostile


def test_too_many_attempts_wait_and_say_how_long(served: Served) -> None:
    with served.client() as client:
        # A slow machine takes longer for an attempt than the first waits are long.
        for _ in range(FREE["both"] + 10):
            last = sign_in(client, "carla", "wrong words here")
            if last.status_code != 403:
                break
        assert last.status_code == 429 and int(last.headers["retry-after"]) >= 1
        assert "Try again in" in last.text
        assert sign_in(client, "anna").status_code == 303, "others are not kept waiting"


def test_signing_out_ends_the_session_wherever_its_cookie_is(served: Served) -> None:
    with served.client() as client, served.client() as thief:
        sign_in(client)
        thief.cookies.update(client.cookies)
        assert thief.get("/session").status_code == 200
        assert "anna" in client.get("/logout").text and client.get("/session").status_code == 200, "asking is not doing"
        reply = client.post("/logout", data={"forget": "yes"})
        assert reply.headers["clear-site-data"] == '"cache", "storage"' and "Max-Age=0" in reply.headers["set-cookie"]
        assert thief.get("/session").status_code == client.get("/session").status_code == 401


def test_no_browser_keeps_what_is_for_one_person(served: Served, marked_home: Path) -> None:
    with KnowledgeBase.open(marked_home) as kb:
        secret = secret_id(kb)
    with served.client() as client:
        sign_in(client)
        for path in (f"/page.png?doc={secret}&p=1", f"/proof?doc={secret}&p=1", "/api/documents", "/session"):
            assert client.get(path).headers["cache-control"] == "no-store"
        client.post("/logout")
        sign_in(client, "ben")
        assert client.get(f"/page.png?doc={secret}&p=1").status_code == 404


SENT_FROM_ELSEWHERE: list[dict[str, str]] = [
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"},
]


@pytest.mark.parametrize("headers", SENT_FROM_ELSEWHERE, ids=str)
def test_pages_of_other_sites_send_and_read_nothing(served: Served, headers: dict[str, str]) -> None:
    with served.client() as client:
        sign_in(client)
        assert client.post("/logout", headers=headers).status_code == 403
        assert client.get("/api/documents", headers=headers).status_code == 403
        assert client.get("/session").status_code == 200
        link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
        assert client.get("/proof?doc=none", headers=link).status_code == 404, "a link from elsewhere opens"
        assert client.post("/logout", headers=link).status_code == 403


def test_a_token_is_for_programs(served: Served) -> None:
    with served.client("ben") as client:
        assert client.get("/api/documents").status_code == 200
        served.users.end_token("ben")
        reply = client.get("/api/documents")
        assert reply.status_code == 401 and "new one" in reply.json()["detail"]
    with served.client(authorization="Basic YW5uYTp4") as client:
        assert client.get("/api/documents").status_code == 401


# What every address tells, asked for a document that is not public.


def tool(client: httpx.Client, name: str, arguments: dict[str, Any]) -> httpx.Response:
    """What a tool of MCP answers."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
    return client.post("/mcp", json=message, headers=headers)


NO_ID = "0123456789abcdef"
ASKED_BY_NAME = ("an answer of one file",)
ADDRESSES: dict[str, Callable[[httpx.Client, str], httpx.Response]] = {
    "the proof": lambda client, id: client.get(f"/proof?doc={id}&p=1"),
    "a page image": lambda client, id: client.get(f"/page.png?doc={id}&p=1"),
    "an answer": lambda client, id: client.post(
        "/api/ask", json={"question": f"What did the {SECRET_WORDS} review find?"}
    ),
    "an answer of one document": lambda client, id: client.post(
        "/api/ask", json={"question": "Costs?", "document": id}
    ),
    "an answer of one file": lambda client, id: client.post(
        "/api/ask", json={"question": "What did it cost?", "document": SECRET_FILE}
    ),
    "the list": lambda client, id: client.get("/api/documents"),
    "a document": lambda client, id: client.get(f"/api/documents/{id}"),
    "a page": lambda client, id: client.get(f"/api/documents/{id}/pages/1"),
    "a page's picture": lambda client, id: client.get(f"/api/documents/{id}/pages/1.png"),
    "tables": lambda client, id: client.get(f"/api/tables?document={id}"),
    "all tables": lambda client, id: client.get("/api/tables"),
    "health": lambda client, id: client.get("/api/health"),
    "ask by MCP": lambda client, id: tool(client, "ask", {"question": f"What did the {SECRET_WORDS} review find?"}),
    "read a page by MCP": lambda client, id: tool(client, "read_page", {"document": id, "page": 1}),
    "list by MCP": lambda client, id: tool(client, "list_documents", {}),
}


@pytest.mark.parametrize("address", sorted(ADDRESSES))
def test_a_document_that_is_not_public_is_told_to_the_cleared_only(
    served: Served, marked_home: Path, address: str
) -> None:
    with KnowledgeBase.open(marked_home) as kb:
        secret = secret_id(kb)
        title = kb.document(secret).title
    with served.client("anna") as cleared, served.client("ben") as reader, served.client("erin") as editor:
        told = ADDRESSES[address](cleared, secret)
        assert told.status_code == 200
        for client in (reader, editor):
            reply, none = ADDRESSES[address](client, secret), ADDRESSES[address](client, NO_ID)
            assert reply.status_code == none.status_code and comparable(reply, secret) == comparable(none, NO_ID)
            assert title not in reply.text and (address in ASKED_BY_NAME or SECRET_FILE not in reply.text)
            assert comparable(reply, secret) != comparable(told, secret), "the test must be able to fail"


def comparable(reply: httpx.Response, asked: str) -> str:
    """A reply's text without times and without the id that it was asked for."""
    return re.sub(r'\\?"timings_ms\\?": ?\{[^}]*\}', "", reply.text).replace(asked, "ID")
