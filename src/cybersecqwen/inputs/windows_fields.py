"""From the field names of each Windows log to the canonical ones (docs/inputs.md).

Each refiner changes the fields of one kind of event in place. Facts about the events: the pages named
in `categories.py`; integrity levels, https://learn.microsoft.com/windows/win32/secauthz/mandatory-integrity-control;
"%%" codes, the message table of the audit provider (msobjs.dll).
"""

from __future__ import annotations

from collections.abc import Callable

from . import categories as group
from .messages import from_context, from_message
from .tasks_xml import task_fields

Fields = dict[str, str]

INTEGRITY = {
    "S-1-16-0": "Untrusted",
    "S-1-16-4096": "Low",
    "S-1-16-8192": "Medium",
    "S-1-16-8448": "Medium Plus",
    "S-1-16-12288": "High",
    "S-1-16-16384": "System",
    "S-1-16-20480": "Protected Process",
}
PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}  # IANA protocol numbers
_NO_ACCOUNT = ("", "-", "S-1-0-0")
_TARGET_NUMBERS = "4624 4625 4627 4634 4647 4768 4769 4770 4771 4776 4778 4779 4800 4801 4802 4803"
_TARGET_ACTS = frozenset(_TARGET_NUMBERS.split())
_GROUP_EVENTS = frozenset(map(str, (*range(4727, 4736), 4737, *range(4754, 4759))))

_SYSMON_NAMES = {
    "SourceProcessGUID": "SourceProcessGuid",
    "TargetProcessGUID": "TargetProcessGuid",
}
_GUIDS = (
    "ProcessGuid",
    "ParentProcessGuid",
    "SourceProcessGuid",
    "TargetProcessGuid",
    "LogonGuid",
)


def refine(provider: str, channel: str, code: str, fields: Fields, message: str = "") -> str:
    """Give `fields` their canonical names, in place, and return the acting account.

    `message` is the rendered text; it is read only where the record has no fields of its own.
    """
    of = group.GROUPS.get(provider) or group.GROUPS.get(channel) or ""
    if message and len(fields) < 12 and not _has_own(fields):
        from_message(of, message, fields)
    by_group = _BY_GROUP.get(of)
    if by_group is not None:
        by_group(code, fields)
    return _user(of, code, fields)


def account(domain: str, name: str) -> str:
    r"""DOMAIN\name, or what there is of it."""
    if name in _NO_ACCOUNT:
        return ""
    return f"{domain}\\{name}" if domain not in _NO_ACCOUNT and "\\" not in name and "@" not in name else name


def decimal(value: str) -> str:
    """A process id as decimal text; audit events write hexadecimal, all others decimal."""
    if value[:2] in ("0x", "0X"):
        try:
            return str(int(value, 16)) if len(value) <= 18 else value
        except ValueError:
            return value
    return value


def _has_own(fields: Fields) -> bool:
    return any(name not in _UNNAMED and name[:5] not in ("param", "Data_") for name in fields)


_BARE_NAMES = "Data Binary UserData ERROR_EVT_UNRESOLVED EventType RuleName UtcTime"
_UNNAMED = frozenset(_BARE_NAMES.split())


def _rename(fields: Fields, names: dict[str, str]) -> None:
    for old, new in names.items():
        value = fields.pop(old, None)
        if value is not None:
            fields.setdefault(new, value)


def _sysmon(code: str, fields: Fields) -> None:
    if code in ("8", "10"):
        _rename(fields, _SYSMON_NAMES)
    for name in _GUIDS:
        guid = fields.get(name)
        if guid:
            fields[name] = guid.upper() if guid[0] == "{" else "{" + guid.upper() + "}"
            if "00000000-0000-0000-0000-0000" in guid:
                del fields[name]  # Sysmon's "not known"; as a key it would join strangers
    if code == "20":  # WmiEventConsumer: the command or script is its Destination
        destination = fields.get("Destination", "")
        if destination:
            fields["Destination"] = destination.strip('" ')


def _security(code: str, fields: Fields) -> None:
    special = _SECURITY.get(code)
    if special is not None:
        special(fields)
    elif "ProcessName" in fields:
        fields.setdefault("Image", fields.pop("ProcessName"))
        if fields.get("ObjectType") == "Key" and "ObjectName" in fields:
            fields["TargetObject"] = hive(fields["ObjectName"])
    if "LogonProcessName" in fields:  # padded with blanks to eight characters
        fields["LogonProcessName"] = fields["LogonProcessName"].rstrip()
    for name in ("ProcessId", "ParentProcessId", "SourceProcessId", "TargetProcessId", "CallerProcessId"):
        if name in fields:
            fields[name] = decimal(fields[name])
    if code in _GROUP_EVENTS and "TargetUserName" in fields:
        fields["GroupName"] = fields["TargetUserName"]


