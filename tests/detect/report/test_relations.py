"""Relations that one sentence states, and those that it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.report import relations, targets, verbs
from cybersecqwen.detect.report.interface import NameFound, Passage, RoleOf
from cybersecqwen.detect.text import matches
from cybersecqwen.detect.text.matches import words
from cybersecqwen.records.intel import Place, Relation, Role, Tier

GROUPS = ("APT28", "APT29", "FIN7", "Wizard Spider", "Cozy Bear")
MALWARE = ("Emotet", "TrickBot", "Conti", "Ryuk", "QakBot", "WellMess", "Cobalt Strike")
TOOLS = ("Mimikatz", "PsExec")
CAMPAIGNS = ("Operation Ghost",)


def place(start: int, end: int) -> Place:
    """A place without page and line."""
    return Place(document="d1", start=start, end=end)


def names(text: str) -> list[NameFound]:
    """The names of the tables above, where they stand."""
    found = []
    tables = (("group", "", GROUPS), ("software", "malware", MALWARE), ("software", "tool", TOOLS))
    for type, kind, some in (*tables, ("campaign", "", CAMPAIGNS)):
        for name in some:
            at = text.find(name)
            while at >= 0:
                main = "APT29" if name == "Cozy Bear" else name
                one = NameFound(
                    id=main,
                    name=main,
                    type=type,
                    text=name,
                    start=at,
                    end=at + len(name),
                    facts={"kind": kind},
                )
                found.append(one)
                at = text.find(name, at + 1)
    return sorted(found, key=lambda one: one.start)


def full(
    text: str,
    blocks: list[tuple[int, int, str]] | None = None,
    roles: dict[tuple[str, str], RoleOf] | None = None,
) -> tuple[Relation, ...]:
    """All relations of a text."""
    passage = Passage(text=text, blocks=blocks or [])
    where = targets.find(passage, place)
    return relations.find(passage, names(text), matches(text), where, place, roles or {})


def read(text: str) -> set[tuple[str, str, str]]:
    """Source, verb and target of each."""
    return {(one.source.value, one.verb, one.target.value) for one in full(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("APT29 used Mimikatz.", {("APT29", "uses", "Mimikatz")}),
        ("APT29 has also been observed using the Mimikatz tool.", {("APT29", "uses", "Mimikatz")}),
        ("In May, APT29 used tools such as PsExec.", {("APT29", "uses", "PsExec")}),
        ("APT29 (also known as Cozy Bear) used Mimikatz.", {("APT29", "uses", "Mimikatz")}),
        ("APT29, which uses Mimikatz, is back.", {("APT29", "uses", "Mimikatz")}),
        ("APT29, a Russian group, used Mimikatz.", {("APT29", "uses", "Mimikatz")}),
        ("APT29 moved laterally using PsExec.", {("APT29", "uses", "PsExec")}),
        (
            "APT29 used Mimikatz, PsExec, and the Cobalt Strike framework.",
            {("APT29", "uses", "Mimikatz"), ("APT29", "uses", "PsExec"), ("APT29", "uses", "Cobalt Strike")},
        ),
        ("APT28 and APT29 used Mimikatz.", {("APT28", "uses", "Mimikatz"), ("APT29", "uses", "Mimikatz")}),
        ("Mimikatz was used by APT29.", {("APT29", "uses", "Mimikatz")}),
        ("Emotet is operated by the Wizard Spider group.", {("Wizard Spider", "uses", "Emotet")}),
        ("WellMess, deployed by APT29, is new.", {("APT29", "uses", "WellMess")}),
        ("APT29's WellMess malware is new.", {("APT29", "uses", "WellMess")}),
        ("APT29's use of Mimikatz is known.", {("APT29", "uses", "Mimikatz")}),
        ("The use of Mimikatz by APT29 is known.", {("APT29", "uses", "Mimikatz")}),
        ("WellMess has been attributed to APT29.", {("APT29", "uses", "WellMess")}),
        ("Operation Ghost was attributed to APT29.", {("Operation Ghost", "attributed-to", "APT29")}),
        ("APT28 exploited CVE-2021-44228.", {("APT28", "targets", "CVE-2021-44228")}),
        ("CVE-2021-44228 was exploited by APT28.", {("APT28", "targets", "CVE-2021-44228")}),
        (
            "Emotet exploits a vulnerability in Exchange (CVE-2021-26855).",
            {("Emotet", "exploits", "CVE-2021-26855")},
        ),
        (
            "APT28 targeted government agencies in Ukraine.",
            {("APT28", "targets", "Government"), ("APT28", "targets", "Ukraine")},
        ),
        ("Emotet drops TrickBot.", {("Emotet", "drops", "TrickBot")}),
        ("TrickBot was delivered by Emotet.", {("Emotet", "drops", "TrickBot")}),
        ("QakBot downloads Cobalt Strike.", {("QakBot", "downloads", "Cobalt Strike")}),
        (
            "Emotet communicates with 93.184.215.14 over HTTP.",
            {("Emotet", "communicates-with", "93.184.215.14")},
        ),
        ("The Emotet C2 server 93.184.215.14 is down.", {("Emotet", "communicates-with", "93.184.215.14")}),
        ("93.184.215.14 hosts Emotet.", {("93.184.215.14", "hosts", "Emotet")}),
        ("Emotet was hosted on 93.184.215.14.", {("93.184.215.14", "hosts", "Emotet")}),
        ("Conti is a variant of Ryuk.", {("Conti", "variant-of", "Ryuk")}),
        ("APT28 conducted spearphishing attacks [T1566.001].", {("APT28", "uses", "T1566.001")}),
        ("Emotet was used to download TrickBot.", {("Emotet", "downloads", "TrickBot")}),
        ("Emotet, later on, dropped QakBot.", {("Emotet", "drops", "QakBot")}),
        ("The attack on the government of Ukraine by APT28 was seen.", {("APT28", "targets", "Ukraine")}),
        ("Emotet spreads in the network by using PsExec.", {("Emotet", "uses", "PsExec")}),
        ("Unlike APT28, APT29 used Mimikatz.", {("APT29", "uses", "Mimikatz")}),
    ],
)
def test_stated(text: str, expected: set[tuple[str, str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "APT29 did not use Mimikatz.",
        "APT29 never used Mimikatz.",
        "There is no evidence that APT29 used Mimikatz.",
        "Does APT29 use Mimikatz?",
        "Emotet is similar to TrickBot.",
        "Like APT28, the group of Emotet.",
        "APT29 and Mimikatz are in this report.",
        "Emotet, TrickBot and Mimikatz.",
        "Emotet was used to deploy a team against TrickBot.",
        "Victims of Emotet use Mimikatz.",
        "The actor deployed Emotet using PsExec.",
        "APT29 was used as a name. Mimikatz is a tool.",
        "APT29 used a Mimikatz-like tool.",
        "APT29 used a scheduled task named Emotet.",
        "Researchers who track APT29 use Mimikatz in tests.",
        "Emotet communicates with 10.0.0.1.",
        "",
    ],
)
def test_not_stated(text: str) -> None:
    assert read(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "APT29 may have used Mimikatz.",
        "Mimikatz could be used by APT29.",
        "APT29 is suspected of using Mimikatz.",
        "It is possible that APT29 used Mimikatz.",
    ],
)
def test_what_may_be_is_low(text: str) -> None:
    (one,) = full(text)
    assert one.tier is Tier.LOW


def test_a_sure_sentence_counts_over_an_unsure_one() -> None:
    (one,) = full("APT29 may have used Mimikatz.\nAPT29 used Mimikatz.")
    assert one.tier is Tier.HIGH and one.sentence == "APT29 used Mimikatz."


def test_rows_of_tables() -> None:
    text = "Family\tC2\nEmotet\t93.184.215.14\nQakBot\t198.35.26.96, 151.101.1.69\n"
    found = {
        ("Emotet", "communicates-with", "93.184.215.14"),
        ("QakBot", "communicates-with", "198.35.26.96"),
        ("QakBot", "communicates-with", "151.101.1.69"),
    }
    assert read(text) == found
    rows = [(0, 9, "row"), (10, 30, "row"), (31, len(text) - 1, "row")]
    assert {(r.source.value, r.verb, r.target.value) for r in full(text, rows)} == found
    assert read(text.replace("C2", "Seen in")) == set()
    assert read(text.replace("\t", " | ")) == found


def test_ends_that_are_harmless_do_not_count() -> None:
    text = "Emotet communicates with 93.184.215.14."
    reference = RoleOf(role=Role.REFERENCE, tier=Tier.HIGH, why="")
    assert full(text) and not full(text, roles={("ipv4", "93.184.215.14"): reference})


def test_code_is_left_out() -> None:
    text = "APT29 used Mimikatz."
    assert full(text, [(0, len(text), "code")]) == ()


def test_every_type_that_comes_out_is_allowed_by_the_specification() -> None:
    data = verbs._data()
    rows = data["allowed"]
    listed = {(s, row["verb"], t) for row in rows for s in row["source"] for t in row["target"]}
    assert all(row["section"] for row in rows)
    types = words(
        """intrusion-set campaign malware tool vulnerability attack-pattern identity location address file"""
    )
    for source in types:
        for said in data["verbs"]:
            for target in types:
                how = verbs.allowed(source, said, target)
                if how is not None:
                    one, other = (target, source) if how.turned else (source, target)
                    assert (one, how.verb, other) in listed
    assert verbs.allowed("vulnerability", "uses", "malware") is None
    assert verbs.allowed("malware", "attributed-to", "intrusion-set") == (
        "uses",
        True,
        "4.9 Intrusion Set, relationships",
    )


WORDS = sorted(
    words(
        """APT29 APT28 Mimikatz Emotet TrickBot PsExec used uses using was by and , . the not may which with
        of CVE-2021-44228 93.184.215.14 targeted Ukraine banks 's | C2 Family [T1566.001] ( ) communicates
        to dropped like attributed is a variant"""
    )
    | {"\n", "\t"}
)


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join) | st.text(max_size=100))
def test_both_ends_stand_in_the_sentence_that_is_quoted(text: str) -> None:
    spelled: dict[tuple[str, str], set[str]] = {(one.type, one.name): set() for one in names(text)}
    for one in names(text):
        spelled[one.type, one.name].add(one.text)
    for relation in full(text):
        quoted = text[relation.place.start : relation.place.end]
        assert quoted == relation.sentence and len(quoted) <= 400
        assert relation.source != relation.target
        for end in (relation.source, relation.target):
            if end.type in ("country", "sector"):
                assert "Ukraine" in quoted or "banks" in quoted
            else:
                assert any(word in quoted for word in spelled.get((end.type, end.value), {end.value}))


@pytest.mark.timeout(60)  # what grows with the square of these texts takes hours
def test_linear() -> None:
    for text in (
        "APT29 uses Mimikatz " * 8_000,
        "APT29 using " * 12_000,
        "APT29 used [T1140] " * 8_000,
        "APT29 " + "slowly " * 25_000,
        "APT29, a " + "the b " * 25_000 + "uses Mimikatz",
        "Emotet|93.184.215.14|" * 8_000,
    ):
        passage, found, some = Passage(text=text), names(text), matches(text)
        relations.find(passage, found, some, (), place, {})
