"""The page from the first moment: the start page, the real one taking over, and how Gradio is imported."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.ui.starting import Starting


def real_page(lived: list[str]) -> Starlette:
    from collections.abc import AsyncIterator
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        lived.append("begun")
        yield
        lived.append("ended")

    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse("the real page")

    return Starlette(routes=[Route("/", page)], lifespan=lifespan)


def test_the_start_page_answers_until_the_real_one_takes_over() -> None:
    go, built, lived = threading.Event(), threading.Event(), list[str]()

    def make() -> Starlette:
        go.wait(30)
        return real_page(lived)

    with TestClient(Starting(make, lambda error: built.set())) as client:
        first = client.get("/?doc=x")
        assert first.status_code == 200 and first.headers["x-collabkb"] == "starting"
        assert "Your question" in first.text and first.headers["cache-control"] == "no-store"
        for name in ("start.js", "start.css", "frame.css", "logo.svg"):
            assert name in first.text and client.get(f"/{name}").status_code == 200
        early = client.get("/proof?doc=x")
        assert early.status_code == 503 and early.headers["retry-after"] and "is starting" in early.text
        assert client.post("/").status_code == 503
        go.set()
        assert built.wait(30)
        ends = time.monotonic() + 30
        while client.get("/").text != "the real page" and time.monotonic() < ends:
            time.sleep(0.02)
        assert client.get("/").text == "the real page" and "x-collabkb" not in client.get("/").headers
        assert client.get("/start.js").status_code == 404
        assert lived == ["begun"]
    assert lived == ["begun", "ended"]


def test_a_page_that_cannot_be_built_is_told() -> None:
    told: list[BaseException | None] = []
    heard = threading.Event()

    def make() -> Starlette:
        raise OSError("no page")

    def built(error: BaseException | None) -> None:
        told.append(error)
        heard.set()

    with TestClient(Starting(make, built)):
        assert heard.wait(30)
    assert isinstance(told[0], OSError)


def test_gradio_is_imported_without_writing_stubs_or_loading_what_is_not_used() -> None:
    code = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "written = []\n"
        "Path.write_text = lambda self, *a, **k: written.append(str(self))\n"
        "from app.ui.gradio_import import load_gradio\n"
        "load_gradio()\n"
        "import gradio\n"
        "made = gradio.component_meta.create_or_modify_pyi(gradio.Textbox, 'Textbox', [])\n"
        "import mcp\n"
        "left = [finder for finder in sys.meta_path if 'WithoutStubs' in repr(finder)]\n"
        "print(json.dumps([written, made, callable(gradio.Textbox().change), len(left)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200, check=True)
    assert json.loads(done.stdout) == [[], None, True, 0]
