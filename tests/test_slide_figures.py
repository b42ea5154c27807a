"""Tables, charts and diagrams on slides."""

from __future__ import annotations

from decks import TITLE_ONLY, add_slide, add_table, assert_slices, read, rows
from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.util import Pt


def test_merged_cells_of_a_table_are_spans_and_head_what_they_span() -> None:
    deck = Presentation()
    slide = add_slide(deck, TITLE_ONLY, "Posts by force")
    texts = [["Force", "Posts", ""], ["", "Officers", "Staff"], ["East", "16", "2"], ["West", "20", "1"]]
    table = add_table(slide, texts)
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    document = read(deck)
    (found,) = document.tables
    assert rows(found) == [["Force", "Posts", "Posts"], ["Force", "Officers", "Staff"], *texts[2:]]
    assert (found.header_rows, found.page, found.section) == (2, 1, ("Posts by force",))
    assert found.headers() == ["Force", "Posts Officers", "Posts Staff"]
    assert found.box is not None and (found.box.x0, found.box.top, found.box.x1) == (50, 150, 650)
    assert_slices(document)


def test_the_flag_of_the_header_row_decides() -> None:
    deck = Presentation()
    slide = add_slide(deck, TITLE_ONLY, "Fleet")
    table = add_table(slide, [["Vans", "40"], ["Cars", "112"], ["Dogs", "7"]])
    table.first_row = False
    assert read(deck).tables[0].header_rows == 0
    table.first_row = True
    assert read(deck).tables[0].header_rows == 1


def test_a_chart_is_the_table_of_its_figures() -> None:
    deck = Presentation()
    slide = add_slide(deck, TITLE_ONLY, "Savings")
    data = CategoryChartData(number_format='"£"#,##0.0"m"')
    data.categories = ["2011/12", "2012/13", "2013/14"]
    data.add_series("Region", (1.25, 2, 3.5))
    data.add_series("Forces", (0.1, None, 1234.5))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Pt(50), Pt(150), Pt(500), Pt(300), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Savings by year"
    chart.category_axis.axis_title.text_frame.text = "Year"
    (table,) = read(deck).tables
    assert table.caption == "Savings by year"
    assert rows(table) == [
        ["Year", "Region", "Forces"],
        ["2011/12", "£1.3m", "£0.1m"],
        ["2012/13", "£2.0m", ""],
        ["2013/14", "£3.5m", "£1,234.5m"],
    ]
    assert table.header_rows == 1


def test_categories_on_two_levels_and_points_on_two_axes() -> None:
    deck = Presentation()
    slide = add_slide(deck, TITLE_ONLY, "Counts")
    data = CategoryChartData()
    for year in ("2012", "2013"):
        category = data.add_category(year)
        for half in ("first half", "second half"):
            category.add_sub_category(half)
    data.add_series("Arrests", (1, 2, 3, 4))
    slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, 0, Pt(100), Pt(300), Pt(300), data)
    points = XyChartData()
    series = points.add_series("Response")
    series.add_data_point(1.5, 10)
    series.add_data_point(2.5, 7)
    slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, Pt(350), Pt(100), Pt(300), Pt(300), points)
    first, second = read(deck).tables
    assert rows(first) == [
        ["", "", "Arrests"],
        ["2012", "first half", "1"],
        ["2012", "second half", "2"],
        ["2013", "first half", "3"],
        ["2013", "second half", "4"],
    ]
    assert rows(second) == [["", "Response"], ["1.5", "10"], ["2.5", "7"]]


def test_words_of_a_diagram_are_items() -> None:
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    deck = Presentation()
    slide = add_slide(deck, TITLE_ONLY, "Process")
    part = Part(PackURI("/ppt/diagrams/data1.xml"), DIAGRAM_TYPE, deck.part.package, DIAGRAM.encode())
    relation = slide.part.relate_to(part, RELATIONSHIP_TYPE.DIAGRAM_DATA)
    slide.shapes._spTree.append(parse_xml(DIAGRAM_FRAME.replace("RID", relation)))
    document = read(deck)
    assert [(b.role, b.level, b.text) for b in document.blocks[1:]] == [
        ("item", 1, "Plan"),
        ("item", 2, "Agree"),
        ("item", 1, "Build"),
    ]


DIAGRAM_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
DIAGRAM = (
    '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst><dgm:pt modelId="0" type="doc"/>'
    + "".join(
        f'<dgm:pt modelId="{n}"><dgm:t><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        for n, text in enumerate(("Build", "Plan", "Agree"), start=1)
    )
    + '</dgm:ptLst><dgm:cxnLst><dgm:cxn modelId="10" srcId="0" destId="1" srcOrd="1"/>'
    '<dgm:cxn modelId="11" srcId="0" destId="2" srcOrd="0"/><dgm:cxn modelId="12" srcId="2" destId="3" srcOrd="0"/>'
    '<dgm:cxn modelId="13" type="presOf" srcId="3" destId="0"/></dgm:cxnLst></dgm:dataModel>'
)
DIAGRAM_FRAME = (
    '<p:graphicFrame xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><p:nvGraphicFramePr>'
    '<p:cNvPr id="7" name="d"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="9" cy="9"/></p:xfrm><a:graphic><a:graphicData '
    'uri="http://schemas.openxmlformats.org/drawingml/2006/diagram"><dgm:relIds '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" r:dm="RID"/></a:graphicData></a:graphic>'
    "</p:graphicFrame>"
)
