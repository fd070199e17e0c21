"""One response action of the library, as data."""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.records.playbook import Effect, Evidence, Kind, Phase, Role

PLATFORMS = (
    *("windows", "linux", "macos", "network", "email", "ad", "entra", "okta"),
    *("aws", "azure", "gcp", "kubernetes", "saas", "code", "people"),
)
"""Where an action is done."""

TOOLS = (
    *("edr", "siem", "firewall", "proxy", "dns", "ids", "email", "identity", "vpn", "mdm", "backup", "cloud"),
    *("kubernetes", "ticketing", "forensics", "sandbox", "vulnerability", "secrets", "waf", "dlp"),
    *("repository", "cmdb", "chat", "casb"),
)
"""Kinds of tools that an environment may have."""

SHELLS = (
    *("powershell", "cmd", "bash", "zsh", "aws", "az", "gcloud", "kubectl", "graph", "exchange", "okta"),
    *("sql", "velociraptor", "osquery", "volatility", "console", "git", "docker", "cisco", "paloalto"),
    *("iptables", "nft", "dns", "helm", "google-workspace", "slack", "github"),
)
"""What a command is given to; "console" is a way through menus, for which there is no command."""

ANY = "*"
"""Answers every incident."""

NO_ENDING = "none"
"""Of the names that `Action.like` takes: one without a dot, as programs of Linux have."""

DECLARE = "people-incident-declare"
"""The action that everything else waits for."""
HUNT = "siem-hunt-rules"
"""The action whose searches are the rules that look for the techniques."""
HARDEN = "people-check-mitigations"
"""The action that names the mitigations of the techniques."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandTemplate:
    """A command with placeholders in braces: {host}."""

    tool: str
    """One of `SHELLS`."""
    run: str
    platform: str = ""
    """One of `PLATFORMS`; "" where it is the same on all of the action's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One thing that a responder can do."""

    id: str
    """"host-isolate": what it acts on, then what is done."""
    title: str
    """In the imperative, at most 90 characters, with placeholders: "Isolate {host} from the network"."""
    phase: Phase
    platforms: tuple[str, ...]
    """Some of `PLATFORMS`."""
    answers: tuple[str, ...]
    """Techniques (their sub-techniques included), tactics (TA0040), incident types, or `ANY`."""
    not_for: tuple[str, ...] = ()
    """Techniques, tactics or incident types that it must not be chosen for, though `answers` would."""
    acts_on: tuple[Kind, ...] = ()
    """The kinds of things its placeholders name; the first is what a step is made for."""
    like: tuple[str, ...] = ()
    """Endings that the names of the first kind must have, in lower case: ".jar", `NO_ENDING`; () for any."""
    needs: str = ""
    """One of `TOOLS`: what it takes; "" for nothing beyond the platform itself."""
    when: str = ""
    """Precondition, as the end of a sentence that begins with "if": "the host still reaches others"."""
    do: str
    """What to do, one to four sentences in the imperative, with placeholders."""
    commands: tuple[CommandTemplate, ...] = ()
    query: str = ""
    """Id of a query template in queries.yaml."""
    effect: Effect
    collects: tuple[Evidence, ...] = ()
    destroys: tuple[Evidence, ...] = ()
    """Evidence that is lost by it, on what it acts on."""
    reversible: bool = True
    undo: str = ""
    """How to take it back; needed where `effect` is change."""
    breaks: str = ""
    """What could break; needed where `effect` is change or destroy."""
    approval: str = ""
    """Why a person must decide first; needed where it is not reversible."""
    decides: tuple[str, ...] = ()
    """Criteria of that decision, each a sentence."""
    minutes: int
    """Expected duration for one asset, 1 to 2,880."""
    role: Role
    verify: str
    """How one knows that it worked, one or two sentences."""
    urgency: int = 2
    """0 before everything else, 1 at once, 2 next, 3 when there is time: order within a phase."""
    sources: tuple[str, ...] = ()
    """Identifiers in the store (M1035, D3-NI, IR-4), or a document: "RFC 3227", "NIST SP 800-61r3"."""
