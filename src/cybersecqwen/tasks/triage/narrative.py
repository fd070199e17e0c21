"""The deterministic writer: what happened, why it matters, what speaks against it, what to do first.

It is always there, at once, and needs no model. Every sentence is made from the findings and the
processes of an incident and carries the ids of the events that it stands on.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from cybersecqwen.records import Category, Event, Finding, Incident, ProcessNode, Report, Sentence, Verdict

from . import naming

WRITER = "csq"
_MOST = 7
_EVENTS = 50
_CHAIN = 5
_STRONG = 1.0  # log-odds from which on a finding is worth a mention beside the strongest


def write(subject: Report | Incident) -> tuple[Sentence, ...]:
    """Three to seven sentences about a report or one incident; one where nothing was found."""
    if isinstance(subject, Incident):
        return _incident(subject, _MOST)
    if not subject.incidents:
        return (_nothing(subject),)
    first, *others = subject.incidents
    if not others:
        return _incident(first, _MOST)
    return (*_incident(first, _MOST - 1), _others(others))


def _sentence(text: str, events: Iterable[str]) -> Sentence:
    known = tuple(dict.fromkeys(event for event in events if event))
    return Sentence(text=naming.plain(text), writer=WRITER, events=known[:_EVENTS])


def _nothing(report: Report) -> Sentence:
    read = report.counts.get("events", 0)
    if read == 0:
        return _sentence("No event was read, so nothing can be said.", ())
    among = (
        "The one event that was read shows"
        if read == 1
        else f"None of the {read:,} events that were read shows"
    )
    return _sentence(f"{among} {'nothing' if read == 1 else 'anything'} out of the ordinary.", ())


def _others(incidents: Sequence[Incident]) -> Sentence:
    worst = incidents[0].verdict.value
    events = [event.id for incident in incidents for event in incident.events[:1]]
    if len(incidents) == 1:
        text = f"Apart from this there is one more incident in the input, judged {worst}."
    else:
        text = f"Apart from this there are {len(incidents)} more incidents in the input, the worst of them {worst}."
    return _sentence(text, events)


def _incident(incident: Incident, most: int) -> tuple[Sentence, ...]:
    against = [f for f in incident.findings if f.weight > 0]
    ordinary = [f for f in incident.findings if f.weight < 0]
    sentences: list[Sentence] = [_opening(incident, against)]
    sentences += _matters(incident, against)
    sentences += _claimed(incident)
    sentences += _speaks_for_ordinary(incident, against, ordinary)
    ending = [*_unknown(incident), *_first_step(incident)]
    room = most - len(ending)
    return (*sentences[:room], *ending)


# ---- what happened ---------------------------------------------------------------------------------


def _opening(incident: Incident, against: Sequence[Finding]) -> Sentence:
    chain = _chain(incident)
    if chain:
        return _chain_sentence(incident, chain)
    cloud = [event for event in incident.events if event.category is Category.CLOUD]
    if cloud:
        return _cloud_sentence(incident, cloud)
    titled = next((f for f in against if not _is_claim(f)), None)
    where, when = _where(incident), _when(incident)
    if titled is not None:
        who = f"; the acting account was {_account(incident)}" if _account(incident) else ""
        return _sentence(f"{_capital(_title(titled))}{where}{when}{who}.", titled.events)
    count = incident.event_count or len(incident.events)
    events = "One event" if count == 1 else f"{count:,} events"
    verb = "belongs" if count == 1 else "belong"
    who = f", under the account {_account(incident)}," if _account(incident) else ""
    return _sentence(f"{events}{where}{when}{who} {verb} to this.", (e.id for e in incident.events))


def _chain(incident: Incident) -> list[ProcessNode]:
    """The processes from the root down to the most heavily flagged one, at most five."""
    weights = {finding.signal: finding.weight for finding in incident.findings}
    by_key = {node.key: node for node in incident.processes}

    def burden(node: ProcessNode) -> float:
        return sum(max(0.0, weights.get(signal, 0.0)) for signal in node.signals)

    if not incident.processes:
        return []
    # Of equally heavy ones the last: parents come before children.
    place = max(range(len(incident.processes)), key=lambda at: (burden(incident.processes[at]), at))
    last = incident.processes[place]
    path, seen = [last], {last.key}
    while path[0].parent in by_key and path[0].parent not in seen:
        seen.add(path[0].parent)
        path.insert(0, by_key[path[0].parent])
    return path[-_CHAIN:]


def _chain_sentence(incident: Incident, chain: Sequence[ProcessNode]) -> Sentence:
    names = [naming.process(node) for node in chain]
    last = chain[-1]
    account = naming.user(last.user) if last.user.strip("- ") else ""
    as_whom = f" as {account}" if account else ""
    place = f"{_where(incident)}{_when(incident)}".strip()
    if len(names) == 1:
        text = f"{names[0]} ran{as_whom} {place}"
        return _sentence(f"{_capital(text)}.", _events_of(chain))
    links = f"{names[0]} started {names[1]}"
    for number, name in enumerate(names[2:]):
        links += f", which {'in turn ' if number == 1 else ''}started {name}"
    lead = f"{_capital(place)}, " if place else ""
    text = f"{lead}{links}{',' if len(names) > 2 and as_whom else ''}{as_whom}."
    return _sentence(text if lead else _capital(text), _events_of(chain))


def _events_of(chain: Iterable[ProcessNode]) -> list[str]:
    return [node.event for node in chain]


def _cloud_sentence(incident: Incident, events: Sequence[Event]) -> Sentence:
    calls = list(dict.fromkeys(naming.name(e.code, "") for e in events if e.code))
    calls = [call for call in calls if call]
    what = _listed(calls[:4]) if calls else "the interface"
    more = f" and {len(calls) - 4} other operations" if len(calls) > 4 else ""
    account = _account(incident) or "An account"
    service = _PROVIDERS.get(events[0].provider, "the cloud service")
    source = next((naming.address(e) for e in events if naming.address(e)), "")
    origin = f" from {source}" if source else ""
    return _sentence(
        f"{account} called {what}{more} in {service}{origin}{_when(incident)}.", (e.id for e in events)
    )


_PROVIDERS = {
    "aws.cloudtrail": "AWS",
    "azure.activitylogs": "Azure",
    "azure.auditlogs": "Entra ID",
    "azure.signinlogs": "Entra ID",
    "gcp.audit": "Google Cloud",
    "okta.system": "Okta",
    "o365.audit": "Microsoft 365",
    "github.audit": "GitHub",
    "gsuite": "Google Workspace",
}


def _account(incident: Incident) -> str:
    names = [naming.user(user) for user in incident.users if user.strip("- ")]
    return names[0] if names else ""


def _where(incident: Incident) -> str:
    if not incident.hosts:
        return ""
    more = len(incident.hosts) - 1
    others = f" and {more} more {'computer' if more == 1 else 'computers'}" if more else ""
    return f" on {naming.host(incident.hosts[0])}{others}"


def _when(incident: Incident) -> str:
    start, end = _moment(incident.start), _moment(incident.end)
    if start is None:
        return ""
    if end is None or (end - start).total_seconds() < 60:
        return f" at {start:%H:%M:%S} UTC on {_day(start)}"
    if start.date() == end.date():
        return f" between {start:%H:%M} and {end:%H:%M} UTC on {_day(start)}"
    return f" between {_day(start)} and {_day(end)}"


def _moment(time: float | None) -> datetime | None:
    if time is None:
        return None
    try:
        return datetime.fromtimestamp(time, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _day(when: datetime) -> str:
    return f"{when.day} {when:%B %Y}"


# ---- why it matters --------------------------------------------------------------------------------


def _matters(incident: Incident, against: Sequence[Finding]) -> list[Sentence]:
    own = [finding for finding in against if not _is_claim(finding)]
    if not own:
        return []
    strongest, *others = own
    told = [_sentence(_strongest(incident, strongest), strongest.events)]
    if strongest.why:
        told.append(_sentence(_full_stop(strongest.why), strongest.events))
    others = [finding for finding in others if finding.weight >= _STRONG]
    if others:
        told.append(_further(others))
    return told


_LEADS = ("What weighs most", "The strongest sign", "Most telling")


def _strongest(incident: Incident, finding: Finding) -> str:
    if incident.verdict is Verdict.BENIGN:
        return f"The most that can be said against it: {_title(finding)}{_times(finding)}."
    lead = _LEADS[zlib.crc32(finding.signal.encode()) % len(_LEADS)]
    return f"{lead}: {_title(finding)}{_times(finding)}."


def _further(findings: Sequence[Finding]) -> Sentence:
    titles = [_title(finding) for finding in findings[:3]]
    events = [event for finding in findings[:3] for event in finding.events]
    if len(findings) == 1:
        return _sentence(f"One more finding points the same way: {titles[0]}.", events)
    among = ", among them" if len(findings) > 3 else ""
    count = _WORDS.get(len(findings), str(len(findings)))
    return _sentence(
        f"{_capital(count)} more findings point the same way{among}: {'; '.join(titles)}.", events
    )


_WORDS = dict(
    enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
)


def _times(finding: Finding) -> str:
    return f" ({finding.count:,} times)" if finding.count > 1 else ""


def _is_claim(finding: Finding) -> bool:
    """Whether a finding only says that another product raised an alert; its title is that product's."""
    return finding.group == "claims"


