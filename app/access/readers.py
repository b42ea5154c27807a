"""Who sends a request, and what that person may see and do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["reader", "editor"]
SCOPE_KEY = "collabkb.reader"


@dataclass(frozen=True, slots=True)
class Reader:
    """A person: ``name`` is None where no login is in use; ``cleared`` ones see documents marked not public."""

    name: str | None
    role: Role = "reader"
    cleared: bool = False

    @property
    def may_edit(self) -> bool:
        """Whether documents may be added, corrected and removed."""
        return self.role == "editor"


# Without a login there is one person at this machine, who could read the files themselves.
OWNER = Reader(None, "editor", cleared=True)
NOBODY = Reader("")

_login = {"in use": False}


def require_login(required: bool = True) -> None:
    """From now on a request that nobody is known for is nobody's, for this whole process."""
    _login["in use"] = required


def login_in_use() -> bool:
    return _login["in use"]


def request_to_reader(request: Any) -> Reader:
    """Who sends a request of Gradio or Starlette.

    One that did not pass the login, and None, are the owner's where no login is in use, and nobody's where one is.
    """
    # Gradio's request wraps Starlette's; only the latter has the scope that the login wrote to.
    scope = getattr(getattr(request, "request", None) or request, "scope", None)
    reader = scope.get(SCOPE_KEY) if isinstance(scope, Mapping) else None
    if isinstance(reader, Reader):
        return reader
    return NOBODY if login_in_use() else OWNER
