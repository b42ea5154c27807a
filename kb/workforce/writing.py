"""The register as JSON, CSV, Markdown and Word. Every row and line says where it stands."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from kb.answering.compose import quote_to_citation
from kb.model import Answer, Citation
from kb.wording import citation_to_where
from kb.workforce.posts import PostTable
from kb.workforce.register import Entry, Register, RegisterFilters, overview
from kb.workforce.status import Progress
from kb.workforce.themes import Theme

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

KINDS = ("csv", "docx", "md")
PROGRESS_WORDS: dict[Progress, str] = {
    "proposed": "Proposed",
    "decided": "Decided",
    "done": "Done or in place",
    "unclear": "Status not said",
}
NOBODY = "Nobody wrote about this in these documents."
CSV_HEADINGS = (
    "theme", "status", "date", "date from", "quote", "document", "file", "page", "section", "row", "units", "forces",
    "why it is here",
)  # fmt: skip
# A cell that begins so would be taken for a formula by a spreadsheet program.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def nothing_to_words(register: Register, theme: Theme) -> str:
    """Why a theme has no entry: nobody wrote about it, or what was written does not fit what was asked."""
    others = register.left_out.get(theme.key, 0)
    if not others:
        return NOBODY
    there = "1 entry" if others == 1 else f"{others} entries"
    return f"Nothing about this fits what you asked for. Without that, these documents have {there} about it."


def register_to_json(register: Register) -> dict[str, object]:
    """The register as plain data: themes with their entries, themes without any, and figures of posts."""
    return {
        "unit": register.unit or None,
        "words": register.filters.words or None,
        "words_not_used": list(register.unmet),
        "documents": register.looked_at,
        "count": len(register.entries),
        "themes": [
            {
                "theme": theme.key,
                "title": theme.title,
                "about": theme.about,
                "left_out": register.left_out.get(theme.key, 0),
                "entries": [entry_to_json(entry) for entry in entries],
            }
            for theme, entries in register.groups
        ],
        "silent": [theme.key for theme in register.silent],
        "posts": [table_to_json(table) for table in register.posts],
    }


def entry_to_json(entry: Entry) -> dict[str, object]:
    """An entry as plain data."""
    return {
        "quote": entry.quote,
        "reading": entry.reading,
        "lead_in": entry.lead_in or None,
        "status": entry.progress,
        "date": entry.date,
        "date_text": entry.date_text,
        "dated_by": entry.dated_by,
        "units": list(entry.units),
        "forces": list(entry.forces),
        "because": list(entry.because),
        "probability": entry.probability,
        "citations": [citation.to_json() for citation in entry.citations],
    }


def table_to_json(table: PostTable) -> dict[str, object]:
    """A table of posts as plain data."""
    rows = [
        {
            "label": row.label,
            "total": row.is_total,
            "figures": [
                {"who": f.who, "heading": f.heading, "number": float(f.number), "text": f.text} for f in row.figures
            ],
        }
        for row in table.rows
    ]
    return {
        "document_id": table.document_id,
        "table_id": table.table_id,
        "caption": table.caption,
        "page": table.page,
        "date": table.date,
        "date_text": table.date_text,
        "rows": rows,
    }


def register_to_file(kb: KnowledgeBase, register: Register, kind: str, made: datetime | None = None) -> bytes:
    """The register as a file of a kind of KINDS; ValueError for another. ``made`` is now where it is not given."""
    if kind == "csv":
        return register_to_csv(register).encode("utf-8-sig")
    if kind == "md":
        return register_to_markdown(register, made or datetime.now()).encode("utf-8")
    if kind == "docx":
        from kb.export import answers_to_file

        return answers_to_file(kb, register_to_answers(kb, register), "docx", register_to_title(register), made)[1]
    raise ValueError(f"a register cannot be written as {kind!r}")


def register_to_name(register: Register, kind: str, made: datetime) -> str:
    """A name for the file."""
    unit = "-".join(word for word in register.unit.lower().split() if word.isalnum())
    return "-".join(filter(None, ["workforce-register", unit, f"{made:%Y-%m-%d}"])) + f".{kind}"


def register_to_title(register: Register) -> str:
    """What the register is of, in words."""
    return f"Workforce register: {register.unit}" if register.unit else "Workforce register"


def filters_to_words(filters: RegisterFilters) -> list[str]:
    """What a register is limited to, a line each; empty for everything."""
    lines = [f"Asked: {filters.words.strip()}"] if filters.words.strip() else []
    lines += [f"Forces: {', '.join(filters.forces)}"] if filters.forces else []
    lines += [f"Unit or programme: {filters.unit}"] if filters.unit else []
    lines += [f"Years: {', '.join(map(str, filters.years))}"] if filters.years else []
    lines += [f"Status: {', '.join(PROGRESS_WORDS[p].lower() for p in filters.progress)}"] if filters.progress else []
    return lines


def entry_to_when(entry: Entry) -> str:
    """The date of an entry as people read it."""
    if entry.date_text:
        return entry.date_text
    try:
        day = date.fromisoformat(entry.date or "")
    except ValueError:
        return "no date"
    return f"{day.day} {day:%B %Y}"


def register_to_csv(register: Register) -> str:
    """A line an entry; themes without any have a line that says why."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_HEADINGS)
    for theme, entries in register.groups:
        if not entries:
            writer.writerow(
                [theme.title, "", "", "", nothing_to_words(register, theme), *[""] * (len(CSV_HEADINGS) - 5)]
            )
        for entry in entries:
            writer.writerow([harmless(cell) for cell in entry_to_cells(theme, entry)])
    return out.getvalue()


