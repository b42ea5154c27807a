"""Small files that only their owner may read, written all or nothing."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

OWNER_ONLY = 0o600
SECRET_BYTES = 32


def write_private(path: Path, text: str) -> None:
    """Write a file with mode 0600; who reads it meanwhile sees the old one or the new one whole. OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), OWNER_ONLY)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_secret(path: Path) -> str:
    """The secret of a file, made by the first who asks. OSError."""
    if not path.exists():
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET_BYTES))
        try:
            # A link, not a rename: of two that make one at once, the second takes the first one's.
            os.link(name, path)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink(missing_ok=True)
    return path.read_text(encoding="ascii").strip()
