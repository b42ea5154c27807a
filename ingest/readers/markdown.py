"""Markdown (CommonMark with pipe tables and footnotes) -> Document, by way of the HTML that it stands for."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.readers.text import bytes_to_text, read_text
from ingest.readers.web import MAX_BYTES, html_to_document
from kb.errors import UnreadableFile
from kb.model import Document

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
FRONT_TITLE = re.compile(r"^title:[ \t]*(['\"]?)(.+?)\1[ \t]*$", re.MULTILINE)
NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]{1,60})\]:[ \t]*")
NOTE_MARK = re.compile(r"\[\^([^\]\s]{1,60})\]")
FENCE = re.compile(r"^ {0,3}(```|~~~)")
# Cells parted by tabs on two lines after each other: the form in which extractions of documents come, not Markdown.
TABBED = re.compile(r"^[^\t\n]*\S\t[^\n]*\n[^\n]*\t[^\n]*\S", re.MULTILINE)
# Quotes and lists in each other; what stands deeper is no writing of a person, and is left out.
MAX_NESTING = 100
PIPE_RULE = re.compile(
    r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$|^ {0,3}\|[ \t]*:?-+:?[ \t]*\|", re.MULTILINE
)


def read_markdown(path: Path, data: bytes) -> Document:
    """The Document of a .md file. One whose tables are parted by tabs is read as the text files are that have them.

    Raises UnreadableFile where the bytes are not text, are too many, or hold no words.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile(path.name, f"The file is too large: the limit is {MAX_BYTES // (1024 * 1024)} MB")
    text = bytes_to_text(path, data)
    if TABBED.search(text) and not PIPE_RULE.search(text):
        return read_text(path, data)
    return html_to_document(path, data, markdown_to_html(text), "markdown")


def markdown_to_html(text: str) -> str:
    """The page that a Markdown text stands for; its front matter gives the title and is no part of it."""
    front = FRONT_MATTER.match(text)
    title = FRONT_TITLE.search(front.group(1) or "") if front else None
    head = f"<title>{escape(title.group(2))}</title>" if title else ""
    body, notes = take_notes(text[front.end() :] if front else text)
    parser = parser_with_notes(notes)
    parts = [parser.render(body)]
    for label, words in notes.items():
        parts.append(f'<div id="fn-{escape(label)}" role="doc-footnote">{parser.render(words)}</div>')
    return f"{head}<body>{''.join(parts)}"


def take_notes(text: str) -> tuple[str, dict[str, str]]:
    """The text without the definitions of its footnotes, and these by their labels.

    A definition goes on over the lines below it up to a blank one, and after that over those that are set in.
    """
    kept: list[str] = []
    notes: dict[str, list[str]] = {}
    current: list[str] | None = None
    fence, blank = "", False
    for line in text.splitlines():
        found = NOTE.match(line) if not fence else None
        if found:
            current = notes.setdefault(found.group(1), [])
            line = line[found.end() :]
        elif current is not None and blank and line.strip() and not line.startswith(("    ", "\t")):
            current = None
        blank = not line.strip()
        if current is not None:
            current.append(line.strip())
            continue
        mark = FENCE.match(line)
        if mark and (not fence or mark.group(1) == fence):
            fence = "" if fence else mark.group(1)
        kept.append(line)
    return "\n".join(kept), {label: "\n".join(lines) for label, lines in notes.items()}


def parser_with_notes(notes: dict[str, str]) -> MarkdownIt:
    """A parser of CommonMark, pipe tables and marks of the footnotes that there are. HTML goes through as it is."""
    from markdown_it import MarkdownIt

    def mark(state: Any, silent: bool) -> bool:
        found = NOTE_MARK.match(state.src, state.pos, state.posMax)
        if found is None or found.group(1) not in notes:
            return False
        if not silent:
            label = escape(found.group(1))
            state.push(
                "html_inline", "", 0
            ).content = f'<sup><a href="#fn-{label}" role="doc-noteref">{label}</a></sup>'
        state.pos = found.end()
        return True

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])
    parser.inline.ruler.before("link", "footnote_mark", mark)
    return parser
