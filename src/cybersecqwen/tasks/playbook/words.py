"""Facts from words: an identifier, or "ransomware on a file server"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from cybersecqwen.detect.text.extraction import matches
from cybersecqwen.errors import UsageError
from cybersecqwen.knowledge import interface as known
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Problem
from cybersecqwen.records.playbook import Basis, Entity, Kind

from .facts import Facts, distinct, known_techniques, platforms_of, platforms_of_types
from .incidents import LONGEST, incident_type, incident_types, named_by
from .refusing import asks_for_attack

_TECHNIQUE = re.compile(r"\bT\d{4}(?:\.\d{3})?\b", re.IGNORECASE)
_CVE = re.compile(r"\bCVE-\d{4}-\d{4,7}\b", re.IGNORECASE)
_CWE = re.compile(r"\bCWE-\d{1,5}\b", re.IGNORECASE)

KIND_OF: dict[str, Kind] = {
    "ipv4": Kind.IP,
    "ipv6": Kind.IP,
    "domain": Kind.DOMAIN,
    "url": Kind.URL,
    "email": Kind.EMAIL,
    "md5": Kind.HASH,
    "sha1": Kind.HASH,
    "sha256": Kind.HASH,
    "file": Kind.FILE,
    "file name": Kind.FILE,
    "registry": Kind.REGISTRY,
    "cve": Kind.CVE,
}
"""Types of indicators → the kinds of things that steps act on."""

_PLACES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("windows", "file server", "fileserver", "workstation", "laptop", "exchange", "domain controller"),
        "windows",
    ),
    (("linux", "ubuntu", "debian", "red hat", "rhel", "unix", "esxi", "vmware", "apache", "nginx"), "linux"),
    (("mac", "macos", "macbook", "imac"), "macos"),
    (("aws", "ec2", "s3", "amazon"), "aws"),
    (("azure",), "azure"),
    (("gcp", "google cloud"), "gcp"),
    (("kubernetes", "k8s", "container", "pod", "docker", "eks", "aks", "gke"), "kubernetes"),
    (("entra", "azure ad", "microsoft 365", "m365", "office 365", "o365"), "entra"),
    (("okta",), "okta"),
    (("active directory", "domain controller", "domain admin"), "ad"),
    (
        ("mail", "mailbox", "exchange", "email", "outlook", "microsoft 365", "m365", "office 365", "gmail"),
        "email",
    ),
    (("github", "gitlab", "repository", "repo", "npm", "pypi", "build", "pipeline"), "code"),
    (("slack", "salesforce", "github", "saas", "google workspace", "jira", "sharepoint"), "saas"),
    (("firewall", "vpn", "router", "switch", "network", "wifi", "wlan", "proxy"), "network"),
)
_ON = ("windows", "linux", "macos", "aws", "azure", "gcp", "kubernetes")
"""Platforms of which one that is named rules the others out."""

_SEVERITY_OF_TECHNIQUE = {"impact": 85, "exfiltration": 75, "credential-access": 70, "lateral-movement": 70}


def facts_of_words(text: str, store: Store, hosts: Iterable[str] = ()) -> Facts:
    """What a description says; `hosts` are names of computers that would be known by their name alone.

    Raises UsageError where it says nothing that the library answers, names a technique that there is none of,
    or asks for an attack.
    """
    text = " ".join(text.split())
    if not text:
        raise UsageError("There is nothing to make a playbook from.", hint=_EXAMPLES)
    if len(text) > LONGEST:
        raise UsageError(
            f"The description has more than {LONGEST:,} characters.",
            hint="Say in a sentence what happened, or give a report of csq as a file.",
        )
    if asks_for_attack(text):
        raise UsageError(
            "This asks for an attack, and csq playbook answers attacks.",
            hint=f"Say what happened to you. {_EXAMPLES}",
        )
    techniques = _techniques(text, store)
    cves = list(dict.fromkeys(one.upper() for one in _CVE.findall(text)))
    weaknesses = _weaknesses(text, store)
    named = [one.id for one in named_by(_CVE.sub(" ", _CWE.sub(" ", text)))]
    if cves:
        named.append("vulnerability")
    if weaknesses:
        named += ["vulnerability", "web-attack"]
    incidents = tuple(dict.fromkeys(named))[:3]
    if not (techniques or incidents):
        techniques = _by_name(text, store)
    if not (techniques or incidents):
        raise UsageError(
            f"{_short(text)!r} names no technique and no incident that is known.", hint=_near(text)
        )
    return _facts(text, techniques, incidents, cves, weaknesses, store, hosts)


def _facts(
    text: str,
    techniques: tuple[str, ...],
    incidents: tuple[str, ...],
    cves: list[str],
    weaknesses: list[Basis],
    store: Store,
    hosts: Iterable[str],
) -> Facts:
    types = [one for id in incidents if (one := incident_type(id)) is not None]
    usual, _ = known_techniques((id for one in types for id in one.techniques), store)
    platforms = _platforms(text, techniques, incidents, store)
    entities, left = distinct((*_entities(text, hosts), *(Entity(kind=Kind.CVE, value=one) for one in cves)))
    alone = len(techniques) == 1 and not incidents
    entity = store.get(techniques[0]) if techniques else None
    name = (
        f"{entity.name} ({entity.id})"
        if alone and entity is not None
        else types[0].name
        if types
        else _short(text)
    )
    problems = (_left_out(left),) if left else ()
    return Facts(
        trigger="incident" if incidents else "technique",
        name=name,
        about=f"It answers {_short(text)!r}." if not alone else f"It answers the technique {name}.",
        severity=max([one.severity for one in types] or [_severity(techniques, store)]),
        techniques=tuple(dict.fromkeys((*techniques, *usual))),
        incidents=incidents,
        entities=entities,
        platforms=platforms,
        findings=tuple(weaknesses),
        problems=problems,
    )


def _techniques(text: str, store: Store) -> tuple[str, ...]:
    """Techniques by their numbers; one that there is none of is an error, with the nearest."""
    ids = [one.upper() for one in _TECHNIQUE.findall(text)]
    found, problems = known_techniques(ids, store)
    if problems:
        wrong = problems[0].subject
        near = store.children(wrong.partition(".")[0])[:3] or _alike(wrong, store)
        shown = ", ".join(f"{one.id} ({one.name})" for one in near)
        raise UsageError(
            f"There is no technique {wrong!r}.", hint=f"Near to it are: {shown}." if near else ""
        )
    return found


def _alike(wrong: str, store: Store) -> tuple[known.Entity, ...]:
    """Techniques with much the same number."""
    near = get_close_matches(wrong, store.names("technique"), n=9, cutoff=0.6)
    found = (store.get(id) for id in near)
    return tuple(one for one in found if one is not None and one.status == "active")[:3]


def _by_name(text: str, store: Store) -> tuple[str, ...]:
    """A technique whose name is all that the text says; of several the one of enterprises."""
    found = [one for one in store.by_name(text, "technique") if one.status == "active"]
    found.sort(key=lambda one: "enterprise" not in one.attributes.get("domains", ()))
    return tuple(one.id for one in found[:1])


def _weaknesses(text: str, store: Store) -> list[Basis]:
    found: list[Basis] = []
    for id in dict.fromkeys(one.upper() for one in _CWE.findall(text)):
        entity = store.get(id)
        if entity is None:
            raise UsageError(f"There is no weakness {id!r}.", hint="Look for its name with csq kb search.")
        found.append(Basis(kind="finding", id=entity.id, text=entity.name))
    return found


def _platforms(
    text: str, techniques: tuple[str, ...], incidents: tuple[str, ...], store: Store
) -> tuple[str, ...]:
    low = f" {re.sub(r'[^a-z0-9]+', ' ', text.lower())} "
    said = [
        platform for phrases, platform in _PLACES if any(f" {p} " in low or f" {p}s " in low for p in phrases)
    ]
    usual = (*platforms_of_types(incidents), *platforms_of(techniques, store))
    if not any(one in _ON for one in said):
        return tuple(dict.fromkeys((*said, *usual)))
    return tuple(dict.fromkeys((*said, *(one for one in usual if one not in _ON))))


def _entities(text: str, hosts: Iterable[str]) -> Iterator[Entity]:
    words = set(re.findall(r"[\w.-]+", text.casefold()))
    for host in hosts:
        if host.casefold() in words:
            yield Entity(kind=Kind.HOST, value=host, basis="named in the description")
    for match in matches(text):
        kind = KIND_OF.get(match.type)
        if kind is not None and not match.note:
            yield Entity(kind=kind, value=match.value, basis="named in the description")


def _severity(techniques: Iterable[str], store: Store) -> int:
    tactics = {tactic for id in techniques for tactic in store.tactics(id)}
    return max((_SEVERITY_OF_TECHNIQUE.get(tactic, 55) for tactic in tactics), default=50)


def _left_out(left: int) -> Problem:
    return Problem(stage="read", message=f"{left} more things are named; steps take the first of each kind.")


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _near(text: str) -> str:
    """What comes nearest, else what there is."""
    phrases = {" ".join(phrase).replace("*", ""): one for one in incident_types() for phrase in one.words}
    near = get_close_matches(text.lower(), phrases, n=3, cutoff=0.6)
    types = [phrases[one] for one in near] or list(incident_types())
    names = dict.fromkeys(one.id for one in types)
    return f"{'Near to it are' if near else 'Known are techniques (T1486), CVEs and'}: {', '.join(names)}."


_EXAMPLES = 'Try: csq playbook T1486, csq playbook "ransomware on a file server", csq playbook report.json.'
