"""Flat Windows records: NXLog, OTRF recordings, Windows event forwarding."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from cybersecqwen.inputs.times import parse_time

from .getters import first_of, mapped, path, top
from .interface import Branch, Getter, Raw, Rows
from .kinds import Kind
from .moments import moment, moments
from .windows_form import WindowsForm

_LEVELS = frozenset(("INFO", "AUDIT_SUCCESS", "AUDIT_FAILURE", "WARNING", "ERROR", "VERBOSE", "CRITICAL"))
_SEVERITY = {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}
"""NXLog's SeverityValue to the level of Windows, https://docs.nxlog.co/refman/current/im/msvistalog.html."""
_NAMES = {
    "EventID": ("EventID",),
    "Provider_Name": ("SourceName", "ProviderName"),
    "Channel": ("Channel",),
    "Computer": ("Computer", "Hostname"),
    "EventRecordID": ("EventRecordID", "RecordNumber"),
    "ProcessID": ("ExecutionProcessID",),
    "ThreadID": ("ExecutionThreadID",),
    "Message": ("Message", "message"),
    "Provider_Guid": ("ProviderGuid",),
    "SystemTime": ("TimeCreated", "EventTime", "@timestamp"),
    "Keywords": ("Keywords",),
}


class FlatForm(WindowsForm):
    """One flat object per event."""

    shape = "windows-flat"

    def key(self, raw: Raw) -> Hashable:
        """See `Form.key`."""
        code = raw["EventID"]
        if (
            code.__class__ not in (int, str)
            or "rule_name" in raw
            or "search_name" in raw
            or "signal" in raw
            or "kibana.alert.rule.name" in raw
        ):
            return None
        channel = raw.get("Channel")
        source = raw.get("SourceName")
        if source is None:
            source = raw.get("ProviderName")
            if source is None and channel is None:
                return None
        return code, source, channel

    def kind(self, raw: Raw) -> Kind | Branch:
        """See `Form.kind`."""
        provider = raw.get("SourceName") or raw.get("ProviderName")
        channel = raw.get("Channel")
        channel = channel if isinstance(channel, str) else ""
        # Without SourceName, ProviderName may be a field of the event: 5061 names its key storage provider.
        if "SourceName" not in raw and channel.lower() == "security":
            provider = ""
        return self.kind_from(provider if isinstance(provider, str) else "", channel, str(raw["EventID"]))

    def data(self, raws: Sequence[Raw]) -> Sequence[Mapping[str, Any]]:
        """See `Form.data`."""
        return raws

    def named(self, name: str) -> Getter:
        """See `WindowsForm.named`."""
        if name == "EventType":
            return _event_type
        return path(name) if "." in name else top(name)

    def system(self, field: str) -> Getter | None:
        """See `WindowsForm.system`."""
        if field == "Level":
            return mapped(
                top("SeverityValue"), lambda value: _SEVERITY.get(value) if value.__class__ is int else None
            )
        if field == "Opcode":
            return first_of(top("OpcodeValue"), top("Opcode"))
        names = _NAMES.get(field)
        return first_of(*map(top, names)) if names is not None else None

    def message(self) -> Getter:
        """See `WindowsForm.message`."""
        return first_of(top("Message"), top("message"))

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        created = [raw.get("TimeCreated") for raw in rows.raws]
        if None not in created:
            return moments(created)
        return [
            _time(raw) if value is None else moment(value)
            for raw, value in zip(rows.raws, created, strict=True)
        ]

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`."""
        values = [raw.get("Hostname") or raw.get("Computer") for raw in rows.raws]
        return [value if value.__class__ is str else "" for value in values]


def _event_type(rows: Rows) -> list[Any]:
    """Sysmon's EventType; NXLog writes its own severity under that name, Sysmon's then beside it."""
    values = [raw.get("EventType") for raw in rows.raws]
    if not any(map(_is_level, values)):
        return values
    others = [raw.get("EventTypeOrignal") for raw in rows.raws]
    return [
        value if not _is_level(value) else None if _is_level(other) else other
        for value, other in zip(values, others, strict=True)
    ]


def _is_level(value: Any) -> bool:
    return isinstance(value, str) and value in _LEVELS


def _time(raw: Raw) -> float | None:
    """When a record without TimeCreated happened.

    NXLog writes EventTime and EventReceivedTime in the collector's local time without a zone, and the
    pipeline behind it adds @timestamp in UTC on arrival: their distance is the zone.
    """
    received, stamp = raw.get("EventReceivedTime"), raw.get("@timestamp")
    if received is not None:
        precise = moment(raw.get("UtcTime"))
        if precise is not None:
            return precise
    event = moment(raw.get("EventTime"))
    if event is None:
        return moment(stamp) or moment(raw.get("UtcTime"))
    if stamp.__class__ is str and received.__class__ is str:
        event += _zone(stamp[:16], received[:16])
    return event


_zones: dict[tuple[str, str], float] = {}


def _zone(stamp: str, received: str) -> float:
    """Seconds between two minutes, in whole quarters of an hour, as zones are."""
    found = _zones.get((stamp, received))
    if found is None:
        if len(_zones) >= 4_096:
            _zones.clear()
        utc, local = parse_time(stamp), parse_time(received)
        found = 0.0 if utc is None or local is None else round((utc - local) / 900) * 900.0
        _zones[stamp, received] = found
    return found
