"""Rebuild the shipped documents, byte for byte, from their sources.

``python corpus/build.py`` compiles every document named in manifest.toml; ``--check`` builds
into a temporary folder instead and exits with 1 when a shipped file differs.
"""

from __future__ import annotations

import argparse
import io
import logging
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import docx
import pypdfium2
import typst
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph
from PIL import Image

CORPUS = Path(__file__).resolve().parent
SOURCES = CORPUS / "sources"
FONTS = SOURCES / "fonts"

SCAN_PAGES = 3
SCAN_DPI = 110
SCAN_DEGREES = 0.4
SCAN_QUALITY = 60
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
STYLES_WITH_EFFECTS = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"

log = logging.getLogger("corpus.build")


@dataclass(frozen=True)
class Entry:
    """One document of the manifest, as far as the build needs it."""

    file: str
    title: str
    date: datetime
    edition_of: str | None


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    entries = read_manifest(CORPUS / "manifest.toml")
    if not options.check:
        build_all(entries, CORPUS)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        build_all(entries, Path(folder))
        differing = differing_files(entries, CORPUS, Path(folder))
    for name in differing:
        log.error("differs: %s", name)
    return 1 if differing else 0


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Rebuild the shipped documents from their sources.")
    parser.add_argument(
        "--check",
        action="store_true",
        help="build into a temporary folder; exit with 1 and name the files that differ",
    )
    return parser.parse_args(arguments)


def read_manifest(path: Path) -> list[Entry]:
    """The documents of the manifest; the ones made from another document come last."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["document"]
    entries = [Entry(t["file"], t["title"], datetime.fromisoformat(t["date"]), t.get("edition_of")) for t in tables]
    return sorted(entries, key=lambda entry: entry.edition_of is not None)


def build_all(entries: Sequence[Entry], out: Path) -> None:
    for entry in entries:
        target = out / entry.file
        target.parent.mkdir(parents=True, exist_ok=True)
        build_one(entry, out, target)
        log.info("built %s", entry.file)


def build_one(entry: Entry, out: Path, target: Path) -> None:
    if entry.edition_of is None:
        build_pdf(SOURCES / f"{target.stem}.typ", target)
    elif target.suffix == ".docx":
        build_docx(SOURCES / f"{target.name}.md", entry, target)
    elif target.suffix == ".pdf":
        build_scan(out / entry.edition_of, entry, target)
    else:
        raise ValueError(f"{entry.file}: no way to build a {target.suffix} file; use .pdf or .docx")


def differing_files(entries: Sequence[Entry], shipped: Path, rebuilt: Path) -> list[str]:
    return [e.file for e in entries if bytes_or_none(shipped / e.file) != bytes_or_none(rebuilt / e.file)]


def bytes_or_none(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


# --- PDF from Typst


def build_pdf(source: Path, target: Path) -> None:
    typst.compile(str(source), output=str(target), font_paths=[str(FONTS)], ignore_system_fonts=True)


# --- Word from structured text


def build_docx(source: Path, entry: Entry, target: Path) -> None:
    """Read "key: value" lines, then blocks: "# heading", "- bullet", "| cell | cell |", "! small print" or prose.

    In the header and the footer, " // " begins a new line.
    """
    head, _, body = source.read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    document = docx.Document()
    drop_unused_parts(document)
    set_page(document)
    set_properties(document, entry, fields)
    for line in fields["header"].split(" // "):
        document.sections[0].header.add_paragraph(line, style="Header")
    for line in fields["footer"].split(" // "):
        document.sections[0].footer.add_paragraph(line, style="Footer")
    drop_first_paragraphs(document)
    for block in blocks(body):
        add_block(document, block)
    target.write_bytes(with_fixed_dates(document))


def drop_unused_parts(document: Document) -> None:
    """Take out what the template brings and no page uses; it is nine tenths of the file."""
    for rels in (document.part.package.rels, document.part.rels):
        for key, relation in list(rels.items()):
            if relation.reltype in {RELATIONSHIP_TYPE.THUMBNAIL, STYLES_WITH_EFFECTS}:
                del rels[key]
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name not in {"Normal Table", "Table Grid"}:
            style.delete()


def set_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.54)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(11)
    language = normal.element.get_or_add_rPr().makeelement(qn("w:lang"), {qn("w:val"): "en-GB"})
    normal.element.get_or_add_rPr().append(language)


def set_properties(document: Document, entry: Entry, fields: dict[str, str]) -> None:
    properties = document.core_properties
    properties.title, properties.author = entry.title, fields["author"]
    properties.last_modified_by, properties.comments = fields["author"], ""
    properties.created = properties.modified = entry.date
    properties.language, properties.revision = "en-GB", 1


def drop_first_paragraphs(document: Document) -> None:
    """Take out the empty paragraph with which a new header and a new footer begin."""
    section = document.sections[0]
    for part in (section.header, section.footer):
        first = part.paragraphs[0]._p
        part._element.remove(first)


def blocks(text: str) -> Iterator[str]:
    """The blocks of the text; a line that goes on from the one before is joined to it."""
    block = ""
    for line in [*text.splitlines(), ""]:
        if block and (not line.strip() or line.startswith(("#", "- ", "|", "!"))):
            yield block
            block = ""
        block = f"{block} {line.strip()}".strip()


def add_block(document: Document, block: str) -> None:
    mark, _, rest = block.partition(" ")
    if mark in {"#", "##", "###"}:
        document.add_heading(rest, level=len(mark))
    elif mark == "-":
        add_text(document.add_paragraph(style="List Bullet"), rest)
    elif mark == "!":
        document.add_paragraph().add_run(rest).font.size = Pt(8)
    elif mark == "|":
        add_table_row(document, [cell.strip() for cell in block.strip("|").split("|")])
    else:
        add_text(document.add_paragraph(), block)


def add_text(paragraph: Paragraph, text: str) -> None:
    """Add the text, with what stands between two ** in bold."""
    for position, part in enumerate(text.split("**")):
        if part:
            paragraph.add_run(part).bold = position % 2 == 1


def add_table_row(document: Document, cells: Sequence[str]) -> None:
    """Add a row to the table at the end of the document, or begin one."""
    content = list(document.iter_inner_content())
    table = content[-1] if content and isinstance(content[-1], Table) else None
    if table is None:
        table = document.add_table(rows=0, cols=len(cells), style="Table Grid")
    for cell, text in zip(table.add_row().cells, cells, strict=True):
        add_text(cell.paragraphs[0], text)


def with_fixed_dates(document: Document) -> bytes:
    """The file's bytes, the same everywhere: fixed order, fixed dates, and no compression to vary with zlib."""
    saved, fixed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(name, ZIP_DATE)
            info.create_system = 0
            new.writestr(info, old.read(name))
    return fixed.getvalue()


# --- a scan: page images only


def build_scan(pdf: Path, entry: Entry, target: Path) -> None:
    first, *others = scanned_pages(pdf)
    day = entry.date.timetuple()
    first.save(
        target,
        "PDF",
        save_all=True,
        append_images=others,
        resolution=SCAN_DPI,
        quality=SCAN_QUALITY,
        title=entry.title,
        creationDate=day,
        modDate=day,
    )


def scanned_pages(pdf: Path) -> list[Image.Image]:
    """The first pages in grey, laid a little askew on the glass."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [document[n] for n in range(min(SCAN_PAGES, len(document)))]
        images = [page.render(scale=SCAN_DPI / 72).to_pil().convert("L") for page in pages]
    return [i.rotate(SCAN_DEGREES, Image.Resampling.BICUBIC, fillcolor=255) for i in images]


if __name__ == "__main__":
    sys.exit(main())
