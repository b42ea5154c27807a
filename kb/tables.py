"""What the places of a table belong to, derived from its cells: the group of a row, the unit of a figure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.model import Table
from kb.units import counts_things, text_to_unit

TOTAL = re.compile(
    r"^\s*(?:(?:grand|sub)?[- ]?totals?\b|overall\b|all (?:forces|rows)\b|sum\b)|\btotals?\s*$", re.IGNORECASE
)
GRAND = re.compile(r"\bgrand\b|\boverall\b|^\s*all\b", re.IGNORECASE)


def table_to_group_rows(table: Table) -> dict[int, str]:
    """The body rows that only name the group of the rows below them, with their words, which are a header cell's."""
    return {c.row: c.text for c in table.cells if c.role == "header" and c.row >= table.header_rows}


def table_to_groups(table: Table) -> tuple[str | None, ...]:
    """For each row the words of the group row above it, else None. A grand total belongs to no group."""
    heads = table_to_group_rows(table)
    labels = {cell.row: cell.text for cell in table.cells if cell.column == 0}
    groups: list[str | None] = []
    own: str | None = None
    for row in range(table.n_rows):
        own = heads[row].strip(" :") or None if row in heads else own
        free = row in heads or (row in table.total_rows and bool(GRAND.search(labels.get(row, ""))))
        groups.append(None if free else own)
    return tuple(groups)


def column_to_unit(heading: str, figures: Sequence[str]) -> str | None:
    """The unit of a column: what its heading says, else the sign that all its figures carry."""
    said = text_to_unit(heading)
    if said is not None or not figures:
        return said
    return next((sign for sign in "%£" if all(sign in text for text in figures)), None)


def place_to_unit(column_unit: str | None, heading: str, label: str, table_unit: str | None) -> str | None:
    """The unit of a figure: its column's, else what its row's label says (a row "as % of"), else its table's.

    A table of shares has them in some columns only, and those say so themselves; in a table of money, a column or
    row that counts officers holds no money.
    """
    own = column_unit or text_to_unit(label)
    if own is not None or table_unit == "%":
        return own
    money = table_unit is not None and table_unit.startswith("£")
    return None if money and (counts_things(heading) or counts_things(label)) else table_unit
