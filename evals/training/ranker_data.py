"""Reading data -> examples: a question, the pieces (sentences or table rows) of its context, and where it is answered.

Two kinds of data: the folder "reading" (question, context, answer spans; one JSON object a line) and the tables of
WikiTableQuestions, of which questions are taken whose answer is one cell of the one row that they name.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.sentences import split_sentences

# How much of a source is drawn. Stories, single sentences of news and encyclopaedic entries are unlike reports;
# TAT-QA's development half is what the project is measured on.
SHARES = {"fairytaleqa": 0.5, "qamr": 0.4, "medquad": 0.3, "squad-du-test": 0.5, "tatqa-dev": 0.0}
COUNTED = re.compile(r"\b(how many|total|number of|times)\b")
COMPUTED = re.compile(
    r"\b(most|least|first|last|before|after|more|less|fewer|difference|average|next|previous|"
    r"consecutive|top|only|same|other|besides|\w+est|both|between|earlier|later|above|below|sum)\b"
)
SMALL_START = re.compile(r"(?:^|(?<=[.?!]\s))[a-z]")
WORD = re.compile(r"\w{3,}")
MOST_PIECES = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or a row in words; ``span`` is the answer's place in it, (0, 0) where it is answered but not marked,
    None where it does not answer."""

    text: str
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the pieces of its context in order; ``title`` may be empty, ``kind`` is "prose" or "row"."""

    id: str
    source: str
    doc: str
    title: str
    question: str
    kind: str
    pieces: tuple[Piece, ...]
    answers: tuple[str, ...]

    @property
    def answered(self) -> tuple[int, ...]:
        """The numbers of the pieces that answer."""
        return tuple(number for number, piece in enumerate(self.pieces) if piece.span is not None)


def read_reading(path: Path, shares: dict[str, float], seed: int) -> list[Example]:
    """The examples of a "reading" file, each source drawn by its share (1 where it has none)."""
    drawn = random.Random(seed)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if drawn.random() < shares.get(row["source"], 1.0)]
    return [example for row in rows if (example := row_to_example(row)) and len(example.pieces) > 1]


def row_to_example(row: dict[str, object]) -> Example | None:
    """A line of a "reading" file; None where its answer stands in none of the pieces."""
    context, answers = str(row["context"]), list(row["answers"])  # type: ignore[call-overload]
    first = context.split("\n")[0]
    is_table = "\t" in context.split("\n")[-1] and row["kind"] == "row"
    title = first if is_table and "\t" not in first else doc_to_title(str(row["doc"]))
    pieces = list(table_pieces(context, answers) if is_table else prose_pieces(context, answers, str(row["kind"])))
    if answers and not any(piece.span is not None for piece in pieces):
        return None
    return Example(
        id=str(row["id"]),
        source=str(row["source"]),
        doc=str(row["doc"]),
        title=title,
        question=str(row["question"]).strip(),
        kind="row" if is_table else "prose",
        pieces=tuple(pieces[:MOST_PIECES]),
        answers=tuple(str(answer["text"]) for answer in answers),
    )


def doc_to_title(doc: str) -> str:
    """The words of a document's name, empty where it is a number or an address."""
    name = doc.split(":", 1)[-1].replace("_", " ").strip()
    return (
        name if re.match(r"^[A-Z][\w',.()&/ -]{3,70}$", name) and not re.search(r"\d{4,}|-\w+-|\.xml|csv", name) else ""
    )


def prose_pieces(context: str, answers: Sequence[dict[str, object]], kind: str) -> Iterator[Piece]:
    """The sentences, each with the first answer that it holds or that runs through it."""
    found = [(int(str(a["start"])), int(str(a["start"])) + len(str(a["text"]))) for a in answers]
    if context.islower():  # sentences of such sources begin small, which no splitter expects
        context = SMALL_START.sub(lambda match: match.group().upper(), context)
    for start, end in split_sentences(context):
        span: tuple[int, int] | None = None
        for first, last in found:
            inside = start <= first < end if kind == "span" else first < end and start < last
            if inside and span is None:
                span = (first - start, min(last, end) - start) if kind == "span" else (0, 0)
        yield Piece(context[start:end], span)


