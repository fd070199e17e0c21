"""Relations: "A started B" is kept only where an event says that A started B.

A sentence is read as names and verbs in order. For each verb that relates two names the pair must stand
in the table of relations that the events give; who is the subject is decided by plain grammar (active,
passive with "by", a second verb after "and"), and what cannot be decided is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cybersecqwen.records import Category, Event, Incident

from .names import basename, forms, is_deletion
from .vocabulary import LINKING, listed, stem

# Verb → families of relations, any of which makes it true.
_VERBS: dict[str, tuple[str, ...]] = {
    "start": ("start",),
    "execute": ("start", "run"),
    "run": ("start", "run"),
    "invoke": ("start", "run"),
    "open": ("start", "access"),
    "call": ("start", "run", "load"),
    "create": ("start", "write", "set", "install"),
    "write": ("write", "set"),
    "drop": ("write",),
    "modify": ("write", "set"),
    "change": ("write", "set"),
    "add": ("set",),
    "set": ("set",),
    "delete": ("delete",),
    "remove": ("delete",),
    "connect": ("connect",),
    "contact": ("connect", "query"),
    "communicate": ("connect",),
    "reach": ("connect",),
    "talk": ("connect",),
    "resolve": ("query",),
    "query": ("query",),
    "load": ("load",),
    "access": ("access",),
    "read": ("access",),
    "inject": ("inject",),
    "install": ("install",),
    "register": ("install", "set"),
    "log": ("logon",),
    "sign": ("logon",),
    "authenticate": ("logon",),
    "use": ("use", "start", "access", "load"),
}

VERBS = {stem(verb): families for verb, families in _VERBS.items()}
"""The same by stem."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or name of a sentence, in order."""

    text: str
    """In lower case; a name as one piece."""
    is_name: bool = False


Table = dict[tuple[str, str, str], set[str]]
"""(family, subject, object), names in lower case and in every form, to the events that record it."""


def table(incidents: Iterable[Incident]) -> Table:
    """Every relation that the events of these incidents record."""
    found: Table = {}
    for incident in incidents:
        for event in incident.events:
            _relate_event(event, found)
        by_key = {node.key: node for node in incident.processes}
        for node in incident.processes:
            parent = by_key.get(node.parent)
            if parent:
                parents = [(parent.image, "process"), (parent.name, "process")]
                _add(found, "start", parents, node.image, node.event)
                _add(found, "start", parents[1:], node.name, node.event)
    return found


# Codes that say the opposite of their category. From: Windows security auditing, "Audit Filtering Platform
# Connection" and "Audit Logon/Logoff"; Sysmon, events 2, 27 and 28.
_BLOCKED = listed("5031 5150 5151 5152 5153 5154 5155 5157 5159")
_LOGGED_ON = listed("4624 4964")
_NOT_WRITTEN = listed("2 27 28")
_INSTALLED = listed("106 4697 4698 7045")


def connects(event: Event) -> bool:
    """Whether a network event records that its program reached its destination: not blocked, not inbound."""
    return (
        event.category is Category.NETWORK
        and event.code not in _BLOCKED
        and event.get("Initiated").lower() not in ("false", "0")
    )


def _logs_on(event: Event) -> bool:
    """Whether somebody really logged on: of Windows' own events only those that say so."""
    if event.code.isdecimal() and len(event.code) == 4:
        return event.code in _LOGGED_ON
    said = " ".join(event.get(name) for name in ("outcome", "event.outcome", "Status", "action")).lower()
    return not any(word in said for word in ("fail", "denied", "invalid", "logoff", "closed"))


