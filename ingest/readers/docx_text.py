"""The words of a Word paragraph or cell as a reader sees them, and the notes that they refer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ingest.readers.assembly import fold, is_note_mark, without_raised_digits

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
BOX = f"{W}txbxContent"
WORDS = (f"{W}t", f"{M}t")
BLANKS = (f"{W}tab", f"{W}br", f"{W}cr", f"{W}ptab")
REFERENCES = (f"{W}footnoteReference", f"{W}endnoteReference")
# Not part of the words: text boxes (read on their own), what was deleted or moved away, and twins for older programs.
LEFT_OUT = frozenset((BOX, FALLBACK, f"{W}del", f"{W}moveFrom"))
OFF = ("0", "false", "off")


@dataclass
class Words:
    """``text`` without footnote marks; ``marks`` are those that were typed, ``references`` the notes by kind and id."""

    text: str
    marks: list[str] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)


def element_to_words(element: Any) -> Words:
    """The words of a ``w:p``, or of all paragraphs of a ``w:tc``, parted by single spaces."""
    found = Words("")
    parts: list[str] = []
    for node in element.iter(*WORDS, *BLANKS, *REFERENCES, f"{W}noBreakHyphen", f"{W}p"):
        if node.tag == f"{W}p":
            parts.append(" ")
        elif is_left_out(node, element):
            continue
        elif node.tag in WORDS:
            if is_raised(node) and is_note_mark(node.text or "", "".join(parts[-8:])):
                found.marks.append((node.text or "").strip())
            else:
                parts.append(node.text or "")
        elif node.tag in REFERENCES:
            found.references.append((node.tag, node.get(f"{W}id", "")))
        elif node.tag == f"{W}noBreakHyphen":
            parts.append("-")
        elif node.getparent().tag == f"{W}r":
            parts.append(" ")
    found.text, raised = without_raised_digits(fold("".join(parts)))
    found.marks += raised
    return found


def is_left_out(node: Any, top: Any) -> bool:
    """Whether a reader of the paragraph ``top`` does not see a node in it, or sees it elsewhere."""
    if node.getparent().tag == f"{W}r" and is_on(node.getparent().find(f"{W}rPr/{W}vanish")):
        return True
    for ancestor in node.iterancestors():
        if ancestor is top:
            return False
        if ancestor.tag in LEFT_OUT:
            return True
        if ancestor.tag == f"{W}sdt" and ancestor.find(f"{W}sdtPr/{W}showingPlcHdr") is not None:
            return True  # "Click here to enter text"
    return False


def is_on(switch: Any) -> bool:
    """Whether an on-off element is there and not off."""
    return switch is not None and switch.get(f"{W}val") not in OFF


def is_raised(node: Any) -> bool:
    """Whether characters are set as superscript."""
    raised = node.getparent().find(f"{W}rPr/{W}vertAlign")
    return raised is not None and raised.get(f"{W}val") == "superscript"
