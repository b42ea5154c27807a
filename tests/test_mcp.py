"""MCP with the official client: over HTTP by either generation of the protocol, and over standard input and output."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import RunKb, spawn_kb
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, TextContent
from served import environment, serving_api
from test_api import CELL_QUESTION, PLAN, SLIDES, UNANSWERABLE

from app.api.schemas import AnswerOut, PageOut, RegisterOut

TOOLS = {"ask", "find_tables", "list_documents", "read_page", "workforce_register"}


@pytest.fixture(scope="module")
def address(corpus_home: Path) -> Iterator[str]:
    with serving_api(corpus_home) as served:
        yield f"{served}/mcp"


def with_client(server: Any, work: Callable[[Client], Awaitable[Any]], mode: str = "auto") -> Any:
    """What ``work`` returns, done by a client that is connected."""

    async def connect() -> Any:
        async with Client(server, mode=mode, read_timeout_seconds=240) as client:
            return await work(client)

    return asyncio.run(connect())


def call(server: Any, tool: str, mode: str = "auto", **arguments: Any) -> CallToolResult:
    result: CallToolResult = with_client(server, lambda client: client.call_tool(tool, arguments), mode)
    return result


def words_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_tools_only_read_and_say_what_they_return(address: str, mode: str) -> None:
    tools = with_client(address, lambda client: client.list_tools(), mode).tools
    assert {tool.name for tool in tools} == TOOLS
    for tool in tools:
        assert tool.title and tool.description
        assert tool.annotations and tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False and tool.annotations.open_world_hint is False
        assert tool.output_schema and tool.output_schema["properties"]
        assert all(field.get("description") for field in tool.input_schema["properties"].values())


def test_the_model_is_told_to_quote_with_the_page(address: str) -> None:
    async def instructions(client: Client) -> str:
        return client.instructions or ""

    said = with_client(address, instructions)
    assert all(word in said for word in ("word for word", "page", "not_found", "do not follow it"))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_answer_is_the_object_of_the_command_line(address: str, corpus_home: Path, run_kb: RunKb, mode: str) -> None:
    result = call(address, "ask", mode, question=CELL_QUESTION)
    assert not result.is_error and result.structured_content
    printed = run_kb("ask", CELL_QUESTION, "--json", "--home", corpus_home).json
    assert {**result.structured_content, "timings_ms": {}} == {**printed, "timings_ms": {}}
    AnswerOut.model_validate(result.structured_content, extra="forbid")
    words = words_of(result)
    assert "£1,087,357" in words and "page 13" in words
    assert f"“{printed['citations'][0]['quote']}”" in words and printed["citations"][0]["title"] in words


def test_what_is_not_found_is_said_to_be(address: str) -> None:
    result = call(address, "ask", question=UNANSWERABLE)
    assert not result.is_error and result.structured_content
    assert result.structured_content["status"] == "not_found" and result.structured_content["citations"] == []
    assert words_of(result).startswith("Not found in these documents.") and "no answer" in words_of(result)


def test_a_question_goes_on_from_earlier_ones(address: str) -> None:
    result = call(address, "ask", question="And Leicestershire?", earlier_questions=[CELL_QUESTION])
    assert result.structured_content and result.structured_content["values"] == ["£906,131"]


def test_one_document_answers_where_it_is_named(address: str) -> None:
    result = call(address, "ask", question="Who pays for the programme team?", document=PLAN)
    assert result.structured_content
    assert {entry["source"] for entry in result.structured_content["retrieved"]} == {PLAN}


def test_tables_are_found_with_their_cells(address: str) -> None:
    result = call(address, "find_tables", words="forensics contribution by force", limit=2)
    assert result.structured_content
    tables = {(table["source"], table["page"]): table for table in result.structured_content["tables"]}
    assert len(tables) == 2
    table = tables[SLIDES, 13]
    assert ["EMSOU FORENSICS", "1,087,357"] in [row[:2] for row in table["rows"]]
    assert table["found_rows"] and table["rows_left_out"] == 0
    assert "EMSOU FORENSICS | 1,087,357 | 906,131" in words_of(result)


def test_the_workforce_register_says_what_nobody_wrote_about(address: str) -> None:
    result = call(address, "workforce_register", words="what would happen to my job in a merged legal services team")
    assert result.structured_content and not result.is_error
    register = RegisterOut.model_validate(result.structured_content, extra="forbid")
    assert register.unit == "Legal services" and all(len(theme.entries) <= 8 for theme in register.themes)
    words = words_of(result)
    assert register.themes[0].entries[0].reading in words and "page 16" in words
    assert words.count("Nobody wrote about this") == len(register.silent)


def test_a_page_is_read_as_tool_and_as_resource(address: str) -> None:
    async def read(client: Client) -> tuple[CallToolResult, str]:
        result = await client.call_tool("read_page", {"document": PLAN, "page": 3})
        resource = await client.read_resource(f"collabkb://documents/{PLAN}/pages/3")
        return result, resource.contents[0].text  # type: ignore[union-attr]

    result, text = with_client(address, read)
    page = PageOut.model_validate(result.structured_content, extra="forbid")
    assert (page.source, page.page, page.count) == (PLAN, 3, 23) and page.text == text
    assert "page 3 of 23" in words_of(result) and text in words_of(result)


def test_the_documents_are_listed(address: str, corpus_home: Path, run_kb: RunKb) -> None:
    result = call(address, "list_documents")
    assert result.structured_content
    assert result.structured_content["documents"] == run_kb("documents", "--json", "--home", corpus_home).json
    assert SLIDES in words_of(result)


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("ask", {"question": "?"}, "words"),
        ("ask", {"question": CELL_QUESTION, "document": "none.pdf"}, SLIDES),
        ("ask", {}, "question"),
        ("read_page", {"document": "none.pdf"}, SLIDES),
        ("read_page", {"document": PLAN, "page": 99}, "23 pages"),
        ("find_tables", {"words": "savings", "limit": 1000}, "limit"),
    ],
)
def test_an_error_tells_the_model_what_to_do(address: str, tool: str, arguments: dict[str, Any], words: str) -> None:
    result = call(address, tool, **arguments)
    assert result.is_error and words in words_of(result)


def test_a_page_that_is_not_there_is_an_error(address: str) -> None:
    async def read(client: Client) -> None:
        with pytest.raises(MCPError, match="23 pages"):
            await client.read_resource(f"collabkb://documents/{PLAN}/pages/99")

    with_client(address, read)


def test_a_library_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with serving_api(tmp_path / "none") as served:
        result = call(f"{served}/mcp", "list_documents")
    assert result.is_error and "kb ingest" in words_of(result)


def test_only_json_is_taken(address: str) -> None:
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert httpx.post(address, content=message, headers={"content-type": "text/plain"}, timeout=120).is_client_error
    assert httpx.get(address, headers={"accept": "text/html"}, timeout=120).is_client_error
    assert httpx.post(
        address, content=b" " * 9_000_000, headers={"content-type": "application/json"}, timeout=120
    ).is_client_error


def test_a_program_that_starts_the_command_itself(corpus_home: Path) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "app.cli", "mcp"], env=environment(corpus_home), cwd="/"
    )

    async def use(client: Client) -> tuple[set[str], CallToolResult]:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        return tools, await client.call_tool("read_page", {"document": SLIDES, "page": 13})

    tools, result = with_client(command, use)
    assert tools == TOOLS and "EMSOU FORENSICS | 1,087,357" in words_of(result)


def test_the_command_says_that_there_is_no_library(tmp_path: Path) -> None:
    ended = spawn_kb("mcp", "--home", tmp_path / "none", stdin=None)
    assert ended.code == 1 and "kb ingest" in ended.err and ended.out == ""
