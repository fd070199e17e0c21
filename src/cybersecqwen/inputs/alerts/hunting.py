"""Advanced Hunting rows: DeviceProcessEvents and the other Device… tables.

Columns: https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables. Each row has the acting
process as InitiatingProcess…, which is the parent in process events and the actor in all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.cloud.flat import first, flatten
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Category, Event, Limits, Source

from .carried import hashes, joined_path

_ACTOR = "InitiatingProcess"
_KINDS: tuple[tuple[str, Category], ...] = (
    ("processcreated", Category.PROCESS),
    ("createprocess", Category.PROCESS),
    ("openprocess", Category.PROCESS_ACCESS),
    ("createremotethread", Category.REMOTE_THREAD),
    ("imageloaded", Category.IMAGE_LOAD),
    ("driverload", Category.DRIVER),
    ("powershellcommand", Category.SCRIPT),
    ("amsiscript", Category.SCRIPT),
    ("scheduledtask", Category.TASK),
    ("serviceinstalled", Category.SERVICE),
    ("namedpipe", Category.PIPE),
    ("dnsquery", Category.DNS),
    ("logonsuccess", Category.LOGON),
    ("logonattempted", Category.LOGON),
    ("logonfailed", Category.LOGON_FAILED),
    ("registry", Category.REGISTRY),
    ("connection", Category.NETWORK),
    ("file", Category.FILE),
    ("useraccount", Category.ACCOUNT),
    ("wmi", Category.WMI),
)
_COLUMNS = {
    "TargetObject": ("RegistryKey",),
    "Details": ("RegistryValueData",),
    "DestinationIp": ("RemoteIP",),
    "DestinationPort": ("RemotePort",),
    "DestinationHostname": ("RemoteUrl",),
    "SourceIp": ("LocalIP",),
    "SourcePort": ("LocalPort",),
    "LogonType": ("LogonType",),
    "TargetUserName": ("AccountName",),
    "ProcessId": ("ProcessId",),
    "IntegrityLevel": ("ProcessIntegrityLevel",),
    "OriginalFileName": ("ProcessVersionInfoOriginalFileName",),
}


class Hunting(Shape):
    """A row of a Device… table, bare or streamed under `properties`."""

    name: ClassVar[str] = "defender-hunting"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """An action on a device, in Defender's spelling."""
        body = _body(raw)
        return ("DeviceName" in body or "DeviceId" in body) and "ActionType" in body

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        body = _body(raw)
        action = first(body, ("ActionType",))
        category = next((kind for part, kind in _KINDS if part in action.lower()), Category.OTHER)
        fields = flatten(body, limits)
        fields.update({n: v for n, p in _COLUMNS.items() if (v := first(body, p))})
        fields.update({n: v for n, v in _processes(body, category).items() if v})
        value = first(body, ("RegistryValueName",))
        if value and "TargetObject" in fields:
            fields["TargetObject"] = f"{fields['TargetObject']}\\{value}"
        command = fields.get("AdditionalFields.Command") or fields.get("AdditionalFields.ScriptContent", "")
        if category is Category.SCRIPT and command:
            fields["ScriptBlockText"] = command
        query = fields.get("AdditionalFields.DnsQueryString") or fields.get("AdditionalFields.query", "")
        if query:
            fields["QueryName"] = query
        prefix = "" if category in (Category.PROCESS, Category.LOGON, Category.LOGON_FAILED) else _ACTOR
        name = first(body, (f"{prefix}AccountName", "AccountName"))
        domain = first(body, (f"{prefix}AccountDomain", "AccountDomain"))
        user = f"{domain}\\{name}" if domain and name else name
        if user:
            fields["User"] = user
        return Event(
            id=id,
            category=category,
            time=parse_time(body.get("Timestamp")),
            provider="defender.hunting",
            code=action[:300],
            host=first(body, ("DeviceName", "DeviceId"))[:300],
            user=user[:300],
            fields=fields,
            source=source,
        )


def _body(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = raw.get("properties")
    return inner if isinstance(inner, Mapping) and "ActionType" in inner else raw


def _processes(body: Mapping[str, Any], category: Category) -> dict[str, str]:
    """Image and parent of a process event; image of the actor, and the object, of every other event."""
    actor = joined_path(first(body, (f"{_ACTOR}FolderPath",)), first(body, (f"{_ACTOR}FileName",)))
    actor_command = first(body, (f"{_ACTOR}CommandLine",))
    thing = joined_path(first(body, ("FolderPath",)), first(body, ("FileName",)))
    if category is Category.PROCESS:
        return {
            "Image": thing,
            "CommandLine": first(body, ("ProcessCommandLine",)),
            "Hashes": hashes(body, "", {"SHA256": "SHA256", "SHA1": "SHA1", "MD5": "MD5"}),
            "ParentImage": actor,
            "ParentCommandLine": actor_command,
            "ParentProcessId": first(body, (f"{_ACTOR}Id",)),
        }
    found = {"Image": actor, "ProcessId": first(body, (f"{_ACTOR}Id",))}
    target = {
        Category.FILE: "TargetFilename",
        Category.IMAGE_LOAD: "ImageLoaded",
        Category.DRIVER: "ImageLoaded",
        Category.PROCESS_ACCESS: "TargetImage",
        Category.REMOTE_THREAD: "TargetImage",
    }.get(category)
    if target:
        found[target] = thing
    if category in (Category.PROCESS_ACCESS, Category.REMOTE_THREAD):
        found["SourceImage"] = actor
    return found