def _process_start(fields: Fields) -> None:
    parent = fields.pop("ProcessId", "")
    _rename(
        fields,
        {
            "NewProcessName": "Image",
            "NewProcessId": "ProcessId",
            "ParentProcessName": "ParentImage",
            "Process Command Line": "CommandLine",
        },
    )
    if parent:
        fields["ParentProcessId"] = parent
    label = INTEGRITY.get(fields.get("MandatoryLabel", ""))
    if label:
        fields["IntegrityLevel"] = label


def _connection(fields: Fields) -> None:
    _rename(
        fields,
        {
            "Application": "Image",
            "SourceAddress": "SourceIp",
            "DestAddress": "DestinationIp",
            "DestPort": "DestinationPort",
            "ProcessID": "ProcessId",
        },
    )
    direction = fields.get("Direction", "")
    if direction in ("%%14593", "Outbound"):
        fields["Initiated"] = "true"
    elif direction in ("%%14592", "Inbound"):
        fields["Initiated"] = "false"
    protocol = fields.get("Protocol", "")
    fields["Protocol"] = PROTOCOLS.get(protocol, protocol)
    if not fields["Protocol"]:
        del fields["Protocol"]


def _service_installed(fields: Fields) -> None:
    _rename(
        fields,
        {"ServiceFileName": "ImagePath", "ServiceStartType": "StartType", "ServiceAccount": "AccountName"},
    )


def _task(fields: Fields) -> None:
    _rename(fields, {"TaskContentNew": "TaskContent"})
    content = fields.get("TaskContent", "")
    if content:
        fields.update(task_fields(content))


def _registry_value(fields: Fields) -> None:
    _rename(fields, {"ProcessName": "Image"})
    key = fields.get("ObjectName", "")
    if key:
        value = fields.get("ObjectValueName", "")
        fields["TargetObject"] = hive(key) + ("\\" + value if value else "")
    if fields.get("NewValue"):
        fields.setdefault("Details", fields["NewValue"])
    operation = {"%%1904": "CreateValue", "%%1905": "SetValue", "%%1906": "DeleteValue"}
    fields.setdefault("EventType", operation.get(fields.get("OperationType", ""), "SetValue"))


def hive(key: str) -> str:
    r"""A kernel key name (\REGISTRY\MACHINE\…) with the short hive name that Sysmon writes."""
    upper = key[:18].upper()
    if upper.startswith("\\REGISTRY\\MACHINE"):
        return "HKLM" + key[17:]
    if upper.startswith("\\REGISTRY\\USER"):
        return "HKU" + key[14:]
    return key


def _caller(fields: Fields) -> None:
    _rename(fields, {"CallerProcessName": "Image", "CallerProcessId": "ProcessId"})


def _validation(fields: Fields) -> None:
    _rename(fields, {"Workstation": "WorkstationName", "PackageName": "AuthenticationPackageName"})


def _session(fields: Fields) -> None:
    _rename(
        fields,
        {
            "AccountName": "TargetUserName",
            "AccountDomain": "TargetDomainName",
            "LogonID": "TargetLogonId",
            "ClientAddress": "IpAddress",
            "ClientName": "WorkstationName",
        },
    )


_SECURITY: dict[str, Callable[[Fields], None]] = {
    "4688": _process_start,
    "4697": _service_installed,
    "4698": _task,
    "4699": _task,
    "4702": _task,
    "4657": _registry_value,
    "4776": _validation,
    "4778": _session,
    "4779": _session,
    "4798": _caller,
    "4799": _caller,
    **dict.fromkeys(("5031", *map(str, range(5150, 5160))), _connection),
}


def _system(code: str, fields: Fields) -> None:
    if code == "7036":
        _rename(fields, {"param1": "ServiceName", "param2": "State"})
    elif code == "7040":
        _rename(fields, {"param1": "ServiceName", "param2": "OldStartType", "param3": "StartType"})
        if "param4" in fields:
            fields["ServiceDisplayName"] = fields.pop("ServiceName", "")
            fields["ServiceName"] = fields.pop("param4")
    elif code == "7009":  # its first parameter is the timeout
        _rename(fields, {"param2": "ServiceName"})
    else:
        _rename(fields, {"Service File Name": "ImagePath", "param1": "ServiceName"})


