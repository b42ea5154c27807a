"""Files that are made at a click: kept in memory for some minutes, for the reader who made them and nobody else."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from html import escape
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.access import Reader, request_to_reader
from kb.export import KINDS_IN_WORDS, MEDIA_TYPES

if TYPE_CHECKING:
    from starlette.routing import Route

SECONDS_KEPT = 15 * 60
BYTES_KEPT = 64_000_000
PATH = "/download/{token}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file with the reader who may fetch it and when it was made (seconds of a steady clock)."""

    name: str
    data: bytes
    reader: Reader
    made: float


_kept: OrderedDict[str, Kept] = OrderedDict()
_changing = threading.Lock()


def file_to_link(name: str, data: bytes, request: Any) -> str:
    """One link (HTML) that downloads the file; a page's script starts it at once (``briefing.js``)."""
    token = keep_file(name, data, request_to_reader(request))
    kind = PurePath(name).suffix.removeprefix(".")
    about = ", ".join(part for part in (KINDS_IN_WORDS.get(kind, kind.upper()), size_to_words(len(data))) if part)
    return (
        f'<a class="download" data-start href="download/{token}" download="{escape(name, quote=True)}">'
        f"Download {escape(name)}</a> ({about})"
    )


def size_to_words(count: int) -> str:
    """A number of bytes as people read it: ``41 kB``, ``1.2 MB``."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(round(count / 1e3), 1)} kB"


def keep_file(name: str, data: bytes, reader: Reader) -> str:
    """Keep a file and return the token by which its reader gets it; old ones, and the oldest where there are too
    many, are let go."""
    token, now = secrets.token_urlsafe(32), time.monotonic()
    with _changing:
        _kept[token] = Kept(name, data, reader, now)
        while len(_kept) > 1 and sum(len(kept.data) for kept in _kept.values()) > BYTES_KEPT:
            _kept.popitem(last=False)
        for old in [key for key, kept in _kept.items() if now - kept.made > SECONDS_KEPT]:
            del _kept[old]
    return token


def find_file(token: str, reader: Reader) -> Kept | None:
    """The file of that token, if it is this reader's, seeing what they saw then, and still kept."""
    with _changing:
        kept = _kept.get(token)
    if kept is None or kept.reader != reader or time.monotonic() - kept.made > SECONDS_KEPT:
        return None
    return kept


def download_route() -> Route:
    """The address of kept files."""
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    def download(request: Request) -> Response:
        kept = find_file(request.path_params["token"], request_to_reader(request))
        if kept is None:
            words = "This file is no longer kept. Go back to the page and make it again."
            return Response(words, 404, media_type="text/plain; charset=utf-8")
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(kept.name)}",
            "cache-control": "no-store",
        }
        media_type = MEDIA_TYPES.get(PurePath(kept.name).suffix.removeprefix("."), "application/octet-stream")
        return Response(kept.data, media_type=media_type, headers=headers)

    return Route(PATH, download)
