"""Word document -> Document. A Word file has no pages of its own, so every page is None."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.layout.blocks import CAPTION, NOTE
from ingest.layout.lines import MARK, RAISED_UNIT
from ingest.layout.writing import Sections, Writer, write_table
from ingest.readers.checks import check_is_zip, document_id
from ingest.readers.docx_tables import WordTable, element_to_table, word_to_table
from ingest.readers.pdf_properties import sensible_title
from ingest.tables.surroundings import finish_tables
from kb.errors import UnreadableFile
from kb.model import Block, Document, Piece, Role, Table

# What a document may unpack to, and how many times its packed size; more is an attack or a mistake.
MAX_UNPACKED_BYTES = 600 * 1024 * 1024
MAX_RATIO = 200
RATIO_FROM_BYTES = 20 * 1024 * 1024
MAX_HEADING_WORDS = 20

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
FOOTNOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
NUMBERED = re.compile(r"^(\d{1,3}(?:\.\d{1,3})+)\.?\s+(?=\S)")
NUMBERED_ITEM = re.compile(r"^\(?(\d{1,3}|[a-z]|[ivx]{1,5})[.)]\s+(?=\S)")
BULLET = re.compile(r"^[•●○◦▪■–—·-]\s+(?=\S)")


@dataclass
class Paragraph:
    """A paragraph as far as it is read: its words, what it is, and the notes it refers to."""

    text: str
    role: Role = "paragraph"
    level: int = 0
    number: str | None = None
    bold: bool = False
    notes: list[str] = field(default_factory=list)


def read_docx(path: Path, data: bytes) -> Document:
    """The Document of a Word file (.docx).

    Raises UnreadableFile where the content is no Word document, is damaged, unpacks to too much, or has no words.
    """
    check_is_zip(path.name, data, "Word document")
    check_unpacked_size(path.name, data)
    word = open_word(path.name, data)
    parts = list(body_to_parts(word.element.body, word))
    mark_bold_headings([part for part in parts if isinstance(part, Paragraph)])
    text, blocks, tables = write_parts(with_notes(parts, word))
    if not re.search(r"\w", text):
        raise UnreadableFile(path.name, "The Word document has no words in it")
    properties = word.core_properties
    first_heading = next((block.text for block in blocks if block.role == "heading"), None)
    return Document(
        id=document_id(data),
        source=path.name,
        text=text,
        title=sensible_title(properties.title) or first_heading or path.stem,
        format="docx",
        blocks=tuple(blocks),
        tables=tuple(tables),
        issuer=" ".join((properties.author or "").split()) or None,
    )


def check_unpacked_size(source: str, data: bytes) -> None:
    """Refuse an archive that is damaged, or unpacks to far more than a document does."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableFile(source, "The Word document is damaged or cut off") from error
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * len(data)):
        size = unpacked // (1024 * 1024)
        raise UnreadableFile(source, f"The Word document unpacks to {size} MB, which no ordinary document does")
    if "word/document.xml" not in names and not any(name.endswith("document.xml") for name in names):
        raise UnreadableFile(source, "The name says Word document, but the content is another kind of archive")


def open_word(source: str, data: bytes) -> Any:
    import docx

    try:
        return docx.Document(io.BytesIO(data))
    except Exception as error:  # a damaged package raises anything from KeyError to XMLSyntaxError
        raise UnreadableFile(source, "The Word document is damaged and cannot be read") from error


def body_to_parts(body: Any, word: Any) -> Iterator[Paragraph | WordTable]:
    """Paragraphs and tables in order; content controls are opened, lists of contents left out."""
    for element in body:
        if element.tag == f"{W}p":
            yield from paragraph_to_parts(element, word)
        elif element.tag == f"{W}tbl":
            table = element_to_table(element, element_to_text, _is_bold)
            if table.n_columns > 1 and len(table.rows) > 1:
                yield table
            else:
                for cell in element.iter(f"{W}tc"):
                    yield from body_to_parts(cell, word)
        elif element.tag == f"{W}sdt" and "Table of Contents" not in _gallery(element):
            for content in element.findall(f"{W}sdtContent"):
                yield from body_to_parts(content, word)


