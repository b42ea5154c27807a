"""The styles, page, footer and fields of an exported Word file, on top of Word's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

FONT = "Arial"
INK, SOFT, LINE, WARN = "1C2426", "55605F", "BFC4C1", "8A3B12"
SOURCE, NOT_FOUND, TABLE_END = "Source", "Not Found", "Table End"
NEAR_PLACE, NEAREST_QUOTE = "Nearest Place", "Nearest Passage"
OWN = (SOURCE, NOT_FOUND, TABLE_END, NEAR_PLACE, NEAREST_QUOTE)
MARGIN_CM = 2.5


def set_properties(document: Any, title: str, made: datetime) -> None:
    """Title, times, language; nothing of the template that the file is made on."""
    properties = document.core_properties
    properties.title, properties.subject = title[:255], "Answers with their sources"
    properties.author, properties.last_modified_by = "collabkb", "collabkb"
    properties.created = properties.modified = made.astimezone(UTC)
    properties.comments, properties.keywords, properties.language = "", "", "en-GB"
    properties.revision = 1
    thumbnails = [key for key, part in document.part.package.rels.items() if part.reltype.endswith("/thumbnail")]
    for key in thumbnails:
        del document.part.package.rels[key]


def make_styles(document: Any) -> None:
    """A4, one typeface, headings that go with what follows, and a few styles of our own."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt

    page = document.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(MARGIN_CM)
    styles = document.styles
    speak_british(styles)
    be_modern(document)
    for name, size, before, after in (
        ("Normal", 11, 0, 8), ("Title", 22, 0, 6), ("Subtitle", 11, 0, 14), ("Heading 1", 15, 20, 6),
        ("Heading 2", 12, 12, 4), ("Quote", 11, 0, 10), ("Caption", 10, 8, 4), ("List Bullet", 11, 0, 4),
    ):  # fmt: skip
        style = styles[name]
        set_font(style, size, bold=name in ("Title", "Heading 1", "Heading 2", "Caption"))
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    set_font(styles["Subtitle"], 11, colour=SOFT)
    styles["Quote"].paragraph_format.left_indent = Cm(1.0)
    without_rule(styles["Title"])
    for name in OWN:
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.quick_style = styles["Normal"], name != TABLE_END
    source = styles[SOURCE].paragraph_format
    source.left_indent, source.first_line_indent, source.space_after = Cm(1.0), Cm(-1.0), Pt(2)
    source.tab_stops.add_tab_stop(Cm(1.0))
    styles[NEAR_PLACE].paragraph_format.space_after = Pt(2)
    set_font(styles[NEAREST_QUOTE], 11, colour=SOFT)
    styles[NEAREST_QUOTE].paragraph_format.left_indent = Cm(1.0)
    with_bar(styles[NOT_FOUND])
    end = styles[TABLE_END]
    end.font.size, end.paragraph_format.space_after = Pt(4), Pt(0)


def set_font(style: Any, points: float, *, bold: bool = False, colour: str = INK) -> None:
    """One typeface for all scripts, upright, in one colour; the theme's fonts and colours are put aside."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    font = style.font
    font.name, font.size, font.bold, font.italic = FONT, Pt(points), bold, style.name == "Quote"
    font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
    spacing = style.element.rPr.find(qn("w:spacing"))
    if spacing is not None:
        style.element.rPr.remove(spacing)


def speak_british(styles: Any) -> None:
    """The language of every word that has none of its own."""
    from docx.oxml.ns import qn

    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")


def be_modern(document: Any) -> None:
    """Tell Word that it need not imitate an old version of itself."""
    settings = document.settings.element
    compat = settings.find(_name("compat"))
    if compat is None:
        compat = _make("compat")
        settings.append(compat)
    for old in compat.findall(_name("compatSetting")):
        if old.get(_name("name")) == "compatibilityMode":
            compat.remove(old)
    uri = "http://schemas.microsoft.com/office/word"
    compat.append(_make("compatSetting", name="compatibilityMode", uri=uri, val="15"))


def without_rule(style: Any) -> None:
    """Take the coloured line from under a style."""
    border = style.element.pPr.find(_name("pBdr"))
    if border is not None:
        style.element.pPr.remove(border)


def with_bar(style: Any) -> None:
    """A bar at the left of a style, so that it looks unlike an answer without colour too."""
    properties = style.element.get_or_add_pPr()
    border = _make("pBdr")
    border.append(_make("left", val="single", sz="24", space="8", color=WARN))
    properties.insert_element_before(
        border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
    )


def number_pages(document: Any, title: str, not_public: bool) -> None:
    """The title and "Page 1 of 3" at the foot; "NOT PUBLIC" at the head where it has to be."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    section = document.sections[0]
    foot = section.footer.paragraphs[0]
    foot.paragraph_format.tab_stops.add_tab_stop(Cm(21.0 - 2 * MARGIN_CM), WD_TAB_ALIGNMENT.RIGHT)
    foot.add_run(f"{title[:90]}\tPage ")
    add_field(foot, "PAGE", "1")
    foot.add_run(" of ")
    add_field(foot, "NUMPAGES", "1")
    set_font(document.styles["Footer"], 9, colour=SOFT)
    clear_tabs(document.styles["Footer"])
    if not_public:
        section.header.paragraphs[0].add_run("NOT PUBLIC").bold = True


def clear_tabs(style: Any) -> None:
    """Take out the tab stops of a style, which are for another paper."""
    tabs = style.element.pPr.find(_name("tabs"))
    if tabs is not None:
        style.element.pPr.remove(tabs)


def add_field(paragraph: Any, code: str, shown: str) -> None:
    """A field that Word counts itself; ``shown`` stands there until it does."""
    parts: list[tuple[str, str | None, dict[str, str]]] = [
        ("fldChar", None, {"fldCharType": "begin"}),
        ("instrText", f" {code} ", {}),
        ("fldChar", None, {"fldCharType": "separate"}),
        ("t", shown, {}),
        ("fldChar", None, {"fldCharType": "end"}),
    ]
    for tag, text, attributes in parts:
        element = _make(tag, **attributes)
        if text is not None:
            element.text = text
            element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        paragraph.add_run()._r.append(element)


def describe(table: Any, words: str) -> None:
    """Title and description of a table for who does not see it."""
    properties = table._tbl.tblPr
    properties.append(_make("tblCaption", val=words))
    properties.append(_make("tblDescription", val=words))


def repeat_headings(table: Any) -> None:
    """The first row again on every page that the table runs over, and no row broken over two pages."""
    for place, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()
        properties.append(_make("cantSplit"))
        if place == 0:
            properties.append(_make("tblHeader"))


def keep_with_next(row: Any) -> None:
    """Hold a row on the page of the next one."""
    for cell in row.cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True


def set_cell(cell: Any, text: str, *, bold: bool, right: bool, small: bool) -> None:
    """A cell's text in one paragraph without the space that stands between paragraphs."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.bold = bold or None
    if small:
        run.font.size = Pt(9)
    paragraph.paragraph_format.space_after = Pt(2)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{tag}"))


def _make(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(_name(name), value)
    return element
