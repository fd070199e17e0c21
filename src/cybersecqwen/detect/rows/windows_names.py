"""Sigma's names where they are not the names that the event itself uses.

Audited process starts (4688) and registry values (4657) bear Sysmon's names, so that rules of the categories
apply: https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4688 and event-4657.
Details of registry values are written as Sysmon writes them ("DWORD (0x00000001)").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from cybersecqwen.inputs.windows_fields import INTEGRITY, decimal, hive

from .getters import constant, first_of, joined, mapped
from .interface import Getter
from .kinds import Kind
from .windows_accounts import account_of

if TYPE_CHECKING:
    from .windows_form import WindowsForm

_Maker = Callable[["WindowsForm"], Getter]


def special_getter(form: WindowsForm, kind: Kind, field: str) -> Getter | None:
    """The getter of a field that this kind of event holds under another name; None for all others."""
    provider = kind.provider.lower()
    maker = _BY_EVENT.get((provider, kind.code), {}).get(field)
    if maker is None:
        maker = _BY_PROVIDER.get(provider, {}).get(field)
    if maker is None:
        maker = _EVERYWHERE.get(field)
    if maker is not None:
        return maker(form)
    if provider == _WMI and field.isalpha() and form.system(field) is None:
        return first_of(form.named(field), mapped(form.message(), partial(_told, f"{field} = ", "; ")))
    if provider == _DEFENDER and (spaced := _spaced(field)) != field and form.system(field) is None:
        return first_of(form.named(spaced), form.named(field))
    return None


def keywords(value: Any) -> Any:
    """Keywords as the hexadecimal text that Windows shows, whether recorded as number, text or words."""
    if value.__class__ is int:
        return hex(value & 0xFFFF_FFFF_FFFF_FFFF)
    if isinstance(value, list):
        return [*value, *(_AUDIT[item] for item in value if isinstance(item, str) and item in _AUDIT)]
    return value


def level(value: Any) -> Any:
    """A level as number and as word, because rules write either."""
    number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 4 else value
    name = _LEVELS.get(number) if number.__class__ is int else None
    return value if name is None else [number, name]


_LEVELS = {1: "Critical", 2: "Error", 3: "Warning", 4: "Information", 5: "Verbose"}
_AUDIT = {"Audit Success": "0x8020000000000000", "Audit Failure": "0x8010000000000000"}


def _named(*names: str) -> _Maker:
    return lambda form: first_of(*(form.named(name) for name in names))


def _changed(name: str, change: Callable[[Any], Any]) -> _Maker:
    return lambda form: mapped(form.named(name), change)


def _or_message(*names: str) -> _Maker:
    return lambda form: first_of(*(form.named(name) for name in names), form.message())


def _pid(value: Any) -> Any:
    return decimal(value) if isinstance(value, str) else value


def _integrity(value: Any) -> Any:
    return INTEGRITY.get(value) if isinstance(value, str) else None


def _logon(target: Any, subject: Any) -> Any:
    return subject if target in (None, "", "-", "0x0", 0) else target


def _new_user(target: Any, target_domain: Any, sid: Any, subject: Any, domain: Any) -> Any:
    return account_of(target, target_domain, None) or account_of(subject, domain, sid)


_SUBJECT = ("SubjectUserSid", "SubjectUserName", "SubjectDomainName")


def _several(change: Callable[..., Any], *names: str) -> _Maker:
    return lambda form: joined(tuple(form.named(name) for name in names), change)


_CONTROL_SET = re.compile(r"(?i)^(HKLM\\SYSTEM)\\ControlSet\d{3}(?=\\|$)")


def _registry_path(key: Any, value: Any) -> Any:
    if not isinstance(key, str):
        return None
    short = _CONTROL_SET.sub(r"\1\\CurrentControlSet", hive(key))
    return f"{short}\\{value}" if isinstance(value, str) and value else short


def _registry_details(value: Any, type_: Any) -> Any:
    """Sysmon's way of writing a value: "DWORD (0x…)", "QWORD (0x…-0x…)", "Binary Data", else the text."""
    if type_ == "%%1874":  # REG_BINARY
        return "Binary Data"
    if isinstance(value, str) and value.isdecimal() and len(value) < 21:
        if type_ == "%%1876":
            return f"DWORD (0x{int(value):08x})"
        if type_ == "%%1883":
            number = int(value)
            return f"QWORD (0x{number >> 32:08x}-0x{number & 0xFFFF_FFFF:08x})"
    return value


