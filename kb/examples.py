"""Questions that a library answers, made by rule from its tables, acronyms and lists; each is asked before shown.

A question is made from a place whose answer is known (a cell, the largest figure of a column, what letters stand for),
so that it counts only where the answer says just that.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.forces import text_to_forces
from kb.model import Document, Table
from kb.retrieval.lexicon import corpus_lexicon
from kb.terms import text_to_terms
from kb.values import text_to_value

if TYPE_CHECKING:
    from kb.model import Answer
    from kb.store import Filters, KnowledgeBase

LEAST_CONFIDENCE = 0.9
LONGEST_NAME, LONGEST_LABEL, LONGEST_KIND = 8, 6, 3
FEWEST_ROWS = 3
SHORTEST_ACRONYM = 4
# Of one form, as many are tried; a library for which no form holds begins without examples.
TRIED = 5
# In a heading, what says the unit and not what is counted.
UNIT = re.compile(
    r"\(?£\s?(?:[’'‘`′´]?\s?(?:000(?:[’'‘`′´]?s)?|m|bn|k|s)\b)?\)?|\b\d+(?:\.\d+)?\s?%|\(?%\)?|\(.*?\)|[*†‡]+"
)
PERIOD = re.compile(r"(?:19|20)?\d\d\s?/\s?(?:19|20)?\d\d|(?:19|20)\d\d")
TOTALS = re.compile(r"\b(?:total|totals|all|overall|average|other)\b", re.IGNORECASE)
MEMBERS = re.compile(r"\(([A-Z]{3,8})\)[\s:,–-]*(?:forces|members)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Example:
    """A question and what its answer must hold; ``form`` is the rule that made it, ``place`` what it is about."""

    question: str
    expected: str
    form: str
    place: tuple[str, str]


def example_questions(kb: KnowledgeBase, count: int) -> list[str] | None:
    """Up to ``count`` questions that the library answers; None while :func:`find_examples` has not looked for them."""
    kept = _FOUND.get((str(kb.home), kb.cleared))
    return kept[1][:count] if kept and kept[0] == kb.fingerprint() else None


def find_examples(kb: KnowledgeBase, count: int, give_way: Callable[[], None] = lambda: None) -> list[str]:
    """Make questions by every rule and ask them, until ``count`` are answered as they must be; kept for the library.

    The forms take turns, and so do the documents: six questions show six things. ``give_way`` is called before each
    question, so that a search in the background may wait for who is in front.
    """
    with _finding:
        known = example_questions(kb, count)
        if known is not None:
            return known
        fingerprint = kb.fingerprint()
        found = [example.question for example in _answered_in_turns(kb, list(library_to_examples(kb)), count, give_way)]
        _FOUND[str(kb.home), kb.cleared] = (fingerprint, found)
        return found


_FOUND: dict[tuple[str, bool], tuple[str, list[str]]] = {}
_finding = threading.Lock()


def _answered_in_turns(
    kb: KnowledgeBase, examples: Sequence[Example], count: int, give_way: Callable[[], None]
) -> Iterator[Example]:
    forms: dict[str, list[Example]] = {}
    for example in examples:
        forms.setdefault(example.form, []).append(example)
    left = dict.fromkeys(forms, TRIED)
    used: set[tuple[str, str]] = set()
    given = 0
    while given < count and any(forms.values()):
        for form, waiting in forms.items():
            # A place that has not been asked about comes before one that has.
            waiting.sort(key=lambda example: example.place in used)
            while waiting and left[form] and given < count:
                give_way()
                left[form] -= 1
                example = waiting.pop(0)
                if is_answered(kb, example):
                    used.add(example.place)
                    given += 1
                    left[form] += 1
                    yield example
                    break
            if not left[form]:
                waiting.clear()


def is_answered(kb: KnowledgeBase, example: Example, filters: Filters | None = None) -> bool:
    """Whether the library's answer to an example says what it must."""
    from kb.answering import answer

    said = answer(kb, example.question, (), filters, worded=False)
    return said.status == "answered" and says(said, example.expected)


def says(answer: Answer, expected: str) -> bool:
    """Whether an answer holds a figure (in any of its written forms) or words."""
    figure = text_to_value(expected)
    if figure is not None:
        cells = [citation.table.value or "" for citation in answer.citations if citation.table]
        held = [text_to_value(text) for text in (*answer.values, *cells)]
        return any(value is not None and value.number == figure.number for value in held) or any(
            cell.strip() == expected.strip() for cell in cells
        )
    return set(text_to_terms(expected)) <= set(text_to_terms(answer.answer))


