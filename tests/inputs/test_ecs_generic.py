"""ECS documents, generic mappings, and which shape takes a record."""

from __future__ import annotations

from typing import Any

import pytest

from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.records import Category as C

from .test_windows import FORMS, event_of


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """{"a.b": 1} as {"a": {"b": 1}}"""
    found: dict[str, Any] = {}
    for name, value in flat.items():
        at = found
        *path, last = name.split(".")
        for part in path:
            at = at.setdefault(part, {})
        at[last] = value
    return found


PROCESS = {
    "@timestamp": "2024-05-06T07:08:09.5Z",
    "ecs.version": "8.10.0",
    "event.category": ["process"],
    "event.type": ["start"],
    "event.action": "exec",
    "event.dataset": "endpoint.events.process",
    "host.hostname": "box",
    "agent.version": "8.1",
    "process.executable": "/usr/bin/curl",
    "process.args": ["curl", "-o", "a b"],
    "process.pid": 7,
    "process.entity_id": "abc",
    "process.parent.executable": "/bin/bash",
    "process.hash.sha256": "00ff",
    "process.code_signature.exists": True,
    "process.code_signature.subject_name": "ACME",
    "process.code_signature.trusted": True,
    "user.name": "ann",
    "user.domain": "CORP",
    "custom.thing": 5,
}


@pytest.mark.parametrize("form", [PROCESS, nested(PROCESS)])
def test_a_process_in_ecs(form: dict[str, Any]) -> None:
    event = event_of(form)
    assert ShapeFinder().shape_of(form).name == "ecs"
    assert (event.category, event.host, event.user, event.time) == (
        C.PROCESS,
        "box",
        r"CORP\ann",
        1714979289.5,
    )
    wanted = {
        "Image": "/usr/bin/curl",
        "CommandLine": 'curl -o "a b"',
        "ProcessId": "7",
        "ProcessGuid": "abc",
        "ParentImage": "/bin/bash",
        "Hashes": "SHA256=00ff",
        "Signed": "true",
        "Signature": "ACME",
        "SignatureStatus": "Valid",
        "custom.thing": "5",
    }
    assert {name: event.get(name) for name in wanted} == wanted
    assert not any(name.startswith(("agent.", "host.")) for name in event.fields)


@pytest.mark.parametrize(
    ("fields", "category", "wanted"),
    [
        ({"event.category": "file", "file.path": "/a"}, C.FILE, {"TargetFilename": "/a"}),
        ({"event.category": ["registry"], "registry.path": "HKLM\\x", "registry.data.strings": ["v"]},
         C.REGISTRY, {"TargetObject": "HKLM\\x", "Details": "v"}),
        ({"event.category": ["network"], "destination.ip": "1.2.3.4", "network.direction": "egress"},
         C.NETWORK, {"DestinationIp": "1.2.3.4", "Initiated": "true"}),
        ({"event.category": ["network"], "dns.question.name": "a.b"}, C.DNS, {"QueryName": "a.b"}),
        ({"event.category": ["library"], "dll.path": "x.dll", "dll.hash.md5": "ab"}, C.IMAGE_LOAD,
         {"ImageLoaded": "x.dll", "Hashes": "MD5=ab"}),
        ({"event.category": ["process"], "event.type": ["end"]}, C.PROCESS_END, {}),
        ({"event.category": ["authentication"], "event.outcome": "failure"}, C.LOGON_FAILED, {}),
        ({"event.category": ["authentication"], "event.outcome": "success"}, C.LOGON, {}),
        ({"event.category": ["iam"], "group.name": "wheel"}, C.ACCOUNT, {"GroupName": "wheel"}),
        ({"event.kind": "event", "event.module": "auditd", "event.category": ["process"],
          "process.title": "ls", "auditd.data.syscall": "execve"}, C.PROCESS,
         {"CommandLine": "ls", "auditd.data.syscall": "execve"}),
    ],
)  # fmt: skip
def test_other_ecs_events(fields: dict[str, Any], category: C, wanted: dict[str, str]) -> None:
    for form in (fields, nested(fields)):
        event = event_of(form)
        assert event.category is category
        assert {name: event.get(name) for name in wanted} == wanted


def test_an_ingest_pipeline_that_moved_fields_out_of_event_data() -> None:
    raw = nested({k: v for k, v in PROCESS.items() if not k.startswith("event.")})
    raw["winlog"] = {
        "provider_name": "Microsoft-Windows-Sysmon",
        "event_id": "1",
        "channel": "x",
        "event_data": {},
    }
    event = event_of(raw)
    assert (event.category, event.get("Image")) == (C.PROCESS, "/usr/bin/curl")


@pytest.mark.parametrize(
    ("raw", "category", "wanted"),
    [
        ({"ts": 1714979289, "hostname": "h", "process_name": "a.exe", "process_path": "C:\\a.exe",
          "cmdline": "a", "parent_process": "b.exe", "username": "ann"}, C.PROCESS,
         {"Image": "C:\\a.exe", "CommandLine": "a", "ParentImage": "b.exe", "User": "ann"}),
        ({"event": {"src_ip": "1.1.1.1", "dst_ip": "2.2.2.2", "dst_port": 53, "proto": "udp"}}, C.NETWORK,
         {"SourceIp": "1.1.1.1", "DestinationIp": "2.2.2.2", "DestinationPort": "53", "Protocol": "udp"}),
        ({"columns": {"path": "/x", "pid": "1", "cmdline": "x"}, "hostIdentifier": "h"}, C.PROCESS,
         {"CommandLine": "x", "ProcessId": "1"}),
        ({"anything": [1, 2]}, C.OTHER, {"anything": "[1,2]"}),
    ],
)  # fmt: skip
def test_generic_mappings(raw: dict[str, Any], category: C, wanted: dict[str, str]) -> None:
    event = event_of(raw)
    assert event.category is category
    assert {name: event.get(name) for name in wanted} == wanted


def test_generic_time_and_host() -> None:
    event = event_of({"Timestamp": "1714979289500", "device_name": "h", "x": "y"})
    assert (event.time, event.host) == (1714979289.5, "h")


def test_the_last_shape_is_only_kept_where_that_is_safe() -> None:
    finder = ShapeFinder()
    alert = {**PROCESS, "kibana.alert.rule.name": "x", "kibana.alert.uuid": "u"}
    alone = ShapeFinder().shape_of(alert).name
    assert finder.shape_of(PROCESS).name == "ecs"
    assert finder.shape_of(alert).name == alone
    for form, raw in FORMS.items():
        assert finder.shape_of(raw).name == form.partition(" ")[0]
        assert finder.shape_of({"unknown": 1}).name == "generic"
