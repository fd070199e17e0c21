"""Wazuh alerts: a rule, an agent, and the decoded event under `data`.

Fields: https://documentation.wazuh.com/current/user-manual/manager/alert-management.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.inputs.cloud.flat import dig, first, flatten, scalar
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Category, Event, Limits, Source

from .carried import alert_event, category_of, make_claim, take, techniques
from .severity import WAZUH, from_steps

_FIELDS = {
    "SourceIp": ("data.srcip", "data.src_ip"),
    "DestinationIp": ("data.dstip", "data.dest_ip"),
    "DestinationPort": ("data.dstport", "data.dest_port"),
    "IpAddress": ("data.srcip", "data.src_ip"),
    "TargetUserName": ("data.dstuser",),
    "Image": ("data.audit.exe", "data.process.name"),
    "CommandLine": ("data.command", "data.audit.execve.command"),
    "CurrentDirectory": ("data.pwd", "data.audit.cwd"),
    "TargetFilename": ("syscheck.path", "data.file"),
    "QueryName": ("data.dns.rrname", "data.dns.query"),
    "UserAgent": ("data.http.http_user_agent",),
    "Signature": ("data.alert.signature",),
}


class Wazuh(Shape):
    """An alert of a Wazuh manager, also as the indexer's `_source`."""

    name = "wazuh"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """A rule with a level, beside an agent, a manager or a decoder."""
        body = _body(raw)
        rule = body.get("rule")
        if isinstance(rule, Mapping):
            return "level" in rule and (
                "agent" in body or "manager" in body or "decoder" in body or "full_log" in body
            )
        return "rule.level" in body and "rule.id" in body

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        body = _body(raw)
        flat = flatten(body, limits)
        claim = make_claim(
            "wazuh",
            first(body, ("rule.description",)),
            rule_id=first(body, ("rule.id",)),
            severity=from_steps(first(body, ("rule.level",)), WAZUH),
            description=first(body, ("full_log",)),
            named=techniques(flat.get("rule.mitre.id", ""), flat.get("rule.mitre.technique_id", "")),
            fields={
                "level": first(body, ("rule.level",)),
                "groups": flat.get("rule.groups", ""),
                "firedtimes": first(body, ("rule.firedtimes",)),
                "decoder": first(body, ("decoder.name",)),
            },
        )
        inner = _windows(body, id=id, source=source, limits=limits)
        fields = {**flat, **(dict(inner.fields) if inner else take(body, _FIELDS, limits))}
        category = None
        if inner is not None:
            category = category_of(inner.fields) if inner.category is Category.OTHER else inner.category
        elif _sign_in(flat.get("rule.groups", "")):
            category = Category.LOGON_FAILED if "fail" in flat.get("rule.groups", "") else Category.LOGON
        when = parse_time(first(body, ("timestamp", "@timestamp")))
        return alert_event(
            claim,
            fields,
            id=id,
            source=source,
            time=inner.time if inner and inner.time is not None else when,
            host=(inner.host if inner else "")
            or first(body, ("agent.name", "predecoder.hostname", "manager.name")),
            user=(inner.user if inner else "")
            or first(body, ("data.srcuser", "data.dstuser", "data.audit.auid")),
            category=category,
            code=inner.code if inner else claim.rule_id,
        )


def _body(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = raw.get("_source")
    return inner if isinstance(inner, Mapping) else raw


def _sign_in(groups: str) -> bool:
    return "authentication_failed" in groups or "authentication_success" in groups


def _windows(body: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event | None:
    """The Windows event inside, read by the shape that knows Windows; Wazuh lowers first letters."""
    system = dig(body, "data.win.system")
    if not isinstance(system, Mapping):
        return None
    from cybersecqwen.inputs.windows import FlatShape

    data = dig(body, "data.win.eventdata")
    values = data if isinstance(data, Mapping) else {}
    record = {
        **{str(k)[:1].upper() + str(k)[1:]: v for k, v in values.items()},
        "EventID": scalar(system.get("eventID")),
        "Channel": scalar(system.get("channel")),
        "SourceName": scalar(system.get("providerName")),
        "Hostname": scalar(system.get("computer")),
        "TimeCreated": system.get("systemTime"),
        "Message": scalar(system.get("message")),
    }
    return FlatShape().normalise(record, id=id, source=source, limits=limits)
