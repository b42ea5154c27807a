"""What an answer and a table become as HTML."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app.ui.figures import computation_to_html
from app.ui.sources import with_values
from app.ui.tables import table_to_html
from kb.model import Cell, Computation, ComputationInput, Operation, Table


@pytest.mark.parametrize(
    ("operation", "values", "result", "arithmetic"),
    [
        ("sum", ("£1,087,357", "£906,131"), "£1,993,488", "£1,087,357 + £906,131 = £1,993,488"),
        ("difference", ("£2,659,646", "£2,400,000"), "£259,646", "£2,659,646 − £2,400,000 = £259,646"),
        ("average", ("10", "20"), "15", "(10 + 20) ÷ 2 = 15"),
        ("max", ("10", "20"), "North", "The largest of these 2 figures: North"),
        ("count", ("10", "20"), "2", "2 rows, counted: 2"),
    ],
)
def test_a_computed_figure_shows_its_arithmetic(
    operation: Operation, values: tuple[str, ...], result: str, arithmetic: str
) -> None:
    inputs = tuple(ComputationInput("t1", f"Row {at} <b>", "2016/17", value) for at, value in enumerate(values))
    html = computation_to_html(Computation(operation, inputs, result))
    assert arithmetic in unescape(re.sub(r"<[^>]*>", "", html))
    assert all(f'<td class="figure">{value}</td>' in html for value in values)
    assert "Row 0 &lt;b&gt;" in html


@pytest.mark.parametrize(
    ("cells", "caption", "heads"),
    [
        ((("A", "2016"), ("B", "2016")), "Worked out from these figures: 2016", ["Row", "Figure"]),
        ((("A", "2015"), ("A", "2016")), "Worked out from these figures: A", ["Column", "Figure"]),
        ((("A", "2015"), ("B", "2016")), "Worked out from these figures", ["Row", "Column", "Figure"]),
    ],
)
def test_what_all_cells_of_a_computed_figure_share_is_said_once(
    cells: tuple[tuple[str, str], ...], caption: str, heads: list[str]
) -> None:
    inputs = tuple(ComputationInput("t1", row, column, "5") for row, column in cells)
    html = computation_to_html(Computation("sum", inputs, "10"))
    assert f"<caption>{caption}</caption>" in html
    assert re.findall(r"<th scope=\"col\"[^>]*>(\w+)</th>", html) == heads
    assert html.count("<th ") == len(heads) + len(cells)


def test_spans_and_headings_of_a_table() -> None:
    cells = (
        Cell(0, 0, "Force", "header", rowspan=2),
        Cell(0, 1, "Officers", "header", colspan=2),
        Cell(1, 1, "2015", "header"),
        Cell(1, 2, "2016", "header"),
        Cell(2, 0, "Derbyshire", "label", rowspan=2),
        Cell(2, 1, "1"),
        Cell(2, 2, "2"),
        Cell(3, 1, "3"),
        Cell(3, 2, "<4>"),
    )
    html = table_to_html(Table("t", 1, 4, 3, cells, header_rows=2, notes=("Full time",)), row=3, column=2)
    assert '<td class="cell-cited"><mark>&lt;4&gt;</mark></td>' in html
    assert '<th scope="colgroup" colspan="2" class="heading-cited">Officers</th>' in html
    assert '<th scope="col" class="heading-cited figure">2016</th>' in html
    assert '<th scope="rowgroup" rowspan="2" class="heading-cited first">Derbyshire</th>' in html
    assert html.count("heading-cited") == 3
    assert "<li>Full time</li>" in html


def test_values_stand_out_and_numbers_of_figures_do_not() -> None:
    assert with_values("Figure 11: 11 officers, 1,111", ["11"]) == "Figure 11: <strong>11</strong> officers, 1,111"
