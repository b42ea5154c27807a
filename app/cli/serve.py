"""`kb serve`: the chat in the browser."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from app.cli.options import HomeOption


def serve(
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Address to bind to (default: KB_HOST).")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 picks a free one (default: KB_PORT).")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the chat in the browser, where there is a screen.")] = True,
    without_login: Annotated[
        bool,
        typer.Option("--without-login", help="Let other machines in without a password, where KB_AUTH is not set."),
    ] = False,
    home: HomeOption = None,
) -> None:
    """Serve the chat until Ctrl-C."""
    from app.cli.options import read_settings
    from app.cli.output import console
    from app.ui.serving import serve as serve_chat

    settings = read_settings(home)
    serve_chat(
        settings=settings,
        home=settings.home_folder(),
        host=host if host is not None else settings.host,
        port=port if port is not None else settings.port,
        open_browser=browser and has_screen(),
        without_login=without_login,
        announce=lambda address: console().print(f"The chat is at {address} (Ctrl-C ends it). Loading the models ..."),
        ready=lambda seconds: console().print(f"Ready after {seconds:.0f} s."),
    )


def has_screen() -> bool:
    """Whether a browser window can open; on a server a text browser would take over the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
