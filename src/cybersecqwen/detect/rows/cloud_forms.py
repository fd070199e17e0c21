"""Audit trails of clouds, identity providers and services.

Names of the logsources: Sigma's taxonomy. What the products write: the pages that the modules of
`inputs.cloud` name, which read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cybersecqwen.inputs.cloud.flat import dig, first

from .getters import first_of, path
from .interface import Getter, Raw, Rows
from .kinds import Kind
from .moments import moment, moments
from .plain_form import Names, PlainForm, Told


class TrailForm(PlainForm):
    """An audit trail whose shape says by paths where time, account and machine stand."""

    def data(self, raws: Sequence[Raw]) -> list[Mapping[str, Any]]:
        """See `Form.data`: what the shape takes for the event, without its envelope."""
        body = self.of.body  # type: ignore[attr-defined]
        return [body(raw) or raw for raw in raws]

    def find_getter(self, kind: Kind, field: str) -> Getter:
        """See `Form.find_getter`: in the event itself, else in what is around it."""
        outside = super().find_getter(kind, field)
        inside = [path(name, inside=True) for name in self.spellings(field)]
        return outside if self.special(kind, field) is not None else first_of(outside, *inside)

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        paths: tuple[str, ...] = self.of.time  # type: ignore[attr-defined]
        found = moments([dig(data, paths[0]) for data in rows.data] if paths else [None] * len(rows.raws))
        if None not in found:
            return found
        return [
            next((t for name in paths if (t := moment(dig(data, name))) is not None), None)
            if time is None
            else time
            for data, time in zip(rows.data, found, strict=True)
        ]

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`: tenants are no machines."""
        if not self.of.hosted:  # type: ignore[attr-defined]
            return [""] * len(rows.raws)
        return [first(data, self.of.host)[:300] for data in rows.data]  # type: ignore[attr-defined]

    def users(self, rows: Rows) -> list[str]:
        """See `Form.users`."""
        return [first(data, self.of.user)[:300] for data in rows.data]  # type: ignore[attr-defined]


class CloudTrailForm(TrailForm):
    """AWS CloudTrail."""

    product, service = "aws", "cloudtrail"
    marks = ("eventVersion", "eventSource", "eventName")


class OktaForm(TrailForm):
    """Okta's system log."""

    product, service = "okta", "okta"
    marks = ("eventType", "actor", "outcome", "published")


class GitHubForm(TrailForm):
    """GitHub's audit log."""

    product, service = "github", "audit"


class OneLoginForm(TrailForm):
    """OneLogin's events."""

    product, service = "onelogin", "onelogin.events"


class DuoForm(TrailForm):
    """Duo's logs."""

    product, service = "cisco", "duo"


class KubernetesForm(TrailForm):
    """Requests to a Kubernetes API server."""

    product, service, category = "kubernetes", "audit", "application"
    marks = ("auditID", "verb", "requestURI")
    names: ClassVar[Names] = {
        "apiGroup": ("objectRef.apiGroup",),
        "hostPath": (
            "requestObject.spec.volumes.hostPath.path",
            "requestObject.spec.template.spec.volumes.hostPath.path",
        ),
        "capabilities": (
            "requestObject.spec.containers.securityContext.capabilities.add",
            "requestObject.spec.template.spec.containers.securityContext.capabilities.add",
        ),
    }


class M365Form(TrailForm):
    """Microsoft 365's unified audit log."""

    product, service = "m365", "audit"
    marks = ("CreationTime", "Operation", "Workload", "RecordType")
    names: ClassVar[Names] = {
        "eventSource": ("Workload",),
        "eventName": ("Name", "Operation"),
        "status": ("ResultStatus", "Status"),
        "Payload": ("Data",),
    }

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        workload = raw.get("Workload") or raw.get("workload")
        if workload == "SecurityComplianceCenter":
            return "m365", "threat_management", ""
        return "m365", "exchange" if workload == "Exchange" else "audit", ""
