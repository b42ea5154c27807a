"""The API served for real, on a free port of this machine, for tests of REST and MCP."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fastapi
import httpx
import uvicorn

from app.api import add_api

PATIENCE = 120


@contextmanager
def serving_api(home: Path, *middleware: Any) -> Iterator[str]:
    """REST and MCP alone, without the page, in a thread of this process; the address, without a slash at its end."""
    app = fastapi.FastAPI(openapi_url=None)
    add_api(app, home)
    for one in middleware:
        app.add_middleware(one)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def serving_all(home: Path) -> Iterator[str]:
    """`kb serve` as a person starts it, once it answers questions; its address, without a slash at its end."""
    command = [sys.executable, "-m", "app.cli", "serve", "--home", str(home), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            said = ""
            while not (found := re.search(r"http://127\.0\.0\.1:\d+", said)):
                line = process.stdout.readline()
                assert line, said
                said += line
            # What it says later must not fill the pipe.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            until(lambda: httpx.get(f"{found[0]}/api/health", timeout=PATIENCE).status_code == httpx.codes.OK)
            yield found[0]
        finally:
            process.terminate()


def until(condition: Any) -> None:
    """Wait for something to be so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def environment(home: Path) -> dict[str, str]:
    """What a process of its own needs to see of this one's environment."""
    return {**os.environ, "KB_HOME": str(home)}
