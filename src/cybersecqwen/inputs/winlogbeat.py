"""Windows events as Winlogbeat and the Elastic Agent write them: "winlog.event_data", nested or dotted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.records import Event, Limits, Source

from .ecs_fields import ecs_fields
from .fields import dig, text
from .shapes import Shape
from .times import parse_time
from .windows import data_fields, make

_DATA = ("winlog.event_data.", "winlog.user_data.")
_ALERT = ("kibana", "kibana.alert.uuid", "kibana.alert.rule.name", "signal", "signal.rule.name")


class WinlogbeatShape(Shape):
    """Winlogbeat 7 and later ("winlog"), and 5 and 6 ("event_data" beside "event_id")."""

    name = "winlogbeat"
    exclusive = True

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """See `Shape.recognise`."""
        if "winlog" in raw or "winlog.event_id" in raw or "winlog.channel" in raw:
            return not any(key in raw for key in _ALERT)
        return "event_id" in raw and ("event_data" in raw or "log_name" in raw) and "computer_name" in raw

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`."""
        log = raw.get("winlog")
        if isinstance(log, Mapping):
            provider, code = log.get("provider_name") or log.get("channel"), log.get("event_id")
        else:
            provider = raw.get("winlog.provider_name") or raw.get("source_name") or raw.get("winlog.channel")
            code = raw.get("winlog.event_id") or raw.get("event_id")
        if code is None:
            code = dig(raw, "event.code")
        return (provider if isinstance(provider, str) else ""), str(code if code is not None else "")[:32]

    def peek(self, raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """See `Shape.peek`; Sysmon's names are the canonical ones, as long as no pipeline moved them."""
        log = raw.get("winlog")
        if not isinstance(log, Mapping) or log.get("provider_name") != "Microsoft-Windows-Sysmon":
            return None
        data = log.get("event_data")
        return data if data.__class__ is dict and "process" not in raw else None

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`. ECS names fill in what an ingest pipeline moved out of event_data."""
        log = raw if "event_data" in raw and "winlog" not in raw else None

        def get(name: str) -> Any:
            return dig(raw, f"winlog.{name}") if log is None else log.get(name)

        provider, code = self.head(raw)
        provider = text(get("provider_name") or get("source_name"), limits) or provider
        channel = text(get("channel") or get("log_name"), limits)
        fields = _data(raw, log, limits)
        moment = parse_time(fields.get("UtcTime"))
        if moment is None:
            moment = parse_time(raw.get("@timestamp")) or parse_time(dig(raw, "event.created"))
        event = make(
            provider,
            channel,
            code,
            fields,
            id=id,
            source=source,
            host=text(get("computer_name") or dig(raw, "host.name"), limits),
            time=moment,
            message=text(raw.get("message"), limits),
        )
        if "process" in raw or "event" in raw or "process.executable" in raw:
            for name, value in ecs_fields(raw, limits).items():
                fields.setdefault(name, value)  # the same mapping that the event holds
        return event


def _data(raw: Mapping[str, Any], log: Mapping[str, Any] | None, limits: Limits) -> dict[str, str]:
    if log is not None:
        parts = [log.get("event_data"), log.get("user_data")]
    else:
        parts = [dig(raw, "winlog.event_data"), dig(raw, "winlog.user_data")]
    found: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, Mapping):
            found.update(part)
    if not found:
        for name, value in raw.items():
            if name.startswith(_DATA):
                found[name[len(_DATA[0]) :]] = value
    found.pop("xml_name", None)
    return data_fields(found, limits)
