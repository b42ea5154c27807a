"""Web pages: their content without the site around it, structure, tables with spans, footnotes, encodings, bounds."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from conftest import RunKb

from app.ui.places import citation_to_place
from app.ui.proof import place_to_html
from ingest.readers.web import MAX_BYTES, read_html
from kb.errors import UnreadableFile
from kb.model import Document, Table


def read(html: str, name: str = "page.html") -> Document:
    document = read_html(Path(name), html.encode())
    assert_slices(document)
    return document


def assert_slices(document: Document) -> None:
    """Every word that is shown stands in the text at its place."""
    for block in document.blocks:
        for piece in block.pieces:
            assert block.text[piece.start : piece.end] == document.text[piece.source_start :][: piece.end - piece.start]
    for table in document.tables:
        for cell in table.cells:
            assert cell.source is None or document.text[slice(*cell.source)].startswith(cell.text)


def told(document: Document, role: str | None = None) -> list[str]:
    return [block.text for block in document.blocks if role in (None, block.role)]


def table(html: str) -> Table:
    (found,) = read(f"<p>x</p>{html}").tables
    return found


SITE = """<!DOCTYPE html><html><head><title>Shared services - Area Board</title><meta name="dcterms.issued"
content="2014-05-12"><meta name="dcterms.publisher" content="Area Board"><style>p{color:red}</style></head><body>
<div id="cookie-banner"><p>We use cookies.</p></div><a href="#content">Skip to main content</a>
<header><h1>Area Board</h1><nav><ul><li><a href="/a">Home</a></li></ul></nav></header>
<main id="content"><article><header><h1>Shared services</h1></header><p>It costs £1.2m.</p><script>var x = 1;</script>
<h2>Dogs</h2><p>There are 12 dogs.</p></article></main><aside>Related pages</aside><footer>© Area Board</footer>"""


def test_the_content_is_told_from_the_site_around_it() -> None:
    document = read(SITE)
    assert [(b.role, b.text, b.section) for b in document.blocks if b.role != "furniture"] == [
        ("heading", "Shared services", ()),
        ("paragraph", "It costs £1.2m.", ("Shared services",)),
        ("heading", "Dogs", ("Shared services",)),
        ("paragraph", "There are 12 dogs.", ("Shared services", "Dogs")),
    ]
    assert told(document, "furniture") == ["We use cookies.", "Area Board", "Home", "Related pages", "© Area Board"]
    assert document.blocks[-1].section == ()
    assert document.text.index("It costs") < document.text.index("We use cookies")
    assert (document.title, document.date, document.issuer) == ("Shared services", "2014-05-12", "Area Board")
    assert document.pages == () and document.blocks[0].page is None


def test_a_page_without_such_elements_is_read_by_what_it_calls_its_parts() -> None:
    document = read(
        '<title>Dog section</title><div id="header">Area Board</div><div class="breadcrumb">Home &gt; Dogs</div>'
        '<div id="nav"><a href="/">Home</a></div><div class="header"><h2>Kennels</h2></div><div id="main-text">'
        '<p>The kennels are full.</p><p class="menu-prices">Meals cost £3.</p></div><div class="footer">Contact</div>'
    )
    assert told(document, "furniture") == ["Area Board", "Home > Dogs", "Home", "Contact"]
    assert told(document, "heading") + told(document, "paragraph") == [
        *("Kennels", "The kennels are full.", "Meals cost £3.")
    ]
    assert document.title == "Dog section"


def test_what_is_hidden_is_left_out() -> None:
    document = read(
        '<p>Seen</p><p hidden>One</p><p style="Display : none">Two</p><div aria-hidden="true"><p>Three</p></div>'
        "<template><p>Four</p></template><noscript>Five</noscript><!-- Six --><p style='visibility:hidden'>Seven</p>"
        "<details><summary>More</summary>Opened</details>"
    )
    assert told(document) == ["Seen", "More", "Opened"]


def test_paragraphs_breaks_entities_and_white_space() -> None:
    document = read(
        "<p>Costs&nbsp;of\n  &pound;4.2&thinsp;m &amp; <b>mo</b>re<br>in all</p>Loose words<br><br>and others"
        "<p>4.1 Numbered&shy;ly</p><blockquote>A quote: <q>so it is</q></blockquote><pre>one\ntwo\n\nthree</pre>"
    )
    assert told(document) == [
        "Costs of £4.2 m & more in all",
        "Loose words",
        "and others",
        "Numberedly",
        "A quote: “so it is”",
        "one two",
        "three",
    ]
    assert document.blocks[3].number == "4.1"


def test_lists_have_numbers_and_depth() -> None:
    document = read(
        "<ol start=3><li>three<ul><li>deep</li></ul></li><li value=7>seven</li><li>eight<p>more</p></li></ol>"
        "<ol type=a><li>first<ol type=I><li>inner</ol></ol><ul><li><p>bullet</p></li></ul><ol reversed><li>x<li>y</ol>"
    )
    assert [(b.role, b.level, b.number, b.text) for b in document.blocks] == [
        ("item", 1, "3", "three"),
        ("item", 2, None, "deep"),
        ("item", 1, "7", "seven"),
        ("item", 1, "8", "eight"),
        ("paragraph", 0, None, "more"),
        ("item", 1, "a", "first"),
        ("item", 2, "I", "inner"),
        ("item", 1, None, "bullet"),
        ("item", 1, "2", "x"),
        ("item", 1, "1", "y"),
    ]


def test_terms_stand_with_their_definitions() -> None:
    document = read("<dl><dt>Published:</dt><dd>12 May</dd><dt>Owner<dd>Area Board<dd>East<dt>Alone</dl><p>Then</p>")
    assert told(document) == ["Published: 12 May", "Owner: Area Board", "East", "Alone", "Then"]


def test_footnotes_are_tied_to_their_marks() -> None:
    document = read(
        '<p>It cost £3m<sup id="r1"><a href="#fn1">[1]</a></sup> on the 23<sup>rd</sup> for 5 km<sup>2</sup> of land'
        '<sup>*</sup>.</p><p>See <a href="#fn1">this part</a>.</p>'
        '<section><ol><li id="fn1"><p>At 2012 prices. <a href="#r1">↩</a></p></li></ol></section>'
    )
    assert [(b.role, b.text, b.number) for b in document.blocks] == [
        ("paragraph", "It cost £3m on the 23rd for 5 km2 of land.", None),
        ("paragraph", "See this part.", None),
        ("footnote", "At 2012 prices.", "1"),
    ]


def test_notes_that_begin_with_a_link_back_to_their_mark() -> None:
    document = read(
        '<p>One.<a name="_ftnref1" href="#_ftn1">[1]</a></p>'
        '<div><p><a name="_ftn1" href="#_ftnref1">[1]</a> The note.</p>'
    )
    assert [(b.role, b.text, b.number) for b in document.blocks] == [
        ("paragraph", "One.", None),
        ("footnote", "The note.", "1"),
    ]


POSTS = """<table><caption>Table 2: Posts <sup><a href="#n">a</a></sup></caption><thead><tr><th rowspan=2>Force
<th colspan=2>Posts</tr><tr><th>Officers<th>Staff</tr></thead><tfoot><tr><td>Total<td>36<td>3</tfoot>
<tbody><tr><th scope=row>East<td>16<td>2<sup><a href="#n">a</a></sup></tr><tr><th scope=row>West<td>20<td>1</tbody>
</table><p id="n">a. Full time only.</p>"""


def test_spans_headings_foot_and_caption_of_a_table() -> None:
    found = table(POSTS)
    assert found.grid() == [
        ["Force", "Posts", "Posts"],
        ["Force", "Officers", "Staff"],
        ["East", "16", "2"],
        ["West", "20", "1"],
        ["Total", "36", "3"],
    ]
    assert (found.header_rows, found.caption) == (2, "Table 2: Posts")
    assert found.headers() == ["Force", "Posts Officers", "Posts Staff"]
    assert {cell.text: cell.marks for cell in found.cells if cell.marks} == {"2": ("a",)}
    assert found.notes == ("a Full time only.",)


def test_spans_reach_no_further_than_the_cells_that_exist() -> None:
    found = table(
        "<table><tr><th rowspan=65534>Force<th colspan=1000>Posts</tr><tr><th>Officers<th>Staff</tr>"
        "<tr><td rowspan=0>16<td>2</tr><tr></tr><tr><td>1<td colspan=-3>x</table>"
    )
    assert found.grid() == [
        ["Force", "Posts", "Posts", "Posts"],
        ["Force", "Officers", "Staff", ""],
        ["Force", "16", "2", ""],
        ["Force", "16", "1", "x"],
    ]


def test_no_cell_reaches_out_of_its_row_group() -> None:
    found = table(
        "<table><tbody><tr><th>Force<th>Posts<tbody>"
        "<tr><td rowspan=9>East<td>16<tr><td>17<tbody><tr><td>West<td>20</table>"
    )
    assert found.grid() == [["Force", "Posts"], ["East", "16"], ["East", "17"], ["West", "20"]]


@pytest.mark.parametrize(
    ("rows", "header_rows"),
    [
        ("<tr><th>Force<th>Posts<tr><th>East<td>16<tr><th>West<td>20", 1),
        ("<tr><td><th>Posts<th>Vans<tr><th>East<td>16<td>1<tr><th>West<td>20<td>2", 1),
        ("<tr><th>Owner<td>Area Board<tr><th>Term<td>5 years", 0),
        ("<tr><td><b>Force</b><td><b>Posts</b><tr><td>East<td>16<tr><td>West<td>20", 1),
        ("<thead><tr><td>Force<td>Posts<tbody><tr><td>East<td>16", 1),
    ],
    ids=["th in the first row", "blank corner", "row headings only", "bold", "thead"],
)
def test_header_rows(rows: str, header_rows: int) -> None:
    assert table(f"<table>{rows}</table>").header_rows == header_rows


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td><h2>News</h2><p>One</p><td><p>Two</p></tr><tr><td>Three<td>Four</table>",
        "<table role=presentation><tr><td>One<td>Two<tr><td>Three<td>Four</table>",
        "<table><tr><td>One box</table>",
        "<table><tr><td>One<td>Two</table>",
        f"<table><tr><td>{'One two three ' * 60}<td>Two<tr><td>Three<td>Four</table>",
    ],
    ids=["headings", "role", "one cell", "one row", "much text"],
)
def test_tables_for_layout_are_no_tables(html: str) -> None:
    document = read(html)
    assert not document.tables and document.blocks


def test_a_table_within_a_layout_table_is_read_and_one_in_a_cell_is_its_text() -> None:
    inner = "<table><tr><th>Force<th>Posts<tr><td>East<td>16</table>"
    document = read(f"<table><tr><td>Menu<td>Text {inner}<tr><td>a<td>b</table>")
    assert [one.grid() for one in document.tables] == [[["Force", "Posts"], ["East", "16"]]]
    assert told(document) == ["Menu", "Text", "a", "b"]
    found = table(f"<table><tr><th>Area<th>Detail<tr><td>South<td>{inner}</table>")
    assert found.grid()[1] == ["South", "Force Posts East 16"]


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("", "cp1252"),
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ('<meta charset="utf-8">', "utf-8"),
        ('<meta charset="ISO-8859-1">', "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "cp1251"),
        ('<meta charset="utf-16">', "utf-8"),
        ('<meta charset="nonsense">', "cp1252"),
        ('<!-- <meta charset="utf-8"> -->', "cp1252"),
        ('<?xml version="1.0" encoding="iso-8859-15"?>', "iso-8859-15"),
    ],
)
def test_encodings(head: str, encoding: str) -> None:
    words = "Школа" if encoding == "cp1251" else "£75,000 to Dorset’s store" if "15" not in encoding else "€75,000 £3"
    data = f"{head}<p>{words}</p>".encode(encoding)
    assert read_html(Path("x.html"), data).blocks[0].text == words


def test_nothing_is_fetched_and_external_entities_mean_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of this machine", encoding="utf-8")
    document = read(
        f'<!DOCTYPE html [<!ENTITY leak SYSTEM "{secret.as_uri()}">]><link rel=stylesheet href="{secret.as_uri()}">'
        f'<iframe src="{secret.as_uri()}"></iframe><p>Plain &leak; words</p>'
    )
    assert "Plain" in document.text and "secret of" not in document.text


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 200_000 + "<p>Deep words</p>",
        "<table><tr><td>" * 30_000 + "Deep words",
        "<ul><li>" * 50_000 + "Deep words",
        "<b><i>" * 50_000 + "Deep words",
        "<p>Deep words</p>" + "<table>" + "<tr>" + "<td rowspan=65534 colspan=1000>x" * 3_000,
        "<p>Deep words</p><table>" + "<tr><td>x<td>y" * 5_000 + "<tr>" + "<td>z" * 3_000 + "</table>",
    ],
    ids=["div", "table", "list", "type", "spans", "wide and long"],
)
def test_pages_made_to_do_harm_are_read_in_bounds(html: str) -> None:
    begin = time.process_time()
    document = read_html(Path("x.html"), html.encode())
    assert "Deep words" in document.text
    assert time.process_time() - begin < 20


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><body><script>let words</script></body></html>", "no words"),
        (b"<frameset><frame src=a.html></frameset>", "no words"),
        (b"<p>x" + b" " * MAX_BYTES, "too large"),
    ],
)
def test_pages_that_cannot_be_read_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_html(Path("page.html"), data)


def test_an_answer_from_a_web_page_opens_at_its_place(run_kb: RunKb, kb_home: Path, tmp_path: Path) -> None:
    from kb.answering import answer
    from kb.store import KnowledgeBase

    path = tmp_path / "services.html"
    path.write_text(
        "<title>Shared services</title><main><h1>Shared services</h1><h2>Dog section</h2>"
        "<p>The kennels at Hartwell were leased for £41,300 in 2015.</p><h2>Fleet by depot</h2>"
        "<table><tr><th>Depot<th>Vans<th>Cars<tr><td>Hartwell<td>40<td>112<tr><td>Mossley<td>17<td>65</table></main>",
        encoding="utf-8",
    )
    assert run_kb("ingest", path).code == 0
    assert [one["header"] for one in run_kb("tables", path, "--json").json] == [[["Depot", "Vans", "Cars"]]]
    with KnowledgeBase.open(kb_home) as kb:
        document = kb.document(kb.documents()[0].id)
        for question, value, section, shown in (
            ("What were the Hartwell kennels leased for?", "£41,300", "Dog section", "<mark>The kennels"),
            ("How many cars does Mossley have?", "65", "Fleet by depot", ">65<"),
        ):
            found = answer(kb, question)
            assert value in found.answer
            cited = found.citations[0]
            assert (cited.page, cited.section) == (None, f"Shared services > {section}")
            html = place_to_html(kb, citation_to_place(cited, document))
            assert shown in html and section in html
