"""Limits on attempts to sign in: after a few wrong ones, each further one has to wait twice as long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

# Wrong attempts without a wait, by what they have in common. An address may be that of a whole office.
FREE = {"both": 5, "name": 20, "address": 50}
LONGEST_WAIT = 15 * 60
FORGOTTEN_AFTER = 60 * 60
MOST_KEPT = 20_000

Key = tuple[str, str, str]


@dataclass(slots=True)
class _Count:
    wrong: int = 0
    last: float = 0.0
    until: float = 0.0


class Attempts:
    """Counts of wrong attempts by name, by address, and by both. Safe to share between threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._counts: dict[Key, _Count] = {}
        self._lock = threading.Lock()

    def begin(self, name: str, address: str) -> int:
        """Count an attempt as wrong until it :meth:`succeeded`; the seconds to wait where it may not be made."""
        now = self._now()
        with self._lock:
            self._forget(now)
            counts = {key: self._counts.setdefault(key, _Count()) for key in _keys(name, address)}
            wait = max(count.until for count in counts.values()) - now
            if wait > 0:
                return int(wait) + 1
            for key, count in counts.items():
                count.wrong, count.last = count.wrong + 1, now
                over = count.wrong - FREE[key[0]]
                count.until = now + min(2.0 ** min(over, 20), LONGEST_WAIT) if over >= 0 else 0.0
        return 0

    def succeeded(self, name: str, address: str) -> None:
        """Take back what :meth:`begin` counted, and all that was counted against this name from this address."""
        with self._lock:
            for key in _keys(name, address):
                if key[0] == "both":
                    self._counts.pop(key, None)
                elif key in self._counts:
                    self._counts[key].wrong -= 1
                    self._counts[key].until = 0.0

    def _forget(self, now: float) -> None:
        for key in [key for key, count in self._counts.items() if 0 < count.last < now - FORGOTTEN_AFTER]:
            del self._counts[key]
        while len(self._counts) > MOST_KEPT:
            del self._counts[next(iter(self._counts))]


def _keys(name: str, address: str) -> list[Key]:
    folded = name.casefold()[:64]
    return [("both", folded, address), ("name", folded, ""), ("address", "", address)]
