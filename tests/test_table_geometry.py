"""What the reader promises of tables in PDFs whose rules do not say where all cells are: one test a kind of layout."""

from __future__ import annotations

from pathlib import Path

import pytest
import typst

from ingest.readers.pdf import read_pdf
from kb.model import Table

PROSE = (
    "The committee noted the paper and asked officers to report again before the end of the year, when the figures of "
    "the districts will be known and the panel has met. "
)
AREAS = ["Northern district", "Harbour ward", "Old town", "Riverside", "Southern parishes", "Kingsbridge"]
FIGURES = [["1,204", "18.5"], ["96", "7.25"], ["(310)", "-"], ["2,077", "104.0"], ["n/a", "61.3"], ["45", "9.9"]]
SIMPLE = [["Area", "Cases", "Cost"], *([area, *values] for area, values in zip(AREAS, FIGURES, strict=True))]
ACTIONS = [
    ["Ref", "Action to be taken by officers", "Owner", "State"],
    ["1", "Review of what is paid to contractors for transport in the valleys", "Head of Finance", "Closed"],
    ["2", "Training of new staff", "Legal services and the Chief Executive", "Awaiting advice on the contract"],
    ["3", "Insurance of premises that stand empty in winter", "Property", "Deferred"],
    ["4", "Sale of land", "Head of Finance", "Under review by the panel"],
    ["5", "New telephones for all who work outside of the offices", "Property", "Closed"],
]
LONG = [
    "Staff costs for the Northern district and its neighbours",
    "Transport for Harbour ward and all places beyond it by sea",
    "Interest payable for Old town",
    "Depreciation of premises and of equipment in the Southern parishes",
]
LABELS = [["Service", "Cases", "Cost"], *([label, *values] for label, values in zip(LONG, FIGURES, strict=False))]


def cells(rows: list[list[str]], options: str, lines: str = "") -> str:
    """The Typst source of a table; ``lines`` are its rules."""
    body = ", ".join(f"[#text({quoted(text)})]" for row in rows for text in row)
    return f"table({options}, {lines}{', ' if lines else ''}{body})"


def quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def tables_in(tmp_path: Path, body: str, page: str = "width: 595pt, height: 842pt") -> list[Table]:
    """The tables read from a page with ``body`` in it."""
    source, path = tmp_path / "page.typ", tmp_path / "page.pdf"
    source.write_text(f"#set page({page}, margin: 50pt)\n#set text(size: 9pt)\n#set table(stroke: none)\n{body}\n")
    typst.compile(str(source), output=str(path), ignore_system_fonts=True)
    return list(read_pdf(path, path.read_bytes()).tables)


def grids_in(tmp_path: Path, body: str, page: str = "width: 595pt, height: 842pt") -> list[list[list[str]]]:
    return [table.grid() for table in tables_in(tmp_path, body, page)]


def between_prose(table: str) -> str:
    return f"{PROSE}\n\n#{table}\n\n{PROSE}"


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "table.hline(y: 1)",
        "table.hline(y: 0), table.hline(y: 1), table.hline(y: 7)",
        "table.hline(y: 1), table.vline(x: 1), table.vline(x: 2)",
        "table.hline(y: 1), table.vline(x: 1)",
        "table.hline(y: 0), table.hline(y: 7), table.vline(x: 0), table.vline(x: 3)",
        "table.hline(y: 0), table.hline(y: 1), table.hline(y: 3), table.hline(y: 5), table.hline(y: 7)",
    ],
    ids=["none", "below header", "top, header, foot", "columns", "first column", "outer box", "every second row"],
)
@pytest.mark.parametrize("align", ["right", "center", "left"])
def test_figures_whatever_rules_are_drawn(tmp_path: Path, lines: str, align: str) -> None:
    options = f"columns: 3, align: (left, {align}, {align})"
    assert grids_in(tmp_path, between_prose(cells(SIMPLE, options, lines))) == [SIMPLE]


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "table.hline(y: 1)",
        "table.hline(y: 1), table.vline(x: 1), table.vline(x: 2), table.vline(x: 3)",
        ", ".join(f"table.hline(y: {y})" for y in range(7)),
    ],
    ids=["none", "below header", "columns", "all rows"],
)
@pytest.mark.parametrize("align", ["top", "horizon", "bottom"])
def test_columns_of_wrapped_words(tmp_path: Path, lines: str, align: str) -> None:
    options = f"columns: (30pt, 150pt, 90pt, 90pt), align: left + {align}, inset: (x: 5pt, y: 4.5pt)"
    assert grids_in(tmp_path, between_prose(cells(ACTIONS, options, lines))) == [ACTIONS]


