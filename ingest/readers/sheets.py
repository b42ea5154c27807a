"""Sheets -> Document: what a workbook and a CSV file have in common. Sheets have no pages, so every page is None."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.layout.writing import Writer, write_table
from ingest.readers.heartbeat import page_done
from ingest.tables.meaning import with_meaning
from ingest.tables.sheets import GridPart, Sheet, TextPart, sheet_to_parts
from kb.model import Block, Piece, Table

# What a workbook or a CSV file may hold; the rest is left out, with a warning.
MAX_CELLS = 1_000_000
MAX_CHARACTERS = 50_000_000
MAX_NAMED_DOUBTS = 5


@dataclass
class Written:
    """The text of a document in the making, with its blocks, tables and warnings."""

    writer: Writer = field(default_factory=Writer)
    blocks: list[Block] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def order(self) -> int:
        return len(self.blocks) + len(self.tables)


def sheets_to_written(sheets: Sequence[Sheet]) -> Written:
    """The text, blocks and tables of sheets; each named sheet is a section under its name."""
    written = Written()
    for sheet in sheets:
        parts = sheet_to_parts(sheet)
        section: tuple[str, ...] = ()
        if sheet.name is not None:
            if not parts:
                continue
            _write_heading(written, sheet.name)
            section = (sheet.name,)
        for part in parts:
            if isinstance(part, GridPart):
                _write_grid(written, part, section)
            else:
                _write_line(written, part, section)
    return written


def _write_heading(written: Written, name: str) -> None:
    start = written.writer.write(name)
    written.writer.write("\n\n")
    pieces = (Piece(0, len(name), start),)
    block_id = f"b{len(written.blocks)}"
    written.blocks.append(Block(block_id, written.order, "heading", name, pieces, (), level=1))


def _write_line(written: Written, part: TextPart, section: tuple[str, ...]) -> None:
    text = part.text
    start = written.writer.write(text)
    written.writer.write("\n\n")
    pieces = (Piece(0, len(text), start),)
    written.blocks.append(Block(f"b{len(written.blocks)}", written.order, part.role, text, pieces, section))


def _write_grid(written: Written, part: GridPart, section: tuple[str, ...]) -> None:
    """Write the cells of a table, with its meaning and with doubts where cells or rows are missing."""
    doubts = part.doubts[:MAX_NAMED_DOUBTS]
    if len(part.doubts) > len(doubts):
        doubts.append(f"and {len(part.doubts) - len(doubts)} more cells like these")
    if part.n_left_out:
        said = f"{part.n_left_out:,} rows are left out: the table is longer than the limit of {len(part.rows):,} rows"
        doubts.append(said)
        written.warnings.append(f"{_place(section, part)}: {said}")
    table = Table(
        id=f"t{len(written.tables)}",
        order=written.order,
        n_rows=len(part.rows),
        n_columns=part.n_columns,
        cells=(),
        row_pages=(None,) * len(part.rows),
        caption=part.caption,
        lead_in=part.lead_in,
        unit=part.unit,
        notes=tuple(part.notes),
        section=section,
        doubts=tuple(doubts),
    )
    page_done()
    # Labels are not looked for in the text: a sheet's cells are what its author made them.
    written.tables.append(with_meaning(write_table(written.writer, part.rows, table), "", part.header_rows))


def _place(section: Sequence[str], part: GridPart) -> str:
    """Which table is meant, for a warning."""
    sheet = f'Sheet "{section[-1]}"' if section else "Table"
    return f'{sheet}, "{part.caption}"' if part.caption else sheet
