"""Windows events in every form come out as the same events."""

from __future__ import annotations

from typing import Any

import pytest

from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.records import Category as C
from cybersecqwen.records import Event, Limits, Severity, Source

PLACE = Source(path="x", record=1)
SYSMON = {
    "UtcTime": "2024-05-06 07:08:09.123",
    "ProcessGuid": "{39e4a257-dde2-5f8b-531b-000000000400}",
    "ProcessId": "2760",
    "Image": r"C:\Windows\System32\cmd.exe",
    "CommandLine": "cmd.exe /c whoami",
    "User": r"CORP\ann",
    "ParentProcessGuid": "{00000000-0000-0000-0000-000000000000}",
    "ParentImage": "-",
    "RuleName": "-",
}
SYSTEM = {
    "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}},
    "EventID": {"#attributes": {"Qualifiers": 0}, "#text": 1},
    "TimeCreated": {"#attributes": {"SystemTime": "2024-05-06T07:08:10Z"}},
    "Channel": "Microsoft-Windows-Sysmon/Operational",
    "Computer": "ws1",
}
FORMS: dict[str, dict[str, Any]] = {
    "windows-flat": {
        "SourceName": "Microsoft-Windows-Sysmon",
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "EventID": 1,
        "Hostname": "ws1",
        "@timestamp": "2024-05-06T07:08:10Z",
        "EventTime": "2024-05-06 03:08:09",
        "EventReceivedTime": "2024-05-06 03:08:10",
        "SourceModuleType": "im_msvistalog",
        "Message": "Process Create: …",
        **SYSMON,
    },
    "evtx": {"Event": {"System": SYSTEM, "EventData": SYSMON}},
    "winlogbeat": {
        "@timestamp": "2024-05-06T07:08:10Z",
        "winlog": {
            "provider_name": "Microsoft-Windows-Sysmon",
            "channel": "Microsoft-Windows-Sysmon/Operational",
            "event_id": "1",
            "computer_name": "ws1",
            "event_data": SYSMON,
        },
    },
    "winlogbeat dotted": {
        "winlog.provider_name": "Microsoft-Windows-Sysmon",
        "winlog.channel": "Microsoft-Windows-Sysmon/Operational",
        "winlog.event_id": 1,
        "winlog.computer_name": "ws1",
        **{f"winlog.event_data.{name}": value for name, value in SYSMON.items()},
    },
    "winlogbeat 6": {
        "source_name": "Microsoft-Windows-Sysmon",
        "log_name": "Microsoft-Windows-Sysmon/Operational",
        "event_id": 1,
        "computer_name": "ws1",
        "event_data": SYSMON,
    },
}


def event_of(raw: dict[str, Any], limits: Limits | None = None) -> Event:
    return ShapeFinder().shape_of(raw).normalise(raw, id="e1", source=PLACE, limits=limits or Limits())


@pytest.mark.parametrize("form", FORMS)
def test_a_process_start_in_every_form(form: str) -> None:
    raw = FORMS[form]
    shape = ShapeFinder().shape_of(raw)
    assert shape.name == form.partition(" ")[0]
    assert shape.head(raw) == ("Microsoft-Windows-Sysmon", "1")
    event = event_of(raw)
    assert (event.category, event.code, event.host, event.user) == (C.PROCESS, "1", "ws1", r"CORP\ann")
    assert event.time == 1714979289.123
    wanted = {**SYSMON, "ProcessGuid": "{39E4A257-DDE2-5F8B-531B-000000000400}"}
    for name in ("ParentProcessGuid", "ParentImage", "RuleName"):
        del wanted[name]
    assert event.fields == wanted


def flat(code: int, provider: str = "Microsoft-Windows-Security-Auditing", **fields: Any) -> Event:
    return event_of(
        {"SourceName": provider, "Channel": "Security", "EventID": code, "Hostname": "h", **fields}
    )


def test_audited_process_start() -> None:
    event = flat(
        4688,
        NewProcessName=r"C:\a.exe",
        NewProcessId="0x1f4",
        ProcessId="0x10",
        ParentProcessName=r"C:\b.exe",
        SubjectUserName="SYS$",
        SubjectDomainName="CORP",
        TargetUserName="ann",
        TargetDomainName="CORP",
        MandatoryLabel="S-1-16-12288",
        CommandLine="a.exe -x",
    )
    assert event.category is C.PROCESS
    assert event.user == event.get("User") == r"CORP\ann"
    picked = ("Image", "ProcessId", "ParentImage", "ParentProcessId", "IntegrityLevel", "CommandLine")
    assert [event.get(name) for name in picked] == [r"C:\a.exe", "500", r"C:\b.exe", "16", "High", "a.exe -x"]
    assert "NewProcessId" not in event.fields


