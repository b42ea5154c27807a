"""Grids and words -> ruled tables. What is no table (a box, a banner, a chart's grid) stays running text."""

from __future__ import annotations

from ingest.layout.lines import words_to_lines
from ingest.layout.parts import Edge, PageContent, RawCell, RawTable, Word
from ingest.tables.grid import Grid, Span, edges_to_grids, merge_edges
from ingest.tables.refine import refined
from kb.model import Box

# A strip without words of its own, narrower or lower than this, is the space between double rules.
STRIP_WIDTH = 14.0
STRIP_HEIGHT = 6.0
# The grid of a chart has few words in it.
LEAST_FILLED = 0.2
MAX_CELLS = 50_000


def content_to_ruled_tables(content: PageContent) -> tuple[list[RawTable], list[Word]]:
    """The ruled tables of a page and the words that are in none."""
    tables: list[RawTable] = []
    words = list(content.words)
    for grid in edges_to_grids(content.horizontal, content.vertical):
        if len(grid.spans) > MAX_CELLS:
            continue
        inside = [word for word in words if _within(word, grid.box)]
        table, used = grid_to_table(grid, inside, content.number)
        if table is not None:
            tables.append(refined(table, rules_inside(content.horizontal, grid.box)))
            taken = {id(word) for word in used}
            words = [word for word in words if id(word) not in taken]
    return sorted(tables, key=lambda table: (table.box.top, table.box.x0)), words


def _within(word: Word, box: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box.x0 <= x <= box.x1 and box.top <= y <= box.bottom


def grid_to_table(grid: Grid, words: list[Word], page: int) -> tuple[RawTable | None, list[Word]]:
    """The table of a grid with the words that it took; None where the grid is no table."""
    by_span = words_to_spans(grid, words)
    grid, by_span = without_strips(grid, by_span)
    cells = [
        RawCell(*span, grid.span_to_box(span), page, words_to_lines(by_span.get(span, []), page)) for span in grid.spans
    ]
    if not is_table(cells):
        return None, []
    rows = len(grid.ys) - 1
    used = [word for inside in by_span.values() for word in inside]
    return RawTable(page, grid.box, list(grid.xs), cells, [page] * rows), used


def words_to_spans(grid: Grid, words: list[Word]) -> dict[Span, list[Word]]:
    """Every word goes to the cell that its middle is in."""
    boxes = [(span, grid.span_to_box(span)) for span in grid.spans]
    found: dict[Span, list[Word]] = {}
    for word in words:
        span = next((span for span, box in boxes if _within(word, box)), None)
        if span is not None:
            found.setdefault(span, []).append(word)
    return found


def without_strips(grid: Grid, words: dict[Span, list[Word]]) -> tuple[Grid, dict[Span, list[Word]]]:
    """The grid without the empty columns and rows that double rules leave."""
    columns = [i for i in range(len(grid.xs) - 1) if not _is_strip(grid, words, i, 1, grid.xs, STRIP_WIDTH)]
    rows = [i for i in range(len(grid.ys) - 1) if not _is_strip(grid, words, i, 0, grid.ys, STRIP_HEIGHT)]
    if not columns or not rows or len(columns) + len(rows) == len(grid.xs) + len(grid.ys) - 2:
        return grid, words
    moved: dict[Span, Span] = {}
    for span in grid.spans:
        row, column, rowspan, colspan = span
        kept_rows = [i for i, old in enumerate(rows) if row <= old < row + rowspan]
        kept_columns = [i for i, old in enumerate(columns) if column <= old < column + colspan]
        if kept_rows and kept_columns:
            moved[span] = (kept_rows[0], kept_columns[0], len(kept_rows), len(kept_columns))
    xs = (*(grid.xs[i] for i in columns), grid.xs[columns[-1] + 1])
    ys = (*(grid.ys[i] for i in rows), grid.ys[rows[-1] + 1])
    return Grid(xs, ys, tuple(sorted(moved.values()))), {
        moved[span]: inside for span, inside in words.items() if span in moved
    }


def _is_strip(
    grid: Grid, words: dict[Span, list[Word]], index: int, axis: int, at: tuple[float, ...], limit: float
) -> bool:
    """Whether a column (axis 1) or row (axis 0) is thin and has no words of its own."""
    if at[index + 1] - at[index] >= limit:
        return False
    return not any(words.get(span) for span in grid.spans if span[axis] == index and span[axis + 2] == 1)


def is_table(cells: list[RawCell]) -> bool:
    """At least two rows and two columns with words, and not the grid of a chart."""
    filled = [cell for cell in cells if cell.lines]
    if len({cell.row for cell in filled}) < 2 or len({cell.column for cell in filled}) < 2:
        return False
    if not any(
        a.row < b.row + b.rowspan and b.row < a.row + a.rowspan and a.column != b.column
        for a in filled
        for b in filled[:200]
    ):
        return False
    worded = sum(any(c.isalpha() for line in cell.lines for c in line.text) for cell in filled)
    if not worded and 2 * len(filled) < len(cells):
        return False
    return len(filled) >= LEAST_FILLED * len(cells)


def rules_inside(edges: list[Edge], box: Box) -> list[Edge]:
    """The horizontal rules of a table."""
    return [edge for edge in merge_edges(edges) if box.top - 3 <= edge.at <= box.bottom + 3 and _overlap(edge, box)]


def _overlap(edge: Edge, box: Box) -> bool:
    return min(edge.hi, box.x1) > max(edge.lo, box.x0)


def rules_outside(edges: list[Edge], tables: list[RawTable]) -> list[Edge]:
    """The horizontal rules of a page that belong to no table."""
    return [edge for edge in edges if not any(_on_table(edge, table.box) for table in tables)]


def _on_table(edge: Edge, box: Box) -> bool:
    return box.top - 3 <= edge.at <= box.bottom + 3 and box.x0 - 3 <= edge.lo and edge.hi <= box.x1 + 3
