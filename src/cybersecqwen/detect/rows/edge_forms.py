"""Requests, queries and flows that clouds log: the categories webserver, dns and firewall.

What they write: the pages that `inputs.cloud.aws_network` and `inputs.cloud.web_edge` name.
"""

from __future__ import annotations

from typing import Any, ClassVar

from .cloud_forms import TrailForm
from .getters import first_of, joined, mapped, path
from .interface import Getter
from .kinds import Kind
from .plain_form import Names


class FlowForm(TrailForm):
    """VPC flow logs."""

    product, service, category = "aws", "vpcflow", "firewall"
    names: ClassVar[Names] = {
        "src_ip": ("srcAddr", "srcaddr"),
        "dst_ip": ("dstAddr", "dstaddr"),
        "src_port": ("srcPort", "srcport"),
        "dst_port": ("dstPort", "dstport"),
    }


class QueryForm(TrailForm):
    """Queries of Route 53 Resolver and of Umbrella; both end names in the root's dot."""

    category = "dns"
    names: ClassVar[Names] = {
        "query": ("query_name", "domain"),
        "record_type": ("query_type", "queryType"),
        "answer": ("answers.Rdata",),
        "src_ip": ("srcaddr", "internalIp"),
    }

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`."""
        if field != "query":
            return None
        return mapped(
            first_of(*map(path, self.names[field])), lambda v: v.rstrip(".") if isinstance(v, str) else v
        )


class EdgeForm(TrailForm):
    """Requests that Cloudflare or AWS WAF saw."""

    category = "webserver"
    names: ClassVar[Names] = {
        "c-ip": ("ClientIP", "httpRequest.clientIp"),
        "cs-method": ("ClientRequestMethod", "httpRequest.httpMethod"),
        "cs-host": ("ClientRequestHost", "httpRequest.host"),
        "cs-uri": ("ClientRequestURI", "httpRequest.uri"),
        "cs-uri-stem": ("ClientRequestPath", "httpRequest.uri"),
        "cs-user-agent": ("ClientRequestUserAgent",),
        "cs-referer": ("ClientRequestReferer",),
        "sc-status": ("EdgeResponseStatus", "OriginResponseStatus", "responseCodeSent"),
        "action": ("Action", "WAFAction"),
    }

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`: query and whole request, since rules write either; headers of a list."""
        if field == "cs-uri-query":
            queries = first_of(path("ClientRequestQuery"), path("httpRequest.args"))
            return joined((queries, first_of(*map(path, self.names["cs-uri"]))), _both)
        header = _HEADERS.get(field)
        if header is None:
            return None
        named = first_of(path("httpRequest.headers"))
        return first_of(*map(path, self.names[field]), mapped(named, lambda found: _header(found, header)))


_HEADERS = {"cs-user-agent": "user-agent", "cs-referer": "referer", "cs-host": "host"}


def _both(query: Any, uri: Any) -> Any:
    found = [value for value in (query, uri) if value not in (None, "")]
    return found or None


def _header(found: Any, name: str) -> Any:
    for item in found if isinstance(found, list) else ():
        if isinstance(item, dict) and str(item.get("name")).lower() == name:
            return item.get("value")
    return None
