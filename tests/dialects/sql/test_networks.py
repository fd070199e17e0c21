"""Expressions for networks hold for what `ipaddress` takes for an address of them."""

from __future__ import annotations

import ipaddress
from random import Random

import pytest
import re2

from cybersecqwen.detect.sigma.values import address_of
from cybersecqwen.dialects.sql.networks import network_of, pattern_of
from cybersecqwen.errors import UnsayableError

NETWORKS = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.1.128/25", "1.2.3.4/32", "0.0.0.0/0", "::1/128", "fe80::/10",
    "fc00::/7", "2620:83:8000::/48", "2001:db8::/33", "100::/8", "0:0:8::/45",
)  # fmt: skip


def _spelled(address: ipaddress.IPv4Address | ipaddress.IPv6Address, chance: Random) -> list[str]:
    """An address in forms that are one, and in some that are none."""
    text = str(address)
    if address.version == 4:
        return [
            text,
            f"[{text}]",
            f"{text}%eth0",
            f"::ffff:{text}",
            f" {text} ",
            f"0{text}",
            f"{text}.1",
            f"{text}0",
        ]
    groups = address.exploded.split(":")
    out = [
        text,
        address.exploded.upper(),
        f"[{text}]",
        f"{text}%e",
        f"{text}:1",
        text.replace("::", ":"),
        "1" + text,
    ]
    for _ in range(6):
        begin = end = chance.randrange(8)
        while end < 8 and int(groups[end], 16) == 0:
            end += 1
        short = [format(int(one, 16), chance.choice(("x", "04x", "03x"))) for one in groups]
        out.append(":".join(short[:begin]) + "::" + ":".join(short[end:]) if end > begin else ":".join(short))
    return out


@pytest.mark.parametrize("network", NETWORKS)
def test_an_expression_takes_what_is_in_the_network(network: str) -> None:
    chance = Random(network)
    given = ipaddress.ip_network(network)
    compiled = re2.compile(pattern_of(network))
    found = set()
    for _ in range(150):
        number = int(given.network_address) + chance.getrandbits(given.max_prefixlen - given.prefixlen or 1)
        if chance.random() < 0.4:
            number ^= 1 << chance.randrange(given.max_prefixlen)
        if given.version == 6 and chance.random() < 0.5:
            number = number >> 64 << 64 | 1
        number %= 1 << given.max_prefixlen
        kind = ipaddress.IPv4Address if given.version == 4 else ipaddress.IPv6Address
        for text in _spelled(kind(number), chance):
            address = address_of(text)
            wanted = address is not None and address in given
            assert (compiled.search(text) is not None) is wanted, text
            found.add(wanted)
    assert found == {True, False} or network == "0.0.0.0/0"


@pytest.mark.parametrize("network", NETWORKS)
def test_an_expression_gives_its_network_back(network: str) -> None:
    assert network_of(pattern_of(network)) == network


@pytest.mark.parametrize(
    "pattern", ["", "10\\.", pattern_of("10.0.0.0/8")[:-1], pattern_of("10.0.0.0/8").replace("10", "11|12")]
)
def test_other_expressions_have_none(pattern: str) -> None:
    assert network_of(pattern) is None


def test_networks_of_mapped_addresses_are_refused() -> None:
    """IPv4 written as IPv6 is IPv4 to a rule, so such a network holds nothing of it."""
    with pytest.raises(UnsayableError):
        pattern_of("::ffff:0:0/96")
