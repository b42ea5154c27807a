"""Pages -> columns in reading order, with the footnotes at their ends set apart."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.layout.blocks import SENTENCE_END, Draft
from ingest.layout.flow import foot_lines, lines_to_notes
from ingest.layout.lines import entries_to_regions, find_gutter
from ingest.layout.parts import Edge, Entry, PageContent


def pages_to_regions(
    pages: Sequence[list[Entry]], contents: Sequence[PageContent], body: float
) -> tuple[list[list[list[Entry]]], list[list[Draft]]]:
    """Each page's columns in reading order, and its footnotes. ``body`` is the size of most of the text."""
    texts: list[list[Entry]] = []
    notes: list[list[Draft]] = []
    for entries, content in zip(pages, contents, strict=True):
        text, foot = without_notes(entries, content.horizontal, content.height, body)
        texts.append(sorted(text, key=lambda entry: (entry.box.top, entry.box.x0)))
        notes.append(foot)
    gutters = pages_to_gutters(texts, contents)
    regions: list[list[list[Entry]]] = []
    for text, content, foot in zip(texts, contents, notes, strict=True):
        columns = entries_to_regions(text, content.width, gutters=gutters) if gutters else [text] if text else []
        if len(columns) > 1:
            columns, in_columns = columns_without_notes(columns, content, body)
            foot[:0] = in_columns
        regions.append(columns)
    join_notes(notes)
    return regions, notes


def pages_to_gutters(pages: Sequence[Sequence[Entry]], contents: Sequence[PageContent]) -> list[float]:
    """Where the pages of a document that are set in columns have their gutters; entries go from top to bottom."""
    found = [find_gutter(entries, content.width) for entries, content in zip(pages, contents, strict=True)]
    return sorted({gutter[0] for gutter in found if gutter})


def without_notes(
    entries: Sequence[Entry], rules: Sequence[Edge], height: float, body: float
) -> tuple[list[Entry], list[Draft]]:
    """A page or column without the footnotes at its end, and these."""
    foot = foot_lines(entries, rules, height, body)
    below = {id(line) for line in foot}
    return [entry for entry in entries if id(entry) not in below], lines_to_notes(foot)


def columns_without_notes(
    columns: Sequence[list[Entry]], content: PageContent, body: float
) -> tuple[list[list[Entry]], list[Draft]]:
    """The columns of a page without the footnotes at the end of each, and these from left to right."""
    kept: list[list[Entry]] = []
    notes: list[Draft] = []
    for column in columns:
        text, foot = without_notes(column, content.horizontal, content.height, body)
        notes.extend(foot)
        if text:
            kept.append(text)
    return kept, notes


def join_notes(notes: Sequence[list[Draft]]) -> None:
    """Footnotes that a page end broke are whole again, on the page where they begin."""
    last: Draft | None = None
    for page in notes:
        first = page[0] if page else None
        if first and last and first.number is None and not SENTENCE_END.search(last.plain.rstrip()):
            last.lines.extend(first.lines)
            del page[0]
        last = page[-1] if page else None
