"""The one path of a document into the knowledge base: discover, read, chunk, embed, commit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from ingest.chunks import document_to_chunks
from ingest.manifest import read_manifest, with_manifest
from ingest.metadata import with_inferred_metadata
from ingest.readers import bytes_to_document, check_suffix, is_readable
from ingest.readers.checks import document_id, file_to_bytes
from kb.embedding import chunks_to_vectors
from kb.errors import ModelError, UnreadableFile
from kb.model import Chunk, Document

if TYPE_CHECKING:
    import numpy as np

    from kb.embedding import Embedder
    from kb.store import KnowledgeBase

log = logging.getLogger(__name__)

CORPUS = Path(__file__).resolve().parent.parent / "corpus"


@dataclass(frozen=True)
class Progress:
    """Where a run stands: ``done`` of ``total`` files are through, and ``source`` is at ``step``."""

    done: int
    total: int
    source: str
    step: Literal["read", "embed", "commit", "done"]


@dataclass
class Report:
    """What became of each file, by its source name. ``ids`` has the document id of each that is in.

    ``same_name`` are files added beside a document of the same name with other content; both stay. ``no_vectors``
    says why documents went in for full text only.
    """

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    same_name: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    no_vectors: str | None = None


def ingest(
    paths: Sequence[Path],
    kb: KnowledgeBase,
    embedder: Embedder | None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Put files, and the documents in folders, into the knowledge base; without paths, the shipped corpus.

    A file that cannot be read is reported and the rest goes on. KnowledgeBaseError ends the run, as the next file
    would meet it too; what was committed before stays.
    """
    report = Report()
    catch_up(kb, embedder, report)
    files = list(discover(paths or [CORPUS], report))
    with CommitBehind(kb, report) as committing:
        for done, path in enumerate(files):
            tell = teller(progress, done, len(files), path.name)
            try:
                tell("read")
                data = file_to_bytes(path)
                if is_in(kb, path, document_id(data), report):
                    continue
                document = read(path, data)
            except UnreadableFile as error:
                report.refused.append((error.source, error.reason))
                continue
            tell("embed")
            chunks = document_to_chunks(document)
            vectors = embed(chunks, embedder, report)
            tell("commit")
            committing.put(document, chunks, vectors, embedder, path)
            tell("done")
    return report


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
    documents is passed over."""
    seen: set[Path] = set()
    for path in paths:
        try:
            for file in path_to_files(path.expanduser()):
                if file.resolve() not in seen:
                    seen.add(file.resolve())
                    yield file
        except UnreadableFile as error:
            report.refused.append((error.source, error.reason))


def path_to_files(path: Path) -> Iterator[Path]:
    """A file named, or the documents of a folder and the folders in it, by name."""
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
    for inner in (inner for inner in inside if not inner.name.startswith(".")):
        if inner.is_dir() and not inner.is_symlink():
            yield from path_to_files(inner)
        elif inner.is_file() and is_readable(inner) and inner.stem.lower() != "readme":
            yield inner


def is_in(kb: KnowledgeBase, path: Path, document: str, report: Report) -> bool:
    """Whether the same content is in already, whatever it was called."""
    if document not in report.ids.values() and not kb.has(document):
        return False
    report.unchanged.append(path.name)
    report.ids[path.name] = document
    return True


def read(path: Path, data: bytes) -> Document:
    """The document with all that is known about it: the manifest's word, then the file's, then its first pages'."""
    try:
        document = bytes_to_document(path, data)
        return with_inferred_metadata(with_manifest(replace(document, path=str(path.absolute())), path))
    except UnreadableFile:
        raise
    except Exception as error:
        # Files from anywhere break readers in any way; one of them must not stop the others.
        log.exception("%s broke its reader", path)
        raise UnreadableFile(path.name, f"The file cannot be read ({type(error).__name__}: {error})") from error


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
        self._sources = {info.source for info in kb.documents()}
        self._thread = ThreadPoolExecutor(1, "commit")
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._thread:
            self._wait()

    def put(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        vectors: np.ndarray | None,
        embedder: Embedder | None,
        path: Path,
    ) -> None:
        """Into the knowledge base, all or nothing, and into the report."""
        self._wait()
        model = embedder.name if embedder and vectors is not None else None
        self._last = self._thread.submit(self._kb.commit, document, chunks, vectors, model, path)
        if document.source in self._sources:
            self._report.same_name.append(document.source)
        self._sources.add(document.source)
        self._report.added.append(document.source)
        self._report.ids[document.source] = document.id

    def _wait(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.result()


def teller(
    progress: Callable[[Progress], None] | None, done: int, total: int, source: str
) -> Callable[[Literal["read", "embed", "commit", "done"]], None]:
    """Steps of one file to ``progress``."""

    def tell(step: Literal["read", "embed", "commit", "done"]) -> None:
        if progress is not None:
            progress(Progress(done + (step == "done"), total, source, step))

    return tell
