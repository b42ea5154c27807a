"""Sessions as signed cookies: who signed in when; ended by sign-out, a new password, removal, or time."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.access.files import read_secret, write_private
from app.access.users import User, Users

SECONDS = 12 * 60 * 60


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds; ``ends`` is in seconds since 1970."""

    id: str
    user: User
    ends: float


class Sessions:
    """Begins, reads and ends sessions. The secret that signs them and the list of ended ones lie beside the users."""

    def __init__(self, users: Users, now: Callable[[], float] = time.time) -> None:
        from itsdangerous import URLSafeSerializer

        self._users = users
        self._now = now
        secret = read_secret(_beside(users.path, "secret"))
        self._signer: Any = URLSafeSerializer(
            secret, salt="collabkb-session", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )
        self._ended_file = _beside(users.path, "ended")
        self._ended = _read_ended(self._ended_file)
        self._lock = threading.Lock()

    def begin(self, user: User) -> str:
        """The cookie's text for a new session."""
        entry = {"id": secrets.token_urlsafe(16), "name": user.name, "ends": int(self._now()) + SECONDS}
        return str(self._signer.dumps(entry | {"by": _stamp(user)}))

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None where it is forged, has ended, or its user or password is gone."""
        from itsdangerous import BadData

        try:
            entry = self._signer.loads(cookie)
        except BadData:
            return None
        user = self._users.find(entry["name"])
        if user is None or entry["by"] != _stamp(user) or entry["ends"] <= self._now() or entry["id"] in self._ended:
            return None
        return Session(entry["id"], user, entry["ends"])

    def end(self, session: Session) -> None:
        """End a session for good, in whatever hands its cookie is. OSError where that cannot be noted."""
        with self._lock:
            now = self._now()
            self._ended = {i: ends for i, ends in self._ended.items() if ends > now} | {session.id: session.ends}
            write_private(self._ended_file, "".join(f"{ends} {i}\n" for i, ends in self._ended.items()))


def _stamp(user: User) -> str:
    """What changes with the password, and tells nothing about it."""
    return hashlib.sha256(user.password.encode()).hexdigest()[:16]


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}.{suffix}")


def _read_ended(path: Path) -> dict[str, float]:
    if not path.exists():
        return {}
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {words[1]: float(words[0]) for words in lines if len(words) == 2}
