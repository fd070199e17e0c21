"""What travels through the house: frozen records, keyword-only.

    Source → Event → Finding (with Evidence) → Incident → Report
                     Indicator, Technique, Sentence, Problem, Provenance

Times are seconds since 1970-01-01 UTC. Text in records is what the input said, never defanged and
never interpreted; `render` decides how it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .audit import Audit
    from .intel import Intelligence
    from .playbook import Playbook
    from .query import QueryResult
    from .review import Review


class Verdict(StrEnum):
    """What the evidence amounts to, mildest first."""

    BENIGN = "benign"
    NEEDS_REVIEW = "needs review"
    SUSPICIOUS = "suspicious"
    MALICIOUS = "malicious"

    @property
    def rank(self) -> int:
        """0 (benign) to 3 (malicious)."""
        return tuple(Verdict).index(self)


class Severity(IntEnum):
    """How bad it would be, comparable. Names as in OCSF `severity_id` (1.7.0)."""

    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5

    @property
    def label(self) -> str:
        """The name in lower case, as the JSON envelope writes it."""
        return self.name.lower()


class Category(StrEnum):
    """What kind of thing an event records; the `looks_at` of a signal names one of these."""

    PROCESS = "process"
    PROCESS_END = "process_end"
    PROCESS_ACCESS = "process_access"
    REMOTE_THREAD = "remote_thread"
    IMAGE_LOAD = "image_load"
    DRIVER = "driver"
    FILE = "file"
    REGISTRY = "registry"
    NETWORK = "network"
    DNS = "dns"
    PIPE = "pipe"
    WMI = "wmi"
    SCRIPT = "script"
    LOGON = "logon"
    LOGON_FAILED = "logon_failed"
    KERBEROS = "kerberos"
    ACCOUNT = "account"
    DIRECTORY = "directory"
    SERVICE = "service"
    TASK = "task"
    SHARE = "share"
    OBJECT = "object"
    LOG = "log"
    CLOUD = "cloud"
    ALERT = "alert"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where something was read, exactly enough to find it again."""

    path: str
    """The file as the user named it, or "-" for standard input."""
    member: str = ""
    """Path inside archives, outer to inner, joined by "!"; empty outside archives."""
    record: int = 0
    """Record or line number, from 1; 0 where the whole file is meant."""
    offset: int = -1
    """Byte offset of the record in the (unpacked) file, or -1 where the format has none."""
    format: str = ""
    """Name of the input reader."""

    def __str__(self) -> str:
        name = f"{self.path}!{self.member}" if self.member else self.path
        return f"{name}:{self.record}" if self.record else name


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What another product says about an event: an alert's own words, never taken as proof."""

    product: str
    """The product, as recognised: "elastic", "splunk", "sentinel", "defender", "wazuh", "ocsf", …"""
    rule: str
    """Name of the rule or alert."""
    rule_id: str = ""
    """Identifier of the rule in that product."""
    severity: Severity = Severity.INFORMATIONAL
    """The product's severity on our scale."""
    description: str = ""
    """The product's description, at most 2,000 characters."""
    techniques: tuple[str, ...] = ()
    """ATT&CK ids that the product attached; verified later like all others."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Other values of the alert itself worth keeping, by the product's names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One recorded happening, with fields under the names that Sysmon and Sigma use."""

    id: str
    """Stable within a run: "e1", "e2", … in order of reading."""
    category: Category
    """What kind of thing it records."""
    time: float | None = None
    """Seconds since 1970 UTC; None where the record has no readable time."""
    provider: str = ""
    """Provider or product: "Microsoft-Windows-Sysmon", "aws.cloudtrail", …"""
    channel: str = ""
    """Windows channel or dataset; empty elsewhere."""
    code: str = ""
    """Event id or API name: "1", "4688", "ConsoleLogin"."""
    host: str = ""
    """Computer, as recorded."""
    user: str = ""
    """Acting account, as recorded (DOMAIN\\name, name@domain, ARN …)."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Canonical names (Image, CommandLine, ParentImage, TargetObject …) to text; cloud events keep
    their own dotted names beside the canonical ones. Values are bounded (65,536 characters)."""
    claim: Claim | None = None
    """What the sending product claims, where the event is or carries an alert."""
    source: Source
    """Where it was read."""

    def get(self, name: str) -> str:
        """The field's text, or "" where the event does not have it."""
        return self.fields.get(name, "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Damage:
    """A part of an input that could not be read; counted and shown, never dropped in silence."""

    source: Source
    """Where it stands."""
    reason: str
    """One sentence."""
    records: int = 1
    """How many records it covers, as far as can be told; at least 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """A stretch of a field that supports a finding. `value` always stands in the event."""

    event: str
    """Id of the event."""
    field: str
    """Name of the field; for decoded text the field that it was decoded from."""
    value: str
    """The exact text, at most 500 characters."""
    layer: str = ""
    """How it was decoded ("base64 > utf-16"), empty for text as recorded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One signal that fired on one or more events, or a context that speaks for the ordinary."""

    signal: str
    """Id of the signal: "office-starts-shell"."""
    title: str
    """What was seen, in a few words."""
    weight: float
    """Log-odds that it adds to "malicious"; negative for benign context."""
    severity: Severity
    """How bad the thing would be; the severity floor comes from findings with positive weight."""
    techniques: tuple[str, ...] = ()
    """ATT&CK ids."""
    events: tuple[str, ...] = ()
    """Ids of the events it fired on, at most 50; `count` has the whole number."""
    count: int = 1
    """On how many events it fired."""
    evidence: tuple[Evidence, ...] = ()
    """The fields that made it fire, for the first few events."""
    why: str = ""
    """Why it matters, one sentence."""
    ordinary: str = ""
    """What ordinary activity looks like it, one sentence."""
    group: str = ""
    """Signals of one group say the same thing in other words; only the strongest counts in full."""

    @property
    def is_context(self) -> bool:
        """True for a finding that makes the activity more ordinary."""
        return self.weight < 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Indicator:
    """Something observable that can be searched for elsewhere."""

    type: str
    """ipv4, ipv6, domain, url, email, md5, sha1, sha256, file, registry, cve, …"""
    value: str
    """Normalised (refanged, lower case where case does not matter)."""
    raw: str
    """As it stands in the input."""
    evidence: Evidence
    """Where it stands."""
    note: str = ""
    """Why it is set apart ("private address", "loopback", "operating system file"); empty for one
    worth searching for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Technique:
    """An ATT&CK technique named by findings, as the store knows it."""

    id: str
    """T1059.001"""
    name: str
    """Official name from the store."""
    tactics: tuple[str, ...] = ()
    """Tactic short names in kill-chain order."""
    findings: tuple[str, ...] = ()
    """Signals that named it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessNode:
    """A process of the story, with its place in the tree."""

    key: str
    """Stable key: process GUID, or host and pid with start."""
    parent: str
    """Key of the parent, or "" at a root."""
    name: str
    """File name of the image."""
    image: str
    """Full path as recorded."""
    command: str
    """Command line as recorded, at most 4,000 characters."""
    user: str
    """Account it ran as."""
    time: float | None
    """Start."""
    pid: str
    """Process id as recorded."""
    event: str
    """Id of the event that recorded it; "" for one known only from its child."""
    signals: tuple[str, ...] = ()
    """Signals that fired on it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """Events that belong together: one story."""

    id: str
    """"i1", "i2", … most serious first."""
    title: str
    """One line: what happened where."""
    verdict: Verdict
    severity: Severity
    confidence: float
    """0 to 1: the probability of "ordinary" where the verdict is benign, of "malicious" where it is
    anything else (docs/triage.md says how well it is calibrated)."""
    score: float
    """Log-odds after all findings."""
    hosts: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    start: float | None = None
    end: float | None = None
    findings: tuple[Finding, ...] = ()
    """Strongest first; context included."""
    techniques: tuple[Technique, ...] = ()
    """In kill-chain order."""
    indicators: tuple[Indicator, ...] = ()
    processes: tuple[ProcessNode, ...] = ()
    """The part of the process tree that matters, parents before children."""
    events: tuple[Event, ...] = ()
    """The events that the findings stand on, in order of time, at most 200."""
    event_count: int = 0
    """All events that belong to it."""
    claims: tuple[Claim, ...] = ()
    """Alerts of other products that belong to it."""
    reasons: tuple[str, ...] = ()
    """How the verdict was computed, in order: one sentence each, naming signals."""
    next_steps: tuple[str, ...] = ()
    """What to do, most urgent first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence of the narrative and who wrote it."""

    text: str
    writer: str
    """"csq" for the deterministic writer, else the name of the model."""
    events: tuple[str, ...] = ()
    """Events that it speaks about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something the reader should know about the result itself."""

    stage: str
    """read, detect, knowledge, write, verify, render"""
    message: str
    """One sentence."""
    subject: str = ""
    """What it is about: a source, an identifier, a sentence."""
    count: int = 1
    """How often."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """A fact taken from the knowledge store."""

    id: str
    """T1059.001, CWE-79, CVE-2021-44228 …"""
    name: str
    source: str
    """Name and version of the store's source."""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """What made the report."""

    version: str
    """Of this program."""
    models: tuple[str, ...] = ()
    """Language models that wrote a part of it."""
    knowledge: str = ""
    """Version of the knowledge bundle."""
    rules: str = ""
    """Version of the signals: a hash over their files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What every task returns and every format renders. `docs/envelope.md` has the JSON schema."""

    task: str
    verdict: Verdict
    severity: Severity
    confidence: float
    title: str = ""
    """One line for a list of reports."""
    sources: tuple[str, ...] = ()
    """What was read."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """events, alerts, damaged, kept …"""
    incidents: tuple[Incident, ...] = ()
    findings: tuple[Finding, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    techniques: tuple[Technique, ...] = ()
    narrative: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    problems: tuple[Problem, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    """Stage to milliseconds: read, detect, assess, write, verify."""
    provenance: Provenance
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What only one task has; JSON types."""
    intel: Intelligence | None = None
    """What threat reports hold; None for every task but `intel`."""
    query: QueryResult | None = None
    """A query; None for every task but `query` and its like."""
    review: Review | None = None
    """Findings in code and packages; None for every task but `review`."""
    audit: Audit | None = None
    """Controls and what speaks about them; None for every task but `audit`."""
    playbook: Playbook | None = None
    """Steps of a response; None for every task but `playbook`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds on what comes in. Every reader and decoder takes them; docs/settings.md documents each."""

    line_bytes: int = 8 << 20
    """Longest line or record that is parsed; longer ones are counted as damage."""
    file_bytes: int = 64 << 30
    """Largest file that is opened."""
    unpacked_bytes: int = 8 << 30
    """All that one archive may unpack to, nested archives included."""
    ratio: int = 400
    """Largest compression ratio of a member once it has unpacked to more than 16 MiB."""
    members: int = 10_000
    """Members read from one archive."""
    depth: int = 4
    """Archives inside archives, and decoding layers inside a command."""
    json_depth: int = 64
    """Nesting of a JSON record."""
    fields: int = 2_000
    """Fields kept of one record."""
    value_chars: int = 65_536
    """Characters kept of one field."""
    kept_events: int = 200_000
    """Events kept in memory for grouping; the rest are counted."""
    decode_bytes: int = 1 << 20
    """Bytes that decoding one command may produce, all layers together."""
    document_chars: int = 50_000_000
    """Characters of text kept of one document."""
    document_seconds: int = 60
    """Seconds that reading one document may take."""
