"""Which blocks are headings, and how deep: by the outline where there is one, else by type."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.layout.blocks import DOTTED, NOTE, Draft, is_caption, is_form_line
from ingest.layout.parts import RawTable

LARGER = 1.12
MUCH_LARGER = 1.2
# Bold type at least this part of the text's size may be a heading; with a number such as 2.1.1, this part.
BOLD_SIZE = 0.95
NUMBERED_SIZE = 0.85
# Type below this part of a page's only heading is small print.
SMALL_PRINT = 0.4
MAX_HEADING_LINES = 4
MAX_HEADING_LETTERS = 220
MAX_TITLE_LETTERS = 70
# Sizes nearer than this to each other are the same to the eye.
ALIKE = 1.06
HEADING_NUMBER = re.compile(
    r"^(?:(?P<part>chapter|part|section|annex|appendix)\s+(?:\d{1,2}|[A-Z]|[IVX]{1,5})\b"
    r"|(?P<number>\d{1,2}(?:\.\d{1,2})*)\.?\s)",
    re.IGNORECASE,
)
# A page with fewer words than this, first in the document, is a title page.
TITLE_PAGE_WORDS = 120

TypeStyle = tuple[float, bool, bool]


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A bookmark of the PDF: its words, its depth from 1, and its page where known."""

    title: str
    level: int
    page: int | None


@dataclass(frozen=True, slots=True)
class PageContext:
    """What a heading is measured by: sizes of the page's and the document's text, and the styles of paragraphs."""

    page_body: float
    body: float
    title_page: bool
    running: set[tuple[float, bool]]


def mark_headings(pages: Sequence[list[Draft | RawTable]], outline: Sequence[OutlineEntry], body: float) -> None:
    """Set role and level of the drafts that are headings; one list of parts a page."""
    by_title: dict[str, list[OutlineEntry]] = {}
    for entry in outline:
        by_title.setdefault(_key(entry.title), []).append(entry)
    found: list[tuple[Draft, OutlineEntry | None]] = []
    running = _running_styles(pages)
    title_page = bool(pages) and _n_words(pages[0]) < TITLE_PAGE_WORDS
    for number, parts in enumerate(pages, start=1):
        page_body = max(body, _page_body(parts))
        context = PageContext(page_body, body, title_page and number == 1, running)
        for index, part in enumerate(parts):
            if isinstance(part, Draft) and part.role in {"paragraph", "item"} and not is_caption(part):
                bookmark = _outline_entry(part, by_title)
                if bookmark or is_heading(part, context) or is_numbered_title(parts, index):
                    part.role = "heading"
                    found.append((part, bookmark))
    dividers = {id(parts[0]) for parts in pages if _is_divider(parts)}
    _set_levels(found, _titles([draft for draft, _ in found], title_page), dividers)


def _n_words(parts: Sequence[Draft | RawTable]) -> int:
    return sum(len(part.plain.split()) for part in parts if isinstance(part, Draft))


def _is_divider(parts: Sequence[Draft | RawTable]) -> bool:
    """Whether a page holds one heading and at most small print."""
    first = parts[0] if parts else None
    if not isinstance(first, Draft) or first.role != "heading":
        return False
    return all(isinstance(part, Draft) and part.size < SMALL_PRINT * first.size for part in parts[1:])


def _running_styles(pages: Sequence[list[Draft | RawTable]]) -> set[tuple[float, bool]]:
    """Sizes and weights in which whole paragraphs are set."""
    return {
        _style(part)[:2]
        for parts in pages
        for part in parts
        if isinstance(part, Draft) and (len(part.lines) > MAX_HEADING_LINES or len(part.plain) > MAX_HEADING_LETTERS)
    }


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


def is_heading(draft: Draft, page: PageContext) -> bool:
    """Whether a block looks like a heading: larger or bold, short, set off above, and no sentence."""
    text = draft.plain
    if len(draft.lines) > MAX_HEADING_LINES or len(text) > MAX_HEADING_LETTERS or not re.search(r"[^\W\d_]{2}", text):
        return False
    if NOTE.match(text) or (draft.role == "item" and draft.number is None):
        return False
    if any(is_form_line(line) for line in draft.lines):
        return False
    if text[:1].islower() or re.search(r"[,;]$|(?<![.A-Z])\.$", text):
        return False
    larger = draft.size >= LARGER * (page.body if draft.bold else page.page_body)
    if not draft.bold:
        return larger and _is_large_title(draft, page)
    least = NUMBERED_SIZE if DOTTED.match(draft.number or "") else BOLD_SIZE
    if not larger and (page.title_page or draft.size < least * page.body):
        return False
    return larger or (_is_set_off(draft) and not (text.endswith(":") and draft.role == "item"))


def _is_large_title(draft: Draft, page: PageContext) -> bool:
    """Larger than the text without being bold: by much, or by less where it stands alone in one line."""
    if page.title_page or draft.role == "item" or _style(draft)[:2] in page.running:
        return False
    alone = len(draft.lines) == 1 and _is_set_off(draft) and (draft.gaps[0] or draft.size) > 0.5 * draft.size
    return draft.size >= MUCH_LARGER * page.page_body or (alone and len(draft.plain) <= MAX_TITLE_LETTERS)


