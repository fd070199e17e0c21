"""MISP: loads in PyMISP, types stand in their categories, objects follow templates, values are kept."""

from __future__ import annotations

import json
import uuid
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft4Validator

from cybersecqwen.records import Report
from cybersecqwen.records.intel import Intelligence, Named, Role, Tier, Tlp
from cybersecqwen.render.exported import exported
from cybersecqwen.render.interface import RenderOptions
from cybersecqwen.render.ioc_values import well_formed
from cybersecqwen.render.misp import MispRenderer
from tests.strategies import FAST, reports

from .exported_samples import INTEL, MD5, SHA1, SHA256, intel_report, intel_reports, seen
from .samples import SAMPLES

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pymisp

DATA = Path(pymisp.__file__).parent / "data"
DESCRIBED = json.loads((DATA / "describeTypes.json").read_text("utf-8"))["result"]
SCHEMA = Draft4Validator(json.loads((DATA / "schema-lax.json").read_text("utf-8")))
QUICK = settings(max_examples=60, deadline=None, phases=FAST, suppress_health_check=list(HealthCheck))


def rendered(report: Report) -> dict[str, Any]:
    return json.loads(MispRenderer().render(report, RenderOptions()))["Event"]


def attributes(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from event["Attribute"]
    for one in event["Object"]:
        yield from one["Attribute"]


def check(event: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = pymisp.MISPEvent()
        loaded.load({"Event": json.loads(json.dumps(event))})
        again = json.loads(loaded.to_json())
    kept = [one["value"] for one in again.get("Attribute", [])]
    assert kept == [one["value"].strip() for one in event["Attribute"]]  # PyMISP trims values
    assert not [error.message for error in SCHEMA.iter_errors({"Event": event})]
    for one in attributes(event):
        assert one["type"] in DESCRIBED["category_type_mappings"][one["category"]], one
        assert one["value"]
        if one["to_ids"]:
            assert DESCRIBED["sane_defaults"][one["type"]]["to_ids"] == 1, one
    for one in event["Object"]:
        template = json.loads(
            (DATA / "misp-objects" / "objects" / one["name"] / "definition.json").read_text("utf-8")
        )
        assert (one["template_uuid"], one["template_version"]) == (template["uuid"], str(template["version"]))
        assert one["meta-category"] == template["meta-category"]
        relations = [inner["object_relation"] for inner in one["Attribute"]]
        assert set(relations) & set(template["requiredOneOf"])
        for inner in one["Attribute"]:
            assert template["attributes"][inner["object_relation"]]["misp-attribute"] == inner["type"]
            allowed = template["attributes"][inner["object_relation"]].get("categories")
            assert not allowed or inner["category"] in allowed
    ids = [
        event["uuid"],
        *(one["uuid"] for one in event["Object"]),
        *(one["uuid"] for one in attributes(event)),
    ]
    assert len(set(ids)) == len(ids)
    assert all(uuid.UUID(one).version == 5 for one in ids)
    for tag in event["Tag"]:
        name = tag["name"]
        assert name.startswith("tlp:") or (name.startswith("misp-galaxy:") and name.count('"') == 2)
        assert name.isprintable()


def test_a_whole_report_loads() -> None:
    check(rendered(intel_report()))


def test_the_check_refuses_what_it_should() -> None:
    event = rendered(intel_report())
    event["Attribute"][1]["category"] = "Financial fraud"
    with pytest.raises(AssertionError):
        check(event)


@pytest.mark.parametrize("name", SAMPLES)
def test_reports_of_other_tasks_load(name: str) -> None:
    check(rendered(SAMPLES[name]()))


@QUICK
@given(reports)
def test_any_report_loads(report: Report) -> None:
    check(rendered(report))


@QUICK
@given(intel_reports)
def test_any_intelligence_loads_with_its_values(report: Report) -> None:
    event = rendered(report)
    check(event)
    view = exported(report)
    told = {one["value"] for one in attributes(event)}
    for one in view.indicators:
        if not (well_formed(one) and one.type in ("ipv4", "domain", "asn", "certificate", "cve", "file")):
            assert one.value in told
    for one in view.apart:
        if not well_formed(one) and one.value not in {other.value for other in view.indicators}:
            assert not any(each["to_ids"] for each in attributes(event) if each["value"] == one.value)


def test_two_runs_give_the_same_bytes() -> None:
    first, second = (MispRenderer().render(intel_report(), RenderOptions()) for _ in range(2))
    assert first == second


def test_what_is_set_apart_is_left_out() -> None:
    text = MispRenderer().render(intel_report(), RenderOptions())
    assert "example.com" not in text
    assert "blog.vendor.com" not in text


def test_types_and_categories() -> None:
    event = rendered(intel_report())
    told = {(one["type"], one["value"], one["to_ids"]) for one in attributes(event)}
    assert {
        ("ip-dst|port", "45.9.148.7|8443", True),
        ("ip-dst", "45.9.148.0/24", True),
        ("url", "cdn-update-check.com:8080/load.php", True),
        ("domain", "login.microsoft.com", False),
        ("domain", "unsure-host.net", False),
        ("domain", "likely-host.net", True),
        ("email-src", "hr@cdn-update-check.com", True),
        ("regkey", r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run\Upd'ater*", True),
        ("named pipe", "msagent_12", False),
        ("AS", "AS49505", False),
        ("x509-fingerprint-sha1", SHA1, True),
        ("x509-fingerprint-md5", MD5, True),
        ("other", "0f8b600ff1882e", False),
        ("imphash", "066c972d2129d0e167d371a0abfcf03b", True),
        ("vulnerability", "CVE-2021-44228", False),
        ("text", "QuietLoader", False),
        ("threat-actor", "Quiet Spider", False),
        ("target-location", "Ukraine", False),
        ("comment", "Energy", False),
        ("suricata", 'alert tcp any any -> any any (msg:"x"; sid:1;)', True),
    } <= told


def test_hashes_and_the_name_of_one_row_are_one_file() -> None:
    event = rendered(intel_report())
    (file,) = [one for one in event["Object"] if one["name"] == "file"]
    assert {one["object_relation"]: one["value"] for one in file["Attribute"]} == {
        "md5": MD5,
        "sha1": SHA1,
        "sha256": SHA256,
        "filename": "update.exe",
        "path": r"C:\ProgramData\upd",
    }
    assert not {MD5, SHA1, SHA256} & {one["value"] for one in event["Attribute"]}


def test_two_hashes_of_a_type_in_one_row_are_no_file() -> None:
    found = tuple(seen("md5", char * 32, Role.PAYLOAD, context="both") for char in "ab")
    event = rendered(intel_report(Intelligence(indicators=found)))
    assert not event["Object"] and len(event["Attribute"]) == 2


def test_tags_and_galaxies() -> None:
    event = rendered(intel_report())
    names = [one["name"] for one in event["Tag"]]
    assert names == [
        "tlp:amber",
        'misp-galaxy:mitre-attack-pattern="PowerShell - T1059.001"',
        'misp-galaxy:mitre-attack-pattern="Phishing - T1566"',
        'misp-galaxy:mitre-attack-pattern="Account Access Removal - T1640"',
        'misp-galaxy:mitre-intrusion-set="APT29 - G0016"',
        'misp-galaxy:mitre-malware="Cobalt Strike - S0154"',
        'misp-galaxy:mitre-tool="Mimikatz - S0002"',
        'misp-galaxy:mitre-campaign="SolarWinds Compromise - C0024"',
    ]
    clusters = [one["tag_name"] for galaxy in event["Galaxy"] for one in galaxy["GalaxyCluster"]]
    assert clusters == names[1:]


@pytest.mark.parametrize("marking", Tlp)
def test_marking_bounds_the_distribution(marking: Tlp) -> None:
    event = rendered(intel_report(replace(INTEL, marking=marking)))
    expected = {Tlp.CLEAR: "3", Tlp.GREEN: "1"}.get(marking, "0")
    assert event["distribution"] == expected
    tags = [one["name"] for one in event["Tag"] if one["name"].startswith("tlp:")]
    assert tags == ([marking.value.lower()] if marking is not Tlp.NONE else [])


def test_an_unknown_role_with_low_confidence_is_not_for_detection() -> None:
    for tier in Tier:
        found = (seen("url", "http://evil-host.com/x", Role.UNKNOWN, tier),)
        (one,) = rendered(intel_report(Intelligence(indicators=found)))["Attribute"]
        assert one["to_ids"] is (tier is not Tier.LOW)


@pytest.mark.timeout(60)  # what grows with the square of this takes minutes
def test_many_vulnerabilities_take_linear_time() -> None:
    ids = [f"CVE-2021-{number}" for number in range(10_000, 60_000)]
    intel = Intelligence(
        indicators=tuple(seen("cve", id, Role.VULNERABILITY) for id in ids),
        names=tuple(Named(id=id, name=id, type="vulnerability") for id in ids),
    )
    event = rendered(intel_report(intel))
    assert len(event["Object"]) == 50_000 and not event["Attribute"]
