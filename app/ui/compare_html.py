"""A comparison as HTML: one table with real headings, whose rows become cards on a narrow screen.

Everything that comes from a document or from the person asking is escaped here.
"""

from __future__ import annotations

import re
from html import escape

from app.ui.places import Place, citation_to_place, place_to_query, retrieved_to_place
from app.ui.sources import clip, with_values
from app.wording import page_to_words
from kb.compare import Cell, Column, Grid, Row
from kb.errors import NotFound
from kb.model import Answer, Citation, Retrieved
from kb.store import KnowledgeBase

PARTS_SHOWN = 2
LONGEST_LABEL = 70
LONGEST_PASSAGE = 260
_MARKER = re.compile(r"\s?\[(\d{1,3})\]")
_PARTS = re.compile(r".+?(?:\[\d{1,3}\])+(?=\s|$)|.+", re.DOTALL)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
STATES = {"waiting": "Not asked yet", "not asked": "Not asked"}


def grid_to_html(grid: Grid, kb: KnowledgeBase) -> str:
    """The whole grid; roles are given, as a table that is laid out as cards loses its own."""
    head = "".join(f'<th scope="col" role="columnheader">{column_to_html(column)}</th>' for column in grid.columns)
    body = "".join(row_to_html(grid, row, kb) for row in grid.rows)
    whom = "documents" if grid.columns[0].by == "document" else "forces"
    return (
        '<div class="grid-scroll" role="region" aria-labelledby="grid-caption" tabindex="0">'
        f'<table class="grid" role="table"><caption id="grid-caption">What {len(grid.columns)} {whom} say</caption>'
        '<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Question</th>'
        f'{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>'
        f'<p class="grid-note">{escape(reading_note(whom))}</p>'
    )


def reading_note(whom: str) -> str:
    """How to read the grid, in two or three sentences."""
    if whom == "forces":
        return (
            "A cell holds only sentences and table cells that name the force themselves. Nothing found does not mean "
            "that a force did nothing; it means that these documents do not say it in words that were found."
        )
    return (
        "Figures are compared as they stand. Open their sources to see whether they measure the same thing. "
        "Nothing found means that no passage of that document answers the question closely enough."
    )


def column_to_html(column: Column) -> str:
    """A column's heading: the document's title, which opens it, and date; or the force."""
    if column.by == "force":
        return escape(column.label)
    query = escape(place_to_query(Place(column.key, page=1)))
    date = f'<span class="grid-date">{escape(column.date)}</span>' if column.date else ""
    return f'<a href="?{query}" data-place>{escape(clip(column.label, LONGEST_LABEL))}</a>{date}'


def row_to_html(grid: Grid, row: Row, kb: KnowledgeBase) -> str:
    """A question with what its figures show, and its cells."""
    silent = [c.label for c, cell in zip(grid.columns, row.cells, strict=True) if cell.state == "silent"]
    said = sum(cell.state == "says" for cell in row.cells)
    asked = said + len(silent)
    count = f"{said} of {asked} say something" if asked else ""
    finding = f'<p class="finding {row.finding.verdict.replace(" ", "-")}">{escape(row.finding.words)}</p>'
    marks = row.finding.marks or ("",) * len(row.cells)
    cells = "".join(
        cell_to_html(cell, column, mark, kb) for cell, column, mark in zip(row.cells, grid.columns, marks, strict=True)
    )
    return (
        f'<tr role="row"><th scope="row" role="rowheader"><span class="grid-question">{escape(clip(row.question, 300))}'
        f"</span>{f'<p class=grid-count>{count}</p>' if count else ''}{finding if row.finding.words else ''}</th>"
        f"{cells}</tr>"
    )


def cell_to_html(cell: Cell, column: Column, mark: str, kb: KnowledgeBase) -> str:
    """One cell. Its label is only seen on a narrow screen, where the cell is a card."""
    if cell.state == "says" and cell.answer is not None:
        body = answer_to_html(cell.answer, column, kb)
    elif cell.state == "silent":
        body = '<p class="grid-nothing">Nothing found</p>' + nearest_to_html(cell, column)
    else:
        body = f'<p class="grid-waiting">{STATES[cell.state]}</p>'
    label = " · ".join(part for part in (clip(column.label, LONGEST_LABEL), column.date) if part)
    marked = f'<p class="grid-mark">{escape(mark.capitalize())}</p>' if mark else ""
    note = f'<p class="grid-says-note">{escape(cell.note)}</p>' if cell.note else ""
    return (
        f'<td role="cell" class="{cell.state.replace(" ", "-")}"><span class="grid-label" aria-hidden="true">'
        f"{escape(label)}</span>{marked}{body}{note}</td>"
    )


