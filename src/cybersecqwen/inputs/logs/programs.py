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


# "Failed password for invalid user admin from 203.0.113.7 port 4711 ssh2" and its like: sshd's auth.c and
# auth2.c, https://github.com/openssh/openssh-portable. Whoever signs in chooses the name, also one with
# " from 192.0.2.1 port 1" in it, so the name reaches as far as it can: the last address is sshd's own.
_SIGN_IN = re.compile(
    r"(Accepted|Failed|Postponed) ([\w/.-]{1,40}) for (invalid user |illegal user )?"
    r"(.{0,256}) from ([0-9A-Za-z:.%_-]{1,255}) port (\d{1,5})"
)
_STRANGER = re.compile(
    r"(?:Invalid|Illegal) user (.{0,256}) from ([0-9A-Za-z:.%_-]{1,255})(?: port (\d{1,5}))?\Z"
)
_PEER = re.compile(
    r"(?:Connection (?:closed|reset) by|Disconnected from|Disconnecting|Received disconnect from|"
    r"Did not receive identification string from)(?: (?:authenticating|invalid) user .{0,256})?"
    r" ((?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{0,39}[0-9A-Fa-f])(?: port (\d{1,5}))?"
)


def _sshd(message: str) -> dict[str, str]:
    found = _SIGN_IN.match(message)
    if found is not None:
        result, method, stranger, user, address, port = found.groups()
        fields = {
            "action": result.lower(),
            "method": method,
            "user": user,
            "src_ip": address,
            "src_port": port,
        }
        if stranger:
            fields["invalid_user"] = "true"
        return fields
    found = _STRANGER.match(message)
    if found is not None:
        fields = {"action": "invalid user", "user": found[1], "src_ip": found[2], "invalid_user": "true"}
        return {**fields, "src_port": found[3]} if found[3] else fields
    found = _PEER.match(message)
    if found is not None:
        fields = {"action": "disconnected", "src_ip": found[1]}
        return {**fields, "src_port": found[2]} if found[2] else fields
    return {}


PROGRAMS: Mapping[str | None, Callable[[str], dict[str, str]]] = {
    "sudo": _sudo,
    "sshd": _sshd,
    "sshd-session": _sshd,
}
"""Program to what takes its messages apart."""
