"""What reading one file may use, and how a child process holds itself to it.

CPU time and memory are limited by the system (setrlimit), which also stops code of C libraries that never comes back
to Python. macOS does not hold a process to RLIMIT_AS, so a thread watches the memory in use as well.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

# How a child says by its exit status why it ended itself.
OUT_OF_MEMORY = 70
ORPHANED = 71
WATCH_SECONDS = 0.2
# Bytes in what getrusage counts: macOS counts bytes, Linux kilobytes.
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Limits:
    """``cpu_seconds`` for one page (of a format without pages: for all), ``memory_bytes`` for the whole process.

    ``silent_seconds`` is how long nothing may be heard by the clock on the wall. After a file that took
    ``retire_bytes`` the process is replaced by a fresh one.
    """

    cpu_seconds: int = 60
    memory_bytes: int = 2 * 1024**3
    silent_seconds: float = 900.0
    retire_bytes: int = 512 * 1024**2

    def to_json(self) -> dict[str, float]:
        return asdict(self)


def limit_memory(limits: Limits, orphaned: Callable[[], None]) -> None:
    """Make the system refuse more memory, so that reading ends with MemoryError; and watch what it cannot refuse.

    ``orphaned`` is called before this process ends because the one that it works for is gone.
    """
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=watch, args=(limits, os.getppid(), orphaned), name="limits", daemon=True).start()


def renew_cpu_time(limits: Limits) -> None:
    """From now on the next page's time counts; the system sends SIGXCPU when it is spent."""
    soft = int(time.process_time()) + 1 + limits.cpu_seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def watch(limits: Limits, parent: int, orphaned: Callable[[], None]) -> None:
    """End this process when it holds too much, or when the one that it works for is gone."""
    while True:
        if most_memory() > limits.memory_bytes:
            os._exit(OUT_OF_MEMORY)
        if os.getppid() != parent:
            orphaned()
            os._exit(ORPHANED)
        time.sleep(WATCH_SECONDS)


def most_memory() -> int:
    """The most bytes of memory that this process has held at once."""
    # Linux counts into ru_maxrss what the parent held when it started this process; its own peak is in /proc.
    with contextlib.suppress(OSError), Path("/proc/self/status").open(encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return counted_memory()


def counted_memory() -> int:
    """The most bytes of memory that the system counts for this process, and will tell its parent."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT
