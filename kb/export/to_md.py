"""Briefing -> Markdown that reads well as plain text too; numbered sources, no footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb.export.briefing import Briefing
from kb.export.sections import (
    ABOUT,
    ALL_SOURCES,
    AT_A_GLANCE,
    NEAREST,
    Entry,
    Line,
    Section,
    Worked,
    briefing_to_about,
    briefing_to_glance,
    briefing_to_sections,
    briefing_to_sources,
    briefing_to_summary,
    briefing_to_warning,
    clean,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~]|&(?=#?\w+;))")
_AT_START = re.compile(r"^(\s*\d{0,9})((?<=\d)[.)](?=\s|$)|(?<!\d)[-+=#])")


def briefing_to_md(briefing: Briefing) -> bytes:
    """UTF-8, one blank line between blocks."""
    return ("\n\n".join(briefing_to_blocks(briefing)) + "\n").encode("utf-8")


def briefing_to_blocks(briefing: Briefing) -> Iterator[str]:
    """Title, the list of questions where there are several, a section each, the table of sources, and what it is."""
    sections = briefing_to_sections(briefing)
    yield f"# {escape(clean(briefing.title))}"
    if warning := briefing_to_warning(briefing):
        yield f"**{inline(warning)}**"
    yield escape(briefing_to_summary(briefing))
    if len(sections) > 1:
        yield f"## {AT_A_GLANCE}"
        yield rows_to_table(("No.", "Question", "Answer"), briefing_to_glance(sections))
    for section in sections:
        yield from section_to_blocks(section, several=len(sections) > 1)
    if briefing.sources:
        yield f"## {ALL_SOURCES}"
        yield rows_to_table(*briefing_to_sources(briefing), marked=True)
    yield f"## {ABOUT}"
    yield from (escape(text) for text in briefing_to_about(briefing) if text)


def section_to_blocks(section: Section, several: bool) -> Iterator[str]:
    """The question as heading, the answer or that there is none, how it was worked out, its sources."""
    yield f"## {escape(section.title(several))}"
    items: list[str] = []
    for line in section.lines:
        text = line_to_markdown(line)
        if line.item:
            items.append(f"- {text}")
            continue
        yield from ["\n".join(items)] if items else []
        items = []
        yield text
    yield from ["\n".join(items)] if items else []
    if section.message:
        yield escape(section.message) if section.answered else f"> **{inline(section.message)}**"
    yield from (f"*{inline(remark)}*" for remark in section.remarks)
    if section.worked:
        yield from worked_to_blocks(section.worked)
    if section.sources:
        yield "### Sources" if len(section.sources) > 1 else "### Source"
        yield "\n".join(source_to_item(source) for source in section.sources)
    if section.near:
        yield f"### {NEAREST}"
        yield "\n".join(f"- {escape(near.where)}: “{inline(near.text)}”" for near in section.near)


def line_to_markdown(line: Line) -> str:
    """A paragraph or item with its markers, which alone stand in brackets that are not escaped."""
    first, *rest = (part.text if part.number else inline(part.text) for part in line.parts)
    return (first if line.parts[0].number else escape(line.parts[0].text)) + "".join(rest)


def worked_to_blocks(worked: Worked) -> Iterator[str]:
    yield f"{escape(worked.caption)}:" if not worked.caption.endswith(":") else escape(worked.caption)
    yield rows_to_table(worked.headings, worked.rows, figures=True)
    yield f"{escape(worked.arithmetic)}**{inline(worked.result)}**"


def source_to_item(source: Entry) -> str:
    cell = f" {inline(source.cell_words)}." if source.cell else ""
    problem = f" **{inline(source.problem)}**" if source.problem else ""
    return f"- [{source.number}] {inline(source.place)}.{cell} “{inline(source.quote)}”{problem}"


def rows_to_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], figures: bool = False, marked: bool = False
) -> str:
    """A pipe table; with ``figures`` the last column is set to the right, with ``marked`` the first holds markers."""
    lines = [[*headings], ["---"] * (len(headings) - 1) + ["---:" if figures else "---"]]
    lines += [[text if marked and not place else inline(text) for place, text in enumerate(row)] for row in rows]
    return "\n".join(f"| {' | '.join(' '.join(cell.split()) for cell in line)} |" for line in lines)


def escape(text: str) -> str:
    """The text as a paragraph of Markdown that shows it as it is and begins no list, heading or underline."""
    plain = inline(text)
    return _AT_START.sub(lambda found: f"{found[1] or ''}\\{found[2]}", plain)


def inline(text: str) -> str:
    """The text within a line of Markdown, as it is."""
    return _SPECIAL.sub(r"\\\1", text)
