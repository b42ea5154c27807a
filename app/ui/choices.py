"""What a question can be limited to: documents, kinds, years and forces, as the chips of one field.

A choice is a word for what it limits and its value, such as ``kind:plan``; several of one sort widen each other,
choices of different sorts narrow each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.store import Filters, KnowledgeBase

SORTS = ("document", "kind", "year", "force")


def library_to_choices(kb: KnowledgeBase) -> list[tuple[str, str]]:
    """(words, choice) for all that the documents of a library can be told apart by; empty for a single document."""
    documents = kb.documents()
    if len(documents) < 2:
        return []
    years = sorted({info.date[:4] for info in documents if info.date}, reverse=True)
    kinds = sorted({info.kind for info in documents})
    forces = sorted({force for info in documents for force in info.forces})
    named = [(f"Document: {info.title}", f"document:{info.id}") for info in documents]
    named += [(f"Kind: {kind}", f"kind:{kind}") for kind in kinds if len(kinds) > 1]
    named += [(f"Documents of {year}", f"year:{year}") for year in years if len(years) > 1]
    named += [(f"Force: {force}", f"force:{force}") for force in forces if len(forces) > 1]
    words: dict[str, str] = {}
    for name, choice in named:
        # Two documents may bear one title: the file tells them apart.
        if name in words:
            name += f" ({next(info.source for info in documents if choice.endswith(info.id))})"
        words[name] = choice
    return list(words.items())


def choices_to_filters(choices: Sequence[str]) -> Filters | None:
    """The filters that the chosen chips mean; None where nothing is chosen. Choices of no known sort are left out."""
    from kb.store import Filters

    chosen: dict[str, list[str]] = {sort: [] for sort in SORTS}
    for choice in choices:
        sort, _, value = choice.partition(":")
        if sort in chosen and value:
            chosen[sort].append(value)
    years = tuple(int(year) for year in chosen["year"] if year.isdecimal())
    filters = Filters(tuple(chosen["document"]), tuple(chosen["kind"]), years, tuple(chosen["force"]))
    return filters or None


def choices_to_words(choices: Sequence[str], kb: KnowledgeBase | None) -> list[str]:
    """The chosen chips in words; a document that is no longer there is said so."""
    if not choices:
        return []
    words = {choice: name for name, choice in library_to_choices(kb)} if kb is not None else {}
    gone = "Document: no longer in this library"
    return [
        words.get(choice) or (gone if choice.startswith("document:") else choice.replace(":", ": ", 1).capitalize())
        for choice in choices
    ]
