"""Logs of web servers, of proxies, and what W3C's format carries besides."""

from __future__ import annotations

from typing import ClassVar

from .getters import first_of, mapped, top
from .interface import Getter, Raw
from .kinds import Kind
from .line_forms import LineForm
from .plain_form import Names, Told
from .requests import request_getter, stem_of


class AccessForm(LineForm):
    """A request that a web server answered."""

    category = "webserver"
    names: ClassVar[Names] = {
        "c-useragent": ("cs-user-agent",),
        "cs-useragent": ("cs-user-agent",),
        "c-user-agent": ("cs-user-agent",),
        "cs-referrer": ("cs-referer",),
        "src_ip": ("c-ip", "src-ip"),
        "dst_ip": ("s-ip", "dst-ip", "r-ip"),
        "src_port": ("c-port", "src-port"),
        "dst_port": ("s-port", "dst-port"),
        "action": ("s-action", "filter-result"),
    }

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`."""
        del kind
        if field == "cs-uri-stem":
            return first_of(top(field), mapped(top("cs-uri"), stem_of))
        return request_getter(field, top("cs-host"), top("cs-uri"))


class W3cForm(AccessForm):
    """A line of a W3C extended log: a web server's, a proxy's, or a firewall's."""

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        if "s-action" in raw or "rs-content-type" in raw or "r-ip" in raw:
            return "", "", "proxy"
        if "src-ip" in raw and "dst-ip" in raw:
            return "windows", "", "firewall"
        return "", "", "webserver"


class WebErrorForm(LineForm):
    """A message of a web server."""

    text = ("Message",)

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        program = raw.get("program")
        return "", program if program in ("apache", "nginx") else "", "application"
