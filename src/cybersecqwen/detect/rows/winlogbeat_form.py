"""Windows records as Winlogbeat (5 to 9) and the Elastic Agent write them, nested or dotted."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from cybersecqwen.inputs.fields import dig

from .ecs_names import ecs_getter
from .getters import first_of, path
from .interface import Branch, Getter, Raw, Rows
from .kinds import Kind
from .moments import moment, moments
from .windows_form import WindowsForm

_DOTTED = ("winlog.event_data.", "winlog.user_data.")
_ALERT = ("kibana", "kibana.alert.uuid", "kibana.alert.rule.name", "signal", "signal.rule.name")
_LEVELS = {"critical": 1, "error": 2, "warning": 3, "information": 4, "info": 4, "verbose": 5}
# Sigma's name to (name under "winlog", name at the top of versions 5 and 6).
_SYSTEM = {
    "EventID": ("event_id", "event_id"),
    "Provider_Name": ("provider_name", "source_name"),
    "Provider_Guid": ("provider_guid", "provider_guid"),
    "Channel": ("channel", "log_name"),
    "Computer": ("computer_name", "computer_name"),
    "EventRecordID": ("record_id", "record_number"),
    "Task": ("task", "task"),
    "Opcode": ("opcode", "opcode"),
    "Keywords": ("keywords", "keywords"),
    "Version": ("version", "version"),
    "ProcessID": ("process.pid", "process_id"),
    "ThreadID": ("process.thread.id", "thread_id"),
    "UserID": ("user.identifier", "user.identifier"),
}


class WinlogbeatForm(WindowsForm):
    """`winlog.event_data` and, before version 7, `event_data` beside `event_id`."""

    shape = "winlogbeat"

    def key(self, raw: Raw) -> Hashable:
        """See `Form.key`."""
        for name in _ALERT:
            if name in raw:
                return None
        if "winlog" in raw:
            log = raw["winlog"]
            return log["event_id"], log["provider_name"], log["channel"]
        if "winlog.event_id" in raw:
            return raw["winlog.event_id"], raw["winlog.provider_name"], raw["winlog.channel"]
        if "event_data" in raw and "computer_name" in raw:
            return raw["event_id"], raw["source_name"], raw["log_name"]
        return None

    def kind(self, raw: Raw) -> Kind | Branch:
        """See `Form.kind`."""
        provider, channel, code = (_get(raw, name) for name in ("Provider_Name", "Channel", "EventID"))
        if code is None:
            code = dig(raw, "event.code")
        return self.kind_from(
            provider if isinstance(provider, str) else "",
            channel if isinstance(channel, str) else "",
            str(code) if code.__class__ in (int, str) else "",
        )

    def data(self, raws: Sequence[Raw]) -> list[Mapping[str, Any]]:
        """See `Form.data`."""
        return [_data(raw) for raw in raws]

    def named(self, name: str) -> Getter:
        """See `WindowsForm.named`. ECS names fill in what an ingest pipeline moved out of event_data."""
        if name == "Data":
            return _unnamed

        def get(rows: Rows) -> list[Any]:
            values: list[Any] = [None] * len(rows.raws)
            if name in rows.own_names:
                values = [data.get(name) for data in rows.data]
            return values

        moved = [getter] if (getter := ecs_getter(name)) is not None else []
        return first_of(get, path(name), *moved) if "." in name else first_of(get, *moved)

    def system(self, field: str) -> Getter | None:
        """See `WindowsForm.system`."""
        if field == "Level":
            return lambda rows: [_level(raw) for raw in rows.raws]
        if field == "Message":
            return self.message()
        if field == "SystemTime":
            return lambda rows: [raw.get("@timestamp") for raw in rows.raws]
        if field in _SYSTEM:
            return lambda rows: [_get(raw, field) for raw in rows.raws]
        return None

    def message(self) -> Getter:
        """See `WindowsForm.message`."""
        return lambda rows: [raw.get("message") for raw in rows.raws]

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`: the event's own UtcTime, else the timestamp of the document."""
        found = moments([data.get("UtcTime") for data in rows.data])
        if None not in found:
            return found
        return [
            value if value is not None else moment(raw.get("@timestamp")) or moment(dig(raw, "event.created"))
            for raw, value in zip(rows.raws, found, strict=True)
        ]

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`."""
        values = [_get(raw, "Computer") or dig(raw, "host.name") for raw in rows.raws]
        return [value if value.__class__ is str else "" for value in values]


def _get(raw: Raw, field: str) -> Any:
    new, old = _SYSTEM[field]
    log = raw.get("winlog")
    if isinstance(log, Mapping):
        return dig(log, new)
    found = raw.get(f"winlog.{new}")
    return raw.get(old) if found is None else found


def _level(raw: Raw) -> Any:
    value = dig(raw, "log.level") or dig(raw, "winlog.level") or raw.get("level")
    return _LEVELS.get(value.lower(), value) if isinstance(value, str) else value


def _data(raw: Raw) -> Mapping[str, Any]:
    log = raw.get("winlog")
    if not isinstance(log, Mapping):
        if "event_data" not in raw and "user_data" not in raw:
            return _dotted(raw)
        log = raw
    data, user = log.get("event_data"), log.get("user_data")
    if not isinstance(user, Mapping):
        return data if isinstance(data, Mapping) else _dotted(raw)
    return {**user, **data} if isinstance(data, Mapping) else user


def _dotted(raw: Raw) -> Mapping[str, Any]:
    for whole in ("winlog.event_data", "winlog.user_data"):
        if isinstance(found := raw.get(whole), Mapping):
            return found
    size = len(_DOTTED[0])
    return {name[size:]: value for name, value in raw.items() if name.startswith(_DOTTED)}


def _unnamed(rows: Rows) -> list[Any]:
    """The values without a name, which Winlogbeat calls "param1", "param2" and so on."""
    found: list[Any] = []
    for data in rows.data:
        values = data.get("Data")
        if values is None:
            values = [value for name, value in data.items() if name[:5] == "param" and name[5:].isdecimal()]
        found.append(values or None)
    return found