@pytest.mark.parametrize(
    ("code", "raw", "category", "wanted"),
    [
        (4624, {"TargetUserName": "ann", "TargetDomainName": "C", "SubjectUserName": "S$", "LogonType": 10},
         C.LOGON, {"User": r"C\ann", "LogonType": "10"}),
        (4625, {"TargetUserName": "ann", "SubjectUserName": "-"}, C.LOGON_FAILED, {"User": "ann"}),
        (4769, {"TargetUserName": "ann@C", "TicketEncryptionType": "0x17"}, C.KERBEROS, {"User": "ann@C"}),
        (4720, {"SubjectUserName": "adm", "TargetUserName": "new"}, C.ACCOUNT, {"User": "adm"}),
        (4732, {"SubjectUserName": "adm", "TargetUserName": "Administrators"}, C.ACCOUNT,
         {"GroupName": "Administrators"}),
        (4697, {"ServiceFileName": "x.exe", "ServiceStartType": "2"}, C.SERVICE,
         {"ImagePath": "x.exe", "StartType": "2"}),
        (5156, {"Application": r"\device\a.exe", "DestAddress": "1.2.3.4", "DestPort": "443", "Protocol": "6",
                "Direction": "%%14593"}, C.NETWORK,
         {"Image": r"\device\a.exe", "DestinationIp": "1.2.3.4", "DestinationPort": "443", "Protocol": "tcp",
          "Initiated": "true"}),
        (4657, {"ObjectName": r"\REGISTRY\MACHINE\SYSTEM\x", "ObjectValueName": "Start", "NewValue": "4"},
         C.REGISTRY, {"TargetObject": r"HKLM\SYSTEM\x\Start", "Details": "4", "EventType": "SetValue"}),
        (4663, {"ObjectType": "Key", "ObjectName": r"\REGISTRY\USER\S-1\y", "ProcessName": "r.exe"}, C.OBJECT,
         {"TargetObject": r"HKU\S-1\y", "Image": "r.exe"}),
        (4799, {"CallerProcessName": "n.exe", "CallerProcessId": "0xa"}, C.ACCOUNT,
         {"Image": "n.exe", "ProcessId": "10"}),
        (4776, {"Workstation": "W", "TargetUserName": "ann"}, C.KERBEROS, {"WorkstationName": "W"}),
        (5145, {"ShareName": r"\\*\C$", "RelativeTargetName": "a", "SubjectUserName": "ann"}, C.SHARE,
         {"RelativeTargetName": "a"}),
    ],
)  # fmt: skip
def test_audit_events(code: int, raw: dict[str, Any], category: C, wanted: dict[str, str]) -> None:
    event = flat(code, **raw)
    assert event.category is category
    assert {name: event.get(name) for name in wanted} == wanted


TASK = (
    '<?xml version="1.0"?><Task><Triggers><LogonTrigger/></Triggers><Actions><Exec><Command>cmd.exe</Command>'
    "<Arguments>/c &quot;a&quot;</Arguments></Exec><Exec><Command>b.exe</Command></Exec></Actions></Task>"
)


@pytest.mark.parametrize("escape", [False, True])
def test_what_a_task_runs(escape: bool) -> None:
    content = TASK.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") if escape else TASK
    event = flat(4698, TaskName=r"\t", TaskContent=content)
    assert event.category is C.TASK
    assert event.get("TaskCommand") == "cmd.exe\nb.exe"
    assert event.get("TaskArguments") == '/c "a"'
    assert event.get("TaskTriggers") == "LogonTrigger"


