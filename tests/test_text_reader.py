"""Text files as extractions leave them: headings, footnotes, running heads, bullets, tab-separated tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.table_expectations import document_to_triples, table_to_triples, triples_to_differences
from ingest.readers.markup import raw_to_text
from ingest.readers.pdf import read_pdf
from ingest.readers.text import read_text
from ingest.tables.rows import missing_words, raw_to_words
from kb.errors import UnreadableFile
from kb.model import Document, Table

DATA = Path(__file__).parent / "data" / "text"
CORPUS = Path(__file__).resolve().parents[1] / "corpus"


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
    assert second.grid()[1] == ["Share of posts", "7.4%", "9.1%"], "the label stands beside heading and figures"


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


def pdf_tables(name: str, pages: set[int]) -> list[Table]:
    path = CORPUS / name
    return [table for table in read_pdf(path, path.read_bytes()).tables if table.page in pages]


@pytest.mark.parametrize(
    ("text", "pdf", "pages", "figures"),
    [
        ("bids-over-five-pages.txt", "panel-report-2014.pdf", {8}, 55),
        ("slides-with-html-in-cells.txt", "panel-presentation-2017.pdf", {12, 13, 14, 15}, 117),
        ("plan-with-cells-cut-in-lines.txt", "plan-2009-2012.pdf", {6, 20, 21, 22, 23}, 84),
        ("review-with-torn-rows.txt", "hmic-review-2013.pdf", {16, 23, 25}, 76),
    ],
)
def test_text_and_pdf_edition_give_the_same_figures(text: str, pdf: str, pages: set[int], figures: int) -> None:
    ours = document_to_triples(read(text))
    theirs = [triple for table in pdf_tables(pdf, pages) for triple in table_to_triples(table)]
    assert len(ours) == len(theirs) == figures
    assert triples_to_differences(ours, theirs) == ([], [])


@pytest.mark.parametrize(
    ("text", "first", "pdf", "page", "header"),
    [
        ("plan-with-cells-cut-in-lines.txt", "Table 1a", "plan-2009-2012.pdf", 14, 0),
        ("plan-with-cells-cut-in-lines.txt", "PSA", "plan-2009-2012.pdf", 20, 0),
        ("plan-with-cells-cut-in-lines.txt", "Current Projects", "plan-2009-2012.pdf", 21, 0),
        ("plan-with-cells-cut-in-lines.txt", "Proposed Projects", "plan-2009-2012.pdf", 22, 0),
        ("review-with-torn-rows.txt", "ACU", "hmic-review-2013.pdf", 3, 1),
        ("slides-with-html-in-cells.txt", "COLLABORATIVE UNIT", "panel-presentation-2017.pdf", 15, 0),
    ],
)
def test_text_and_pdf_edition_give_the_same_words(text: str, first: str, pdf: str, page: int, header: int) -> None:
    ours = next(table for table in read(text).tables if table.grid()[0][0].startswith(first))
    rows = pdf_tables(pdf, {page})[0].grid()[header:]
    assert ours.grid() == [[" ".join(cell.replace("•", " ").split()) for cell in row] for row in rows]


def test_labels_are_sure_where_rows_or_page_ends_decide_and_doubtful_elsewhere() -> None:
    (table,) = read("bids-over-five-pages.txt").tables
    lead = {cell.row: cell for cell in table.cells if cell.column == 0}
    assert all(cell.carried for cell in lead.values() if cell.doubtful)
    sure = {row: cell.text for row, cell in lead.items() if cell.carried and not cell.doubtful}
    assert sure[6] == "City of London", "the row's own words name it"
    assert sure[54] == sure[55] == "West Yorkshire", "no other label follows"
    assert lead[52].doubtful, "the label above is on the page before, the one below on its own"
    assert lead[15].doubtful and lead[16].doubtful, "the first rows of a page may be any neighbour's"
    assert [lead[row].text for row in (30, 31)] == ["Metropolitan Police Service"] * 2, "a label split over two rows"


def test_label_of_a_next_page_stands_for_no_row_above_the_page_end() -> None:
    lines = [
        "Force\tBid\tSum",
        "Kent\tVideo\t£1",
        "\tVans\t£2",
        "",
        "Force\tBid\tSum",
        "\tBoats\t£3",
        "Essex\tDogs\t£4",
    ]
    (table,) = read_text(Path("x.txt"), "\n".join(lines).encode()).tables
    lead = [(cell.text, cell.carried, cell.doubtful) for cell in table.cells if cell.column == 0]
    assert lead == [
        ("Force", False, False),
        ("Kent", False, False),
        ("Kent", True, False),
        ("Kent", True, True),
        ("Essex", False, False),
    ]


def test_header_of_two_rows_is_dropped_where_it_comes_again() -> None:
    head = ["\tOfficers\t\tCost", "Force\tNow\tThen\t£ 000's"]
    lines = [*head, "Kent\t1\t2\t3", "", *head, "Essex\t4\t5\t6"]
    (table,) = read_text(Path("x.txt"), "\n".join(lines).encode()).tables
    assert table.header_rows == 2
    assert [row[0] for row in table.grid()] == ["", "Force", "Kent", "Essex"]


def test_one_row_is_no_table_and_a_torn_banner_is_kept_as_furniture() -> None:
    document = read("review-with-torn-rows.txt")
    assert [table.caption for table in document.tables if table.caption] == [
        "Figure 5: Workforce within the East Midlands collaboration, shown as a percentage of all who work for the "
        "region’s forces",
        "Figure 7: The Lincolnshire private sector partnership",
        "Figure 8: Collaboration savings by function",
        "Figure 11: Dedicated serious organised crime resources retained within forces",
    ]
    assert next(block for block in document.blocks if "Workforce within า" in block.text).role == "furniture"
    lone = read_text(Path("x.txt"), b"The store holds this:\n\nVans\t12\n\nNothing else is in it.")
    assert not lone.tables
    assert "Vans 12" in [block.text for block in lone.blocks]


def test_marks_of_cells_and_notes_belong_together() -> None:
    tables = {table.caption: table for table in read("review-with-torn-rows.txt").tables}
    lincolnshire = tables["Figure 7: The Lincolnshire private sector partnership"]
    assert [(cell.text, cell.marks) for cell in lincolnshire.cells if cell.marks] == [
        ("Criminal Justice Services (CJS)", ("*",)),
        ("Integrated Services", ("**",)),
    ]
    assert [note[:8] for note in lincolnshire.notes] == ["* CJS is", "** Integ"]


def test_places_of_joined_cells_reach_over_both_lines() -> None:
    document = read("review-with-torn-rows.txt")
    cells = [
        cell for cell in document.tables[0].cells if cell.text in {"DSU – dedicated source unit", "demand analysis"}
    ]
    quotes = [document.text[slice(*cell.source)] for cell in cells if cell.source]
    assert quotes[0].startswith("DSU – dedicated\t") and quotes[0].endswith("\nsource unit")
    assert quotes[1] == "demand analysis"


@pytest.mark.parametrize(
    ("raw", "text", "marks"),
    [
        ("<b>NOTTS 27.6% £</b>", "NOTTS 27.6% £", ()),
        ("2015/16 Grant <sup>1</sup>  (£m)", "2015/16 Grant (£m)", ("1",)),
        ("23 <sup>rd</sup> September", "23rd September", ()),
        ("Actual / Projected £", "Actual / Projected £", ()),
        ("<ul> / Stop; and / Start", "Stop; and Start", ()),
        ("Occupational Health**", "Occupational Health", ("**",)),
        ("**Total**", "Total", ()),
        ("a *Plan* of 4 * 5", "a Plan of 4 * 5", ()),
        ("multi- agency", "multi-agency", ()),
        ("short- and long-term", "short- and long-term", ()),
        ("£ 000's²", "£ 000's", ("2",)),
    ],
)
def test_words_and_marks_of_a_cell(raw: str, text: str, marks: tuple[str, ...]) -> None:
    assert raw_to_words(raw) == (text, marks)


def test_rows_that_are_whole_stay_apart() -> None:
    lines = ["Force\tPosts\tCost", "Kent\t1\t870", "Essex\t2\t1,410", "\t\t2,280"]
    (table,) = read_text(Path("x.txt"), "\n".join(lines).encode()).tables
    assert table.n_rows == 4, "a sum without a label is a row of its own"
    assert missing_words("HR – human resources", "source unit") == ""
    assert missing_words("DSU – dedicated", "source unit demand analysis") == "source unit"


def test_marks_parted_by_a_tab_from_their_words_are_items_not_rows() -> None:
    lines = [
        "4.1\tThe board met in the spring.",
        "4.2\tIt agreed to these steps:",
        "•\tcut the overtime bill;",
        "a)\tshare one common store.",
    ]
    document = read_text(Path("x.txt"), "\n".join(lines).encode())
    assert not document.tables
    assert [(block.number, block.text) for block in document.blocks] == [
        ("4.1", "The board met in the spring."),
        ("4.2", "It agreed to these steps:"),
        (None, "cut the overtime bill;"),
        (None, "share one common store."),
    ]
    ranks = read_text(Path("x.txt"), b"1.\tKent\n2.\tEssex\n3.\tSurrey Police")
    assert ranks.tables[0].n_rows == 3, "short entries are rows of a list"


def test_first_label_of_the_same_kind_as_the_others_is_no_heading() -> None:
    lines = [
        "Crime Portfolio\tForensics (Scoping)\tBorders (Scoping)",
        "Support Portfolio\tInformation and criminal justice together (Scoping)\t",
        "Resources Portfolio\tEstates (Scoping)\tFleet (Scoping)",
    ]
    assert read_text(Path("x.txt"), "\n".join(lines).encode()).tables[0].header_rows == 0
    lines[0] = "Portfolio heading\tFirst area\tSecond area"
    assert read_text(Path("x.txt"), "\n".join(lines).encode()).tables[0].header_rows == 1
