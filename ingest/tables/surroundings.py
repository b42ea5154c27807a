"""What stands around a table and belongs to it: caption, the paragraph that leads in, and the notes below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ingest.layout.blocks import CAPTION, NOTE
from ingest.tables.meaning import with_meaning
from kb.model import Block, Table

MAX_NEIGHBOURS = 30
MAX_NOTES = 12
# Small print further below the table than this many points is not its note.
NOTE_REACH = 40.0


def with_surroundings(table: Table, before: Sequence[Block], after: Sequence[Block]) -> Table:
    """The table with caption, lead-in and notes. ``before`` and ``after`` are the blocks next to it in reading
    order, up to the next table, nearest first."""
    above = next((block for block in before if block.role not in {"furniture", "footnote"}), None)
    below = next((block for block in after if block.role not in {"furniture", "footnote"}), None)
    caption = above.text if above is not None and above.role == "caption" else None
    caption = caption or _first_row_as_caption(table)
    if caption is None and below is not None and below.role == "caption":
        caption = below.text
    return replace(table, caption=caption, lead_in=_lead_in(before), notes=_notes(table, after))


def finish_tables(written: Sequence[Block | Table], header_rows: Mapping[str, int | None], text: str) -> list[Table]:
    """The tables of a document with their surroundings and their meaning.

    ``written`` has blocks and tables in order, each at the index that is its ``order``; ``header_rows`` says by
    table id what the format itself knows.
    """
    return [
        with_meaning(
            with_surroundings(
                table,
                _until_table(reversed(written[: table.order])),
                _until_table(iter(written[table.order + 1 :])),
            ),
            text,
            header_rows.get(table.id),
        )
        for table in written
        if isinstance(table, Table)
    ]


def _until_table(parts: Iterator[Block | Table]) -> list[Block]:
    blocks: list[Block] = []
    for part in parts:
        if isinstance(part, Table) or len(blocks) > MAX_NEIGHBOURS:
            break
        blocks.append(part)
    return blocks


def _first_row_as_caption(table: Table) -> str | None:
    """A banner across the table that reads as a caption: "Table 1: Current projects"."""
    first = [cell for cell in table.cells if cell.row == 0]
    if len(first) == 1 and first[0].colspan == table.n_columns and CAPTION.match(first[0].text):
        return first[0].text
    return None


def _lead_in(before: Sequence[Block]) -> str | None:
    for block in before:
        if block.role in {"caption", "furniture", "footnote"} or NOTE.match(block.text):
            continue
        return block.text if block.role in {"paragraph", "item"} else None
    return None


def _notes(table: Table, after: Sequence[Block]) -> tuple[str, ...]:
    """Small print, and lines that begin as notes do, directly below."""
    page = table.row_pages[-1] if table.row_pages else None
    bottom = max((cell.box.bottom for cell in table.cells if cell.box and cell.page == page), default=None)
    notes: list[str] = []
    for block in after[:MAX_NOTES]:
        if block.role == "furniture":
            continue
        is_note = bool(NOTE.match(block.text)) and block.role in {"footnote", "paragraph"}
        below = _gap(bottom, block, page)
        if not is_note and not (block.role == "footnote" and below is not None and below < NOTE_REACH):
            break
        if block.number is None or not block.number.isdigit():
            notes.append(block.text)
        bottom = block.pieces[-1].box.bottom if block.pieces and block.pieces[-1].box else bottom
    return tuple(notes)


def _gap(bottom: float | None, block: Block, page: int | None) -> float | None:
    """Points between what stands above and a block on the same page; None where there are no positions."""
    first = block.pieces[0] if block.pieces else None
    if bottom is None or first is None or first.box is None or first.page != page:
        return None
    return first.box.top - bottom
