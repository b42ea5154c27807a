"""From pages to one flow: notes at the page foot set apart, paragraphs joined over column and page ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.layout.blocks import CAPTION, NOTE, SENTENCE_END, SMALL_TYPE, Draft, Part, is_caption
from ingest.layout.parts import Edge, Entry, Line, RawTable

MAX_CAPTION_LINES = 4
# Notes stand in the lower part of the page.
FOOT = 0.45
PLAIN_MARK = re.compile(r"^\d{1,3}[.)]?$")
SENTENCE_CONTINUES = re.compile(
    r"[,–—-]$|\b(?:and|or|the|a|an|of|to|in|for|with|by|on|from|that|which)$", re.IGNORECASE
)


def foot_lines(entries: Sequence[Entry], rules: Sequence[Edge], height: float, body: float) -> list[Line]:
    """The lines of the footnotes of a page: small type from its last text line down, begun by a mark or a rule."""
    lines: list[Line] = []
    for entry in reversed(entries):
        if not isinstance(entry, Line) or entry.size > SMALL_TYPE * body or entry.box.top < FOOT * height:
            break
        if CAPTION.match(entry.plain):
            break
        lines.insert(0, entry)
    for index, line in enumerate(lines):
        above = lines[index - 1].box.bottom if index else _bottom_above(entries, line)
        ruled = any(above - 2 <= rule.at <= line.box.top + 2 and rule.hi - rule.lo > 20 for rule in rules)
        if line.words[0].mark or ruled:
            return lines[index:]
    return []


def _bottom_above(entries: Sequence[Entry], line: Line) -> float:
    return max(
        (entry.box.bottom for entry in entries if entry is not line and entry.box.bottom <= line.box.top), default=0
    )


def lines_to_notes(lines: Sequence[Line]) -> list[Draft]:
    """Footnotes, each begun by its mark; the mark is the number and not part of the text."""
    notes: list[Draft] = []
    for line in lines:
        number = line_to_note_number(line)
        if number or not notes:
            notes.append(Draft([line], role="footnote", skip=1 if number else 0, number=number))
        else:
            notes[-1].lines.append(line)
    return notes


def line_to_note_number(line: Line) -> str | None:
    """The mark that a footnote begins with: raised, or a number set off from the words."""
    first = line.words[0]
    if first.mark:
        return first.text
    if len(line.words) > 1 and PLAIN_MARK.match(first.text) and line.words[1].x0 - first.x1 > 0.15 * line.size:
        return first.text if first.text.endswith((".", ")")) or line.words[1].text[:1].isupper() else None
    return None


def mark_captions_and_notes(parts: Sequence[Part], body: float) -> None:
    """Captions by their words; small print or what begins as a note under a table, or both at once, is a footnote."""
    below_table = False
    for part in parts:
        if isinstance(part, RawTable):
            below_table = True
            continue
        if part.role in {"paragraph", "item"} and is_caption(part) and len(part.lines) <= MAX_CAPTION_LINES:
            part.role = "caption"
        elif part.role == "paragraph" and _is_note(part, body, below_table):
            part.role = "footnote"
        below_table = below_table and part.role == "footnote"


def _is_note(draft: Draft, body: float, below_table: bool) -> bool:
    """Two of these: small type, right below a table, words that begin a note ("Source: ...")."""
    return (draft.size < SMALL_TYPE * body) + below_table + bool(NOTE.match(draft.plain)) >= 2


def join_broken(pages: Sequence[list[Part]]) -> list[list[Part]]:
    """Paragraphs that a column or page end broke are whole again, at the place where they begin."""
    last: Draft | None = None
    joined: list[list[Part]] = []
    for parts in pages:
        kept: list[Part] = []
        begun = False
        for part in parts:
            if isinstance(part, RawTable):
                begun = True
            elif part.role in {"footnote", "furniture"}:
                pass
            elif last is not None and not begun and goes_on(last, part):
                last.lines.extend(part.lines)
                continue
            elif part.role == "caption":
                begun = True
            else:
                last, begun = part, True
            kept.append(part)
        joined.append(kept)
        if kept and not _last_text(kept):
            last = None
    return joined


def _last_text(parts: Sequence[Part]) -> bool:
    """Whether the page has running text at all; a page of tables only parts what is before from what is after."""
    return any(isinstance(part, Draft) and part.role in {"paragraph", "item"} for part in parts)


def goes_on(last: Draft, part: Draft) -> bool:
    """Whether the first block of a page or column is the rest of the last one before."""
    if last.role not in {"paragraph", "item"} or part.role != "paragraph" or part.skip:
        return False
    if abs(last.size - part.size) > 0.7 or (part.bold and not last.lines[-1].bold):
        return False
    end, begin = last.plain.rstrip(), part.plain.lstrip()
    if re.search(r"[:;]$", end):
        return False
    line = last.lines[-1]
    full = line.box.x1 > last.right - 5 * line.size
    if SENTENCE_END.search(end):
        return full and begin[:1].islower()
    return full or begin[:1].islower() or bool(SENTENCE_CONTINUES.search(end))