_OPERATIONS = {"%%1904": "SetValue", "%%1905": "SetValue", "%%1906": "DeleteValue"}


def _operation(value: Any) -> Any:
    return _OPERATIONS.get(value) if isinstance(value, str) else None


def _hash(name: str) -> Callable[[Any], Any]:
    mark = f"{name}="

    def change(value: Any) -> Any:
        if not isinstance(value, str):
            return None
        for part in value.split(","):
            if part[: len(mark)].upper() == mark:
                return part[len(mark) :]
        return None

    return change


_CLEARED = re.compile(r"The (.{1,250}) log file was cleared")


def _cleared(value: Any) -> Any:
    match = _CLEARED.match(value) if isinstance(value, str) else None
    return match[1] if match is not None else None


def _cleared_channel(form: WindowsForm) -> Getter:
    """The log that was cleared. Flat records lose it to the channel the event stands in."""
    if form.shape == "windows-flat":
        return mapped(form.message(), _cleared)
    return first_of(form.named("Channel"), mapped(form.message(), _cleared))


def _context(name: str) -> _Maker:
    """A line "Name=Value" of the classic PowerShell events, where the event does not name it itself."""

    def find(value: Any) -> Any:
        for text in value if isinstance(value, list) else [value]:
            at = text.find(f"{name}=") if isinstance(text, str) else -1
            if at >= 0 and (at == 0 or text[at - 1] in "\t\r\n "):
                return text[at + len(name) + 1 :].partition("\n")[0].rstrip("\r")
        return None

    return lambda form: first_of(form.named(name), mapped(_data(form), find))


def _told(mark: str, end: str, message: Any) -> str | None:
    """What a message says behind a mark, for collectors that kept nothing else of an event."""
    at = message.find(mark) if isinstance(message, str) else -1
    if at < 0 or (at and message[at - 1] not in " \n\t"):
        return None
    rest = message[at + len(mark) :]
    return (rest.partition(end)[0] if end else rest).strip(' "\r\n') or None


def _said(name: str, end: str = "\n") -> _Maker:
    """A line "Name: value" of Sysmon's messages, where the record has no such field."""
    return lambda form: first_of(form.named(name), mapped(form.message(), partial(_told, f"{name}: ", end)))


def _placed(name: str, at: int) -> _Maker:
    """A value by its name, else by its place (from 1) among the values without a name."""
    return lambda form: first_of(form.named(name), form.named(f"param{at}"))


def _data(form: WindowsForm) -> Getter:
    """The unnamed values of an event; where a collector kept only the text made of them, that text."""
    return first_of(form.named("Data"), form.message())


_PROCESS_START: dict[str, _Maker] = {
    "Image": _named("NewProcessName", "Image"),
    "ParentImage": _named("ParentProcessName", "ParentImage"),
    "CommandLine": _named("CommandLine", "Process Command Line"),
    "ProcessId": _changed("NewProcessId", _pid),
    "ParentProcessId": _changed("ProcessId", _pid),
    "IntegrityLevel": _changed("MandatoryLabel", _integrity),
    "User": _several(_new_user, "TargetUserName", "TargetDomainName", *_SUBJECT),
    "ParentUser": _several(lambda sid, name, domain: account_of(name, domain, sid), *_SUBJECT),
    "LogonId": _several(_logon, "TargetLogonId", "SubjectLogonId"),
}
_REGISTRY_VALUE: dict[str, _Maker] = {
    "Image": _named("ProcessName"),
    "ProcessId": _changed("ProcessId", _pid),
    "TargetObject": _several(_registry_path, "ObjectName", "ObjectValueName"),
    "Details": _several(_registry_details, "NewValue", "NewValueType"),
    "EventType": _changed("OperationType", _operation),
    "User": _several(lambda sid, name, domain: account_of(name, domain, sid), *_SUBJECT),
}
_WMI_EVENT = {
    name: _said(name) for name in ("Operation", "User", "Name", "Type", "Query", "Consumer", "Filter")
}
_CHANNEL_CLEARED: dict[str, _Maker] = {"Channel": _cleared_channel}
_DEFENDER = "microsoft-windows-windows defender"
_WMI = "microsoft-windows-wmi-activity"

