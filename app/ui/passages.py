"""A cited place of a document without page images: the passage among its neighbours, a whole slide, the beginning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from app.ui.places import Place, place_to_query
from app.ui.tables import caption_of, table_to_html
from app.wording import page_word
from kb.model import Block, Document, Span, Table, reading_order

AROUND = 2
FIRST_PARTS = 12


@dataclass(frozen=True, slots=True)
class Marked:
    """What is to be marked: spans of blocks, and a row or cell of one table (0-based, header rows counted)."""

    spans: tuple[Span, ...] = ()
    table: str | None = None
    row: int | None = None
    column: int | None = None


def passage_to_html(document: Document, marked: Marked) -> str:
    """The cited blocks between their neighbours; the beginning of the document where none is cited."""
    parts = _parts(document)
    cited = {span.block_id for span in marked.spans}
    places = [place for place, part in enumerate(parts) if isinstance(part, Block) and part.id in cited]
    if not places:
        return _text_to_html(document, parts[:FIRST_PARTS], marked)
    return _text_to_html(document, parts[max(places[0] - AROUND, 0) : places[-1] + AROUND + 1], marked)


def page_text_to_html(document: Document, number: int, marked: Marked) -> str:
    """All words and tables of a slide, or of a page that cannot be drawn; what is cited of them is marked."""
    word = page_word(document.source)
    parts = [part for part in _parts(document) if number in _pages(part)]
    body = "".join(
        table_to_html(part, *((marked.row, marked.column) if part.id == marked.table else ()))
        if isinstance(part, Table)
        else _block_to_html(part, marked, label)
        for part, label in zip(parts, _labels(document, parts), strict=True)
    )
    empty = f"<p>There are no words on this {word}.</p>"
    return (
        f'<section class="proof-text proof-slide" tabindex="0" aria-label="{word.capitalize()} {number}">'
        f"{body or empty}</section>"
    )


def _parts(document: Document) -> list[Block | Table]:
    return [part for part in reading_order(document) if isinstance(part, Table) or part.role != "furniture"]


def _pages(part: Block | Table) -> set[int | None]:
    return set(part.row_pages) if isinstance(part, Table) else {part.page}


def _labels(document: Document, parts: Iterable[Block | Table]) -> list[str]:
    """What each part stands under where no heading says it (a speaker's notes), once for a run of parts."""
    titles = {block.text for block in document.blocks if block.role == "heading"}
    labels, last = [], ""
    for part in parts:
        under = part.section[-1] if part.section and part.section[-1] not in titles else ""
        labels.append(under if under != last else "")
        last = under
    return labels


def _text_to_html(document: Document, parts: Sequence[Block | Table], marked: Marked) -> str:
    body = "".join(
        _table_to_link(document, part) if isinstance(part, Table) else _block_to_html(part, marked, label)
        for part, label in zip(parts, _labels(document, parts), strict=True)
    )
    return f'<div class="proof-text">{body}</div>'


def _table_to_link(document: Document, table: Table) -> str:
    query = escape(place_to_query(Place(document.id, table=table.id)))
    return f'<p class="around"><a href="?{query}" data-place>Table: {escape(caption_of(table))}</a></p>'


def _block_to_html(block: Block, marked: Marked, label: str) -> str:
    """A heading, list item or paragraph, with the cited characters in marks."""
    spans = sorted((span.start, span.end) for span in marked.spans if span.block_id == block.id)
    html, at = "", 0
    for start, end in spans:
        start = max(start, at)
        if end > start:
            html += f"{escape(block.text[at:start])}<mark>{escape(block.text[start:end])}</mark>"
            at = end
    html += escape(block.text[at:])
    kinds = ["cited" if spans else "around", *(["item"] if block.role == "item" else [])]
    tag = "h3" if block.role == "heading" else "p"
    head = f'<h3 class="around">{escape(label)}</h3>' if label else ""
    return f'{head}<{tag} class="{" ".join(kinds)}">{html}</{tag}>'
