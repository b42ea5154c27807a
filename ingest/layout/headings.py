"""Which blocks are headings, and how deep: by the outline where there is one, else by type."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.layout.blocks import CAPTION, NOTE, Draft, is_form_line
from ingest.layout.parts import RawTable

LARGER = 1.12
MUCH_LARGER = 1.2
MAX_HEADING_LINES = 4
MAX_HEADING_LETTERS = 220
# A page with fewer words than this, first in the document, is a title page.
TITLE_PAGE_WORDS = 120

TypeStyle = tuple[float, bool, bool]


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A bookmark of the PDF: its words, its depth from 1, and its page where known."""

    title: str
    level: int
    page: int | None


def mark_headings(pages: Sequence[list[Draft | RawTable]], outline: Sequence[OutlineEntry], body: float) -> None:
    """Set role and level of the drafts that are headings; one list of parts a page."""
    by_title: dict[str, list[OutlineEntry]] = {}
    for entry in outline:
        by_title.setdefault(_key(entry.title), []).append(entry)
    found: list[tuple[Draft, OutlineEntry | None]] = []
    for number, parts in enumerate(pages, start=1):
        page_body = max(body, _page_body(parts))
        title_page = number == 1 and sum(len(p.plain.split()) for p in parts if isinstance(p, Draft)) < TITLE_PAGE_WORDS
        for part in parts:
            if isinstance(part, Draft) and part.role in {"paragraph", "item"} and not CAPTION.match(part.plain):
                bookmark = _outline_entry(part, by_title)
                if bookmark or is_heading(part, page_body, body, title_page):
                    part.role = "heading"
                    found.append((part, bookmark))
    _set_levels(found)


def _key(text: str) -> str:
    words = re.sub(r"^[\dA-Za-z]{0,3}(?:\.\d+)*[.)]\s+|^\d+(?:\.\d+)*\s+", "", text.strip())
    return re.sub(r"[\W_]+", "", words).casefold()


def _outline_entry(draft: Draft, by_title: dict[str, list[OutlineEntry]]) -> OutlineEntry | None:
    if len(draft.lines) > MAX_HEADING_LINES or not by_title:
        return None
    page = draft.lines[0].page
    for key in (_key(draft.plain), _key(words_after_marker(draft))):
        for entry in by_title.get(key, ()):
            if key and entry.page in {None, page}:
                return entry
    return None


def words_after_marker(draft: Draft) -> str:
    """The draft's words without its number or bullet."""
    return " ".join(word.text for line in draft.lines for word in line.words if not word.mark)[_marker_length(draft) :]


def _marker_length(draft: Draft) -> int:
    return sum(len(word.text) + 1 for word in draft.lines[0].words[: draft.skip])


def _page_body(parts: Sequence[Draft | RawTable]) -> float:
    """The size of most characters on a page that are not bold: slides have no one size for all."""
    weights: Counter[float] = Counter()
    for part in parts:
        if isinstance(part, Draft) and not part.bold:
            weights[part.size] += len(part.plain)
    return weights.most_common(1)[0][0] if weights else 0.0


def is_heading(draft: Draft, page_body: float, body: float, title_page: bool) -> bool:
    """Whether a block looks like a heading: larger or bold, short, set off above, and no sentence."""
    text = draft.plain
    if len(draft.lines) > MAX_HEADING_LINES or len(text) > MAX_HEADING_LETTERS or not re.search(r"[^\W\d_]{2}", text):
        return False
    if NOTE.match(text) or (draft.role == "item" and draft.number is None):
        return False
    if any(is_form_line(line) for line in draft.lines):
        return False
    larger = draft.size >= LARGER * (body if draft.bold else page_body)
    if not larger and (title_page or not (draft.bold and draft.size >= 0.95 * body)):
        return False
    if not draft.bold and (draft.size < MUCH_LARGER * page_body or title_page or draft.role == "item"):
        return False
    if text[:1].islower() or re.search(r"[,;]$|(?<![.A-Z])\.$", text):
        return False
    return larger or (_is_set_off(draft) and not (text.endswith(":") and draft.role == "item"))


def _is_set_off(draft: Draft) -> bool:
    """Nearer to what follows than to what stands before: a heading, not the signature of a quotation."""
    above, below = draft.gaps
    if below is None:
        return False
    return above is None or above >= 0.8 * below


def _style(draft: Draft) -> TypeStyle:
    return round(draft.size * 2) / 2, draft.bold, not all(line.italic for line in draft.lines)


def _set_levels(found: Sequence[tuple[Draft, OutlineEntry | None]]) -> None:
    """The outline's depth where known; others one deeper than the next more prominent style.

    A style that is only on the first page, above all others, is the title: level 0, which opens no section.
    """
    depths: dict[TypeStyle, Counter[int]] = {}
    pages: dict[TypeStyle, set[int]] = {}
    for draft, entry in found:
        depths.setdefault(_style(draft), Counter()).update([entry.level] if entry else [])
        pages.setdefault(_style(draft), set()).add(draft.lines[0].page)
    levels: dict[TypeStyle, int] = {}
    above = 0
    later = set().union(*(on for on in pages.values())) - {1}
    for style in sorted(depths, reverse=True):
        if depths[style]:
            above = depths[style].most_common(1)[0][0]
        elif above == 0 and pages[style] == {1} and later:
            levels[style] = 0
            continue
        else:
            above += 1
        levels[style] = above
    for draft, entry in found:
        draft.level = entry.level if entry else levels[_style(draft)]
