"""Questions asked of several documents, or of several forces, one at a time: who says what, and who is silent.

A cell of a document is the answer of that document alone. A cell of a force is the answer of the whole knowledge base
to the question with that force named, and of it only what names the force itself (:mod:`kb.attribution`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kb.agreement import NOTHING, Finding, values_to_finding
from kb.attribution import said_of_force
from kb.errors import BadQuestion
from kb.forces import FORCES, force_forms, text_to_forces
from kb.model import Answer, ChunkKind

if TYPE_CHECKING:
    from kb.store import DocumentInfo, KnowledgeBase

MOST_QUESTIONS = 20
MOST_COLUMNS = 12
# What is looked at to see whether a force is named anywhere: the name's words may stand apart in the first hits.
HITS_A_FORCE = 20
KINDS: tuple[ChunkKind, ...] = ("sentence", "row")
ANY_FORCE = re.compile(
    r"\b(?:each|every|any|the|this|that|all(?: of)?(?: the)?)\s+(?:(?:single|police|two|three|four|five)\s+)?"
    r"forces?(?P<own>['’]s?)?(?!\s+(?:areas?|level|wide))\b",
    re.IGNORECASE,
)

State = Literal["waiting", "says", "silent", "not asked"]
By = Literal["document", "force"]


@dataclass(frozen=True, slots=True)
class Column:
    """Who is asked: a document (``key`` is its id) or a force (its name). ``date`` is the document's, in words."""

    key: str
    label: str
    by: By = "document"
    date: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one column says to one question. ``note`` says why nothing is shown, or how to read what is.

    ``figures`` are those that may be compared with the other cells'. ``answer`` is None until it is asked.
    """

    state: State = "waiting"
    answer: Answer | None = None
    note: str = ""
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One question with a cell a column, and what its figures show side by side."""

    question: str
    cells: tuple[Cell, ...]
    finding: Finding = NOTHING


