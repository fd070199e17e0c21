"""Agents on machines that write records of their own: Elastic's, Defender's, CrowdStrike's.

The Elastic Common Schema: https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html; the others:
the pages that `inputs.alerts.hunting` and `inputs.alerts.crowdstrike` name.
"""

from __future__ import annotations

from typing import Any

from cybersecqwen.inputs.ecs_fields import category_of
from cybersecqwen.inputs.fields import dig
from cybersecqwen.records import Category

from .ecs_names import ecs_getter, fields_of
from .getters import first_of, path
from .interface import Getter, Raw, Rows
from .kinds import Kind
from .moments import moment
from .plain_form import PlainForm, Told


class EcsForm(PlainForm):
    """Elastic Common Schema: what an agent on a machine saw, under Sysmon's names."""

    text = ("message",)

    def key(self, raw: Raw) -> Any:
        """See `Form.key`: what `tell` looks at, where no other shape could want the record."""
        if "ecs" not in raw or not _PLAIN.issuperset(raw):
            return None
        event = raw.get("event")
        if event.__class__ is not dict or "category" not in event:
            return None
        system = raw.get("host")
        system = system.get("os") if system.__class__ is dict else None
        return (
            _word(system.get("type") or system.get("family") or system.get("platform")) if system else "",
            _word(event.get("category")),
            _word(event.get("type")),
            _word(event.get("action")),
            _word(event.get("outcome")),
            _word(event.get("kind")),
            "data" in registry if (registry := raw.get("registry")).__class__ is dict else None,
            frozenset(raw),
        )

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        system = next((v for name in _SYSTEM_NAMES if isinstance(v := dig(raw, name), str)), "")
        product = _SYSTEMS.get(system.lower(), "")
        fields = fields_of(raw)
        category = category_of(raw, fields)
        return product, "", _category(category, str(dig(raw, "event.action")), fields.get("Details"))

    def find_getter(self, kind: Kind, field: str) -> Getter:
        """See `Form.find_getter`: Sysmon's names are worked out from those of the schema."""
        own, canonical = super().find_getter(kind, field), ecs_getter(field)
        return own if canonical is None else first_of(own, canonical)

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        return [moment(dig(r, "@timestamp")) or moment(dig(r, "event.created")) for r in rows.raws]

    def messages(self, rows: Rows) -> list[str] | None:
        """See `Form.messages`: of documents that nothing sorted into fields."""
        sorted_ = any(value is not None for value in rows.column("event.category"))
        return None if sorted_ else super().messages(rows)

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`."""
        named = first_of(*map(path, ("host.hostname", "host.name", "agent.hostname", "agent.name")))
        return [value if isinstance(value, str) else "" for value in named(rows)]

    def users(self, rows: Rows) -> list[str]:
        """See `Form.users`."""
        return [value if isinstance(value, str) else "" for value in rows.column("User")]


def _category(category: Category, action: str, details: str | None) -> str:
    """Sigma's category for what an agent saw."""
    if category is Category.FILE:
        low = action.lower()
        return next((of for word, of in _FILE_ACTIONS.items() if word in low), "")
    if category is Category.REGISTRY:
        return "registry_set" if details else "registry_event"
    return _CATEGORIES.get(category, "")


def _word(value: Any) -> Any:
    return tuple(value[:8]) if value.__class__ is list else value


_PLAIN = frozenset(
    (
        "@timestamp",
        "@version",
        "agent",
        "auditd",
        "data_stream",
        "destination",
        "dll",
        "dns",
        "driver",
        "ecs",
        "elastic",
        "event",
        "file",
        "group",
        "host",
        "input",
        "log",
        "message",
        "network",
        "process",
        "registry",
        "related",
        "service",
        "source",
        "tags",
        "user",
    )
)
"""Keys that records of agents have at the top; with others, another shape may want the record."""
_SYSTEM_NAMES = ("host.os.type", "host.os.family", "host.os.platform")
_SYSTEMS = {"windows": "windows", "linux": "linux", "macos": "macos", "darwin": "macos"} | dict.fromkeys(
    ("debian", "redhat", "rhel", "ubuntu", "centos", "suse", "fedora", "arch", "amazon"), "linux"
)
_FILE_ACTIONS = {
    "create": "file_event",
    "creation": "file_event",
    "overwrite": "file_event",
    "delete": "file_delete",
    "deletion": "file_delete",
    "rename": "file_rename",
}
_CATEGORIES = {
    Category.PROCESS: "process_creation",
    Category.PROCESS_END: "process_termination",
    Category.NETWORK: "network_connection",
    Category.DNS: "dns_query",
    Category.IMAGE_LOAD: "image_load",
    Category.DRIVER: "driver_load",
    Category.PIPE: "pipe_created",
    Category.PROCESS_ACCESS: "process_access",
    Category.REMOTE_THREAD: "create_remote_thread",
    Category.SCRIPT: "ps_script",
}


class AgentForm(PlainForm):
    """Records whose shape gives them Sysmon's names, one by one."""

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        event = self.event(raw)
        platform = str(raw.get("event_platform") or "").lower()
        windows = "\\" in event.get("Image") or "\\" in event.get("ParentImage")
        product = _PLATFORMS.get(platform) or ("windows" if windows else "")
        return product, "", _category(event.category, event.code, event.get("Details"))

    def find_getter(self, kind: Kind, field: str) -> Getter:
        """See `Form.find_getter`."""
        own = super().find_getter(kind, field)
        return first_of(lambda rows: [event.fields.get(field) for event in self.events(rows)], own)


AGENT_CATEGORIES = frozenset((*_CATEGORIES.values(), *_FILE_ACTIONS.values()))
"""Every category that an agent's record can be of, but for those of Windows' registry."""
_PLATFORMS = {"win": "windows", "lin": "linux", "mac": "macos"}
