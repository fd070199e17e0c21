"""Addresses in networks."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from cybersecqwen.detect.sigma.values import address_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=10_000)
def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def is_within(text: str, networks: tuple[str, ...]) -> bool:
    """Whether a text is an address in one of the networks; what is no network has none."""
    address = address_of(text)
    if address is None:
        return False
    return any((found := _network(one)) is not None and address in found for one in networks)
