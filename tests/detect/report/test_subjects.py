"""How central a name is to a report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cybersecqwen.detect.report import names, subjects
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.intel import Named, Place, Tier
from cybersecqwen.specialists.actor import ActorSpecialist

FILLER = "The attackers moved through the network for some weeks and nobody saw it. " * 12
REPORT = (
    "New wave of APT29 activity\n\nOur team looked into an intrusion. " + FILLER + "\n\n"
    "We attribute the second intrusion with high confidence to Turla. It deployed Mimikatz on one host. "
    "The loader is similar to Emotet. Its victims paid FIN7 earlier. Snake, Snake and Snake came later. "
    "The GRAPEHOOK backdoor (also known as QuartzLeaf) ran."
)


def place(start: int, end: int) -> Place:
    return Place(document="d7", start=start, end=end)


@pytest.fixture(scope="module")
def judged() -> Iterator[dict[str, Named]]:
    with Store.open() as store:
        found = names.find(REPORT, store)
        yield {
            one.name: one for one in subjects.judge(REPORT, found, place, store, ActorSpecialist(store=store))
        }


@pytest.mark.parametrize(
    ("name", "tier", "why"),
    [
        ("APT29", Tier.HIGH, "title"),
        ("Turla", Tier.HIGH, "attribute"),
        ("Mimikatz", Tier.MODERATE, "deployed"),
        ("Emotet", Tier.LOW, "compared"),
        ("FIN7", Tier.LOW, "mentioned once"),
    ],
)
def test_tiers(name: str, tier: Tier, why: str, judged: dict[str, Named]) -> None:
    assert judged[name].tier is tier
    assert why in judged[name].why


def test_what_the_record_holds(judged: dict[str, Named]) -> None:
    one = judged["APT29"]
    assert (one.id, one.type, one.count, one.documents) == ("G0016", "group", 1, ("d7",))
    assert "NOBELIUM" in one.facts["aliases"]
    assert one.url.endswith("G0016")
    assert [REPORT[at.start : at.end] for at in one.places] == ["APT29"]
    assert all(one.context in REPORT and len(one.context) <= 400 for one in judged.values())


def test_names_that_the_store_has_not_say_what_they_were_called(judged: dict[str, Named]) -> None:
    one = judged["GRAPEHOOK"]
    assert (one.id, one.url, one.facts["kind"]) == ("", "", "backdoor")
    assert one.facts["told"] == {"aliases": ["QuartzLeaf"]}
    assert one.spelled == ("GRAPEHOOK", "QuartzLeaf")


def test_order_is_by_type_and_then_by_how_sure_it_is() -> None:
    with Store.open() as store:
        given = subjects.judge(REPORT, names.find(REPORT, store), place, store)
    types = [one.type for one in given]
    assert types == sorted(types, key=("group", "software", "campaign").index)
    for kind in ("group", "software"):
        tiers = [list(Tier).index(one.tier) for one in given if one.type == kind]
        assert tiers == sorted(tiers)


def test_a_text_without_names_gives_nothing() -> None:
    with Store.open() as store:
        assert subjects.judge("Nothing here.", (), place, store) == ()


def tier_of(text: str, name: str, *, head: str = "Weekly notes\n\n") -> Tier:
    """How central a name is to a text that begins with something else."""
    text = head + text
    with Store.open() as store:
        given = subjects.judge(text, names.find(text, store), place, store, ActorSpecialist(store=store))
    return next(one.tier for one in given if one.name == name)


LATER = "Weekly notes\n\n" + FILLER + "\n\n"


@pytest.mark.parametrize(
    ("text", "name", "tier"),
    [
        ("The dropped file is signed (as in the recent alert regarding Turla operators).", "Turla", Tier.LOW),
        ("They download tools by copying Turla habits.", "Turla", Tier.LOW),
        ("They deployed Emotet, as others did.", "Emotet", Tier.MODERATE),
        ("It is reminiscent of Emotet. It looks like Emotet. It is unlike Emotet.", "Emotet", Tier.LOW),
        ("They used Emotet. Emotet runs. Emotet ends.", "Emotet", Tier.HIGH),
        ("The campaign was wrongly attributed to Turla. Turla, Turla.", "Turla", Tier.MODERATE),
        ("The campaign is attributed to Turla.", "Turla", Tier.HIGH),
    ],
)
def test_asides_comparisons_and_errors(text: str, name: str, tier: Tier) -> None:
    assert tier_of(text, name, head=LATER) is tier


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        (
            "New evidence: a domain originally linked to Turla is of somebody else. Turla was copied.",
            Tier.MODERATE,
        ),
        ("A campaign that we attributed to Turla in a blog is back, and so is Turla.", Tier.HIGH),
        ("A domain linked to Turla is back.", Tier.HIGH),
    ],
)
def test_an_attribution_that_is_taken_back(text: str, tier: Tier) -> None:
    assert tier_of(text, "Turla") is tier


def test_the_record_says_that_an_attribution_is_taken_back() -> None:
    text = LATER + "The campaign was mistakenly attributed to Turla. Emotet was used."
    with Store.open() as store:
        given = {one.name: one for one in subjects.judge(text, names.find(text, store), place, store)}
    assert given["Turla"].facts["doubted"] is True and "doubted" not in given["Emotet"].facts
