"""Fields that single programs write into their syslog messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

# "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/id", perhaps with
# "3 incorrect password attempts ; " in front: https://www.sudo.ws/docs/man/sudoers.man/#LOG_FORMAT
_SUDO = re.compile(r" {0,8}([^\s:]{1,256}) : ")
_PAIR = re.compile(r"(TTY|PWD|USER|GROUP|TSID|ENV|HOST|COMMAND)=(.*)", re.DOTALL)


def _sudo(message: str) -> dict[str, str]:
    found = _SUDO.match(message)
    if found is None:
        return {}
    fields = {"user": found[1]}
    rest = message[found.end() :]
    head, command, tail = rest.partition("COMMAND=")
    for part in head.split(" ; ", 16):
        pair = _PAIR.match(part.strip())
        if pair is not None:
            fields[pair[1]] = pair[2]
        elif part.strip() and "=" not in part:
            fields["reason"] = part.strip()
    if command:
        fields["COMMAND"] = tail
    return fields


PROGRAMS: Mapping[str | None, Callable[[str], dict[str, str]]] = {"sudo": _sudo}
"""Program to what takes its messages apart."""