def is_numbered_title(parts: Sequence[Draft | RawTable], index: int) -> bool:
    """Whether a block is a line such as "8.6.2 Coffee" above text: dotted number, few words, no end of a sentence,
    and no list of such lines."""
    here = parts[index]
    if not isinstance(here, Draft) or not _is_short_numbered(here) or not _is_set_off(here):
        return False
    near = [part for part in (parts[index - 1] if index else None, *parts[index + 1 : index + 2]) if part is not None]
    below = parts[index + 1] if index + 1 < len(parts) else None
    return isinstance(below, Draft) and not any(isinstance(part, Draft) and _is_short_numbered(part) for part in near)


def _is_short_numbered(draft: Draft) -> bool:
    words = words_after_marker(draft)
    return (
        len(draft.lines) == 1
        and bool(DOTTED.match(draft.number or ""))
        and 3 < len(words) <= MAX_TITLE_LETTERS
        and words[:1].isupper()
        and not re.search(r"[.,;:!?…]$", words)
    )


def _is_set_off(draft: Draft) -> bool:
    """Nearer to what follows than to what stands before: a heading, not the signature of a quotation."""
    above, below = draft.gaps
    if below is None:
        return False
    return above is None or above >= 0.8 * below


def _style(draft: Draft) -> TypeStyle:
    return round(draft.size * 2) / 2, draft.bold, not all(line.italic for line in draft.lines)


def _set_levels(found: Sequence[tuple[Draft, OutlineEntry | None]], titles: set[int], dividers: set[int]) -> None:
    """The outline's depth where known; others one deeper than the next more prominent style, and within one style
    as deep as their numbers say (2.1 is one deeper than 2). The title is level 0, which opens no section.

    ``titles`` and ``dividers`` are ``id``s; a divider has a page to itself, where type tells nothing of the rank.
    """
    ranks = _style_ranks([draft for draft, _ in found if id(draft) not in titles], dividers)
    members: dict[int, list[tuple[Draft, OutlineEntry | None]]] = {}
    for draft, entry in found:
        if id(draft) in titles:
            draft.level = entry.level if entry else 0
        else:
            members.setdefault(ranks[_style(draft)], []).append((draft, entry))
    above = 0
    for rank in sorted(members):
        above = _set_rank(members[rank], above)


def _set_rank(members: Sequence[tuple[Draft, OutlineEntry | None]], above: int) -> int:
    """Set the levels of the headings of one prominence; the deepest of them, for the next prominence below."""
    outlined = Counter(entry.level for _, entry in members if entry)
    if outlined:
        level = outlined.most_common(1)[0][0]
        for draft, entry in members:
            draft.level = entry.level if entry else level
        return level
    depths = [numbered_depth(draft) for draft, _ in members]
    dotted = [depth for depth in depths if depth > 1]
    least = min((depth for depth in depths if depth), default=1)
    level = max(above + 1, least) if 2 * len(dotted) >= len(members) else above + 1
    for (draft, _), depth in zip(members, depths, strict=True):
        draft.level = level + max(depth - least, 0)
    return level + max(max(dotted, default=least) - least, 0)


def _titles(drafts: Sequence[Draft], title_page: bool) -> set[int]:
    """The ``id``s of headings that are the title, in a style that no later page has: all of a title page, else the
    largest where it stands first on the first page. A document with headings on one page only has none."""
    later = {_style(draft) for draft in drafts if draft.lines[0].page > 1}
    first = [draft for draft in drafts if draft.lines[0].page == 1]
    if not later or not first:
        return set()
    if title_page:
        return {id(draft) for draft in first if _style(draft) not in later and not numbered_depth(draft)}
    top = first[0]
    alone = all(_style(draft) < _style(top) for draft in drafts if draft is not top)
    return {id(top)} if alone and not numbered_depth(top) else set()


def numbered_depth(draft: Draft) -> int:
    """How deep a heading is by its number: 1 for "2", "2." or "Chapter 2", 2 for "2.1"; 0 where it has none."""
    match = HEADING_NUMBER.match(draft.plain)
    if match is None:
        return 0
    return 1 if match.group("part") else match.group("number").strip(".").count(".") + 1


def _style_ranks(drafts: Sequence[Draft], dividers: set[int]) -> dict[TypeStyle, int]:
    """The prominence of each style, 0 first. Sizes that the eye cannot tell apart are one; a style that only
    dividers have, such as a last slide that says "Questions", has the rank of the next one."""
    styles = sorted({_style(draft) for draft in drafts}, reverse=True)
    within = {_style(draft) for draft in drafts if id(draft) not in dividers}
    ranks: dict[TypeStyle, int] = {}
    rank = 0
    for index, style in enumerate(styles):
        if index:
            above = styles[index - 1]
            alike = above[1:] == style[1:] and above[0] < ALIKE * style[0]
            rank += not (alike or (above not in within and rank == 0))
        ranks[style] = rank
    return ranks
