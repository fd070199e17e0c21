"""Microsoft Entra ID: sign-ins and directory audit.

Fields: https://learn.microsoft.com/graph/api/resources/signin and
https://learn.microsoft.com/graph/api/resources/directoryaudit; diagnostic settings wrap both in
`properties`, Graph gives them bare.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cybersecqwen.records import Category

from .flat import dig, first
from .trail import Paths, Raw, Trail
from .words import words

_SIGN_INS = frozenset(
    {
        "signinlogs",
        "noninteractiveusersigninlogs",
        "serviceprincipalsigninlogs",
        "managedidentitysigninlogs",
        "adfssigninlogs",
    }
)


def _bare(raw: Raw) -> Raw:
    inner = raw.get("properties")
    if not isinstance(inner, Mapping):
        return raw
    outer = {key: value for key, value in raw.items() if key != "properties"}
    return {**outer, **inner, "wrappedResult": first(raw, ("resultType", "resulttype", "result"))}


class EntraSignIn(Trail):
    """A sign-in of a person, service principal or managed identity."""

    name = "entra_signin"
    provider: ClassVar[str] = "entra.signin"
    code: ClassVar[Paths] = ("operationName", "operationname", "category")
    time: ClassVar[Paths] = ("time", "createdDateTime")
    user: ClassVar[Paths] = (
        "userPrincipalName",
        "userDisplayName",
        "servicePrincipalName",
        "userId",
        "identity",
    )
    host: ClassVar[Paths] = ("tenantId", "tenantid")
    address: ClassVar[Paths] = ("ipAddress", "callerIpAddress", "calleripaddress")
    agent: ClassVar[Paths] = ("userAgent",)
    target: ClassVar[Paths] = ("resourceDisplayName", "appDisplayName")
    channel: ClassVar[Paths] = ("category",)

    def recognise(self, raw: Raw) -> bool:
        """One of the sign-in categories, or the fields of a bare Graph sign-in."""
        return str(raw.get("category", "")).lower() in _SIGN_INS or (
            "appDisplayName" in raw and "ipAddress" in raw and "userPrincipalName" in raw
        )

    def body(self, raw: Raw) -> Raw:
        """The sign-in without its envelope."""
        return _bare(raw)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Error code 0 is success; every other number is a failure or an interruption."""
        error = first(body, ("status.errorCode", "wrappedResult", "resultType"))
        fields["Action"] = "Sign-in activity"
        fields["Words"] = "sign in"
        failed = error.lower() not in ("", "0", "success", "succeeded", "none")
        fields["Result"] = "failure" if failed else "success"
        fields["ErrorCode"] = error if failed else ""
        fields["RiskLevel"] = _highest(
            first(body, ("riskLevelDuringSignIn",)), first(body, ("riskLevelAggregated", "riskLevel"))
        )
        fields["RiskState"] = first(body, ("riskState",))
        fields["Country"] = first(body, ("location.countryOrRegion", "location"))
        fields["Application"] = first(body, ("appDisplayName",))

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """LOGON or LOGON_FAILED."""
        return Category.LOGON_FAILED if fields.get("Result") == "failure" else Category.LOGON


def _highest(*levels: str) -> str:
    order = ("", "none", "hidden", "low", "medium", "high")
    known = [level.lower() for level in levels if level.lower() in order]
    return max(known, key=order.index) if known else ""


class EntraAudit(Trail):
    """A change in the directory: users, groups, roles, applications, policies."""

    name = "entra_audit"
    provider: ClassVar[str] = "entra.audit"
    code: ClassVar[Paths] = ("operationName", "operationname", "activityDisplayName")
    time: ClassVar[Paths] = ("time", "activityDateTime")
    user: ClassVar[Paths] = (
        "initiatedBy.user.userPrincipalName",
        "initiatedBy.app.displayName",
        "initiatedBy.user.displayName",
        "initiatedBy.user.id",
        "identity",
    )
    host: ClassVar[Paths] = ("tenantId", "tenantid")
    address: ClassVar[Paths] = ("initiatedBy.user.ipAddress", "callerIpAddress", "calleripaddress")
    result: ClassVar[Paths] = ("result", "wrappedResult", "resultType", "resultSignature")
    target: ClassVar[Paths] = ("targetResources.userPrincipalName", "targetResources.displayName")
    says: ClassVar[Paths] = ("activityDisplayName", "category")
    channel: ClassVar[Paths] = ("category",)

    def recognise(self, raw: Raw) -> bool:
        """A directory activity, bare or wrapped."""
        if "activityDisplayName" in raw and "initiatedBy" in raw:
            return True
        inner = raw.get("properties")
        if not isinstance(inner, Mapping) or ("operationName" not in raw and "operationname" not in raw):
            return False
        service = str(inner.get("loggedByService", ""))
        return (
            bool(service)
            or "initiatedBy" in inner
            or "targetResources" in inner
            or ("riskLevel" in inner and "userPrincipalName" in inner)
        )

    def body(self, raw: Raw) -> Raw:
        """The activity without its envelope; the activity's own category is kept as the channel."""
        return _bare(raw)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """The words of what was changed, and in a risk record its level."""
        targets = dig(body, "targetResources")
        for target in targets if isinstance(targets, (list, tuple)) else ():
            changes = target.get("modifiedProperties") if isinstance(target, Mapping) else None
            for change in changes if isinstance(changes, (list, tuple)) else ():
                if isinstance(change, Mapping) and isinstance(change.get("displayName"), str):
                    fields["Words"] = f"{fields.get('Words', '')} {words(change['displayName'])}"[:4000]
        fields["RiskLevel"] = first(body, ("riskLevel", "riskLevelAggregated")).lower()
        fields["RiskState"] = first(body, ("riskState",))
