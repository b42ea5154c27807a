"""Every format goes through `kb ingest`, and a citation opens at the right place with its words marked."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import docx
import openpyxl
import pytest
from conftest import RunKb
from pptx import Presentation
from pptx.util import Pt

from app.ui.library import date_to_words
from app.ui.places import Place, citation_to_place, quote_to_block_span, retrieved_to_place
from app.ui.proof import place_to_html
from app.ui.sources import answer_to_html
from app.wording import citation_to_where, page_to_words, pages_to_words
from ingest.pipeline import ingest
from kb.answering import answer
from kb.embedding import Embedder
from kb.errors import NotFound
from kb.model import Answer, Block, Citation, Document, Piece, Turn
from kb.store import Filters, KnowledgeBase

SHIPPED = Path(__file__).resolve().parents[1] / "corpus" / "committee-report-2010.pdf"


@dataclass(frozen=True)
class Case:
    """A question to one file: what is marked where its source opens, and what the panel says of the place."""

    source: str
    question: str
    marked: str
    where: str = ""


def word_file() -> bytes:
    document = docx.Document()
    document.add_heading("Shared custody suites", 1)
    document.add_paragraph("The suites are run by three forces together.")
    document.add_paragraph("The custody manager of the Corby suite is Ingrid Halvorsen, appointed in June 2018.")
    document.add_paragraph("Detainees are moved by the transport unit.")
    table = document.add_table(rows=3, cols=2)
    for row, texts in enumerate((("Suite", "Cells"), ("Corby", "18"), ("Ollerton", "24"))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    return saved(document)


def slides_file() -> bytes:
    deck = Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.placeholders[0].text, first.placeholders[1].text = "Dog section", "Ten dogs serve the region."
    second = deck.slides.add_slide(deck.slide_layouts[1])
    second.placeholders[0].text = "Firearms training"
    second.placeholders[1].text = "The firearms range at Wainfleet opened in October 2016."
    second.notes_slide.notes_text_frame.text = "Thank the Lincolnshire estates team."
    third = deck.slides.add_slide(deck.slide_layouts[5])
    third.placeholders[0].text = "Range bookings"
    grid = third.shapes.add_table(3, 2, Pt(60), Pt(160), Pt(400), Pt(100)).table
    for row, texts in enumerate((("Force", "Bookings"), ("Rutland", "41"), ("Derbyshire", "77"))):
        for column, text in enumerate(texts):
            grid.cell(row, column).text = text
    return saved(deck)


def workbook_file() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Vehicles"
    for row in (
        ["Vehicle costs 2017/18"],
        [],
        ["Force", "Fuel £", "Repairs £"],
        ["Notts", 5120, 310],
        ["Leics", 640, 95],
    ):
        sheet.append(row)
    other = book.create_sheet("Radios")
    for row in (["Force", "Handsets"], ["Notts", 1450], ["Leics", 1290]):
        other.append(row)
    return saved(book)


def mail_file() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Office <office@example.org>", "board@example.org"
    mail["Subject"], mail["Date"] = "Mounted section", "Tue, 03 Apr 2018 09:00:00 +0000"
    mail.set_content("Dear all,\n\nThe stables at Arnold will close on 30 September 2019.\n\nRegards\n")
    mail.add_attachment(
        b"Horse,Age in years\nDragon,11\nThunder,7\n", maintype="text", subtype="csv", filename="horses.csv"
    )
    return mail.as_bytes()


def archive_file() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("papers/item-4.txt", "Item 4\n\nThe helicopter is stationed at Husbands Bosworth airfield.\n")
    return made.getvalue()


def saved(document: object) -> bytes:
    made = io.BytesIO()
    document.save(made)  # type: ignore[attr-defined]
    return made.getvalue()


PAGE = """<!doctype html><html><head><title>Underwater search unit</title></head><body><nav>Home | News</nav><main>
<h1>Underwater search unit</h1><h2>Staffing</h2><p>Divers train weekly.</p><p>The unit has <b>nine</b> divers &amp; one
supervisor, based at Rutland Water.</p><h2>Equipment</h2><table><tr><th>Item</th><th>Number</th></tr><tr><td>Sonar
towfish</td><td>3</td></tr><tr><td>Dry suits</td><td>14</td></tr></table></main></body></html>"""
NOTES = """# Cadet scheme\n\nThe scheme takes **sixty** cadets a year from the *five* counties.\n
## Fees\n\n| Cadet group | Fee |\n| --- | --- |\n| Juniors | £12 |\n| Seniors | £19 |\n"""
PLAIN = """Witness care\n\nThe witness care unit moved to Mansfield in March 2015.\n\nStaff welcome visitors.\n"""
CSV = "Drone,Flight hours\nMavic,212\nInspire,88\n"
FILES = {
    "custody.docx": word_file,
    "training.pptx": slides_file,
    "fleet.xlsx": workbook_file,
    "stables.eml": mail_file,
    "papers.zip": archive_file,
    "divers.html": PAGE.encode,
    "cadets.md": NOTES.encode,
    "witness.txt": PLAIN.encode,
    "drones.csv": CSV.encode,
    "committee.pdf": SHIPPED.read_bytes,
}
CASES = (
    Case("custody.docx", "Who is the custody manager of the Corby suite?", "Ingrid Halvorsen", "Shared custody suites"),
    Case("custody.docx", "How many cells does the Ollerton suite have?", "24"),
    Case("training.pptx", "When did the firearms range at Wainfleet open?", "October 2016", "slide 2 of 3"),
    Case("training.pptx", "How many bookings did Derbyshire have?", "77", "slide 3 of 3"),
    Case("fleet.xlsx", "How much did Leics spend on repairs?", "95", "cell C5"),
    Case("fleet.xlsx", "How many handsets does Notts have?", "1450", "sheet “Radios”"),
    Case("drones.csv", "How many flight hours did the Inspire have?", "88"),
    Case("divers.html", "How many divers does the underwater search unit have?", "nine", "Staffing"),
    Case("divers.html", "What is the number of dry suits?", "14", "Equipment"),
    Case("cadets.md", "How many cadets does the scheme take a year?", "sixty", "Cadet scheme"),
    Case("cadets.md", "What is the fee for seniors?", "£19", "Fees"),
    Case("witness.txt", "When did the witness care unit move to Mansfield?", "March 2015"),
    Case("stables.eml", "When will the stables at Arnold close?", "30 September 2019", "Mounted section"),
    Case("stables.eml/horses.csv", "What is the age in years of Thunder?", "7"),
    Case("papers.zip/papers/item-4.txt", "Where is the helicopter stationed?", "Husbands Bosworth", "Item 4"),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """A knowledge base with one small file of every format."""
    folder = tmp_path_factory.mktemp("formats")
    for name, make in FILES.items():
        (folder / name).write_bytes(make())
    home = folder / "kb"
    with KnowledgeBase.open(home, create=True) as kb:
        report = ingest([folder / name for name in FILES], kb, embedder)
    assert not report.refused, report.refused
    return home


@pytest.fixture(scope="module")
def kb(home: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home) as opened:
        yield opened


def document_of(kb: KnowledgeBase, source: str) -> Document:
    return next(kb.document(info.id) for info in kb.documents() if info.source == source)


def ask(kb: KnowledgeBase, case: Case) -> tuple[Answer, Citation, Document]:
    document = document_of(kb, case.source)
    found = answer(kb, case.question, filters=Filters(documents=(document.id,)))
    assert found.status == "answered", found.message
    return found, found.citations[0], document


def marks(html: str) -> list[str]:
    return [unescape(mark) for mark in re.findall(r"<mark>(.*?)</mark>", html)]


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def test_every_format_is_in(kb: KnowledgeBase) -> None:
    assert {info.source for info in kb.documents()} == {case.source for case in CASES} | {"committee.pdf"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.source}: {case.marked}")
def test_a_source_opens_at_its_place(kb: KnowledgeBase, case: Case) -> None:
    found, citation, document = ask(kb, case)
    assert citation.source == case.source
    assert citation.quote in " ".join(document.text.split()), "the quote is not the source's own"
    html = place_to_html(kb, citation_to_place(citation, document))
    assert any(case.marked in mark for mark in marks(html)), html
    assert case.where in words(html[: html.index("</header>")]), html
    assert "page.png" not in html
    assert case.source.split("/")[-1].endswith("pptx") or " page " not in words(answer_to_html(found, kb))


def test_a_question_about_something_else_is_not_spoilt_by_the_one_before(kb: KnowledgeBase) -> None:
    before = Turn("When will the stables at Arnold be sold?")
    found = answer(kb, "Where is the helicopter stationed?", [before])
    assert "Husbands Bosworth" in found.answer, found.message


def test_a_new_question_is_not_answered_with_the_figure_of_the_one_before(kb: KnowledgeBase) -> None:
    before = Turn("How many cells does the Ollerton suite have?")
    assert answer(kb, "What is the number of dry suits?", [before]).values == ("14",)


def test_a_mail_is_dated_in_words(kb: KnowledgeBase) -> None:
    [mail] = [info for info in kb.documents() if info.source == "stables.eml"]
    assert date_to_words(mail) == "3 April 2018"


def test_what_was_not_read_of_a_document_is_said_beside_its_source(home: Path, tmp_path: Path, run_kb: RunKb) -> None:
    book = openpyxl.load_workbook(io.BytesIO(FILES["fleet.xlsx"]()))
    book.worksheets[-1].sheet_state = "hidden"
    book.save(tmp_path / "hidden.xlsx")
    said = f'Sheet "{book.worksheets[-1].title}" is hidden and was not read'
    assert said in " ".join(run_kb("tables", tmp_path / "hidden.xlsx").out.split())
    with KnowledgeBase.open(tmp_path / "kb", create=True) as kb:
        report = ingest([tmp_path / "hidden.xlsx"], kb, None)
        assert said in words(place_to_html(kb, Place(report.ids["hidden.xlsx"])))


def test_a_pdf_still_opens_as_its_page(kb: KnowledgeBase) -> None:
    document = document_of(kb, "committee.pdf")
    found = answer(kb, "What budget is proposed for the regional programme team in 2010/11?")
    citation = found.citations[0]
    html = place_to_html(kb, citation_to_place(citation, document))
    assert (citation.source, citation.page) == ("committee.pdf", 2)
    assert "page 2 of 3" in words(html)
    assert 'data-page="2"' in html


def test_a_slide_is_shown_whole_and_slides_can_be_turned(kb: KnowledgeBase) -> None:
    _, citation, document = ask(kb, CASES[2])
    place = citation_to_place(citation, document)
    html = place_to_html(kb, place)
    for text in ("Firearms training", "Notes", "Thank the Lincolnshire estates team.", "Slide 2 of 3"):
        assert text in words(html)
    assert "Ten dogs" not in html
    assert html.index("The firearms range at Wainfleet") < html.index(">Notes<")
    turned = place_to_html(kb, Place(document.id, page=2, show=1, block=place.block, start=place.start, end=place.end))
    assert "Ten dogs serve the region." in turned
    assert "Back to the cited slide 2" in turned
    assert not marks(turned)
    with pytest.raises(NotFound, match="3 slides; there is no slide 9"):
        place_to_html(kb, Place(document.id, page=9))


def test_a_table_on_a_slide_stands_among_the_slides_words(kb: KnowledgeBase) -> None:
    _, citation, document = ask(kb, CASES[3])
    html = place_to_html(kb, citation_to_place(citation, document))
    assert '<td class="cell-cited figure"><mark>77</mark></td>' in html
    assert "Range bookings" in words(html)
    assert "proof-views" not in html


def test_cells_of_a_sheet_are_called_as_the_workbook_calls_them(kb: KnowledgeBase) -> None:
    found, citation, document = ask(kb, CASES[4])
    assert citation.table is not None
    assert citation.table.reference == "C5"
    assert citation_to_where(citation) == ["sheet “Vehicles”", "cell C5"]
    assert "sheet “Vehicles” · cell C5" in words(answer_to_html(found, kb))
    table = citation.table.table_id
    assert "cells A5 to C5" in words(place_to_html(kb, Place(document.id, table=table, row=2)))
    assert "cells A3 to C5" in words(place_to_html(kb, Place(document.id, table=table)))


def test_a_passage_stands_among_its_neighbours(kb: KnowledgeBase) -> None:
    _, citation, document = ask(kb, CASES[0])
    html = place_to_html(kb, citation_to_place(citation, document))
    assert html.count('class="cited"') == 1
    for around in ("The suites are run by three forces together.", "Detainees are moved by the transport unit."):
        assert f'<p class="around">{around}</p>' in html
    assert "data-place>Table: " in place_to_html(kb, Place(document.id))


def test_a_passage_over_several_paragraphs_is_marked_in_all_of_them(kb: KnowledgeBase) -> None:
    entry = next(
        entry for entry in ask(kb, CASES[0])[0].retrieved if "Detainees" in entry.text and "suites" in entry.text
    )
    html = place_to_html(kb, retrieved_to_place(entry))
    assert html.count('class="cited"') == 3


def test_a_document_opens_at_its_beginning(kb: KnowledgeBase) -> None:
    for info in kb.documents():
        html = place_to_html(kb, Place(info.id, page=1 if info.pages else None))
        assert info.title.split()[0] in words(html)
        assert not marks(html)


def test_a_quote_with_marks_of_its_source_is_found_in_the_block() -> None:
    pieces = (Piece(0, 10, 4), Piece(10, 15, 16), Piece(15, 22, 23))
    block = Block("b0", 0, "paragraph", "It admits sixty cadets", pieces)
    document = Document("d", "d.txt", "1.  It admits **sixty** cadets\n", "D", "text", (), (block,))
    start, end = quote_to_block_span(document, block, "admits **sixty** cadets") or (0, 0)
    assert block.text[start:end] == "admits sixty cadets"
    assert quote_to_block_span(document, block, "**sixty**") == (10, 15)
    assert quote_to_block_span(document, block, "seventy cadets") is None


def test_the_terminal_names_slides_sheets_and_cells(home: Path, run_kb: RunKb, kb: KnowledgeBase) -> None:
    listed = run_kb("documents", "--home", home).out
    assert "3 slides" in listed
    assert "3 pages" in listed
    shown = run_kb("tables", "--home", home, "--document", "training.pptx").out
    assert "training.pptx, slide 3: table 1" in shown


def test_words_for_places() -> None:
    assert page_to_words("a.PPTX", 3, 12) == "slide 3 of 12"
    assert page_to_words("mail.eml/deck.pptx", 3) == "slide 3"
    assert page_to_words("a.pdf", 1, 2) == "page 1 of 2"
    assert page_to_words("a.pdf", None) == ""
    assert (pages_to_words("a.pdf", 1), pages_to_words("a.pptx", 2)) == ("1 page", "2 slides")


def test_of_a_long_sheet_the_rows_around_the_cell_are_shown(tmp_path: Path, embedder: Embedder) -> None:
    path = tmp_path / "long.csv"
    path.write_text("Beat,Calls\n" + "".join(f"Beat {n},{n * 3}\n" for n in range(1, 2001)), "utf-8")
    with KnowledgeBase.open(tmp_path / "kb", create=True) as kb:
        ingest([path], kb, embedder)
        [info] = kb.documents()
        [table] = kb.document(info.id).tables
        html = place_to_html(kb, Place(info.id, table=table.id, row=1500, column=1))
    assert "<mark>4500</mark>" in html
    assert html.count("<tr") == 401
    assert "Rows 1,300 to 1,699 of 2,000" in words(html)
