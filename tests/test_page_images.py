"""Page images: what is marked is what is cited, on any page, and a damaged link is told so."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject

from app.ui.pages import MARK_COLOUR, WIDTH_PIXELS, page_to_png
from app.ui.places import Place, boxes_to_text, place_to_query, query_to_place, quote_to_span, text_to_boxes
from ingest.layout.parts import Word
from ingest.layout.text_layer import page_to_content
from kb.errors import NotFound, UnreadableFile
from kb.model import Box

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
REVIEW = CORPUS / "hmic-review-2013.pdf"
SLIDES = CORPUS / "panel-presentation-2017.pdf"


def image(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def long_words(pdf: Path, page: int) -> tuple[list[Word], float]:
    """Words of a page, as ingestion places them, and the page's width in points."""
    with pypdfium2.PdfDocument(pdf) as opened:
        content = page_to_content(opened[page - 1], page)
    return [word for word in content.words if len(word.text) > 6], content.width


def check_mark(pdf: Path, page: int, word: Word, width: float) -> None:
    """The word lies under the mark: its letters still dark, its ground yellow, and nothing far from it changed."""
    box = Box(word.x0, word.top, word.x1, word.bottom)
    plain, marked = image(page_to_png(pdf, page)), image(page_to_png(pdf, page, (box,)))
    scale = plain.width / width
    cut = (round(box.x0 * scale), round(box.top * scale), round(box.x1 * scale), round(box.bottom * scale))
    inside = marked.crop(cut)
    assert max(inside.getcolors(1_000_000) or [])[1] == MARK_COLOUR
    assert inside.convert("L").getextrema()[0] < 100, "no dark letter under the mark"
    changed = ImageChops.difference(plain, marked).getbbox()
    assert changed is not None
    assert all(abs(edge - side) <= 6 * scale for edge, side in zip(changed, cut, strict=True))


@pytest.mark.parametrize(("pdf", "page"), [(REVIEW, 1), (REVIEW, 12), (SLIDES, 4)])
def test_the_words_are_under_the_mark(pdf: Path, page: int) -> None:
    words, width = long_words(pdf, page)
    for word in (words[0], words[-1]):
        check_mark(pdf, page, word, width)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_mark_on_a_turned_page(turn: int, tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_page(PdfReader(REVIEW).pages[11]).rotate(turn)
    pdf = tmp_path / "turned.pdf"
    writer.write(pdf)
    with pypdfium2.PdfDocument(pdf) as opened:
        content = page_to_content(opened[0], 1)
    largest = max([*content.words, *content.turned], key=lambda word: (word.x1 - word.x0) * (word.bottom - word.top))
    assert content.to_shown is not None
    shown = content.to_shown.box(Box(largest.x0, largest.top, largest.x1, largest.bottom))
    largest.x0, largest.top, largest.x1, largest.bottom = shown.x0, shown.top, shown.x1, shown.bottom
    check_mark(pdf, 1, largest, content.shown_size[0])


def test_mark_on_a_cropped_page(tmp_path: Path) -> None:
    writer = PdfWriter()
    page = writer.add_page(PdfReader(REVIEW).pages[11])
    page.cropbox = RectangleObject((40, 60, float(page.mediabox.right) - 30, float(page.mediabox.top) - 50))
    pdf = tmp_path / "cropped.pdf"
    writer.write(pdf)
    words, width = long_words(pdf, 1)
    check_mark(pdf, 1, words[3], width)


def test_every_slide_is_drawn_at_full_width() -> None:
    with pypdfium2.PdfDocument(SLIDES) as opened:
        sizes = [page.get_size() for page in opened]
    for number, (width, height) in enumerate(sizes, start=1):
        drawn = image(page_to_png(SLIDES, number))
        assert drawn.width == pytest.approx(WIDTH_PIXELS, abs=2)
        assert drawn.height / drawn.width == pytest.approx(height / width, abs=0.01)


def test_boxes_off_the_page_do_no_harm() -> None:
    assert image(page_to_png(REVIEW, 2, (Box(-500.0, -500.0, 9000.0, 9000.0),))).width > 0


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_no_such_page(number: int) -> None:
    with pytest.raises(NotFound, match="there is no page"):
        page_to_png(REVIEW, number)


def test_a_file_that_is_no_pdf(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"Dear Sir")
    with pytest.raises(UnreadableFile):
        page_to_png(path, 1)


numbers = st.floats(0, 2000).map(lambda number: round(number, 1))
boxes = st.tuples(numbers, numbers, numbers, numbers).map(
    lambda n: Box(min(n[0], n[2]), min(n[1], n[3]), max(n[0], n[2]), max(n[1], n[3]))
)


@given(
    st.builds(
        Place,
        document=st.text(min_size=1),
        page=st.none() | st.integers(1, 500),
        boxes=st.lists(boxes, max_size=5).map(tuple),
        block=st.none() | st.text(min_size=1),
        start=st.none() | st.integers(0, 9999),
        table=st.none() | st.text(min_size=1),
        row=st.none() | st.integers(0, 300),
    )
)
def test_a_link_says_the_whole_place(place: Place) -> None:
    from urllib.parse import parse_qsl

    assert query_to_place(dict(parse_qsl(place_to_query(place)))) == place


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"doc": ""},
        {"doc": "a", "p": "one"},
        {"doc": "a", "boxes": "1,2,3"},
        {"doc": "a", "boxes": "nan,0,1,1"},
        {"doc": "a", "boxes": "-inf,0,inf,1"},
        {"doc": "a", "boxes": "5,0,1,1"},
    ],
)
def test_a_damaged_link(query: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        query_to_place(query)


def test_boxes_in_a_link_are_few() -> None:
    many = tuple(Box(0.0, 0.0, 1.0, 1.0) for _ in range(5000))
    assert len(text_to_boxes(boxes_to_text(many))) == 200
    assert len(text_to_boxes(";".join(["0,0,1,1"] * 5000))) == 200


def test_a_quote_is_found_across_line_ends() -> None:
    assert quote_to_span("one two  three", "two\nthree") == (4, 14)
    assert quote_to_span("one two three", "four") is None
    assert quote_to_span("one", "  ") is None
