"""The Documents tab: what is in the library."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.ui.library import date_to_words, knowledge_base
from app.ui.places import Place, place_to_query
from kb.errors import CollabkbError
from kb.store import DocumentInfo

if TYPE_CHECKING:
    import gradio as gr


def build(home: Path, page: gr.Blocks, tab: gr.Tab) -> None:
    """Put the list into the tab being built; it is read afresh whenever the tab is opened."""
    import gradio as gr

    listing = gr.HTML(elem_id="library", apply_default_css=False)
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    tab.select(lambda: library_to_html(home), None, listing, **quiet)


def library_to_html(home: Path) -> str:
    """The documents as a table, newest first; a title opens the first page."""
    try:
        documents = knowledge_base(home).documents()
    except CollabkbError as error:
        return f'<p class="library-empty">{escape(str(error))}</p>'
    if not documents:
        return '<p class="library-empty">There are no documents yet. Type “kb ingest” in a terminal.</p>'
    rows = "".join(_document_to_html(info) for info in documents)
    return (
        '<table class="library"><caption>Documents in this library, newest first</caption><thead><tr>'
        '<th scope="col">Title</th><th scope="col">Kind</th><th scope="col">Date</th>'
        '<th scope="col" class="figure">Pages</th><th scope="col" class="figure">Tables</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _document_to_html(info: DocumentInfo) -> str:
    query = escape(place_to_query(Place(info.id, page=1 if info.pages else None)))
    issuer = f'<span class="issuer">{escape(info.issuer)}</span>' if info.issuer else ""
    marking = '<span class="marking">not public</span>' if info.marking == "not public" else ""
    warnings = "".join(f'<span class="warning">{escape(warning)}</span>' for warning in info.warnings)
    return (
        f'<tr><th scope="row"><a href="?{query}" data-place>{escape(info.title)}</a>{issuer}{marking}{warnings}</th>'
        f'<td data-label="Kind">{escape(info.kind)}</td><td data-label="Date">{escape(date_to_words(info))}</td>'
        f'<td data-label="Pages" class="figure">{info.pages or "–"}</td>'
        f'<td data-label="Tables" class="figure">{info.tables}</td></tr>'
    )
