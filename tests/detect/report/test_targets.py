"""Sectors, countries, regions and platforms: targets, bare mentions, origins, and words that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.report import targets
from cybersecqwen.detect.report.interface import Passage
from cybersecqwen.detect.text.matches import words
from cybersecqwen.records.intel import Place, Tier

# From: STIX 2.1 (OASIS Standard), section 10, industry-sector-ov
VOCABULARY = words(
    """agriculture aerospace automotive chemical commercial communications construction defense education
    energy entertainment financial-services government emergency-services government-local
    government-national government-public-services government-regional healthcare hospitality-leisure
    infrastructure dams nuclear water insurance manufacturing mining non-profit pharmaceuticals retail
    technology telecommunications transportation utilities"""
)


def place(start: int, end: int) -> Place:
    """A place without page and line."""
    return Place(document="d1", start=start, end=end)


def high(text: str) -> set[str]:
    """Names of what a text states as targets."""
    return {one.name for one in targets.find(Passage(text=text), place) if one.tier is Tier.HIGH}


def low(text: str) -> set[str]:
    """Names of what it only mentions."""
    return {one.name for one in targets.find(Passage(text=text), place) if one.tier is Tier.LOW}


def origins(text: str) -> set[str]:
    """Countries of the actor."""
    return {one.name for one in targets.origins(Passage(text=text), place)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("APT28 targeted government agencies in Ukraine and Poland.", {"Government", "Ukraine", "Poland"}),
        (
            "Victims are in the energy, healthcare and education sectors.",
            {"Energy", "Healthcare", "Education"},
        ),
        ("The attacks against Ukrainian banks began in May.", {"Ukraine", "Financial services"}),
        (
            "The campaign hit organizations across Germany, the Netherlands, and the UK.",
            {"Germany", "Netherlands", "United Kingdom"},
        ),
        ("Telecommunications providers in South Korea were targeted.", {"South Korea", "Telecommunications"}),
        ("It compromised organizations in Southeast Asia and Europe.", {"Southeast Asia", "Europe"}),
        ("The new Linux backdoor was found.", {"Linux"}),
        ("The ransomware targets VMware ESXi servers.", {"ESXi"}),
        ("The group targets users in Georgia and Turkey.", {"Georgia", "Türkiye"}),
        ("It attacked entities in the US.", {"United States"}),
        ("This activity targeted South Korean think tanks.", {"South Korea", "Non-profit"}),
    ],
)
def test_stated_targets(text: str, expected: set[str]) -> None:
    assert high(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Michael Jordan and Georgia Smith wrote this report about an attack on us.",
        "They ate turkey and polish sausage while the attack ran.",
        "The time windows of the attack were short.",
        "The Education of a Hacker is a book.",
        "The banking trojan steals financial information.",
        "A defense-in-depth strategy helps against attacks.",
        "The sample attacks C:\\Windows\\System32 and %Windows%\\temp.",
        "The U.S. Department of Justice and the U.S. Cybersecurity and Infrastructure Agency warn.",
    ],
)
def test_words_that_are_no_targets(text: str) -> None:
    assert high(text) == set()
    assert not {
        one.name for one in targets.find(Passage(text=text), place) if one.kind in ("country", "sector")
    }


@pytest.mark.parametrize(
    "text",
    [
        "The malware avoids infecting machines in Russia.",
        "The group does not target hospitals.",
        "Organizations should defend against attacks on no one in Ukraine.",
        "It checks for a Russian keyboard and exits.",
    ],
)
def test_denied_targeting_is_none(text: str) -> None:
    assert high(text) == set()


@pytest.mark.parametrize(
    ("text", "country", "target"),
    [
        ("Russian state-sponsored actors targeted Ukraine.", "Russia", "Ukraine"),
        ("A China-nexus group attacked Taiwanese government agencies.", "China", "Taiwan"),
        ("The North Korea-aligned group attacked banks in Japan.", "North Korea", "Japan"),
        ("Iranian government-sponsored APT actors compromised networks in Israel.", "Iran", "Israel"),
        ("Chinese hackers ran the attack on Ukraine by threat actors.", "China", "Ukraine"),
        ("The campaign against Poland was attributed to Belarus.", "Belarus", "Poland"),
        ("Hackers working for the People's Republic of China (PRC) hit firms in Canada.", "China", "Canada"),
    ],
)
def test_the_actors_country_is_an_origin_and_no_target(text: str, country: str, target: str) -> None:
    assert origins(text) == {country}
    assert target in high(text) and country not in high(text) | low(text)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("The wave came in response to Norway's statement on cyberattacks that hit its ports.", "Norway"),
        ("The minister pinned the attack on Poland and the United States.", "United States"),
        ("The minister pinned the attack on Poland and the United States.", "Poland"),
        ("Officials blamed Chile for the attack on the water works.", "Chile"),
        ("The Heralds of Bolivia group defaced the site after attacks.", "Bolivia"),
        ("The attack is in retaliation for strikes that hit networks in Latvia.", "Latvia"),
    ],
)
def test_who_is_blamed_or_answered_is_no_target(text: str, country: str) -> None:
    assert country not in high(text) | origins(text)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("The attack on Poland was blamed on a gang.", "Poland"),
        ("The group targeted banks in Latvia in retaliation for sanctions.", "Latvia"),
        ("In May attackers hit the networks of Norway's ministries.", "Norway"),
    ],
)
def test_targets_beside_blame_and_answers(text: str, country: str) -> None:
    assert country in high(text)


@pytest.mark.parametrize(
    "text",
    [
        "In the past, such packers have been used by Iranian actors in their tooling.",
        "The seller claims to have worked with Russian cybercriminals, which we could not verify.",
        "Its owner has worked with Russian cybercriminals in the past.",
        "An unconfirmed report names Chinese hackers.",
        "The Watchers of Kenya group took the blame.",
    ],
)
def test_asides_are_no_origins(text: str) -> None:
    assert origins(text) == set()


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("The tool is used by Iranian actors to move through networks.", "Iran"),
        ("Iranian hackers, who used this loader in the past, returned.", "Iran"),
        ("In the past two months Russian hackers sent lures.", "Russia"),
        ("Chinese hackers hit the ministry; we were able to verify the claim.", "China"),
        ("Russian hackers took the data, and we could not confirm how many files.", "Russia"),
        ("The Government of Iran hackers were busy.", "Iran"),
    ],
)
def test_origins_beside_words_of_doubt(text: str, country: str) -> None:
    assert origins(text) == {country}


def test_bare_mentions_are_low() -> None:
    assert low("The weather in Norway is cold, and banks close.") == {"Norway", "Financial services"}
    assert low("Windows and macOS exist.") == {"Windows", "macOS"}


def test_codes_places_and_counts() -> None:
    text = "The group targeted banks in Ukraine. Ukraine has banks."
    found = {one.name: one for one in targets.find(Passage(text=text), place)}
    assert found["Ukraine"].code == "UA" and found["Ukraine"].count == 2
    assert found["Financial services"].code == "financial-services"
    first = found["Ukraine"].places[0]
    assert text[first.start : first.end] == "Ukraine" and first.start == 28
    assert found["Ukraine"].context == "The group targeted banks in Ukraine."
    assert found["Ukraine"].documents == ("d1",)


def test_code_is_left_out() -> None:
    text = "The group targeted Ukraine."
    assert targets.find(Passage(text=text, blocks=[(0, len(text), "code")]), place) == ()
    three = "The group targeted Ukraine.\nThe group targeted Poland.\nThe group targeted Latvia."
    blocks = [(0, 27, "code"), (28, 54, "paragraph"), (55, len(three), "code")]
    assert [one.name for one in targets.find(Passage(text=three, blocks=blocks), place)] == ["Poland"]


def test_sectors_are_of_the_open_vocabulary() -> None:
    from cybersecqwen.detect.report import gazetteer

    entries = list(gazetteer._entries())
    assert {one.code for one in entries if one.kind == "sector"} <= VOCABULARY
    assert {one.kind for one in entries} == {"sector", "country", "region", "platform"}
    assert all(len(one.code) == 2 and one.code.isupper() for one in entries if one.kind == "country")
    for one in entries:  # every way to write it is found
        text = f"in {one.written} ."
        hits = list(gazetteer.hits(text, gazetteer.lower(text)))
        assert hits and hits[0].start == 3, one


WORDS = sorted(
    words(
        """targeted victims in the US Ukraine Russian state-sponsored actors Georgia energy and banks
        sector , . U.S. Windows Linux malware not against organizations government 's - Türkiye İ
        Microsoft 365 were by"""
    )
    | {"\n"}
)


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join) | st.text(max_size=200))
def test_never_raises_and_places_stand_letter_for_letter(text: str) -> None:
    passage = Passage(text=text)
    for one in (*targets.find(passage, place), *targets.origins(passage, place)):
        assert one.count >= len(one.places) >= 1 and one.context in text
        for where in one.places:
            assert 0 <= where.start < where.end <= len(text)
            assert text[where.start : where.end].strip() == text[where.start : where.end] != ""


@pytest.mark.timeout(60)  # what grows with the square of these texts takes hours
def test_linear() -> None:
    for text in (
        "US, " * 50_000,
        "targeting " * 20_000,
        "energy and " * 18_000,
        "U.S. Threat " * 16_000,
        "blamed on Iran, " * 12_000,
        "pinned " * 15_000 + "on Iran and Iran",
        "In the past used by Iranian actors " * 6_000,
        "claims about Russian hackers " * 7_000,
        "Ж" * 200_000,
    ):
        targets.find(Passage(text=text), place)
