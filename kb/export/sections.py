"""Briefing -> sections: what each format sets, in words, so that all of them say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kb.export.briefing import Briefing, Source
from kb.model import Answer, Computation, Retrieved
from kb.wording import (
    answer_to_remarks,
    computation_to_arithmetic,
    day_to_words,
    page_to_words,
    section_to_path,
)

NOT_FOUND = "Not found in these documents."
NOT_ASKED = "Not answered."
NEAREST = "Nearest passages (not an answer)"
ALL_SOURCES, ALL_SOURCES_CAPTION = "Table of sources", "All sources, by number"
ABOUT = "About this document"
AT_A_GLANCE, AT_A_GLANCE_CAPTION = "At a glance", "The questions and their answers in short"
LONGEST_EXCERPT = 400

MARKER = re.compile(r"\[(\d{1,3})\]")
_ITEM = re.compile(r"^\s*[-*•–]\s+")
# What no XML file may hold (XML 1.0, 2.2), and halves of surrogate pairs, which no UTF-8 file may.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Part:
    """A run of an answer's text, or (with ``number``) the marker of a source."""

    text: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of an answer, or an item of a list."""

    parts: tuple[Part, ...]
    item: bool = False

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Worked:
    """The figures that an answer was worked out from: a caption, headings, one row a figure, and the arithmetic.

    The last column holds the figures. ``arithmetic`` ends where ``result`` follows.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    arithmetic: str
    result: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A source as it is listed: its number, document, place, cell (label and text), quote and what is wrong with it.

    ``where`` is page, section and cell reference in words and in one; ``page`` is the bare number.
    """

    number: int
    title: str
    file: str
    date: str
    page: str
    section: str
    where: str
    cell: tuple[tuple[str, str], ...]
    quote: str
    problem: str | None

    @property
    def place(self) -> str:
        """Document, file, date and place in one line."""
        return ", ".join(part for part in (f"{self.title} ({self.file})", self.date, self.where) if part)

    @property
    def cell_words(self) -> str:
        """Row, column and value of a cell; nothing where it is none."""
        return "; ".join(f"{name}: {text}" for name, text in self.cell)

    @property
    def proof(self) -> str:
        """What the source says: the cell and its value, else the quotation."""
        has_value = any(name == "Value" for name, _ in self.cell)
        return self.cell_words if has_value else f"“{self.quote}”"


@dataclass(frozen=True, slots=True)
class Near:
    """A passage that is not an answer: where it stands and what it says."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One question with all that is said to it. ``answered`` is False where nothing was found: ``message`` says why."""

    number: int
    question: str
    answered: bool
    lines: tuple[Line, ...]
    message: str
    remarks: tuple[str, ...]
    worked: Worked | None
    sources: tuple[Entry, ...]
    near: tuple[Near, ...]
    glance: str

    def title(self, several: bool) -> str:
        """The question, numbered where it is one of several."""
        return f"{self.number}. {self.question}" if several else self.question


def briefing_to_sections(briefing: Briefing) -> list[Section]:
    """One section a question, in order."""
    return [answer_to_section(briefing, answer, number) for number, answer in enumerate(briefing.entries, start=1)]


def answer_to_section(briefing: Briefing, answer: Answer, number: int) -> Section:
    """An answer with its markers and sources under the numbers of the briefing."""
    numbers = briefing.numbers(answer)
    answered = answer.status == "answered"
    sources = dict.fromkeys(sorted(numbers.values(), key=lambda source: source.number))
    return Section(
        number=number,
        question=clean(answer.question).strip() or "(no question)",
        answered=answered,
        lines=tuple(answer_to_lines(answer, numbers)) if answered else (),
        message=clean(answer.message or "") if answered else not_found_to_words(answer),
        remarks=tuple(clean(remark) for remark in answer_to_remarks(answer)),
        worked=computation_to_worked(answer.computation) if answered and answer.computation else None,
        sources=tuple(source_to_entry(source) for source in sources) if answered else (),
        near=tuple(retrieved_to_near(briefing, entry) for entry in briefing.nearest(answer)),
        glance=answer_to_glance(answer),
    )


def not_found_to_words(answer: Answer) -> str:
    """That nothing was found, or asked, and why."""
    if answer.answer and answer.answer == answer.message:
        return clean(answer.answer)  # it says itself what is missing
    head = NOT_FOUND if answer.answer else NOT_ASKED
    return clean(f"{head} {answer.message or ''}".strip())


def answer_to_glance(answer: Answer) -> str:
    """An answer in a few words for the list at the top: its values, else that it is answered or not."""
    if answer.status != "answered":
        if answer.answer and answer.answer == answer.message:
            return clean(answer.answer)
        return NOT_FOUND if answer.answer else NOT_ASKED
    return clean("; ".join(answer.values)) or "Answered in words"


def answer_to_lines(answer: Answer, numbers: Mapping[int, Source]) -> Iterator[Line]:
    """The answer's paragraphs and list items, each cut at its markers."""
    kept = [match.span() for quote in quotes(answer) for match in re.finditer(re.escape(quote), answer.answer)]
    at = 0
    for line in answer.answer.splitlines(keepends=True):
        start, at = at, at + len(line)
        item = _ITEM.match(line)
        inside = [(left - start, right - start) for left, right in kept]
        parts = line_to_parts(line.rstrip(), numbers, inside, item.end() if item else 0)
        if any(part.text.strip() for part in parts):
            yield Line(tuple(parts), item is not None)


def quotes(answer: Answer) -> list[str]:
    """The quotations that hold a bracketed number of their own, which is no marker of ours."""
    return list(dict.fromkeys(c.quote.strip() for c in answer.citations if MARKER.search(c.quote)))


