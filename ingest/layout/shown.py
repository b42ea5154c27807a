"""Boxes of pages that were read turned or straightened -> boxes on these pages as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest.layout.geometry import Transform
from ingest.layout.parts import PageContent
from kb.model import Block, Box, Cell, Table

ToShown = Mapping[int | None, Transform]


def boxes_as_shown(
    blocks: Sequence[Block], tables: Sequence[Table], contents: Sequence[PageContent]
) -> tuple[tuple[Block, ...], tuple[Table, ...]]:
    """The blocks and tables with every box where a viewer shows it."""
    to_shown: ToShown = {c.number: c.to_shown for c in contents if c.to_shown is not None}
    if not to_shown:
        return tuple(blocks), tuple(tables)
    return (
        tuple(
            replace(b, pieces=tuple(replace(p, box=_shown(p.box, p.page, to_shown)) for p in b.pieces)) for b in blocks
        ),
        tuple(
            replace(
                t,
                box=_shown(t.box, t.page, to_shown),
                cells=tuple(_cell_as_shown(cell, to_shown) for cell in t.cells),
            )
            for t in tables
        ),
    )


def _cell_as_shown(cell: Cell, to_shown: ToShown) -> Cell:
    return replace(cell, box=_shown(cell.box, cell.page, to_shown))


def _shown(box: Box | None, page: int | None, to_shown: ToShown) -> Box | None:
    return to_shown[page].box(box) if box is not None and page in to_shown else box
