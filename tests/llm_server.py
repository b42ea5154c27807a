"""A local server that speaks OpenAI's chat completions, streamed, and can be told to misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kb.model import Answer

CELL = "What did Nottinghamshire pay towards forensics in 2016/17?"
GOOD = "Nottinghamshire paid £1,087,357 towards EMSOU Forensics in 2016/17 [1]."
Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Reads the request, keeps it, and does what the server was told to."""

    server: ChatServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), json.loads(body)))
        try:
            self.server.behaviour(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.broken.set()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def piece(self, text: str | None, finish: str | None = None) -> None:
        """One event of a streamed reply."""
        delta = {} if text is None else {"content": text}
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.send(b"data: " + json.dumps({"object": "chat.completion.chunk", "choices": [choice]}).encode() + b"\n\n")


class ChatServer(ThreadingHTTPServer):
    """The server; ``requests`` are what it was asked, ``broken`` is set when a client left before the end."""

    daemon_threads = True
    behaviour: Behaviour

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.broken = threading.Event()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1#model-1"


@contextmanager
def serving() -> Iterator[ChatServer]:
    """A server that runs."""
    server = ChatServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def says(text: str, size: int = 7) -> Behaviour:
    """Streams a text in pieces of a few characters, as it should be done."""

    def behave(handler: Handler) -> None:
        handler.begin()
        handler.piece("")
        for start in range(0, len(text), size):
            handler.piece(text[start : start + size])
        handler.piece(None, "stop")
        handler.send(b"data: [DONE]\n\n")

    return behave


@contextmanager
def wording_well(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A server that words the cell question well until it is told otherwise; KB_LLM names it."""
    with serving() as running:
        running.behaviour = says(GOOD)
        monkeypatch.setenv("KB_LLM", running.url)
        yield running


def shown(found: Answer) -> dict[str, object]:
    """What a reader sees, without times and who worded it."""
    return {name: part for name, part in found.to_json().items() if name not in ("timings_ms", "wording")}
