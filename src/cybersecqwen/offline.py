"""Offline is the default, and enforced: a connection that nobody asked for is an error.

`enforce()` installs an audit hook (https://docs.python.org/3/library/audit_events.html) that sees
every connection, datagram and name look-up that Python code of this process tries, in our code and
in any library. Only the hosts named in an open `allowed(...)` block pass. A hook cannot be
removed again, which is what is wanted here.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .errors import OfflineError

_installed = False
_allowed: list[str] = []  # a stack: one entry per host of every open block; "*" is any host

_SENDING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_WATCHED = _SENDING | {
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
}


def enforce() -> None:
    """Refuse connections from here on, for the life of the process."""
    global _installed
    if not _installed:
        _installed = True
        sys.addaudithook(_watch)


@contextmanager
def allowed(*hosts: str) -> Iterator[None]:
    """Let connections to `hosts` pass inside the block; "*" lets all pass (redirects of downloads).

    A name is looked up here, because what is connected to later is one of its addresses.
    """
    opened = list(hosts)
    _allowed.extend(hosts)
    try:
        for host in hosts:
            addresses = _addresses(host)
            opened += addresses
            _allowed.extend(addresses)
        yield
    finally:
        for host in opened:
            _allowed.remove(host)


def _addresses(host: str) -> list[str]:
    """The addresses of a host name; none for "*", for an address, and where the look-up fails."""
    if host == "*" or _is_address(host):
        return []
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, None)})
    except OSError:
        return []  # the connection itself will say so


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its very name: localhost, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event not in _WATCHED:
        return
    host = _host(event, args)
    if host is None or "*" in _allowed or host in _allowed:
        return
    raise OfflineError(f"A connection to {host!r} was refused: this command works offline.")


def _host(event: str, args: tuple[Any, ...]) -> str | None:
    """The remote host of an audit event, or None where it stays inside this machine's kernel."""
    if event in _SENDING:
        address = args[1]  # None where a message goes to whom the socket is connected to
        family = getattr(args[0], "family", None)
        if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
            return None
        return str(address[0])
    host = args[0]
    if event == "socket.getnameinfo":
        host = host[0] if isinstance(host, tuple) and host else None
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return None if host in (None, "") else str(host)
