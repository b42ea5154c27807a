"""The programs that a question could mean on a table: sets of rows, then what is read or computed from them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from kb.answering.programs.links import Asked, Link, question_to_links
from kb.answering.programs.sets import RowSet, extremes, filters, neighbours, ordered
from kb.answering.programs.table import Field, TypedTable

MAX_PROGRAMS = 4_000
MAX_VALUES = 12
MAX_RUN = 60
COUNTING = re.compile(
    r"\b(?:how many|how much|number|total\w*|count|times|often|amount|sum|combined|altogether|all|average|mean|long"
    r"|most|least|more|less|fewer|years?|days?|months?|difference|far|old|mode|common\w*|frequent\w*|or|apart|each|both)\b"
)
TIMES = re.compile(r"\b(?:at least|more than|times|once|twice|multiple|exactly|only|over|less than|than one)\b")
RUN = re.compile(r"\b(?:consecutive\w*|in a row|straight|streak|back to back|successive\w*)\b")
APART = re.compile(
    r"\b(?:difference|more|less|fewer|how (?:long|many|much|far|old)|between|apart|span\w*|range\w*|\w{3,}er)\b"
)
EITHER = re.compile(r"\b(?:or|which|who|between|than|more|compared|versus|vs)\b")
YES_NO = re.compile(r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will)\b")


@dataclass(frozen=True, slots=True)
class Program:
    """One meaning of a question: ``op`` on the rows of ``sets`` in ``column`` gives ``values`` (in words)."""

    op: str
    sets: tuple[RowSet, ...]
    column: int | None
    values: tuple[str, ...]
    other: int | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What two programs of one answer share."""
        return tuple(sorted(self.values))


def question_to_programs(asked: Asked, table: TypedTable) -> tuple[list[Program], list[Link]]:
    """All programs of a question (at most MAX_PROGRAMS) without repeats, and the links that they are built from."""
    if not table.fields or not table.cells:
        return [], []
    links = question_to_links(asked, table)
    base = filters(asked, links, table)
    near = list(neighbours(asked, base, table))
    top = list(extremes(asked, [s for s in base if s.form not in {"and3"}], table))
    top += extremes(asked, [s for s in near if len(s.rows) > 1], table)
    text = asked.text.lower()
    makers: list[Iterable[Program]] = [cells([*base, *near, *top], table)]
    if COUNTING.search(text):
        makers += [counts([*base, *near], table), sums(base, table), modes(base, table)]
    if EITHER.search(text):
        makers.append(choices(links, table))
    if APART.search(text):
        makers.append(differences(links, base, table))
    if TIMES.search(text):
        makers.append(frequent(asked, base, table))
    if RUN.search(text):
        makers.append(runs(base, table))
    makers += [headings(base, table), steps(asked, base, table), named_columns(asked, base, table)]
    makers.append(sides(asked, [*base, *top], table))
    if YES_NO.match(text):
        makers.append(verdicts(base))
    found: dict[tuple[object, ...], Program] = {}
    for maker in makers:
        for program in maker:
            found.setdefault(_identity(program), program)
            if len(found) >= MAX_PROGRAMS:
                return list(found.values()), links
    return list(found.values()), links


def _identity(program: Program) -> tuple[object, ...]:
    forms = tuple((s.form, s.base, s.column, s.rows, tuple((k.column, k.start) for k in s.links)) for s in program.sets)
    return program.op, program.column, program.other, forms


def number_to_text(number: float) -> str:
    """A computed number in plain digits: whole where it is whole, else with at most four decimals."""
    if abs(number - round(number)) < 1e-6:
        return str(round(number))
    return f"{number:.4f}".rstrip("0").rstrip(".")


def cells(sets: Iterable[RowSet], table: TypedTable) -> Iterator[Program]:
    """What the rows of a set say in a column, and the number or year in it."""
    for chosen in sets:
        if not chosen.rows or len(chosen.rows) > MAX_RUN or (chosen.form == "all" and len(chosen.rows) > MAX_VALUES):
            continue
        own = chosen.columns if chosen.form in {"is", "and", "and3"} else frozenset()
        for field in table.fields:
            if field.index in own and all(link.kind == "cell" for link in chosen.links if link.column == field.index):
                continue
            forms: dict[str, str] = {}
            for row in chosen.rows:
                cell = table.cells[row][field.index]
                if cell.form:
                    forms.setdefault(cell.form, cell.text)
            if not forms or len(forms) > MAX_VALUES:
                continue
            yield Program("cell", (chosen,), field.index, tuple(forms.values()))
            if len(chosen.rows) == 1:
                yield from _parts(chosen, field, table)


