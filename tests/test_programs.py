"""Programs on tables: readings, links, sets of rows, programs, ranking, wording; on real CSV files and odd ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.answering import answer_from_table
from kb.answering.csv_table import csv_to_document
from kb.answering.programs import table_to_ranked
from kb.answering.programs.generate import MAX_PROGRAMS, question_to_programs
from kb.answering.programs.links import question_to_links, text_to_asked
from kb.answering.programs.reading import normalise, text_to_date, text_to_number, text_to_reading, text_to_seconds
from kb.answering.programs.table import TypedTable, table_to_typed
from kb.answering.programs.wording import program_to_draft

DATA = Path(__file__).parent / "data" / "csv"
MEDALS = """Rank,Nation,Gold,Silver,Total
1,Kenya,5,3,8
2,Spain,4,4,8
3,Cuba,2,0,2
4,Norway,1,6,7
,Total,12,13,25
"""
MAYORS = """Mayor,Party,In office
Ann Lee,Labour,1919–1921
Bob Ray,Liberal,1921–1934
Cy Fox,Labour,1934–1935
"""


@pytest.fixture
def medals(tmp_path: Path) -> Path:
    path = tmp_path / "medals.csv"
    path.write_text(MEDALS)
    return path


@pytest.fixture
def mayors(tmp_path: Path) -> Path:
    path = tmp_path / "mayors.csv"
    path.write_text(MAYORS)
    return path


def typed(path: Path) -> TypedTable:
    return table_to_typed(csv_to_document(path).tables[0])


def denotations(path: Path, question: str) -> dict[str, set[tuple[str, ...]]]:
    """What the programs of a question give, by operation."""
    programs, _ = question_to_programs(text_to_asked(question), typed(path))
    found: dict[str, set[tuple[str, ...]]] = {}
    for program in programs:
        found.setdefault(program.op, set()).add(program.values)
    return found


# ----------------------------------------------------------------------------------------------------- readings


@pytest.mark.parametrize(
    ("text", "form"),
    [("Zoë (NED)", "zoe"), ('"Hello"', "hello"), ("Paris[3]", "paris"), ("1–3", "1-3"), ("A. B.", "a. b")],
)
def test_values_are_compared_without_marks(text: str, form: str) -> None:
    assert normalise(text) == form


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("May 9, 2006", (2006, 5, 9)),
        ("9 May 2006", (2006, 5, 9)),
        ("2006-05-09", (2006, 5, 9)),
        ("June 2001", (2001, 6, 0)),
        ("7 March", (0, 3, 7)),
        ("season of 1998", (1998, 0, 0)),
        ("no date", None),
    ],
)
def test_dates_are_read_in_their_forms(text: str, date: tuple[int, int, int] | None) -> None:
    assert text_to_date(text) == date


@pytest.mark.parametrize(
    ("text", "number"), [("24,972", 24972.0), ("$1.5 million", 1.5e6), ("-3", -3.0), ("W 3-1", 3.0), ("none", None)]
)
def test_numbers_are_read_with_scale(text: str, number: float | None) -> None:
    assert text_to_number(text) == number


def test_times_are_seconds() -> None:
    assert text_to_seconds("3:45.2") == pytest.approx(225.2)
    assert text_to_seconds("1:02:03") == 3723
    assert text_to_seconds("Monday") is None


def test_a_score_has_two_numbers() -> None:
    reading = text_to_reading("3–1")
    assert (reading.number, reading.second) == (3.0, 1.0)


# ------------------------------------------------------------------------------------------- table and its links


def test_columns_have_kinds_and_totals_are_no_rows_of_the_body(medals: Path) -> None:
    table = typed(medals)
    assert [field.kind for field in table.fields[:3]] == ["number", "text", "number"]
    assert len(table.body) == 4
    assert len(table.cells) == 5


def test_a_term_of_office_gives_a_column_of_years(mayors: Path) -> None:
    length = next(field for field in typed(mayors).fields if field.source == 2)
    assert length.values == (2.0, 13.0, 1.0)


def test_words_numbers_and_misspellings_are_linked(medals: Path) -> None:
    links = question_to_links(text_to_asked("did norwayy win more than kenya in rank 3?"), typed(medals))
    assert {(link.kind, link.text) for link in links} >= {("fuzzy", "norwayy"), ("cell", "kenya"), ("cell", "3")}


# ------------------------------------------------------------------------------------------------------ programs


@pytest.mark.parametrize(
    ("question", "op", "values"),
    [
        ("which nation won the most gold?", "cell", ("Kenya",)),
        ("how many nations won more than 3 silver?", "count", ("2",)),
        ("what is the total of gold for kenya and spain?", "sum", ("9",)),
        ("how many more gold did kenya win than cuba?", "diff", ("3",)),
        ("what is the average gold?", "average", ("3",)),
        ("which nation comes after spain?", "cell", ("Cuba",)),
        ("who had more silver, kenya or norway?", "more", ("Norway",)),
        ("which nation is not spain and has the least total?", "cell", ("Cuba",)),
        ("which nation has the same total as kenya?", "cell", ("Spain",)),
        ("which total is most common?", "mode", ("8",)),
        ("how many more silver than gold did norway win?", "columndiff", ("5",)),
    ],
)
def test_a_program_says_what_is_asked(medals: Path, question: str, op: str, values: tuple[str, ...]) -> None:
    assert values in denotations(medals, question)[op]


def test_the_longest_term_can_be_asked_for(mayors: Path) -> None:
    assert ("Bob Ray",) in denotations(mayors, "who was in office the longest?")["cell"]


# ---------------------------------------------------------------------------------------------- ranked and worded


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("which nation won the most gold medals?", "Kenya"),
        ("how many silver did norway win?", "6"),
        ("how many nations are listed?", "4"),
        ("which nation is ranked directly after spain?", "Cuba"),
    ],
)
def test_plain_questions_get_the_right_answer(medals: Path, question: str, value: str) -> None:
    found = answer_from_table(medals, question)
    assert found.status == "answered", found.message
    assert found.values == (value,)


def test_an_extreme_names_the_cells_it_was_chosen_from(medals: Path) -> None:
    computation = answer_from_table(medals, "which nation won the most gold medals?").computation
    assert computation is not None
    assert computation.operation == "max"
    assert {(cell.row, cell.column, cell.value) for cell in computation.inputs} >= {("1", "Gold", "5")} or {
        cell.value for cell in computation.inputs
    } >= {"5", "4", "2", "1"}


def test_ranked_answers_have_probabilities_and_cells(medals: Path) -> None:
    ranked = table_to_ranked(csv_to_document(medals).tables[0], "how many silver did norway win?")
    assert (
        0.99
        <= sum(one.probability for one in table_to_ranked(csv_to_document(medals).tables[0], "norway", 999))
        <= 1.01
    )
    assert [one.probability for one in ranked] == sorted((one.probability for one in ranked), reverse=True)
    assert ranked[0].values == ("6",)
    assert (4, 3) in ranked[0].cells


def test_the_same_question_ranks_the_same(medals: Path) -> None:
    table = csv_to_document(medals).tables[0]
    first, second = (table_to_ranked(table, "who won the least silver?") for _ in range(2))
    assert [(one.values, one.probability) for one in first] == [(one.values, one.probability) for one in second]


# ------------------------------------------------------------------------------------------------ odd tables


ODD = st.lists(
    st.lists(
        st.sampled_from(["", "1", "-", "3–1", "May 2001", "1999-2001", "a, b", "12:30", "[2]", "£5m", "Total", "é"]),
        min_size=1,
        max_size=5,
    ),
    min_size=2,
    max_size=8,
)
ASKED = st.lists(
    st.sampled_from("who what how many most more than or 3 1999 may total not same next before a b longest".split()),
    min_size=1, max_size=12,
).map(" ".join)  # fmt: skip


@given(rows=ODD, asked=ASKED)
@settings(max_examples=60, deadline=None)
def test_no_table_and_no_question_is_too_odd(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], asked: str
) -> None:
    path = tmp_path_factory.mktemp("odd") / "odd.csv"
    path.write_text("A,B,C,D,E\n" + "\n".join(",".join(f'"{text}"' for text in row) for row in rows) + "\nx,1,2,3,4\n")
    answer = answer_from_table(path, asked)
    assert answer.status in {"answered", "not_found"}
    assert bool(answer.citations) == (answer.status == "answered")


def test_a_large_table_is_answered_in_time(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("Name,Team,Points\n" + "".join(f"player {n},team {n % 9},{n % 97}\n" for n in range(6000)))
    programs, _ = question_to_programs(
        text_to_asked("how many players of team 3 or team 4 had more than 50 points?"), typed(path)
    )
    assert len(programs) <= MAX_PROGRAMS
    assert answer_from_table(path, "what team is player 17 in?").values == ("team 8",)


def test_every_program_can_be_worded_whatever_its_cells_hold(tmp_path: Path) -> None:
    path = tmp_path / "versions.csv"
    path.write_text("Name,Version,Terms\nAda,3.15.0,1919–21\nBob,2.1.4,[3]\nCy,1.0.0,\n")
    document = csv_to_document(path)
    table = typed(path)
    question = "who had a higher version and longer terms, ada or bob, and how many more than cy?"
    programs, _ = question_to_programs(text_to_asked(question), table)
    assert {program.op for program in programs} >= {"more", "fewer", "cell", "count", "diff"}
    for program in programs:
        draft = program_to_draft(program, document, document.tables[0], table, 0.5)
        assert draft.values
        assert draft.sentences[0].quotes
