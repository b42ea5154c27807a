"""`kb tables --overlay`: what was seen on a page is drawn where it stands, every kind of it so that it can be told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from PIL import Image

from app.cli.overlay import text_to_pages
from app.overlay import DOTS_AN_INCH, POINTS_AN_INCH, write_overlays
from app.overlay.drawing import STYLES, marks_to_image
from app.overlay.marks import Mark, PageMarks, document_to_marks
from ingest.readers import read
from kb.errors import CollabkbError
from kb.model import Block, Box, Cell, Document, Page, Piece, Table

if TYPE_CHECKING:
    from conftest import RunKb

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
SLIDES = CORPUS / "panel-presentation-2017.pdf"
REVIEW = CORPUS / "hmic-review-2013.pdf"
SCALE = DOTS_AN_INCH / POINTS_AN_INCH


def page_of(*cells: Cell, blocks: tuple[Block, ...] = (), text: str = "", **fields: object) -> PageMarks:
    """The marks of a page with one table of these cells."""
    rows, columns = max(c.row + c.rowspan for c in cells), max(c.column + c.colspan for c in cells)
    defaults: dict[str, object] = {"row_pages": (1,) * rows, "box": Box(50, 50, 250, 150)}
    table = Table("t0", 9, rows, columns, cells, **(defaults | fields))  # type: ignore[arg-type]
    document = Document("d", "d.pdf", text, "D", "pdf", (Page(1, 300, 200),), blocks, (table,))
    return document_to_marks(document)[1]


def kinds(marks: PageMarks) -> list[str]:
    return [mark.kind for mark in marks.marks]


def test_a_page_of_the_shipped_slides() -> None:
    document = read(SLIDES)
    table = next(table for table in document.tables if table.page == 13)
    marks = document_to_marks(document)[13]
    assert kinds(marks).count("table") == 1
    drawn = {mark.box for mark in marks.marks}
    assert all(cell.box in drawn for cell in table.cells)
    assert {"header", "label", "value", "heading", "furniture"} <= set(kinds(marks))
    assert [words for _, _, words in marks.rows] == [
        f"+{row}" if row in table.total_rows else str(row) for row in range(table.n_rows)
    ]
    assert len(marks.columns) == table.n_columns


def test_blocks_are_numbered_as_they_are_read() -> None:
    document = read(REVIEW)
    marks = document_to_marks(document)[12]
    numbers = [int(mark.tag.split()[0]) for mark in marks.marks if mark.kind not in ("furniture", "value", "label")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(mark.tag == "F" for mark in marks.marks if mark.kind == "furniture")


def test_notes_are_tied_to_their_marks_in_the_text() -> None:
    document = read(REVIEW)
    notes = [block for block in document.blocks if block.role == "footnote" and block.page == 12]
    ties = document_to_marks(document)[12].ties
    assert len(notes) > 3
    assert {end.top for _, end in ties} == {note.pieces[0].box.top for note in notes if note.pieces[0].box}
    assert all(start.top < end.top for start, end in ties)


def test_a_note_is_tied_to_its_mark_in_a_cell() -> None:
    box = Box(60, 60, 100, 80)
    note = Block("b0", 10, "footnote", "a Without overtime", (Piece(0, 18, 0, 1, Box(50, 160, 200, 170)),), number="a")
    marks = page_of(Cell(0, 0, "12", box=box, marks=("a",)), blocks=(note,), text=note.text)
    assert marks.ties == [(box, Box(50, 160, 200, 170))]


def test_a_doubt_is_seen_before_a_role() -> None:
    marks = page_of(
        Cell(0, 0, "Force", "header", box=Box(50, 50, 100, 60)),
        Cell(1, 0, "Derbyshire", "label", box=Box(50, 60, 100, 70), carried=True),
        Cell(2, 0, "Derbyshire", "label", box=Box(50, 70, 100, 80), carried=True, doubtful=True),
        Cell(3, 0, "", "value", box=Box(50, 80, 100, 90)),
        Cell(4, 0, "Total", "label", box=Box(50, 90, 100, 110), rowspan=2),
        total_rows=(4,),
        doubts=("It does not add up",),
        confidence=0.5,
    )
    assert kinds(marks) == ["header", "carried", "doubtful", "blank", "label", "table"]
    assert marks.marks[4].tag == "2x1"
    assert marks.marks[5].tag == "1 T1  0.50"
    assert ("doubt", "It does not add up") in marks.lines


def test_a_cell_without_a_box_is_drawn_in_its_row_and_column() -> None:
    marks = page_of(
        Cell(0, 0, "a", box=Box(50, 50, 100, 60)),
        Cell(0, 1, "b", box=Box(110, 50, 150, 60)),
        Cell(1, 0, "c", box=Box(50, 70, 90, 80)),
        Cell(1, 1, ""),
    )
    assert Mark("blank", Box(110, 70, 150, 80)) in marks.marks


def test_a_table_over_two_pages_is_drawn_on_each_with_its_own_rows() -> None:
    cells = (Cell(0, 0, "a", page=1, box=Box(50, 50, 90, 60)), Cell(1, 0, "b", page=2, box=Box(50, 20, 90, 30)))
    table = Table("t0", 0, 2, 1, cells, row_pages=(1, 2), box=Box(50, 50, 90, 60))
    document = Document("d", "d.pdf", "", "D", "pdf", (Page(1, 300, 200), Page(2, 300, 200)), (), (table,))
    first, second = (document_to_marks(document)[number] for number in (1, 2))
    assert [words for _, _, words in first.rows] == ["0"]
    assert [words for _, _, words in second.rows] == ["1"]
    assert next(mark.box for mark in second.marks if mark.kind == "table") == Box(50, 20, 90, 30)


def test_a_block_in_two_columns_is_two_boxes() -> None:
    pieces = (Piece(0, 3, 0, 1, Box(50, 150, 140, 160)), Piece(4, 7, 4, 1, Box(160, 20, 250, 30)))
    block = Block("b0", 0, "paragraph", "one two", pieces)
    marks = page_of(Cell(0, 0, "a", box=Box(0, 0, 1, 1)), blocks=(block,), text="one two")
    assert [(mark.box, mark.tag) for mark in marks.marks if mark.kind == "paragraph"] == [
        (Box(50, 150, 140, 160), "1 P"),
        (Box(160, 20, 250, 30), "1 P ..."),
    ]


def test_a_warning_stands_on_the_page_that_it_names() -> None:
    pages = tuple(Page(number, 300, 200) for number in range(1, 13))
    document = Document("d", "d.pdf", "", "D", "pdf", pages, warnings=("Page 12 was read from its picture", "Old"))
    marks = document_to_marks(document)
    assert {number for number, page in marks.items() if page.lines} == {1, 12}
    assert marks[1].lines == [("warning", "Old")]


def test_every_kind_of_mark_looks_different() -> None:
    """In a copy without colours too: no two kinds share line style, width, ground and tag letter."""
    cells = [(style.dash, style.width, bool(style.fill), style.hatched) for name, style in STYLES.items()]
    del cells[7:]  # blocks have a letter in their tag
    assert len(set(cells)) == len(cells)
    assert len({style.colour for style in STYLES.values()}) == len(STYLES)


def test_marks_are_where_they_belong_on_the_image() -> None:
    box = Box(60, 60, 160, 120)
    image = marks_to_image(Image.new("RGB", (600, 400), "white"), 2.0, PageMarks([Mark("paragraph", box)]))
    found = image.crop((0, 0, 600, 400)).convert("L").point(lambda light: 255 if light < 200 else 0).getbbox()
    assert found is not None
    assert all(abs(edge - side * 2) <= 2 for edge, side in zip(found, (60, 60, 160, 120), strict=True))
    assert image.height > 400, "the legend stands below the page"


def test_marks_off_the_page_do_no_harm() -> None:
    marks = PageMarks([Mark("table", Box(-900, -900, 9000, 9000), "1 T1"), Mark("doubtful", Box(5, 5, 5, 5), "1x2")])
    assert marks_to_image(Image.new("RGB", (200, 100), "white"), 1.0, marks).width >= 200


def test_images_of_the_pages_that_were_asked_for(run_kb: RunKb, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "folder"
    done = run_kb("tables", SLIDES, "--overlay", folder, "--pages", "12-13,1")
    assert done.code == 0
    assert done.out == ""
    assert "3 page images" in done.err
    names = [f"{SLIDES.stem}-p{number:03}.png" for number in (1, 12, 13)]
    assert sorted(path.name for path in folder.iterdir()) == names
    with pypdfium2.PdfDocument(SLIDES) as pdf:
        width = pdf[11].get_width()
    with Image.open(folder / names[1]) as image:
        assert image.width == pytest.approx(width * SCALE, abs=2)


def test_tables_of_the_pages_that_were_asked_for(run_kb: RunKb, tmp_path: Path) -> None:
    done = run_kb("tables", SLIDES, "--pages", "13", "--json", "--overlay", tmp_path)
    assert [table["page"] for table in done.json] == [13]
    assert [path.name for path in tmp_path.glob("*.png")] == [f"{SLIDES.stem}-p013.png"]


def test_an_ingested_document_is_drawn_from_its_kept_copy(run_kb: RunKb, corpus_home: Path, tmp_path: Path) -> None:
    done = run_kb("tables", "--home", corpus_home, "--document", SLIDES.name, "--overlay", tmp_path, "--pages", "2")
    assert done.code == 0, done.err
    assert [path.name for path in tmp_path.glob("*.png")] == [f"{SLIDES.stem}-p002.png"]


@pytest.mark.parametrize("pages", ["", "0", "a", "7-3", "1,,2", "-2", "9999999"])
def test_pages_that_cannot_be_meant(run_kb: RunKb, tmp_path: Path, pages: str) -> None:
    done = run_kb("tables", SLIDES, f"--pages={pages}", "--overlay", tmp_path)
    assert done.code == 2
    assert "names no pages" in done.err
    assert not list(tmp_path.glob("*.png"))


def test_page_lists() -> None:
    assert text_to_pages("3-5, 9 ,1") == {1, 3, 4, 5, 9}


def test_pages_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(CollabkbError, match="pages 1 to 21"):
        write_overlays(read(SLIDES), SLIDES, tmp_path, [400])


def test_a_format_without_page_images_says_so(run_kb: RunKb, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("The forces met in May.\n", "utf-8")
    done = run_kb("tables", note, "--overlay", tmp_path / "images")
    assert done.code == 1
    assert "only PDF files have" in done.err
    assert run_kb("tables", "--overlay", tmp_path / "images").code == 2
