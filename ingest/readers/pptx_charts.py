"""A chart of a slide -> the table of its figures, which the file holds beside the drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

from ingest.readers.assembly import TablePart, fold
from ingest.readers.number_format import number_to_text
from kb.model import Box, Cell
from kb.units import text_to_unit

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
MAX_POINTS = 2_000
MAX_SERIES = 250


@dataclass
class Series:
    """One series of a chart: its name, and by the place of the point its category and its figure, as printed."""

    name: str
    categories: dict[int, tuple[str, ...]]
    values: dict[int, str]


def chart_title(chart: Any) -> str | None:
    """The title over a chart (``c:chartSpace``), or None where it has none of its own."""
    return _words(chart.find(f"{C}chart/{C}title"))


def chart_to_tables(chart: Any, page: int, box: Box) -> list[TablePart]:
    """Tables of the figures of a ``c:chartSpace``: a row a category, a column a series.

    Series that share their categories stand in one table. Empty where the file keeps no figures.
    """
    plot = chart.find(f"{C}chart/{C}plotArea")
    if plot is None:
        return []
    groups: dict[tuple[tuple[int, tuple[str, ...]], ...], list[Series]] = {}
    for element in list(plot.iter(f"{C}ser"))[:MAX_SERIES]:
        series = element_to_series(element)
        if series.values:
            groups.setdefault(tuple(series.categories.items()), []).append(series)
    corner = next((_words(axis) for axis in plot.iterfind(f"{C}catAx/{C}title")), None) or ""
    unit = axes_to_unit(plot)
    return [series_to_table(group, corner, unit, page, box) for group in groups.values()]


def element_to_series(element: Any) -> Series:
    """A ``c:ser`` with what is kept of its figures; points on two axes have their x value for a category."""
    name = element.find(f"{C}tx")
    categories = element.find(f"{C}cat")
    levels = _levels(categories if categories is not None else element.find(f"{C}xVal"))
    values = element.find(f"{C}val")
    figures = _points(values if values is not None else element.find(f"{C}yVal"))
    places = sorted({place for level in levels for place in level} | figures.keys())[:MAX_POINTS]
    filled = [_carried(level, places) if len(levels) > 1 and depth else level for depth, level in enumerate(levels)]
    by_place = {place: tuple(level.get(place, "") for level in reversed(filled)) for place in places}
    return Series(fold(" ".join(name.itertext(f"{C}v"))) if name is not None else "", by_place, figures)


def _carried(level: dict[int, str], places: list[int]) -> dict[int, str]:
    """An outer level of categories names its first point only."""
    carried, last = {}, ""
    for place in places:
        last = level.get(place, last)
        carried[place] = last
    return carried


def _levels(element: Any) -> list[dict[int, str]]:
    """The categories by place, the innermost level first."""
    if element is None:
        return []
    levels = list(element.iter(f"{C}lvl"))
    return [_points(level) for level in levels] if levels else [_points(element)]


def _points(element: Any) -> dict[int, str]:
    """The points that a reference or literal keeps, printed as its number format says."""
    points: dict[int, str] = {}
    if element is None:
        return points
    general = element.findtext(f".//{C}formatCode") or "General"
    for point in element.iter(f"{C}pt"):
        place, words = point.get("idx", ""), fold(point.findtext(f"{C}v") or "")
        if place.isdigit() and words:
            is_figure = point.getparent().tag in (f"{C}numCache", f"{C}numLit")
            points[int(place)] = figure_to_text(words, point.get("formatCode") or general) if is_figure else words
    return points


def figure_to_text(figure: str, code: str) -> str:
    """A stored figure as its number format shows it; what is no figure stays as it is."""
    try:
        value = float(figure)
    except ValueError:
        return figure
    return number_to_text(value, code) if isfinite(value) else figure


def axes_to_unit(plot: Any) -> str | None:
    """The unit that the titles of the value axes name, where they name one only."""
    titles = [_words(title) for title in plot.iterfind(f"{C}valAx/{C}title")]
    units = {text_to_unit(title) for title in titles if title}
    return units.pop() if len(units) == 1 else None


def series_to_table(group: list[Series], corner: str, unit: str | None, page: int, box: Box) -> TablePart:
    """One table of series that share their categories."""
    categories = group[0].categories
    labels = max((len(names) for names in categories.values()), default=1) or 1
    header = [corner] + [""] * (labels - 1) + [series.name for series in group]
    rows = [header]
    for place, names in categories.items():
        padded = [*names, *[""] * (labels - len(names))]
        rows.append(padded + [series.values.get(place, "") for series in group])
    cells = [
        [Cell(row, column, text, page=page) for column, text in enumerate(texts)] for row, texts in enumerate(rows)
    ]
    return TablePart(cells, len(header), 1, page, box, unit)


def _words(title: Any) -> str | None:
    """The words of a title, typed or taken from a cell of the chart's data."""
    if title is None:
        return None
    parts: Iterable[str] = (node.text or "" for node in title.iter(f"{A}t", f"{C}v"))
    return fold(" ".join(parts)) or None
