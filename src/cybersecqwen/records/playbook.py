"""What a playbook holds: steps in an order that can be followed, each with what it stands on.

Words are those of NIST SP 800-61 (phases), RFC 3227 (order of volatility) and CACAO 2.0 (workflow).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Phase(StrEnum):
    """Where in a response a step stands, in order."""

    PREPARATION = "preparation"
    IDENTIFICATION = "identification"
    CONTAINMENT = "containment"
    ERADICATION = "eradication"
    RECOVERY = "recovery"
    LESSONS = "lessons learned"

    @property
    def rank(self) -> int:
        """0 (preparation) to 5 (lessons learned)."""
        return tuple(Phase).index(self)


class Effect(StrEnum):
    """What a step does to what it acts on, mildest first."""

    OBSERVE = "observe"
    """Looks, and changes nothing."""
    COLLECT = "collect"
    """Takes copies."""
    CHANGE = "change"
    """Changes what can be changed back."""
    DESTROY = "destroy"
    """Changes what cannot be changed back, or not wholly."""

    @property
    def rank(self) -> int:
        """0 (observe) to 3 (destroy)."""
        return tuple(Effect).index(self)


class Evidence(StrEnum):
    """Kinds of evidence, most volatile first (RFC 3227, section 2.1, and what clouds add to it)."""

    MEMORY = "memory"
    NETWORK_STATE = "network state"
    PROCESSES = "processes"
    SESSIONS = "sessions"
    DISK = "disk"
    LOGS = "logs"
    CLOUD_STATE = "cloud state"
    MAIL = "mail"

    @property
    def rank(self) -> int:
        """0 (memory) to 7 (mail)."""
        return tuple(Evidence).index(self)


LEAD, SEARCH, CONTAIN = "lead", "search", "contain"
LANES = (LEAD, SEARCH, CONTAIN)
"""Who works at the same time until the incident is contained: who leads and tells, who looks, who acts."""


class Role(StrEnum):
    """Who does or decides something."""

    LEAD = "incident lead"
    ANALYST = "analyst"
    FORENSICS = "forensics"
    ENDPOINT = "endpoint operations"
    NETWORK = "network operations"
    IDENTITY = "identity operations"
    CLOUD = "cloud operations"
    MAIL = "mail operations"
    APPLICATION = "application owner"
    COMMUNICATIONS = "communications"
    LEGAL = "legal and privacy"
    MANAGEMENT = "management"


class Kind(StrEnum):
    """What a step can act on; also the names of the placeholders in its texts."""

    HOST = "host"
    USER = "user"
    IP = "ip"
    DOMAIN = "domain"
    URL = "url"
    EMAIL = "email"
    FILE = "file"
    HASH = "hash"
    PROCESS = "process"
    SERVICE = "service"
    TASK = "task"
    REGISTRY = "registry"
    MAILBOX = "mailbox"
    MESSAGE = "message"
    CLOUD_ACCOUNT = "cloud_account"
    INSTANCE = "instance"
    ACCESS_KEY = "access_key"
    BUCKET = "bucket"
    POD = "pod"
    NAMESPACE = "namespace"
    APPLICATION = "application"
    CVE = "cve"
    PACKAGE = "package"
    CODE = "code"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """Something that the facts name."""

    kind: Kind
    value: str
    """As recorded, never defanged."""
    platform: str = ""
    """Of a host: "windows", "linux", "macos"; "" where the facts do not tell."""
    host: str = ""
    """The host that it was seen on; "" where the facts do not tell."""
    basis: str = ""
    """Where the facts name it: ids of findings, a source."""
    criticality: str = ""
    """What the environment says of it: "low" to "critical"; "" where it says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What a step stands on."""

    kind: str
    """"technique", "finding", "entity", "incident", "library", "mitigation", "countermeasure", "control",
    "document"."""
    id: str
    """Identifier in the store, of the finding, of the action …"""
    text: str = ""
    """Its name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command that a person runs or gives to a tool; nothing here is ever run by this program."""

    tool: str
    """"powershell", "bash", "aws", "kubectl", "console" …"""
    text: str
    """With the values filled in that may stand in a command line, and `<NAME>` for those to fill in."""
    platform: str = ""
    """The platform it is for; "" for any."""
    open: tuple[str, ...] = ()
    """Placeholders that are left to fill in, each with the reason: "<HOST>: not named by the report"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepQuery:
    """A query of a step, written and checked by the query task."""

    title: str
    dialect: str
    """Name of the language: "splunk", "kql" …"""
    text: str
    """"" where it could not be written; `problem` says why."""
    checks: tuple[str, ...] = ()
    """Checks that it passed."""
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to do."""

    id: str
    """"s1", "s2", … in order."""
    action: str
    """Id in the library."""
    title: str
    phase: Phase
    do: str
    """What to do, in sentences."""
    acts_on: tuple[Entity, ...] = ()
    role: Role
    person: str = ""
    """From the environment; "" where it names nobody for the role."""
    tool: str = ""
    """From the environment: what it is done with; "" where it names none."""
    needs: str = ""
    """The kind of tool it takes; "" for none."""
    commands: tuple[Command, ...] = ()
    queries: tuple[StepQuery, ...] = ()
    when: str = ""
    """Precondition in words; "" for always."""
    effect: Effect = Effect.OBSERVE
    collects: tuple[Evidence, ...] = ()
    destroys: tuple[Evidence, ...] = ()
    reversible: bool = True
    undo: str = ""
    """How to take it back."""
    breaks: str = ""
    """What could break."""
    minutes: int = 10
    """Expected duration."""
    verify: str = ""
    """How one knows that it worked."""
    approval: str = ""
    """Why a person must decide first; "" where nobody has to."""
    decides: tuple[str, ...] = ()
    """Criteria of that decision."""
    basis: tuple[Basis, ...] = ()
    after: tuple[str, ...] = ()
    """Ids of steps that must be done before it, of the same asset."""
    lane: str = ""
    """Of those that work at the same time: one of `LANES`; "" for a step that stands alone in the order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message to people, to be completed by a person before it is sent."""

    audience: str
    role: Role
    """Who sends it."""
    text: str
    writer: str = "csq"
    """"csq" or the name of the language model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """A legal duty that may apply."""

    id: str
    name: str
    hours: int
    """From knowledge of the incident to the notice."""
    condition: str
    to: str
    """Who has to be told."""
    source: str
    """Article of the law."""
    chosen: bool = False
    """Whether the environment says that it applies to the organisation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Playbook:
    """A response, from what is known."""

    name: str
    about: str
    """What it answers, one sentence."""
    trigger: str
    """"technique", "report", "finding" or "incident"."""
    severity: int
    """1 to 100, as CACAO has it."""
    techniques: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    """Ids of incident types."""
    entities: tuple[Entity, ...] = ()
    platforms: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    messages: tuple[Message, ...] = ()
    duties: tuple[Duty, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    """Role to the people of the environment, "" where it names nobody."""
    organisation: str = ""
    marking: str = ""
    """TLP 2.0 of the report: "TLP:AMBER"; "" where it has none."""
    general: tuple[str, ...] = ()
    """What stays general, and what it would take: one sentence each."""
    left_out: int = 0
    """Actions that fit too, and were left out for length."""
    created: str = ""
    """Time of the report, RFC 3339; "" for none: the playbook depends on nothing but its input."""

    @property
    def phases(self) -> tuple[tuple[Phase, tuple[Step, ...]], ...]:
        """Phases that have steps, in order, each with its steps."""
        parts = ((phase, tuple(s for s in self.steps if s.phase is phase)) for phase in Phase)
        return tuple((phase, steps) for phase, steps in parts if steps)

    @property
    def minutes(self) -> int:
        """Of all steps, one after the other."""
        return sum(step.minutes for step in self.steps)
