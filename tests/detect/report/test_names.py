"""Names that a report gives: known ones, unknown ones, aliases that it states."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.report import names
from cybersecqwen.detect.report.interface import NameFound
from cybersecqwen.detect.text.codes import find_cves
from cybersecqwen.knowledge.store import Store

STARTER = Store.open()
PIECES = (
    "Cobalt Strike", "APT29", "at", "Google Play", " ransomware ", "dubbed ", "a backdoor called ", "“", "”",
    "(also known as ", "aka ", "UNC1234", "Storm-0001", "Operation ", "Zarpok",
    "NjRAT", ")", ", ", " and ", ". ", "\n", "İ", "\ud800",
    "CVE-2021-44228",
    " group ", "-", "/",
)  # fmt: skip


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    yield STARTER
    STARTER.close()


def told(text: str, store: Store) -> set[tuple[str, str, str]]:
    return {(one.text, one.id or "-", one.type) for one in names.find(text, store)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The group used Cobalt Strike.", ("Cobalt Strike", "S0154", "software")),
        ("They loaded Cobalt\nStrike beacons.", ("Cobalt\nStrike", "S0154", "software")),
        ("Activity of APT\u201129 grew.", ("APT\u201129", "G0016", "group")),
        ("APT 29 was seen.", ("APT 29", "G0016", "group")),
        ("We link it to UNC4990.", ("UNC4990", "-", "group")),
        ("Microsoft tracks it as Storm-9567.", ("Storm-9567", "-", "group")),
        ("They work for APT-C-36b or TA5899.", ("TA5899", "-", "group")),
        ("We saw temp.Veles2 and TEMP.Zagros there.", ("TEMP.Zagros", "G0069", "group")),
        ("It drops a new backdoor called GRAPEHOOK.", ("GRAPEHOOK", "-", "software")),
        ("A previously unseen wiper, which we dubbed “Quiet Vole”, ran.", ("Quiet Vole", "-", "software")),
        ("An espionage group known as Velvet Heron is behind it.", ("Velvet Heron", "-", "group")),
        ("The ELECTRUM group is behind the outage.", ("ELECTRUM", "G0034", "group")),
        ("It resembles the malware called Wiper that hit oil firms.", ("Wiper", "S0041", "software")),
        ("The old malware “Wiper” came back.", ("Wiper", "S0041", "software")),
        (
            "In spring our team met the Duskvale Threat Actors on two hosts. Duskvale left.",
            ("Duskvale", "-", "group"),
        ),
        ("the QuartzLeaf stealer was sold", ("QuartzLeaf", "-", "software")),
        ("Victims of the Zarpok ransomware paid. Zarpok left a note.", ("Zarpok", "-", "software")),
        (
            "Researchers named it Operation Amber Kestrel last year.",
            ("Operation Amber Kestrel", "-", "campaign"),
        ),
    ],
)
def test_is_found(text: str, expected: tuple[str, str, str], store: Store) -> None:
    assert expected in told(text, store)


@pytest.mark.parametrize(
    "text",
    [
        "It was at the office at noon, and tools ran at night.",
        "The app was on Google Play, where malware is rare.",
        "Windows malware and Android malware differ; the malware is new. This botnet is old.",
        "A Python-based backdoor and a Chinese-speaking threat actor. The ransomware group left.",
        "It dropped a file named Svchost.exe and a backdoor named update.dll.",
        "a vulnerability dubbed BigHole was patched",
        "The banking trojan. Banking trojans. Microsoft malware. PowerShell backdoor. JavaScript downloader.",
        "Defeating Evasive Ransomware With Modern Security Tools",
        "TA0002 and TA0040 are tactics.",
        "The loader uses HTTP; the RAT uses TCP and the DLL loader RC4.",
        "InformationThe loader ran. 106Final dropper.",
        "Kaspersky group and Volexity researchers reported it.",
        "The fake site offers the Electrum Bitcoin wallet and the Electrum app.",
        "It reads the folders C:\\Data\\Iridium\\Keys and \\Krypton\\.",
        "Wallets that it steals: Electrum, Jaxx, Guarda.",
        "A new wiper was found. The Wiper deletes files; wiper malware is rare. A Mudlark Wiper ran.",
        "They installed Alpenrose and Duskvale\nThreat actors used both to come back. Duskvale ran.",
    ],
)
def test_nothing_is_found(text: str, store: Store) -> None:
    assert told(text, store) == set()


def test_a_name_beside_words_for_people_is_a_groups(store: Store) -> None:
    people = "New LampDog malware came. The group LampDog mines coins. A LampDog cryptojacking group exists."
    assert told(people, store) == {("LampDog", "-", "group")}
    tool = "New LampDog malware came. LampDog backdoor samples grew. The group LampDog is small."
    assert told(tool, store) == {("LampDog", "-", "software")}


def test_aliases_that_the_report_states_are_one_thing(store: Store) -> None:
    found = names.find(
        "APT29 (also known as SkyHopper and Velvet Heron) is back."
        " SkyHopper used the GRAPEHOOK backdoor, aka QuartzLeaf.",
        store,
    )
    by_text = {one.text: one for one in found}
    assert by_text["SkyHopper"].id == by_text["Velvet Heron"].id == "G0016"
    assert by_text["SkyHopper"].facts["stated"] is True
    assert by_text["QuartzLeaf"].name == "GRAPEHOOK"
    assert [one.text for one in found].count("SkyHopper") == 2


def test_an_unknown_name_takes_the_identifier_of_a_stated_known_one(store: Store) -> None:
    found = names.find("FrostyLark (also known as Emotet) is active.", store)
    assert {one.id for one in found} == {"S0367"}


def test_a_longer_known_name_is_not_cut(store: Store) -> None:
    assert told("The Cobalt Strike backdoor ran.", store) == {("Cobalt Strike", "S0154", "software")}


def test_cves_are_named(store: Store) -> None:
    text = "CVE-2021-44228 and CVE-2099-99999."
    found = names.find(text, store, tuple(find_cves(text, text.lower())))
    assert [(one.id, one.type) for one in found] == [
        ("CVE-2021-44228", "vulnerability"),
        ("CVE-2099-99999", "vulnerability"),
    ]


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map("".join))
def test_offsets_hold_on_any_text(text: str) -> None:
    found = names.find(text, STARTER, tuple(find_cves(text, text.lower())))
    assert all(text[one.start : one.end] == one.text for one in found)
    assert list(found) == sorted(found, key=lambda one: (one.start, one.end))
    assert all(isinstance(one, NameFound) and one.text for one in found)


def test_names_are_bounded(store: Store) -> None:
    text = " ".join(
        f"the Foo{number}X ransomware and a backdoor named Qux{number}A." for number in range(4_000)
    )
    assert len({one.name for one in names.find(text, store)}) <= 200


@pytest.mark.timeout(60)  # what grows with the square of this takes minutes
def test_many_names_take_time_in_proportion(store: Store) -> None:
    text = " ".join(f"Foo{number}X malware ran." for number in range(100_000))
    assert len({one.name for one in names.find(text, store)}) <= 200