def _powershell(code: str, fields: Fields) -> None:
    if "ContextInfo" in fields:
        from_context(fields["ContextInfo"], fields)
    _rename(fields, {"Script Name": "Path", "ScriptName": "Path", "UserId": "User"})


def _tasks(code: str, fields: Fields) -> None:
    _rename(fields, {"Name": "TaskName", "UserContext": "User", "UserName": "User"})
    if code in ("200", "201"):
        _rename(fields, {"ActionName": "TaskCommand"})
    elif code == "129":
        _rename(fields, {"Path": "TaskCommand", "ProcessID": "ProcessId"})


def _wmi(code: str, fields: Fields) -> None:
    names = {"HostProcess": "Image", "ProcessID": "ProcessId", "ProviderPath": "ImageLoaded"}
    _rename(fields, names if code == "5857" else {"ClientProcessId": "ProcessId", "CONSUMER": "Consumer"})


def _defender(code: str, fields: Fields) -> None:
    _rename(
        fields,
        {
            "Threat Name": "ThreatName",
            "Process Name": "Image",
            "Detection User": "User",
            "Severity Name": "SeverityName",
            "Action Name": "ActionName",
            "Involved File": "TargetFilename",
        },
    )
    if code in ("1006", "1007", "1116", "1117"):
        path = fields.get("Path", "")  # "file:_C:\…", several joined by ";"
        if path.startswith("file:_"):
            fields["TargetFilename"] = path[6:].partition("; ")[0].partition(";file:_")[0]


def _applocker(code: str, fields: Fields) -> None:
    _rename(fields, {"FullFilePath": "Image", "FilePath": "Image", "TargetProcessId": "ProcessId"})
    fields["ProcessId"] = decimal(fields.get("ProcessId", ""))
    if not fields["ProcessId"]:
        del fields["ProcessId"]


def _integrity(code: str, fields: Fields) -> None:
    _rename(fields, {"File Name": "ImageLoaded", "FileNameBuffer": "ImageLoaded"})
    _rename(fields, {"Process Name": "Image", "ProcessNameBuffer": "Image"})


def _terminal(code: str, fields: Fields) -> None:
    if code == "1149":
        _rename(fields, {"Param1": "TargetUserName", "Param2": "TargetDomainName", "Param3": "IpAddress"})
        if "User" in fields:
            fields.setdefault("TargetUserName", fields["User"])
    _rename(fields, {"Address": "IpAddress", "SessionID": "SessionId"})


def _bits(code: str, fields: Fields) -> None:
    _rename(fields, {"url": "Url", "jobTitle": "JobTitle", "processPath": "Image", "jobOwner": "User"})
    _rename(fields, {"LocalName": "TargetFilename", "RemoteName": "Url", "processId": "ProcessId"})


_BY_GROUP: dict[str, Callable[[str, Fields], None]] = {
    group.SYSMON: _sysmon,
    group.SECURITY: _security,
    group.SYSTEM: _system,
    group.POWERSHELL: _powershell,
    group.POWERSHELL_CLASSIC: _powershell,
    group.TASKS: _tasks,
    group.WMI: _wmi,
    group.DEFENDER: _defender,
    group.APPLOCKER: _applocker,
    group.INTEGRITY: _integrity,
    group.SESSIONS: _terminal,
    group.RDP: _terminal,
    group.BITS: _bits,
}


def _user(of: str, code: str, fields: Fields) -> str:
    """The acting account; for audit events also written to the canonical field User."""
    found = fields.get("User") or fields.get("SourceUser")
    if found:
        return found
    if of != group.SECURITY and "SubjectUserName" not in fields:
        return account(fields.get("TargetDomainName", ""), fields.get("TargetUserName", ""))
    subject = account(fields.get("SubjectDomainName", ""), fields.get("SubjectUserName", ""))
    target = account(fields.get("TargetDomainName", ""), fields.get("TargetUserName", ""))
    # Who a logon is about is its target. A new process runs as the target subject where one is named
    # (event 4688, version 2), else as the subject.
    user = target or subject if code in _TARGET_ACTS or code == "4688" else subject
    if user and of == group.SECURITY:
        fields["User"] = user
    return user
