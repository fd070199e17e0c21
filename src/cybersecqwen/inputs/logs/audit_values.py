"""One line of the Linux audit system as a mapping: names, values, what the kernel wrote in hexadecimal.

Record and field names: https://github.com/linux-audit/audit-documentation/tree/main/specs. Values that
could hold blanks or quotes are written without quotes, as hexadecimal digits.
"""

from __future__ import annotations

import ipaddress
import re

# Type, then "audit(SECONDS.MILLISECONDS:SERIAL):", and the fields.
HEADER = re.compile(
    r"(?:node=([^\s]{1,255}) )?type=([A-Za-z0-9_\[\]]{1,64}) "
    r"msg=audit\(([0-9]{1,12})\.([0-9]{3}):([0-9]{1,20})\):? ?"
)
_PAIR = re.compile(
    r"(?<![\w\-])([A-Za-z][A-Za-z0-9_\-]{0,63}(?:\[[0-9]{1,6}\])?)=(?:\"([^\"]*)\"|'([^']*)'|([^\s\x1d]*))"
)
_ADDRESS = re.compile(r"saddr_fam=([a-z0-9]{1,16}) laddr=([^\s]{1,64}) lport=([0-9]{1,5})")
_GROUP = re.compile(r"SADDR=\{ ?([^}]{0,512})\}")
# Fields of type "encoded" in the field dictionary; a0, a1 … of EXECVE and PROCTITLE's come besides.
_ENCODED_NAMES = (
    "acct cgroup cmd comm cwd data device dir exe file grp key name new_name ocomm path "
    "proctitle sw unit vm watch"
)
_ENCODED = frozenset(_ENCODED_NAMES.split())
_UNKNOWN = frozenset(("", "?", "(null)", "(none)"))
_HEX = frozenset("0123456789ABCDEFabcdef")
_ARGUMENT = re.compile(r"a[0-9]{1,6}(?:\[[0-9]{1,6}\])?")
_LEAST = 4  # digits; programs write some of these without quotes, and "ab" is rather a name


def fields_of(kind: str, text: str) -> dict[str, str]:
    """Fields of a record of type `kind`; of names that stand twice the first, outer ones before inner."""
    found: dict[str, str] = {}
    inner = ""
    arguments = kind == "EXECVE"
    for name, quoted, single, bare in _PAIR.findall(text):
        if single:
            if name == "msg":
                inner = single
            else:
                found.setdefault(name, single)
        elif quoted:
            found.setdefault(name, quoted)
        elif bare not in _UNKNOWN and name not in found:
            argument = arguments and _ARGUMENT.fullmatch(name) is not None
            if argument or (name in _ENCODED and len(bare) >= _LEAST):
                bare = decoded(bare)
            found[name] = bare
    if inner:
        for name, value in fields_of(kind, inner).items():
            found.setdefault(name, value)
    if arguments and len(found) > 1:
        _join_pieces(found)
    if "SADDR" in found or "saddr" in found:
        _add_address(found, text)
    return found


def decoded(value: str) -> str:
    """The text that a run of hexadecimal digits stands for, NUL as a blank; any other value as it is."""
    if len(value) % 2 or not _HEX.issuperset(value):
        return value
    return bytes.fromhex(value).rstrip(b"\x00").replace(b"\x00", b" ").decode("utf-8", "replace")


def _join_pieces(found: dict[str, str]) -> None:
    """Put long arguments together, which come in pieces (a2_len=9001 a2[0]=… a2[1]=…)."""
    pieces: dict[str, list[str]] = {}
    for name in [name for name in found if name.endswith("]")]:
        pieces.setdefault(name.partition("[")[0], []).append(found.pop(name))
    for name, parts in pieces.items():
        found[name] = found.get(name, "") + "".join(parts)
    for name in [name for name in found if name.endswith("_len")]:
        del found[name]


def _add_address(found: dict[str, str], text: str) -> None:
    group = _GROUP.search(text)
    named = _ADDRESS.search(group[1]) if group is not None else None
    if group is not None:
        found["SADDR"] = group[1].strip()
    if named is not None:
        found["DestinationIp"], found["DestinationPort"] = named[2], named[3]
        return
    address = found.get("saddr", "")
    if len(address) < 16 or not _HEX.issuperset(address):
        return
    # struct sockaddr_in and sockaddr_in6: family in the machine's order, port and address in the network's.
    family = address[:4].upper()
    if family in ("0200", "0002"):
        found["DestinationPort"] = str(int(address[4:8], 16))
        found["DestinationIp"] = str(ipaddress.IPv4Address(int(address[8:16], 16)))
    elif family in ("0A00", "000A") and len(address) >= 48:
        found["DestinationPort"] = str(int(address[4:8], 16))
        found["DestinationIp"] = str(ipaddress.IPv6Address(int(address[16:48], 16)))
