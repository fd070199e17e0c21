"""What to do follows from what was found, and names nothing that was not."""

from __future__ import annotations

import string
from collections.abc import Iterator

import pytest

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.intel import Intelligence, Role, Tier
from cybersecqwen.tasks.intel.actions import MOST, Action, actions, since, table

from .pictures import cve, dated, document, named, seen, technique

HASH = seen("a" * 64, Role.PAYLOAD, type="sha256")
FULL = Intelligence(
    documents=(document(),),
    indicators=(seen("a.example"), seen("198.51.100.7", type="ipv4"), seen("b.example"), HASH),
    names=(
        cve("CVE-2024-3400", kev=True),
        cve("CVE-2024-1111"),
        named("Ryuk", "S0446", "software", facts={"kind": "malware"}),
        named("PsExec", "S0029", "software", facts={"kind": "tool"}),
    ),
    techniques=(technique("T1486"),),
    dates=(dated("since", "2026-03"),),
)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open() as opened:
        yield opened


def test_files_that_are_named_without_a_word_about_an_attack_are_not_sought() -> None:
    assert actions(Intelligence(indicators=(seen("README.md", Role.UNKNOWN, type="file"),))) == ()


NEEDS = {
    "known-exploited": Intelligence(names=(cve("CVE-2024-3400", kev=True),)),
    "vulnerability": Intelligence(names=(cve("CVE-2024-1111"),)),
    "usable": Intelligence(indicators=(seen("x.dll", Role.ARTEFACT, type="file"),)),
    "network": Intelligence(indicators=(seen("a.example"),)),
    "malware-hashes": Intelligence(indicators=(HASH,), names=(named("Ryuk", "S0446", "software"),)),
    "techniques": Intelligence(techniques=(technique("T1003", tier=Tier.LOW),)),
}


@pytest.mark.parametrize("row", table(), ids=lambda row: row.text[:30])
def test_every_row_can_be_reached(row: Action) -> None:
    pictures = [NEEDS[row.needs]] if row.needs else []
    pictures += [Intelligence(techniques=(technique(id),)) for id in row.techniques]
    start = row.text.partition("{")[0]
    assert pictures and all(any(one.startswith(start) for one in actions(each)) for each in pictures)


@pytest.mark.parametrize("row", table(), ids=lambda row: row.text[:30])
def test_every_row_is_well_formed(row: Action, store: Store) -> None:
    assert bool(row.needs) != bool(row.techniques)
    assert row.urgency in (1, 2, 3)
    assert row.text.endswith(".") and row.text[0].isupper()
    known = {"vulnerabilities", "known", "open", "indicators", "network", "named", "back", "lately"}
    assert {name for _, name, _, _ in string.Formatter().parse(row.text) if name} <= known
    for id in row.techniques:
        assert store.resolve(id).state == "known", id


def test_they_are_the_most_urgent_ones() -> None:
    told = actions(FULL)
    assert len(told) <= MOST
    assert told[0] == "Patch or shield CVE-2024-3400 first: it is known to be exploited."
    assert told[1].startswith("Search proxy, DNS, firewall and endpoint logs for the 4 indicators,")
    assert "back to 2026-03" in told[1]
    assert told[2].startswith("Block 1 address and 2 domains of the attacker")
    assert "Look for Ryuk (S0446) on endpoints" in told[4]
    assert not any("PsExec" in one or "{" in one or "  " in one or " ," in one for one in told)


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (
            Intelligence(indicators=(seen("a.example"),)),
            "logs for the indicator, as far back as",
        ),
        (Intelligence(indicators=(seen("a.example"),)), "Block 1 domain of the attacker"),
        (Intelligence(names=(cve("CVE-1-1", kev=True), cve("CVE-1-2", kev=True))), "they are known"),
        (Intelligence(techniques=(technique("T1053.005"),)), "keys that appeared lately."),
    ],
)
def test_grammar(picture: Intelligence, says: str) -> None:
    assert any(says in one for one in actions(picture))


@pytest.mark.parametrize(
    "picture",
    [
        Intelligence(),
        Intelligence(indicators=(seen("a.example", note="known"),)),
        Intelligence(indicators=(seen("CVE-2024-1", Role.VULNERABILITY, type="cve"),)),
        Intelligence(indicators=(seen("Loader_Rule", Role.DETECTION, type="yara"),)),
    ],
)
def test_nothing_found_nothing_to_do(picture: Intelligence) -> None:
    assert actions(picture) == ()


def test_unsure_techniques_move_nothing() -> None:
    (only,) = actions(Intelligence(techniques=(technique("T1486", tier=Tier.LOW),)))
    assert only.startswith("Compare your detections")


@pytest.mark.parametrize("type", ["email", "sha256", "registry"])
def test_only_what_a_network_sees_is_blocked(type: str) -> None:
    told = actions(Intelligence(indicators=(seen("x", type=type),)))
    assert not any(one.startswith("Block") for one in told)


def test_victims_are_not_blocked() -> None:
    told = actions(
        Intelligence(indicators=(seen("bank.example", Role.VICTIM), seen("x.example", Role.UNKNOWN)))
    )
    assert not any(one.startswith("Block") for one in told)


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        ((), ""),
        ((("published", "2020"),), ""),
        ((("until", "2024-05"),), ""),
        ((("on", "2024-05"), ("on", "2024-02-03")), "2024-02-03"),
        ((("on", "2020"), ("since", "2024-02")), "2024-02"),
    ],
)
def test_since(dates: tuple[tuple[str, str], ...], says: str) -> None:
    assert since(Intelligence(dates=tuple(dated(*one) for one in dates))) == says


def test_a_year_alone_bounds_no_search() -> None:
    picture = Intelligence(indicators=(seen("a.example"),), dates=(dated("since", "2013"),))
    assert any("as far back as they reach" in one for one in actions(picture))
