"""Requests, queries and flows that clouds log: the categories webserver, dns and firewall.

What they write: the pages that `inputs.cloud.aws_network` and `inputs.cloud.web_edge` name.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from .cloud_forms import TrailForm
from .getters import first_of, joined, mapped, path
from .interface import Getter
from .kinds import Kind
from .plain_form import Names
from .requests import request_getter


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
        "cs-user-agent": ("ClientRequestUserAgent",),
        "cs-referer": ("ClientRequestReferer",),
        "sc-status": ("EdgeResponseStatus", "OriginResponseStatus", "responseCodeSent"),
        "action": ("Action", "WAFAction"),
    }

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`: AWS WAF has path and query apart, and headers as a list."""
        if field in _HEADERS:
            listed = mapped(path("httpRequest.headers"), partial(_header, _HEADERS[field]))
            return first_of(*map(path, self.names[field]), listed)
        host = first_of(*map(path, self.names["cs-host"]))
        target = joined((path("httpRequest.uri"), path("httpRequest.args")), _target)
        return request_getter(field, host, first_of(path("ClientRequestURI"), target))


_HEADERS = {"cs-user-agent": "user-agent", "cs-referer": "referer"}


def _target(uri: Any, query: Any) -> Any:
    return f"{uri}?{query}" if isinstance(uri, str) and isinstance(query, str) and query else uri


def _header(name: str, found: Any) -> Any:
    for item in found if isinstance(found, list) else ():
        if isinstance(item, dict) and str(item.get("name")).lower() == name:
            return item.get("value")
    return None
