"""Questions about the figures of one report: a web page with a statement and paragraphs, read as any other file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import read
from kb.answering.figures.asked import text_to_asked
from kb.answering.figures.compute import work_to_result
from kb.answering.figures.matching import Finder
from kb.answering.figures.periods import text_to_periods
from kb.answering.figures.results import Result
from kb.answering.figures.scales import Scale, text_to_scale
from kb.answering.figures.sheet import Sheet, document_table_to_sheet
from kb.answering.figures.work import Work
from kb.model import Document
from kb.retrieval.lexicon import Lexicon
from kb.retrieval.words import Matcher
from kb.store import Filters, KnowledgeBase

STATEMENT = """<!DOCTYPE html><html><head><title>Ferry company, annual report</title></head><body>
<p>Income of the ferry company by line of business was as follows (in thousands, except fares per trip):</p>
<table>
<tr><td></td><td></td><td>Years ended June 30,</td><td></td></tr>
<tr><td></td><td>2019</td><td>2018</td><td>2017</td></tr>
<tr><td>Income:</td><td></td><td></td><td></td></tr>
<tr><td>Passengers</td><td>$ 4,500</td><td>$ 4,000</td><td>$ 3,200</td></tr>
<tr><td>Freight (1)</td><td>900</td><td>1,200</td><td>1,000</td></tr>
<tr><td>Other</td><td>60</td><td>50</td><td>—</td></tr>
<tr><td>Total income</td><td>5,460</td><td>5,250</td><td>4,200</td></tr>
<tr><td>Net interest</td><td>(120)</td><td>30</td><td>(40)</td></tr>
<tr><td>Average fare per trip</td><td>$3.50</td><td>$3.20</td><td>$3.10</td></tr>
</table>
<p>Freight income fell because the northern pier was closed for repairs. The pier reopened on May 4, 2019.</p>
</body></html>"""

STACKED = """<html><body><table>
<tr><td></td><td>Land lines</td><td></td><td>Sea lines</td><td></td></tr>
<tr><td>$ million</td><td>2019</td><td>2018</td><td>2019</td><td>2018</td></tr>
<tr><td>Tickets sold</td><td>12.5</td><td>10.0</td><td>7.0</td><td>8.0</td></tr>
<tr><td>Share sold online</td><td>40.5%</td><td>36.0%</td><td>20.0%</td><td>25.0%</td></tr>
</table></body></html>"""

ASKED = [
    ("What was the income from passengers in 2019?", ["$4,500 thousand"], None),
    ("What was the change in Freight in 2019 from 2018?", ["-300 thousand"], "difference"),
    ("What was the percentage change in Freight between 2018 and 2019?", ["-25.00%"], "share"),
    ("What was the change in Other from 2017 to 2018?", ["50 thousand"], "difference"),
    ("What is the average total income for 2018 and 2019?", ["5,355 thousand"], "average"),
    ("What is the average Passengers income?", ["$3,900 thousand"], "average"),
    ("What is the 2019 average total income?", ["5,355 thousand"], "average"),
    ("What is the total Freight income in 2018 and 2019?", ["2,100 thousand"], "sum"),
    ("What is Freight as a percentage of total income in 2018?", ["22.86%"], "share"),
    ("What percentage of total income was from Passengers in 2019?", ["82.42%"], "share"),
    ("What is the ratio of Passengers to Freight in 2019?", ["5"], "share"),
    ("What is the difference between Passengers and Freight in 2018?", ["$2,800 thousand"], "difference"),
    ("What were the net interest in 2019 and 2018 respectively?", ["-120 thousand", "30 thousand"], None),
    ("In which year was Freight the largest?", ["2018"], "max"),
    ("In which year was total income lower, 2018 or 2019?", ["2018"], "min"),
    ("How many years did Passengers exceed $3,500 thousand?", ["2"], "count"),
    ("In which years did Freight exceed 950 thousand?", ["2018", "2017"], None),
    ("Which years does the table provide information for?", ["2019", "2018", "2017"], None),
    ("What was the average fare per trip in 2018?", ["$3.20"], None),
]


@pytest.fixture(scope="module")
def statement(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return page(tmp_path_factory.mktemp("pages") / "ferry.html", STATEMENT)


@pytest.fixture(scope="module")
def stacked(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return page(tmp_path_factory.mktemp("pages") / "lines.html", STACKED)


def page(path: Path, text: str) -> Document:
    path.write_text(text, "utf-8")
    return read(path)


def to_sheet(document: Document) -> Sheet:
    return document_table_to_sheet(document, document.tables[0])


def ask(document: Document, question: str) -> Result | None:
    asked = text_to_asked(question)
    return work_to_result(Work(Finder(to_sheet(document), Matcher(Lexicon(), {}), asked.whole), asked))


@pytest.mark.parametrize(("question", "values", "operation"), ASKED)
def test_a_statement_answers(statement: Document, question: str, values: list[str], operation: str | None) -> None:
    found = ask(statement, question)
    assert found is not None
    assert (list(found.values), found.operation) == (values, operation)


def test_the_way_is_shown_in_words(statement: Document) -> None:
    found = ask(statement, "What was the percentage change in Freight between 2018 and 2019?")
    assert found is not None
    assert found.text == (
        "Freight: 1,200 thousand (2018), 900 thousand (2019). The change is -25.00% of the figure for 2018."
    )


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("What is the change in tickets sold on sea lines from 2018 to 2019?", ["-$1.0 million"]),
        ("What is the percentage change in tickets sold on land lines from 2018 to 2019?", ["25.00%"]),
        ("What is the difference between tickets sold on land lines and sea lines in 2019?", ["$5.5 million"]),
        ("What was the share sold online of sea lines in 2018?", ["25.0%"]),
    ],
)
def test_headings_over_the_middle_of_their_columns(stacked: Document, question: str, values: list[str]) -> None:
    found = ask(stacked, question)
    assert found is not None
    assert list(found.values) == values


def test_figures_keep_scale_unit_and_period(statement: Document) -> None:
    series = {one.label: one for one in to_sheet(statement).series}
    passengers, fare, interest = series["Passengers"], series["Average fare per trip"], series["Net interest"]
    assert [(f.unit, f.scale, f.period.year if f.period else None) for f in passengers.figures] == [
        ("$", 1000, 2019),
        ("$", 1000, 2018),
        ("$", 1000, 2017),
    ]
    assert {figure.scale for figure in fare.figures} == {1}
    assert [str(figure.number) for figure in interest.figures] == ["-120", "30", "-40"]
    assert "Freight" in series, "a footnote mark is no part of a label"


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("from 2018 to 2019", [2018, 2019]),
        ("the year ended December 31, 2019", [2019]),
        ("FY19 and fiscal 2018", [2019, 2018]),
        ("in 2017/18", [2018]),
        ("£2,018 and $2019", []),
    ],
)
def test_periods(text: str, years: list[int]) -> None:
    assert [period.year for period in text_to_periods(text)] == years


@pytest.mark.parametrize(
    ("text", "alone", "scale"),
    [
        ("(In millions, except percentages)", True, Scale(10**6)),
        ("$’000", True, Scale(10**3, "$")),
        ("€m", True, Scale(10**6, "€")),
        ("U.S. $ in thousands", True, Scale(10**3, "$")),
        ("%", True, Scale(1, "%")),
        ("as follows (in thousands):", False, Scale(10**3)),
        ("It cost $3 million (2018: $2 million).", False, None),
        ("Freight", True, None),
    ],
)
def test_scales(text: str, alone: bool, scale: Scale | None) -> None:
    assert text_to_scale(text, alone) == scale


def test_the_whole_way_is_cited_and_checked(tmp_path: Path, kb_home: Path, statement: Document) -> None:
    from ingest.pipeline import ingest
    from kb.answering import answer
    from kb.embedding import embedder

    path = tmp_path / "ferry.html"
    path.write_text(STATEMENT, "utf-8")
    with KnowledgeBase.open(kb_home, create=True) as kb:
        ingest([path], kb, embedder())
        only = Filters(documents=(kb.documents()[0].id,))
        computed = answer(kb, "What was the percentage change in Freight between 2018 and 2019?", filters=only)
        worded = answer(kb, "Why did freight income fall?", filters=only)
    assert computed.values == ("-25.00%",)
    assert computed.computation is not None
    assert [cell.value for cell in computed.computation.inputs] == ["1,200 thousand", "900 thousand"]
    assert [citation.table.value for citation in computed.citations if citation.table] == ["1,200", "900"]
    assert worded.values == ("because the northern pier was closed for repairs",)
