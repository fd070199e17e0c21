"""Sensors on networks, and any other mapping.

Zeek: https://docs.zeek.org/en/master/logs/; Suricata:
https://docs.suricata.io/en/latest/output/eve/eve-json-format.html; OpenCanary:
https://github.com/thinkst/opencanary; Bitbucket:
https://confluence.atlassian.com/bitbucketserver/audit-log-events-776640423.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.logs.line_reader import TIME
from cybersecqwen.inputs.logs.zeek import log_of, time_of
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import EARLIEST, LATEST

from .azure_forms import azure_row_getter, azure_table, risk_service
from .getters import first_of, path
from .interface import Getter, Raw, Rows
from .kinds import Kind
from .moments import moments
from .picked import Found, Picker
from .plain_form import Names, PlainForm, Told
from .requests import request_getter


class ZeekForm(PlainForm):
    """Zeek's logs: the service is the log. HTTP, DNS and connections also bear the names of categories."""

    product = "zeek"
    marks = (TIME,)
    names: ClassVar[Names] = {
        "query": ("dns.query",),
        "answer": ("answers",),
        "record_type": ("qtype_name",),
        "src_ip": ("id.orig_h",),
        "dst_ip": ("id.resp_h",),
        "src_port": ("id.orig_p",),
        "dst_port": ("id.resp_p",),
        "action": ("conn_state",),
        "username": ("user",),
        "c-useragent": ("user_agent",),
        "cs-user-agent": ("user_agent",),
        "cs-method": ("method",),
        "cs-referer": ("referrer",),
        "cs-referrer": ("referrer",),
        "sc-status": ("status_code",),
        "cs-username": ("username",),
    }

    def key(self, raw: Raw) -> Any:
        """See `Form.key`."""
        return self.tell(raw) if self.of.recognise(raw) and ("_path" in raw or TIME in raw) else None

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        log = log_of(raw)[:64]
        return "zeek", log, _ZEEK.get(log, "")

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`."""
        return request_getter(field, path("host"), path("uri")) if kind.service == "http" else None

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        values = [raw.get(TIME) for raw in rows.raws]
        return [
            value if value.__class__ is float and EARLIEST <= value <= LATEST else time_of(raw.get("ts"))
            for raw, value in zip(rows.raws, values, strict=True)
        ]

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`: the one that answered."""
        return [_short(value, 256) for value in rows.column("id.resp_h")]

    def users(self, rows: Rows) -> list[str]:
        """See `Form.users`."""
        named = first_of(path("username"), path("user"))
        return [_short(value, 1_024) for value in named(rows)]


def _short(value: Any, most: int) -> str:
    return value[:most] if isinstance(value, str) else ""


_ZEEK = {"http": "proxy", "dns": "dns", "conn": "firewall"}


class SuricataForm(PlainForm):
    """Suricata's records: the service is the type of event."""

    marks = ("event_type", "flow_id")
    text = ()
    names: ClassVar[Names] = {
        "query": ("dns.rrname", "dns.query.rrname", "dns.queries.rrname"),
        "record_type": ("dns.rrtype", "dns.query.rrtype", "dns.queries.rrtype"),
        "answer": ("dns.answers.rdata", "dns.rdata"),
        "dst_ip": ("dest_ip",),
        "dst_port": ("dest_port",),
        "c-useragent": ("http.http_user_agent",),
        "cs-user-agent": ("http.http_user_agent",),
        "cs-method": ("http.http_method",),
        "cs-referer": ("http.http_refer",),
        "sc-status": ("http.status",),
        "action": ("flow.state", "alert.action"),
    }

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`."""
        if kind.service != "http":
            return None
        return request_getter(field, path("http.hostname"), path("http.url"))

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        type_ = raw.get("event_type")
        return "suricata", type_[:64] if isinstance(type_, str) else "", _SURICATA.get(str(type_), "")

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        return moments([raw.get("timestamp") for raw in rows.raws])


_SURICATA = {"http": "proxy", "dns": "dns", "flow": "firewall", "netflow": "firewall"}


class GenericForm(PlainForm):
    """Any other mapping: told by keys that only one product has, else a program's log in JSON."""

    text = ("message", "Message", "msg", "log", "event")

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self._picker = Picker(self.event)

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        if "logtype" in raw and ("node_id" in raw or "logdata" in raw):
            return "opencanary", "", "application"
        audit = raw.get("auditType")
        if isinstance(audit, Mapping) and "action" in audit:
            return "bitbucket", "audit", ""
        service = azure_table(raw) or risk_service(raw)
        return ("azure", service, "") if service else ("", "", "application")

    def find_getter(self, kind: Kind, field: str) -> Getter:
        """See `Form.find_getter`."""
        if kind.product == "azure":
            return azure_row_getter(kind.service, field)
        return super().find_getter(kind, field)

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        return [found.time for found in self._found(rows)]

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`."""
        return [found.host for found in self._found(rows)]

    def users(self, rows: Rows) -> list[str]:
        """See `Form.users`."""
        return [found.user for found in self._found(rows)]

    def _found(self, rows: Rows) -> list[Found]:
        return rows.once("found", lambda: list(map(self._picker.find, rows.raws)))
