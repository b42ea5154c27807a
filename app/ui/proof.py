"""A cited place as HTML: its page or slide with the passage marked, its table with the cell marked, or its text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from app.ui.library import open_document
from app.ui.passages import Marked, page_text_to_html, passage_to_html
from app.ui.places import Place, cells_to_reference, chunk_to_place, place_to_query, table_to_boxes
from app.ui.sources import section_to_words
from app.ui.tables import table_to_html
from app.wording import page_to_words, page_word, pages_to_words, section_to_path
from kb.errors import NotFound
from kb.model import Block, Document, Span, Table
from kb.store import KnowledgeBase
from kb.wording import date_to_words

ZOOM_STEPS = (100, 150, 200, 300)


@dataclass(frozen=True, slots=True)
class Proof:
    """A place with all that was looked up for it; ``spans`` are what is cited of the text."""

    place: Place
    document: Document
    date: str
    table: Table | None
    pdf: Path | None
    spans: tuple[Span, ...] = ()


def place_to_html(kb: KnowledgeBase, place: Place) -> str:
    """The proof as an HTML fragment; NotFound where the document, table or page is not there."""
    proof = _look_up(kb, place)
    place, marked = proof.place, Marked(proof.spans, proof.place.table, proof.place.row, proof.place.column)
    if proof.table is not None and place.view != "page" and page_word(proof.document.source) != "slide":
        body = table_to_html(proof.table, place.row, place.column)
    elif proof.pdf is not None:
        body = _quote_to_html(proof) + _page_to_html(proof)
    elif proof.document.pages:
        shown = _shown_page(proof)
        body = _tools_to_html(proof, shown) + page_text_to_html(proof.document, shown, marked)
    else:
        body = passage_to_html(proof.document, marked)
    return _head_to_html(proof) + _views_to_html(proof) + body


def _look_up(kb: KnowledgeBase, place: Place) -> Proof:
    document = open_document(kb, place.document)
    infos = {info.id: info for info in kb.documents()}
    spans: tuple[Span, ...] = ()
    if place.chunk is not None:
        chunk = kb.chunks([place.chunk]).get(place.chunk)
        if chunk is not None:
            place = replace(chunk_to_place(chunk, document), show=place.show, view=place.view)
            spans = chunk.spans
    elif (block := _block(document, place)) is not None:
        spans = (Span(block.id, place.start or 0, len(block.text) if place.end is None else place.end),)
    table = None
    if place.table is not None:
        try:
            table = document.table(place.table)
        except KeyError as error:
            raise NotFound("This table is no longer in the document.") from error
        page, boxes = table_to_boxes(table, place.row, place.column)
        place = replace(place, page=page, boxes=boxes)
    info = infos.get(document.id)
    return Proof(place, document, date_to_words(info) if info else "", table, kept_pdf(kb, document.id), spans)


def kept_pdf(kb: KnowledgeBase, document_id: str) -> Path | None:
    """The kept copy from which pages can be drawn; None for other formats."""
    path = kb.file(document_id)
    return path if path is not None and path.suffix.lower() == ".pdf" and path.is_file() else None


def _head_to_html(proof: Proof) -> str:
    source, pages = proof.document.source, len(proof.document.pages)
    section = section_to_path(source, _section(proof))
    page = proof.place.show or proof.place.page
    cells = cells_to_reference(proof.table, proof.place.row, proof.place.column) if proof.table else ""
    where = (proof.date, page_to_words(source, page if pages else None, pages), cells)
    line = " · ".join(escape(part) for part in where if part)
    return (
        '<header class="proof-head"><div><p class="proof-kicker">Source</p>'
        f'<h2 id="proof-title" tabindex="-1">{escape(proof.document.title)}</h2>'
        f'<p class="proof-where">{line}</p>'
        + (f'<p class="proof-where">{escape(section_to_words(section))}</p>' if section else "")
        + "".join(f'<p class="proof-warning">{escape(warning)}</p>' for warning in proof.document.warnings)
        + '</div><button type="button" class="proof-close" data-close>Close</button></header>'
    )


def _section(proof: Proof) -> tuple[str, ...]:
    if proof.place.show not in (None, proof.place.page):
        return ()
    if proof.table is not None:
        return proof.table.section
    block = _block(proof.document, proof.place)
    return block.section if block else ()


def _block(document: Document, place: Place) -> Block | None:
    try:
        return document.block(place.block) if place.block else None
    except KeyError:
        return None


def _views_to_html(proof: Proof) -> str:
    """The switch between a table and the page it stands on."""
    if proof.table is None or proof.pdf is None:
        return ""
    views = ((None, "Table"), ("page", "Page image"))
    links = ""
    for view, name in views:
        query = escape(place_to_query(replace(proof.place, view=view, show=None, boxes=())))
        current = ' aria-current="true"' if proof.place.view == view else ""
        links += f'<a href="?{query}" data-place{current}>{name}</a>'
    return f'<nav class="proof-views" aria-label="How to show the source">{links}</nav>'


def _quote_to_html(proof: Proof) -> str:
    """The passage in letters above its image, for those who cannot read the image."""
    block, place = _block(proof.document, proof.place), proof.place
    if block is None or place.start is None or place.show not in (None, place.page):
        return ""
    return f'<blockquote class="proof-quote">{escape(block.text[place.start : place.end])}</blockquote>'


def _page_to_html(proof: Proof) -> str:
    place, document, shown = proof.place, proof.document, _shown_page(proof)
    marked = shown == (place.page or 1) and bool(place.boxes)
    image = Place(document.id, page=shown, boxes=place.boxes if marked else ())
    top = 0.0
    if marked:
        top = min(box.top for box in place.boxes) / (document.pages[shown - 1].height or 1)
    alt = f"Page {shown} of {document.title}" + (", the passage is marked in yellow" if marked else "")
    return (
        _tools_to_html(proof, shown) + f'<div class="proof-page" tabindex="0" role="region" aria-label="Page {shown}">'
        f'<img src="page.png?{escape(place_to_query(image))}" alt="{escape(alt, quote=True)}"'
        f' data-mark-top="{top:.3f}" data-page="{shown}"'
        f"{_size_of_page(document, shown)}></div>"
    )


def _shown_page(proof: Proof) -> int:
    """The page or slide that is shown: the one turned to, else the cited one. NotFound where it is not there."""
    shown, last, source = proof.place.show or proof.place.page or 1, len(proof.document.pages), proof.document.source
    if not 1 <= shown <= last:
        raise NotFound(f"This document has {pages_to_words(source, last)}; there is no {page_word(source)} {shown}.")
    return shown


def _size_of_page(document: Document, number: int) -> str:
    """The page's proportions, so that nothing jumps when the image arrives."""
    page = document.pages[number - 1]
    return f' width="{page.width:.0f}" height="{page.height:.0f}"' if page.width and page.height else ""


