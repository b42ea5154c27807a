"""The web page: one file a tab, page images and sources by plain addresses, all of it from this machine."""

from __future__ import annotations

import importlib
import logging
import os
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import CollabkbError

if TYPE_CHECKING:
    import fastapi
    import gradio as gr
    import uvicorn

    from kb.settings import Settings

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
TITLE = "collabkb"
SENTENCE = "Answers from the documents in this library, each with its proof."
# The tabs in their order: the module of that name has build(home, page, tab); its .css and .js beside it are loaded.
TABS = {"ask": "Ask", "documents": "Documents"}
# Fonts that are already on the reader's machine: nothing is fetched for them.
FONTS = ("-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Liberation Sans", "Arial", "sans-serif")
MONO_FONTS = ("ui-monospace", "SF Mono", "Consolas", "Liberation Mono", "monospace")
LOOPBACK = ("127.0.0.1", "localhost")


def build(home: Path, settings: Settings) -> gr.Blocks:
    """The page with its tabs over the knowledge base in ``home``, which need not exist yet."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    modules = {name: importlib.import_module(f"app.ui.{name}") for name in TABS}
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as page:
        gr.HTML(
            f'<header class="masthead"><span class="logo" aria-hidden="true"></span>'
            f"<h1>{TITLE}</h1><p>{SENTENCE}</p></header>",
            apply_default_css=False,
        )
        with gr.Tabs(elem_id="tabs"):
            for name, label in TABS.items():
                with gr.Tab(label, id=name) as tab:
                    modules[name].build(home, page, tab)
    return page


def application(home: Path, settings: Settings, *, hosts: tuple[str, ...] = ("*",)) -> fastapi.FastAPI:
    """The page, its page images and its sources as one ASGI application.

    ``hosts`` are the names it answers to; a page of another site that points its own name here gets nothing.
    """
    import fastapi
    import gradio as gr
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from app.ui.routes import NothingFromElsewhere, add_routes

    app = fastapi.FastAPI(title=TITLE, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(NothingFromElsewhere)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    add_routes(app, home, tab_files(".js"))
    gr.mount_gradio_app(
        app,
        build(home, settings),
        path="/",
        theme=theme(),
        css_paths=[HERE / "style.css", *tab_files(".css")],
        head='<link rel="stylesheet" href="frame.css">'
        + "".join(f'<script defer src="{path.name}"></script>' for path in tab_files(".js")),
        js=(HERE / "page.js").read_text(encoding="utf-8"),
        favicon_path=str(HERE / "logo.svg"),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        pwa=False,
    )
    return app


def tab_files(suffix: str) -> list[Path]:
    """The files of that suffix that stand beside the tabs' modules."""
    return [path for name in TABS if (path := (HERE / name).with_suffix(suffix)).is_file()]


def theme() -> Any:
    """Gradio's plain theme with our colours, which frame.css defines for light and dark, and local fonts."""
    import gradio as gr

    both = {
        "body_background_fill": "var(--paper)",
        "body_text_color": "var(--ink)",
        "body_text_color_subdued": "var(--ink-soft)",
        "background_fill_primary": "var(--surface)",
        "background_fill_secondary": "var(--paper)",
        "block_background_fill": "transparent",
        "border_color_primary": "var(--line)",
        "border_color_accent": "var(--accent)",
        "color_accent_soft": "var(--accent-wash)",
        "input_background_fill": "var(--surface)",
        "input_border_color": "var(--line-strong)",
        "input_border_color_focus": "var(--accent)",
        "input_placeholder_color": "var(--ink-soft)",
        "button_primary_background_fill": "var(--accent)",
        "button_primary_background_fill_hover": "var(--accent-strong)",
        "button_primary_text_color": "var(--on-accent)",
        "button_secondary_background_fill": "var(--surface)",
        "button_secondary_background_fill_hover": "var(--accent-wash)",
        "button_secondary_text_color": "var(--ink)",
        "button_secondary_border_color": "var(--line-strong)",
    }
    return gr.themes.Base(font=FONTS, font_mono=MONO_FONTS, text_size="lg").set(
        **both, **{f"{name}_dark": value for name, value in both.items()}
    )


def serve(
    settings: Settings,
    home: Path,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool = False,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve the page until it is interrupted; port 0 picks a free one and ``announce`` is told the address.

    CollabkbError where the address is taken or not allowed.
    """
    import uvicorn

    from app.ui.library import warm_up

    host, port = settings.host if host is None else host, settings.port if port is None else port
    listener = _listen(host, port)
    address = f"http://{_host_in_url(host)}:{listener.getsockname()[1]}/"
    warm_up(home)
    hosts = (*LOOPBACK, host) if host in LOOPBACK else ("*",)
    app = application(home, settings, hosts=hosts)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    if announce is not None:
        announce(address)
    if open_browser:
        threading.Thread(target=_open_when_started, args=(server, address), daemon=True).start()
    server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket; CollabkbError says what to do where that is refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # From here on a browser that comes early waits instead of being refused.
        listener.listen()
    except OSError as error:
        listener.close()
        raise CollabkbError(f"Cannot serve on {host}, port {port} ({error.strerror}). Try another --port.") from error
    return listener


def _host_in_url(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _open_when_started(server: uvicorn.Server, address: str) -> None:
    pause = threading.Event()
    while not server.started and not server.should_exit:
        pause.wait(0.05)
    if server.started:
        webbrowser.open(address)
