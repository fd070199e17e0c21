"""Microsoft 365 unified audit log: Exchange, SharePoint, Entra ID, Teams, Purview.

Fields: https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from .flat import first, respell
from .trail import Paths, Raw, Trail
from .words import words

_DOMAIN = re.compile(r"@([a-z0-9.-]{1,253})")
_KNOWN = (
    "Operation",
    "Workload",
    "UserId",
    "ClientIP",
    "ActorIpAddress",
    "CreationTime",
    "ResultStatus",
    "ObjectId",
    "Parameters",
    "RecordType",
    "OrganizationId",
    "UserType",
    "LogonError",
    "ExtendedProperties",
    "Id",
    "ModifiedProperties",
    "UserAgent",
    "ClientInfoString",
    "ExternalAccess",
    "Item",
    "Actor",
    "Target",
    "UserKey",
    "TargetUserOrGroupName",
    "TargetUserOrGroupType",
    "SourceFileName",
    "SiteUrl",
    "OrganizationName",
    "OperationProperties",
    "AppId",
    "ClientIPAddress",
    "EventData",
    "OriginatingServer",
)


class UnifiedAudit(Trail):
    """An operation in a Microsoft 365 workload; names come in any case."""

    name = "m365_audit"
    provider: ClassVar[str] = "m365.audit"
    code: ClassVar[Paths] = ("Operation",)
    time: ClassVar[Paths] = ("CreationTime",)
    user: ClassVar[Paths] = ("UserId", "UserKey")
    host: ClassVar[Paths] = ("OrganizationName", "OrganizationId")
    address: ClassVar[Paths] = ("ClientIP", "ActorIpAddress", "ClientIPAddress")
    agent: ClassVar[Paths] = ("UserAgent", "ClientInfoString")
    result: ClassVar[Paths] = ("ResultStatus",)
    target: ClassVar[Paths] = ("TargetUserOrGroupName", "ObjectId")
    channel: ClassVar[Paths] = ("Workload",)
    logons: ClassVar[frozenset[str]] = frozenset({"userloggedin", "userloginfailed", "mailboxlogin"})

    def recognise(self, raw: Raw) -> bool:
        """An operation with a record type, or with a workload or organisation."""
        if "Operation" in raw:
            return "RecordType" in raw or "Workload" in raw or "OrganizationId" in raw
        return "operation" in raw and ("recordtype" in raw or "workload" in raw)

    def body(self, raw: Raw) -> Raw:
        """The record with Microsoft's own spelling of its names."""
        return respell(raw, _KNOWN)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """A failed login has "Success" as its status: the call worked, the login did not."""
        if code.lower() == "userloginfailed" or fields.get("LogonError"):
            fields["Result"] = "failure"
            fields["ErrorCode"] = first(body, ("LogonError",)) or "UserLoginFailed"
        fields["Words"] = f"{words(code)} {words(first(body, ('Workload',)))}".strip()
        fields["ForwardsTo"] = _forwards(fields)
        fields["IpAddress"] = fields.get("IpAddress", "").strip("[]").partition("]:")[0]


_FORWARDS = ("ForwardTo", "ForwardAsAttachmentTo", "RedirectTo", "ForwardingSmtpAddress", "ForwardingAddress")


def _forwards(fields: Mapping[str, str]) -> str:
    """Gives "outside" where mail goes to a domain that is not the user's, else "inside", or ""."""
    given = " ".join(fields.get(f"Parameters.{name}", "") for name in _FORWARDS)
    domains = set(_DOMAIN.findall(given.lower()))
    if not domains:
        return ""
    own = " ".join(
        (fields.get("User", ""), fields.get("OrganizationName", ""), fields.get("Parameters.Mailbox", ""))
    )
    home = set(_DOMAIN.findall(own.lower())) | {fields.get("OrganizationName", "").lower()}
    # example.onmicrosoft.com is the tenant of example.com
    bases = {name.removesuffix(".onmicrosoft.com").partition(".")[0] for name in home if name}
    return "inside" if all(d in home or d.partition(".")[0] in bases for d in domains) else "outside"
