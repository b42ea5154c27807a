"""Word document -> Document. A Word file has no pages of its own, so every page is None."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from ingest.layout.blocks import CAPTION, NOTE
from ingest.readers.assembly import (
    Part,
    SectionEnd,
    TextPart,
    number_to_role,
    office_properties,
    parts_to_body,
    typed_number,
)
from ingest.readers.checks import check_is_zip, document_id, macro_warnings
from ingest.readers.docx_notes import Notes, headers_and_footers, related
from ingest.readers.docx_numbering import Number, Numbering
from ingest.readers.docx_styles import Styles, heading_level, is_contents, style_names
from ingest.readers.docx_tables import element_to_table, row_cells, table_rows
from ingest.readers.docx_text import BOX, FALLBACK, W, element_to_words
from ingest.readers.pdf_properties import sensible_title
from kb.errors import UnreadableFile
from kb.model import Document, Role

MAX_HEADING_WORDS = 20
# Type of at most this size, in half points, may be a note.
SMALL = 18
DAMAGED = "The Word document is damaged and cannot be read"
WITH_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
STRICT = b"purl.oclc.org/ooxml"
TRACKED = "The document has tracked changes: what was inserted was read, what was deleted was not"
CHANGES = (f"{W}ins", f"{W}del", f"{W}moveFrom")


def read_docx(path: Path, data: bytes) -> Document:
    """The Document of a Word file (.docx, or .docm without its macros).

    Raises UnreadableFile where the content is no Word document, is damaged, or has no words.
    """
    check_is_zip(path.name, data, "Word document")
    check_is_word(path.name, data)
    word = open_word(path.name, data)
    body = parts_to_body([*WordReader(word).parts(), SectionEnd(1), *headers_and_footers(word)])
    if not any(re.search(r"\w", block.text) for block in body.blocks if block.role != "furniture") and not body.tables:
        raise UnreadableFile(path.name, "The Word document has no words in it")
    title, author = office_properties(word)
    first_heading = next((block.text for block in body.blocks if block.role == "heading"), None)
    return Document(
        id=document_id(data),
        source=path.name,
        text=body.text,
        title=sensible_title(title) or first_heading or path.stem,
        format="docx",
        blocks=body.blocks,
        tables=body.tables,
        issuer=author,
        warnings=(*macro_warnings(data, "Word document"), *tracked_warnings(word)),
    )


def tracked_warnings(word: Any) -> tuple[str, ...]:
    """What to say of a document with tracked changes."""
    return (TRACKED,) if next(word.element.body.iter(*CHANGES), None) is not None else ()


def check_is_word(source: str, data: bytes) -> None:
    """Refuse an archive that is damaged, holds something else, or is in a form that no library here reads."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            relations = archive.read("_rels/.rels") if "_rels/.rels" in names else b""
    except Exception as error:  # zipfile raises many kinds for damage
        raise UnreadableFile(source, "The Word document is damaged or cut off") from error
    if not any(name.endswith("document.xml") for name in names):
        raise UnreadableFile(source, "The name says Word document, but the content is another kind of archive")
    if STRICT in relations:
        raise UnreadableFile(
            source, "It is saved as Strict Open XML; save it again as an ordinary Word document (.docx)"
        )


def open_word(source: str, data: bytes) -> Any:
    """The python-docx document; its XML parser leaves entities alone and fetches nothing."""
    from docx.opc.part import PartFactory
    from docx.package import Package
    from docx.parts.document import DocumentPart

    # The library knows the type of a document with macros by no name, but reads it as any other.
    PartFactory.part_type_for.setdefault(WITH_MACROS, DocumentPart)
    try:
        return cast(DocumentPart, Package.open(io.BytesIO(data)).main_document_part).document
    except MemoryError:
        raise
    except Exception as error:  # a damaged package raises anything from KeyError to XMLSyntaxError
        raise UnreadableFile(source, DAMAGED) from error


