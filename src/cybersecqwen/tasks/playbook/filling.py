"""Putting what is known into the texts and commands of an action.

Names in reports were written by whoever attacks: a host may be called `x; rm -rf /`. A value stands in a
command only where every character of it is one that no shell obeys; otherwise its place stays open, and the
reason is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cybersecqwen.records.playbook import Command, Entity, Kind
from cybersecqwen.tasks.saved.values import line

from .action import CommandTemplate
from .library import PLACEHOLDER

MOST_COMMANDS = 3
"""Things of a kind that a command is written out for; the others are named in the step."""
_LONGEST = 120
"""Characters of a thing in a text for people."""
_MOST_NAMED, _MOST_IN_TITLE = 3, 2
_DIGITS = 12
"""Of a hash, in a title."""

UNKNOWN: Mapping[Kind, str] = {
    Kind.HOST: "the affected host",
    Kind.USER: "the affected account",
    Kind.IP: "the attacker's address",
    Kind.DOMAIN: "the attacker's domain",
    Kind.URL: "the attacker's URL",
    Kind.EMAIL: "the sender's address",
    Kind.FILE: "the malicious file",
    Kind.HASH: "the hash of the malicious file",
    Kind.PROCESS: "the malicious process",
    Kind.SERVICE: "the malicious service",
    Kind.TASK: "the malicious scheduled task",
    Kind.REGISTRY: "the registry key",
    Kind.MAILBOX: "the affected mailbox",
    Kind.MESSAGE: "the message",
    Kind.CLOUD_ACCOUNT: "the affected cloud account",
    Kind.INSTANCE: "the affected instance",
    Kind.ACCESS_KEY: "the exposed access key",
    Kind.BUCKET: "the affected storage bucket",
    Kind.POD: "the affected pod",
    Kind.NAMESPACE: "the affected namespace",
    Kind.APPLICATION: "the affected application",
    Kind.CVE: "the vulnerability",
    Kind.PACKAGE: "the affected package",
    Kind.CODE: "the affected code",
}
"""What a step says of a thing that nobody named."""

_SAFE: Mapping[Kind, re.Pattern[str]] = {
    Kind.HOST: re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?"),
    Kind.USER: re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,120}"),
    Kind.IP: re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f:]{2,39}"),
    Kind.DOMAIN: re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?"),
    Kind.URL: re.compile(r"https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]{0,200})?"),
    Kind.EMAIL: re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@[A-Za-z0-9.-]{1,253}"),
    Kind.FILE: re.compile(r"(?:[A-Za-z]:)?[A-Za-z0-9_.\\/ ][A-Za-z0-9_.\\/ -]{0,250}"),
    Kind.HASH: re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}"),
    Kind.PROCESS: re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,120}"),
    Kind.SERVICE: re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,120}"),
    Kind.TASK: re.compile(r"\\?[A-Za-z0-9_][A-Za-z0-9_.\\ -]{0,200}"),
    Kind.REGISTRY: re.compile(r"HK[A-Z_]{2,20}\\[A-Za-z0-9_.\\ -]{0,250}"),
    Kind.MAILBOX: re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@[A-Za-z0-9.-]{1,253}"),
    Kind.ACCESS_KEY: re.compile(r"A[A-Z0-9]{15,40}"),
    Kind.CLOUD_ACCOUNT: re.compile(r"[A-Za-z0-9:/_.@+=][A-Za-z0-9:/_.@+=-]{0,199}"),
    Kind.CVE: re.compile(r"CVE-[0-9]{4}-[0-9]{4,7}"),
    Kind.CODE: re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./-]{0,249}:[0-9]{1,7}"),
    Kind.PACKAGE: re.compile(r"[@A-Za-z0-9][A-Za-z0-9_./@ +-]{0,150}"),
}
_OTHER = re.compile(r"<[A-Z][A-Z_]*>")
"""Places that the library itself leaves open: a process number, a day."""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
"""For the kinds that have no pattern of their own."""
_SYSTEM = {
    Kind.FILE: re.compile(
        r"(?i)(?:[a-z]:)?[\\/]*(?:windows|program files(?: \(x86\))?|programdata|users|bin|sbin|"
        r"lib(?:32|64)?|usr|etc|boot|dev|proc|sys|var|opt|home|root|system|library|applications)?[\\/]*"
        r"|(?:[a-z]:)?[\\/]+(?:windows[\\/](?:system32|syswow64|winsxs|explorer\.exe)|usr[\\/]s?bin|s?bin|"
        r"lib(?:64)?|etc|boot)(?:[\\/].*)?"
    ),
    Kind.PROCESS: re.compile(
        r"(?i)(?:system|smss|csrss|wininit|winlogon|services|lsass|lsaiso|svchost|explorer|dwm|spoolsv|fontdrvhost|"
        r"taskhostw|registry|memcompression|wmiprvse|conhost|systemd|init|sshd|launchd|kernel_task|dbus-daemon)(?:\.exe)?"
    ),
    Kind.SERVICE: re.compile(
        r"(?i)(?:eventlog|windefend|lanmanserver|lanmanworkstation|netlogon|rpcss|dnscache|ntds|kdc)"
    ),
    Kind.REGISTRY: re.compile(r"(?i)HK[A-Z_]+\\(?:software|system|sam|security)(?:\\[^\\]*){0,2}"),
}
"""What belongs to the system, whatever a report calls it: no command is written that would take it away."""


def fill(text: str, things: Mapping[Kind, Sequence[Entity]], *, title: bool = False) -> str:
    """A text for people, with what is known in it: the first things of a kind, and how many more.

    In a title there are fewer, and files go by their names.
    """
    open_ = "|".join(kind.value for kind in Kind if not things.get(kind))
    text = re.sub(rf"\b({_NOUNS}) \{{(?:{open_})\}}", r"\1", text) if open_ else text
    return PLACEHOLDER.sub(lambda found: _named(Kind(found[1]), things, title), text)


_NOUNS = (
    "accounts?|address(?:es)?|domains?|hosts?|computers?|devices?|files?|hash(?:es)?|process(?:es)?|services?"
    "|tasks?|keys?|mailbox(?:es)?|messages?|instances?|buckets?|pods?|namespaces?|applications?|packages?|users?"
    "|senders?|URLs?"
)
"""Words that say enough by themselves: "remove the account {user}" is "remove the account" where nobody is
named."""


def _named(kind: Kind, things: Mapping[Kind, Sequence[Entity]], title: bool) -> str:
    values = [line(one.value) for one in things.get(kind, ())]
    if not values:
        return UNKNOWN[kind]
    if title and kind is Kind.FILE:
        values = list(dict.fromkeys(re.split(r"[\\/]", value)[-1] or value for value in values))
    if title and kind is Kind.HASH:
        values = [f"{value[:_DIGITS]}…" for value in values]
    most = _MOST_IN_TITLE if title else _MOST_NAMED
    shown, left = (
        [one if len(one) <= _LONGEST else f"{one[: _LONGEST - 1]}…" for one in values[:most]],
        len(values) - most,
    )
    if left > 0:
        return f"{', '.join(shown)} and {left} more"
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]


def refusal(kind: Kind, value: str) -> str:
    """Why a value may not stand in a command line; "" where it may."""
    if _SAFE.get(kind, _PLAIN).fullmatch(value) is None or ".." in value:
        return "the report's own name for it holds characters that a shell obeys; type it yourself"
    system = _SYSTEM.get(kind)
    if system is not None and system.fullmatch(_straight(value) if kind is Kind.FILE else value.rstrip(" .")):
        return "what the report names belongs to the system; look before you type it"
    return ""


def _straight(path: str) -> str:
    """A path without detours: Windows drops dots and blanks at the end of a name, and "." leads nowhere."""
    drive, rest = (path[:2], path[2:]) if path[1:2] == ":" else ("", path)
    names = [name.strip(" ").rstrip(" .") for name in re.split(r"[\\/]+", rest)]
    rooted = bool(drive) or not names[0]
    return drive + "/" * rooted + "/".join(filter(None, names))


def commands_of(
    templates: Sequence[CommandTemplate], things: Mapping[Kind, Sequence[Entity]], platforms: Sequence[str]
) -> tuple[Command, ...]:
    """The commands for the platforms at hand, for each of the first things or with places left open."""
    made: dict[Command, None] = {}
    for template in templates:
        if template.platform and platforms and template.platform not in platforms:
            continue
        kinds = [Kind(name) for name in dict.fromkeys(PLACEHOLDER.findall(template.run))]
        for thing in _each(kinds, template, things):
            made[_command(template, kinds, things, thing)] = None
    return tuple(made)


def _each(
    kinds: Sequence[Kind], template: CommandTemplate, things: Mapping[Kind, Sequence[Entity]]
) -> Sequence[Entity | None]:
    """The things that a command is written out for: files before the hosts that they lie on."""
    for kind in sorted(kinds, key=lambda one: one is Kind.HOST):
        have = _of(kind, template, things)
        if have:
            return have[:MOST_COMMANDS]
    return (None,)


def _of(kind: Kind, template: CommandTemplate, things: Mapping[Kind, Sequence[Entity]]) -> list[Entity]:
    """The things of a kind that a command may be for: no Windows host for a command of Linux."""
    given = things.get(kind, ())
    return [
        one for one in given if not (template.platform and one.platform) or one.platform == template.platform
    ]


def _command(
    template: CommandTemplate,
    kinds: Sequence[Kind],
    things: Mapping[Kind, Sequence[Entity]],
    thing: Entity | None,
) -> Command:
    values: dict[str, str] = {}
    left: list[str] = []
    for kind in kinds:
        name = f"<{kind.value.upper()}>"
        value, reason = _value(kind, template, things, thing)
        if reason:
            left.append(f"{name}: {reason}")
        values[kind.value] = name if reason else value
    left += [f"{name}: found on the spot" for name in dict.fromkeys(_OTHER.findall(template.run))]
    text = PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template.run)
    return Command(tool=template.tool, text=text, platform=template.platform, open=tuple(left))


def _value(
    kind: Kind, template: CommandTemplate, things: Mapping[Kind, Sequence[Entity]], thing: Entity | None
) -> tuple[str, str]:
    """(what stands in the place, why it stays open); a host beside a file is that of the file."""
    if thing is not None and thing.kind is kind:
        have = [thing]
    else:
        have = _of(kind, template, things)
        if kind is Kind.HOST and thing is not None and thing.host:
            have = [one for one in have if one.value == thing.host] or have
    if not have:
        return "", UNKNOWN[kind]
    if len(have) > 1:
        named = ", ".join(one.value[:60] for one in have[:MOST_COMMANDS])
        return "", f"one of {named}; the facts do not say which"
    value = _bare(have[0])
    if kind is Kind.USER and template.tool in _BY_SIGN_IN and "@" not in value:
        return "", f"the sign-in name, with its domain, of {value[:60]}"
    return value, refusal(kind, value)


_BY_SIGN_IN = frozenset(("graph", "exchange", "az", "okta", "google-workspace"))
"""Tools that know accounts by their sign-in name: name@domain."""


def _bare(entity: Entity) -> str:
    """An account without its domain, as most commands take it."""
    return entity.value.rpartition("\\")[2] if entity.kind is Kind.USER else entity.value
