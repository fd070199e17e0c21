"""The facts that ship with the package, tested like code."""

from __future__ import annotations

import re

import pytest

from cybersecqwen.knowledge import Relation, Store
from cybersecqwen.knowledge.identifiers import parse
from cybersecqwen.knowledge.interface import TYPES


def test_powershell(starter: Store) -> None:
    found = starter.get("T1059.001")
    assert found is not None
    assert (found.name, found.type, found.status) == ("PowerShell", "technique", "active")
    assert found.url == "https://attack.mitre.org/techniques/T1059/001"
    assert found.attributes["platforms"] == ["Windows"]
    assert starter.tactics("T1059.001") == ("execution",)
    assert [parent.id for parent in starter.parents("T1059.001")] == ["T1059"]


@pytest.mark.parametrize(
    ("old", "new"), [("T1086", "T1059.001"), ("T1003.001", ""), ("T1053", ""), ("T1050", "T1543.003")]
)
def test_revocations(starter: Store, old: str, new: str) -> None:
    resolution = starter.resolve(old)
    assert (resolution.state, resolution.successor) == ("revoked" if new else "known", new)


def test_kill_chains(starter: Store) -> None:
    enterprise = starter.tactic_order()
    assert len(enterprise) == 14
    assert enterprise[:4] == ("reconnaissance", "resource-development", "initial-access", "execution")
    assert enterprise[-1] == "impact"
    assert len(starter.tactic_order("mobile")) == len(starter.tactic_order("ics")) == 12
    assert starter.tactics("T1078") == (
        "initial-access",
        "persistence",
        "privilege-escalation",
        "defense-evasion",
    )


@pytest.mark.parametrize(
    ("name", "id"),
    [("APT29", "G0016"), ("Cozy Bear", "G0016"), ("mimikatz", "S0002"), ("Cobalt Strike", "S0154")],
)
def test_actors_and_tools(starter: Store, name: str, id: str) -> None:
    assert id in [entity.id for entity in starter.by_name(name)]


@pytest.mark.parametrize(
    ("source", "kind", "target"),
    [
        ("G0016", "uses", "S0154"),
        ("S0002", "uses", "T1003.001"),
        ("M1038", "mitigates", "T1059"),
        ("CWE-79", "child-of", "CWE-74"),
        ("CWE-89", "child-of", "CWE-943"),
        ("CAPEC-66", "exploits", "CWE-89"),
        ("CAPEC-158", "matches", "T1040"),
        ("CVE-2021-44228", "has-weakness", "CWE-502"),
        ("AC-2(1)", "child-of", "AC-2"),
        ("AC-2", "mitigates", "T1078"),
        ("D3-FIM", "analyzes", "d3f:File"),
        ("D3-FIM", "child-of", "D3-PM"),
        ("D3-DF", "counters", "T1059.001"),
        ("CWE-79", "member-of", "CWE-1337"),
    ],
)
def test_relations(starter: Store, source: str, kind: str, target: str) -> None:
    assert Relation(source=source, kind=kind, target=target) in starter.related(source, kind)


def test_log4shell(starter: Store) -> None:
    found = starter.get("CVE-2021-44228")
    assert found is not None
    assert (found.attributes["vendor"], found.attributes["product"]) == ("Apache", "Log4j2")
    assert found.attributes["ransomware"] is True and found.attributes["added"] == "2021-12-10"


@pytest.mark.parametrize(
    ("id", "mapping", "status"),
    [
        ("CWE-79", "Allowed", "active"),
        ("CWE-20", "Discouraged", "active"),
        ("CWE-16", "Prohibited", "deprecated"),
    ],
)
def test_mapping_usage(starter: Store, id: str, mapping: str, status: str) -> None:
    found = starter.get(id)
    assert found is not None and (found.attributes["mapping"], found.status) == (mapping, status)


@pytest.mark.parametrize(
    ("old", "new"), [("CWE-132", "CWE-170"), ("CWE-769", "CWE-774"), ("CAPEC-205", "CAPEC-37"), ("CWE-1", "")]
)
def test_where_deprecated_entries_went(starter: Store, old: str, new: str) -> None:
    resolution = starter.resolve(old)
    assert (resolution.state, resolution.successor) == ("deprecated", new)


def test_sizes(starter: Store) -> None:
    """About what the publishers say of these editions; a loader that loses a part of a file fails here."""
    counts = starter.counts()
    assert counts["technique"] == 835 + 190 + 95  # objects of enterprise, mobile, ICS
    assert counts["vulnerability"] == 1404
    assert counts["attack-pattern"] == 615
    assert (counts["weakness"], counts["weakness-category"], counts["weakness-view"]) == (963, 409, 54)
    active = [id for id in starter.names("technique") if starter.resolve(id).state == "known"]
    assert len(active) == 691 + 124 + 83


def test_every_record_is_well_formed(starter: Store) -> None:
    for type in starter.counts():
        for id in starter.names(type):
            entity = starter.get(id)
            assert entity is not None and entity.id == id and type in TYPES
            assert entity.name and entity.text == ""
            assert starter.source(entity.source) is not None
            assert entity.url == "" or re.fullmatch(r"https?://[\x21-\x7e]+", entity.url)
            assert parse(id) == ("" if type == "artifact" else parse(id)[0], id)
            assert (entity.status == "active") <= (entity.successor == "")
            assert not entity.successor or starter.exists(entity.successor)


def test_a_starter_holds_no_sentences(starter: Store) -> None:
    for type in starter.counts():
        for id in starter.names(type):
            entity = starter.get(id)
            assert entity is not None
            values = [v for v in entity.attributes.values() if isinstance(v, str)]
            values += [v for vs in entity.attributes.values() if isinstance(vs, list) for v in vs]
            assert not any(
                isinstance(v, str) and (len(v) > 200 or re.search(r"\w\. [A-Z]", v)) for v in values
            ), id


def test_relations_name_only_what_is_there_and_still_valid(starter: Store) -> None:
    seen = 0
    for type in starter.counts():
        for id in starter.names(type):
            for relation in starter.related(id, limit=10_000):
                seen += 1
                target = starter.get(relation.target)
                assert target is not None and target.status != "revoked", relation
                assert relation.source == id != relation.target
    assert seen > 50_000


def test_techniques_fit_their_tactics_and_parents(starter: Store) -> None:
    orders = {domain: starter.tactic_order(domain) for domain in ("enterprise", "mobile", "ics")}
    for id in starter.names("technique"):
        entity = starter.get(id)
        assert entity is not None
        order = orders[entity.attributes["domains"][0]]
        tactics = starter.tactics(id)
        assert list(tactics) == sorted(tactics, key=order.index)
        if entity.status == "active":
            assert tactics
            assert [parent.id for parent in starter.parents(id)] == ([id.split(".")[0]] if "." in id else [])
            assert [t.attributes["shortname"] for t in starter.neighbours(id, "achieves")]
        if entity.status == "revoked":
            # Of 185 revoked techniques one has no successor in the official file.
            assert bool(starter.resolve(id).successor) != (id == "T1454")


def test_every_active_enterprise_technique_has_a_detection_strategy(starter: Store) -> None:
    for id in starter.names("technique"):
        entity = starter.get(id)
        assert entity is not None
        if entity.status == "active":
            assert starter.related(id, "detects", "in"), id


def test_the_starter_is_small(starter: Store) -> None:
    assert starter.path.stat().st_size < 4 << 20
