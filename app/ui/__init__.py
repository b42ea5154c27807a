"""The web page: one file a tab, page images and sources by plain addresses, all of it from this machine."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import fastapi
    import gradio as gr

    from kb.settings import Settings

HERE = Path(__file__).parent
TITLE = "collabkb"
SENTENCE = "Answers from the documents in this library, each with its proof."
# The tabs in their order: the module of that name has build(home, page, tab); its .css and .js beside it are loaded.
TABS = {
    "ask": "Ask",
    "workforce": "Workforce",
    "compare": "Compare",
    "briefing": "Briefing",
    "documents": "Documents",
    "evaluation": "Evaluation",
}
# Fonts that are already on the reader's machine: nothing is fetched for them.
FONTS = ("-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Liberation Sans", "Arial", "sans-serif")
MONO_FONTS = ("ui-monospace", "SF Mono", "Consolas", "Liberation Mono", "monospace")


def build(home: Path, settings: Settings) -> gr.Blocks:
    """The page with its tabs over the knowledge base in ``home``, which need not exist yet."""
    from app.ui.gradio_import import load_gradio

    load_gradio()
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
    from app.ui.gradio_import import load_gradio

    load_gradio()
    import fastapi
    import gradio as gr
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from app.access import add_access
    from app.api import add_api
    from app.ui.documents import library_routes
    from app.ui.downloads import download_route
    from app.ui.headers import NothingFromElsewhere
    from app.ui.routes import add_routes

    app = fastapi.FastAPI(title=TITLE, docs_url=None, redoc_url=None, openapi_url=None)
    head = add_access(app, settings)
    app.add_middleware(NothingFromElsewhere)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    add_routes(app, home)
    app.router.routes.extend([download_route(), *library_routes(home, settings)])
    add_api(app, home)
    gr.mount_gradio_app(
        app,
        build(home, settings),
        path="/",
        theme=theme(),
        css_paths=[HERE / "style.css", *tab_files(".css")],
        # In the page itself: a script that is fetched can come later than what it waits for.
        head=f'<link rel="stylesheet" href="frame.css">{head}'
        + "".join(f"<script>{path.read_text(encoding='utf-8')}</script>" for path in tab_files(".js")),
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
