"""Windows events as collectors write them in JSON: flat (NXLog, OTRF), winlogbeat, and EVTX rendered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cybersecqwen.records import Event, Limits, Source

from .categories import category_of
from .claims import claim_of
from .fields import text
from .shapes import Shape
from .times import parse_time
from .windows_fields import refine

# What describes the record, not the event.
_META_NAMES = (
    "SourceName ProviderGuid Provider Level LevelDisplayName Keywords Channel Hostname Computer TimeCreated "
    "@timestamp EventID Version Task Opcode OpcodeValue RecordNumber EventRecordID Severity SeverityValue "
    "SourceModuleName SourceModuleType EventReceivedTime EventTime ExecutionProcessID ExecutionThreadID "
    "ThreadID ActivityID RelatedActivityID Message @version host port tags Category message "
    "EventTypeOrignal UserID AccountType TimeGenerated"
)
_META = frozenset(_META_NAMES.split())
# Account of the writing service, not of the event; kept where the event itself has such a field.
_META_AND_WRITER = _META | {"AccountName", "Domain"}
_CANONICAL = frozenset(("Microsoft-Windows-Sysmon", "Linux-Sysmon"))
_NOT_EVENT = frozenset(("search_name", "rule_name", "kibana.alert.rule.name", "signal"))
_LEVELS = frozenset(("INFO", "AUDIT_SUCCESS", "AUDIT_FAILURE", "WARNING", "ERROR", "VERBOSE", "CRITICAL"))


def make(
    provider: str,
    channel: str,
    code: str,
    fields: dict[str, str],
    *,
    id: str,
    source: Source,
    host: str,
    time: float | None,
    message: str = "",
) -> Event:
    """The event of a Windows record, with its fields under their canonical names."""
    user = refine(provider, channel, code, fields, message)
    return Event(
        id=id,
        category=category_of(provider, channel, code),
        time=time,
        provider=provider,
        channel=channel,
        code=code,
        host=host,
        user=user,
        fields=fields,
        claim=claim_of(provider, channel, code, fields),
        source=source,
    )


def data_fields(raw: Mapping[str, Any], limits: Limits, skip: frozenset[str] = frozenset()) -> dict[str, str]:
    """The values that say something, as text: not empty and not "-" (Windows' "nothing here")."""
    fields: dict[str, str] = {}
    for name, value in raw.items():
        if name in skip:
            continue
        if value.__class__ is str:
            if value and value != "-":
                fields[name] = value
        elif value is not None:
            fields[name] = text(value, limits)
    if len(fields) > limits.fields:
        fields = dict(list(fields.items())[: limits.fields])
    if max(map(len, fields.values()), default=0) > limits.value_chars:
        fields = {name: text(value, limits) for name, value in fields.items()}
    return fields


class FlatShape(Shape):
    """One flat object per event: NXLog's im_msvistalog, Mordor/OTRF recordings, Windows event forwarding."""

    name = "windows-flat"
    exclusive = True

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """See `Shape.recognise`."""
        return (
            "EventID" in raw
            and ("Channel" in raw or "SourceName" in raw or "ProviderName" in raw)
            and raw["EventID"].__class__ in (int, str)
            and _NOT_EVENT.isdisjoint(raw)
        )

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`."""
        provider = raw.get("SourceName") or raw.get("ProviderName") or raw.get("Channel")
        return (provider if provider.__class__ is str else ""), str(raw.get("EventID", ""))

    def peek(self, raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """See `Shape.peek`; Sysmon's names are the canonical ones."""
        provider = raw.get("SourceName") or raw.get("ProviderName")
        return raw if provider in _CANONICAL else None

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        provider = text(raw.get("SourceName") or raw.get("ProviderName"), limits)
        channel = text(raw.get("Channel"), limits)
        # NXLog adds the writer's account to every record that it did not get without it.
        written = "SourceModuleType" in raw and "ServiceName" not in raw
        fields = data_fields(raw, limits, _META_AND_WRITER if written else _META)
        if fields.get("EventType") in _LEVELS:
            del fields["EventType"]
        return make(
            provider,
            channel,
            str(raw.get("EventID", ""))[:32],
            fields,
            id=id,
            source=source,
            host=text(raw.get("Hostname") or raw.get("Computer"), limits),
            time=_flat_time(raw),
            message=text(raw.get("Message") or raw.get("message"), limits),
        )


def _flat_time(raw: Mapping[str, Any]) -> float | None:
    """When it happened.

    NXLog writes EventTime and EventReceivedTime in the collector's local time without a zone, and the
    pipeline behind it adds @timestamp in UTC on arrival: their distance is the zone. Records that
    have TimeCreated keep to it, Sysmon ones too, so that all records of a file follow one clock.
    """
    created = raw.get("TimeCreated")
    if created is not None:
        return parse_time(created)
    received, stamp = raw.get("EventReceivedTime"), raw.get("@timestamp")
    if received is not None:
        precise = parse_time(raw.get("UtcTime"))
        if precise is not None:
            return precise
    event = parse_time(raw.get("EventTime"))
    if event is None:
        return parse_time(stamp) or parse_time(raw.get("UtcTime"))
    if stamp.__class__ is str and received.__class__ is str:
        event += _zone(stamp[:16], received[:16])
    return event


@lru_cache(maxsize=4_096)
def _zone(stamp: str, received: str) -> float:
    """Seconds between two minutes ("2020-09-02T01:43"), in whole quarters of an hour, as zones are."""
    utc, local = parse_time(stamp), parse_time(received)
    return 0.0 if utc is None or local is None else round((utc - local) / 900) * 900.0


class EvtxShape(Shape):
    """An event record of an EVTX file rendered as JSON, with "#attributes" and "#text" for XML."""

    name = "evtx"
    exclusive = True

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """See `Shape.recognise`."""
        event = raw.get("Event")
        return isinstance(event, dict) and isinstance(event.get("System"), dict)

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`."""
        system = raw["Event"]["System"]
        return _provider(system) or _string(system.get("Channel")), _code(system)

    def peek(self, raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """See `Shape.peek`; Sysmon's names are the canonical ones."""
        event = raw["Event"]
        data = event.get("EventData")
        return data if data.__class__ is dict and _provider(event["System"]) in _CANONICAL else None

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        event = raw["Event"]
        system = event["System"]
        provider, channel, code = _provider(system), _string(system.get("Channel")), _code(system)
        fields: dict[str, str] = {}
        for part in ("UserData", "EventData", "ProcessingErrorData"):
            fields.update(_payload(event.get(part), limits))
        rendered = event.get("RenderingInfo")
        message = text(rendered.get("Message"), limits) if isinstance(rendered, dict) else ""
        created = system.get("TimeCreated")
        attributes = created.get("#attributes") if isinstance(created, dict) else None
        moment = parse_time(fields.get("UtcTime"))
        return make(
            provider,
            channel,
            code,
            fields,
            id=id,
            source=source,
            host=_string(system.get("Computer")),
            time=moment if moment is not None else parse_time(attributes or created),
            message=message,
        )


def _provider(system: Mapping[str, Any]) -> str:
    provider = system.get("Provider")
    attributes = provider.get("#attributes") if isinstance(provider, dict) else None
    if isinstance(attributes, dict):
        return _string(attributes.get("Name") or attributes.get("EventSourceName"))
    return _string(provider)


def _code(system: Mapping[str, Any]) -> str:
    number = system.get("EventID")
    if isinstance(number, dict):
        number = number.get("#text")
    return str(number)[:32] if number.__class__ in (int, str) else ""


def _string(value: Any) -> str:
    return value[:1_024] if isinstance(value, str) else ""


def _payload(part: Any, limits: Limits) -> dict[str, str]:
    """EventData as it is, or what stands inside the one element of UserData."""
    for _ in range(3):  # UserData wraps its fields in one element with attributes of its own
        if not isinstance(part, dict):
            return {}
        inside = [value for key, value in part.items() if key != "#attributes"]
        if len(inside) == 1 and isinstance(inside[0], dict) and "#text" not in inside[0]:
            part = inside[0]
        else:
            break
    fields: dict[str, Any] = {}
    for key, value in part.items():
        if key == "#attributes":
            continue
        if isinstance(value, dict) and "#text" in value:
            value = value["#text"]
        if key == "Data" and isinstance(value, list):
            for at, item in enumerate(value[: limits.fields], 1):
                fields[f"Data_{at}"] = item
        elif isinstance(value, dict):
            for below, item in value.items():
                fields.setdefault(below, item)
        else:
            fields[key] = value
    return data_fields(fields, limits, frozenset(("#attributes",)))
