"""CVEs of a report with the store's facts and with what the report states."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.report import vulnerabilities
from cybersecqwen.detect.text.codes import find_cves
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.intel import Named, Place, Tier

STARTER = Store.open()
FILLER = "A sentence about nothing that matters here, to get past the beginning. " * 13


def place(start: int, end: int) -> Place:
    return Place(document="d1", start=start, end=end)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    yield STARTER
    STARTER.close()


def judged(text: str, store: Store) -> dict[str, Named]:
    found = tuple(find_cves(text, text.lower()))
    return {one.id: one for one in vulnerabilities.judge(text, found, place, store)}


def test_facts_of_the_store(store: Store) -> None:
    one = judged("CVE-2021-44228 was used.", store)["CVE-2021-44228"]
    assert one.facts["known"] is True
    assert (one.facts["kev"], one.facts["vendor"], one.facts["product"]) == (True, "Apache", "Log4j2")
    assert one.facts["added"] == "2021-12-10"
    assert one.name == "Apache Log4j2 Remote Code Execution Vulnerability"


def test_a_cve_that_the_store_has_not_stays(store: Store) -> None:
    one = judged("See CVE-2099-12345.", store)["CVE-2099-12345"]
    assert (one.id, one.name, one.url, one.facts) == (
        "CVE-2099-12345",
        "CVE-2099-12345",
        "",
        {"known": False},
    )


@pytest.mark.parametrize(
    ("sentence", "score"),
    [
        ("CVE-2099-11111 (CVSS score: 9.8) lets anyone in.", 9.8),
        ("CVE-2099-11111, CVSS 3.1 base score of 7.5, lets anyone in.", 7.5),
        ("CVE-2099-11111 has a CVSSv3 rating of 10.0 and is bad.", 10.0),
        ("CVE-2099-11111 (CVSS:3.1 8.1) is bad.", 8.1),
        ("With CVSS 9.1, CVE-2099-11111 is bad.", 9.1),
        ("CVE-2099-11111 (CVSS 9.8) and CVE-2099-22222 (CVSS 5.4) were chained.", 9.8),
        ("CVE-2099-11111\tremote code execution\t9.8\tpatched", 9.8),
        ("CVE-2099-11111 is bad. Another has CVSS 9.8.", None),
        ("CVE-2099-11111 is scored with CVSS 3.1.", None),
        ("CVE-2099-11111 was fixed in version 9.8.", None),
        ("CVE-2099-22222 (CVSS 5.4) came before CVE-2099-11111.", None),
        ("CVE-2099-11111 has CVSS 55.4 or 11.", None),
    ],
)
def test_scores_count_where_they_stand_beside_it(sentence: str, score: float | None, store: Store) -> None:
    told = judged(FILLER + sentence, store)["CVE-2099-11111"].facts.get("told", {})
    assert told.get("cvss") == score


def test_a_vector_is_taken_over(store: Store) -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    told = judged(f"CVE-2099-11111 (CVSS 9.8, {vector}).", store)["CVE-2099-11111"].facts["told"]
    assert told == {"cvss": 9.8, "vector": vector}


@pytest.mark.parametrize(
    ("sentence", "exploited"),
    [
        ("CVE-2099-11111 is actively exploited.", True),
        ("The group exploited it: CVE-2099-11111 was exploited in the wild.", True),
        ("We saw exploitation of CVE-2099-11111.", True),
        ("CVE-2099-11111 could be exploited by anyone.", False),
        ("There is no evidence that CVE-2099-11111 was exploited.", False),
        ("CVE-2099-11111 was patched.", False),
    ],
)
def test_exploited_as_the_report_states(sentence: str, exploited: bool, store: Store) -> None:
    one = judged(FILLER + sentence, store)["CVE-2099-11111"]
    assert one.facts.get("told", {}).get("exploited", False) is exploited
    assert (one.tier is Tier.HIGH) is exploited


def test_one_that_is_only_denied_is_marked(store: Store) -> None:
    one = judged("Our product is not affected by CVE-2021-44228, a zero-day in Log4j.", store)[
        "CVE-2021-44228"
    ]
    assert (one.facts["denied"], one.facts["kev"], one.tier) == (True, True, Tier.LOW)
    assert one.why == "the report says “not affected by” of it" and "told" not in one.facts
    both = judged("Acme is not affected by CVE-2021-44228. Attackers exploit CVE-2021-44228.", store)
    assert "denied" not in both["CVE-2021-44228"].facts and both["CVE-2021-44228"].tier is Tier.HIGH


def test_tiers_by_place_and_count(store: Store) -> None:
    found = judged(
        "About CVE-2099-11111\n\n"
        + FILLER
        + "CVE-2099-22222. " * 3
        + "CVE-2099-33333. " * 2
        + "CVE-2099-44444.",
        store,
    )
    assert [found[f"CVE-2099-{n}"].tier for n in ("11111", "22222", "33333", "44444")] == [
        Tier.HIGH, Tier.HIGH, Tier.MODERATE, Tier.LOW,
    ]  # fmt: skip
    assert [one.count for one in found.values()] == [3, 1, 2, 1]


PIECES = (
    "CVE-2021-44228", "CVE-2099-12345", " CVSS ", "9.8", ":", "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "\t",
    "\n", ". ", "exploited ", "(", "not ",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=40).map("".join))
def test_every_quote_stands_in_any_text(text: str) -> None:
    for one in judged(text, STARTER).values():
        assert one.context in text
        assert all(text[at.start : at.end] in one.spelled for at in one.places)
        assert 0 <= one.facts.get("told", {}).get("cvss", 0) <= 10
