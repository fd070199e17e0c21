"""Whether the value of an indicator has the form of its type: what has not is never a pattern or a rule."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from cybersecqwen.records.intel import Observable

LONGEST = 2_048
"""Characters of a value that goes into a pattern or rule."""

_DEVIANT = frozenset("ßẞς\u200c\u200d")
"""Letters and joiners that IDNA 2003 maps to others or drops, and IDNA 2008 carries (UTS 46, section 7): what
stands for such a name in the older form may be the name of somebody else."""
_HEX = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128, "ja3": 32, "imphash": 32}
_PRINTS = {32: "MD5", 40: "SHA-1", 64: "SHA-256"}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.){{1,126}}[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
# From: RFC 3986, the characters of a URI; schemes that reports name.
_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]{1,19}://(?:[A-Za-z0-9._~!$&'()*+,;=:%-]{1,256}@)?)?"
    r"(?P<host>\[[0-9a-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?)"
    r"(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)
_EMAIL = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+){0,16}@([a-z0-9.-]{3,253})")
_FORMS = {
    # From: https://ssdeep-project.github.io/ssdeep/ block size, two parts; TLSH 4.x: T1 and 70 digits
    "ssdeep": re.compile(r"[0-9]{1,10}:[A-Za-z0-9/+]{3,64}:[A-Za-z0-9/+]{2,64}"),
    "tlsh": re.compile(r"(?:T1)?[0-9A-Fa-f]{70}"),
    # From: https://github.com/FoxIO-LLC/ja4/blob/main/technical_details/JA4.md
    "ja4": re.compile(r"[tqd][0-9s][0-9][di][0-9]{4}[a-z0-9]{2}_[0-9a-f]{12}_[0-9a-f]{12}"),
    "cve": re.compile(r"CVE-[0-9]{4}-(?:0[0-9]{3}|[1-9][0-9]{3,18})"),
    "attack": re.compile(r"[A-Z]{1,2}[0-9]{4}(?:\.[0-9]{3})?"),
    "asn": re.compile(r"(?:AS)?[0-9]{1,10}", re.IGNORECASE),
    "mac": re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"),
    "btc": re.compile(r"[A-Za-z0-9]{14,90}"),
    "eth": re.compile(r"0x[0-9A-Fa-f]{40}"),
    "xmr": re.compile(r"[1-9A-HJ-NP-Za-km-z]{95,106}"),
}
_TEXTS = ("registry", "file", "mutex", "pipe", "service", "task", "user-agent", "package")
_RULES = ("yara", "sigma", "suricata")


def well_formed(one: Observable) -> bool:
    """Whether `one.value` is what `one.type` says; False for types that are not known. Never raises."""
    value, type = one.value, one.type
    if type in _RULES:
        return bool(value.strip()) and len(value) <= 64 * LONGEST
    if not value or len(value) > LONGEST:
        return False
    if type in _HEX:
        return _is_hex(value) and len(value) == _HEX[type]
    if type == "certificate":  # a fingerprint: serial numbers name no certificate without the issuer
        return _is_hex(value) and bool(certificate_algorithm(one))
    if type in _FORMS:
        return _FORMS[type].fullmatch(value) is not None
    if type in _TEXTS:
        return value == value.strip() and not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", value)
    check = _CHECKS.get(type)
    return check is not None and check(value)


def is_name(value: str) -> bool:
    """Whether `value` is a lower-case ASCII host name of two labels or more (RFC 1035 lengths)."""
    return len(value) <= 253 and _NAME.fullmatch(value) is not None


def ascii_name(value: str) -> str:
    """A host name as DNS carries it (IDNA 2003); "" for what it cannot carry, or carries in two forms."""
    if is_deviant(value):
        return ""
    try:
        made = value if value.isascii() else value.encode("idna").decode("ascii").lower()
        spoken = made.encode("ascii").decode("idna") if "xn--" in made else made
    except UnicodeError:
        return ""
    # Signs are allowed by the older rules that Python knows, and by no registry (RFC 5892)
    kinds = {unicodedata.category(one)[0] for one in _unmarked(spoken)} if not spoken.isascii() else set()
    signs = bool(kinds & set("SPZC"))
    return made if is_name(made) and not signs else ""


def is_deviant(value: str) -> bool:
    """Whether two names in DNS may be meant by a host name, one by older and one by newer rules."""
    return not value.isascii() and not _DEVIANT.isdisjoint(unicodedata.normalize("NFKC", value))


def _unmarked(name: str) -> str:
    return name.replace("-", "").replace(".", "")


def is_registrable(value: str) -> bool:
    """Whether a host name stands below a public suffix: neither com, nor co.uk, nor github.io itself."""
    name = ascii_name(value)
    return bool(name) and _suffixes().privatesuffix(name) is not None


@cache
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList  # 50 ms, only where a name is met

    return PublicSuffixList(accept_unknown=False)


def url_parts(value: str) -> tuple[str, str]:
    """Host in lower case and path with query of a URL; ("", "") for what is none.

    Reports also write "evil.example/gate.php": without a scheme, the host and a path make a URL.
    """
    match = _URL.fullmatch(value)
    if not match or not (match["scheme"] or match["path"].startswith("/")):
        return "", ""
    host = match["host"].lower()
    is_host = is_name(host) or _is_address(host.strip("[]"))
    return (host, match["path"] or "/") if is_host else ("", "")


def url_port(value: str) -> str:
    """The port that a URL names; "" where it names none."""
    match = _URL.fullmatch(value)
    return (match["port"] or "") if match else ""


def has_scheme(value: str) -> bool:
    """Whether a URL has its scheme."""
    match = _URL.fullmatch(value)
    return match is not None and bool(match["scheme"])


def split_path(value: str) -> tuple[str, str]:
    r"""Folder and name of a path: ("C:\x", "a.exe"), ("/tmp", "a"); ("", value) for a bare name."""
    separator = "\\" if "\\" in value else "/"
    folder, _, name = value.rpartition(separator)
    return folder or (separator if value.startswith(separator) else ""), name


def certificate_algorithm(one: Observable) -> str:
    """Which hash the fingerprint of a certificate is, as STIX writes it; "" for what is none."""
    return _PRINTS.get(len(one.value), "")


def _is_hex(value: str) -> bool:
    return re.fullmatch(r"[0-9a-f]+", value) is not None


def _is_address(value: str, version: int = 0) -> bool:
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        return False
    return "%" not in value and version in (0, found.version)


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return re.fullmatch(r"[0-9A-Fa-f:.]+/[0-9]{1,3}", value) is not None


def _is_email(value: str) -> bool:
    match = _EMAIL.fullmatch(value)
    return match is not None and is_name(match[1]) and len(value.partition("@")[0]) <= 64


_CHECKS: dict[str, Callable[[str], bool]] = {
    "ipv4": lambda value: _is_address(value, 4),
    "ipv6": lambda value: _is_address(value, 6),
    "cidr": _is_network,
    "domain": lambda value: bool(ascii_name(value)) and value == value.lower(),
    "url": lambda value: bool(url_parts(value)[0]),
    "email": _is_email,
}
