"""An event of an EVTX file, written down as other collectors write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

Raw = dict[str, Any]


def _parts(raw: Mapping[str, Any]) -> tuple[str, str, Any, dict[str, str]]:
    system, data = raw["Event"]["System"], raw["Event"].get("EventData") or {}
    text = {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in data.items()
    }
    return system["Provider"]["#attributes"]["Name"], system["Channel"], system["EventID"], text


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def flat(raw: Raw) -> Raw:
    """As NXLog and the OTRF recordings have it."""
    provider, channel, code, data = _parts(raw)
    return {"SourceName": provider, "Channel": channel, "EventID": code, "Hostname": "pc", **data}


def without_provider(raw: Raw) -> Raw:
    """As some recordings have it."""
    return {name: value for name, value in flat(raw).items() if name != "SourceName"}


def forwarded(raw: Raw) -> Raw:
    """As a collector has it that keeps its own channel."""
    return {**flat(raw), "Channel": "ForwardedEvents"}


def winlogbeat(raw: Raw) -> Raw:
    """As Winlogbeat 7 and later have it."""
    provider, channel, code, data = _parts(raw)
    log = {"provider_name": provider, "channel": channel, "event_id": str(code), "event_data": data}
    return {"@timestamp": "2024-01-01T00:00:00Z", "winlog": log, "event": {"code": str(code)}}


def dotted(raw: Raw) -> Raw:
    """As an export of Winlogbeat's documents has it."""
    provider, channel, code, data = _parts(raw)
    log = {"winlog.provider_name": provider, "winlog.channel": channel, "winlog.event_id": str(code)}
    return log | {f"winlog.event_data.{name}": value for name, value in data.items()}


def winlogbeat_6(raw: Raw) -> Raw:
    """As Winlogbeat 5 and 6 have it."""
    provider, channel, code, data = _parts(raw)
    return {
        "source_name": provider,
        "log_name": channel,
        "event_id": code,
        "computer_name": "pc",
        "event_data": data,
    }


def xml(raw: Raw) -> str:
    """As `wevtutil` has it."""
    provider, channel, code, data = _parts(raw)
    values = "".join(f"<Data Name={quoteattr(name)}>{escape(value)}</Data>" for name, value in data.items())
    return (
        f'<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
        f"<Provider Name={quoteattr(provider)}/><EventID>{code}</EventID><Channel>{escape(channel)}</Channel>"
        f"<Computer>pc</Computer></System><EventData>{values}</EventData></Event>"
    )


FORMS: tuple[Callable[[Raw], Raw], ...] = (
    flat,
    without_provider,
    forwarded,
    winlogbeat,
    dotted,
    winlogbeat_6,
)
