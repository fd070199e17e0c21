"""Indicators in STIX 2.1: the pattern that finds them, and the observable object that they are.

Facts: STIX 2.1 (OASIS standard, 10 June 2021), sections 2.9 (identifiers), 6 (observables), 9 (patterns),
10.7 (hash algorithms): https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid5

import orjson

from cybersecqwen.records.intel import Observable

from .ioc_values import ascii_name, certificate_algorithm, has_scheme, split_path, well_formed

OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Namespace of deterministic identifiers of observable objects (section 2.9)."""

_HASHES = {
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "sha512": "SHA-512",
    "ssdeep": "SSDEEP",
    "tlsh": "TLSH",
}
_ADDRESSES = {"ipv4": "ipv4-addr", "ipv6": "ipv6-addr"}
_VALUES = {**_ADDRESSES, "url": "url", "email": "email-addr", "mac": "mac-addr"}
_USER_AGENT = "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"
_HIVES = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKU": "HKEY_USERS",
    "HKCC": "HKEY_CURRENT_CONFIG",
}
_ABBREVIATED = re.compile("|".join((*_HIVES, *map(str.lower, _HIVES))))
_SERVICE = "process:extensions.'windows-service-ext'.service_name"
RULES = ("yara", "sigma", "suricata")
"""Types whose value is a pattern of its own language (open vocabulary pattern-type-ov)."""


def pattern(one: Observable) -> tuple[str, str]:
    """The pattern that finds an indicator and its language ("stix", "yara", …); ("", "") where none does."""
    if not well_formed(one):
        return "", ""
    value, type = one.value, one.type
    if type in RULES:
        return value, type
    tests = _tests(one)
    return (f"[{' AND '.join(tests)}]", "stix") if tests else ("", "")


def _tests(one: Observable) -> list[str]:
    type, value = one.type, one.value
    if type == "url" and not has_scheme(value):
        return [" OR ".join(_equal("url:value", f"{scheme}://{value}") for scheme in ("http", "https"))]
    if type in _VALUES:
        return [_equal(f"{_VALUES[type]}:value", value)]
    if type == "cidr":
        kind = "ipv6-addr" if ":" in value else "ipv4-addr"
        return [f"{kind}:value ISSUBSET {quoted(value)}"]
    if type == "domain":
        return [_equal("domain-name:value", ascii_name(value))]
    if type in _HASHES:
        return [_equal(f"file:hashes.{_key(_HASHES[type])}", _digest(type, value))]
    if type == "certificate":
        return [_equal(f"x509-certificate:hashes.{_key(certificate_algorithm(one))}", value)]
    if type == "imphash":
        return [_equal("file:extensions.'windows-pebinary-ext'.imphash", value)]
    if type == "asn":
        return [f"autonomous-system:number = {_number(value)}"]
    if type == "registry":
        return [_equal("windows-registry-key:key", registry_key(value))]
    if type == "mutex":
        return [_equal("mutex:name", value)]
    if type == "file":
        folder, name = split_path(value)
        tests = [_equal("file:name", name)] if name else []
        return tests + ([_equal("file:parent_directory_ref.path", folder)] if folder else [])
    if type == "user-agent":
        return [_equal(_USER_AGENT, value)]
    return [_equal(_SERVICE, value)] if type == "service" else []


def quoted(value: str) -> str:
    """A string literal of a pattern: backslash and apostrophe escaped (section 9.6.1)."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _equal(path: str, value: str) -> str:
    return f"{path} = {quoted(value)}"


def _key(algorithm: str) -> str:
    """An algorithm as a step of an object path: quoted where it has a hyphen."""
    return f"'{algorithm}'" if "-" in algorithm else algorithm


def registry_key(value: str) -> str:
    """A key with its hive written out: the standard allows no abbreviated one (section 6.17)."""
    hive, separator, rest = value.partition("\\")
    return _HIVES.get(hive.upper().rstrip(":"), hive) + separator + rest


def _digest(type: str, value: str) -> str:
    """A hash as libraries of STIX take it: TLSH without the "T1" of its version 4, which stix2 refuses."""
    return value.removeprefix("T1").lower() if type == "tlsh" else value


def _number(value: str) -> int:
    return int(value.upper().removeprefix("AS"))


def observable_object(one: Observable) -> dict[str, Any] | None:
    """The observable object (SCO) of an indicator, without markings; None for types that STIX has not."""
    if not well_formed(one):
        return None
    made = _object(one)
    if made is None:
        return None
    type, contributing = made
    return {"type": type, "spec_version": "2.1", "id": _id(type, contributing), **contributing}


def _object(one: Observable) -> tuple[str, dict[str, Any]] | None:
    """Type and the properties that contribute to the identifier."""
    type, value = one.type, one.value
    if type == "url" and not has_scheme(value):
        return None  # the object holds a URL as RFC 3986 has it (section 6.15)
    if type in _VALUES:
        return _VALUES[type], {"value": value}
    if type == "cidr":
        return ("ipv6-addr" if ":" in value else "ipv4-addr"), {"value": value}
    if type == "domain":
        return "domain-name", {"value": ascii_name(value)}
    if type in _HASHES:
        return "file", {"hashes": {_HASHES[type]: _digest(type, value)}}
    if type == "certificate":
        return "x509-certificate", {"hashes": {certificate_algorithm(one): value}}
    if type == "asn":
        return "autonomous-system", {"number": _number(value)}
    if type == "registry":
        key = registry_key(value)
        # what looks like an abbreviation further on is refused by validators as well
        return None if _ABBREVIATED.search(key) else ("windows-registry-key", {"key": key})
    if type == "mutex":
        return "mutex", {"name": value}
    name = split_path(value)[1] if type == "file" else ""
    return ("file", {"name": name}) if name else None


def _id(type: str, contributing: dict[str, Any]) -> str:
    """UUIDv5 over the contributing properties as canonical JSON (RFC 8785: sorted keys, no spaces)."""
    data = orjson.dumps(contributing, option=orjson.OPT_SORT_KEYS).decode()
    return f"{type}--{uuid5(OBSERVABLES, data)}"
