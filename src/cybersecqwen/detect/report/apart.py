"""Why an indicator is set apart from those worth searching for and blocking.

Nothing is dropped: what is set apart is still listed, with its reason. What the text calls an attacker's
outright is not set apart because of where it is hosted; only the name of a service that many share is.
"""

from __future__ import annotations

from collections.abc import Mapping

from cybersecqwen.records.intel import Role, Tier

from . import dismissed, references, roles, system_folders
from .interface import Found, Passage, RoleOf
from .warning_lists import NOTES, WITH_CUSTOMERS, WarningLists, host_of, own

_ATTACK_ROLES = frozenset(
    {Role.C2, Role.DELIVERY, Role.PAYLOAD, Role.EXFILTRATION, Role.ATTACKER, Role.ARTEFACT}
)
_CATALOGUES = {
    "attack.mitre.org": "link to ATT&CK",
    "nvd.nist.gov": "link to a vulnerability's entry",
    "cve.mitre.org": "link to a vulnerability's entry",
    "cve.org": "link to a vulnerability's entry",
    "cwe.mitre.org": "link to CWE",
    "capec.mitre.org": "link to CAPEC",
    "d3fend.mitre.org": "link to D3FEND",
}


def reasons(
    passage: Passage,
    found: Found,
    lists: WarningLists,
    told: Mapping[tuple[str, str], RoleOf] | None = None,
) -> dict[tuple[str, str], str]:
    """Why indicators are set apart.

    Args:
        passage: The text with its publisher and links.
        found: Its matches in order of appearance.
        lists: What is known to be harmless.
        told: Their roles, where `roles.assign` was asked before; else it is asked here.

    Returns:
        (type, value) → reason, for those that are set apart only. Never raises.
    """
    given = roles.assign(passage, found) if told is None else told
    publishers = references.publishers(passage)
    denied = dismissed.find(passage.text, found)
    apart: dict[tuple[str, str], str] = {}
    seen: set[tuple[str, str]] = set()
    for match in found:
        key = (match.type, match.value)
        if key in seen:
            continue
        seen.add(key)
        why = _reason(match.type, match.value, match.note, given.get(key), publishers, lists)
        if match.type == "cve" and match.value in denied:
            why = f"of no concern: the report says “{denied[match.value]}” of it"
        if why:
            apart[key] = why
    return apart


def _reason(
    kind: str, value: str, note: str, role: RoleOf | None, publishers: frozenset[str], lists: WarningLists
) -> str:
    outright = role is not None and role.role in _ATTACK_ROLES and role.tier is Tier.HIGH
    if note:
        return "" if kind == "file" and outright else note
    folder = system_folders.reason(value) if kind == "file" else ""
    if folder:  # whatever is written there, the folder itself is on every host
        return folder
    host = _host(kind, value)
    if host and not outright:
        catalogue = next((said for name, said in _CATALOGUES.items() if references.belongs(host, {name})), "")
        if catalogue:
            return catalogue
        if publishers and references.belongs(host, publishers):
            return "link of the publisher" if kind == "url" else "the publisher's own"
        if kind == "url" and own(host)[0] == "social" and (role is None or role.role not in _ATTACK_ROLES):
            return f"{NOTES['social']}: {own(host)[1]}"
    known = "" if outright and _customer(kind, host) else lists.reason(kind, value)
    if known and not (outright and kind in ("url", "email")):  # whoever sends mail chooses what is before "@"
        return known
    return _by_role(role)


def _by_role(role: RoleOf | None) -> str:
    if role is None or role.tier is Tier.LOW:
        return ""
    if role.role is Role.LEGITIMATE:
        return f"legitimate service, by its context: {role.why}"
    if role.role is Role.REFERENCE:
        return f"reference of the report: {role.why}"
    return f"victim: {role.why}" if role.role is Role.VICTIM else ""


def _host(kind: str, value: str) -> str:
    if kind == "domain":
        return value
    if kind == "url":
        return host_of(value)
    return value.rpartition("@")[2] if kind == "email" else ""


def _customer(kind: str, host: str) -> bool:
    """Whether a name belongs to a customer of a shared service, or stands on no list of ours."""
    if kind not in ("domain", "url") or not host:
        return False
    service, known = own(host)
    return service in WITH_CUSTOMERS and host not in (known, "www." + known)
