"""Every table of the shipped documents, all cells, as written down by hand from the page images (tests/data/tables)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from evals.table_expectations import (
    Expectation,
    file_to_expectation,
    folder_to_expectations,
    pair_tables,
    table_to_differences,
)
from ingest.readers import read
from kb.model import Document

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(__file__).parent / "data" / "tables"
EXPECTATIONS = folder_to_expectations(FOLDER)
FILES = sorted({expectation.file for expectation in EXPECTATIONS} | {path.name for path in ROOT.glob("corpus/*.pdf")})


@cache
def document(file: str) -> Document:
    return read(next(ROOT.glob(f"corpus/**/{file}")))


def expected_in(file: str) -> list[Expectation]:
    return [expectation for expectation in EXPECTATIONS if expectation.file == file]


@pytest.mark.parametrize("expectation", EXPECTATIONS, ids=lambda expectation: expectation.name)
def test_table_is_read_completely(expectation: Expectation) -> None:
    table = pair_tables(expected_in(expectation.file), document(expectation.file))[expectation.name]
    assert table is not None, "the table is not found"
    assert not table_to_differences(expectation, table)


@pytest.mark.parametrize("file", FILES)
def test_nothing_else_is_taken_for_a_table(file: str) -> None:
    paired = {table.id for table in pair_tables(expected_in(file), document(file)).values() if table}
    assert not [table.grid()[0] for table in document(file).tables if table.id not in paired]


def test_every_shipped_document_with_tables_has_expectations() -> None:
    without = {file for file in FILES if not expected_in(file)}
    assert without == {"committee-report-2010.pdf"}, "a report of words alone"
    assert len(EXPECTATIONS) >= 25


def test_an_expectation_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "uneven.json"
    path.write_text('{"columns": 2, "spans": [], "rows": [["a", "b"], ["c", null]]}', "utf-8")
    with pytest.raises(ValueError, match="spans and nulls"):
        file_to_expectation(path)


def test_differences_are_said_by_place() -> None:
    expectation = next(e for e in EXPECTATIONS if e.name == "plan-2009-2012-p23-forecast")
    other = next(e for e in EXPECTATIONS if e.name == "panel-presentation-2017-p14-savings-by-year")
    table = pair_tables([other], document(other.file))[other.name]
    assert table is not None
    differences = table_to_differences(expectation, table)
    assert any(difference.startswith("row 1, column 0: 'Base Budget Gap' expected") for difference in differences)
    assert any(difference.startswith("9 rows of 5 expected, 5 rows of 3 read") for difference in differences)
