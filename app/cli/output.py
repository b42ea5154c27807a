"""What goes to the terminal: Rich for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# Escape sequences in a document or a question must not reach the terminal.
CONTROL_CHARACTERS = {code: None for code in [*range(0x20), *range(0x7F, 0xA0)] if code not in (0x09, 0x0A)}
UNLIMITED_WIDTH = 10_000


def console(*, error: bool = False) -> Console:
    """A console on stdout, or on stderr; text is only wrapped and coloured where a person reads it."""
    from rich.console import Console

    class PlainConsole(Console):
        """Leaves a closed pipe to the one place that knows what to do about it."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    made = PlainConsole(stderr=error, highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.soft_wrap, made.width = True, UNLIMITED_WIDTH
    return made


def printable(text: str) -> str:
    """The text without control characters other than line end and tab."""
    return text.translate(CONTROL_CHARACTERS)


def write_json(value: object, *, indent: int | None = 2) -> None:
    """Write one JSON value and a line end to stdout, at once, in UTF-8 whatever the locale.

    Half a surrogate pair, which only broken input holds, becomes a question mark.
    """
    line = json.dumps(value, ensure_ascii=False, indent=indent) + "\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(line.encode("utf-8", errors="replace"))
    sys.stdout.buffer.flush()
