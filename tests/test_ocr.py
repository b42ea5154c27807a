"""Pages that are pictures are recognised; where that cannot be, the reader is told which pages they are."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from pypdf.generic import NameObject, NullObject

from ingest.layout.parts import Fault
from ingest.layout.strokes import ink_to_rules, pixels_to_raster, rotation, skew_of
from ingest.readers.ocr import page_to_recognised
from ingest.readers.pdf import read_pdf
from kb.errors import UnreadableFile
from kb.model import Document

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(__file__).parent / "data" / "pdf"
CORPUS = ROOT / "corpus"
SCAN = CORPUS / "other-formats" / "panel-report-2014-scan.pdf"
TEXT = CORPUS / "panel-report-2014.pdf"
SCANNED_PAGES = 3


@cache
def read(path: Path) -> Document:
    return read_pdf(path, path.read_bytes())


def words_of(document: Document) -> list[str]:
    blocks = [b for b in document.blocks if b.role != "furniture" and (b.page or 0) <= SCANNED_PAGES]
    return [word for block in blocks for word in block.text.split()]


def scan_page(path: Path, number: int, angle: float = 0.0) -> Image.Image:
    """A page as a scanner at 150 dots an inch makes it."""
    with pypdfium2.PdfDocument(path) as pdf:
        image = pdf[number - 1].render(scale=150 / 72, grayscale=True).to_pil().convert("L")
    return image.rotate(angle, fillcolor=255, resample=Image.Resampling.BICUBIC, expand=angle % 90 == 0)


def with_scan(path: Path, source: Path, image: Image.Image, place: int) -> Path:
    """The source with one more page, which is a picture."""
    scanned = path.with_name("scanned.pdf")
    image.save(scanned, resolution=150)
    writer = pypdf.PdfWriter(clone_from=source)
    writer.merge(place, scanned)
    writer.write(path)
    return path


def test_the_scanned_edition_says_what_the_text_edition_says() -> None:
    expected, found = words_of(read(TEXT)), words_of(read(SCAN))
    same = difflib.SequenceMatcher(None, expected, found, autojunk=False).get_matching_blocks()
    assert sum(match.size for match in same) > 0.97 * len(expected)
    assert read(SCAN).warnings == (f"Pages 1 to 3: {Fault.RECOGNISED}",)
    assert len(read(SCAN).pages) == SCANNED_PAGES


def test_the_table_of_the_scanned_edition_is_that_of_the_text_edition() -> None:
    expected = [table.grid() for table in read(TEXT).tables if (table.page or 0) <= SCANNED_PAGES]
    found = read(SCAN).tables
    assert expected and [table.grid() for table in found] == expected
    assert all(table.confidence < 1 and "text recognition" in table.doubts[0] for table in found)


def test_headings_of_a_scan_are_known_by_their_type() -> None:
    headings = [block.text for block in read(SCAN).blocks if block.role == "heading"]
    assert "12. Appendices" in headings and any(text.endswith("Risk Management") for text in headings)


def test_recognised_words_stand_where_the_picture_shows_them() -> None:
    """The scan lies askew; the box of a word near its edge is still on the word."""
    block = next(block for block in read(SCAN).blocks if block.text.startswith("12. Appendices"))
    box = block.pieces[0].box
    with pypdfium2.PdfDocument(SCAN) as pdf:
        pixels = pdf[2].render(scale=2, grayscale=True).to_numpy()
    assert box is not None
    ys, xs = (
        (pixels[:, :, 0] if pixels.ndim == 3 else pixels)[int(box.top * 2) : int(box.bottom * 2)].__lt__(120).nonzero()
    )
    assert xs.min() / 2 == pytest.approx(box.x0, abs=2.0) and xs.max() / 2 == pytest.approx(box.x1, abs=2.0)
    assert len(ys)


@pytest.mark.parametrize("angle", [90, -90])
def test_a_scan_that_lies_on_its_side_is_read_upright(tmp_path: Path, angle: int) -> None:
    image = scan_page(DATA / "header-with-spanning-cells.pdf", 1, angle)
    image.save(tmp_path / "aside.pdf", resolution=150)
    with pypdfium2.PdfDocument(tmp_path / "aside.pdf") as pdf:
        content = page_to_recognised(pdf[0], 1)
        width, height = pdf[0].get_size()
    assert {"Eastshire", "Westshire", "Officers"} <= {word.text for word in content.words}
    assert content.shown_size == pytest.approx((width, height), abs=0.5)
    assert content.to_shown is not None
    word = next(word for word in content.words if word.text == "Westshire")
    x, y = content.to_shown((word.x0 + word.x1) / 2, (word.top + word.bottom) / 2)
    pixels = scan_page(tmp_path / "aside.pdf", 1)
    ink = [
        pixels.getpixel((int(x * 150 / 72) + dx, int(y * 150 / 72) + dy)) for dx in range(-6, 7) for dy in range(-6, 7)
    ]
    assert min(ink) < 120  # type: ignore[type-var]


def test_a_scanned_page_among_others_is_read_with_them_and_said(tmp_path: Path) -> None:
    image = scan_page(DATA / "header-with-spanning-cells.pdf", 1)
    document = read(with_scan(tmp_path / "mixed.pdf", DATA / "two-columns.pdf", image, 1))
    assert document.warnings == (f"Page 2: {Fault.RECOGNISED}",)
    assert any(cell.text == "1,120" for table in document.tables for cell in table.cells)


def test_without_tesseract_a_scanned_page_is_named_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = scan_page(DATA / "header-with-spanning-cells.pdf", 1)
    path = with_scan(tmp_path / "mixed.pdf", DATA / "two-columns.pdf", image, 1)
    monkeypatch.setenv("PATH", "")
    document = read_pdf(path, path.read_bytes())
    assert document.warnings == ("Page 2: a picture; install tesseract to read it",)
    assert "Newsletter of the region" in document.text and "Eastshire" not in document.text


def test_a_drawing_gives_no_words(tmp_path: Path) -> None:
    image = Image.new("L", (600, 600), 255)
    draw = ImageDraw.Draw(image)
    for place in range(40, 560, 60):
        draw.ellipse((place, place, place + 90, place + 50), outline=0, width=6)
    image.save(tmp_path / "drawing.pdf", resolution=150)
    with pytest.raises(UnreadableFile) as caught:
        read(tmp_path / "drawing.pdf")
    assert caught.value.reason == "This PDF holds only page images, and no words were recognised in them"


def test_a_damaged_page_is_left_out_and_said(tmp_path: Path) -> None:
    document = read(with_damaged_pages(tmp_path / "damaged.pdf", [2]))
    assert document.warnings == ("Page 2: damaged, and left out",)
    assert len(document.pages) == 3 and {block.page for block in document.blocks} == {1, 3}


def test_a_document_with_most_pages_damaged_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(with_damaged_pages(tmp_path / "damaged.pdf", [1, 3]))
    assert caught.value.reason == "2 of its 3 pages are damaged and cannot be read"


def with_damaged_pages(path: Path, numbers: list[int]) -> Path:
    """Three pages, some of which are nothing at all."""
    writer = pypdf.PdfWriter(clone_from=TEXT)
    kids = writer._root_object["/Pages"]["/Kids"]  # type: ignore[index]
    del kids[3:]
    writer._root_object["/Pages"][NameObject("/Count")] = pypdf.generic.NumberObject(3)  # type: ignore[index]
    for number in numbers:
        kids[number - 1] = writer._add_object(NullObject())
    writer.write(path)
    return path


@pytest.mark.parametrize("angle", [-1.5, 0.0, 0.8])
def test_skew_is_measured_and_undone(angle: float) -> None:
    image = scan_page(TEXT, 2, angle)
    assert skew_of(image) == pytest.approx(angle, abs=0.15)
    raster = pixels_to_raster(image)
    assert raster.to_image(100, 100) == pytest.approx(rotation(angle, *image.size)(100, 100), abs=4)


def test_rules_are_found_and_letters_are_none() -> None:
    image = Image.new("L", (800, 200), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 100, 700, 103), fill=0)
    draw.rectangle((50, 20, 110, 90), fill=0)
    raster = pixels_to_raster(image)
    assert raster.horizontal == [(100, 103, 50, 700)] and not raster.vertical
    assert ink_to_rules(raster.pixels[:, :50] < 100) == []
