"""Findings of cloud and posture products: GuardDuty, Security Hub, and others with title and severity.

Fields: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-format.html,
https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.inputs.cloud.flat import dig, first, flatten
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Category, Event, Limits, Source

from .carried import Paths, alert_event, category_of, make_claim, take, techniques
from .severity import GUARDDUTY, HUNDRED, from_steps, from_word


class GuardDuty(Shape):
    """An Amazon GuardDuty finding, also as EventBridge wraps it in `detail`."""

    name = "guardduty"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """A finding type "Purpose:Resource/Name" and a severity."""
        body = _detail(raw)
        kind = first(body, ("type",))
        return (
            ":" in kind and "/" in kind and "severity" in body and ("service" in body or "accountId" in body)
        )

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        body = _detail(raw)
        flat = flatten(body, limits)
        prefix = "service.action."
        fields = {
            **flat,
            "IpAddress": first(
                body,
                tuple(
                    f"{prefix}{kind}.remoteIpDetails.ipAddressV4"
                    for kind in (
                        "awsApiCallAction",
                        "networkConnectionAction",
                        "portProbeAction.portProbeDetails",
                        "kubernetesApiCallAction",
                    )
                ),
            ),
            "QueryName": first(body, (f"{prefix}dnsRequestAction.domain",)),
            "Action": first(body, (f"{prefix}awsApiCallAction.api", "type")),
            "UserAgent": first(body, (f"{prefix}awsApiCallAction.userAgent",)),
            "Image": first(body, ("service.runtimeDetails.process.executablePath",)),
        }
        claim = make_claim(
            "guardduty",
            first(body, ("type",)),
            rule_id=first(body, ("id",)),
            severity=from_steps(first(body, ("severity",)), GUARDDUTY),
            description=first(body, ("description", "title")),
            named=techniques(first(body, ("description",))),
            fields={"title": first(body, ("title",)), "count": first(body, ("service.count",))},
        )
        return alert_event(
            claim,
            fields,
            id=id,
            source=source,
            category=Category.ALERT,
            code=claim.rule,
            time=parse_time(first(body, ("service.eventFirstSeen", "createdAt", "updatedAt"))),
            host=first(body, ("resource.instanceDetails.instanceId", "accountId")),
            user=first(body, ("resource.accessKeyDetails.userName",)),
        )


_TITLES: Paths = (
    "title",
    "Title",
    "rule.name",
    "ruleName",
    "alert_name",
    "alarm_text",
    "sourceRule.name",
    "control.name",
    "rule_name",
    "data.rulename",
    "threatInfo.threatName",
    "threatinfo.threatname",
    "Description",
    "name",
    "Name",
    "data.alert.title",
    "type_string",
    "properties.AlertDisplayName",
    "message",
    "reason",
)
_SEVERITIES: Paths = (
    "severity",
    "Severity.Label",
    "FindingProviderFields.Severity.Label",
    "Severity",
    "alarm_risk_level",
    "data.severity",
    "state.severity",
    "issue.severity",
    "control.severity",
    "event.severity",
    "risk_level",
    "riskLevel",
    "alert.severity",
    "priority",
    "SeverityName",
    "threatInfo.confidenceLevel",
    "threatinfo.confidencelevel",
)
_TEXTS: Paths = (
    "description",
    "Description",
    "details",
    "control.description",
    "sourceRule.controlDescription",
    "reason",
    "data.ruledescription",
    "primarydescription",
    "primaryDescription",
    "alarm_text",
    "Intro",
    "summary",
    "recommendation",
)
_FIELDS = {
    "CommandLine": (
        "process_cmdline",
        "childproc_cmdline",
        "data.sourceprocesscommandline",
        "process.cmd_line",
        "process.commandLine",
        "processCmd",
        "threatInfo.maliciousProcessArguments",
    ),
    "Image": (
        "process_name",
        "data.sourceprocessfilepath",
        "childproc_name",
        "process.path",
        "threatInfo.filePath",
        "threatinfo.filepath",
    ),
    "ParentImage": ("parent_name", "data.sourceparentprocesspath", "parent_process.path"),
    "ParentCommandLine": ("parent_cmdline", "data.sourceparentprocesscommandline"),
    "IpAddress": (
        "Action.AwsApiCallAction.RemoteIpDetails.IpAddressV4",
        "event.request.ip",
        "SourceIP",
        "source_ip",
        "primaryActor.name",
        "device_external_ip",
        "sourceIp",
    ),
    "Action": ("Action.AwsApiCallAction.Api", "event.operation"),
    "UserAgent": ("event.request.user_agent.raw",),
}


class Finding(Shape):
    """A record of any other product that names a problem and how bad it is."""

    name = "finding"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """Known marks of alert products, or a severity in words beside a title or description."""
        if "ProductArn" in raw or "alarm_risk_level" in raw or "CanaryID" in raw or "CanarytokenType" in raw:
            return True
        if (
            "alert_id" in raw
            or "alert_url" in raw
            or isinstance(raw.get("threatInfo", raw.get("threatinfo")), Mapping)
        ):
            return True
        given = first(raw, _SEVERITIES)
        return (
            from_word(given) is not None
            and "EventID" not in raw
            and any(
                path in raw or dig(raw, path)
                for path in (
                    "title",
                    "description",
                    "rule.name",
                    "ruleName",
                    "sourceRule",
                    "control",
                    "data.rulename",
                    "alert_name",
                    "Title",
                    "name",
                )
            )
            and not isinstance(raw.get("actor"), (str, Mapping))
            and "eventName" not in raw
            and "operationName" not in raw
            and "protoPayload" not in raw
            and "action" not in raw
        )

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        flat = flatten(raw, limits)
        fields = {**flat, **take(raw, _FIELDS, limits)}
        product = _product(raw)
        claim = make_claim(
            product,
            first(raw, _TITLES),
            rule_id=first(raw, ("GeneratorId", "ruleId", "rule_id", "rule.uuid", "type", "alert_id", "id")),
            severity=from_word(first(raw, _SEVERITIES)) or from_steps(first(raw, _SEVERITIES), HUNDRED),
            description=first(raw, _TEXTS),
            named=techniques(
                *(v for k, v in flat.items() if "technique" in k.lower() or "mitre" in k.lower())
            ),
            fields={
                "status": first(
                    raw,
                    (
                        "status",
                        "Workflow.Status",
                        "workflow.status",
                        "alert_status",
                        "threatInfo.incidentStatus",
                    ),
                )
            },
        )
        category = category_of(fields) if fields.get("CommandLine") else Category.ALERT
        return alert_event(
            claim,
            fields,
            id=id,
            source=source,
            category=category,
            time=parse_time(
                first(
                    raw,
                    (
                        "first_event_timestamp",
                        "createdAt",
                        "created_at",
                        "CreatedAt",
                        "timestamp",
                        "Timestamp",
                        "first_seen_time",
                        "date",
                        "time",
                        "createdat",
                        "backend_timestamp",
                    ),
                )
            ),
            host=first(
                raw,
                (
                    "device_name",
                    "resource.name",
                    "asset_name",
                    "hostname",
                    "CanaryName",
                    "AwsAccountId",
                    "primaryResource.name",
                    "data.computername",
                ),
            ),
            user=first(
                raw,
                ("device_username", "user", "username", "user.email", "data.username", "process_username"),
            ),
        )


def _product(raw: Mapping[str, Any]) -> str:
    if "ProductArn" in raw or "FindingProviderFields" in raw:
        return "securityhub"
    if "CanaryID" in raw or "CanarytokenType" in raw:
        return "canary"
    return (
        first(raw, ("product", "productName", "vendor", "alert_source", "source", "discriminator.type"))
        or "product"
    ).lower()[:40]


def _detail(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = raw.get("detail")
    return inner if isinstance(inner, Mapping) else raw
