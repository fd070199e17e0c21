"""Sigma rules: one for each kind of event in which indicators are seen, in the taxonomy of SigmaHQ.

Fields and log sources: https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md
One file of YAML documents, so that `csq logs --rules` and every other engine takes it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cybersecqwen.records import Report
from cybersecqwen.records.intel import Observable, Role, Tier, Tlp

from .exported import Exported, exported, technique_url
from .interface import Renderer, RenderOptions
from .ioc_blocklist import blocklist, heading
from .ioc_values import ascii_name, url_parts, url_port
from .sigma_breadth import below_hive, too_broad

MOST_VALUES = 500
"""Values of one rule; more make a second one."""

_TYPES = (
    "ipv4",
    "ipv6",
    "cidr",
    "domain",
    "url",
    "user-agent",
    "md5",
    "sha1",
    "sha256",
    "imphash",
    "registry",
    "file",
    "pipe",
    "service",
    "task",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    """A rule to be: where it looks, and which field of it holds which values."""

    name: str
    title: str
    logsource: tuple[tuple[str, str], ...]
    types: tuple[str, ...]
    fields: tuple[str, ...]
    """Field with modifier, for each of `_values`."""
    fixed: tuple[tuple[str, Any], ...] = ()
    """What must hold besides."""


_WINDOWS = ("product", "windows")
_KINDS = (
    _Kind(
        name="dns-windows",
        title="DNS query of a Windows host for a domain",
        logsource=(("category", "dns_query"), _WINDOWS),
        types=("domain",),
        fields=("QueryName", "QueryName|endswith"),
    ),
    _Kind(
        name="dns",
        title="DNS query for a domain",
        logsource=(("category", "dns"),),
        types=("domain",),
        fields=("query", "query|endswith"),
    ),
    _Kind(
        name="proxy-host",
        title="Web request to a domain",
        logsource=(("category", "proxy"),),
        types=("domain",),
        fields=("cs-host", "cs-host|endswith"),
    ),
    _Kind(
        name="proxy-url",
        title="Web request to a URL",
        logsource=(("category", "proxy"),),
        types=("url",),
        fields=("c-uri|contains",),
    ),
    _Kind(
        name="proxy-agent",
        title="Web request with a user agent",
        logsource=(("category", "proxy"),),
        types=("user-agent",),
        fields=("c-useragent",),
    ),
    _Kind(
        name="connection",
        title="Network connection of a Windows host to an address",
        logsource=(("category", "network_connection"), _WINDOWS),
        types=("ipv4", "ipv6"),
        fields=("DestinationIp",),
    ),
    _Kind(
        name="connection-network",
        title="Network connection of a Windows host to a network",
        logsource=(("category", "network_connection"), _WINDOWS),
        types=("cidr",),
        fields=("DestinationIp|cidr",),
    ),
    _Kind(
        name="firewall",
        title="Connection through a firewall to an address",
        logsource=(("category", "firewall"),),
        types=("ipv4", "ipv6"),
        fields=("dst_ip",),
    ),
    _Kind(
        name="process-hash",
        title="Process whose image has a hash",
        logsource=(("category", "process_creation"), _WINDOWS),
        types=("md5", "sha1", "sha256", "imphash"),
        fields=("Hashes|contains",),
    ),
    _Kind(
        name="library-hash",
        title="Loaded library that has a hash",
        logsource=(("category", "image_load"), _WINDOWS),
        types=("md5", "sha1", "sha256", "imphash"),
        fields=("Hashes|contains",),
    ),
    _Kind(
        name="file-windows",
        title="File written under a name",
        logsource=(("category", "file_event"), _WINDOWS),
        types=("file",),
        fields=("TargetFilename|endswith",),
    ),
    _Kind(
        name="file-linux",
        title="File written under a path",
        logsource=(("category", "file_event"), ("product", "linux")),
        types=("file",),
        fields=("TargetFilename|endswith",),
    ),
    _Kind(
        name="registry",
        title="Registry key changed",
        logsource=(("category", "registry_event"), _WINDOWS),
        types=("registry",),
        fields=("TargetObject|contains",),
    ),
    _Kind(
        name="pipe",
        title="Named pipe created or opened",
        logsource=(("category", "pipe_created"), _WINDOWS),
        types=("pipe",),
        fields=("PipeName|endswith",),
    ),
    _Kind(
        name="service",
        title="Service installed under a name",
        logsource=(_WINDOWS, ("service", "system")),
        types=("service",),
        fields=("ServiceName",),
        fixed=(("EventID", 7045),),
    ),
    _Kind(
        name="task",
        title="Scheduled task created under a name",
        logsource=(_WINDOWS, ("service", "security")),
        types=("task",),
        fields=("TaskName|endswith",),
        fixed=(("EventID", 4698),),
    ),
)


class SigmaRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "sigma"
    media_type = "application/yaml"
    extension = "sigma.yml"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        import yaml

        view = exported(report)
        made = blocklist(view, _TYPES, also=(Role.ARTEFACT,), refuse=too_broad)
        head = "".join(f"# {line}\n" for line in heading(view, made, "Sigma rules"))
        rules = list(rules_of(view, made.entries))
        if not rules:
            return head
        return head + str(
            yaml.safe_dump_all(rules, sort_keys=False, allow_unicode=False, width=1_000, explicit_start=True)
        )


def rules_of(view: Exported, entries: Iterable[Observable]) -> Iterator[dict[str, Any]]:
    """The rules for these indicators as mappings, in a fixed order."""
    found = tuple(entries)
    for kind in _KINDS:
        rows = list(
            dict.fromkeys(row for one in found if one.type in kind.types for row in _values(kind, one))
        )
        for number, start in enumerate(range(0, len(rows), MOST_VALUES)):
            yield _rule(view, kind, rows[start : start + MOST_VALUES], number)


def literal(value: str) -> str:
    """A value that means itself: backslash, star and question mark escaped (Sigma 2.1, escaping)."""
    return value.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")


def _values(kind: _Kind, one: Observable) -> Iterator[tuple[str, ...]]:
    """Values for each of the kind's fields; nothing where the indicator is not of this kind."""
    value = one.value
    if one.type == "domain":
        name = literal(ascii_name(value))
        yield name, f".{name}"
    elif one.type == "url":
        host, path = url_parts(value)
        port = url_port(value)
        yield (literal(f"{host}:{port}{path}" if port else host + path),)
    elif one.type in ("md5", "sha1", "sha256", "imphash"):
        yield (f"{one.type.upper()}={value.upper()}",)
    elif one.type == "cidr":
        yield (value,)
    elif one.type == "file":
        yield from _file(kind, value)
    elif one.type == "registry":
        yield (literal(below_hive(value)),)
    elif one.type in ("pipe", "task"):
        yield (literal("\\" + value.rpartition("\\")[2]),)
    else:
        yield (literal(value),)


