"""IPv4 and IPv6 addresses, with what the registries say about special ones."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from .matches import DOT, Match, is_defanged, over
from .versions import goes_on, is_version

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

_SPECIAL_FIRST = frozenset({"0", "10", "100", "127", "169", "172", "192", "198", "203"})
"""First numbers of the special IPv4 networks below 224."""

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
# "10.0.0.1-20" and "10.0.0.1-10.0.0.20" are ranges, "1.2.3.4-1.el7" is a package
_RANGE = rf"-(?:{_OCTET}\.{_OCTET}\.|[0-9]{{1,3}}(?![\w-]|\.\w))"
_TAIL = rf"(?![0-9A-Za-z_]|\.[0-9]|-(?!{_RANGE[1:]}))"
# "203.0.113[.]7Command": the next cell of a table whose blanks were lost
_TAIL_DEFANGED = rf"(?:{_TAIL}|(?=[A-Z][A-Za-z]))"
_HEAD = r"(?:(?<![0-9A-Za-z_.~-])|(?<=\.[0-9]-)|(?<=\.[0-9]{2}-)|(?<=\.[0-9]{3}-))"
_PORT = r"(?:(?::|\[:\])([0-9]{1,5})(?![\w:]|\.[0-9]))?"
_IPV4 = re.compile(rf"{_HEAD}({_OCTET}(?:\.{_OCTET}){{3}}){_PORT}{_TAIL}")
_IPV4_DEFANGED = re.compile(rf"{_HEAD}({_OCTET}(?:{DOT}{_OCTET}){{3}}){_PORT}{_TAIL_DEFANGED}")
_CIDR = re.compile(
    rf"(?<![\w.-])({_OCTET}(?:{DOT}{_OCTET}){{3}})(?:/|\[/\])(3[0-2]|[12]?[0-9])(?![\w/]|\.[0-9])"
    r"|(?<![\w:.])([0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{1,37})/(1[01][0-9]|12[0-8]|[1-9]?[0-9])(?![\w/:])"
)
_PLAIN_V4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_DIGITS = re.compile("[0-9]+")
_NAME_AFTER = re.compile(r"[\w.-]{1,253}")
_IPV6 = re.compile(
    r"(?<![\w:.\]])(?:\[([0-9A-Fa-f:.]{2,45})(?:%\w{1,15})?\](?::([0-9]{1,5})(?!\w))?"
    r"|([0-9A-Fa-f]{0,4}(?:\[:\]|:)(?:\[:\]|[0-9A-Fa-f:.]){1,41}+))(?:%\w{1,15})?(?![\w:])"
)
# Literal first characters: these searches skip through a text ten times faster
_MAY_BE_IPV4 = re.compile(r"\.[0-9]{1,3}\.[0-9]")
_MAY_BE_IPV6 = re.compile(r":[0-9A-Fa-f]{0,4}[:\]]")


def find(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Addresses in free text; see `matches.Extractor` and `matches.over`."""
    yield from find_v4(text, low, starts)
    yield from find_v6(text, low, starts)


