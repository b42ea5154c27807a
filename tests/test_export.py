"""Briefings, and Word files opened again: what they say, how it is set, and every source at its place."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from exported import MADE, QUESTIONS, TITLE, file_to_text, folded
from exported import answers as answers
from exported import briefing as briefing
from exported import kb as kb
from pypdf import PdfReader

from kb.errors import CollabkbError
from kb.export import (
    KINDS,
    Briefing,
    answers_to_briefing,
    answers_to_file,
    export,
    export_name,
)
from kb.kept_answers import json_to_answer
from kb.model import Answer, Citation, Retrieved
from kb.store import KnowledgeBase


@pytest.fixture(scope="module")
def word(briefing: Briefing) -> Document:
    return docx.Document(io.BytesIO(export(briefing, "docx")))


def styled(document: Document, style: str) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == style]


# What is exported


def test_the_answers_are_what_the_test_is_about(answers: list[Answer]) -> None:
    assert [answer.status for answer in answers] == ["answered"] * 3 + ["not_found", "answered"]
    assert answers[1].computation is not None
    assert len(answers[2].citations) > 1


def test_a_place_has_one_number_in_the_whole_briefing(briefing: Briefing, answers: list[Answer]) -> None:
    assert [source.number for source in briefing.sources] == list(range(1, len(briefing.sources) + 1))
    first, again = briefing.numbers(answers[0]), briefing.numbers(answers[4])
    assert [source.number for source in first.values()] == [1] == [source.number for source in again.values()]
    assert {source.number for source in briefing.numbers(answers[2]).values()}.isdisjoint({1})


def test_every_source_of_an_answer_is_found_at_its_place(briefing: Briefing) -> None:
    assert briefing.sources
    assert not [source.problem for source in briefing.sources if source.problem]


@pytest.mark.parametrize("change", ["quote", "value", "page", "document"])
def test_a_source_that_does_not_hold_is_said_to_be_so(kb: KnowledgeBase, answers: list[Answer], change: str) -> None:
    citation = answers[0].citations[0]
    assert citation.table is not None
    changed = {
        "quote": replace(citation, quote="EMSOU FORENSICS 9,999,999"),
        "value": replace(citation, table=replace(citation.table, value="9,999,999")),
        "page": replace(citation, page=2),
        "document": replace(citation, document_id="gone"),
    }[change]
    made = answers_to_briefing(kb, [replace(answers[0], citations=(changed,))])
    assert made.sources[0].problem
    for kind in ("docx", "md"):
        assert folded(made.sources[0].problem)[:40] in folded(file_to_text(export(made, kind), kind))


def test_an_answer_object_from_json_is_proved_as_well(kb: KnowledgeBase, answers: list[Answer]) -> None:
    plain = [json_to_answer(json.loads(json.dumps(answer.to_json()))) for answer in answers]
    assert all(citation.block_id is None for answer in plain for citation in answer.citations)
    assert not [source.problem for source in answers_to_briefing(kb, plain).sources if source.problem]
    cell = plain[0].citations[0]
    assert cell.table is not None
    false = replace(cell, table=replace(cell.table, value="906,132"))
    assert answers_to_briefing(kb, [replace(plain[0], citations=(false,))]).sources[0].problem


def test_a_number_in_brackets_that_is_quoted_stays_as_it_is(kb: KnowledgeBase) -> None:
    quote = "The duty in section 22A [2] of the Act applies"
    first = Citation(1, "x", "a.txt", "A", None, None, "The first")
    second = Citation(2, "x", "a.txt", "A", None, None, quote)
    answer = Answer("Which?", "answered", f"{quote} [2]\nThe first [1] and [7].", citations=(second, first))
    text = export(answers_to_briefing(kb, [answer], made=MADE), "md").decode()
    assert "section 22A \\[2\\] of the Act applies [1]" in text
    assert "The first [2] and \\[7\\]." in text


def test_nothing_to_export_and_no_such_kind(kb: KnowledgeBase, answers: list[Answer]) -> None:
    with pytest.raises(CollabkbError, match="Ask a question first"):
        export(answers_to_briefing(kb, []), "docx")
    with pytest.raises(CollabkbError, match="docx, pdf, md, csv, json"):
        export(answers_to_briefing(kb, answers), "xls")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_briefing_is_the_same_bytes(kb: KnowledgeBase, answers: list[Answer], kind: str) -> None:
    files = [answers_to_file(kb, answers, kind, TITLE, MADE) for _ in range(2)]
    assert files[0] == files[1]
    later = answers_to_file(kb, answers, kind, TITLE, MADE.replace(day=23))[1]
    assert (later == files[0][1]) == (kind == "csv")  # a spreadsheet has no date in it


def test_a_file_has_a_name_that_any_system_takes(briefing: Briefing, kb: KnowledgeBase, answers: list[Answer]) -> None:
    assert export_name(briefing, "docx") == "forensics-boards-a-briefing-2026-11-22.docx"
    one = answers_to_briefing(kb, answers[:1], made=MADE)
    assert export_name(one, "pdf") == "what-did-nottinghamshire-pay-towards-forensics-in-2016-17-2026-11-22.pdf"
    odd = answers_to_briefing(kb, answers, "../../Été? “x”" + " long" * 40, MADE)
    assert re.fullmatch(r"ete-x(-long)+-2026-11-22\.md", export_name(odd, "md"))
    assert len(export_name(odd, "md")) < 80
    assert export_name(answers_to_briefing(kb, answers, "中文", MADE), "md") == "briefing-2026-11-22.md"


# Word


def test_every_quote_and_figure_in_word_is_found_at_its_source(word: Document, kb: KnowledgeBase) -> None:
    """Read from the Word file alone, against the documents alone."""
    documents = {info.source: kb.document(info.id) for info in kb.documents()}
    places = [text for text in styled(word, "Source") if re.match(r"\[\d+\]\t", text)]
    quotes = styled(word, "Quote")
    assert len(places) == len(quotes) > 4
    cells = 0
    for place, quote in zip(places, quotes, strict=True):
        head, _, cell = place.partition("\n")
        source = re.search(r"\(([^()]+\.pdf)\), [^,]+, page (\d+)", head)
        assert source, place
        document, page = documents[source[1]], int(source[2])
        wanted = folded(quote.strip("“”"))
        blocks = [folded(block.text) for block in document.blocks if page in {piece.page for piece in block.pieces}]
        rows = [
            folded(document.text[slice(*span)])
            for table in document.tables
            for span, where in zip(table.row_spans, table.row_pages, strict=True)
            if span and where == page
        ]
        assert any(wanted in text for text in [*blocks, *rows]), quote
        if named := re.fullmatch(r"Row: (.+); Column: (.+); Value: (.+)\.", cell):
            cells += 1
            assert any(
                folded(named[1]) in folded(" ".join(texts)) and named[3] in texts
                for table in document.tables
                for texts in table.grid()
            ), cell
    assert cells >= 3
    used = [row for table in word.tables for row in table.rows if row.cells[-1].text.startswith("£")]
    figures = {text.lstrip("£") for row in used for text in [row.cells[-1].text]}
    printed = {cell.text for document in documents.values() for table in document.tables for cell in table.cells}
    assert figures and figures <= printed


def test_word_uses_its_own_styles(word: Document) -> None:
    assert styled(word, "Title") == [TITLE]
    headings = styled(word, "Heading 1")
    assert headings[1:6] == [f"{number}. {question}" for number, question in enumerate(QUESTIONS, start=1)]
    assert headings[0] == "At a glance" and headings[-2:] == ["Table of sources", "About this document"]
    assert set(styled(word, "Heading 2")) == {"Source", "Sources", "Nearest passages (not an answer)"}
    assert len(styled(word, "List Bullet")) >= 2
    assert [text.split(":")[0] for text in styled(word, "Caption")] == ["Table 1", "Table 2", "Table 3"]


def test_word_says_not_found_so_that_it_cannot_be_missed(word: Document) -> None:
    (said,) = (p for p in word.paragraphs if p.style.name == "Not Found")
    assert said.text.startswith("Not found in these documents.") and all(run.bold for run in said.runs)
    assert said.style.element.pPr.find(qn("w:pBdr")) is not None
    assert len(styled(word, "Nearest Passage")) == 3
    assert not set(styled(word, "Nearest Passage")) & set(styled(word, "Quote"))
    assert word.tables[0].rows[4].cells[2].text == "Not found in these documents."


def test_word_shows_the_figures_and_the_arithmetic(word: Document, answers: list[Answer]) -> None:
    computation = answers[1].computation
    assert computation
    table = word.tables[1]
    assert [row.cells[-1].text for row in table.rows][1:] == [cell.value for cell in computation.inputs]
    assert f"The largest of these {len(computation.inputs)} figures: {computation.result}" in styled(word, "Normal")


def test_tables_in_word_repeat_their_headings_and_are_described(word: Document) -> None:
    for table in word.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        assert all(cell.paragraphs[0].runs[0].bold for cell in table.rows[0].cells)


def test_word_is_a4_in_british_english_with_page_numbers(briefing: Briefing, word: Document) -> None:
    section = word.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert {language.get(qn("w:val")) for language in word.styles.element.iter(qn("w:lang"))} == {"en-GB"}
    codes = [code.text.strip() for code in section.footer._element.iter(qn("w:instrText"))]
    assert codes == ["PAGE", "NUMPAGES"]
    properties = word.core_properties
    assert (properties.title, properties.author, properties.language) == (TITLE, "collabkb", "en-GB")
    assert properties.created == properties.modified == MADE
    with zipfile.ZipFile(io.BytesIO(export(briefing, "docx"))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 11, 22, 10, 30, 0)}
        assert not [name for name in archive.namelist() if "thumbnail" in name]


def test_word_says_what_it_was_made_of(word: Document, kb: KnowledgeBase) -> None:
    text = "\n".join(styled(word, "Normal"))
    assert kb.fingerprint() in text
    assert "4 of 5 questions answered." in text
    assert styled(word, "Subtitle") == [
        "Made on 22 November 2026 at 10:30 from 5 documents, the newest of 24 April 2017."
    ]


def test_word_opens_in_libreoffice_and_becomes_a_pdf(briefing: Briefing, tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-writer-nogui")
    (tmp_path / "briefing.docx").write_bytes(export(briefing, "docx"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "briefing.docx"]
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=240)
    pages = [page.extract_text() for page in PdfReader(tmp_path / "briefing.pdf").pages]
    text = folded(" ".join(pages))
    for question in QUESTIONS:
        assert question in text
    for quote in (folded(source.citation.quote) for source in briefing.sources):
        assert quote in text
    assert f"Page 1 of {len(pages)}" in folded(pages[0])


# Documents that are not public


def test_a_briefing_of_what_is_not_public_says_so(kb: KnowledgeBase, answers: list[Answer]) -> None:
    made = answers_to_briefing(kb, answers, TITLE, MADE)
    secret = replace(made.documents[0], marking="not public")
    made = replace(made, documents=(secret, *made.documents[1:]))
    word = docx.Document(io.BytesIO(export(made, "docx")))
    assert word.sections[0].header.paragraphs[0].text == "NOT PUBLIC"
    assert any(text.startswith("Not public.") and secret.title in text for text in styled(word, "Not Found"))
    assert all("NOT PUBLIC" in page.extract_text() for page in PdfReader(io.BytesIO(export(made, "pdf"))).pages)
    assert b"**Not public." in export(made, "md")
    assert json.loads(export(made, "json"))["not_public"] == [secret.source]


def test_the_nearest_passages_are_only_of_documents_that_are_shown(kb: KnowledgeBase, answers: list[Answer]) -> None:
    hidden = Retrieved("hidden", "secret.pdf", 1, "A secret passage", 9.0)
    missing = replace(answers[3], retrieved=(hidden, *answers[3].retrieved))
    for kind in ("docx", "pdf", "md", "csv"):
        assert "secret" not in file_to_text(export(answers_to_briefing(kb, [missing]), kind), kind)