@dataclass(frozen=True, slots=True)
class Grid:
    """Questions by columns, in the order in which they were given."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def total(self) -> int:
        return len(self.columns) * len(self.rows)

    @property
    def done(self) -> int:
        return sum(cell.state != "waiting" for row in self.rows for cell in row.cells)


# --------------------------------------------------------------------------------------------------- who is asked


def document_columns(kb: KnowledgeBase, ids: Sequence[str] | None = None) -> list[Column]:
    """A column for each of these documents (all of them by default), newest first; ids that are gone are left out."""
    chosen = [info for info in kb.documents() if ids is None or info.id in ids]
    return [Column(info.id, info.title, "document", info_to_date(info), info.source) for info in chosen]


def force_columns(names: Sequence[str]) -> list[Column]:
    """A column for each force; BadQuestion where a name is not that of a police force."""
    for name in names:
        if name not in FORCES:
            raise BadQuestion(f"“{name}” is not the name of a police force of England and Wales.")
    return [Column(name, name, "force") for name in names]


def forces_named(kb: KnowledgeBase) -> list[str]:
    """The forces that any document names, those that documents are about first, each group by name."""
    about = {force for info in kb.documents() for force in info.forces}
    named = [force for force in FORCES if force not in about and is_named(kb, force)]
    return [*sorted(about), *named]


def is_named(kb: KnowledgeBase, force: str) -> bool:
    """Whether a sentence or table row names the force."""
    from kb.terms import text_to_terms

    terms = list(dict.fromkeys(term for form in force_forms(force) for term in text_to_terms(form)))
    hits = kb.chunks(chunk_id for chunk_id, _ in kb.search_text(terms, KINDS, HITS_A_FORCE))
    return any(force in text_to_forces(chunk.text) for chunk in hits.values())


def info_to_date(info: DocumentInfo) -> str:
    """The date of a document as it gives it itself, else spelt out; empty where it has none."""
    from kb.answering.across import date_to_words

    return info.date_text or date_to_words(info.date) or ""


# ------------------------------------------------------------------------------------------------------- asking


def compare(
    kb: KnowledgeBase,
    questions: Sequence[str],
    columns: Sequence[Column],
    progress: Callable[[int, int], None] | None = None,
) -> Grid:
    """Every question asked of every column; ``progress`` is told how many cells of how many are done.

    Raises BadQuestion where a question cannot be asked, or where there are too many or too few of anything.
    """
    for grid in compare_by_steps(kb, questions, columns):
        if progress is not None:
            progress(grid.done, grid.total)
    return grid


def compare_by_steps(kb: KnowledgeBase, questions: Sequence[str], columns: Sequence[Column]) -> Iterator[Grid]:
    """The grid as it fills: first without any cell, then after each one. To stop, ask for no more of it.

    Raises BadQuestion as :func:`compare` does, before the first grid.
    """
    questions = check_request(questions, columns)
    waiting = tuple(Cell() for _ in columns)
    grid = Grid(tuple(columns), tuple(Row(question, waiting) for question in questions))
    yield grid
    for at, question in enumerate(questions):
        for place, column in enumerate(columns):
            cells = list(grid.rows[at].cells)
            cells[place] = ask_column(kb, question, column)
            row = Row(question, tuple(cells), cells_to_finding(columns, cells))
            grid = replace(grid, rows=(*grid.rows[:at], row, *grid.rows[at + 1 :]))
            yield grid


def check_request(questions: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """The questions cleaned; BadQuestion says what is too many, missing, or cannot be asked."""
    from kb.answering.question import clean_question

    if not questions:
        raise BadQuestion("Type at least one question, one on each line.")
    if not columns:
        raise BadQuestion("Choose at least one document or force to ask.")
    if len(questions) > MOST_QUESTIONS:
        raise BadQuestion(f"There are {len(questions)} questions; ask at most {MOST_QUESTIONS} at once.")
    if len(columns) > MOST_COLUMNS:
        raise BadQuestion(f"There are {len(columns)} columns; choose at most {MOST_COLUMNS} at once.")
    cleaned = []
    for number, question in enumerate(questions, start=1):
        try:
            cleaned.append(clean_question(question))
        except BadQuestion as error:
            raise BadQuestion(f"Question {number}: {error}.") from error
        if columns[0].by == "force" and len(named := text_to_forces(question)) > 1:
            raise BadQuestion(
                f"Question {number} names {len(named)} forces ({', '.join(named)}). Name one or none: "
                "each column puts its own force in that place."
            )
    return cleaned


def ask_column(kb: KnowledgeBase, question: str, column: Column) -> Cell:
    """The cell of one question and one column."""
    return ask_document(kb, question, column) if column.by == "document" else ask_force(kb, question, column)


def ask_document(kb: KnowledgeBase, question: str, column: Column) -> Cell:
    """What one document alone says; a question that names other documents is not asked of it."""
    from kb.answering import answer
    from kb.answering.question import text_to_question
    from kb.store import Filters

    named = text_to_question(question, (), kb.documents()).documents
    if named and column.key not in named:
        return Cell("not asked", note="The question names another document.")
    given = answer(kb, question, filters=Filters(documents=(column.key,)), worded=False)
    return Cell("says" if given.status == "answered" else "silent", given, figures=given.values)


def ask_force(kb: KnowledgeBase, question: str, column: Column) -> Cell:
    """What the documents say of one force: the answer to the question about it, as far as it names that force."""
    from kb.answering import answer

    given = answer(kb, question_about_force(question, column.key), worded=False)
    if given.status != "answered":
        return Cell("silent", given)
    said = said_of_force(given, column.key)
    state: State = "says" if said.answer.status == "answered" else "silent"
    return Cell(state, said.answer, said.note, said.figures)


def question_about_force(question: str, force: str) -> str:
    """The question asked about a force: in place of the one it names, of "each force", or put behind it."""
    from kb.answering.question import replace_force

    named = text_to_forces(question)
    if named:
        return replace_force(question, named[0], force)
    asked, count = ANY_FORCE.subn(lambda found: force + (found["own"] or ""), question)
    return asked if count else f"{question.rstrip('?. ')} for {force}?"


def cells_to_finding(columns: Sequence[Column], cells: Sequence[Cell]) -> Finding:
    """What the figures of a row show side by side."""
    labels = [f"{column.label}, {column.date}" if column.date else column.label for column in columns]
    return values_to_finding([(label, cell.figures) for label, cell in zip(labels, cells, strict=True)])
