"""The one path of a document into the knowledge base: discover, read, chunk, embed, commit."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from ingest.chunks import document_to_chunks
from ingest.manifest import read_manifest, with_manifest
from ingest.metadata import with_inferred_metadata
from ingest.readers import CONTAINERS, READER_VERSION, SAVE_INSTEAD, check_suffix, is_readable
from ingest.readers.bounded import BoundedReader, Reading, read_documents
from ingest.readers.checks import file_to_id
from kb.embedding import chunks_to_vectors
from kb.errors import ModelError, UnreadableFile
from kb.model import Chunk, Document

if TYPE_CHECKING:
    import numpy as np

    from kb.embedding import Embedder
    from kb.store import KnowledgeBase

log = logging.getLogger(__name__)

Step = Literal["wait", "read", "embed", "commit", "done"]
Became = Literal["added", "unchanged", "reread", "refused"]

# How often a person is told of the pages of a long document.
PAGE_SECONDS = 0.25
# Hidden files, and what Office keeps beside a document that is open.
BESIDES = (".", "~$")
CORPUS = Path(__file__).resolve().parent.parent / "corpus"


@dataclass(frozen=True)
class Outcome:
    """What became of one document: its id where it is in, the reason in words where it was refused."""

    source: str
    became: Became
    document_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Progress:
    """Where a run stands: ``done`` of ``total`` files are through, and ``source``, the ``number``-th, is at ``step``.

    Every file waits first. While one is read, ``page`` of ``pages`` are, where it has pages and takes long enough to
    be asked. ``outcome`` is told once for each document of a file, when it is clear; what was refused before any
    file was read has the number -1.
    """

    done: int
    total: int
    source: str
    step: Step
    page: int | None = None
    pages: int | None = None
    number: int = 0
    outcome: Outcome | None = None


class Stopped(Exception):
    """A run was asked to stop; what was committed before stays."""


@dataclass
class Report:
    """What became of each document, by its source name. ``ids`` has the document id of each that is in.

    ``reread`` were in as an older state of the readers had read them. ``same_name`` are files added beside a document
    of the same name with other content; both stay. ``no_vectors`` says why documents went in for full text only.
    ``stopped`` says that the run was ended before it was through.
    """

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    reread: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    same_name: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    no_vectors: str | None = None
    stopped: bool = False


def ingest(
    paths: Sequence[Path],
    kb: KnowledgeBase,
    embedder: Embedder | None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Report:
    """Put files, and the documents in folders, into the knowledge base; without paths, the shipped corpus.

    A file that cannot be read is reported and the rest goes on. KnowledgeBaseError ends the run, as the next file
    would meet it too; so does ``stop`` once it is set. What was committed before stays.
    """
    report = Report()
    catch_up(kb, embedder, report)
    files = list(discover(paths or [CORPUS], report))
    if progress is not None:
        for source, reason in report.refused:
            outcome = Outcome(source, "refused", reason=reason)
            progress(Progress(0, len(files), source, "done", number=-1, outcome=outcome))
    with BoundedReader() as reader:
        readings = read_files(files, reader, kb)
        take_in([path.name for path in files], readings, reader, kb, embedder, report, progress, stop)
    return report


def take_in(
    names: Sequence[str],
    readings: Iterator[Reading | None],
    reader: BoundedReader,
    kb: KnowledgeBase,
    embedder: Embedder | None,
    report: Report,
    progress: Callable[[Progress], None] | None,
    stop: threading.Event | None,
) -> None:
    """What is read of each file (None after the last of one) into the knowledge base and the report."""
    tellers = [Teller(progress, number, len(names), name) for number, name in enumerate(names)]
    for tell in tellers:
        tell("wait")
    try:
        with CommitBehind(kb, report) as committing, ReadingAhead(reader, readings, stop) as ahead:
            for tell in tellers:
                for reading in ahead.of_next_file(tell):
                    document = reading.document
                    if document is None:
                        tell("done", outcome=note(reading, report, kb))
                        continue
                    tell("embed")
                    chunks = document_to_chunks(document)
                    vectors = embed(chunks, embedder, report)
                    tell("commit")
                    tell("done", outcome=committing.put(reading, document, chunks, vectors, embedder))
    except Stopped:
        report.stopped = True


def note(reading: Reading, report: Report, kb: KnowledgeBase) -> Outcome:
    """A file that brings no new document into the report; one that was discarded is in the library again."""
    if reading.refused is not None:
        report.refused.append((reading.refused.source, reading.refused.reason))
        return Outcome(reading.refused.source, "refused", reason=reading.refused.reason)
    known = reading.known or ""
    discarded = known in {info.id for info in kb.discarded()}
    if discarded:
        kb.restore(known)
    (report.added if discarded else report.unchanged).append(reading.source)
    report.ids[reading.source] = known
    return Outcome(reading.source, "added" if discarded else "unchanged", known)


def catch_up(kb: KnowledgeBase, embedder: Embedder | None, report: Report) -> None:
    """Vectors for what is in without them: after a run without a model, or a change of models."""
    if embedder is not None:
        with tolerating_no_model(report):
            kb.embed_missing(embedder)


@contextmanager
def tolerating_no_model(report: Report) -> Iterator[None]:
    """Go on without vectors where the model cannot be loaded, and say so in the report."""
    try:
        yield
    except ModelError as error:
        log.warning("Documents go in without vectors: %s", error)
        report.no_vectors = str(error)


def discover(paths: Sequence[Path], report: Report) -> Iterator[Path]:
    """The files to read, each once. What is named and cannot be read goes to the report; what a folder has besides
    documents is passed over, but a document of a format that is not read is named."""
    seen: set[Path] = set()
    for path in paths:
        try:
            for file in path_to_files(path.expanduser()):
                if isinstance(file, UnreadableFile):
                    report.refused.append((file.source, file.reason))
                elif file.resolve() not in seen:
                    seen.add(file.resolve())
                    yield file
        except UnreadableFile as error:
            report.refused.append((error.source, error.reason))


def path_to_files(path: Path) -> Iterator[Path | UnreadableFile]:
    """A file named, or the documents of a folder and the folders in it, by name, with why one is not read."""
    if not path.exists():
        raise UnreadableFile(path.name or str(path), "There is no such file or folder")
    if not path.is_dir():
        check_suffix(path)
        yield path
        return
    entries = read_manifest(path)
    if entries is not None:
        yield from (entry.file for entry in entries if not entry.is_edition)
        return
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        raise UnreadableFile(path.name, f"The folder cannot be opened: {error.strerror or error}") from error
    for inner in (inner for inner in inside if not inner.name.startswith(BESIDES)):
        if inner.is_dir() and not inner.is_symlink():
            yield from path_to_files(inner)
        elif inner.is_file() and is_readable(inner) and inner.stem.lower() != "readme":
            yield inner
        elif inner.is_file() and inner.suffix.lower() in SAVE_INSTEAD:
            yield UnreadableFile(inner.name, SAVE_INSTEAD[inner.suffix.lower()])


def read_files(files: Sequence[Path], reader: BoundedReader, kb: KnowledgeBase) -> Iterator[Reading | None]:
    """What became of each document of each file, and None after the last one of a file.

    A document that is in as the readers are now is not read again.
    """
    held = (*kb.documents(), *kb.discarded())
    up_to_date = {info.id for info in held if info.reader_version >= READER_VERSION}
    for path in files:
        try:
            # What is in an archive is told by unpacking it; the content of any other file tells at once.
            known = None if path.suffix.lower() in CONTAINERS else file_to_id(path)
            if known is not None and known in up_to_date:
                yield Reading(path.name, known=known)
            else:
                for reading in reader.read(path, up_to_date if known is None else ()):
                    document = reading.document
                    if document is not None and document.id in up_to_date:
                        reading = replace(reading, document=None, known=document.id)
                    elif document is not None:
                        reading = replace(reading, document=with_metadata(document, path))
                        up_to_date.add(document.id)
                    yield reading
        except UnreadableFile as error:
            yield Reading(error.source, refused=error)
        yield None


class ReadingAhead:
    """Readings, of which the next is made in a thread while the last one is worked on."""

    def __init__(
        self, reader: BoundedReader, readings: Iterator[Reading | None], stop: threading.Event | None = None
    ) -> None:
        self._reader = reader
        self._stop = stop
        self._readings = readings
        self._thread = ThreadPoolExecutor(1, "read")
        self._next: Future[Reading | None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.stop()
        self._thread.shutdown()

    def of_next_file(self, tell: Teller) -> Iterator[Reading]:
        """The readings of one file; ``tell`` hears of its pages for as long as it is waited for. Stopped: asked to."""
        tell("read")
        while (reading := self._wait(tell)) is not None:
            yield reading

    def _wait(self, tell: Teller) -> Reading | None:
        waiting = self._next or self._submit()
        told = None
        self._check_stop()
        while not wait([waiting], PAGE_SECONDS).done:
            self._check_stop()
            page = self._reader.page
            if page is not None and page != told:
                tell("read", *page)
                told = page
        # The next one before this is worked on; an error comes when it is asked for.
        self._next = self._submit()
        return waiting.result()

    def _check_stop(self) -> None:
        if self._stop is not None and self._stop.is_set():
            raise Stopped

    def _submit(self) -> Future[Reading | None]:
        return self._thread.submit(next, self._readings, None)


def read(path: Path) -> list[Document]:
    """The documents of a file, read within bounds, with all that is known about them; for other pipelines.

    Raises UnreadableFile where there is none.
    """
    return [with_metadata(document, path) for document in read_documents(path)]


def with_metadata(document: Document, path: Path) -> Document:
    """The document with all that is known about it: the manifest's word, then the file's, then its first pages'."""
    document = replace(document, path=str(path.absolute()))
    # A manifest speaks of files, not of what is in them.
    return with_inferred_metadata(with_manifest(document, path) if document.source == path.name else document)


