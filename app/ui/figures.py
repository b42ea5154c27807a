"""Figures of an answer as HTML: the cells that a figure was worked out from, the arithmetic, and a small chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from kb.model import Answer, Computation
from kb.values import text_to_value
from kb.wording import computation_to_arithmetic

FEWEST_BARS, MOST_BARS = 2, 16
LONGEST_LABEL = 60
# A share has a part and its whole, a count has rows: bars of these would say nothing.
CHARTED = frozenset(("sum", "difference", "average", "max", "min"))


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, its figure as printed, and the figure's size."""

    label: str
    text: str
    size: Decimal


def computation_to_html(computation: Computation) -> str:
    """The cells that a computed figure came from, and the sum to redo with a pencil."""
    return (
        '<div class="computation"><div class="scroll" role="region" aria-label="Figures used" tabindex="0">'
        f'{_inputs_to_html(computation)}</div><p class="arithmetic">{escape(computation_to_arithmetic(computation))}'
        f"<strong>{escape(computation.result)}</strong></p></div>"
    )


def _inputs_to_html(computation: Computation) -> str:
    """The cells as a table; a row or column heading that all of them share stands in the caption instead."""
    cells = computation.inputs
    rows, columns = list(dict.fromkeys(cell.row for cell in cells)), list(dict.fromkeys(cell.column for cell in cells))
    shown = {"Row": len(rows) > 1 or len(columns) == 1, "Column": len(columns) > 1}
    shared = [words[0] for name, words in (("Row", rows), ("Column", columns)) if not shown[name]]
    caption = ": ".join(["Worked out from these figures", *shared])
    body = ""
    for cell in cells:
        chosen = computation.operation in ("max", "min") and computation.result in (cell.value, cell.row)
        own = [text for text, name in ((cell.row, "Row"), (cell.column, "Column")) if shown[name]]
        more = "".join(f"<td>{escape(text)}</td>" for text in own[1:])
        body += (
            f'<tr{" class=chosen" if chosen else ""}><th scope="row">{escape(own[0])}</th>{more}'
            f'<td class="figure">{escape(cell.value)}</td></tr>'
        )
    headings = "".join(f'<th scope="col">{name}</th>' for name, is_shown in shown.items() if is_shown)
    return (
        f'<table><caption>{escape(caption)}</caption><thead><tr>{headings}<th scope="col" class="figure">Figure</th>'
        f"</tr></thead><tbody>{body}</tbody></table>"
    )


def answer_to_chart(answer: Answer) -> str:
    """Bars for the figures of an answer over several years, forces or units; nothing where there is no such thing."""
    if answer.computation is not None:
        computation = answer.computation
        cells = [(cell.row, cell.column, cell.value) for cell in computation.inputs]
        bars = cells_to_bars(cells) if computation.operation in CHARTED else []
        return bars_to_html(bars, "", table=False)
    tables = [citation.table for citation in answer.citations if citation.table is not None]
    cells = [(table.row or "", table.column or "", table.value or "") for table in tables]
    bars = cells_to_bars(cells) if len(tables) == len(answer.citations) else []
    kinds = [set(parts) for parts in zip(*cells, strict=True)][:2] if bars else []
    return bars_to_html(bars, next((kind.pop() for kind in kinds if len(kind) == 1), ""), table=True)


def cells_to_bars(cells: Sequence[tuple[str, str, str]]) -> list[Bar]:
    """Bars for (row, column, value) in their order; none unless all are figures of one unit and none is negative.

    A bar is called by what tells it from the others: its row, its column, or both.
    """
    cells = list(dict.fromkeys(cells))
    values = [text_to_value(text) for _, _, text in cells]
    sizes = [value.number for value in values if value is not None and value.number >= 0]
    units = {value.unit for value in values if value is not None}
    rows, columns = {row for row, _, _ in cells}, {column for _, column, _ in cells}
    if not FEWEST_BARS <= len(cells) <= MOST_BARS or len(sizes) < len(cells) or len(units) > 1 or not any(sizes):
        return []
    if len(rows) == 1:
        labels = [column for _, column, _ in cells]
    elif len(columns) == 1 or len(rows) == len(cells):
        labels = [row for row, _, _ in cells]
    else:
        labels = [f"{row}, {column}" for row, column, _ in cells]
    if len(set(labels)) < len(labels) or not all(labels):
        return []
    return [Bar(label, text, size) for label, (_, _, text), size in zip(labels, cells, sizes, strict=True)]


def bars_to_html(bars: Sequence[Bar], caption: str, table: bool) -> str:
    """Horizontal bars with their words and figures; ``table`` adds the same as a table that can be opened."""
    if not bars:
        return ""
    largest = max(bar.size for bar in bars)
    rows = "".join(
        f'<span class="bar-label">{escape(_clip(bar.label))}</span>'
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" focusable="false">'
        f'<rect width="{100 * bar.size / largest:.2f}" height="10"/></svg>'
        f'<span class="bar-figure">{escape(bar.text)}</span>'
        for bar in bars
    )
    said = "; ".join(f"{bar.label}: {bar.text}" for bar in bars)
    label = escape(f"Bar chart. {caption + '. ' if caption else ''}{said}", quote=True)
    title = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    data = ""
    if table:
        cells = "".join(
            f'<tr><th scope="row">{escape(bar.label)}</th><td class="figure">{escape(bar.text)}</td></tr>'
            for bar in bars
        )
        data = (
            "<details><summary>Show these figures as a table</summary>"
            f"<table><caption>{escape(caption or 'Figures of the answer')}</caption><thead><tr>"
            f'<th scope="col">Of</th><th scope="col" class="figure">Figure</th></tr></thead><tbody>{cells}</tbody>'
            "</table></details>"
        )
    return f'<figure class="chart">{title}<div class="bars" role="img" aria-label="{label}">{rows}</div>{data}</figure>'


def _clip(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[:LONGEST_LABEL].rsplit(" ", 1)[0] + " …"
