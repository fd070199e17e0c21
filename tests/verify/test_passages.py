"""A sentence of an answer stands in a passage, or it goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.records import Provenance, Report, Severity, Verdict
from cybersecqwen.verify import check_draft
from cybersecqwen.verify.passages import check_against

from .conftest import FakeFacts

PASSAGES = (
    "CVE-2031-1\nKettle\n\n\ndescription\nKettle2 2.0 through 2.15 (excluding security releases 2.12.2 and"
    " 2.3.1) features, used in configuration, do not protect against attacker controlled endpoints."
    " The kettle before 2.4.51 allows path traversal by remote users.",
    "T1003\nDumping\nM1043\nGuard\nmitigation\nEnable features to protect the LSA secrets.",
    "T1566\nPhishing\nG0007\nAPT28\nprocedure\nUnlike APT28, APT29 may have used Kettle to read mail.",
    "CWE-89\nSQL Injection\n\n\nmitigation\nUse parameterized queries to keep data apart from commands."
    " Do not build statements from input.",
    "T1003\nDumping\nG0016\nAPT29\nprocedure\nAPT29 used Mimikatz 2.1 to read LSASS memory on 3 hosts.",
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Use parameterized queries to keep data apart from commands.",
        "Use parameterized queries to keep data apart.",
        "Dumping APT29 used Mimikatz 2.1 to read LSASS memory.",
        "Kettle2 2.0 through 2.15 (excluding security releases 2.12.2 and 2.3.1) features do not protect.",
        "Enable features to protect the LSA secrets.",
        "Do not build statements from input.",
    ],
)
def test_what_a_passage_says_stays(sentence: str) -> None:
    assert check_against(sentence, PASSAGES) == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "Build statements from input.",  # the "not" is gone
        "APT29 used Mimikatz 2.1 on 3 hosts.",  # words from its middle
        "APT29 used Mimikatz to read LSASS memory.",
        "Kettle2 2.0 through 2.15 features do not protect against attacker controlled endpoints.",
        "Kettle2 security releases 2.12.2 do not protect against attacker controlled endpoints.",
        "The kettle 2.4.51 allows path traversal by remote users.",
        "Enable Dumping to protect the LSA secrets.",
        "Dumping protects the LSA secrets.",
        "APT28 used Kettle to read mail.",
        "APT29 used Kettle to read mail.",
        "Do not use parameterized queries.",  # a "not" came in
        "APT29 used Mimikatz 2.2 to read LSASS memory.",
        "APT29 used Mimikatz on 4 hosts.",
        "APT28 used Mimikatz to read LSASS memory.",
        "Mimikatz used APT29 to read LSASS memory.",  # who did what to whom
        "APT29 used parameterized queries.",  # two passages in one sentence
        "Firewalls keep data apart from commands.",
        "That is so.",
        "",
    ],
)
def test_what_none_says_goes(sentence: str) -> None:
    assert check_against(sentence, PASSAGES) != ""


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_any_text_gets_a_verdict(sentence: str, passages: list[str]) -> None:
    assert isinstance(check_against(sentence, passages), str)


def test_drafts_about_an_answer_are_held_to_its_passages() -> None:
    passage = {"id": "CWE-89", "name": "SQL Injection", "section": "mitigation"}
    passage["text"] = "Attackers should be kept away by parameterized queries."
    report = Report(
        task="ask",
        verdict=Verdict.BENIGN,
        severity=Severity.INFORMATIONAL,
        confidence=0.9,
        provenance=Provenance(version="0"),
        extra={"passages": [passage]},
    )
    said = ["Attackers should be kept away by parameterized queries.", "Firewalls stop everything."]
    checked = check_draft(said, report, FakeFacts(), writer="m")
    assert [sentence.text for sentence in checked.kept] == said[:1]
    assert [text for text, _ in checked.rejected] == said[1:]
