"""PDFs as public bodies publish them: words in reading order, tied to their places; what cannot be read is refused."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from pypdf.constants import PageLabelStyle

from ingest.readers.checks import MAX_BYTES, check_size, document_id, file_to_bytes
from ingest.readers.pdf import read_pdf
from kb.errors import UnreadableFile
from kb.model import Block, Document, reading_order

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(__file__).parent / "data" / "pdf"
CORPUS = ROOT / "corpus"
ALL_PDFS = sorted([*DATA.glob("*.pdf"), *CORPUS.glob("*.pdf")])


@cache
def read(path: Path) -> Document:
    return read_pdf(path, path.read_bytes())


def texts(document: Document, *roles: str) -> list[str]:
    return [block.text for block in document.blocks if block.role in roles]


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_pdf(path, file_to_bytes(path))
    assert caught.value.source == path.name
    return caught.value.reason


@pytest.mark.parametrize("path", ALL_PDFS, ids=lambda path: path.name)
def test_every_piece_and_cell_is_a_slice_of_the_text_on_its_page(path: Path) -> None:
    document = read(path)
    pages = {page.number: page for page in document.pages}
    assert [part.order for part in reading_order(document)] == list(range(len(document.blocks) + len(document.tables)))
    for block in document.blocks:
        assert block.pieces
        assert block.text == block.text.strip()
        for piece in block.pieces:
            source = document.text[piece.source_start : piece.source_start + piece.end - piece.start]
            assert block.text[piece.start : piece.end] == source
            assert piece.page is not None
            assert piece.box is not None
            page = pages[piece.page]
            assert -1 <= piece.box.x0 < piece.box.x1 <= page.width + 1
            assert -1 <= piece.box.top < piece.box.bottom <= page.height + 1
    for table in document.tables:
        assert len(table.row_pages) == len(table.row_spans) == table.n_rows
        for cell in table.cells:
            if cell.source and not cell.carried:
                words = document.text[slice(*cell.source)]
                # A footnote mark within the words stands in the source and not in the cell.
                assert cell.text in {words, *(words.replace(mark, "") for mark in cell.marks)}
            span = table.row_spans[cell.row]
            assert not cell.source or (span and span[0] <= cell.source[0] <= cell.source[1] <= span[1])


@pytest.mark.parametrize("path", ALL_PDFS, ids=lambda path: path.name)
def test_no_word_is_lost(path: Path) -> None:
    with pypdfium2.PdfDocument(path) as pdf:
        printed = " ".join(page.get_textpage().get_text_range() for page in pdf)
    squeezed = re.sub(r"\W", "", read(path).text)
    # PDFium has an odd character for a hyphen at a line end, and glues footnote marks to words.
    lost = {word for word in re.findall(r"[^\W_]+", printed.replace("\ufffe", " ")) if word not in squeezed}
    assert not {word for word in lost if not re.search(r"^\d{1,2}\D|\D\d{1,2}$", word)}


def test_reading_twice_gives_the_same_document() -> None:
    path = DATA / "lead-cell-over-page.pdf"
    assert read_pdf(path, path.read_bytes()) == read_pdf(path, path.read_bytes())


def test_paragraph_runs_over_the_page_end_and_the_footnote_stands_apart() -> None:
    document = read(DATA / "paragraph-over-page-and-footnote.pdf")
    numbered = {block.number: block for block in document.blocks if block.role == "paragraph" and block.number}
    paragraph = numbered["4.1"]
    assert paragraph.text.startswith("In all the dedicated organisation keeps £12.5 million aside for unforeseeable")
    assert "developments. A considerable proportion is administered centrally" in paragraph.text
    assert paragraph.text.endswith("are not left without administrative support.")
    assert {piece.page for piece in paragraph.pieces} == {2, 3}
    assert paragraph.section == ("Findings",)
    (note,) = [block for block in document.blocks if block.role == "footnote"]
    assert (note.number, note.page) == ("1", 2)
    assert note.text == "The sum is that of the outturn statement, and it leaves out grants that were paid late."


def test_hyphens_at_line_ends_go_unless_they_belong_to_the_word() -> None:
    text = " ".join(texts(read(DATA / "paragraph-over-page-and-footnote.pdf"), "paragraph"))
    assert "Cross-border work comes first" in text
    assert "non-cashable savings" in text
    assert "cross-border undertakings" in text
    assert "administered centrally" in text


def test_running_heads_page_numbers_and_contents_are_furniture() -> None:
    document = read(DATA / "paragraph-over-page-and-footnote.pdf")
    furniture = texts(document, "furniture")
    assert furniture.count("Annual Report on Joint Working") == 3
    assert {"1", "2", "3", "Contents"} <= set(furniture)
    assert sum(" . ." in text for text in furniture) == 3
    assert texts(document, "heading") == ["Purpose", "Findings", "Next steps"]


def test_lists_lose_their_marks_and_keep_their_numbers() -> None:
    document = read(DATA / "paragraph-over-page-and-footnote.pdf")
    items = [(block.number, block.text) for block in document.blocks if block.role == "item"]
    assert items == [("1", "Write the plan."), ("2", "Publish it:"), (None, "in print; and"), (None, "on the website.")]


def test_footnote_marks_are_not_read_as_figures() -> None:
    document = read(DATA / "footnote-mark-on-figure.pdf")
    assert texts(document, "paragraph") == [
        "The unit cost £4.2 million in 2016, and held 250 m2 of offices, as on the 23rd of May."
    ]
    assert document.tables[0].headers() == ["Force", "Grant (£m)"]
    assert document.tables[0].unit == "£m"


def test_columns_are_read_one_after_the_other() -> None:
    paragraphs = texts(read(DATA / "two-columns.pdf"), "paragraph")
    assert [text.split()[0] for text in paragraphs] == ["Alpha", "Beta", "Gamma", "Delta"]
    assert "run over into the second one, where it ends" in paragraphs[2]


def test_wide_line_spacing_does_not_break_paragraphs() -> None:
    paragraphs = texts(read(DATA / "double-spaced-beside-single.pdf"), "paragraph")
    assert len(paragraphs) == 4
    assert [text.split(" has ")[0] for text in paragraphs[::2]] == ["The board", "A joint board"]
    assert paragraphs[1] == paragraphs[3]


def test_properties_come_from_the_file() -> None:
    document = read(DATA / "paragraph-over-page-and-footnote.pdf")
    assert (document.title, document.issuer) == ("Annual Report on Joint Working", "Example Policing Board")
    # When a file was made is not the date of the document.
    assert document.date is None
    assert document.format == "pdf"
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert document.id == document_id((DATA / "paragraph-over-page-and-footnote.pdf").read_bytes())


def test_title_without_metadata_is_the_first_heading_or_the_file_name() -> None:
    assert read(DATA / "two-columns.pdf").title == "Newsletter of the region"
    assert read(DATA / "full-rule-open-sides.pdf").title == "full-rule-open-sides"


def test_page_labels_are_kept(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=DATA / "paragraph-over-page-and-footnote.pdf")
    writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(2, 2, style=PageLabelStyle.DECIMAL, start=1)
    writer.write(tmp_path / "labels.pdf")
    assert [page.label for page in read(tmp_path / "labels.pdf").pages] == ["i", "ii", "1"]


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turned_page_is_read_as_it_is_shown(tmp_path: Path, angle: int) -> None:
    """The content is laid on its side and the page turned back, as scanners and print drivers do."""
    upright = read(DATA / "header-with-spanning-cells.pdf")
    writer = pypdf.PdfWriter(clone_from=DATA / "header-with-spanning-cells.pdf")
    page = writer.pages[0]
    page.rotate(-angle)
    page.transfer_rotation_to_content()
    page.rotate(angle)
    writer.write(tmp_path / "turned.pdf")
    turned = read(tmp_path / "turned.pdf")
    assert turned.text == upright.text
    assert turned.tables[0].grid() == upright.tables[0].grid()
    for before, after in zip(upright.blocks, turned.blocks, strict=True):
        assert _first_box(after) == pytest.approx(_first_box(before), abs=1.0)


def test_boxes_count_from_the_visible_corner_of_a_cropped_page(tmp_path: Path) -> None:
    whole = read(DATA / "borderless-forecast.pdf")
    writer = pypdf.PdfWriter(clone_from=DATA / "borderless-forecast.pdf")
    box = writer.pages[0].mediabox
    writer.pages[0].cropbox = pypdf.generic.RectangleObject((20, 10, float(box.right), float(box.top) - 15))
    writer.write(tmp_path / "cropped.pdf")
    cropped = read(tmp_path / "cropped.pdf")
    x0, top, *_ = _first_box(whole.blocks[0])
    assert _first_box(cropped.blocks[0])[:2] == pytest.approx((x0 - 20, top - 15), abs=0.1)


def _first_box(block: Block) -> tuple[float, float, float, float]:
    box = block.pieces[0].box
    assert box is not None
    return box.x0, box.top, box.x1, box.bottom


def test_empty_user_password_is_no_hindrance(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=DATA / "borderless-forecast.pdf")
    writer.encrypt(user_password="", owner_password="owner", algorithm="RC4-128")
    writer.write(tmp_path / "owner-only.pdf")
    assert read(tmp_path / "owner-only.pdf").text == read(DATA / "borderless-forecast.pdf").text


def test_password_is_refused(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=DATA / "borderless-forecast.pdf")
    writer.encrypt(user_password="secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    assert "protected by a password; save a copy without the password" in refusal(tmp_path / "locked.pdf")


def test_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    assert refusal(tmp_path / "empty.pdf") == "The file is empty (0 bytes)"


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(tmp_path / "missing.pdf")
    (tmp_path / "folder.pdf").mkdir()
    assert refusal(tmp_path / "folder.pdf") == "This is not a file"


def test_huge_file_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(UnreadableFile, match="too large: 300 MB, the limit is 300 MB"):
        check_size(huge)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"PK\x03\x04 and so on", "zip archive"), (b"<html><p>Gone", "web page"), (b"Dear Sir", "something else")],
)
def test_other_content_under_the_name_of_a_pdf_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "named.pdf").write_bytes(content)
    reason = refusal(tmp_path / "named.pdf")
    assert reason.startswith("The name says PDF, but the content is")
    assert words in reason


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_cut_off_file_is_refused(tmp_path: Path, part: float) -> None:
    data = (CORPUS / "panel-report-2014.pdf").read_bytes()
    (tmp_path / "cut.pdf").write_bytes(data[: int(len(data) * part)])
    assert "cut off: its end is missing; download" in refusal(tmp_path / "cut.pdf")


def test_damaged_file_is_refused_or_read_but_never_fails(tmp_path: Path) -> None:
    data = bytearray((DATA / "lead-cell-over-page.pdf").read_bytes())
    refused = 0
    for start in range(0, len(data) - 400, len(data) // 24):
        damaged = bytes(data[:start]) + b"\xff" * 400 + bytes(data[start + 400 :])
        path = tmp_path / "damaged.pdf"
        path.write_bytes(damaged)
        try:
            read_pdf(path, damaged)
        except UnreadableFile as error:
            assert error.reason
            refused += 1
    assert refused


def test_scan_without_recognition_is_refused_with_that_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (scan,) = (CORPUS / "other-formats").glob("*-scan.pdf")
    assert refusal(scan) == "This PDF holds only page images; install tesseract to read it"


def test_pdf_without_pages_or_text_is_refused(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(tmp_path / "blank.pdf")
    assert refusal(tmp_path / "blank.pdf") == "The PDF has no text in it"
    pypdf.PdfWriter().write(tmp_path / "none.pdf")
    assert refusal(tmp_path / "none.pdf") == "The PDF has no pages"


def test_sections_of_the_plan_follow_its_headings() -> None:
    document = read(CORPUS / "plan-2009-2012.pdf")
    forecast = next(block for block in document.blocks if block.text == "Regional financial forecast")
    assert forecast.section == ("14. Appendices", "Appendix B – Finance")
    assert "5. The Regional Picture" in texts(document, "heading")
    assert all("Contents" not in block.section for block in document.blocks)


def test_slides_are_headed_by_their_titles() -> None:
    document = read(CORPUS / "panel-presentation-2017.pdf")
    first: dict[int | None, str] = {}
    for block in document.blocks:
        if block.role == "heading" and block.level == 1:
            first.setdefault(block.page, block.text)
    assert first[2] == "Purpose"
    assert first[13] == "Force Financial Contributions"
    assert set(first) >= set(range(2, 22))


def test_numbered_paragraphs_of_the_panel_report() -> None:
    document = read(CORPUS / "panel-report-2014.pdf")
    numbers = [block.number for block in document.blocks if block.role == "paragraph" and block.number]
    assert [f"4.{n}" for n in range(1, 9)] == [number for number in numbers if number.startswith("4.")]
    assert all("4. Summary of Key Points" in b.section for b in document.blocks if (b.number or "").startswith("4."))
