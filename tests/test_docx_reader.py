"""Word documents: headings, lists, merged cells, footnotes; what is no Word document is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml
from word_files import NAMESPACE, add_part, read, xml

from ingest.readers import bytes_to_document
from ingest.readers.docx import read_docx
from kb.errors import UnreadableFile

CORPUS = Path(__file__).resolve().parents[1] / "corpus"


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
        (lambda: archive({"word/document.xml": b"", "_rels/.rels": b"http://purl.oclc.org/ooxml"}), "save it again"),
    ],
)
def test_what_is_no_word_document_is_refused(make: Callable[[], bytes], reason: str) -> None:
    assert reason in refusal(make())


def test_document_without_words_is_refused() -> None:
    saved = io.BytesIO()
    docx.Document().save(saved)
    assert refusal(saved.getvalue()) == "The Word document has no words in it"


def test_a_document_made_to_blow_up_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        bytes_to_document(Path("report.docx"), archive({"word/document.xml": bytes(40 * 1024 * 1024)}))


def test_headers_and_footers_are_furniture_at_the_end() -> None:
    word = docx.Document()
    word.add_paragraph("The text.")
    word.sections[0].header.paragraphs[0].text = "NOT PROTECTIVELY MARKED"
    word.sections[0].footer.paragraphs[0].text = "Area Board"
    assert [(b.role, b.text) for b in read(word).blocks] == [
        ("paragraph", "The text."),
        ("furniture", "NOT PROTECTIVELY MARKED"),
        ("furniture", "Area Board"),
    ]


def test_notes_are_numbered_in_order_and_those_of_cells_belong_to_the_table() -> None:
    word = docx.Document()
    add_part(word, "footnotes", NOTES.format(kind="footnote", first="In a cell.", second="In the text."))
    add_part(word, "endnotes", NOTES.format(kind="endnote", first="At the end.", second="Unused."))
    table = word.add_table(rows=2, cols=2)
    for row, texts in enumerate([("Force", "Posts"), ("East", "16")]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 1).paragraphs[0]._p.append(xml('<w:r><w:footnoteReference w:id="2"/></w:r>'))
    paragraph = word.add_paragraph("The unit cost £3m.")
    paragraph._p.append(xml('<w:r><w:footnoteReference w:id="3"/></w:r>'))
    paragraph._p.append(xml('<w:r><w:endnoteReference w:id="2"/></w:r>'))
    document = read(word)
    assert [(b.role, b.number, b.text) for b in document.blocks] == [
        ("footnote", "1", "In a cell."),
        ("paragraph", None, "The unit cost £3m."),
        ("footnote", "2", "In the text."),
        ("footnote", "i", "At the end."),
    ]
    (found,) = document.tables
    assert found.notes == ("1 In a cell.",)
    assert [(cell.text, cell.marks) for cell in found.cells if cell.marks] == [("16", ("1",))]


NOTES = (
    '<w:{kind}s><w:{kind} w:id="0"><w:p/></w:{kind}>'
    '<w:{kind} w:id="2"><w:p><w:r><w:t>{first}</w:t></w:r></w:p></w:{kind}>'
    '<w:{kind} w:id="3"><w:p><w:r><w:t>{second}</w:t></w:r></w:p></w:{kind}></w:{kind}s>'
)


def test_controls_boxes_links_and_formulas_are_read_hidden_text_and_prompts_are_not() -> None:
    word = docx.Document()
    paragraph = word.add_paragraph("See ")
    for piece in (
        "<w:hyperlink><w:r><w:t>the plan</w:t></w:r></w:hyperlink>",
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t> secret</w:t></w:r>",
        "<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t> of May</w:t></w:r></w:sdtContent></w:sdt>",
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr>"
        "<w:sdtContent><w:r><w:t>Enter text</w:t></w:r></w:sdtContent></w:sdt>",
        "<w:r><w:instrText>PAGE</w:instrText></w:r>",
        BOXED,
    ):
        paragraph._p.append(xml(piece))
    document = read(word)
    assert [block.text for block in document.blocks] == ["See the plan of May", "In a box."]
    assert document.tables[0].grid() == [["Force", "Posts"], ["East", "16"]]


ROWS = "".join(
    "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in texts) + "</w:tr>"
    for texts in (("Force", "Posts"), ("East", "16"))
)
BOX = f"<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p><w:tbl>{ROWS}</w:tbl></w:txbxContent>"
TWICE = f"<mc:Choice>{BOX}</mc:Choice><mc:Fallback>{BOX}</mc:Fallback>"
BOXED = f"<w:r><mc:AlternateContent>{TWICE}</mc:AlternateContent></w:r>"


def test_a_table_that_holds_a_table_lays_out_the_page() -> None:
    word = docx.Document()
    outer = word.add_table(rows=2, cols=2)
    outer.cell(0, 0).text = "Left"
    inner = outer.cell(0, 1).add_table(rows=2, cols=2)
    for row, texts in enumerate([("Force", "Posts"), ("East", "16")]):
        for column, text in enumerate(texts):
            inner.cell(row, column).text = text
    outer.cell(1, 0).text = "Below"
    document = read(word)
    assert [table.grid() for table in document.tables] == [[["Force", "Posts"], ["East", "16"]]]
    assert [block.text for block in document.blocks] == ["Left", "Below"]


def test_rows_in_controls_are_read_deleted_ones_are_not_and_the_header_is_the_formats_word() -> None:
    word = docx.Document()
    word.add_paragraph("Posts by force", style="Caption")
    table = word.add_table(rows=4, cols=2)
    for row, texts in enumerate([("East", "Posts"), ("2012", "2013"), ("16", "17"), ("90", "99")]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    rows = list(table._tbl.tr_lst)
    for row in rows[:2]:
        row.get_or_add_trPr().append(xml("<w:tblHeader/>"))
    rows[3].get_or_add_trPr().append(xml("<w:del/>"))
    control = xml("<w:sdt><w:sdtPr/><w:sdtContent/></w:sdt>")
    rows[2].addprevious(control)
    control[1].append(rows[2])  # type: ignore[index]
    document = read(word)
    (found,) = document.tables
    assert found.grid() == [["East", "Posts"], ["2012", "2013"], ["16", "17"]]
    assert (found.header_rows, found.caption) == (2, "Posts by force")
    assert document.warnings and "tracked changes" in document.warnings[0]


def test_a_document_with_macros_is_read_without_them() -> None:
    word = docx.Document()
    word.add_paragraph("The board agreed the plan.")
    saved, made = io.BytesIO(), io.BytesIO()
    word.save(saved)
    with zipfile.ZipFile(saved) as plain, zipfile.ZipFile(made, "w") as archive:
        for name in plain.namelist():
            content = plain.read(name)
            if name == "[Content_Types].xml":
                ordinary = b"vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
                assert ordinary in content
                content = content.replace(ordinary, b"vnd.ms-word.document.macroEnabled.main+xml")
            archive.writestr(name, content)
        archive.writestr("word/vbaProject.bin", b"macro")
    document = bytes_to_document(Path("plan.docm"), made.getvalue())
    assert [block.text for block in document.blocks] == ["The board agreed the plan."]
    assert document.warnings == ("The Word document has macros; they were neither run nor read",)


def test_damaged_properties_cost_the_title_and_not_the_words() -> None:
    word = docx.Document()
    word.core_properties.title = "Plan of the region"
    word.add_paragraph("The board agreed the plan.")
    saved, made = io.BytesIO(), io.BytesIO()
    word.save(saved)
    with zipfile.ZipFile(saved) as plain, zipfile.ZipFile(made, "w") as archive:
        for name in plain.namelist():
            content = plain.read(name)
            if name == "[Content_Types].xml":
                content = content.replace(b"vnd.openxmlformats-package.core-properties+xml", b"vnd.unknown+xml")
            archive.writestr(name, content)
    document = bytes_to_document(Path("plan.docx"), made.getvalue())
    assert [block.text for block in document.blocks] == ["The board agreed the plan."]
    assert (document.title, document.issuer) == ("plan", None)
