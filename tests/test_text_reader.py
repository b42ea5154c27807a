"""Text files as extractions leave them: headings, footnotes, running heads, bullets, tab-separated tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers.markup import raw_to_text
from ingest.readers.text import read_text
from kb.errors import UnreadableFile
from kb.model import Document

DATA = Path(__file__).parent / "data" / "text"


def read(name: str) -> Document:
    path = DATA / name
    return read_text(path, path.read_bytes())


def test_pieces_are_slices_of_the_file() -> None:
    for path in DATA.glob("*.txt"):
        document = read_text(path, path.read_bytes())
        for block in document.blocks:
            for piece in block.pieces:
                length = piece.end - piece.start
                assert block.text[piece.start : piece.end] == document.text[piece.source_start :][:length]
        for table in document.tables:
            for span in table.row_spans:
                assert span is not None
                assert document.text[span[0] : span[1]].strip() == document.text[span[0] : span[1]]


def test_paragraph_broken_by_a_footnote_is_one() -> None:
    document = read("footnote-inside-paragraph.txt")
    paragraph = next(block for block in document.blocks if "Grantham" in block.text)
    assert paragraph.text.endswith("keep its kennels until the lease of the old site ends in March 2016.")
    footnote = next(block for block in document.blocks if block.role == "footnote")
    assert footnote.text == "The kennels are leased from the county council."


def test_contents_list_and_repeated_lines_are_furniture() -> None:
    document = read("footnote-inside-paragraph.txt")
    assert not document.tables
    repeated = [block.role for block in document.blocks if block.text == "HMIC (2015) Example"]
    assert repeated[1:] == ["furniture", "furniture"]
    assert [block.text for block in document.blocks if block.role == "heading"][:1] == ["1. Opening"]


def test_items_numbers_and_marks() -> None:
    document = read("footnote-inside-paragraph.txt")
    assert [block.text for block in document.blocks if block.role == "item"] == [
        "cut overtime;",
        "share one store; and",
        "sell the spare vans.",
    ]
    numbered = next(block for block in document.blocks if block.number == "4.1")
    assert numbered.text == "Costs fell by £1.2 million on the 23rd of May."
    assert numbered.section[-1] == "2. Money"


def test_labels_carry_down_split_labels_join_and_repeated_headers_go() -> None:
    table = read("bids-carried-and-split-labels.txt").tables[0]
    assert table.header_rows == 1
    assert [row[0] for row in table.grid()] == [
        "Lead force",
        "Dorset",
        "Dorset",
        "Greater Manchester Police",
        "Greater Manchester Police",
        "City of London",
        "City of London",
        "Greater Manchester Police",
    ]
    lead = {cell.row: cell for cell in table.cells if cell.column == 0}
    assert lead[2].carried and lead[2].doubtful, "nothing in the row says whether it is Dorset's"
    assert lead[5].carried and not lead[5].doubtful, "the row's own words name the City of London"


def test_header_over_two_rows_spans_and_carries_units() -> None:
    table = read("header-over-two-rows.txt").tables[0]
    assert table.header_rows == 2
    assert table.headers() == [
        "Force",
        "Retained posts Police officers",
        "Retained posts Police staff",
        "Approximate cost £ 000's",
    ]
    assert table.grid()[-1] == ["", "", "", "1,990"], "a total without a label takes no force's name"


def test_header_inside_a_run_begins_a_second_table_and_markup_goes() -> None:
    first, second = read("second-table-in-one-run.txt").tables
    assert first.grid() == [["Measure", "Officers", "Total"], ["Major crime", "157", "227"], ["Legal", "-", "24"]]
    assert second.headers() == ["Share of posts", "Officers", "Total"]
    assert second.grid()[1] == ["", "7.4%", "9.1%"]


def test_marks_are_dropped_and_places_kept() -> None:
    source = "On 17<sup>th</sup> July² the *Plan* cost £650  million."
    text, pieces = raw_to_text(source, [(0, len(source))])
    assert text == "On 17th July the Plan cost £650 million."
    for start, end, source_start in pieces:
        assert text[start:end] == source[source_start : source_start + end - start]


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"\x00\x01\x02binary", "not a text file"), (b" \n\t\n", "holds no words")],
)
def test_files_that_are_no_text_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_text(Path("odd.txt"), data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    document = read_text(Path("pound.txt"), "The fund paid £75,000 to Dorset’s store.".encode(encoding))
    assert "£75,000 to Dorset’s" in document.blocks[0].text
