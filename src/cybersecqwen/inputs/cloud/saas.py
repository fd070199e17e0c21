"""Services with an audit log of their own, described by paths alone wherever that is enough.

Fields: https://api.slack.com/admins/audit-logs, https://developers.zoom.us/docs/api/rest/reference/zoom-api/methods/#operation/reportOperationLogs,
https://developer.zendesk.com/api-reference/ticketing/account-configuration/audit_logs/,
https://developer.atlassian.com/cloud/admin/organization/rest/, https://www.dropbox.com/developers/documentation/http/teams#team_log-get_events,
https://developer.box.com/guides/events/, https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_eventlogfile_supportedeventtypes.htm,
https://docs.databricks.com/en/admin/account-settings/audit-logs.html, https://goteleport.com/docs/reference/audit/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cybersecqwen.records import Category

from .flat import dig, first
from .trail import Paths, Raw, Trail
from .words import words


class Slack(Trail):
    """A Slack enterprise audit action."""

    name = "slack"
    provider: ClassVar[str] = "slack.audit"
    code: ClassVar[Paths] = ("action",)
    time: ClassVar[Paths] = ("date_create",)
    user: ClassVar[Paths] = ("actor.user.email", "actor.user.name", "actor.user.id")
    host: ClassVar[Paths] = ("context.location.domain",)
    address: ClassVar[Paths] = ("context.ip_address",)
    agent: ClassVar[Paths] = ("context.ua",)
    target: ClassVar[Paths] = (
        "entity.user.email",
        "entity.app.name",
        "entity.channel.name",
        "entity.file.name",
    )
    logons: ClassVar[frozenset[str]] = frozenset({"user_login", "user_login_failed"})

    def recognise(self, raw: Raw) -> bool:
        """An actor with a user and a context; the context's agent is called `ua` nowhere else."""
        return isinstance(raw.get("action"), str) and (
            "date_create" in raw or (dig(raw, "actor.user.team") is not None and "context" in raw)
        )

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Only the name of the action says that a login failed."""
        if code == "user_login_failed":
            fields["Result"] = "failure"


class Zoom(Trail):
    """A change made by a Zoom administrator; `operation_detail` says what."""

    name = "zoom"
    provider: ClassVar[str] = "zoom.operation"
    needs: ClassVar[Paths] = ("category_type", "operation_detail")
    code: ClassVar[Paths] = ("action",)
    time: ClassVar[Paths] = ("time",)
    user: ClassVar[Paths] = ("operator",)
    says: ClassVar[Paths] = ("category_type", "operation_detail")


class Zendesk(Trail):
    """An audit log entry of Zendesk."""

    name = "zendesk"
    provider: ClassVar[str] = "zendesk.audit"
    needs: ClassVar[Paths] = ("action", "source_type", "source_label")
    code: ClassVar[Paths] = ("action",)
    time: ClassVar[Paths] = ("created_at",)
    user: ClassVar[Paths] = ("actor_name", "actor_id")
    address: ClassVar[Paths] = ("ip_address",)
    target: ClassVar[Paths] = ("source_label",)
    says: ClassVar[Paths] = ("source_type", "source_label", "change_description")


class Atlassian(Trail):
    """An organisation event of Atlassian."""

    name = "atlassian"
    provider: ClassVar[str] = "atlassian.audit"
    needs: ClassVar[Paths] = ("attributes.action", "attributes.actor")
    code: ClassVar[Paths] = ("attributes.action",)
    time: ClassVar[Paths] = ("attributes.time",)
    user: ClassVar[Paths] = ("attributes.actor.email", "attributes.actor.name")
    host: ClassVar[Paths] = ("attributes.container.attributes.siteName",)
    address: ClassVar[Paths] = ("attributes.location.ip",)
    target: ClassVar[Paths] = ("attributes.context.attributes.email", "attributes.context.attributes.name")
    says: ClassVar[Paths] = ("message.content",)


class Dropbox(Trail):
    """A team event of Dropbox."""

    name = "dropbox"
    provider: ClassVar[str] = "dropbox.team"
    code: ClassVar[Paths] = ("event_type._tag", "event_type..tag", "event_type.at_sign_tag")
    time: ClassVar[Paths] = ("timestamp",)
    user: ClassVar[Paths] = ("actor.user.email", "actor.admin.email", "actor.user.display_name")
    address: ClassVar[Paths] = ("origin.geo_location.ip_address",)
    target: ClassVar[Paths] = ("participants.user.email", "assets.display_name")
    says: ClassVar[Paths] = ("event_type.description",)
    logons: ClassVar[frozenset[str]] = frozenset({"login_success", "login_fail", "sso_error"})

    def recognise(self, raw: Raw) -> bool:
        """An event type that is a tagged union, and a category."""
        return isinstance(raw.get("event_type"), Mapping) and (
            "event_category" in raw or "involve_non_team_member" in raw or "_tag" in raw["event_type"]
        )

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """The tag, whichever way it is written, and the result that login events carry in their name."""
        kind = body.get("event_type")
        tag = (
            str(next((kind[k] for k in (".tag", "_tag") if kind.get(k)), ""))
            if isinstance(kind, Mapping)
            else ""
        )
        fields["Action"] = tag or code
        fields["Words"] = f"{words(fields['Action'])} {words(first(body, self.says))}".strip()
        if fields["Action"] in ("login_fail", "sso_error"):
            fields["Result"] = "failure"


class Box(Trail):
    """An enterprise event of Box; Shield alerts carry their own score."""

    name = "box"
    provider: ClassVar[str] = "box.event"
    code: ClassVar[Paths] = ("event_type",)
    time: ClassVar[Paths] = ("created_at",)
    user: ClassVar[Paths] = ("created_by.login", "created_by.name")
    address: ClassVar[Paths] = ("ip_address",)
    target: ClassVar[Paths] = ("source.login", "source.item_name", "source.name")
    logons: ClassVar[frozenset[str]] = frozenset({"login", "failed_login"})

    def recognise(self, raw: Raw) -> bool:
        """Type "event" with an event type."""
        return raw.get("type") == "event" and isinstance(raw.get("event_type"), str)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Words of a Shield alert; the result of a login is in its name."""
        rule = fields.get("additional_details.shield_alert.rule_category", "")
        fields["Words"] = f"{words(code)} {words(rule)}".strip()
        if code == "FAILED_LOGIN":
            fields["Result"] = "failure"


