"""Facts from a report that csq wrote as JSON: an alert, an incident, a threat report, a review."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cybersecqwen.errors import InputError, UsageError
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Problem
from cybersecqwen.records.intel import Tlp
from cybersecqwen.records.playbook import Basis, Entity, Kind
from cybersecqwen.tasks.saved import values

from .facts import Facts, distinct, known_techniques, platforms_of
from .words import KIND_OF

TASKS = ("triage", "logs", "intel", "intel-match", "review")
"""Reports of these hold what a response can be made from."""
_MOST = 5_000
"""Items of a list that are read."""
_RANKS = ("informational", "low", "medium", "high", "critical")
_SEVERITY = {"informational": 10, "low": 30, "medium": 50, "high": 75, "critical": 95}
_PROVIDERS = (
    ("cloudtrail", "aws"),
    ("aws", "aws"),
    ("azure", "azure"),
    ("entra", "entra"),
    ("okta", "okta"),
    ("gcp", "gcp"),
    ("google", "gcp"),
    ("kubernetes", "kubernetes"),
    ("office365", "email"),
    ("exchange", "email"),
    ("microsoft-windows", "windows"),
    ("auditd", "linux"),
    ("linux", "linux"),
)
_PEOPLE = re.compile(
    r"(?i)^(?:nt authority|window manager|font driver host|nt service|iis apppool)\\|^(?:system|root|-|)$|\$$"
)
_SECRETS = (259, 312, 321, 522, 540, 798)
_ATTACKED = (20, 22, 74, 77, 78, 79, 89, 90, 91, 94, 95, 434, 502, 601, 611, 643, 918, 943, 1336)
_TYPES_OF_WEAKNESS = (
    (frozenset(f"CWE-{number}" for number in _SECRETS), "secret-leak"),
    (frozenset(f"CWE-{number}" for number in _ATTACKED), "web-attack"),
)
"""Weaknesses → the incident that they lead to; others are vulnerabilities."""


def facts_of_report(report: Mapping[str, Any], store: Store, only: str = "") -> Facts:
    """What a report says; of one incident, finding or rule alone where `only` names it by its id.

    Raises InputError for what is no report, or one of another kind or version; UsageError where there is
    nothing of that id, or nothing that wants an answer.
    """
    task = _text(report, "task")
    if task not in TASKS:
        raise InputError(
            f"A report of csq {task[:40] or '(no task)'} is nothing to make a playbook from.",
            hint=f"Give one of csq {', csq '.join(TASKS)}, written with --format json.",
        )
    if task == "review":
        return _of_review(report, store, only)
    if task in ("triage", "logs"):
        return _of_incidents(report, store, only)
    return _of_intel(report, store, only)


# --- incidents of triage and logs ---------------------------------------------------------------------------


def _of_incidents(report: Mapping[str, Any], store: Store, only: str) -> Facts:
    incidents = _list(report, "incidents")
    whole: list[Mapping[str, Any]] = []
    if only:
        chosen = whole = [one for one in incidents if _text(one, "id") == only]
        chosen = chosen or [
            {
                **one,
                "findings": [f for f in _list(one, "findings") if _text(f, "signal") == only],
                "indicators": [],
            }
            for one in incidents
            if any(_text(f, "signal") == only for f in _list(one, "findings"))
        ]
        if not chosen:
            ids = [_text(one, "id") for one in incidents][:20]
            raise UsageError(
                f"The report has no incident or finding {only[:60]!r}.", hint=f"It has: {', '.join(ids)}."
            )
    else:
        chosen = [one for one in incidents if _text(one, "verdict") in ("suspicious", "malicious")]
        chosen = chosen or [one for one in incidents if _text(one, "verdict") == "needs review"]
    if not chosen:
        raise UsageError(
            "The report holds no incident that wants an answer.",
            hint="Its verdict is benign; --only ID takes one all the same.",
        )
    findings = [f for one in chosen for f in _list(one, "findings") if _number(f, "weight") > 0]
    named = [id for f in findings for id in _texts(f, "techniques")]
    named += [_text(t, "id") for one in chosen for t in _list(one, "techniques") if not only or not named]
    techniques, problems = known_techniques(dict.fromkeys(named), store)
    entities, left = distinct(_of_one(chosen, findings))
    severity = max((_SEVERITY.get(_text(one, "severity"), 50) for one in chosen), default=50)
    return Facts(
        trigger="finding" if only and not whole else "report",
        name=values.line(chosen[0].get("title"), 200) or "Incident",
        about=_about_report(report, len(chosen)),
        severity=severity,
        techniques=techniques,
        incidents=_types(techniques),
        entities=entities,
        platforms=_platforms(chosen, entities, techniques, store),
        evidence=_evidence(findings),
        findings=tuple(_basis(f) for f in findings),
        created=max((_text(one, "end") for one in chosen), default=""),
        problems=(*problems, *_left(left)),
    )


def _of_one(incidents: Iterable[Mapping[str, Any]], findings: list[Mapping[str, Any]]) -> Iterator[Entity]:
    """Things that steps act on, those of the strongest findings first."""
    fired = {event for f in findings if _number(f, "weight") >= 1 for event in _texts(f, "events")}
    for one in incidents:
        platforms = _platforms_of_hosts(_list(one, "events"))
        events = {_text(e, "id"): e for e in _list(one, "events")}
        first = [event for id, event in events.items() if id in fired]
        seen_on = {id: _text(event, "host") for id, event in events.items()}
        hosts = dict.fromkeys((*(sorted({_text(e, "host") for e in first})), *_texts(one, "hosts")))
        for host in hosts:
            yield Entity(
                kind=Kind.HOST,
                value=host,
                platform=platforms.get(host, ""),
                basis=_text(one, "id"),
            )
        for user in dict.fromkeys((*(sorted({_text(e, "user") for e in first})), *_texts(one, "users"))):
            if user.startswith("arn:aws:"):
                yield Entity(kind=Kind.CLOUD_ACCOUNT, value=user, basis=_text(one, "id"))
                user = user.rpartition("/")[2]
            if not _PEOPLE.search(user):
                yield Entity(kind=Kind.USER, value=user, basis=_text(one, "id"))
        for node in _list(one, "processes"):
            if _texts(node, "signals") and not _of_system(_text(node, "image"), _text(node, "name")):
                event_id = _text(node, "event")
                host = seen_on.get(event_id, "")
                yield Entity(kind=Kind.PROCESS, value=_text(node, "name"), host=host, basis=event_id)
        for event in first:
            yield from _named(event)
        yield from _indicators(_list(one, "indicators"), seen_on)


_SYSTEM_FOLDERS = re.compile(
    r"(?i)(?:[a-z]:)?[\\/](?:windows|program files(?: \(x86\))?|usr|bin|sbin|lib|lib64)[\\/]"
)
_SYSTEM_NAMES = frozenset(
    (
        *("bash", "certutil.exe", "cmd.exe", "conhost.exe", "cscript.exe", "curl", "dllhost.exe"),
        *(
            "explorer.exe",
            "lsass.exe",
            "mshta.exe",
            "net.exe",
            "net1.exe",
            "powershell.exe",
            "pwsh",
            "pwsh.exe",
        ),
        *("python", "python3", "reg.exe", "regsvr32.exe", "rundll32.exe", "sc.exe", "schtasks.exe"),
        *("services.exe", "sh", "ssh", "sudo", "svchost.exe", "taskhostw.exe", "wget", "wmic.exe"),
        *("wmiprvse.exe", "wscript.exe", "zsh"),
    )
)


def _of_system(image: str, name: str) -> bool:
    """Whether a program is one that every computer has: its name finds, and stops, them all."""
    if image and ("/" in image or "\\" in image):
        return _SYSTEM_FOLDERS.match(image) is not None
    return name.lower() in _SYSTEM_NAMES


def _named(event: Mapping[str, Any]) -> Iterator[Entity]:
    fields = event.get("fields")
    fields = fields if isinstance(fields, dict) else {}
    for name, kind in (
        ("ServiceName", Kind.SERVICE),
        ("TaskName", Kind.TASK),
        ("TargetObject", Kind.REGISTRY),
    ):
        value = fields.get(name)
        if isinstance(value, str) and value:
            host = _text(event, "host")
            yield Entity(kind=kind, value=value[:300], host=host, basis=_text(event, "id"))
    for name in ("accessKeyId", "userIdentity.accessKeyId"):
        value = fields.get(name)
        if isinstance(value, str) and value:
            yield Entity(kind=Kind.ACCESS_KEY, value=value[:100], basis=_text(event, "id"))


def _indicators(
    given: Sequence[Mapping[str, Any]], seen_on: Mapping[str, str] | None = None
) -> Iterator[Entity]:
    """Those that are not set apart, nor on a host that is."""
    shared = {_text(one, "value") for one in given if _text(one, "type") == "domain" and _text(one, "note")}
    for one in given:
        kind = KIND_OF.get(_text(one, "type"))
        value = _text(one, "value")[:500]
        if kind is None or _text(one, "note") or (kind is Kind.URL and _host_of(value) in shared):
            continue
        evidence = one.get("evidence")
        basis = _text(evidence, "event") if isinstance(evidence, dict) else ""
        yield Entity(kind=kind, value=value, host=(seen_on or {}).get(basis, ""), basis=basis)


def _host_of(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition(":")[0].lower()


def _platforms_of_hosts(events: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What each host runs, by the first of its events that says so."""
    found: dict[str, str] = {}
    for event in events:
        platform = _platform_of_event(event)
        if platform in ("windows", "linux", "macos"):
            found.setdefault(_text(event, "host"), platform)
    return found


