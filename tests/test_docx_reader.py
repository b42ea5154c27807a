"""Word documents: headings, lists, merged cells, footnotes; what is no Word document is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.document import Document as Word
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml

from ingest.readers.docx import read_docx
from kb.errors import UnreadableFile
from kb.model import Document

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(word: Word, name: str = "report.docx") -> Document:
    saved = io.BytesIO()
    word.save(saved)
    return read_docx(Path(name), saved.getvalue())


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_docx(Path("report.docx"), data)
    return caught.value.reason


def test_word_edition_of_the_committee_report() -> None:
    (path,) = (CORPUS / "other-formats").glob("*.docx")
    document = read_docx(path, path.read_bytes())
    headings = [block.text for block in document.blocks if block.role == "heading"]
    assert headings[:2] == ["1. Sponsor of paper", "2. Reason for report"]
    budget = next(block for block in document.blocks if "£1.193m" in block.text)
    assert budget.section == ("5. Implications",)
    assert document.pages == ()
    assert budget.page is None
    assert sum(block.role == "item" for block in document.blocks) == 3
    assert document.title.startswith("Collaboration Plan 2010/13")
    for block in document.blocks:
        for piece in block.pieces:
            assert block.text[piece.start : piece.end] == document.text[piece.source_start :][: piece.end - piece.start]


def test_headings_make_sections_and_numbers_leave_the_text() -> None:
    word = docx.Document()
    word.add_heading("Report of the Board", 0)
    word.add_heading("Finance", 1)
    word.add_heading("Grant", 2)
    word.add_paragraph("4.1\tThe grant is £3m.")
    word.add_paragraph("First point", style="List Bullet")
    word.add_heading("Staff", 1)
    word.add_paragraph("There are 12.")
    document = read(word)
    sections = {block.text: block.section for block in document.blocks}
    assert sections["The grant is £3m."] == ("Finance", "Grant")
    assert sections["There are 12."] == ("Staff",)
    numbered = next(block for block in document.blocks if block.text == "The grant is £3m.")
    assert (numbered.number, numbered.role) == ("4.1", "paragraph")
    assert document.title == "Report of the Board"


def test_bold_paragraphs_are_headings_where_there_are_no_styles() -> None:
    word = docx.Document()
    word.add_paragraph().add_run("Purpose of the report").bold = True
    word.add_paragraph("To inform the panel.")
    assert [(block.role, block.section) for block in read(word).blocks] == [
        ("heading", ()),
        ("paragraph", ("Purpose of the report",)),
    ]


def test_merged_cells_are_spans() -> None:
    word = docx.Document()
    word.add_paragraph("The posts were counted in March.")
    table = word.add_table(rows=4, cols=3)
    for row, texts in enumerate(
        [("Force", "Posts", ""), ("", "Officers", "Staff"), ("East", "16", "2"), ("West", "20", "1")]
    ):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    document = read(word)
    (found,) = document.tables
    spans = {cell.text: (cell.row, cell.column, cell.rowspan, cell.colspan) for cell in found.cells}
    assert spans["Force"] == (0, 0, 2, 1)
    assert spans["Posts"] == (0, 1, 1, 2)
    assert found.grid()[2:] == [["East", "16", "2"], ["West", "20", "1"]]
    assert found.header_rows == 2
    assert found.lead_in == "The posts were counted in March."
    assert found.row_spans[3] is not None
    assert document.text[slice(*found.row_spans[3])] == "West\t20\t1"


def test_table_of_one_column_is_text() -> None:
    word = docx.Document()
    word.add_table(rows=1, cols=1).cell(0, 0).text = "A box drawn around one paragraph."
    document = read(word)
    assert not document.tables
    assert document.blocks[0].text == "A box drawn around one paragraph."


def test_footnotes_stand_apart_and_their_marks_are_no_figures() -> None:
    word = docx.Document()
    paragraph = word.add_paragraph("The unit cost £4.2 million")
    paragraph.add_run("7").font.superscript = True
    paragraph.add_run(" on the 23")
    paragraph.add_run("rd").font.superscript = True
    paragraph.add_run(" of May.")
    reference = f'<w:r {NAMESPACE}><w:footnoteReference w:id="2"/></w:r>'
    paragraph._p.append(parse_xml(reference))
    notes = (
        f'<w:footnotes {NAMESPACE}><w:footnote w:id="0"><w:p/></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>At 2012 prices.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, notes.encode(), word.part.package)
    word.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    assert [(block.role, block.text, block.number) for block in read(word).blocks] == [
        ("paragraph", "The unit cost £4.2 million on the 23rd of May.", None),
        ("footnote", "At 2012 prices.", "1"),
    ]


def test_deleted_text_is_left_out_and_inserted_text_is_read() -> None:
    word = docx.Document()
    paragraph = word.add_paragraph("Savings of ")
    paragraph._p.append(parse_xml(f"<w:del {NAMESPACE}><w:r><w:delText>£1m</w:delText></w:r></w:del>"))
    paragraph._p.append(parse_xml(f"<w:ins {NAMESPACE}><w:r><w:t>£2m</w:t></w:r></w:ins>"))
    assert read(word).blocks[0].text == "Savings of £2m"


def archive(files: dict[str, bytes]) -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return saved.getvalue()


def cut_off_report() -> bytes:
    data = next((CORPUS / "other-formats").glob("*.docx")).read_bytes()
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", "The file is empty (0 bytes)"),
        (lambda: b"%PDF-1.7 and so on", "The name says Word document, but the content is a PDF"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1", "old or password-protected Office document"),
        (cut_off_report, "The Word document is damaged or cut off"),
        (lambda: archive({"notes.txt": b"hello"}), "another kind of archive"),
        (lambda: archive({"word/document.xml": b"<w:oops"}), "The Word document is damaged"),
        (lambda: archive({"word/document.xml": bytes(40 * 1024 * 1024)}), "unpacks to 40 MB"),
    ],
)
def test_what_is_no_word_document_is_refused(make: Callable[[], bytes], reason: str) -> None:
    assert reason in refusal(make())


def test_document_without_words_is_refused() -> None:
    saved = io.BytesIO()
    docx.Document().save(saved)
    assert refusal(saved.getvalue()) == "The Word document has no words in it"
