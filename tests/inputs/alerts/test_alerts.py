"""Alerts keep what the product claims apart from what happened, and carry the event inside."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cybersecqwen.inputs.alerts.carried import joined_path, techniques
from cybersecqwen.inputs.alerts.elastic import unflatten
from cybersecqwen.inputs.alerts.severity import GUARDDUTY, WAZUH, from_steps, from_word
from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.records import Category, Event, Limits, Severity, Source

WORD = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"
CMD = "C:\\Windows\\System32\\cmd.exe"


def read(raw: dict[str, Any]) -> tuple[str, tuple[Event, ...]]:
    """Name of the shape, and the events."""
    shape = ShapeFinder().shape_of(raw)
    return shape.name, shape.events(raw, id="e7", source=Source(path="x", record=7), limits=Limits())


ELASTIC = {
    "@timestamp": "2026-03-01T10:00:00.000Z",
    "kibana.alert.rule.name": "Suspicious Office Child",
    "kibana.alert.severity": "high",
    "kibana.alert.rule.threat": [{"technique": [{"id": "T1566", "subtechnique": [{"id": "T1566.001"}]}]}],
    "event.category": ["process"],
    "event.type": ["start"],
    "host.name": "WS1",
    "user.name": "kim",
    "process.executable": CMD,
    "process.command_line": "cmd.exe /c whoami",
    "process.parent.executable": WORD,
}
SPLUNK = {
    "search_name": "Threat - Office Child - Rule",
    "rule_title": "Office child",
    "urgency": "high",
    "security_domain": "endpoint",
    "dest": "WS1",
    "user": "kim",
    "process": "cmd.exe /c whoami",
    "process_name": "cmd.exe",
    "process_path": CMD,
    "parent_process_path": WORD,
    "_time": "1767225600",
    "annotations.mitre_attack": ["T1566.001"],
    "file_hash": "a" * 64,
}
SENTINEL = {
    "AlertName": "Office child",
    "AlertSeverity": "High",
    "SystemAlertId": "1",
    "TimeGenerated": "2026-03-01T10:00:00Z",
    "Techniques": '["T1566"]',
    "Entities": orjson.dumps(
        [
            {"$id": "1", "Type": "host", "HostName": "WS1"},
            {"$id": "2", "Type": "file", "Directory": "C:\\Windows\\System32", "Name": "cmd.exe"},
            {
                "$id": "3",
                "Type": "process",
                "CommandLine": "cmd.exe /c whoami",
                "ImageFile": {"$ref": "2"},
                "Host": {"$ref": "1"},
                "Account": {"Name": "kim", "NTDomain": "CORP"},
                "ParentProcess": {
                    "ImageFile": {"Directory": WORD.rpartition("\\")[0], "Name": "WINWORD.EXE"}
                },
            },
            {"$id": "4", "Type": "process", "CommandLine": "whoami", "ImageFile": {"Name": "whoami.exe"}},
        ]
    ).decode(),
}
DEFENDER = {
    "id": "d1",
    "title": "Office child",
    "severity": "high",
    "serviceSource": "microsoftDefenderForEndpoint",
    "mitreTechniques": ["T1566.001"],
    "createdDateTime": "2026-03-01T10:00:00Z",
    "evidence": [
        {"@odata.type": "#microsoft.graph.security.deviceEvidence", "deviceDnsName": "ws1"},
        {
            "@odata.type": "#microsoft.graph.security.processEvidence",
            "processCommandLine": "cmd.exe /c whoami",
            "imageFile": {"fileName": "cmd.exe", "filePath": "C:\\Windows\\System32", "sha256": "b" * 64},
            "parentProcessImageFile": {"fileName": "WINWORD.EXE", "filePath": WORD.rpartition("\\")[0]},
            "userAccount": {"accountName": "kim", "domainName": "CORP"},
        },
    ],
}
WAZUH_ALERT = {
    "timestamp": "2026-03-01T10:00:00.000+0000",
    "agent": {"name": "WS1"},
    "manager": {"name": "m"},
    "rule": {
        "id": "92052",
        "level": 12,
        "description": "Office child",
        "mitre": {"id": ["T1566.001"]},
        "groups": ["sysmon"],
    },
    "data": {
        "win": {
            "system": {
                "eventID": "1",
                "channel": "Microsoft-Windows-Sysmon/Operational",
                "computer": "WS1",
                "providerName": "Microsoft-Windows-Sysmon",
                "systemTime": "2026-03-01T10:00:00.000Z",
            },
            "eventdata": {
                "image": CMD,
                "commandLine": "cmd.exe /c whoami",
                "parentImage": WORD,
                "user": "CORP\\kim",
            },
        }
    },
}
OCSF = {
    "class_uid": 2004,
    "category_uid": 2,
    "severity_id": 4,
    "time": 1767225600000,
    "metadata": {"product": {"name": "X"}},
    "device": {"hostname": "WS1"},
    "finding_info": {"title": "Office child", "attacks": [{"technique": {"uid": "T1566.001"}}]},
    "evidences": [
        {
            "process": {
                "file": {"path": CMD},
                "cmd_line": "cmd.exe /c whoami",
                "parent_process": {"file": {"path": WORD}},
            }
        }
    ],
}
CROWDSTRIKE = {
    "metadata": {"eventType": "DetectionSummaryEvent"},
    "event": {
        "DetectName": "Office child",
        "SeverityName": "High",
        "Severity": 4,
        "ComputerName": "WS1",
        "UserName": "kim",
        "FileName": "cmd.exe",
        "FilePath": "\\Device\\x\\Windows\\System32",
        "CommandLine": "cmd.exe /c whoami",
        "ParentImageFileName": WORD,
    },
}

CARRYING = [
    ("elastic", ELASTIC),
    ("splunk", SPLUNK),
    ("sentinel", SENTINEL),
    ("defender", DEFENDER),
    ("wazuh", WAZUH_ALERT),
    ("ocsf", OCSF),
    ("crowdstrike", CROWDSTRIKE),
]


@pytest.mark.parametrize(("name", "raw"), CARRYING)
def test_the_process_inside_an_alert_can_be_judged(name: str, raw: dict[str, Any]) -> None:
    shape, events = read(raw)
    event = events[0]
    assert shape == name
    assert event.category is Category.PROCESS
    assert event.get("CommandLine") == "cmd.exe /c whoami"
    assert event.get("Image").lower().endswith("cmd.exe")
    assert event.get("ParentImage").lower().endswith("winword.exe")
    assert event.host.lower() == "ws1"


@pytest.mark.parametrize(("name", "raw"), CARRYING)
def test_the_claim_is_the_products(name: str, raw: dict[str, Any]) -> None:
    claim = read(raw)[1][0].claim
    assert claim is not None
    assert claim.product == name
    assert "office child" in claim.rule.lower()
    assert claim.severity is Severity.HIGH


@pytest.mark.parametrize(("name", "raw"), [c for c in CARRYING if c[0] not in ("crowdstrike", "sentinel")])
def test_techniques_of_the_product_are_kept(name: str, raw: dict[str, Any]) -> None:
    claim = read(raw)[1][0].claim
    assert claim is not None
    assert "T1566.001" in claim.techniques


def test_an_elastic_hit_and_nested_names_read_the_same() -> None:
    bare = read(ELASTIC)[1][0]
    hit = read({"_index": "x", "_source": unflatten(ELASTIC, Limits())})[1][0]
    assert (hit.claim, hit.category, hit.get("CommandLine")) == (
        bare.claim,
        bare.category,
        bare.get("CommandLine"),
    )


def test_an_older_elastic_alert() -> None:
    raw = {
        "signal": {"rule": {"name": "Old", "severity": "critical", "rule_id": "r"}},
        "host": {"name": "WS1"},
    }
    shape, events = read(raw)
    assert shape == "elastic"
    assert events[0].claim is not None
    assert (events[0].claim.rule, events[0].claim.severity) == ("Old", Severity.CRITICAL)


def test_further_processes_become_events_without_a_claim() -> None:
    first, second = read(SENTINEL)[1]
    assert (first.id, second.id) == ("e7", "e7.1")
    assert second.claim is None
    assert second.get("CommandLine") == "whoami"


def test_references_between_entities_are_followed() -> None:
    event = read(SENTINEL)[1][0]
    assert event.get("Image") == CMD
    assert event.user == "CORP\\kim"


def test_hunting_rows_have_sysmons_names() -> None:
    row = {
        "Timestamp": "2026-03-01T10:00:00Z",
        "DeviceName": "ws1",
        "ActionType": "RegistryValueSet",
        "RegistryKey": "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run",
        "RegistryValueName": "x",
        "RegistryValueData": "C:\\a.exe",
        "InitiatingProcessFileName": "reg.exe",
        "InitiatingProcessFolderPath": "C:\\Windows\\System32\\reg.exe",
        "InitiatingProcessAccountName": "kim",
    }
    shape, (event,) = read(row)
    assert (shape, event.category) == ("defender-hunting", Category.REGISTRY)
    assert event.get("TargetObject").endswith("\\Run\\x")
    assert (event.get("Details"), event.get("Image")) == ("C:\\a.exe", "C:\\Windows\\System32\\reg.exe")
    assert event.user == "kim"


def test_suricata_alerts_stay_alerts() -> None:
    raw = {
        "timestamp": "2026-03-01T10:00:00.000000+0000",
        "event_type": "alert",
        "flow_id": 1,
        "src_ip": "10.0.0.4",
        "dest_ip": "203.0.113.9",
        "dest_port": 443,
        "proto": "TCP",
        "alert": {"signature": "ET MALWARE Beacon", "signature_id": 2, "severity": 1, "category": "Malware"},
    }
    shape, (event,) = read(raw)
    assert (shape, event.category) == ("suricata", Category.ALERT)
    assert event.claim is not None
    assert (event.claim.severity, event.get("DestinationIp")) == (Severity.HIGH, "203.0.113.9")


def test_an_api_call_in_ocsf_reads_as_its_trail() -> None:
    raw = {
        "class_uid": 6003,
        "category_uid": 6,
        "time": 1767225600000,
        "metadata": {"product": {"name": "CloudTrail"}},
        "api": {"operation": "StopLogging", "request": {"data": '{"name": "trail1"}'}},
        "actor": {"user": {"name": "kim"}},
        "status": "Success",
    }
    event = read(raw)[1][0]
    assert (event.provider, event.code, event.category) == ("aws.cloudtrail", "StopLogging", Category.CLOUD)
    assert event.get("requestParameters.name") == "trail1"


def test_a_row_of_an_alert_list_without_its_labels() -> None:
    row = {
        "time": "1642118409",
        "name": "Suricata: Alert - ET SCAN x",
        "ip": "10.0.0.4",
        "host": "web1",
        "event_label": "scan",
    }
    shape, (event,) = read(row)
    assert shape == "alert-list"
    assert event.claim is not None
    assert (event.claim.product, event.claim.rule, event.host) == ("suricata", "ET SCAN x", "web1")
    assert not any("label" in name for name in event.fields)


def test_guardduty_severity() -> None:
    raw = {
        "type": "Recon:EC2/Portscan",
        "severity": 8,
        "accountId": "1",
        "service": {"eventFirstSeen": "2026-03-01T10:00:00Z"},
    }
    shape, (event,) = read(raw)
    assert shape == "guardduty"
    assert event.claim is not None
    assert event.claim.severity is Severity.HIGH


def test_severity_tables() -> None:
    assert [from_steps(level, WAZUH) for level in (0, 3, 7, 12, 15)] == list(Severity)
    assert [from_steps(level, GUARDDUTY) for level in (0, 1, 4, 7, 9)] == list(Severity)
    assert from_word("E_CRITICAL") is Severity.CRITICAL
    assert from_word("banana") is None


def test_paths_are_not_doubled() -> None:
    assert joined_path("C:\\a\\b.exe", "b.exe") == "C:\\a\\b.exe"
    assert joined_path("C:\\a\\", "b.exe") == "C:\\a\\b.exe"
    assert joined_path("/usr/bin", "sh") == "/usr/bin/sh"


def test_only_real_identifiers_are_techniques() -> None:
    assert techniques("Regsvr32 (T1218.010), T1218_011, T99, XT1059") == ("T1218.010", "T1218.011")
