"""docs/api.md: its examples are run as they stand, against `kb serve` over a copy of the shipped documents."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import httpx
import pytest
from served import serving_all

PAGE = (Path(__file__).resolve().parents[1] / "docs/api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^## (.+?)\n|^```(sh|python|json)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
HERE = "http://127.0.0.1:7860"
REPORT = "Widget board\n\nThe widget board met on 3 May 2018. It agreed to spend £12,345 on new widgets.\n"


def examples(language: str) -> list[tuple[str, str]]:
    """The heading that each example of a language stands under, with its text, in order."""
    found, heading = [], ""
    for title, kind, text in BLOCKS:
        heading = title or heading
        if kind == language:
            found.append((heading, text))
    return found


@pytest.fixture(scope="module")
def address(corpus_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("documented") / "kb"
    shutil.copytree(corpus_home, home)
    with serving_all(home) as served:
        yield served


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("examples")
    (made / "report.txt").write_text(REPORT, encoding="utf-8")
    return made


def run_example(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert '"about:blank"' not in done.stdout, done.stdout
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed: apt-get install curl")
def test_the_examples_for_curl(address: str, folder: Path) -> None:
    shown: dict[str, str] = {}
    for heading, text in examples("sh"):
        # The example of the next step works on what this one began to read.
        while _is_reading(address):
            pass
        script = "set -euo pipefail\n" + text.replace(HERE, address)
        shown[heading] = shown.get(heading, "") + run_example(["bash", "-c", script], folder)
    assert "£1,087,357" in shown["Ask"] and "£906,131" in shown["Ask"]
    assert "EMSOU FORENSICS | 1,087,357 | 906,131" in shown["Read documents, pages and tables"]
    assert (folder / "page.png").read_bytes().startswith(b"\x89PNG")
    assert '"step"' in shown["Add documents"] and '"title": "Report on widgets"' in shown["Add documents"]
    words = "\n".join(paragraph.text for paragraph in docx.Document(str(folder / "briefing.docx")).paragraphs)
    assert "Forensics in the East Midlands" in words and "1,087,357" in words


def _is_reading(address: str) -> bool:
    jobs = httpx.get(f"{address}/api/ingest", timeout=60).json()["jobs"]
    return any(job["step"] in ("waiting", "running") for job in jobs)


def test_the_examples_for_python(address: str, folder: Path) -> None:
    shown = {}
    for heading, text in examples("python"):
        shown[heading] = run_example([sys.executable, "-c", text.replace(HERE, address)], folder)
    assert "£1,087,357" in shown["Ask"] and "page 13" in shown["Ask"]
    assert "report.txt " in shown["Add documents"]
    assert shown["Evaluate"].startswith("1.0 []")
    assert "%" in shown["MCP, for language models"] or "£" in shown["MCP, for language models"]


def test_the_example_of_a_problem(address: str) -> None:
    (text,) = (text for heading, text in examples("json") if heading == "When something goes wrong")
    assert httpx.get(f"{address}/api/documents/plan-2009-2012.pdf/pages/99", timeout=120).json() == json.loads(text)


def test_the_configurations_of_mcp_clients(address: str, corpus_home: Path) -> None:
    from mcp import Client, StdioServerParameters
    from served import environment

    started, spoken = [json.loads(text)["mcpServers"]["collabkb"] for heading, text in examples("json")[1:]]
    assert Path(started["command"]).name == "kb" and set(started["env"]) == {"KB_HOME"}

    async def tools(server: Any) -> set[str]:
        async with Client(server, read_timeout_seconds=240) as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    command = StdioServerParameters(
        command=sys.executable, args=["-m", "app.cli", *started["args"]], env=environment(corpus_home), cwd="/"
    )
    documented = set(re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE))
    assert asyncio.run(tools(command)) == documented
    assert spoken["type"] == "http"
    assert asyncio.run(tools(spoken["url"].replace(HERE, address))) == documented
