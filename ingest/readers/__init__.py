"""One reader a format; which one is told by the name's suffix and held against the content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any, cast

from ingest.readers.archive import MAX_DEPTH, Allowance, Inner, check_office
from ingest.readers.checks import content_in_words, file_to_bytes
from ingest.readers.invisible import without_invisible
from kb.errors import UnreadableFile
from kb.model import Document

# To be raised whenever the readers read the same files better: `kb ingest` then reads them again.
READER_VERSION = 4

# Suffix to module and function; modules are imported when a file needs them, as they bring heavy packages.
READERS: dict[str, tuple[str, str]] = {
    ".pdf": ("ingest.readers.pdf", "read_pdf"),
    ".docx": ("ingest.readers.docx", "read_docx"),
    ".docm": ("ingest.readers.docx", "read_docx"),
    ".htm": ("ingest.readers.web", "read_html"),
    ".html": ("ingest.readers.web", "read_html"),
    ".pptx": ("ingest.readers.pptx", "read_pptx"),
    ".pptm": ("ingest.readers.pptx", "read_pptx"),
    ".xlsx": ("ingest.readers.xlsx", "read_xlsx"),
    ".xlsm": ("ingest.readers.xlsx", "read_xlsx"),
    ".csv": ("ingest.readers.delimited", "read_delimited"),
    ".tsv": ("ingest.readers.delimited", "read_delimited"),
    ".txt": ("ingest.readers.text", "read_text"),
    ".md": ("ingest.readers.markdown", "read_markdown"),
    ".eml": ("ingest.readers.mail", "read_mail"),
}
# What other files are found in, a document of its own each; a mail is one itself as well.
CONTAINERS: dict[str, tuple[str, str]] = {
    ".zip": ("ingest.readers.archive", "archive_to_files"),
    ".eml": ("ingest.readers.mail", "mail_to_files"),
}
# Office documents are zip archives of XML.
OFFICE_SUFFIXES = frozenset((".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".pptm"))
ZIP_SIGNATURE = b"PK\x03\x04"
TEXT_SUFFIXES = frozenset((".txt", ".md", ".csv", ".tsv", ".htm", ".html"))
# Formats that are not read, and what a person can do about them.
SAVE_AS_XLSX = "open the file in Excel or LibreOffice and save it as Excel workbook (.xlsx)"
SAVE_AS_DOCX = "open the file in Word or LibreOffice and save it as Word document (.docx)"
SAVE_AS_PPTX = "open the file in PowerPoint or LibreOffice and save it as presentation (.pptx)"
SAVE_INSTEAD = {
    ".doc": f"The old Word format (.doc) cannot be read; {SAVE_AS_DOCX}",
    ".odt": f"OpenDocument texts (.odt) cannot be read; {SAVE_AS_DOCX}",
    ".rtf": f"Rich text documents (.rtf) cannot be read; {SAVE_AS_DOCX}",
    ".ppt": f"The old PowerPoint format (.ppt) cannot be read; {SAVE_AS_PPTX}",
    ".odp": f"OpenDocument presentations (.odp) cannot be read; {SAVE_AS_PPTX}",
    ".msg": "Outlook's own mail format (.msg) cannot be read; save the mail as .eml, or its words as text (.txt)",
    ".xls": f"The old Excel format (.xls) cannot be read; {SAVE_AS_XLSX}",
    ".xlsb": f"The binary Excel format (.xlsb) cannot be read; {SAVE_AS_XLSX}",
    ".ods": f"OpenDocument sheets (.ods) cannot be read; {SAVE_AS_XLSX}",
}
# What text files may well begin with.
TEXT_CONTENTS = frozenset(("something else", "a web page"))


def read(path: Path) -> Document:
    """The Document of a file. UnreadableFile, with a reason in words, where it cannot be read as what it is called."""
    check_suffix(path)
    return bytes_to_document(path, file_to_bytes(path))


def bytes_to_document(path: Path, data: bytes) -> Document:
    """The Document of a file's content, read as its suffix says; raises as :func:`read`."""
    check_suffix(path)
    suffix = path.suffix.lower()
    content = content_in_words(data)
    if suffix in TEXT_SUFFIXES and content not in TEXT_CONTENTS:
        raise UnreadableFile(path.name, f"The name says text, but the content is {content}")
    if suffix in OFFICE_SUFFIXES and data.startswith(ZIP_SIGNATURE):
        check_office(path.name, data)
    reader: Callable[[Path, bytes], Document] = load(READERS, suffix)
    return replace(without_invisible(reader(path, data)), reader_version=READER_VERSION)


def file_to_files(path: Path) -> Iterator[Inner | UnreadableFile]:
    """A file, and the files in it where it is an archive or a mail; or why one of those is left out.

    Raises UnreadableFile where the file itself is refused.
    """
    check_suffix(path)
    data = file_to_bytes(path)
    yield from inner_to_files(Inner(path.name, data), Allowance(len(data)), 0)


def inner_to_files(inner: Inner, allowance: Allowance, depth: int) -> Iterator[Inner | UnreadableFile]:
    """A file in ``depth`` others, if it is one to be read, and the files in it."""
    path = Path(PurePosixPath(inner.source).name)
    suffix = path.suffix.lower()
    try:
        check_suffix(path)
        if suffix in READERS:
            yield inner
        if suffix in CONTAINERS and depth <= MAX_DEPTH:
            for found in load(CONTAINERS, suffix)(inner.source, inner.data, allowance):
                if isinstance(found, UnreadableFile):
                    yield found
                elif depth == MAX_DEPTH:
                    yield UnreadableFile(found.source, "Files are read from an archive in an archive, not from deeper")
                else:
                    yield from inner_to_files(found, allowance, depth + 1)
    except UnreadableFile as error:
        if depth == 0 or allowance.is_spent:
            raise UnreadableFile(inner.source, error.reason) from error
        yield UnreadableFile(inner.source, error.reason)


def inner_to_document(inner: Inner) -> Document:
    """The Document of a file in others, called by its whole name; raises as :func:`read`."""
    path = Path(PurePosixPath(inner.source).name)
    try:
        return replace(bytes_to_document(path, inner.data), source=inner.source)
    except UnreadableFile as error:
        raise UnreadableFile(inner.source, error.reason) from error


def load(table: dict[str, tuple[str, str]], suffix: str) -> Callable[..., Any]:
    """The function that a table names for a suffix."""
    module, function = table[suffix]
    return cast(Callable[..., Any], getattr(import_module(module), function))


def is_readable(path: Path) -> bool:
    """Whether there is a reader for files of that name, or for those in it."""
    return path.suffix.lower() in READERS or path.suffix.lower() in CONTAINERS


def check_suffix(path: Path) -> None:
    """Refuse a file that no reader is for, naming those there are."""
    if path.suffix.lower() in SAVE_INSTEAD:
        raise UnreadableFile(path.name, SAVE_INSTEAD[path.suffix.lower()])
    if not is_readable(path):
        kind = f"Files named {path.suffix}" if path.suffix else "Files without a suffix"
        raise UnreadableFile(path.name, f"{kind} cannot be read; {', '.join(sorted({*READERS, *CONTAINERS}))} can")
