"""What was read stays in memory until something is committed, by whatever thread or process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by id, at most ``size`` of them; the oldest go first. Safe to share between threads.

    ``version`` tells the state of what is read: another number, and nothing kept before counts any more.
    """

    def __init__(self, size: int, version: Callable[[], int]) -> None:
        self._size = size
        self._version = version
        self._kept_at = -1
        self._values: dict[str, Value] = {}
        self._lock = threading.Lock()

    def get(self, ids: Iterable[str], load: Callable[[list[str]], Mapping[str, Value]]) -> dict[str, Value]:
        """The values of ids in their order; ``load`` is asked for those not kept and may leave some out."""
        wanted = list(dict.fromkeys(ids))
        version = self._version()
        with self._lock:
            if version > self._kept_at:
                self._kept_at = version
                self._values.clear()
            found = {i: self._values[i] for i in wanted if i in self._values}
        missing = [i for i in wanted if i not in found]
        if missing:
            loaded = load(missing)
            found.update(loaded)
            with self._lock:
                # What was read before a change that another thread has seen since is not kept.
                if version == self._kept_at:
                    self._values.update(loaded)
                while len(self._values) > self._size:
                    self._values.pop(next(iter(self._values)))
        return {i: found[i] for i in wanted if i in found}
