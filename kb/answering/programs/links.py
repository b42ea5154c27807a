"""What a question names in a table: cells, parts of cells, numbers, dates and headings."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from kb.answering.programs.reading import (
    DATES,
    NUMBER_WORDS,
    ORDINALS,
    Date,
    text_to_date,
    text_to_stem,
    text_to_words,
)
from kb.answering.programs.table import TypedTable
from kb.terms import STOP_WORDS

LinkKind = Literal["cell", "part", "word", "fuzzy", "prefix", "initials", "meant", "date", "number"]
STOP = STOP_WORDS | frozenset(
    "who what which when where how many much total number after before first last most least next previous "
    "only same other than more less between least over under above below listed list table shown year years "
    "did does name time times ever total amount average difference highest lowest".split()
)
# What tables write in short, and peoples by their countries: words of a question and words of cells.
MEANT = {
    **dict.fromkeys("won win wins winning victory victories victorious".split(), "w won win 1st winner"),
    **dict.fromkeys("lost lose loses loss losses losing defeat defeats defeated".split(), "l lost loss"),
    **dict.fromkeys("tie ties tied draw draws drawn drew".split(), "t d tied draw drawn tie"),
    "away": "@ at a away",
    "home": "vs h home",
    "finished": "finish",
    "male": "m",
    "female": "f",
    "retired": "ret",
    "american": "usa us united",
    "americans": "usa us united",
    "usa": "us united",
    "america": "usa us united",
    "british": "gbr gb uk britain united",
    "english": "eng england",
    "french": "fra france",
    "spanish": "esp spain",
    "german": "ger germany",
    "dutch": "ned netherlands",
    "swiss": "sui switzerland",
    "danish": "den denmark",
    "swedish": "swe sweden",
    "norwegian": "nor norway",
    "finnish": "fin finland",
    "polish": "pol poland",
    "chinese": "chn china",
    "japanese": "jpn japan",
    "greek": "gre greece",
    "turkish": "tur turkey",
    "irish": "irl ireland",
    "welsh": "wal wales",
    "scottish": "sco scotland",
    "portuguese": "por portugal",
    "croatian": "cro croatia",
    "south": "rsa",
    "switzerland": "sui",
    "spain": "esp",
    "netherlands": "ned",
    "germany": "ger",
    "denmark": "den",
    "croatia": "cro",
    "china": "chn",
    "japan": "jpn",
    "portugal": "por",
}
MAX_LINKS = 14
MAX_WORDS = 60
LEAST_FUZZY = 84.0
STRENGTH = {
    "cell": 3.0,
    "date": 2.5,
    "part": 2.0,
    "number": 1.5,
    "word": 1.0,
    "initials": 0.9,
    "meant": 0.8,
    "fuzzy": 0.6,
    "prefix": 0.5,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's words (lower case, plain), stems, numbers and dates; spans are word indices, end exclusive."""

    text: str
    words: tuple[str, ...]
    stems: tuple[str, ...]
    numbers: tuple[tuple[int, float], ...]
    dates: tuple[tuple[int, int, Date], ...]
    ordinals: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Words ``start`` to ``end`` of a question name the cells of ``rows`` in a column."""

    kind: LinkKind
    start: int
    end: int
    column: int
    rows: tuple[int, ...]
    strength: float
    text: str


def text_to_asked(text: str) -> Asked:
    """The question's words and what stands in them."""
    words = text_to_words(text)[:MAX_WORDS]
    numbers = []
    ordinals = []
    for place, word in enumerate(words):
        if re.fullmatch(r"\d+(\.\d+)?", word):
            numbers.append((place, float(word)))
        elif word in NUMBER_WORDS and not (word == "one" and place and words[place - 1] in {"which", "the", "only"}):
            numbers.append((place, float(NUMBER_WORDS[word])))
        if word in ORDINALS:
            ordinals.append((place, ORDINALS[word]))
    for match in re.finditer(r"\b(\d+)(?:st|nd|rd|th)\b", text.lower()):
        before = len(text_to_words(text[: match.start()]))
        ordinals.append((before, int(match.group(1))))
    stems = tuple(text_to_stem(word) for word in words)
    return Asked(text, words, stems, tuple(numbers), tuple(_dates(text)), tuple(ordinals))