def _gallery(element: Any) -> str:
    found = element.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return found.get(f"{W}val", "") if found is not None else ""


def paragraph_to_parts(element: Any, word: Any) -> Iterator[Paragraph]:
    """A paragraph, and after it the paragraphs of text boxes that hang on it."""
    text = element_to_text(element)
    if text:
        yield _paragraph(element, text, word)
    for box in element.iter(f"{W}txbxContent"):
        if not any(ancestor.tag == FALLBACK for ancestor in box.iterancestors()):
            for inner in box.findall(f"{W}p"):
                words = element_to_text(inner)
                if words:
                    yield _paragraph(inner, words, word)


def element_to_text(element: Any) -> str:
    """The words of a paragraph or cell: no deleted text, no footnote marks, white space made single."""
    parts: list[str] = []
    for node in element.iter():
        if node.tag == f"{W}t" and not _is_left_out(node, element):
            raised = _is_raised(node)
            before = "".join(parts).rsplit(" ", 1)[-1]
            if not (raised and MARK.match((node.text or "").strip()) and not RAISED_UNIT.match(before)):
                parts.append(node.text or "")
        elif node.tag in {f"{W}tab", f"{W}br", f"{W}cr"} and node.getparent().tag == f"{W}r":
            parts.append(" ")
        elif node.tag == f"{W}noBreakHyphen":
            parts.append("-")
        elif node.tag == f"{W}p" and parts:
            parts.append(" ")
    return " ".join("".join(parts).replace("\u00ad", "").split())


def _is_left_out(node: Any, top: Any) -> bool:
    """Within a text box (read on its own) or moved away."""
    for ancestor in node.iterancestors():
        if ancestor is top:
            return False
        if ancestor.tag in {f"{W}txbxContent", f"{W}moveFrom", f"{W}del", FALLBACK}:
            return True
    return False


def _is_raised(node: Any) -> bool:
    raised = node.getparent().find(f"{W}rPr/{W}vertAlign")
    return raised is not None and raised.get(f"{W}val") == "superscript"


def _paragraph(element: Any, text: str, word: Any) -> Paragraph:
    style = _style_of(element, word)
    name = (style.name or "") if style is not None else ""
    notes = [note.get(f"{W}id") for note in element.iter(f"{W}footnoteReference")]
    level = _outline_level(element, style, name)
    if name.lower().startswith("toc ") or name.lower() == "toc heading":
        return Paragraph(text, "furniture")
    if level is not None or name == "Title":
        return Paragraph(text, "heading", level or 0, notes=notes)
    if CAPTION.match(text) or name == "Caption":
        return Paragraph(text, "caption", notes=notes)
    found = NUMBERED.match(text)
    if found:
        return Paragraph(text[found.end() :], "paragraph", number=found.group(1), notes=notes)
    listed = element.find(f"{W}pPr/{W}numPr") is not None or name.startswith("List")
    item = NUMBERED_ITEM.match(text) or BULLET.match(text)
    if item:
        number = item.group(1) if item.re is NUMBERED_ITEM else None
        return Paragraph(text[item.end() :], "item", number=number, notes=notes)
    role: Role = "item" if listed else "footnote" if NOTE.match(text) and _is_small(element) else "paragraph"
    return Paragraph(text, role, bold=_is_bold(element), notes=notes)


def _style_of(element: Any, word: Any) -> Any:
    found = element.find(f"{W}pPr/{W}pStyle")
    if found is None:
        return None
    return next((style for style in word.styles if style.style_id == found.get(f"{W}val")), None)