def _parts(chosen: RowSet, field: Field, table: TypedTable) -> Iterator[Program]:
    """The number, second number or year that one cell holds beside other words."""
    cell = table.cells[chosen.rows[0]][field.index]
    if cell.number is not None and number_to_text(cell.number) != cell.form.replace(",", ""):
        yield Program("number", (chosen,), field.index, (number_to_text(cell.number),))
    if cell.second is not None and field.kind in {"number", "text"}:
        yield Program("second", (chosen,), field.index, (number_to_text(cell.second),))
    if cell.date and cell.date[0] and cell.form != str(cell.date[0]):
        yield Program("year", (chosen,), field.index, (str(cell.date[0]),))


def counts(sets: Iterable[RowSet], table: TypedTable) -> Iterator[Program]:
    """How many rows a set has, and how many different values it has in a column."""
    for chosen in sets:
        yield Program("count", (chosen,), None, (str(len(chosen.rows)),))
        if len(chosen.rows) < 2 or chosen.form in {"and3"}:
            continue
        for field in table.fields:
            forms = {
                table.cells[row][field.index].form for row in chosen.rows if not table.cells[row][field.index].blank
            }
            if forms and len(forms) < len(chosen.rows):
                yield Program("distinct", (chosen,), field.index, (str(len(forms)),))


def sums(sets: Iterable[RowSet], table: TypedTable) -> Iterator[Program]:
    """Sum, mean and span of a column over the rows of a set."""
    for chosen in sets:
        if len(chosen.rows) < 2:
            continue
        for field in ordered(table):
            values = [value for row in chosen.rows if (value := field.values[row]) is not None]
            if len(values) < 2:
                continue
            if field.kind != "date":
                yield Program("sum", (chosen,), field.index, (number_to_text(sum(values)),))
                yield Program("average", (chosen,), field.index, (number_to_text(sum(values) / len(values)),))
            else:
                values = [float(int(value)) for value in values]
            span = max(values) - min(values)
            yield Program("span", (chosen,), field.index, (number_to_text(span),))
            if field.kind == "date":
                yield Program("span+1", (chosen,), field.index, (number_to_text(span + 1),))


def modes(sets: Iterable[RowSet], table: TypedTable) -> Iterator[Program]:
    """The value of a column that occurs most or least often in a set, and how often."""
    for chosen in sets:
        if len(chosen.rows) < 2 or chosen.form == "and3":
            continue
        for field in table.fields:
            found = [table.cells[row][field.index] for row in chosen.rows]
            counted = Counter(cell.form for cell in found if not cell.blank)
            if len(counted) < 2:
                continue
            texts = {cell.form: cell.text for cell in reversed(found)}
            most, least = max(counted.values()), min(counted.values())
            if most == least:
                continue
            for op, size in (("mode", most), ("rarest", least)):
                forms = [form for form, n in counted.items() if n == size]
                if len(forms) <= 4:
                    yield Program(op, (chosen,), field.index, tuple(texts[form] for form in forms))
            yield Program("modecount", (chosen,), field.index, (str(most),))


def frequent(asked: Asked, sets: Iterable[RowSet], table: TypedTable) -> Iterator[Program]:
    """The values of a column that occur at least, more or exactly n times in a set, and how many they are."""
    numbers = [n for _, n in asked.numbers if n == int(n) and n < 50]
    numbers += [2.0] if {"twice", "multiple"} & set(asked.words) else []
    numbers += [1.0] if {"once", "only", "one"} & set(asked.words) else []
    for number in dict.fromkeys(numbers):
        for chosen in sets:
            if chosen.form not in {"all", "is"} or len(chosen.rows) < 2:
                continue
            for field in table.fields:
                found = [table.cells[row][field.index] for row in chosen.rows]
                counted = Counter(cell.form for cell in found if not cell.blank)
                texts = {cell.form: cell.text for cell in reversed(found)}
                for op, low, high in (
                    ("atleast", number, 1e9),
                    ("morethan", number + 1, 1e9),
                    ("exactly", number, number),
                    ("lessthan", 1, number - 1),
                ):
                    forms = [form for form, n in counted.items() if low <= n <= high]
                    if not forms or len(forms) == len(counted):
                        continue
                    yield Program("n." + op, (chosen,), field.index, (str(len(forms)),))
                    if len(forms) <= MAX_VALUES:
                        yield Program("v." + op, (chosen,), field.index, tuple(texts[form] for form in forms))


