"""Answers -> Briefing: their sources numbered over the whole of it, each looked up again at its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kb.model import Answer, Citation, Retrieved
from kb.wording import date_to_words

if TYPE_CHECKING:
    from kb.store import DocumentInfo, KnowledgeBase

ONE, SEVERAL = "Answer with its sources", "Answers with their sources"
NEAREST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents that were asked: ``fingerprint`` tells whether another library holds the same ones.

    ``newest`` is the ISO date of the newest one. ``home`` is the name of the library's folder.
    """

    fingerprint: str
    documents: int
    newest: str | None
    home: str


@dataclass(frozen=True, slots=True)
class Source:
    """One place that answers of a briefing cite; ``number`` is its own in the whole briefing.

    ``date`` is in words. ``problem`` says, where it is not None, why the library as it is now does not prove it.
    """

    number: int
    citation: Citation
    date: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Briefing:
    """Answers in their order, as they are exported.

    ``made`` is when, with its time zone; nothing else in an exported file depends on the clock. ``documents`` are
    those of the library that the answers cite or come near to.
    """

    title: str
    entries: tuple[Answer, ...]
    made: datetime
    corpus: Corpus
    sources: tuple[Source, ...] = ()
    documents: tuple[DocumentInfo, ...] = ()

    @property
    def named(self) -> bool:
        """Whether a person gave it its title."""
        return self.title not in (ONE, SEVERAL)

    @property
    def not_public(self) -> list[DocumentInfo]:
        """The documents in it that are marked not public."""
        return [info for info in self.documents if info.marking != "public"]

    def numbers(self, answer: Answer) -> dict[int, Source]:
        """The answer's own markers -> the sources of the briefing."""
        held = {citation_to_key(source.citation): source for source in self.sources}
        return {citation.marker: held[citation_to_key(citation)] for citation in answer.citations}

    def nearest(self, answer: Answer) -> list[Retrieved]:
        """The first few passages that came near to an answer, one a place, of documents that the reader may see."""
        seen = {info.id for info in self.documents}
        return [entry for entry in answer_to_nearest(answer) if entry.document_id in seen]


def answers_to_briefing(
    kb: KnowledgeBase, answers: Sequence[Answer], title: str = "", made: datetime | None = None
) -> Briefing:
    """The briefing of these answers, from the library as ``kb`` shows it; ``made`` is now where it is not given.

    An answer may be an old one, or come from a file: every source is looked up again, and what is not found at its
    place any more is said to be so.
    """
    library = {info.id: info for info in kb.documents()}
    cited = [citation.document_id for answer in answers for citation in answer.citations]
    near = [entry.document_id for answer in answers for entry in answer_to_nearest(answer)]
    return Briefing(
        title=" ".join(title.split()) or (ONE if len(answers) == 1 else SEVERAL),
        entries=tuple(answers),
        made=with_zone(made or datetime.now()).replace(microsecond=0),
        corpus=Corpus(
            fingerprint=kb.fingerprint(),
            documents=len(library),
            newest=max((info.date for info in library.values() if info.date), default=None),
            home=kb.home.name,
        ),
        sources=tuple(answers_to_sources(kb, answers, library)),
        documents=tuple(library[document] for document in dict.fromkeys([*cited, *near]) if document in library),
    )


def with_zone(moment: datetime) -> datetime:
    """The moment as it is, or, without a time zone, as one of this machine's."""
    return moment if moment.tzinfo else moment.astimezone()


def answers_to_sources(
    kb: KnowledgeBase, answers: Sequence[Answer], library: dict[str, DocumentInfo]
) -> Iterator[Source]:
    """The places that the answers cite, each once, numbered from 1 in order of appearance."""
    from kb.export.proof import citation_to_problem

    places: dict[tuple[object, ...], Citation] = {}
    for answer in answers:
        for citation in answer.citations:
            places.setdefault(citation_to_key(citation), citation)
    for number, citation in enumerate(places.values(), start=1):
        info = library.get(citation.document_id)
        date = date_to_words(info) if info else "no date"
        yield Source(number, citation, date, citation_to_problem(kb, citation))


def citation_to_key(citation: Citation) -> tuple[object, ...]:
    """What makes two citations the same place: all that is printed of them."""
    table = citation.table
    cell = (table.table_id, table.row, table.column, table.value) if table else None
    return citation.document_id, citation.page, citation.section, citation.quote, cell


def answer_to_nearest(answer: Answer) -> list[Retrieved]:
    """The first few ranked passages of an answer that was not found, one a place."""
    if answer.status != "not_found":
        return []
    places: dict[tuple[str, int | None, str], Retrieved] = {}
    for entry in answer.retrieved:
        places.setdefault((entry.document_id, entry.page, entry.text[:60]), entry)
    return list(places.values())[:NEAREST_SHOWN]
