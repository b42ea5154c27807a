"""Excel workbooks and CSV files as a person sees them: sections, tables, formats, spans, notes; and what is refused."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table as DeclaredTable

from ingest.readers import bytes_to_document, check_suffix
from ingest.readers.xlsx import read_xlsx
from kb.errors import UnreadableFile
from kb.model import Document, Table
from tests.conftest import RunKb


def to_bytes(workbook: Workbook) -> bytes:
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()


def read_workbook(fill: Callable[[Any], object]) -> Document:
    """The Document of a workbook whose first sheet, called Savings 2014, was filled by ``fill``."""
    workbook = Workbook()
    workbook.active.title = "Savings 2014"
    fill(workbook.active)
    return read(to_bytes(workbook))


def read(data: bytes, name: str = "figures.xlsx") -> Document:
    document = bytes_to_document(Path(name), data)
    for table in document.tables:
        check_places(document, table)
    for block in document.blocks:
        for piece in block.pieces:
            end = piece.source_start + piece.end - piece.start
            assert document.text[piece.source_start : end] == block.text[piece.start : piece.end]
    return document


def check_places(document: Document, table: Table) -> None:
    assert len(table.row_spans) == len(table.row_pages) == table.n_rows
    for cell in table.cells:
        if cell.source is not None and not cell.carried:
            assert document.text[slice(*cell.source)] == cell.text
            span = table.row_spans[cell.row]
            assert span is not None
            assert span[0] <= cell.source[0] <= cell.source[1] <= span[1]


def rows(*lines: list[object]) -> Callable[[Any], None]:
    def fill(sheet: Any) -> None:
        for line in lines:
            sheet.append(line)

    return fill


def with_xml(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The workbook with one of its parts changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()).encode() if name == part else content)
    return made.getvalue()


def test_a_sheet_is_a_section_and_its_title_lines_are_the_caption() -> None:
    document = read_workbook(
        rows(["Savings by force"], ["£000"], ["Force", "2012/13", "2013/14"], ["Derby", 12, 30], ["Lincoln", 8, 20])
    )
    (table,) = document.tables
    assert document.blocks[0].role == "heading"
    assert document.blocks[0].text == "Savings 2014"
    assert (table.section, table.caption, table.unit, table.page) == (
        ("Savings 2014",),
        "Savings by force",
        "£000",
        None,
    )
    assert table.grid() == [["Force", "2012/13", "2013/14"], ["Derby", "12", "30"], ["Lincoln", "8", "20"]]
    assert table.header_rows == 1
    assert [cell.reference for cell in table.cells if cell.text == "30"] == ["C4"]


def test_merged_headings_span_and_totals_below_a_blank_row_belong_to_the_table() -> None:
    def fill(sheet: Any) -> None:
        rows(["Force", "2012/13", None, "2013/14"], [None, "Plan", "Actual", "Plan", "Actual"])(sheet)
        rows(["Derby", 10, 11, 12, 13], ["Lincoln", 20, 21, 22, 23], [], ["Total", 30, 32, 34, 36])(sheet)
        for area in ("A1:A2", "B1:C1", "D1:E1"):
            sheet.merge_cells(area)

    (table,) = read_workbook(fill).tables
    assert table.headers() == ["Force", "2012/13 Plan", "2012/13 Actual", "2013/14 Plan", "2013/14 Actual"]
    assert table.grid()[-1] == ["Total", "30", "32", "34", "36"]
    assert table.total_rows == (4,)
    spans = {(c.row, c.column, c.rowspan, c.colspan) for c in table.cells if c.rowspan > 1 or c.colspan > 1}
    assert spans == {(0, 0, 2, 1), (0, 1, 1, 2), (0, 3, 1, 2)}


def test_blank_rows_and_columns_part_tables() -> None:
    left = [["Force", "Officers"], ["Derby", 5], ["Lincoln", 6]]
    right = [["Rank", "Number"], ["Sergeant", 7], ["Constable", 8]]

    def fill(sheet: Any) -> None:
        rows(*[[*one, None, *two] for one, two in zip(left, right, strict=True)], [], ["Year", "Cost"], [2013, 4])(
            sheet
        )
        rows([2014, 5], ["Source: force returns"])(sheet)

    tables = read_workbook(fill).tables
    texts = [[[str(value) for value in line] for line in part] for part in (left, right)]
    assert [table.grid() for table in tables] == [*texts, [["Year", "Cost"], ["2013", "4"], ["2014", "5"]]]
    assert [table.notes for table in tables] == [(), (), ("Source: force returns",)]


def test_a_narrow_blank_column_before_figures_parts_nothing() -> None:
    (table,) = read_workbook(
        rows(["Force", "Plan", None, "Actual"], ["Derby", 5, None, 6], ["Lincoln", 7, None, 8])
    ).tables
    assert table.grid()[1] == ["Derby", "5", "6"]


def test_what_is_hidden_is_not_read_and_a_warning_says_so() -> None:
    def fill(sheet: Any) -> None:
        rows(["Force", "Name", "Officers"], ["Derby", "A. Person", 5], ["Kent", "B. Person", 6], ["York", "C", 7])(
            sheet
        )
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[3].hidden = True
        lookups = sheet.parent.create_sheet("Lookups")
        lookups["A1"] = "internal"
        lookups.sheet_state = "veryHidden"

    document = read_workbook(fill)
    assert document.tables[0].grid() == [["Force", "Officers"], ["Derby", "5"], ["York", "7"]]
    assert "Person" not in document.text and "internal" not in document.text
    said = "\n".join(document.warnings)
    assert 'Sheet "Lookups" is hidden' in said and "hidden row was not read (3)" in said and "not read (B)" in said


def test_a_formula_is_never_computed_and_an_error_is_doubtful() -> None:
    data = to_bytes_of(["Force", "Plan", "Actual"], ["Derby", 5, "=1+1"], ["Lincoln", "#REF!", 8])
    document = read(data)
    (table,) = document.tables
    cells = {(cell.row, cell.column): cell for cell in table.cells}
    assert (cells[1, 2].text, cells[1, 2].doubtful) == ("", True)
    assert (cells[2, 1].text, cells[2, 1].doubtful) == ("#REF!", True)
    assert not cells[1, 1].doubtful
    assert any("C2" in doubt for doubt in table.doubts) and any("B3" in doubt for doubt in table.doubts)
    assert table.confidence < 1
    assert "formulas without a saved value (C2)" in document.warnings[0] and "B3 #REF!" in document.warnings[1]
    part = "xl/worksheets/sheet1.xml"
    saved = with_xml(data, part, lambda xml: re.sub(r"</f><v ?/>|</f><v></v>", "</f><v>42</v>", xml))
    assert read(saved).tables[0].grid()[1][2] == "42"


def to_bytes_of(*lines: list[object]) -> bytes:
    workbook = Workbook()
    rows(*lines)(workbook.active)
    return to_bytes(workbook)


def test_dates_formats_and_raised_marks() -> None:
    raised = CellRichText("Derby", TextBlock(InlineFont(vertAlign="superscript"), "1"))
    area = CellRichText("Area m", TextBlock(InlineFont(vertAlign="superscript"), "2"))

    def fill(sheet: Any) -> None:
        rows(["Force", "Start", "Share", "Savings"], [raised, date(2014, 3, 31), 0.177, 1087357], [area, None, 0.1, 5])(
            sheet
        )
        sheet["B2"].number_format, sheet["C2"].number_format = "d mmm yyyy", "0.0%"
        sheet["D2"].number_format = '"£"#,##0'

    (table,) = read_workbook(fill).tables
    assert table.grid()[1] == ["Derby", "31 Mar 2014", "17.7%", "£1,087,357"]
    assert [cell.marks for cell in table.cells if cell.text == "Derby"] == [("1",)]
    assert table.grid()[2][0] == "Area m2"


def test_declared_tables_and_headings_in_bold_are_known() -> None:
    def fill(sheet: Any) -> None:
        rows(["Contract", "Supplier", "Lead"], ["Vans", "Acme", "Derby"], ["Cars", "Acme", "Kent"], ["below", "it"])(
            sheet
        )
        sheet.add_table(DeclaredTable(displayName="Contracts", ref="A1:C3"))
        other = sheet.parent.create_sheet("Words")
        rows(["Role", "Name"], ["Chief", "Smith"], ["Deputy", "Jones"])(other)
        for cell in other[1]:
            cell.font = Font(bold=True)

    document = read_workbook(fill)
    assert [(table.n_rows, table.header_rows) for table in document.tables] == [(3, 1), (3, 1)]
    assert [block.text for block in document.blocks if block.role == "paragraph"] == ["below it"]


def test_prose_empty_sheets_charts_and_pictures() -> None:
    def fill(sheet: Any) -> None:
        rows(["About"], [], ["The figures come from the forces."], ["Contact:", "the team"])(sheet)
        sheet.parent.create_sheet("Nothing")
        sheet.parent.create_chartsheet("Bars").add_chart(BarChart())
        sheet.add_chart(BarChart(), "F1")

    document = read_workbook(fill)
    assert [block.text for block in document.blocks] == [
        "Savings 2014",
        "About",
        "The figures come from the forces.",
        "Contact: the team",
    ]
    assert not document.tables
    said = "\n".join(document.warnings)
    assert '"Bars" is a chart' in said and "charts, pictures or text boxes" in said


def test_cells_far_out_and_wide_merges_cost_nothing() -> None:
    def fill(sheet: Any) -> None:
        rows(["Title over all"], ["Force", "Officers"], ["Derby", 5], ["Lincoln", 6])(sheet)
        sheet.merge_cells("A1:XFD1")
        sheet["XFD1048576"] = "far away"

    data = with_xml(
        to_bytes_with(fill),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace("<sheetData>", "<dimension ref='A1:XFD1048576'/><sheetData>", 1),
    )
    document = read(data)
    assert document.tables[0].grid() == [["Force", "Officers"], ["Derby", "5"], ["Lincoln", "6"]]
    assert document.tables[0].caption == "Title over all"
    assert document.blocks[-1].text == "far away"


def to_bytes_with(fill: Callable[[Any], object]) -> bytes:
    workbook = Workbook()
    fill(workbook.active)
    return to_bytes(workbook)


def test_long_tables_and_workbooks_are_cut_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.tables.sheets.MAX_TABLE_CELLS", 20)
    data = to_bytes_of(["Force", "Officers"], *[[f"Force {n}", n * 3] for n in range(40)])
    document = read(data)
    assert document.tables[0].n_rows == 10
    assert "31 rows are left out" in document.warnings[0]
    assert "31 rows are left out" in document.tables[0].doubts[0]
    monkeypatch.setattr("ingest.readers.xlsx.MAX_CELLS", 6)
    assert "over the limit; it was read up to cell B3" in read(data).warnings[0]


ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHARED = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def with_shared_strings(data: bytes, strings: str, prolog: str = "") -> bytes:
    """The workbook with its first cell taken from a table of shared strings, as Excel writes them."""
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHARED}"/></Types>'
    data = with_xml(data, "[Content_Types].xml", lambda xml: xml.replace("</Types>", override))
    inline = '<c r="A1" t="inlineStr"><is><t>Force</t></is></c>'
    data = with_xml(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(inline, '<c r="A1" t="s"><v>0</v></c>'))
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f'{prolog}<sst xmlns="{MAIN}"><si>{strings}</si></sst>')
    return made.getvalue()


def with_entity(xml: str) -> str:
    return ENTITY + xml.replace("Derby", "&e;")


def attacks() -> dict[str, bytes]:
    good = to_bytes_of(["Force"], ["Derby"])
    return {
        "sheet": with_xml(good, "xl/worksheets/sheet1.xml", with_entity),
        "strings": with_shared_strings(good, "<t>&e;</t>", ENTITY),
        "workbook": with_xml(good, "xl/workbook.xml", with_entity),
    }


@pytest.mark.parametrize("part", ["sheet", "strings", "workbook"])
def test_document_types_and_entities_are_refused(part: str) -> None:
    with pytest.raises(UnreadableFile):
        bytes_to_document(Path("attack.xlsx"), attacks()[part])


@pytest.mark.parametrize("part", ["sheet", "strings"])
def test_the_reader_itself_follows_no_entity(part: str) -> None:
    with pytest.raises(UnreadableFile, match="damaged"):
        read_xlsx(Path("attack.xlsx"), attacks()[part])


def test_shared_strings_keep_their_marks_and_escapes_apart() -> None:
    raised = '<r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r>'
    data = with_shared_strings(
        to_bytes_of(["Force", "Officers"], ["Derby", 5], ["Kent", 6]), f"<r><t>Force_x000D_ name</t></r>{raised}"
    )
    cell = read(data).tables[0].cells[0]
    assert (cell.text, cell.marks) == ("Force name", ("1",))


def broken_files() -> Iterator[tuple[str, bytes, str]]:
    good = to_bytes_of(["Force"], ["Derby"])
    yield "cut.xlsx", good[:-200], "damaged|cut off"
    yield "other.xlsx", b"%PDF-1.7", "content is a PDF"
    yield "old.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "old or password-protected"
    yield "blank.xlsx", to_bytes_of(), "no words"
    yield "sheet.xlsx", with_xml(good, "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2]), "damaged"
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    yield "strict.xlsx", with_xml(good, "xl/workbook.xml", lambda xml: xml + f"<!-- {strict} -->"), "Strict"
    yield "zip.csv", good, "content is an Excel workbook"
    yield "empty.csv", b"\n\n", "no words"
    yield "zeros.csv", b"a,b\n\0\x01\n", "not a CSV file"


@pytest.mark.parametrize(("name", "data", "reason"), list(broken_files()), ids=lambda value: str(value)[:12])
def test_what_cannot_be_read_is_refused_with_a_reason(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        bytes_to_document(Path(name), data)


def test_an_old_workbook_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnreadableFile, match=r"\.xls\) cannot be read; open the file in Excel .* save it"):
        check_suffix(Path("old.XLS"))


def test_macros_are_said_not_to_have_been_read() -> None:
    made = io.BytesIO(to_bytes_of(["Force", "Officers"], ["Derby", 5], ["Kent", 6]))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    document = read(made.getvalue(), "figures.xlsm")
    assert document.tables
    assert "macros" in document.warnings[0]


CSV = 'Savings by force\r\n(unaudited)\r\n\r\nForce,Saving,Share\r\nDerby,"£1,200",17.7%\r\nKent,£800\r\n\r\n'
MORE = 'Total,"£2,000"\r\n\r\nRank,Note\r\nSergeant,"two\r\nlines"\r\nConstable,=1+1\r\nSource: returns\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_files_of_every_dialect(encoding: str, delimiter: str) -> None:
    text = (CSV + MORE).replace("1,200", "1;200").replace("2,000", "2;000").replace(",", delimiter).replace(";", ",")
    if delimiter == ";":
        text = (CSV + MORE).replace("Force,Saving,Share", "Force;Saving;Share").replace("Derby,", "Derby;")
        text = text.replace('",17.7%', '";17.7%').replace("Kent,", "Kent;").replace("Total,", "Total;")
        text = text.replace("Rank,", "Rank;").replace("Sergeant,", "Sergeant;").replace("Constable,", "Constable;")
    document = read(text.encode(encoding), "savings.csv")
    first, second = document.tables
    assert first.grid()[:3] == [["Force", "Saving", "Share"], ["Derby", "£1,200", "17.7%"], ["Kent", "£800", ""]]
    assert (first.caption, first.header_rows, first.total_rows) == ("Savings by force", 1, (3,))
    assert second.grid() == [["Rank", "Note"], ["Sergeant", "two lines"], ["Constable", "=1+1"]]
    assert second.notes == ("Source: returns",)
    assert "like a formula; nothing was computed" in document.warnings[0]
    assert document.title == "Savings by force"


def test_an_unclosed_quote_does_not_swallow_the_file() -> None:
    lines = ["Name,Size", '"12" pipe,5', *[f"pipe {n},{n}" for n in range(6)]]
    assert read("\n".join(lines).encode(), "pipes.csv").tables[0].n_rows == 8


def test_a_named_delimiter_is_taken_at_its_word() -> None:
    table = read(b"sep=;\r\nForce;Cost\r\nDerby;1,5\r\nKent;2,5\r\n", "costs.csv").tables[0]
    assert table.grid()[1] == ["Derby", "1,5"]


def test_the_command_line_reads_and_answers_from_a_workbook(run_kb: RunKb, tmp_path: Path) -> None:
    path = tmp_path / "officers.xlsx"
    workbook = Workbook()
    workbook.active.title = "Officers 2014"
    rows(["Officers by rank"], ["Rank", "Number"], ["Inspector", 12], ["Sergeant", 40], ["Constable", 200])(
        workbook.active
    )
    path.write_bytes(to_bytes(workbook))
    (table,) = run_kb("tables", path, "--json").json
    assert (table["caption"], table["rows"][1]) == ("Officers by rank", ["Sergeant", "40"])
    assert run_kb("ingest", path).code == 0
    found = run_kb("ask", "--json", "How many sergeants are there?").json
    (citation,) = found["citations"]
    assert found["values"] == ["40"]
    assert (citation["source"], citation["section"], citation["page"]) == ("officers.xlsx", "Officers 2014", None)
    assert (citation["table"]["row"], citation["table"]["column"]) == ("Sergeant", "Number")


def test_half_a_character_does_not_keep_a_workbook_from_being_stored() -> None:
    document = read(to_bytes_of(["Force", "Posts"], ["Der_xD800_by", 5], ["Kent _xD83D__xDE80_", 6]), "posts.xlsx")
    assert [row[0] for row in document.tables[0].grid()] == ["Force", "Der\ufffdby", "Kent \U0001f680"]
