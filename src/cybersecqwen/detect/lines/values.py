"""Values of parameters: where they stand in a line, what type they are, and what the line calls them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import NamedTuple

from .shape import WILD

_TYPED_CHARS = 300
"""A longer value is text, whatever stands in it."""

_NAME = re.compile(r"([^\W\d][\w.\-]*+)\s*+[=:]\s*+[\"'(\[{]?$")
_NUMBER = re.compile(r"[-+]?\d++(?:[.,]\d++)*+%?")
_AMOUNT = re.compile(r"[-+]?\d++(?:\.\d++)?+\s?([A-Za-z]++)")
_HEX = re.compile(r"(?:0[xX]|#)[0-9A-Fa-f]++|(?=[A-Fa-f]*+[0-9])(?=[0-9]*+[A-Fa-f])[0-9A-Fa-f]{4,}+")
_HASH = re.compile(r"[0-9A-Fa-f]++")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){5}")
_IPV4 = re.compile(r"/?(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?+(?:/\d{1,2})?+")
_TIME = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T _\-]\d{1,2}[:.,]\d{2}.{0,24})?+"
    r"|\d{1,2}:\d{2}(?::\d{2})?+(?:[.,]\d++)?+"
    r"|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) .{1,24}"
)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*+://\S++")
_PATH = re.compile(r"(?:[A-Za-z]:)?[\\/]\S*+|~[\\/]\S*+|\.{1,2}/\S*+")
_EMAIL = re.compile(r"[\w.+\-]++@[\w\-]++(?:\.[\w\-]++)++")
_HOST = re.compile(r"[A-Za-z0-9\-_]++(?:\.[A-Za-z0-9\-_]++)++\.?+(?::\d{1,5})?+")
_WORD = re.compile(r"[^\W\d_]++(?:[-_'][^\W\d_]++)*+")
_MIXED = re.compile(r"[\w\-.:#@]++")
_HASH_CHARS = (32, 40, 56, 64, 96, 128)
_DURATIONS = {
    *("ns", "us", "µs", "ms", "msec", "msecs", "s", "sec", "secs", "second", "seconds", "min", "mins"),
    *("minute", "minutes", "h", "hr", "hrs", "hour", "hours", "d", "day", "days"),
    *("milliseconds", "microseconds", "nanoseconds", "MILLISECONDS", "SECONDS"),
}
_SIZES = {"B", "KB", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "byte", "bytes", "Bytes", "kbytes"}
USER_WORDS = frozenset({"user", "User", "user:", "User:", "username", "username:", "account", "account:"})
"""What stands before a name of a user."""


class Parameter(NamedTuple):
    """One value of a line."""

    type: str
    """One of number, hex, hash, uuid, mac, ip, time, duration, size, url, path, email, host, user, word, id,
    text, empty."""
    value: str
    name: str
    """What stands before "=" or ":" in front of it; "" where nothing does."""


def split(template: str, text: str) -> list[str] | None:
    """The values at the parameters of a template in a line with single spaces; None where it does not match.

    Each value but the last is as short as can be. Linear in the line for each parameter.
    """
    pieces = template.split(WILD)
    if len(pieces) == 1:
        return [] if template == text else None
    end = len(text) - len(pieces[-1])
    if not text.startswith(pieces[0]) or not text.endswith(pieces[-1]):
        return None
    values: list[str] = []
    start = len(pieces[0])
    for piece in pieces[1:-1]:
        at = text.find(piece, start, end)
        if at < 0:
            return None
        values.append(text[start:at])
        start = at + len(piece)
    if start > end:
        return None
    values.append(text[start:end])
    return values


def parameters(template: str, values: Sequence[str]) -> list[Parameter]:
    """The values with their types and names."""
    pieces = template.split(WILD)
    out: list[Parameter] = []
    for at, value in enumerate(values):
        before, after = pieces[at][-80:], pieces[at + 1][:16]
        named = _NAME.search(before)
        out.append(Parameter(type_of(value, before, after), value, named[1] if named else ""))
    return out


def type_of(value: str, before: str = "", after: str = "") -> str:
    """The type of a value, given what stands before and after it in the template."""
    if not value:
        return "empty"
    if len(value) > _TYPED_CHARS:
        return "text"
    bare = value.strip("()[]{}<>,;\"'")
    if _NUMBER.fullmatch(bare):
        if bare.count(".") == 3 and _is_ip(bare):
            return "ip"
        unit = after[1:].split(" ", 1)[0].strip(".,;:)]") if after.startswith(" ") else ""
        unit = unit or after.split(" ", 1)[0].strip(".,;:)]")
        return "duration" if unit in _DURATIONS else "size" if unit in _SIZES else "number"
    amount = _AMOUNT.fullmatch(bare)
    if amount:
        if amount[1] in _DURATIONS:
            return "duration"
        if amount[1] in _SIZES:
            return "size"
    if _UUID.fullmatch(bare):
        return "uuid"
    if _MAC.fullmatch(bare):
        return "mac"
    if _IPV4.fullmatch(bare) or _is_ip(bare):
        return "ip"
    if len(bare) in _HASH_CHARS and _HASH.fullmatch(bare):
        return "hash"
    if _HEX.fullmatch(bare):
        return "hex"
    for name, pattern in _BY_LOOKS:
        if pattern.fullmatch(bare):
            return name
    previous = before.split()[-1:]
    if (previous and previous[0] in USER_WORDS) or before.lower().endswith(("user=", 'user="', "username=")):
        return "user"
    return "word" if _WORD.fullmatch(bare) else "id" if _MIXED.fullmatch(bare) else "text"


_BY_LOOKS = (("time", _TIME), ("url", _URL), ("path", _PATH), ("email", _EMAIL), ("host", _HOST))


def _is_ip(text: str) -> bool:
    if len(text) > 45 or (":" not in text and "." not in text):
        return False
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
