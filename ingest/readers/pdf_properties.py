"""What a PDF says of itself: outline, page labels, title, author, date. All of it may be missing or wrong."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.layout.headings import OutlineEntry

log = logging.getLogger(__name__)

NO_PAGES = "The PDF has no pages"
PASSWORD = "The PDF is protected by a password"
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
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            reader.decrypt("")
        return Properties(
            title=sensible_title(_attempt(lambda: reader.metadata.title if reader.metadata else None)),
            author=_clean(_attempt(lambda: reader.metadata.author if reader.metadata else None)),
            date=_attempt(lambda: explicit_date(reader)),
            outline=tuple(_attempt(lambda: list(read_outline(reader))) or ()),
            labels=_attempt(lambda: read_labels(reader)) or {},
        )
    except Exception as error:
        log.info("no outline or metadata: %s", error)
        return Properties()


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


def explicit_date(reader: Any) -> str | None:
    """The date that the metadata gives the document (Dublin Core), not when the file was made."""
    xmp = reader.xmp_metadata
    for date in (xmp.dc_date or []) if xmp is not None else []:
        return str(date.date().isoformat())
    return None


def read_outline(reader: Any) -> Iterator[OutlineEntry]:
    """Bookmarks in order, nested ones one level deeper."""
    stack: list[tuple[Iterator[Any], int]] = [(iter(reader.outline), 1)]
    count = 0
    while stack and count < MAX_OUTLINE:
        items, level = stack[-1]
        item = next(items, None)
        if item is None:
            stack.pop()
        elif isinstance(item, list):
            if level < MAX_OUTLINE_DEPTH:
                stack.append((iter(item), level + 1))
        else:
            count += 1
            title = _clean(item.title)
            if title:
                yield OutlineEntry(title, level, _attempt(lambda item=item: _page_number(reader, item)))


def _page_number(reader: Any, item: Any) -> int | None:
    index = reader.get_destination_page_number(item)
    return index + 1 if index is not None and index >= 0 else None


def read_labels(reader: Any) -> dict[int, str]:
    """Printed page numbers, for the pages where they are not simply the page's place."""
    if "/PageLabels" not in reader.trailer["/Root"]:
        return {}
    return {number: label for number, label in enumerate(reader.page_labels, start=1) if label and label != str(number)}
