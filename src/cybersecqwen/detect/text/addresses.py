"""IPv4 and IPv6 addresses, with what the registries say about special ones."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache

from .matches import DOT, Match, is_defanged

# From: IANA IPv4 and IPv6 Special-Purpose Address Registries, https://www.iana.org/assignments/
# iana-ipv4-special-registry and iana-ipv6-special-registry. The first network that fits decides.
_SPECIAL: tuple[tuple[str, str], ...] = (
    ("169.254.169.254/32", "cloud metadata service (RFC 3927 link-local)"),
    ("fd00:ec2::254/128", "cloud metadata service (RFC 4193 unique local)"),
    ("0.0.0.0/32", "unspecified address (RFC 1122)"),
    ("0.0.0.0/8", "this network (RFC 1122)"),
    ("10.0.0.0/8", "private address (RFC 1918)"),
    ("100.64.0.0/10", "shared address space (RFC 6598)"),
    ("127.0.0.0/8", "loopback (RFC 1122)"),
    ("169.254.0.0/16", "link-local (RFC 3927)"),
    ("172.16.0.0/12", "private address (RFC 1918)"),
    ("192.0.0.0/24", "protocol assignments (RFC 6890)"),
    ("192.0.2.0/24", "documentation (RFC 5737)"),
    ("192.88.99.0/24", "deprecated 6to4 relay (RFC 7526)"),
    ("192.168.0.0/16", "private address (RFC 1918)"),
    ("198.18.0.0/15", "benchmarking (RFC 2544)"),
    ("198.51.100.0/24", "documentation (RFC 5737)"),
    ("203.0.113.0/24", "documentation (RFC 5737)"),
    ("224.0.0.0/4", "multicast (RFC 5771)"),
    ("255.255.255.255/32", "limited broadcast (RFC 919)"),
    ("255.0.0.0/8", "network mask"),
    ("240.0.0.0/4", "reserved (RFC 1112)"),
    ("::/128", "unspecified address (RFC 4291)"),
    ("::1/128", "loopback (RFC 4291)"),
    ("64:ff9b::/96", "IPv4 translation (RFC 6052)"),
    ("64:ff9b:1::/48", "local IPv4 translation (RFC 8215)"),
    ("100::/64", "discard-only (RFC 6666)"),
    ("2001:db8::/32", "documentation (RFC 3849)"),
    ("3fff::/20", "documentation (RFC 9637)"),
    ("2001::/23", "protocol assignments (RFC 2928)"),
    ("2002::/16", "6to4 (RFC 3056)"),
    ("fc00::/7", "unique local (RFC 4193)"),
    ("fe80::/10", "link-local (RFC 4291)"),
    ("ff00::/8", "multicast (RFC 4291)"),
)

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_TAIL = r"(?![\w-]|\.[0-9])"
_PORT = r"(?::([0-9]{1,5})(?![\w:]|\.[0-9]))?"
_IPV4 = re.compile(rf"(?<![\w.-])({_OCTET}(?:\.{_OCTET}){{3}}){_PORT}{_TAIL}")
_IPV4_DEFANGED = re.compile(rf"(?<![\w.-])({_OCTET}(?:{DOT}{_OCTET}){{3}}){_PORT}{_TAIL}")
_IPV6 = re.compile(
    r"(?<![\w:.\]])(?:\[([0-9A-Fa-f:.]{2,45})\](?::[0-9]{1,5})?|([0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,41}))(?:%\w{1,15})?(?![\w:])"
)
# Literal first characters: these searches skip through a text ten times faster
_MAY_BE_IPV4 = re.compile(r"\.[0-9]{1,3}\.[0-9]")
_MAY_BE_IPV6 = re.compile(r":[0-9A-Fa-f]{0,4}:")
# A number of four parts beside one of these is a version: "Version=4.0.0.0", "Chrome/120.0.6099.71".
_VERSION = re.compile(
    r"(?:version|ver|build|release|rev|update|firmware|agent|[a-z]{2}/|\bv)[\s\"'=:/]{0,3}\Z"
)


def find(text: str, low: str) -> Iterator[Match]:
    """Addresses in free text; see `matches.Extractor`."""
    defanged = is_defanged(low)
    if defanged or _MAY_BE_IPV4.search(text):
        for match in (_IPV4_DEFANGED if defanged else _IPV4).finditer(text):
            value = ".".join(re.findall("[0-9]+", match[1]))
            if not _is_version(low, match.start(), value):
                yield Match(type="ipv4", value=value, start=match.start(), end=match.end(), note=note(value))
    if _MAY_BE_IPV6.search(text):
        yield from _ipv6(text)


@lru_cache(maxsize=4_096)
def note(value: str) -> str:
    """Why an address is set apart, with the RFC; "" for an ordinary public one."""
    address = ipaddress.ip_address(value)
    special = next((words for network, words in _networks(address.version) if address in network), "")
    return special or ("network or version number" if value.endswith(".0.0") else "")


def read(text: str) -> tuple[str, str] | None:
    """Type and value of a field that holds one address, or None: "::ffff:10.0.0.1" is IPv4."""
    try:
        address = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped:
        return "ipv4", str(mapped)
    return f"ipv{address.version}", str(address)


@lru_cache(maxsize=2)
def _networks(version: int) -> tuple[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, str], ...]:
    parsed = ((ipaddress.ip_network(network), words) for network, words in _SPECIAL)
    return tuple((network, words) for network, words in parsed if network.version == version)


def _is_version(low: str, start: int, value: str) -> bool:
    return value.endswith(".0.0.0") or bool(_VERSION.search(low[max(0, start - 16) : start]))


def _ipv6(text: str) -> Iterator[Match]:
    for match in _IPV6.finditer(text):
        body = match[1] or match[2].rstrip(".")
        if body.count(":") < 2 or (body[-1] == ":" and not body.endswith("::")):
            continue
        parts = [part for part in body.split(":") if part]
        if len(parts) < 3 and body != "::1" and not body.lower().startswith(("fe80:", "fd", "fc", "2")):
            continue  # "::add", "a::b" of programming languages
        read_as = read(body)
        if read_as:
            end = match.end() if match[1] else match.start() + len(body)
            yield Match(
                type=read_as[0], value=read_as[1], start=match.start(), end=end, note=note(read_as[1])
            )
