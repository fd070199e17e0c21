"""The deterministic writer: what happened, why it matters, what speaks against it, what to do first.

It is always there, at once, and needs no model. Every sentence is made from the findings and the
processes of an incident and carries the ids of the events that it stands on.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

from cybersecqwen.records import Category, Event, Finding, Incident, ProcessNode, Report, Sentence, Verdict

from . import naming
from .grammar import capital, full_stop, listed, low, number, span

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
    if read == 1:
        return _sentence("The one event that was read shows nothing out of the ordinary.", ())
    return _sentence(f"None of the {read:,} events that were read shows anything out of the ordinary.", ())


def _others(incidents: Sequence[Incident]) -> Sentence:
    worst = incidents[0].verdict.value
    events = [event.id for incident in incidents for event in incident.events[:1]]
    if len(incidents) == 1:
        text = f"Apart from this there is one more incident in the input, judged {worst}."
    else:
        count = number(len(incidents))
        text = f"Apart from this there are {count} more incidents in the input, the worst of them {worst}."
    return _sentence(text, events)


def _incident(incident: Incident, most: int) -> tuple[Sentence, ...]:
    against = [f for f in incident.findings if f.weight > 0]
    ordinary = [f for f in incident.findings if f.weight < 0]
    sentences: list[Sentence] = [_opening(incident, against)]
    sentences += _matters(incident, against, sentences[0].text)
    sentences += _claimed(incident)
    sentences += _speaks_for_ordinary(incident, against, ordinary)
    ending = [*_unknown(incident), *_first_step(incident)]
    if incident.verdict is Verdict.BENIGN and against:
        verb = "weighs" if len(against) == 1 else "together weigh"
        this = "This" if len(against) == 1 else "These findings"
        text = f"{this} {verb} too little to call for a review."
        ending.append(_sentence(text, (event for f in against for event in f.events)))
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
        what = f"{capital(_title(titled))}{_times(titled)}"
        return _sentence(f"{what}{where}{when}{who}.", titled.events)
    count = incident.event_count or len(incident.events)
    events = "One event" if count == 1 else f"{count:,} events"
    verb = "belongs" if count == 1 else "belong"
    who = f", under the account {_account(incident)}," if _account(incident) else ""
    return _sentence(f"{events}{where}{when}{who} {verb} to this.", (e.id for e in incident.events))


def _chain(incident: Incident) -> list[ProcessNode]:
    """The processes from the root over the most heavily flagged one down, at most five."""
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
    while below := [n for n in incident.processes if n.parent == path[-1].key and n.key not in seen]:
        heaviest = max(below, key=burden)
        if not burden(heaviest):
            break
        seen.add(heaviest.key)
        path.append(heaviest)
    return path[-_CHAIN:]


def _chain_sentence(incident: Incident, chain: Sequence[ProcessNode]) -> Sentence:
    names = [naming.process(node) for node in chain]
    last = chain[-1]
    account = naming.user(last.user) if last.user.strip("- ") else ""
    as_whom = f" as {account}" if account else ""
    place = f"{_at_host(incident, chain)}{_at_time(chain)}".strip()
    if len(names) == 1:
        text = f"{names[0]} ran{as_whom} {place}"
        return _sentence(f"{capital(text)}.", _events_of(chain))
    links = f"{names[0]} started {names[1]}"
    for at, name in enumerate(names[2:]):
        links += f", which {'in turn ' if at == 1 else ''}started {name}"
    lead = f"{capital(place)}, " if place else ""
    text = f"{lead}{links}{',' if len(names) > 2 and as_whom else ''}{as_whom}."
    return _sentence(text if lead else capital(text), _events_of(chain))


def _at_host(incident: Incident, chain: Sequence[ProcessNode]) -> str:
    """The computer of these processes, which need not be the first one of the incident."""
    hosts = {event.id: event.host for event in incident.events if event.host}
    found = next((hosts[node.event] for node in reversed(chain) if node.event in hosts), "")
    found = found or (incident.hosts[0] if len(incident.hosts) == 1 else "")
    return f" on {naming.host(found)}" if found else ""


def _at_time(chain: Sequence[ProcessNode]) -> str:
    times = [node.time for node in chain[1:] or chain if node.time is not None]
    return span(min(times), max(times)) if times else ""


def _events_of(chain: Iterable[ProcessNode]) -> list[str]:
    return [node.event for node in chain]


def _cloud_sentence(incident: Incident, events: Sequence[Event]) -> Sentence:
    calls = list(dict.fromkeys(naming.name(e.code, "") for e in events if e.code))
    calls = [call for call in calls if call]
    what = listed(calls[:4]) if calls else "the interface"
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
    hosts = [host for host in incident.hosts if host.strip("- ")]
    if not hosts:
        return ""
    more = len(hosts) - 1
    others = f" and {more} more {'computer' if more == 1 else 'computers'}" if more else ""
    return f" on {naming.host(hosts[0])}{others}"


def _when(incident: Incident) -> str:
    return span(incident.start, incident.end)


# ---- why it matters --------------------------------------------------------------------------------


def _matters(incident: Incident, against: Sequence[Finding], opening: str) -> list[Sentence]:
    own = [finding for finding in against if not _is_claim(finding)]
    if not own:
        return []
    strongest, *others = own
    told = []
    if _title(strongest).lower() not in opening.lower():
        told.append(_sentence(_strongest(incident, strongest), strongest.events))
    if strongest.why:
        told.append(_sentence(full_stop(strongest.why), strongest.events))
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
    count = number(len(findings))
    return _sentence(
        f"{capital(count)} more findings point the same way{among}: {'; '.join(titles)}.", events
    )


def _times(finding: Finding) -> str:
    return f" ({finding.count:,} events)" if finding.count > 1 else ""


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
        f"{capital(naming.product(worst))} raised {named or 'an alert'} with severity {worst.severity.label}"
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
            _sentence(f"Ordinary activity that looks like this is rare: {low(first.ordinary)}", first.events)
        ]
    return [_sentence(f"Ordinary activity can look like this: {low(first.ordinary)}", first.events)]


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
    return [_sentence(f"The input does not show {listed(gaps[:2], 'or')}.", (e.id for e in incident.events))]


def _first_step(incident: Incident) -> list[Sentence]:
    step = next((step for step in incident.next_steps if not naming.is_planted(step, incident)), "")
    if not step or incident.verdict is Verdict.BENIGN:
        return []
    strongest = next((f.events for f in incident.findings if f.weight > 0), ())
    return [_sentence(f"First: {low(step)}", strongest or (e.id for e in incident.events))]


def _title(finding: Finding) -> str:
    if _is_claim(finding):
        return "an alert of another product"
    return low(finding.title.rstrip(". "))
