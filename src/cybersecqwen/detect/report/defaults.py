"""What the type and the value of an indicator say about its role before anyone reads the text."""

from __future__ import annotations

from functools import lru_cache

from cybersecqwen.detect.text.matches import words
from cybersecqwen.records.intel import Role, Tier

from . import warning_lists
from .cues import Evidence
from .interface import RoleOf

NETWORK = frozenset(
    {
        "ipv4",
        "ipv6",
        "cidr",
        "mac",
        "domain",
        "url",
        "email",
        "asn",
        "ja3",
        "ja4",
        "certificate",
        "user-agent",
    }
)
"""Types that stand for something on a network."""
HASHES = frozenset({"md5", "sha1", "sha256", "sha512", "ssdeep", "tlsh", "imphash"})
"""Types that stand for a file's contents."""

PROGRAMS = words(
    """
        7z apk app asp aspx bat bin cab chm cmd com cpl dll dmg doc docm docx dylib elf exe gz hta img ipa iso
        jar js jse jsp ko lnk msi ocx one pdf php ppt pptm ps1 psm1 py rar rtf scr sh so sys tar vbe vbs vhd
        wsf xls xlsb xlsm xlsx zip
        """
)
"""Endings of files that carry or run something."""

_DOCUMENTS = words("doc docx gif jpeg jpg pdf png ppt pptx rtf txt xls xlsx")
ORDINARY = RoleOf(
    role=Role.UNKNOWN, tier=Tier.LOW, why="a file that is named where nothing is said of an attack"
)
"""The role of a bare name of a file in such a text."""
_FIXED = {
    "cve": (Role.VULNERABILITY, "a CVE number names a vulnerability"),
    "attack": (Role.TECHNIQUE, "an ATT&CK identifier names a technique, tactic or software"),
    "yara": (Role.DETECTION, "a YARA rule finds the activity"),
    "sigma": (Role.DETECTION, "a Sigma rule finds the activity"),
    "suricata": (Role.DETECTION, "a Suricata rule finds the activity"),
    "registry": (Role.ARTEFACT, "a registry key is left on a host"),
    "mutex": (Role.ARTEFACT, "a mutex is left on a host"),
    "pipe": (Role.ARTEFACT, "a named pipe is left on a host"),
    "service": (Role.ARTEFACT, "a service is left on a host"),
    "task": (Role.ARTEFACT, "a scheduled task is left on a host"),
}
# what a report gives for the attacker's side, as nobody blocks his own by it
_ATTACKERS = {
    "ja3": "a fingerprint of a client or server",
    "ja4": "a fingerprint of a client or server",
    "certificate": "a certificate",
    "user-agent": "a user agent",
    "asn": "a network",
    "mac": "a hardware address",
}
_NONE = ("", 0.0)
_WALLETS = frozenset({"btc", "eth", "xmr"})


def fixed(kind: str) -> RoleOf | None:
    """The role of a type that can have no other, or None."""
    if kind not in _FIXED:
        return None
    role, why = _FIXED[kind]
    return RoleOf(role=role, tier=Tier.HIGH, why=why)


def fitted(kind: str, value: str, one: Evidence) -> tuple[str, float]:
    """The key of a role as an indicator of this type can have it, and the share of the score that it keeps.

    An address is no payload: one comes from it, or talks to it. A hash beside "C2" is that of what talks to
    it. ("", 0) where the role is none for this type.
    """
    role = one.role
    if role == "origin":
        if kind in ("ipv4", "ipv6", "cidr", "email", "asn"):
            return "attacker", 1.0
        return ("delivery", 1.0) if kind in ("url", "domain") else _NONE
    if kind in NETWORK:
        if role == "reference" and (value.endswith(".onion") or ".onion/" in value):
            return _NONE
        if role == "c2" and kind == "email":
            return "attacker", 0.8
        if role == "payload":
            return _network_payload(kind, value, one)
        if role == "artefact" or (role == "reference" and kind not in ("url", "domain", "email")):
            return _NONE
    elif kind in _WALLETS:
        return (role, 1.0) if role in ("attacker", "listed", "victim", "legitimate") else _NONE
    elif kind == "file" or kind in HASHES or kind == "package":
        if role not in ("payload", "delivery", "artefact", "legitimate"):
            return _NONE
        if role == "artefact" and kind != "file":
            return _NONE
        if kind == "file" and role in ("payload", "delivery") and _is_folder(value):
            return "artefact", 1.0
        if kind == "file" and role == "payload" and value.lower().rpartition(".")[2] not in PROGRAMS:
            return "payload", 0.5 if one.noun else 0.9  # a text or picture: rather what malware leaves
        if role == "delivery" and not one.noun:
            return "payload", 0.8  # what is downloaded, not what it comes from
    elif role not in ("attacker", "legitimate", "artefact", "listed"):
        return _NONE
    return role, 1.0


def _network_payload(kind: str, value: str, one: Evidence) -> tuple[str, float]:
    """What a word for malware says about a host: what is fetched comes from it, what runs talks to it."""
    if not one.plain:
        return _NONE
    if not one.noun or (kind == "url" and value.lower().rpartition(".")[2] in PROGRAMS):
        return "delivery", 0.8
    return "c2", 0.5