def table_pieces(context: str, answers: Sequence[dict[str, object]]) -> Iterator[Piece]:
    """The rows of a tab-separated table as sentences; a line without tabs before the header is its title."""
    starts = [int(str(answer["start"])) for answer in answers]
    place, header = 0, None
    for line in context.split("\n"):
        start, place = place, place + len(line) + 1
        if "\t" not in line:
            continue
        cells = line.split("\t")
        if header is None:
            header = cells
            continue
        column, at = None, start
        for number, cell in enumerate(cells):
            if column is None and any(at <= answer <= at + len(cell) for answer in starts):
                column = number
            at += len(cell) + 1
        piece = row_to_piece(header, cells, column)
        if piece is not None:
            yield piece


def row_to_piece(header: Sequence[str], cells: Sequence[str], column: int | None) -> Piece | None:
    """A table row as "label: heading value; heading value", the form that rows of ours have; None for an empty one.

    ``column`` is that of the answer: its value's place is the span.
    """
    filled = [number for number, cell in enumerate(cells) if cell.strip()]
    if not filled:
        return None
    label, text, span = filled[0], cells[filled[0]].strip(), (0, 0)
    if column == label:
        span = (0, len(text))
    joint = ": "
    for number in filled[1:]:
        heading = header[number].strip() if number < len(header) else ""
        value = cells[number].strip()
        text += f"{joint}{heading} ".rstrip() + " "
        if number == column:
            span = (len(text), len(text) + len(value))
        text += value
        joint = "; "
    return Piece(text, None if column is None else span)


def read_wikitables(folder: Path, known: set[str], shut_tables: set[str]) -> list[Example]:
    """Questions of WikiTableQuestions' training half that name a row and ask for one of its cells.

    ``known`` are question ids that other data has, ``shut_tables`` tables (paths) that are kept for measuring.
    """
    with (folder / "train.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [row for row in rows if row["id"] not in known and row["context"] not in shut_tables]
    rows = [row for row in rows if not COMPUTED.search(row["utterance"].lower()) and "|" not in row["targetValue"]]
    wanted = {row["context"] for row in rows}
    tables = dict(read_tables(folder / "csv.tar.gz", wanted))
    return [example for row in rows if (example := cell_question(row, tables.get(row["context"], [])))]


def read_tables(archive: Path, wanted: set[str]) -> Iterator[tuple[str, list[list[str]]]]:
    """(path, rows with the header first) of the tables in the archive; a backslash escapes a quotation mark."""
    with tarfile.open(archive) as files:
        for member in files:
            file = files.extractfile(member) if member.name in wanted else None
            if file is not None:
                text = io.TextIOWrapper(file, encoding="utf-8", newline="")
                rows = csv.reader(text, escapechar="\\", doublequote=False)
                yield member.name, [[cell.replace("\n", " ").strip() for cell in row] for row in rows]


def cell_question(row: dict[str, str], table: list[list[str]]) -> Example | None:
    """The example of a question whose answer is a cell of the one row that a word of the question is in, else None."""
    target, asked = row["targetValue"].strip().lower(), row["utterance"].lower()
    places = [(r, c) for r, cells in enumerate(table[1:], 1) for c, cell in enumerate(cells) if cell.lower() == target]
    if len(places) != 1 or len(table) < 4:
        return None
    number, column = places[0]
    words = [set(WORD.findall(" ".join(cells).lower())) for cells in table[1:]]
    elsewhere = set().union(*(own for r, own in enumerate(words, 1) if r != number))
    own_cells = " ".join(cell for at, cell in enumerate(table[number]) if at != column)
    if not set(WORD.findall(asked)) & set(WORD.findall(own_cells.lower())) - elsewhere:
        return None
    if COUNTED.search(asked) and not set(WORD.findall(asked)) & set(WORD.findall(table[0][column].lower())):
        return None  # more likely counted than looked up
    pieces = [row_to_piece(table[0], cells, column if r == number else None) for r, cells in enumerate(table[1:], 1)]
    return Example(
        id=f"wtq-{row['id']}",
        source="wtq-train",
        doc=f"wtq:{row['context']}",
        title="",
        question=row["utterance"],
        kind="row",
        pieces=tuple(piece for piece in pieces[:MOST_PIECES] if piece),
        answers=(row["targetValue"],),
    )


def known_wikitables(paths: Iterable[Path]) -> tuple[set[str], set[str]]:
    """(question ids in the "reading" files, tables of the ones for measuring): ``paths`` are train, then dev."""
    ids: set[str] = set()
    tables: set[str] = set()
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row["source"] == "wtq-train":
                    ids.add(row["id"].removeprefix("wtq-"))
                    if path.name.startswith("dev"):
                        tables.add(row["doc"].removeprefix("wtq:"))
    return ids, tables