def answer_to_html(answer: Answer, column: Column, kb: KnowledgeBase) -> str:
    """The first parts of an answer with their markers, the rest to be opened, and the sources as links."""
    queries = {citation.marker: citation_to_query(citation, kb) for citation in answer.citations}
    parts = [part.strip() for part in _PARTS.findall(answer.answer) if part.strip()]
    shown = "".join(part_to_html(part, answer, queries) for part in parts[:PARTS_SHOWN])
    rest = "".join(part_to_html(part, answer, queries) for part in parts[PARTS_SHOWN:])
    more = f'<details class="grid-more"><summary>Show the rest</summary>{rest}</details>' if rest else ""
    words = without_marks(answer.answer)
    sources = "".join(
        source_to_html(citation, column, queries[citation.marker], without_marks(citation.quote) in words)
        for citation in answer.citations
    )
    return f'<div class="grid-says">{shown}{more}</div><ul class="grid-sources">{sources}</ul>'


def without_marks(text: str) -> str:
    """Letters and figures alone, to see whether a quote stands in an answer."""
    return "".join(character for character in _MARKER.sub("", text) if character.isalnum())


def part_to_html(part: str, answer: Answer, queries: dict[int, str]) -> str:
    """A sentence or list item: its values stand out, its markers are links."""
    html = with_values(escape(_BULLET.sub("", part)), answer.values)

    def marker(found: re.Match[str]) -> str:
        number = int(found[1])
        if number not in queries:
            return found[0]
        return f'<a class="marker" href="?{queries[number]}" data-place aria-label="Source {number}">{number}</a>'

    return f"<p>{_MARKER.sub(marker, html)}</p>"


def source_to_html(citation: Citation, column: Column, query: str, said: bool) -> str:
    """A source in one line: the document where the column is a force, page, row and column; and its words if not
    ``said`` above already."""
    table = citation.table
    parts = [
        clip(citation.title, 60) if column.by == "force" else "",
        page_to_words(citation.source, citation.page),
        f"row {clip(table.row, 60)}" if table and table.row else "",
        f"column {clip(table.column, 60)}" if table and table.column else "",
    ]
    words = ", ".join(part for part in parts if part) or "the passage"
    quote = "" if table or said else f'<q class="grid-quote">{escape(clip(citation.quote, LONGEST_PASSAGE))}</q>'
    link = f'<a href="?{query}" data-place>[{citation.marker}] {escape(words)}</a>'
    return f'<li value="{citation.marker}">{link}{quote}</li>'


def nearest_to_html(cell: Cell, column: Column) -> str:
    """The nearest passage of a silent document, closed, and said not to be an answer."""
    if cell.answer is None or not cell.answer.retrieved or column.by == "force":
        return ""
    nearest: Retrieved = cell.answer.retrieved[0]
    query = escape(place_to_query(retrieved_to_place(nearest)))
    where = page_to_words(nearest.source, nearest.page) or "the passage"
    return (
        '<details class="grid-more"><summary>Nearest passage — not an answer</summary>'
        f'<p><a href="?{query}" data-place>{escape(where)}</a>: {escape(clip(nearest.text, LONGEST_PASSAGE))}</p>'
        "</details>"
    )


def citation_to_query(citation: Citation, kb: KnowledgeBase) -> str:
    """The address of a source, escaped."""
    try:
        document = kb.document(citation.document_id)
    except NotFound:
        document = None
    return escape(place_to_query(citation_to_place(citation, document)))


# ------------------------------------------------------------------------------------------------------ around it


def progress_to_html(grid: Grid | None, stopped: bool = False) -> str:
    """How far a comparison is; None before it has begun."""
    if grid is None:
        words = "Stopped before anything was asked." if stopped else "Reading the questions"
        return f'<p class="compare-told">{words}</p>'
    count = f"{grid.done} of {grid.total} answers"
    if stopped and grid.done < grid.total:
        return f'<p class="compare-told">Stopped. {count} are there.</p>'
    if grid.done == grid.total:
        return f'<p class="compare-told">Done: {count}.</p>'
    return (
        f'<p class="compare-told">{count}</p>'
        f'<progress class="compare-bar" value="{grid.done}" max="{grid.total}" aria-label="Answers found"></progress>'
    )


def problem_to_html(message: str) -> str:
    """Something that a person can mend, in plain words."""
    return f'<article class="problem" role="alert"><h3>This did not work</h3><p>{escape(message)}</p></article>'


def nothing_yet_to_html() -> str:
    """What stands where the grid will be."""
    return (
        '<p class="compare-empty">The answers will stand here: a row for each question, '
        "a column for each document or force.</p>"
    )