def entry_to_cells(theme: Theme, entry: Entry) -> list[str]:
    """The cells of an entry in the order of CSV_HEADINGS."""
    citation = entry.citation
    return [
        theme.title,
        PROGRESS_WORDS[entry.progress],
        entry_to_when(entry),
        entry.dated_by,
        entry.quote,
        citation.title,
        citation.source,
        str(citation.page or ""),
        citation.section or "",
        (citation.table.row or "") if citation.table else "",
        "; ".join(entry.units),
        "; ".join(entry.forces),
        "; ".join(entry.because),
    ]


def harmless(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def register_to_markdown(register: Register, made: datetime) -> str:
    """The register under a heading a theme, each quotation with its status, date and source."""
    lines = [f"# {register_to_title(register)}", "", *(f"- {line}" for line in filters_to_words(register.filters))]
    lines += [f"- Made on {made.day} {made:%B %Y} from {register.looked_at} documents", ""]
    for theme, entries in register.groups:
        lines += [f"## {theme.title}", ""]
        lines += [f"*{nothing_to_words(register, theme)}*", ""] if not entries else []
        for entry in entries:
            where = ", ".join([entry.citation.title, *citation_to_where(entry.citation)])
            lines += [f"> {entry.quote}", "", f"{PROGRESS_WORDS[entry.progress]}, {entry_to_when(entry)}. {where}.", ""]
    return "\n".join(lines)


def register_to_answers(kb: KnowledgeBase, register: Register) -> list[Answer]:
    """One Answer a theme, its sentences quoted with their markers, for the writers of files that take answers."""
    answers = []
    for theme, entries in register.groups:
        if not entries:
            told = nothing_to_words(register, theme)
            answers.append(Answer(theme.title, "not_found", told, message=told))
            continue
        lines: list[str] = []
        citations: list[Citation] = []
        for entry in entries:
            marks = []
            for citation in entry.citations:
                citations.append(replace(citation, marker=len(citations) + 1))
                marks.append(f"[{len(citations)}]")
            said = f"{PROGRESS_WORDS[entry.progress]}, {entry_to_when(entry)}: “{entry.quote}”"
            lines.append(f"- {said} {''.join(marks)}")
        answers.append(Answer(theme.title, "answered", "\n".join(lines), citations=tuple(citations)))
    tables = posts_to_answer(kb, register)
    return [tables, *answers] if tables else answers


def posts_to_answer(kb: KnowledgeBase, register: Register) -> Answer | None:
    """The figures of posts as an Answer, a line a row; None where there are none."""
    names = {info.id: (info.source, info.title) for info in overview(kb).documents}
    lines: list[str] = []
    citations: list[Citation] = []
    for table in register.posts:
        for row in table.rows:
            citations.append(quote_to_citation(len(citations) + 1, row.quote, names))
            figures = ", ".join(f"{figure.heading} {figure.text}" for figure in row.figures)
            lines.append(f"- {row.label}: {figures} [{len(citations)}]")
    if not lines:
        return None
    return Answer("Numbers of people, from tables", "answered", "\n".join(lines), citations=tuple(citations))
