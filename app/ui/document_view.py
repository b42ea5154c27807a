"""One document as it was read: its outline, and each page's image beside the text and tables made of it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from app.ui.library import date_to_words, open_document
from app.ui.places import Place, place_to_query
from app.ui.proof import kept_pdf
from app.ui.read_tables import boxes_to_html, legend_to_html, read_table_to_html, table_to_boxes
from app.ui.tables import caption_of
from app.wording import page_word, pages_to_words
from kb.errors import NotFound
from kb.model import Block, Document, Page, Table
from kb.pages import document_to_stretches, part_to_pages, part_to_text, parts_to_read
from kb.store import DocumentInfo, KnowledgeBase

MOST_SECTIONS = 400


@dataclass(frozen=True)
class Leaf:
    """What is shown at once: a page, a slide, or a stretch of a document without pages (``page`` is None)."""

    number: int
    count: int
    word: str
    page: Page | None
    parts: tuple[Block | Table, ...]


def document_to_html(kb: KnowledgeBase, document_id: str, at: int = 1) -> str:
    """The view of a document at its ``at``-th page or part. NotFound: no such document or page."""
    document, info = open_document(kb, document_id), kb.info(document_id)
    leaf = document_to_leaf(document, at)
    drawn = leaf.page is not None and kept_pdf(kb, document_id) is not None
    image = page_to_image_html(document, leaf) if drawn else ""
    return (
        f'<article class="document-view{" has-image" if drawn else ""}" data-document-view '
        f'data-at="{leaf.number}" data-last="{leaf.count}" data-href="{escape(view_query(document_id))}">'
        '<p class="back"><button type="button" class="link" data-get="library/list">‹ All documents</button></p>'
        f'<h2 tabindex="-1">{escape(document.title)}</h2>{facts_to_html(info)}'
        f"{tools_to_html(document, leaf)}"
        f'<div class="view-body">{outline_to_html(document)}{image}'
        f'<section class="page-read" aria-label="{leaf.word.capitalize()} {leaf.number} as it was read">'
        f"<h3>As it was read</h3>{leaf_to_html(document, leaf)}</section></div></article>"
    )


def view_query(document_id: str, at: int | None = None) -> str:
    """The query string that opens this view: ``open=…&at=…``."""
    return urlencode({"open": document_id} | ({"at": at} if at is not None else {}))


def document_to_leaf(document: Document, at: int) -> Leaf:
    """The ``at``-th page or part. NotFound says how many there are."""
    count = len(document.pages)
    word = page_word(document.source) if count else "part"
    if count:
        page = next((page for page in document.pages if page.number == at), None)
        parts = [part for part in parts_to_read(document) if at in part_to_pages(part)]
    else:
        stretches = document_to_stretches(document)
        page, count = None, len(stretches)
        parts = stretches[at - 1] if 1 <= at <= count else []
    if not 1 <= at <= count:
        raise NotFound(f"This document has {count} {word}{'' if count == 1 else 's'}; there is no {word} {at}.")
    return Leaf(at, count, word, page, tuple(parts))


def facts_to_html(info: DocumentInfo) -> str:
    """Kind, date and file in one line, and what was hard to read."""
    facts = [info.kind, date_to_words(info), info.source]
    facts += [pages_to_words(info.source, info.pages)] if info.pages else []
    facts += [f"{info.tables} table{'' if info.tables == 1 else 's'}"]
    facts += ["not public"] if info.marking == "not public" else []
    warnings = "".join(f'<p class="proof-warning">{escape(warning)}</p>' for warning in info.warnings)
    return f'<p class="facts">{escape(" · ".join(facts))}</p>{warnings}'


def tools_to_html(document: Document, leaf: Leaf) -> str:
    """Turning pages: by button, by number, and with the arrow keys."""

    def turn(number: int, words: str, key: str) -> str:
        if not 1 <= number <= leaf.count:
            return f'<span class="button quiet" aria-disabled="true">{words}</span>'
        query = escape(view_query(document.id, number))
        return f'<a class="button quiet" href="?{query}" data-document data-turn-view="{key}">{words}</a>'

    word = leaf.word
    return (
        f'<nav class="view-tools" aria-label="{word.capitalize()}s">{turn(leaf.number - 1, "Previous", "previous")}'
        f'<form data-go><label>{word.capitalize()} <input type="number" name="at" min="1" max="{leaf.count}" '
        f'value="{leaf.number}" inputmode="numeric"></label> of {leaf.count} <button type="submit" '
        f'class="button quiet">Go</button></form>{turn(leaf.number + 1, "Next", "next")}'
        '<span class="hint keys">← and → turn pages</span></nav>'
    )


def outline_to_html(document: Document) -> str:
    """The headings and the tables of a document, each leading to where it stands."""
    stretches = None if document.pages else document_to_stretches(document)
    where: dict[str, int] = {}
    for number, stretch in enumerate(stretches or (), start=1):
        where.update((part.id, number) for part in stretch)

    def item(part: Block | Table, words: str, css: str = "") -> str:
        at = where.get(part.id) if stretches is not None else part.page
        query = escape(view_query(document.id, at or 1))
        place = "" if at is None else f'<span class="hint">{at}</span>'
        return f'<li{css}><a href="?{query}" data-document>{escape(words)}</a>{place}</li>'

    headings = [block for block in document.blocks if block.role == "heading"]
    top = min((block.level for block in headings), default=1)
    sections = "".join(
        item(block, block.text, f' class="level-{min(block.level - top, 3)}"') for block in headings[:MOST_SECTIONS]
    )
    tables = "".join(item(table, caption_of(table) + (" – check" if table.doubts else "")) for table in document.tables)
    lists = (f"<h4>Sections</h4><ul>{sections}</ul>" if sections else "") + (
        f"<h4>Tables</h4><ul>{tables}</ul>" if tables else ""
    )
    if not lists:
        return ""
    return (
        '<details class="outline" data-outline><summary>Sections and tables</summary>'
        f'<nav aria-label="Sections and tables">{lists}</nav></details>'
    )


def page_to_image_html(document: Document, leaf: Leaf) -> str:
    """The page's image with the cells of its tables framed."""
    assert leaf.page is not None
    query = escape(place_to_query(Place(document.id, page=leaf.number)))
    tables = [part for part in leaf.parts if isinstance(part, Table)]
    boxes = "".join(boxes_to_html(table_to_boxes(table, leaf.page)) for table in tables)
    page = leaf.page
    size = f' width="{page.width:.0f}" height="{page.height:.0f}"' if page.width and page.height else ""
    check = (
        '<label class="check"><input type="checkbox" data-frames checked> Show how tables were read</label>'
        f"{legend_to_html()}"
        if boxes
        else ""
    )
    return (
        f'<section class="page-image" aria-label="Page {leaf.number}"><h3>The page</h3>{check}'
        f'<div class="page-frame"><img src="page.png?{query}" alt="Page {leaf.number} of {escape(document.title)}"'
        f'{size}><div class="cell-boxes" aria-hidden="true">{boxes}</div></div></section>'
    )


def leaf_to_html(document: Document, leaf: Leaf) -> str:
    """The text and tables of a page in reading order."""
    number = leaf.page.number if leaf.page is not None else None
    html = "".join(part_to_html(part, number) for part in leaf.parts)
    return html or f"<p>There are no words on this {leaf.word}.</p>"


def part_to_html(part: Block | Table, page: int | None) -> str:
    """A table as read, or a block's words on the page."""
    if isinstance(part, Table):
        return read_table_to_html(part, page)
    text = escape(part_to_text(part, page))
    if not text:
        return ""
    tags = {"heading": "h4", "item": 'p class="item"', "caption": 'p class="caption"', "footnote": 'p class="note"'}
    tag = tags.get(part.role, "p")
    return f"<{tag}>{text}</{tag.split()[0]}>"