def _outline_level(element: Any, style: Any, name: str) -> int | None:
    """1 for the highest heading; None where the paragraph is none."""
    match = re.match(r"heading (\d)", name, re.IGNORECASE)
    if match:
        return int(match.group(1))
    places = [element.find(f"{W}pPr/{W}outlineLvl")]
    while style is not None:
        places.append(style.element.find(f"{W}pPr/{W}outlineLvl"))
        style = style.base_style
    found = next((place for place in places if place is not None), None)
    value = int(found.get(f"{W}val", "9")) if found is not None else 9
    return value + 1 if value < 9 else None


def _is_bold(element: Any) -> bool:
    """Whether every run with words is bold by its own setting."""
    runs = [run for run in element.iter(f"{W}r") if any((t.text or "").strip() for t in run.iter(f"{W}t"))]
    marks = [run.find(f"{W}rPr/{W}b") for run in runs]
    return bool(runs) and all(mark is not None and mark.get(f"{W}val") not in {"0", "false"} for mark in marks)


def _is_small(element: Any) -> bool:
    sizes = [int(size.get(f"{W}val", "22")) for size in element.iter(f"{W}sz")]
    return bool(sizes) and max(sizes) <= 18


def mark_bold_headings(paragraphs: list[Paragraph]) -> None:
    """In a document without heading styles, short paragraphs all in bold are the headings."""
    if any(paragraph.role == "heading" and paragraph.level for paragraph in paragraphs):
        return
    for paragraph in paragraphs:
        short = len(paragraph.text.split()) <= MAX_HEADING_WORDS and not re.search(r"[.;,]$", paragraph.text)
        if paragraph.role == "paragraph" and paragraph.bold and short:
            paragraph.role, paragraph.level = "heading", 1


def with_notes(parts: list[Paragraph | WordTable], word: Any) -> Iterator[Paragraph | WordTable]:
    """The parts, each followed by the footnotes that it refers to."""
    texts = footnote_texts(word)
    count = 0
    for part in parts:
        yield part
        for note_id in part.notes if isinstance(part, Paragraph) else ():
            if texts.get(note_id):
                count += 1
                yield Paragraph(texts[note_id], "footnote", number=str(count))


def footnote_texts(word: Any) -> dict[str, str]:
    """The words of the footnotes by their ids; separators have no words."""
    from docx.oxml.parser import parse_xml

    for relation in word.part.rels.values():
        if relation.reltype == FOOTNOTES and not relation.is_external:
            root = parse_xml(relation.target_part.blob)
            return {note.get(f"{W}id"): element_to_text(note) for note in root.iter(f"{W}footnote")}
    return {}


def write_parts(parts: Iterator[Paragraph | WordTable]) -> tuple[str, list[Block], list[Table]]:
    """The document's text with its blocks and tables."""
    writer, sections = Writer(), Sections()
    written: list[Block | Table] = []
    headers: dict[str, int | None] = {}
    for order, part in enumerate(parts):
        if isinstance(part, WordTable):
            table = word_to_table(part, f"t{len(headers)}", order, sections.path)
            headers[table.id] = part.header_rows
            written.append(write_table(writer, part.rows, table))
            continue
        if part.role == "heading":
            sections.close(part.level)
        written.append(write_paragraph(writer, part, f"b{order - len(headers)}", order, sections.path))
        if part.role == "heading":
            sections.open(part.level, part.text)
    text = writer.text()
    blocks = [part for part in written if isinstance(part, Block)]
    return text, blocks, finish_tables(written, headers, text)


def write_paragraph(writer: Writer, part: Paragraph, block_id: str, order: int, section: tuple[str, ...]) -> Block:
    """Write a paragraph, its number before it, and return its block."""
    if part.number:
        writer.write(f"{part.number} ")
    start = writer.write(part.text)
    writer.write("\n\n")
    pieces = (Piece(0, len(part.text), start),)
    return Block(block_id, order, part.role, part.text, pieces, section, part.level, part.number)
