"""A question and the columns of a table as the network reads them: vectors, flags, and how words and columns relate.

Words and columns stand in one row (a first place for the question as a whole, then words, then columns). ``relations``
number how each place relates to each other one: by distance, by a link, by a word of a heading (the idea of
relation-aware attention, Wang et al. 2020, "RAT-SQL").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.answering.programs.features import ASKING, Context
from kb.answering.programs.links import STOP, Asked, Link
from kb.answering.programs.table import TypedTable

if TYPE_CHECKING:
    import numpy as np

LINK_KINDS = ("cell", "part", "word", "number", "date", "fuzzy", "prefix", "initials", "meant")
COLUMN_KINDS = ("number", "date", "time", "text")
FITS = "NSA"
WORD_FLAGS = 16
COLUMN_FLAGS = 23
RELATIONS = 32
SAMPLE = 3
SAMPLE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Inputs:
    """Arrays for one question: ``words`` (n, 384), ``word_flags``, ``stems`` (known ones by number, else 0),
    ``columns`` (m, 768: heading and sample), ``column_flags``, ``relations`` (1 + n + m square)."""

    words: np.ndarray
    word_flags: np.ndarray
    stems: np.ndarray
    columns: np.ndarray
    column_flags: np.ndarray
    relations: np.ndarray


def table_to_texts(table: TypedTable) -> list[tuple[str, str]]:
    """What of each column is embedded: its heading, and its first cells."""
    return [
        (
            field.heading,
            ", ".join(table.cells[row][field.index].text for row in table.body[:SAMPLE])[:SAMPLE_CHARACTERS],
        )
        for field in table.fields
    ]


def to_inputs(
    context: Context,
    links: Sequence[Link],
    words: np.ndarray,
    texts: Mapping[str, np.ndarray],
    stems: Mapping[str, int],
) -> Inputs:
    """The arrays of one question; ``words`` are its words' vectors, ``texts`` those of ``table_to_texts``."""
    import numpy as np

    asked, table = context.asked, context.table
    word_flags = _word_flags(asked, links)
    column_flags = np.zeros((len(table.fields), COLUMN_FLAGS), dtype=np.float32)
    columns = np.zeros((len(table.fields), 2 * words.shape[1]), dtype=np.float32)
    for place, (field, pair) in enumerate(zip(table.fields, table_to_texts(table), strict=True)):
        fit = context.fits[place]
        flags = column_flags[place]
        flags[COLUMN_KINDS.index(field.kind)] = 1.0
        flags[4 + FITS.index(fit[0])] = 1.0
        flags[7:14] = (
            fit.endswith("h"),
            field.rising > 0,
            field.rising < 0,
            field.distinct,
            field.source is not None,
            place == 0,
            place / 10,
        )
        columns[place] = np.concatenate([texts[text] for text in pair])
        for word in _places(context.named[place], len(asked.words)):
            word_flags[word, 10] = 1.0
    for link in links:
        column_flags[link.column, 14 + LINK_KINDS.index(link.kind)] = 1.0
    known = np.array([stems.get(stem, 0) for stem in asked.stems], dtype=np.int64)
    return Inputs(words, word_flags, known, columns, column_flags, _relations(context, links))


def _word_flags(asked: Asked, links: Sequence[Link]) -> np.ndarray:
    """By word: the kinds of its links, whether it is a figure, stands in a heading, asks, or carries no meaning."""
    import numpy as np

    flags = np.zeros((len(asked.words), WORD_FLAGS), dtype=np.float32)
    for place, word in enumerate(asked.words):
        flags[place, 9] = word.isdigit()
        flags[place, 11] = word in ASKING or word == "how"
        flags[place, 12] = word in STOP
    for link in links:
        flags[link.start : link.end, LINK_KINDS.index(link.kind)] = 1.0
    return flags


def _relations(context: Context, links: Sequence[Link]) -> np.ndarray:
    """How each place relates to each other one, as a number."""
    import numpy as np

    size, width = len(context.asked.words), len(context.table.fields)
    relations = np.zeros((1 + size + width, 1 + size + width), dtype=np.int64)
    first = 1 + size
    steps = np.clip(np.arange(size)[None, :] - np.arange(size)[:, None], -3, 3) + 3
    relations[1:first, 1:first] = 1 + steps
    relations[first:, first:] = 8
    relations[0, :] = 9
    relations[:, 0] = 10
    relations[1:first, first:] = 11
    relations[first:, 1:first] = 12
    for column, named in enumerate(context.named):
        for word in _places(named, size):
            relations[1 + word, first + column] = 13
            relations[first + column, 1 + word] = 14
    for link in reversed(links):
        kind = 15 + LINK_KINDS.index(link.kind)
        relations[1 + link.start : 1 + min(link.end, size), first + link.column] = kind
        relations[first + link.column, 1 + link.start : 1 + min(link.end, size)] = kind
    return relations


def _places(bits: int, size: int) -> list[int]:
    return [place for place in range(size) if bits >> place & 1]
