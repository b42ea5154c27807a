"""Numbers that Word counts itself, and where an answer from a Word file opens."""

from __future__ import annotations

from pathlib import Path

import docx
from conftest import RunKb
from docx.document import Document as Word
from word_files import add_part, read, xml

from app.ui.places import citation_to_place
from app.ui.proof import place_to_html


def level(depth: int, kind: str, text: str, extra: str = "") -> str:
    counted = f'<w:start w:val="1"/><w:numFmt w:val="{kind}"/>{extra}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{depth}">{counted}</w:lvl>'


NUMBERING = (
    '<w:numbering><w:abstractNum w:abstractNumId="0">'
    + level(0, "decimal", "%1.", '<w:pStyle w:val="Heading1"/>')
    + level(1, "decimal", "%1.%2")
    + level(2, "lowerLetter", "(%3)")
    + level(3, "bullet", "\uf0b7")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "upperRoman", "Annex %1")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="1"><w:startOverride w:val="7"/></w:lvlOverride></w:num></w:numbering>'
)


def numbered(word: Word, text: str, list_id: int, depth: int, style: str | None = None) -> None:
    paragraph = word.add_paragraph(text, style=style)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(xml(f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'))


def test_automatic_numbers_are_read_as_they_are_printed() -> None:
    word = docx.Document()
    add_part(word, "numbering", NUMBERING)
    numbered(word, "Purpose", 1, 0, "Heading 1")
    numbered(word, "To inform the panel.", 1, 1)
    numbered(word, "", 1, 1)
    numbered(word, "It costs £3m:", 1, 1)
    numbered(word, "for staff", 1, 2)
    numbered(word, "for vans", 1, 2)
    numbered(word, "leased", 1, 3)
    numbered(word, "Money", 1, 0, "Heading 1")
    numbered(word, "The grant ends.", 1, 1)
    numbered(word, "It began.", 3, 1)
    numbered(word, "Costs", 2, 0, "Heading 2")
    document = read(word)
    assert [(b.role, b.number, b.text) for b in document.blocks] == [
        ("heading", "1", "1. Purpose"),
        ("paragraph", "1.1", "To inform the panel."),
        ("paragraph", "1.3", "It costs £3m:"),
        ("item", "a", "for staff"),
        ("item", "b", "for vans"),
        ("item", None, "leased"),
        ("heading", "2", "2. Money"),
        ("paragraph", "2.1", "The grant ends."),
        ("paragraph", "2.7", "It began."),
        ("heading", "Annex I", "Annex I Costs"),
    ]
    assert document.blocks[2].section == ("1. Purpose",)
    assert "1.3 It costs £3m:" in document.text and "(b) for vans" in document.text


def test_numbers_of_a_style_and_in_cells_are_counted_too() -> None:
    word = docx.Document()
    add_part(word, "numbering", NUMBERING)
    style = word.styles["Heading 1"].element.get_or_add_pPr()
    style.append(xml('<w:numPr><w:numId w:val="1"/></w:numPr>'))
    word.add_heading("Purpose", 1)
    table = word.add_table(rows=3, cols=2)
    for row, texts in enumerate([("Ref", "Risk"), ("", "Fire"), ("", "Flood")]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    for row in (1, 2):
        properties = table.cell(row, 1).paragraphs[0]._p.get_or_add_pPr()
        properties.append(xml('<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>'))
    document = read(word)
    assert document.blocks[0].text == "1. Purpose"
    assert [row[1] for row in document.tables[0].grid()] == ["Risk", "1.1 Fire", "1.2 Flood"]


def test_an_answer_from_a_word_file_opens_at_its_place(run_kb: RunKb, kb_home: Path, tmp_path: Path) -> None:
    from kb.answering import answer
    from kb.store import KnowledgeBase

    word = docx.Document()
    add_part(word, "numbering", NUMBERING)
    numbered(word, "Dog section", 1, 0, "Heading 1")
    numbered(word, "The kennels at Hartwell were leased for £41,300 in 2015.", 1, 1)
    path = tmp_path / "report.docx"
    word.save(str(path))
    assert run_kb("ingest", path).code == 0
    with KnowledgeBase.open(kb_home) as kb:
        cited = answer(kb, "What were the Hartwell kennels leased for?").citations[0]
        assert (cited.section, cited.quote.split()[0]) == ("1. Dog section", "The")
        html = place_to_html(kb, citation_to_place(cited, kb.document(kb.documents()[0].id)))
        assert "<mark>The kennels" in html and "1. Dog section" in html
