"""The names that stand in a report's events: who, where, what; each with the events that it stands in.

Only name-shaped text becomes a name: a path, an address, a hash, an account, an image. Ordinary words
of a command line or of an alert's text do not, because whoever wrote those could write sentences there.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cybersecqwen.records import Category, Event, Incident

from .claims import blames, plants
from .vocabulary import listed

_VALUE_CHARS = 4_000
_NAME_CHARS = 260
_TOKENS_PER_EVENT = 400

# Field → (kind, whether the name acts in the event rather than being acted on). Names as in Sysmon and
# the Windows Security log.
IDENTITY_FIELDS: dict[str, tuple[str, bool]] = {
    "Image": ("process", True),
    "SourceImage": ("process", True),
    "NewProcessName": ("process", True),
    "ProcessName": ("process", True),
    "ParentImage": ("process", False),
    "ParentProcessName": ("process", False),
    "GrandParentImage": ("process", False),
    "TargetImage": ("process", False),
    "User": ("user", True),
    "SubjectUserName": ("user", True),
    "SourceUser": ("user", True),
    "TargetUserName": ("user", False),
    "TargetUser": ("user", False),
    "ParentUser": ("user", False),
    "MemberName": ("user", False),
    "Computer": ("host", True),
    "DestinationHostname": ("domain", False),
    "SourceHostname": ("host", False),
    "WorkstationName": ("host", False),
    "QueryName": ("domain", False),
    "ServiceName": ("service", False),
    "TaskName": ("task", False),
    "ShareName": ("share", False),
    "PipeName": ("pipe", False),
}
PORT_FIELDS = ("SourcePort", "DestinationPort", "IpPort")
PID_FIELDS = ("ProcessId", "ParentProcessId", "NewProcessId", "SourceProcessId", "TargetProcessId")

_SPLIT = re.compile(r"[\s\"'`,;=()<>|&\[\]{}]+")
_NAME_SHAPED = re.compile(r"(?=.{0,260}[0-9.\\/:_$@-])[\w.\\/:$@%~+#*!?-]{3,260}\Z")
_HASH = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})\Z")
_DOMAIN = re.compile(r"(?:[a-z0-9_-]{1,63}\.){1,8}[a-z][a-z0-9-]{1,30}\Z")


@dataclass(slots=True)
class Name:
    """A name of the report, with where it stands."""

    kinds: set[str] = field(default_factory=set)
    """process, user, host, ip, domain, file, hash, service, task, number, time …"""
    events: set[str] = field(default_factory=set)
    """Events that it stands in, in any role."""
    acting: set[str] = field(default_factory=set)
    """Events in which it acts: the image, the account, the host; not the parent or the target."""


class Names(dict[str, Name]):
    """Names by their text in lower case."""

    def note(self, text: str, kind: str, event: str, *, acting: bool = False) -> None:
        """Add a name and the shorter forms under which people know it; a sentence is no name."""
        if is_prose(text):
            return
        for form in forms(text, kind):
            name = self.setdefault(form, Name())
            name.kinds.add(kind)
            name.events.add(event)
            if acting:
                name.acting.add(event)


_PROSE = listed(
    """the a an this that these those it its is was are were be been being has have had by after before and or
    not no you we they who which while because so but"""
)
"""Words that make a phrase a sentence; names of services and accounts hold none of them."""
_NAME_WORDS = 4


def is_prose(text: str) -> bool:
    """Whether what stands in the place of a name is a sentence, or says what only the result may say."""
    words = text.lower().split()
    if len(words) < 2 or _is_path(text.strip()):
        return False
    return len(words) > _NAME_WORDS or not _PROSE.isdisjoint(words) or plants(text) or blames(text)


def forms(text: str, kind: str) -> Iterator[str]:
    """How a value may be named: whole, without folder or domain, without extension."""
    low = text.strip().lower()
    if not low or low == "-" or len(low) > _NAME_CHARS:
        return
    yield low
    if kind in ("process", "file"):
        base = basename(low)
        # The end of an address or an argument may be any word of English: then it names nothing.
        if base and base != low and (kind == "process" or not base.isalpha()):
            yield base
        if kind == "process" and base.endswith(".exe"):
            yield base.removesuffix(".exe")
    elif kind == "user":
        yield low.rpartition("\\")[2].rpartition("/")[2].partition("@")[0]
    elif kind == "host":
        yield low.partition(".")[0]


def basename(path: str) -> str:
    """The last part of a path of any system."""
    return re.split(r"[\\/]", path)[-1]


def collect(incidents: Iterable[Incident]) -> Names:
    """All names of these incidents."""
    names = Names()
    for incident in incidents:
        for event in incident.events:
            _collect_event(event, names)
        for node in incident.processes:
            if node.event:
                names.note(node.image or node.name, "process", node.event, acting=True)
                names.note(node.name, "process", node.event, acting=True)
    return names


def _collect_event(event: Event, names: Names) -> None:
    names.note(event.host, "host", event.id, acting=True)
    names.note(event.user, "user", event.id, acting=True)
    names.note(f"event id {event.code}", "number", event.id)
    if event.time is not None:
        for text in times(event.time):
            names.note(text, "time", event.id)
    if event.get("DestinationIp") and event.get("DestinationPort"):
        names.note(f"{event.get('DestinationIp')}:{event.get('DestinationPort')}", "ip", event.id)
    left = _TOKENS_PER_EVENT
    for key, value in event.fields.items():
        known = IDENTITY_FIELDS.get(key)
        if known:
            names.note(value, known[0], event.id, acting=known[1])
        elif key in PORT_FIELDS:
            names.note(f"port {value}", "number", event.id)
        elif key in PID_FIELDS:
            names.note(f"pid {value}", "number", event.id)
        elif key == "LogonType":
            names.note(f"logon type {value}", "number", event.id)
        for token in _SPLIT.split(value[:_VALUE_CHARS]):
            if left <= 0:
                break
            low = token.strip(".,:!?").lower()
            if _NAME_SHAPED.match(low) and not low.isdigit():
                left -= 1
                names.note(low, shape(low), event.id)
        if " " in value and len(value) <= _NAME_CHARS and _is_path(value):
            names.note(value, "file", event.id)


def _is_path(value: str) -> bool:
    return bool(re.match(r"(?:[A-Za-z]:\\|\\\\|/|HK)[^\n\"<>|]*\Z", value)) and value.count(" ") <= 6


def shape(token: str) -> str:
    """What kind of name a token in lower case looks like."""
    try:
        ipaddress.ip_address(token)
        return "ip"
    except ValueError:
        pass
    if _HASH.match(token):
        return "hash"
    if "\\" in token or "/" in token:
        return "file"
    if _DOMAIN.match(token):
        return "domain"
    return "token"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def times(moment: float) -> tuple[str, ...]:
    """How a moment may be written in a sentence; UTC."""
    try:
        when = datetime.fromtimestamp(moment, UTC)
    except (OverflowError, OSError, ValueError):
        return ()
    day = when.strftime("%Y-%m-%d")
    spelled = f"{when.day} {_MONTHS[when.month - 1]} {when.year}"  # as our own sentences have it
    return (when.strftime("%H:%M"), when.strftime("%H:%M:%S"), day, spelled)


def is_deletion(event: Event) -> bool:
    """Whether a file event records that a file went away (Sysmon 23 and 26)."""
    return event.category is Category.FILE and event.code in ("23", "26")
