"""What stands around a table and belongs to it: caption, unit line, the paragraph that leads in, and the notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.layout.blocks import CAPTION, NOTE
from ingest.tables.marks import NOTE_START
from ingest.tables.meaning import with_meaning
from kb.model import Block, Table
from kb.units import is_unit_only, text_to_unit

MAX_NEIGHBOURS = 30
MAX_NOTES = 12
# Small print further below the table than this many points is not its note.
NOTE_REACH = 40.0
# "Table 3 Costs by force" is a caption, "Table 3 shows the costs by force" a sentence.
TITLED = re.compile(r"^(?:[Tt]able|TABLE|[Ff]igure|FIGURE|[Cc]hart)\s+[A-Z]?\d+(?:\.\d+)*[a-z]?\s+[A-Z][^.]{3,150}$")
TITLE_NUMBER = re.compile(r"^(?P<kind>table|figure|chart)\s+(?P<number>[A-Z]?\d+(?:\.\d+)*[a-z]?)\b", re.IGNORECASE)
CONTINUED = re.compile(r"\b(?:continued|cont['’]?d)\b", re.IGNORECASE)
# Of two captions, one above and one below, that at least this much nearer is the table's.
NEARER = 2.0


@dataclass(frozen=True, slots=True)
class Around:
    """The blocks next to a table up to the next one, nearest first; furniture and footnotes are left out of
    ``above`` and ``below``."""

    table: Table
    before: tuple[Block, ...]
    after: tuple[Block, ...]

    @property
    def above(self) -> list[Block]:
        return [block for block in self.before if block.role not in {"furniture", "footnote"}]

    @property
    def below(self) -> list[Block]:
        return [block for block in self.after if block.role not in {"furniture", "footnote"}]


def finish_tables(written: Sequence[Block | Table], header_rows: Mapping[str, int | None], text: str) -> list[Table]:
    """The tables of a document with their surroundings and their meaning.

    ``written`` has blocks and tables in order, each at the index that is its ``order``; ``header_rows`` says by
    table id what the format itself knows.
    """
    around = [
        Around(
            part,
            tuple(_until_table(reversed(written[: part.order]))),
            tuple(_until_table(iter(written[part.order + 1 :]))),
        )
        for part in written
        if isinstance(part, Table)
    ]
    footnotes = [part for part in written if isinstance(part, Block) and part.role == "footnote"]
    captions = choose_captions(around)
    tables = []
    for one in around:
        table = with_surroundings(one, captions.get(one.table.id))
        table = replace(table, notes=(*table.notes, *marks_to_footnotes(table, footnotes)))
        tables.append(with_meaning(table, text, header_rows.get(table.id)))
    return tables


def _until_table(parts: Iterator[Block | Table]) -> list[Block]:
    blocks: list[Block] = []
    for part in parts:
        if isinstance(part, Table) or len(blocks) > MAX_NEIGHBOURS:
            break
        blocks.append(part)
    return blocks


def with_surroundings(around: Around, caption: str | None) -> Table:
    """The table with caption, unit line, lead-in and notes; what its reader knew of these stays."""
    table = around.table
    unit = next((text_to_unit(f"in {b.text}") for b in around.above[:1] if is_unit_only(b.text)), None)
    notes = tuple(dict.fromkeys((*table.notes, *_notes(table, around.after))))
    return replace(
        table,
        caption=table.caption or caption or _first_row_as_caption(table),
        lead_in=table.lead_in or _lead_in(around.before),
        unit=table.unit or unit,
        notes=notes,
    )


def choose_captions(around: Sequence[Around]) -> dict[str, str]:
    """The caption of each table by its id: the block right above or right below that reads as one.

    Where both do, the one that is clearly nearer, else that on the side where the document puts them. No caption
    is given to two tables.
    """
    sides = {one.table.id: (_caption_of(one.above), _caption_of(one.below)) for one in around}
    above = sum(up is not None and down is None for up, down in sides.values())
    below = sum(down is not None and up is None for up, down in sides.values())
    taken: set[str] = set()
    chosen: dict[str, str] = {}
    for one in around:
        up, down = (b if b is not None and b.id not in taken else None for b in sides[one.table.id])
        block = up or down
        if up is not None and down is not None and _prefers_below(one.table, up, down, below > above):
            block = down
        if block is None:
            continue
        taken.add(block.id)
        chosen[one.table.id] = _without_continued(block.text, chosen)
    return chosen


def _caption_of(blocks: Sequence[Block]) -> Block | None:
    """The first block where it is a caption; a line that only says a unit may stand between."""
    block = next((block for block in blocks if not is_unit_only(block.text)), None)
    if block is None or not (block.role == "caption" or TITLED.match(block.text) or _is_continued(block.text)):
        return None
    return block


def _is_continued(text: str) -> bool:
    return bool(TITLE_NUMBER.match(text) and CONTINUED.search(text)) and len(text) < 150


def _without_continued(text: str, chosen: Mapping[str, str]) -> str:
    """A caption; of one that says "Table 3 continued", the words that Table 3 had first."""
    number = TITLE_NUMBER.match(text)
    if number is None or not CONTINUED.search(text):
        return text
    same = (caption for caption in chosen.values() if (m := TITLE_NUMBER.match(caption)) and m[0] == number[0])
    return next(same, text)


def _prefers_below(table: Table, up: Block, down: Block, by_habit: bool) -> bool:
    """Whether of two captions the lower is the table's."""
    if table.box is None or not up.pieces or not down.pieces:
        return by_habit
    high, low = up.pieces[-1].box, down.pieces[0].box
    if high is None or low is None or up.pieces[-1].page != table.page or down.pieces[0].page != table.row_pages[-1]:
        return by_habit
    over = max(table.box.top - high.bottom, 0.1)
    bottom = max((c.box.bottom for c in table.cells if c.box and c.page == table.row_pages[-1]), default=low.top)
    under = max(low.top - bottom, 0.1)
    if over > NEARER * under:
        return True
    return by_habit and under <= NEARER * over


