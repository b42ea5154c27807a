"""Results of the tools in words, as a language model reads them: what to quote, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.wording import answer_to_remarks, citation_to_where, pages_to_words
from app.wording import page_to_words as place_to_words

if TYPE_CHECKING:
    from app.api.schemas import PageOut
    from kb.model import Answer, Citation
    from kb.store import DocumentInfo

NEAREST = 3
NEAREST_CHARACTERS = 600


def answer_to_words(answer: Answer) -> str:
    """The answer with its numbered sources; where nothing is found, why, and the nearest places."""
    if answer.status == "not_found":
        nearest = "\n\n".join(
            f"- {entry.source}{', ' + place if (place := place_to_words(entry.source, entry.page)) else ''}:\n"
            f"{entry.text[:NEAREST_CHARACTERS]}"
            for entry in answer.retrieved[:NEAREST]
        )
        head = f"Not found in these documents. {answer.message or ''}".strip()
        return f"{head}\n\nNearest places (no answer):\n\n{nearest}" if nearest else head
    sources = "\n".join(citation_to_line(citation) for citation in answer.citations)
    computed = ""
    if answer.computation is not None:
        cells = "; ".join(f"{cell.row} / {cell.column}: {cell.value}" for cell in answer.computation.inputs)
        computed = f"\n\nComputed: {answer.computation.operation} of {cells} = {answer.computation.result}"
    remarks = "".join(f"\n\n{remark}" for remark in answer_to_remarks(answer))
    return f"{answer.answer}{computed}\n\nSources:\n{sources}{remarks}"


def citation_to_line(citation: Citation) -> str:
    """One numbered source: title, file, page, section, cell, and its words in quotation marks."""
    where = ", ".join([f"{citation.title} ({citation.source})", *citation_to_where(citation)])
    cell = ""
    if citation.table is not None:
        named = (("row", citation.table.row), ("column", citation.table.column), ("value", citation.table.value))
        cell = "; " + ", ".join(f"{name} “{text}”" for name, text in named if text)
    return f"[{citation.marker}] {where}{cell}: “{citation.quote}”"


def table_to_words(table: Mapping[str, Any]) -> str:
    """A table object (with ``title``) as lines of cells under its caption and place."""
    place = place_to_words(table["source"], table["page"])
    head = " · ".join(part for part in (table["caption"], table["title"], table["source"], place) if part)
    unit = f"\nFigures in {table['unit']}" if table["unit"] else ""
    rows = "\n".join(" | ".join(" ".join(cell.split()) for cell in row) for row in [*table["header"], *table["rows"]])
    left_out = f"\n({table['rows_left_out']} more rows)" if table["rows_left_out"] else ""
    notes = "".join(f"\nNote: {note}" for note in table["notes"])
    doubts = "".join(f"\nDoubtful: {doubt}" for doubt in table["doubts"])
    return f"{head}{unit}\n{rows}{left_out}{notes}{doubts}"


def page_to_words(page: PageOut) -> str:
    """A page's text under the document's title and its number."""
    number = place_to_words(page.source, page.page, page.count) or f"part {page.number} of {page.count}"
    return f"{page.title} ({page.source}), {number}\n\n{page.text}"


def documents_to_words(documents: Sequence[DocumentInfo]) -> str:
    """A line a document: title, file name, date, kind, pages and tables."""
    lines = []
    for info in documents:
        counts = [pages_to_words(info.source, info.pages)] if info.pages else []
        counts.append(f"{info.tables} table{'' if info.tables == 1 else 's'}")
        date = info.date_text or info.date or "no date"
        lines.append(" · ".join([info.title, info.source, date, info.kind, *counts]))
    return "\n".join(lines) or "The library holds no documents yet."


def register_to_words(register: Mapping[str, Any]) -> str:
    """A register object as lines under its themes, and what nobody wrote about."""
    lines = [f"{register['count']} entries from {register['documents']} documents."]
    if register["unit"]:
        lines[0] += f" Unit: {register['unit']}."
    if register["words_not_used"]:
        lines.append(f"No entry uses the words: {', '.join(register['words_not_used'])}.")
    for theme in register["themes"]:
        entries = [entry_to_line(entry) for entry in theme["entries"]]
        lines += ["", f"{theme['title']}:", *(entries or [silence_to_words(theme)])]
    return "\n".join(lines)


def silence_to_words(theme: Mapping[str, Any]) -> str:
    """That nobody wrote about a theme, or that what was written does not fit what was asked."""
    if not theme["left_out"]:
        return "Nobody wrote about this in these documents."
    return f"Nothing fits what was asked; without that there are {theme['left_out']} about it."


def entry_to_line(entry: Mapping[str, Any]) -> str:
    """Status, date, the words in quotation marks, and where they stand."""
    first = entry["citations"][0]
    where = ", ".join(filter(None, [first["title"], place_to_words(first["source"], first["page"])]))
    lead_in = f" (under: {entry['lead_in']})" if entry["lead_in"] else ""
    when = entry["date_text"] or entry["date"] or "no date"
    return f"- {entry['status']}, {when}: “{entry['reading']}”{lead_in} ({where})"
