"""Requests seen at the edge: Cloudflare, AWS WAF, Cisco Umbrella.

Fields: https://developers.cloudflare.com/logs/reference/log-fields/,
https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html,
https://docs.umbrella.com/deployment-umbrella/docs/dns-log-formats
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cybersecqwen.records import Category

from .flat import dig, first
from .trail import Paths, Raw, Trail
from .words import words


class Cloudflare(Trail):
    """An HTTP request or a firewall event of Cloudflare."""

    name = "cloudflare"
    provider: ClassVar[str] = "cloudflare.http"
    hosted: ClassVar[bool] = True
    needs: ClassVar[Paths] = ("ClientIP", "ClientRequestHost")
    code: ClassVar[Paths] = ("Action", "WAFAction", "ClientRequestMethod")
    time: ClassVar[Paths] = ("Datetime", "EdgeStartTimestamp", "EdgeEndTimestamp")
    host: ClassVar[Paths] = ("ClientRequestHost",)
    address: ClassVar[Paths] = ("ClientIP",)
    agent: ClassVar[Paths] = ("ClientRequestUserAgent",)
    result: ClassVar[Paths] = ("EdgeResponseStatus",)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """The request under the names of Sigma's proxy and web server rules."""
        fields["cs-uri-stem"] = first(body, ("ClientRequestPath",))
        fields["cs-uri-query"] = first(body, ("ClientRequestQuery", "ClientRequestURI"))
        fields["Words"] = f"{words(code)} {words(first(body, ('Source',)))}".strip()


class AwsWaf(Trail):
    """A request that a web ACL of AWS WAF judged."""

    name = "aws_waf"
    provider: ClassVar[str] = "aws.waf"
    hosted: ClassVar[bool] = True
    needs: ClassVar[Paths] = ("webaclId", "httpRequest")
    code: ClassVar[Paths] = ("action",)
    time: ClassVar[Paths] = ("timestamp",)
    host: ClassVar[Paths] = ("httpSourceId", "webaclId")
    address: ClassVar[Paths] = ("httpRequest.clientIp",)

    def recognise(self, raw: Raw) -> bool:
        """A web ACL and a request."""
        return ("webaclId" in raw or "webAclId" in raw) and "httpRequest" in raw

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """The rules that matched, terminating or only counting, in one field."""
        headers = dig(body, "httpRequest.headers")
        for header in headers if isinstance(headers, (list, tuple)) else ():
            if isinstance(header, Mapping) and str(header.get("name", "")).lower() == "user-agent":
                fields["UserAgent"] = str(header.get("value", ""))[:2000]
        names = [first(body, ("terminatingRuleId",))]
        names += [v for k, v in fields.items() if k.endswith((".ruleId", "labels.name", ".ruleGroupId"))]
        fields["MatchedRules"] = "; ".join(n for n in names if n and n != "Default_Action")[:4000]
        fields["Words"] = f"{words(code)} {words(fields['MatchedRules'][:1000])}".strip()
        fields["cs-uri-stem"] = first(body, ("httpRequest.uri",))
        fields["cs-uri-query"] = first(body, ("httpRequest.args",))


class UmbrellaDns(Trail):
    """A DNS query that Umbrella judged."""

    name = "umbrella_dns"
    provider: ClassVar[str] = "umbrella.dns"
    hosted: ClassVar[bool] = True
    needs: ClassVar[Paths] = ("action", "domain", "responseCode")
    code: ClassVar[Paths] = ("action",)
    time: ClassVar[Paths] = ("timestamp",)
    user: ClassVar[Paths] = ("policyIdentity",)
    host: ClassVar[Paths] = ("internalIp",)
    address: ClassVar[Paths] = ("internalIp", "externalIp")
    says: ClassVar[Paths] = ("categories",)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """The name that Sysmon event 22 uses."""
        fields["QueryName"] = first(body, ("domain",)).rstrip(".")

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """Always DNS."""
        return Category.DNS
