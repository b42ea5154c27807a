"""Exported PDF, Markdown, CSV and JSON files, opened again; and hostile words in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from exported import LISTED, MADE, TITLE, UNANSWERABLE, file_to_text, folded
from exported import answers as answers
from exported import briefing as briefing
from exported import kb as kb
from markdown_it import MarkdownIt
from pypdf import PdfReader

from kb.export import (
    KINDS,
    Briefing,
    answers_to_briefing,
    export,
)
from kb.export.to_csv import COLUMNS
from kb.model import Answer, Citation, Computation, ComputationInput, Retrieved, TablePlace
from kb.store import KnowledgeBase

# PDF


def test_pdf_says_the_same_and_is_tagged(briefing: Briefing) -> None:
    reader = PdfReader(io.BytesIO(export(briefing, "pdf")))
    text = folded(" ".join(page.extract_text() for page in reader.pages))
    for source in briefing.sources:
        assert folded(source.citation.quote) in text
    assert "Not found in these documents." in text and "Nearest passages (not an answer)" in text
    assert f"Page 1 of {len(reader.pages)}" in text
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"] and catalog["/Lang"] == "en-GB"  # type: ignore[index]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]
    assert b"pdfuaid" in catalog["/Metadata"].get_object().get_data()  # type: ignore[index]
    assert reader.metadata and reader.metadata.title == TITLE
    assert reader.metadata.creation_date == MADE
    outline = [item.title for item in reader.outline if not isinstance(item, list)]
    assert outline[0] == "At a glance" and f"3. {LISTED}" in outline
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts and all("/DescendantFonts" in font for font in fonts)


def test_pdf_markers_lead_to_their_sources(briefing: Briefing) -> None:
    reader = PdfReader(io.BytesIO(export(briefing, "pdf")))
    links = [link.get_object() for page in reader.pages for link in page.get("/Annots", [])]
    markers = sum(len(re.findall(r"\[\d+\]", answer.answer)) for answer in briefing.entries)
    assert len(links) == markers
    assert all("/Dest" in link or link["/A"]["/S"] == "/GoTo" for link in links)


def test_pdf_has_no_black_boxes_without_a_word(kb: KnowledgeBase) -> None:
    unassigned = "\U000e1234"
    cited = Citation(1, "gone", "a.txt", "Κανόνες, Правила – £5 “x” é", None, None, f"Ω Ж א {unassigned} £1")
    answer = Answer(f"What is {unassigned}?", "answered", f"Ω Ж א {unassigned} £1 [1]", citations=(cited,))
    made = answers_to_briefing(kb, [answer], made=MADE)
    text = file_to_text(export(made, "pdf"), "pdf")
    assert "cannot show 1 of the characters" in folded(text) and "U+E1234" in text
    assert "Κανόνες, Правила – £5 “x” é" in folded(text) and unassigned not in text
    assert unassigned in file_to_text(export(made, "docx"), "docx")
    latin = answers_to_briefing(kb, [replace(answer, question="Ω?", answer="£ – “ ” ’ é [1]", citations=())], made=MADE)
    assert "cannot show" not in file_to_text(export(latin, "pdf"), "pdf")


# Markdown, CSV, JSON


def test_markdown_reads_back_as_what_was_said(briefing: Briefing, answers: list[Answer]) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(export(briefing, "md").decode("utf-8"))
    inline = [token for token in tokens if token.type == "inline"]
    shown = ["".join(child.content or "\n" * (child.type == "softbreak") for child in t.children or ()) for t in inline]
    assert shown[0] == TITLE
    assert answers[0].answer in shown
    assert [t for t in shown if t.startswith("[1] East Midlands")]
    assert any(source.citation.quote in text for text in shown for source in briefing.sources)
    kinds = [child.type for token in inline for child in token.children or ()]
    assert not {"link_open", "image", "html_inline", "code_inline"} & set(kinds)
    assert sum(token.type == "table_open" for token in tokens) == 3


def test_csv_has_one_row_a_citation(briefing: Briefing, answers: list[Answer]) -> None:
    data = export(briefing, "csv")
    assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == sum(max(len(answer.citations), 1) for answer in answers)
    first = rows[0]
    assert (first["values"], first["value"], first["page"], first["marker"]) == ("£1,087,357", "1,087,357", "13", "1")
    (missing,) = (row for row in rows if row["status"] == "not found")
    assert missing["question"] == UNANSWERABLE and not missing["marker"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", " =1+1", "＝1+1", "- a b"]
)
def test_csv_runs_no_formula(kb: KnowledgeBase, text: str) -> None:
    cited = Citation(1, "x", text, text, None, text, text, TablePlace("t", text, text, text))
    answer = Answer(text, "answered", f"{text} [1]", values=(text,), citations=(cited,))
    data = export(answers_to_briefing(kb, [answer]), "csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data, newline="")))
    assert not [cell for row in rows for cell in row if cell.strip()[:1] in tuple("=+-@＝")]
    assert any(text.strip() in cell for cell in rows[1])


@pytest.mark.parametrize("figure", ["-5.2%", "+3", "−£1,200", "-£0.4m", "- 17", "-£11.2 million", "£1,087,357"])
def test_csv_leaves_figures_as_they_are(kb: KnowledgeBase, figure: str) -> None:
    cited = Citation(1, "x", "a", "A", None, None, "row", TablePlace("t", "r", "c", figure))
    answer = Answer("How much?", "answered", "That much [1]", values=(figure,), citations=(cited,))
    data = export(answers_to_briefing(kb, [answer]), "csv").decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(data, newline="")))
    assert row["value"] == row["values"] == figure


def test_json_has_the_answer_objects(briefing: Briefing, answers: list[Answer], kb: KnowledgeBase) -> None:
    value = json.loads(export(briefing, "json"))
    assert value["made"] == "2026-11-22T10:30:00+00:00"
    corpus = value["corpus"]
    assert (corpus["fingerprint"], corpus["documents"], corpus["newest"]) == (kb.fingerprint(), 5, "2017-04-24")
    assert value["answers"] == json.loads(json.dumps([answer.to_json() for answer in answers]))
    assert [source["number"] for source in value["sources"]] == [source.number for source in briefing.sources]


# Whatever stands in a document or a question is text

HOSTILE = (
    "=1+1 <script>alert(1)</script> #set text(red) $x$ *bold* _it_ `c` [2](x) ![i](y) | & &amp; \\ \x00\x1b\ud800 end"
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_quoted_is_text_in_every_format(kb: KnowledgeBase, kind: str) -> None:
    cited = Citation(1, "x", HOSTILE, HOSTILE, 3, HOSTILE, HOSTILE, TablePlace("t", HOSTILE, HOSTILE, HOSTILE))
    worked = Computation("sum", (ComputationInput("t", HOSTILE, HOSTILE, HOSTILE),), HOSTILE)
    found = Answer(HOSTILE, "answered", f"- {HOSTILE} [1]\n# {HOSTILE}\n1. one", None, (HOSTILE,), (cited,), (), worked)
    near = Retrieved(kb.documents()[0].id, HOSTILE, 1, HOSTILE, 1.0)
    missing = Answer(HOSTILE, "not_found", HOSTILE, message=HOSTILE, retrieved=(near,))
    data = export(answers_to_briefing(kb, [found, missing], HOSTILE, MADE), kind)
    text = folded(file_to_text(data, kind)) if kind != "json" else ""
    if kind == "md":
        html = MarkdownIt("commonmark").enable("table").render(data.decode())
        assert "<script" not in html and "<em>" not in html.replace("<em>Worked", "") and "<img" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html and "<code>" not in html and "<a " not in html
    elif kind == "json":
        assert json.loads(data)["answers"][0]["question"] == HOSTILE.replace("\ud800", "?")
    else:
        assert "<script>alert(1)</script>" in text and "#set text(red)" in text and "*bold*" in text
