"""The register's entries in an order: by theme, newest first, or by status; on the page and in its files alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.workforce.posts import PostTable
from kb.workforce.register import Entry, Register
from kb.workforce.status import Progress
from kb.workforce.themes import Theme

ORDERS = {"theme": "By theme", "newest": "Newest first", "status": "By status"}
STATUS_ORDER: tuple[Progress, ...] = ("proposed", "decided", "done", "unclear")
PROGRESS_WORDS: dict[Progress, str] = {
    "proposed": "Proposed",
    "decided": "Decided",
    "done": "Done or in place",
    "unclear": "Status not said",
}
NOBODY = "Nobody wrote about this in these documents."
NEWEST = "All entries, newest first"
UNNAMED = "Said without naming a unit"


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one title; ``theme`` where they are one theme's, and ``silent`` says why there are none."""

    title: str
    entries: tuple[Entry, ...]
    theme: Theme | None = None
    silent: str = ""


def register_to_groups(register: Register, order: str = "theme") -> list[Group]:
    """The entries in an order of ORDERS, in groups; by theme also those themes that have none."""
    if order == "newest":
        entries = sorted(register.entries, key=lambda entry: entry.date or "", reverse=True)
        return [Group(NEWEST, tuple(entries))] if entries else []
    if order == "status":
        groups = [(p, tuple(entry for entry in register.entries if entry.progress == p)) for p in STATUS_ORDER]
        return [Group(PROGRESS_WORDS[progress], entries) for progress, entries in groups if entries]
    return [
        Group(theme.title, tuple(entries), theme, "" if entries else nothing_to_words(register, theme))
        for theme, entries in themes_in_order(register)
    ]


def themes_in_order(register: Register) -> list[tuple[Theme, tuple[Entry, ...]]]:
    """Themes in their own order; where words were asked, those with the nearest entry first."""
    groups = list(register.groups)
    if register.filters.words:
        groups.sort(key=lambda group: -max((e.match + (register.unit in e.units) for e in group[1]), default=-1.0))
    return groups


def parted_by_unit(entries: Sequence[Entry], register: Register) -> tuple[list[Entry], list[Entry]]:
    """The entries that name the unit asked for, and those that name none; all of the second kind where none is."""
    named = [entry for entry in entries if register.unit and register.unit in entry.units]
    return named, [entry for entry in entries if entry not in named]


def in_tables(entry: Entry, tables: Sequence[PostTable]) -> bool:
    """Whether an entry is a row of a table that is shown by itself."""
    table = entry.citation.table
    return table is not None and any(
        (entry.citation.document_id, table.table_id) == (shown.document_id, shown.table_id) for shown in tables
    )


def register_to_summary(register: Register) -> str:
    """What is there, in a sentence or two."""
    total = len(register.entries)
    if register.unit:
        named = len(parted_by_unit(register.entries, register)[0])
        told = (
            f"{register.unit}: {named} {'entry names' if named == 1 else 'entries name'} it. "
            f"{total - named} more name no unit; they may concern it too."
        )
    else:
        told = f"{total} {'entry' if total == 1 else 'entries'} from {register.looked_at} documents."
    if register.unmet and total:
        words = ", ".join(f"“{word if len(word) <= 40 else word[:40] + ' …'}”" for word in register.unmet)
        told += f" None of them uses the {'word' if len(register.unmet) == 1 else 'words'} {words}."
    return told


def nothing_to_words(register: Register, theme: Theme) -> str:
    """Why a theme has no entry: nobody wrote about it, or what was written does not fit what was asked."""
    others = register.left_out.get(theme.key, 0)
    if not others:
        return NOBODY
    there = "1 entry" if others == 1 else f"{others} entries"
    return f"Nothing about this fits what you asked for. Without that, these documents have {there} about it."
