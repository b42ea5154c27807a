"""Presentations: slides as pages, reading order, bullets, tables, charts, notes; what is no presentation is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import RunKb
from decks import (
    BLANK,
    BULLETS,
    COMPARISON,
    SECTION,
    TITLE,
    TITLE_ONLY,
    add_slide,
    add_table,
    add_text,
    assert_slices,
    deck_to_bytes,
    read,
    words,
)
from pptx import Presentation
from pptx.oxml import parse_xml
from pptx.util import Pt

from app.ui.places import citation_to_place
from app.ui.proof import place_to_html
from ingest.readers import bytes_to_document
from ingest.readers.pptx import read_pptx
from kb.errors import UnreadableFile


def test_slides_are_pages_and_titles_are_sections() -> None:
    deck = Presentation()
    add_slide(deck, TITLE, "Shared services", "Briefing of the panel, 4 March 2014")
    add_slide(deck, BULLETS, "Forensics", "Costs\nThe unit cost £4.2m")
    document = read(deck)
    assert [(page.number, page.width, page.height) for page in document.pages] == [(1, 720, 540), (2, 720, 540)]
    assert [(b.role, b.text, b.page, b.section, b.level) for b in document.blocks] == [
        ("heading", "Shared services", 1, (), 0),
        ("paragraph", "Briefing of the panel, 4 March 2014", 1, (), 0),
        ("heading", "Forensics", 2, (), 1),
        ("item", "Costs", 2, ("Forensics",), 1),
        ("item", "The unit cost £4.2m", 2, ("Forensics",), 1),
    ]
    box = document.blocks[3].pieces[0].box
    assert box is not None and (box.x0, box.top, box.x1, box.bottom) == (36, 126, 684, 482.38)
    assert (document.title, document.kind, document.warnings) == ("Shared services", "presentation", ())
    assert_slices(document)


def test_title_of_the_properties_wins_over_the_first_slides() -> None:
    deck = Presentation()
    add_slide(deck, TITLE, "Welcome")
    deck.core_properties.title, deck.core_properties.author = "Plan for shared services", "Area  Board"
    document = read(deck)
    assert (document.title, document.issuer) == ("Plan for shared services", "Area Board")
    deck.core_properties.title = "PowerPoint Presentation"
    assert read(deck).title == "Welcome"


def test_bullets_have_depth_and_automatic_numbers() -> None:
    deck = Presentation()
    slide = add_slide(deck, BULLETS, "Steps")
    frame = slide.placeholders[1].text_frame
    frame.text = "Agree the budget"
    for level, text in ((1, "by June"), (1, "by July"), (0, "Sign the lease")):
        paragraph = frame.add_paragraph()
        paragraph.text, paragraph.level = text, level
    paragraph = frame.add_paragraph()
    paragraph.text = "No bullet here"
    paragraph._p.get_or_add_pPr().append(parse_xml(f"<a:buNone {NS}/>"))
    for paragraph in (frame.paragraphs[0], frame.paragraphs[3]):
        paragraph._p.get_or_add_pPr().append(parse_xml(f'<a:buAutoNum {NS} type="alphaLcParenR" startAt="3"/>'))
    document = read(deck)
    assert [(b.role, b.level, b.number, b.text) for b in document.blocks[1:]] == [
        ("item", 1, "c", "Agree the budget"),
        ("item", 2, None, "by June"),
        ("item", 2, None, "by July"),
        ("item", 1, "d", "Sign the lease"),
        ("paragraph", 0, None, "No bullet here"),
    ]
    assert "d) Sign the lease" in document.text


NS = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def test_columns_are_read_one_after_the_other() -> None:
    deck = Presentation()
    add_slide(deck, COMPARISON, "Two regions", "East", "16 posts\n2 vans", "West", "20 posts\n1 van")
    assert [block.text for block in read(deck).blocks[1:]] == [
        *("East", "16 posts", "2 vans", "West", "20 posts", "1 van")
    ]


def test_labels_are_read_with_the_text_beside_them_and_groups_together() -> None:
    deck = Presentation()
    slide = add_slide(deck, TITLE_ONLY, "Timeline")
    add_text(slide, "The unit moved", 180, 320, 400)
    add_text(slide, "2014", 50, 320, 120)
    add_text(slide, "2012", 50, 200, 120)
    add_text(slide, "The unit opened", 180, 200, 400)
    group = slide.shapes.add_group_shape([add_text(slide, "below", 50, 480), add_text(slide, "above", 50, 430)])
    group.top, group.height = Pt(130), Pt(50)
    document = read(deck)
    assert [block.text for block in document.blocks[1:]] == [
        *("above", "below", "2012", "The unit opened", "2014", "The unit moved")
    ]
    box = document.blocks[1].pieces[0].box
    assert box is not None and 129 < box.top < 131 and box.bottom < 160, "the group was moved and made smaller"


def test_a_slide_without_title_stands_in_no_section_but_its_large_first_line_is_a_title() -> None:
    deck = Presentation()
    add_slide(deck, BULLETS, "Forensics", "The unit cost £4.2m")
    add_text(add_slide(deck, BLANK), "A remark of its own that goes on for a while.", 50, 300)
    last = add_slide(deck, BLANK)
    add_text(last, "Dog section", 50, 30, size=Pt(32))
    add_text(last, "There are 12 dogs.", 50, 200, size=Pt(18))
    sections = {block.text: block.section for block in read(deck).blocks}
    assert sections["A remark of its own that goes on for a while."] == ()
    assert sections["There are 12 dogs."] == ("Dog section",)


def test_slides_after_a_section_slide_stand_below_it() -> None:
    deck = Presentation()
    add_slide(deck, TITLE, "Shared services")
    add_slide(deck, SECTION, "Money", "What it costs")
    add_slide(deck, BULLETS, "Budget", "The budget is £3m")
    add_slide(deck, SECTION, "People")
    add_slide(deck, BULLETS, "Posts", "There are 12 posts")
    sections = {block.text: block.section for block in read(deck).blocks}
    assert sections["The budget is £3m"] == ("Money", "Budget")
    assert sections["There are 12 posts"] == ("People", "Posts")


def test_notes_are_no_text_of_the_slide_and_footers_are_furniture() -> None:
    deck = Presentation()
    slide = add_slide(deck, BULLETS, "Fleet", "The fleet has 40 vans")
    slide.notes_slide.notes_text_frame.text = "Ask about the lease.\nIt ends in 2016."
    for kind, text in (("ftr", "Area Board"), ("sldNum", "1"), ("dt", "1 May 2013")):
        slide.shapes._spTree.append(parse_xml(PLACEHOLDER.format(kind=kind, text=text)))
    document = read(deck)
    assert [(b.role, b.text, b.section, b.page) for b in document.blocks[1:]] == [
        ("item", "The fleet has 40 vans", ("Fleet",), 1),
        ("paragraph", "Ask about the lease.", ("Fleet", "Notes"), 1),
        ("paragraph", "It ends in 2016.", ("Fleet", "Notes"), 1),
        ("furniture", "Area Board", ("Fleet",), 1),
        ("furniture", "1", ("Fleet",), 1),
        ("furniture", "1 May 2013", ("Fleet",), 1),
    ]
    assert document.blocks[2].pieces[0].box is None


PLACEHOLDER = (
    '<p:sp xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><p:nvSpPr><p:cNvPr id="90" name="x"/><p:cNvSpPr/>'
    '<p:nvPr><p:ph type="{kind}" idx="12"/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>'
    "<a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
)


def test_words_repeated_at_one_place_are_furniture() -> None:
    deck = Presentation()
    for number in range(4):
        slide = add_slide(deck, BULLETS, f"Slide about matter {number}", f"Text {number}")
        add_text(slide, "DRAFT", 600, 10, 80)
    document = read(deck)
    assert words(document, "furniture") == ["DRAFT"] * 4
    assert words(document, "item") == ["Text 0", "Text 1", "Text 2", "Text 3"]


def test_hidden_slides_pictures_and_objects_are_told() -> None:
    deck = Presentation()
    add_slide(deck, BULLETS, "Open", "Text")
    add_slide(deck, BULLETS, "Secret", "The reserve is £9m")._element.set("show", "0")
    picture = add_slide(deck, TITLE_ONLY, "Map")
    picture.shapes.add_picture(str(Path(__file__).parents[1] / "docs/images" / PICTURE), 0, 0)
    document = read(deck)
    assert "The reserve is £9m" in words(document, "item")
    assert document.warnings == (
        "Hidden when the slides are shown, but read: slide 2",
        "Words in pictures were not read: slide 3",
    )


PICTURE = next(path.name for path in (Path(__file__).parents[1] / "docs/images").glob("*.png"))


def with_entity(deck: Any, secret: Path) -> bytes:
    """The deck with a slide that names a file of the machine as an external entity."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deck_to_bytes(deck))) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "ppt/slides/slide1.xml":
                begin = content.index(b"<p:sld")
                entity = f'<!DOCTYPE x [<!ENTITY leak SYSTEM "{secret.as_uri()}">]>'.encode()
                content = content[:begin] + entity + content[begin:].replace(b"Plain words", b"Plain &leak; words")
            after.writestr(name, content)
    return changed.getvalue()


