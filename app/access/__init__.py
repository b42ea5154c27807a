"""Who may see and change what, where `kb serve` is told who its users are (KB_AUTH)."""

from __future__ import annotations

import ipaddress
import logging
from typing import TYPE_CHECKING

from app.access.readers import NOBODY, OWNER, Reader, login_in_use, request_to_reader, require_login
from kb.errors import CollabkbError

if TYPE_CHECKING:
    import fastapi

    from kb.settings import Settings

__all__ = ["NOBODY", "OWNER", "Reader", "add_access", "check_login", "login_in_use", "request_to_reader"]
log = logging.getLogger(__name__)

HEAD = '<link rel="stylesheet" href="access.css"><script defer src="access.js"></script>'
OPEN_TO_ALL = (
    "Serving on {host} would let everyone who reaches this machine read and change everything, without a password. "
    "Add users ('kb users add NAME'), set KB_AUTH to their file and start again; or say --without-login if that is "
    "what you want."
)
NO_USERS = "The file of users {path} has nobody in it. Add the first one with 'kb users add NAME --role editor'."
NO_TLS = (
    "Served to other machines over http://, names and passwords travel readable. Put a proxy with TLS in front, on "
    "this machine, and serve on 127.0.0.1."
)
READABLE = "Other users of this machine can read the file of users %s. Mend that with: chmod 600 %s"


def check_login(settings: Settings, host: str, *, without: bool = False) -> None:
    """CollabkbError where nobody could sign in, or where a login is missing and other machines would get in."""
    from app.access.users import Users

    if settings.auth is None:
        if not without and not is_loopback(host):
            raise CollabkbError(OPEN_TO_ALL.format(host=host))
        return
    users = Users(settings.auth)
    if not users.all():
        raise CollabkbError(NO_USERS.format(path=users.path))
    if users.path.stat().st_mode & 0o077:
        log.warning(READABLE, users.path, users.path)
    if not is_loopback(host):
        log.warning(NO_TLS)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def add_access(app: fastapi.FastAPI, settings: Settings) -> str:
    """Put the login, where KB_AUTH asks for one, and the guard against other sites before all of an application.

    Call it before other middleware is added. What the page's head needs comes back. CollabkbError: nobody could
    sign in.
    """
    from app.access.guard import LoginRequired, SameSiteOnly
    from app.access.login import LoginPages
    from app.access.sessions import Sessions
    from app.access.users import Users

    if settings.auth is not None:
        users = Users(settings.auth)
        sessions = Sessions(users)
        require_login()
        app.router.routes.extend(LoginPages(users, sessions).routes())
        app.add_middleware(LoginRequired, users=users, sessions=sessions)
    app.add_middleware(SameSiteOnly)
    return HEAD if settings.auth is not None else ""