def runs(sets: Iterable[RowSet], table: TypedTable) -> Iterator[Program]:
    """The longest stretch of neighbouring rows that are all in a set, or that say the same in a column."""
    for chosen in sets:
        if chosen.form in {"is", "and", "gt", "ge", "lt", "le"}:
            best = length = 0
            before = None
            for row in chosen.rows:
                length = length + 1 if before is not None and row == before + 1 else 1
                best, before = max(best, length), row
            yield Program("run", (chosen,), None, (str(best),))
        elif chosen.form == "all":
            for field in table.fields:
                column = [table.cells[row][field.index].form for row in chosen.rows]
                best, length = 1, 1
                for a, b in pairwise(column):
                    length = length + 1 if a == b else 1
                    best = max(best, length)
                if best > 1:
                    yield Program("run", (chosen,), field.index, (str(best),))


def _entities(links: list[Link]) -> list[tuple[Link, Link]]:
    """Pairs of links to different cells of one column, named at different places of the question."""
    pairs = []
    for a, b in combinations(links[:10], 2):
        a, b = (a, b) if a.start <= b.start else (b, a)
        if a.column == b.column and a.end <= b.start and not set(a.rows) & set(b.rows):
            pairs.append((a, b))
    return pairs[:8]


def choices(links: list[Link], table: TypedTable) -> Iterator[Program]:
    """Which of two named cells has more or less of a column, comes first, or has more rows."""
    for a, b in _entities(links):
        one, two = RowSet("is", a.rows, (a,)), RowSet("is", b.rows, (b,))
        names = [table.cells[link.rows[0]][link.column].text for link in (a, b)]
        names = [name if link.kind == "cell" else link.text for name, link in zip(names, (a, b), strict=True)]
        for field in ordered(table):
            if field.index == a.column and field.kind == "text":
                continue
            left = [v for row in a.rows if (v := field.values[row]) is not None]
            right = [v for row in b.rows if (v := field.values[row]) is not None]
            if left and right and sum(left) != sum(right):
                more = 0 if sum(left) > sum(right) else 1
                yield Program("more", (one, two), field.index, (names[more],), a.column)
                yield Program("fewer", (one, two), field.index, (names[1 - more],), a.column)
        if len(a.rows) != len(b.rows):
            more = 0 if len(a.rows) > len(b.rows) else 1
            yield Program("morerows", (one, two), None, (names[more],), a.column)
            yield Program("fewerrows", (one, two), None, (names[1 - more],), a.column)
        first = 0 if a.rows[0] < b.rows[0] else 1
        yield Program("earlier", (one, two), None, (names[first],), a.column)
        yield Program("later", (one, two), None, (names[1 - first],), a.column)


def differences(links: list[Link], base: list[RowSet], table: TypedTable) -> Iterator[Program]:
    """How far two named rows, or two columns of one row, or two sets' sizes are apart."""
    for a, b in _entities(links):
        one, two = RowSet("is", a.rows, (a,)), RowSet("is", b.rows, (b,))
        yield Program("countdiff", (one, two), None, (str(abs(len(a.rows) - len(b.rows))),), a.column)
        steps = b.rows[0] - a.rows[-1] if b.rows[0] > a.rows[-1] else a.rows[0] - b.rows[-1]
        if steps > 1:
            yield Program("rowsbetween", (one, two), None, (str(steps - 1),), a.column)
        for field in ordered(table):
            left = [v for row in a.rows if (v := field.values[row]) is not None]
            right = [v for row in b.rows if (v := field.values[row]) is not None]
            if left and right:
                whole = field.kind == "date"
                x, y = (int(left[0]), int(right[0])) if whole else (sum(left), sum(right))
                yield Program("diff", (one, two), field.index, (number_to_text(abs(x - y)),), a.column)
    for chosen in base:
        if chosen.form in {"is", "and"} and len(chosen.rows) == 1:
            fields = [f for f in ordered(table) if f.kind == "number" and f.index not in chosen.columns]
            for f, g in combinations(fields[:8], 2):
                one_value, other_value = f.values[chosen.rows[0]], g.values[chosen.rows[0]]
                if one_value is not None and other_value is not None:
                    gap = number_to_text(abs(one_value - other_value))
                    yield Program("columndiff", (chosen,), f.index, (gap,), g.index)


