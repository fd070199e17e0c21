"""OCSF: every finding follows class 2004 of the schema, says what was found, and keeps values as recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from cybersecqwen.records import Category, Event, Report, Source
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.render.ocsf_evidence import evidence
from tests.strategies import FAST, reports

from .samples import SAMPLES, answer, logs, office
from .samples_logs import ATTACKER
from .test_logs_any import EXTRAS, with_logs

SCHEMA = json.loads((Path(__file__).parent / "ocsf-1.7.0-detection-finding.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
QUICK = settings(max_examples=40, deadline=None, phases=FAST, suppress_health_check=[HealthCheck.too_slow])


def rendered(report: Report) -> list[dict[str, Any]]:
    return json.loads(FORMATS.get("ocsf")().render(report, RenderOptions()))


def check(findings: list[dict[str, Any]]) -> None:
    for one in findings:
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in VALIDATOR.iter_errors(one)]
        assert not errors
        assert one["type_uid"] == one["class_uid"] * 100 + one["activity_id"]
        assert not list(deprecated(one, SCHEMA))


def deprecated(value: Any, schema: dict[str, Any]) -> Iterator[str]:
    """Attributes used that the schema wants to be rid of."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, dict):
        for key, inner in value.items():
            known = schema.get("properties", {}).get(key, {})
            if known.get("deprecated"):
                yield key
            yield from deprecated(inner, known)
    elif isinstance(value, list):
        for inner in value:
            yield from deprecated(inner, schema.get("items", {}))


def test_the_schema_is_one_and_refuses_what_it_should() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    good = rendered(logs())[0]
    assert VALIDATOR.is_valid(good)
    assert not VALIDATOR.is_valid({**good, "class_uid": 2001})
    assert not VALIDATOR.is_valid({**good, "colour": "red"})
    assert not VALIDATOR.is_valid({key: value for key, value in good.items() if key != "time"})


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_follows_the_schema(name: str) -> None:
    check(rendered(SAMPLES[name]()))


@QUICK
@given(reports)
def test_any_report_follows_the_schema(report: Report) -> None:
    check(rendered(report))


@QUICK
@given(EXTRAS)
def test_any_logs_follow_the_schema(extra: object) -> None:
    check(rendered(with_logs(extra)))


def test_one_for_each_detection_and_anomaly() -> None:
    made = rendered(logs())
    extra = logs().extra["logs"]
    assert [one["message"] for one in made] == [
        *(one["title"] for one in extra["detections"]),
        *(one["sentence"] for one in extra["anomalies"]),
    ]
    assert len({one["finding_info"]["uid"] for one in made}) == len(made)
    assert made == rendered(logs())


def test_a_detection_says_what_fired_on_what() -> None:
    one = next(o for o in rendered(logs()) if o["message"] == "LSASS memory dumped with comsvcs.dll")
    assert (one["severity_id"], one["severity"], one["confidence_id"]) == (5, "Critical", 3)
    assert one["time"] == one["end_time"] == 1_772_446_502_000
    assert one["finding_info"]["analytic"]["type"] == "Rule"
    attack = one["finding_info"]["attacks"][0]
    assert attack["technique"]["uid"] == "T1003"
    assert attack["sub_technique"] == {"uid": "T1003.001", "name": "LSASS Memory"}
    assert attack["tactic"] == {"name": "Credential access", "uid": "TA0006"}
    assert attack["version"] == "18.1"
    process = one["evidences"][0]["process"]
    assert (process["pid"], process["parent_process"]["pid"]) == (8120, 7402)
    assert one["unmapped"]["rule"]["author"] == "The project"
    assert {"name": "device.hostname", "type_id": 1, "type": "Hostname", "value": "WS-042.corp.example"} in (
        one["observables"]
    )


def test_an_anomaly_says_how_it_was_found_and_quotes_its_lines() -> None:
    made = {one["finding_info"]["types"][0]: one for one in rendered(logs())}
    assert made["brute-force"]["finding_info"]["analytic"]["type"] == "Behavioral"
    assert made["rate-change"]["finding_info"]["analytic"]["type"] == "Statistical"
    assert made["brute-force"]["count"] == 413
    figures = made["rate-change"]["anomaly_analyses"][0]
    assert figures["analysis_targets"] == [{"name": "SRV-DB01.corp.example", "type": "Host"}]
    assert figures["anomalies"][2]["observation_parameter"] == "ratio"
    assert figures["anomalies"][2]["observations"] == [{"value": "43.667"}]
    assert made["new-template"]["raw_data"].endswith(ATTACKER)
    assert made["new-template"]["evidences"][0]["data"]["source"] == "app.log:90211"