def test_external_entities_are_left_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of this machine", encoding="utf-8")
    deck = Presentation()
    add_slide(deck, BULLETS, "Open", "Plain words")
    document = read_pptx(Path("x.pptx"), with_entity(deck, secret))
    assert "Plain" in document.text and "secret" not in document.text


def without(deck: Any, name: str) -> bytes:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deck_to_bytes(deck))) as before, zipfile.ZipFile(changed, "w") as after:
        for other in before.namelist():
            if other != name:
                after.writestr(other, before.read(other))
    return changed.getvalue()


def deck_without_layout() -> bytes:
    deck = Presentation()
    add_slide(deck, BULLETS, "Open", "Text")
    return without(deck, "ppt/slides/slide1.xml")


def test_a_damaged_slide_is_told_and_the_others_are_read() -> None:
    deck = Presentation()
    damaged = add_slide(deck, BLANK)
    add_text(damaged, "Lost", 10, 10)._element.spPr.find(f"{A}xfrm/{A}off").set("x", "far")
    add_slide(deck, BULLETS, "Open", "Text")
    document = read(deck)
    assert words(document, "item") == ["Text"] and document.blocks[0].page == 2
    assert document.warnings == ("Not read, a damaged slide: slide 1",)


A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def word_file() -> bytes:
    import docx

    saved = io.BytesIO()
    docx.Document().save(saved)
    return saved.getvalue()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", "The file is empty (0 bytes)"),
        (lambda: b"%PDF-1.7 and so on", "The name says presentation, but the content is a PDF"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1", "old or password-protected Office document"),
        (word_file, "The name says presentation, but the content is"),
        (lambda: deck_to_bytes(Presentation()), "has no words"),
        (deck_without_layout, "damaged"),
        (lambda: deck_without_layout()[:5000], "damaged"),
    ],
    ids=["empty", "pdf", "old office", "word", "no words", "part missing", "cut off"],
)
def test_what_is_no_presentation_is_refused(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_pptx(Path("briefing.pptx"), make())
    assert reason in caught.value.reason


def test_an_answer_from_a_slide_opens_at_its_place(run_kb: RunKb, kb_home: Path, tmp_path: Path) -> None:
    from kb.answering import answer
    from kb.store import KnowledgeBase

    deck = Presentation()
    add_slide(deck, TITLE, "Shared services")
    add_slide(deck, BULLETS, "Dog section", "The kennels at Hartwell were leased for £41,300 in 2015.")
    slide = add_slide(deck, TITLE_ONLY, "Fleet by depot")
    add_table(slide, [["Depot", "Vans", "Cars"], ["Hartwell", "40", "112"], ["Mossley", "17", "65"]])
    path = tmp_path / "briefing.pptx"
    path.write_bytes(deck_to_bytes(deck))
    assert run_kb("ingest", path).code == 0
    listed = run_kb("tables", path, "--json").json
    assert [(one["page"], one["header"]) for one in listed] == [(3, [["Depot", "Vans", "Cars"]])]
    with KnowledgeBase.open(kb_home) as kb:
        document = kb.document(kb.documents()[0].id)
        for question, value, page, section, shown in (
            ("What were the Hartwell kennels leased for?", "£41,300", 2, "Dog section", "<mark>"),
            ("How many cars does Mossley have?", "65", 3, "Fleet by depot", ">65<"),
        ):
            found = answer(kb, question)
            assert value in found.answer
            cited = found.citations[0]
            assert (cited.page, cited.section) == (page, section)
            html = place_to_html(kb, citation_to_place(cited, document))
            assert f"slide {page} of 3" in html.lower() and shown in html and section in html


def test_a_presentation_with_macros_is_read_without_them() -> None:
    deck = Presentation()
    add_slide(deck, TITLE_ONLY, "The plan")
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deck_to_bytes(deck))) as plain, zipfile.ZipFile(made, "w") as archive:
        for name in plain.namelist():
            ordinary = b"vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
            content = plain.read(name).replace(ordinary, b"vnd.ms-powerpoint.presentation.macroEnabled.main+xml")
            archive.writestr(name, content)
        archive.writestr("ppt/vbaProject.bin", b"macro")
    document = bytes_to_document(Path("plan.pptm"), made.getvalue())
    assert [block.text for block in document.blocks] == ["The plan"]
    assert document.warnings == ("The presentation has macros; they were neither run nor read",)
