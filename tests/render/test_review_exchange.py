"""A review as CycloneDX and as OpenVEX: what other programs read."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.packages.vex import apply, read
from cybersecqwen.records import Provenance, Report, Severity, Verdict
from cybersecqwen.records.review import Epss, Package, PackageFinding, Place, Review, Status
from cybersecqwen.render.cyclonedx import CycloneDxRenderer
from cybersecqwen.render.interface import RenderOptions
from cybersecqwen.render.openvex import OpenVexRenderer
from tests.amounts import draws


def package(name: str = "acme", version: str = "1.0", ecosystem: str = "PyPI", **fields: Any) -> Package:
    place = Place(path=fields.pop("path", "requirements.txt"), line=fields.pop("line", 1))
    return Package(ecosystem=ecosystem, name=name, version=version, place=place, **fields)


def finding(**fields: Any) -> PackageFinding:
    made = {"package": package(), "id": "GHSA-a-b-c", "aliases": ("CVE-2025-1",), "kind": "vulnerable"}
    return PackageFinding(**{**made, "title": "A flaw", "severity": Severity.HIGH, **fields})


def report(*findings: PackageFinding, packages: tuple[Package, ...] = (), advisories: str = "") -> Report:
    return Report(
        task="review",
        verdict=Verdict.SUSPICIOUS,
        severity=Severity.HIGH,
        confidence=1.0,
        provenance=Provenance(version="1"),
        review=Review(vulnerabilities=findings, packages=packages, advisories=advisories),
    )


def bom(*findings: PackageFinding, packages: tuple[Package, ...] = ()) -> dict[str, Any]:
    text = CycloneDxRenderer().render(report(*findings, packages=packages), RenderOptions())
    assert text == CycloneDxRenderer().render(report(*findings, packages=packages), RenderOptions())
    document: dict[str, Any] = json.loads(text)
    refs = [component["bom-ref"] for component in document["components"]]
    assert len(refs) == len(set(refs))
    assert all(affected["ref"] in refs for one in document["vulnerabilities"] for affected in one["affects"])
    return document


def test_a_package_named_twice_is_one_component_with_two_places() -> None:
    document = bom(packages=(package(dev=True), package(path="b/poetry.lock", line=7)))
    (component,) = document["components"]
    assert (component["purl"], component["scope"]) == ("pkg:pypi/acme@1.0", "required")
    assert component["evidence"]["occurrences"] == [
        {"location": "requirements.txt", "line": 1},
        {"location": "b/poetry.lock", "line": 7},
    ]


def test_an_epss_score_is_a_rating_by_another_method() -> None:
    epss = Epss(cve="CVE-2025-1", score=0.421, percentile=0.973, date="2026-11-01")
    (told,) = bom(finding(epss=epss))["vulnerabilities"]
    source = {"name": "FIRST EPSS", "url": "https://www.first.org/epss/"}
    assert told["ratings"] == [
        {"severity": "high"},
        {"source": source, "score": 0.421, "method": "other"},
    ]
    assert told["properties"] == [
        {"name": "csq:epss:cve", "value": "CVE-2025-1"},
        {"name": "csq:epss:date", "value": "2026-11-01"},
        {"name": "csq:epss:percentile", "value": "0.973"},
    ]
    (plain,) = bom(finding())["vulnerabilities"]
    assert len(plain["ratings"]) == 1 and "properties" not in plain


def test_groups_are_named_as_their_ecosystems_do() -> None:
    document = bom(
        packages=(
            package("@babel/core", ecosystem="npm"),
            package("org.acme:core", ecosystem="Maven"),
            package("bash", ecosystem="Debian", version=""),
        )
    )
    named = [(one.get("group", ""), one["name"], one["bom-ref"]) for one in document["components"]]
    assert named == [
        ("@babel", "core", "pkg:npm/%40babel/core@1.0"),
        ("org.acme", "core", "pkg:maven/org.acme/core@1.0"),
        ("", "bash", "Debian/bash@"),
    ]


def test_what_is_known_of_a_vulnerability() -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    found = finding(
        score=9.8, vector=vector, cwe=("CWE-79",), instead="Update to 2.", exploited=True, why="CISA."
    )
    document = bom(found, finding(package=package("other")), finding(id="", kind="look-alike"))
    (one,) = [entry for entry in document["vulnerabilities"] if "cwes" in entry]
    assert one["ratings"] == [{"severity": "high", "score": 9.8, "method": "CVSSv31", "vector": vector}]
    assert (one["cwes"], one["recommendation"], one["analysis"]["state"]) == (
        [79],
        "Update to 2.",
        "exploitable",
    )
    assert one["references"][0]["source"]["url"].endswith("/CVE-2025-1")
    assert [affected["ref"] for affected in one["affects"]] == ["pkg:pypi/acme@1.0", "pkg:pypi/other@1.0"]
    assert len(document["vulnerabilities"]) == 1


def test_what_is_suppressed_says_why() -> None:
    document = bom(finding(status=Status.SUPPRESSED, reason="Not used."), finding(package=package("other")))
    first, second = document["vulnerabilities"]
    assert first["analysis"] == {"state": "not_affected", "detail": "Not used."} and "analysis" not in second


def test_openvex_has_the_time_of_the_advisories_and_is_read_again() -> None:
    found = finding(status=Status.SUPPRESSED, reason="Not used.")
    text = OpenVexRenderer().render(report(found, advisories="2025-03-04-osv"), RenderOptions())
    assert json.loads(text)["timestamp"] == "2025-03-04T00:00:00Z"
    ((told,), _) = apply([finding()], read(text.encode()))
    assert told.status is Status.SUPPRESSED
    empty = OpenVexRenderer().render(report(), RenderOptions())
    assert json.loads(empty)["timestamp"] == "1970-01-01T00:00:00Z"


TEXTS = st.text(max_size=12) | st.sampled_from(["\ud800", "@/", ":", "a:b", "@a/b", "/", ""])


@given(
    TEXTS,
    TEXTS,
    TEXTS,
    st.sampled_from(["PyPI", "npm", "Maven", "Packagist", "X"]),
    st.lists(TEXTS, max_size=3),
)
@draws(60)
def test_any_review_is_rendered(
    name: str, version: str, path: str, ecosystem: str, others: list[str]
) -> None:
    one = package(name, version, ecosystem, path=path)
    found = finding(
        package=one, id=version, aliases=tuple(others), cwe=tuple(others), reason=path, title=name
    )
    document = bom(found, packages=(one,))
    assert document["serialNumber"].startswith("urn:uuid:")
    json.loads(OpenVexRenderer().render(report(found), RenderOptions()))
