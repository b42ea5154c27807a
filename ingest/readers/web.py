"""Web page (HTML) -> Document. Nothing that it names is fetched. It has no numbered pages, so every page is None."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.readers.assembly import Part, SectionEnd, TextPart, fold, parts_to_body
from ingest.readers.checks import document_id
from ingest.readers.pdf_properties import sensible_title
from ingest.readers.web_charset import bytes_to_characters
from ingest.readers.web_dom import is_hidden
from ingest.readers.web_flow import Flow
from ingest.readers.web_notes import find_notes
from kb.errors import UnreadableFile
from kb.model import Document

# A page of this size needs about a gigabyte of memory to be read; those of people are a hundredth of it.
MAX_BYTES = 32 * 1024 * 1024
# Elements nested deeper than this stand where their parents do: no page means such depth, and it costs its square.
MAX_DEPTH = 1_000
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)[^<>]*>")
# Elements that hold no others, or that the next of their kind ends: none of these is ever deep in itself.
FLAT = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot "
    "colgroup caption option optgroup rp rt".split()
)
ISO_DATE = re.compile(r"^(\d{4})-(\d{2})(?:-(\d{2}))?\b")
DATES = (
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.date",
    "dc.date",
    "dcterms.created",
    "article:published_time",
    "date",
)
ISSUERS = ("dcterms.publisher", "dc.publisher", "dcterms.creator", "dc.creator", "og:site_name", "author")


@dataclass
class PageContent:
    """What a page says: its title and other facts about itself, its parts in order, its furniture."""

    title: str | None
    date: str | None
    issuer: str | None
    parts: list[Part]
    furniture: list[TextPart]


def read_html(path: Path, data: bytes) -> Document:
    """The Document of a web page (.html, .htm).

    Raises UnreadableFile where the page is too large or has no words.
    """
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // (1024 * 1024)
        raise UnreadableFile(
            path.name, f"The web page is too large: {len(data) // (1024 * 1024)} MB, the limit is {limit} MB"
        )
    return html_to_document(path, data, bytes_to_characters(data), "html")


def html_to_document(path: Path, data: bytes, html: str, name: str) -> Document:
    """The Document of an HTML text, made of a file's ``data``; ``name`` is the format of that file."""
    content = characters_to_content(html)
    # Furniture stands at the end of the text, where no menu is taken for the beginning of the document.
    body = parts_to_body([*content.parts, SectionEnd(1), *content.furniture])
    if not any(re.search(r"\w", block.text) for block in body.blocks if block.role != "furniture") and not body.tables:
        raise UnreadableFile(path.name, "There are no words in it (it may be made of frames, pictures or scripts)")
    first = next((block.text for block in body.blocks if block.role == "heading"), None)
    return Document(
        id=document_id(data),
        source=path.name,
        text=body.text,
        title=content.title or first or path.stem,
        format=name,
        blocks=body.blocks,
        tables=body.tables,
        issuer=content.issuer,
        date=content.date,
        date_text=content.date,
    )


def characters_to_content(html: str) -> PageContent:
    """What an HTML text says."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(flatten(html.replace("\0", "")))
    root = tree.body
    mains = [node for node in tree.css("main, [role=main]") if not is_hidden(node) and re.search(r"\w", node.text())]
    flow = Flow(find_notes(tree), frozenset(node.mem_id for node in mains))
    if root is not None:
        flow.read(root)
    facts = dict(meta_facts(tree))
    top = [
        part.text for part in flow.parts if isinstance(part, TextPart) and part.role == "heading" and part.level == 1
    ]
    outside = tree.css("h1") if not top else []
    named = top[0] if len(top) == 1 else fold(outside[0].text()) if len(outside) == 1 else None
    date = next((day for name in DATES if (day := iso_date(facts.get(name)))), None)
    issuer = next((fold(facts[name]) for name in ISSUERS if facts.get(name)), None)
    head = tree.css_first("head > title")
    title = named or sensible_title(head.text() if head is not None else None) or (top[0] if top else None)
    return PageContent(title, date, issuer, flow.parts, flow.furniture)


def meta_facts(tree: Any) -> Iterator[tuple[str, str]]:
    """What the page says of itself: names in small letters, the last of a name wins."""
    for node in tree.css("meta[content]"):
        name = node.attributes.get("name") or node.attributes.get("property")
        if name:
            yield name.lower(), node.attributes.get("content") or ""


def iso_date(text: str | None) -> str | None:
    """The day that an ISO date names, else None."""
    found = ISO_DATE.match((text or "").strip())
    return f"{found.group(1)}-{found.group(2)}-{found.group(3) or '01'}" if found else None


def flatten(html: str) -> str:
    """The page without the tags of elements that stand deeper than ``MAX_DEPTH``; their words stay."""
    depth = 0

    def keep(found: re.Match[str]) -> str:
        nonlocal depth
        name = found.group(2).lower()
        if name in FLAT or found.group().endswith("/>"):
            return found.group()
        if found.group(1):
            depth = max(0, depth - 1)
            return "" if depth >= MAX_DEPTH else found.group()
        depth += 1
        return "" if depth > MAX_DEPTH else found.group()

    return TAG.sub(keep, html) if html.count("<") > MAX_DEPTH else html