def headings(sets: Iterable[RowSet], table: TypedTable) -> Iterator[Program]:
    """The heading of the column in which a named row has its greatest or smallest figure."""
    fields = [field for field in table.fields if field.kind == "number" and field.heading]
    if len(fields) < 2:
        return
    for chosen in sets:
        if chosen.form not in {"is", "and"} or len(chosen.rows) != 1:
            continue
        row = chosen.rows[0]
        values = [(v, f) for f in fields if f.index not in chosen.columns and (v := f.values[row]) is not None]
        if len(values) >= 2:
            top, low = max(values, key=lambda pair: pair[0]), min(values, key=lambda pair: pair[0])
            yield Program("headmax", (chosen,), None, (top[1].heading,))
            yield Program("headmin", (chosen,), None, (low[1].heading,))


def steps(asked: Asked, sets: Iterable[RowSet], table: TypedTable) -> Iterator[Program]:
    """How far a named row's date is from a year that the question says."""
    years = [n for _, n in asked.numbers if 1500 <= n <= 2100]
    if not years or not APART.search(asked.text.lower()):
        return
    for chosen in sets:
        if chosen.form not in {"is", "and"} or len(chosen.rows) > 3:
            continue
        for field in table.fields:
            if field.kind == "date" and (value := field.values[chosen.rows[0]]) is not None:
                gap = abs(int(value) - int(years[0]))
                if gap:
                    yield Program("yearsfrom", (chosen,), field.index, (str(gap),))


def verdicts(sets: Iterable[RowSet]) -> Iterator[Program]:
    """Yes where two links meet in a row, no where they do not."""
    joined = [chosen for chosen in sets if chosen.form in {"and", "and3", "is&gt", "is&lt", "is&ge", "is&le"}]
    for chosen in joined[:4]:
        yield Program("yes", (chosen,), None, ("yes",))
        yield Program("no", (chosen,), None, ("no",))
    if not joined:
        yield Program("no", (), None, ("no",))
        yield Program("yes", (), None, ("yes",))


def named_columns(asked: Asked, sets: Iterable[RowSet], table: TypedTable) -> Iterator[Program]:
    """Two columns that the question names: together, and which of them has more, in named rows or in all."""
    said = set(asked.stems)
    fields = [f for f in table.fields if f.kind == "number" and f.stems and f.stems & said and f.source is None]
    for chosen in sets:
        if chosen.form not in {"all", "is", "and"} or not 2 <= len(fields) <= 8:
            continue
        for f, g in combinations(fields, 2):
            left = sum(v for row in chosen.rows if (v := f.values[row]) is not None)
            right = sum(v for row in chosen.rows if (v := g.values[row]) is not None)
            yield Program("columnsum", (chosen,), f.index, (number_to_text(left + right),), g.index)
            if left != right:
                more, fewer = (f, g) if left > right else (g, f)
                yield Program("headmore", (chosen,), more.index, (more.heading,), fewer.index)
                yield Program("headfewer", (chosen,), fewer.index, (fewer.heading,), more.index)


SIDES = re.compile(
    r"\b(more|above|over|higher|greater|after|larger|increase\w*|longer)(?: than)?,?(?: or |/)"
    r"(less|fewer|below|under|lower|before|smaller|decrease\w*|shorter)\b"
    r"|\b(less|fewer|below|under|lower|before|smaller|shorter)(?: than)?,?(?: or |/)"
    r"(more|above|over|higher|greater|after|larger|longer)\b"
)


def sides(asked: Asked, sets: Iterable[RowSet], table: TypedTable) -> Iterator[Program]:
    """For "more or less than n": the word that holds for a cell, or for the size of a set."""
    match = SIDES.search(asked.text.lower())
    if not match or not asked.numbers:
        return
    first, second, third, fourth = match.groups()
    up, down = (first, second) if first else (fourth, third)
    number = asked.numbers[-1][1]
    for chosen in sets:
        if chosen.number is not None:
            continue
        if len(chosen.rows) != number and chosen.form in {"all", "is", "and"}:
            yield Program("sidecount", (chosen,), None, (up if len(chosen.rows) > number else down,))
        for field in ordered(table):
            value = field.values[chosen.rows[0]] if len(chosen.rows) == 1 else None
            if value is not None and value != number:
                yield Program("side", (chosen,), field.index, (up if value > number else down,))
