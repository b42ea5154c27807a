"""What was read once and cannot change is kept in memory: chunks and vectors, whose ids come from the content."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by id, at most ``size`` of them; the oldest go first. Safe to share between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: dict[str, Value] = {}
        self._lock = threading.Lock()

    def get(self, ids: Iterable[str], load: Callable[[list[str]], Mapping[str, Value]]) -> dict[str, Value]:
        """The values of ids in their order; ``load`` is asked for those not kept and may leave some out."""
        wanted = list(dict.fromkeys(ids))
        with self._lock:
            found = {i: self._values[i] for i in wanted if i in self._values}
        missing = [i for i in wanted if i not in found]
        if missing:
            loaded = load(missing)
            found.update(loaded)
            with self._lock:
                self._values.update(loaded)
                while len(self._values) > self._size:
                    self._values.pop(next(iter(self._values)))
        return {i: found[i] for i in wanted if i in found}

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
