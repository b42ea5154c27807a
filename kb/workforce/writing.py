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
from kb.workforce.ordering import (
    PROGRESS_WORDS,
    UNNAMED,
    Group,
    in_tables,
    parted_by_unit,
    register_to_groups,
    register_to_summary,
)
from kb.workforce.posts import PostTable
from kb.workforce.register import Entry, Register, RegisterFilters, overview
from kb.workforce.themes import BY_KEY

if TYPE_CHECKING:
    from kb.store import KnowledgeBase

KINDS = ("csv", "docx", "md")
CSV_HEADINGS = (
    "theme", "status", "date", "date from", "quote", "document", "file", "page", "section", "row", "units", "forces",
    "why it is here",
)  # fmt: skip
# A cell that begins so would be taken for a formula by a spreadsheet program.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


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


def register_to_file(
    kb: KnowledgeBase, register: Register, kind: str, made: datetime | None = None, order: str = "theme"
) -> bytes:
    """The register as a file of a kind of KINDS, in an order of ORDERS; ValueError for another kind. ``made`` is now
    where it is not given."""
    if kind == "csv":
        return register_to_csv(register, order).encode("utf-8-sig")
    if kind == "md":
        return register_to_markdown(register, made or datetime.now(), order).encode("utf-8")
    if kind == "docx":
        from kb.export import answers_to_file

        answers = register_to_answers(kb, register, order)
        return answers_to_file(kb, answers, "docx", register_to_title(register), made)[1]
    raise ValueError(f"a register cannot be written as {kind!r}")


def register_to_name(register: Register, kind: str, made: datetime) -> str:
    """A name for the file."""
    unit = "-".join(word for word in register.unit.lower().split() if word.isalnum())
    return "-".join(filter(None, ["workforce-register", unit, f"{made:%Y-%m-%d}"])) + f".{kind}"


def register_to_title(register: Register) -> str:
    """What the register is of, in words: unit, forces, years and what was asked."""
    limits = register.filters
    asked = [f"“{limits.words.strip()}”"] if limits.words.strip() else []
    years = [", ".join(map(str, limits.years))] if limits.years else []
    said = [*([register.unit] if register.unit else []), *limits.forces, *years, *asked]
    return f"Workforce register: {'; '.join(said)}" if said else "Workforce register"


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


def register_to_csv(register: Register, order: str = "theme") -> str:
    """A line an entry; by theme, themes without any have a line that says why."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_HEADINGS)
    for group in register_to_groups(register, order):
        if group.silent:
            writer.writerow([group.title, "", "", "", group.silent, *[""] * (len(CSV_HEADINGS) - 5)])
        for entry in group.entries:
            writer.writerow([harmless(cell) for cell in entry_to_cells(entry)])
    return out.getvalue()


def entry_to_cells(entry: Entry) -> list[str]:
    """The cells of an entry in the order of CSV_HEADINGS."""
    citation = entry.citation
    return [
        BY_KEY[entry.theme].title,
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


def register_to_markdown(register: Register, made: datetime, order: str = "theme") -> str:
    """The register under a heading a group, each quotation with its status, date and source."""
    lines = [f"# {register_to_title(register)}", "", *(f"- {line}" for line in filters_to_words(register.filters))]
    lines += [f"- Made on {made.day} {made:%B %Y} from {register.looked_at} documents", ""]
    lines += [register_to_summary(register), ""]
    for group in register_to_groups(register, order):
        lines += [f"## {group.title}", "", *([f"*{group.silent}*", ""] if group.silent else [])]
        named, others = parted_by_unit(group.entries, register)
        for entry in named:
            lines += entry_to_markdown(entry, group)
        lines += [f"### {UNNAMED}", ""] if register.unit and others else []
        for entry in others:
            lines += entry_to_markdown(entry, group)
    return "\n".join(lines)


def entry_to_markdown(entry: Entry, group: Group) -> list[str]:
    """The lines of an entry; of a table row, its reading with the headings."""
    where = ", ".join([entry.citation.title, *citation_to_where(entry.citation)])
    theme = "" if group.theme else f" {BY_KEY[entry.theme].title}."
    said = f"{PROGRESS_WORDS[entry.progress]}, {entry_to_when(entry)}.{theme} {where}."
    return [f"> {entry.reading if entry.is_row else entry.quote}", "", said, ""]


def register_to_answers(kb: KnowledgeBase, register: Register, order: str = "theme") -> list[Answer]:
    """One Answer a group, its sentences quoted with their markers, for the writers of files that take answers.

    Rows of the tables that count people stand in an Answer of their own.
    """
    tables = posts_to_answer(kb, register)
    answers = [group_to_answer(group, register, tables is not None) for group in register_to_groups(register, order)]
    return [tables, *answers] if tables else answers


def group_to_answer(group: Group, register: Register, without_tables: bool) -> Answer:
    """The Answer of a group: what names the unit asked for first, then what names none."""
    if group.silent:
        return Answer(group.title, "not_found", group.silent, message=group.silent)
    entries = [entry for entry in group.entries if not (without_tables and in_tables(entry, register.posts))]
    named, others = parted_by_unit(entries, register)
    lines: list[str] = []
    citations: list[Citation] = []
    if register.unit and not named:
        lines.append(f"Nothing here names {register.unit}.")
    for entry in (*named, *others):
        if register.unit and others and entry is others[0]:
            lines.append(f"{UNNAMED}:")
        marks = []
        for citation in entry.citations:
            citations.append(replace(citation, marker=len(citations) + 1))
            marks.append(f"[{len(citations)}]")
        said = entry.reading if entry.is_row else f"“{entry.quote}”"
        theme = "" if group.theme else f" ({BY_KEY[entry.theme].title})"
        lines.append(f"- {PROGRESS_WORDS[entry.progress]}, {entry_to_when(entry)}{theme}: {said} {''.join(marks)}")
    if not citations:
        lines = ["All of it stands in the tables above."]
    return Answer(group.title, "answered", "\n".join(lines), citations=tuple(citations))


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