def _is_folder(path: str) -> bool:
    """Whether the last part of a path has no ending: what is dropped there is no part of the path."""
    return ("\\" in path or "/" in path) and "." not in path.replace("/", "\\").rpartition("\\")[2]


def fallback(kind: str, value: str, note: str) -> RoleOf:
    """The role where the text tells nothing."""
    if kind in HASHES:
        if note:
            return RoleOf(role=Role.UNKNOWN, tier=Tier.LOW, why=note)
        why = "a hash is a payload unless something else is said"
        return RoleOf(role=Role.PAYLOAD, tier=Tier.MODERATE, why=why)
    if kind == "file":
        return _file(value, note)
    if kind in _WALLETS:
        why = "a wallet belongs to the attacker unless something else is said"
        return RoleOf(role=Role.ATTACKER, tier=Tier.MODERATE, why=why)
    if kind in _ATTACKERS or (kind == "cidr" and not note):
        what = _ATTACKERS.get(kind, "a range of addresses")
        why = f"{what} in a report is the attacker's unless something else is said"
        return RoleOf(role=Role.ATTACKER, tier=Tier.LOW, why=why)
    if kind == "package":
        why = "a package in a report is a payload unless something else is said"
        return RoleOf(role=Role.PAYLOAD, tier=Tier.LOW, why=why)
    return RoleOf(role=Role.UNKNOWN, tier=Tier.LOW, why="nothing in the text says what it is")


def may_be_ordinary(kind: str, value: str) -> bool:
    """Whether an indicator is the bare name of a file, as any text about software has them: "README.md"."""
    parts = value.lower().split(".")
    disguised = len(parts) > 2 and parts[-1] in PROGRAMS and parts[-2] in _DOCUMENTS  # "invoice.pdf.exe"
    return kind == "file" and "/" not in value and "\\" not in value and not disguised


def _file(value: str, note: str) -> RoleOf:
    if note:
        return RoleOf(role=Role.LEGITIMATE, tier=Tier.MODERATE, why=note)
    _, dot, ending = value.lower().rpartition(".")
    if "\\" in value or "/" in value:
        return RoleOf(role=Role.ARTEFACT, tier=Tier.LOW, why="a path on a host")
    if dot and ending in PROGRAMS:
        why = f"a file that ends in .{ending} is a payload unless something else is said"
        return RoleOf(role=Role.PAYLOAD, tier=Tier.LOW, why=why)
    return RoleOf(role=Role.ARTEFACT, tier=Tier.LOW, why="a file that is neither program nor document")


def priors(kind: str, value: str, note: str) -> tuple[Evidence, ...]:
    """What the value itself says: a well-known host, a file of the operating system."""
    if kind == "file":
        return (Evidence(role="legitimate", score=3.9, why=note),) if note else ()
    if kind in ("domain", "url") and (value.endswith(".onion") or ".onion/" in value):
        return (Evidence(role="attacker", score=1.1, why="a hidden service of Tor"),)
    if kind == "domain":
        return (*_known(value), *(_told(note) if note.startswith("well-known") else ()))
    if kind == "url":
        return _linked(warning_lists.host_of(value))
    if kind in ("ipv4", "ipv6", "cidr"):
        if note.startswith("private address"):
            return (Evidence(role="victim", score=0.9, why="an address of an internal network"),)
        return _known(value)
    if kind == "email" and value.startswith(("security@", "abuse@", "soc@", "press@", "media@", "report@")):
        return (Evidence(role="reference", score=2.5, why="a contact address of an organisation"),)
    if kind == "email" and value.endswith((".gov", ".mil")):
        return (Evidence(role="reference", score=2.0, why="an address of an authority"),)
    return ()


def _told(note: str) -> tuple[Evidence, ...]:
    return (Evidence(role="legitimate", score=2.4, why=note),)


@lru_cache(maxsize=4_096)
def _known(name: str) -> tuple[Evidence, ...]:
    kind, known = warning_lists.own(name)
    if not kind:
        return ()
    why = f"{warning_lists.NOTES[kind]}: {known}"
    if kind in warning_lists.WITH_CUSTOMERS:  # its own name is the service; one below it a customer's
        own = name in (known, "www." + known)
        return (Evidence(role="legitimate", score=2.9, why=why),) if own else ()
    if kind in ("publisher", "standard", "sandbox", "docs"):
        return (Evidence(role="reference", score=2.4, why=why),)
    return (Evidence(role="legitimate", score=2.4, why=why),)


def _linked(host: str) -> tuple[Evidence, ...]:
    kind, known = warning_lists.own(host)
    if kind in ("publisher", "standard", "sandbox", "docs"):
        why = f"a link into {known}: {warning_lists.NOTES[kind]}"
        return (Evidence(role="reference", score=2.4, why=why),)
    if kind in ("vendor", "ipcheck", "resolver"):
        return (Evidence(role="legitimate", score=1.6, why=f"{warning_lists.NOTES[kind]}: {known}"),)
    if kind in ("social", "service"):
        return (
            Evidence(role="reference", score=0.7, why=f"a link into {known}: {warning_lists.NOTES[kind]}"),
        )
    return ()
