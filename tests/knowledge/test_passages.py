"""Passages: what the sources' loaders make, how they are cleaned and cut, how they are found."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge import Entity, Store
from cybersecqwen.knowledge.interface import Passage
from cybersecqwen.knowledge.postings import build_postings, read_postings
from cybersecqwen.knowledge.sources.attack import Attack
from cybersecqwen.knowledge.sources.capec import Capec
from cybersecqwen.knowledge.sources.cwe import Cwe
from cybersecqwen.knowledge.sources.files import Payload
from cybersecqwen.knowledge.statements import statements
from cybersecqwen.knowledge.texts import LONGEST, passages_of, pieces
from cybersecqwen.knowledge.words import stem, words

from . import official


def payload(data: bytes | str) -> Payload:
    raw = data if isinstance(data, bytes) else data.encode()
    return Payload("file", raw)


def told(passages: tuple[Passage, ...], section: str) -> list[tuple[str, str, str]]:
    return [(p.entity, p.other, p.text) for p in passages if p.section == section]


def attack_with_texts() -> dict[str, object]:
    bundle = official.attack()
    for found in bundle["objects"]:
        if found.get("relationship_type") == "uses":
            found["description"] = "[Loud Bear](https://attack.example/G0001) did it.(Citation: Diary (1))"
        if found.get("relationship_type") == "mitigates":
            found["description"] = "Wear them."
    return bundle


def test_attack_tells_procedures_and_mitigations() -> None:
    import json

    passages = Attack().load(payload(json.dumps(attack_with_texts()))).passages
    assert told(passages, "procedure") == [
        ("T1001.001", "G0001", "Loud Bear did it."),
        ("G0001", "S0001", "Loud Bear did it."),
    ]
    assert told(passages, "mitigation") == [("T1001", "M1001", "Wear them.")]


def test_cwe_tells_consequences_and_mitigations() -> None:
    more = """<Common_Consequences><Consequence><Scope>Availability</Scope><Impact>Rain</Impact>
      <Note>Wet.</Note></Consequence></Common_Consequences><Potential_Mitigations><Mitigation>
      <Phase>Operation</Phase><Description><p>Close it.</p></Description></Mitigation></Potential_Mitigations>
      <Detection_Methods><Detection_Method><Method>Looking</Method><Description>Look.</Description>
      </Detection_Method></Detection_Methods>"""
    bare = "<Description>There is no door.</Description>"
    xml = official.CWE.replace(bare, f"<Description>No.</Description>{more}")
    passages = Cwe().load(payload(xml)).passages
    assert told(passages, "consequence") == [("CWE-6", "", "Scope: Availability. Impact: Rain. Wet.")]
    assert told(passages, "mitigation") == [("CWE-6", "", "Phase: Operation. Close it.")]
    assert told(passages, "detection method") == [("CWE-6", "", "Method: Looking. Look.")]


def test_capec_tells_what_an_attack_needs() -> None:
    import json

    bundle = official.capec()
    pattern = bundle["objects"][0]
    pattern |= {
        "x_capec_prerequisites": ["A door."],
        "x_capec_skills_required": {"Low": "Walking."},
        "x_capec_consequences": {"Integrity": ["Noise"]},
        "x_capec_execution_flow": "<h3>Explore</h3><li><p>Walk around the house slowly.</p></li>",
    }
    action = official.stix("course-of-action", 90, description="Lock the door.")
    bundle["objects"] += [action, official.relationship(91, action, "mitigates", pattern)]
    passages = Capec().load(payload(json.dumps(bundle))).passages
    assert {(p.section, p.text) for p in passages if p.entity == "CAPEC-10"} == {
        ("prerequisite", "A door."),
        ("skill", "Skill level Low: Walking."),
        ("consequence", "Scope: Integrity. Impact: Noise."),
        ("execution flow", "Explore: Walk around the house slowly."),
        ("mitigation", "Lock the door."),
    }


def test_a_full_bundle_has_passages_and_a_starter_none(full: Store, starter: Store) -> None:
    assert starter.passages is None
    index = full.passages
    assert index is not None and index.count > 10
    found = index.read(num for num, _ in index.search("somebody makes a noise", 1))
    assert [(p.entity, p.section) for p in found] == [("T1001", "description")]


def test_facts_are_told_as_sentences(full: Store) -> None:
    index = full.passages
    assert index is not None
    said = [p.text for p in index.read(index.of("G0001", ["facts"]))]
    assert "Loud Bear (G0001) uses the software Whistle (S0001)." in said
    assert any("is also known as ACT-9" in text for text in said)


def test_search_counts_rare_words_more(full: Store) -> None:
    index = full.passages
    assert index is not None
    assert index.weight(stem("door")) < index.weight(stem("gate"))
    assert index.weight("nowhere-at-all") == 0
    assert index.search("", 5) == [] and index.search("zzz qqq", 5) == []


def test_postings_that_name_nothing_are_damage(full_bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "changed.sqlite"
    path.write_bytes(full_bundle.read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE passage_word SET postings = x'ffffffff6464'")
    connection.close()
    with Store.open(path) as store, pytest.raises(KnowledgeError, match="damaged"):
        assert store.passages is not None
        store.passages.search("door", 3)


@pytest.mark.parametrize("change", ["entity = 99999", "entity = -7", "other = 99999"])
def test_passages_about_nothing_are_damage(full_bundle: Path, tmp_path: Path, change: str) -> None:
    path = tmp_path / "changed.sqlite"
    path.write_bytes(full_bundle.read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE passage SET {change}")
    connection.close()
    with Store.open(path) as store, pytest.raises(KnowledgeError, match="damaged"):
        assert store.passages is not None
        _ = store.passages.about


def test_postings_come_back() -> None:
    door = Passage(entity="CWE-7", section="note", text="A door, a door.")
    table = build_postings([door, Passage(entity="CWE-7", section="note", text="A gate.")], {})
    assert table["door"][0] == 1
    assert read_postings(table["door"][1], 2)["passage"].tolist() == [0]
    gate = table[stem("gate")][1]
    assert read_postings(gate, 2)["passage"].tolist() == [1]
    with pytest.raises(ValueError, match="does not exist"):
        read_postings(gate, 1)


@given(st.text(max_size=3_000))
def test_pieces_are_short_and_plain(text: str) -> None:
    for piece in pieces(text):
        assert 0 < len(piece) <= LONGEST
        assert "\n" not in piece and piece == piece.strip()


def test_long_paragraphs_are_cut_after_sentences() -> None:
    text = " ".join(f"Sentence number {n} says that the door is open." for n in range(40))
    parts = list(passages_of("CWE-7", "note", [text]))
    assert len(parts) > 2
    assert all(part.text.endswith("open.") for part in parts)
    assert " ".join(part.text for part in parts) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("encryption", "encrypted"),
        ("mitigations", "mitigates"),
        ("queries", "query"),
        ("stopping", "stops"),
    ],
)
def test_forms_of_a_word_are_one(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_compounds_are_words_and_parts() -> None:
    assert words("Run cmd.exe now") == ["run", "cmd.exe", "cmd", "exe"]
    assert words("T1059.001, don't!") == ["t1059.001", "t1059", "001", "don"]


@given(st.text(max_size=500))
def test_words_never_raise(text: str) -> None:
    assert all(word and word == word.lower() for word in words(text))


def test_an_entity_without_facts_says_nothing() -> None:
    bare = Entity(id="CWE-1", type="weakness", name="x", source="cwe")
    assert list(statements(bare, lambda id, way: ())) == []
