"""Fields from rendered messages, for records whose collector kept nothing else."""

from __future__ import annotations

import re

from . import categories as group

_CHARS, _LINES = 65_536, 400
_LINE = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9 _-]{0,48}?)[ \t]*[=:][ \t]*(\S.*)?")

_BETWEEN = re.compile(r"; |[.,] (?=[A-Z][A-Za-z]{1,40} = )")
_PIPELINE = "Pipeline execution details for command line"
_IGNORED = frozenset((_PIPELINE, "Remote Desktop Services", "Details", "Context Information"))

# The labels of the rendered messages (English), as the providers' manifests write them.
_LABELS = {
    "User": "User",
    "Domain": "TargetDomainName",
    "Account Name": "SubjectUserName",
    "Domain Name": "SubjectDomainName",
    "Security ID": "SubjectUserSid",
    "Logon ID": "SubjectLogonId",
    "Source Network Address": "IpAddress",
    "Session ID": "SessionId",
    "Service Name": "ServiceName",
    "Service File Name": "ImagePath",
    "Service Type": "ServiceType",
    "Service Start Type": "StartType",
    "Service Account": "AccountName",
    "HostProcess": "HostProcess",
    "Eventfilter": "Filter",
    "Process": "Image",
    "Process image name": "Image",
    "Process ID": "ProcessId",
    "User name": "User",
}


def from_message(of: str, message: str, fields: dict[str, str]) -> None:
    """Add what the message of a record of group `of` tells, under the provider's own field names.

    The message itself is kept as "Message", because text signals look at it.
    """
    text = message[:_CHARS]
    fields["Message"] = text
    if of == group.WMI:
        _pairs(_BETWEEN.split(text.replace("\n", " ")), fields)
    elif of == group.POWERSHELL_CLASSIC:
        _classic(text, fields)
    elif of in _LABELLED:
        _pairs(text.splitlines()[:_LINES], fields)
        if of == group.SYSMON and "\nDestination:" in text:  # the last field, and of several lines
            fields["Destination"] = text.partition("\nDestination:")[2].strip()


_LABELLED = frozenset(
    (
        group.SYSMON,
        group.SYSTEM,
        group.EVENTLOG,
        group.SESSIONS,
        group.RDP,
        group.SECURITY,
    )
)


def from_context(context: str, fields: dict[str, str]) -> None:
    """Add the fields of the "ContextInfo" block of PowerShell module logging (event 4103)."""
    for line in context[:_CHARS].splitlines()[:_LINES]:
        name, found, value = line.partition(" = ")
        target = _CONTEXT.get(name.strip())
        if found and target and value.strip():
            fields.setdefault(target, value.strip())


_CONTEXT = {
    "Host Application": "HostApplication",
    "Host Name": "HostName",
    "Command Name": "CommandName",
    "Command Type": "CommandType",
    "Script Name": "Path",
    "Command Path": "CommandPath",
    "User": "User",
    "Connected User": "ConnectedUser",
}


def _pairs(parts: list[str], fields: dict[str, str]) -> None:
    for part in parts:
        match = _LINE.fullmatch(part[:8_192])
        if match is None or not match[2] or match[2] == "-" or match[1] in _IGNORED:
            continue
        name = _LABELS.get(match[1]) or match[1].replace(" ", "")
        fields.setdefault(name, match[2].rstrip())


def _classic(text: str, fields: dict[str, str]) -> None:
    """The "Name=Value" lines of events 400 to 800; 800 has the pipeline before and after them."""
    block = text
    if text.startswith(_PIPELINE):
        block, _, details = text.partition("Details:")
        line = block[len(_PIPELINE) + 1 :].lstrip().partition("\n")[0].strip().rstrip(".")
        if line:
            fields.setdefault("ScriptLine", line)
        if details.strip():
            fields.setdefault("Payload", details.strip())
    for line in block.splitlines()[:_LINES]:
        name, found, value = line.partition("=")
        name, value = name.strip(), value.strip()
        if found and value and name.isalnum() and len(name) < 40:
            fields.setdefault(name, value)