@pytest.mark.parametrize(
    ("provider", "code", "raw", "category", "wanted"),
    [
        ("Service Control Manager", 7045, {"ServiceName": "s", "ImagePath": "p.exe"}, C.SERVICE,
         {"ImagePath": "p.exe"}),
        ("Service Control Manager", 7040, {"param1": "Long", "param2": "auto start", "param3": "disabled",
                                           "param4": "Short"}, C.SERVICE,
         {"ServiceName": "Short", "StartType": "disabled", "ServiceDisplayName": "Long"}),
        ("Microsoft-Windows-PowerShell", 4103,
         {"ContextInfo": "  Host Application = powershell -x\n  User = C\\ann\n  Script Name = a.ps1\n",
          "Payload": "p"}, C.SCRIPT,
         {"HostApplication": "powershell -x", "User": r"C\ann", "Path": "a.ps1"}),
        ("PowerShell", 400, {"Message": "Engine state…\r\n\tHostApplication=powershell.exe -enc AA=\r\n"},
         C.SCRIPT, {"HostApplication": "powershell.exe -enc AA="}),
        ("Microsoft-Windows-WMI-Activity", 5861,
         {"Message": "Namespace = //./root/subscription; Eventfilter = F; Consumer = C; PossibleCause = x"},
         C.WMI, {"Consumer": "C", "Filter": "F"}),
        ("Microsoft-Windows-TerminalServices-RemoteConnectionManager", 1149,
         {"Message": "Remote: ok:\r\n\r\nUser: ann\r\nDomain: c\r\nSource Network Address: 1.2.3.4"},
         C.LOGON, {"TargetUserName": "ann", "TargetDomainName": "c", "IpAddress": "1.2.3.4"}),
        ("Microsoft-Windows-Eventlog", 1102,
         {"Message": "The audit log was cleared.\r\nSubject:\r\n\tAccount Name:\tann\r\n\tDomain Name:\tC"},
         C.LOG, {"SubjectUserName": "ann"}),
        ("Microsoft-Windows-TaskScheduler", 106, {"TaskName": r"\t", "UserContext": r"C\ann"}, C.TASK,
         {"User": r"C\ann"}),
    ],
)  # fmt: skip
def test_other_logs(
    provider: str, code: int, raw: dict[str, Any], category: C, wanted: dict[str, str]
) -> None:
    event = flat(code, provider, **raw)
    assert event.category is category
    assert {name: event.get(name) for name in wanted} == wanted


def test_defender_claims() -> None:
    fields = {"Threat Name": "Trojan:X", "Severity Name": "Severe", "Path": r"file:_C:\a.exe; file:_C:\b.exe"}
    event = flat(1116, "Microsoft-Windows-Windows Defender", **fields)
    assert event.category is C.ALERT
    assert event.claim is not None
    assert (event.claim.rule, event.claim.severity) == ("Trojan:X", Severity.CRITICAL)
    assert event.get("TargetFilename") == r"C:\a.exe"


def test_user_data_and_nameless_data() -> None:
    provider = {"#attributes": {"Name": "Microsoft-Windows-TerminalServices-LocalSessionManager"}}
    system = {**SYSTEM, "Provider": provider, "EventID": 21, "Channel": "x"}
    data = {"EventXML": {"#attributes": {"xmlns": "Event_NS"}, "User": r"C\ann", "Address": "1.2.3.4"}}
    event = event_of({"Event": {"System": system, "UserData": data}})
    assert (event.user, event.get("IpAddress"), event.category) == (r"C\ann", "1.2.3.4", C.LOGON)
    nameless = event_of({"Event": {"System": SYSTEM, "EventData": {"Data": {"#text": ["a", "b"]}}}})
    assert nameless.fields == {"Data_1": "a", "Data_2": "b"}


def test_collector_clocks() -> None:
    base = {"SourceName": "x", "Channel": "Security", "EventID": 1}
    local = {"EventTime": "2020-09-01 21:43:49", "EventReceivedTime": "2020-09-01 21:43:50"}
    assert event_of({**base, **local, "@timestamp": "2020-09-02T01:43:50.916Z"}).time == 1599011029.0
    assert event_of({**base, "EventTime": "2020-09-02 01:43:49"}).time == 1599011029.0
    assert (
        event_of({**base, "TimeCreated": "2020-09-02T01:43:49Z", "UtcTime": "1999-01-01"}).time
        == 1599011029.0
    )
    assert event_of(base).time is None


def test_values_are_bounded_text() -> None:
    limits = Limits(value_chars=30, fields=4)
    raw = {"SourceName": "x", "Channel": "c", "EventID": 1, "a": "y" * 99, "b": 0, "c": [1, {"d": 2}],
           "d": True, "e": "beyond"}  # fmt: skip
    event = event_of(raw, limits)
    assert list(event.fields) == ["a", "b", "c", "d"]
    assert len(event.get("a")) == 30
    assert (event.get("b"), event.get("c"), event.get("d")) == ("0", '[1,{"d":2}]', "true")
