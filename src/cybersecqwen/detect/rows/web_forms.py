"""Logs of web servers, of proxies, and what W3C's format carries besides."""

from __future__ import annotations

from typing import Any, ClassVar

from .getters import mapped, top
from .interface import Getter, Raw, Rows
from .kinds import Kind
from .line_forms import LineForm
from .plain_form import Names, Told


class AccessForm(LineForm):
    """A request that a web server answered.

    Rules write path and query into `cs-uri-query` as often as the query alone, so it has both values.
    """

    category = "webserver"
    names: ClassVar[Names] = {
        "c-uri": ("cs-uri",),
        "c-uri-query": ("cs-uri-query",),
        "c-uri-stem": ("cs-uri-stem",),
        "c-useragent": ("cs-user-agent",),
        "cs-useragent": ("cs-user-agent",),
        "cs-referrer": ("cs-referer",),
        "c-user-agent": ("cs-user-agent",),
        "cs-uri-stem": ("cs-uri",),
        "src_ip": ("c-ip", "src-ip"),
        "dst_ip": ("s-ip", "dst-ip", "r-ip"),
        "src_port": ("c-port", "src-port"),
        "dst_port": ("s-port", "dst-port"),
        "action": ("s-action", "filter-result"),
        "r-dns": ("cs-host",),
    }

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`."""
        del kind
        if field == "cs-uri-query":
            return _query_or_uri
        if field == "c-uri-extension":
            return mapped(top("cs-uri-stem"), _extension)
        return None


def _query_or_uri(rows: Rows) -> list[Any]:
    pairs = [(raw.get("cs-uri-query"), raw.get("cs-uri")) for raw in rows.raws]
    return [uri if query is None else query if uri is None else [query, uri] for query, uri in pairs]


def _extension(stem: Any) -> str | None:
    name = stem.rpartition("/")[2] if isinstance(stem, str) else ""
    return name.rpartition(".")[2] if "." in name else None


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
