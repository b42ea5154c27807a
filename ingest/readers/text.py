"""Plain text and Markdown -> Document.

The form that text extractions of public documents really have: ``#`` headings or bare heading lines, bullets,
numbered paragraphs, tab-separated tables with blank carried cells and headers repeated after page breaks,
footnotes in the middle of paragraphs, running heads on every page, and a mangled contents list.
``Document.text`` is the file as it is, so every quotation is a slice of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.readers.checks import document_id
from ingest.readers.markup import raw_to_text
from ingest.tables.rows import Line
from ingest.tables.tsv import DraftTable, finish_table, lines_to_tables
from kb.errors import UnreadableFile
from kb.model import Block, Document, Piece, Role, Table

BULLET = re.compile(r"^\s*(?:-\s+o\s|[-•§·▪]|[*](?=\s)|o(?=\s)|[a-z]\.(?=\s)|\(?[ivx]+\)(?=\s)|[a-z]\)(?=\s))\s*")
NUMBERED_ITEM = re.compile(r"^\s*(?:[-•]\s+)?(\d{1,2})\.\s+(?=\S)")
NUMBERED_PARAGRAPH = re.compile(r"^\s*(?:[-•]\s+)?(\d{1,2}\.\d{1,2})\s+(?=\S)")
# A list item or a numbered paragraph whose mark a tab parts from its words is no row of a table.
TABBED_ITEM = re.compile(
    r"^\s*(?:[-–•§·▪*o]|\(?(?:[a-z]|[ivx]+)\)|[a-z]\.|\d{1,2}\.(?:\d{1,2}\.?){0,2}|\(\d{1,2}\))\t\s*(?:\S+ +){2}[^\t]+$"
)
HASHES = re.compile(r"^(#{1,6})\s+")
FOOTNOTE = re.compile(r"^\s*(?:[¹²³⁴⁵⁶⁷⁸⁹⁰]+|\$\s*\^\{?\s*\d+\s*\}?\s*\$|<sup>\s*\d+\s*</sup>)\s*\S")
NOTE_MARK = re.compile(r"^\s*\\?\^?\{?(\*{1,3}|[†‡])\}?\s*(?=[A-Za-z\"“‘(])")
TABLE_NOTE = re.compile(rf"(?:{NOTE_MARK.pattern}(?!.*[\w.,:;)]\*)|^\s*(?:notes?|source)\s*[.:])", re.IGNORECASE)
CAPTION = re.compile(r"^\s*(?:figure|table|chart)\s+\d+[a-z]?\s*[:.–-]\s*\S", re.IGNORECASE)
RULE = re.compile(r"^\s*(?:[-_=*]\s*){3,}$")
SENTENCE_END = re.compile(r"[.!?:;][\"”’')\]]*\s*(?:[¹²³⁴⁵⁶⁷⁸⁹⁰]+|\$\s*\^\{?\s*\d+\s*\}?\s*\$)?\s*[*_]*$")
DANGLING = re.compile(
    r"\b(?:the|a|an|of|and|or|to|in|for|with|by|on|from|that|which|its|their|is|are|as)$", re.IGNORECASE
)
HEADING_WORDS = 14
REPEATS_OF_FURNITURE = 3
# A note stands at most so many parts below its table.
NOTE_REACH = 5


@dataclass(slots=True)
class Part:
    """A run of lines that belong together, with what it is."""

    role: Role | str
    lines: list[Line]
    level: int = 0
    number: str | None = None
    joined: list[Part] = field(default_factory=list)

    @property
    def raw(self) -> str:
        return " ".join(line.text.strip() for line in self.lines)


def read_text(path: Path, data: bytes) -> Document:
    """The Document of a .txt or .md file.

    Raises UnreadableFile where the bytes are not text or hold no words.
    """
    text = bytes_to_text(path, data)
    parts = lines_to_parts(text_to_lines(text))
    parts = mark_contents_list(parts)
    parts = mark_furniture(parts)
    parts = mark_single_rows(parts)
    parts = mark_headings(parts)
    parts = join_broken_paragraphs(parts)
    blocks, tables = parts_to_blocks_and_tables(parts, text)
    return Document(
        id=document_id(data),
        source=path.name,
        text=text,
        title=next((block.text for block in blocks if block.role == "heading"), path.stem),
        format="text",
        blocks=tuple(blocks),
        tables=tuple(tables),
    )


def bytes_to_text(path: Path, data: bytes) -> str:
    """The decoded words; UTF-8 (with or without mark), UTF-16 by its mark, else Windows-1252."""
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile(path.name, "this is not a text file, whatever its name says")
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(character.isalnum() for character in text):
            return text
        raise UnreadableFile(path.name, "the file holds no words")
    raise UnreadableFile(path.name, "the file's characters cannot be read (neither UTF-8 nor Windows-1252)")


def text_to_lines(text: str) -> list[Line]:
    """Lines with the offset of their first character; line ends left out."""
    lines, start = [], 0
    for raw in text.splitlines(keepends=True):
        lines.append(Line(start, raw.rstrip("\r\n\x0c\x0b\x1c\x1d\x1e\x85\u2028\u2029")))
        start += len(raw)
    return lines


def lines_to_parts(lines: list[Line]) -> list[Part]:
    """Runs of lines: table rows, bullets, hash headings, and paragraphs between blank lines."""
    parts: list[Part] = []
    fresh = True
    for line in lines:
        text = line.text
        if not text.strip() or RULE.match(text):
            fresh = True
            continue
        role = line_to_role(text)
        last = parts[-1] if parts else None
        if last and not fresh and goes_with(role, last.role):
            last.lines.append(line)
        else:
            parts.append(Part(role, [line], level=_hash_level(text)))
        fresh = False
    return parts


def goes_with(role: str, last: str) -> bool:
    """Whether a line belongs to the part right above it: running text to text, a table row to its table."""
    return role == last == "table" or (role == "paragraph" and last in {"paragraph", "item", "footnote"})


def line_to_role(text: str) -> str:
    """What a line is by its own form."""
    if "\t" in text.strip("\n ") and text.strip() and not TABBED_ITEM.match(text):
        return "table"
    if HASHES.match(text):
        return "heading"
    if FOOTNOTE.match(text):
        return "footnote"
    if CAPTION.match(text):
        return "caption"
    if TABLE_NOTE.match(text) and not BULLET.match(text):
        return "footnote"
    if NUMBERED_PARAGRAPH.match(text) or BULLET.match(text) or NUMBERED_ITEM.match(text):
        return "item"
    return "paragraph"


def _hash_level(text: str) -> int:
    match = HASHES.match(text)
    return len(match.group(1)) if match else 0


def mark_contents_list(parts: list[Part]) -> list[Part]:
    """The lines after 'Contents' up to the first title that comes again are no text and no table."""
    begin = next(
        (i for i, part in enumerate(parts) if part.raw.strip("#* ").lower() in {"contents", "table of contents"}), None
    )
    if begin is None or begin + 1 >= len(parts):
        return parts
    first = re.split(r"\t|\s*\.{3,}|\s+\d+$", parts[begin + 1].raw)[0].strip().lower()
    end = next(
        (i for i in range(begin + 2, len(parts)) if first and parts[i].raw.strip("#* ").lower() == first),
        begin + 1,
    )
    return [replace(part, role="furniture") if begin <= i < end else part for i, part in enumerate(parts)]


def mark_furniture(parts: list[Part]) -> list[Part]:
    """Short lines that come three times or more are running heads and feet; the first stays as text."""
    counts = Counter(_signature(part) for part in parts if len(part.lines) == 1 and part.role != "table")
    seen: set[str] = set()
    marked = []
    for part in parts:
        signature = _signature(part)
        repeated = len(part.lines) == 1 and part.role != "table" and counts[signature] >= REPEATS_OF_FURNITURE
        marked.append(replace(part, role="furniture") if repeated and signature in seen else part)
        seen.add(signature)
    return marked


def _signature(part: Part) -> str:
    return re.sub(r"\W+", " ", part.raw).strip().lower()


def mark_headings(parts: list[Part]) -> list[Part]:
    """Bare heading lines: one short line on its own, followed by text, that does not end like a sentence."""
    titles = {_title(line.text) for part in parts if part.role == "furniture" for line in part.lines}
    hashed = any(part.role == "heading" for part in parts)
    marked = []
    for index, part in enumerate(parts):
        after = parts[index + 1] if index + 1 < len(parts) else None
        if part.role in {"paragraph", "item"} and is_bare_heading(part, after):
            top = _title(part.raw) in titles or bool(re.match(r"^\d{1,2}\.\s", part.raw.strip()))
            marked.append(replace(part, role="heading", level=1 if top and not hashed else 2 if not hashed else 5))
        else:
            marked.append(part)
    return marked


def mark_single_rows(parts: list[Part]) -> list[Part]:
    """A row on its own is no table: a torn banner right above one is furniture, any other a paragraph with tabs."""
    marked = []
    for index, part in enumerate(parts):
        if part.role == "table" and len(part.lines) == 1:
            before, after = _next_text(parts, index, -1), _next_text(parts, index, 1)
            same = [p for p in (before, after) if p is not None and p.role == "table" and _width(p) == _width(part)]
            if not same:
                banner = after is not None and after.role == "table"
                part = replace(part, role="furniture" if banner else "paragraph")
        marked.append(part)
    return marked


def _next_text(parts: list[Part], index: int, step: int) -> Part | None:
    """The next part that is neither furniture nor a footnote, forwards or backwards."""
    index += step
    while 0 <= index < len(parts) and parts[index].role in {"furniture", "footnote"}:
        index += step
    return parts[index] if 0 <= index < len(parts) else None


def _width(part: Part) -> int:
    """How many cells the longest line of a part has."""
    return max(len(_cells(line)) for line in part.lines)


def _title(text: str) -> str:
    return re.sub(r"[\W\d]+", " ", text.split("\t")[0]).strip().lower()


def is_bare_heading(part: Part, after: Part | None) -> bool:
    """Whether one line on its own reads as a title for what follows."""
    text = part.raw.strip().strip("*").strip()
    if len(part.lines) != 1 or after is None or after.role == "furniture" or not text:
        return False
    if part.role == "item" and not NUMBERED_ITEM.match(part.raw):
        return False
    if NUMBERED_PARAGRAPH.match(part.raw) or len(text.split()) > HEADING_WORDS or not re.search(r"[A-Za-z]{2}", text):
        return False
    if re.search(r"[.;:,]$|@|^\W|^[a-z]", text) or DANGLING.search(text):
        return False
    return after.role != "item" or NUMBERED_ITEM.match(after.raw) is None or part.role != "item"


def join_broken_paragraphs(parts: list[Part]) -> list[Part]:
    """Paragraphs that a page end, a footnote or a running head broke are one again."""
    kept: list[Part] = []
    for part in parts:
        last = next((p for p in reversed(kept) if p.role not in {"footnote", "furniture"}), None)
        if part.role == "paragraph" and last and last.role in {"paragraph", "item"} and _goes_on(last, part):
            last.lines.extend(part.lines)
        else:
            kept.append(replace(part, lines=list(part.lines)))
    return kept


def _goes_on(last: Part, part: Part) -> bool:
    end, begin = last.raw.rstrip().rstrip("*_"), part.raw.lstrip().lstrip("*_")
    if SENTENCE_END.search(end) and not end.endswith((";", ":")):
        return False
    return begin[:1].islower() or bool(DANGLING.search(end))


def parts_to_blocks_and_tables(parts: list[Part], text: str) -> tuple[list[Block], list[Table]]:
    """Blocks and tables in reading order with section paths, captions, lead-ins and notes."""
    blocks: list[Block] = []
    drafts: list[DraftTable] = []
    section: list[tuple[int, str]] = []
    after_table = table_group = 0
    for number, group in enumerate(_group_table_parts(parts)):
        path = tuple(title for _, title in section)
        if group[0].role == "table":
            runs = [part.lines for part in group if part.role == "table"]
            table_group = number
            for draft in lines_to_tables(runs, len(drafts), len(blocks) + len(drafts), path):
                table = replace(draft.table, order=len(blocks) + len(drafts))
                drafts.append(replace(draft, table=_with_surroundings(table, blocks[after_table:])))
                after_table = len(blocks)
            group = [part for part in group if part.role != "table"]
        for part in group:
            block = part_to_block(part, f"b{len(blocks)}", len(blocks) + len(drafts), path, text)
            if block is None:
                continue
            near = drafts and block.role == "footnote" and number - table_group <= NOTE_REACH
            if near and _is_below(drafts[-1].table, block):
                mark = NOTE_MARK.match(part.raw)
                note = f"{mark.group(1)} {block.text}" if mark else block.text
                table = drafts[-1].table
                drafts[-1] = replace(drafts[-1], table=replace(table, notes=(*table.notes, note)))
            if block.role == "heading":
                section = [(level, title) for level, title in section if level < part.level]
                block = replace(block, section=tuple(title for _, title in section))
                section.append((part.level, block.text))
            blocks.append(block)
    return blocks, [finish_table(draft, text) for draft in drafts]


def _group_table_parts(parts: list[Part]) -> Iterator[list[Part]]:
    """Parts one by one, but runs of one table (parted by page ends, running heads, footnotes) together."""
    index = 0
    while index < len(parts):
        group = [parts[index]]
        index += 1
        if group[0].role == "table":
            while index < len(parts):
                ahead = index
                while (
                    ahead < len(parts)
                    and parts[ahead].role in {"furniture", "footnote"}
                    and not TABLE_NOTE.match(parts[ahead].raw)
                ):
                    ahead += 1
                if ahead >= len(parts) or parts[ahead].role != "table" or not _continues(group[0], parts[ahead]):
                    break
                group.extend(parts[index : ahead + 1])
                index = ahead + 1
        yield group


def _continues(table: Part, part: Part) -> bool:
    """Whether a run of rows has as many columns as the table before it, and is not headed as another table."""
    head, first = _cells(table.lines[0]), _cells(part.lines[0])
    if _width(table) != _width(part):
        return False
    if first == head:
        return True
    return not (len(head) > 2 and first[1:] == head[1:] and any(first[1:])) and len(head) != 1


def _cells(line: Line) -> list[str]:
    return [cell.strip() for cell in line.text.rstrip(" ").split("\t")]


def _with_surroundings(table: Table, blocks: list[Block]) -> Table:
    """Caption and lead-in from the blocks just before the table."""
    caption = lead_in = None
    for block in reversed(blocks[-3:]):
        if block.role == "caption" and caption is None:
            caption = block.text
        elif block.role in {"paragraph", "item"} and lead_in is None:
            lead_in = block.text
        elif block.role == "heading":
            break
    first = table.grid()[0]
    if caption is None and re.match(r"^(table|figure)\s+\w+\s*[:.–-]", first[0], re.IGNORECASE):
        caption = first[0]
    return replace(table, caption=caption, lead_in=lead_in)


def _is_below(table: Table, block: Block) -> bool:
    begins = block.pieces[0].source_start if block.pieces else 0
    return bool(table.row_spans) and begins >= (table.row_spans[-1] or (0, 0))[1]


def part_to_block(part: Part, block_id: str, order: int, section: tuple[str, ...], text: str) -> Block | None:
    """The block of a part, its words cleaned of marks and tied to the source piece by piece."""
    number = None
    lines = [(line.start, line.end) for line in part.lines]
    first = part.lines[0].text
    match = NUMBERED_PARAGRAPH.match(first)
    role: Role = part.role if part.role != "table" else "paragraph"  # type: ignore[assignment]
    if match:
        number, role = match.group(1), "paragraph"
    elif part.role == "item":
        match = NUMBERED_ITEM.match(first) or BULLET.match(first)
        number = match.group(1) if match and NUMBERED_ITEM.match(first) else None
    elif part.role == "heading":
        match = HASHES.match(first)
    elif part.role == "footnote":
        match = NOTE_MARK.match(first)
    if match:
        lines[0] = (lines[0][0] + match.end(), lines[0][1])
    words, pieces = raw_to_text(text, lines)
    if not any(character.isalnum() for character in words):
        return None
    return Block(block_id, order, role, words, tuple(Piece(*piece) for piece in pieces), section, part.level, number)
