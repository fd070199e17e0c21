"""Splunk Enterprise Security notable events and alert webhooks.

Fields: https://docs.splunk.com/Documentation/ES/latest/Admin/Notableeventfieldreference and the Common
Information Model, https://docs.splunk.com/Documentation/CIM/latest/User/Endpoint
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.inputs.cloud.flat import first, flatten
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Event, Limits, Source

from .carried import alert_event, joined_path, make_claim, take, techniques
from .severity import from_word

_FIELDS = {
    "CommandLine": ("process", "cmdline", "CommandLine", "process_command_line"),
    "Image": ("process_path", "process_exec", "Image", "process_name"),
    "ParentImage": ("parent_process_path", "parent_process_exec", "ParentImage", "parent_process_name"),
    "ParentCommandLine": ("parent_process", "ParentCommandLine"),
    "ProcessId": ("process_id",),
    "ParentProcessId": ("parent_process_id",),
    "ProcessGuid": ("process_guid",),
    "OriginalFileName": ("original_file_name",),
    "TargetFilename": ("file_path",),
    "TargetObject": ("registry_path",),
    "Details": ("registry_value_data",),
    "QueryName": ("query",),
    "SourceIp": ("src_ip", "src"),
    "DestinationIp": ("dest_ip",),
    "DestinationPort": ("dest_port",),
    "DestinationHostname": ("dest_host", "dest_nt_host"),
    "ServiceName": ("service_name", "service"),
    "IpAddress": ("src_ip", "src"),
    "UserAgent": ("http_user_agent",),
    "TargetUserName": ("user",),
    "ScriptBlockText": ("ScriptBlockText",),
}
_MITRE = (
    "annotations.mitre_attack",
    "annotations.mitre_attack.mitre_technique_id",
    "mitre_technique_id",
    "annotations",
)


class Splunk(Shape):
    """A notable event, also as the `result` of a webhook."""

    name = "splunk"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """A correlation search's name beside what only notables and webhooks have."""
        if "search_name" not in raw and "rule_name" not in raw:
            return False
        marks = (
            "urgency",
            "security_domain",
            "rule_title",
            "orig_source",
            "orig_sourcetype",
            "notable_type",
            "event_id",
            "results_link",
            "sid",
            "orig_event_id",
            "drilldown_search",
            "info_search_time",
        )
        return any(mark in raw for mark in marks)

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        result = raw.get("result")
        body: Mapping[str, Any] = {**raw, **result} if isinstance(result, Mapping) else raw
        flat = flatten({k: v for k, v in body.items() if k != "result"}, limits)
        fields = {**flat, **take(body, _FIELDS, limits)}
        name, path = first(body, ("process_name",)), fields.get("Image", "")
        if name and path and path != name:
            fields["Image"] = joined_path(path, name)
        digest = first(body, ("file_hash", "process_hash"))
        if digest and "=" not in digest:
            kind = {32: "MD5", 40: "SHA1", 64: "SHA256"}.get(len(digest))
            digest = f"{kind}={digest.upper()}" if kind else ""
        fields["Hashes"] = digest
        claim = make_claim(
            "splunk",
            first(body, ("rule_title", "rule_name", "search_name", "source")),
            rule_id=first(body, ("rule_id", "search_name", "sid")),
            severity=from_word(first(body, ("urgency",))) or from_word(first(body, ("severity", "priority"))),
            description=first(body, ("rule_description", "description", "savedsearch_description")),
            named=techniques(
                *(flat.get(p, "") for p in _MITRE), *(v for k, v in flat.items() if "mitre" in k.lower())
            ),
            fields={
                k: flat.get(k, "")
                for k in ("security_domain", "status_label", "risk_score", "orig_sourcetype", "src", "dest")
            },
        )
        when = first(body, ("orig_time", "_time", "event_time", "firstTime"))
        return alert_event(
            claim,
            fields,
            id=id,
            source=source,
            time=parse_time(when),
            host=first(body, ("dest_host", "dest_nt_host", "orig_host", "dvc", "dest", "host")),
            user=first(body, ("user", "src_user", "orig_user")),
        )