def _platform_of_event(event: Mapping[str, Any]) -> str:
    said = f"{_text(event, 'provider')} {_text(event, 'channel')}".lower()
    for word, platform in _PROVIDERS:
        if word in said:
            return platform
    fields = event.get("fields")
    image = _text(fields, "Image") if isinstance(fields, dict) else ""
    return "windows" if image[1:3] == ":\\" else "linux" if image.startswith("/") else ""


def _platforms(
    incidents: Iterable[Mapping[str, Any]],
    entities: Iterable[Entity],
    techniques: Iterable[str],
    store: Store,
) -> tuple[str, ...]:
    """Where it happened: what the events say; what the techniques are used on where they say nothing."""
    said = [_platform_of_event(event) for one in incidents for event in _list(one, "events")]
    found = dict.fromkeys(one for one in said if one)
    if not found:
        return platforms_of(techniques, store)
    if "windows" in found and any(one.kind is Kind.USER and "\\" in one.value for one in entities):
        found["ad"] = None
    if {"azure", "entra"} & found.keys():
        found |= dict.fromkeys(("azure", "entra"))
    return (*found, "network")


# --- threat reports -----------------------------------------------------------------------------------------


def _of_intel(report: Mapping[str, Any], store: Store, only: str) -> Facts:
    techniques, problems = known_techniques(
        (id for one in _list(report, "techniques") if (id := _text(one, "id")) and only in ("", id)), store
    )
    if only and not techniques:
        raise UsageError(
            f"The report names no technique {only[:60]!r}.", hint="--only takes a technique of it."
        )
    entities, left = distinct(_indicators(_list(report, "indicators")))
    if not techniques and not entities:
        raise UsageError(
            "The report names no technique and no indicator.", hint="There is nothing to answer."
        )
    extra = report.get("extra")
    intel = extra.get("intel") if isinstance(extra, dict) else None
    marking = _text(intel, "marking") if isinstance(intel, dict) else ""
    return Facts(
        trigger="report",
        happened_here=False,
        name=values.line(report.get("title"), 200) or "Threat report",
        about=_about_report(report, 0),
        severity=_SEVERITY.get(_text(report, "severity"), 50),
        techniques=techniques,
        incidents=_types(techniques),
        entities=entities,
        platforms=platforms_of(techniques, store) or ("network", "windows"),
        evidence={
            _text(one, "id"): (Basis(kind="finding", id="report", text=_text(one, "name")),)
            for one in _list(report, "techniques")
        },
        marking=_marked(marking),
        problems=(*problems, *_left(left)),
    )


