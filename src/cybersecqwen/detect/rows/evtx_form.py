"""Windows records as EVTX and event XML give them: `Event.System` beside `Event.EventData` or `UserData`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from .getters import path
from .interface import Branch, Getter, Raw, Rows
from .kinds import Kind
from .moments import moment, moments
from .windows_form import WindowsForm

_DIRECT = frozenset(
    ("Level", "Task", "Opcode", "Version", "Keywords", "Computer", "EventRecordID", "Channel")
)
_ATTRIBUTES = {
    "ProcessID": ("Execution", "ProcessID"),
    "ThreadID": ("Execution", "ThreadID"),
    "UserID": ("Security", "UserID"),
    "SystemTime": ("TimeCreated", "SystemTime"),
    "Provider_Name": ("Provider", "Name"),
    "Provider_Guid": ("Provider", "Guid"),
}
_NOTHING: Mapping[str, Any] = {}
_PARTS = ("UserData", "EventData", "ProcessingErrorData")


class EvtxForm(WindowsForm):
    """What the `evtx` package writes, and the reader of event XML too."""

    shape = "evtx"

    def key(self, raw: Raw) -> Hashable:
        """See `Form.key`."""
        system = raw["Event"]["System"]
        code = system["EventID"]
        if code.__class__ is dict:
            code = code["#text"]
        attributes = system["Provider"]["#attributes"]
        return code, attributes["Name"], system["Channel"]

    def kind(self, raw: Raw) -> Kind | Branch:
        """See `Form.kind`."""
        system = _mapping(_mapping(raw.get("Event")).get("System"))
        provider = system.get("Provider")
        if isinstance(provider, Mapping):
            attributes = _mapping(provider.get("#attributes"))
            provider = attributes.get("Name") or attributes.get("EventSourceName")
        code = _plain(system.get("EventID"))
        channel = system.get("Channel")
        return self.kind_from(
            provider if isinstance(provider, str) else "",
            channel if isinstance(channel, str) else "",
            str(code) if code.__class__ in (int, str) else "",
        )

    def data(self, raws: Sequence[Raw]) -> list[Mapping[str, Any]]:
        """See `Form.data`."""
        found: list[Mapping[str, Any]] = []
        for raw in raws:
            event: Any = raw.get("Event")
            data: Any = event.get("EventData") if event.__class__ is dict else None
            simple = data.__class__ is dict and len(data) > 1 and "UserData" not in event
            found.append(data if simple else _data(_mapping(event)))
        return found

    def named(self, name: str) -> Getter:
        """See `WindowsForm.named`."""
        if "." in name:
            return path(name, inside=True)
        number = int(name[5:]) if name[:5] == "param" and name[5:].isdecimal() and len(name) < 8 else 0
        if number:
            return _unnamed(name, number)

        def get(rows: Rows) -> list[Any]:
            if name not in rows.own_names:
                return [None] * len(rows.raws)
            values = [data.get(name) for data in rows.data]
            return [_plain(value) for value in values] if dict in set(map(type, values)) else values

        return get

    def system(self, field: str) -> Getter | None:
        """See `WindowsForm.system`."""
        if field in _DIRECT:
            return lambda rows: [_plain(_system(raw).get(field)) for raw in rows.raws]
        if field == "EventID":
            return lambda rows: [_plain(_system(raw).get("EventID")) for raw in rows.raws]
        if field == "Message":
            return self.message()
        if field in _ATTRIBUTES:
            part, name = _ATTRIBUTES[field]
            return lambda rows: [_attribute(_system(raw).get(part), name) for raw in rows.raws]
        return None

    def message(self) -> Getter:
        """See `WindowsForm.message`: only event XML carries it, where it was rendered."""

        def get(rows: Rows) -> list[Any]:
            return [
                _mapping(_mapping(raw.get("Event")).get("RenderingInfo")).get("Message") for raw in rows.raws
            ]

        return get

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`: the event's own UtcTime, else when it was written."""
        own = [data.get("UtcTime") for data in rows.data]
        if not any(own):
            return _written(rows.raws)
        found = moments(own)
        if None not in found:
            return found
        return [
            there if value is None else value for value, there in zip(found, _written(rows.raws), strict=True)
        ]

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`."""
        values = [_system(raw).get("Computer") for raw in rows.raws]
        return [value[:1_024] if value.__class__ is str else "" for value in values]


def _system(raw: Raw) -> Mapping[str, Any]:
    return _mapping(_mapping(raw.get("Event")).get("System"))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if value.__class__ is dict else _NOTHING


def _plain(value: Any) -> Any:
    """The text of an element that has attributes too."""
    return value.get("#text") if value.__class__ is dict and "#text" in value else value


def _attribute(part: Any, name: str) -> Any:
    attributes = _mapping(_mapping(part).get("#attributes"))
    return attributes.get(name) or (attributes.get("EventSourceName") if name == "Name" else None)


def _written(raws: Sequence[Raw]) -> list[float | None]:
    try:
        return moments([raw["Event"]["System"]["TimeCreated"]["#attributes"]["SystemTime"] for raw in raws])
    except (LookupError, TypeError):
        return [_created(_system(raw).get("TimeCreated")) for raw in raws]


def _created(created: Any) -> float | None:
    attributes = created.get("#attributes") if isinstance(created, dict) else None
    if isinstance(attributes, dict) and isinstance(attributes.get("SystemTime"), str):
        return moment(attributes["SystemTime"])
    return moment(attributes or created)


def _data(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """EventData as it is, or what stands inside the one element of UserData; both where there are both."""
    found: dict[str, Any] = {}
    for name in _PARTS:
        part = event.get(name)
        if part.__class__ is dict:
            found.update(_unwrapped(part))
    return found


def _unwrapped(part: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(3):  # UserData wraps its fields in one element with attributes of its own
        inside = [value for key, value in part.items() if key != "#attributes"]
        if len(inside) == 1 and inside[0].__class__ is dict and "#text" not in inside[0]:
            part = inside[0]
        else:
            break
    return part


def _unnamed(name: str, number: int) -> Getter:
    """A parameter by its name or, where the provider names none, by its place among the values."""

    def one(data: Mapping[str, Any]) -> Any:
        if name in data:
            return _plain(data[name])
        values = _plain(data.get("Data"))
        values = values if isinstance(values, list) else [values]
        return values[number - 1] if number <= len(values) else None

    def get(rows: Rows) -> list[Any]:
        if name not in rows.own_names and "Data" not in rows.own_names:
            return [None] * len(rows.raws)
        return [one(data) for data in rows.data]

    return get
