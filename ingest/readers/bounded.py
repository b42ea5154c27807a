"""Reading files in a child process that is held to limits, ended where it passes them, and replaced.

One child stays warm for many files. It is a new Python (never a fork: this process may have threads of torch), talks
over pipes (no sockets), and sends documents and what it refuses as :mod:`ingest.readers.wire` says.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self

from ingest.readers import CONTAINERS, wire
from ingest.readers.limits import MAXRSS_UNIT, OUT_OF_MEMORY, Limits
from kb.errors import UnreadableFile
from kb.model import Document

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
READ_BYTES = 1024 * 1024
END_SECONDS = 10
WAIT_SECONDS = 0.01
TOO_LONG = "Reading it takes more than {seconds} seconds for one page; it was given up"
TOO_MUCH = "Reading it takes more than {size} GB of memory; it was given up"
SILENT = "Reading it came to a stand; it was given up"
CRASHED = "It makes the reader crash, or take more than {size} GB of memory: it is damaged, or was made to do harm"


@dataclass(frozen=True)
class Reading:
    """What became of one file, or of one in an archive or mail: exactly one of the first three is set.

    ``known`` is the id of a document that was not wanted; ``file`` has the content of a document, and ``is_copy`` says
    that it was unpacked only for this and may be deleted.
    """

    source: str
    document: Document | None = None
    known: str | None = None
    refused: UnreadableFile | None = None
    file: Path | None = None
    is_copy: bool = False


class ReaderDied(Exception):
    """The child is gone; ``reason`` says why in words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BoundedReader:
    """Reads files one after the other; to be used by one thread at a time, and closed.

    ``page`` is (done, of how many) of the file that is being read, for another thread to show. ``deaths`` counts the
    children that did not come to their own end, ``peak_bytes`` is the most memory that one held which has ended.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.page: tuple[int, int] | None = None
        self.deaths = 0
        self.peak_bytes = 0
        self._child: Child | None = None
        self._source: str | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._closed = False

    def read(self, path: Path, known: Iterable[str] = ()) -> Iterator[Reading]:
        """Each document of a file, and each refusal; documents of the ids in ``known`` are only named.

        A file that ends the child is refused; where it is one in an archive, those after it are still read.
        """
        skip: set[str] = set()
        wanted = sorted(known)
        while not self._closed:
            self._source = None
            through: set[str] = set()
            try:
                for reading in self._ask(path, wanted, skip):
                    through.add(reading.source)
                    self._source = None
                    yield reading
                return
            except ReaderDied as death:
                self.end_child()
                if self._closed:
                    return
                self.deaths += 1
                source = self._source
                if source is not None or not through:
                    # Between two files it is the archive itself that cannot be unpacked.
                    refused = UnreadableFile(source or path.name, death.reason)
                    yield Reading(refused.source, refused=refused)
                    if source is None or path.suffix.lower() not in CONTAINERS:
                        return
                    through.add(source)
                skip |= through

    def _ask(self, path: Path, known: list[str], skip: set[str]) -> Iterator[Reading]:
        """One request and its replies; ``_source`` is the file that the child has begun with."""
        child = self._child = self._child or Child(self.limits)
        folder = self._folder_for(path)
        self.page = None
        child.ask({"path": str(path.absolute()), "known": known, "skip": sorted(skip), "folder": folder})
        while True:
            kind, payload = child.hear()
            if kind == wire.DOCUMENT:
                yield document_to_reading(wire.bytes_to_document(payload), path, folder)
                continue
            reply = json.loads(payload)
            if kind == wire.PAGE:
                self.page = tuple(reply["page"]) if reply["page"] else self.page
            elif kind == wire.BEGUN:
                self._source = reply["source"]
                self.page = None
            elif kind == wire.KNOWN:
                yield Reading(reply["source"], known=reply["id"])
            elif kind == wire.REFUSED:
                yield refusal_to_reading(reply)
            elif kind == wire.DONE:
                child.peak_bytes = reply["peak"]
                if reply["retiring"]:
                    self.end_child()
                return

    def _folder_for(self, path: Path) -> str | None:
        """Where the files in an archive are unpacked to."""
        if path.suffix.lower() not in CONTAINERS:
            return None
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="collabkb-")
        return self._folder.name

    @property
    def child_pid(self) -> int | None:
        """The process id of the child; None where there is none."""
        return self._child.process.pid if self._child is not None else None

    def end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            self.peak_bytes = max(self.peak_bytes, child.end())

    def stop(self) -> None:
        """Have the thread that is reading come to an end at once. To be called by another one."""
        self._closed = True
        child = self._child
        if child is not None and child.process.returncode is None:
            with contextlib.suppress(OSError):
                os.kill(child.process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the child and delete what was unpacked."""
        self._closed = True
        self.end_child()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Child:
    """A running child process."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.peak_bytes = self.memory_at_start = 0
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        # One thread: numpy's would only take address space, of which there is a limit.
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}
        with tempfile.TemporaryFile() as errors:
            self.process = subprocess.Popen(
                # -P: a file in the folder where a person works must not be taken for a Python module.
                [sys.executable, "-P", "-m", "ingest.readers.child", json.dumps(limits.to_json())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment | {"OPENBLAS_NUM_THREADS": "1"},
            )
            self.selector = selectors.DefaultSelector()
            assert self.process.stdout is not None
            self.selector.register(self.process.stdout, selectors.EVENT_READ)
            try:
                self.memory_at_start = json.loads(self.hear()[1])["memory"]
            except ReaderDied as death:
                self.end()
                errors.seek(0)
                raise RuntimeError(f"files cannot be read: {errors.read().decode(errors='replace')}") from death

    def ask(self, request: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        try:
            wire.write_request(self.process.stdin, request)
        except OSError as error:
            raise ReaderDied(self.cause_of_death()) from error

    def hear(self) -> tuple[bytes, bytes]:
        """The next reply. ReaderDied: there is none, as the child is dead or silent for too long."""
        kind, size = wire.HEAD.unpack(self.receive(wire.HEAD.size))
        if size > wire.MAX_REPLY_BYTES:
            raise ReaderDied(self.cause_of_death())
        return kind, self.receive(size)

    def receive(self, size: int) -> bytes:
        assert self.process.stdout is not None
        received = bytearray()
        deadline = time.monotonic() + self.limits.silent_seconds
        while len(received) < size:
            if not self.selector.select(max(0.0, deadline - time.monotonic())):
                raise ReaderDied(SILENT)
            part = os.read(self.process.stdout.fileno(), min(size - len(received), READ_BYTES))
            if not part:
                raise ReaderDied(self.cause_of_death())
            received += part
        return bytes(received)

    def cause_of_death(self) -> str:
        """Why the child is gone, in words."""
        status = self.wait()
        if status == -signal.SIGXCPU:
            return TOO_LONG.format(seconds=self.limits.cpu_seconds)
        size = f"{self.limits.memory_bytes / 1024**3:g}"
        # C libraries crash where they get no more memory; one that crashes with half of it in use most likely did.
        if status in (OUT_OF_MEMORY, -signal.SIGKILL) or self.peak_bytes > self.limits.memory_bytes // 2:
            return TOO_MUCH.format(size=size)
        return CRASHED.format(size=size)

    def wait(self) -> int | None:
        """The child's exit status, negative for a signal; None where it does not end. Keeps its memory's peak."""
        give_up = time.monotonic() + END_SECONDS
        while self.process.returncode is None and time.monotonic() < give_up:
            try:
                pid, status, used = os.wait4(self.process.pid, os.WNOHANG)
            except ChildProcessError:
                return None
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                # What the system counts begins with what this process held when it started the child.
                if used.ru_maxrss * MAXRSS_UNIT > self.memory_at_start:
                    self.peak_bytes = used.ru_maxrss * MAXRSS_UNIT
            else:
                time.sleep(WAIT_SECONDS)
        return self.process.returncode

    def end(self) -> int:
        """Kill the process, if it still runs, and let go of its pipes; the most bytes of memory that it held."""
        if self.process.returncode is None:
            with contextlib.suppress(OSError):
                os.kill(self.process.pid, signal.SIGKILL)
        self.wait()
        self.selector.close()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        return self.peak_bytes


def document_to_reading(document: Document, path: Path, folder: str | None) -> Reading:
    """A document with where its content lies: in its file, or unpacked from it."""
    if folder is None or document.source == path.name:
        return Reading(document.source, document, file=path)
    suffix = PurePosixPath(document.source).suffix.lower()
    return Reading(document.source, document, file=Path(folder) / f"{document.id}{suffix}", is_copy=True)


def refusal_to_reading(reply: dict[str, Any]) -> Reading:
    """A refusal; one that no reader has words for goes to the log with its traceback."""
    if reply["trace"]:
        log.error("%s broke its reader: %s", reply["source"], reply["trace"])
    return Reading(reply["source"], refused=UnreadableFile(reply["source"], reply["reason"]))


def read_documents(path: Path) -> list[Document]:
    """The documents of one file: itself, or those in it. UnreadableFile where there is none; others are logged."""
    documents: list[Document] = []
    refused: list[UnreadableFile] = []
    with BoundedReader() as reader:
        for reading in reader.read(path):
            if reading.document is not None:
                documents.append(reading.document)
            elif reading.refused is not None:
                refused.append(reading.refused)
    if not documents and refused:
        raise refused[0]
    for error in refused:
        log.warning("Left out: %s", error)
    return documents