def _marked(said: str) -> str:
    """The marking as TLP 2.0 has it: WHITE is CLEAR, and a level that there is none of is the strictest."""
    if not said.startswith("TLP:"):
        return ""
    level = Tlp.CLEAR.value if said == "TLP:WHITE" else said
    return level if level in {one.value for one in Tlp} else Tlp.RED.value


# --- reviews ------------------------------------------------------------------------------------------------


def _of_review(report: Mapping[str, Any], store: Store, only: str) -> Facts:
    extra = report.get("extra")
    review = extra.get("review") if isinstance(extra, dict) else None
    review = review if isinstance(review, dict) else {}
    findings = [one for one in _list(review, "findings") if _text(one, "status") == "open"]
    packages = [one for one in _list(review, "vulnerabilities") if _text(one, "status") == "open"]
    if only:
        findings = [one for one in findings if only in (_text(one, "rule"), _text(one, "fingerprint"))]
        packages = [
            one
            for one in packages
            if only in (_text(one, "id"), _text(one, "fingerprint"), *_texts(one, "aliases"))
        ]
    if not findings and not packages:
        what = f"no open finding {only[:60]!r}" if only else "no open finding"
        raise UsageError(
            f"The review holds {what}.", hint="--only takes a rule, an advisory or a fingerprint."
        )
    entities, left = distinct(_of_code(findings, packages))
    incidents = list(dict.fromkeys(_type_of_finding(one) for one in findings))
    if packages:
        incidents.append(
            "supply-chain" if any(_text(p, "kind") == "malicious" for p in packages) else "vulnerability"
        )
    worst = max((*map(_rank, findings), *map(_rank, packages)), default=0)
    first = sorted((*findings, *packages), key=lambda one: -_rank(one))[0]
    return Facts(
        trigger="finding",
        name=values.line(first.get("title"), 200) or "Finding",
        about=_about_report(report, len(findings) + len(packages)),
        severity=_SEVERITY[_RANKS[worst]],
        techniques=(),
        incidents=tuple(dict.fromkeys(incidents)),
        entities=entities,
        platforms=("code",),
        findings=tuple(_basis_of_code(one) for one in (*findings, *packages)),
        problems=_left(left),
    )


