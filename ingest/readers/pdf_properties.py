"""What a PDF says of itself: outline, page labels, title, author, date. All of it may be missing or wrong."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ingest.layout.headings import OutlineEntry
from ingest.readers.checks import MAX_PAGES

log = logging.getLogger(__name__)

NO_PAGES = "The PDF has no pages"
PASSWORD = "The PDF is protected by a password; save a copy without the password and read that"
DAMAGED = "The file is damaged or cut off and cannot be read as a PDF"
MAX_OUTLINE = 5_000
MAX_OUTLINE_DEPTH = 12
# What writing programs put where a title belongs.
NO_TITLE = re.compile(
    r"^(?:untitled|document\d*|title|slide \d+|presentation\d*|powerpoint presentation"
    r"|microsoft (?:word|powerpoint|excel)\b.*|.*\.(?:docx?|pptx?|xlsx?|pdf|indd|qxd|rtf|odt|html?|tmp))$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Properties:
    """``labels`` has the printed page numbers that differ from the page's place; ``date`` is ISO."""

    title: str | None = None
    author: str | None = None
    date: str | None = None
    outline: tuple[OutlineEntry, ...] = ()
    labels: dict[int, str] = field(default_factory=dict)


def read_properties(data: bytes) -> Properties:
    """The properties that can be read; a document is no worse for lacking them."""
    import pypdfium2

    pdf = _attempt(lambda: pypdfium2.PdfDocument(data))
    if pdf is None:
        return Properties()
    with closing(pdf):
        named = _attempt(lambda: pdf.get_metadata_dict()) or {}
        return Properties(
            title=sensible_title(named.get("Title")),
            author=_clean(named.get("Author")),
            date=_attempt(lambda: explicit_date(data)),
            outline=tuple(_attempt(lambda: list(read_outline(pdf))) or ()),
            labels=_attempt(lambda: read_labels(pdf)) or {},
        )


def why_not_opened(data: bytes) -> str:
    """Why PDFium would not open a PDF, in words. Its own error code may be that of an earlier file."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    reader = _attempt(lambda: pypdf.PdfReader(io.BytesIO(data), strict=False))
    if reader is None:
        return DAMAGED
    if reader.is_encrypted:
        return PASSWORD
    return NO_PAGES if _attempt(lambda: len(reader.pages)) == 0 else DAMAGED


def _attempt(read: Any) -> Any:
    # Damaged files raise anything from KeyError to RecursionError here, and the words are already read.
    try:
        return read()
    except Exception as error:
        log.debug("property left out: %s", error)
        return None


def _clean(text: object) -> str | None:
    words = " ".join(str(text).replace("\0", "").split()) if text else ""
    return words or None


def sensible_title(text: object) -> str | None:
    """A title that a person gave, not a file name or a program's placeholder."""
    title = _clean(text)
    if title is None or len(title) < 4 or NO_TITLE.match(title) or not re.search(r"[^\W\d_]{3}", title):
        return None
    return title


def explicit_date(data: bytes) -> str | None:
    """The date that the metadata gives the document (Dublin Core), not when the file was made."""
    if b"dc:date" not in data:  # metadata are left readable in the file, and pypdf takes long to load
        return None
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        reader.decrypt("")
    xmp = reader.xmp_metadata
    for date in (xmp.dc_date or []) if xmp is not None else []:
        return str(date.date().isoformat())
    return None


def read_outline(pdf: Any) -> Iterator[OutlineEntry]:
    """Bookmarks in order, nested ones one level deeper."""
    for bookmark in islice(pdf.get_toc(max_depth=MAX_OUTLINE_DEPTH), MAX_OUTLINE):
        title = _clean(_attempt(bookmark.get_title))
        if title:
            yield OutlineEntry(title, bookmark.level + 1, _attempt(lambda bookmark=bookmark: _page_number(bookmark)))


def _page_number(bookmark: Any) -> int | None:
    destination = bookmark.get_dest()
    index = destination.get_index() if destination is not None else None
    return index + 1 if index is not None and index >= 0 else None


def read_labels(pdf: Any) -> dict[int, str]:
    """Printed page numbers, for the pages where they are not simply the page's place."""
    labels = {index + 1: pdf.get_page_label(index) for index in range(min(len(pdf), MAX_PAGES))}
    return {number: label for number, label in labels.items() if label and label != str(number)}
