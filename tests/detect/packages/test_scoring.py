"""How bad a problem is."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.packages.scoring import Rated, rate, score_of
from cybersecqwen.knowledge.advisories import Advisory
from cybersecqwen.records import Severity


def rated(*scores: tuple[str, str], word: str = "", informational: str = "") -> Rated:
    return rate(
        Advisory(
            ecosystem="PyPI",
            name="acme",
            id="A-1",
            aliases=(),
            title="",
            rated=word,
            scores=scores,
            cwe=(),
            malicious=False,
            informational=informational,
            published="",
            extents=(),
        )
    )


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        # From: https://www.first.org/cvss/v2/guide, section 3.3, the three examples
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0),
        ("(AV:L/AC:H/Au:N/C:C/I:C/A:C)", 6.2),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:N", 0.0),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("nonsense", None),
        ("", None),
    ],
)
def test_scores(vector: str, score: float | None) -> None:
    assert score_of(vector) == score


# The first eight are vectors of FIRST's examples (https://www.first.org/cvss/v4.0/examples): CVE-2022-41741,
# CVE-2020-3549, CVE-2023-3089, CVE-2021-44714, CVE-2022-21830, CVE-2022-22186, CVE-2014-0160, CVE-2021-44228;
# the others go to the ends of the scale. A second implementation (ae-cvss-calculator) gives the same scores.
FOURTH = {
    "AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 7.3,
    "AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 7.7,
    "AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N": 8.3,
    "AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N": 4.6,
    "AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N": 5.1,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N": 6.9,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N": 8.7,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H": 10.0,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 9.3,
    "AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N": 1.0,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N": 0.0,
}
RATINGS = ((0, "INFORMATIONAL"), (3.9, "LOW"), (6.9, "MEDIUM"), (8.9, "HIGH"), (10, "CRITICAL"))


@pytest.mark.parametrize(("metrics", "score"), FOURTH.items())
def test_version_4_is_scored_by_the_specification(metrics: str, score: float) -> None:
    pytest.importorskip("cvss")
    vector = f"CVSS:4.0/{metrics}"
    found = rated(("CVSS_V4", vector))
    assert (found.score, found.vector, found.note) == (score, vector, "")
    assert found.severity.name == next(name for most, name in RATINGS if score <= most)


def test_only_the_base_metrics_of_version_4_count() -> None:
    pytest.importorskip("cvss")
    base = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"
    assert score_of(f"{base}/E:U/CR:L/MVI:L/S:P/AU:Y/U:Red") == 10.0
    for wrong in ("E:Q", "E:U/E:A", "Q:N", "AV:N"):
        assert score_of(f"{base}/{wrong}") is None
    assert score_of(base.replace("AV:N/", "")) is None
    assert score_of(base.replace("/SA:H", "/E:U/CR:L")) is None


def test_version_3_is_shown_before_version_4_and_that_before_version_2() -> None:
    pytest.importorskip("cvss")
    second = ("CVSS_V2", "AV:N/AC:L/Au:N/C:C/I:C/A:C")
    third = ("CVSS_V3", "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N")
    fourth = ("CVSS_V4", f"CVSS:4.0/{next(iter(FOURTH))}")
    assert rated(second, fourth).vector == fourth[1]
    assert rated(second, fourth, third).vector == third[1]
    assert rated(fourth, word="LOW") == Rated(Severity.LOW, 7.3, fourth[1])


NAMES = "AV AC AT PR UI VC VI VA SC SI SA E CR IR AR MAV MAC MSI MSA S AU R V RE U Q"
VALUES = "N A L P H X S U M C I D Y Red Clear"


@given(
    st.lists(st.tuples(st.sampled_from(NAMES.split()), st.sampled_from(VALUES.split())), max_size=30),
    st.booleans(),
)
def test_any_vector_of_version_4_has_a_score_or_none(parts: list[tuple[str, str]], whole: bool) -> None:
    told = [f"{name}:{value}" for name, value in parts]
    vector = "/".join(["CVSS:4.0", *([next(iter(FOURTH))] if whole else []), *told])
    score = score_of(vector)
    assert score is None or 0 <= score <= 10
    assert rated(("CVSS_V4", vector)).score == score


def test_the_word_of_the_publisher_is_the_severity_and_the_vector_the_score() -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    assert rated(("CVSS_V3", vector), word="MODERATE") == Rated(Severity.MEDIUM, 9.8, vector)
    assert rated(("CVSS_V3", vector)).severity is Severity.CRITICAL


def test_the_worst_of_several_vectors_counts() -> None:
    low = "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"
    high = "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    assert (
        rated(("CVSS_V3", low), ("CVSS_V3", high), ("CVSS_V2", "AV:N/AC:L/Au:N/C:C/I:C/A:C")).vector == high
    )


def test_version_2_has_no_critical() -> None:
    assert rated(("CVSS_V2", "AV:N/AC:L/Au:N/C:C/I:C/A:C")).severity is Severity.HIGH


@pytest.mark.parametrize(
    ("impacts", "severity"),
    [
        ("VC:H/VI:H/VA:H", Severity.CRITICAL),
        ("VC:H/VI:N/VA:N", Severity.HIGH),
        ("VC:L/VI:N/VA:N", Severity.MEDIUM),
        ("VC:N/VI:N/VA:N", Severity.LOW),
    ],
)
def test_without_its_package_version_4_is_estimated_and_says_so(
    impacts: str, severity: Severity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cvss", None)
    found = rated(("CVSS_V4", f"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/{impacts}/SC:N/SI:N/SA:N"))
    assert found.severity is severity and found.score is None and "estimated" in found.note
    assert rated(("CVSS_V4", found.vector), word="LOW").note == ""


def test_without_any_severity_medium_is_assumed_and_said() -> None:
    found = rated(("CVSS_V3", "nonsense"))
    assert found.severity is Severity.MEDIUM and "assumed" in found.note and found.score is None


def test_what_is_no_vulnerability_is_low() -> None:
    assert rated(informational="unmaintained").severity is Severity.LOW
    assert rated(informational="unsound").severity is Severity.MEDIUM