class WordReader:
    """Reads the body of a python-docx document."""

    def __init__(self, word: Any) -> None:
        self._body = word.element.body
        self._styles = Styles(next(related(word, "styles"), None))
        self._notes = Notes(word)
        numbering = Numbering(next(related(word, "numbering"), None), self._styles)
        self._numbers = numbering.count(self._body.iter(f"{W}p"))

    def parts(self) -> list[Part]:
        """Paragraphs and tables in order, each followed by the footnotes that it refers to."""
        parts = list(self._parts(self._body))
        mark_bold_headings([part for part in parts if isinstance(part, TextPart)])
        return parts

    def _parts(self, container: Any) -> Iterator[Part]:
        """What stands in a body, cell or text box; content controls are opened, lists of contents left out."""
        for element in container:
            if element.tag == f"{W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{W}tbl":
                yield from self._table(element)
            elif element.tag == f"{W}customXml":
                yield from self._parts(element)
            elif element.tag == f"{W}sdt" and "Table of Contents" not in _gallery(element):
                for content in element.findall(f"{W}sdtContent"):
                    yield from self._parts(content)

    def _paragraph(self, element: Any) -> Iterator[Part]:
        """A paragraph, its footnotes, and what stands in the text boxes that hang on it."""
        words = element_to_words(element)
        if words.text:
            yield paragraph_to_part(element, words.text, self._styles, self._numbers.get(element))
        for key in words.references:
            note = self._notes.part(key)
            if note is not None:
                yield note
        yield from self._boxes(element)

    def _boxes(self, element: Any) -> Iterator[Part]:
        for box in element.iter(BOX):
            around = next((a for a in box.iterancestors(BOX, FALLBACK) if _is_inside(a, element)), None)
            if around is None:
                yield from self._parts(box)

    def _table(self, element: Any) -> Iterator[Part]:
        """A table with the footnotes of its cells, or what stands in one that only lays out the page."""
        if is_layout(element):
            for row in table_rows(element):
                for cell in row_cells(row):
                    yield from self._parts(cell)
            return
        references: list[tuple[str, str]] = []

        def to_text(cell: Any) -> tuple[str, tuple[str, ...]]:
            words = element_to_words(cell)
            references.extend(words.references)
            marks = (mark for key in words.references if (mark := self._notes.mark(key)))
            return self._with_numbers(cell, words.text), tuple(dict.fromkeys((*words.marks, *marks)))

        table = element_to_table(element, to_text, self._styles)
        notes = [note for key in dict.fromkeys(references) if (note := self._notes.part(key))]
        table.notes = [f"{note.number} {note.text}" if note.number else note.text for note in notes]
        yield table
        yield from notes
        yield from self._boxes(element)

    def _with_numbers(self, cell: Any, text: str) -> str:
        """The words of a cell with the numbers that Word counts before its paragraphs."""
        paragraphs = list(cell.iter(f"{W}p"))
        numbers = [number.text if (number := self._numbers.get(p)) else "" for p in paragraphs]
        if not any(numbers):
            return text
        parts = (f"{number} {element_to_words(p).text}" for number, p in zip(numbers, paragraphs, strict=True))
        return " ".join(" ".join(parts).split())


def _is_inside(node: Any, top: Any) -> bool:
    return node is not top and any(ancestor is top for ancestor in node.iterancestors())


def _gallery(element: Any) -> str:
    found = element.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return found.get(f"{W}val", "") if found is not None else ""


def is_layout(table: Any) -> bool:
    """Whether a table only frames words or puts parts of the page beside each other: one row, one column, or with
    tables in its cells."""
    rows = [row_cells(row) for row in table_rows(table)]
    if len(rows) < 2 or max(len(cells) for cells in rows) < 2:
        return True
    nested = (inner for cells in rows for cell in cells for inner in cell.iterchildren(f"{W}tbl"))
    return any(not is_layout(inner) for inner in nested)


def paragraph_to_part(element: Any, text: str, styles: Styles, number: Number | None) -> TextPart:
    """What a paragraph is, by its style, its automatic number, and the number or bullet typed before its words."""
    own = styles.of_paragraph(element)
    level = heading_level(element, own)
    counted = number.text if number else None
    if is_contents(own):
        return TextPart(text, "furniture")
    if level is not None:
        return TextPart(text, "heading", level, counted or None)
    if CAPTION.match(text) or "caption" in style_names(own):
        return TextPart(text, "caption")
    if number is not None:
        role: Role = number_to_role(number.text)
        return TextPart(text, role, number.level + 1 if role == "item" else 0, counted or None)
    typed = typed_number(text)
    if typed:
        return TextPart(typed[2], typed[0], 1 if typed[0] == "item" else 0, typed[1])
    if any(name.startswith("list") for name in style_names(own)):
        return TextPart(text, "item", 1)
    note = NOTE.match(text) and _is_small(element)
    return TextPart(text, "footnote" if note else "paragraph", bold=styles.is_bold(element))


def _is_small(element: Any) -> bool:
    sizes = [int(value) for size in element.iter(f"{W}sz") if (value := size.get(f"{W}val", "")).isdigit()]
    return bool(sizes) and max(sizes) <= SMALL


def mark_bold_headings(paragraphs: list[TextPart]) -> None:
    """In a document without heading styles, short paragraphs all in bold are the headings."""
    if any(paragraph.role == "heading" and paragraph.level for paragraph in paragraphs):
        return
    for paragraph in paragraphs:
        short = len(paragraph.text.split()) <= MAX_HEADING_WORDS and not re.search(r"[.;,]$", paragraph.text)
        if paragraph.role == "paragraph" and paragraph.bold and short:
            paragraph.role, paragraph.level = "heading", 1
