"""Google Cloud's audit logs, and Workspace's, which stand there too or come from its reports API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.cloud.flat import dig, first

from .cloud_forms import TrailForm
from .getters import first_of, mapped, path
from .interface import Getter, Raw
from .kinds import Kind
from .plain_form import Names, Told


class GoogleForm(TrailForm):
    """Google Cloud's audit logs; those of Workspace stand there too."""

    product, service = "gcp", "gcp.audit"
    marks = ("protoPayload", "logName", "insertId")
    names: ClassVar[Names] = {
        "gcp.audit.method_name": ("protoPayload.methodName", "data.protoPayload.methodName"),
        "data.protoPayload.logName": ("logName",),
        "data.protoPayload.resource.type": ("resource.type",),
        "protoPayload.Servicename": ("protoPayload.serviceName",),
        "eventService": ("protoPayload.serviceName",),
        "eventName": ("protoPayload.metadata.event.eventName", "protoPayload.methodName"),
    }

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        name = dig(raw, "protoPayload.serviceName")
        if name == "admin.googleapis.com":
            return "gcp", "google_workspace.admin", ""
        return "gcp", "google_workspace.login" if name == "login.googleapis.com" else "gcp.audit", ""

    def sure(self, raw: Raw) -> bool:
        """See `PlainForm.sure`: Kubernetes in Google's cloud is told apart by its service."""
        payload = raw["protoPayload"]
        return (
            isinstance(payload, Mapping)
            and isinstance(payload.get("methodName"), str)
            and payload.get("serviceName") != "k8s.io"
            and not payload["methodName"].startswith("io.k8s.")
        )

    def spellings(self, field: str) -> list[str]:
        """See `PlainForm.spellings`: "data." is the envelope of Pub/Sub."""
        found = super().spellings(field)
        return [*found, field[5:]] if field.startswith("data.") else found

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`: parameters of Workspace's events."""
        if field in _SETTINGS and kind.service.startswith("google_workspace"):
            return _parameter(_SETTINGS[field], ("protoPayload.metadata.event.parameter",))
        return None


class WorkspaceForm(TrailForm):
    """Google Workspace's activities, as its reports API gives them."""

    names: ClassVar[Names] = {
        "eventName": ("events.name", "name"),
        "protoPayload.metadata.event.eventName": ("events.name", "name"),
    }

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        return "gcp", f"google_workspace.{'login' if _application(raw) == 'login' else 'admin'}", ""

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`."""
        if field in ("eventService", "protoPayload.serviceName", "protoPayload.Servicename"):
            return lambda rows: [f"{_application(raw)}.googleapis.com" for raw in rows.raws]
        if field in _SETTINGS:
            return _parameter(_SETTINGS[field], ("events.parameters", "parameters"))
        return None


_SETTINGS = {"setting_name": "SETTING_NAME", "new_value": "NEW_VALUE"}


def _application(raw: Raw) -> str:
    return first(raw, ("id.applicationName",))[:64]


def _parameter(name: str, places: tuple[str, ...]) -> Getter:
    """The value of a named parameter, in a list of pairs."""

    def find(items: Any) -> Any:
        for item in items if isinstance(items, list) else ():
            if isinstance(item, Mapping) and item.get("name") == name:
                return next((value for key, value in item.items() if key != "name"), None)
        return None

    return mapped(first_of(*map(path, places)), find)
