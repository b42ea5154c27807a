"""What REST and MCP both make of a request or of what was found; nothing of either is needed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from app.api.schemas import FiltersIn, PageOut
from app.cli.questions import find_document
from kb.errors import NotFound
from kb.model import Document
from kb.pages import page_text
from kb.store import Filters, KnowledgeBase
from kb.workforce import RegisterFilters, overview
from kb.workforce.status import Progress
from kb.workforce.themes import THEMES


def to_filters(kb: KnowledgeBase, asked: FiltersIn, document: str | None = None) -> Filters | None:
    """What is asked for as filters of the store; None where nothing is. NotFound names the documents there are."""
    names: Iterable[str] = (*asked.documents, *([document] if document else []))
    documents = tuple(dict.fromkeys(find_document(kb, name) for name in names))
    return Filters(documents, asked.kinds, asked.years, asked.forces) or None


def register_filters(
    kb: KnowledgeBase,
    words: str = "",
    unit: str = "",
    forces: Sequence[str] = (),
    years: Sequence[int] = (),
    themes: Sequence[str] = (),
    progress: Sequence[Progress] = (),
    documents: Sequence[str] = (),
) -> RegisterFilters:
    """What the workforce register is to be limited to. NotFound names the units, forces or themes that there are."""
    seen = overview(kb)
    units = {one.name.lower(): one.name for one in seen.units}
    return RegisterFilters(
        forces=tuple(one_of(force, {name.lower(): name for name in seen.forces}, "force") for force in forces),
        unit=one_of(unit, units, "unit or programme") if unit.strip() else "",
        years=tuple(years),
        themes=tuple(one_of(theme, {one.key: one.key for one in THEMES}, "theme") for theme in themes),
        progress=tuple(progress),
        documents=tuple(find_document(kb, name) for name in documents),
        words=words,
    )


def one_of(said: str, known: Mapping[str, str], noun: str) -> str:
    """The name that was meant, in any case; NotFound says which there are."""
    name = known.get(said.strip().lower())
    if name is None:
        raise NotFound(
            f"There is no {noun} {said!r} in the register. There are: {', '.join(known.values()) or 'none'}."
        )
    return name


def page_to_out(whole: Document, number: int) -> PageOut:
    """A page's text with the document that it is of. NotFound where there is no such page."""
    read = page_text(whole, number)
    return PageOut(
        document_id=whole.id,
        source=whole.source,
        title=whole.title,
        number=read.number,
        count=read.count,
        page=read.page,
        label=read.label,
        sections=list(read.sections),
        tables=list(read.tables),
        text=read.text,
    )


def program_version() -> str:
    """The version that is installed; "run from a folder" where none is."""
    try:
        return version("collabkb")
    except PackageNotFoundError:
        return "run from a folder"
