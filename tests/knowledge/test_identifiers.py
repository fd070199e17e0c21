from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.knowledge.identifiers import canonical, name_key, parse


@pytest.mark.parametrize(
    ("written", "family", "id"),
    [
        ("T1059.001", "attack", "T1059.001"),
        (" t1059/001 ", "attack", "T1059.001"),
        ("ta0002", "attack", "TA0002"),
        ("det0455", "attack", "DET0455"),
        ("CWE-079", "cwe", "CWE-79"),
        ("cwe 79", "cwe", "CWE-79"),
        ("capec:66", "capec", "CAPEC-66"),
        ("cve-2021-44228", "cve", "CVE-2021-44228"),
        ("d3-fim", "d3fend", "D3-FIM"),
        ("ac-2", "control", "AC-2"),
        ("AC-02(01)", "control", "AC-2(1)"),
        ("ac-2.1", "control", "AC-2(1)"),
        ("d3f:File", "", "d3f:File"),
        ("T105", "", "T105"),
        ("T10599", "", "T10599"),
        ("CVE-2021-123", "", "CVE-2021-123"),
        ("T１０５９", "", "T１０５９"),  # digits, but not those of an identifier
    ],
)
def test_written_forms(written: str, family: str, id: str) -> None:
    assert parse(written) == (family, id)


@given(st.text())
@settings(deadline=None)
def test_canonical_is_stable(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(st.from_regex(r"[A-Za-z0-9.\-()/: ]{0,24}", fullmatch=True))
@settings(deadline=None)
def test_a_family_never_changes(text: str) -> None:
    family, id = parse(text)
    assert parse(id)[0] == family


def test_names_are_compared_without_case_spaces_and_hyphens() -> None:
    assert len({name_key(name) for name in ("APT29", "apt 29", "Apt-29", "APT_29")}) == 1
    assert name_key("APT29") != name_key("APT28")
