"""Zip archives: what may be in one that is opened, and the documents in a .zip.

Sizes are measured while unpacking: what an archive's directory says of itself is not believed.
"""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.readers.checks import content_in_words
from kb.errors import UnreadableFile

# What an archive, with those in it, may unpack to, and how many times its packed size; more is an attack or a mistake.
MAX_UNPACKED_BYTES = 600 * 1024 * 1024
MAX_RATIO = 200
RATIO_FROM_BYTES = 20 * 1024 * 1024
MAX_MEMBERS = 10_000
# A file in an archive in an archive is read, one deeper is not.
MAX_DEPTH = 2
CHUNK_BYTES = 256 * 1024
# What systems put beside a person's files.
CLUTTER = re.compile(r"(?:^|/)(?:\.(?!\.(?:[/\\]|$))[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(?:/|$)", re.IGNORECASE)
# Office programs never write declarations into their parts; entities in them are the way to blow one up.
DECLARATION = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)")
XML_SUFFIXES = (".xml", ".rels", ".vml")
SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
ENCRYPTED = 0x1
# What zipfile raises for damage; RuntimeError stands for a kind of compression that it does not know.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error)
BROKEN = (*DAMAGE, ValueError, OSError, RuntimeError, OverflowError)


@dataclass(frozen=True)
class Inner:
    """A file as it was found: ``source`` is its name, after those of the archives that it is in, and a slash each."""

    source: str
    data: bytes


class Allowance:
    """What may still be unpacked; one for an archive and all that is in it."""

    def __init__(self, packed_bytes: int, unpacked_bytes: int = MAX_UNPACKED_BYTES, members: int = MAX_MEMBERS) -> None:
        self.packed_bytes = packed_bytes
        self.unpacked_bytes = unpacked_bytes
        self.members = members
        self.unpacked = 0

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be unpacked."""
        blown_up = self.unpacked > RATIO_FROM_BYTES and self.unpacked > MAX_RATIO * self.packed_bytes
        return self.members < 0 or blown_up or self.unpacked > self.unpacked_bytes

    def take(self, source: str, size: int) -> None:
        """Count bytes that were unpacked; UnreadableFile where there are too many."""
        self.unpacked += size
        if self.is_spent:
            size = self.unpacked // (1024 * 1024)
            raise UnreadableFile(source, f"It unpacks to more than {size} MB, which no ordinary file of its size does")

    def take_members(self, source: str, count: int) -> None:
        self.members -= count
        if self.members < 0:
            raise UnreadableFile(source, f"It holds more than {MAX_MEMBERS:,} files")


class MemberError(Exception):
    """One member of an archive cannot be unpacked; ``str(error)`` is the reason in words."""


def check_office(source: str, data: bytes) -> None:
    """Refuse an office document (a zip archive of XML) that cannot be unpacked whole, or was made to do harm."""
    allowance = Allowance(len(data))
    with opened(source, data, allowance) as archive:
        for member in archive.infolist():
            tail, is_xml = b"", member.filename.lower().endswith(XML_SUFFIXES)
            try:
                for chunk in unpacked(source, archive, member, allowance):
                    if is_xml and DECLARATION.search(tail + chunk):
                        raise UnreadableFile(source, "It has declarations (DTD) in it that no office program writes")
                    tail = chunk[-32:]
            except MemberError as error:
                raise UnreadableFile(source, f"Its part {clean_name(member.filename)}: {error}") from error


def archive_to_files(source: str, data: bytes, allowance: Allowance) -> Iterator[Inner | UnreadableFile]:
    """The files in a .zip by name, or why one is left out. UnreadableFile is raised where the whole is refused."""
    with opened(source, data, allowance) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        members = [member for member in members if not CLUTTER.search(member.filename)]
        if not members:
            raise UnreadableFile(source, "The archive is empty")
        for member in sorted(members, key=lambda member: member.filename):
            name = f"{source}/{clean_name(member.filename)}"
            try:
                yield Inner(name, b"".join(unpacked(source, archive, member, allowance)))
            except MemberError as error:
                yield UnreadableFile(name, str(error))


def opened(source: str, data: bytes, allowance: Allowance) -> zipfile.ZipFile:
    """The archive with its directory read; refused where that is damaged or too long."""
    if not data.startswith(SIGNATURES):
        raise UnreadableFile(source, f"The name says archive, but the content is {content_in_words(data)}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as error:
        raise UnreadableFile(source, "The archive is damaged or cut off") from error
    allowance.take_members(source, len(archive.infolist()))
    return archive


def unpacked(source: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, allowance: Allowance) -> Iterator[bytes]:
    """The content of a member piece by piece. MemberError: it cannot be had; UnreadableFile: all is too much."""
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", member.filename):
        raise MemberError("Its name leads out of the archive, as if to overwrite another file")
    if member.flag_bits & ENCRYPTED:
        raise MemberError("It is protected by a password")
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                allowance.take(source, len(chunk))
                yield chunk
    except BROKEN as error:
        raise MemberError("It is damaged and cannot be unpacked") from error


def clean_name(name: str) -> str:
    """A member's name for people: single slashes, no control or formatting characters."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "/".join("".join(c if c.isprintable() else "_" for c in part) for part in parts if part != "/") or "_"
