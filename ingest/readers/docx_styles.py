"""The styles of a Word document: what a paragraph is by its style and those that it is based on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.readers.docx_text import W, is_on

HEADING = re.compile(r"^heading ([1-9])$")
CONTENTS = re.compile(r"^(?:toc \d|toc heading|table of figures)$")
BODY_LEVEL = 9
MAX_CHAIN = 20
FIRST_ROW = 0x0020


class Styles:
    """Looks up styles by their ids; ``root`` is the ``w:styles`` element, or None where there is none."""

    def __init__(self, root: Any) -> None:
        elements = root.findall(f"{W}style") if root is not None else []
        self._by_id = {element.get(f"{W}styleId"): element for element in elements}
        self._default = next(
            (
                e.get(f"{W}styleId")
                for e in elements
                if e.get(f"{W}type") == "paragraph" and e.get(f"{W}default") == "1"
            ),
            None,
        )

    def chain(self, style_id: str | None) -> Iterator[Any]:
        """A style and those that it is based on."""
        for _ in range(MAX_CHAIN):
            style = self._by_id.get(style_id)
            if style is None:
                return
            yield style
            base = style.find(f"{W}basedOn")
            style_id = base.get(f"{W}val") if base is not None else None

    def of_paragraph(self, paragraph: Any) -> list[Any]:
        """The styles that hold for a ``w:p``, nearest first."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        return list(self.chain(named.get(f"{W}val") if named is not None else self._default))

    def is_bold(self, element: Any) -> bool:
        """Whether all words of a paragraph or cell are bold, by their own setting or by style."""
        runs = [run for run in element.iter(f"{W}r") if any((t.text or "").strip() for t in run.iter(f"{W}t"))]
        return bool(runs) and all(self._is_run_bold(run) for run in runs)

    def _is_run_bold(self, run: Any) -> bool:
        own = run.find(f"{W}rPr/{W}b")
        if own is not None:
            return is_on(own)
        named = run.find(f"{W}rPr/{W}rStyle")
        styles = list(self.chain(named.get(f"{W}val"))) if named is not None else []
        paragraph = next(run.iterancestors(f"{W}p"), None)
        styles += self.of_paragraph(paragraph) if paragraph is not None else []
        switches = (style.find(f"{W}rPr/{W}b") for style in styles)
        return is_on(next((switch for switch in switches if switch is not None), None))

    def has_bold_first_row(self, table: Any) -> bool:
        """Whether the style of a ``w:tbl`` sets its first row in bold, and the table asks for that."""
        look = table.find(f"{W}tblPr/{W}tblLook")
        named = table.find(f"{W}tblPr/{W}tblStyle")
        if look is None or named is None:
            return False
        value = look.get(f"{W}val", "0")
        bits = int(value, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,8}", value) else 0
        asked = look.get(f"{W}firstRow") == "1" or (look.get(f"{W}firstRow") is None and bits & FIRST_ROW)
        parts = (part for style in self.chain(named.get(f"{W}val")) for part in style.findall(f"{W}tblStylePr"))
        return bool(asked) and any(
            part.get(f"{W}type") == "firstRow" and is_on(part.find(f"{W}rPr/{W}b")) for part in parts
        )


def style_names(styles: list[Any]) -> list[str]:
    """The names of styles, in small letters as Word compares them."""
    names = (style.find(f"{W}name") for style in styles)
    return [name.get(f"{W}val", "").lower() for name in names if name is not None]


def heading_level(paragraph: Any, styles: list[Any]) -> int | None:
    """1 for the highest heading, 0 for a title; None where a paragraph is no heading."""
    names = style_names(styles)
    own = paragraph.find(f"{W}pPr/{W}outlineLvl")
    levels = [own, *(style.find(f"{W}pPr/{W}outlineLvl") for style in styles)]
    found = next((level.get(f"{W}val", "") for level in levels if level is not None), "")
    if found.isdigit() and (own is not None or int(found) < BODY_LEVEL):
        return int(found) + 1 if int(found) < BODY_LEVEL else None
    named = next((match for name in names if (match := HEADING.match(name))), None)
    if named:
        return int(named.group(1))
    return 0 if "title" in names else None


def is_contents(styles: list[Any]) -> bool:
    """Whether a paragraph is a line of a list of contents."""
    return any(CONTENTS.match(name) for name in style_names(styles))
