"""Key judgements: the words of ICD 203, what they rest on, and how sure they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.records.intel import Intelligence, Judgement, Named, Role, Tier
from cybersecqwen.specialists import Judgement as Attribution
from cybersecqwen.tasks.intel.judgements import judgements, likelihood

from .pictures import cve, document, named, points_to, seen, stated, technique

NAMES = {"G0016": "APT29", "G0007": "APT28"}
APT29 = named("APT29", "G0016")
RYUK = named("Ryuk", "S0446", "software")


@pytest.mark.parametrize(
    ("chance", "word"),
    [
        # Intelligence Community Directive 203 (2015), part 6.e(2)(a)
        (0.01, "almost no chance"),
        (0.049, "almost no chance"),
        (0.05, "very unlikely"),
        (0.19, "very unlikely"),
        (0.20, "unlikely"),
        (0.44, "unlikely"),
        (0.45, "roughly even chance"),
        (0.5, "roughly even chance"),
        (0.55, "likely"),
        (0.79, "likely"),
        (0.80, "very likely"),
        (0.94, "very likely"),
        (0.95, "almost certainly"),
        (1.0, "almost certainly"),
    ],
)
def test_words_of_probability(chance: float, word: str) -> None:
    assert likelihood(chance) == word


def judged(intel: Intelligence, *attributions: Attribution) -> tuple[Judgement, ...]:
    if not intel.documents:
        intel = replace(intel, documents=(document(),))
    return judgements(intel, attributions, NAMES)


def test_nothing_follows_from_nothing() -> None:
    assert judged(Intelligence()) == ()
    assert judged(Intelligence(names=(APT29,), indicators=(seen("a.example"),))) == ()
    assert judged(Intelligence(), Attribution(ranked=points_to("G0016", 0.9).ranked, abstained=True)) == ()


SAID = Intelligence(names=(APT29, RYUK), relations=(stated(RYUK, "attributed-to", APT29),))


@pytest.mark.parametrize(
    ("intel", "chance", "word", "confidence", "basis"),
    [
        (SAID, 0.99, "almost certainly", Tier.MODERATE, ("uses Ryuk", "attribution stated in 1 sentence")),
        (replace(SAID, relations=()), 0.99, "very likely", Tier.MODERATE, ("uses Ryuk",)),
        (
            replace(SAID, relations=(), names=(replace(APT29, tier=Tier.LOW), RYUK)),
            0.6,
            "likely",
            Tier.LOW,
            None,
        ),
        (Intelligence(), 0.99, "likely", Tier.LOW, ("the report does not name it", "uses Ryuk")),
    ],
)
def test_who_is_behind_it(
    intel: Intelligence, chance: float, word: str, confidence: Tier, basis: tuple[str, ...] | None
) -> None:
    (one,) = judged(intel, points_to("G0016", chance, "uses Ryuk"))
    assert one.text == "APT29 (G0016) is behind the activity"
    assert (one.likelihood, one.confidence) == (word, confidence)
    assert basis is None or one.basis == basis


def test_what_is_unlikely_is_no_key_judgement() -> None:
    assert judged(Intelligence(names=(APT29,)), points_to("G0016", 0.4)) == ()


def test_an_actor_that_the_report_takes_back_is_no_key_judgement() -> None:
    for tier in Tier:
        doubted = replace(APT29, tier=tier, facts={"doubted": True})
        assert judged(Intelligence(names=(doubted, RYUK)), points_to("G0016", 0.9)) == ()
    assert len(judged(Intelligence(names=(APT29, RYUK)), points_to("G0016", 0.9))) == 1


def test_an_actor_that_is_only_compared_with_is_likely_at_most() -> None:
    found = Intelligence(names=(replace(APT29, tier=Tier.LOW), RYUK))
    (one,) = judged(found, points_to("G0016", 0.99, "named once (APT29)", "uses Ryuk"))
    assert (one.likelihood, one.confidence) == ("likely", Tier.LOW)
    assert judged(found, points_to("G0016", 0.99, "named once (APT29)")) == ()  # nothing else points to it


ATTRIBUTED = replace(APT29, facts={"attributed": True})
DESCRIBED = technique("T1059", how="described", tier=Tier.MODERATE, probability=0.9)


@pytest.mark.parametrize(
    ("intel", "said"),
    [
        (Intelligence(names=(APT29,)), False),
        (Intelligence(names=(APT29, cve("CVE-1-1"))), False),
        (Intelligence(names=(APT29, named("Mimikatz", "S0002", "software", facts={"kind": "tool"}))), False),
        (Intelligence(names=(APT29, replace(RYUK, tier=Tier.LOW))), False),
        (Intelligence(names=(APT29, replace(RYUK, documents=("d2",)))), False),
        (Intelligence(names=(APT29,), techniques=(replace(DESCRIBED, tier=Tier.LOW),)), False),
        (Intelligence(names=(APT29,), indicators=(seen("a.example", Role.UNKNOWN),)), False),
        (Intelligence(names=(ATTRIBUTED,)), True),
        (Intelligence(names=(APT29, RYUK)), True),
        (Intelligence(names=(APT29,), relations=(stated(APT29, "uses", RYUK),)), True),
        (Intelligence(names=(APT29,), techniques=(DESCRIBED,)), True),
        (Intelligence(names=(APT29,), indicators=(seen("a.example"),)), True),
    ],
)
def test_an_actor_is_judged_where_something_tells_of_an_attack(intel: Intelligence, said: bool) -> None:
    found = judged(intel, points_to("G0016", 0.9, "named once (APT29)"))
    assert [one.text for one in found if "behind" in one.text] == [
        "APT29 (G0016) is behind the activity"
    ] * said


GHOST = named("Operation Ghost", "C0023", "campaign")


@pytest.mark.parametrize(
    ("campaign", "reason", "said"),
    [
        (GHOST, "named once (Operation Ghost)", True),
        (replace(GHOST, tier=Tier.LOW), "named once (Operation Ghost)", False),
        (replace(GHOST, facts={"doubted": True}), "named once (Operation Ghost)", False),
        (replace(GHOST, tier=Tier.LOW), "uses Ryuk", True),
    ],
)
def test_an_actor_that_a_campaign_points_to(campaign: Named, reason: str, said: bool) -> None:
    found = judged(Intelligence(names=(campaign, RYUK)), points_to("G0016", 0.9, reason))
    assert [one.text for one in found] == ["APT29 (G0016) is behind the activity"] * said


def test_of_many_actors_those_of_most_reports_are_judged() -> None:
    many = Intelligence(documents=tuple(document(f"d{n}") for n in range(9)))
    found = [points_to(f"G{n:04d}", 0.5 + n / 100) for n in range(7)] + [points_to("G0000", 0.5)]
    assert [one.text[:5] for one in judged(many, *found)] == ["G0000", "G0006", "G0005"]


def test_several_reports_do_not_all_describe_one_actor() -> None:
    three = Intelligence(documents=tuple(document(f"d{n}") for n in range(3)), names=(ATTRIBUTED,))
    first, second = judged(three, points_to("G0007", 0.6), points_to("G0016", 0.6), points_to("G0016", 0.7))
    assert first.text == "APT29 (G0016) is behind the activity that 2 of the 3 reports describe"
    assert (first.likelihood, first.confidence) == ("likely", Tier.HIGH)
    assert second.text == "APT28 (G0007) is behind the activity that 1 of the 3 reports describes"
    assert (second.basis[0], second.confidence) == ("the reports do not name it", Tier.LOW)


@pytest.mark.parametrize(
    ("names", "text", "word"),
    [
        (
            (cve("CVE-1-1", kev=True),),
            "Attackers exploit CVE-1-1 on systems without the update",
            "almost certainly",
        ),
        (
            (cve("CVE-1-1", kev=True, ransomware=True, added="2024-01-02"), cve("CVE-1-2", kev=True)),
            "Attackers exploit CVE-1-1 and CVE-1-2 on systems without the update",
            "almost certainly",
        ),
        ((cve("CVE-1-3", exploited=True),), "Attackers exploit CVE-1-3", "likely"),
        ((cve("CVE-1-4"), cve("CVE-1-5", exploited="yes")), "", ""),
    ],
)
def test_exploitation(names: tuple, text: str, word: str) -> None:  # type: ignore[type-arg]
    found = judged(Intelligence(names=names))
    assert [one.text for one in found] == ([text] if text else [])
    assert [one.likelihood for one in found] == ([word] if word else [])


@pytest.mark.parametrize(
    ("one", "text", "word", "confidence"),
    [
        (technique("T1486"), "Data are encrypted for ransom", "very likely", Tier.MODERATE),
        (technique("T1561.001"), "Data or disks are destroyed", "very likely", Tier.MODERATE),
        (
            technique("T1567.002", how="described", tier=Tier.MODERATE, probability=0.6),
            "Data are taken out of the network",
            "likely",
            Tier.LOW,
        ),
        (
            technique("T1048", how="described", tier=Tier.MODERATE, probability=0.99),
            "Data are taken out of the network",
            "likely",
            Tier.LOW,
        ),
        (technique("T1486", how="described", tier=Tier.LOW, probability=0.6), "", "", Tier.LOW),
        (technique("T1059"), "", "", Tier.LOW),
    ],
)
def test_impact(one: object, text: str, word: str, confidence: Tier) -> None:
    found = judged(Intelligence(names=(RYUK,), techniques=(one,)))  # type: ignore[arg-type]
    assert [(j.text, j.likelihood, j.confidence) for j in found] == (
        [(text, word, confidence)] if text else []
    )


PASSING = technique("T1048", how="described", tier=Tier.MODERATE, probability=0.9)
MIMIKATZ = named("Mimikatz", "S0002", "software", facts={"kind": "tool"})


@pytest.mark.parametrize(
    ("intel", "said"),
    [
        (Intelligence(), False),
        (Intelligence(names=(MIMIKATZ, cve("CVE-1-1"))), False),
        (Intelligence(names=(replace(APT29, tier=Tier.LOW),)), False),
        (Intelligence(names=(replace(RYUK, documents=("d2",)),)), False),
        (Intelligence(indicators=(seen("a.example", Role.UNKNOWN), seen("b.example", note="known"))), False),
        (Intelligence(indicators=(seen("a.example", tier=Tier.LOW),)), False),
        (Intelligence(names=(APT29,)), True),
        (Intelligence(names=(RYUK,)), True),
        (Intelligence(indicators=(seen("a.example"),)), True),
    ],
)
def test_an_article_about_no_attack_has_no_impact(intel: Intelligence, said: bool) -> None:
    found = judged(replace(intel, techniques=(PASSING,)))
    assert [one.likelihood for one in found if one.text.startswith("Data are")] == ["likely"] * said


def test_two_descriptions_say_more_than_one() -> None:
    both = (PASSING, technique("T1567", how="described", tier=Tier.MODERATE, probability=0.9))
    (one,) = judged(Intelligence(names=(RYUK,), techniques=both))
    assert one.likelihood == "very likely"


@pytest.mark.parametrize(
    ("count", "noun", "word"), [(1, "indicator", "likely"), (3, "indicators", "very likely")]
)
def test_shared_infrastructure(count: int, noun: str, word: str) -> None:
    found = tuple(seen(f"{n}.example", documents=("d1", "d2")) for n in range(count))
    apart = (
        seen("x.example", documents=("d1", "d2"), note="known"),
        seen("y.example"),
        seen("setup.exe", Role.PAYLOAD, type="file", documents=("d1", "d2")),
    )
    (one,) = judged(Intelligence(documents=(document(), document("d2")), indicators=found + apart))
    assert one.text == f"Reports describe connected activity: {count} hostile {noun} in common"
    assert one.likelihood == word
    assert one.basis == ("domain as command and control in 2 reports",)


@given(
    st.lists(st.sampled_from(["T1486", "T1485", "T1041", "T1496", "T1059"]), unique=True),
    st.floats(0, 1),
    st.sampled_from(Tier),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(["G0016", "G0007", "G9999"]), st.floats(0, 1)), max_size=3),
)
def test_every_judgement_says_what_it_rests_on(
    ids: list[str], chance: float, tier: Tier, named_too: bool, pointed: list[tuple[str, float]]
) -> None:
    how = "named" if named_too else "described"
    intel = Intelligence(
        documents=(document(), document("d2")),
        names=(APT29, cve("CVE-1-1", kev=named_too, exploited=not named_too)),
        techniques=tuple(technique(id, how=how, tier=tier, probability=chance) for id in ids),
        indicators=(seen("a.example", Role.PAYLOAD, documents=("d1", "d2")),),
    )
    for one in judged(intel, *(points_to(group, p, "uses X") for group, p in pointed)):
        assert one.basis and all(one.basis) and one.text[0].isupper() and not one.text.endswith(".")
        assert one.likelihood in {likelihood(n / 100) for n in range(101)}


def test_impact_of_several_reports_says_of_how_many() -> None:
    three = tuple(document(f"d{n}") for n in range(3))
    found = Intelligence(documents=three, techniques=(technique("T1486", documents=("d0", "d2")),))
    (one,) = judged(found)
    assert one.text == "Data are encrypted for ransom, as 2 of the 3 reports describe"
    assert one.confidence is Tier.HIGH
