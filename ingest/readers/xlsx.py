"""Excel workbook -> Document. Each sheet is a section; what a person sees of it is read.

Cells read as their number formats show them, formulas as the values that were saved with them. Hidden sheets, rows
and columns are not read, because whoever passes the workbook on does not see them either; a warning says so.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.readers.checks import check_is_zip, document_id, macro_warnings
from ingest.readers.heartbeat import page_read
from ingest.readers.pdf_properties import sensible_title
from ingest.readers.sheet_cells import CellReader, Shown, Trouble, named
from ingest.readers.sheet_xml import (
    SheetDamaged,
    StoredSheet,
    place_to_reference,
    reference_to_area,
    stream_to_sheet,
)
from ingest.readers.sheets import MAX_CELLS, MAX_CHARACTERS, sheets_to_written
from ingest.tables.regions import MAX_HEADER_ROWS, SheetCell
from ingest.tables.sheets import Sheet, TableArea
from kb.errors import UnreadableFile
from kb.model import Document

log = logging.getLogger(__name__)

DAMAGED = "The Excel workbook is damaged and cannot be read"
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
SAVE_AGAIN = "open it in Excel or LibreOffice and save it as Excel workbook (.xlsx)"


def read_xlsx(path: Path, data: bytes) -> Document:
    """The Document of an Excel workbook (.xlsx, or .xlsm without its macros).

    Raises UnreadableFile where the content is no workbook, is damaged, or has no words in what it shows.
    """
    check_is_zip(path.name, data, "Excel workbook")
    check_is_workbook(path.name, data)
    workbook = open_workbook(path.name, data)
    reading = Reading(workbook)
    try:
        sheets = list(reading.sheets())
    except (SheetDamaged, KeyError, zipfile.BadZipFile) as error:
        raise UnreadableFile(path.name, DAMAGED) from error
    written = sheets_to_written(sheets)
    text = written.writer.text()
    if not re.search(r"\w", text):
        hidden = f" ({reading.warnings[0]})" if reading.warnings else ""
        raise UnreadableFile(path.name, f"The Excel workbook has no words in it{hidden}")
    return Document(
        id=document_id(data),
        source=path.name,
        text=text,
        title=sensible_title(workbook.properties.title) or path.stem,
        format="xlsx",
        blocks=tuple(written.blocks),
        tables=tuple(written.tables),
        warnings=(*macro_warnings(data, "workbook"), *reading.warnings, *written.warnings),
    )


def check_is_workbook(source: str, data: bytes) -> None:
    """Refuse another kind of archive, and the kinds of workbook that cannot be read, saying how to save them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            main = archive.read("xl/workbook.xml") if "xl/workbook.xml" in names else b""
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError) as error:
        raise UnreadableFile(source, "The Excel workbook is damaged or cut off") from error
    if "xl/workbook.bin" in names:
        raise UnreadableFile(source, f"The workbook is in the binary form (.xlsb), which cannot be read; {SAVE_AGAIN}")
    if STRICT in main:
        raise UnreadableFile(
            source, f"The workbook is in the form called Strict Open XML, which cannot be read; {SAVE_AGAIN}"
        )
    if not any(name.startswith("xl/") for name in names):
        raise UnreadableFile(source, "The name says Excel workbook, but the content is another kind of archive")


