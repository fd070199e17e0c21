"""Suricata's EVE records: alerts, and the protocol records beside them.

Fields: https://docs.suricata.io/en/latest/output/eve/eve-json-format.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cybersecqwen.inputs.cloud.flat import first, flatten
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Category, Event, Limits, Source

from .carried import alert_event, make_claim, take, techniques
from .severity import suricata

_FIELDS = {
    "SourceIp": ("src_ip",),
    "SourcePort": ("src_port",),
    "DestinationIp": ("dest_ip",),
    "DestinationPort": ("dest_port",),
    "IpAddress": ("src_ip",),
    "Protocol": ("proto",),
    "DestinationHostname": ("http.hostname", "tls.sni"),
    "UserAgent": ("http.http_user_agent",),
    "cs-uri-stem": ("http.url",),
    "QueryName": ("dns.rrname", "dns.query.rrname", "dns.queries.rrname"),
    "Signature": ("alert.signature",),
    "TargetFilename": ("fileinfo.filename",),
}


class Suricata(Shape):
    """One EVE record; `event_type` says which."""

    name = "suricata"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """An event type with a flow or addresses in Suricata's spelling."""
        return isinstance(raw.get("event_type"), str) and (
            "flow_id" in raw or ("src_ip" in raw and "dest_ip" in raw)
        )

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        kind = first(raw, ("event_type",))
        flat = flatten(raw, limits)
        fields = {**flat, **take(raw, _FIELDS, limits)}
        time, host = parse_time(raw.get("timestamp")), first(raw, ("host", "dest_ip"))
        category = Category.DNS if kind == "dns" else Category.NETWORK
        if kind != "alert":
            return Event(
                id=id,
                category=category,
                time=time,
                provider="suricata",
                code=kind[:300],
                host=host[:300],
                fields=fields,
                source=source,
            )
        claim = make_claim(
            "suricata",
            first(raw, ("alert.signature",)),
            rule_id=first(raw, ("alert.signature_id",)),
            severity=suricata(first(raw, ("alert.severity",))),
            description=first(raw, ("alert.category",)),
            named=techniques(*(v for k, v in flat.items() if "mitre_technique" in k)),
            fields={"action": first(raw, ("alert.action",)), "category": first(raw, ("alert.category",))},
        )
        event = alert_event(
            claim, fields, id=id, source=source, time=time, host=host, category=Category.ALERT
        )
        return replace(event, provider="alert.suricata", code=claim.rule_id or event.code)
