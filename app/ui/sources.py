"""One turn of a conversation as HTML: the answer with its numbered markers and its sources.

Everything that comes from a document or from the person asking is escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from app.ui.figures import answer_to_chart, computation_to_html
from app.ui.places import Place, citation_to_place, place_to_query, retrieved_to_place
from app.wording import answer_to_remarks, page_to_doubt, page_to_words, page_word, section_to_path
from kb.errors import NotFound
from kb.model import Answer, Citation, Document, Retrieved
from kb.store import DocumentInfo, KnowledgeBase
from kb.wording import date_to_words

NEAREST_SHOWN = 4
LONGEST_QUOTE = 320
LONGEST_QUESTION = 600

# The 11 of "Figure 11" is no figure, though an answer's may be 11.
_NO_NUMBER_OF = "".join(rf"(?<!{word} )" for word in ("Figure", "Table", "Annex", "Appendix", "Phase", "Theme", "Tier"))
_MARKER = re.compile(r"\s?\[(\d{1,3})\]")
_LIST_ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


def with_values(html: str, values: Sequence[str]) -> str:
    """Escaped text in which the bare values of an answer stand out."""
    for value in sorted(set(values), key=len, reverse=True):
        bare = re.escape(escape(value))
        html = re.sub(rf"{_NO_NUMBER_OF}(?<![\w.,])({bare})(?![\w]|[.,]\d)", r"<strong>\1</strong>", html)
    return html


def turn_to_html(question: str, body: str, limits: Sequence[str] = ()) -> str:
    """A question, what it was limited to, and what was said to it (HTML)."""
    limited = "".join(f"<li>{escape(limit)}</li>" for limit in limits)
    return (
        '<section class="turn">'
        f'<h2 class="question"><span class="unseen">You asked: </span>{escape(clip(question, LONGEST_QUESTION))}</h2>'
        + (f'<div class="limited"><span>Limited to</span><ul>{limited}</ul></div>' if limited else "")
        + f"{body}</section>"
    )


def waiting_to_html(doing: str = "Looking through the documents", sentences: Sequence[str] = ()) -> str:
    """What stands under a question while it is being answered: what is done, and sentences that hold already."""
    return (
        "".join(f'<p class="answer-note">{escape(sentence)}</p>' for sentence in sentences)
        + '<div class="waiting" role="status"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>'
        f"{escape(doing)}</div>"
    )


def problem_to_html(message: str) -> str:
    """Something that a person can mend, in plain words."""
    return f'<article class="problem"><h3>This question was not answered</h3><p>{escape(message)}</p></article>'


def answer_to_html(
    answer: Answer,
    kb: KnowledgeBase | None,
    better: Sequence[str] = (),
    thumb: str | None = None,
    sources: bool = True,
    limited: bool = False,
) -> str:
    """An answer with its sources, or that nothing was found, with ``better`` questions to ask instead.

    Everything shown is held by the answer; the knowledge base adds dates and where a link opens. Without ``sources``
    it is the first step of an answer whose sources follow. ``limited`` says that not all documents were asked.
    """
    library = {info.id: info for info in kb.documents()} if kb is not None else {}
    if answer.status == "not_found":
        return _not_found_to_html(answer, library, better, thumb, limited)
    documents = {citation.document_id: _document(kb, citation) for citation in answer.citations}
    places = {c.marker: citation_to_place(c, documents[c.document_id]) for c in answer.citations}
    rest = (
        (computation_to_html(answer.computation) if answer.computation else "")
        + answer_to_chart(answer)
        + _sources_to_html(answer, places, library)
        + _feedback_to_html(thumb)
    )
    parts = [
        f'<article class="answer"{"" if sources else " aria-busy=true"}>',
        f'<div class="answer-text">{_text_to_html(answer, places)}</div>',
        f'<p class="answer-note">{escape(answer.message)}</p>' if answer.message else "",
        *(f'<p class="answer-note">{escape(remark)}</p>' for remark in answer_to_remarks(answer)),
        rest if sources else "",
        "</article>",
    ]
    return "".join(parts)


def _feedback_to_html(thumb: str | None) -> str:
    """Whether the answer is right: two buttons, pressed as they were."""

    def button(name: str, words: str) -> str:
        pressed = "true" if thumb == name else "false"
        return f'<button type="button" data-thumb="{name}" aria-pressed="{pressed}">{words}</button>'

    return (
        '<div class="feedback" role="group" aria-label="Is this right?"><span aria-hidden="true">Is this right?</span>'
        f"{button('up', 'Yes')}{button('down', 'No')}</div>"
    )


def clip(text: str, longest: int) -> str:
    """The text, cut at a space with an ellipsis where it is longer than ``longest`` characters."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " …"


def section_to_words(section: Sequence[str]) -> str:
    """The two innermost headings, as a whole path can be longer than the quote."""
    return " › ".join(clip(part, 80) for part in section[-2:])


def _document(kb: KnowledgeBase | None, citation: Citation) -> Document | None:
    try:
        return kb.document(citation.document_id) if kb is not None else None
    except NotFound:
        return None


