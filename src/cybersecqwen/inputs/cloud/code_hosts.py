"""Audit logs of code hosts.

Fields: https://docs.github.com/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/audit-log-events-for-your-organization
and https://docs.gitlab.com/administration/compliance/audit_event_schema/
"""

from __future__ import annotations

from typing import ClassVar

from .flat import first
from .trail import Paths, Raw, Trail


class GitHubAudit(Trail):
    """An audit event of a GitHub organisation or enterprise."""

    name = "github"
    provider: ClassVar[str] = "github.audit"
    code: ClassVar[Paths] = ("action",)
    time: ClassVar[Paths] = ("@timestamp", "created_at", "timestamp", "at_sign_timestamp")
    user: ClassVar[Paths] = ("actor", "actor_login")
    host: ClassVar[Paths] = ("org", "business", "repo")
    address: ClassVar[Paths] = ("actor_ip",)
    agent: ClassVar[Paths] = ("user_agent",)
    target: ClassVar[Paths] = ("user", "repo", "team", "name")

    def recognise(self, raw: Raw) -> bool:
        """An action "object.verb" by an actor given as plain text, in an organisation or repository."""
        action = raw.get("action")
        return (
            isinstance(action, str)
            and "." in action
            and isinstance(raw.get("actor", ""), str)
            and (
                "org" in raw
                or "business" in raw
                or "repo" in raw
                or "_document_id" in raw
                or "actor_location" in raw
            )
        )


class GitLabAudit(Trail):
    """An audit event of GitLab; what was done stands in `details`."""

    name = "gitlab"
    provider: ClassVar[str] = "gitlab.audit"
    needs: ClassVar[Paths] = ("entity_type",)
    code: ClassVar[Paths] = (
        "event_type",
        "event_name",
        "details.event_name",
        "details.custom_message",
        "details.change",
        "details.add",
        "details.remove",
        "detail.custom_message",
    )
    time: ClassVar[Paths] = ("created_at",)
    user: ClassVar[Paths] = ("details.author_name", "author_name", "author_id")
    host: ClassVar[Paths] = ("entity_path", "details.entity_path")
    address: ClassVar[Paths] = ("details.ip_address", "ip_address")
    target: ClassVar[Paths] = ("details.target_details", "target_details", "entity_path")
    says: ClassVar[Paths] = (
        "details.custom_message",
        "details.change",
        "details.add",
        "details.remove",
        "details.to",
    )

    def recognise(self, raw: Raw) -> bool:
        """Its `details` (or `detail`) with an entity or a custom message."""
        return ("entity_type" in raw and "author_id" in raw) or bool(
            first(raw, ("detail.custom_message", "details.custom_message"))
        )
