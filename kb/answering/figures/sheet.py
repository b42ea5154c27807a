"""A table as series: figures that share their row and column words and differ in period.

"Revenue" under "2019" and "2018" is one series with two figures, whether the years head the columns, the rows or the
groups of rows. A question names a series by its words, and figures in it by their periods.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from kb.answering.figures.headings import table_to_headings
from kb.answering.figures.periods import AROUND, Period, mend_years, text_to_periods, without_periods
from kb.answering.figures.scales import Scale, row_takes_scale, text_to_scale
from kb.model import Document, Table
from kb.tables import TOTAL, table_to_group_rows
from kb.terms import STOP_WORDS, stem
from kb.values import text_to_value

MAX_ROWS = 400
MAX_COLUMNS = 40
WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+(?:\.\d+)?%?")
MARK = re.compile(r"(?<=[a-z)])\d{1,2}$|\s*\((?:note\s*)?\d{1,2}\)|\s*\(note \d+[^)]*\)|\s*\*+$", re.IGNORECASE)
UNIT_WORDS = frozenset("thousand million billion 000 dollar us usd eur gbp rmb euro of u s in m nt amount".split())
WEEKS = re.compile(r"\b5[23][- ]weeks?\b(?: ended)?|\b(?:three|six|nine|twelve) months ended\b", re.IGNORECASE)
NOTHING = re.compile(r"^[\s$£€¥]*[-–—‑]+[\s%-]*$")


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell: its place, its text, its number in the printed scale (None for words; 0 for a dash), its unit (``%``,
    a currency's sign or empty), the scale that its surroundings say, and its period; ``title`` is the printed label of
    its row, with its group, and ``heading`` that of its column."""

    row: int
    column: int
    text: str
    number: Decimal | None
    unit: str
    scale: int
    decimals: int
    period: Period | None
    dash: bool = False
    title: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Figures with the same words: of the row, of the group above it and of the column, periods left out."""

    label: str
    group: str
    heading: str
    label_words: tuple[str, ...]
    group_words: tuple[str, ...]
    heading_words: tuple[str, ...]
    total: bool
    figures: tuple[Figure, ...]

    def at(self, period: Period | None) -> Figure | None:
        """The figure that meets a period best, the latest where none is asked for."""
        if period is None:
            return max(self.figures, key=lambda f: f.period.key if f.period else (0, 0, 0), default=None)
        fitting = [(period.fits(f.period), f) for f in self.figures if f.period]
        best = max(fitting, key=lambda pair: pair[0], default=(0.0, None))
        return best[1] if best[0] > 0.0 else None

    @property
    def name(self) -> str:
        """The series in words: its row, and its column where that says more than a period."""
        return ", ".join(part for part in (self.label or self.group, self.heading) if part) or "the figures"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table's series in order of rows, and the words that only stand around it."""

    document_id: str
    table: Table
    series: tuple[Series, ...]
    labels: tuple[tuple[int, str, str, bool], ...]
    words: frozenset[str]
    context: frozenset[str]

    @property
    def periods(self) -> list[Period]:
        """The periods of all figures, each once, in order of appearance."""
        found: dict[tuple[int, int, int], Period] = {}
        for series in self.series:
            for figure in series.figures:
                if figure.period:
                    found.setdefault(figure.period.key, figure.period)
        return list(found.values())


def clean(text: str) -> str:
    """A label without footnote marks, doubled spaces and what stands loose at its end."""
    return MARK.sub("", " ".join(text.split())).strip(" ,;:.–-")


def text_to_words(text: str) -> tuple[str, ...]:
    """The words of a label or question, stop words too, as stems; footnote marks are left out."""
    return tuple(stem(word.replace("’", "'").removesuffix("'s")) for word in WORD.findall(MARK.sub("", text).lower()))


def is_small(word: str) -> bool:
    """Whether a stem is that of a word that says little: "of", "other"."""
    return word in STOP_WORDS or (len(word) < 2 and not word.isdigit())


def document_table_to_sheet(document: Document, table: Table) -> Sheet:
    """The Sheet of one table of a document (kept, as it is asked for again and again)."""
    return _sheet(document.id, table, _around(document, table))


def _around(document: Document, table: Table) -> tuple[str, ...]:
    """What is written about a table: caption, lead-in and notes, and the paragraphs near it (all, where a document has
    but one table)."""
    near = [b.text for b in document.blocks if len(document.tables) == 1 or abs(b.order - table.order) <= 3]
    return (table.caption or "", table.lead_in or "", *table.notes, *table.section, *near)