def _text_to_html(answer: Answer, places: Mapping[int, Place]) -> str:
    """Paragraphs and lists; markers become links, the bare values stand out."""
    titles = {citation.marker: _short_place(citation) for citation in answer.citations}

    def words(text: str) -> str:
        html = escape(text.strip())
        html = with_values(html, answer.values)
        return _MARKER.sub(marker, html)

    def marker(found: re.Match[str]) -> str:
        number = int(found[1])
        if number not in places:
            return found[0]
        label = escape(f"Source {number}: {titles[number]}", quote=True)
        link = f'href="?{escape(place_to_query(places[number]))}" data-place aria-label="{label}"'
        return f'<a class="marker" {link}>{number}</a>'

    html, items = [], []
    for line in answer.answer.splitlines():
        item = _LIST_ITEM.match(line)
        if item:
            items.append(f"<li>{words(line[item.end() :])}</li>")
            continue
        if items:
            html.append(f"<ul>{''.join(items)}</ul>")
            items = []
        if line.strip():
            html.append(f"<p>{words(line)}</p>")
    return "".join([*html, f"<ul>{''.join(items)}</ul>" if items else ""])


def _short_place(citation: Citation) -> str:
    return ", ".join(part for part in (citation.title, page_to_words(citation.source, citation.page)) if part)


def _sources_to_html(answer: Answer, places: Mapping[int, Place], library: Mapping[str, DocumentInfo]) -> str:
    if not answer.citations:
        return ""
    items = "".join(
        _source_to_html(citation, places[citation.marker], library.get(citation.document_id))
        for citation in answer.citations
    )
    heading = "Source" if len(answer.citations) == 1 else "Sources"
    return f'<h3 class="sources-title">{heading}</h3><ol class="sources">{items}</ol>'


def _source_to_html(citation: Citation, place: Place, info: DocumentInfo | None) -> str:
    section = section_to_path(citation.source, (citation.section or "").split(" > "))
    reference = citation.table.reference if citation.table else None
    where = [
        date_to_words(info) if info else "",
        page_to_words(citation.source, citation.page),
        section_to_words(section),
        f"cell {reference}" if reference else "",
    ]
    line = " · ".join(escape(part) for part in where if part)
    proof = _cell_to_html(citation) if citation.table else f"<q>{escape(clip(citation.quote, LONGEST_QUOTE))}</q>"
    doubt = page_to_doubt(info.warnings, citation.page) if info else ""
    return (
        f'<li value="{citation.marker}"><a class="source" href="?{escape(place_to_query(place))}" data-place>'
        f'<span class="source-number" aria-hidden="true">{citation.marker}</span>'
        f'<span class="source-title">{escape(citation.title)}</span>'
        f'<span class="source-where">{line}</span>'
        f'<span class="source-proof">{proof}</span>'
        + (f'<span class="source-doubt">{escape(doubt)}</span>' if doubt else "")
        + f'<span class="source-open" aria-hidden="true">{_opening_words(place, citation.source)}</span></a></li>'
    )


def _opening_words(place: Place, source: str) -> str:
    if place.table is not None:
        return "Show the table"
    return f"Show the {page_word(source)}" if place.page is not None else "Show the passage"


def _cell_to_html(citation: Citation) -> str:
    """Row, column and value of a table source, or the whole row where no cell of it is meant."""
    assert citation.table is not None
    if not citation.table.column and not citation.table.value:
        return f"<q>{escape(clip(citation.quote, LONGEST_QUOTE))}</q>"
    named = (("Row", citation.table.row), ("Column", citation.table.column), ("Value", citation.table.value))
    return "".join(
        f'<span class="cell-part {name.lower()}"><b>{name}</b> <span>{escape(clip(text, 160))}</span></span>'
        for name, text in named
        if text
    )


def _not_found_to_html(
    answer: Answer, library: Mapping[str, DocumentInfo], better: Sequence[str], thumb: str | None, limited: bool
) -> str:
    message = f"<p>{escape(answer.message)}</p>" if answer.message else ""
    if limited:
        asked = escape(answer.question, quote=True)
        message += (
            "<p>Only some of the documents were asked.</p>"
            f'<button type="button" class="again" data-ask="{asked}" data-anywhere>Ask all documents</button>'
        )
    nearest = "".join(_nearest_to_html(entry, library.get(entry.document_id)) for entry in _nearest(answer))
    if nearest:
        nearest = f'<h4>Nearest passages — not an answer</h4><ul class="nearest">{nearest}</ul>'
    return (
        f'<article class="not-found"><h3>Not found in these documents</h3>{message}{better_to_html(better)}{nearest}'
        f"{_feedback_to_html(thumb)}</article>"
    )


def better_to_html(better: Sequence[str]) -> str:
    """Questions that are asked by a click; nothing where there are none."""
    items = "".join(
        f'<li><button type="button" class="again" data-ask="{escape(question, quote=True)}">{escape(question)}'
        "</button></li>"
        for question in better
    )
    return f'<h4>Questions that these documents answer</h4><ul class="better">{items}</ul>' if items else ""


def _nearest(answer: Answer) -> list[Retrieved]:
    """The first few ranked passages, one a place."""
    places: dict[tuple[str, int | None, str], Retrieved] = {}
    for entry in answer.retrieved:
        places.setdefault((entry.document_id, entry.page, entry.text[:60]), entry)
    return list(places.values())[:NEAREST_SHOWN]


def _nearest_to_html(entry: Retrieved, info: DocumentInfo | None) -> str:
    title = info.title if info else entry.source
    where = " · ".join(part for part in (title, page_to_words(entry.source, entry.page)) if part)
    query = escape(place_to_query(retrieved_to_place(entry)))
    return (
        f'<li><a class="nearest-link" href="?{query}" data-place><span class="source-where">{escape(where)}</span>'
        f"<span>{escape(clip(entry.text, 220))}</span></a></li>"
    )
