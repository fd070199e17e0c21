"""The envelope: follows its schema, keeps every field of the records, raw and in one order."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from cybersecqwen import records
from cybersecqwen.records import Report
from cybersecqwen.records.audit import Audit, Control
from cybersecqwen.records.intel import Intelligence
from cybersecqwen.records.query import QueryResult
from cybersecqwen.render.interface import RenderOptions
from cybersecqwen.render.json import JsonRenderer, envelope
from tests.strategies import FAST, reports

from .samples import SAMPLES, empty, hostile, office

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "envelope.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
OPTIONS = RenderOptions()


def rendered(report: Report) -> dict:
    return orjson.loads(JsonRenderer().render(report, OPTIONS))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"hostile"}))
def test_samples_follow_the_schema(name: str) -> None:
    VALIDATOR.validate(rendered(SAMPLES[name]()))


@settings(max_examples=40, deadline=None, phases=FAST, suppress_health_check=[HealthCheck.too_slow])
@given(reports)
def test_any_report_follows_the_schema(report: Report) -> None:
    VALIDATOR.validate(rendered(report))


def test_keys_stand_in_the_order_of_the_schema() -> None:
    made = rendered(office())
    assert list(made) == list(SCHEMA["properties"])
    assert list(made["incidents"][0]) == list(SCHEMA["$defs"]["incident"]["properties"])
    assert list(made["incidents"][0]["events"][0]) == list(SCHEMA["$defs"]["event"]["properties"])


RECORDS = (
    "source claim event evidence finding indicator technique incident sentence "
    "citation problem provenance process report"
)
UNDER_EXTRA = {"intel", "query", "review", "playbook", "audit"}
"""Fields of a report whose keys stand under `extra`."""


@pytest.mark.parametrize("kind", RECORDS.split())
def test_no_field_of_a_record_is_forgotten(kind: str) -> None:
    record = {"process": "ProcessNode"}.get(kind, kind.capitalize())
    fields = {field.name for field in dataclasses.fields(getattr(records, record))}
    properties = SCHEMA["properties"] if kind == "report" else SCHEMA["$defs"][kind]["properties"]
    assert fields - UNDER_EXTRA == set(properties) - {"schema"}


def test_audits_stand_under_extra() -> None:
    made = rendered(SAMPLES["audit"]())["extra"]["audit"]
    assert list(made) == [one.name for one in dataclasses.fields(Audit)]
    assert list(made["controls"][0]) == [one.name for one in dataclasses.fields(Control)]
    assert (made["controls"][0]["severity"], made["controls"][0]["standing"]) == (
        "high",
        "other than satisfied",
    )
    assert made["controls"][0]["indications"][0]["path"] == ["T1070.001", "AU-9"]


def test_threat_reports_stand_under_extra() -> None:
    made = rendered(SAMPLES["intel"]())
    assert list(made["extra"]["intel"]) == [one.name for one in dataclasses.fields(Intelligence)]
    assert made["extra"]["intel"]["indicators"][0]["value"] == "cdn-metering.net"


def test_queries_stand_under_extra() -> None:
    made = rendered(SAMPLES["query"]())
    assert list(made["extra"]["query"]) == [one.name for one in dataclasses.fields(QueryResult)]
    assert made["extra"]["query"]["trial"]["positives"] == 6


def test_values_stay_as_recorded() -> None:
    text = JsonRenderer().render(office(), OPTIONS)
    assert "http://203.0.113.7/update/a.ps1" in text
    assert "hxxp" not in text


def test_times_are_utc() -> None:
    made = rendered(office())["incidents"][0]
    assert made["start"] == "2026-03-02T09:14:07.250000Z"
    early = replace(office().incidents[0], start=-62135596800.0, end=float("inf"))
    made = rendered(replace(office(), incidents=(early,)))["incidents"][0]
    assert (made["start"], made["end"]) == ("0001-01-01T00:00:00.000000Z", None)


def test_what_json_cannot_hold_is_written_as_text() -> None:
    made = rendered(hostile())
    assert "\\ud800" in made["title"]
    assert made["extra"][made["title"]][1] == str(1 << 70)
    assert made["incidents"][0]["score"] is None


def test_deep_extra_ends() -> None:
    deep: list = ["\ud800"]
    for _ in range(200):
        deep = [deep]
    assert "…" in JsonRenderer().render(replace(empty(), extra={"deep": deep}), OPTIONS)


def test_it_ends_with_one_line_break() -> None:
    text = JsonRenderer().render(empty(), OPTIONS)
    assert text.endswith("}\n")
    assert envelope(empty())["schema"] == "cybersecqwen/report/1"
