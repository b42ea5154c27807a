"""A SmartArt diagram of a slide -> its words as items, with the depth at which they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.readers.assembly import TextPart
from ingest.readers.pptx_text import A, paragraph_to_text

D = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
DIAGRAM = f"{D}relIds"
DATA = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
MAX_POINTS = 5_000


def diagram_to_parts(relation_ids: Any, slide_part: Any) -> Iterator[TextPart]:
    """The nodes of a diagram (``dgm:relIds`` names its data), each before those below it."""
    from pptx.oxml import parse_xml

    relation = slide_part.rels.get(relation_ids.get(DATA))
    if relation is None or relation.is_external:
        return
    model = parse_xml(relation.target_part.blob)
    points = {point.get("modelId"): point for point in model.iter(f"{D}pt")}
    below: dict[str, list[tuple[int, str]]] = {}
    for link in model.iter(f"{D}cxn"):
        if link.get("type", "parOf") == "parOf":
            place = link.get("srcOrd", "0")
            below.setdefault(link.get("srcId"), []).append((int(place) if place.isdigit() else 0, link.get("destId")))
    waiting = [(name, 0) for name, point in points.items() if point.get("type") == "doc"]
    seen: set[str] = set()
    while waiting and len(seen) < MAX_POINTS:
        name, depth = waiting.pop()
        if name in seen or name not in points:
            continue
        seen.add(name)
        words = points[name].find(f"{D}t")
        for paragraph in words.findall(f"{A}p") if words is not None else ():
            text = paragraph_to_text(paragraph)[0]
            if text:
                yield TextPart(text, "item", max(1, depth))
        waiting.extend((child, depth + 1) for _, child in sorted(below.get(name, ()), reverse=True))