def _file(kind: _Kind, value: str) -> Iterator[tuple[str, ...]]:
    is_path = "\\" in value or "/" in value
    if value.startswith(("/", "~/")):
        if kind.name == "file-linux":
            yield (literal(value.removeprefix("~")),)
    elif kind.name == "file-windows":
        # variables such as %TEMP% stand for folders that differ: what follows them is the same
        tail = value.rpartition("%")[2] if value.startswith("%") else value
        yield (literal(tail if is_path else f"\\{tail}"),)


def _rule(view: Exported, kind: _Kind, rows: list[tuple[str, ...]], number: int) -> dict[str, Any]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    fixed = dict(kind.fixed)
    selections = [{**fixed, field: column} for field, column in zip(kind.fields, columns, strict=True)]
    detection: dict[str, Any] = {
        f"selection{n}" if n else "selection": one for n, one in enumerate(selections)
    }
    sure = [one.id for one in view.techniques if one.tier is not Tier.LOW and technique_url(one.id)]
    tags = [f"attack.{id.lower()}" for id in sure]
    marking = (
        [f"tlp.{view.marking.value[4:].lower().replace('+', '-')}"] if view.marking is not Tlp.NONE else []
    )
    made: dict[str, Any] = {
        "title": f"{kind.title} that a report names",
        "id": str(
            uuid5(NAMESPACE_URL, f"https://cybersecqwen.invalid/sigma/{view.key}/{kind.name}/{number}")
        ),
        "status": "experimental",
        "description": f"Indicators of: {view.title[:300]}",
        "author": "cybersecqwen",
        "tags": marking + tags[:50],
        "logsource": dict(kind.logsource),
        "detection": {**detection, "condition": "1 of selection*" if len(selections) > 1 else "selection"},
        "falsepositives": ["Hosts and names that have changed hands since the report was written"],
        "level": "high",
    }
    if view.published:
        made["date"] = view.published
    return {key: value for key, value in made.items() if value != []}
