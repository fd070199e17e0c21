"""Audit records of any other service: whatever names an action and who or where it came from.

Hundreds of services write such records, all a little differently. The names below are the ones that
occur in their documentation; a service that deserves better gets a `Trail` of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cybersecqwen.records import Category

from .flat import first
from .trail import Paths, Raw, Trail

_ACTIONS: Paths = (
    "eventTypeName",
    "event_type",
    "eventType",
    "actionName",
    "action_name",
    "operation_name",
    "operationName",
    "event_name",
    "eventName",
    "action",
    "Action",
    "activity",
    "activityType",
    "audit_log_event",
    "operation",
    "event",
    "event.action",
    "method",
    "type",
    "description",
    "name",
)
_ACTORS: Paths = (
    "actor.email",
    "actor.email_address",
    "actor.login",
    "actor.loginName",
    "actor.username",
    "actor.name",
    "actor.attributes.email",
    "actor.user.email",
    "actor.user.name",
    "actor.person.email",
    "actor.session.user.email",
    "actor.displayName",
    "actor.id",
    "actor",
    "user.email",
    "user.name",
    "user.id",
    "userEmail",
    "user_email",
    "username",
    "userName",
    "user_name",
    "loginName",
    "operator",
    "adminid",
    "admin",
    "created_by.email_address",
    "created_by.email",
    "created_by.login",
    "requester",
    "principal",
    "initiator",
    "userId",
    "user_id",
    "actor_name",
    "author_name",
    "user",
)
_ADDRESSES: Paths = (
    "ip_address",
    "ipAddress",
    "ip",
    "sourceIP",
    "sourceip",
    "source_ip",
    "sourceIPAddress",
    "clientIp",
    "client_ip",
    "clientip",
    "remoteAddress",
    "remote_ip",
    "request_ip",
    "ipaddr",
    "actor.ip_address",
    "actor.session.ip_address",
    "context.client_ip_address",
    "context.ip_address",
    "UserIp",
    "src_ip",
    "sourceIpAddress",
    "data.request.ip",
    "new.sourceIpAddress",
)
_AGENTS: Paths = (
    "user_agent",
    "userAgent",
    "request_user_agent",
    "UserAgent",
    "context.user_agent",
    "actor.user_agent",
    "actor.session.user_agent",
    "data.request.user_agent",
    "new.userAgent",
)
_TIMES: Paths = (
    "time",
    "timestamp",
    "created_at",
    "createdAt",
    "created",
    "date",
    "eventTime",
    "event_time",
    "effective_at",
    "isotimestamp",
    "published",
    "datetime",
    "date_create",
    "occurred_at",
    "@timestamp",
    "UTCTimestamp",
    "generatedDateTime",
    "TimeGenerated",
)
_RESULTS: Paths = (
    "result",
    "status",
    "outcome",
    "outcome.result",
    "success",
    "Success",
    "actionResult",
    "response.statusCode",
    "statusCode",
    "event_result",
)
_SAYS: Paths = (
    "category",
    "event_category",
    "subcategory",
    "object",
    "object_type",
    "resource_type",
    "resource.type",
    "resource.resource_type",
    "resource",
    "target.type",
    "target.property",
    "target.name",
    "source_type",
    "details",
    "message",
    "description",
    "summary",
    "label",
    "setting",
    "resource.name",
)
_TARGETS: Paths = (
    "target_user.email",
    "target.email",
    "target.name",
    "targetUsername",
    "target",
    "entity.name",
    "resource.name",
    "resource",
    "object_name",
    "object",
    "user.email",
    "name",
)
_LOGONS = frozenset(
    {
        "login",
        "user.login",
        "user_login",
        "login.succeeded",
        "login.failed",
        "login_succeeded",
        "login_failed",
        "user_login_succeeded",
        "user_login_failed",
        "sso_login_succeeded",
        "sso_login_failed",
        "signin",
        "sign_in",
        "user_signed_in",
        "sign in",
        "logged in",
        "auditaction.loginfrom",
        "authentication",
    }
)


class GenericAudit(Trail):
    """A record with an action, and an actor or an address, under the usual names."""

    name = "audit"
    provider: ClassVar[str] = "audit"
    code: ClassVar[Paths] = _ACTIONS
    time: ClassVar[Paths] = _TIMES
    user: ClassVar[Paths] = _ACTORS
    host: ClassVar[Paths] = ("org", "organization", "orgName", "tenant", "workspace", "site", "cluster_name")
    address: ClassVar[Paths] = _ADDRESSES
    agent: ClassVar[Paths] = _AGENTS
    result: ClassVar[Paths] = _RESULTS
    error: ClassVar[Paths] = ("error", "errorcode", "errorCode", "error_code", "error.message")
    target: ClassVar[Paths] = _TARGETS
    says: ClassVar[Paths] = _SAYS

    _acts: ClassVar[frozenset[str]] = frozenset(path for path in _ACTIONS if "." not in path)
    _who: ClassVar[frozenset[str]] = frozenset(path.partition(".")[0] for path in (*_ACTORS, *_ADDRESSES))
    # Host logs have actions and users too; their own shapes and "ecs" know them better.
    _not: ClassVar[frozenset[str]] = frozenset(
        {
            "EventID",
            "EventId",
            "Channel",
            "ProviderName",
            "winlog",
            "ecs",
            "@metadata",
            "host",
            "agent",
            "process",
        }
    )

    def recognise(self, raw: Raw) -> bool:
        """See the class; `Shape.recognise` for the rules."""
        return (
            not self._acts.isdisjoint(raw)
            and not self._who.isdisjoint(raw)
            and self._not.isdisjoint(raw)
            and bool(first(raw, _ACTIONS))
        )

    def provider_of(self, body: Raw) -> str:
        """Gives "audit", with the source's own name where the record gives one."""
        name = first(body, ("auditlogtype", "log_type", "serviceName", "product", "vendor", "source"))
        return f"audit.{name.lower()[:40]}" if name and " " not in name else "audit"

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """Sign-ins by their usual names; "…failed" in the name is a failure."""
        low = fields.get("Action", code).lower()
        if low not in _LOGONS:
            return Category.CLOUD
        return Category.LOGON_FAILED if fields.get("Result") == "failure" or "fail" in low else Category.LOGON

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """A "…failed" or "…denied" in the name of the action is its result."""
        low = code.lower()
        if not fields.get("Result") and low.endswith(
            ("failed", "_failure", ".failure", "denied", "-failure")
        ):
            fields["Result"] = "failure"


class WrappedAudit(GenericAudit):
    """The same inside a mapping called `event`, as forwarders wrap it."""

    name = "audit_event"
    inside: ClassVar[str] = "event"

    def recognise(self, raw: Raw) -> bool:
        """See `GenericAudit.recognise`, for what is inside."""
        inner = raw.get("event")
        return isinstance(inner, Mapping) and self._not.isdisjoint(raw) and super().recognise(inner)
