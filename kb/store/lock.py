"""One writer at a time among threads and processes, let go by the system when a process dies."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import IO


class WriteLock:
    """A lock on a folder, to be entered with ``with``; the same thread may enter it again."""

    def __init__(self, home: Path) -> None:
        self._path = home / "lock"
        self._threads = threading.RLock()
        self._depth = 0
        self._file: IO[bytes] | None = None

    def __enter__(self) -> None:
        import fcntl

        self._threads.acquire()
        try:
            if self._depth == 0:
                self._file = self._path.open("ab")
                fcntl.flock(self._file, fcntl.LOCK_EX)
            self._depth += 1
        except BaseException:
            self._threads.release()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._depth == 0 and self._file is not None:
            self._file.close()
            self._file = None
        self._threads.release()
