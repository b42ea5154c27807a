"""Presentations made slide by slide, for tests of their reader."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from pptx.util import Pt

from ingest.readers.pptx import read_pptx
from kb.model import Document, Table

TITLE, BULLETS, SECTION, COMPARISON, TITLE_ONLY, BLANK = 0, 1, 2, 4, 5, 6


def deck_to_bytes(deck: Any) -> bytes:
    saved = io.BytesIO()
    deck.save(saved)
    return saved.getvalue()


def read(deck: Any, name: str = "briefing.pptx") -> Document:
    return read_pptx(Path(name), deck_to_bytes(deck))


def add_slide(deck: Any, layout: int, *texts: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    for place, text in zip(slide.placeholders, texts, strict=False):
        place.text = text
    return slide


def add_text(
    slide: Any, text: str, left: float, top: float, width: float = 200, height: float = 40, **font: Any
) -> Any:
    box = slide.shapes.add_textbox(Pt(left), Pt(top), Pt(width), Pt(height))
    box.text_frame.text = text
    for name, value in font.items():
        setattr(box.text_frame.paragraphs[0].runs[0].font, name, value)
    return box


def words(document: Document, role: str) -> list[str]:
    return [block.text for block in document.blocks if block.role == role]


def rows(table: Table) -> list[list[str]]:
    return table.grid()


def assert_slices(document: Document) -> None:
    """Every word that is shown stands in the text at its place."""
    for block in document.blocks:
        for piece in block.pieces:
            assert block.text[piece.start : piece.end] == document.text[piece.source_start :][: piece.end - piece.start]
    for table in document.tables:
        for cell in table.cells:
            assert cell.source is None or document.text[slice(*cell.source)] == cell.text


def add_table(slide: Any, texts: list[list[str]]) -> Any:
    frame = slide.shapes.add_table(len(texts), len(texts[0]), Pt(50), Pt(150), Pt(600), Pt(200))
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            frame.table.cell(row, column).text = text
    return frame.table