def line_to_parts(line: str, numbers: Mapping[int, Source], kept: list[tuple[int, int]], at: int) -> list[Part]:
    """Text and markers of a line from character ``at`` on; numbers within the spans ``kept`` are text."""
    parts = []
    for match in MARKER.finditer(line, at):
        source = numbers.get(int(match[1]))
        if source is None or any(left <= match.start() < right for left, right in kept):
            continue
        parts += [Part(clean(line[at : match.start()])), Part(f"[{source.number}]", source.number)]
        at = match.end()
    return [part for part in [*parts, Part(clean(line[at:]))] if part.text]


def computation_to_worked(computation: Computation) -> Worked:
    """The cells as rows; a column heading that all of them share stands in the caption instead."""
    shared = list(dict.fromkeys(cell.column for cell in computation.inputs))
    caption = "Worked out from these figures"
    headings: tuple[str, ...] = ("Row", "Column", "Figure")
    if len(shared) == 1:
        caption, headings = f"{caption}: {shared[0]}" if shared[0] else caption, ("Row", "Figure")
    rows = [(cell.row, cell.column, cell.value) for cell in computation.inputs]
    shown = [row if len(headings) == 3 else (row[0], row[2]) for row in rows]
    return Worked(
        caption=clean(caption),
        headings=headings,
        rows=tuple(tuple(clean(text) for text in row) for row in shown),
        arithmetic=clean(computation_to_arithmetic(computation)),
        result=clean(computation.result),
    )


def source_to_entry(source: Source) -> Entry:
    """A source with its place in words."""
    citation, table = source.citation, source.citation.table
    reference = f"cell {table.reference}" if table and table.reference else ""
    section = " › ".join(section_to_path(citation.source, (citation.section or "").split(" > ")))
    page = page_to_words(citation.source, citation.page)  # a slide, in a presentation
    named = (("Row", table.row), ("Column", table.column), ("Value", table.value)) if table else ()
    cell = [(name, clean(text)) for name, text in named if text] if table and (table.column or table.value) else []
    return Entry(
        number=source.number,
        title=clean(citation.title),
        file=clean(citation.source),
        date="" if source.date == "no date" else clean(source.date),
        page=str(citation.page or ""),
        section=clean(section),
        where=clean(", ".join(part for part in (page, section, reference) if part)),
        cell=tuple(cell),
        quote=clean(" ".join(citation.quote.split())),
        problem=source.problem,
    )


def retrieved_to_near(briefing: Briefing, entry: Retrieved) -> Near:
    titles = {info.id: info.title for info in briefing.documents}
    where = (titles.get(entry.document_id, entry.source), page_to_words(entry.source, entry.page))
    text = " ".join(entry.text.split())
    cut = text if len(text) <= LONGEST_EXCERPT else text[:LONGEST_EXCERPT].rsplit(" ", 1)[0] + " …"
    return Near(clean(", ".join(part for part in where if part)), clean(cut))


def briefing_to_glance(sections: Sequence[Section]) -> list[tuple[str, str, str]]:
    """Number, question and short answer of each section."""
    return [(str(section.number), section.question, section.glance) for section in sections]


def briefing_to_sources(briefing: Briefing) -> tuple[list[str], list[list[str]]]:
    """The table of all sources: headings and rows; where there are several questions, with those that each answers."""
    uses: dict[int, list[str]] = {}
    for place, answer in enumerate(briefing.entries, start=1):
        for number in sorted({source.number for source in briefing.numbers(answer).values()}):
            uses.setdefault(number, []).append(str(place))
    entries = [source_to_entry(source) for source in briefing.sources]
    headings = ["No.", "Document", "Date", "Place", "What it says"]
    rows = [[f"[{e.number}]", f"{e.title} ({e.file})", e.date, e.where, e.proof] for e in entries]
    if len(briefing.entries) > 1:
        headings.append("Question")
        rows = [[*row, ", ".join(uses.get(entry.number, ()))] for row, entry in zip(rows, entries, strict=True)]
    return headings, rows


def briefing_to_summary(briefing: Briefing) -> str:
    """One line under the title: when it was made, and of what."""
    corpus = briefing.corpus
    count = "1 document" if corpus.documents == 1 else f"{corpus.documents} documents"
    newest = f", the newest of {iso_to_words(corpus.newest)}" if corpus.newest else ""
    return f"Made on {day_to_words(briefing.made)} at {briefing.made:%H:%M} from {count}{newest}."


def iso_to_words(day: str) -> str:
    try:
        return day_to_words(date.fromisoformat(day))
    except ValueError:
        return day


def briefing_to_about(briefing: Briefing) -> list[str]:
    """How far the document can be trusted, and what it was made of."""
    found = sum(answer.status == "answered" for answer in briefing.entries)
    asked = len(briefing.entries)
    proved = sum(source.problem is None for source in briefing.sources)
    answered = f"{found} of {asked} questions answered." if asked > 1 else ""
    checked = (
        f"{proved} of {len(briefing.sources)} sources were found at their places when this was made."
        if briefing.sources
        else ""
    )
    return [
        "Every sentence of an answer is quoted from a document or worked out from figures that are shown. What the "
        "documents do not say is not answered.",
        " ".join(part for part in (answered, checked) if part),
        f"Library: {clean(briefing.corpus.home)}. Fingerprint of its documents: {briefing.corpus.fingerprint}.",
    ]


def briefing_to_warning(briefing: Briefing) -> str:
    """What has to be said at the top where documents in it are not public; nothing else."""
    titles = ", ".join(clean(info.title) for info in briefing.not_public)
    return f"Not public. This document quotes what is marked not public: {titles}." if titles else ""


def clean(text: str) -> str:
    """The text without characters that a file of text or XML cannot hold."""
    return _FORBIDDEN.sub("", text)