def test_triage_gives_the_findings_that_raise_the_score() -> None:
    report = office()
    made = rendered(report)
    wanted = [one for one in report.incidents[0].findings if not one.is_context]
    assert [one["finding_info"]["analytic"]["uid"] for one in made] == [one.signal for one in wanted]
    assert made[0]["confidence_score"] == 98
    assert "http://203.0.113.7" in json.dumps(made)


def test_an_answer_has_no_findings() -> None:
    assert FORMATS.get("ocsf")().render(answer(), RenderOptions()) == "[]\n"


def test_each_finding_stands_on_its_own_line() -> None:
    lines = FORMATS.get("ocsf")().render(logs(), RenderOptions()).split("\n")
    assert (lines[0], lines[-2:]) == ("[", ["]", ""])
    assert [json.loads(line.rstrip(","))["class_uid"] for line in lines[1:-2]] == [2004] * 16


@pytest.mark.parametrize(
    ("category", "fields", "expected"),
    [
        (
            Category.NETWORK,
            {
                "SourceIp": "10.0.0.1",
                "SourcePort": "50000",
                "DestinationIp": "::1",
                "DestinationPort": "99999",
            },
            {"src_endpoint": {"ip": "10.0.0.1", "port": 50_000}, "dst_endpoint": {"ip": "::1"}},
        ),
        (Category.DNS, {"QueryName": "a.example"}, {"query": {"hostname": "a.example"}}),
        (
            Category.REGISTRY,
            {"TargetObject": r"HKLM\Software\Run\x", "Details": "c.exe"},
            {"reg_value": {"path": r"HKLM\Software\Run", "name": "x", "reg_string_data": "c.exe"}},
        ),
        (Category.REGISTRY, {"TargetObject": r"HKLM\a"}, {"reg_key": {"path": r"HKLM\a"}}),
        (
            Category.SERVICE,
            {"ServiceName": "s", "ImagePath": "s.exe"},
            {"win_service": {"name": "s", "cmd_line": "s.exe"}},
        ),
        (
            Category.CLOUD,
            {
                "eventName": "CreateUser",
                "eventSource": "iam.amazonaws.com",
                "sourceIPAddress": "198.51.100.7",
            },
            {
                "api": {"operation": "CreateUser", "service": {"name": "iam.amazonaws.com"}},
                "src_endpoint": {"ip": "198.51.100.7"},
            },
        ),
        (
            Category.PROCESS,
            {"NewProcessName": r"C:\a\b.exe", "NewProcessId": "0x1f", "ProcessId": "0x10"},
            {
                "process": {
                    "name": "b.exe",
                    "path": r"C:\a\b.exe",
                    "file": {"name": "b.exe", "path": r"C:\a\b.exe", "type_id": 1, "type": "Regular File"},
                    "pid": 31,
                    "parent_process": {"pid": 16},
                },
                "actor": {"process": {"pid": 16}},
            },
        ),
        (Category.PROCESS, {"Image": "/bin/sh", "ProcessId": "\u0662"}, {}),
        (Category.FILE, {"Hashes": "SHA1=zz"}, {}),
    ],
)
def test_events_become_evidence(category: Category, fields: dict[str, str], expected: dict[str, Any]) -> None:
    event = Event(id="e1", category=category, fields=fields, source=Source(path="a", record=1))
    made = evidence(event)
    assert {key: value for key, value in made.items() if key not in ("name", "data")} == expected
    assert made["data"]["fields"] == fields


def test_more_events_and_hosts_than_fit_are_counted() -> None:
    report = logs()
    one = dict(report.extra["logs"]["detections"][0])
    event = report.incidents[0].events[0]
    events = tuple(replace(event, id=f"x{n}", host=f"h{n}") for n in range(70))
    one |= {"events": [each.id for each in events], "hosts": [[each.host, 1] for each in events] * 2}
    incident = replace(report.incidents[0], events=events)
    made = rendered(replace(report, incidents=(incident,), extra={"logs": {"detections": [one]}}))[0]
    check([made])
    assert len(made["evidences"]) == 50
    assert made["unmapped"]["evidences_left_out"] == 20
    assert made["unmapped"]["resources_left_out"] == 41
    assert len(made["observables"]) <= 200
