"""The words within an element: spaces and breaks as a browser shows them, footnote marks taken out."""

from __future__ import annotations

from typing import Any

from ingest.readers.assembly import fold, is_note_mark, without_raised_digits
from ingest.readers.web_dom import BLOCKS, is_hidden, is_skip_link, walk
from ingest.readers.web_notes import MARK, Notes

BREAK = "\v"


class Inline:
    """Words as they come, with the notes that they refer to."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._words: list[str] = []
        self.marks: list[str] = []
        self.referred: list[Any] = []

    def add(self, text: str) -> None:
        self._words.append(text)

    def enter(self, node: Any) -> bool:
        """Take in an inline element; whether its own content is still to be read."""
        tag = node.tag
        if tag == "br":
            self.add(BREAK)
        elif tag == "q":
            self.add("“")
        elif tag == "a" and self._is_mark(node):
            return False
        elif tag == "sup":
            return not self._is_raised_mark(node)
        return True

    def leave(self, node: Any) -> None:
        if node.tag == "q":
            self.add("”")

    def _is_mark(self, link: Any) -> bool:
        own = link.mem_id
        if own in self._notes.marks:
            self.marks.append(self._notes.marks[own])
            self.referred.append(self._notes.targets[own])
            return True
        return own in self._notes.back or is_skip_link(link)

    def _is_raised_mark(self, sup: Any) -> bool:
        link = sup.css_first("a")
        if link is not None:
            return " ".join(link.text().split()).strip("[]()") == sup.text().strip(" \n[]()") and self._is_mark(link)
        found = MARK.match(sup.text().strip())
        if found is None:
            return False
        if not is_note_mark(found.group(1), "".join(self._words[-3:])):
            return False
        self.marks.append(found.group(1))
        return True

    def take(self) -> str:
        """The words so far, which are forgotten here; breaks are still in them."""
        words = "".join(self._words)
        self._words = []
        return words


def element_to_text(element: Any, notes: Notes) -> Inline:
    """The words of an element, blocks in it parted by spaces."""
    inline = Inline(notes)

    def enter(node: Any) -> bool:
        if node is not element and is_hidden(node):
            return False
        if node.tag in BLOCKS:
            inline.add(BREAK)
        return inline.enter(node)

    def leave(node: Any) -> None:
        if node.tag in BLOCKS:
            inline.add(BREAK)
        inline.leave(node)

    walk(element, enter, leave, inline.add)
    return inline


def to_cell(element: Any, notes: Notes) -> tuple[str, tuple[str, ...], list[Any]]:
    """The words of a cell, the footnote marks at them, and the notes that they refer to."""
    inline = element_to_text(element, notes)
    words, raised = without_raised_digits(fold(inline.take()))
    return words, tuple(dict.fromkeys((*inline.marks, *raised))), inline.referred
