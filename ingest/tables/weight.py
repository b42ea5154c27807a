"""What bold type says about the header of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weight:
    """A cell with words in it: where it stands, how wide it is, and whether all of it is bold."""

    column: int
    colspan: int
    bold: bool


def weights_to_header_rows(rows: Sequence[Sequence[Weight]], n_columns: int) -> int | None:
    """How many rows at the top are set in bold as a header; None where the type does not say.

    ``rows`` has the filled cells that begin in each row.
    """
    count = next((i for i, row in enumerate(rows) if not row or not all(cell.bold for cell in row)), len(rows))
    # A bold line across the table, below the first, heads the rows that follow it.
    while count > 1 and len(rows[count - 1]) == 1 and rows[count - 1][0].colspan == n_columns:
        count -= 1
    if count == len(rows):
        return None
    if count == 0:
        # Bold labels at the left of ordinary cells: the table has row headings and no header.
        return 0 if rows[0] and rows[0][0].bold and rows[0][0].column == 0 else None
    return count
