"""Lookers for what names a place in a network: URLs, addresses, domains, mail, autonomous systems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from cybersecqwen.detect.text import addresses, bare_urls, names, urls
from cybersecqwen.detect.text.matches import Match

from .shaped import shaped

# Nothing that can be searched for or blocked: the address of no host, and masks (RFC 950)
_NO_HOSTS = frozenset({"unspecified address (RFC 1122)", "this network (RFC 1122)", "network mask"})
_SERIAL = re.compile(r"serial(?: ?(?:numbers?|no\.?|#))?[\s:=]{0,3}\Z", re.IGNORECASE)


def find_v4(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """IPv4 addresses of hosts: masks and 0.0.0.0 are left out; see `shaped.Finder`."""
    for match in addresses.find_v4(text, low, starts):
        if match.note not in _NO_HOSTS:
            yield match


def find_v6(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """IPv6 addresses; IPv4-mapped ones (RFC 4291 §2.5.5.2) as they are written; see `shaped.Finder`."""
    for match in addresses.find_v6(text, low, starts):
        mapped = match.type == "ipv4"
        yield replace(match, type="ipv6", value=f"::ffff:{match.value}") if mapped else match


def find_mac(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Hardware addresses; six pairs that are called a serial number are none; see `shaped.Finder`."""
    for match in addresses.find_mac(text, low, starts):
        if not _SERIAL.search(text[max(0, match.start - 24) : match.start]):
            yield match


URL = shaped(urls.find_urls, lambda anchors: anchors.urls)
BARE_URL = shaped(bare_urls.find_bare_urls, lambda anchors: anchors.hosts_with_paths)
EMAIL = shaped(names.find_emails, lambda anchors: anchors.emails)
MAC = shaped(find_mac, lambda anchors: anchors.hardware)
ASN = shaped(addresses.find_asn, lambda anchors: anchors.systems)
CIDR = shaped(addresses.find_cidr, lambda anchors: anchors.networks)
ADDRESS = shaped(find_v4, lambda anchors: anchors.numbers)
ADDRESS_V6 = shaped(find_v6, lambda anchors: anchors.colon_pairs)
DOMAIN = shaped(names.find_domains, lambda anchors: anchors.dotted)