def _of_code(findings: list[Mapping[str, Any]], packages: list[Mapping[str, Any]]) -> Iterator[Entity]:
    for one in findings:
        place = one.get("place")
        place = place if isinstance(place, dict) else {}
        where = f"{_text(place, 'path')}:{int(_number(place, 'line'))}"
        yield Entity(kind=Kind.CODE, value=where[:300], basis=_text(one, "rule"))
    for one in packages:
        package = one.get("package")
        if isinstance(package, dict):
            value = f"{_text(package, 'name')} {_text(package, 'version')}".strip()
            yield Entity(kind=Kind.PACKAGE, value=value[:200], basis=_text(one, "id"))
        for id in (_text(one, "id"), *_texts(one, "aliases")):
            if id.startswith("CVE-"):
                yield Entity(kind=Kind.CVE, value=id[:30], basis=_text(one, "id"))


def _type_of_finding(one: Mapping[str, Any]) -> str:
    weaknesses = set(_texts(one, "cwe"))
    return next((type for known, type in _TYPES_OF_WEAKNESS if known & weaknesses), "vulnerability")


def _basis_of_code(one: Mapping[str, Any]) -> Basis:
    id = _text(one, "rule") or _text(one, "id") or _text(one, "fingerprint")
    return Basis(kind="finding", id=id[:100], text=_text(one, "title")[:200])


def _rank(one: Mapping[str, Any]) -> int:
    severity = _text(one, "severity")
    return _RANKS.index(severity) if severity in _RANKS else 0


# --- what all of them share ---------------------------------------------------------------------------------


_TYPES_OF = (
    ("T1486", "ransomware"),
    ("T1485", "wiper"),
    ("T1561", "wiper"),
    ("T1003", "credential-dumping"),
    ("T1558", "domain-compromise"),
    ("T1505.003", "web-shell"),
    ("T1566", "phishing"),
    ("T1110", "password-attack"),
    ("T1496", "cryptomining"),
    ("T1021", "lateral-movement"),
    ("T1071", "command-and-control"),
    ("T1572", "command-and-control"),
    ("T1567", "data-theft"),
    ("T1041", "data-theft"),
    ("T1048", "data-theft"),
    ("T1610", "container-compromise"),
    ("T1611", "container-compromise"),
    ("T1498", "denial-of-service"),
    ("T1499", "denial-of-service"),
    ("T1195", "supply-chain"),
    ("T1114", "business-email-compromise"),
    ("T1190", "web-attack"),
    ("T1578", "cloud-compromise"),
    ("T1078.004", "cloud-compromise"),
    ("T1059", "malware"),
    ("T1204", "malware"),
    ("T1547", "malware"),
)


def _types(techniques: Iterable[str]) -> tuple[str, ...]:
    """At most three kinds of incidents that the techniques amount to, the gravest first."""
    have = {id for one in techniques for id in (one, one.partition(".")[0])}
    return tuple(dict.fromkeys(type for id, type in _TYPES_OF if id in have))[:3]


def _evidence(findings: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Basis, ...]]:
    found: dict[str, dict[Basis, None]] = {}
    for one in findings:
        for id in _texts(one, "techniques"):
            found.setdefault(id, {})[_basis(one)] = None
    return {id: tuple(bases) for id, bases in found.items()}


def _basis(finding: Mapping[str, Any]) -> Basis:
    return Basis(kind="finding", id=_text(finding, "signal")[:100], text=_text(finding, "title")[:300])


def _about_report(report: Mapping[str, Any], count: int) -> str:
    sources = _texts(report, "sources")
    where = f" on {values.line(sources[0], 120)}" if sources else ""
    more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
    what = f": {count} of its incidents or findings" if count > 1 else ""
    return f"It answers a report of csq {_text(report, 'task')}{where}{more}{what}."


def _left(left: int) -> tuple[Problem, ...]:
    if not left:
        return ()
    said = f"At least {left} more hosts, accounts or indicators are in it; steps take 20 of each kind."
    return (Problem(stage="read", message=said),)


def _list(given: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return values.mappings(given.get(key), _MOST)


def _texts(given: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return values.texts(given.get(key), _MOST)


def _text(given: Mapping[str, Any], key: str) -> str:
    return values.text(given.get(key))


def _number(given: Mapping[str, Any], key: str) -> float:
    return values.number(given.get(key))
