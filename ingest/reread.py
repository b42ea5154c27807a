"""Documents that are in, read again from the copies that are kept: with today's readers, and what is known of them."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from ingest.pipeline import Progress, Report, catch_up, take_in, with_metadata
from ingest.readers import READER_VERSION
from ingest.readers.bounded import BoundedReader, Reading
from ingest.readers.checks import file_to_id
from kb.errors import NotFound, UnreadableFile
from kb.model import Document

if TYPE_CHECKING:
    from kb.embedding import Embedder
    from kb.store import DocumentInfo, KnowledgeBase

NO_COPY = "No copy of its file was kept. Add the file again"


def outdated(kb: KnowledgeBase) -> list[DocumentInfo]:
    """The documents that an older state of the readers has read, and of which a copy is kept."""
    return [info for info in kb.documents() if info.reader_version < READER_VERSION and kb.file(info.id) is not None]


def reread(
    document_ids: Sequence[str],
    kb: KnowledgeBase,
    embedder: Embedder | None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Report:
    """Read documents again; one that can no longer be read stays as it is and is reported as refused.

    NotFound: no such id. Otherwise as :func:`ingest.pipeline.ingest`.
    """
    held = {info.id: info for info in kb.documents()}
    missing = [one for one in document_ids if one not in held]
    if missing:
        raise NotFound(f"There is no document {missing[0]!r} in the knowledge base.")
    report = Report()
    catch_up(kb, embedder, report)
    infos = [held[one] for one in document_ids]
    with tempfile.TemporaryDirectory(prefix="collabkb-") as folder, BoundedReader() as reader:
        readings = read_copies(infos, Path(folder), reader, kb)
        take_in([info.source for info in infos], readings, reader, kb, embedder, report, progress, stop)
    return report


def read_copies(
    infos: Sequence[DocumentInfo], folder: Path, reader: BoundedReader, kb: KnowledgeBase
) -> Iterator[Reading | None]:
    """What became of each document, and None after each; as :func:`ingest.pipeline.read_files` does."""
    for place, info in enumerate(infos):
        copy = kb.file(info.id)
        if copy is None:
            yield Reading(info.source, refused=UnreadableFile(info.source, NO_COPY))
            yield None
            continue
        # Under its own name, which readers fall back on for a title.
        named = folder / str(place) / PurePath(info.source).name
        named.parent.mkdir()
        link_or_copy(copy, named)
        for reading in reader.read(named):
            document = reading.document
            if document is not None and document.id == info.id:
                document = with_what_was_known(document, kb.document(info.id), info)
                yield replace(reading, source=info.source, document=document, file=copy, is_copy=False)
            elif reading.refused is not None and reading.refused.source == named.name:
                yield replace(reading, source=info.source)
        shutil.rmtree(named.parent)
        yield None


def link_or_copy(file: Path, target: Path) -> None:
    """Another name for a file; a copy of it where the disk has no links, or it is on another one."""
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def with_what_was_known(document: Document, before: Document, info: DocumentInfo) -> Document:
    """The document as it is read now, under its old name, with its manifest's word.

    Where the file that it was read from is gone, so may be its manifest: what was known then stays.
    """
    document = replace(document, source=info.source)
    original = Path(before.path) if before.path else None
    if original is not None and original.is_file() and file_to_id(original) == info.id:
        return with_metadata(document, original)
    was = {"title": before.title, "date": before.date, "date_text": before.date_text, "kind": before.kind}
    was |= {"marking": before.marking} | info.as_read
    document = replace(
        document,
        title=was["title"] or document.title,
        date=was["date"],
        date_text=was["date_text"],
        kind=was["kind"],  # type: ignore[arg-type]
        marking=was["marking"],  # type: ignore[arg-type]
        issuer=before.issuer,
        forces=before.forces,
    )
    return replace(with_metadata(document, Path(info.source)), path=before.path)
