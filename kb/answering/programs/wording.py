"""A program's answer in words: what is stated, the cells it rests on, and how a figure was computed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kb.answering.draft import Draft, DraftSentence, Quote
from kb.answering.programs.generate import Program
from kb.answering.programs.reading import text_to_number
from kb.answering.programs.sets import RowSet
from kb.answering.programs.table import TypedTable
from kb.answering.quotes import row_to_quote, table_to_quote
from kb.model import Computation, ComputationInput, Document, Operation, Table
from kb.tables import column_to_unit
from kb.values import cell_to_text

MAX_SHOWN = 8
READ = frozenset({"cell", "number", "year", "second"})
ADDED: dict[str, Operation] = {
    "sum": "sum",
    "columnsum": "sum",
    "average": "average",
    "diff": "difference",
    "columndiff": "difference",
    "span": "difference",
    "more": "max",
    "headmax": "max",
    "headmore": "max",
    "fewer": "min",
    "headmin": "min",
    "headfewer": "min",
}
COUNTED = frozenset(
    "count distinct modecount run mode rarest morerows fewerrows countdiff rowsbetween n.atleast n.morethan n.exactly "
    "n.lessthan sidecount".split()
)
TWO_COLUMNS = frozenset({"columndiff", "columnsum", "headmore", "headfewer"})
WORDS = {
    "sum": "together",
    "average": "on average",
    "difference": "the difference",
    "max": "the largest",
    "min": "the smallest",
    "count": "counted",
}
PLACES = {"first": "the first", "last": "the last", "next": "next to the row named", "prev": "next to the row named"}
MARK = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Place:
    """A cell by its row in the typed table and its printed column."""

    row: int
    column: int


def program_to_draft(
    program: Program, document: Document, table: Table, typed: TypedTable, confidence: float, plain: bool = False
) -> Draft:
    """The answer of a program with its cells cited and, where it was computed, listed.

    ``plain`` says no more than the answer and its own cells, for tables whose odd cells the full wording stumbles on.
    """
    operation, inputs = program_to_inputs(program, typed)
    if plain and (operation in {"max", "min"} or program.op in READ):
        operation, inputs = None, []
    answers = [] if operation and program.op not in READ else _answer_places(program, typed)
    places = list(
        dict.fromkeys([*answers, *(inputs[: len(answers) or None] if operation in {"max", "min"} else inputs)])
    )
    shown = places[:MAX_SHOWN]
    values = tuple(_with_unit(program, value, table, typed) for value in program.values)
    computation = None
    if operation and inputs:
        cells = tuple(_to_input(place, table, typed) for place in inputs)
        computation = Computation(operation, cells, _computed(program, operation, cells, values))
    quotes = tuple(_to_quote(place, document, table, typed) for place in shown) or (table_to_quote(document, table),)
    cells_said = "; ".join(_cell_words(_to_input(place, table, typed)) for place in shown) if not plain else ""
    more = "" if plain else f" and {len(places) - len(shown)} more" if len(places) > len(shown) else ""
    said = WORDS[operation] if operation else PLACES.get(program.sets[0].form, "") if program.sets else ""
    result = "; ".join(_plain(value) for value in values)
    text = f"{result}{f' – {said}' if said else ''}{f' ({cells_said}{more})' if cells_said else ''}."
    return Draft((DraftSentence(text, quotes),), confidence, values, computation, "table")


def program_to_places(program: Program, typed: TypedTable) -> list[Place]:
    """The cells that an answer rests on, those that are read first."""
    return list(dict.fromkeys([*_answer_places(program, typed), *program_to_inputs(program, typed)[1]]))


def program_to_inputs(program: Program, typed: TypedTable) -> tuple[Operation | None, list[Place]]:
    """How a reader would redo the answer, and the cells that are needed for it; (None, []) where it is only read."""
    first = program.sets[0] if program.sets else None
    if program.op in READ and program.column is not None and typed.fields[program.column].source is not None:
        field = typed.fields[program.column]
        pair = [_printed(program.column, typed), field.partner or 0]
        operation: Operation = "sum" if field.heading == "total" else "difference"
        return operation, [Place(row, column) for chosen in program.sets for row in chosen.rows[:1] for column in pair]
    if first is not None and program.op in READ and first.among and first.column is not None:
        by = first.column
        if first.form not in {"argmax", "argmin"}:
            return None, []
        if typed.fields[by].source is not None:
            return None, [Place(row, _printed(by, typed)) for row in first.rows]
        known = [row for row in first.among if typed.fields[by].values[row] is not None]
        rows = [*first.rows, *(row for row in known if row not in first.rows)]
        return "max" if first.form == "argmax" else "min", [Place(row, _printed(by, typed)) for row in rows]
    if program.op in COUNTED:
        return "count", _counted_places(program, typed)
    if program.op not in ADDED:
        return None, []
    operation = ADDED[program.op]
    if program.op in {"headmax", "headmin"}:
        fields = [f for f in typed.fields if f.kind == "number" and f.source is None]
        linked = program.sets[0].columns
        return operation, [Place(program.sets[0].rows[0], f.index) for f in fields if f.index not in linked]
    return operation, _added_places(program, typed)


def _added_places(program: Program, typed: TypedTable) -> list[Place]:
    """The cells with a value in the columns of a sum, mean or difference."""
    columns = [program.column or 0]
    if program.op in TWO_COLUMNS and program.other is not None:
        columns.append(program.other)
    places = []
    for column in columns:
        values = typed.fields[column].values
        for chosen in program.sets:
            rows = [row for row in chosen.rows if values[row] is not None]
            if program.op == "span":
                rows = [max(rows, key=lambda r: values[r] or 0.0), min(rows, key=lambda r: values[r] or 0.0)]
            elif program.op == "diff" and typed.fields[column].kind == "date":
                rows = rows[:1]
            places += [Place(row, _printed(column, typed)) for row in rows]
    return places


def _counted_places(program: Program, typed: TypedTable) -> list[Place]:
    """One cell for each thing that was counted."""
    places = []
    for chosen in program.sets:
        column = program.column if program.column is not None else _named_column(chosen)
        forms = {row: typed.cells[row][column].form for row in chosen.rows}
        rows = list(chosen.rows)
        if program.op in {"mode", "rarest", "modecount"}:
            counted = Counter(form for form in forms.values() if form)
            size = min(counted.values()) if program.op == "rarest" else max(counted.values())
            wanted = next(form for form, n in counted.items() if n == size)
            rows = [row for row in rows if forms[row] == wanted]
        elif program.op.startswith(("distinct", "n.")):
            firsts = {form: row for row, form in reversed(forms.items()) if not typed.cells[row][column].blank}
            rows = sorted(firsts.values())
            rows = rows if program.op == "distinct" else rows[: int(program.values[0])]
        elif program.op == "run":
            rows = _longest_run(rows, forms, program.column is not None)
        places += [Place(row, _printed(column, typed)) for row in rows]
    if program.op == "rowsbetween":
        low, high = sorted((program.sets[0].rows[0], program.sets[1].rows[0]))
        places = [Place(row, program.other or 0) for row in range(low + 1, high)]
    return places


def _longest_run(rows: Sequence[int], forms: dict[int, str], same: bool) -> list[int]:
    """The longest stretch of neighbouring rows, of one form where ``same`` is true."""
    best: list[int] = []
    run: list[int] = []
    for row in rows:
        goes_on = run and (forms[row] == forms[run[-1]] if same else row == run[-1] + 1)
        run = [*run, row] if goes_on else [row]
        best = run if len(run) > len(best) else best
    return best


def _named_column(chosen: RowSet) -> int:
    """The column that says why a row is in a set, else the first."""
    return chosen.links[0].column if chosen.links else chosen.column if chosen.column is not None else 0


def _answer_places(program: Program, typed: TypedTable) -> list[Place]:
    """The cells that the answer is read from, else those that its sets are named by."""
    places = []
    for chosen in program.sets:
        column = program.column if program.column is not None else _named_column(chosen)
        rows = chosen.rows
        if program.op.startswith("v."):
            rows = tuple(row for row in rows if typed.cells[row][column].text in program.values)
        places += [Place(row, _printed(column, typed)) for row in rows]
        if program.op in {"earlier", "later"} and program.other is not None:
            places += [Place(row, program.other) for row in rows[:1]]
    return places


def _printed(column: int, typed: TypedTable) -> int:
    """The printed column of one that may be derived."""
    source = typed.fields[column].source
    return column if source is None else source


def _computed(program: Program, operation: Operation, cells: Sequence[ComputationInput], values: Sequence[str]) -> str:
    """The result of the arithmetic itself: of an extreme its cell, of what is most frequent how often."""
    if operation in {"max", "min"}:
        return cells[0].value if program.op in READ else _winner(program, operation, cells)
    if operation == "count":
        return str(len(cells))
    return "; ".join(values)


def _winner(program: Program, operation: Operation, cells: Sequence[ComputationInput]) -> str:
    said = next((cell.value for cell in cells if program.values[0] in (cell.row, cell.column, cell.value)), None)
    if said is not None:
        return said
    numbers = [(text_to_number(cell.value) or 0.0, cell.value) for cell in cells]
    return max(numbers)[1] if operation == "max" else min(numbers)[1]


def _with_unit(program: Program, value: str, table: Table, typed: TypedTable) -> str:
    """A value with the money unit of its column's heading; others as they are printed."""
    if program.column is None or program.op not in {
        "cell",
        "sum",
        "average",
        "diff",
        "columndiff",
        "columnsum",
        "span",
    }:
        return value
    column = _printed(program.column, typed)
    unit = column_to_unit(typed.fields[column].heading, []) or table.unit
    if unit is not None and unit.startswith("£"):
        return cell_to_text(value, unit)
    if program.op == "cell":
        return value
    printed = next((cells[column].text for cells in typed.cells if "," in cells[column].text), None)
    grouped = printed is not None and value.lstrip("-").replace(".", "").isdigit()
    return f"{float(value):,.10g}" if grouped and abs(float(value)) < 1e10 else value


def _heading(column: int, typed: TypedTable) -> str:
    return typed.fields[column].heading.replace("\n", " ").strip()


def _to_input(place: Place, table: Table, typed: TypedTable) -> ComputationInput:
    text = typed.cells[place.row][place.column].text
    return ComputationInput(table.id, typed.labels[place.row], _heading(place.column, typed), text)


def _to_quote(place: Place, document: Document, table: Table, typed: TypedTable) -> Quote:
    """The citation of one cell: its row as it stands, with row, column and value named."""
    return row_to_quote(
        document,
        table,
        typed.lines[place.row],
        place.column,
        typed.labels[place.row],
        _heading(place.column, typed) or None,
        typed.cells[place.row][place.column].text or None,
    )


def _cell_words(cell: ComputationInput) -> str:
    label, column, value = _plain(cell.row), _plain(cell.column), _plain(cell.value)
    words = f"{label}, {column}" if column and label and label != value else column or label
    return f"{words}: {value}" if value else words


def _plain(text: str) -> str:
    """A text in one line without what looks like a source's marker."""
    return " ".join(MARK.sub("", text).split())