@lru_cache(maxsize=256)
def _sheet(document_id: str, table: Table, around: tuple[str, ...]) -> Sheet:
    grid = [[mend_years(text) for text in row] for row in table.grid()[:MAX_ROWS]]
    headings, unit_line = table_to_headings(table, grid)
    whole = table_to_scale([*unit_line, *unit_rows(grid[table.header_rows :])], around)
    columns = tuple(Column(heading, whole) for heading in headings[:MAX_COLUMNS])
    body = body_rows(table, grid, columns, whole)
    series = rows_to_series(body, whole)
    words = {word for one in series for word in (*one.label_words, *one.group_words, *one.heading_words)}
    words.update(word for row in body for word in (*text_to_words(row.label), *text_to_words(row.group)))
    context = frozenset(word for text in (*around[:6], *headings[:1]) for word in text_to_words(text))
    labels = tuple((row.index, row.label, row.group, row.total) for row in body)
    return Sheet(document_id, table, tuple(series), labels, frozenset(words), context)


def table_to_scale(unit_line: Sequence[str], around: Sequence[str]) -> Scale:
    """The Scale of a whole table: what its headings and unit lines say, else what is written about it."""
    said = [scale for text in unit_line if (scale := text_to_scale(text, alone=True))]
    if said and all(scale.unit == "%" for scale in said) and all(is_unit(text) for text in unit_line if "%" in text):
        return Scale(1, "%")
    said = [scale for scale in said if scale.unit != "%"]
    large = next((scale for scale in said if scale.factor > 1), None)
    large = large or next((scale for text in around if (scale := text_to_scale(text))), None)
    return large or (said[0] if said else Scale())


def unit_rows(body: Sequence[Sequence[str]]) -> list[str]:
    """The rows of a body that only say a unit: "(In thousands)"."""
    alone = [{text.strip() for text in row if text.strip()} for row in body]
    return [text for texts in alone if len(texts) == 1 for text in texts if is_unit(text)]


def is_unit(text: str) -> bool:
    """Whether a line says a unit and no more."""
    words = [word for word in text_to_words(text) if word not in UNIT_WORDS and word not in AROUND]
    return not words and text_to_scale(text, alone=True) is not None


class Column:
    """A column's heading parted into period, scale and the words that are left."""

    def __init__(self, heading: str, whole: Scale) -> None:
        periods = text_to_periods(heading)
        self.full = heading
        self.period = periods[0] if len(periods) == 1 else None
        self.several = len(periods) > 1
        own = text_to_scale(heading, alone=True)
        self.scale = whole if own is None or (own.factor == 1 and own.unit != "%") else own
        self.percent = (own or whole).unit == "%"
        rest = heading if self.several else without_periods(heading, periods)
        rest = clean(WEEKS.sub(" ", rest))
        self.words = tuple(w for w in text_to_words(rest) if w not in AROUND and w not in UNIT_WORDS)
        self.heading = rest if self.words else ""


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A row of the body: its place, its texts, its label without periods, its group and its period."""

    index: int
    texts: tuple[str, ...]
    label: str
    group: str
    period: Period | None
    total: bool
    columns: tuple[Column, ...]
    title: str


def body_rows(table: Table, grid: Sequence[Sequence[str]], columns: tuple[Column, ...], whole: Scale) -> list[BodyRow]:
    """The rows below the headings with figures or words of their own, each with the group that it stands in; where no
    column is dated, a period in a label is the row's. A row of other periods heads the rows below it anew."""
    heads = table_to_group_rows(table)
    rows: list[BodyRow] = []
    group, period = "", None
    over: list[str] = []
    dated = any(column.period for column in columns[1:])
    for index in range(table.header_rows, len(grid)):
        texts = grid[index]
        filled = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
        if not filled or (len(filled) == 1 and is_unit(filled[0])):
            continue
        if dates_below(texts, grid[index - 1][0]):
            period, group, over = text_to_periods(filled[-1])[0], "", [filled[-1]]
            continue
        if words_again(texts, grid[index - 1][0]):
            continue
        own = text_to_periods(filled[0])
        if index in heads or (
            len(texts) > 1 and len(filled) == 1 and (texts[0].strip() or only_period(filled[0], own))
        ):
            period = own[0] if len(own) == 1 else None if not own else period
            over = [filled[0].strip(" :")] if group_begins(own, filled[0]) else [*over[-1:], filled[0].strip(" :")]
            group = (
                ""
                if only_period(filled[0], own)
                else clean(without_periods(filled[0], own) if len(own) == 1 else filled[0])
            )
            continue
        if heads_anew(texts, columns, dated):
            columns = tuple(Column(text, whole) for text in texts[:MAX_COLUMNS])
            continue
        row = texts_to_row(index, texts, group, period, dated, index in table.total_rows, columns)
        rows.append(replace(row, title=", ".join(dict.fromkeys(part for part in (*over, texts[0].strip()) if part))))
    return rows