def find_v4(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """IPv4 addresses, with the port behind them; versions and numbers of sections left out."""
    defanged = starts is not None or is_defanged(low)
    if starts is None and not defanged and not _MAY_BE_IPV4.search(text):
        return
    version_end = -1
    for match in over(_IPV4_DEFANGED if defanged else _IPV4, text, starts):
        raw = match[1]
        start, end = match.span()
        plain = len(raw) <= 15 and raw.replace(".", "").isdigit()
        value = raw if plain else ".".join(_DIGITS.findall(raw))
        after = text[end : end + 3]
        if plain and after[:1].isascii() and after[:1].isalpha() and not after[1:].islower():
            continue
        if text[start - 1 : start] == ":" and text[max(0, start - 7) : start].lower() == "::ffff:":
            continue  # the end of an IPv4-mapped address, which `find_v6` reads
        if plain and not match[2]:
            follows = text[end : end + 2]
            if follows[:1] == "." and follows[1:].isalpha() and _is_name(text, start):
                continue
            if goes_on(text, version_end, start) or is_version(text, start, end, value):
                version_end = end
                continue
        port = int(match[2]) if match[2] and int(match[2]) < 65_536 else 0
        yield Match(type="ipv4", value=value, start=start, end=end, note=_note4(value), port=port)


def find_cidr(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Networks as they are written, host bits included: "192.0.2.0/24"; see `matches.Extractor`."""
    if starts is None and "/" not in text:
        return
    for match in over(_CIDR, text, starts):
        if match[1]:
            value = ".".join(re.findall("[0-9]+", match[1]))
            if is_version(text, match.start(), match.end(), value) and int(match[2]) < 8:
                continue
            yield Match(
                type="cidr",
                value=f"{value}/{match[2]}",
                start=match.start(),
                end=match.end(),
                note=note(value),
            )
        elif (address := read(match[3])) and address[0] == "ipv6":
            yield Match(
                type="cidr",
                value=f"{address[1]}/{match[4]}",
                start=match.start(),
                end=match.end(),
                note=note(address[1]),
            )


_MAC = re.compile(
    r"(?<![\w:.-])(?:[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?![\w:-]|\.\w)"
)


def find_mac(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Hardware addresses (IEEE 802), in lower case with colons; see `matches.Extractor`."""
    for match in over(_MAC, text, starts):
        digits = re.sub(r"[^0-9a-f]", "", match.group().lower())
        if digits.isdigit() and ":" not in match.group():
            continue  # a date and time, a number in groups
        value = ":".join(digits[at : at + 2] for at in range(0, 12, 2))
        special = "broadcast" if digits == "f" * 12 else "placeholder" if len(set(digits)) == 1 else ""
        yield Match(type="mac", value=value, start=match.start(), end=match.end(), note=special)


_ASN = re.compile(r"(?<![\w-])(?:ASN?|asn)(?:(?:[ :#-]|: )?)([1-9][0-9]{0,9})(?![\w-]|\.[0-9])")
_ASN_CONTEXT = re.compile(r"\basns?\b|autonomous|\bbgp\b|hosting|hosted|provider|\bisp\b|network|\bwhois\b")


def find_asn(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Numbers of autonomous systems (RFC 6793): AS64500, ASN 64500; short ones where the line says so."""
    for match in over(_ASN, text, starts):
        number = match[1]
        if int(number) >= 1 << 32 or match.group() in ("AS400", "AS/400"):
            continue
        written = match.group()
        if written[:3].lower() != "asn" and (len(number) < 4 or not written[2].isdigit()):
            before = low[max(0, match.start() - 80) : match.start()].rpartition("\n")[2]
            line = before + low[match.end() : match.end() + 80].partition("\n")[0]
            if not _ASN_CONTEXT.search(line) or (len(number) < 3 and "autonomous" not in line):
                continue
        yield Match(type="asn", value=f"AS{number}", start=match.start(), end=match.end())


@lru_cache(maxsize=4_096)
def note(value: str) -> str:
    """Why an address is set apart, with the RFC; "" for an ordinary public one."""
    if ":" not in value:
        return _note4(value)
    address = ipaddress.ip_address(value)
    special = next((words for network, words in _networks(address.version) if address in network), "")
    return special or ("network or version number" if value.endswith(".0.0") else "")


def read(text: str) -> tuple[str, str] | None:
    """Type and value of a field that holds one address, or None: "::ffff:10.0.0.1" is IPv4."""
    if _PLAIN_V4.fullmatch(text):  # as the parser below has it, in a fifth of the time
        return "ipv4", text
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


@lru_cache(maxsize=1)
def _masks() -> tuple[tuple[int, int, str], ...]:
    """First address, mask and words of the special IPv4 networks, as numbers."""
    return tuple(
        (int(network.network_address), int(network.netmask), words) for network, words in _networks(4)
    )


@lru_cache(maxsize=16_384)
def _note4(value: str) -> str:
    first = value.partition(".")[0]
    if first in _SPECIAL_FIRST or int(first) >= 224:
        number = int.from_bytes(map(int, value.split(".")), "big")
        special = next((words for network, mask, words in _masks() if number & mask == network), "")
        if special:
            return special
    return "network or version number" if value.endswith(".0.0") else ""


def _is_name(text: str, start: int) -> bool:
    """Whether the address is the front of a longer name: "4.3.2.1.dnsbl.example.org"."""
    from .names import is_domain

    match = _NAME_AFTER.match(text, start)
    return match is not None and is_domain(match.group().lower().rstrip(".-"))


def find_v6(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """IPv6 addresses, in brackets with the port behind them; see `matches.Extractor`."""
    if starts is None and not _MAY_BE_IPV6.search(text):
        return
    for match in over(_IPV6, text, starts):
        raw = match[1] or match[3].rstrip(".")
        body = raw.replace("[:]", ":")
        if body.count(":") < 2 or (body[-1] == ":" and not body.endswith("::")):
            continue
        parts = [part for part in body.split(":") if part]
        if (
            len(parts) < 3
            and body != "::1"
            and not body.lower().startswith(("::ffff:", "fe80:", "fd", "fc", "2"))
        ):
            continue  # "::add", "a::b" of programming languages
        if len(parts) == 8 and all(len(part) == 2 for part in parts):
            continue  # bytes of a serial number or of a longer hardware address
        read_as = read(body)
        if read_as:
            end = match.end() if match[1] or len(raw) == len(match[3]) else match.start() + len(raw)
            port = int(match[2]) if match[2] and int(match[2]) < 65_536 else 0
            yield Match(
                type=read_as[0],
                value=read_as[1],
                start=match.start(),
                end=end,
                note=note(read_as[1]),
                port=port,
            )