@pytest.mark.parametrize("align", ["top", "horizon", "bottom"])
@pytest.mark.parametrize("inset", ["4.5pt", "2.925pt"], ids=["rows apart", "rows as close as lines"])
def test_values_on_any_line_of_a_wrapped_label(tmp_path: Path, align: str, inset: str) -> None:
    options = f"columns: (120pt, 50pt, 50pt), align: (left + {align}, right + {align}, right + {align})"
    table = cells(LABELS, f"{options}, inset: (x: 5pt, y: {inset})", "table.hline(y: 1)")
    assert grids_in(tmp_path, between_prose(f"[#set par(leading: 0.65em)\n#{table}]")) == [LABELS]


def test_figures_aligned_at_their_points(tmp_path: Path) -> None:
    values = ["18.5", "7.25", "104.125", "61", "9.9", "0.75"]
    rows = [["Area", "Rate"], *([area, value] for area, value in zip(AREAS, values, strict=True))]
    padded = cells(rows, "columns: (auto, 80pt), align: (left, right)")
    for value in values:
        part = value.partition(".")[2]
        rest = "." * ("." not in value) + "0" * (3 - len(part))
        padded = padded.replace(f"[#text({quoted(value)})]", f"[#text({quoted(value)})#hide[{rest}]]")
    assert grids_in(tmp_path, between_prose(padded)) == [rows]


def test_header_wider_than_a_first_column_of_numbers(tmp_path: Path) -> None:
    rows = [["Place in the final", "Club", "Points"], *([str(i), area, str(90 - i)] for i, area in enumerate(AREAS, 1))]
    assert grids_in(tmp_path, between_prose(cells(rows, "columns: 3, align: (right, left, right)"))) == [rows]


@pytest.mark.parametrize("lines", ["", "table.hline(y: 0), table.hline(y: 1), table.hline(y: {})"])
def test_two_tables_side_by_side(tmp_path: Path, lines: str) -> None:
    other = [
        ["Service", "Staff", "Budget"],
        *([f"{area} office", *values] for area, values in zip(AREAS[:4], FIGURES[:4], strict=True)),
    ]
    options = "columns: 3, align: (left, right, right)"
    left, right = (cells(rows, options, lines.format(len(rows))) for rows in (SIMPLE, other))
    both = f"grid(columns: (1fr, 1fr), gutter: 30pt, {left}, {right})"
    assert grids_in(tmp_path, between_prose(both)) == [SIMPLE, other]


def test_table_in_one_column_of_two(tmp_path: Path) -> None:
    table = cells(SIMPLE, "columns: 3, align: (left, right, right)", "table.hline(y: 1)")
    text = f"{PROSE * 2}\n\n#{table}\n\n" + f"{PROSE * 3}\n\n" * 10
    assert grids_in(tmp_path, text, "width: 595pt, height: 842pt, columns: 2") == [SIMPLE]


def test_very_small_type_on_a_landscape_page(tmp_path: Path) -> None:
    table = cells(SIMPLE, "columns: 3, align: (left, right, right), inset: (x: 3pt, y: 2pt)", "table.hline(y: 1)")
    assert grids_in(tmp_path, f"#set text(size: 5pt)\n{between_prose(table)}", "width: 842pt, height: 595pt") == [
        SIMPLE
    ]