def _relate_event(event: Event, found: Table) -> None:
    get, id = event.get, event.id
    image = get("Image") or get("NewProcessName") or get("ProcessName")
    who = [(image, "process"), (event.user, "user"), (event.host, "host")]
    _add(found, "use", [(event.user, "user")], image or get("SourceImage"), id)
    match event.category:
        case Category.PROCESS:
            parent = get("ParentImage") or get("ParentProcessName")
            _add(found, "start", [(parent, "process"), *who[1:]], image, id)
            for started in started_by(get("CommandLine")):
                _add(found, "run", who, started, id, kind="file")
        case Category.NETWORK if connects(event):
            starts = [*who, (get("SourceIp"), "ip"), (get("SourceHostname"), "host")]
            for target in ("DestinationIp", "DestinationHostname"):
                _add(found, "connect", starts, get(target), id, kind="domain")
            if get("DestinationIp") and get("DestinationPort"):
                _add(
                    found,
                    "connect",
                    starts,
                    f"{get('DestinationIp')}:{get('DestinationPort')}",
                    id,
                    kind="ip",
                )
        case Category.DNS:
            _add(found, "query", who, get("QueryName"), id, kind="domain")
        case Category.FILE if event.code not in _NOT_WRITTEN:
            verb = "delete" if is_deletion(event) else "write"
            _add(found, verb, who, get("TargetFilename"), id, kind="file")
        case Category.REGISTRY:
            verb = "delete" if get("EventType").lower().startswith("delete") else "set"
            _add(found, verb, who, get("TargetObject"), id, kind="file")
        case Category.IMAGE_LOAD:
            _add(found, "load", who, get("ImageLoaded"), id, kind="file")
        case Category.PROCESS_ACCESS | Category.REMOTE_THREAD:
            verb = "inject" if event.category is Category.REMOTE_THREAD else "access"
            _add(found, verb, [(get("SourceImage"), "process"), *who[1:]], get("TargetImage"), id)
        case Category.LOGON if _logs_on(event):
            users = [(get("TargetUserName"), "user")] if get("TargetUserName") else [(event.user, "user")]
            _add(found, "logon", users, event.host, id, kind="host")
            _add(found, "logon", users, get("IpAddress"), id, kind="from")
        case Category.SERVICE | Category.TASK if event.code in _INSTALLED or not event.code.isdecimal():
            _add(found, "install", who, get("ServiceName") or get("TaskName"), id, kind="service")


def _add(
    found: Table,
    family: str,
    subjects: Sequence[tuple[str, str]],
    target: str,
    event: str,
    *,
    kind: str = "process",
) -> None:
    for subject, subject_kind in subjects:
        for one in forms(subject, subject_kind):
            for other in forms(target, kind):
                found.setdefault((family, one, other), set()).add(event)


_LAUNCHERS = {
    "cmd": listed("/c /k /r"),
    "powershell": listed("-file -f"),
    "pwsh": listed("-file -f"),
    "sh": listed("-c"),
    "bash": listed("-c"),
}
"""Programs that start another, and the option that it stands behind."""
_HOSTS = listed("rundll32 regsvr32 wscript cscript mshta msiexec python python3 perl ruby node java")
"""Programs whose first argument that is no option is what they run."""


