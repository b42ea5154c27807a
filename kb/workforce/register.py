"""The impact register: what the documents say happens to people at work, by theme, each with its source and status."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kb.answering.compose import quote_to_citation
from kb.answering.quotes import row_to_quote, section_to_text, span_to_quotes
from kb.forces import text_to_forces
from kb.model import Citation
from kb.retrieval.lexicon import corpus_lexicon
from kb.retrieval.spelling import mend_text
from kb.workforce.passages import Judged, judged_passages
from kb.workforce.posts import PostTable, document_to_post_tables, only_rows
from kb.workforce.status import Progress, text_to_all_years, text_to_date, text_to_progress
from kb.workforce.themes import THEMES, Theme
from kb.workforce.units import Unit, documents_to_units, text_to_units

if TYPE_CHECKING:
    from kb.model import Document
    from kb.store import DocumentInfo, KnowledgeBase


@dataclass(frozen=True, slots=True)
class RegisterFilters:
    """What the register is limited to; empty fields limit nothing.

    ``forces`` are names of forces, ``unit`` the name of one unit (see ``Overview.units``), ``years`` those of the
    document or of the passage, ``documents`` ids, ``words`` a person's own words, ``progress`` how far things have
    come.
    """

    forces: tuple[str, ...] = ()
    unit: str = ""
    years: tuple[int, ...] = ()
    themes: tuple[str, ...] = ()
    progress: tuple[Progress, ...] = ()
    documents: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One sentence or table row of the register.

    ``quote`` is cut from the document, ``reading`` the same for reading (a row with its headings), and ``citations``
    say where it stands (two where a sentence runs over a page end). ``date`` is ISO: what the passage says
    (``dated_by`` "passage"), else the document's. ``because`` are the words that put it under its theme. ``units``
    and ``forces`` are those it names or stands under; an entry without any is meant for all. ``lead_in`` opens the
    list that it is an item of. ``match`` says how near it is to the words asked for.
    """

    id: str
    theme: str
    quote: str
    reading: str
    citations: tuple[Citation, ...]
    progress: Progress
    date: str | None
    date_text: str | None
    dated_by: str
    document_date: str | None
    probability: float
    because: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    forces: tuple[str, ...] = ()
    years: frozenset[int] = frozenset()
    lead_in: str = ""
    is_row: bool = False
    match: float = 0.0

    @property
    def citation(self) -> Citation:
        """Where the entry begins."""
        return self.citations[0]