def _dates(text: str) -> list[tuple[int, int, Date]]:
    """The dates that a text writes out, with a month at least."""
    found: list[tuple[int, int, Date]] = []
    lowered = text.lower()
    for pattern, _ in DATES:
        for match in pattern.finditer(lowered):
            start = len(text_to_words(lowered[: match.start()]))
            end = start + len(text_to_words(match.group()))
            date = text_to_date(match.group())
            if date and date[1] and not any(s < end and start < e for s, e, _ in found):
                found.append((start, end, date))
    return found


def question_to_links(asked: Asked, table: TypedTable) -> list[Link]:
    """The strongest links of a question to cells, best first; longest span a column first where spans overlap."""
    links = [*_word_links(asked, table), *_date_links(asked, table), *_number_links(asked, table)]
    taken = {place for link in links for place in range(link.start, link.end)}
    links += _loose_links(asked, table, taken)
    unique: dict[tuple[int, tuple[int, ...]], Link] = {}
    for link in sorted(links, key=lambda link: (-link.strength, link.start, link.column)):
        unique.setdefault((link.column, link.rows), link)
    return list(unique.values())[:MAX_LINKS]


def _word_links(asked: Asked, table: TypedTable) -> list[Link]:
    """Longest runs of the question's words that stand in the cells of a column."""
    content = {s for s, w in zip(asked.stems, asked.words, strict=True) if w not in STOP}
    cells = {place for stem in content for place in table.index.get(stem, ())}
    runs: defaultdict[tuple[int, int, int], set[int]] = defaultdict(set)
    whole: defaultdict[tuple[int, int, int], set[int]] = defaultdict(set)
    known: dict[tuple[str, ...], list[tuple[int, int, bool]]] = {}
    for row, column in cells:
        words = table.cells[row][column].words
        if words not in known:
            known[words] = _runs(asked, tuple(text_to_stem(word) for word in words[:40]))
        for start, end, complete in known[words]:
            runs[column, start, end].add(row)
            if complete:
                whole[column, start, end].add(row)
    links = []
    for (column, start, end), rows in runs.items():
        longer = any(c == column and s <= start and end <= e and e - s > end - start for c, s, e in runs)
        if longer and not whole[column, start, end]:
            continue
        links += _run_links(asked, table, column, start, end, rows, whole[column, start, end])
    return links


def _run_links(
    asked: Asked, table: TypedTable, column: int, start: int, end: int, rows: set[int], whole: set[int]
) -> list[Link]:
    """The links of one run of words in one column: to the cells that say just this, and to all that hold it."""
    size = len(table.cells)
    counted = sum(word not in STOP for word in asked.words[start:end])
    rare = 1.0 - len(rows) / (size + 1)
    text = " ".join(asked.words[start:end])
    base = 0.6 * (counted - 1) + 0.5 * rare
    links = []
    if whole:
        links.append(Link("cell", start, end, column, tuple(sorted(whole)), STRENGTH["cell"] + base, text))
    if rows != whole:
        short = re.fullmatch(r"\d{1,3}", text) or len(text) == 1
        if not short:
            kind: LinkKind = "part" if counted > 1 else "word"
            links.append(Link(kind, start, end, column, tuple(sorted(rows)), STRENGTH[kind] + base, text))
    return links


def _runs(asked: Asked, stems: tuple[str, ...]) -> list[tuple[int, int, bool]]:
    """Longest common runs of words (start, end in the question, whether it is the whole cell)."""
    found: list[tuple[int, int, bool]] = []
    for start in range(len(asked.stems)):
        best = 0
        for first in range(len(stems)):
            length = 0
            while (
                start + length < len(asked.stems)
                and first + length < len(stems)
                and asked.stems[start + length] == stems[first + length]
            ):
                length += 1
            best = max(best, length)
        if not best or any(s <= start and start + best <= e for s, e, _ in found):
            continue
        begin, stop = start, start + best
        complete = best == len(stems)
        if not complete:
            while begin < stop and asked.words[begin] in STOP:
                begin += 1
            while begin < stop and asked.words[stop - 1] in STOP:
                stop -= 1
        if begin < stop and (complete or any(word not in STOP for word in asked.words[begin:stop])):
            if all(word in STOP for word in asked.words[begin:stop]):
                continue
            found.append((begin, stop, complete))
    return found


