"""Passwords, kept as slow salted hashes that do not tell them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading

from kb.errors import CollabkbError

SHORTEST, LONGEST = 12, 200
# scrypt (Percival 2009, RFC 7914) at one of the strengths that OWASP's password storage cheat sheet names: 32 MiB.
COST, BLOCK, PARALLEL = 2**15, 8, 3
MEMORY = 64 * 2**20
SALT_BYTES, KEY_BYTES = 16, 32

# One hash at a time: many attempts at once must take neither all memory nor all cores.
_hashing = threading.Lock()


class BadPassword(CollabkbError):
    """A password that is not taken, with what is asked of one."""


def check_password(password: str, name: str) -> None:
    """BadPassword unless it is long enough to be hard to guess and not the name itself."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword(
            f"A password has {SHORTEST} to {LONGEST} characters. Three random words make a good one: easy to keep in "
            "mind, hard to guess."
        )
    if len(set(password)) < 5 or name.casefold() in password.casefold():
        raise BadPassword("This password is easy to guess. Take one without the name and of more different letters.")


def password_to_hash(password: str) -> str:
    """``scrypt$cost$block$parallel$salt$key``, salt and key in base64; another one each time."""
    salt = secrets.token_bytes(SALT_BYTES)
    key = _derive(password, salt, COST, BLOCK, PARALLEL)
    return "$".join(["scrypt", str(COST), str(BLOCK), str(PARALLEL), _text(salt), _text(key)])


def password_matches(password: str, kept: str | None) -> bool:
    """Whether a password is that of a hash. None (no such user) takes as long and is never right."""
    kept_hash = kept or _NO_USER
    _, cost, block, parallel, salt, key = kept_hash.split("$")
    derived = _derive(password[: LONGEST + 1], base64.b64decode(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(derived, base64.b64decode(key)) and kept is not None


def _derive(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    import unicodedata

    # The same password typed on another keyboard may come in other code points.
    data = unicodedata.normalize("NFKC", password).encode()
    with _hashing:
        return hashlib.scrypt(data, salt=salt, n=cost, r=block, p=parallel, maxmem=MEMORY, dklen=KEY_BYTES)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


_NO_USER = "$".join(["scrypt", str(COST), str(BLOCK), str(PARALLEL), _text(bytes(SALT_BYTES)), _text(bytes(KEY_BYTES))])
