"""Layout of PDF pages against what a person wrote down from their images (tests/data/layout), and kinds of page that
our corpus lacks: columns under a heading across both, side bars, heads that change from chapter to chapter."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from evals.benchmarks.layout import (
    DOCUMENTS,
    LABELS,
    MEASURES,
    PageLabel,
    Part,
    Scores,
    page_to_parts,
    path_to_label,
    read_documents,
    score,
    score_page,
)
from ingest.layout.furniture import is_stamp
from ingest.layout.lines import words_to_lines
from ingest.layout.page_numbers import PageNumber, furniture_to_labels, text_to_page_number
from ingest.layout.parts import Line, Word
from ingest.readers.pdf import read_pdf
from kb.model import Document

FLOOR = 0.95
DATA = Path(__file__).parent / "data" / "pdf"


@cache
def labels() -> list[PageLabel]:
    return [path_to_label(path) for path in sorted(LABELS.glob("*.toml"))]


@cache
def scores(without_outline: bool) -> Scores:
    return score(labels(), read_documents(labels(), DOCUMENTS, without_outline))


@cache
def made() -> Document:
    path = DATA / "columns-side-bar-and-changing-heads.pdf"
    return read_pdf(path, path.read_bytes())


def texts(page: int, *roles: str) -> list[str]:
    return [block.text for block in made().blocks if block.page == page and block.role in roles]


def line(text: str, x0: float = 50.0, top: float = 50.0, size: float = 10.0) -> Line:
    words = []
    for word in text.split():
        width = 0.5 * size * len(word)
        words.append(Word(word, x0, top, x0 + width, top + size, top + 0.8 * size, size))
        x0 += width + 0.3 * size
    return Line(words, 1)


@pytest.mark.parametrize("without_outline", [False, True], ids=["with bookmarks", "without bookmarks"])
@pytest.mark.parametrize("measure", MEASURES)
def test_labelled_pages_are_read_as_a_person_reads_them(measure: str, without_outline: bool) -> None:
    counts = scores(without_outline).counts[measure]
    assert counts.wanted >= 40
    assert min(counts.precision, counts.recall) >= FLOOR, scores(without_outline).errors


def test_at_least_twenty_pages_of_every_document_of_the_corpus_are_labelled() -> None:
    assert len(labels()) >= 20
    assert {label.file for label in labels()} == {path.name for path in DOCUMENTS.glob("*.pdf")}


def test_the_benchmark_sees_what_is_wrong() -> None:
    label = next(label for label in labels() if label.name == "plan-page-03")
    seen = page_to_parts(read_documents([label], DOCUMENTS)[label.file], label.page)
    flow = [part for part in seen if "furniture" not in part.kinds]
    wrong = Scores()
    score_page(label, flow[::-1], wrong)
    assert wrong.counts["order"].right == 0
    assert wrong.counts["furniture"].recall == 0
    assert wrong.counts["headings"].f1 == 1
    flat = Scores()
    score_page(label, [Part(("paragraph",), part.begin) for part in seen], flat)
    assert flat.counts["headings"].recall == 0
    assert flat.counts["roles"].right < flat.counts["blocks"].right
    split = Scores()
    score_page(label, [Part(part.roles, part.begin[:9]) for part in seen], split)
    assert split.counts["blocks"].f1 < 0.5


def test_columns_are_read_before_the_heading_across_both() -> None:
    assert [text.split()[0] for text in texts(4, "heading", "paragraph")] == [
        *("How", "Alpha", "Beta", "Gamma", "Delta", "Epsilon", "A", "Zeta")
    ]


def test_footnotes_at_the_ends_of_columns_are_tied_to_their_marks() -> None:
    notes = [(block.number, block.text) for block in made().blocks if block.role == "footnote"]
    assert notes == [
        ("1", "The first note belongs to the left column."),
        ("2", "The second note belongs to the right column."),
    ]
    assert any(
        text.endswith("it has a mark. The mark is not a part of the sentence.") for text in texts(4, "paragraph")
    )


def test_a_side_bar_is_read_apart_from_the_text_beside_it() -> None:
    read = texts(6, "paragraph")
    assert [text.split()[0] for text in read] == ["Theta", "Iota", "Kappa", "In", "Three", "It", "It"]


def test_heads_that_change_by_chapter_and_side_are_furniture() -> None:
    heads = {page: texts(page, "furniture") for page in range(4, 9)}
    assert [lines[0] for lines in list(heads.values())[1:]] == ["How the work began"] * 2 + ["What was found"] * 2
    assert [lines[-1].replace(" ", "") for lines in heads.values()] == [f"{n}|Page" for n in range(1, 6)]
    assert "NOT PROTECTIVELY MARKED" in texts(1, "furniture")


def test_a_list_of_contents_without_leaders_is_no_text_and_gives_no_sections() -> None:
    assert texts(2, "heading", "paragraph", "item") == []
    assert not made().tables
    assert [block.text for block in made().blocks if block.role == "heading" and block.level == 1] == [
        *("Foreword", "How the work began", "What was found", "Sources")
    ]


def test_pages_have_the_numbers_that_are_printed_on_them() -> None:
    assert [page.label for page in made().pages] == ["i", "ii", "iii", "1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("24", PageNumber("24", 24, "1")),
        ("- 3 -", PageNumber("3", 3, "1")),
        ("Page 3 of 20", PageNumber("3", 3, "1")),
        ("3 | P a g e", PageNumber("3", 3, "1")),
        ("xiv", PageNumber("xiv", 14, "i")),
        ("A-5", PageNumber("A-5", 5, "A-1")),
        ("[iv]", PageNumber("iv", 4, "i")),
        ("Section 4", None),
        ("civil", None),
        ("12,500", None),
        ("24 May 2012", None),
    ],
)
def test_page_numbers_are_known_by_their_form(text: str, number: PageNumber | None) -> None:
    assert text_to_page_number(text) == number


def test_labels_need_numbers_that_keep_step_with_the_pages() -> None:
    pages = [[line("Report 2012"), line(text)] for text in ("cover", "i", "ii", "iii", "1", "2", "3", "17")]
    labels_by_page = furniture_to_labels(pages)
    assert labels_by_page == {2: "i", 3: "ii", 4: "iii", 5: "1", 6: "2", 7: "3"}
    assert furniture_to_labels([[line("1")], [line("2")], [line("3")]]) == {}


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("DRAFT", True),
        ("NOT PROTECTIVELY MARKED", True),
        ("OFFICIAL - SENSITIVE", True),
        ("Draft", False),
        ("DRAFT BUDGET", False),
        ("CONFIDENTIAL REPORTS OF STAFF", False),
    ],
)
def test_stamps_hold_nothing_but_a_marking(text: str, stamp: bool) -> None:
    assert is_stamp(line(text)) is stamp


def test_a_narrow_space_after_a_slanted_letter_is_a_space() -> None:
    words = [
        Word("of", 50.0, 50.0, 60.0, 60.0, 58.0, 10.0, italic=True),
        Word("its", 60.6, 50.0, 72.0, 60.0, 58.0, 10.0, italic=True),
        Word("4", 72.2, 48.0, 75.0, 54.0, 54.0, 6.0),
    ]
    (read,) = words_to_lines(words, 1)
    assert read.text == "of its4"
    assert read.plain == "of its"
