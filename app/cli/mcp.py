"""`kb mcp`: the tools for language models, over standard input and output."""

from __future__ import annotations

from app.cli.options import HomeOption


def mcp(home: HomeOption = None) -> None:
    """Serve MCP over standard input and output, for a program that starts `kb mcp` itself.

    Such a program reads the documents with the rights of whoever starts it. Where it speaks HTTP, let it use
    the address /mcp of `kb serve` instead.
    """
    from app.api.mcp import make_server
    from app.cli.options import open_knowledge_base

    with open_knowledge_base(home) as kb:
        make_server(lambda _: kb).run("stdio")
