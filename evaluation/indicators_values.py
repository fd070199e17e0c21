"""When two values of an indicator are the same: the normal forms that a comparison of extractors needs.

Strict forms undo what carries no meaning by the guidelines (tests/data/intel/guidelines.md). Lenient ones
also forgive what a reader would: punctuation of the sentence that stuck to a URL or a path, "http" that was
put before a URL without a scheme. A detection rule is told by its name in both; its extent by spans.
"""

from __future__ import annotations

import ipaddress
import re

HOSTS = frozenset({"domain", "ipv4", "ipv6"})
"""Types that a URL or an e-mail address may hold."""

_CASELESS = frozenset({"file", "registry", "mutex", "pipe", "service", "task", "package"})
_UPPER = frozenset({"cve", "attack", "asn", "tlsh"})
_VERBATIM = frozenset({"ssdeep", "btc", "xmr", "user-agent"})
_HIVES = {
    "hklm": "hkey_local_machine",
    "hkcu": "hkey_current_user",
    "hkcr": "hkey_classes_root",
    "hku": "hkey_users",
    "hkcc": "hkey_current_config",
}
_URL = re.compile(r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,20})://)?(?P<host>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_NAMES = {
    "yara": (re.compile(r"\brule\s+(\w+)"),),
    "sigma": (re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE),),
    "suricata": (re.compile(r"\bsid:\s*(\d+)"), re.compile(r'\bmsg:\s*"([^"]*)"')),
}
_HANGING = ".,;:!?)]}>'\"”’|*"
_VERSION = re.compile(r"(?<=[\w.-])(?:@|==)[\w.+-]+$")


def canonical(kind: str, value: str, *, lenient: bool = False) -> str:
    """The form in which two values of a type are compared; never raises."""
    text = value.strip()
    if kind in _NAMES:
        return _rule(kind, text)
    if kind == "url":
        return _url(text, lenient=lenient)
    if kind == "domain":
        return _host(text.rstrip(".")) if lenient else _host(text)
    if kind == "email":
        name, _, host = text.rpartition("@")
        return f"{name.lower()}@{_host(host)}"
    if kind in {"ipv4", "ipv6", "cidr"}:
        return _address(text)
    if kind == "mac":
        return re.sub(r"[^0-9a-f]", "", text.lower())
    if kind == "certificate":
        return re.sub(r"[\s:]", "", text.lower())
    if kind in _UPPER:
        return _upper(kind, text)
    if kind in _CASELESS:
        return _caseless(kind, text, lenient=lenient)
    if kind in _VERBATIM:
        return text.lower() if text[:3].lower() == "bc1" else text
    return text.lower()


def host_of(kind: str, value: str) -> str:
    """The host in a URL or an e-mail address in its canonical form, without a port; "" for other types."""
    if kind == "url":
        match = _URL.fullmatch(value.strip().removeprefix("://"))
        host = match["host"].rpartition("@")[2] if match else ""
        if host.startswith("["):
            return _address(host[1:].partition("]")[0])
        return _host(host.partition(":")[0])
    if kind == "email":
        return _host(value.rpartition("@")[2])
    return ""


def _url(text: str, *, lenient: bool) -> str:
    match = _URL.fullmatch(text)
    assert match is not None  # every part of the pattern may be empty
    host, rest, scheme = match["host"], match["rest"], (match["scheme"] or "").lower()
    if lenient:
        rest = _without_hanging(rest)
        if not rest:
            host = host.rstrip(_HANGING)
        scheme = "" if scheme == "http" else scheme
    name, colon, port = host.partition(":") if not host.startswith("[") else (host, "", "")
    if rest == "/":
        rest = ""
    return f"{scheme}://{_host(name)}{colon}{port}{rest}"


def _without_hanging(rest: str) -> str:
    """A path without the punctuation at its end; a closing bracket that was opened in it stays."""
    while rest and rest[-1] in _HANGING:
        if rest[-1] == ")" and rest.count("(") >= rest.count(")"):
            break
        rest = rest[:-1]
    return rest


def _host(name: str) -> str:
    """Lower case, labels beyond ASCII in their `xn--` form."""
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in name.lower().split(".")
    )


def _address(text: str) -> str:
    address, slash, length = text.partition("/")
    try:
        return f"{ipaddress.ip_address(address)}{slash}{length}"
    except ValueError:
        return text.lower()


def _upper(kind: str, text: str) -> str:
    if kind == "asn":
        return "AS" + re.sub(r"\D", "", text)
    if kind == "cve":
        return re.sub(r"[‐-―−]", "-", text).upper()
    found = text.upper()
    return "T1" + found if kind == "tlsh" and len(found) == 70 else found


def _caseless(kind: str, text: str, *, lenient: bool) -> str:
    found = text.replace("\\\\", "\\").lower() if not text.startswith("\\\\") else text.lower()
    if kind == "registry":
        hive, slash, rest = found.partition("\\")
        found = _HIVES.get(hive, hive) + slash + rest
        return found.rstrip(".,;:)\"'\\") if lenient else found
    if kind == "pipe":
        return re.sub(r"^\\\\[^\\]+\\pipe\\", "", found)
    if kind == "package":
        return _VERSION.sub(
            "",
            re.sub(r"^(?:pkg:[a-z]+/|(?:npm|pypi|gem|cargo|nuget|go|maven):)", "", found).replace("%40", "@"),
        )
    return found.rstrip(".,;:)\"'") if lenient and kind == "file" else found


def _rule(kind: str, text: str) -> str:
    """The name of a rule: two are the same if they have it; spans say whether all of it was found."""
    names = [found[1] for pattern in _NAMES[kind] if (found := pattern.search(text))]
    return " ".join(names if len(names) == len(_NAMES[kind]) else text.split())
