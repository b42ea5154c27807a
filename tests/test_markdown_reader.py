"""Markdown: headings, lists, pipe tables, footnotes, front matter, HTML inside; tab-separated text goes another way."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import bytes_to_document
from ingest.readers.markdown import read_markdown
from kb.errors import UnreadableFile
from kb.model import Document


def read(text: str) -> Document:
    document = read_markdown(Path("note.md"), text.encode())
    for block in document.blocks:
        for piece in block.pieces:
            assert block.text[piece.start : piece.end] == document.text[piece.source_start :][: piece.end - piece.start]
    return document


def test_headings_of_both_kinds_make_sections() -> None:
    document = read(
        "Shared services\n===============\n\nIt costs\n£1.2m **a** _year_.\n\nMoney\n-----\n\n### Grant ###\n\n\\* £3m"
    )
    assert [(b.role, b.level, b.text, b.section) for b in document.blocks] == [
        ("heading", 1, "Shared services", ()),
        ("paragraph", 0, "It costs £1.2m a year.", ("Shared services",)),
        ("heading", 2, "Money", ("Shared services",)),
        ("heading", 3, "Grant", ("Shared services", "Money")),
        ("paragraph", 0, "* £3m", ("Shared services", "Money", "Grant")),
    ]
    assert (document.title, document.format) == ("Shared services", "markdown")


def test_lists_quotes_links_code_and_html() -> None:
    document = read(
        '1. one\n2. two\n   - deep\n\n> A quote.\n\nSee [the plan](plan.pdf "x") and `a|b`.\n\n'
        "```\n# no heading\n```\n\n"
        "<!-- hidden --><details>\n\nOpened<br>up\n\n</details>\n\n![A picture](x.png)\n\n---\n\n4.1 Numbered\n"
    )
    assert [(b.role, b.level, b.number, b.text) for b in document.blocks] == [
        ("item", 1, "1", "one"),
        ("item", 1, "2", "two"),
        ("item", 2, None, "deep"),
        ("paragraph", 0, None, "A quote."),
        ("paragraph", 0, None, "See the plan and a|b."),
        ("paragraph", 0, None, "# no heading"),
        ("paragraph", 0, None, "Opened up"),
        ("paragraph", 0, "4.1", "Numbered"),
    ]


def test_pipe_tables_with_escaped_pipes_code_and_ragged_rows() -> None:
    document = read(
        "Table 1: Posts by force\n\n| Force | Posts | Note |\n|:------|------:|:----:|\n"
        "| East \\| Mid | 16 | `x\\|y` |\n"
        "| West | 20 |\n| **North** | 3 | [a](b) | more |\n\nForce | Vans\n--- | ---\nEast | 4\n"
    )
    first, second = document.tables
    assert first.grid() == [
        ["Force", "Posts", "Note"],
        ["East | Mid", "16", "x|y"],
        ["West", "20", ""],
        ["North", "3", "a"],
    ]
    assert (first.header_rows, first.caption) == (1, "Table 1: Posts by force")
    assert second.grid() == [["Force", "Vans"], ["East", "4"]]


def test_a_table_in_html_within_markdown() -> None:
    document = read(
        "Text\n\n<table>\n<tr><th rowspan=2>Force<th colspan=2>Posts\n"
        "<tr><th>A<th>B\n<tr><td>East<td>1<td>2\n</table>\n"
    )
    assert document.tables[0].grid()[0] == ["Force", "Posts", "Posts"]


def test_footnotes_are_tied_to_their_marks() -> None:
    document = read(
        "It cost £3m[^1] and [^2] or `[^1]`, [^none].\n\n| A | B |\n|---|---|\n| x | 5[^n] |\n\n"
        "[^1]: At 2012 prices,\nall told.\n\n    And more.\n\n[^2]: Second.\n[^n]: Of note.\n\nAfter.\n"
    )
    assert [(b.role, b.number, b.text) for b in document.blocks] == [
        ("paragraph", None, "It cost £3m and or [^1], [^none]."),
        ("paragraph", None, "After."),
        ("footnote", "1", "At 2012 prices, all told."),
        ("footnote", None, "And more."),
        ("footnote", "2", "Second."),
        ("footnote", "n", "Of note."),
    ]
    (table,) = document.tables
    assert [(cell.text, cell.marks) for cell in table.cells if cell.marks] == [("5", ("n",))]
    assert table.notes == ("n Of note.",)


def test_front_matter_gives_the_title_and_is_no_text() -> None:
    document = read('---\ntitle: "Plan for shared services"\nlayout: page\n---\nWords of it.\n')
    assert document.title == "Plan for shared services"
    assert [block.text for block in document.blocks] == ["Words of it."]


def test_tables_parted_by_tabs_are_read_as_in_text_files() -> None:
    document = bytes_to_document(Path("x.md"), b"# Posts\n\nForce\tPosts\nEast\t16\n\t17\n")
    assert document.tables[0].grid()[:2] == [["Force", "Posts"], ["East", "16"]]
    assert document.format == "text"


@pytest.mark.parametrize("data", [b"\0\1\2", b"  \n", b"<script>x</script>"])
def test_files_without_words_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_markdown(Path("x.md"), data)


def test_nesting_is_bounded() -> None:
    assert "deep" in read("> " * 40 + "deep").text
    assert "After" in read("> " * 5_000 + "deep\n\nAfter").text
    assert "deep" in read("[" * 20_000 + "deep").text
