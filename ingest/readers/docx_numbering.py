"""The numbers that Word counts itself: "4.1", "(a)", "Appendix B". They stand in no text, but on every page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ingest.readers.counting import Counting, count_to_text
from ingest.readers.docx_styles import Styles
from ingest.readers.docx_text import FALLBACK, W

COUNTINGS: dict[str, Counting] = {
    "lowerLetter": "letter",
    "upperLetter": "LETTER",
    "lowerRoman": "roman",
    "upperRoman": "ROMAN",
}
UNCOUNTED = frozenset(("bullet", "none"))
LEVELS = 9
MAX_LINKS = 5


@dataclass(frozen=True)
class Level:
    """How one level of a list counts; ``text`` has ``%1`` where the number of the first level stands."""

    start: int
    kind: str
    text: str
    restarts: bool
    legal: bool
    style: str | None


@dataclass(frozen=True)
class Number:
    """What stands before a paragraph: ``text`` (empty for a bullet) at ``level`` of its list, 0 the outermost."""

    text: str
    level: int


class Numbering:
    """Counts the paragraphs of lists in the order of the document; ``root`` is the ``w:numbering`` element or None."""

    def __init__(self, root: Any, styles: Styles) -> None:
        self._styles = styles
        self._root = root
        self._lists = {n.get(f"{W}numId"): n for n in root.findall(f"{W}num")} if root is not None else {}
        self._kinds = (
            {a.get(f"{W}abstractNumId"): a for a in root.findall(f"{W}abstractNum")} if root is not None else {}
        )
        self._levels: dict[str, dict[int, Level]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def count(self, paragraphs: Iterable[Any]) -> dict[Any, Number]:
        """The numbers of the paragraphs (``w:p``) that have one, by paragraph."""
        numbers = {}
        for paragraph in paragraphs:
            if self._lists and next(paragraph.iterancestors(FALLBACK), None) is None:
                number = self.next_number(paragraph)
                if number is not None:
                    numbers[paragraph] = number
        return numbers

    def next_number(self, paragraph: Any) -> Number | None:
        """The number of the next paragraph of the document; None where it has none."""
        styles = self._styles.of_paragraph(paragraph)
        list_id, level = self._list_of(paragraph, styles)
        levels = self._levels_of(list_id) if list_id is not None else {}
        if list_id is None or level not in levels:
            return None
        counts = self._counts.setdefault(self._kind_id(list_id), {})
        override = self._override(list_id, level)
        if override is not None and (list_id, level) not in self._begun:
            counts[level] = override - 1
        self._begun.add((list_id, level))
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [other for other in counts if other > level and levels[other].restarts]:
            del counts[deeper]
        return Number(self._text(levels, counts, level), level)

    def _text(self, levels: dict[int, Level], counts: dict[int, int], level: int) -> str:
        own = levels[level]
        if own.kind in UNCOUNTED and "%" not in own.text:
            return "" if own.kind == "bullet" else own.text.strip()

        def place(found: re.Match[str]) -> str:
            above = int(found.group(1)) - 1
            if above not in levels:
                return ""
            count = counts.setdefault(above, levels[above].start)
            kind = "decimal" if own.legal else levels[above].kind
            if kind == "decimalZero":
                return f"{count:02d}"
            return count_to_text(count, COUNTINGS.get(kind, "decimal"))

        return " ".join(re.sub(r"%([1-9])", place, own.text).split())

    def _list_of(self, paragraph: Any, styles: list[Any]) -> tuple[str | None, int]:
        """The list and the level of a paragraph, from its own setting or its style's; no list is None."""
        list_id, level = None, None
        for source in [paragraph, *styles]:
            found = source.find(f"{W}pPr/{W}numPr")
            if found is None:
                continue
            own_id, own_level = _value(found, "numId"), _value(found, "ilvl")
            level = own_level if level is None else level
            list_id = own_id if list_id is None else list_id
            if own_id is not None:
                break
        if list_id is None or list_id == "0" or list_id not in self._lists:
            return None, 0
        if level is None:
            levels = self._levels_of(list_id)
            ids = [style.get(f"{W}styleId") for style in styles]
            return list_id, next((depth for depth, one in levels.items() if one.style in ids and one.style), 0)
        return list_id, int(level) if level.isdigit() else 0

    def _kind_id(self, list_id: str) -> str:
        return _value(self._lists[list_id], "abstractNumId") or ""

    def _override(self, list_id: str, level: int) -> int | None:
        for override in self._lists[list_id].findall(f"{W}lvlOverride"):
            value = _value(override, "startOverride")
            if override.get(f"{W}ilvl") == str(level) and value is not None and value.isdigit():
                return int(value)
        return None

    def _levels_of(self, list_id: str) -> dict[int, Level]:
        """The levels of a list, its own before those of its kind."""
        if list_id not in self._levels:
            own = [lvl for over in self._lists[list_id].findall(f"{W}lvlOverride") for lvl in over.findall(f"{W}lvl")]
            kind = self._kind(self._kind_id(list_id))
            levels = [element_to_level(e) for e in (*(kind.findall(f"{W}lvl") if kind is not None else ()), *own)]
            self._levels[list_id] = dict(levels)
        return self._levels[list_id]

    def _kind(self, kind_id: str) -> Any:
        """The ``w:abstractNum`` of an id, found through a list style where it only names one."""
        kind = self._kinds.get(kind_id)
        for _ in range(MAX_LINKS):
            link = _value(kind, "numStyleLink") if kind is not None else None
            if link is None:
                return kind
            named = next((style.find(f"{W}pPr/{W}numPr") for style in self._styles.chain(link)), None)
            list_id = _value(named, "numId") if named is not None else None
            kind = self._kinds.get(self._kind_id(list_id)) if list_id in self._lists and list_id else None
        return kind


def element_to_level(element: Any) -> tuple[int, Level]:
    """A ``w:lvl`` by its depth."""
    depth, start = element.get(f"{W}ilvl", "0"), _value(element, "start") or "1"
    legal = element.find(f"{W}isLgl")
    return int(depth) if depth.isdigit() else 0, Level(
        start=int(start) if start.isdigit() else 1,
        kind=_value(element, "numFmt") or "decimal",
        text=_value(element, "lvlText") or "",
        restarts=_value(element, "lvlRestart") != "0",
        legal=legal is not None and legal.get(f"{W}val") not in ("0", "false"),
        style=_value(element, "pStyle"),
    )


def _value(element: Any, name: str) -> str | None:
    found = element.find(f"{W}{name}")
    value = found.get(f"{W}val") if found is not None else None
    return str(value) if value is not None else None
