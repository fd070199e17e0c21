"""Identifiers in any spelling are found, resolved, struck out or replaced."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.verify.identifiers import STRUCK, find, fold, settle, strike

from .conftest import FakeFacts


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("T1059.001", ["T1059.001"]),
        ("t1059.001 and T1055", ["T1059.001", "T1055"]),
        ("T-1059", ["T1059"]),
        ("T 1059", ["T1059"]),
        ("T1059 .001", ["T1059.001"]),
        ("T1059/001", ["T1059.001"]),
        ("T1059.1", ["T1059.1"]),
        ("T1059.0012", ["T1059.0012"]),
        ("T1059. Five events", ["T1059"]),
        ("T1055/T1059", ["T1055", "T1059"]),
        ("Т1059", ["T1059"]),  # Cyrillic T
        ("T１０５９．００１", ["T1059.001"]),  # full-width digits and stop
        ("T١٠٥٩", ["T1059"]),  # Arabic-Indic digits
        ("T\u200b1059", ["T1059"]),  # zero-width space
        ("CVE\u20112021\u201144228", ["CVE-2021-44228"]),  # non-breaking hyphens
        ("cve 2021 44228", ["CVE-2021-44228"]),
        ("CVE_2021_44228", ["CVE-2021-44228"]),
        ("CWE 79 and CWE-0089", ["CWE-79", "CWE-89"]),
        ("CAPEC-66", ["CAPEC-66"]),
        (
            "TA0002, G0016, S0154, M1038, C0012, DET0054",
            ["TA0002", "G0016", "S0154", "M1038", "C0012", "DET0054"],
        ),
        ("D3-PSA and D3FEND-FIM", ["D3-PSA", "D3-FIM"]),
        ("AC-2(1), ac–02, SI-4 (2)", ["AC-2(1)", "AC-2", "SI-4(2)"]),
        ("WS-T1059-01, C:\\T1059\\x, user@T1059", []),
        ("XT1059 and T10590 and T105", []),
        ("AC-123 and PC-01", []),
    ],
)
def test_find_any_spelling(text, ids):
    assert [mention.id for mention in find(text)] == ids


@given(st.text(max_size=300))
def test_places_point_into_the_original_text(text):
    for mention in find(text):
        assert text[mention.start : mention.end] == mention.text
        assert mention.id.isascii()


@given(st.text(max_size=200))
def test_fold_keeps_places_in_order(text):
    folded, places = fold(text)
    assert len(folded) == len(places)
    assert list(places) == sorted(places)


@pytest.mark.parametrize(
    "piece", ["T1059.", "CVE-2021-", "AC-2(", "CWE-", "D3-A", "T 1059 . ", "(" * 3, "- _ "]
)
def test_a_long_text_of_half_identifiers_comes_to_an_end(piece):
    assert len(list(find(piece * 20_000))) <= 20_000


def test_unknown_are_struck_out_and_listed(facts):
    text, problems = strike("Seen: T1059.001, T9999 and CWE-99999.", facts)
    assert text == f"Seen: T1059.001, {STRUCK} and {STRUCK}."
    assert [problem.subject for problem in problems] == ["T9999", "CWE-99999"]
    assert {problem.stage for problem in problems} == {"verify"}


def test_revoked_become_their_successor(facts):
    text, problems = strike("It is T1086.", facts)
    assert text == "It is T1059.001."
    assert "T1059.001" in problems[0].message
    assert strike("It is T1100.", facts)[0] == f"It is {STRUCK}."


def test_deprecated_stay_with_a_note(facts):
    text, problems = strike("It is T1034.", facts)
    assert text == "It is T1034."
    assert "deprecated" in problems[0].message


def test_odd_spelling_becomes_canonical(facts):
    assert strike("It is t-1059 .001.", facts) == ("It is T1059.001.", ())


def test_wrong_name_is_replaced(facts):
    text, problems = strike("It is T1059.001 (Mshta).", facts)
    assert text == "It is T1059.001 (PowerShell)."
    assert "'Mshta'" in problems[0].message
    assert strike("It is T1059.001 (PowerShell).", facts)[1] == ()
    assert strike("T1059.001 (seen twice)", facts) == ("T1059.001 (seen twice)", ())


def test_cve_of_the_input_stays(facts):
    assert settle("CVE-2031-0001", facts, {"CVE-2031-0001"}) == ("CVE-2031-0001", None)
    assert settle("CVE-2031-0001", facts)[0] == ""


@given(st.lists(st.sampled_from(["T1059.001", "T9999", "T1086", "CWE-79", "seen", "(x)", ".", "T1059 .001"])))
def test_nothing_unknown_is_left(words):

    facts = FakeFacts()
    text, _ = strike(" ".join(words), facts)
    assert all(facts.resolve(mention.id).state == "known" for mention in find(text))
    assert strike(text, facts)[0] == text
