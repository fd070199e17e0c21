"""Networks as regular expressions for the text of an address, where an engine has no type for addresses.

An expression takes exactly the texts that Python's `ipaddress` takes for an address of the network, with
brackets and a zone around them; IPv4 also as IPv6 with the dotted form (`::ffff:10.0.0.1`). What it does not
take: IPv4 hidden in hexadecimal IPv6, and IPv6 that ends in dotted form.
"""

from __future__ import annotations

import ipaddress
import re

from cybersecqwen.errors import UnsayableError

_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_BEFORE, _BEHIND = r"(?i)\A\s*\[*", r"(?:\]*|%.*)\s*\z"
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_GROUP = "[0-9a-f]{1,4}"


def pattern_of(network: str) -> str:
    """The expression for the addresses of one network."""
    found = ipaddress.ip_network(network)
    if isinstance(found, ipaddress.IPv6Network) and found.overlaps(_MAPPED):
        raise UnsayableError("The network holds IPv4 addresses written as IPv6.", what="mapped networks")
    if isinstance(found, ipaddress.IPv4Network):
        return rf"{_BEFORE}(?:::ffff:)?{_dotted(found)}{_BEHIND}"
    return f"{_BEFORE}(?:{_grouped(found)}){_BEHIND}"


def _dotted(network: ipaddress.IPv4Network) -> str:
    low, high = network.network_address.packed, network.broadcast_address.packed
    parts = [_bytes(least, most) for least, most in zip(low, high, strict=True)]
    return r"\.".join(parts)


def _bytes(least: int, most: int) -> str:
    if (least, most) == (0, 255):
        return _BYTE
    if least == most:
        return str(least)
    return "(?:" + "|".join(map(str, range(least, most + 1))) + ")"


def _grouped(network: ipaddress.IPv6Network) -> str:
    """All ways to write the groups: in full, or with `::` for one or more that are zero."""
    groups = _groups(network)
    bound = -(-network.prefixlen // 16)  # groups from here on may be anything
    texts = [text for text, _ in groups]
    ways = [":".join(texts[:bound] + ["*"] * (8 - bound))]
    for before in range(8):
        if before >= bound:
            ways.append(":".join(texts[:bound] + ["*"] * (before - bound)) + f"::{_upto(7 - before)}")
            continue
        ways += [
            ":".join(texts[:before]) + "::" + ":".join(texts[8 - behind :] if behind else [])
            for behind in range(8 - before)
            if all(zero for _, zero in groups[before : 8 - behind])
        ]
    return "|".join(way.replace("*", _GROUP) for way in ways)


def _upto(count: int) -> str:
    """At most so many groups that may be anything."""
    return "" if not count else f"(?:*(?::*){{0,{count - 1}}})?" if count > 1 else "(?:*)?"


def _groups(network: ipaddress.IPv6Network) -> list[tuple[str, bool]]:
    """Each of the eight groups: what it may be, and whether it may be zero."""
    low, high = network.network_address.packed, network.broadcast_address.packed
    pairs = [(_number(low, at), _number(high, at)) for at in range(0, 16, 2)]
    return [(_group(least, most), least == 0) for least, most in pairs]


def _number(packed: bytes, at: int) -> int:
    return int.from_bytes(packed[at : at + 2], "big")


def _group(least: int, most: int) -> str:
    """One group from the least to the most, which share their first bits, with leading zeros or without."""
    if (least, most) == (0, 0xFFFF):
        return "*"
    first, last = f"{least:04x}", f"{most:04x}"
    digits = [_digit(one, other) for one, other in zip(first, last, strict=True)]
    leading = 0
    while leading < 3 and first[leading] == last[leading] == "0":
        leading += 1
    must, may = digits[leading:], "".join("0?" for _ in range(leading))
    if first[leading] != "0" or leading == 3:
        return may + "".join(must)
    # A digit that may be zero may be left out where it leads.
    left = "|".join(
        "".join(must[at:]) for at in range(1, len(must)) if _may_be_zero(first[leading : leading + at])
    )
    return f"(?:{may}{''.join(must)}|{left})" if left else may + "".join(must)


def _may_be_zero(digits: str) -> bool:
    return set(digits) <= {"0"}


def _digit(least: str, most: str) -> str:
    if least == most:
        return least
    return "[0-9a-f]" if (least, most) == ("0", "f") else f"[{_between(least, most)}]"


def _between(least: str, most: str) -> str:
    return "".join(f"{n:x}" for n in range(int(least, 16), int(most, 16) + 1))


_PLAIN_GROUP = re.compile(r"(?:\(\?:([^|()]+)[^()]*\)|((?:[^:|()\[]|\[[^\]]*\])+))(?:[:|]|$)")
_DIGIT = re.compile(r"0\?|\[([^\]]+)\]|(\d|[a-f])")


def network_of(pattern: str) -> str | None:
    """The network that an expression was made for by `pattern_of`; None for any other."""
    if not pattern.startswith(_BEFORE) or not pattern.endswith(_BEHIND):
        return None
    body = pattern[len(_BEFORE) : -len(_BEHIND)]
    dotted = body.startswith("(?:::ffff:)?")
    found = _of_dotted(body.removeprefix("(?:::ffff:)?")) if dotted else _of_groups(body.removeprefix("(?:"))
    try:
        return found if found is not None and pattern_of(found) == pattern else None
    except (ValueError, UnsayableError):
        return None


def _of_dotted(body: str) -> str | None:
    ranges = []
    for part in body.split(r"\."):
        numbers = ["0", "255"] if part == _BYTE else part.removeprefix("(?:").removesuffix(")").split("|")
        if not all(one.isascii() and one.isdigit() and len(one) < 4 for one in numbers):
            return None
        ranges.append((int(numbers[0]), int(numbers[-1])))
    if len(ranges) != 4 or any(most > 255 for _, most in ranges):
        return None
    low, high = (int.from_bytes(bytes(one[end] for one in ranges), "big") for end in (0, 1))
    return f"{ipaddress.IPv4Address(low)}/{32 - (low ^ high).bit_length()}"


def _of_groups(body: str) -> str | None:
    """By the first way to write the groups, which has all eight."""
    low, high, at = 0, 0, 0
    for _ in range(8):
        found = _PLAIN_GROUP.match(body, at)
        if found is None:
            return None
        at = found.end()
        text = found[1] or found[2]
        digits = (
            [(one or digit or "0") for one, digit in _DIGIT.findall(text)]
            if text != _GROUP
            else ["0-9a-f"] * 4
        )
        if len(digits) != 4:
            return None
        low = low << 16 | int("".join(one[0] for one in digits), 16)
        high = high << 16 | int("".join(one[-1] for one in digits), 16)
    return f"{ipaddress.IPv6Address(low)}/{128 - (low ^ high).bit_length()}"
