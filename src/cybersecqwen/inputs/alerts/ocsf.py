"""OCSF events: findings, and the system, identity, network and application activity beside them.

Fields: https://schema.ocsf.io/1.7.0/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.inputs.cloud.flat import dig, first, flatten, scalar
from cybersecqwen.inputs.cloud.words import outcome, words
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Category, Claim, Event, Limits, Source

from .carried import alert_event, make_claim, take, techniques
from .severity import OCSF, from_steps, from_word

_CLASSES = {
    "1001": Category.FILE,
    "1002": Category.DRIVER,
    "1005": Category.IMAGE_LOAD,
    "1006": Category.TASK,
    "1007": Category.PROCESS,
    "201001": Category.REGISTRY,
    "201002": Category.REGISTRY,
    "3001": Category.ACCOUNT,
    "3002": Category.LOGON,
    "4001": Category.NETWORK,
    "4002": Category.NETWORK,
    "4003": Category.DNS,
    "6003": Category.CLOUD,
    "6002": Category.CLOUD,
}
_FIELDS = {
    "Image": (
        "process.file.path",
        "process.name",
        "process.file.name",
        "evidences.process.file.path",
        "evidences.process.name",
        "actor.process.file.path",
    ),
    "CommandLine": ("process.cmd_line", "evidences.process.cmd_line"),
    "ParentImage": (
        "process.parent_process.file.path",
        "process.parent_process.name",
        "actor.process.file.path",
        "actor.process.name",
        "evidences.process.parent_process.file.path",
        "evidences.process.parent_process.name",
        "evidences.actor.process.file.path",
    ),
    "ParentCommandLine": (
        "process.parent_process.cmd_line",
        "actor.process.cmd_line",
        "evidences.process.parent_process.cmd_line",
        "evidences.actor.process.cmd_line",
    ),
    "ProcessId": ("process.pid", "evidences.process.pid"),
    "ParentProcessId": ("process.parent_process.pid", "actor.process.pid"),
    "ProcessGuid": ("process.uid",),
    "ParentProcessGuid": ("process.parent_process.uid", "actor.process.uid"),
    "IntegrityLevel": ("process.integrity",),
    "CurrentDirectory": ("process.working_directory",),
    "TargetFilename": ("file.path", "evidences.file.path", "file.name"),
    "ImageLoaded": ("module.file.path",),
    "TargetObject": ("reg_key.path", "reg_value.path", "evidences.reg_key.path"),
    "Details": ("reg_value.data",),
    "QueryName": ("query.hostname", "evidences.query.hostname"),
    "SourceIp": ("src_endpoint.ip", "evidences.src_endpoint.ip"),
    "SourcePort": ("src_endpoint.port",),
    "DestinationIp": ("dst_endpoint.ip", "evidences.dst_endpoint.ip"),
    "DestinationPort": ("dst_endpoint.port", "evidences.dst_endpoint.port"),
    "DestinationHostname": ("dst_endpoint.hostname", "url.hostname"),
    "IpAddress": ("src_endpoint.ip", "device.ip"),
    "UserAgent": ("http_request.user_agent",),
    "TargetUserName": ("user.name", "user.email_addr"),
    "ErrorCode": ("api.response.error", "status_code"),
    "FlowDirection": ("connection_info.direction",),
}


_HOSTS = ("device.hostname", "device.name", "dst_endpoint.hostname")
_USERS = ("actor.user.name", "user.name", "actor.user.email_addr", "user.email_addr", "actor.user.uid")


class Ocsf(Shape):
    """Any event with a class id; classes 2001 to 2007 are findings and carry a claim."""

    name = "ocsf"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """A class id, with a category id, metadata or an activity id."""
        return "class_uid" in raw and ("category_uid" in raw or "metadata" in raw or "activity_id" in raw)

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        kind = first(raw, ("class_uid",))
        flat = flatten(raw, limits)
        fields = {**flat, **take(raw, _FIELDS, limits)}
        fields["Result"] = outcome(first(raw, ("status", "disposition")))
        if fields["Result"] != "failure":
            fields.pop("ErrorCode", None)
        host, user = first(raw, _HOSTS)[:300], first(raw, _USERS)[:300]
        time = parse_time(raw.get("time"))
        if kind[:1] == "2" and len(kind) == 4:
            claim = _claim(raw, flat)
            return alert_event(claim, fields, id=id, source=source, time=time, host=host, user=user)
        category = _CLASSES.get(kind, Category.OTHER)
        if category is Category.LOGON and fields["Result"] == "failure":
            category = Category.LOGON_FAILED
        if kind[:1] == "6":  # application activity: the API call is the action
            fields.update(_call(raw, flat))
        if user:
            fields.setdefault("User", user)
        return Event(
            id=id,
            category=category,
            time=time,
            provider=_provider(raw, kind),
            channel=first(raw, ("api.service.name",))[:300],
            code=_code(raw)[:300],
            host=host,
            user=user,
            fields={k: v for k, v in fields.items() if v},
            source=source,
        )


def _provider(raw: Mapping[str, Any], kind: str) -> str:
    """The trail that an API call comes from, where it says so: the same signals read both forms."""
    if kind == "6003" and "cloudtrail" in first(raw, ("metadata.product.name",)).lower():
        return "aws.cloudtrail"
    return f"ocsf.{kind}"[:80]


def _call(raw: Mapping[str, Any], flat: Mapping[str, str]) -> dict[str, str]:
    """An API call under the names of a trail: action, and what was asked for as requestParameters."""
    prefix = "api.request.data."
    asked = {f"requestParameters.{k[len(prefix) :]}": v for k, v in flat.items() if k.startswith(prefix)}
    action = _code(raw)
    return {
        **asked,
        "Action": action,
        "Words": words(action),
        "IdentityType": first(raw, ("actor.user.type",)),
    }


def _code(raw: Mapping[str, Any]) -> str:
    return first(raw, ("api.operation", "activity_name", "activity_id"))


def _claim(raw: Mapping[str, Any], flat: Mapping[str, str]) -> Claim:
    number = first(raw, ("severity_id",))
    attacks = [v for k, v in flat.items() if "attacks" in k and k.endswith("uid")]
    return make_claim(
        "ocsf",
        first(raw, ("finding_info.title", "finding.title", "message")),
        rule_id=first(raw, ("finding_info.analytic.uid", "finding_info.uid", "finding.uid")),
        severity=from_word(first(raw, ("severity",))) or from_steps(number, OCSF),
        description=first(raw, ("finding_info.desc", "finding.desc", "message")),
        named=techniques(*attacks),
        fields={
            "product": first(raw, ("metadata.product.name",)),
            "analytic": first(raw, ("finding_info.analytic.name",)),
            "confidence": first(raw, ("confidence", "confidence_id")),
            "types": scalar(dig(raw, "finding_info.types.0")) or flat.get("finding_info.types", ""),
        },
    )
