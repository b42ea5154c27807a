"""`kb tables --overlay DIR`: pages as images with what was seen drawn on them; and which pages are meant."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import typer

from kb.model import Document


def text_to_pages(text: str) -> set[int]:
    """``3-7,9`` as page numbers; BadParameter where it is no such list."""
    pages: set[int] = set()
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{1,6})\s*(?:[-–]\s*(\d{1,6})\s*)?", part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last:
            raise typer.BadParameter(f"{text!r} names no pages. Write 3, or 3-7, or 1,4-6.")
        pages.update(range(first, last + 1))
    return pages


def on_pages(document: Document, pages: set[int] | None) -> Document:
    """The document with the tables that have a row on one of the pages; with all of them where ``pages`` is None."""
    if pages is None:
        return document
    return replace(document, tables=tuple(table for table in document.tables if pages.intersection(table.row_pages)))


def draw_overlays(document: Document, pdf: Path, folder: Path, pages: set[int] | None) -> None:
    """Write the images with a bar while it goes on, and say how many there are and where."""
    from app.cli.output import console, printable
    from app.cli.progress import counted
    from app.overlay import write_overlays

    with counted("pages drawn") as show:
        written = write_overlays(document, pdf, folder, sorted(pages) if pages else None, show)
    images = "1 page image" if len(written) == 1 else f"{len(written)} page images"
    console(error=True).print(printable(f"{document.source}: {images} in {folder}"))
