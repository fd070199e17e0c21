"""Indicators as MISP attributes: type, category, whether they may go into detection, comment.

Facts: describeTypes.json of PyMISP 2.5 (https://github.com/MISP/PyMISP/blob/main/pymisp/data/describeTypes.json),
which lists the categories of each type and whether it is meant for detection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from cybersecqwen.records.intel import Observable, Role, Tier

from .exported import Exported, where
from .ioc_blocklist import WORTHY
from .ioc_values import ascii_name, certificate_algorithm, well_formed

_NETWORK, _PAYLOAD, _DROPPED = "Network activity", "Payload delivery", "Artifacts dropped"
_FRAUD, _OTHER = "Financial fraud", "Other"

# Type of ours to type and category of MISP
_TYPES: Mapping[str, tuple[str, str]] = {
    "ipv4": ("ip-dst", _NETWORK),
    "ipv6": ("ip-dst", _NETWORK),
    "cidr": ("ip-dst", _NETWORK),
    "domain": ("domain", _NETWORK),
    "url": ("url", _NETWORK),
    "email": ("email", _PAYLOAD),
    "md5": ("md5", _PAYLOAD),
    "sha1": ("sha1", _PAYLOAD),
    "sha256": ("sha256", _PAYLOAD),
    "sha512": ("sha512", _PAYLOAD),
    "ssdeep": ("ssdeep", _PAYLOAD),
    "tlsh": ("tlsh", _PAYLOAD),
    "imphash": ("imphash", _PAYLOAD),
    "ja3": ("ja3-fingerprint-md5", _NETWORK),
    "ja4": ("other", _NETWORK),
    "cve": ("vulnerability", "External analysis"),
    "asn": ("AS", _NETWORK),
    "mac": ("mac-address", _NETWORK),
    "registry": ("regkey", "Persistence mechanism"),
    "file": ("filename", _PAYLOAD),
    "mutex": ("mutex", _DROPPED),
    "pipe": ("named pipe", _DROPPED),
    "service": ("windows-service-name", _DROPPED),
    "task": ("windows-scheduled-task", _DROPPED),
    "user-agent": ("user-agent", _NETWORK),
    "certificate": ("x509-fingerprint-sha1", _NETWORK),
    "btc": ("btc", _FRAUD),
    "eth": ("other", _FRAUD),
    "xmr": ("xmr", _FRAUD),
    "package": ("other", _PAYLOAD),
    "yara": ("yara", "Payload installation"),
    "sigma": ("sigma", "Payload installation"),
    "suricata": ("suricata", _NETWORK),
}
_FOR_PEOPLE = frozenset(
    (
        "other",
        "text",
        "vulnerability",
        "AS",
        "mac-address",
        "named pipe",
        "windows-service-name",
        "windows-scheduled-task",
        "user-agent",
    )
)
"""Types that MISP does not mean for detection."""


def attribute(view: Exported, event: UUID, one: Observable) -> dict[str, Any] | None:
    """The attribute of an indicator; None for technique identifiers, which become tags.

    Args:
        view: The report.
        event: Identifier of the event, in which that of the attribute is derived.
        one: A usable indicator.
    """
    if one.type == "attack":
        return None
    if not well_formed(one) or one.type not in _TYPES:
        told = f"{one.type}, which has not the form of its type" if one.type in _TYPES else one.type
        return make(event, "other", _OTHER, one.value, False, comment(view, one, told))
    type, category = _TYPES[one.type]
    value = one.value
    if one.type == "domain":
        value = ascii_name(value)
    if one.port and one.type in ("ipv4", "ipv6"):
        type, value = "ip-dst|port", f"{value}|{one.port}"
    elif one.port and one.type == "domain":
        type, value = "hostname|port", f"{value}|{one.port}"
    elif one.type == "email" and one.role in (Role.DELIVERY, Role.ATTACKER):
        type = "email-src"
    elif one.type == "asn":
        value = f"AS{value.upper().removeprefix('AS')}"
    elif one.type == "certificate":
        type = f"x509-fingerprint-{certificate_algorithm(one).replace('-', '').lower()}"
    if one.type == "file" and one.role is Role.ARTEFACT:
        category = _DROPPED
    named = one.type if type == "other" else ""
    return make(
        event, type, category, value, type not in _FOR_PEOPLE and is_detection(one), comment(view, one, named)
    )


def is_detection(one: Observable) -> bool:
    """Whether an indicator may be searched for without a person looking at it: the flag `to_ids`."""
    if one.role is Role.UNKNOWN:
        return one.tier is not Tier.LOW
    return one.role in WORTHY or one.role in (Role.ARTEFACT, Role.DETECTION)


def make(
    event: UUID, type: str, category: str, value: str, to_ids: bool, told: str, **more: Any
) -> dict[str, Any]:
    """An attribute with an identifier derived from the event and what it holds."""
    return {
        "uuid": str(uuid5(event, f"attribute:{category}:{type}:{value}:{more.get('object_relation', '')}")),
        "type": type,
        "category": category,
        "to_ids": to_ids,
        "disable_correlation": False,
        "comment": told,
        "value": value,
        **more,
    }


def comment(view: Exported, one: Observable, named: str = "") -> str:
    """Role, how sure it is, and where the indicator stands."""
    at = where(one)
    document = view.title_of(one.documents[0]) if one.documents and len(view.documents) > 1 else ""
    parts = [named, f"{one.role.value} ({one.tier.value} confidence)", at, document, one.why]
    return "; ".join(part for part in parts if part)[:1_000]
