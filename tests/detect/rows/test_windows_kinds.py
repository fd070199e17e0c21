"""What kind of record each form of Windows event is."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from cybersecqwen.detect.rows import RowReader, column
from cybersecqwen.detect.rows.kinds import Kind

SYSMON = "Microsoft-Windows-Sysmon"
OPERATIONAL = "Microsoft-Windows-Sysmon/Operational"


def flat(provider: str, channel: str, code: Any, **fields: Any) -> dict[str, Any]:
    return {"SourceName": provider, "Channel": channel, "EventID": code, **fields}


def evtx(provider: str, channel: str, code: Any, **fields: Any) -> dict[str, Any]:
    system = {"Provider": {"#attributes": {"Name": provider}}, "EventID": code, "Channel": channel}
    return {"Event": {"System": system, "EventData": fields}}


def beat(provider: str, channel: str, code: Any, **fields: Any) -> dict[str, Any]:
    return {"winlog": {"provider_name": provider, "channel": channel, "event_id": code, "event_data": fields}}


def old_beat(provider: str, channel: str, code: Any, **fields: Any) -> dict[str, Any]:
    return {
        "source_name": provider,
        "log_name": channel,
        "event_id": code,
        "computer_name": "pc",
        "event_data": fields,
    }


FORMS = [flat, evtx, beat, old_beat]


def of(raw: dict[str, Any]) -> Kind:
    return RowReader().kind_of(raw)


def told(raw: dict[str, Any]) -> tuple[str, str, str]:
    kind = of(raw)
    return kind.product, kind.service, kind.category


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("provider", "channel", "code", "expected"),
    [
        (SYSMON, OPERATIONAL, 1, ("windows", "sysmon", "process_creation")),
        (SYSMON, OPERATIONAL, "13", ("windows", "sysmon", "registry_set")),
        (SYSMON, "ForwardedEvents", 26, ("windows", "sysmon", "file_delete")),
        ("", OPERATIONAL, 22, ("windows", "sysmon", "dns_query")),
        (
            "Microsoft-Windows-Security-Auditing",
            "Security",
            4688,
            ("windows", "security", "process_creation"),
        ),
        ("Microsoft-Windows-Security-Auditing", "security", 4624, ("windows", "security", "")),
        ("Microsoft-Windows-Eventlog", "ForwardedEvents", 1102, ("windows", "security", "")),
        ("Microsoft-Windows-Eventlog", "ForwardedEvents", 104, ("windows", "system", "")),
        ("PowerShell", "Windows PowerShell", 400, ("windows", "powershell-classic", "ps_classic_start")),
        ("PowerShellCore", "PowerShellCore/Operational", 4104, ("windows", "powershell", "ps_script")),
        ("Microsoft-Windows-Kernel-IO", "Microsoft-Windows-Kernel-IO/Operational", 1, ("windows", "", "")),
        ("Microsoft-Windows-Kernel-File", "Kernel-File", 27, ("windows", "", "file_rename")),
        ("Linux-Sysmon", "Linux-Sysmon/Operational", 11, ("linux", "sysmon", "file_event")),
        ("RPCFW", "RPCFW", 3, ("rpc_firewall", "", "application")),
    ],
)
def test_provider_and_channel_decide_with_the_event_id(
    form: Any, provider: str, channel: str, code: Any, expected: tuple[str, str, str]
) -> None:
    assert told(form(provider, channel, code)) == expected


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("provider", "channel"),
    [("Some-Vendor", OPERATIONAL), (SYSMON, "Application"), ("Some-Vendor", "ForwardedEvents")],
)
def test_an_event_id_alone_makes_no_category(form: Any, provider: str, channel: str) -> None:
    assert told(form(provider, channel, 1))[2] == ""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("event_type", "category"),
    [
        ("CreateKey", "registry_add"),
        ("DeleteKey", "registry_delete"),
        ("DeleteValue", "registry_delete"),
        ("?", "registry_event"),
        (7, "registry_event"),
    ],
)
def test_event_12_is_told_by_its_type(form: Any, event_type: Any, category: str) -> None:
    assert of(form(SYSMON, OPERATIONAL, 12, EventType=event_type)).category == category


def test_a_collectors_severity_is_no_event_type() -> None:
    raw = flat(SYSMON, OPERATIONAL, 12, EventType="INFO", EventTypeOrignal="DeleteKey")
    kind = of(raw)
    assert kind.category == "registry_delete"
    assert column(kind, "EventType", [raw, {**raw, "EventTypeOrignal": "INFO"}]) == ["DeleteKey", None]


def test_equal_kinds_are_one_object() -> None:
    one, two = of(flat(SYSMON, OPERATIONAL, 1)), of(flat(SYSMON, OPERATIONAL, "1"))
    assert one is two
    assert pickle.loads(pickle.dumps(one)) is one
    assert copy.deepcopy(one) is one


def test_forms_may_follow_each_other_in_one_input() -> None:
    reader = RowReader()
    raws = [form(SYSMON, OPERATIONAL, 1) for form in (flat, evtx, flat, beat, evtx, old_beat, flat)]
    shapes = [reader.kind_of(raw).shape for raw in raws]
    assert shapes == [
        "windows-flat",
        "evtx",
        "windows-flat",
        "winlogbeat",
        "evtx",
        "winlogbeat",
        "windows-flat",
    ]


def test_many_providers_do_not_make_many_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cybersecqwen.detect.rows.kinds._BOUND", 0)
    monkeypatch.setattr("cybersecqwen.detect.rows.kinds._KINDS", {})
    reader = RowReader()
    raws = [flat(f"provider {at}", "Application", at) for at in range(50)]
    kinds = {reader.kind_of(raw) for raw in raws}
    assert len(kinds) == 1
    assert column(kinds.pop(), "EventID", raws) == list(range(50))
