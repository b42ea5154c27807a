"""Rows of tab-separated tables: lines -> cells with their words, marks and places; rows that were cut are one again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.tables.figures import is_number

TAG = re.compile(r"<[^<>]{1,200}>")
ORDINAL = re.compile(r"(?<!\s)\s*<sup>\s*(st|nd|rd|th)\s*</sup>", re.IGNORECASE)
NOTE_MARK = re.compile(
    r"<sup>\s*([\d*†‡]+)\s*</sup>|([¹²³⁴⁵⁶⁷⁸⁹⁰]+)|\$\s*\^?\{?\s*(\d+)\s*\}?\s*\$|\^\{?\s*([*†‡]+)\s*\}?", re.IGNORECASE
)
EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1|(?<![\w*])\*(?=\w)([^*]+?)(?<=\S)\*(?!\w)")
END_MARK = re.compile(r"(?<=\S)\s?(\*{1,3}|[†‡]+)$")
LIST = re.compile(r"<(?:ul|ol|li)\b", re.IGNORECASE)
# A hyphen at the end of a printed line, whose other half stands after a space ("multi- agency", not "short- and long").
CUT_HYPHEN = re.compile(r"(?<=[^\W\d_])-\s(?!(?:and|or|to|nor)\b)(?=[^\W\d_])")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
SENTENCE_END = re.compile(r"[.!?][\"”’')\]]*$")
NEXT_SENTENCE = re.compile(r"[.!?][\"”’')\]]*\s+(?=[A-Z])")
ACRONYM = re.compile(r"^([A-Z]{2,6})\s*[–—-]\s*(\S.*)$")
SMALL_WORDS = frozenset("a an and at for in of on or the to with".split())
# At least this share of a column's cells are whole sentences in a list of definitions.
SENTENCES = 0.75


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file with the offset of its first character."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class TextCell:
    """The words of a cell, the footnote marks at them, and the span where they stand (None where it is empty)."""

    text: str = ""
    marks: tuple[str, ...] = ()
    source: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class TextRow:
    """A row with the span of its words; ``fresh`` where a blank line or a page end stands before it."""

    cells: tuple[TextCell, ...]
    span: tuple[int, int]
    fresh: bool = False
    page: int = 0

    @property
    def texts(self) -> list[str]:
        return [cell.text for cell in self.cells]


def lines_to_rows(runs: Sequence[Sequence[Line]]) -> list[TextRow]:
    """Rows of equal width from runs of lines that blank lines or page ends part.

    A row without a letter or digit is a rule or a smear, and none of the table.
    """
    width = max(len(line.text.split("\t")) for run in runs for line in run)
    rows: list[TextRow] = []
    for fresh, line in ((line is run[0], line) for run in runs for line in run):
        cells, start = [], line.start
        for raw in line.text.split("\t"):
            cells.append(raw_to_cell(raw, start))
            start += len(raw) + 1
        if not any(character.isalnum() for cell in cells for character in cell.text):
            continue
        filled = [cell.source for cell in cells if cell.source]
        cells.extend(TextCell() for _ in range(width - len(cells)))
        rows.append(TextRow(tuple(cells), (filled[0][0], filled[-1][1]), fresh))
    return rows


def raw_to_cell(raw: str, start: int) -> TextCell:
    """A cell from its characters, of which the first stands at ``start`` in the file."""
    if not raw.strip():
        return TextCell()
    begin = start + len(raw) - len(raw.lstrip())
    text, marks = raw_to_words(raw)
    return TextCell(text, marks, (begin, start + len(raw.rstrip())))


def raw_to_words(raw: str) -> tuple[str, tuple[str, ...]]:
    """A cell's words for reading (no markup, no doubled spaces), and the footnote marks that stood at them."""
    marks: list[str] = []

    def take(match: re.Match[str]) -> str:
        marks.append(next(group for group in match.groups() if group).translate(SUPERSCRIPTS))
        return ""

    text = ORDINAL.sub(r"\1", raw)
    if LIST.search(text):  # extractions part the items of a list by slashes
        text = re.sub(r"\s/\s", " ", TAG.sub(" ", text))
    text = NOTE_MARK.sub(take, text)
    text = TAG.sub("", re.sub(r"<br\s*/?>", " ", text, flags=re.IGNORECASE))
    text = EMPHASIS.sub(lambda match: match.group(2) or match.group(3), text)
    text = END_MARK.sub(take, text.strip())
    return CUT_HYPHEN.sub("-", " ".join(text.split())), tuple(marks)