def test_leaders_and_typewriter(tmp_path: Path) -> None:
    lines = ["Area".ljust(24) + "Cases".rjust(8) + "Cost".rjust(8), "-" * 40]
    lines += [
        (area + " ").ljust(24, ".") + "".join(value.rjust(8) for value in FIGURES[i]) for i, area in enumerate(AREAS)
    ]
    typed = f"raw({quoted(chr(10).join(lines))}, block: true)".replace("\n", "\\n")
    assert grids_in(tmp_path, between_prose(typed)) == [SIMPLE]


def test_headings_over_several_columns(tmp_path: Path) -> None:
    heads = "table.cell(rowspan: 2)[Area], table.cell(colspan: 2)[First half of the year], "
    heads += "table.cell(colspan: 2)[Second half], [Plan], [Actual], [Plan], [Actual]"
    body = ", ".join(f"[{area}], [{i}0], [{i}2], [{i}5], [{i}7]" for i, area in enumerate(AREAS, 1))
    rules = "table.hline(y: 1, start: 1, end: 3), table.hline(y: 1, start: 3, end: 5), table.hline(y: 2)"
    (table,) = tables_in(tmp_path, between_prose(f"table(columns: 5, align: center, {rules}, {heads}, {body})"))
    spans = {cell.text: (cell.column, cell.colspan) for cell in table.cells if cell.row == 0 and cell.text}
    assert spans["First half of the year"] == (1, 2)
    assert spans["Second half"] == (3, 2)
    assert table.headers()[1:3] == ["First half of the year Plan", "First half of the year Actual"]


NO_TABLES = {
    "columns of prose": "#columns(3)[" + f"{PROSE * 3}\n\n" * 9 + "]",
    "prose with years": (
        "In 1998, 2003 and 2007 some 1,200 homes were built, 340 of them in 2004 and 410 in 2005. " * 4 + "\n\n"
    )
    * 6,
    "contents": "\n\n".join(f"{i}. {area} #h(1fr) {3 * i}" for i, area in enumerate(AREAS * 2, 1)),
    "contents with leaders": "\n\n".join(f"{a} #box(width: 1fr, repeat[.]) {3 * i}" for i, a in enumerate(AREAS * 2)),
    "list of figures": "#grid(columns: (60pt, 1fr, 30pt), row-gutter: 8pt, "
    + ", ".join(
        f"[Figure {i}:], [{area}, 2010 to 20{10 + i}], align(right)[{3 * i}]" for i, area in enumerate(AREAS, 1)
    )
    + ")",
    "addresses": "#grid(columns: (1fr, 1fr), [The Clerk\\ 12 High Street\\ KB1 4XY], [Our ref: 12/56\\ 14 March 2019])",
    "numbered list": "\n\n".join(f"+ {area} spent {i}40 in 2015 and {i}90 in 2016." for i, area in enumerate(AREAS)),
    "bibliography": "\n\n".join(
        f"[{i}] {a}, Studies ({1990 + i}), {i}(2), pp. {i}1–{i}9." for i, a in enumerate(AREAS)
    ),
    "axes of a chart": "#box(width: 300pt, height: 200pt)["
    + "".join(f"#place(dx: 0pt, dy: {180 - 30 * i}pt)[{20 * i}]" for i in range(6))
    + "".join(f"#place(dx: 280pt, dy: {180 - 30 * i}pt)[{0.1 * i:.1f}]" for i in range(6))
    + "]",
    "minutes": "#grid(columns: (80pt, 1fr), row-gutter: 9pt, " + ", ".join(f"[{a}:], [{PROSE}]" for a in AREAS) + ")",
}


@pytest.mark.parametrize("body", NO_TABLES.values(), ids=NO_TABLES.keys())
def test_no_table(tmp_path: Path, body: str) -> None:
    assert tables_in(tmp_path, body) == []