def open_workbook(source: str, data: bytes) -> Any:
    """The openpyxl workbook without its cells: sheets, styles, shared strings with the type of their parts."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about extensions that openpyxl leaves out, which are not read here
            return openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False, rich_text=True
            )
    except MemoryError:
        raise
    except Exception as error:  # a damaged package raises anything from KeyError to XMLSyntaxError
        raise UnreadableFile(source, DAMAGED) from error


class Reading:
    """One workbook on its way to sheets; ``warnings`` fill as its sheets are read."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._cells_left = MAX_CELLS
        self._characters_left = MAX_CHARACTERS
        self.warnings: list[str] = []

    def sheets(self) -> Iterator[Sheet]:
        """The sheets that are shown, in their order. Raises SheetDamaged."""
        worksheets = self._workbook.worksheets
        for number, worksheet in enumerate(worksheets, start=1):
            if worksheet.sheet_state != "visible":
                self.warnings.append(f'Sheet "{worksheet.title}" is hidden and was not read')
            elif self._cells_left <= 0 or self._characters_left <= 0:
                self.warnings.append(f'Sheet "{worksheet.title}" was not read: the workbook is over the limit')
            else:
                yield self._worksheet_to_sheet(worksheet)
                page_read(number, len(worksheets))
        for chart in self._workbook.chartsheets:
            self.warnings.append(f'Sheet "{chart.title}" is a chart and was not read')

    def _worksheet_to_sheet(self, worksheet: Any) -> Sheet:
        with self._workbook._archive.open(worksheet._worksheet_path) as stream:
            stored = stream_to_sheet(stream, self._cells_left)
        self._cells_left -= len(stored.cells)
        epoch_1904 = self._workbook.epoch.year == 1904
        reader = CellReader(worksheet, worksheet._shared_strings, epoch_1904)
        shown, trouble = Shown(stored), Trouble()
        cells: list[SheetCell] = []
        for one in stored.cells:
            extent = shown.extent(one.row, one.column)
            cell = reader.cell(one, extent, trouble) if extent is not None else None
            if cell is None:
                continue
            self._characters_left -= len(cell.text)
            if self._characters_left < 0:
                stored.is_cut = True
                break
            cells.append(cell)
        name = worksheet.title
        self.warnings += [f'Sheet "{name}"{said}' for said in sheet_to_warnings(stored, shown, trouble)]
        areas = list(self._declared_tables(worksheet._worksheet_path, stored, shown))
        return Sheet(name, cells, areas, shown.heading_row(stored))

    def _declared_tables(self, part: str, stored: StoredSheet, shown: Shown) -> Iterator[TableArea]:
        """The areas that the workbook itself calls tables."""
        if not stored.table_relations:
            return
        from openpyxl.packaging.relationship import get_dependents, get_rels_path
        from openpyxl.worksheet.table import Table
        from openpyxl.xml.functions import fromstring

        archive = self._workbook._archive
        for relation in stored.table_relations:
            try:
                target = get_dependents(archive, get_rels_path(part)).get(relation).target
                declared: Any = Table.from_tree(fromstring(archive.read(target)))
                area = reference_to_area(declared.ref)
                heads = 1 if declared.headerRowCount is None else min(int(declared.headerRowCount), MAX_HEADER_ROWS)
            except (KeyError, ValueError, TypeError, AttributeError, SyntaxError) as error:
                log.info("The table %s of %s is not declared as it should be: %s", relation, part, error)
                continue
            seen = shown.area(area) if area is not None else None
            if area is not None and seen is not None:
                hidden = sum(shown.is_hidden_row(area.top + row) for row in range(heads))
                yield TableArea(seen.top, seen.left, seen.bottom, seen.right, heads - hidden)


def sheet_to_warnings(stored: StoredSheet, shown: Shown, trouble: Trouble) -> Iterator[str]:
    """What was not read of a sheet, or with doubt, each to follow the sheet's name."""
    rows = sorted({cell.row for cell in stored.cells if shown.is_hidden_row(cell.row)})
    columns = sorted({cell.column for cell in stored.cells if shown.is_hidden_column(cell.column)})
    if rows:
        filtered = ", some by a filter" if stored.filtered and len(rows) > 1 else ""
        many = "hidden row was" if len(rows) == 1 else f"{len(rows)} hidden rows were"
        yield f": {many} not read ({named(map(str, rows))}){filtered}"
    if columns:
        letters = named(place_to_reference(1, column)[:-1] for column in columns)
        many = "hidden column was" if len(columns) == 1 else f"{len(columns)} hidden columns were"
        yield f": {many} not read ({letters})"
    if trouble.without_value:
        yield (
            f": formulas without a saved value ({named(trouble.without_value)}); open the workbook in Excel or "
            "LibreOffice, save it, and read it again"
        )
    if trouble.errors:
        yield f": cells that show an error ({named(trouble.errors)})"
    if stored.has_drawing:
        yield " has charts, pictures or text boxes, which were not read"
    if stored.is_cut:
        last = stored.cells[-1]
        yield f" is over the limit; it was read up to cell {place_to_reference(last.row, last.column)} at most"