def started_by(command: str) -> list[str]:
    """What a command line runs: its first token, and behind a launcher's option what that starts.

    Any other token is what the command is about: `del x.txt` does not run x.txt.
    """
    tokens = [token.strip("',;()") for token in command[:4_000].replace('"', " ").split()[:100]]
    if not tokens:
        return []
    first = basename(tokens[0].lower()).removesuffix(".exe")
    found = tokens[:1]
    if first in _LAUNCHERS:
        behind = [at for at, token in enumerate(tokens[:-1]) if token.lower() in _LAUNCHERS[first]]
        found += [tokens[behind[0] + 1]] if behind else []
    elif first in _HOSTS:
        found += [token.partition(",")[0] for token in tokens[1:] if token[:1] not in "-/"][:1]
    return found


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of the relations of a sentence."""

    reason: str = ""
    """The first relation that no event records; "" if there is none."""
    proven: frozenset[int] = frozenset()
    """Places of verbs whose relation stands in the events."""
    events: frozenset[str] = frozenset()
    """Events that record these relations."""
    open: tuple[tuple[str, str], ...] = ()
    """(subject, stem of the verb) where a name does something to no name: a finding must say so."""


def read(sentence: Sequence[Word], relations: Table) -> Reading:
    """Check every verb of a sentence that relates names."""
    subject, last = "", -1
    proven: set[int] = set()
    events: set[str] = set()
    unsettled: list[tuple[str, str]] = []
    for place, word in enumerate(sentence):
        verb = "" if word.is_name else stem(word.text)
        if verb not in VERBS and verb not in LINKING:
            continue
        families = VERBS.get(verb, ())
        if verb in LINKING and not VERBS.get(verb):
            doer, target = _parties(sentence, place, families, "")
            if doer not in ("", "*") and target:
                return Reading(reason=f"no event says: {doer} {word.text} {target}")
            continue
        if last >= 0 and _runs_on(sentence, last, place):
            return Reading(reason=f"runs two statements into one at {word.text!r}")
        last = place
        subject, target = _parties(sentence, place, families, subject)
        if not target:
            if subject and subject != "*":
                unsettled.append((subject, verb))
            continue
        recorded = _recorded(relations, families, subject, target)
        if not recorded:
            return Reading(reason=f"no event says: {subject or 'something'} {word.text} {target}")
        proven.add(place)
        events |= recorded
    return Reading(proven=frozenset(proven), events=frozenset(events), open=tuple(unsettled))


def _parties(sentence: Sequence[Word], place: int, families: Sequence[str], previous: str) -> tuple[str, str]:
    """Who does it to whom: (subject, object), "" where the sentence names none.

    A passive verb without "by" has the subject "*": somebody.
    """
    before = next((sentence[at].text for at in range(place - 1, -1, -1) if _is_free(sentence, at)), "")
    if _is_passive(sentence, place, families):
        return _agent(sentence, place) or "*", before
    doer = previous if previous and previous != "*" and _is_coordinated(sentence, place) else before
    for at in range(place + 1, len(sentence)):
        if not sentence[at].is_name and stem(sentence[at].text) in VERBS:
            break
        if sentence[at].is_name and (_is_free(sentence, at) or governing(sentence, at) in ("to", "into")):
            return doer, sentence[at].text
    return doer, ""


def _recorded(relations: Table, families: Sequence[str], subject: str, target: str) -> set[str]:
    """The events that record it; empty where none does."""
    if subject == "*":
        sets = [
            events
            for (family, _, other), events in relations.items()
            if family in families and other == target
        ]
    else:
        sets = [relations.get((family, subject, target), set()) for family in families]
    return set().union(*sets) if sets else set()


_PREPOSITIONS = listed("on as at in by with under from for of via using to into within through")
_BETWEEN = listed("the a an user account host computer machine system process file path named")
_BE = listed("is are was were be been being")


def governing(sentence: Sequence[Word], at: int) -> str:
    """The preposition that governs the name at this place, or ""."""
    for word in reversed(sentence[max(0, at - 4) : at]):
        if word.is_name:
            return ""
        if word.text in _PREPOSITIONS:
            return word.text
        if word.text not in _BETWEEN:
            return ""
    return ""


def _is_free(sentence: Sequence[Word], at: int) -> bool:
    """Whether a name can be the subject or object of a verb: no preposition governs it."""
    return sentence[at].is_name and not governing(sentence, at)


def _is_passive(sentence: Sequence[Word], place: int, families: Sequence[str]) -> bool:
    before = {word.text for word in sentence[max(0, place - 2) : place] if not word.is_name}
    after = sentence[place + 1].text if place + 1 < len(sentence) else ""
    ends = sentence[place].text.endswith(("ed", "en", "un"))
    return bool(before & _BE and ends) or after == "by" or (after == "from" and "start" in families)


def _agent(sentence: Sequence[Word], place: int) -> str:
    """The name behind the "by" of a passive verb."""
    for at, word in enumerate(sentence[place + 1 :], place + 1):
        if word.text in ("by", "from"):
            return next((later.text for later in sentence[at + 1 :] if later.is_name), "")
    return ""


def _is_coordinated(sentence: Sequence[Word], place: int) -> bool:
    return place > 0 and sentence[place - 1].text in ("and", "then", "also", "or")


_JOINTS = listed("and which that who or while when , ; : to")


def _runs_on(sentence: Sequence[Word], before: int, place: int) -> bool:
    """Whether two finite verbs stand in one clause: "A started B connected to C" reads either way."""
    between = sentence[before + 1 : place]
    return bool(between) and not any(word.text in _JOINTS for word in between if not word.is_name)
