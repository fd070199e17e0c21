"""Okta System Log.

Fields: https://developer.okta.com/docs/reference/api/system-log/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from .flat import dig, first, respell, scalar
from .trail import Paths, Raw, Trail
from .words import words

_NAMES = (
    "eventType",
    "displayMessage",
    "debugContext",
    "legacyEventType",
    "securityContext",
    "authenticationContext",
)


class OktaSystemLog(Trail):
    """An event of an Okta organisation."""

    name = "okta"
    provider: ClassVar[str] = "okta.system"
    code: ClassVar[Paths] = ("eventType",)
    time: ClassVar[Paths] = ("published",)
    user: ClassVar[Paths] = ("actor.alternateId", "actor.displayName", "actor.id")
    host: ClassVar[Paths] = ("debugContext.debugData.origin",)
    address: ClassVar[Paths] = ("client.ipAddress",)
    agent: ClassVar[Paths] = ("client.userAgent.rawUserAgent",)
    result: ClassVar[Paths] = ("outcome.result",)
    says: ClassVar[Paths] = ("displayMessage",)
    logons: ClassVar[frozenset[str]] = frozenset(
        {
            "user.session.start",
            "user.authentication.sso",
            "user.authentication.auth_via_mfa",
            "user.authentication.verify",
        }
    )

    def recognise(self, raw: Raw) -> bool:
        """An Okta event type with an outcome, an actor or a published time."""
        if "eventtype" in raw:
            return "displaymessage" in raw
        return (
            isinstance(raw.get("eventType"), str)
            and "actor" in raw
            and (
                "outcome" in raw or "published" in raw or "displayMessage" in raw or "legacyEventType" in raw
            )
        )

    def body(self, raw: Raw) -> Raw:
        """The record, with names as Okta spells them."""
        return raw if "eventType" in raw else respell(raw, _NAMES)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Targets by type, behaviours and risk that Okta computed."""
        if fields.get("Result") == "failure":
            fields["ErrorCode"] = first(body, ("outcome.reason", "outcome.result"))
        targets = dig(body, "target")
        names = [
            scalar(t.get("alternateId")) or scalar(t.get("displayName"))
            for t in (targets if isinstance(targets, (list, tuple)) else ())
            if isinstance(t, Mapping)
        ]
        fields["TargetName"] = "; ".join(n for n in names if n)[:2000]
        fields["Risk"] = " ".join(
            words(first(body, (path,))[:1000])
            for path in (
                "debugContext.debugData.risk",
                "debugContext.debugData.logOnlySecurityData",
                "debugContext.debugData.behaviors",
            )
        ).strip()
        fields["Country"] = first(body, ("client.geographicalContext.country",))
