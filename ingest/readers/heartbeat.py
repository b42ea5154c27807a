"""How a reader says that it is getting on, so that a long document is not taken for one that hangs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[tuple[int, int] | None], None]

_listeners: list[Listener] = []


def page_read(done: int, pages: int) -> None:
    """Say that ``done`` of ``pages`` pages (slides, sheets) are through; the next one gets its own time."""
    for listener in _listeners:
        listener((done, pages))


def page_done() -> None:
    """Say that a later step is through with a page: the next one gets its own time."""
    for listener in _listeners:
        listener(None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have every page told to ``listener`` for as long as the block runs."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
