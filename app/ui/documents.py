"""The Documents tab: what is in the library, adding to it, correcting, removing, and looking at what was read.

The tab is a frame that documents.js fills with HTML from plain addresses, as the proof panel is: forms, buttons and
links of HTML's own, which a keyboard and a screen reader know. Each address calls one function of ``kb`` or ``ingest``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from app.ui.correcting import (
    as_read_to_correction,
    correction_to_fields,
    fields_to_correction,
    fields_to_typed,
    form_to_html,
    info_to_typed,
    typed_to_correction,
)
from app.ui.document_view import document_to_html
from app.ui.library import knowledge_base, may_edit
from app.ui.library_list import (
    Wanted,
    counts_to_words,
    library_to_html,
    notice_to_html,
    removed_to_html,
)
from app.ui.upload import jobs_to_html, request_to_files, upload_to_html
from ingest.jobs import Jobs, jobs_of
from kb.errors import CollabkbError, KnowledgeBaseError, NotFound
from kb.store import UNDO_TIME, KnowledgeBase
from kb.store.database import DATABASE

if TYPE_CHECKING:
    import gradio as gr
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from kb.settings import Settings

log = logging.getLogger(__name__)

NOT_ALLOWED = "Only people who look after this library may change it. Ask one of them."


def build(home: Path, page: gr.Blocks, tab: gr.Tab) -> None:
    """Put the frame into the tab being built; documents.js fills it whenever it comes into view."""
    import gradio as gr

    gr.HTML(
        '<div id="library" data-library="library/list"><p class="library-empty">Loading the list…</p></div>'
        '<div id="library-said" class="unseen" aria-live="polite"></div>',
        apply_default_css=False,
    )


def library_routes(home: Path, settings: Settings) -> list[BaseRoute]:
    """The addresses below ``/library``; GET shows, POST changes and shows the list again."""
    from starlette.routing import Route

    library = Library(home, jobs_of(home, settings.embedding_model))
    gets: dict[str, Callable[[Request], str]] = {
        "list": library.show,
        "jobs": library.show_jobs,
        "view": library.view,
        "{document}/correct": library.form,
    }
    posts: dict[str, Callable[[Request, Mapping[str, str]], str]] = {
        "shipped": library.add_shipped,
        "again": library.read_outdated_again,
        "jobs/forget": library.forget_jobs,
        "jobs/{job}/cancel": library.cancel,
        "{document}/correct": library.correct,
        "{document}/undo": library.undo_correction,
        "{document}/as-read": library.take_corrections_back,
        "{document}/remove": library.remove,
        "{document}/restore": library.restore,
        "{document}/purge": library.purge,
        "{document}/again": library.read_again,
    }
    shown = [Route(f"/library/{path}", reading(handle), methods=["GET"]) for path, handle in gets.items()]
    changed = [Route(f"/library/{path}", editing(handle), methods=["POST"]) for path, handle in posts.items()]
    return [*shown, *changed, Route("/library/files", library.upload, methods=["POST"])]


def html(text: str, status: int = 200) -> Response:
    from starlette.responses import Response

    return Response(text, status, media_type="text/html", headers={"cache-control": "no-store"})


def problem(error: CollabkbError) -> Response:
    """What went wrong, in words, for the page to show above the list."""
    return html(notice_to_html(str(error), bad=True), 404 if isinstance(error, NotFound) else 422)


def reading(handle: Callable[[Request], str]) -> Callable[[Request], Response]:
    """The answer to a GET; a plain function, so that the server runs it in a thread."""

    def answer(request: Request) -> Response:
        try:
            return html(handle(request))
        except CollabkbError as error:
            return problem(error)

    return answer


def editing(handle: Callable[[Request, Mapping[str, str]], str]) -> Callable[[Request], object]:
    """The answer to a POST of a form, for editors only."""
    from starlette.concurrency import run_in_threadpool

    async def answer(request: Request) -> Response:
        if not may_edit(request):
            return html(notice_to_html(NOT_ALLOWED, bad=True), 403)
        fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        try:
            return html(await run_in_threadpool(handle, request, fields))
        except CollabkbError as error:
            return problem(error)

    return answer


class Library:
    """What the addresses show and do; each method is one of them."""

    def __init__(self, home: Path, jobs: Jobs) -> None:
        self._home = home
        self._jobs = jobs

    # Showing

    def show(self, request: Request, notice: str = "") -> str:
        """The list of documents, with the box to add some and what was removed."""
        editor = may_edit(request)
        kb = self._kb_if_any(request)
        infos = kb.documents() if kb is not None else []
        if kb is not None and editor:
            self._purge_old(kb)
        asked = request.query_params
        wanted = Wanted(asked.get("q", ""), asked.get("kind", ""), asked.get("order", "date"), "turned" in asked)
        counts = f'<p class="library-count">{counts_to_words(infos)}</p>' if infos else ""
        upload = upload_to_html() if editor else ""
        jobs = f'<div id="library-jobs">{self.show_jobs(request)}</div>' if editor else ""
        removed = removed_to_html(kb.discarded()) if editor and kb is not None else ""
        listed = library_to_html(infos, wanted, editor)
        notice += outdated_to_html(kb) if editor and kb is not None else ""
        return f'<h2 tabindex="-1">Documents</h2>{counts}{notice}{upload}{jobs}{listed}{removed}'

    def show_jobs(self, request: Request) -> str:
        """How far the files are that are being read."""
        if not may_edit(request):
            return ""
        kb = self._kb_if_any(request)
        return jobs_to_html(self._jobs.all(cleared=is_cleared(kb)), kb)

    def view(self, request: Request) -> str:
        """One page of a document as it was read."""
        at = request.query_params.get("at") or "1"
        if not at.isdecimal():
            raise NotFound("This link is damaged: it names no page. Choose the document from the list.")
        return document_to_html(self._kb(request), request.query_params.get("open", ""), int(at))

    def form(self, request: Request) -> str:
        """The form that corrects a document."""
        if not may_edit(request):
            raise KnowledgeBaseError(NOT_ALLOWED)
        info = self._kb(request).info(request.path_params["document"])
        return form_to_html(info, info_to_typed(info))

    # Changing

    async def upload(self, request: Request) -> Response:
        """Take files and begin to read them."""
        from starlette.concurrency import run_in_threadpool

        if not may_edit(request):
            return html(notice_to_html(NOT_ALLOWED, bad=True), 403)
        try:
            folder, paths = await request_to_files(request)
            kb = await run_in_threadpool(self._kb_made, request)
            self._jobs.start(paths, kb, folder)
            return html(await run_in_threadpool(self.show_jobs, request))
        except CollabkbError as error:
            return problem(error)

    def add_shipped(self, request: Request, fields: Mapping[str, str]) -> str:
        """Begin to read the documents that come with the program."""
        self._jobs.start([], self._kb_made(request))
        return self.show(request)

    def read_again(self, request: Request, fields: Mapping[str, str]) -> str:
        """Begin to read one document again."""
        self._jobs.start_again([request.path_params["document"]], self._kb(request))
        return self.show(request)

    def read_outdated_again(self, request: Request, fields: Mapping[str, str]) -> str:
        """Begin to read all documents again that an older version has read."""
        from ingest.reread import outdated

        kb = self._kb(request)
        self._jobs.start_again([info.id for info in outdated(kb)], kb)
        return self.show(request)

    def cancel(self, request: Request, fields: Mapping[str, str]) -> str:
        """Stop a job; what is in stays."""
        self._jobs.cancel(request.path_params["job"], cleared=is_cleared(self._kb_if_any(request)))
        return self.show(request)

    def forget_jobs(self, request: Request, fields: Mapping[str, str]) -> str:
        """Hide the jobs that have ended."""
        self._jobs.forget_finished(cleared=is_cleared(self._kb_if_any(request)))
        return self.show(request)

    def correct(self, request: Request, fields: Mapping[str, str]) -> str:
        """Correct a document, or show the form again with what is wrong."""
        kb, document = self._kb(request), request.path_params["document"]
        info = kb.info(document)
        correction, typed = typed_to_correction(fields_to_typed(fields), info)
        if correction is None:
            return form_to_html(info, typed)
        if not correction_to_fields(correction):
            return self.show(request, notice_to_html("Nothing was changed."))
        undo = kb.correct(document, **asdict(correction))
        words = f"“{correction.title or info.title}” was corrected."
        return self.show(request, notice_to_html(words, f"library/{document}/undo", correction_to_fields(undo)))

    def undo_correction(self, request: Request, fields: Mapping[str, str]) -> str:
        """Put back what stood there before a correction."""
        document = request.path_params["document"]
        kb = self._kb(request)
        again = kb.correct(document, **asdict(fields_to_correction(fields)))
        notice = notice_to_html("The correction was undone.", f"library/{document}/undo", correction_to_fields(again))
        return self.show(request, notice)

    def take_corrections_back(self, request: Request, fields: Mapping[str, str]) -> str:
        """Go back to what the file says."""
        document = request.path_params["document"]
        kb = self._kb(request)
        undo = kb.correct(document, **asdict(as_read_to_correction(kb.info(document))))
        words = "All corrections of this document were taken back."
        return self.show(request, notice_to_html(words, f"library/{document}/undo", correction_to_fields(undo)))

    def remove(self, request: Request, fields: Mapping[str, str]) -> str:
        """Remove a document so that it can be brought back."""
        kb, document = self._kb(request), request.path_params["document"]
        title = kb.info(document).title
        kb.discard(document)
        return self.show(request, notice_to_html(f"“{title}” was removed.", f"library/{document}/restore"))

    def restore(self, request: Request, fields: Mapping[str, str]) -> str:
        """Bring a removed document back."""
        kb, document = self._kb(request), request.path_params["document"]
        kb.restore(document)
        return self.show(request, notice_to_html(f"“{kb.info(document).title}” is in the library again."))

    def purge(self, request: Request, fields: Mapping[str, str]) -> str:
        """Delete a removed document for good."""
        kb, document = self._kb(request), request.path_params["document"]
        if document not in {info.id for info in kb.discarded()}:
            raise NotFound("This document is not among the removed ones. Remove it first.")
        kb.remove(document)
        return self.show(request, notice_to_html("The document was deleted for good."))

    # What they need

    def _kb(self, request: Request) -> KnowledgeBase:
        return knowledge_base(self._home, request)

    def _kb_if_any(self, request: Request) -> KnowledgeBase | None:
        """None where nothing was ever added."""
        return self._kb(request) if (self._home / DATABASE).is_file() else None

    def _kb_made(self, request: Request) -> KnowledgeBase:
        """The knowledge base, made where there is none yet."""
        if not (self._home / DATABASE).is_file():
            KnowledgeBase.open(self._home, create=True).close()
        return self._kb(request)

    def _purge_old(self, kb: KnowledgeBase) -> None:
        """Delete for good, in the background, what was removed longer ago than it can be brought back."""
        before = datetime.now(UTC) - UNDO_TIME
        if any(datetime.fromisoformat(info.removed_at or "") < before for info in kb.discarded()):
            threading.Thread(target=kb.purge_discarded, name="collabkb-purge", daemon=True).start()


def outdated_to_html(kb: KnowledgeBase) -> str:
    """An offer to read again what an older version has read; nothing where there is none."""
    from ingest.reread import outdated

    count = len(outdated(kb))
    if not count:
        return ""
    documents = "1 document" if count == 1 else f"{count} documents"
    return (
        f'<div class="notice"><p>{documents} can be read better by this version of collabkb.</p>'
        '<button type="button" class="button quiet" data-post="library/again">Read again</button></div>'
    )


def is_cleared(kb: KnowledgeBase | None) -> bool:
    """Whether who asks may see the file names of those who see all; nobody is told where there is nothing yet."""
    return kb is None or kb.cleared
