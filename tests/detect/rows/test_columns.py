"""Columns are plain look-ups, whatever the form of the record."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.rows import RowReader, column, rows
from tests.detect.rows.test_windows_kinds import FORMS, OPERATIONAL, SYSMON, beat, evtx, flat, old_beat

PLAIN = "Some-Provider"
NAMES = st.sampled_from(["Image", "CommandLine", "Destination Ip", "Größe", "x", "Param1", "value.of"])
VALUES = st.one_of(
    st.none(), st.text(max_size=20), st.integers(), st.booleans(), st.lists(st.text(max_size=5))
)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=6)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "EventID",
        "Channel",
        "SourceName",
        "Event",
        "System",
        "EventData",
        "UserData",
        "winlog",
        "event_data",
        "event_id",
        "Provider",
        "#attributes",
        "Name",
        "TimeCreated",
        "@timestamp",
        "Data",
        "User",
        "process",
        "Keywords",
        "EventType",
        "Message",
    ]
)


@given(st.lists(FIELDS, min_size=1, max_size=5), NAMES, st.sampled_from(FORMS))
def test_a_column_is_a_plain_look_up(records: list[dict[str, Any]], name: str, form: Any) -> None:
    raws = [form(PLAIN, "Some-Channel", 5, **fields) for fields in records]
    kind = RowReader().kind_of(raws[0])
    assert column(kind, name, raws) == [fields.get(name) for fields in records]


@given(st.lists(st.dictionaries(KEYS, st.one_of(JSON, st.dictionaries(KEYS, JSON)), max_size=6), min_size=1))
def test_nothing_raises_on_records_of_any_form(raws: list[dict[str, Any]]) -> None:
    reader = RowReader()
    for raw in raws:
        batch = rows(reader.kind_of(raw), [raw])
        for name in (
            "Image",
            "EventID",
            "Channel",
            "Provider_Name",
            "Keywords",
            "Level",
            "Data",
            "param1",
            "a.b",
        ):
            assert len(batch.column(name)) == 1
        assert (
            len(batch.form.times(batch)) == len(batch.form.hosts(batch)) == len(batch.form.users(batch)) == 1
        )
        batch.form.messages(batch)


def one(raw: dict[str, Any], name: str) -> Any:
    return column(RowReader().kind_of(raw), name, [raw])[0]


def test_system_fields_of_every_form() -> None:
    system = {
        "Provider": {"#attributes": {"Name": SYSMON, "Guid": "g"}},
        "EventID": {"#attributes": {"Qualifiers": 0}, "#text": 1},
        "Channel": OPERATIONAL,
        "Computer": "pc",
        "Level": 4,
        "Keywords": "0x8000000000000000",
        "Execution": {"#attributes": {"ProcessID": 7, "ThreadID": 8}},
        "Security": {"#attributes": {"UserID": "S-1-5-18"}},
    }
    nxlog = flat(
        SYSMON,
        OPERATIONAL,
        1,
        Hostname="pc",
        SeverityValue=2,
        Keywords=-9223372036854775808,
        ExecutionProcessID=7,
        UserID="S-1-5-18",
    )
    log = {
        "provider_name": SYSMON,
        "channel": OPERATIONAL,
        "event_id": "1",
        "computer_name": "pc",
        "keywords": ["Audit Failure"],
        "process": {"pid": 7},
        "user": {"identifier": "S-1-5-18"},
    }
    for raw in (nxlog, {"Event": {"System": system}}, {"winlog": log, "log": {"level": "information"}}):
        assert one(raw, "EventID") == "1"
        assert one(raw, "Provider_Name") == SYSMON
        assert one(raw, "Channel") == OPERATIONAL
        assert one(raw, "Computer") == "pc"
        assert one(raw, "Level") == [4, "Information"]
        assert one(raw, "ProcessID") == 7
        assert one(raw, "UserID") == "S-1-5-18"
    assert one(nxlog, "Keywords") == one({"Event": {"System": system}}, "Keywords") == "0x8000000000000000"
    assert "0x8010000000000000" in one({"winlog": log}, "Keywords")


def test_fields_of_user_data_stand_in_one_element_of_any_name() -> None:
    raw = evtx(PLAIN, "Some-Channel", 1)
    del raw["Event"]["EventData"]
    raw["Event"]["UserData"] = {
        "EventXML": {"#attributes": {"xmlns": "u"}, "Address": "10.0.0.1", "User": "a"}
    }
    assert one(raw, "Address") == "10.0.0.1"


def test_values_without_a_name() -> None:
    raw = evtx("PowerShell", "Windows PowerShell", 400, Data={"#text": ["a", "HostApplication=x y\nB=1"]})
    assert one(raw, "Data") == ["a", "HostApplication=x y\nB=1"]
    assert one(raw, "param2") == "HostApplication=x y\nB=1"
    assert one(raw, "HostApplication") == "x y"
    numbered = {"param1": "a", "param2": "b"}
    assert one(beat("MsiInstaller", "Application", 1, **numbered), "Data") == ["a", "b"]
    assert one(old_beat("MsiInstaller", "Application", 1, **numbered), "param2") == "b"
    assert one(flat("MsiInstaller", "Application", 1, Message="all of it"), "Data") == "all of it"


def test_values_that_lost_their_names() -> None:
    raw = evtx("Application Error", "Application", 1000, Data={"#text": ["lsass.exe", "1.0", "t", "x.dll"]})
    assert one(raw, "AppName") == "lsass.exe"
    assert one(raw, "ModuleName") == "x.dll"
    assert one(raw, "ExceptionCode") is None
    assert one(raw, "Message") == ["lsass.exe", "1.0", "t", "x.dll"]
    named = evtx("Application Error", "Application", 1000, AppName="lsass.exe")
    assert one(named, "AppName") == "lsass.exe"


def test_audited_process_starts_bear_sysmons_names() -> None:
    fields = {
        "SubjectUserSid": "S-1-5-18",
        "SubjectUserName": "PC$",
        "SubjectDomainName": "WORKGROUP",
        "SubjectLogonId": "0x3e7",
        "NewProcessId": "0x165c",
        "NewProcessName": r"C:\Windows\System32\cmd.exe",
        "ProcessId": "0x250",
        "CommandLine": "cmd /c dir",
        "TargetUserName": "-",
        "TargetDomainName": "-",
        "TargetLogonId": "0x0",
        "ParentProcessName": r"C:\Windows\explorer.exe",
        "MandatoryLabel": "S-1-16-12288",
    }
    for form in FORMS:
        raw = form("Microsoft-Windows-Security-Auditing", "Security", 4688, **fields)
        assert one(raw, "Image") == one(raw, "NewProcessName") == r"C:\Windows\System32\cmd.exe"
        assert one(raw, "ParentImage") == r"C:\Windows\explorer.exe"
        assert one(raw, "CommandLine") == "cmd /c dir"
        assert (one(raw, "ProcessId"), one(raw, "ParentProcessId")) == ("5724", "592")
        assert one(raw, "IntegrityLevel") == "High"
        assert one(raw, "User") == one(raw, "ParentUser") == r"NT AUTHORITY\SYSTEM"
        assert one(raw, "LogonId") == "0x3e7"
        assert one(raw, "OriginalFileName") is None
        other = {**fields, "TargetUserName": "ann", "TargetDomainName": "CORP", "TargetLogonId": "0x9"}
        raw = form("Microsoft-Windows-Security-Auditing", "Security", 4688, **other)
        assert (one(raw, "User"), one(raw, "LogonId")) == (r"CORP\ann", "0x9")


def test_audited_registry_values_are_written_as_sysmon_writes_them() -> None:
    fields = {
        "ObjectName": r"\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services\EventLog",
        "ObjectValueName": "Start",
        "OperationType": "%%1905",
        "NewValueType": "%%1876",
        "NewValue": "4",
        "ProcessName": r"C:\Windows\regedit.exe",
    }
    for form in FORMS:
        raw = form("Microsoft-Windows-Security-Auditing", "Security", 4657, **fields)
        assert RowReader().kind_of(raw).category == "registry_set"
        assert one(raw, "TargetObject") == r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Start"
        assert one(raw, "Details") == "DWORD (0x00000004)"
        assert one(raw, "EventType") == "SetValue"
        assert one(raw, "Image") == r"C:\Windows\regedit.exe"


def test_the_log_that_was_cleared() -> None:
    provider, cleared = "Microsoft-Windows-Eventlog", "Microsoft-Windows-Sysmon/Operational"
    raw = evtx(provider, "System", 104)
    raw["Event"]["UserData"] = {"LogFileCleared": {"Channel": cleared, "SubjectUserName": "a"}}
    del raw["Event"]["EventData"]
    assert one(raw, "Channel") == cleared
    assert (
        one(flat(provider, "System", 104, Message=f"The {cleared} log file was cleared."), "Channel")
        == cleared
    )
    assert one(flat(provider, "System", 104), "Channel") is None


def test_what_only_the_message_says() -> None:
    message = 'activity detected:\r\nOperation: Created\r\nName:  "x"\r\nDestination:  "a\r\nb"'
    raw = flat(SYSMON, OPERATIONAL, 20, Message=message)
    assert (one(raw, "Operation"), one(raw, "Name"), one(raw, "Destination")) == ("Created", "x", "a\r\nb")
    assert one({**raw, "Operation": "Deleted"}, "Operation") == "Deleted"
    provider = "Microsoft-Windows-WMI-Activity"
    message = "Id = {1}; User = CORP\\ann; Operation = Start X::Y - a; ResultCode = 0x1"
    raw = flat(provider, f"{provider}/Operational", 5858, Message=message)
    assert (one(raw, "Operation"), one(raw, "User")) == ("Start X::Y - a", "CORP\\ann")
    assert one(raw, "Code") is None


def test_names_with_blanks() -> None:
    names = {"Threat Name": "EICAR", "Source Name": "AMSI", "New Value": "x", "Feature Name": "f"}
    for form in FORMS:
        raw = form(
            "Microsoft-Windows-Windows Defender",
            "Microsoft-Windows-Windows Defender/Operational",
            1116,
            **names,
        )
        assert one(raw, "ThreatName") == one(raw, "Signature") == "EICAR"
        assert one(raw, "NewValue") == "x"
        assert one(raw, "Feature_Name") == "f"
        assert one(raw, "SourceName") == "AMSI"
