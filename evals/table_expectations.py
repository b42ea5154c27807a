"""Tables as a person reads them, written down by hand, and the differences of a table as read from one.

An expectation is a JSON file: ``file``; ``about`` (what makes the table hard); ``page`` and ``row_pages`` as
[page, number of rows] (null and [] where a format has no pages); ``caption``; ``unit``; ``header_rows``; ``columns``;
``spans`` as [row, column, rowspan, colspan] (null: not to be seen in this format); ``marks`` as [row, column, footnote
mark]; ``carried`` and ``doubtful`` as [row, column]; ``totals`` (rows that add up others; null: open to judgement);
``notes``; and ``rows``, header rows first. A place in ``rows`` is the cell's text, "" where it is truly blank, null
where a spanning cell covers it, a list where any of several texts is right, or {"begins", "words"} for long prose: its
first words and how many words it has (a long caption too). ``unit_allowed`` and ``notes_allowed`` are right, but not
asked for.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.model import Cell, Document, Table

BULLET = re.compile(r"(?:^|(?<=\s))[•·▪§]\s+")
NOTE_MARK = re.compile(r"^\W*(?:\d{1,2}(?=\s?[A-Z]))?\W*")
FIGURE = re.compile(r"^[\s\d.,()%£+–-]*\d[\s\d.,()%£kmbn+–-]*$")
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Expectation:
    """One table as it should be read; ``fields`` are those of its file."""

    name: str
    fields: dict[str, Any]

    @property
    def file(self) -> str:
        return str(self.fields["file"])

    @property
    def rows(self) -> list[list[Any]]:
        rows: list[list[Any]] = self.fields["rows"]
        return rows


@dataclass(frozen=True, slots=True)
class Triple:
    """A figure with the label of its row and the heading of its column; label None where the table leaves it open."""

    label: str | None
    heading: str
    value: str


def folder_to_expectations(folder: Path) -> list[Expectation]:
    """The expectations in a folder, by name; ValueError naming the file where one is not as it should be."""
    return [file_to_expectation(path) for path in sorted(folder.glob("*.json"))]


def file_to_expectation(path: Path) -> Expectation:
    """The expectation of a file; ValueError where its rows are uneven or its spans do not cover its nulls."""
    fields = json.loads(path.read_text("utf-8"))
    rows, columns = fields["rows"], fields["columns"]
    if any(len(row) != columns for row in rows):
        raise ValueError(f"{path.name}: every row needs {columns} places")
    nulls = {(r, c) for r, row in enumerate(rows) for c, place in enumerate(row) if place is None}
    if nulls != set(_covered(fields["spans"] or [])):
        raise ValueError(f"{path.name}: spans and nulls do not agree")
    return Expectation(path.stem, fields)


def _covered(spans: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    for row, column, rowspan, colspan in spans:
        for r in range(row, row + rowspan):
            for c in range(column, column + colspan):
                if (r, c) != (row, column):
                    yield r, c


def pair_tables(expectations: Sequence[Expectation], document: Document) -> dict[str, Table | None]:
    """By name of the expectation, the table that shares most of its words, on its page where it has one; each once."""
    free = list(document.tables)
    pairs: dict[str, Table | None] = {}
    for expectation in expectations:
        page = expectation.fields["page"]
        shares = [(_shared_words(expectation, t), -i) for i, t in enumerate(free) if page is None or t.page == page]
        best = max(shares, default=(0.0, 0))
        pairs[expectation.name] = free.pop(-best[1]) if best[0] > 0 else None
    return pairs


def _shared_words(expectation: Expectation, table: Table) -> float:
    wanted = {_words(text) for row in expectation.rows for place in row for text in _texts(place)} - {""}
    found = {_words(cell.text) for cell in table.cells} - {""}
    return len(wanted & found) / max(1, len(wanted | found))


def table_to_differences(expectation: Expectation, table: Table) -> list[str]:
    """What is read otherwise than expected, in words; empty where the table is read completely."""
    fields = expectation.fields
    found = [
        *_header_differences(fields, table),
        *_cell_differences(expectation, table),
        *_note_differences(fields, table),
    ]
    flagged: dict[str, list[Any]] = {
        "carried": sorted([c.row, c.column] for c in table.cells if c.carried),
        "doubtful": sorted([c.row, c.column] for c in table.cells if c.doubtful),
        "marks": sorted([c.row, c.column, mark] for c in table.cells for mark in c.marks),
        "totals": sorted(table.total_rows),
    }
    if fields["spans"] is not None:
        spans = ([c.row, c.column, c.rowspan, c.colspan] for c in table.cells if c.rowspan * c.colspan > 1)
        flagged["spans"] = sorted(spans)
    for name, places in flagged.items():
        if fields[name] is not None and sorted(fields[name]) != places:
            missing = [place for place in fields[name] if place not in places]
            extra = [place for place in places if place not in fields[name]]
            found.append(f"{name}: missing {missing}, not expected {extra}")
    return found


def _header_differences(fields: dict[str, Any], table: Table) -> Iterator[str]:
    pages = [page for page, count in fields["row_pages"] for _ in range(count)] or [None] * table.n_rows
    if list(table.row_pages) != pages:
        yield f"pages of rows: {_runs(pages)} expected, {_runs(table.row_pages)} read"
    if not _is_right(fields["caption"] or "", table.caption or ""):
        yield f"caption: {fields['caption']!r} expected, {table.caption!r} read"
    if table.unit not in {fields["unit"], fields.get("unit_allowed", fields["unit"])}:
        yield f"unit: {fields['unit']!r} expected, {table.unit!r} read"
    if table.header_rows != fields["header_rows"]:
        yield f"header rows: {fields['header_rows']} expected, {table.header_rows} read"


def _runs(pages: Sequence[int | None]) -> list[list[int | None]]:
    return [[page, list(pages).count(page)] for page in dict.fromkeys(pages)]


def _cell_differences(expectation: Expectation, table: Table) -> Iterator[str]:
    size = (len(expectation.rows), expectation.fields["columns"])
    if (table.n_rows, table.n_columns) != size:
        yield f"{size[0]} rows of {size[1]} expected, {table.n_rows} rows of {table.n_columns} read"
    origins: dict[tuple[int, int], Cell] = {(cell.row, cell.column): cell for cell in table.cells}
    for r, row in enumerate(expectation.rows):
        for c, place in enumerate(row):
            cell = origins.get((r, c))
            text = cell.text if cell else ""
            if place is None and not text:
                continue
            if place is None or not _is_right(place, text):
                yield f"row {r}, column {c}: {_shown(place)} expected, {_shown(text)} read"


def _is_right(place: Any, text: str) -> bool:
    if isinstance(place, dict):
        words = _text(text).split()
        return len(words) == place["words"] and " ".join(words).startswith(_text(place["begins"]))
    return _text(text) in {_text(wanted) for wanted in _texts(place)}


def _texts(place: Any) -> list[str]:
    """The texts that a place may have; none for long prose and covered places."""
    return [place] if isinstance(place, str) else place if isinstance(place, list) else []


def _shown(place: Any) -> str:
    words = repr(place)
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"


def _note_differences(fields: dict[str, Any], table: Table) -> Iterator[str]:
    read = {_note(note) for note in table.notes}
    wanted = {_note(note) for note in fields["notes"]}
    allowed = wanted | {_note(note) for note in fields.get("notes_allowed", [])}
    for note in sorted(wanted - read):
        if not any(is_beginning(note, text) for text in read):
            yield f"note missing: {_shown(note)}"
    for note in sorted(read - allowed):
        if not any(is_beginning(begins, note) for begins in allowed):
            yield f"note not expected: {_shown(note)}"


def is_beginning(note: str, text: str) -> bool:
    """Whether a note that is only begun in an expectation ("CJS incorporates the ...") is that text."""
    return note.endswith("...") and text.startswith(note[:-3].rstrip())


def _note(text: str) -> str:
    return NOTE_MARK.sub("", _text(text))


def _text(text: str) -> str:
    """A text in one form of its characters, with single spaces and without bullets, which are layout."""
    return " ".join(BULLET.sub(" ", unicodedata.normalize("NFKC", text)).split())


def _words(text: str) -> str:
    return re.sub(r"\W+", " ", _text(text)).strip().casefold()


def document_to_triples(document: Document) -> list[Triple]:
    """Every figure below a header row or beside a label, in all tables of a document, in order."""
    return [triple for table in document.tables for triple in table_to_triples(table)]


def table_to_triples(table: Table) -> list[Triple]:
    """The figures of a table's body. A label or a heading is compared by its letters and digits alone."""
    grid, headings = table.grid_cells(), table.headers()
    triples = []
    for row in grid[table.header_rows :]:
        lead = row[0]
        label = None if lead is not None and lead.doubtful else _key(lead.text if lead else "")
        for column, cell in enumerate(row):
            if column and cell is not None and cell.column == column and FIGURE.match(cell.text):
                triples.append(Triple(label, _key(headings[column]), re.sub(r"\s", "", cell.text)))
    return triples


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", _text(text)).casefold()


def triples_to_differences(ours: Sequence[Triple], theirs: Sequence[Triple]) -> tuple[list[Triple], list[Triple]]:
    """Triples that only one side has. A label that is left open agrees with any."""
    left, right = list(ours), list(theirs)
    for exact in (True, False):
        for triple in list(left):
            match = next((other for other in right if _agree(triple, other, exact)), None)
            if match is not None:
                left.remove(triple)
                right.remove(match)
    return left, right


def _agree(one: Triple, other: Triple, exact: bool) -> bool:
    if (one.heading, one.value) != (other.heading, other.value):
        return False
    return one.label == other.label if exact else one.label is None or other.label is None
