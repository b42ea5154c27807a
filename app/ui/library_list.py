"""The library as HTML: what is in it, what may be done with each document, and what was removed and can come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from app.ui.library import date_to_words
from ingest.readers import READER_VERSION
from kb.store import UNDO_TIME, DocumentInfo

# Name in the address to what it is called and what it sorts by; figures and dates begin with the greatest.
ORDERS: dict[str, tuple[str, Callable[[DocumentInfo], Any], bool]] = {
    "date": ("Date", lambda info: info.date or "", True),
    "title": ("Title", lambda info: info.title.casefold(), False),
    "kind": ("Kind", lambda info: info.kind, False),
    "pages": ("Pages", lambda info: info.pages, True),
    "tables": ("Tables", lambda info: info.tables, True),
    "added": ("Last added", lambda info: info.ingested_at, True),
}
FIELDS_IN_WORDS = {"title": "title", "date": "date", "kind": "kind", "marking": "who may see it"}


@dataclass(frozen=True)
class Wanted:
    """Which documents to list, and in which order."""

    words: str = ""
    kind: str = ""
    order: str = "date"
    turned: bool = False

    def to_query(self, **changed: object) -> str:
        """The query string that asks for this list, or for a changed one."""
        now: dict[str, object] = {"q": self.words, "kind": self.kind, "order": self.order, "turned": self.turned}
        return urlencode({name: 1 if value is True else value for name, value in (now | changed).items() if value})


def infos_to_list(infos: Sequence[DocumentInfo], wanted: Wanted) -> list[DocumentInfo]:
    """The documents that are wanted, in their order; equal ones stay as they were."""
    words = wanted.words.casefold().split()
    found = [
        info
        for info in infos
        if (not wanted.kind or info.kind == wanted.kind) and all(word in words_of(info) for word in words)
    ]
    _, key, falling = ORDERS.get(wanted.order, ORDERS["date"])
    return sorted(found, key=key, reverse=falling != wanted.turned)


def words_of(info: DocumentInfo) -> str:
    """What a document can be found by in the list."""
    return " ".join((info.title, info.source, info.issuer or "", date_to_words(info), *info.forces)).casefold()


def library_to_html(infos: Sequence[DocumentInfo], wanted: Wanted, editor: bool) -> str:
    """The list with its search, or what to do where it is empty."""
    if not infos:
        return empty_to_html(editor)
    listed = infos_to_list(infos, wanted)
    rows = "".join(document_to_row(info, editor) for info in listed)
    none = "" if rows else '<p class="library-none" role="status">No document fits. Search for other words.</p>'
    table = f"{table_head(wanted)}<tbody>{rows}</tbody></table>" if rows else ""
    return f"{tools_to_html(infos, wanted)}{none}{table}"


def empty_to_html(editor: bool) -> str:
    """What to do where there is nothing yet."""
    if not editor:
        return '<p class="library-empty">There are no documents yet. Ask whoever looks after this library.</p>'
    return (
        '<div class="library-empty"><h3>There are no documents yet</h3><p>Add your own above. To try collabkb first, '
        "add the five documents about police collaboration that come with it.</p>"
        '<button type="button" class="button" data-post="library/shipped">Add the documents that come with collabkb'
        "</button></div>"
    )


def counts_to_words(infos: Sequence[DocumentInfo]) -> str:
    """``5 documents, 213 pages, 31 tables``."""
    counts = (
        (len(infos), "document"),
        (sum(info.pages for info in infos), "page"),
        (sum(info.tables for info in infos), "table"),
    )
    return ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counts)


def tools_to_html(infos: Sequence[DocumentInfo], wanted: Wanted) -> str:
    """Search, kind and order, as a form that works on Enter and on every change."""
    kinds = sorted({info.kind for info in infos})
    choices = [("", "All kinds"), *((kind, kind) for kind in kinds)]
    orders = [(name, words) for name, (words, _, _) in ORDERS.items()]
    turned = '<input type="hidden" name="turned" value="1">' if wanted.turned else ""
    return (
        '<form class="library-tools" role="search" data-list>'
        '<label class="wide">Find a document<input type="search" name="q" autocomplete="off" '
        f'value="{escape(wanted.words)}"></label>'
        f'<label>Kind<select name="kind">{options(choices, wanted.kind)}</select></label>'
        f'<label>Order<select name="order">{options(orders, wanted.order)}</select></label>{turned}'
        '<button type="submit" class="button quiet">Search</button></form>'
    )


def options(choices: Sequence[tuple[str, str]], chosen: str) -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
        for value, words in choices
    )


def table_head(wanted: Wanted) -> str:
    """The beginning of the table: its caption and its column headings, each a link that sorts by it."""
    heads = ""
    for name in ("title", "kind", "date", "pages", "tables"):
        words, _, falling = ORDERS[name]
        sorted_by = wanted.order == name
        direction = "descending" if falling != wanted.turned else "ascending"
        mark = f' aria-sort="{direction}"' if sorted_by else ""
        query = wanted.to_query(order=name, turned=sorted_by and not wanted.turned)
        figure = ' class="figure"' if name in ("pages", "tables") else ""
        heads += f'<th scope="col"{figure}{mark}><a href="?{escape(query)}" data-list-link>{words}</a></th>'
    return (
        '<table class="library"><caption class="unseen">Documents in this library</caption>'
        f'<thead><tr>{heads}<th scope="col">State</th></tr></thead>'
    )


def document_to_row(info: DocumentInfo, editor: bool) -> str:
    """One document; its title leads to its text."""
    href = escape(urlencode({"open": info.id}))
    names = [info.source, *([info.issuer] if info.issuer else [])]
    marking = '<span class="marking">not public</span>' if info.marking == "not public" else ""
    return (
        f'<tr><th scope="row"><a href="?{href}" data-document>{escape(info.title)}</a>{marking}'
        f'<span class="issuer">{escape(" · ".join(names))}</span>{actions_to_html(info) if editor else ""}</th>'
        f'<td data-label="Kind">{escape(info.kind)}</td><td data-label="Date">{escape(date_to_words(info))}</td>'
        f'<td data-label="Pages" class="figure">{info.pages or "–"}</td>'
        f'<td data-label="Tables" class="figure">{info.tables}</td>'
        f'<td data-label="State">{state_to_html(info)}</td></tr>'
    )


def state_to_html(info: DocumentInfo) -> str:
    """How well it was read, in words, and what a person has corrected."""
    parts = ["Read"]
    if info.warnings:
        count = f"{len(info.warnings)} warning{'' if len(info.warnings) == 1 else 's'}"
        warnings = "".join(f"<li>{escape(warning)}</li>" for warning in info.warnings)
        parts = [f'Read with <details class="warnings"><summary>{count}</summary><ul>{warnings}</ul></details>']
    if info.reader_version < READER_VERSION:
        parts.append('<span class="remark">Can be read better now: choose “Read again”</span>')
    if info.as_read:
        names = ", ".join(words for name, words in FIELDS_IN_WORDS.items() if name in info.as_read)
        parts.append(f'<span class="remark">Corrected: {names}</span>')
    return "".join(parts)


def actions_to_html(info: DocumentInfo) -> str:
    """What an editor may do with a document; each button says to which it belongs."""
    key = escape(info.id)
    name = f'<span class="unseen"> {escape(info.title)}</span>'
    return (
        f'<span class="actions"><button type="button" data-get="library/{key}/correct">Correct{name}</button>'
        f'<button type="button" data-post="library/{key}/again">Read again{name}</button>'
        f'<button type="button" data-post="library/{key}/remove">Remove{name}</button></span>'
    )


def removed_to_html(discarded: Sequence[DocumentInfo]) -> str:
    """The removed documents that can be brought back, and until when."""
    if not discarded:
        return ""
    items = ""
    for info in discarded:
        until = datetime.fromisoformat(info.removed_at or "") + UNDO_TIME
        key, name = escape(info.id), f'<span class="unseen"> {escape(info.title)}</span>'
        items += (
            f'<li><span>{escape(info.title)} <span class="issuer">{escape(info.source)}, gone for good on '
            f"{until:%d %B at %H:%M} UTC</span></span>"
            f'<button type="button" class="button quiet" data-post="library/{key}/restore">Bring back{name}</button>'
            f'<button type="button" class="button quiet" data-post="library/{key}/purge" '
            f'data-confirm="Delete “{escape(info.title)}” for good? This cannot be undone.">Delete for good{name}'
            "</button></li>"
        )
    return (
        f'<section class="removed" aria-labelledby="removed-title"><h3 id="removed-title">Removed documents</h3>'
        "<p>They are in no answer, count or search any more. Until they are gone for good, you can bring them back."
        f"</p><ul>{items}</ul></section>"
    )


def notice_to_html(words: str, undo: str = "", values: dict[str, str] | None = None, bad: bool = False) -> str:
    """What has just been done, with a button that undoes it: a POST of ``values`` to the address ``undo``."""
    button = ""
    if undo:
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in (values or {}).items()
        )
        button = (
            f'<form data-form="{escape(undo)}">{hidden}<button type="submit" class="button quiet">Undo</button></form>'
        )
    kind = "notice bad" if bad else "notice"
    return (
        f'<div class="{kind}" role="{"alert" if bad else "status"}" tabindex="-1"><p>{escape(words)}</p>{button}</div>'
    )
