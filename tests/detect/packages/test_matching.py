"""Packages against advisories: what is reported, how bad, and where to go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cybersecqwen.detect.packages.matching import exploited_in, lowest_of, match, ordered
from cybersecqwen.detect.packages.steps import is_breaking
from cybersecqwen.knowledge import Store
from cybersecqwen.records import Severity
from cybersecqwen.records.review import Package
from cybersecqwen.tasks.review.looking import Looked
from cybersecqwen.tasks.review.packaging import Packages, hold_against
from tests.knowledge.advisories.records import record

from .made import advisories, package

HIGH = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]


def test_a_finding_says_all_that_is_known(tmp_path: Path) -> None:
    found = advisories(
        tmp_path,
        record(
            "GHSA-a-b-c",
            ("introduced", "0"),
            ("fixed", "1.2"),
            aliases=["PYSEC-1-1", "CVE-2025-1"],
            severity=HIGH,
            database_specific={"cwe_ids": ["CWE-79"]},
        ),
    )
    with found:
        (finding,) = match([package()], found).findings
    assert (finding.kind, finding.id, finding.aliases) == (
        "vulnerable",
        "GHSA-a-b-c",
        ("CVE-2025-1", "PYSEC-1-1"),
    )
    assert (finding.severity, finding.score, finding.cwe) == (Severity.CRITICAL, 9.8, ("CWE-79",))
    assert (finding.fixed, finding.breaking) == ("1.2", False)
    assert "acme 1.0" in finding.why and "Update to 1.2" in finding.instead
    assert len(finding.fingerprint) == 16


def test_fingerprints_stay_where_lines_versions_and_ids_change(tmp_path: Path) -> None:
    with advisories(tmp_path, record("PYSEC-1-1", ("introduced", "0"), aliases=["CVE-2025-1"])) as found:
        one = match([package(line=3)], found).findings[0].fingerprint
        elsewhere = match([package(path="other.txt")], found).findings[0].fingerprint
    with advisories(
        tmp_path,
        record("PYSEC-1-1", ("introduced", "0"), aliases=["CVE-2025-1"]),
        record("GHSA-a-b-c", ("introduced", "0"), aliases=["CVE-2025-1"]),
    ) as found:
        assert match([package(line=9, version="2")], found).findings[0].fingerprint == one != elsewhere


def test_the_fixed_version_is_one_that_nothing_is_known_against(tmp_path: Path) -> None:
    found = advisories(
        tmp_path,
        record("A-1", ("introduced", "0"), ("fixed", "1.1"), ("introduced", "2.0"), ("fixed", "2.1")),
        record("A-2", ("introduced", "1.0"), ("fixed", "1.5")),
        record("A-3", ("introduced", "1.5"), ("fixed", "1.6rc1"), ("introduced", "1.6"), ("fixed", "1.7")),
    )
    with found:
        assert [(f.id, f.fixed) for f in match([package()], found).findings] == [
            ("A-1", "1.7"),
            ("A-2", "1.7"),
        ]


def test_where_no_version_is_free_of_all_that_with_the_least_is_named(tmp_path: Path) -> None:
    found = advisories(
        tmp_path,
        record("A-1", ("introduced", "0"), ("fixed", "1.2"), ("introduced", "1.5"), ("fixed", "1.6")),
        record("A-2", ("introduced", "0"), ("fixed", "1.5")),
        record("A-3", ("introduced", "0")),
        record("A-4", ("introduced", "1.6"), ("fixed", "1.6.1")),
    )
    with found:
        one, two, three = match([package()], found).findings
    # At 1.2 are left, at 1.5, at 1.6, at 1.6.1 A-3 alone.
    assert one.fixed == two.fixed == "1.6.1" and "A-3 is known of it" in one.instead
    assert three.fixed == "" and "No fixed version is known" in three.instead


def test_a_problem_that_the_best_version_has_gets_the_nearest_without_it(tmp_path: Path) -> None:
    found = advisories(
        tmp_path,
        record("A-1", ("introduced", "0"), ("fixed", "1.2"), ("introduced", "1.5")),
        record("A-2", ("introduced", "0"), ("fixed", "1.5")),
        record("A-3", ("introduced", "0"), ("fixed", "1.5")),
    )
    with found:
        assert [f.fixed for f in match([package()], found).findings] == ["1.2", "1.5", "1.5"]


def test_the_parts_of_a_module_that_a_problem_is_in_are_named(tmp_path: Path) -> None:
    made = record("GO-1-1", ("introduced", "0"), ecosystem="Go", name="example.org/m", kind="SEMVER")
    made["affected"][0]["ecosystem_specific"] = {
        "imports": [{"path": "example.org/m/ssh"}, {"symbols": ["x"]}]
    }
    whole = record(
        "GHSA-a-b-c", ("introduced", "0"), ecosystem="Go", name="example.org/m", aliases=["GO-1-1"]
    )
    with advisories(tmp_path, made) as found:
        (finding,) = match([package("example.org/m", "1.0.0", "Go")], found).findings
        asked: list[tuple[str, ...]] = []

        def reach_parts(one: Package, parts: tuple[str, ...]) -> tuple[str, bool | None]:
            asked.append(parts)
            return "said", False

        (told,) = match([finding.package], found, reach_parts=reach_parts).findings
    assert "It is in example.org/m/ssh." in finding.why
    assert asked == [("example.org/m/ssh",)] and (told.reached, told.reachable) == ("said", False)
    with advisories(tmp_path, made, whole) as found:
        (finding,) = match([package("example.org/m", "1.0.0", "Go")], found).findings
    assert "It is in" not in finding.why


@pytest.mark.parametrize(
    ("ecosystem", "old", "new", "expected"),
    [
        ("PyPI", "1.2", "1.9", False),
        ("PyPI", "1.2", "2.0", True),
        ("PyPI", "0.2.1", "0.2.9", False),
        ("PyPI", "0.2.1", "0.3.0", True),
        ("PyPI", "2022.12.7", "2024.7.4", False),
        ("npm", "0.0.3", "0.0.4", True),
        ("RubyGems", "0.0.3", "0.0.4", False),
        ("npm", "0.9.0", "1.0.0", True),
        ("Go", "v1.2.3", "1.9.0", False),
        ("Maven", "2.13.4", "2.13.4.2", False),
    ],
)
def test_breaking_steps(ecosystem: str, old: str, new: str, expected: bool) -> None:
    assert is_breaking(ecosystem, old, new) is expected


def test_malicious_packages_come_first_and_are_critical(tmp_path: Path) -> None:
    found = advisories(
        tmp_path,
        record("MAL-2025-1", ("introduced", "0"), name="bad"),
        record("GHSA-a-b-c", ("introduced", "0"), severity=HIGH),
    )
    with found:
        first, second = match([package(), package("bad")], found).findings
    assert (first.kind, first.severity) == ("malicious", Severity.CRITICAL)
    assert "Remove it" in first.instead and second.kind == "vulnerable"


def test_what_is_exploited_comes_before_what_is_only_severe(tmp_path: Path) -> None:
    found = advisories(
        tmp_path,
        record("A-1", ("introduced", "0"), severity=HIGH),
        record("A-2", ("introduced", "0"), aliases=["CVE-2021-44228"], database_specific={"severity": "LOW"}),
    )
    with found, Store.open() as store:
        first, second = match([package()], found, exploited=exploited_in(store)).findings
    assert (first.id, first.exploited, first.severity) == ("A-2", True, Severity.HIGH)
    assert "CISA" in first.why and not second.exploited


def test_the_order_of_findings(tmp_path: Path) -> None:
    words = {"a": "HIGH", "b": "MODERATE", "c": "MODERATE", "d": "MODERATE", "e": "MODERATE"}
    found = advisories(
        tmp_path,
        *(
            record(f"A-{name}", ("introduced", "0"), name=name, database_specific={"severity": word})
            for name, word in words.items()
        ),
    )
    reached: dict[str, tuple[str, bool | None]] = {"b": ("", False), "c": ("", None), "d": ("imported", True)}

    def reach(one: Package) -> tuple[str, bool | None]:
        return reached.get(one.name, ("", None))

    packages = [package("e", direct=False), *(package(name) for name in "bcda")]
    with found:
        findings = match(packages, found, reach=reach).findings
    assert [finding.package.name for finding in findings] == ["a", "d", "c", "e", "b"]
    assert ordered(reversed(findings)) == findings


@pytest.mark.parametrize(
    ("wanted", "ecosystem", "reported"),
    [
        (">=1,<2", "PyPI", True),
        (">=1,<3", "PyPI", False),
        (">=1", "PyPI", False),
        ("", "PyPI", False),
        ("^1.0.0", "npm", True),
        ("*", "npm", False),
        ("1.0", "NuGet", True),
        ("[2.0,)", "NuGet", False),
    ],
)
def test_of_a_range_all_must_be_affected(tmp_path: Path, wanted: str, ecosystem: str, reported: bool) -> None:
    events = (("introduced", "0"), ("fixed", "2.0.0"))
    with advisories(tmp_path, record("A-1", *events, ecosystem=ecosystem)) as found:
        got = match([package(version="", wanted=wanted, ecosystem=ecosystem)], found)
    assert bool(got.findings) is reported
    assert "without an exact version" in got.skipped[0].reason
    if reported:
        assert got.findings[0].fixed == "2.0.0" and got.findings[0].breaking


def test_a_package_of_which_every_version_is_affected_needs_no_version(tmp_path: Path) -> None:
    with advisories(tmp_path, record("A-1", ("introduced", "0"))) as found:
        (finding,) = match([package(version="")], found).findings
    assert "Every version of acme is" in finding.why
    assert lowest_of(package(version="", wanted="~=1.4")) == "1.4"


def test_what_cannot_be_decided_is_told(tmp_path: Path) -> None:
    found = advisories(tmp_path, record("A-1", ("introduced", "0")), record("A-2", ("introduced", "3")))
    packages = [
        package(version="latest"),
        package(version="", wanted="@ git+https://example.org"),
        package(ecosystem="npm"),
        package("other", ecosystem="npm"),
        package(name="unknown", version="latest"),
    ]
    with found:
        got = match(packages, found)
    assert got.findings == ()
    reasons = [skipped.reason for skipped in got.skipped]
    assert len(reasons) == 4
    assert "No advisories about npm are imported: 2 packages were not looked up." in reasons
    assert any(r.startswith("acme latest: 2 advisories could not be decided. 'latest'") for r in reasons)
    assert any("cannot be read" in reason for reason in reasons)


def test_transitive_packages_say_that_another_asks_for_them(tmp_path: Path) -> None:
    with advisories(tmp_path, record("A-1", ("introduced", "0"), ("fixed", "2"))) as found:
        (finding,) = match([package(direct=False)], found).findings
    assert "Another package asks for it" in finding.instead and "may break" in finding.instead


def test_findings_travel_as_json(tmp_path: Path) -> None:
    from dataclasses import asdict

    with advisories(tmp_path, record("A-1", ("introduced", "0"))) as found:
        json.dumps([asdict(finding) for finding in match([package()], found).findings])


@pytest.mark.timeout(60)
def test_many_versions_with_many_problems_are_matched_in_time(tmp_path: Path) -> None:
    records = [
        record(f"A-{n}", ("introduced", f"{n}.0"), ("fixed", f"{n + 50}.0"), name="acme") for n in range(300)
    ]
    with advisories(tmp_path, *records) as found:
        got = match([package(version=f"{n % 300}.5", line=n) for n in range(1_000)], found)
    assert len(got.findings) > 20_000


def test_rustsec_tells_of_packages_that_ended(tmp_path: Path) -> None:
    made = record("RUSTSEC-1-1", ("introduced", "0"), ecosystem="crates.io", kind="SEMVER")
    made["affected"][0]["database_specific"] = {"informational": "unmaintained"}
    with advisories(tmp_path, made) as found:
        (finding,) = match([package(version="1.0.0", ecosystem="crates.io")], found).findings
    assert (finding.kind, finding.severity, finding.id) == ("unmaintained", Severity.LOW, "RUSTSEC-1-1")
    assert finding.instead == "Look for a package that is maintained."
    other = record("GHSA-a-b-c", ("introduced", "0"), ecosystem="crates.io", aliases=["RUSTSEC-1-1"])
    with advisories(tmp_path, made, other) as found:
        assert (
            match([package(version="1.0.0", ecosystem="crates.io")], found).findings[0].kind == "vulnerable"
        )


def test_a_package_of_both_lists_is_reported_once(tmp_path: Path) -> None:
    """RustSec and our own list say that atty ended; our own says what to take."""
    made = record("RUSTSEC-1-1", ("introduced", "0"), ecosystem="crates.io", kind="SEMVER", name="atty")
    made["affected"][0]["database_specific"] = {"informational": "unmaintained"}
    crates = [package(name, "0.2.14", "crates.io") for name in ("atty", "tempdir")]
    with advisories(tmp_path, made) as file, Store.open() as store:
        found = Packages(packages=crates)
        hold_against(found, Looked(), file.path, store)
    assert [(one.package.name, one.id) for one in found.findings] == [
        ("atty", "RUSTSEC-1-1"),
        ("tempdir", ""),
    ]
    assert found.findings[0].instead == "Take std::io::IsTerminal."


def test_malware_in_some_versions_names_one_without(tmp_path: Path) -> None:
    made = record(
        "GHSA-a-b-c",
        ("introduced", "3.3.6"),
        ("fixed", "4.0.0"),
        ecosystem="npm",
        database_specific={"cwe_ids": ["CWE-506"], "severity": "HIGH"},
    )
    with advisories(tmp_path, made) as found:
        (finding,) = match([package(version="3.3.6", ecosystem="npm")], found).findings
    assert (finding.kind, finding.severity) == ("malicious", Severity.CRITICAL)
    assert "Nothing is known against 4.0.0" in finding.instead
