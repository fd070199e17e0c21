"""Azure Activity Log: what happened to resources of a subscription.

Fields: https://learn.microsoft.com/azure/azure-monitor/essentials/activity-log-schema
"""

from __future__ import annotations

from typing import ClassVar

from .flat import first
from .trail import Paths, Raw, Trail
from .words import words


class AzureActivity(Trail):
    """An operation of Azure Resource Manager or of a resource, in both of its written forms."""

    name = "azure_activity"
    provider: ClassVar[str] = "azure.activity"
    code: ClassVar[Paths] = ("operationName.value", "operationName", "operationname")
    time: ClassVar[Paths] = ("time", "eventTimestamp", "properties.eventTimestamp")
    user: ClassVar[Paths] = (
        "caller",
        "identity.claims.http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
        "identity.claims.name",
        "identity",
        "identity.authorization.evidence.principalId",
        "identity.claims.appid",
    )
    host: ClassVar[Paths] = ("resourceId", "resourceid")
    address: ClassVar[Paths] = ("callerIpAddress", "calleripaddress", "httpRequest.clientIpAddress")
    agent: ClassVar[Paths] = ("properties.userAgent", "properties.userAgentHeader")
    result: ClassVar[Paths] = ("resultType", "resulttype", "status.value", "status", "statusCode", "result")
    target: ClassVar[Paths] = ("resourceId", "resourceid")
    channel: ClassVar[Paths] = ("category.value", "category")

    def recognise(self, raw: Raw) -> bool:
        """An operation name beside a resource, or the operation of a resource provider."""
        name = first(raw, self.code)
        return bool(name) and (
            "resourceId" in raw
            or "resourceid" in raw
            or "callerIpAddress" in raw
            or "tenantId" in raw
            or name[:10].lower() == "microsoft."
        )

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Operations are written in any case; compare them in lower case."""
        fields["Words"] = words(code.removeprefix("MICROSOFT.").removeprefix("Microsoft."))
        if fields.get("Result") == "failure":
            fields["ErrorCode"] = first(body, ("resultSignature", "resultType", "status.value")) or "Failed"
        if not fields.get("Result") and first(body, self.result).lower() in ("start", "started", "accept"):
            fields["Result"] = "success"
