"""The form that corrects what is known of a document, and what was typed into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import get_args

from app.ui.library import date_to_words
from kb.errors import BadCorrection
from kb.model import Kind
from kb.store import Correction, DocumentInfo
from kb.store.corrections import columns_to_partial_date, correction_to_values

KINDS: tuple[str, ...] = get_args(Kind)
# How people type a date, and how much of it that is.
TYPED = (
    ("%Y-%m-%d", "%Y-%m-%d"), ("%d/%m/%Y", "%Y-%m-%d"), ("%d.%m.%Y", "%Y-%m-%d"), ("%d %B %Y", "%Y-%m-%d"),
    ("%d %b %Y", "%Y-%m-%d"), ("%Y-%m", "%Y-%m"), ("%m/%Y", "%Y-%m"), ("%B %Y", "%Y-%m"), ("%b %Y", "%Y-%m"),
    ("%Y", "%Y"),
)  # fmt: skip
BAD_DATE = "Type a date such as 24 April 2017, April 2017 or 2017, or leave it empty."


@dataclass(frozen=True)
class Typed:
    """What stands in the form, and what is wrong with it by field."""

    title: str
    date: str
    kind: str
    public: bool
    wrong: Mapping[str, str]


def typed_to_date(text: str) -> str:
    """A date as it was typed, in ISO as far as it is known; BadCorrection where it is none."""
    words = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", " ".join(text.replace(",", " ").split()))
    if not words:
        return ""
    for pattern, known in TYPED:
        try:
            return datetime.strptime(words, pattern).strftime(known)
        except ValueError:
            continue
    raise BadCorrection(BAD_DATE)


def info_to_typed(info: DocumentInfo) -> Typed:
    """The form as it opens."""
    said = date_to_words(info) if info.date else ""
    return Typed(info.title, said, info.kind, info.marking != "not public", {})


def fields_to_typed(fields: Mapping[str, str]) -> Typed:
    """The form as it was sent."""
    return Typed(fields.get("title", ""), fields.get("date", ""), fields.get("kind", ""), "hidden" not in fields, {})


def typed_to_correction(typed: Typed, info: DocumentInfo) -> tuple[Correction | None, Typed]:
    """What to correct, only of what was changed; None where something is wrong, which the form then says."""
    wrong: dict[str, str] = {}
    before = info_to_typed(info)
    date = None
    if typed.date != before.date:
        try:
            date = typed_to_date(typed.date)
            correction_to_values(Correction(date=date))
        except BadCorrection as error:
            wrong["date"] = str(error)
    title = typed.title if typed.title != before.title else None
    kind = typed.kind if typed.kind != before.kind else None
    for name, correction in (("title", Correction(title=title)), ("kind", Correction(kind=kind))):
        try:
            correction_to_values(correction)
        except BadCorrection as error:
            wrong[name] = str(error)
    if wrong:
        return None, Typed(typed.title, typed.date, typed.kind, typed.public, wrong)
    return Correction(title, date, kind, typed.public if typed.public != before.public else None), typed


def as_read_to_correction(info: DocumentInfo) -> Correction:
    """What takes all corrections of a document back."""
    held = info.as_read
    date = columns_to_partial_date(held.get("date", info.date), held.get("date_text", info.date_text))
    return Correction(
        title=held.get("title"),
        date=date if {"date", "date_text"} & held.keys() else None,
        kind=held.get("kind"),
        public=held["marking"] == "public" if "marking" in held else None,
    )


def correction_to_fields(correction: Correction) -> dict[str, str]:
    """A correction as fields of a form that are sent back to undo it."""
    fields = {"title": correction.title, "date": correction.date, "kind": correction.kind}
    public = {} if correction.public is None else {"public": "1" if correction.public else "0"}
    return {name: value for name, value in fields.items() if value is not None} | public


def fields_to_correction(fields: Mapping[str, str]) -> Correction:
    """The correction of :func:`correction_to_fields`."""
    public = fields["public"] == "1" if "public" in fields else None
    return Correction(fields.get("title"), fields.get("date"), fields.get("kind"), public)


def form_to_html(info: DocumentInfo, typed: Typed) -> str:
    """The form, with a sum of what is wrong above it."""
    wrong = "".join(f'<li><a href="#correct-{name}">{escape(why)}</a></li>' for name, why in typed.wrong.items())
    alert = (
        f'<div class="form-errors" role="alert" tabindex="-1"><h4>This could not be saved</h4><ul>{wrong}</ul></div>'
        if wrong
        else ""
    )
    kinds = "".join(
        f'<option value="{kind}"{" selected" if kind == typed.kind else ""}>{kind}</option>' for kind in KINDS
    )
    date_hint = "For example 24 April 2017, April 2017 or 2017. Leave it empty where it is not known."
    back = (
        f'<button type="button" class="button quiet" data-post="library/{escape(info.id)}/as-read">'
        "Take all corrections back</button>"
        if info.as_read
        else ""
    )
    return (
        '<p class="back"><button type="button" class="link" data-get="library/list">‹ All documents</button></p>'
        f'<h2 tabindex="-1">Correct what is known of a document</h2><p>{escape(info.source)}</p>{alert}'
        f'<form class="correct" data-form="library/{escape(info.id)}/correct" novalidate>'
        + field_to_html(info, typed, "title", "Title", text_input("title", typed.title, typed.wrong))
        + field_to_html(info, typed, "date", "Date", text_input("date", typed.date, typed.wrong, "short"), date_hint)
        + field_to_html(info, typed, "kind", "Kind", f'<select id="correct-kind" name="kind">{kinds}</select>')
        + '<div class="field"><label class="check"><input type="checkbox" name="hidden" value="1"'
        f'{"" if typed.public else " checked"} aria-describedby="hint-public"> This document is not public</label>'
        '<p class="hint" id="hint-public">Where people have to log in, only those who are cleared for it see it, '
        "and it is in nobody else’s answers.</p></div>"
        '<p class="hint">Corrections stay when the file is read again. The file itself is not changed.</p>'
        '<div class="form-buttons"><button type="submit" class="button">Save</button>'
        f'<button type="button" class="button quiet" data-get="library/list">Cancel</button>{back}</div></form>'
    )


def text_input(name: str, value: str, wrong: Mapping[str, str], css: str = "") -> str:
    bad = ' aria-invalid="true"' if name in wrong else ""
    said = " ".join([f"hint-{name}", *([f"error-{name}"] if name in wrong else [])])
    return (
        f'<input type="text" id="correct-{name}" name="{name}" value="{escape(value)}" class="{css}" autocomplete="off"'
        f'{bad} aria-describedby="{said}">'
    )


def field_to_html(info: DocumentInfo, typed: Typed, name: str, label: str, control: str, hint: str = "") -> str:
    """A field with its label, what the file says where that was corrected, and what is wrong with it."""
    if name in info.as_read:
        said = info.as_read.get("date_text") or info.as_read.get(name) if name == "date" else info.as_read[name]
        hint = f"{hint} The file says “{said}”.".strip() if said else f"{hint} The file says none.".strip()
    why = typed.wrong.get(name)
    error = f'<p class="field-error" id="error-{name}">{escape(why)}</p>' if why else ""
    return (
        f'<div class="field{" bad" if why else ""}"><label for="correct-{name}">{label}</label>'
        f'<p class="hint" id="hint-{name}">{escape(hint)}</p>{error}{control}</div>'
    )