def _first_row_as_caption(table: Table) -> str | None:
    """A banner across the table that reads as a caption: "Table 1: Current projects"."""
    first = [cell for cell in table.cells if cell.row == 0 and cell.text.strip()]
    if len(first) == 1 and first[0].column == 0 and CAPTION.match(first[0].text):
        return first[0].text
    return None


def _lead_in(before: Sequence[Block]) -> str | None:
    for block in before:
        if block.role in {"caption", "furniture", "footnote"} or NOTE.match(block.text) or is_unit_only(block.text):
            continue
        return block.text if block.role in {"paragraph", "item"} else None
    return None


def _notes(table: Table, after: Sequence[Block]) -> tuple[str, ...]:
    """Small print, and lines that begin as notes do or with a mark of the table, directly below."""
    page = table.row_pages[-1] if table.row_pages else None
    bottom = max((cell.box.bottom for cell in table.cells if cell.box and cell.page == page), default=None)
    notes: list[str] = []
    for block in after[:MAX_NOTES]:
        if block.role == "furniture":
            continue
        below = _gap(bottom, block, page)
        note = _block_to_note(table, block)
        if note is None and not (block.role == "footnote" and below is not None and below < NOTE_REACH):
            break
        if note is not None or block.number is None or not block.number.isdigit():
            notes.append(note or block.text)
        bottom = block.pieces[-1].box.bottom if block.pieces and block.pieces[-1].box else bottom
    return tuple(notes)


def _block_to_note(table: Table, block: Block) -> str | None:
    """The words of a block below a table that reads as its note, else None."""
    if block.role not in {"footnote", "paragraph", "item"}:
        return None
    if block.role != "item" and NOTE.match(block.text):
        return block.text
    start = NOTE_START.match(block.text)
    if start is not None and not start["mark"].isalnum() and _stands_in(table, start["mark"]):
        return block.text
    if block.number is not None and block.role != "paragraph":
        bracketed = f"({block.number})"
        if _stands_in(table, bracketed):
            return f"{bracketed} {block.text}"
    return None


def _stands_in(table: Table, mark: str) -> bool:
    """Whether a mark stands behind words of a cell or of the caption."""
    behind = re.compile(rf"[^\s(]\s*{re.escape(mark)}")
    texts = [cell.text for cell in table.cells]
    return any(behind.search(text) for text in (*texts, table.caption or "")) or any(
        mark in cell.marks for cell in table.cells
    )


def marks_to_footnotes(table: Table, footnotes: Sequence[Block]) -> list[str]:
    """The footnotes of the table's pages whose raised marks stand in its cells, each behind its mark."""
    places = {(mark, cell.page) for cell in table.cells for mark in cell.marks}
    found = [
        f"{block.number} {block.text}"
        for block in footnotes
        if block.number is not None and (block.number, block.page) in places
    ]
    return [note for note in dict.fromkeys(found) if note not in table.notes]


def _gap(bottom: float | None, block: Block, page: int | None) -> float | None:
    """Points between what stands above and a block on the same page; None where there are no positions."""
    first = block.pieces[0] if block.pieces else None
    if bottom is None or first is None or first.box is None or first.page != page:
        return None
    return first.box.top - bottom
