"""Whether a request comes from a page of another site; the login's middleware asks it of every address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.datastructures import Headers

READING = frozenset(("GET", "HEAD", "OPTIONS"))
CROSS_SITE = (
    "A page of another site sent this request, and only pages served from here may. "
    "Programs that are no browser send no Origin header."
)


def is_cross_site(headers: Headers) -> bool:
    """Whether a browser sends a request for a page of another origin.

    Browsers say so themselves in Sec-Fetch-Site, which no page can change; older ones, and those that were served
    over plain HTTP, name the page's origin, which must then be the host that is asked.
    """
    said = headers.get("sec-fetch-site")
    if said is not None:
        return said not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
