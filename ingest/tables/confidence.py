"""How far a table can be trusted, as a small sum of signs, each said in words.

Confidence is 1 less the weights of the signs that a table shows, and never below 0. The weights were set by hand
and checked against tables whose true cells are known: they order tables, they are no probabilities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.tables.figures import column_names, is_number, is_period, is_placeholder, numeric_columns
from kb.model import Table
from kb.tables import table_to_group_rows

# A reader's own doubt about a table (read without rules, recognised from a picture).
READERS_DOUBT = 0.1
MISMATCH, MOST_MISMATCH = 0.1, 0.3
TWO_FIGURES = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})*(?:\.\d+)?%?(?:\s+[-–]?\d{1,3}(?:,\d{3})*(?:\.\d+)?%?)+")
SPACED_THOUSANDS = re.compile(r"^\D{0,3}\d{1,3}(?: \d{3})+(?:[.,]\d+)?\D{0,3}$")
MIXED = 0.25
SPARSE = 0.4
NAMED_IN_DOUBT = 3


@dataclass(frozen=True, slots=True)
class Sign:
    """Something about a table that speaks against it: how heavily, and in words for the reader."""

    weight: float
    words: str


def with_confidence(table: Table, mismatches: tuple[str, ...] = ()) -> Table:
    """The table with its confidence and doubts; those that its reader already had come first.

    ``mismatches`` are the totals that do not add up, in words.
    """
    signs = list(table_to_signs(table))
    weight = READERS_DOUBT * len(table.doubts) + min(MISMATCH * len(mismatches), MOST_MISMATCH)
    weight += sum(sign.weight for sign in signs)
    doubts = (*table.doubts, *mismatches, *(sign.words for sign in signs))
    confidence = round(max(0.0, table.confidence - weight), 2)
    return replace(table, doubts=tuple(dict.fromkeys(doubts)), confidence=confidence)


def table_to_signs(table: Table) -> Iterator[Sign]:
    """The signs that a table shows against itself, but for its totals."""
    grid, heads = table.grid(), table_to_group_rows(table)
    rows = [row for row in range(table.header_rows, table.n_rows) if row not in heads]
    body = [grid[row] for row in rows]
    figures = sorted(numeric_columns(body))
    headings = table.headers()
    if not body:
        return
    if figures and table.header_rows == 0 and len(figures) > 1:
        yield Sign(0.2, "No heading was found over the columns of figures")
    if table.header_rows and (bare := [c for c in figures if c and not headings[c]]):
        yield Sign(0.15, f"{_columns(bare)} of figures without a heading")
    if double := [text for row in body for text in row[1:] if holds_two_figures(text)]:
        yield Sign(0.3, f"Cells that hold more than one figure: {_some(double)}")
    if mixed := _mixed_columns(body, column_names(table)):
        yield Sign(0.1 * min(len(mixed), 2), f"Figures and words are mixed in {_some(mixed)}")
    filled = sum(bool(text.strip()) for row in body for text in row)
    if filled < (1 - SPARSE) * len(body) * table.n_columns:
        yield Sign(0.15, "Many cells are blank")
    if doubtful := [c.row for c in table.cells if c.carried and c.doubtful]:
        many = "row" if len(doubtful) == 1 else "rows"
        named = ", ".join(str(row - table.header_rows + 1) for row in doubtful[:NAMED_IN_DOUBT])
        more = f" and {len(doubtful) - NAMED_IN_DOUBT} more" if len(doubtful) > NAMED_IN_DOUBT else ""
        yield Sign(0.1, f"Nothing says whether the label of {many} {named}{more} is the one above or the one below")


def holds_two_figures(text: str) -> bool:
    """Whether a cell holds the figures of two cells; thousands parted by spaces are one figure, and a figure with
    its share in brackets belongs together."""
    text = text.strip()
    return bool(TWO_FIGURES.fullmatch(text)) and not SPACED_THOUSANDS.match(text)


def _mixed_columns(body: list[list[str]], names: list[str]) -> list[str]:
    """Columns of which a good part are figures (or lists of figures) and a good part words."""
    mixed = []
    for column in range(1, len(body[0])):
        texts = [row[column].strip() for row in body if row[column].strip()]
        known = [text for text in texts if not is_placeholder(text) and not is_period(text)]
        figures = sum(is_number(text) or not re.search(r"[^\W\d_]", text) for text in known)
        if len(known) > 3 and any(is_number(text) for text in known) and MIXED <= figures / len(known) <= 1 - MIXED:
            mixed.append(names[column])
    return mixed


def _columns(columns: list[int]) -> str:
    numbers = ", ".join(str(column + 1) for column in columns)
    return f"Column {numbers}" if len(columns) == 1 else f"Columns {numbers}"


def _some(texts: list[str]) -> str:
    more = f" and {len(texts) - NAMED_IN_DOUBT} more" if len(texts) > NAMED_IN_DOUBT else ""
    return ", ".join(text if len(text) <= 40 else f"{text[:37]}…" for text in texts[:NAMED_IN_DOUBT]) + more
