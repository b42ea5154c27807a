"""The bytes of a web page -> its characters, by the rules of the HTML standard."""

from __future__ import annotations

import codecs
import re

# Where a page must say its encoding.
PRESCAN = 1024
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
META = re.compile(rb"""<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
XML = re.compile(rb"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
COMMENT = re.compile(rb"<!--.*?(?:-->|$)", re.DOTALL)
# Labels that do not mean what they say: browsers read them as the larger set.
LATIN = frozenset("ascii us-ascii iso-8859-1 iso8859-1 latin1 latin-1 l1 cp1252 windows-1252 x-cp1252 ansi".split())


def bytes_to_characters(data: bytes) -> str:
    """The characters of a page; those that its encoding does not know are replaced.

    Its byte order mark says which encoding it is, else its first kilobyte, else UTF-8 where the bytes are valid as
    that, else Windows-1252.
    """
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    declared = declared_encoding(data[:PRESCAN])
    if declared is not None:
        return data.decode(declared, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("windows-1252", "replace")


def declared_encoding(head: bytes) -> str | None:
    """The encoding that a page names at its beginning, as Python calls it; None where it names none that is known."""
    found = META.search(COMMENT.sub(b"", head)) or XML.match(head)
    if found is None:
        return None
    label = found.group(1).decode("ascii", "replace").lower()
    if label in LATIN:
        return "windows-1252"
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    # A page whose declaration could be read byte by byte is not in UTF-16, whatever it says.
    return "utf-8" if name.startswith(("utf-16", "utf-32")) else name