def _date_links(asked: Asked, table: TypedTable) -> list[Link]:
    """Cells whose date is the one that the question writes out, as far as it says it."""
    links = []
    for start, end, (year, month, day) in asked.dates:
        for field in table.fields:
            rows = []
            for row, cells in enumerate(table.cells):
                date = cells[field.index].date
                if date and date[1] == month and day in (0, date[2]) and (not year or date[0] in (0, year)):
                    rows.append(row)
            if rows:
                text = " ".join(asked.words[start:end])
                links.append(Link("date", start, end, field.index, tuple(rows), STRENGTH["date"], text))
    return links


def _number_links(asked: Asked, table: TypedTable) -> list[Link]:
    """Cells whose number or year is one that the question says."""
    links = []
    for place, number in [*asked.numbers, *((p, float(n)) for p, n in asked.ordinals)]:
        for field in table.fields:
            if field.source is not None:
                continue
            rows = []
            for row, cells in enumerate(table.cells):
                cell = cells[field.index]
                year = cell.date[0] if cell.date else None
                if (cell.pure and cell.number == number) or (number > 1000 and year == number):
                    rows.append(row)
            if rows and len(rows) < len(table.cells):
                text = asked.words[place]
                links.append(
                    Link(
                        "number", place, place + 1, field.index, tuple(rows), STRENGTH["number"] + 0.5 / len(rows), text
                    )
                )
    return links


def _loose_links(asked: Asked, table: TypedTable, taken: set[int]) -> list[Link]:
    """Links of words that nothing else explains: misspelt, of one root (Italian, Italy), or initials (UK)."""
    from rapidfuzz import fuzz

    headed = {stem for field in table.fields for stem in field.stems}
    links: list[Link] = []
    for place, (word, stem) in enumerate(zip(asked.words, asked.stems, strict=True)):
        if place in taken or word in STOP or stem in headed or len(word) < 4 or not word.isalpha():
            continue
        for known, places in table.index.items():
            if len(known) < 3 or known[0] != stem[0] or not known.isalpha():
                continue
            kind: LinkKind | None = None
            if fuzz.ratio(known, stem) >= LEAST_FUZZY:
                kind = "fuzzy"
            elif known[:4] == stem[:4] and (abs(len(known) - len(stem)) <= 4 or len(known) == 3):
                kind = "prefix"
            if kind:
                links += _places_to_links(kind, place, place + 1, places, word)
    return links + _initials(asked, table) + _meant(asked, table)


def _meant(asked: Asked, table: TypedTable) -> list[Link]:
    """Links of words to what tables write for them."""
    links: list[Link] = []
    for place, word in enumerate(asked.words):
        for short in MEANT.get(word, "").split():
            stem = text_to_stem(short)
            if stem != asked.stems[place] and stem in table.index:
                links += _places_to_links("meant", place, place + 1, table.index[stem], short)
    return links


def _initials(asked: Asked, table: TypedTable) -> list[Link]:
    """Links of neighbouring words to a cell's word that is their initials, and back."""
    links: list[Link] = []
    for length in (2, 3, 4):
        for start in range(len(asked.words) - length + 1):
            words = asked.words[start : start + length]
            letters = "".join(word[0] for word in words)
            if letters in table.index and not any(word in STOP or not word.isalpha() for word in words):
                links += _places_to_links("initials", start, start + length, table.index[letters], letters)
    return links


def _places_to_links(kind: LinkKind, start: int, end: int, places: list[tuple[int, int]], text: str) -> list[Link]:
    columns: defaultdict[int, list[int]] = defaultdict(list)
    for row, column in places:
        columns[column].append(row)
    return [
        Link(kind, start, end, column, tuple(sorted(set(rows))), STRENGTH[kind], text)
        for column, rows in columns.items()
    ]
