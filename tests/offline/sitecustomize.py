"""No connection leaves the machine: Python runs this at start when its folder is on PYTHONPATH.

The tests block their own process with it (tests/conftest.py) and every Python that they start.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

LOCAL_NAMES = {"localhost", "", None}

connect = socket.socket.connect
connect_ex = socket.socket.connect_ex
sendto = socket.socket.sendto
getaddrinfo = socket.getaddrinfo


class ConnectionBlockedError(OSError):
    """A test, or code under test, tried to reach another machine."""


def is_local(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(str(name))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_remote(address: Any) -> None:
    if isinstance(address, tuple) and not is_local(address[0]):
        raise ConnectionBlockedError(f"the tests have no network: {address[0]}")


def local_connect(self: socket.socket, address: Any) -> None:
    refuse_remote(address)
    connect(self, address)


def local_connect_ex(self: socket.socket, address: Any) -> int:
    refuse_remote(address)
    return connect_ex(self, address)


def local_sendto(self: socket.socket, data: Any, *rest: Any) -> int:
    refuse_remote(rest[-1])
    return sendto(self, data, *rest)


def local_getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
    refuse_remote((host,))
    return getaddrinfo(host, *rest, **named)


def block_network() -> None:
    """Put the blocking functions in place of Python's own; twice is the same as once."""
    socket.socket.connect = local_connect  # type: ignore[method-assign]
    socket.socket.connect_ex = local_connect_ex  # type: ignore[method-assign]
    socket.socket.sendto = local_sendto  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = local_getaddrinfo


block_network()
