"""A web page -> its paragraphs and tables in order, and what is there for the site and not for the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.layout.blocks import CAPTION
from ingest.readers.assembly import Part, TextPart, fold, typed_number, without_raised_digits
from ingest.readers.counting import Counting, count_to_text
from ingest.readers.web_dom import BLOCKS, HEADINGS, WITHIN, is_furniture, is_hidden, walk
from ingest.readers.web_inline import BREAK, Inline, element_to_text
from ingest.readers.web_notes import Notes
from ingest.readers.web_tables import element_to_table, is_layout, own
from kb.model import Role

PARAGRAPHS = re.compile(rf"{BREAK}\s*{BREAK}[\s{BREAK}]*")
COUNTINGS: dict[str, Counting] = {"a": "letter", "A": "LETTER", "i": "roman", "I": "ROMAN"}
LISTS = frozenset(("ul", "ol", "menu", "dir"))
CAPTIONS = frozenset(("caption", "figcaption"))


@dataclass
class Place:
    """What an element makes of the words in it, as far as it is not what stands around it."""

    role: Role = "paragraph"
    level: int = 0
    number: str | None = None
    furniture: bool = False
    within: bool = False


@dataclass
class List:
    """A list that is being read; ``count`` is the number of its next item, None where it has bullets."""

    count: int | None
    counting: Counting = "decimal"
    step: int = 1


@dataclass
class Flow:
    """Reads a page element by element. ``mains`` are the elements that hold the content, where the page says so."""

    notes: Notes
    mains: frozenset[int]
    parts: list[Part] = field(default_factory=list)
    furniture: list[TextPart] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._inline = Inline(self.notes)
        self._places = [Place(furniture=bool(self.mains))]
        self._lists: list[List] = []
        self._opened: list[bool] = []
        self._preformatted = 0
        self._term: str | None = None

    def read(self, root: Any) -> None:
        """Read an element and all in it."""
        walk(root, self._enter, self._leave, self._text)
        self._flush()

    def _text(self, text: str) -> None:
        self._inline.add(text.replace("\n", BREAK) if self._preformatted else text)

    def _enter(self, node: Any) -> bool:
        tag = node.tag
        if is_hidden(node):
            return False
        if tag in BLOCKS:
            self._flush()
        if tag == "table" and not self._places[-1].furniture and not is_layout(node):
            self._table(node)
            return False
        place = self._place(node)
        self._opened.append(place is not None)
        if place is not None:
            self._places.append(place)
        if tag in LISTS:
            self._lists.append(list_of(node))
        self._preformatted += tag == "pre"
        if not self._inline.enter(node):
            self._close(node)
            return False
        return True

    def _leave(self, node: Any) -> None:
        if node.tag == "dt":
            self._write_term()
            self._term = fold(self._inline.take()) or None
        elif node.tag in BLOCKS:
            self._flush()
        if node.tag == "dl":
            self._write_term()
        self._inline.leave(node)
        self._close(node)

    def _close(self, node: Any) -> None:
        if self._opened.pop():
            self._places.pop()
        if node.tag in LISTS:
            self._lists.pop()
        self._preformatted -= node.tag == "pre"

    def _place(self, node: Any) -> Place | None:
        """The place that an element opens; None where its words are what those around it are."""
        tag, around = node.tag, self._places[-1]
        is_main = node.mem_id in self.mains
        within = around.within or tag in WITHIN or is_main
        furniture = False if is_main else around.furniture or is_furniture(node, around.within)
        if node.mem_id in self.notes.bodies:
            return Place("footnote", 0, self.notes.bodies[node.mem_id], furniture, within)
        if around.role == "footnote":
            return None
        if tag in HEADINGS:
            return Place("heading", HEADINGS[tag], None, furniture, within)
        if tag in CAPTIONS:
            return Place("caption", 0, None, furniture, within)
        if tag == "li":
            return Place("item", max(1, len(self._lists)), self._count(node), furniture, within)
        if (furniture, within) == (around.furniture, around.within):
            return None
        return replace(around, furniture=furniture, within=within)

    def _count(self, item: Any) -> str | None:
        """The number of a list's next item, which it may set itself."""
        own_list = self._lists[-1] if self._lists else None
        if own_list is None or own_list.count is None:
            return None
        value = whole_number(item.attributes.get("value"))
        count = own_list.count if value is None else value
        own_list.count = count + own_list.step
        return f"{count_to_text(count, own_list.counting)}."

    def _flush(self) -> None:
        """Make paragraphs of the words so far."""
        for paragraph in PARAGRAPHS.split(self._inline.take()):
            text, _ = without_raised_digits(fold(paragraph))
            if text:
                self._write(text)

    def _write_term(self) -> None:
        """A term that nothing defines is a paragraph of its own."""
        term, self._term = self._term, None
        if term:
            self._write(term)

    def _write(self, text: str) -> None:
        place = self._places[-1]
        if place.furniture:
            self.furniture.append(TextPart(text, "furniture"))
            return
        if self._term is not None:
            text = f"{self._term} {text}" if self._term.endswith((":", ".", "?")) else f"{self._term}: {text}"
            self._term = None
        self.parts.append(text_to_part(text, place))
        if place.role in ("item", "footnote"):
            # What follows in the same item is one of its paragraphs, and has no bullet.
            place.number = None
            place.role = "paragraph" if place.role == "item" else "footnote"

    def _table(self, node: Any) -> None:
        """A table with its caption before it, where it is no part of the page's layout."""
        for caption in own(node, ("caption",)):
            text = fold(element_to_text(caption, self.notes).take())
            if text:
                self.parts.append(TextPart(text, "caption"))
        part, referred = element_to_table(node, self.notes)
        for body in referred:
            mark = self.notes.bodies.get(body.mem_id)
            words = fold(element_to_text(body, self.notes).take())
            if words:
                part.notes.append(f"{mark} {without_mark(words, mark)}" if mark else words)
        self.parts.append(part)


def text_to_part(text: str, place: Place) -> TextPart:
    """A paragraph of the page, with a number or a bullet that was typed told apart from its words."""
    if place.role == "paragraph":
        typed = typed_number(text)
        if typed:
            return TextPart(typed[2], typed[0], 1 if typed[0] == "item" else 0, typed[1])
        return TextPart(text, "caption" if CAPTION.match(text) and len(text) < 200 else "paragraph")
    if place.role == "footnote":
        return TextPart(without_mark(text, place.number), "footnote", number=place.number)
    return TextPart(text, place.role, place.level, place.number)


def without_mark(text: str, mark: str | None) -> str:
    """The words of a note without the mark that it repeats."""
    if mark is None:
        return text
    return re.sub(rf"^[\[(]?{re.escape(mark)}[\])]?[.:]?\s+", "", text) or text


def list_of(node: Any) -> List:
    """How a list counts: an ``ol`` from where it says, others not at all."""
    if node.tag != "ol":
        return List(None)
    attributes = node.attributes
    start = whole_number(attributes.get("start"))
    backwards = "reversed" in attributes
    if start is None:
        start = sum(child.tag == "li" for child in node.iter()) if backwards else 1
    return List(start, COUNTINGS.get(attributes.get("type") or "", "decimal"), -1 if backwards else 1)


def whole_number(text: str | None) -> int | None:
    """The whole number that an attribute says, else None."""
    text = (text or "").strip()
    return int(text[:9]) if text.removeprefix("-").isdigit() and text.isascii() else None
