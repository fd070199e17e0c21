"""Telling the kind of each record of an input: fast for what was seen before."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache

from cybersecqwen.inputs import SHAPES
from cybersecqwen.inputs.shapes import ShapeFinder

from . import agent_forms as agent
from . import azure_forms as azure
from . import cloud_forms as cloud
from . import edge_forms as edge
from . import google_forms as google
from . import line_forms as line
from . import sensor_forms as sensor
from . import web_forms as web
from .device_forms import SecurityForm
from .evtx_form import EvtxForm
from .flat_form import FlatForm
from .interface import Branch, Form, Raw
from .kinds import Kind
from .plain_form import PlainForm
from .winlogbeat_form import WinlogbeatForm

_BOUND = 50_000
_WINDOWS: dict[str, type[Form]] = {form.shape: form for form in (FlatForm, EvtxForm, WinlogbeatForm)}
_OTHERS: dict[str, type[PlainForm]] = {
    "syslog": line.SyslogForm,
    "journald": line.JournalForm,
    "auditd": line.AuditForm,
    "access": web.AccessForm,
    "w3c": web.W3cForm,
    "weberror": web.WebErrorForm,
    "cef": SecurityForm,
    "leef": SecurityForm,
    "text": line.TextForm,
    "zeek": sensor.ZeekForm,
    "suricata": sensor.SuricataForm,
    "ecs": agent.EcsForm,
    "defender-hunting": agent.AgentForm,
    "crowdstrike-sensor": agent.AgentForm,
    "generic": sensor.GenericForm,
    "vpc_flow": edge.FlowForm,
    "aws_dns": edge.QueryForm,
    "umbrella_dns": edge.QueryForm,
    "cloudflare": edge.EdgeForm,
    "aws_waf": edge.EdgeForm,
    "cloudtrail": cloud.CloudTrailForm,
    "okta": cloud.OktaForm,
    "github": cloud.GitHubForm,
    "onelogin": cloud.OneLoginForm,
    "duo_admin": cloud.DuoForm,
    "duo_authentication": cloud.DuoForm,
    "kubernetes_audit": cloud.KubernetesForm,
    "m365_audit": cloud.M365Form,
    "azure_activity": azure.ActivityForm,
    "entra_signin": azure.SignInForm,
    "entra_audit": azure.EntraForm,
    "gcp_audit": google.GoogleForm,
    "google_workspace": google.WorkspaceForm,
}


@cache
def form_of(shape: str) -> Form:
    """The form of a shape; one instance for the whole program."""
    windows = _WINDOWS.get(shape)
    return windows() if windows is not None else _OTHERS.get(shape, PlainForm)(SHAPES.get(shape)())


class RowReader:
    """Tells the kind of the records of one input."""

    def __init__(self) -> None:
        self._finder = ShapeFinder()
        self._form: Form = form_of("windows-flat")
        self._key = self._form.key
        self._kinds: dict[Hashable, Kind | Branch] = {}

    def kind_of(self, raw: Raw) -> Kind:
        """The kind of a record; never raises, whatever stands in it."""
        try:
            found = self._kinds[self._key(raw)]
        except (LookupError, TypeError, AttributeError):
            found = self._new(raw)
        return found if found.__class__ is Kind else found.kind_of(raw)  # type: ignore[union-attr]

    def _new(self, raw: Raw) -> Kind | Branch:
        shape = self._finder.shape_of(raw)
        form = form_of(shape.name)
        if form is not self._form:
            self._form, self._key = form, form.key
            self._kinds = {}
        found = form.kind(raw)
        try:
            key = form.key(raw)
            if key is not None:
                if len(self._kinds) >= _BOUND:
                    self._kinds.clear()
                self._kinds[key] = found
        except (LookupError, TypeError, AttributeError):
            pass  # it has no key, so its kind is told anew each time
        return found