@dataclass(frozen=True, slots=True)
class Register:
    """The entries that meet the filters: ``groups`` has every theme in order, with none where nothing fits.

    ``posts`` are tables that count people, with the rows that meet the filters. ``unit`` is the unit asked for, or
    found in the person's own words; entries that name no unit stay in, for they are meant for all of them.
    ``looked_at`` is how many documents were read for it. ``unmet`` are the words asked for that no entry shown uses.
    ``left_out`` says of each theme, by its key, how many entries there are that do not fit what was asked.
    """

    groups: tuple[tuple[Theme, tuple[Entry, ...]], ...]
    posts: tuple[PostTable, ...]
    filters: RegisterFilters
    unit: str = ""
    looked_at: int = 0
    unmet: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict, hash=False)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, theme by theme."""
        return tuple(entry for _, entries in self.groups for entry in entries)

    @property
    def silent(self) -> tuple[Theme, ...]:
        """The themes that nobody wrote about."""
        return tuple(theme for theme, entries in self.groups if not entries and not self.left_out.get(theme.key))


@dataclass(frozen=True, slots=True)
class Overview:
    """All entries and tables of posts of a knowledge base, and what can be chosen: forces, units and years in them."""

    entries: tuple[Entry, ...]
    posts: tuple[PostTable, ...]
    units: tuple[Unit, ...]
    forces: tuple[str, ...]
    years: tuple[int, ...]
    documents: tuple[DocumentInfo, ...]


def overview(kb: KnowledgeBase) -> Overview:
    """The Overview of the documents that this reader may see; kept for as long as they stay the same."""
    infos = tuple(kb.documents())
    key = (
        str(kb.home),
        tuple((i.id, i.title, i.date, i.date_text, i.forces, i.reader_version) for i in infos),
        kb.embedding_model(),
    )
    if (kept := _OVERVIEWS.get(key)) is not None:
        return kept
    # Who comes while it is being made waits for it instead of making it again.
    with _making:
        if key not in _OVERVIEWS:
            while len(_OVERVIEWS) >= OVERVIEWS_KEPT:
                _OVERVIEWS.pop(next(iter(_OVERVIEWS)))
            _OVERVIEWS[key] = make_overview(kb, infos)
        return _OVERVIEWS[key]


_making = threading.Lock()
OVERVIEWS_KEPT = 8
UMBRELLA = re.compile(r"\b(?:programmes?|portfolios?)$", re.IGNORECASE)
POINTS_BACK = re.compile(
    r"(?:this|these|it|its|they|their|the (?:unit|team|service|project|programme))\b", re.IGNORECASE
)
_OVERVIEWS: dict[tuple[object, ...], Overview] = {}


def make_overview(kb: KnowledgeBase, infos: Sequence[DocumentInfo]) -> Overview:
    """Judge every passage of the documents, and find their tables of posts and their units."""
    documents = [kb.document(info.id) for info in infos]
    posts = tuple(table for document in documents for table in document_to_post_tables(document))
    units = documents_to_units(documents, posts, corpus_lexicon(kb))
    entries = tuple(
        entry
        for info, document in zip(infos, documents, strict=True)
        for judged in judged_passages(kb, info.id)
        for entry in judged_to_entries(judged, document, info, units)
    )
    named = {unit for entry in entries for unit in entry.units}
    forces = dict.fromkeys(force for info in infos for force in info.forces)
    forces |= dict.fromkeys(force for entry in entries for force in entry.forces)
    return Overview(
        entries=entries,
        posts=posts,
        units=tuple(unit for unit in units if unit.name in named),
        forces=tuple(sorted(forces)),
        years=tuple(sorted({year for entry in entries for year in entry.years})),
        documents=tuple(infos),
    )


def judged_to_entries(judged: Judged, document: Document, info: DocumentInfo, units: Sequence[Unit]) -> list[Entry]:
    """One Entry a theme of the passage."""
    chunk = judged.chunk
    citations = judged_to_citations(judged, document, info)
    if not citations:
        return []
    caption = document.table(chunk.table_id).caption or "" if chunk.table_id else ""
    told = text_to_date(chunk.text)
    date, words = told if told else (info.date, info.date_text)
    years = text_to_all_years(chunk.text) | ({int(info.date[:4])} if info.date else frozenset())
    heading = " ".join(filter(None, [*chunk.section[-1:], caption]))
    progress = text_to_progress(chunk.text, heading=heading, lead_in=judged.lead_in, is_row=chunk.kind == "row")
    return [
        Entry(
            id=f"{chunk.id}:{hit.theme}",
            theme=hit.theme,
            quote=" … ".join(citation.quote for citation in citations),
            reading=chunk.text,
            citations=citations,
            progress=progress,
            date=date,
            date_text=words,
            dated_by="passage" if told else "document",
            document_date=info.date,
            probability=hit.probability,
            because=hit.words,
            units=judged_to_units(judged, caption, units),
            forces=text_to_forces(chunk.text),
            years=years,
            lead_in=judged.lead_in,
            is_row=chunk.kind == "row",
        )
        for hit in judged.hits
    ]


def judged_to_citations(judged: Judged, document: Document, info: DocumentInfo) -> tuple[Citation, ...]:
    """Where the passage stands, cut from the source."""
    chunk = judged.chunk
    names = {document.id: (info.source, info.title)}
    if chunk.table_id is not None and chunk.row is not None:
        table = document.table(chunk.table_id)
        label = next((text for text in table.grid()[chunk.row] if text.strip()), "")
        quotes = [
            replace(row_to_quote(document, table, chunk.row, row_label=label), section=section_to_text(chunk.section))
        ]
    else:
        quotes = [
            q
            for span in chunk.spans
            for q in span_to_quotes(document, document.block(span.block_id), span.start, span.end)
        ]
    return tuple(quote_to_citation(number, quote, names) for number, quote in enumerate(quotes, 1))


def judged_to_units(judged: Judged, caption: str, units: Sequence[Unit]) -> tuple[str, ...]:
    """The units that a passage names; else those that "this unit" or "its" points back at, or the nearest heading
    names.

    A sentence is also of the unit that its heading names; a row that names one is of that one alone.
    """
    chunk = judged.chunk
    found = dict.fromkeys(text_to_units(chunk.text, units))
    if not found and POINTS_BACK.match(chunk.text):
        found = dict.fromkeys(text_to_units(judged.before, units))
    if found and chunk.kind == "row":
        return tuple(found)
    for heading in (caption, *reversed(chunk.section)):
        # A heading that names a whole programme stands over sentences about any unit in it.
        named = [name for name in text_to_units(heading, units) if not UMBRELLA.search(name)]
        if named:
            return tuple(found | dict.fromkeys(named))
    return tuple(found)


def register(kb: KnowledgeBase, filters: RegisterFilters | None = None) -> Register:
    """The Register of what meets the filters; with ``words``, nearest to them first, else as the documents have it.

    Newest documents come first. Nothing is left out for being uncertain: what is in was judged once, the same for all.
    """
    from kb.workforce.search import entries_by_words, words_to_unit, words_to_unmet

    filters = filters or RegisterFilters()
    seen = overview(kb)
    words = mend_text(filters.words, corpus_lexicon(kb))
    unit = filters.unit or words_to_unit(words, seen.units)
    entries = [entry for entry in seen.entries if meets(entry, filters, unit)]
    if words.strip():
        entries = entries_by_words(kb, entries, words, unit)
    by_theme = {theme.key: tuple(entry for entry in entries if entry.theme == theme.key) for theme in THEMES}
    all_of = Counter(entry.theme for entry in seen.entries)
    wanted = [theme for theme in THEMES if not filters.themes or theme.key in filters.themes]
    return Register(
        groups=tuple((theme, by_theme[theme.key]) for theme in wanted),
        posts=tuple(filter(None, (table_for(table, seen, filters, unit) for table in seen.posts))),
        filters=filters,
        unit=unit,
        looked_at=len(seen.documents),
        unmet=words_to_unmet(words, unit, seen.units, entries),
        left_out={theme.key: all_of[theme.key] - len(by_theme[theme.key]) for theme in wanted},
    )


def meets(entry: Entry, filters: RegisterFilters, unit: str) -> bool:
    """Whether an entry is of the force, unit, years and state asked for. What names no force or unit is of all."""
    return (
        (not filters.forces or not entry.forces or bool(set(entry.forces) & set(filters.forces)))
        and (not unit or not entry.units or unit in entry.units)
        and (not filters.years or bool(entry.years & set(filters.years)))
        and (not filters.progress or entry.progress in filters.progress)
        and (not filters.documents or entry.citation.document_id in filters.documents)
    )


def table_for(table: PostTable, seen: Overview, filters: RegisterFilters, unit: str) -> PostTable | None:
    """The table with the rows that meet the filters (totals stay beside them); None where no row does."""
    info = next(info for info in seen.documents if info.id == table.document_id)
    years = {int(date[:4]) for date in (table.date, info.date) if date}
    if (filters.years and not years & set(filters.years)) or (filters.documents and info.id not in filters.documents):
        return None
    wanted = next((u for u in seen.units if u.name == unit), None)
    rows = []
    for row in table.rows:
        forces = text_to_forces(row.label)
        of_unit = wanted is None or wanted.is_in(row.label) or wanted.is_in(table.caption)
        of_force = not filters.forces or not forces or bool(set(forces) & set(filters.forces))
        if row.is_total or (of_unit and of_force):
            rows.append(row)
    return only_rows(table, tuple(rows)) if any(not row.is_total for row in rows) else None
