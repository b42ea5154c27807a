"""The register as HTML: counts that lead to their themes, figures with bars, and quoted entries with their status.

Everything that comes from a document or from the person asking is escaped here.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.ui.places import Place, citation_to_place, place_to_query
from app.ui.sources import clip
from app.wording import page_to_words
from kb.errors import NotFound
from kb.model import Citation
from kb.store import KnowledgeBase
from kb.workforce import PROGRESS_WORDS, Entry, Register
from kb.workforce.ordering import (
    NEWEST,
    UNNAMED,
    Group,
    in_tables,
    parted_by_unit,
    register_to_groups,
    register_to_summary,
    themes_in_order,
)
from kb.workforce.posts import PostRow, PostTable
from kb.workforce.themes import BY_KEY
from kb.workforce.writing import entry_to_when

SHOWN_AT_ONCE = 5
LONGEST_SECTION = 70
READING = (
    "<details class='workforce-about'><summary>How to read this register</summary><dl>"
    "<dt>Proposed</dt><dd>Planned, recommended, being looked at, or said with “may” or “will”.</dd>"
    "<dt>Decided</dt><dd>Agreed or approved, but not said to have happened.</dd>"
    "<dt>Done or in place</dt><dd>Has happened, or was so when the document was written.</dd>"
    "<dt>Status not said</dt><dd>The words do not tell.</dd></dl>"
    "<p>A program finds and sorts these sentences by their words and meaning. On parts of the shipped documents that"
    " it "
    "was not fitted to, 86 of 100 were in the right place and 81 of 100 were found. Open the source before you rely"
    " on one. "
    "The date is what the sentence gives, else that of its document.</p></details>"
)


def waiting_to_html() -> str:
    """What stands there while the documents are read."""
    return (
        '<div class="waiting" role="status"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>'
        "Reading the documents. The first time takes a few seconds.</div>"
    )


def problem_to_html(message: str) -> str:
    """Something that a person can mend, in plain words."""
    return f'<article class="problem" role="alert"><h3>There is no register</h3><p>{escape(message)}</p></article>'


def register_to_html(register: Register, kb: KnowledgeBase, order: str) -> str:
    """The whole register; ``order`` is one of ORDERS."""
    if not register.looked_at:
        return problem_to_html("There are no documents yet. Add some in the tab “Documents”, then come back.")
    parts = [f'<p class="workforce-told" role="status">{summary_to_html(register)}</p>', READING]
    if not register.entries:
        parts.append(nothing_to_html(register))
    elif order == "theme":
        parts.append(counts_to_html(register))
        parts += [theme_to_html(register, group, kb) for group in register_to_groups(register)]
    else:
        parts += [listed_to_html(register, group, kb) for group in register_to_groups(register, order)]
        parts.append(posts_to_html(register, kb))
    return f'<div class="workforce">{"".join(parts)}</div>'


def summary_to_html(register: Register) -> str:
    """What is shown, in a sentence or two; what it is of stands out."""
    told = escape(register_to_summary(register))
    first = escape(register.unit) if register.unit else " ".join(told.split()[:2])
    return told.replace(first, f"<strong>{first}</strong>", 1)


def nothing_to_html(register: Register) -> str:
    """That nothing fits, and what to do."""
    return (
        '<article class="not-found"><h3>No entry fits</h3><p>'
        f"{register.looked_at} documents were looked at. Try fewer words or words of your own for the same thing,"
        f" choose "
        "“All” in the lists above, or ask the question in the tab “Ask”.</p></article>"
    )


def counts_to_html(register: Register) -> str:
    """How many entries each theme has, as links to its part of the page."""
    items = "".join(
        f'<li><a href="#workforce-{theme.key}">{escape(theme.title)} '
        f'<span class="count">{len(entries) or ("none fits" if register.left_out.get(theme.key) else "nothing")}'
        "</span></a></li>"
        for theme, entries in themes_in_order(register)
    )
    return f'<nav class="workforce-counts" aria-label="Themes"><ul>{items}</ul></nav>'


def theme_to_html(register: Register, group: Group, kb: KnowledgeBase) -> str:
    """One theme: figures first where it is about posts, then what names the unit asked for, then the rest."""
    theme, entries = group.theme, group.entries
    assert theme is not None
    posts = posts_to_html(register, kb) if theme.key == "posts" else ""
    shown = [entry for entry in entries if not (posts and in_tables(entry, register.posts))]
    if not register.filters.words:
        shown.sort(key=lambda entry: entry.is_row)
    named, others = parted_by_unit(shown, register)
    parts = [
        f'<section class="workforce-theme" aria-labelledby="workforce-{theme.key}">'
        f'<h3 id="workforce-{theme.key}" tabindex="-1">{escape(theme.title)}</h3>'
        f'<p class="workforce-what">{escape(theme.about)}</p>{posts}'
    ]
    if not entries:
        parts.append(f'<p class="workforce-silent">{escape(group.silent)}</p>')
    elif register.unit:
        unit = escape(register.unit)
        if named:
            parts.append(entries_to_html(named, kb, register))
        elif not posts:
            parts.append(f'<p class="workforce-silent">No sentence about this names {unit}.</p>')
        if others:
            parts.append(f"<h4>{UNNAMED}</h4>")
    parts.append(entries_to_html(others, kb, register, 2 if register.unit else SHOWN_AT_ONCE))
    return "".join([*parts, "</section>"])


def entries_to_html(
    entries: Sequence[Entry], kb: KnowledgeBase, register: Register, at_once: int = SHOWN_AT_ONCE, themed: bool = False
) -> str:
    """Entries as a list; those after the first few behind a line that opens them."""
    if not entries:
        return ""
    items = [entry_to_html(entry, kb, themed) for entry in entries]
    first, rest = items[:at_once], items[at_once:]
    more = (
        f'<details class="workforce-more"><summary>Show {len(rest)} more</summary><ul class="entries">'
        f"{''.join(rest)}</ul></details>"
        if rest
        else ""
    )
    return f'<ul class="entries">{"".join(first)}</ul>{more}'


def entry_to_html(entry: Entry, kb: KnowledgeBase, themed: bool = False) -> str:
    """One entry: status, date, the quotation and where it stands."""
    query = escape(place_to_query(entry_to_place(entry.citation, kb)))
    citation = entry.citation
    section = (citation.section or "").split(" > ")[-1]
    where = ", ".join(filter(None, [page_to_words(citation.source, citation.page), clip(section, LONGEST_SECTION)]))
    lead = f'<span class="entry-lead">{escape(clip(entry.lead_in, 120))}</span> ' if entry.lead_in else ""
    theme = f'<span class="entry-theme">{escape(BY_KEY[entry.theme].title)}</span>' if themed else ""
    reading = told_to_html(entry.reading, entry) if entry.is_row else f"{lead}“{told_to_html(entry.quote, entry)}”"
    return (
        f'<li class="entry"><p class="entry-head"><span class="status status-{entry.progress}">'
        f'{PROGRESS_WORDS[entry.progress]}</span> <span class="entry-date">{escape(entry_to_when(entry))}</span>'
        f"{theme}</p>"
        f'<blockquote class="entry-quote">{reading}</blockquote>'
        f'<a class="entry-source" data-place href="?{query}">{escape(citation.title)}'
        f'<span class="entry-where">{escape(where)}</span></a></li>'
    )


def told_to_html(text: str, entry: Entry) -> str:
    """The words of an entry, those that put it under its theme in bold."""
    html = escape(text)
    for word in entry.because:
        html = html.replace(escape(word), f"<b>{escape(word)}</b>", 1) if f"<b>{escape(word)}" not in html else html
    return html


def entry_to_place(citation: Citation, kb: KnowledgeBase) -> Place:
    """Where the entry opens."""
    try:
        return citation_to_place(citation, kb.document(citation.document_id))
    except NotFound:
        return citation_to_place(citation, None)


def listed_to_html(register: Register, group: Group, kb: KnowledgeBase) -> str:
    """The entries of a group, newest first or of one status, each with its theme; rows of tables stand below."""
    entries = [entry for entry in group.entries if not in_tables(entry, register.posts)]
    title = group.title if group.title == NEWEST else f"{group.title}: {len(entries)}"
    at_once = 20 if group.title == NEWEST else SHOWN_AT_ONCE
    listed = entries_to_html(entries, kb, register, at_once, themed=True)
    return f"<h3>{escape(title)}</h3>{listed}" if entries else ""


# ------------------------------------------------------------------------------------------------ figures of posts


def posts_to_html(register: Register, kb: KnowledgeBase) -> str:
    """The tables that count people, each row with a bar; newest first."""
    tables = sorted(register.posts, key=lambda table: table.date or "", reverse=True)
    return "".join(table_to_html(table, kb) for table in tables)


def table_to_html(table: PostTable, kb: KnowledgeBase) -> str:
    """One table: figures in their columns, and a bar under each label that a screen reader passes over."""
    headings = list(dict.fromkeys(figure.heading for row in table.rows for figure in row.figures))
    largest = max((row_to_size(row) for row in table.rows if not row.is_total), default=0.0)
    head = "".join(f'<th scope="col" class="figure">{escape(short_heading(h, headings))}</th>' for h in headings)
    rows = "".join(row_to_html(table, row, headings, largest) for row in table.rows)
    when = f" ({escape(table.date_text or table.date or '')})" if table.date else ""
    kinds = {figure.who for row in table.rows for figure in row.figures}
    legend = (
        '<p class="posts-legend" aria-hidden="true"><span class="bar-officers"></span>officers'
        '<span class="bar-staff"></span>staff</p>'
        if {"officers", "staff"} <= kinds
        else ""
    )
    label = escape(f"Figures: {clip(table.caption, 80)}", quote=True)
    return (
        f'<div class="posts-scroll" role="region" aria-label="{label}" tabindex="0">'
        f'<table class="posts"><caption>{escape(table.caption)}{when}{legend}</caption>'
        f'<thead><tr><th scope="col">Of</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def short_heading(heading: str, headings: Sequence[str]) -> str:
    """A heading without the words that all headings with more than one word begin with."""
    long = [other.split() for other in headings if len(other.split()) > 3]
    if len(long) < 2 or heading.split() not in long:
        return heading
    same = 0
    while all(len(words) > same + 1 and words[same] == long[0][same] for words in long):
        same += 1
    return " ".join(heading.split()[same:]).capitalize() if same else heading


def row_to_html(table: PostTable, row: PostRow, headings: Sequence[str], largest: float) -> str:
    """One row with its figures; its label opens it in the document."""
    query = escape(place_to_query(Place(table.document_id, page=row.quote.page, table=table.table_id, row=row.row)))
    found = {figure.heading: figure.text for figure in row.figures}
    cells = "".join(f'<td class="figure">{escape(found.get(heading, "")) or "–"}</td>' for heading in headings)
    bar = "" if row.is_total else row_to_bar(row, largest)
    kind = ' class="row-total"' if row.is_total else ""
    return f'<tr{kind}><th scope="row"><a data-place href="?{query}">{escape(row.label)}</a>{bar}</th>{cells}</tr>'


def row_to_size(row: PostRow) -> float:
    """How many people a row's bar stands for."""
    return float(sum(size for _, size in row_to_parts(row)))


def row_to_parts(row: PostRow) -> list[tuple[str, float]]:
    """The parts of a row's bar: officers and staff where both are counted, else all people."""
    officers, staff = row.number("officers"), row.number("staff")
    if officers is not None or staff is not None:
        return [("officers", float(officers or 0)), ("staff", float(staff or 0))]
    return [("people", float(row.figures[-1].number))] if row.figures else []


def row_to_bar(row: PostRow, largest: float) -> str:
    """The bar of a row, drawn to the scale of the table's largest row."""
    if not largest:
        return ""
    parts = "".join(
        f'<i class="bar-{who}" style="width:{100 * size / largest:.1f}%"></i>'
        for who, size in row_to_parts(row)
        if size
    )
    return f'<span class="bar" aria-hidden="true">{parts}</span>'