def _claimed(incident: Incident) -> list[Sentence]:
    if not incident.claims:
        return []
    worst = max(incident.claims, key=lambda claim: claim.severity)
    events = [event.id for event in incident.events if event.claim is not None]
    named = naming.rule(worst)
    text = (
        f"{_capital(naming.product(worst))} raised {named or 'an alert'} with severity {worst.severity.label}"
    )
    more = len(incident.claims) - 1
    if more:
        text += f", and there {'is one more alert' if more == 1 else f'are {more} more alerts'} with it"
    return [_sentence(text + "; that is a claim to check, not proof.", events)]


# ---- what speaks against it, what is missing, what to do -------------------------------------------


def _speaks_for_ordinary(
    incident: Incident, against: Sequence[Finding], ordinary: Sequence[Finding]
) -> list[Sentence]:
    if ordinary:
        titles = [_title(finding) for finding in ordinary[:2]]
        events = [event for finding in ordinary[:2] for event in finding.events]
        return [_sentence(f"In favour of an ordinary explanation: {'; '.join(titles)}.", events)]
    first = next((finding for finding in against if not _is_claim(finding) and finding.ordinary), None)
    if first is None or incident.verdict is Verdict.MALICIOUS:
        return []
    if first.ordinary.lower().startswith(("none known", "none for", "hardly ever", "no ")):
        return [
            _sentence(f"Ordinary activity that looks like this is rare: {_low(first.ordinary)}", first.events)
        ]
    return [_sentence(f"Ordinary activity can look like this: {_low(first.ordinary)}", first.events)]