def _tools_to_html(proof: Proof, shown: int) -> str:
    place, last, word = proof.place, len(proof.document.pages), page_word(proof.document.source)

    def turn(number: int, words: str) -> str:
        if not 1 <= number <= last:
            return f'<span class="tool" aria-disabled="true">{words}</span>'
        return (
            f'<a class="tool" href="?{escape(place_to_query(replace(place, show=number)))}" data-place '
            f'data-turn="{"next" if number > shown else "previous"}">{words}</a>'
        )

    back = ""
    if place.page is not None and shown != place.page:
        query = escape(place_to_query(replace(place, show=None)))
        back = f'<a class="proof-back" href="?{query}" data-place>Back to the cited {word} {place.page}</a>'
    zoom = _zoom_to_html() if proof.pdf is not None else ""
    return (
        f'<div class="proof-tools"><nav aria-label="{word.capitalize()}s">{turn(shown - 1, "Previous")}'
        f'<span class="tool-now">{word.capitalize()} {shown} of {last}</span>{turn(shown + 1, "Next")}</nav>'
        f"{zoom}{back}</div>"
    )


def _zoom_to_html() -> str:
    return (
        '<div class="zoom" role="group" aria-label="Size of the page">'
        f'<button type="button" class="tool" data-zoom="-1" aria-label="Smaller">−</button>'
        f'<output class="tool-now" data-zoom-steps="{",".join(map(str, ZOOM_STEPS))}">{ZOOM_STEPS[0]}%</output>'
        f'<button type="button" class="tool" data-zoom="1" aria-label="Larger">+</button></div>'
    )
