"""Functions about addresses."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any

from .function_kinds import MANY, Function, takes
from .meaning import PRIVATE
from .values import text, whole

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@lru_cache(maxsize=10_000)
def _network(given: str) -> _Network | None:
    try:
        return ipaddress.ip_network(given.strip(), strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=50_000)
def _address(given: str) -> _Address | None:
    try:
        return ipaddress.ip_address(given.partition("/")[0].strip())
    except ValueError:
        return None


def _in_range(version: int) -> Any:
    def run(value: Any, network: Any) -> bool | None:
        address, found = _address(text(value)), _network(text(network))
        if version == 6 and address is not None and address.version == 4:
            address = ipaddress.IPv6Address(f"::ffff:{address}")
        if address is None or found is None or address.version != version or found.version != version:
            return None
        return address in found

    return run


def _in_any(version: int) -> Any:
    one = _in_range(version)

    def run(value: Any, *networks: Any) -> bool | None:
        all_ = networks[0] if len(networks) == 1 and isinstance(networks[0], list) else networks
        found = [one(value, network) for network in all_]
        return True if True in found else None if all(each is None for each in found) else False

    return run


def _private(value: Any) -> bool | None:
    address = _address(text(value))
    if address is None or address.version != 4:
        return None
    return any(address in ipaddress.ip_network(network) for network in PRIVATE)


def _match(value: Any, network: Any, prefix: Any = 32) -> bool | None:
    """Whether two addresses are the same in as many bits as both and the third argument say."""
    one, other = text(value), text(network)
    a, b = _address(one), _address(other)
    if a is None or b is None or a.version != 4 or b.version != 4:
        return None
    bits = min(
        [
            whole(prefix) or 0,
            *(int(given.partition("/")[2] or 32) for given in (one, other) if _is_prefix(given)),
        ]
    )
    shift = 32 - max(0, min(32, bits))
    return int(a) >> shift == int(b) >> shift


def _is_prefix(given: str) -> bool:
    end = given.partition("/")[2]
    return not end or (end.isdecimal() and len(end) < 3)


def _ipv4_number(value: Any) -> int | None:
    address = _address(text(value))
    return int(address) if address is not None and address.version == 4 else None


def _ipv4_text(value: Any, prefix: Any = 32) -> str:
    given = whole(value) if value.__class__ is not str else _ipv4_number(value)
    if given is None or not 0 <= given < 2**32:
        return ""
    bits = whole(prefix)
    shift = 32 - max(0, min(32, 32 if bits is None else bits))
    return str(ipaddress.IPv4Address(given >> shift << shift))


NETWORKS: dict[str, Function] = {
    "ipv4_is_private": takes(_private, 1),
    "ipv4_is_in_range": takes(_in_range(4), 2),
    "ipv4_is_in_any_range": takes(_in_any(4), 2, MANY),
    "ipv6_is_in_range": takes(_in_range(6), 2),
    "ipv6_is_in_any_range": takes(_in_any(6), 2, MANY),
    "ipv4_is_match": takes(_match, 2, 3),
    "parse_ipv4": takes(_ipv4_number, 1),
    "format_ipv4": takes(_ipv4_text, 1, 2),
}
"""About addresses."""