def join_cut_rows(rows: Sequence[TextRow]) -> list[TextRow]:
    """Rows that a page end or the lines of a cell cut in two are one again."""
    labelled = [row for row in rows if row.texts[0]]
    are_full = len(labelled) > 2 and all(all(row.texts) for row in labelled)
    are_sentences = _are_sentences([row.texts[-1] for row in rows if row.texts[-1]])
    joined: list[TextRow] = []
    for row in rows:
        above = joined[-1] if joined else None
        halves = split_blended_row(above, row) if above else None
        if above is None:
            joined.append(row)
        elif halves is not None:
            joined[-1:] = halves
        elif is_rest_of_row(above, row, are_full and len(joined) > 1) or (
            are_sentences and is_rest_of_entry(above, row)
        ):
            joined[-1] = append_row(above, row)
        else:
            joined.append(row)
    return joined


def append_row(above: TextRow, row: TextRow) -> TextRow:
    """The row above with the words of its rest."""
    cells = tuple(append_cell(one, other) for one, other in zip(above.cells, row.cells, strict=True))
    return replace(above, cells=cells, span=(above.span[0], row.span[1]))


def append_cell(cell: TextCell, rest: TextCell) -> TextCell:
    """A cell with its rest; its span reaches over whatever the file has between the two."""
    if not cell.source or not rest.source:
        return cell if cell.source else rest
    return TextCell(f"{cell.text} {rest.text}", cell.marks + rest.marks, (cell.source[0], rest.source[1]))


def is_rest_of_row(above: TextRow, row: TextRow, are_full: bool) -> bool:
    """Whether a row without a label is the second line of cells above.

    It is when its words go on (lower case, an opening bracket), or when all labelled rows of the table are full.
    """
    filled = [column for column, text in enumerate(row.texts) if text]
    if row.texts[0] or any(is_number(row.texts[column]) for column in filled):
        return False
    if not all(above.texts[column] for column in filled):
        return False
    if all(row.texts[column][0].islower() or row.texts[column][0] == "(" for column in filled):
        return not any(SENTENCE_END.search(above.texts[column]) for column in filled)
    return are_full and len(filled) < len(row.cells) - 1


def is_rest_of_entry(above: TextRow, row: TextRow) -> bool:
    """Whether a row of a list of definitions goes on with a sentence that the row above left open."""
    upper, lower = above.texts[-1], row.texts[-1]
    return bool(upper) and lower[:1].islower() and not SENTENCE_END.search(upper) and not row.texts[0][:1].isupper()


def _are_sentences(texts: Sequence[str]) -> bool:
    whole = [text for text in texts if SENTENCE_END.search(text) and not text[0].islower()]
    return len(texts) > 2 and len(whole) >= SENTENCES * len(texts)


def split_blended_row(above: TextRow, row: TextRow) -> tuple[TextRow, TextRow] | None:
    """Two entries of a glossary whose lines ran into each other, parted again; None where they did not.

    "DSU – dedicated" lacks the words that S and U stand for; where the next label begins with them, they are its
    own, and the first sentence beside them is the end of its definition.
    """
    taken = missing_words(above.texts[0], row.texts[0])
    if not taken or len(row.cells) != 2 or SENTENCE_END.search(above.texts[1]):
        return None
    label, words = row.cells
    rest = row.texts[0][len(taken) :].strip()
    sentence = NEXT_SENTENCE.search(words.text)
    if not rest or sentence is None or label.source is None or words.source is None or label.marks or words.marks:
        return None
    # Spans are cut only where the words stand in the file as they are read.
    if label.source[1] - label.source[0] != len(label.text) or words.source[1] - words.source[0] != len(words.text):
        return None
    end = words.source[0] + len(words.text[: sentence.end()].rstrip())
    begin = label.source[1] - len(rest)
    first = (
        append_cell(above.cells[0], TextCell(taken, (), (label.source[0], label.source[0] + len(taken)))),
        append_cell(above.cells[1], TextCell(words.text[: sentence.end()].rstrip(), (), (words.source[0], end))),
    )
    second = (
        TextCell(rest, (), (begin, label.source[1])),
        TextCell(words.text[sentence.end() :], (), (words.source[0] + sentence.end(), words.source[1])),
    )
    return (
        replace(above, cells=first, span=(above.span[0], end)),
        replace(row, cells=second, span=(begin, row.span[1])),
    )


def missing_words(label: str, below: str) -> str:
    """The words at the beginning of the label below that an abbreviation in the label above still lacks, or ""."""
    match = ACRONYM.match(label)
    if match is None:
        return ""
    initials = "".join(word[0] for word in match.group(2).split() if word not in SMALL_WORDS).upper()
    lacking = match.group(1)[len(initials) :]
    if not lacking or not match.group(1).startswith(initials):
        return ""
    words = below.split()[: len(lacking)]
    return " ".join(words) if "".join(word[0] for word in words).upper() == lacking else ""
