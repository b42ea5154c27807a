"""The one place where what went wrong becomes words and an exit code."""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

OK, ERROR, USAGE, REFUSED, BROKEN_LINES, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 4, 130, 141
EXIT_CODES = {
    OK: "done (also when the answer is that the documents do not say)",
    ERROR: "it failed, and a message says why",
    USAGE: "the command was typed wrongly",
    REFUSED: "some files were refused, the rest is in",
    BROKEN_LINES: "some lines of a batch were broken, the rest is answered",
    INTERRUPTED: "stopped with Ctrl-C",
    PIPE_CLOSED: "the program that read the output closed it",
}

DISK_FULL = "The disk is full or a limit on file size was reached. Free some space and run the command again"
NOT_WRITABLE = "A file or folder cannot be written. Check who owns it, or choose another folder with --home"
OUT_OF_MEMORY = "The computer has run out of memory. Close other programs, or ingest fewer files at once"
ERRNO_TO_WORDS = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EFBIG: DISK_FULL,
    errno.EACCES: NOT_WRITABLE,
    errno.EPERM: NOT_WRITABLE,
    errno.EROFS: NOT_WRITABLE,
    errno.EADDRINUSE: "The port is in use, perhaps by another `kb serve`. Choose another one with --port",
    errno.ENOENT: "A file or folder is not there",
    errno.EMFILE: "Too many files are open. Raise the limit with `ulimit -n 1024` and run the command again",
}
# SQLite, Chroma and others pack the system's error into text of their own.
TEXT_TO_WORDS = (
    (re.compile(r"disk is full|no space left|file too large|disk i/o error", re.IGNORECASE), DISK_FULL),
    (re.compile(r"readonly database|read-only file system|unable to open database", re.IGNORECASE), NOT_WRITABLE),
    (re.compile(r"database is locked", re.IGNORECASE), "Another `kb` is writing to it. Wait until it is done"),
)
NOTHING_LOST = "What was committed before is safe."


@contextmanager
def words_and_exit_codes(context: typer.Context) -> Iterator[None]:
    """Run a command; an exception ends as one message on stderr and a ``typer.Exit``."""
    from kb.errors import CollabkbError

    try:
        yield
    except (typer.Exit, typer.Abort, typer.TyperException):
        raise
    except KeyboardInterrupt:
        say(f"Stopped. {NOTHING_LOST}")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        discard_output()
        raise typer.Exit(PIPE_CLOSED) from None
    except CollabkbError as error:
        say(sentence(str(error)))
        raise typer.Exit(ERROR) from None
    except Exception as error:
        home = context.find_root().obj
        say(exception_to_words(error, home if isinstance(home, Path) else None))
        raise typer.Exit(ERROR) from None


def exception_to_words(error: Exception, home: Path | None = None) -> str:
    """What a person can do about an exception that is not one of ours; the traceback goes to a log file."""
    known = known_cause(error)
    if known:
        return known
    return f"Something went wrong that should not: {first_line(error)}. {log_traceback(error, home)}"


def known_cause(error: BaseException) -> str | None:
    """The words for a full disk and the like, looked for along the chain of causes; None for anything else."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and link.errno in ERRNO_TO_WORDS:
            place = f" ({link.filename})" if link.filename else ""
            return f"{ERRNO_TO_WORDS[link.errno]}{place}. {NOTHING_LOST}"
        if isinstance(link, MemoryError):
            return f"{OUT_OF_MEMORY}. {NOTHING_LOST}"
        for pattern, words in TEXT_TO_WORDS:
            if pattern.search(str(link)):
                return f"{words}. {NOTHING_LOST}"
        link = link.__cause__ or link.__context__
    return None


def first_line(error: BaseException) -> str:
    """The kind of the exception and the first line of its text, cut to a readable length."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__


def log_traceback(error: BaseException, home: Path | None) -> str:
    """Write the traceback under the knowledge base's ``logs``, else the temporary folder; say where it is."""
    import tempfile
    import time
    import traceback

    text = "".join(traceback.format_exception(error))
    name = f"kb-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    for folder in (knowledge_base_folder(home), Path(tempfile.gettempdir())):
        if folder is None:
            continue
        try:
            folder.mkdir(exist_ok=True)
            with (folder / name).open("a", encoding="utf-8", errors="backslashreplace") as log:
                log.write(text)
        except OSError:
            continue
        return f"The details are in {folder / name}; please send them with a report."
    return "The details could not be written to a log."


class PlainFormatter(logging.Formatter):
    """A logged message as one line; a logged exception's traceback goes to a log file."""

    def __init__(self, home: Path | None = None) -> None:
        super().__init__("%(message)s")
        self.home = home

    def format(self, record: logging.LogRecord) -> str:
        line = " ".join(record.getMessage().split())
        error = record.exc_info[1] if record.exc_info else None
        return f"{sentence(line)} {log_traceback(error, self.home)}" if error else line


def knowledge_base_folder(home: Path | None) -> Path | None:
    """The ``logs`` folder of an existing knowledge base; None where the settings name none."""
    from app.cli.options import read_settings
    from kb.errors import CollabkbError

    try:
        folder = read_settings(home).home_folder()
    except CollabkbError:
        return None
    return folder / "logs" if folder.is_dir() else None


def say(message: str) -> None:
    """One message on stderr; a closed stderr is not worth a second failure."""
    from app.cli.output import printable

    try:
        sys.stderr.write(printable(message).rstrip() + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def sentence(text: str) -> str:
    """The text as a sentence: a capital where it begins with a plain word, and a full stop."""
    text = text.strip()
    if text.split(" ", 1)[0].isalpha():
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def discard_output() -> None:
    """Point stdout at nothing, so that the flush at exit finds no closed pipe."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)
