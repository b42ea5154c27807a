"""Tables in text files: lines whose cells are parted by tabs, joined over page breaks, split at new headings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.tables.meaning import with_meaning
from kb.model import Cell, Table

TAG = re.compile(r"<[^<>]{1,200}>")
ORDINAL = re.compile(r"\s*<sup>\s*(st|nd|rd|th)\s*</sup>", re.IGNORECASE)
NOTE_MARK = re.compile(r"<sup>\s*[\d*]+\s*</sup>|[¹²³⁴⁵⁶⁷⁸⁹⁰]+|\$\s*\^?\{?\s*\d+\s*\}?\s*\$", re.IGNORECASE)
EMPHASIS = re.compile(r"\*\*|(?<!\w)__|__(?!\w)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file with the offset of its first character."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def cell_to_text(raw: str) -> str:
    """A cell's words for reading: without markup, footnote marks and doubled spaces."""
    text = ORDINAL.sub(r"\1", raw)
    text = NOTE_MARK.sub("", text)
    text = re.sub(r"<li>|</li>|<br\s*/?>", " ", text, flags=re.IGNORECASE)
    text = EMPHASIS.sub("", TAG.sub("", text))
    text = re.sub(r"\s+/\s+", "; ", text).strip().lstrip(";/ ")
    return " ".join(text.split())


def lines_to_tables(lines: list[Line], first_id: int, order: int, section: tuple[str, ...], text: str) -> list[Table]:
    """Tables in a run of tab-separated lines; a heading row inside begins a new table, a repeated one is dropped.

    ``order`` is given to the first table and counted on by the caller for the others.
    """
    rows = [(line, line.text.split("\t")) for line in lines]
    width = max(len(cells) for _, cells in rows)
    groups: list[list[tuple[Line, list[str]]]] = [[]]
    head: list[str] = []
    for line, cells in rows:
        cells = cells + [""] * (width - len(cells))
        words = [cell_to_text(cell) for cell in cells]
        if not any(words):
            continue
        if head and words == head:
            continue
        if head and len(groups[-1]) > 1 and width > 2 and words[1:] == head[1:] and any(words[1:]):
            groups.append([])
        groups[-1].append((line, cells))
        if len(groups[-1]) == 1:
            head = words
    tables = []
    for number, group in enumerate(group for group in groups if group):
        tables.append(_rows_to_table(group, f"t{first_id + number}", order + number, section, text))
    return tables


def _rows_to_table(
    rows: list[tuple[Line, list[str]]], table_id: str, order: int, section: tuple[str, ...], text: str
) -> Table:
    cells: list[Cell] = []
    spans: list[tuple[int, int] | None] = []
    n_columns = _used_columns([texts for _, texts in rows])
    for row, (line, texts) in enumerate(rows):
        start = line.start
        for column, raw in enumerate(texts):
            if column < n_columns:
                lead = len(raw) - len(raw.lstrip())
                source = (start + lead, start + len(raw.rstrip())) if raw.strip() else None
                cells.append(Cell(row, column, cell_to_text(raw), source=source))
            start += len(raw) + 1
        stripped = line.text.strip()
        begin = line.start + line.text.index(stripped)
        spans.append((begin, begin + len(stripped)))
    table = Table(
        id=table_id,
        order=order,
        n_rows=len(rows),
        n_columns=n_columns,
        cells=tuple(cells),
        row_pages=(None,) * len(rows),
        row_spans=tuple(spans),
        section=section,
    )
    return with_meaning(table, text)


def _used_columns(rows: list[list[str]]) -> int:
    """Columns up to the last one that any row fills."""
    return max((column + 1 for texts in rows for column, raw in enumerate(texts) if raw.strip()), default=1)
