"""Copies of the ingested files, named ``<document id><suffix>``, from which page images are made."""

from __future__ import annotations

import os
import shutil
from collections.abc import Set
from pathlib import Path

FOLDER = "files"
UNFINISHED = ".part"


class FileStore:
    """The folder ``files/``. To be written only under the knowledge base's lock."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def keep(self, document_id: str, file: Path) -> None:
        """Copy a file; either all of it is there afterwards or nothing. OSError: cannot be read or written."""
        self._folder.mkdir(exist_ok=True)
        for left_over in self._folder.glob(f"*{UNFINISHED}"):
            left_over.unlink(missing_ok=True)
        kept = self._folder / f"{document_id}{file.suffix.lower()}"
        if kept.exists():
            return
        unfinished = kept.with_name(kept.name + UNFINISHED)
        try:
            with file.open("rb") as source, unfinished.open("wb") as target:
                shutil.copyfileobj(source, target)
                target.flush()
                os.fsync(target.fileno())
            unfinished.replace(kept)
        finally:
            unfinished.unlink(missing_ok=True)

    def find(self, document_id: str) -> Path | None:
        """The copy of a document's file; None where there is none."""
        return next((path for path in self.all() if path.stem == document_id), None)

    def delete_others(self, document_ids: Set[str]) -> None:
        """Delete the copies of all but these documents."""
        for path in self.all():
            if path.stem not in document_ids:
                path.unlink(missing_ok=True)

    def all(self) -> list[Path]:
        """The finished copies."""
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.iterdir() if path.suffix != UNFINISHED)
