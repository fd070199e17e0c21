"""How bad a problem is."""

from __future__ import annotations

import pytest

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
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_scores(vector: str, score: float | None) -> None:
    assert score_of(vector) == score


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
def test_version_4_is_estimated_and_says_so(impacts: str, severity: Severity) -> None:
    found = rated(("CVSS_V4", f"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/{impacts}/SC:N/SI:N/SA:N"))
    assert found.severity is severity and found.score is None and "estimated" in found.note
    assert rated(("CVSS_V4", found.vector), word="LOW").note == ""


def test_without_any_severity_medium_is_assumed_and_said() -> None:
    found = rated(("CVSS_V3", "nonsense"))
    assert found.severity is Severity.MEDIUM and "assumed" in found.note and found.score is None


def test_what_is_no_vulnerability_is_low() -> None:
    assert rated(informational="unmaintained").severity is Severity.LOW
    assert rated(informational="unsound").severity is Severity.MEDIUM
