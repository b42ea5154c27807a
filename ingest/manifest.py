"""manifest.toml: what a folder says about its documents, and which of its files are documents at all.

One ``[[document]]`` a file, with ``file`` (relative to the folder) and any of title, issuer, date, date_text, kind,
marking, forces. One with ``edition_of`` is another form of a document and is ingested only where it is named.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from kb.errors import UnreadableFile
from kb.model import Document, Kind, Marking

MANIFEST = "manifest.toml"
WORDS = ("title", "issuer", "date", "date_text")
CHOICES: Mapping[str, tuple[str, ...]] = {"kind": get_args(Kind), "marking": get_args(Marking)}
DATE = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d")


@dataclass(frozen=True)
class Entry:
    """What a manifest says about one file; ``fields`` go over the document's own."""

    file: Path
    fields: Mapping[str, Any]
    is_edition: bool


def read_manifest(folder: Path) -> list[Entry] | None:
    """The entries of the folder's manifest; None where there is none. UnreadableFile says what is wrong with it."""
    path = folder / MANIFEST
    try:
        return manifest_to_entries(folder, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableFile(MANIFEST, f"The file cannot be opened: {error.strerror or error}") from error


@lru_cache(maxsize=32)
def manifest_to_entries(folder: Path, _changed: int) -> list[Entry]:
    try:
        content = tomllib.loads((folder / MANIFEST).read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(MANIFEST, f"This is not valid TOML: {error}") from error
    documents = content.get("document", [])
    if not isinstance(documents, list):
        raise UnreadableFile(MANIFEST, "Documents are listed under [[document]]")
    return [table_to_entry(folder, table) for table in documents]


def table_to_entry(folder: Path, table: Any) -> Entry:
    """One ``[[document]]``, checked field by field."""
    if not isinstance(table, dict) or not isinstance(table.get("file"), str):
        raise UnreadableFile(MANIFEST, "A [[document]] names no file")
    file = folder / table["file"]
    if not file.resolve().is_relative_to(folder.resolve()):
        raise UnreadableFile(MANIFEST, f"{table['file']} is outside the folder of the manifest")
    fields: dict[str, Any] = {}
    for name in (*WORDS, *CHOICES):
        if name in table:
            fields[name] = checked(name, str(table[name]))
    if "forces" in table:
        fields["forces"] = tuple(str(force) for force in table["forces"])
    return Entry(file, fields, "edition_of" in table)


def checked(name: str, value: str) -> str:
    if name in CHOICES and value not in CHOICES[name]:
        raise UnreadableFile(MANIFEST, f"{name} is {value!r}; it can be {', '.join(CHOICES[name])}")
    if name == "date" and not DATE.fullmatch(value):
        raise UnreadableFile(MANIFEST, f"date is {value!r}; it must be a day such as 2013-11-01")
    return value


def with_manifest(document: Document, path: Path) -> Document:
    """The document with what the manifest of its file's folder, or of the folder above, says about it."""
    for folder in (path.parent, path.parent.parent):
        for entry in read_manifest(folder) or ():
            if entry.file.resolve() == path.resolve():
                return replace(document, **entry.fields)
    return document
