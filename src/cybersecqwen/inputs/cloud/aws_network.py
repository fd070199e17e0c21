"""AWS records of traffic: VPC flow logs, Route 53 Resolver queries, S3 server access.

Fields: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html,
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cybersecqwen.records import Category

from .flat import first
from .trail import Paths, Raw, Trail


class VpcFlow(Trail):
    """A flow between two addresses, with the decision of the security groups."""

    name = "vpc_flow"
    provider: ClassVar[str] = "aws.vpcflow"
    hosted: ClassVar[bool] = True
    code: ClassVar[Paths] = ("action", "log-status", "status")
    time: ClassVar[Paths] = ("start", "@timestamp", "timestamp")
    host: ClassVar[Paths] = ("instanceId", "instance-id", "interfaceId", "interface-id")
    result: ClassVar[Paths] = ("action",)
    address: ClassVar[Paths] = ("srcAddr", "srcaddr")

    def recognise(self, raw: Raw) -> bool:
        """Source and destination in AWS's spelling, and a log status or an action."""
        return ("srcAddr" in raw and ("dstPort" in raw or "dstAddr" in raw)) or (
            "srcaddr" in raw and "dstaddr" in raw and ("log-status" in raw or "action" in raw)
        )

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """The names that Sysmon event 3 and Sigma use for connections."""
        fields["SourceIp"] = first(body, ("srcAddr", "srcaddr"))
        fields["DestinationIp"] = first(body, ("dstAddr", "dstaddr"))
        fields["SourcePort"] = first(body, ("srcPort", "srcport"))
        fields["DestinationPort"] = first(body, ("dstPort", "dstport"))
        fields["FlowDirection"] = first(body, ("flowDirection", "flow-direction"))

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """Always NETWORK."""
        return Category.NETWORK


class ResolverQuery(Trail):
    """A DNS query that Route 53 Resolver answered."""

    name = "aws_dns"
    provider: ClassVar[str] = "aws.resolver"
    hosted: ClassVar[bool] = True
    needs: ClassVar[Paths] = ("query_name", "query_type", "srcaddr")
    code: ClassVar[Paths] = ("query_type",)
    time: ClassVar[Paths] = ("query_timestamp",)
    host: ClassVar[Paths] = ("srcids.instance", "srcaddr")
    address: ClassVar[Paths] = ("srcaddr",)
    result: ClassVar[Paths] = ("firewall_rule_action",)

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """The names that Sysmon event 22 uses."""
        fields["QueryName"] = first(body, ("query_name",)).rstrip(".")
        fields["QueryResults"] = first(body, ("answers.Rdata",))
        fields["Action"] = ""

    def categorise(self, body: Raw, fields: Mapping[str, str], code: str) -> Category:
        """Always DNS."""
        return Category.DNS


class S3Access(Trail):
    """A request to a bucket, as S3's own access log has it."""

    name = "s3_access"
    provider: ClassVar[str] = "aws.s3access"
    needs: ClassVar[Paths] = ("bucket", "operation", "remoteip")
    code: ClassVar[Paths] = ("operation",)
    time: ClassVar[Paths] = ("time",)
    user: ClassVar[Paths] = ("requester",)
    host: ClassVar[Paths] = ("bucket",)
    address: ClassVar[Paths] = ("remoteip",)
    agent: ClassVar[Paths] = ("useragent",)
    result: ClassVar[Paths] = ("httpstatus",)
    error: ClassVar[Paths] = ("errorcode",)
    target: ClassVar[Paths] = ("key",)
