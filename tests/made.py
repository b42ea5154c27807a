"""Small documents with made vectors, for tests of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kb.model import Block, Box, Cell, Chunk, Document, Page, Piece, Span, Table
from kb.store import KnowledgeBase

MODEL = "a-model"
KINDS = ("passage", "sentence", "table", "row")
ROOT = Path(__file__).resolve().parents[1]


def make_document(name: str, lines: list[str], **fields: object) -> tuple[Document, list[Chunk]]:
    text = "\n".join(lines)
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)])
    blocks = tuple(
        Block(
            f"b{n}", n, "item", line, (Piece(0, len(line), int(start), 1, Box(1.5, 2, 3, 4)),), ("1. Costs",), 2, "1.1"
        )
        for n, (line, start) in enumerate(zip(lines, starts, strict=False))
    )
    cells = (
        Cell(0, 0, "Force", "header", box=Box(0, 0, 1, 1), source=(0, 2)),
        Cell(1, 0, "x", carried=True, doubtful=True),
    )
    table = Table(
        "t1", 99, 2, 1, cells, 1, (1, None), ((0, 3), None), "Cap", "Lead", "£", ("n",), ("S",), Box(1, 2, 3, 4), ("d",)
    )
    defaults: dict[str, object] = {"date": "2014-09-23", "kind": "plan", "forces": ("Derbyshire", "Lincolnshire")}
    document = Document(
        name,
        f"{name}.txt",
        text,
        f"Title of {name}",
        "text",
        (Page(1, 10, 20, "iv"),),
        blocks,
        (table,),
        **(defaults | fields),
    )  # type: ignore[arg-type]
    kinds = ("sentence", "passage", "row")
    chunks = [
        Chunk(
            f"{name}:s{n}",
            name,
            kinds[n % 3],
            line,
            f"1. Costs: {line}",
            1,
            ("1. Costs",),
            (Span(f"b{n}", 0, len(line)),),
        )
        for n, line in enumerate(lines)
    ]
    return document, chunks


def grid_table(
    rows: Sequence[Sequence[str]], spans: Mapping[tuple[int, int], tuple[int, int]] | None = None, **fields: object
) -> Table:
    """A table of these texts, header rows first; ``spans`` are (rowspan, colspan) by place, what they cover is left
    out."""
    spans = spans or {}
    covered = {
        (row + down, column + right)
        for (row, column), (height, width) in spans.items()
        for down in range(height)
        for right in range(width)
        if down or right
    }
    cells = tuple(
        Cell(r, c, text, rowspan=spans.get((r, c), (1, 1))[0], colspan=spans.get((r, c), (1, 1))[1])
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if (r, c) not in covered
    )
    defaults: dict[str, object] = {"row_pages": (1,) * len(rows)}
    return Table("t", 0, len(rows), len(rows[0]), cells, **(defaults | fields))  # type: ignore[arg-type]


def make_vectors(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def put(
    kb: KnowledgeBase, name: str, lines: list[str], seed: int = 0, **fields: object
) -> tuple[list[Chunk], np.ndarray]:
    document, chunks = make_document(name, lines, **fields)
    vectors = make_vectors(len(chunks), seed)
    kb.commit(document, chunks, vectors, MODEL, None)
    return chunks, vectors