def library_to_examples(kb: KnowledgeBase) -> Iterator[Example]:
    """All examples of a library by every rule, newest documents first, the most certain tables first."""
    lexicon = corpus_lexicon(kb)
    acronyms = {short.upper(): name for short, name in lexicon.acronyms.items() if short.isalpha()}
    for info in kb.documents():
        document = kb.document(info.id)
        for table in sorted(document.tables, key=lambda table: (-table.confidence, table.order)):
            yield from table_to_examples(document, table, acronyms)
        yield from members_to_examples(document)
    # What is written most needs its meaning most, and its weight is the least.
    for short, name in sorted(acronyms.items(), key=lambda pair: (lexicon.weight(pair[0].lower()), pair[0])):
        if len(short) >= SHORTEST_ACRONYM:
            yield Example(f"What does {short} stand for?", name, "acronym", ("", short))


def members_to_examples(document: Document) -> Iterator[Example]:
    """Questions after the members of what a line lists: "Special Operations Unit (EMSOU) Forces: ..."."""
    for block in document.blocks:
        if block.role != "furniture" and (match := MEMBERS.search(block.text)):
            members = block.text[match.end() :].strip(" .")
            yield Example(f"Which forces take part in {match[1]}?", members, "members", (document.id, match[1]))


def table_to_examples(document: Document, table: Table, acronyms: Iterable[str]) -> Iterator[Example]:
    """Questions after the largest figure of a column, the change between two periods, and single cells."""
    if table.confidence < LEAST_CONFIDENCE or table.header_rows < 1 or table.n_columns < 2:
        return
    known = frozenset(acronyms)
    names = [heading_to_words(heading, known) for heading in table.headers()]
    rows = [row for row in range(table.header_rows, table.n_rows) if row not in table.total_rows]
    grid, place = table.grid(), (document.id, table.id)
    labels = {row: label_to_words(grid[row][0], known) for row in rows}
    for column in range(1, table.n_columns):
        figures = {row: value for row in rows if (value := text_to_value(grid[row][column], table.unit)) is not None}
        named = [row for row in figures if labels[row]]
        if len(named) < FEWEST_ROWS or not names[column] or names.count(names[column]) > 1:
            continue
        top = max(named, key=lambda row: figures[row].number)
        if [figures[row].number for row in named].count(figures[top].number) == 1 and is_kind(names[0]):
            yield Example(f"Which {names[0]} has the highest {names[column]}?", grid[top][0], "highest", place)
        for row in named:
            when = "in" if PERIOD.fullmatch(labels[row]) else "for"
            yield Example(f"What is the {names[column]} {when} {labels[row]}?", grid[row][column], "cell", place)


def is_kind(heading: str) -> bool:
    """Whether the heading of the labels names what they are: "force", "collaborative unit"."""
    return 0 < len(heading.split()) <= LONGEST_KIND and heading.islower() and heading.replace(" ", "").isalpha()


def heading_to_words(heading: str, acronyms: frozenset[str]) -> str:
    """A column's heading as a question says it, without units; empty where it is no name that a question can use.

    The name of a force or of a total is none: it says whose figure it is, not of what.
    """
    words = " ".join(UNIT.sub(" ", heading).split()).strip(" :-–/")
    if not 1 <= len(words.split()) <= LONGEST_NAME or len(words) < 4 or not words[0].isalpha():
        return ""
    if text_to_forces(words) or TOTALS.fullmatch(words):
        return ""
    return " ".join(word if _is_name(word, acronyms) else word.lower() for word in words.split())


def label_to_words(label: str, acronyms: frozenset[str]) -> str:
    """A row's label as a question says it; empty for totals, sentences, and what is no name."""
    words = " ".join(label.split()).strip(" :-–*")
    if PERIOD.fullmatch(words):
        return words
    if (
        not 1 <= len(words.split()) <= LONGEST_LABEL
        or len(words) < 4
        or TOTALS.search(words)
        or re.search(r"\d", words)
    ):
        return ""
    if not words.isupper():
        return words
    return " ".join(word if _is_name(word, acronyms) else word.capitalize() for word in words.split())


def _is_name(word: str, acronyms: frozenset[str]) -> bool:
    """Whether a word keeps its capitals: an acronym, or short letters in a text that is otherwise not all capitals."""
    bare = word.strip("().,:;&/")
    return (bare.upper() in acronyms and bare.isupper()) or (any(c.isupper() for c in word[1:]) and not word.isupper())
