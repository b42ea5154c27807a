"""The file of users that KB_AUTH names: names, roles and hashes, in JSON, for its owner's eyes only."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args

from app.access.files import write_private
from app.access.passwords import check_password, password_matches, password_to_hash
from app.access.readers import Reader, Role
from kb.errors import CollabkbError, NotFound

NAME = re.compile(r"[\w.@-]{1,64}")
TOKEN_START = "kb_"
TOKEN_BYTES = 32


class UsersFileError(CollabkbError):
    """The file of users is missing or cannot be read or written; ``str(error)`` says what to do."""


class BadUser(CollabkbError):
    """A name or role that cannot be taken."""


@dataclass(frozen=True, slots=True)
class User:
    """Someone who may sign in; ``token`` is the SHA-256 of the token for programs, None without one."""

    name: str
    role: Role
    cleared: bool
    password: str
    token: str | None = None

    def reader(self) -> Reader:
        """What this user may see and do."""
        return Reader(self.name, self.role, self.cleared)


class Users:
    """The users of a file, read again whenever the file has changed. Names are the same in capitals or not."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path).expanduser().absolute()
        self._lock = threading.Lock()
        self._read_at: tuple[int, ...] | None = None
        self._users: Mapping[str, User] = {}

    def all(self) -> list[User]:
        """Every user, by name. UsersFileError: the file is missing or damaged."""
        return sorted(self._current().values(), key=lambda user: user.name.casefold())

    def find(self, name: str) -> User | None:
        return self._current().get(name.casefold())

    def sign_in(self, name: str, password: str) -> User | None:
        """The user of that name and password; None for any other, after the same time whether the name is known."""
        user = self.find(name)
        return user if password_matches(password, user.password if user else None) else None

    def by_token(self, token: str) -> User | None:
        """The user whose token that is."""
        if not token.startswith(TOKEN_START):
            return None
        kept = _token_to_hash(token)
        return next((user for user in self.all() if user.token and hmac.compare_digest(user.token, kept)), None)

    def add(self, name: str, password: str, role: str, cleared: bool) -> User:
        """Add a user, making the file where there is none. BadUser, BadPassword: what cannot be taken."""
        if not NAME.fullmatch(name):
            raise BadUser("A name has 1 to 64 letters, figures, dots, hyphens or @, and no spaces.")
        known_role = check_role(role)
        check_password(password, name)
        user = User(name, known_role, cleared, password_to_hash(password))
        with self._changing(create=True) as users:
            if name.casefold() in users:
                raise BadUser(f"There is a user {name} already. 'kb users password {name}' gives them a new password.")
            users[name.casefold()] = user
        return user

    def remove(self, name: str) -> None:
        """Take a user out: their sessions and token end at once. NotFound: no such user."""
        with self._changing() as users:
            self._known(users, name)
            del users[name.casefold()]

    def change(self, name: str, role: str | None = None, cleared: bool | None = None) -> User:
        """Another role or clearance, from the next request on; None leaves it. NotFound, BadUser."""
        if role is not None:
            check_role(role)
        changes: dict[str, Any] = {"role": role, "cleared": cleared}
        wanted = {field: value for field, value in changes.items() if value is not None}
        return self._change(name, lambda user: replace(user, **wanted))

    def set_password(self, name: str, password: str) -> None:
        """A new password; sessions begun with the old one end. NotFound, BadPassword."""
        check_password(password, name)
        kept = password_to_hash(password)
        self._change(name, lambda user: replace(user, password=kept))

    def make_token(self, name: str) -> str:
        """A token for programs, told only now; one that was made before ends. NotFound: no such user."""
        token = TOKEN_START + secrets.token_urlsafe(TOKEN_BYTES)
        self._change(name, lambda user: replace(user, token=_token_to_hash(token)))
        return token

    def end_token(self, name: str) -> None:
        """Take a user's token away. NotFound: no such user."""
        self._change(name, lambda user: replace(user, token=None))

    def _change(self, name: str, change: Callable[[User], User]) -> User:
        with self._changing() as users:
            users[name.casefold()] = changed = change(self._known(users, name))
        return changed

    @staticmethod
    def _known(users: Mapping[str, User], name: str) -> User:
        if name.casefold() not in users:
            raise NotFound(f"There is no user {name}. 'kb users list' names those there are.")
        return users[name.casefold()]

    @contextmanager
    def _changing(self, *, create: bool = False) -> Iterator[dict[str, User]]:
        """The users to be changed; written at the end, one process at a time."""
        import fcntl

        if create:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with _file_errors(self.path):
            lock = os.open(self.path.with_name(self.path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            users = {} if create and not self.path.exists() else dict(self._current())
            yield users
            entries = [asdict(user) for user in users.values()]
            with _file_errors(self.path):
                write_private(self.path, json.dumps({"users": entries}, indent=2, ensure_ascii=False) + "\n")
        finally:
            os.close(lock)

    def _current(self) -> Mapping[str, User]:
        with self._lock, _file_errors(self.path):
            state = self.path.stat()
            read_at = (state.st_mtime_ns, state.st_size, state.st_ino)
            if read_at != self._read_at:
                # What cannot be read lets nobody in, rather than those of before.
                self._read_at, self._users = None, {}
                self._users = _text_to_users(self.path, self.path.read_text(encoding="utf-8"))
                self._read_at = read_at
            return self._users


def check_role(role: str) -> Role:
    """The role of that name; BadUser where there is none."""
    for known in get_args(Role):
        if role == known:
            return cast("Role", known)
    raise BadUser(f"There is no role {role!r}. Choose reader or editor.")


def _text_to_users(path: Path, text: str) -> dict[str, User]:
    try:
        entries: list[dict[str, Any]] = json.loads(text)["users"]
        users = [User(**entry) for entry in entries]
        good = all(
            isinstance(user.name, str)
            and user.role in get_args(Role)
            and isinstance(user.cleared, bool)
            and len(user.password.split("$")) == 6
            for user in users
        )
        if not good:
            raise ValueError("a field has a value that it cannot have")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsersFileError(
            f"The file of users {path} is damaged ({error}). Put back a copy, or delete it and add the users again."
        ) from error
    return {user.name.casefold(): user for user in users}


def _token_to_hash(token: str) -> str:
    # A token is 256 random bits: nobody can try them out, so that a quick hash keeps it as safe as a slow one.
    return hashlib.sha256(token.encode()).hexdigest()


@contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise UsersFileError(
            f"There is no file of users at {path}. Add the first user with 'kb users add NAME --role editor'."
        ) from error
    except OSError as error:
        raise UsersFileError(
            f"The file of users {path} cannot be read or written ({error.strerror}). Check who owns it and its folder."
        ) from error
