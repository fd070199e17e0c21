"""Zeek's records as events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.inputs.fields import flatten
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import plain_time
from cybersecqwen.records import Category, Event, Limits, Source

from .line_reader import TIME
from .zeek import is_zeek, log_of, time_of

_CANONICAL = {
    "id.orig_h": "SourceIp",
    "id.orig_p": "SourcePort",
    "id.resp_h": "DestinationIp",
    "id.resp_p": "DestinationPort",
    "proto": "Protocol",
    "query": "QueryName",
    "host": "DestinationHostname",
    "server_name": "DestinationHostname",
    "user_agent": "UserAgent",
    "filename": "TargetFilename",
    "uri": "cs-uri-stem",
}


class ZeekShape(Shape):
    """A record of any of Zeek's logs."""

    name = "zeek"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """See `Shape.recognise`."""
        return is_zeek(raw)

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`: "zeek" and the log."""
        return "zeek", log_of(raw)

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        log = log_of(raw)[:128]
        fields = {name: value for name, value in flatten(raw, limits).items() if name[0] != "#"}
        for own, canonical in _CANONICAL.items():
            if own in fields:
                fields.setdefault(canonical, fields[own])
        time = plain_time(raw.get(TIME))
        return Event(
            id=id,
            category=Category.DNS if log == "dns" else Category.NETWORK,
            time=time if time is not None else time_of(raw.get("ts")),
            provider="zeek",
            channel=log,
            code=log,
            host=fields.get("id.resp_h", "")[:256],
            user=fields.get("username", fields.get("user", ""))[:1_024],
            fields=fields,
            source=source,
        )
