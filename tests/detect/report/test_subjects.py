"""How central a name is to a report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cybersecqwen.detect.report import names, subjects
from cybersecqwen.detect.report.attributing import Bearing, bearing
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


def test_the_record_says_that_a_sentence_attributes_the_activity(judged: dict[str, Named]) -> None:
    assert judged["Turla"].facts["attributed"] is True and "attributed" not in judged["APT29"].facts


SAID: dict[Bearing, tuple[str, ...]] = {
    Bearing.DENIED: (
        "This activity is not related to APT28.",
        "This activity is unrelated to APT28.",
        "We rule out APT28.",
        "We have ruled out APT28, Turla and FIN7.",
        "We ruled out that APT28 is behind it.",
        "An involvement of APT28 was ruled out.",
        "APT28's involvement has been ruled out.",
        "APT28 can be ruled out.",
        "APT28 is not behind this campaign.",
        "APT28 isn’t responsible for it.",
        "APT28 (also known as Fancy Bear) was not involved in the attack.",
        "APT28 was not found to be involved.",
        "APT28 does not appear to be behind it.",
        "APT28 is unlikely to be behind this campaign.",
        "APT28 had nothing to do with it.",
        "APT28 played no part in this.",
        "APT28 did not conduct this attack.",
        "We do not attribute this campaign to APT28.",
        "We do not, at this time, attribute this\ncampaign to APT28.",
        "We don’t attribute it to APT28.",
        "The attack cannot be attributed to APT28.",
        "The attack was not carried out by APT28.",
        "It is too early to attribute this to APT28.",
        "There is no evidence to attribute the intrusion to APT28.",
        "We have insufficient evidence to attribute it to APT28.",
        "There is no evidence that APT28 was involved.",
        "We found no evidence linking this intrusion to APT28.",
        "There is no link between this activity and APT28.",
        "We see no overlap with APT28.",
        "No ties to APT28 were found.",
        "We found no signs of APT28.",
        "We do not believe that APT28 is behind it.",
        "It is unlikely that APT28 is responsible.",
        "Neither APT28 nor Turla is behind this.",
        "The campaign is attributed to Turla, not APT28.",
        "It was conducted by Turla rather than APT28.",
        "This is not the work of APT28.",
        "It was not APT28.",
        "The tools do not point to APT28.",
        "The intrusion does not belong to APT28.",
        "The malware is not connected to the Russian group APT28.",
        "This is not linked to Turla or APT28.",
        "This was neither Turla nor APT28.",
        "This was neither APT28 nor Turla.",
        "Much speaks against APT28.",
        "Researchers dispute that APT28 was behind the attack.",
        "It is not known whether APT28 took part.",
        "The attribution to APT28 could not be confirmed.",
        "The link to APT28 turned out to be wrong.",
    ),
    Bearing.ASIDE: (
        "Unlike APT28, the intruders sent no mail.",
        "The actor is distinct from APT28.",
        "A talk about APT28 was well attended.",
        "A book on APT28 is out.",
        "Our training covers the history of APT28.",
        "The webinar explains the methods of APT28.",
        "An exercise modelled on APT28 took place.",
        "We cannot rule out APT28.",
        "We cannot rule out that APT28 is behind it.",
        "APT28 cannot be ruled out.",
    ),
    Bearing.ATTRIBUTED: (
        "We attribute this campaign to APT28.",
        "The campaign is not new, but it is attributed to APT28.",
        "We do not attribute it to Turla; we attribute it to APT28.",
        "We do not attribute it to Turla and instead attribute it to APT28.",
        "There is no doubt that it was carried out by APT28.",
        "The attack was not only the work of APT28.",
        "It is not known who paid for the campaign attributed to APT28.",
        "It was not until 2020 that the attack was attributed to APT28.",
        "While we do not usually name actors, we attribute this to APT28.",
        "The attack was conducted by APT28, not by Turla.",
        "We did not see the mails but confidently attribute the attack to APT28.",
    ),
    Bearing.PLAIN: (
        "APT28 is not only behind this campaign but behind others.",
        "There is no doubt that APT28 is behind this.",
        "APT28 did not use Mimikatz.",
        "APT28 is not new.",
        "APT28 is not a group that gives up.",
        "APT28 does not run the servers itself.",
        "APT28, not Turla, is behind this campaign.",
        "APT28 has not been seen since 2019.",
        "This is not APT28's first attack.",
        "It is not the first time that APT28 sent mails.",
        "The victims did not know APT28.",
        "There is no sign of a slowdown at APT28.",
        "In the course of APT28 operations data were stolen.",
        "Having ruled out Turla, APT28 is the likely suspect.",
        "Nobody but APT28 uses it.",
        "The evidence against APT28 is strong.",
        "Mail servers that are not patched were attacked by APT28 again.",
    ),
}


@pytest.mark.parametrize(("said", "text"), [(said, text) for said, texts in SAID.items() for text in texts])
def test_what_a_sentence_says_of_a_name(said: Bearing, text: str) -> None:
    with Store.open() as store:
        one = next(found for found in names.find(text, store) if found.name == "APT28")
    assert bearing(text, one)[0] is said


DEED = " The intruders sent spear-phishing mails and installed a backdoor."


@pytest.mark.parametrize(
    ("text", "tier", "doubted"),
    [
        ("This activity is not related to APT28." + DEED, Tier.LOW, True),
        ("APT28 again? We rule out APT28." + DEED, Tier.LOW, True),
        ("Unlike APT28, the intruders sent no mail.", Tier.LOW, False),
        ("A talk about APT28 was well attended.", Tier.LOW, False),
        ("APT28 is back." + DEED, Tier.HIGH, False),
        ("We rule out APT29. APT28 is back." + DEED, Tier.HIGH, False),
        ("We do not attribute the mails to APT28, but we attribute the backdoor to APT28.", Tier.HIGH, False),
        # a long report on a group says of one attack that it was not its
        (
            "APT28 is back. " * 4 + FILLER + "\n\nOne server fell to others: that was not APT28.",
            Tier.HIGH,
            False,
        ),
        (FILLER + "\n\nWe found no link to APT28. APT28 sends mails.", Tier.LOW, True),
    ],
)
def test_a_group_that_is_ruled_out_is_not_what_a_report_is_about(
    text: str, tier: Tier, doubted: bool
) -> None:
    with Store.open() as store:
        given = {one.name: one for one in subjects.judge(text, names.find(text, store), place, store)}
    assert (given["APT28"].tier, bool(given["APT28"].facts.get("doubted"))) == (tier, doubted)