def embed(chunks: Sequence[Chunk], embedder: Embedder | None, report: Report) -> np.ndarray | None:
    """A vector a chunk; None without a model."""
    if embedder is not None and report.no_vectors is None:
        with tolerating_no_model(report):
            return chunks_to_vectors(chunks, embedder)
    return None


class CommitBehind:
    """Commits one document while the next is read and embedded; an error comes with the next one or at the end."""

    def __init__(self, kb: KnowledgeBase, report: Report) -> None:
        self._kb = kb
        self._report = report
        documents = kb.documents()
        self._sources = {info.source for info in documents}
        self._held = {info.id for info in (*documents, *kb.discarded())}
        self._thread = ThreadPoolExecutor(1, "commit")
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._thread:
            self._wait()

    def put(
        self,
        reading: Reading,
        document: Document,
        chunks: Sequence[Chunk],
        vectors: np.ndarray | None,
        embedder: Embedder | None,
    ) -> Outcome:
        """The reading's document into the knowledge base, all or nothing, and into the report."""
        self._wait()
        model = embedder.name if embedder and vectors is not None else None
        again = document.id in self._held
        self._last = self._thread.submit(self._commit, reading, document, chunks, vectors, model, again)
        if again:
            self._report.reread.append(document.source)
        else:
            self._report.added.append(document.source)
            if document.source in self._sources:
                self._report.same_name.append(document.source)
        self._sources.add(document.source)
        self._held.add(document.id)
        self._report.ids[document.source] = document.id
        return Outcome(document.source, "reread" if again else "added", document.id)

    def _commit(
        self,
        reading: Reading,
        document: Document,
        chunks: Sequence[Chunk],
        vectors: np.ndarray | None,
        model: str | None,
        again: bool,
    ) -> None:
        self._kb.commit(document, chunks, vectors, model, reading.file, replace=again)
        if reading.is_copy and reading.file is not None:
            reading.file.unlink(missing_ok=True)

    def _wait(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.result()


class Teller:
    """Tells the steps of one file, the ``done``-th of ``total``, to ``progress``."""

    def __init__(self, progress: Callable[[Progress], None] | None, done: int, total: int, source: str) -> None:
        self._progress = progress
        self._done, self._total, self._source = done, total, source

    def __call__(
        self, step: Step, page: int | None = None, pages: int | None = None, outcome: Outcome | None = None
    ) -> None:
        if self._progress is not None:
            done = 0 if step == "wait" else self._done + (step == "done")
            self._progress(Progress(done, self._total, self._source, step, page, pages, self._done, outcome))
