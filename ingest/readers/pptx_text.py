"""The paragraphs of a shape on a slide, with the bullets and numbers that they inherit from layout and master."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.layout.blocks import NOTE
from ingest.readers.assembly import TextPart, fold, is_note_mark, typed_number, without_raised_digits
from ingest.readers.counting import Counting, count_to_text

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
LEVELS = 9
# Type of at most this size (in hundredths of a point) may be a note.
SMALL = 1200
# The names of automatic numbers are a way of counting and what stands around it: alphaLcParenR is a), b), c).
COUNTINGS: tuple[tuple[str, Counting], ...] = (
    ("alphaLc", "letter"),
    ("alphaUc", "LETTER"),
    ("romanLc", "roman"),
    ("romanUc", "ROMAN"),
)


def paragraph_to_text(paragraph: Any) -> tuple[str, tuple[str, ...]]:
    """The words of an ``a:p`` (or of all of them in a cell) and the footnote marks that stand at them."""
    text = ""
    marks: list[str] = []
    for node in paragraph.iter(f"{A}t", f"{M}t", f"{A}br", f"{A}p"):
        if node.tag in (f"{A}br", f"{A}p"):
            text += " "
        elif _is_raised(node) and is_note_mark(node.text or "", text):
            marks.append((node.text or "").strip())
        else:
            text += node.text or ""
    words, raised = without_raised_digits(fold(text))
    return words, (*marks, *raised)


def _is_raised(node: Any) -> bool:
    properties = node.getparent().find(f"{A}rPr")
    return properties is not None and int(properties.get("baseline", "0").rstrip("%") or 0) > 0


def is_bold(element: Any) -> bool:
    """Whether every run with words is set in bold by its own setting."""
    runs = [run for run in element.iter(f"{A}r") if (run.findtext(f"{A}t") or "").strip()]
    return bool(runs) and all(
        (properties := run.find(f"{A}rPr")) is not None and properties.get("b") in ("1", "true") for run in runs
    )


def largest_type(element: Any) -> int:
    """The largest size that its own runs are set in, in hundredths of a point; 0 where none says."""
    sizes = (run.get("sz", "0") for run in element.iter(f"{A}rPr"))
    return max((int(size) for size in sizes if size.isdigit()), default=0)


def frame_to_parts(frame: Any, styles: Sequence[Any]) -> Iterator[TextPart]:
    """The paragraphs of a ``p:txBody``; ``styles`` are the list styles it inherits, nearest first."""
    counts = [0] * LEVELS
    own = frame.find(f"{A}lstStyle")
    chain = [own, *styles] if own is not None else list(styles)
    for paragraph in frame.findall(f"{A}p"):
        text, _ = paragraph_to_text(paragraph)
        if not text:
            continue
        properties = paragraph.find(f"{A}pPr")
        level = _level(properties)
        bullet = bullet_of(properties, chain, level)
        automatic = bullet is not None and bullet.tag == f"{A}buAutoNum"
        counts[level + 1 :] = [0] * (LEVELS - level - 1)
        counts[level] = counts[level] + 1 if automatic else 0
        if automatic:
            number = automatic_number(bullet, counts[level])
            yield TextPart(text, "item", level + 1, number)
        elif bullet is not None:
            yield TextPart(text, "item", level + 1)
        else:
            yield _plain_part(paragraph, text, level)


def _plain_part(paragraph: Any, text: str, level: int) -> TextPart:
    typed = typed_number(text)
    if typed:
        role, number, words = typed
        return TextPart(words, role, level + 1 if role == "item" else 0, number)
    small = 0 < largest_type(paragraph) <= SMALL
    return TextPart(text, "footnote" if small and NOTE.match(text) else "paragraph", bold=is_bold(paragraph))


def _level(properties: Any) -> int:
    value = properties.get("lvl", "0") if properties is not None else "0"
    return min(int(value), LEVELS - 1) if value.isdigit() else 0


def bullet_of(properties: Any, chain: Sequence[Any], level: int) -> Any:
    """The bullet element (``buChar``, ``buAutoNum`` or ``buBlip``) that holds for a paragraph; None for no bullet."""
    places = [properties, *(style.find(f"{A}lvl{level + 1}pPr") for style in chain)]
    for place in places:
        for child in place if place is not None else ():
            if child.tag == f"{A}buNone":
                return None
            if child.tag in (f"{A}buChar", f"{A}buAutoNum", f"{A}buBlip"):
                return child
    return None


def automatic_number(bullet: Any, place: int) -> str:
    """What stands before the paragraph that is number ``place`` of its list: ``2.``, ``(b)``, ``iii)``."""
    kind, start = bullet.get("type", "arabicPeriod"), bullet.get("startAt", "1")
    counting: Counting = next((counting for name, counting in COUNTINGS if kind.startswith(name)), "decimal")
    number = count_to_text(place - 1 + (int(start) if start.isdigit() else 1), counting)
    if kind.endswith("ParenBoth"):
        return f"({number})"
    return number + (")" if kind.endswith("ParenR") else "." if re.search(r"Period$", kind) else "")


def inherited_styles(shape: Any, slide: Any) -> list[Any]:
    """The list styles that hold for a placeholder, nearest first: its layout's, its master's, the master's text."""
    if not shape.is_placeholder:
        return []
    layout = slide.slide_layout
    master = layout.slide_master
    own = shape.placeholder_format
    base = next((other for other in layout.placeholders if other.placeholder_format.idx == own.idx), None)
    kinds = {own.type, base.placeholder_format.type if base is not None else own.type}
    above = next((other for other in master.placeholders if other.placeholder_format.type in kinds), None)
    places = [place.element.find(f"{P}txBody/{A}lstStyle") for place in (base, above) if place is not None]
    places.append(master.element.find(f"{P}txStyles/{P}bodyStyle"))
    return [place for place in places if place is not None]
