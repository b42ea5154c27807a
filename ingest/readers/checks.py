"""What is checked before a file is read: size, emptiness, and that the content is what the suffix says."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path

from kb.errors import UnreadableFile

MAX_BYTES = 300 * 1024 * 1024
MAX_PAGES = 5_000
ID_LENGTH = 16
# A PDF may have some rubbish before its header; readers accept it within the first kilobyte.
PDF_HEADER_WITHIN = 1024
# Its trailer stands at the end, before what a mail program may have added.
PDF_TRAILER_WITHIN = 4096


def document_id(data: bytes) -> str:
    """The identity of a document: the same bytes have the same id, whatever the file is called."""
    return hashlib.sha256(data).hexdigest()[:ID_LENGTH]


def file_to_id(path: Path) -> str:
    """The identity of a file's document by its content, not held in memory; raises as :func:`file_to_bytes`."""
    check_size(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:ID_LENGTH]
    except OSError as error:
        raise UnreadableFile(path.name, f"The file cannot be opened: {error.strerror or error}") from error


def file_to_bytes(path: Path) -> bytes:
    """The content of a file that is worth reading; UnreadableFile where it is empty, too large or not a file."""
    check_size(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(path.name, f"The file cannot be opened: {error.strerror or error}") from error


def check_size(path: Path) -> None:
    """Refuse by the size on disk, before anything is read."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableFile(path.name, f"The file cannot be opened: {error.strerror or error}") from error
    if not path.is_file():
        raise UnreadableFile(path.name, "This is not a file")
    if size == 0:
        raise UnreadableFile(path.name, "The file is empty (0 bytes)")
    if size > MAX_BYTES:
        limit = MAX_BYTES // (1024 * 1024)
        raise UnreadableFile(path.name, f"The file is too large: {size // (1024 * 1024)} MB, the limit is {limit} MB")


def check_is_pdf(source: str, data: bytes) -> None:
    """Refuse what is called a PDF but does not begin as one, or has lost its end."""
    if not data:
        raise UnreadableFile(source, "The file is empty (0 bytes)")
    # A header that is missing can be done without, where what follows is a PDF's objects.
    if not re.search(rb"%PDF-|\d\s+\d\s+obj\b", data[:PDF_HEADER_WITHIN]):
        raise UnreadableFile(source, f"The name says PDF, but the content is {content_in_words(data)}")
    tail = data[-PDF_TRAILER_WITHIN:]
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise UnreadableFile(source, "The PDF is cut off: its end is missing; download or copy it again")


def check_is_zip(source: str, data: bytes, kind: str) -> None:
    """Refuse what is called an office document (``kind``, say "Word document") but is no zip archive."""
    if not data:
        raise UnreadableFile(source, "The file is empty (0 bytes)")
    if not data.startswith(b"PK\x03\x04"):
        raise UnreadableFile(source, f"The name says {kind}, but the content is {content_in_words(data)}")


def macro_warnings(data: bytes, kind: str) -> tuple[str, ...]:
    """What to say of an office document (``kind``, say "workbook") with macros."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        has_macros = any(name.lower().endswith("vbaproject.bin") for name in archive.namelist())
    return (f"The {kind} has macros; they were neither run nor read",) if has_macros else ()


SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"{\\rtf", "a rich text document (RTF)"),
    (b"<!DOCTYPE", "a web page"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
)


# The names of a zip archive's members stand in it as they are.
OFFICE_PARTS = (
    (b"word/document", "a Word document (.docx)"),
    (b"xl/workbook", "an Excel workbook (.xlsx)"),
    (b"ppt/presentation", "a presentation (.pptx)"),
)


def content_in_words(data: bytes) -> str:
    """What the first bytes say that a file is, for a refusal."""
    start = data.lstrip()[:16]
    if start.startswith(b"PK\x03\x04"):
        for part, words in OFFICE_PARTS:
            if part in data:
                return words
    for signature, words in SIGNATURES:
        if start.startswith(signature):
            return words
    return "something else"