# Processes of which nobody asks what started them.
_ROOTS = frozenset(
    (
        "explorer.exe",
        "services.exe",
        "svchost.exe",
        "wininit.exe",
        "winlogon.exe",
        "system",
        "systemd",
        "init",
    )
)


def _unknown(incident: Incident) -> list[Sentence]:
    """What an analyst would ask next and the input cannot answer."""
    chain = _chain(incident)
    categories = {event.category for event in incident.events}
    gaps: list[str] = []
    if len(chain) > 1 and not chain[0].event and chain[0].name.lower() not in _ROOTS:
        gaps.append(f"what started {naming.process(chain[0])}")
    elif chain and not any(node.command for node in chain):
        gaps.append("the command lines of these processes")
    if chain and not categories & {Category.NETWORK, Category.DNS}:
        gaps.append("whether a network connection followed")
    if incident.claims and categories <= {Category.ALERT, Category.OTHER}:
        gaps.append("the events behind the alert" + ("s" if len(incident.claims) > 1 else ""))
    if categories & {Category.CLOUD} and not any(naming.address(event) for event in incident.events):
        gaps.append("where the calls came from")
    if not gaps:
        return []
    return [_sentence(f"The input does not show {_listed(gaps[:2], 'or')}.", (e.id for e in incident.events))]


def _first_step(incident: Incident) -> list[Sentence]:
    step = next((step for step in incident.next_steps if not naming.is_planted(step, incident)), "")
    if not step or incident.verdict is Verdict.BENIGN:
        return []
    strongest = next((f.events for f in incident.findings if f.weight > 0), ())
    return [_sentence(f"First: {_low(step)}", strongest or (e.id for e in incident.events))]


# ---- grammar ---------------------------------------------------------------------------------------


def _title(finding: Finding) -> str:
    if _is_claim(finding):
        return "an alert of another product"
    return _low(finding.title.rstrip(". "))


def _low(text: str) -> str:
    """The text with a small letter in front, where its first word is an ordinary one."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    keep = not first.isascii() or any(c.isupper() for c in first[1:]) or "." in first or "\\" in first
    if keep or first.lower().rstrip(",'s") in _PROPER or first in _PROPER_EXACT:
        return text
    return text[:1].lower() + text[1:]


_PROPER = frozenset(
    [
        "microsoft",
        "windows",
        "office",
        "defender",
        "azure",
        "entra",
        "google",
        "okta",
        "kerberos",
        "linux",
        "outlook",
        "word",
        "excel",
        "sysmon",
        "unix",
        "java",
        "python",
        "apache",
        "exchange",
        "sharepoint",
    ]
)
_PROPER_EXACT = frozenset({"AWS", "COM", "WMI", "DNS", "SMB", "RDP", "LSASS"})


def _capital(text: str) -> str:
    """A capital in front, except for names that are written small."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return text if "." in first or "\\" in first or "@" in first else text[:1].upper() + text[1:]


def _full_stop(text: str) -> str:
    return text if text.rstrip().endswith((".", "!", "?")) else text.rstrip() + "."


def _listed(items: Sequence[str], last: str = "and") -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
