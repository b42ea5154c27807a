"""The Briefing tab's words as HTML: how far it is, and the answers with links to their proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from app.ui.places import Place, citation_to_place, place_to_query
from app.ui.sources import clip
from kb.errors import NotFound
from kb.export import Briefing, answers_to_briefing
from kb.export.sections import NEAREST, Entry, Line, Near, Section, briefing_to_sections
from kb.model import Answer, Citation
from kb.store import KnowledgeBase

LONGEST_PROOF = 180


def lead_to_html() -> str:
    """What the tab is for."""
    return (
        '<div class="tab-lead"><h2>A briefing from several questions</h2><p>Put in the questions for your meeting. You '
        "get one Word or PDF document with every answer, its sources, and what the documents do not say.</p></div>"
    )


def told_to_html(words: str) -> str:
    return f'<p class="briefing-told">{escape(words)}</p>' if words else ""


def progress_to_html(done: int, total: int, coming: str = "", stopped: bool = False) -> str:
    """How many of how many questions are answered, as a bar and in words."""
    count = f"{done} of {total} question{'' if total == 1 else 's'}"
    if stopped:
        rest = " What is done can be downloaded." if done else ""
        return told_to_html(f"Stopped after {count}.{rest}")
    if done == total:
        return told_to_html(f"{count} done. Choose a format to download the briefing.")
    told = f"{count} done. Looking for: {coming}" if coming else f"{count} done."
    return (
        f'{told_to_html(told)}<progress class="briefing-bar" value="{done}" max="{total}" aria-label="Questions done">'
        f"{count}</progress>"
    )


def answers_to_html(kb: KnowledgeBase, answers: Sequence[Answer]) -> str:
    """The answers in order, numbered as they will be in the document."""
    briefing = answers_to_briefing(kb, answers)
    queries = briefing_to_queries(briefing, kb)
    items = "".join(f"<li>{section_to_html(section, queries)}</li>" for section in briefing_to_sections(briefing))
    return f'<ol class="briefing-answers">{items}</ol>'


def briefing_to_queries(briefing: Briefing, kb: KnowledgeBase) -> dict[int, str]:
    """The number of each source -> the query string that opens it."""
    return {source.number: place_to_query(_place(source.citation, kb)) for source in briefing.sources}


def _place(citation: Citation, kb: KnowledgeBase) -> Place:
    try:
        return citation_to_place(citation, kb.document(citation.document_id))
    except NotFound:
        return citation_to_place(citation, None)


def section_to_html(section: Section, queries: Mapping[int, str]) -> str:
    """A question with its answer and where that stands, or that nothing was found."""
    titles = {source.number: source.place for source in section.sources}
    body, items = "", ""
    for line in section.lines:
        if line.item:
            items += f"<li>{line_to_html(line, titles, queries)}</li>"
            continue
        body += (f"<ul>{items}</ul>" if items else "") + f"<p>{line_to_html(line, titles, queries)}</p>"
        items = ""
    body += f"<ul>{items}</ul>" if items else ""
    if section.message:
        kind = "briefing-note" if section.answered else "briefing-nothing"
        body += f'<p class="{kind}">{escape(section.message)}</p>'
    body += "".join(f'<p class="briefing-note">{escape(remark)}</p>' for remark in section.remarks)
    sources = "".join(source_to_html(source, queries) for source in section.sources)
    near = "".join(near_to_html(near) for near in section.near)
    listed = f'<ul class="briefing-sources">{sources}</ul>' if sources else ""
    listed += f'<h4>{NEAREST}</h4><ul class="briefing-near">{near}</ul>' if near else ""
    return f"<h3>{escape(section.question)}</h3>{body}{listed}"


def line_to_html(line: Line, titles: Mapping[int, str], queries: Mapping[int, str]) -> str:
    """A line of an answer; its markers open the proof."""
    return "".join(
        f'<a class="marker" href="?{escape(queries[part.number])}" data-place '
        f'aria-label="{escape(f"Source {part.number}: {titles[part.number]}", quote=True)}">{part.number}</a>'
        if part.number
        else escape(part.text)
        for part in line.parts
    )


def source_to_html(source: Entry, queries: Mapping[int, str]) -> str:
    problem = f" <b>{escape(source.problem)}</b>" if source.problem else ""
    return (
        f'<li><a href="?{escape(queries[source.number])}" data-place>[{source.number}] {escape(source.place)}</a> '
        f"<span>{escape(clip(source.proof, LONGEST_PROOF))}</span>{problem}</li>"
    )


def near_to_html(near: Near) -> str:
    return f"<li>{escape(near.where)}: “{escape(clip(near.text, LONGEST_PROOF))}”</li>"
