"""Documents, their pages and their tables over REST."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.api.common import EDITORS_ONLY, NOT_KEPT, Library, PrettyJson, editor
from app.api.objects import page_to_out
from app.api.problems import Refused
from app.api.schemas import CorrectionIn, PageInfo, PageOut, SectionOut, TableInfo, TableOut
from app.cli.questions import find_document
from app.cli.tables import table_to_json
from app.ui.pages import page_to_png
from app.ui.proof import kept_pdf
from kb.errors import NotFound
from kb.model import Document, Table
from kb.pages import part_to_pages
from kb.retrieval.tables import find_tables
from kb.store import DocumentInfo, Filters, KnowledgeBase

router = APIRouter(tags=["Documents"])
PNG = "image/png"
PAGE_AS: dict[int | str, dict[str, Any]] = {
    200: {"model": PageOut, "content": {"text/plain": {"schema": {"type": "string"}}, PNG: {}}},
}


class DocumentOut(BaseModel):
    """A document: what it is, its pages, its headings in order, and its tables."""

    document: DocumentInfo
    pages: list[PageInfo]
    sections: list[SectionOut]
    tables: list[TableInfo]


@router.get("/documents", response_model=list[DocumentInfo], summary="List the documents")
def documents(
    request: Request,
    kb: Library,
    removed: Annotated[bool, Query(description="Those that were removed and can be restored instead.")] = False,
) -> Response:
    """All documents, newest first: the list of `kb documents --json`."""
    if removed:
        editor(request)
    return PrettyJson([asdict(info) for info in (kb.discarded() if removed else kb.documents())])


@router.get("/documents/{document}", summary="See what is in a document")
def document(document: str, kb: Library) -> DocumentOut:
    """What a document is, with its pages, sections and tables. `document` is an id or a file name."""
    document_id = find_document(kb, document)
    info = next(info for info in kb.documents() if info.id == document_id)
    whole = kb.document(document_id)
    return DocumentOut(
        document=info,
        pages=[PageInfo(number=p.number, label=p.label, width=p.width, height=p.height) for p in whole.pages],
        sections=document_to_sections(whole),
        tables=[table_to_info(table) for table in whole.tables],
    )


@router.patch(
    "/documents/{document}", response_model=DocumentInfo, dependencies=EDITORS_ONLY, summary="Correct a document"
)
def correct(document: str, asked: CorrectionIn, kb: Library) -> Response:
    """Corrects what is held of a document, now and whenever its file is read again. Only what is sent is changed.

    What was read before stands under `as_read` of the document that comes back.
    """
    document_id = find_document(kb, document)
    kb.correct(document_id, **asked.model_dump())
    if not kb.has(document_id):
        return Response(status_code=204)  # it is not public any more, and whoever said so is not cleared
    return PrettyJson(asdict(kb.info(document_id)))


@router.delete("/documents/{document}", status_code=204, dependencies=EDITORS_ONLY, summary="Remove a document")
def remove(
    document: str,
    kb: Library,
    final: Annotated[bool, Query(description="Remove it for good: nothing of it stays on the disk.")] = False,
) -> None:
    """Removes the document: from now on nothing is answered from it. It can be restored for a day, unless `final`."""
    if not final:
        kb.discard(find_document(kb, document))
        return
    kb.remove(find_removed(kb, document) or find_document(kb, document))


@router.post(
    "/documents/{document}/restore",
    response_model=DocumentInfo,
    dependencies=EDITORS_ONLY,
    summary="Bring a removed document back",
)
def restore(document: str, kb: Library) -> Response:
    """Undoes a removal, without reading the file again."""
    document_id = find_removed(kb, document)
    if document_id is None:
        raise NotFound(f"No document {document!r} was removed, or it is gone for good. Add its file again.")
    kb.restore(document_id)
    return PrettyJson(asdict(kb.info(document_id)))


def find_removed(kb: KnowledgeBase, name: str) -> str | None:
    """The id of a removed document that can be restored, by its id or file name; None where there is none."""
    return next((info.id for info in kb.discarded() if name in (info.id, info.source)), None)


@router.get("/documents/{document}/pages/{number}.png", response_class=Response, summary="See a page as an image")
def page_image(document: str, number: int, kb: Library) -> Response:
    """The page of a PDF as it looks, about 1,600 pixels wide."""
    return page_to_image(kb, find_document(kb, document), number)


@router.get("/documents/{document}/pages/{number}", response_class=Response, responses=PAGE_AS, summary="Read a page")
def page(document: str, number: int, kb: Library, accept: Annotated[str, Header()] = "*/*") -> Response:
    """What a page says, in reading order, as JSON; as plain text or as an image where `Accept` asks for that.

    A document without pages (a web page, a mail, a Word file) is read in parts of about two pages.
    """
    document_id = find_document(kb, document)
    kind = accept.split(",")[0].split(";")[0].strip()
    if kind == PNG:
        return page_to_image(kb, document_id, number)
    read = page_to_out(kb.document(document_id), number)
    if kind == "text/plain":
        return Response(read.text, media_type="text/plain", headers=NOT_KEPT)
    return PrettyJson(read.model_dump())


@router.get("/tables", response_model=list[TableOut], summary="List or find tables")
def tables(
    kb: Library,
    document: Annotated[str | None, Query(description="Only this document's: its id or file name.")] = None,
    page: Annotated[int | None, Query(ge=1, description="Only those on this page; needs `document`.")] = None,
    query: Annotated[str | None, Query(max_length=2000, description="Words: the nearest tables first.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many, with `query`.")] = 5,
) -> Response:
    """Tables as they were read: the list of `kb tables --json`, or with `query` the nearest to it, best first."""
    if page is not None and document is None:
        raise Refused(422, "Name the document that the page is of: ?document=FILE&page=3.")
    chosen = find_document(kb, document) if document is not None else None
    held = found_tables(kb, query, chosen, limit) if query else all_tables(kb, chosen)
    shown = [table_to_json(table, whole) for table, whole in held if page is None or page in part_to_pages(table)]
    return PrettyJson(shown)


def all_tables(kb: KnowledgeBase, document_id: str | None) -> list[tuple[Table, Document]]:
    """Every table of one document, or of all, with its document."""
    ids = [document_id] if document_id is not None else [info.id for info in kb.documents()]
    wholes = [kb.document(one) for one in ids]
    return [(table, whole) for whole in wholes for table in whole.tables]


def found_tables(kb: KnowledgeBase, query: str, document_id: str | None, limit: int) -> list[tuple[Table, Document]]:
    """The tables nearest to the words, of one document or of all, with their documents."""
    filters = Filters(documents=(document_id,)) if document_id is not None else None
    return [(found.table, kb.document(found.document_id)) for found in find_tables(kb, query, filters, limit)]


def page_to_image(kb: KnowledgeBase, document_id: str, number: int) -> Response:
    """A page as PNG. NotFound where it is not there or no image can be drawn."""
    pdf = kept_pdf(kb, document_id)
    if pdf is None:
        raise NotFound("There are no page images of this document, only its text.")
    return Response(page_to_png(pdf, number), media_type=PNG, headers=NOT_KEPT)


def document_to_sections(whole: Document) -> list[SectionOut]:
    """The headings in reading order."""
    return [
        SectionOut(title=block.text, path=[*block.section], level=block.level, page=block.page)
        for block in sorted(whole.blocks, key=lambda block: block.order)
        if block.role == "heading"
    ]


def table_to_info(table: Table) -> TableInfo:
    """A table in a list."""
    return TableInfo(
        table_id=table.id,
        page=table.page,
        caption=table.caption,
        unit=table.unit,
        rows=table.n_rows,
        columns=table.n_columns,
        confidence=table.confidence,
        doubts=list(table.doubts),
    )
