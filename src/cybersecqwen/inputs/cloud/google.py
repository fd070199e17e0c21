"""Google Cloud audit logs and Google Workspace activity.

Fields: https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog and
https://developers.google.com/admin-sdk/reports/reference/rest/v1/activities/list
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .flat import dig, first, flatten, scalar
from .trail import Paths, Raw, Trail
from .words import words


class GcpAudit(Trail):
    """An admin activity, data access, system event or policy denial of Google Cloud."""

    name = "gcp_audit"
    provider: ClassVar[str] = "gcp.audit"
    code: ClassVar[Paths] = ("protoPayload.methodName",)
    time: ClassVar[Paths] = ("timestamp", "receiveTimestamp")
    user: ClassVar[Paths] = (
        "protoPayload.authenticationInfo.principalEmail",
        "protoPayload.authenticationInfo.principalSubject",
    )
    host: ClassVar[Paths] = ("resource.labels.project_id", "logName")
    address: ClassVar[Paths] = (
        "protoPayload.requestMetadata.callerIp",
        "protoPayload.requestMetadata.callerIP",
    )
    agent: ClassVar[Paths] = ("protoPayload.requestMetadata.callerSuppliedUserAgent",)
    target: ClassVar[Paths] = ("protoPayload.resourceName",)
    channel: ClassVar[Paths] = ("logName",)

    def recognise(self, raw: Raw) -> bool:
        """A payload of the AuditLog type."""
        payload = raw.get("protoPayload")
        return isinstance(payload, Mapping) and ("methodName" in payload or "serviceName" in payload)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Result from status and grants; IAM changes as text of their own."""
        status = first(body, ("protoPayload.status.code",))
        grants = dig(body, "protoPayload.authorizationInfo")
        denied = isinstance(grants, (list, tuple)) and any(
            isinstance(g, Mapping) and g.get("granted") is False for g in grants
        )
        if status not in ("", "0") or denied or first(body, ("severity",)) == "ERROR":
            fields["Result"] = "failure"
            fields["ErrorCode"] = status or "denied"
        else:
            fields["Result"] = "success"
        fields["Service"] = first(body, ("protoPayload.serviceName",)).removesuffix(".googleapis.com")
        fields["Words"] = words(code)
        prefix = "protoPayload.serviceData.policyDelta.bindingDeltas."
        actions = fields.get(f"{prefix}action", "")
        fields["BindingAction"] = actions
        fields["BindingRole"] = fields.get(f"{prefix}role", "") or fields.get(
            "protoPayload.request.policy.bindings.role", ""
        )
        fields["BindingMember"] = fields.get(f"{prefix}member", "") or fields.get(
            "protoPayload.request.policy.bindings.members", ""
        )


class Workspace(Trail):
    """One event of a Google Workspace activity; the Reports API puts several into one record."""

    name = "google_workspace"
    provider: ClassVar[str] = "google.workspace"
    needs: ClassVar[Paths] = ("id.applicationName",)
    code: ClassVar[Paths] = ("name", "events.name")
    time: ClassVar[Paths] = ("id.time",)
    user: ClassVar[Paths] = ("actor.email", "actor.key", "actor.profileId")
    host: ClassVar[Paths] = ("ownerDomain", "id.customerId")
    address: ClassVar[Paths] = ("ipAddress",)
    channel: ClassVar[Paths] = ("id.applicationName",)
    says: ClassVar[Paths] = ("type", "events.type", "id.applicationName")
    logons: ClassVar[frozenset[str]] = frozenset({"login_success", "login_failure", "login_challenge"})

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Parameters under `parameters.<name>` wherever they are kept; the setting's name in Words."""
        for name, value in _parameters(body).items():
            fields.setdefault(f"parameters.{name}", value)
        for name in ("SETTING_NAME", "APPLICATION_NAME", "NEW_VALUE", "visibility"):
            value = fields.get(f"parameters.{name}", "")
            if value:
                fields["Words"] = f"{fields.get('Words', '')} {words(value[:200])}"
        fields["TargetName"] = next(
            (
                fields[f"parameters.{name}"]
                for name in (
                    "USER_EMAIL",
                    "GROUP_EMAIL",
                    "doc_title",
                    "email_forwarding_destination_address",
                    "app_name",
                    "ROLE_NAME",
                    "affected_email_address",
                    "target_user",
                )
                if fields.get(f"parameters.{name}")
            ),
            "",
        )
        if code.startswith("login_"):
            fields["Result"] = "failure" if code == "login_failure" else "success"


def _parameters(body: Raw) -> dict[str, str]:
    from cybersecqwen.records import Limits

    found: dict[str, str] = {}
    events: Any = body.get("events")
    for event in events if isinstance(events, (list, tuple)) else (body,):
        given = event.get("parameters") if isinstance(event, Mapping) else None
        for item in given[:500] if isinstance(given, (list, tuple)) else ():
            if len(found) >= 500:
                return found
            if isinstance(item, Mapping) and isinstance(item.get("name"), str):
                values = {key: value for key, value in item.items() if key != "name"}
                text = "; ".join(flatten(values, Limits(fields=64, value_chars=4096)).values())
                found[scalar(item["name"])[:120]] = text
    return found
