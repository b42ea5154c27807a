"""Real files of every format, small enough to be read in a moment, for the fuzz job to mutate."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES_OF_PDF = ((0, 2), (3, 5))
TEXT = (
    "# Report to the board\n\n1. Purpose\n\n1.1 The five forces share one legal team.\n\n"
    "- It began in 2011;\n- it grew.\n\n"
    "Table 1: Costs (£000)\n\nForce\t2012/13\t2013/14\nRutland\t41\t44\n\t12\t13\nKent\t57\t61\nTotal\t110\t118\n\n"
    "Note: figures are rounded.\n"
)
ROWS = [["Force", "2012/13", "2013/14"], ["Rutland", "41", "44"], ["Kent", "57", "61"], ["Total", "98", "105"]]
HTML = (
    "<!DOCTYPE html><html><head><title>Report</title></head><body><h1>Report</h1><p>The <b>board</b> agreed.</p>"
    "<ul><li>One</li><li>Two</li></ul><table><caption>Costs</caption><tr><th rowspan=2>Force</th><th colspan=2>Year"
    "</th></tr><tr><th>2012</th><th>2013</th></tr><tr><td>Rutland</td><td>41</td><td>44</td></tr></table></body></html>"
)


def make_seeds() -> dict[str, bytes]:
    """Name, with the suffix that says the format, to content."""
    seeds = {
        "report.txt": TEXT.encode(),
        "report.md": TEXT.encode(),
        "wide.txt": TEXT.encode("utf-16"),
        "costs.csv": "\n".join(",".join(row) for row in ROWS).encode(),
        "costs.tsv": "\n".join("\t".join(row) for row in ROWS).encode(),
        "report.html": HTML.encode(),
        "report.docx": make_docx(),
        "costs.xlsx": make_xlsx(),
        "slides.pptx": make_pptx(),
        **dict(make_pdfs()),
    }
    seeds["papers.zip"] = make_zip({name: seeds[name] for name in ("report.md", "report.docx", "costs.csv")})
    seeds["papers.eml"] = make_mail(seeds["report.docx"])
    return seeds


def make_pdfs() -> Iterator[tuple[str, bytes]]:
    """The small PDFs of the tests, and some pages of each shipped document."""
    import pypdf

    for path in sorted((ROOT / "tests/data/pdf").glob("*.pdf")):
        yield path.name, path.read_bytes()
    for path in sorted((ROOT / "corpus").glob("*.pdf")):
        reader = pypdf.PdfReader(path)
        for first, last in PAGES_OF_PDF:
            if last <= len(reader.pages):
                writer = pypdf.PdfWriter()
                writer.append(reader, pages=(first, last))
                # Drawing instructions are unpacked, so that they can be changed and not only broken.
                for page in writer.pages:
                    page.replace_contents(page.get_contents())
                made = io.BytesIO()
                writer.write(made)
                yield f"{path.stem}-{first}.pdf", made.getvalue()


def make_docx() -> bytes:
    import docx

    document = docx.Document()
    document.add_heading("Report to the board", 1)
    document.add_paragraph("The five forces share one legal team.")
    document.add_paragraph("It began in 2011", style="List Bullet")
    table = document.add_table(len(ROWS), 3)
    for row, words in zip(table.rows, ROWS, strict=True):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    table.cell(1, 0).merge(table.cell(2, 0))
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def make_xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in [*ROWS, [], ["Shared", 0.25, 1200.5], ["Sum", "=B6+1", None]]:
        sheet.append(row)
    sheet.merge_cells("A7:A8")
    sheet["B6"].number_format = "0%"
    book.create_sheet("Empty")
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def make_pptx() -> bytes:
    import pptx
    from pptx.util import Cm

    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Costs of the collaboration"
    table = slide.shapes.add_table(len(ROWS), 3, Cm(2), Cm(5), Cm(20), Cm(6)).table
    for row, words in enumerate(ROWS):
        for column, word in enumerate(words):
            table.cell(row, column).text = word
    slide.notes_slide.notes_text_frame.text = "Rutland joined late."
    made = io.BytesIO()
    show.save(made)
    return made.getvalue()


def make_zip(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def make_mail(attached: bytes) -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["Date"] = "Papers", "Jo <jo@example.org>", "Tue, 23 Sep 2014 10:00:00 +0100"
    mail.set_content(TEXT)
    mail.add_alternative(HTML, subtype="html")
    mail.add_attachment(attached, maintype="application", subtype="octet-stream", filename="report.docx")
    return mail.as_bytes()
