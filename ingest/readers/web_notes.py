"""The footnotes of a web page: which links are marks, which element each leads to, and which links lead back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ingest.readers.web_dom import BLOCKS

MARK = re.compile(r"^[\[(]?\s*(\d{1,3}|[a-z]|[ivx]{1,5}|[*†‡§¶]{1,3})\s*[\])]?$", re.IGNORECASE)
NAMED = re.compile(r"(?:foot|end)-?note|note-?ref|fn-?ref|\bfn\b|_ftn|_edn|cite", re.IGNORECASE)
BACK = re.compile(r"^[\s↩↑⤴^\ufe0e\ufe0f]*$")
MAX_LINKS = 20_000
MAX_CLIMB = 6


@dataclass
class Notes:
    """``marks``: the mark of each link that is one, and ``targets`` its note; ``bodies``: the mark of each note.

    All by the ``mem_id`` of elements. ``back`` are the links that lead from a note to its mark.
    """

    marks: dict[int, str] = field(default_factory=dict)
    targets: dict[int, Any] = field(default_factory=dict)
    bodies: dict[int, str] = field(default_factory=dict)
    back: set[int] = field(default_factory=set)


def find_notes(tree: Any) -> Notes:
    """The footnotes of a page (a selectolax tree), by their links."""
    notes = Notes()
    links = [link for link in tree.css('a[href^="#"]')[:MAX_LINKS] if len(link.attributes["href"] or "") > 1]
    if not links:
        return notes
    places = {node.attributes.get("id"): node for node in tree.css("[id]")}
    places = {node.attributes.get("name"): node for node in tree.css("a[name]")} | places
    marked: set[str] = set()
    for link in links:
        words = " ".join(link.text().split())
        target = (link.attributes["href"] or "")[1:]
        if is_back_link(link, words) or target in marked:
            notes.back.add(link.mem_id)
            continue
        mark = link_to_mark(link, words)
        body = anchor_to_body(places.get(target)) if mark else None
        if mark and body is not None and not is_within(link, body):
            notes.marks[link.mem_id] = mark
            notes.targets[link.mem_id] = body
            notes.bodies.setdefault(body.mem_id, mark)
            marked.update(own for node in (link, link.parent, link.child) if (own := _id(node)))
    return notes


def _id(node: Any) -> str | None:
    if node is None or not node.is_element_node:
        return None
    found = node.attributes.get("id") or node.attributes.get("name")
    return str(found) if found else None


def is_back_link(link: Any, words: str) -> bool:
    """Whether a link says that it leads back to the text."""
    names = f"{link.attributes.get('class') or ''} {link.attributes.get('role') or ''}"
    return "backlink" in names or "backref" in names or "reversefootnote" in names or bool(BACK.match(words))


def link_to_mark(link: Any, words: str) -> str | None:
    """The mark that a link is, without its brackets; None where it is no footnote mark."""
    if link.attributes.get("role") == "doc-noteref" and words:
        return words.strip("[]()") or None
    found = MARK.match(words)
    if found is None:
        return None
    parent = link.parent
    raised = (parent is not None and parent.tag == "sup") or link.css_first("sup") is not None
    names = " ".join(filter(None, (link.attributes.get(key) for key in ("class", "role", "id", "href"))))
    return found.group(1) if raised or NAMED.search(names) else None


def anchor_to_body(node: Any) -> Any:
    """The note that an anchor stands in: the anchor itself where it holds the words, else the block around it."""
    for _ in range(MAX_CLIMB):
        if node is None or node.tag == "body":
            return None
        if node.tag in BLOCKS:
            return node
        node = node.parent
    return None


def is_within(node: Any, outer: Any) -> bool:
    """Whether an element stands in another, not far below it."""
    for _ in range(MAX_CLIMB * 2):
        if node is None:
            return False
        if node.mem_id == outer.mem_id:
            return True
        node = node.parent
    return False