def dates_below(texts: Sequence[str], above: str) -> bool:
    """Whether a row only says the period of the rows below it, over their figures (its label is none of its own)."""
    said = {text.strip() for text in texts[1:] if text.strip()}
    only = next(iter(said)) if len(said) == 1 and texts[0].strip() in {"", above.strip()} else ""
    return bool(only) and only_period(only, text_to_periods(only))


def words_again(texts: Sequence[str], above: str) -> bool:
    """Whether a row repeats headings in the body: words over all figures under a label that is the one above."""
    said = [text for text in texts[1:] if text.strip()]
    label = texts[0].strip()
    return len(said) > 1 and label in {"", above.strip()} and not any(any(c.isdigit() for c in text) for text in said)


def group_begins(periods: Sequence[Period], text: str) -> bool:
    """Whether the name of a group stands above all groups so far: a period does."""
    return only_period(text, periods)


def heads_anew(texts: Sequence[str], columns: Sequence[Column], dated: bool) -> bool:
    """Whether a row of the body is a heading again: periods stand where the columns have theirs."""
    places = [place for place, column in enumerate(columns) if column.period and 0 < place < len(texts)]
    periods = [only_period(texts[place], text_to_periods(texts[place])) for place in places]
    return dated and len(periods) > 0 and all(periods)


def texts_to_row(
    index: int,
    texts: Sequence[str],
    group: str,
    period: Period | None,
    dated: bool,
    total: bool,
    columns: tuple[Column, ...],
) -> BodyRow:
    """A row of the body; one without a label that has figures is a total."""
    label = clean(texts[0])
    own = text_to_periods(label)
    if only_period(label, own):
        name = ""
    elif len(own) == 1 and not dated:
        name = clean(without_periods(label, own))
    else:
        own, name = [], label or "Total"
    stated = total or bool(TOTAL.search(label)) or not label
    return BodyRow(index, tuple(texts), name, group, own[0] if own else period, stated, columns, label)


def only_period(text: str, periods: Sequence[Period]) -> bool:
    """Whether a label is nothing but a period: "December 31, 2019", "Fiscal 2019"."""
    rest = text_to_words(without_periods(text, periods))
    return bool(periods) and all(word in AROUND for word in rest)


def rows_to_series(rows: Sequence[BodyRow], whole: Scale) -> list[Series]:
    """The figures of the body gathered by the words of their row, group and column."""
    gathered: dict[tuple[str, str, tuple[str, ...]], list[Figure]] = {}
    first: dict[tuple[str, str, tuple[str, ...]], tuple[BodyRow, Column]] = {}
    labels = Counter(row.label for row in rows)
    for row in rows:
        for place, column in enumerate(row.columns):
            if place == 0 or place >= len(row.texts) or not row.texts[place].strip():
                continue
            key = (row.label, row.group if labels[row.label] > 1 else "", column.words)
            gathered.setdefault(key, []).append(cell_to_figure(row, place, column, whole))
            first.setdefault(key, (row, column))
    series = []
    for key, figures in gathered.items():
        row, column = first[key]
        words = text_to_words(row.label), text_to_words(row.group), column.words
        series.append(Series(row.label, row.group, column.heading, *words, row.total, tuple(figures)))
    return series


def cell_to_figure(row: BodyRow, place: int, column: Column, whole: Scale) -> Figure:
    """One cell with its number, unit and scale."""
    text = row.texts[place].strip()
    dash = bool(NOTHING.match(text))
    value = text_to_value("0" if dash else text)
    # One date over all columns gives way to that of a group of rows below it.
    own = row.period if len({c.period.key for c in row.columns if c.period}) < 2 else None
    period = own or column.period or row.period
    figure = Figure(row.index, place, text, None, "", 1, 0, period, dash, row.title, column.full)
    if value is None:
        return figure
    figure = replace(figure, number=value.number / value.scale, decimals=value.decimals)
    if value.unit == "%" or column.percent or label_is_percent(row.label):
        return replace(figure, unit="%")
    if said := text_to_scale(row.label):
        return replace(figure, unit=value.unit or said.unit, scale=said.factor)
    scale = column.scale.factor if row_takes_scale(row.label, column.heading) else 1
    scale = value.scale if value.scale > 1 else scale
    return replace(figure, unit=value.unit or (column.scale.unit if scale > 1 else ""), scale=scale)


def label_is_percent(label: str) -> bool:
    """Whether a row's label says that its figures are percentages."""
    return bool(
        re.search(
            r"\(%\)|%\s*$|^%|\bin %|\bpercentage of\b|\bas a (?:%|percentage)|\bper ?cent\b", label, re.IGNORECASE
        )
    )
