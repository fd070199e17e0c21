"""CrowdStrike Falcon: detection summaries, sensor events (FDR), and the audit stream.

Fields: https://falcon.crowdstrike.com/documentation (event streams reference, FDR event data dictionary)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.cloud.flat import first, flatten
from cybersecqwen.inputs.cloud.trail import Paths, Raw, Trail
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Category, Event, Limits, Source

from .carried import alert_event, hashes, joined_path, make_claim, take, techniques
from .severity import CROWDSTRIKE, OCSF, from_steps, from_word

_SENSOR = {
    "processrollup2": Category.PROCESS,
    "syntheticprocessrollup2": Category.PROCESS,
    "endofprocess": Category.PROCESS_END,
    "dnsrequest": Category.DNS,
    "networkconnectip4": Category.NETWORK,
    "networkconnectip6": Category.NETWORK,
    "networkreceiveacceptip4": Category.NETWORK,
    "userlogon": Category.LOGON,
    "userlogonfailed": Category.LOGON_FAILED,
    "userlogonfailed2": Category.LOGON_FAILED,
    "asepvalueupdate": Category.REGISTRY,
    "regsystemconfigvalueupdate": Category.REGISTRY,
    "scheduledtaskregistered": Category.TASK,
    "servicestarted": Category.SERVICE,
    "createservice": Category.SERVICE,
    "classifiedmoduleload": Category.IMAGE_LOAD,
    "driverload": Category.DRIVER,
    "commandhistory": Category.SCRIPT,
    "scriptcontrolscantelemetry": Category.SCRIPT,
}
_SENSOR_FIELDS = {
    "Image": ("ImageFileName",),
    "CommandLine": ("CommandLine",),
    "ParentImage": ("ParentImageFileName", "ParentBaseFileName"),
    "ParentCommandLine": ("ParentCommandLine",),
    "ProcessId": ("RawProcessId",),
    "ProcessGuid": ("TargetProcessId",),
    "ParentProcessGuid": ("ParentProcessId",),
    "QueryName": ("DomainName",),
    "DestinationIp": ("RemoteAddressIP4", "RemoteAddressIP6"),
    "DestinationPort": ("RemotePort",),
    "SourceIp": ("LocalAddressIP4", "LocalAddressIP6"),
    "TargetFilename": ("TargetFileName",),
    "TargetObject": ("RegObjectName",),
    "Details": ("RegStringValue",),
    "ScriptBlockText": ("ScriptContent", "CommandHistory"),
    "TaskName": ("TaskName",),
    "ServiceName": ("ServiceDisplayName",),
}
_SMALL = frozenset("012345")  # steps of detection summaries; beyond, it is of 100
_DIGESTS = {"SHA256": "SHA256HashData", "MD5": "MD5HashData", "SHA1": "SHA1HashData"}
_SUMMARY = {
    "CommandLine": ("CommandLine",),
    "ParentCommandLine": ("ParentCommandLine",),
    "ParentImage": ("ParentImageFilePath", "ParentImageFileName"),
    "GrandparentImage": ("GrandParentImageFilePath", "GrandParentImageFileName", "GrandparentImageFileName"),
    "GrandparentCommandLine": ("GrandParentCommandLine", "GrandparentCommandLine"),
    "ProcessId": ("LocalProcessId", "ProcessId"),
}


class CrowdStrikeDetection(Shape):
    """A detection summary, flat or with `metadata` and `event`."""

    name = "crowdstrike"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """The name of the event, or what only detections have."""
        body = _inner(raw)
        kind = first(raw, ("metadata.eventType",)) or first(body, ("ExternalApiType", "EventType"))
        if "DetectionSummary" in kind:
            return True
        return ("DetectName" in body or "PatternDispositionDescription" in body) and (
            "Severity" in body or "SeverityName" in body
        )

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        body = _inner(raw)
        flat = flatten(body, limits)
        fields = {**flat, **take(body, _SUMMARY, limits)}
        fields["Image"] = joined_path(first(body, ("FilePath",)), first(body, ("FileName",)))
        fields["Hashes"] = hashes(
            body, "", {"SHA256": "SHA256String", "MD5": "MD5String", "SHA1": "SHA1String"}
        )
        number = first(body, ("Severity",))
        small = number in _SMALL
        claim = make_claim(
            "crowdstrike",
            first(body, ("DetectName", "Name", "Technique", "Objective")),
            rule_id=first(body, ("PatternId", "CompositeId", "DetectId")),
            severity=from_word(first(body, ("SeverityName",)))
            or from_steps(number, OCSF if small else CROWDSTRIKE),
            description=first(body, ("DetectDescription", "Description")),
            named=techniques(flat.get("MitreAttack.TechniqueID", ""), flat.get("TechniqueId", "")),
            fields={
                "tactic": first(body, ("Tactic",)),
                "technique": first(body, ("Technique",)),
                "disposition": first(body, ("PatternDispositionDescription",)),
            },
        )
        return alert_event(
            claim,
            fields,
            id=id,
            source=source,
            time=parse_time(first(body, ("ProcessStartTime", "UTCTimestamp", "timestamp"))),
            host=first(body, ("ComputerName", "Hostname")),
            user=first(body, ("UserName",)),
        )


class CrowdStrikeSensor(Shape):
    """A sensor event of the Falcon data replicator."""

    name = "crowdstrike-sensor"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """Every sensor event has a simple name."""
        return "event_simpleName" in raw or "event_simpleName" in _inner(raw)

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        body = {**{k: v for k, v in raw.items() if k != "event"}, **_inner(raw)}
        fields = {**flatten(body, limits), **take(body, _SENSOR_FIELDS, limits)}
        fields["Hashes"] = hashes(body, "", _DIGESTS)
        for name in ("Image", "ParentImage"):
            if fields.get(name, "").startswith("\\Device\\HarddiskVolume"):
                # The kernel's name of the volume; which letter it has is not in the event.
                fields[name] = "C:\\" + fields[name].removeprefix("\\Device\\").partition("\\")[2]
        user = first(body, ("UserName", "UserPrincipal", "UserSid"))
        if user:
            fields["User"] = user
        code = _simple(raw)
        return Event(
            id=id,
            category=_SENSOR.get(code.lower(), Category.FILE if "file" in code.lower() else Category.OTHER),
            time=parse_time(first(body, ("ContextTimeStamp", "ProcessStartTime", "timestamp"))),
            provider="crowdstrike.sensor",
            code=code[:300],
            host=first(body, ("ComputerName", "aid"))[:300],
            user=user[:300],
            fields={k: v for k, v in fields.items() if v},
            source=source,
        )


class CrowdStrikeAudit(Trail):
    """Something done in the Falcon console or through its API."""

    name = "crowdstrike-audit"
    provider: ClassVar[str] = "crowdstrike.audit"
    inside: ClassVar[str] = "event"
    hosted: ClassVar[bool] = True
    code: ClassVar[Paths] = ("OperationName", "ExternalApiType")
    time: ClassVar[Paths] = ("UTCTimestamp", "StartTimestamp", "timestamp")
    user: ClassVar[Paths] = ("UserId", "UserName")
    address: ClassVar[Paths] = ("UserIp", "SourceIp")
    result: ClassVar[Paths] = ("Success",)
    host: ClassVar[Paths] = ("HostnameField", "HostName")
    says: ClassVar[Paths] = ("ServiceName",)

    def recognise(self, raw: Raw) -> bool:
        """An operation of a service, or a remote response session."""
        body = self.body(raw)
        return ("OperationName" in body and "ServiceName" in body) or (
            "ExternalApiType" in body and "SessionId" in body
        )

    def body(self, raw: Raw) -> Raw:
        """Under `event`, or under `unknown_payload` where a forwarder did not know it."""
        for key in ("event", "unknown_payload"):
            inner = raw.get(key)
            if isinstance(inner, Mapping):
                return inner
        return raw

    def refine(self, body: Raw, fields: dict[str, str], code: str) -> None:
        """The words of what was changed, from the list of keys and values."""
        given = " ".join(v for k, v in fields.items() if k.startswith("AuditKeyValues.") and len(v) < 200)
        from cybersecqwen.inputs.cloud.words import words

        fields["Words"] = f"{fields.get('Words', '')} {words(given)}".strip()[:4000]


def _inner(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = raw.get("event")
    return inner if isinstance(inner, Mapping) else raw


def _simple(raw: Mapping[str, Any]) -> str:
    return (
        first(raw, ("event_simpleName",))
        or first(_inner(raw), ("event_simpleName",))
        or first(raw, ("fdr_event_type",))
    )
