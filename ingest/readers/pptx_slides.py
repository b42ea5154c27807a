"""One slide -> its title, text, tables, notes and furniture, in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.readers.assembly import Part, TextPart
from ingest.readers.pptx_charts import chart_title, chart_to_tables
from ingest.readers.pptx_diagrams import DIAGRAM, diagram_to_parts
from ingest.readers.pptx_shapes import Frame, Placed, choose_alternatives, reading_order, shapes_to_placed
from ingest.readers.pptx_tables import element_to_table
from ingest.readers.pptx_text import A, frame_to_parts, inherited_styles, largest_type, paragraph_to_text
from kb.model import Box

NOTES = "Notes"
TITLES = frozenset(("TITLE", "CENTER_TITLE", "VERTICAL_TITLE"))
FURNITURE = frozenset(("FOOTER", "HEADER", "DATE", "SLIDE_NUMBER"))
SECTION_LAYOUTS = frozenset(("secHead", "title"))
TITLE_WORDS = 14
# A title that is no placeholder begins within this part of the slide's height.
TITLE_ZONE = 0.25
PICTURE = "{http://schemas.openxmlformats.org/presentationml/2006/main}pic"


@dataclass
class SlideContent:
    """What a slide shows. ``lost`` names what could not be read on it; ``drawn`` says that it has pictures."""

    number: int
    title: TextPart | None = None
    parts: list[Part] = field(default_factory=list)
    notes: list[TextPart] = field(default_factory=list)
    furniture: list[TextPart] = field(default_factory=list)
    opens_section: bool = False
    hidden: bool = False
    drawn: bool = False
    lost: list[str] = field(default_factory=list)


def slide_to_content(slide: Any, number: int, height: float) -> SlideContent:
    """All that is read of a python-pptx slide; ``height`` is that of its page in points."""
    choose_alternatives(slide.element)
    content = SlideContent(number)
    content.hidden = slide.element.get("show") in ("0", "false")
    content.opens_section = slide.slide_layout.element.get("type") in SECTION_LAYOUTS
    content.drawn = next(slide.element.iter(PICTURE), None) is not None
    body = []
    for item in shapes_to_placed(slide.shapes, Frame(), has_content):
        kind = placeholder_kind(item.shape)
        if kind in TITLES and content.title is None:
            content.title = TextPart(paragraph_to_text(item.shape.element)[0], "heading", 1, page=number, box=item.box)
        elif kind in FURNITURE:
            words = paragraph_to_text(item.shape.element)[0]
            content.furniture.append(TextPart(words, "furniture", page=number, box=item.box))
        else:
            body.append(item)
    ordered = list(reading_order(body))
    if content.title is None:
        content.title, ordered = unmarked_title(ordered, number, height)
    for item in ordered:
        content.parts += shape_to_parts(item, number, slide, content.lost)
    content.notes = list(slide_to_notes(slide, number))
    return content


def placeholder_kind(shape: Any) -> str | None:
    """What a placeholder is for, by python-pptx's name; None for other shapes and groups."""
    kind = shape.placeholder_format.type if shape is not None and shape.is_placeholder else None
    return kind.name if kind is not None else None


def has_content(shape: Any) -> bool:
    """Whether a shape has words or figures that can be read, or is a graphic that ought to have."""
    if shape.has_text_frame:
        return bool(paragraph_to_text(shape.element)[0])
    return str(shape.element.tag).endswith("}graphicFrame")


def unmarked_title(ordered: list[Placed], number: int, height: float) -> tuple[TextPart | None, list[Placed]]:
    """The title of a slide without one that is marked: a short line at its top, in type as large as any below."""
    first = ordered[0].shape if ordered else None
    if first is None or not first.has_text_frame or placeholder_kind(first) is not None:
        return None, ordered
    lines = [text for paragraph in first.element.iter(f"{A}p") if (text := paragraph_to_text(paragraph)[0])]
    size = largest_type(first.element)
    others = [largest_type(item.shape.element) for item in ordered[1:]]
    short = len(lines) == 1 and len(lines[0].split()) <= TITLE_WORDS and not lines[0].endswith((".", ";", ":"))
    if not short or not size or size < max(others, default=0) or ordered[0].box.top > TITLE_ZONE * height:
        return None, ordered
    return TextPart(lines[0], "heading", 1, page=number, box=ordered[0].box), ordered[1:]


def shape_to_parts(item: Placed, number: int, slide: Any, lost: list[str]) -> Iterator[Part]:
    """The paragraphs or the table of a shape; what cannot be read is named in ``lost``."""
    shape = item.shape
    if shape.has_text_frame:
        yield from _placed(frame_to_parts(shape.text_frame._txBody, inherited_styles(shape, slide)), number, item.box)
    elif getattr(shape, "has_table", False):
        yield from element_to_table(shape.table._tbl, number, item.box)
    elif getattr(shape, "has_chart", False):
        space = shape.chart._chartSpace
        tables = chart_to_tables(space, number, item.box)
        title = chart_title(space)
        if title:
            yield TextPart(title, "caption", page=number, box=item.box)
        yield from tables
        if not tables:
            lost.append("a chart without figures")
    elif (diagram := shape.element.find(f".//{DIAGRAM}")) is not None:
        yield from _placed(diagram_to_parts(diagram, slide.part), number, item.box)
    else:
        lost.append("an embedded object")


def _placed(parts: Iterator[TextPart], number: int, box: Box) -> Iterator[TextPart]:
    for part in parts:
        part.page, part.box = number, box
        yield part


def slide_to_notes(slide: Any, number: int) -> Iterator[TextPart]:
    """The speaker's notes of a slide, in a section of their own."""
    frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if frame is not None:
        for part in frame_to_parts(frame._txBody, ()):
            part.page, part.under = number, NOTES
            yield part
