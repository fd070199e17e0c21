"""OSCAL assessment results: valid by NIST's own schema, sound inside, harmless where they are shown."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, ValidationError, validators

from cybersecqwen.records import Report
from cybersecqwen.records.audit import Standing
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.render.oscal import control_id, prose, token
from tests.strategies import NASTY, UNHURRIED, reports

from .audit_samples import audited, unproven
from .samples import SAMPLES

SCHEMA = Path(__file__).with_name("oscal-1.1.3-assessment-results.schema.json")
"""NIST's release of OSCAL 1.1.3, public domain: https://github.com/usnistgov/OSCAL/releases/tag/v1.1.3"""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def _pattern(_validator: Any, pattern: str, value: object, _schema: Any) -> Iterator[ValidationError]:
    """As `pattern` is meant there: with Unicode classes, which Python's own expressions lack."""
    if isinstance(value, str) and not re2.search(pattern, value):
        yield ValidationError(f"{value[:200]!r} does not match {pattern}")


@cache
def schema() -> Draft7Validator:
    made = validators.extend(Draft7Validator, {"pattern": _pattern})
    return made(json.loads(SCHEMA.read_text("utf-8")))  # type: ignore[no-any-return]


def rendered(report: Report) -> dict[str, Any]:
    """The document of a report, after everything that any document must keep to."""
    text = FORMATS.get("oscal")().render(report, RenderOptions())
    assert text == FORMATS.get("oscal")().render(report, RenderOptions(width=60, color=True))
    document = json.loads(text)
    for error in schema().iter_errors(document):
        raise AssertionError(f"{list(error.absolute_path)}: {error.message[:300]}")
    made: dict[str, Any] = document["assessment-results"]
    check_references(made)
    return made


def each(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from each(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from each(inner, path)
    else:
        yield path, value


def check_references(made: dict[str, Any]) -> None:
    """UUIDs stand once, are computed, and whatever names one names one that is there."""
    own = [value for key, value in each(made) if key == "uuid"]
    assert len(own) == len(set(own))
    assert all(UUID.fullmatch(str(value)) for value in own)
    named = [str(value) for key, value in each(made) if key.endswith("-uuid")]
    named += [str(value)[1:] for key, value in each(made) if key == "href" and str(value).startswith("#")]
    assert set(named) <= set(own)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_valid(name: str) -> None:
    rendered(SAMPLES[name]())


@settings(UNHURRIED, max_examples=15)
@given(report=reports)
def test_any_report_is_valid(report: Report) -> None:
    rendered(report)


@settings(UNHURRIED, max_examples=60)
@given(text=st.one_of(st.text(max_size=30), st.sampled_from(NASTY)))
def test_any_text_in_reports_is_valid_and_does_nothing(text: str) -> None:
    made = rendered(audited(text))
    for key, value in each(made):
        if key in ("title", "description", "remarks"):
            assert not re.search(r"(?<!\\)[<\[`!]|\]\(", re.sub(r"\\.", "", str(value))), (key, value)


def test_what_was_found_is_told() -> None:
    made = rendered(audited())
    (result,) = made["results"]
    findings = {one["target"]["target-id"]: one for one in result["findings"]}
    assert {id: one["target"]["status"]["state"] for id, one in findings.items()} == {
        "au-9_smt": "not-satisfied",
        "si-10_smt": "not-satisfied",
        "si-4_smt": "satisfied",
    }
    assert "related-risks" in findings["si-10_smt"]
    assert "related-risks" not in findings["si-4_smt"]
    assert [one["status"] for one in result["risks"]] == ["open", "open", "investigating"]
    assert "app.py:20" in findings["si-10_smt"]["description"]
    assert "CWE-89 → SI-10, direct, by cwe-800-53" in findings["si-10_smt"]["description"]
    assert [one["value"] for one in findings["au-9_smt"]["props"] if one["name"] == "iso-27001-2022"] == [
        "A.5.33",
        "A.8.15",
    ]


def test_gaps_are_named_and_claimed_nowhere() -> None:
    made = rendered(audited())
    (result,) = made["results"]
    assert "ac-1, ac-2.1, cm-7" in result["remarks"]
    assert "ac-2.11, ac-4.4" in result["remarks"]
    chosen = [
        one["control-id"]
        for some in result["reviewed-controls"]["control-selections"]
        for one in some["include-controls"]
    ]
    assert chosen == ["au-9", "si-10", "si-4"]  # not ac-2, which is only called for


def test_nothing_is_claimed_of_a_report_without_evidence() -> None:
    made = rendered(unproven())
    (result,) = made["results"]
    assert {"findings", "risks", "observations"} & result.keys() == set()
    (chosen,) = result["reviewed-controls"]["control-selections"]
    assert "include-controls" not in chosen
    assert "decides about any" in chosen["description"]


def test_methods_are_those_of_the_tasks() -> None:
    made = rendered(audited())
    methods = [one["methods"] for one in made["results"][0]["observations"]]
    assert methods == [["TEST"], ["EXAMINE"], ["EXAMINE"], ["TEST"]]


def test_times_are_those_of_the_reports() -> None:
    made = rendered(audited())
    assert made["metadata"]["last-modified"] == "2026-03-02T09:14:07.250Z"
    collected = [one["collected"] for one in made["results"][0]["observations"]]
    assert collected == [
        "1970-01-01T00:00:00.000Z",  # the review has none, and says so
        "2026-03-02T09:14:07.250Z",
        "2026-03-02T09:14:07.250Z",
        "1970-01-01T00:00:00.000Z",
    ]
    described = [one["description"] for one in made["back-matter"]["resources"]]
    assert any("no time, and 1970 stands for that" in one for one in described)


def test_another_report_gives_other_uuids() -> None:
    first, second = audited(), audited()
    assert first.audit is not None
    assert second.audit is not None
    other = replace(second.audit.subjects[0], sha256="f" * 64)
    changed = replace(second, audit=replace(second.audit, subjects=(other, *second.audit.subjects[1:])))
    assert rendered(first)["uuid"] == rendered(second)["uuid"] != rendered(changed)["uuid"]


def test_each_standing_is_either_decided_or_a_risk_or_neither() -> None:
    report = audited()
    assert report.audit is not None
    made = rendered(report)["results"][0]
    decided = [one for one in report.audit.controls if one.standing is not Standing.NEEDED]
    assert len(made["findings"]) == len(decided)


@pytest.mark.parametrize(
    ("id", "named"), [("AC-2", "ac-2"), ("AC-2(1)", "ac-2.1"), ("IA-12(10)", "ia-12.10")]
)
def test_controls_are_named_as_in_the_catalogue(id: str, named: str) -> None:
    assert control_id(id) == named


@given(text=st.text())
def test_tokens_are_one_line_without_space_around_them(text: str) -> None:
    assert re2.search(r"^\S(.*\S)?$", token(text))
    assert "\n" not in prose(text)


def test_each_identifier_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = uuid.uuid5

    def counted(space: uuid.UUID, name: str) -> uuid.UUID:
        asked.append(name)
        return real(space, name)

    monkeypatch.setattr("cybersecqwen.render.oscal.uuid.uuid5", counted)
    FORMATS.get("oscal")().render(audited(), RenderOptions())
    assert len(asked) == len(set(asked)) > 5
