"""Elastic Common Schema to canonical names.

Facts: https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html (8.x), and the fields that
Elastic Defend adds under "Ext", https://github.com/elastic/endpoint-package (custom_documentation).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.records import Category, Limits

from .fields import dig, first, text

# Canonical name to ECS names, the best first. Only what is there is taken.
NAMES: dict[str, tuple[str, ...]] = {
    "Image": ("process.executable", "process.name"),
    "CommandLine": ("process.command_line", "process.title"),
    "ProcessId": ("process.pid",),
    "ProcessGuid": ("process.entity_id",),
    "CurrentDirectory": ("process.working_directory",),
    "OriginalFileName": ("process.pe.original_file_name",),
    "Company": ("process.pe.company",),
    "Description": ("process.pe.description",),
    "Product": ("process.pe.product",),
    "ParentImage": ("process.parent.executable", "process.parent.name"),
    "ParentCommandLine": ("process.parent.command_line", "process.parent.title"),
    "ParentProcessId": ("process.parent.pid", "process.ppid"),
    "ParentProcessGuid": ("process.parent.entity_id",),
    "IntegrityLevel": ("process.Ext.token.integrity_level_name", "winlog.event_data.IntegrityLevel"),
    "LogonId": ("winlog.logon.id",),
    "TargetFilename": ("file.path",),
    "SourceFilename": ("file.Ext.original.path",),
    "TargetObject": ("registry.path",),
    "Details": ("registry.data.strings", "registry.value_data"),
    "SourceIp": ("source.ip", "source.address", "client.ip"),
    "SourcePort": ("source.port", "client.port"),
    "DestinationIp": ("destination.ip", "destination.address", "server.ip"),
    "DestinationPort": ("destination.port", "server.port"),
    "DestinationHostname": ("destination.domain", "server.domain", "url.domain", "tls.client.server_name"),
    "Protocol": ("network.transport",),
    "Url": ("url.full", "url.original"),
    "UserAgent": ("user_agent.original",),
    "QueryName": ("dns.question.name",),
    "QueryResults": ("dns.resolved_ip", "dns.answers.data"),
    "ImageLoaded": ("dll.path", "driver.path"),
    "ScriptBlockText": ("powershell.file.script_block_text",),
    "Path": ("powershell.file.script_block.path",),
    "PipeName": ("file.Ext.named_pipe.name", "pipe.name"),
    "TargetImage": ("Target.process.executable", "target.process.executable"),
    "TargetProcessId": ("Target.process.pid", "target.process.pid"),
    "TargetProcessGuid": ("Target.process.entity_id",),
    "ServiceName": ("service.name",),
    "TargetUserName": ("user.target.name", "user.changes.name"),
    "GroupName": ("group.name",),
    "LogonType": ("process.Ext.session_info.logon_type", "winlog.logon.type"),
}

# Which code signature belongs to the event: that of the library where it loads one.
_SIGNED = (("dll.code_signature", "dll"), ("driver.code_signature", "driver"), ("process.code_signature", ""))
_HASHES = ("md5", "sha1", "sha256", "imphash")
_CONNECTED = ("connection_attempted", "connection_accepted", "disconnect_received")


def ecs_fields(raw: Mapping[str, Any], limits: Limits) -> dict[str, str]:
    """The canonical fields that an ECS document holds, whether its keys are nested or dotted."""
    fields = {name: found for name, names in NAMES.items() if (found := first(raw, names, limits))}
    if "CommandLine" not in fields:
        fields |= _joined(raw, "process.args", "CommandLine", limits)
    if "ParentImage" in fields and "ParentCommandLine" not in fields:
        fields |= _joined(raw, "process.parent.args", "ParentCommandLine", limits)
    user = first(raw, ("user.name", "user.effective.name", "user.id", "process.user.name"), limits)
    domain = first(raw, ("user.domain",), limits)
    if user:
        fields["User"] = f"{domain}\\{user}" if domain and "\\" not in user and "@" not in user else user
    _signature(raw, fields, limits)
    hashes = _hashes(raw, limits)
    if hashes:
        fields["Hashes"] = hashes
    direction = text(dig(raw, "network.direction"), limits).lower()
    if direction in ("egress", "outbound", "ingress", "inbound"):
        fields["Initiated"] = "true" if direction in ("egress", "outbound") else "false"
    elif dig(raw, "event.action") == _CONNECTED[0]:
        fields["Initiated"] = "true"
    return fields


def category_of(raw: Mapping[str, Any], fields: Mapping[str, str]) -> Category:
    """The category by event.kind, event.category, event.type and event.action."""
    kinds, types = words(dig(raw, "event.category")), words(dig(raw, "event.type"))
    action = text(dig(raw, "event.action"), _SHORT).lower()
    if "dns" in kinds or ("QueryName" in fields and "network" in kinds | types):
        return Category.DNS
    if "process" in kinds:
        return _process(types, action, fields)
    if "authentication" in kinds or "session" in kinds:
        failed = dig(raw, "event.outcome") == "failure"
        return Category.LOGON_FAILED if failed and "authentication" in kinds else Category.LOGON
    for name, category in _KINDS:
        if name in kinds:
            return category
    if dig(raw, "event.kind") in ("alert", "signal"):
        return Category.ALERT
    if kinds or types or action:
        return Category.OTHER
    return by_fields(fields)


_SHORT = Limits(value_chars=256)
_KINDS = (
    ("registry", Category.REGISTRY),
    ("driver", Category.DRIVER),
    ("library", Category.IMAGE_LOAD),
    ("network", Category.NETWORK),
    ("file", Category.FILE),
    ("iam", Category.ACCOUNT),
    ("web", Category.NETWORK),
    ("malware", Category.ALERT),
    ("intrusion_detection", Category.ALERT),
    ("configuration", Category.OTHER),
)


def _process(types: set[str], action: str, fields: Mapping[str, str]) -> Category:
    if "end" in types or action in ("end", "process_stopped", "process terminated"):
        return Category.PROCESS_END
    if "access" in types or "openprocess" in action or "TargetImage" in fields:
        return Category.REMOTE_THREAD if "thread" in action else Category.PROCESS_ACCESS
    if "ScriptBlockText" in fields:
        return Category.SCRIPT
    if "change" in types and "start" not in types and "creation" not in types:
        return Category.OTHER
    return Category.PROCESS


def by_fields(fields: Mapping[str, str]) -> Category:
    """The category that the fields of an event suggest where nothing else says it."""
    for name, category in _TELLING:
        if name in fields:
            return category
    image = fields.get("Image", "")  # a bare word may be any program's name for itself
    return Category.PROCESS if "\\" in image or "/" in image or image.endswith(".exe") else Category.OTHER


_TELLING = (
    ("ScriptBlockText", Category.SCRIPT),
    ("CommandLine", Category.PROCESS),
    ("ParentImage", Category.PROCESS),
    ("TargetObject", Category.REGISTRY),
    ("QueryName", Category.DNS),
    ("ImageLoaded", Category.IMAGE_LOAD),
    ("PipeName", Category.PIPE),
    ("TargetFilename", Category.FILE),
    ("DestinationIp", Category.NETWORK),
    ("DestinationHostname", Category.NETWORK),
    ("Url", Category.NETWORK),
    ("LogonType", Category.LOGON),
    ("ImagePath", Category.SERVICE),
    ("TaskName", Category.TASK),
)


def words(value: Any) -> set[str]:
    """A string or a list of strings as a set of lower-case words; ECS allows both."""
    if isinstance(value, str):
        return {value.lower()}
    if isinstance(value, list):
        return {item.lower() for item in value[:32] if isinstance(item, str)}
    return set()


def _joined(raw: Mapping[str, Any], name: str, target: str, limits: Limits) -> dict[str, str]:
    """An argument list as a command line: words with blanks in quotes."""
    args = dig(raw, name)
    if not isinstance(args, list):
        return {}
    parts = [text(arg, limits) for arg in args[:4_096]]
    line = " ".join(f'"{part}"' if " " in part and '"' not in part else part for part in parts)
    return {target: text(line, limits)} if line.strip() else {}


def _signature(raw: Mapping[str, Any], fields: dict[str, str], limits: Limits) -> None:
    for name, _ in _SIGNED:
        found = dig(raw, name)
        if isinstance(found, list) and found:  # Elastic Defend writes a list of signatures
            found = found[0]
        if not isinstance(found, Mapping):
            exists = dig(raw, f"{name}.exists")
            if exists is None:
                continue
            found = {
                key: dig(raw, f"{name}.{key}") for key in ("exists", "subject_name", "status", "trusted")
            }
        fields["Signed"] = "true" if found.get("exists") in (True, "true") else "false"
        subject, status = text(found.get("subject_name"), limits), text(found.get("status"), limits)
        if subject:
            fields["Signature"] = subject
        if status or found.get("trusted") is True:
            fields["SignatureStatus"] = "Valid" if found.get("trusted") in (True, "true") else status
        return


def _hashes(raw: Mapping[str, Any], limits: Limits) -> str:
    """Hashes as Sysmon writes them, of the thing that the event is about."""
    for owner in ("dll", "driver", "file", "process"):
        parts = []
        for kind in _HASHES:
            found = text(dig(raw, f"{owner}.hash.{kind}") or dig(raw, f"{owner}.pe.{kind}"), limits)
            if found:
                parts.append(f"{kind.upper()}={found}")
        if parts:
            return ",".join(parts)
    return ""
