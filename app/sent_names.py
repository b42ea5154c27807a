"""The name of a file that a browser or a program sends, as a name only."""

from __future__ import annotations

from pathlib import PurePosixPath

# In bytes: most file systems take 255, and readers put endings of their own behind it.
LONGEST_NAME = 200
# What a form cannot hold in a name, as browsers and curl write it (HTML standard, multipart/form-data).
ESCAPED = {"%22": '"', "%0D": "", "%0A": ""}


def sent_name(said: str | None) -> str:
    """The last part of a name, without what a file system cannot take; ``file`` where nothing is left."""
    name = said or ""
    for escaped, meant in ESCAPED.items():
        name = name.replace(escaped, meant)
    own = PurePosixPath(name.replace("\\", "/")).name
    clean = "".join(character for character in own if character.isprintable()).strip()
    stem, dot, suffix = clean.rpartition(".")
    while len(clean.encode()) > LONGEST_NAME and (stem or suffix):
        stem, suffix = (stem[:-1], suffix) if stem else ("", suffix[:-1])
        clean = f"{stem}{dot}{suffix}"
    return clean if clean.strip(". ") else "file"
