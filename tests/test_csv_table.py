"""One CSV file as a table that answers questions: values, quotes, refusals, not found."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.answering import answer_from_table
from kb.answering.csv_table import MAX_ROWS, csv_to_document
from kb.errors import BadQuestion, UnreadableFile

DATA = Path(__file__).parent / "data" / "csv"

ANSWERS = [
    ("contributions.csv", "How much does Derbyshire pay for the kennels?", "800"),
    ("contributions.csv", "What does Leicestershire contribute to the armoury?", "900"),
    ("contributions.csv", "What does the armoury cost in total?", "2,100"),
    ("contributions.csv", "How much more does Derbyshire than Leicestershire pay for the armoury?", "300"),
    ("stations.csv", "What did Belton cost?", "£480,000"),
    ("stations.csv", "What is the cost of Ashford?", "£1,410,000"),
    ("league.csv", "Who was the winner in 2012?", "United"),
    ("league.csv", "Which year had the most goals?", "2013"),
    ("windows_1252.csv", "What is the price of Zoë?", "15"),
]


@pytest.mark.parametrize(("name", "question", "value"), ANSWERS)
def test_a_table_answers_with_a_value_and_a_verbatim_quote(name: str, question: str, value: str) -> None:
    found = answer_from_table(DATA / name, question, question_id="q1")
    assert found.status == "answered", found.message
    assert value in found.values
    assert found.id == "q1"
    text = csv_to_document(DATA / name).text
    for citation in found.citations:
        assert citation.quote
        assert citation.quote in " ".join(text.split())
        assert f"[{citation.marker}]" in found.answer
        assert citation.source == name
        assert citation.page is None
        assert citation.table is not None


def test_a_computed_answer_shows_the_cells_that_it_used() -> None:
    question = "How much more does Derbyshire than Leicestershire pay for the armoury?"
    computation = answer_from_table(DATA / "contributions.csv", question).computation
    assert computation is not None
    assert computation.operation == "difference"
    assert [(cell.row, cell.column, cell.value) for cell in computation.inputs] == [
        ("Armoury", "Derbyshire", "1,200"),
        ("Armoury", "Leicestershire", "900"),
    ]
    assert computation.result == "300"


def test_what_the_table_does_not_say_is_not_found() -> None:
    found = answer_from_table(DATA / "contributions.csv", "When was the submarine launched?")
    assert found.status == "not_found"
    assert found.message
    assert not found.values
    assert not found.citations
    assert len(found.retrieved) == 4


def test_the_same_question_gets_the_same_answer() -> None:
    first, second = (answer_from_table(DATA / "stations.csv", "What did Belton cost?").to_json() for _ in range(2))
    first.pop("timings_ms"), second.pop("timings_ms")
    assert first == second


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no such file"):
        answer_from_table(tmp_path / "none.csv", "What is the total?")


@pytest.mark.parametrize(
    ("name", "reason"), [("binary.csv", "not a CSV file"), ("one_row.csv", "a heading row and at least one row")]
)
def test_what_is_no_table_is_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason) as refusal:
        answer_from_table(DATA / name, "What is the total?")
    assert refusal.value.source == name


@pytest.mark.parametrize("content", ["", "\n\n\n", ",,,\n,,,\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "empty.csv"
    path.write_text(content)
    with pytest.raises(UnreadableFile, match="a heading row"):
        csv_to_document(path)


def test_a_bad_question_is_refused() -> None:
    with pytest.raises(BadQuestion):
        answer_from_table(DATA / "stations.csv", "   ")


def test_delimiters_quotes_and_encodings_are_recognised() -> None:
    assert csv_to_document(DATA / "stations.csv").tables[0].grid()[1] == ["Ashford", "1,410", "2011"]
    assert csv_to_document(DATA / "league.csv").tables[0].grid()[:2] == [
        ["Year", "Winner", "Goals, all"],
        ["2011", 'Rovers "A" side', "31"],
    ]
    assert csv_to_document(DATA / "windows_1252.csv").tables[0].grid()[1][0] == "René"


def test_ragged_rows_are_filled_up(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("a,b,c\n1\n\n4,5,6\n")
    document = csv_to_document(path)
    assert document.tables[0].grid() == [["a", "b", "c"], ["1", "", ""], ["4", "5", "6"]]
    spans = document.tables[0].row_spans
    assert [document.text[span[0] : span[1]].strip() for span in spans if span] == ["a,b,c", "1", "4,5,6"]


def test_a_field_over_two_lines_belongs_to_one_row(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text('name,note\nAnn,"one\ntwo"\nBob,three\n')
    document = csv_to_document(path)
    assert document.tables[0].n_rows == 3
    span = document.tables[0].row_spans[1]
    assert span is not None
    assert document.text[slice(*span)] == 'Ann,"one\ntwo"\n'


def test_a_long_table_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("a,b\n" + "x,1\n" * (MAX_ROWS + 50))
    assert csv_to_document(path).tables[0].n_rows == MAX_ROWS + 1
