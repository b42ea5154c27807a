"""The sentence form of a table's rows, for reading and for the index: "Major Crime: police officers 157; total 227"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.tables.figures import is_number, numeric_columns
from kb.model import Cell, Table
from kb.tables import column_to_unit, place_to_unit, table_to_group_rows, table_to_groups
from kb.units import heading_without_unit
from kb.values import text_to_value

WORD = re.compile(r"[A-Za-z]+(?:[’'][a-z]+)?")
SENTENCE_START = re.compile(r"(?:^|[.:;!?•–]\s+|\n)[\"“‘(]?$")
# Words of headings that are no names in any document.
ALWAYS_PLAIN = frozenset({"total", "number", "amount", "cost", "costs", "value", "year", "share", "percentage"})
SCALE_WORDS = {10**3: " thousand", 10**6: " million", 10**9: " billion"}
MONEY_UNITS = frozenset({"£", "£000", "£m", "£bn"})


class Wording:
    """Which capitalised words of a document are plain ones: those that its running text writes small."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._small: Counter[str] = Counter()
        self._names: Counter[str] = Counter()
        self._small_pairs: set[tuple[str, str]] = set()
        self._name_pairs: set[tuple[str, str]] = set()
        for text in texts:
            last = ""
            for match in WORD.finditer(text):
                word = match.group()
                if word.islower():
                    self._small[word] += 1
                    self._small_pairs.add((last, word))
                elif word.istitle() and not SENTENCE_START.search(text[max(0, match.start() - 4) : match.start()]):
                    self._names[word.lower()] += 1
                if word.istitle() and last.istitle():
                    self._name_pairs.add((last.lower(), word.lower()))
                last = word

    def heading_to_words(self, heading: str) -> str:
        """A heading in sentence case: plain capitalised words small, names and words in capitals as they are."""
        words = [match.group() for match in WORD.finditer(heading)]
        in_sentence_case = any(word.islower() and len(word) > 3 for word in words)
        numbers = iter(range(len(words)))

        def small(match: re.Match[str]) -> str:
            number = next(numbers)
            word = match.group()
            plain = word.istitle() and len(word) > 1 and self._is_plain(words, number, in_sentence_case)
            return word.lower() if plain else word

        return WORD.sub(small, heading)

    def _is_plain(self, words: Sequence[str], number: int, in_sentence_case: bool) -> bool:
        """Whether the text writes a word small beside its neighbour, or more often than not where it has no name of
        the two; a first word that the text has nowhere is plain in a heading that writes its other words small."""
        low = [word.lower() for word in words]
        word = low[number]
        if word in ALWAYS_PLAIN:
            return True
        pairs = set(pairwise(low[max(0, number - 1) : number + 2]))
        if pairs & self._small_pairs:
            return True
        if pairs & self._name_pairs:
            return False
        if not self._small[word] and not self._names[word]:
            return number == 0 and in_sentence_case
        return self._small[word] >= max(1, self._names[word])


@dataclass(frozen=True, slots=True)
class RowSentence:
    """A row as a sentence; ``label`` is the part that names it, its group first."""

    row: int
    label: str
    text: str


def table_to_sentences(table: Table, wording: Wording) -> list[RowSentence]:
    """The body rows as sentences, "Group, label: heading value; heading value"; rows without words, and rows that
    only name a group, left out.

    The label is the text of the label cells, else of the first cell with words. A spanning cell is said once a row.
    """
    grid = table.grid_cells()
    headings = table.headers() if table.header_rows else [""] * table.n_columns
    body = [[cell.text if cell else "" for cell in places] for places in grid[table.header_rows :]]
    figures = numeric_columns(body)
    units = [
        column_to_unit(heading, [row[column] for row in body if text_to_value(row[column])])
        for column, heading in enumerate(headings)
    ]
    groups, heads = table_to_groups(table), table_to_group_rows(table)
    sentences = []
    for row in range(table.header_rows, table.n_rows):
        cells = list(dict.fromkeys(cell for cell in grid[row] if cell is not None and cell.text.strip()))
        if not cells or row in heads:
            continue
        labels = [cell for cell in cells if cell.role == "label"] or cells[:1]
        names = [*([groups[row]] if groups[row] else []), *(cell.text.rstrip(" :") for cell in labels)]
        label = ", ".join(name for name in names if name)
        values, last = [], ""
        for cell in cells:
            if cell in labels:
                continue
            unit = None
            if cell.column in figures:
                unit = place_to_unit(units[cell.column], headings[cell.column], label, table.unit)
            heading, said = cell_to_words(cell, headings, unit)
            # A heading over several columns is said once.
            repeated = headings[cell.column] == last
            values.append(said if repeated else f"{wording.heading_to_words(heading)} {said}".strip())
            last = headings[cell.column]
        text = f"{label}: {'; '.join(values)}" if values else label
        sentences.append(RowSentence(row, label, text))
    return sentences


def cell_to_words(cell: Cell, headings: Sequence[str], unit: str | None) -> tuple[str, str]:
    """The headings of the columns that a value covers, and the value with its unit, which they then say no more."""
    said = figure_to_words(cell.text, unit)
    covered = headings[cell.column : cell.column + cell.colspan]
    if said != cell.text.strip() or unit == "%":
        covered = [heading_without_unit(heading) for heading in covered]
    return ", ".join(dict.fromkeys(text for text in covered if text)), said


def figure_to_words(text: str, unit: str | None) -> str:
    """A figure as printed with its unit: "22,000" in £000 is "£22,000 thousand"; words stay as they are."""
    text = text.strip()
    value = text_to_value(text, unit)
    if unit is None or value is None or not is_number(text):
        return text
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    assert digits is not None
    if unit == "%":
        return text if re.search(r"%|per\s?cent", text, re.IGNORECASE) else _behind(text, digits.end(), "%")
    own_scale = re.search(r"\d\s*(?:m|mn|bn|k|million|billion|thousand)\b", text, re.IGNORECASE)
    scale = "" if own_scale else SCALE_WORDS.get(value.scale, "")
    if unit in MONEY_UNITS and value.unit == "£":
        with_scale = _behind(text, digits.end(), scale)
        return with_scale if "£" in text else f"{with_scale[: digits.start()]}£{with_scale[digits.start() :]}"
    return _behind(text, digits.end(), scale) if unit == "000" else text


def _behind(text: str, place: int, words: str) -> str:
    return f"{text[:place]}{words}{text[place:]}"
