"""The process that reads files for another one: it can crash, hang or swell, and is then ended and replaced.

Run: ``python -m ingest.readers.child LIMITS``. It loads neither models nor the knowledge base.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ingest.readers import file_to_files, inner_to_document
from ingest.readers.archive import Inner
from ingest.readers.checks import document_id
from ingest.readers.heartbeat import listening
from ingest.readers.limits import (
    ORPHANED,
    OUT_OF_MEMORY,
    Limits,
    counted_memory,
    limit_memory,
    most_memory,
    renew_cpu_time,
)
from ingest.readers.wire import (
    BEGUN,
    DOCUMENT,
    DONE,
    KNOWN,
    PAGE,
    READY,
    REFUSED,
    document_to_bytes,
    write_json_reply,
    write_reply,
)
from kb.errors import UnreadableFile


def main() -> None:
    """Answer requests from stdin on stdout until there are no more, or until so much memory was used."""
    limits = Limits(**json.loads(sys.argv[1]))
    # Ctrl-C reaches every process of the terminal; this one is ended by its parent.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    replies = os.fdopen(os.dup(1), "wb")
    write_json_reply(replies, READY, memory=counted_memory())
    silence()
    folders: set[Path] = set()
    limit_memory(limits, lambda: delete(folders))
    for line in sys.stdin.buffer:
        try:
            answering = Answering(json.loads(line), replies, limits)
            folders |= {answering.folder} if answering.folder else set()
            answering.answer()
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except BrokenPipeError:
            delete(folders)
            os._exit(ORPHANED)
        peak = most_memory()
        retiring = peak > limits.retire_bytes
        write_json_reply(replies, DONE, retiring=retiring, peak=peak)
        if retiring:
            return
    # No more requests can come: the process that this one worked for has ended, perhaps before it could clear up.
    delete(folders)


def delete(folders: Iterable[Path]) -> None:
    """Delete what was unpacked for a process that is gone."""
    for folder in tuple(folders):
        shutil.rmtree(folder, ignore_errors=True)


def silence() -> None:
    """What libraries print must neither get among the replies nor fill a terminal."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


class Answering:
    """The answer to one request: each document in a file is sent, or why it is none."""

    def __init__(self, request: dict[str, Any], replies: IO[bytes], limits: Limits) -> None:
        self.path = Path(request["path"])
        self.known = frozenset(request["known"])
        self.skipped = frozenset(request["skip"])
        self.folder = Path(request["folder"]) if request["folder"] else None
        self.replies = replies
        self.limits = limits

    def answer(self) -> None:
        """Send all that is in the file."""
        renew_cpu_time(self.limits)
        with listening(self.tell_page):
            try:
                for found in file_to_files(self.path):
                    if found.source not in self.skipped:
                        self.answer_one(found)
            except UnreadableFile as error:
                self.refuse(error)
            except (MemoryError, BrokenPipeError):
                raise
            except Exception as error:
                self.refuse(broken(self.path.name, error), traceback.format_exc())

    def answer_one(self, found: Inner | UnreadableFile) -> None:
        """Send the document of one file, that it is known, or why it is refused."""
        if isinstance(found, UnreadableFile):
            self.refuse(found)
            return
        write_json_reply(self.replies, BEGUN, source=found.source)
        renew_cpu_time(self.limits)
        document = document_id(found.data)
        if document in self.known:
            write_json_reply(self.replies, KNOWN, source=found.source, id=document)
            return
        try:
            reply = document_to_bytes(inner_to_document(found))
        except UnreadableFile as error:
            self.refuse(error)
        except MemoryError:
            raise
        except Exception as error:
            self.refuse(broken(found.source, error), traceback.format_exc())
        else:
            self.keep(found, document)
            write_reply(self.replies, DOCUMENT, reply)

    def keep(self, found: Inner, document: str) -> None:
        """Write down the content of a file that is in another one, for whoever wants to keep it."""
        if self.folder is not None and found.source != self.path.name:
            suffix = PurePosixPath(found.source).suffix.lower()
            (self.folder / f"{document}{suffix}").write_bytes(found.data)

    def refuse(self, error: UnreadableFile, trace: str | None = None) -> None:
        write_json_reply(self.replies, REFUSED, source=error.source, reason=error.reason, trace=trace)

    def tell_page(self, page: tuple[int, int] | None) -> None:
        renew_cpu_time(self.limits)
        write_json_reply(self.replies, PAGE, page=page)


def broken(source: str, error: Exception) -> UnreadableFile:
    """The refusal of a file that its reader has no words for."""
    return UnreadableFile(source, f"The file is damaged, or made in a way that cannot be read ({type(error).__name__})")


if __name__ == "__main__":
    main()
