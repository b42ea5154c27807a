"""One reader a format; which one is told by the name's suffix and held against the content."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from ingest.readers.checks import content_in_words, file_to_bytes
from kb.errors import UnreadableFile
from kb.model import Document

# Suffix to module and function; modules are imported when a file needs them, as they bring heavy packages.
READERS: dict[str, tuple[str, str]] = {
    ".pdf": ("ingest.readers.pdf", "read_pdf"),
    ".docx": ("ingest.readers.docx", "read_docx"),
    ".txt": ("ingest.readers.text", "read_text"),
    ".md": ("ingest.readers.text", "read_text"),
}
TEXT_SUFFIXES = frozenset((".txt", ".md"))
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
    module, function = READERS[suffix]
    reader: Callable[[Path, bytes], Document] = getattr(import_module(module), function)
    return reader(path, data)


def is_readable(path: Path) -> bool:
    """Whether there is a reader for files of that name."""
    return path.suffix.lower() in READERS


def check_suffix(path: Path) -> None:
    """Refuse a file that no reader is for, naming those there are."""
    if not is_readable(path):
        kind = f"Files named {path.suffix}" if path.suffix else "Files without a suffix"
        raise UnreadableFile(path.name, f"{kind} cannot be read; {', '.join(sorted(READERS))} can")
