"""Navigator: layers load in the library of MITRE, strictly, and draw the techniques of the report."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.records import Report
from cybersecqwen.records.intel import ReportedTechnique, Tier
from cybersecqwen.render.interface import RenderOptions
from cybersecqwen.render.navigator import NavigatorRenderer
from cybersecqwen.render.navigator_domains import domain_of
from tests.strategies import FAST, reports

from .exported_samples import INTEL, intel_report, intel_reports
from .samples import SAMPLES, logs

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mitreattack.navlayers import Layer

QUICK = settings(max_examples=60, deadline=None, phases=FAST, suppress_health_check=list(HealthCheck))


def rendered(report: Report) -> dict[str, Any]:
    text = NavigatorRenderer().render(report, RenderOptions())
    loaded = Layer(strict=True)
    loaded.from_str(text)
    assert loaded.layer is not None and not isinstance(loaded.layer, str)
    made = json.loads(text)
    kept = loaded.to_dict()
    assert kept["domain"] == made["domain"] and kept["name"] == made["name"]
    told = [
        {key: one[key] for key in ("techniqueID", "comment", "score")} for one in kept.get("techniques", [])
    ]
    assert told == [
        {key: one[key] for key in ("techniqueID", "comment", "score")} for one in made["techniques"]
    ]
    return made


def test_the_library_refuses_what_it_should() -> None:
    made = rendered(intel_report())
    made["techniques"][0]["techniqueID"] = "1059"
    loaded = Layer(strict=True)
    loaded.from_str(json.dumps(made))
    assert loaded.to_dict() is None


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_loads(name: str) -> None:
    rendered(SAMPLES[name]())


@QUICK
@given(st.one_of(reports, intel_reports))
def test_any_report_loads(report: Report) -> None:
    rendered(report)


def test_the_domain_with_most_techniques_is_drawn_and_the_others_named() -> None:
    made = rendered(intel_report())
    assert made["domain"] == "enterprise-attack"
    assert [one["techniqueID"] for one in made["techniques"]] == ["T1059.001", "T1566", "T1566.001"]
    assert "Not in this domain: T1640 (mobile), T0800 (ics)." in made["description"]
    first = made["techniques"][0]
    assert first["comment"] == "It runs PowerShell. (page 2, line 1)"
    assert first["score"] == Tier.HIGH.percent
    assert first["links"] == [
        {"label": "PowerShell", "url": "https://attack.mitre.org/techniques/T1059/001/"}
    ]
    assert {one["color"] for one in made["techniques"]} <= {one["color"] for one in made["legendItems"]}


def test_a_mobile_report_has_a_mobile_layer() -> None:
    techniques = tuple(ReportedTechnique(id=id, name="x") for id in ("T1640", "T1437.001", "T1059"))
    made = rendered(intel_report(replace(INTEL, techniques=techniques, indicators=())))
    assert made["domain"] == "mobile-attack"


def test_the_version_of_attack_is_that_of_the_store() -> None:
    assert rendered(logs())["versions"] == {"attack": "18", "navigator": "5.1.0", "layer": "4.5"}
    assert "attack" not in rendered(intel_report())["versions"]


@pytest.mark.parametrize(
    ("id", "domain"),
    [
        ("T1059", "enterprise"),
        ("T1480", "enterprise"),
        ("T1481", "mobile"),
        ("T1398", "mobile"),
        ("T1676", "mobile"),
        ("T1640.001", "mobile"),
        ("T0895", "ics"),
        ("T1397", "enterprise"),
        ("T9999", "enterprise"),
        ("", "enterprise"),
    ],
)
def test_domains(id: str, domain: str) -> None:
    assert domain_of(id) == domain


@pytest.mark.data
def test_domains_are_those_of_the_bundles(data_dir: Any) -> None:
    import gzip

    for name in ("enterprise", "mobile", "ics"):
        objects = json.loads(
            gzip.decompress((data_dir / "knowledge" / f"{name}-attack.json.gz").read_bytes())
        )["objects"]
        found = [
            reference["external_id"]
            for one in objects
            if one["type"] == "attack-pattern"
            for reference in one.get("external_references", ())
            if reference.get("external_id", "").startswith("T") and "attack" in reference["source_name"]
        ]
        assert len(found) > 80
        assert {domain_of(id) for id in found} == {name}