# Names since Windows 11; before, the values have only their places.
_APPLICATION_ERROR = (
    "AppName AppVersion AppTimeStamp ModuleName ModuleVersion ModuleTimeStamp ExceptionCode FaultingOffset "
    "ProcessId ProcessCreationTime AppPath ModulePath IntegratorReportId PackageFullName PackageRelativeAppId"
)

_BY_EVENT: dict[tuple[str, str], dict[str, _Maker]] = {
    ("microsoft-windows-security-auditing", "4688"): _PROCESS_START,
    ("microsoft-windows-security-auditing", "4657"): _REGISTRY_VALUE,
    ("microsoft-windows-eventlog", "104"): _CHANNEL_CLEARED,
    ("microsoft-windows-sysmon", "19"): _WMI_EVENT,
    ("microsoft-windows-sysmon", "20"): {**_WMI_EVENT, "Destination": _said("Destination", "")},
    ("microsoft-windows-sysmon", "21"): _WMI_EVENT,
    ("application error", "1000"): {
        name: _placed(name, at) for at, name in enumerate(_APPLICATION_ERROR.split(), 1)
    },
    ("microsoft-windows-powershell", "4103"): {
        "Payload": _or_message("Payload"),
        "ContextInfo": _or_message("ContextInfo"),
    },
    ("microsoft-windows-powershell", "4104"): {"ScriptBlockText": _or_message("ScriptBlockText")},
}
_CLASSIC_NAMES = (
    "HostName HostVersion HostId HostApplication EngineVersion RunspaceId PipelineId CommandName CommandType "
    "ScriptName CommandPath CommandLine NewEngineState PreviousEngineState SequenceNumber ProviderName "
    "NewProviderState UserId"
)
_BY_PROVIDER: dict[str, dict[str, _Maker]] = {
    "microsoft-windows-sysmon": {
        "Imphash": _changed("Hashes", _hash("IMPHASH")),
        "imphash": _changed("Hashes", _hash("IMPHASH")),
        "md5": _changed("Hashes", _hash("MD5")),
        "sha1": _changed("Hashes", _hash("SHA1")),
        "sha256": _changed("Hashes", _hash("SHA256")),
    },
    "powershell": {name: _context(name) for name in _CLASSIC_NAMES.split()},
    _DEFENDER: {
        "Signature": _named("Threat Name"),
        "Filename": _named("Path"),
        "Action": _named("Action Name"),
        "ProcessName": _named("Process Name"),
        "SourceName": _named("Source Name"),
    },
    # The client of a service installation (7045): the process that wrote the event.
    "service control manager": {"ProcessId": lambda form: _system(form, "ProcessID")},
    "rpcfw": {"EventLog": lambda form: constant("RPCFW")},
}
_EVERYWHERE: dict[str, _Maker] = {
    "Data": _data,
    "Message": lambda form: first_of(form.named("Message"), form.message(), form.named("Data")),
    "Level": lambda form: mapped(first_of(form.named("Level"), _system(form, "Level")), level),
    "Keywords": lambda form: mapped(first_of(form.named("Keywords"), _system(form, "Keywords")), keywords),
}


def _system(form: WindowsForm, field: str) -> Getter:
    found = form.system(field)
    assert found is not None, field
    return found


def _spaced(field: str) -> str:
    """Defender's names hold blanks: "ThreatName" and "Threat_Name" are its "Threat Name"."""
    return re.sub(r"(?<=[a-z])_?(?=[A-Z])|_", " ", field)
