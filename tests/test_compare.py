"""Comparing documents and forces: who says what, who is silent, and that nothing stands under the wrong name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest

from kb.agreement import values_to_finding
from kb.attribution import said_of_force
from kb.compare import (
    MOST_COLUMNS,
    MOST_QUESTIONS,
    Column,
    Grid,
    compare,
    compare_by_steps,
    document_columns,
    force_columns,
    forces_named,
    question_about_force,
)
from kb.compare_export import KINDS, grid_to_file, grid_to_name
from kb.errors import BadQuestion
from kb.forces import force_forms
from kb.model import Answer, Citation, Computation, ComputationInput, TablePlace

if TYPE_CHECKING:
    from kb.embedding import Embedder
    from kb.store import KnowledgeBase

FORENSICS = "What does each force pay towards forensics in 2016/17?"
SAVED = "How much did the collaborations save between 2014 and 2017?"
FIVE = ["Derbyshire", "Leicestershire", "Lincolnshire", "Northamptonshire", "Nottinghamshire"]
MADE = datetime(2026, 11, 22, 10, 0)


@pytest.fixture(scope="module")
def kb(corpus_home: Path) -> Iterator[KnowledgeBase]:
    from kb.store import KnowledgeBase

    with KnowledgeBase.open(corpus_home) as opened:
        yield opened


# ------------------------------------------------------------------------------------------------- agreement


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([["£2.7m"], ["£2,712,000"]], "same"),
        ([["£2.7m"], ["£2,760,000"]], "differ"),
        ([["17%"], ["17%"], ["17%"]], "same"),
        ([["24"], ["26"]], "differ"),
        ([["24"], ["£24"]], "different kinds"),
        ([["24"], []], "one"),
        ([["24", "26"], ["24"]], "one"),
        ([["24", "26"], ["24", "26"]], "several"),
        ([["Adrian Lee"], ["the PCC"]], "none"),
        ([[], []], "none"),
    ],
)
def test_figures_are_compared_at_the_precision_of_the_rounder_one(values: list[list[str]], verdict: str) -> None:
    labels = [f"document {place}" for place in range(len(values))]
    assert values_to_finding(list(zip(labels, values, strict=True))).verdict == verdict


def test_a_difference_names_lowest_and_highest() -> None:
    finding = values_to_finding([("2017", ["£3m"]), ("2014", ["£1m"]), ("2013", []), ("2010", ["£2m"])])
    assert finding.words == "The figures differ: lowest £1m (2014), highest £3m (2017)."
    assert finding.marks == ("highest", "lowest", "", "")


# ----------------------------------------------------------------------------------------------- attribution


def quoted(marker: int, quote: str, table: TablePlace | None = None) -> Citation:
    return Citation(marker, "d", "d.docx", "Minutes", 1, None, quote, table)


def answered(text: str, *citations: Citation, **more: object) -> Answer:
    return Answer("asked", "answered", text, citations=citations, **more)  # type: ignore[arg-type]


def test_only_sentences_that_name_the_force_are_kept() -> None:
    said = said_of_force(
        answered(
            "The unit costs £5m. [1] Kent pays £2m. [2][3]\n- Essex pays £3m. [4]",
            quoted(1, "The unit costs £5m."),
            quoted(2, "Kent pays £2m."),
            quoted(3, "Kent’s share is £2m."),
            quoted(4, "Essex pays £3m."),
            values=("£5m", "£2m"),
        ),
        "Kent",
    )
    assert said.answer.answer == "Kent pays £2m. [1][2]"
    assert [citation.quote for citation in said.answer.citations] == ["Kent pays £2m.", "Kent’s share is £2m."]
    assert [citation.marker for citation in said.answer.citations] == [1, 2]
    assert said.figures == said.answer.values == ("£2m",)


def test_a_sentence_on_several_forces_is_shown_and_its_figures_are_not_compared() -> None:
    said = said_of_force(
        answered("Kent pays £2m and Essex £3m. [1]", quoted(1, "Kent pays £2m and Essex £3m."), values=("£3m",)), "Kent"
    )
    assert said.answer.status == "answered"
    assert said.note == "The source also names Essex."
    assert said.figures == ()


def test_an_exception_is_told_as_one() -> None:
    quote = "All forces except for Kent have signed."
    assert "as an exception" in said_of_force(answered(f"{quote} [1]", quoted(1, quote)), "Kent").note


@pytest.mark.parametrize(
    ("row", "column", "holds"),
    [
        ("Forensics", "KENT 12.9% £", True),
        ("Kent", "Cost", True),
        ("Forensics", "Essex", False),
        ("Total", "Cost", False),
    ],
)
def test_a_cell_belongs_to_the_force_of_its_row_or_column(row: str, column: str, holds: bool) -> None:
    cell = TablePlace("t", row, column, "5")
    # The row's words name Kent in another cell, as the lead force.
    said = said_of_force(answered("5 [1]", quoted(1, "Kent 5 6 7", cell), values=("5",)), "Kent")
    assert (said.answer.status == "answered") is holds
    assert said.figures == (("5",) if holds else ())


def test_a_computed_figure_needs_every_cell_at_the_force() -> None:
    def computed(*columns: str) -> Answer:
        inputs = tuple(ComputationInput("t", "Forensics", column, "1") for column in columns)
        cells = [TablePlace("t", "Forensics", column, "1") for column in columns]
        text = f"The sum is 2. {''.join(f'[{at}]' for at in range(1, len(columns) + 1))}"
        citations = (quoted(at, "1 1", cell) for at, cell in enumerate(cells, start=1))
        return answered(text, *citations, values=("2",), computation=Computation("sum", inputs, "2"))

    assert said_of_force(computed("Kent 2014", "Kent 2015"), "Kent").figures == ("2",)
    other = said_of_force(computed("Kent 2014", "Essex 2014"), "Kent")
    assert other.answer.status == "not_found" and other.answer.computation is None and not other.answer.citations
    assert "does not name Kent" in other.note


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What did Notts pay?", "What did Kent pay?"),
        ("What does each force pay?", "What does Kent pay?"),
        ("What is the force's share?", "What is Kent's share?"),
        ("What do all the forces pay?", "What do Kent pay?"),
        ("Who leads legal services?", "Who leads legal services for Kent?"),
        ("What is the force area?", "What is the force area for Kent?"),
    ],
)
def test_a_question_is_asked_about_each_force(question: str, asked: str) -> None:
    assert question_about_force(question, "Kent") == asked


# ------------------------------------------------------------------------------------------------- the corpus


def test_each_force_gets_its_own_column_of_a_table(kb: KnowledgeBase) -> None:
    grid = compare(kb, [FORENSICS], force_columns([*FIVE, "Kent"]))
    document = next(kb.document(i.id) for i in kb.documents() if i.source == "panel-presentation-2017.pdf")
    table = next(t for t in document.tables if any("FORENSICS" in row[0] for row in t.grid()))
    row = next(row for row in table.grid() if "FORENSICS" in row[0])
    printed = dict(zip(table.headers(), row, strict=True))
    for column, cell in zip(grid.columns[:5], grid.rows[0].cells, strict=False):
        forms = re.compile("|".join(force_forms(column.key)), re.IGNORECASE)
        own = next(text for head, text in printed.items() if forms.search(head))
        assert cell.figures == (f"£{own}",), column.key
    assert grid.rows[0].cells[5].state == "silent"
    finding = grid.rows[0].finding
    assert finding.verdict == "differ" and "highest £1,087,357 (Nottinghamshire)" in finding.words


def test_nothing_stands_under_a_force_that_its_source_does_not_name(kb: KnowledgeBase) -> None:
    questions = [
        "Who leads legal services?",
        "How does the force take part in EMSOU?",
        "How many police officers work there?",
    ]
    grid = compare(kb, questions, force_columns([*FIVE, "Kent"]))
    said = [(column, cell) for row in grid.rows for column, cell in zip(grid.columns, row.cells, strict=True)]
    shown = [(column, cell.answer) for column, cell in said if cell.state == "says"]
    assert shown
    for column, given in shown:
        assert given is not None
        for citation in given.citations:
            table = citation.table
            words = f"{table.row} {table.column}" if table and table.column else citation.quote
            assert re.search("|".join(force_forms(column.key)), words, re.IGNORECASE), (column.key, words)


def test_documents_are_asked_alone_newest_first(kb: KnowledgeBase) -> None:
    columns = document_columns(kb)
    assert [column.key for column in columns] == [info.id for info in kb.documents()]
    assert columns[0].date == "24 April 2017"
    told: list[tuple[int, int]] = []
    grid = compare(
        kb, [SAVED, "What does the plan of 2009 say about legal services?"], columns, lambda *n: told.append(n)
    )
    assert told == [(done, 10) for done in range(11)]
    for row in grid.rows:
        for column, cell in zip(grid.columns, row.cells, strict=True):
            for citation in cell.answer.citations if cell.answer else ():
                assert citation.document_id == column.key
    assert grid.rows[0].cells[0].figures == ("£2.7m",)
    assert {cell.state for cell in grid.rows[0].cells} == {"says", "silent"}
    asked = [column.source for column, c in zip(columns, grid.rows[1].cells, strict=True) if c.state != "not asked"]
    assert asked == ["plan-2009-2012.pdf"]


def test_who_stops_asking_has_what_is_done(kb: KnowledgeBase) -> None:
    steps = list(islice(compare_by_steps(kb, [SAVED], document_columns(kb)), 3))
    assert [grid.done for grid in steps] == [0, 1, 2]
    assert [cell.state for cell in steps[-1].rows[0].cells].count("waiting") == 3


def test_forces_named_are_those_of_the_documents_first(kb: KnowledgeBase) -> None:
    named = forces_named(kb)
    assert named[:5] == FIVE and "Kent" in named


def test_what_cannot_be_asked_is_told(kb: KnowledgeBase) -> None:
    documents, forces = document_columns(kb), force_columns(FIVE)
    with pytest.raises(BadQuestion, match="at least one question"):
        compare(kb, [], documents)
    with pytest.raises(BadQuestion, match="at least one document or force"):
        compare(kb, [SAVED], [])
    with pytest.raises(BadQuestion, match=f"at most {MOST_QUESTIONS}"):
        compare(kb, [f"What is item {n}?" for n in range(MOST_QUESTIONS + 1)], documents)
    with pytest.raises(BadQuestion, match=f"at most {MOST_COLUMNS}"):
        compare(kb, [SAVED], documents * 3)
    with pytest.raises(BadQuestion, match="Question 2: "):
        compare(kb, [SAVED, "?!"], documents)
    with pytest.raises(BadQuestion, match="names 2 forces"):
        compare(kb, ["What do Kent and Essex pay?"], forces)
    with pytest.raises(BadQuestion, match="not the name of a police force"):
        force_columns(["Atlantis"])


# ---------------------------------------------------------------------------------------------------- exports


@pytest.fixture(scope="module")
def grid(kb: KnowledgeBase) -> Grid:
    return compare(kb, [SAVED, "Who oversees the programme?"], document_columns(kb))


def test_a_word_file_holds_every_cell_and_its_sources(kb: KnowledgeBase, grid: Grid) -> None:
    file = docx.Document(io.BytesIO(grid_to_file(kb, grid, "docx", MADE)))
    assert [p.text for p in file.paragraphs if p.style.name == "Heading 1"][:2] == [row.question for row in grid.rows]
    for row, table in zip(grid.rows, file.tables, strict=False):
        said = [line.cells[1].text for line in table.rows[1:]]
        assert len(said) == len(row.cells)
        for cell, text in zip(row.cells, said, strict=True):
            assert ("Nothing found." in text) is (cell.state == "silent")
            if cell.answer and cell.state == "says":
                assert re.sub(r"\s*\[\d+\]", "", cell.answer.answer).split()[0] in text
                assert re.search(r"\[\d+\]", text)
    numbers = [line.cells[0].text for line in file.tables[-1].rows[1:]]
    assert numbers == [f"[{place}]" for place in range(1, len(numbers) + 1)]
    assert grid_to_file(kb, grid, "docx", MADE) == grid_to_file(kb, grid, "docx", MADE)


def test_markdown_and_csv_hold_every_cell(kb: KnowledgeBase, grid: Grid) -> None:
    text = grid_to_file(kb, grid, "md", MADE).decode("utf-8")
    assert text.count("Nothing found.") == sum(c.state == "silent" for row in grid.rows for c in row.cells)
    assert "£2.7m" in text and "24 April 2017" in text
    rows = list(csv.DictReader(io.StringIO(grid_to_file(kb, grid, "csv", MADE).decode("utf-8-sig"))))
    assert len(rows) == grid.total
    first = rows[0]
    assert (first["outcome"], first["figures"], first["date"]) == ("says something", "£2.7m", "24 April 2017")
    assert "page 14" in first["sources"]
    assert {grid_to_name(grid, kind, MADE) for kind in KINDS} == {
        f"documents-compared-2026-11-22.{kind}" for kind in KINDS
    }


def test_a_spreadsheet_runs_nothing_of_a_comparison(kb_home: Path, tmp_path: Path, embedder: Embedder) -> None:
    from ingest.pipeline import ingest
    from kb.store import KnowledgeBase

    minutes = docx.Document()
    minutes.core_properties.title = "=HYPERLINK(1)"
    minutes.add_paragraph("The dog unit has twelve handlers.")
    minutes.save(str(tmp_path / "minutes.docx"))
    with KnowledgeBase.open(kb_home, create=True) as kb:
        assert ingest([tmp_path / "minutes.docx"], kb, embedder).added
        column = Column(kb.documents()[0].id, "=HYPERLINK(1)")
        grid = compare(kb, ["How many handlers has the dog unit?"], [column])
        rows = list(csv.reader(io.StringIO(grid_to_file(kb, grid, "csv", MADE).decode("utf-8-sig"))))
        assert grid.rows[0].cells[0].state == "says"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
