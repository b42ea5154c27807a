"""The footnotes and endnotes of a Word document, and its headers and footers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.readers.assembly import TextPart
from ingest.readers.counting import count_to_text
from ingest.readers.docx_text import REFERENCES, W, element_to_words, is_left_out

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
NOTE_PARTS = {
    f"{W}footnoteReference": ("footnotes", f"{W}footnote"),
    f"{W}endnoteReference": ("endnotes", f"{W}endnote"),
}


class Notes:
    """The notes of a document, by kind and id, numbered in the order of their marks."""

    def __init__(self, word: Any) -> None:
        self._texts = {kind: dict(note_texts(word, *names)) for kind, names in NOTE_PARTS.items()}
        self._numbers: dict[tuple[str, str], str] = {}
        counts = dict.fromkeys(REFERENCES, 0)
        body = word.element.body
        for mark in body.iter(*REFERENCES):
            key = mark.tag, mark.get(f"{W}id", "")
            if key in self._numbers or is_left_out(mark, body) or mark.get(f"{W}customMarkFollows") in ("1", "true"):
                continue
            counts[mark.tag] += 1
            is_end = mark.tag == f"{W}endnoteReference"
            self._numbers[key] = count_to_text(counts[mark.tag], "roman" if is_end else "decimal")

    def mark(self, key: tuple[str, str]) -> str | None:
        """The number of a note as it stands at its mark; None for one whose mark was typed."""
        return self._numbers.get(key)

    def part(self, key: tuple[str, str]) -> TextPart | None:
        """A note as a part of the document; None where it has no words."""
        kind, note_id = key
        text = self._texts[kind].get(note_id)
        return TextPart(text, "footnote", number=self.mark(key)) if text else None


def related(word: Any, name: str) -> Iterator[Any]:
    """The root elements of the document's parts of a kind (``footnotes``, ``numbering``, ``header``)."""
    from docx.oxml.parser import parse_xml

    for relation in word.part.rels.values():
        if relation.reltype == RELATION + name and not relation.is_external:
            yield parse_xml(relation.target_part.blob)


def note_texts(word: Any, name: str, tag: str) -> Iterator[tuple[str, str]]:
    """The words of the notes by their ids; lines that part notes from the text have none."""
    for root in related(word, name):
        for note in root.iter(tag):
            words = element_to_words(note).text
            if words:
                yield note.get(f"{W}id", ""), words


def headers_and_footers(word: Any) -> Iterator[TextPart]:
    """The words of headers and footers, each once; they are on pages that a Word file does not have."""
    seen: set[str] = set()
    for name in ("header", "footer"):
        for root in related(word, name):
            for paragraph in root.iter(f"{W}p"):
                words = element_to_words(paragraph).text
                if words and words not in seen:
                    seen.add(words)
                    yield TextPart(words, "furniture")
