"""A language model's server that misbehaves in every way thought of, a real one on this machine: the answer stays."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from llm_server import CELL, GOOD, Behaviour, ChatServer, Handler, says, shown, wording_well

from kb.answering import answer
from kb.model import Answer
from kb.store import KnowledgeBase

TWO_SECONDS = "2"


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    with wording_well(monkeypatch) as running:
        yield running


def ask(kb: KnowledgeBase, worded: bool = True) -> Answer:
    return answer(kb, CELL, worded=worded)


def status(code: int) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.begin(code, "text/plain", Location="http://127.0.0.1:9/elsewhere")
        handler.send(b"the key secret-7 is wrong")

    return behave


def raw(data: bytes, kind: str = "text/event-stream", **headers: str) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.begin(200, kind, **headers)
        handler.send(data)

    return behave


def hangs(handler: Handler) -> None:
    handler.server.released.wait(30)


def hangs_in_the_middle(handler: Handler) -> None:
    handler.begin()
    handler.piece("Nottinghamshire paid ")
    handler.server.released.wait(30)


def drips(handler: Handler) -> None:
    handler.begin()
    while not handler.server.released.wait(0.1):
        handler.piece(".")


def breaks_off(handler: Handler) -> None:
    handler.begin()
    handler.piece(GOOD)
    handler.connection.shutdown(socket.SHUT_RDWR)


def talks_without_end(handler: Handler) -> None:
    handler.begin()
    while True:
        handler.piece("and so on " * 20)


def floods(handler: Handler) -> None:
    handler.begin()
    while True:
        handler.send(b": " + b"x" * 65_536)


def is_cut_by_its_limit(handler: Handler) -> None:
    handler.begin()
    handler.piece(GOOD)
    handler.piece(None, "length")
    handler.send(b"data: [DONE]\n\n")


def says_no_http(handler: Handler) -> None:
    handler.send(b"\x16\x03\x01 this is no HTTP\r\n\r\n")


MISBEHAVING: dict[str, tuple[Behaviour, str]] = {
    "error": (status(500), "status 500"),
    "not found": (status(404), "status 404"),
    "wrong key": (status(401), "status 401"),
    "redirect": (status(302), "status 302"),
    "hangs": (hangs, "2 seconds|in time"),
    "hangs in the middle": (hangs_in_the_middle, "2 seconds|in time"),
    "drips": (drips, "longer than 2 seconds"),
    "breaks off": (breaks_off, "broke off"),
    "talks without end": (talks_without_end, "longer than allowed"),
    "floods": (floods, "larger than allowed"),
    "cut by its limit": (is_cut_by_its_limit, "longer than allowed"),
    "no HTTP": (says_no_http, "no HTTP"),
    "no JSON": (raw(b"data: {nonsense\n\n"), "no JSON"),
    "no UTF-8": (raw(b'data: {"choices": [{"delta": {"content": "\xff\xfe"}}]}\n\n'), "no UTF-8"),
    "deep JSON": (raw(b"data: " + b"[" * 100_000 + b"\n\n"), "no JSON"),
    "other JSON": (raw(b'data: {"error": {"message": "overloaded"}}\n\n'), "none of the parts"),
    "list": (raw(b"data: []\n\n"), "none of the parts"),
    "odd choices": (raw(b'data: {"choices": [7]}\n\ndata: {"choices": []}\n\ndata: [DONE]\n\n'), "said nothing"),
    "odd content": (raw(b'data: {"choices": [{"delta": {"content": 7}}]}\n\ndata: [DONE]\n\n'), "said nothing"),
    "page": (raw(b"<html><body>Welcome</body></html>", "text/html"), "broke off"),
    "nothing": (raw(b""), "broke off"),
    "packed": (raw(b"\x1f\x8b", Content_Encoding="gzip"), "packs"),
    "control signs": (says("\x1b[31mNottinghamshire\x07 paid £9 [1]."), "£9"),
}


@pytest.mark.parametrize(("behaviour", "reason"), MISBEHAVING.values(), ids=MISBEHAVING)
def test_a_server_that_misbehaves_costs_nothing_but_its_time(
    kb: KnowledgeBase, server: ChatServer, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour, reason: str
) -> None:
    monkeypatch.setenv("KB_LLM_SECONDS", TWO_SECONDS)
    monkeypatch.setenv("KB_LLM_KEY", "secret-7")
    server.behaviour = behaviour
    plain = ask(kb, worded=False)
    started = time.monotonic()
    found = ask(kb)
    # Two seconds for the model, the rest for a busy machine.
    assert time.monotonic() - started < 12
    assert shown(found) == shown(plain)
    assert found.wording.by == "documents"
    assert any(part in (found.wording.fallback or "") for part in reason.split("|")), found.wording
    assert "secret-7" not in json.dumps(found.to_json())
    assert len(server.requests) == 1


def test_a_server_that_is_down_is_named(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setenv("KB_LLM", f"http://127.0.0.1:{port}/v1#m")
    found = ask(kb)
    assert found.wording.fallback == f"no server answers at http://127.0.0.1:{port}/v1"
    assert shown(found) == shown(ask(kb, worded=False))


def test_proxies_of_the_environment_are_not_used(
    kb: KnowledgeBase, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert ask(kb).answer == GOOD