class Salesforce(Trail):
    """A row of a Salesforce event log or a real-time event."""

    name = "salesforce"
    provider: ClassVar[str] = "salesforce.event"
    needs: ClassVar[Paths] = ("EVENT_TYPE", "ORGANIZATION_ID")
    code: ClassVar[Paths] = ("EVENT_TYPE",)
    time: ClassVar[Paths] = ("TIMESTAMP_DERIVED", "TIMESTAMP", "EVENT_DATE")
    user: ClassVar[Paths] = ("USERNAME", "USER_NAME", "USER_ID_DERIVED", "USER_ID")
    address: ClassVar[Paths] = ("SOURCE_IP", "CLIENT_IP")
    agent: ClassVar[Paths] = ("USER_AGENT", "BROWSER_TYPE", "CLIENT_NAME")
    result: ClassVar[Paths] = ("LOGIN_STATUS", "REQUEST_STATUS")
    says: ClassVar[Paths] = ("SUMMARY",)
    logons: ClassVar[frozenset[str]] = frozenset({"login"})


class Databricks(Trail):
    """An audit event of a Databricks account or workspace."""

    name = "databricks"
    provider: ClassVar[str] = "databricks.audit"
    needs: ClassVar[Paths] = ("serviceName", "actionName")
    code: ClassVar[Paths] = ("actionName",)
    time: ClassVar[Paths] = ("timestamp",)
    user: ClassVar[Paths] = ("userIdentity.email", "userIdentity.subjectName")
    host: ClassVar[Paths] = ("workspaceId", "accountId")
    address: ClassVar[Paths] = ("sourceIPAddress",)
    agent: ClassVar[Paths] = ("userAgent",)
    result: ClassVar[Paths] = ("response.statusCode",)
    error: ClassVar[Paths] = ("response.errorMessage",)
    target: ClassVar[Paths] = (
        "requestParams.targetUserName",
        "requestParams.name",
        "requestParams.full_name_arg",
    )
    says: ClassVar[Paths] = (
        "serviceName",
        "requestParams.workspaceConfKeys",
        "requestParams.workspaceConfValues",
        "requestParams.targetGroupName",
        "requestParams.settingTypeName",
    )
    logons: ClassVar[frozenset[str]] = frozenset(
        {"login", "samllogin", "tokenlogin", "jwtlogin", "oidcbrowserlogin", "aadbrowserlogin", "certlogin"}
    )


class Teleport(Trail):
    """An audit event of Teleport; a session command is a process."""

    name = "teleport"
    provider: ClassVar[str] = "teleport.audit"
    hosted: ClassVar[bool] = True
    needs: ClassVar[Paths] = ("event", "code", "uid", "time")
    code: ClassVar[Paths] = ("event",)
    time: ClassVar[Paths] = ("time",)
    user: ClassVar[Paths] = ("user", "updated_by")
    host: ClassVar[Paths] = ("server_hostname", "server_id", "cluster_name")
    agent: ClassVar[Paths] = ("user_agent",)
    result: ClassVar[Paths] = ("success",)
    error: ClassVar[Paths] = ("error",)
    target: ClassVar[Paths] = ("name", "login")
    logons: ClassVar[frozenset[str]] = frozenset({"user.login", "auth"})

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """Command lines from program and arguments; the address without its port."""
        fields["IpAddress"] = first(body, ("addr.remote",)).rpartition(":")[0].strip("[]")
        if code == "session.command":
            path = first(body, ("path", "program"))
            arguments = body.get("argv")
            words_ = [str(a) for a in arguments] if isinstance(arguments, (list, tuple)) else []
            fields["Image"] = path
            fields["CommandLine"] = " ".join([path, *words_])[:65_536]
            fields["ProcessId"], fields["ParentProcessId"] = first(body, ("pid",)), first(body, ("ppid",))

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """Session commands are processes, logins are logins."""
        if code == "session.command":
            return Category.PROCESS
        return super().categorise(body, fields, code)
